/* platform: an operator's platform as a job calls it: its address, our keys for it, the token it gave us (kept, sealed, for
 * the next job). Inside work_run(WORK_PLAIN), outside transactions: a far platform is never waited for with one open. */
#ifndef DOMAIN_PLATFORM_H
#define DOMAIN_PLATFORM_H

#include <jansson.h>
#include <stdint.h>

#include "core/work.h"
#include "domain/partner.h"
#include "exchange/client.h"

struct platform {
    struct work   *work;
    struct work    log;            /* of its own on the same connection: the message log's transactions */
    const char    *source;         /* who calls, for the message log: "charging" */
    struct partner partner;
    struct client  client;
};

/* NULL: not connected, switched off, or without an address to call. Closed with the work. `seconds`: for one whole call. `source` as
 * in exchange_log.h, a literal. */
struct platform *platform_open(struct work *work, int64_t operator_id, const char *source, long seconds);

/* Calls; takes `request` over. The answer is checked against the message table and made plain: one that lacks what is essential
 * counts as none. out->data is released with the work. */
void platform_call(struct platform *platform, const char *interface, json_t *request, struct client_answer *out);

#endif
