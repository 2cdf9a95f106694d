/* interfaces: see the header. */
#include "interfaces.h"

#include <string.h>

#include "call.h"
#include "core/log.h"
#include "core/text.h"
#include "domain/status_push.h"
#include "domain/token.h"

enum { TOKEN_REFUSED = 1, TOKEN_NO_SUCH_OPERATOR = 1, TOKEN_WRONG_SECRET = 2 };
enum { STATUS_ACCEPTED = 0, STATUS_DISCARDED = 1 };

/* --- query_token ------------------------------------------------------------------------------------ */

static _Noreturn void token_refuse(struct call *call, int reason, const char *msg)
{
    log_line(LOG_WARN_, &call->rq->work, "exchange.token-refused", "operator=%s reason=%d", call->envelope.operator_id, reason);
    call_answer(call, msg, json_pack("{s:s, s:i, s:s, s:i, s:i}", "OperatorID", call->envelope.operator_id, "SuccStat",
                                     TOKEN_REFUSED, "AccessToken", "", "TokenAvailableTime", 0, "FailReason", reason));
}

/* Never refused as a replay: with the fixed IV two honest nodes may send the same bytes in one second. */
void query_token(struct request *rq)
{
    struct call call;
    int64_t seconds = 0;
    call_enter(rq, TOKEN_NONE, &call);
    call_check(&call);
    if (strcmp(message_text(call.data, "OperatorID"), call.envelope.operator_id) != 0)
        token_refuse(&call, TOKEN_NO_SUCH_OPERATOR, "Data 内的 OperatorID 与请求的 OperatorID 不一致");
    if (!text_same_secret(message_text(call.data, "OperatorSecret"), call.keys->operator_secret))
        token_refuse(&call, TOKEN_WRONG_SECRET, "OperatorSecret 错误");
    const char *token = token_issue(&rq->work, call.partner, call.key_id, &seconds);
    call_answer(&call, "", json_pack("{s:s, s:i, s:s, s:I, s:i}", "OperatorID", call.envelope.operator_id, "SuccStat", 0,
                                     "AccessToken", token, "TokenAvailableTime", (json_int_t)seconds, "FailReason", 0));
}

/* --- notification_stationStatus -------------------------------------------------------------------------- */

static void states_show(struct work *work, void *outcome)
{
    status_push_show(work, outcome);
}

static const char *left_out(struct work *work, const struct push_outcome *outcome)
{
    if (!outcome->unknown)
        return "";
    log_line(LOG_WARN_, work, "exchange.unknown-connector", "%s count=%zu", outcome->unknown, outcome->unknown_count);
    return arena_printf(work->arena, "%s 未在本平台登记，状态未保存；请核对编码，或等待本平台拉取充电站信息后再推送",
                        outcome->unknown);
}

/* The guard stands in status_push_store(): of a message that names nothing known, nothing at all is stored. */
static _Noreturn void states_take(struct call *call)
{
    struct request *rq = call->rq;
    struct status_item *items = NULL;
    size_t count = 0;
    uint8_t digest[32];
    struct push_outcome *outcome = arena_alloc(rq->work.arena, sizeof *outcome);
    struct verdict verdict = status_push_read(rq->work.arena, call->data, &items, &count);
    if (verdict.ret != RET_OK)
        call_refuse(call, verdict);
    envelope_digest(&call->envelope, digest);
    status_push_store(&rq->work, call->partner->operator_id, digest, items, count, outcome);
    if (outcome->replayed)
        call_refuse(call, call_replayed());
    bool stored = outcome->unknown_count < count;
    if (stored) {
        partner_heard(&rq->work, call->partner);
        after_commit(rq, states_show, outcome);
    }
    call_answer(call, left_out(&rq->work, outcome), json_pack("{s:i}", "Status", stored ? STATUS_ACCEPTED : STATUS_DISCARDED));
}

/* Comes in five shapes, of which the table declares the standard's: status_push_read() checks them all. */
void notification_station_status(struct request *rq)
{
    struct call call;
    call_enter(rq, TOKEN_NEEDED, &call);
    states_take(&call);
}

void supervise_notification_station_status(struct request *rq)
{
    struct call call;
    call_checked(rq, &call);
    states_take(&call);
}
