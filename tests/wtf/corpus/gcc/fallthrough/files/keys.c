#include "editor.h"

/* Move the cursor; nothing happens at the edges. */
void on_key(struct editor *editor, enum key key)
{
    switch (key) {
    case KEY_LEFT:
        if (editor->column > 0)
            editor->column--;
    case KEY_RIGHT:
        if (editor->column < editor->width - 1)
            editor->column++;
        break;
    case KEY_HOME:
        editor->column = 0;
        break;
    }
}
