/* orders: charging orders and their reconciliation (T/CEC 102 part 3, Zhejiang's supervise push).
 *
 * Here no replay is refused: an order's number is its own guard (domain/charge_order.h). An operator whose answer was lost may
 * send the very same envelope again and gets the same good answer; whoever replays it for other reasons changes nothing. */
#include "call.h"
#include "core/log.h"
#include "domain/charge_order.h"
#include "domain/charge_order_check.h"
#include "interfaces.h"

/* Reference section 10: the same content again is as good as the first time, other content is disputed and kept. Doubts are no
 * reason to dispute: the order has arrived, sending it again would not change it. */
enum { CONFIRMED = 0, DISPUTED = 1 };

static int order_take(struct request *rq, struct call *call, const char *source)
{
    struct charge_order *order = arena_alloc(rq->work.arena, sizeof *order);
    call_checked(rq, call);
    const char *fault = charge_order_read(rq->work.arena, call->data, source, order);
    if (fault)
        call_refuse(call, (struct verdict){ RET_BUSINESS, fault });
    enum order_outcome outcome = charge_order_store(&rq->work, call->partner->operator_id, order);
    partner_heard(&rq->work, call->partner);
    if (outcome == ORDER_OTHER)
        log_line(LOG_WARN_, &rq->work, "exchange.order-other", "operator=%s number=%s", call->partner->code, order->order_no);
    return outcome == ORDER_OTHER ? DISPUTED : CONFIRMED;
}

static const char *order_words(int confirmed)
{
    return confirmed == CONFIRMED ? "" : "该订单号已有内容不同的订单，两份均已保存并标记，请核对";
}

void notification_charge_order_info(struct request *rq)
{
    struct call call;
    int confirmed = order_take(rq, &call, "push");
    call_answer(&call, order_words(confirmed),
                json_pack("{s:s, s:s, s:i}", "StartChargeSeq", message_text(call.data, "StartChargeSeq"), "ConnectorID",
                          message_text(call.data, "ConnectorID"), "ConfirmResult", confirmed));
}

void supervise_notification_charge_order_info(struct request *rq)
{
    struct call call;
    int confirmed = order_take(rq, &call, "supervise");
    call_answer(&call, order_words(confirmed), json_pack("{s:s, s:i}", "OrderNo", message_text(call.data, "OrderNo"), "ConfirmResult", confirmed));
}

void check_charge_orders(struct request *rq)
{
    struct call call;
    call_checked(rq, &call);
    const char *words = "";
    json_t *answer = charge_orders_check(&rq->work, call.partner->operator_id, call.data, &words);
    if (!answer)
        call_refuse(&call, (struct verdict){ RET_BUSINESS, words });
    partner_heard(&rq->work, call.partner);
    call_answer(&call, words, answer);
}
