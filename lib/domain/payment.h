/* payment: free text of T/CEC 102 Payment ("刷卡、线上、现金", "扫码/APP" …) to the bits of dict payment, which the
 * map's facet counts. The text itself is kept and shown as received. */
#ifndef DOMAIN_PAYMENT_H
#define DOMAIN_PAYMENT_H

#include "core/arena.h"

enum payment { PAYMENT_CARD = 1, PAYMENT_ONLINE = 2, PAYMENT_CASH = 4, PAYMENT_FREE = 8 };

unsigned payment_mask(const char *text);                                /* 0: nothing recognised, or NULL */
const char *payment_words(struct arena *arena, unsigned mask);          /* "线上支付、刷卡"; "" for 0 */

#endif
