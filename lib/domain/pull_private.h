/* pull: what the parts of a pull share (pull.c, exchange_stats.c); private to them. */
#ifndef DOMAIN_PULL_PRIVATE_H
#define DOMAIN_PULL_PRIVATE_H

#include "domain/partner.h"
#include "domain/pull.h"
#include "exchange/client.h"

/* `page` is a work of its own on the same connection: its arena is emptied after each page. */
struct pull {
    struct work        *work;
    struct work         page;
    struct partner      partner;
    struct client       client;
    json_t             *seen;          /* set of StationIDs named so far */
    json_t             *taken;         /* set of StationIDs that take part (connection.h); NULL: all */
    json_t             *infos;         /* of the page being stored */
    size_t              fresh;         /* stations of this page not named before */
    struct pull_report *report;
    int64_t             started;       /* clock_micro() */
    int64_t             calls;
    int64_t             seconds;       /* for the whole of it */
    int                 http_status;   /* of the last call; 0: no answer */
};

/* Fails when there is no such partner, or nothing to call it with. Closed with the work. */
struct pull *pull_open(struct work *work, const char *operator_code);
/* One call, kept in the message log; fails when the whole has taken too long. The request is released; `out->data` is the caller's. */
void pull_try(struct pull *pull, const char *interface, json_t *request, struct client_answer *out);
/* A transaction of its own; a failure ends the pull. */
void pull_page_run(struct pull *pull, void (*store)(struct work *page, void *arg), void *arg);
void pull_page_forget(struct pull *pull);

#endif
