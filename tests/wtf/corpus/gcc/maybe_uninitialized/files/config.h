#ifndef CONFIG_H
#define CONFIG_H

struct config {
    int web_port;
    int metrics_port;
    int shifted;
};

int port_of(const struct config *config, const char *service);

#endif
