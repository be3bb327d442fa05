#include <stdlib.h>

struct node {
    int value;
    struct node *next;
};

/* Remove every node with this value; return the new head. */
struct node *remove_value(struct node *head, int value)
{
    struct node **link = &head;

    while (*link) {
        struct node *node = *link;
        if (node->value == value) {
            free(node);
            struct node *removed = node->next;
            *link = removed;
        } else {
            link = &node->next;
        }
    }
    return head;
}
