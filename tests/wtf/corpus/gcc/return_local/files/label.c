#include <stdio.h>

enum { LABEL_SIZE = 32 };

struct point {
    double x;
    double y;
};

/* Write a point as it is shown beside its mark. */
const char *label(const struct point *point)
{
    char text[LABEL_SIZE];

    snprintf(text, sizeof text, "(%.1f, %.1f)", point->x, point->y);
    return text;
}

void print_all(const struct point *points, int count)
{
    for (int i = 0; i < count; i++)
        puts(label(&points[i]));
}
