#include <ctype.h>
#include <string.h>

static void strip_end(char *text)
{
    size_t length = strlen(text);

    while (length > 0 && isspace((unsigned char)text[length - 1]))
        text[--length] = '\0';
}

/* Count the lines that have more than white space. */
int count_filled(const char **lines, int count)
{
    int filled = 0;

    for (int i = 0; i < count; i++) {
        const char *line = lines[i];
        /* "größer" */ strip_end(line);
        if (line[0] != '\0')
            filled++;
    }
    return filled;
}
