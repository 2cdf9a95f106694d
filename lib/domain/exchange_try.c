/* exchange_try: see the header. */
#include "domain/exchange_try.h"

#include <stdlib.h>
#include <string.h>

#include "core/config.h"
#include "core/db.h"
#include "core/text.h"
#include "domain/company.h"
#include "domain/connection_tried.h"
#include "domain/exchange_log.h"
#include "domain/job.h"
#include "domain/partner.h"
#include "exchange/client.h"
#include "exchange/message.h"
#include "web/web.h"

enum { REQUEST_MOST = 8192 };

/* --- asking -------------------------------------------------------------------------------------------------------- */

/* A JSON object that a message can be made of; NULL with *why. */
static json_t *request_read(struct work *work, const char *text, const char **why)
{
    json_error_t where;
    json_t *object = strlen(text) > REQUEST_MOST ? NULL : json_loads(text, JSON_REJECT_DUPLICATES, &where);
    if (strlen(text) > REQUEST_MOST)
        *why = "业务数据过长，不得超过 8 KB";
    else if (!object)
        *why = arena_printf(work->arena, "业务数据不是合法的 JSON（第 %d 行第 %d 列附近），请检查引号、逗号和括号", where.line, where.column);
    else if (!json_is_object(object)) {
        *why = "业务数据应为 JSON 对象，以 { 开头";
        json_decref(object);
        return NULL;
    }
    return object;
}

const char *exchange_try_ask(struct work *work, const char *interface, const char *request, int64_t *id)
{
    int64_t own = company_own(work);
    const struct message *message = message_find(interface);
    struct partner partner;
    const char *why = NULL;
    if (!message || !message->by_portal)
        return "请选择由本平台调用的接口";
    if (!partner_load(work, own, &partner) || !partner.base_url[0] || !partner.keyed_out)
        return "还没有登记平台地址和密钥，请先完成 Step1 互联配置";
    json_t *object = request_read(work, request, &why);
    json_decref(object);
    if (why)
        return why;
    (void)db_int(work, 0, "SELECT id FROM operator WHERE id = ? FOR UPDATE", I(own));       /* two buttons at once */
    if (db_int(work, 0, "SELECT COUNT(*) FROM exchange_try WHERE operator_id = ? AND state <> 'done' AND asked_at > NOW(3) - INTERVAL 2 MINUTE", I(own)))
        return "上一条报文还在发送，请等待其结果";
    *id = db_insert(work, "INSERT INTO exchange_try (operator_id, account_id, interface, request) VALUES (?, ?, ?, ?)", I(own),
                    I(work->actor.account_id), T(interface), T(request));
    job_add_remote(work, "exchange.try", arena_printf(work->arena, "exchange.try:%lld", (long long)*id),
                   arena_printf(work->arena, "{\"id\":%lld}", (long long)*id), JOB_PROMPT, partner.code);
    return NULL;
}

bool exchange_try_show(struct work *work, int64_t id, HDF *node)
{
    if (!db_row(work, node, "SELECT id AS Id, interface AS Interface, state AS State, good AS Good, what AS What, log_id AS LogId,"
                " request AS Request, DATE_FORMAT(asked_at, '%Y-%m-%d %H:%i:%s') AS At FROM exchange_try WHERE id = ? AND operator_id = ?",
                I(id), I(company_own(work))))
        return false;
    const struct message *message = message_find(view_get(node, "Interface"));
    view_set(node, "Label", message ? message->label : "");
    view_set(node, "Running", strcmp(view_get(node, "State"), "done") == 0 ? NULL : "1");
    return true;
}

void exchange_try_purge(struct work *work)
{
    db_exec(work, "DELETE FROM exchange_try WHERE asked_at < NOW(3) - INTERVAL 7 DAY LIMIT 5000");
}

/* --- sending, by a job ------------------------------------------------------------------------------------------------ */

struct try {
    struct work   *work;
    int64_t        id, operator_id;
    const char    *interface, *request, *state, *what;
    struct partner partner;
    struct client  client;
    const char    *token;            /* a new one, to be kept */
    int64_t        token_seconds;
    int64_t        log_id;           /* of the last exchange that was traced */
    bool           good;
};

static void try_load(struct work *work, void *arg)
{
    static const struct db_column columns[] = { DB_INT(struct try, operator_id), DB_TEXT(struct try, interface),
        DB_TEXT(struct try, request), DB_TEXT(struct try, state), DB_END };
    struct try *t = arg;
    if (!db_struct(work, columns, t, "SELECT operator_id, interface, request, state FROM exchange_try WHERE id = ? FOR UPDATE", I(t->id)))
        fail(work, FAIL_MISSING, "没有这次调试");
    if (strcmp(t->state, "waiting") == 0)
        db_exec(work, "UPDATE exchange_try SET state = 'sending', sent_at = NOW(3) WHERE id = ?", I(t->id));
}

static void try_finish(struct work *work, void *arg)
{
    const struct try *t = arg;
    const char *what = utf8_cut(work->arena, t->what, 900);
    if (!db_exec(work, "UPDATE exchange_try SET state = 'done', done_at = NOW(3), good = ?, what = ?, log_id = ? WHERE id = ? AND state = 'sending'",
                 I(t->good), T(what), I(t->log_id), I(t->id)))
        return;
    if (t->log_id)
        connection_tried(work, t->operator_id, t->interface, false, t->good, what);
    if (t->token)
        partner_token_keep(work, t->operator_id, t->token, t->token_seconds);
}

struct traced { const struct exchange_record *record; int64_t id; };

static void trace_store(struct work *work, void *arg)
{
    struct traced *traced = arg;
    traced->id = exchange_log_write(work, traced->record);
}

static void trace(void *arg, const struct client_trace *t)
{
    struct try *try = arg;
    const struct exchange_record record = { .operator_id = try->operator_id, .keys = &try->partner.to_operator, .source = "console",
        .interface = t->interface, .micro = t->micro, .http_status = t->http_status, .answered = t->answered, .ret = t->ret,
        .good = t->good, .what = t->why, .request = t->request, .request_size = strlen(t->request), .answer = t->answer,
        .answer_size = t->answer_size };
    struct traced traced = { .record = &record };
    struct work page = { .arena = try->work->arena, .db = try->work->db, .actor = try->work->actor, .id = try->work->id, .now = clock_now() };
    if (work_run(&page, WORK_WRITE, trace_store, &traced))
        try->log_id = traced.id;
    work_release(&page);
}

static void token_new(void *arg, const char *token, int64_t seconds)
{
    struct try *t = arg;
    t->token = arena_copy(t->work->arena, token);
    t->token_seconds = seconds;
}

static void try_close(void *arg)
{
    client_close(arg);
}

static void try_call(struct try *t)
{
    struct work *work = t->work;
    struct client_answer answer;
    const char *why = "";
    t->client = (struct client){ .base_url = t->partner.base_url, .own_id = t->partner.gov_id, .keys = &t->partner.to_operator,
        .token = partner_token(work, t->operator_id), .answer_limit = (size_t)config_int("Exchange.AnswerLimit"),
        .connect_seconds = config_int("Exchange.ConnectSeconds"), .whole_seconds = config_int("Exchange.TrySeconds"),
        .token_new = token_new, .trace = trace, .arg = t, .strict = true, .edition = t->partner.edition };
    work_defer(work, try_close, &t->client);
    if (strcmp(t->interface, "query_token") == 0) {
        t->good = client_token(&t->client, work->arena, &answer);
        t->what = answer.why;
        return;
    }
    json_t *request = request_read(work, t->request, &why);
    client_call(&t->client, work->arena, t->interface, request, &answer);
    json_decref(request);
    t->good = answer.data && !*answer.fault;
    t->what = *answer.why ? answer.why : answer.fault;
    json_decref(answer.data);
}

void exchange_try_job(struct work *work, const json_t *payload)
{
    struct try t = { .work = work, .id = json_integer_value(json_object_get(payload, "id")), .what = "" };
    struct try *kept = arena_alloc(work->arena, sizeof *kept);          /* outlives this frame until the work is released */
    *kept = t;
    work_must(work, WORK_WRITE, try_load, kept);
    if (strcmp(kept->state, "sending") == 0)
        kept->what = "发送时系统中断，不能确定对方是否收到，请重新发送";
    else if (strcmp(kept->state, "waiting") == 0 && partner_load(work, kept->operator_id, &kept->partner) && kept->partner.base_url[0] && kept->partner.keyed_out)
        try_call(kept);
    else
        kept->what = "平台地址或密钥已变更，请重新发送";
    work_must(work, WORK_WRITE, try_finish, kept);
}
