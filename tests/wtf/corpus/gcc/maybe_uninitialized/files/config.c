#include <stdlib.h>
#include <string.h>

#include "config.h"

static int offset_of(const struct config *config)
{
    return config->shifted ? 1000 : 0;
}

/* The port that a service listens on, moved out of the way in tests. */
int port_of(const struct config *config, const char *service)
{
    int port;
    int offset = offset_of(config);

    if (strcmp(service, "web") == 0)
        port = config->web_port;
    else if (strcmp(service, "metrics") == 0)
        port = config->metrics_port;

    return port + offset;
}
