/* charge_order: 充电订单, one settled charge each, as operators' platforms push them. Only charge_order*.c write the tables
 * charge_order, charge_order_key, charge_order_other, charge_order_day, charge_order_check.
 *
 * At least once from the operator is exactly once in the books: charge_order_key holds each number once, its row, the order
 * and the rollup of its day are one transaction. So an order whose answer was lost (the program died, the line broke) may
 * simply be sent again, even as the very same envelope: ORDER_AGAIN. Other content under a known number is kept as a further
 * version; then neither is counted, for nobody can tell which is true (T/CEC 102; reference section 10). Other is: connector,
 * times, energy or money. What differs in the rest (the payment, which often comes later) is kept beside (charge_order_other.raw)
 * and disputes nothing.
 *
 * Order of locks, the same on every way: number → connector → orders of that connector → rollup. */
#ifndef DOMAIN_CHARGE_ORDER_H
#define DOMAIN_CHARGE_ORDER_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <util/neo_misc.h>
#include <util/neo_hdf.h>

#include "core/work.h"

#define ORDER_NO_VALUE INT64_MIN         /* the member was not there */
enum { ORDER_NO_MOST = 64 };             /* characters of a number */

struct charge_order {
    const char *order_no;                /* StartChargeSeq, OrderNo */
    const char *connector_code;
    int64_t     start_ms, end_ms;
    int64_t     energy_wh, cusp_wh, peak_wh, flat_wh, valley_wh;
    int64_t     elec_fen, service_fen, total_fen;
    int64_t     paid_fen, paid_ms, pay_channel;
    const char *discount, *stop_reason;
    int64_t     sum_period;
    int64_t     details;                 /* how many; 0: none told */
    int64_t     detail_wh, detail_elec_fen, detail_service_fen;        /* their sums; ORDER_NO_VALUE: not told */
    const char *details_text, *raw;      /* as received (charge_order_read.c says what is left out) */
    const char *source;                  /* push, supervise, demo */
    uint8_t     digest[16];
};

/* From the opened message of either interface, checked before (exchange/message). NULL: good; else what cannot be stored, in
 * words that name the member. Texts point into `data`. */
const char *charge_order_read(struct arena *arena, const json_t *data, const char *source, struct charge_order *out);

enum order_outcome {
    ORDER_STORED,
    ORDER_AGAIN,             /* the same connector, times, energy and money were there: the books do not change */
    ORDER_OTHER              /* other content under this number: kept beside the first, both marked */
};

/* In the work's transaction. */
enum order_outcome charge_order_store(struct work *work, int64_t operator_id, const struct charge_order *order);

/* Orders of the last two months that came before their connector was known here, and now is: they are judged anew and move to
 * its station. At most 1,000 a call; run by the job runner. Inside WORK_PLAIN; returns how many moved. */
int64_t charge_orders_attach(struct work *work);

/* One order for a page, in the actor's scope (an operator its own, a department its division): node.{OrderNo, Counted,
 * Facts.N, Money.N, Doubts.N.{Label, Text}, Details (parts/macros.cst, table), Versions.N.{Label, Href, Now}, Raw}. False:
 * absent or outside. */
bool charge_order_show(struct work *work, int64_t id, HDF *node);
/* The days an order number lies on ("2026-11-01"), for an operator of its own orders alone: narrows a list to them. False:
 * no such number. */
bool charge_order_days(struct work *work, const char *order_no, const char **from, const char **to);

#endif
