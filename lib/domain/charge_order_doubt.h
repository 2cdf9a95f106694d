/* charge_order_doubt: what makes an order doubtful, each doubt one row of one table. A doubtful order is kept and shown, and
 * counted apart from the others (charge_order_day): the money side reckons with orders nobody doubts. Codes are those of
 * schema/dicts/order_doubt.hdf. */
#ifndef DOMAIN_CHARGE_ORDER_DOUBT_H
#define DOMAIN_CHARGE_ORDER_DOUBT_H

#include "domain/charge_order.h"

enum order_doubt { DOUBT_CONTENT = 1, DOUBT_CONNECTOR, DOUBT_OVERLAP, DOUBT_ENERGY, DOUBT_BACKWARDS, DOUBT_SUMS, DOUBT_TIME,
                   DOUBT_NEGATIVE };
#define DOUBT_BIT(doubt) (1u << ((doubt) - 1))

enum { OVERLAP_MS = 60000 };             /* two sessions may touch by a minute: clocks of two systems */

struct doubt_context {
    int64_t now;                         /* of receipt, ms */
    bool    known;                       /* the connector is */
    int64_t power_w;                     /* 0: not known */
};

/* Why, in words, or NULL; `doubt` is one of those an order shows by itself (not DOUBT_CONTENT, DOUBT_OVERLAP). */
const char *order_doubt_why(struct arena *arena, enum order_doubt doubt, const struct charge_order *order,
                            const struct doubt_context *context);
/* All of them as bits. */
unsigned    order_doubts(struct arena *arena, const struct charge_order *order, const struct doubt_context *context);
/* Code of the first; 0: none. */
int         order_doubt_first(unsigned doubts);

#endif
