/* exchange_show: see the header. */
#include "domain/exchange_show.h"

#include <stdlib.h>
#include <string.h>

#include "core/capability.h"
#include "core/db.h"
#include "core/scope.h"
#include "core/text.h"
#include "domain/company.h"
#include "domain/exchange_log.h"
#include "domain/partner.h"
#include "exchange/diagnose.h"
#include "exchange/explain.h"
#include "web/web.h"

#define Q_ONE "SELECT l.id, l.operator_id, o.code AS operator_code, o.name AS operator, l.incoming, l.proven, l.source, l.interface, l.address," \
    " l.milliseconds, l.http_status, l.ret, l.good, l.what, l.skipped, l.request, l.envelope, l.base_string, l.answer, l.opened," \
    " DATE_FORMAT(l.at, '%Y-%m-%d %H:%i:%s.%f') AS at FROM exchange_log l JOIN operator o ON o.id = l.operator_id" \
    " WHERE l.id = ? AND (l.operator_id = ? OR (? = 1 AND l.division_code LIKE ?))"

/* --- words ------------------------------------------------------------------------------------------------------------- */

static const struct { int ret; const char *words, *mend; } rets[] = {
    { -1,   "系统繁忙", "对方系统繁忙，请稍后重发" },
    { 0,    "成功", "" },
    { 500,  "系统错误", "处理请求的一方内部出错，请查看其日志；如是本平台出错，请提供报文时间联系平台运维" },
    { 4001, "签名错误", "请核对签名密钥 SigSecret 和签名原文：OperatorID+Data+TimeStamp+Seq 依次拼接，不加分隔符" },
    { 4002, "令牌错误", "请重新调用 query_token 获取令牌，在请求头填写 Authorization: Bearer 令牌，重发一次" },
    { 4003, "请求参数错误", "请核对信封的 OperatorID、Data、TimeStamp、Seq、Sig 五项及时钟；重发时更新 TimeStamp 与 Seq 并重新签名" },
    { 4004, "业务参数错误", "请按下方「业务数据逐项核对」中标出的参数修改后重发" },
    { 4015, "订单已接收", "对方已收到该订单，不必重发" } };

const char *exchange_ret_words(int ret)
{
    for (size_t i = 0; i < sizeof rets / sizeof *rets; i++)
        if (rets[i].ret == ret)
            return rets[i].words;
    return "标准未规定的返回码";
}

static const char *ret_mend(int ret)
{
    for (size_t i = 0; i < sizeof rets / sizeof *rets; i++)
        if (rets[i].ret == ret)
            return rets[i].mend;
    return "返回码应为 T/CEC 102 规定的 0、-1、500、4001、4002、4003、4004";
}

/* What the client says of a call that never came to an answer with a Ret. */
static const char *transport_mend(const char *what, int64_t status)
{
    static const struct { const char *part, *mend; } known[] = {
        { "域名无法解析", "请核对 Step1 登记的平台地址中的域名" },
        { "无法连接", "请确认平台已启动，端口已对本平台开放（防火墙、白名单）" },
        { "规定时间内应答", "请检查平台处理该接口的耗时；本平台等待应答不超过 30 秒，调试时 15 秒" },
        { "证书", "请使用受信任机构签发、未过期且与域名一致的 HTTPS 证书；自签名证书不能通过" },
        { "超过大小", "请减小每页数量（PageSize），分页返回" },
        { "中断", "平台在应答完成前断开了连接，请查看平台日志" },
        { "不是合法的 JSON", "应答正文应为 JSON，含 Ret、Msg、Data、Sig 四项；请检查网关或错误页面" },
        { "缺少返回码", "应答应含 Ret、Msg、Data、Sig 四项" },
        { "无法解密", "应答的 Data 应使用与请求相同的消息密钥和初始化向量加密" },
        { "拒绝发放令牌", "请核对本平台调用贵司平台所用的 OperatorID 和 OperatorSecret（Step1 中「贵司分配给本平台」的一组）" } };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strstr(what, known[i].part))
            return known[i].mend;
    if (status == 404)
        return "请核对平台地址（应包含接口名之前的全部路径）和接口名称（区分大小写）";
    return status >= 300 ? "业务结果（包括错误）应以 HTTP 200 返回，用 Ret 表示；请查看平台日志" : "";
}

/* --- texts -------------------------------------------------------------------------------------------------------------- */

/* Indented when it is whole JSON; else as it is. */
static const char *pretty(struct work *work, const char *text)
{
    json_t *json = json_loads(text, 0, NULL);
    char *lines = json ? json_dumps(json, JSON_INDENT(2) | JSON_REAL_PRECISION(12)) : NULL;
    const char *out = lines ? arena_copy(work->arena, lines) : text;
    free(lines);
    json_decref(json);
    return out;
}

struct rows { struct work *work; HDF *node, *bad; int count, bads; };

static void row_fill(HDF *row, const struct explained *e)
{
    static const struct { const char *words, *kind; } verdicts[] = {
        [EXPLAIN_GOOD] = { "正确", "good" }, [EXPLAIN_BAD] = { "有误", "bad" }, [EXPLAIN_ABSENT] = { "未填", "" }, [EXPLAIN_UNKNOWN] = { "附加", "" } };
    const char *name = strrchr(e->path, '.');
    view_set(row, "Path", e->path);
    view_set(row, "Name", name ? name + 1 : e->path);
    view_set(row, "Label", e->label);
    view_set(row, "Rule", e->rule);
    view_set(row, "Value", e->value);
    view_set(row, "Words", verdicts[e->verdict].words);
    view_set(row, "Kind", verdicts[e->verdict].kind);
    view_set(row, "Text", e->text);
    view_set_int(row, "Depth", e->depth);
    view_set(row, "Bad", e->verdict == EXPLAIN_BAD ? "1" : NULL);
}

static void row_add(void *arg, const struct explained *e)
{
    struct rows *rows = arg;
    row_fill(view_node(rows->node, arena_printf(rows->work->arena, "%d", rows->count++)), e);
    if (e->verdict == EXPLAIN_BAD)
        row_fill(view_node(rows->bad, arena_printf(rows->work->arena, "%d", rows->bads++)), e);
}

/* The shapes of a status push that the standard does not print (reference 5.2) are taken, too. */
static bool other_shape(struct work *work, const struct message *message, const json_t *data)
{
    struct status_item *items;
    size_t count;
    if (strcmp(message->interface, "notification_stationStatus") != 0 || json_is_object(json_object_get(data, "ConnectorStatusInfo")))
        return false;
    json_t *copy = json_deep_copy(data);
    bool good = status_push_read(work->arena, copy, &items, &count).ret == RET_OK;
    json_decref(copy);
    return good;
}

struct shown { const struct message *message; const struct edition *edition; };

static const struct edition *edition_of(struct work *work, int64_t operator_id)
{
    struct partner partner;
    return partner_load(work, operator_id, &partner) ? partner.edition : NULL;
}

/* Returns how many members are bad; -1: the text is no whole JSON object (cut, or not JSON). */
static int64_t fields_show(struct work *work, const struct shown *shown, bool answer, const char *text, HDF *node, const char *name)
{
    const struct message *message = shown->message;
    json_t *data = text && message ? json_loads(text, 0, NULL) : NULL;
    int64_t bad = -1;
    if (json_is_object(data) && !answer && other_shape(work, message, data)) {
        view_setf(node, "Shape", "%s", "该报文采用了通行的另一种写法，本平台可以接受；建议改为标准写法：Data 内为 ConnectorStatusInfo 对象");
        bad = 0;
    } else if (json_is_object(data)) {
        struct rows rows = { .work = work, .node = view_node(node, name),
                             .bad = view_node(node, arena_printf(work->arena, "%sBad", name)) };
        bad = (int64_t)message_explain(work->arena, shown->edition, answer ? message->response : message->request, data, row_add, &rows);
    }
    json_decref(data);
    return bad;
}

static void steps_show(struct work *work, const struct diagnosed *d, HDF *node)
{
    static const char *const kinds[] = { [STEP_GOOD] = "good", [STEP_BAD] = "bad", [STEP_SKIPPED] = "" };
    static const char *const words[] = { [STEP_GOOD] = "通过", [STEP_BAD] = "不通过", [STEP_SKIPPED] = "未检查" };
    for (int i = 0; i < DIAGNOSE_STEPS; i++) {
        HDF *step = view_node(node, arena_printf(work->arena, "Steps.%d", i));
        view_set(step, "Label", d->steps[i].label);
        view_set(step, "Words", words[d->steps[i].state]);
        view_set(step, "Kind", kinds[d->steps[i].state]);
        view_set(step, "Text", d->steps[i].text);
        view_set(step, "Mend", d->steps[i].mend);
    }
}

static struct diagnose_with with_partner(const struct partner *partner, int64_t now)
{
    return (struct diagnose_with){ .code = partner->code, .keys = &partner->to_gov, .other = &partner->to_operator, .now = now,
                                   .window = partner->clock_window * 1000 };
}

/* --- one message of the log ------------------------------------------------------------------------------------------------ */

static void mend_add(struct work *work, HDF *node, const char *text)
{
    int n = 0;
    for (HDF *m = hdf_get_child(node, "Mend"); m; m = hdf_obj_next(m))
        if (strcmp(hdf_obj_value(m), text) == 0)
            return;
        else
            n++;
    if (*text)
        view_set(node, arena_printf(work->arena, "Mend.%d", n), text);
}

/* An incoming message that failed at its envelope, gone through once more with the keys as they are now. */
static void incoming_mend(struct work *work, HDF *row, HDF *node)
{
    struct partner partner;
    struct diagnosed d;
    int64_t at = work->now, ret = strtoll(view_get(row, "ret"), NULL, 10);
    const char *envelope = view_get(row, "envelope");
    (void)time_parse(arena_printf(work->arena, "%.19s", view_get(row, "at")), "%Y-%m-%d %H:%M:%S", &at);
    if ((ret == RET_BUSINESS && *view_get(row, "request")) || !*envelope
        || !partner_load(work, strtoll(view_get(row, "operator_id"), NULL, 10), &partner)) {
        mend_add(work, node, ret_mend((int)ret));
        return;
    }
    const struct diagnose_with with = with_partner(&partner, at);
    diagnose_request(work->arena, envelope, strlen(envelope), &with, &d);
    json_decref(d.data);
    if (d.good) {                   /* what was wrong is not in the envelope: the token, a replay */
        mend_add(work, node, ret_mend((int)ret));
        return;
    }
    steps_show(work, &d, node);
    for (int i = 0; i < DIAGNOSE_STEPS; i++)
        if (d.steps[i].state == STEP_BAD)
            mend_add(work, node, d.steps[i].mend);
}

static void outgoing_mend(struct work *work, HDF *row, HDF *node)
{
    struct partner partner;
    struct reply reply;
    const char *answer = view_get(row, "answer"), *ret = view_get(row, "ret"), *why;
    if (*ret && strcmp(ret, "0") != 0)
        mend_add(work, node, ret_mend(atoi(ret)));
    else
        mend_add(work, node, transport_mend(view_get(row, "what"), strtoll(view_get(row, "http_status"), NULL, 10)));
    if (strstr(view_get(row, "what"), "Sig") && *answer && reply_read(work->arena, answer, strlen(answer), &reply, &why)
        && partner_load(work, strtoll(view_get(row, "operator_id"), NULL, 10), &partner))
        mend_add(work, node, diagnose_reply_sig(work->arena, &reply, &partner.to_operator, &partner.to_gov));
}

static const char *source_words(const char *source)
{
    static const struct { const char *source, *words; } known[] = {
        { "push", "平台推送" }, { "pull", "定时拉取" }, { "console", "联调控制台" }, { "check", "系统核对" } };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i].source, source) == 0)
            return known[i].words;
    return source;
}

static void head_show(struct work *work, HDF *row, const struct message *message, HDF *node)
{
    bool incoming = *view_get(row, "incoming") == '1';
    const char *ret = view_get(row, "ret");
    view_set(node, "Id", view_get(row, "id"));
    view_set(node, "At", arena_printf(work->arena, "%.23s", view_get(row, "at")));
    view_set(node, "Interface", view_get(row, "interface"));
    view_set(node, "Label", message ? message->label : "");
    view_set(node, "Incoming", incoming ? "1" : NULL);
    view_set(node, "Direction", incoming ? "平台调用本平台" : "本平台调用平台");
    view_set(node, "Operator", view_get(row, "operator"));
    view_set(node, "Source", source_words(view_get(row, "source")));
    view_set(node, "Address", view_get(row, "address"));
    view_set(node, "HttpStatus", strcmp(view_get(row, "http_status"), "0") == 0 ? "无应答" : view_get(row, "http_status"));
    view_set(node, "Ret", ret);
    view_set(node, "RetWords", *ret ? exchange_ret_words(atoi(ret)) : NULL);
    view_set(node, "Milliseconds", view_get(row, "milliseconds"));
    view_set(node, "Good", *view_get(row, "good") == '1' ? "1" : NULL);
    view_set(node, "What", view_get(row, "what"));
    view_set(node, "Unproven", *view_get(row, "proven") == '1' ? NULL : "1");
    view_set(node, "Skipped", strcmp(view_get(row, "skipped"), "0") == 0 ? NULL : view_get(row, "skipped"));
}

static HDF *tree_new(struct work *work);

bool exchange_message_show(struct work *work, int64_t id, HDF *node)
{
    const struct actor *actor = &work->actor;
    bool staff = actor->account_id && !actor->operator_id && actor->capabilities & CAP_BIT(CAP_CONNECT_VIEW);
    HDF *row = tree_new(work);
    if (!db_row(work, row, Q_ONE, I(id), I(actor->operator_id ? actor->operator_id : -1), I(staff), T(division_like(work->arena, actor->division))))
        return false;
    const struct message *message = message_find(view_get(row, "interface"));
    head_show(work, row, message, node);
    view_set(node, "Request", pretty(work, view_get(row, "request")));
    view_set(node, "Envelope", pretty(work, view_get(row, "envelope")));
    view_set(node, "Base", view_get(row, "base_string"));
    view_set(node, "Answer", pretty(work, view_get(row, "answer")));
    view_set(node, "Opened", pretty(work, view_get(row, "opened")));
    const struct shown shown = { message, edition_of(work, strtoll(view_get(row, "operator_id"), NULL, 10)) };
    fields_show(work, &shown, false, view_get(row, "request"), node, "Fields");
    fields_show(work, &shown, true, view_get(row, "opened"), node, "AnswerFields");
    if (!hdf_get_obj(node, "Good"))
        (hdf_get_obj(node, "Incoming") ? incoming_mend : outgoing_mend)(work, row, node);
    return true;
}

/* --- a pasted envelope --------------------------------------------------------------------------------------------------------- */

static void release(void *hdf)
{
    HDF *tree = hdf;
    hdf_destroy(&tree);
}

static HDF *tree_new(struct work *work)
{
    HDF *tree;
    if (hdf_init(&tree))
        fail_ours(work, "out of memory");
    work_defer(work, release, tree);
    return tree;
}

void exchange_verify(struct work *work, const char *interface, const char *text, HDF *node)
{
    struct partner partner;
    struct diagnosed d;
    if (!partner_load(work, company_own(work), &partner) || !partner.keyed_in) {
        view_set(node, "Missing", "还没有登记密钥，请先完成 Step1 互联配置");
        return;
    }
    const struct diagnose_with with = with_partner(&partner, work->now);
    diagnose_request(work->arena, text, strlen(text), &with, &d);
    json_decref(d.data);
    steps_show(work, &d, node);
    view_set(node, "Base", d.base ? exchange_log_masked(work->arena, &partner.to_gov, d.base, strlen(d.base)) : NULL);
    const char *plain = d.plain ? exchange_log_masked(work->arena, &partner.to_gov, d.plain, d.plain_size) : NULL;
    view_set(node, "Plain", plain ? pretty(work, plain) : NULL);
    const struct shown shown = { message_find(interface), partner.edition };
    int64_t bad = fields_show(work, &shown, false, plain, node, "Fields");
    view_set_int(node, "Bad", bad > 0 ? bad : 0);
    view_set(node, "Good", d.good && bad == 0 ? "1" : NULL);
}

void exchange_recent(struct work *work, int64_t operator_id, const char *interface, HDF *node)
{
    db_rows(work, node, "SELECT id AS Id, DATE_FORMAT(at, '%m-%d %H:%i:%s') AS At, IF(good, '通过', '未通过') AS Words,"
            " IF(good, 'good', 'bad') AS Kind, ret AS Ret, what AS What FROM exchange_log WHERE operator_id = ? AND incoming = 1"
            " AND interface = ? ORDER BY at DESC, id DESC LIMIT 10", I(operator_id), T(interface));
}
