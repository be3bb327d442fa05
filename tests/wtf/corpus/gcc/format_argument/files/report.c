#include <stdio.h>

#include "account.h"

static const char *state_of(const struct account *account)
{
    return account->closed ? "closed" : "open";
}

/* One line for every account, and the sum below. */
void report(const struct account *accounts, size_t count)
{
    long long sum = 0;

    for (size_t i = 0; i < count; i++) {
        const struct account *one = &accounts[i];
        printf("%-20s %8d %s\n", one->owner, one->cents, state_of(one));
        sum += one->cents;
    }
    printf("%-20s %8lld\n", "sum", sum);
}
