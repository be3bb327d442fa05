#ifndef ACCOUNT_H
#define ACCOUNT_H

struct account {
    const char *owner;
    long long cents;
    int closed;
};

#endif
