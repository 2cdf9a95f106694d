/* connection_check_private: a check while it runs (connection_check.c), its comparison of stations (connection_check_station.c). */
#ifndef DOMAIN_CONNECTION_CHECK_PRIVATE_H
#define DOMAIN_CONNECTION_CHECK_PRIVATE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/work.h"
#include "domain/partner.h"
#include "domain/pull.h"
#include "exchange/client.h"

enum { CHECK_ROWS = 2000 };

struct check_row {
    const char *part, *code, *name, *what;
    bool        good;
    int64_t     milliseconds;
    const char *detail;              /* JSON; NULL: none */
};

struct check {
    struct work       *work;
    int64_t            id, operator_id, started;
    bool               wanted;       /* the case is being checked */
    const char        *away;         /* why the platform could not be reached: nothing more is asked; NULL */
    bool               comparable;   /* the stations were pulled whole */
    struct partner     partner;
    struct client      client;
    struct pull_report pulled;
    int                bad, stations;
    size_t             count;
    struct check_row   rows[CHECK_ROWS];
};

/* NULL: the report is full; the verdict still counts. */
struct check_row *check_row(struct check *check, const char *part, const char *code, const char *name);
void    check_bad(struct check *check, struct check_row *row, const char *what);
int64_t check_left(const struct check *check);         /* seconds */
/* Each station that takes part beside what was just pulled: a row each. */
void    check_stations(struct check *check);

#endif
