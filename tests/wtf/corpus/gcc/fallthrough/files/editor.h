#ifndef EDITOR_H
#define EDITOR_H

enum key { KEY_LEFT, KEY_RIGHT, KEY_HOME };

struct editor {
    int column;
    int width;
};

void on_key(struct editor *editor, enum key key);

#endif
