/* charging: what operators' platforms tell of starts and stops (T/CEC 102 part 3); snapshots come in by station_data.c. Only
 * charges started here are followed; of any other number the answer is as friendly: supervision does not lack it, its order
 * comes. */
#include <string.h>

#include "call.h"
#include "core/log.h"
#include "domain/charging.h"
#include "domain/connector_state.h"
#include "interfaces.h"

enum { SUCCEEDED = 0, FAILED = 1, NO_SUCH_CHARGE = 3 };

static _Noreturn void take(struct request *rq, enum told (*tell)(struct work *work, int64_t operator_id, const json_t *data))
{
    struct call call;
    call_checked(rq, &call);
    const char *connector = message_text(call.data, "ConnectorID"), *seq = message_text(call.data, "StartChargeSeq");
    if (!connector_find(&rq->work, call.partner->operator_id, connector))
        call_refuse_field(&call, "ConnectorID", " %s 未在本平台登记；请核对编码，或等待本平台拉取充电站信息后再推送", connector);
    call_first_time(&call);
    enum told told = tell(&rq->work, call.partner->operator_id, call.data);
    partner_heard(&rq->work, call.partner);
    bool started_here = strncmp(seq, call.partner->gov_id, OPERATOR_ID_SIZE) == 0;
    if (told == TOLD_UNKNOWN && started_here)
        log_line(LOG_WARN_, &rq->work, "exchange.unknown-charge", "operator=%s seq=%s", call.partner->code, seq);
    bool failed = told == TOLD_UNKNOWN && started_here;
    call_answer(&call, failed ? "本平台没有发起过这个充电订单号" : "",
                json_pack("{s:s, s:i, s:i}", "StartChargeSeq", seq, "SuccStat", failed ? FAILED : SUCCEEDED,
                          "FailReason", failed ? NO_SUCH_CHARGE : 0));
}

void notification_start_charge_result(struct request *rq) { take(rq, charging_start_told); }
void notification_stop_charge_result(struct request *rq) { take(rq, charging_stop_told); }
