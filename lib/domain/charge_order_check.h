/* charge_order_check: 对账, check_charge_orders: the operator's list of a period against the books. Each dispute names its reason
 * (dict order_dispute); what was asked and answered is kept, and the same question gets the same answer. */
#ifndef DOMAIN_CHARGE_ORDER_CHECK_H
#define DOMAIN_CHARGE_ORDER_CHECK_H

#include <jansson.h>
#include <stdint.h>

#include "core/work.h"

/* T/CEC 102 leaves DisputeReason to the parties; these are the portal's, told in the interface's documentation. */
enum order_dispute { DISPUTE_MISSING = 1, DISPUTE_ENERGY, DISPUTE_MONEY, DISPUTE_BOTH, DISPUTE_DOUBTFUL, DISPUTE_UNLISTED };

/* `data` was checked (check_orders_request). The answer's Data, to be released by the caller; NULL: *words says what is
 * wrong with the question; else what the totals told beside the list do not fit, or "". */
json_t *charge_orders_check(struct work *work, int64_t operator_id, const json_t *data, const char **words);

#endif
