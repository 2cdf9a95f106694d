/* call: see the header. */
#include "call.h"

#include <stdarg.h>
#include <string.h>
#include <strings.h>

#include "core/address.h"
#include "core/log.h"
#include "core/pace.h"
#include "core/text.h"
#include "domain/exchange_log.h"
#include "domain/seen.h"
#include "domain/token.h"

static const char JSON_TYPE[] = "application/json; charset=utf-8";

static void release_json(void *thing)
{
    json_decref(thing);
}

static const char *interface_of(const struct request *rq)
{
    return strrchr(rq->route->path, '/') + 1;
}

static _Noreturn void reply_send(struct request *rq, const struct key_set *keys, int status, int ret, const char *msg,
                                 const json_t *data)
{
    const char *text = reply_write(rq->work.arena, keys, ret, msg, data);
    answer(rq, status, JSON_TYPE, text, strlen(text));
}

/* For the debugging console, in the message's own transaction; the log bounds itself. Of unknown operators nothing. */
static void call_log(struct call *call, const struct key_set *keys, int ret, const char *msg, const char *answer)
{
    struct request *rq = call->rq;
    if (!call->partner)
        return;
    const struct exchange_record record = {
        .operator_id = call->partner->operator_id, .keys = keys, .incoming = true, .source = "push",
        .interface = interface_of(rq), .address = rq->address, .micro = clock_micro() - call->began, .http_status = 200,
        .answered = true, .ret = ret, .good = ret == RET_OK && !*msg, .what = msg, .request = rq->body,
        .request_size = rq->body_size, .answer = answer, .answer_size = strlen(answer) };
    exchange_log_write(&rq->work, &record);
}

static _Noreturn void call_reply(struct call *call, const struct key_set *keys, int ret, const char *msg, const json_t *data)
{
    const char *text = reply_write(call->rq->work.arena, keys, ret, msg, data);
    call_log(call, keys, ret, msg, text);
    answer(call->rq, 200, JSON_TYPE, text, strlen(text));
}

void call_refuse(struct call *call, struct verdict verdict)
{
    struct request *rq = call->rq;
    const char *who = call->envelope.operator_id;
    if (call->wrote)
        work_undo(&rq->work);
    if (!call->partner && who)                       /* so that a known partner can trust the refusal */
        call->partner = partner_by_code(&rq->work, who);
    log_line(LOG_WARN_, &rq->work, "exchange.refused", "path=%s operator=%s address=%s ret=%d %s", rq->path,
             who ? who : "-", rq->address, verdict.ret, verdict.text);
    const struct key_set *known = call->partner && call->partner->keyed_in ? &call->partner->to_gov : NULL;
    call_reply(call, call->keys ? call->keys : known, verdict.ret, verdict.text, NULL);
}

void call_refuse_field(struct call *call, const char *path, const char *what, ...)
{
    va_list args;
    va_start(args, what);
    const char *rest = arena_vprintf(call->rq->work.arena, what, args);
    va_end(args);
    call_refuse(call, (struct verdict){ RET_BUSINESS, arena_printf(call->rq->work.arena, "%s %s", path, rest) });
}

void call_answer(struct call *call, const char *msg, json_t *data)
{
    work_defer(&call->rq->work, release_json, data);
    if (call->partner->edition->sevice && call->message)
        message_spell_2016(call->message->response, data);
    call_reply(call, call->keys, RET_OK, msg, data);
}

struct verdict call_replayed(void)
{
    return (struct verdict){ RET_PARAMETERS, "该请求已受理，请勿重放；重发时请更新 TimeStamp 与 Seq 并重新签名" };
}

static void step(struct call *call, struct verdict verdict)
{
    if (verdict.ret != RET_OK)
        call_refuse(call, verdict);
}

static bool keys_found(struct call *call)
{
    const struct partner_keys *keys = partner_keys_fit(call->partner, &call->envelope, call->rq->work.now);
    if (keys) {
        call->keys = &keys->set;
        call->key_id = keys->id;
    }
    return keys != NULL;
}

/* Partner known, MAC good. Keys may have changed since this process read them: a bad MAC is tried once more. */
static void step_partner(struct call *call)
{
    struct work *work = &call->rq->work;
    call->partner = partner_by_code(work, call->envelope.operator_id);
    if (!call->partner)
        step(call, (struct verdict){ RET_PARAMETERS, arena_printf(work->arena,
            "OperatorID %s 未在本平台登记或已停用，请先办理互联配置", call->envelope.operator_id) });
    if (keys_found(call))
        return;
    const struct partner *fresh = partner_fresh(work, call->envelope.operator_id);
    call->partner = fresh ? fresh : call->partner;
    if (!keys_found(call))
        step(call, envelope_sig_wrong());
}

/* From where, and how much: asked only of who has proved to be the partner, so that nobody learns or uses up anything of it. */
static void step_limits(struct call *call)
{
    const struct partner *partner = call->partner;
    struct arena *arena = call->rq->work.arena;
    if (!partner_may_call(partner, call->rq->address))
        step(call, (struct verdict){ RET_PARAMETERS, arena_printf(arena, "来源地址 %s 不在本平台登记的允许地址内，请从登记的服务器"
            "发送，或联系本平台变更地址名单", call->rq->address) });
    if (partner->rate_limit > 0 && !pace_take(partner->operator_id, partner->rate_limit))
        step(call, (struct verdict){ RET_BUSY, arena_printf(arena, "发送过于频繁，本平台每分钟最多受理 %lld 条，请稍后重发",
            (long long)partner->rate_limit) });
}

static void step_token(struct call *call)
{
    const char *header = header_get(call->rq, "Authorization");
    if (!header || strncasecmp(header, "Bearer ", 7) != 0)
        step(call, (struct verdict){ RET_TOKEN, "缺少令牌，请先调用 query_token，并在请求头填写 Authorization: Bearer 令牌" });
    header += 7;
    header += strspn(header, " ");
    if (!token_holds(&call->rq->work, call->partner, header))
        step(call, (struct verdict){ RET_TOKEN, "令牌错误或已过期，请重新调用 query_token 获取令牌后重发一次" });
}

void call_enter(struct request *rq, enum call_token token, struct call *call)
{
    *call = (struct call){ .rq = rq, .began = clock_micro() };
    step(call, envelope_read(rq->work.arena, rq->body ? rq->body : "", rq->body_size, &call->envelope));
    step_partner(call);
    step_limits(call);
    if (token == TOKEN_NEEDED)
        step_token(call);
    step(call, envelope_check_time(rq->work.arena, &call->envelope, rq->work.now, call->partner->clock_window * 1000));
    step(call, envelope_open(rq->work.arena, &call->envelope, call->keys, &call->data));
    work_defer(&rq->work, release_json, call->data);
}

void call_check(struct call *call)
{
    struct findings found = { .arena = call->rq->work.arena, .edition = call->partner->edition };
    call->message = message_find(interface_of(call->rq));
    if (!call->message)
        fail_ours(&call->rq->work, "%s is not in the message table", call->rq->route->path);
    message_check(call->message->request, call->data, "", &found);
    if (found.count)
        call_refuse(call, (struct verdict){ RET_BUSINESS, findings_text(&found) });
}

void call_own(struct call *call, const json_t *object, const char *path)
{
    const char *named = message_text(object, "OperatorID");
    if (*named && strcmp(named, call->partner->code) != 0)
        call_refuse_field(call, path, "（运营商标识）%s 与请求的 OperatorID %s 不一致，只能推送本平台的数据", named, call->partner->code);
}

void call_checked(struct request *rq, struct call *call)
{
    call_enter(rq, TOKEN_NEEDED, call);
    call_check(call);
    call_own(call, call->data, "OperatorID");
}

void call_first_time(struct call *call)
{
    uint8_t digest[32];
    envelope_digest(&call->envelope, digest);
    if (!seen_first(&call->rq->work, digest))
        call_refuse(call, call_replayed());
    call->wrote = true;
}

/* --- our own failures ------------------------------------------------------------------------------ */

static const struct key_set *keys_known(struct request *rq)
{
    struct envelope envelope;
    if (!rq->body || envelope_read(rq->work.arena, rq->body, rq->body_size, &envelope).ret != RET_OK)
        return NULL;
    const struct partner *partner = partner_known(envelope.operator_id);
    const struct partner_keys *keys = partner ? partner_keys_fit(partner, &envelope, rq->work.now) : NULL;
    return keys ? &keys->set : NULL;
}

void call_failed(struct request *rq)
{
    switch (rq->failure.kind) {
    case FAIL_UNAVAILABLE:
        reply_send(rq, keys_known(rq), 200, RET_BUSY, "系统繁忙，请一分钟后重发", NULL);
    case FAIL_OURS:
        reply_send(rq, keys_known(rq), 200, RET_SYSTEM,
                   arena_printf(rq->work.arena, "系统错误，请稍后重发；如仍失败，请提供事件编号 %s", rq->work.id), NULL);
    case FAIL_TOO_LARGE:
        reply_send(rq, NULL, fail_status(rq->failure.kind), RET_PARAMETERS, "请求体超过大小限制，请分批发送", NULL);
    case FAIL_MISSING:
        reply_send(rq, NULL, 404, RET_PARAMETERS, "本平台没有该接口，请核对平台地址和接口名称（区分大小写）", NULL);
    case FAIL_METHOD:
        reply_send(rq, NULL, 405, RET_PARAMETERS, "接口只接受 POST 请求", NULL);
    default:
        reply_send(rq, NULL, fail_status(rq->failure.kind), RET_PARAMETERS, rq->failure.text, NULL);
    }
}
