/* connection_check: see the header. Calls lie outside transactions; what they came to is gathered in memory and stored at the end. */
#include "domain/connection_check.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/config.h"
#include "core/db.h"
#include "core/text.h"
#include "domain/connection.h"
#include "domain/connection_check_private.h"
#include "domain/connection_tried.h"
#include "domain/exchange_log.h"
#include "domain/exchange_try.h"
#include "domain/job.h"
#include "domain/pull.h"
#include "exchange/message.h"

enum { TRIES = 3, PAUSE_SECONDS = 3, CALL_LEAST = 2 };

/* --- rows of the report --------------------------------------------------------------------------------------------------- */

struct check_row *check_row(struct check *check, const char *part, const char *code, const char *name)
{
    if (check->count == CHECK_ROWS)
        return NULL;
    struct check_row *row = &check->rows[check->count++];
    *row = (struct check_row){ .part = part, .code = code, .name = name, .good = true, .what = "" };
    return row;
}

void check_bad(struct check *check, struct check_row *row, const char *what)
{
    check->bad++;
    if (!row)
        return;
    row->good = false;
    row->what = *row->what ? arena_printf(check->work->arena, "%s；%s", row->what, what) : what;
}

int64_t check_left(const struct check *check)
{
    return config_int("Exchange.CheckSeconds") - (clock_micro() - check->started) / 1000000;
}

/* --- calls ------------------------------------------------------------------------------------------------------------------ */


static void trace_store(struct work *work, void *arg)
{
    (void)exchange_log_write(work, arg);
}

static void trace(void *arg, const struct client_trace *t)
{
    struct check *check = arg;
    struct exchange_record record = { .operator_id = check->operator_id, .keys = &check->partner.to_operator, .source = "check",
        .interface = t->interface, .micro = t->micro, .http_status = t->http_status, .answered = t->answered, .ret = t->ret,
        .good = t->good, .what = t->why, .request = t->request, .request_size = strlen(t->request), .answer = t->answer,
        .answer_size = t->answer_size };
    struct work page = { .arena = check->work->arena, .db = check->work->db, .actor = check->work->actor, .id = check->work->id,
                         .now = clock_now() };
    (void)!work_run(&page, WORK_WRITE, trace_store, &record);
    work_release(&page);
}

static void client_release(void *client)
{
    client_close(client);
}

static void client_open(struct check *check)
{
    check->client = (struct client){ .base_url = check->partner.base_url, .own_id = check->partner.gov_id,
        .keys = &check->partner.to_operator, .answer_limit = (size_t)config_int("Exchange.AnswerLimit"),
        .connect_seconds = config_int("Exchange.ConnectSeconds"), .trace = trace, .arg = check, .strict = true,
        .edition = check->partner.edition };
    work_defer(check->work, client_release, &check->client);
}

static void call_once(struct check *check, const char *interface, struct client_answer *answer)
{
    int64_t left = check_left(check), most = config_int("Exchange.AnswerSeconds");
    check->client.whole_seconds = left < most ? left : most;
    if (strcmp(interface, "query_token") == 0) {
        bool good = client_token(&check->client, check->work->arena, answer);
        answer->fault = good ? "" : answer->why;
        return;
    }
    const char *text = exchange_example(check->work, check->operator_id, interface, false);
    json_t *request = json_loads(text, 0, NULL);
    client_call(&check->client, check->work->arena, interface, request, answer);
    json_decref(request);
    json_decref(answer->data);
}

/* A platform that is away is asked again; one that answers wrongly is not. */
static void interface_check(struct check *check, const char *interface, const char *label)
{
    struct check_row *row = check_row(check, "interface", interface, label);
    struct client_answer answer = { .why = "", .fault = "" };
    int64_t begun = clock_micro();
    for (int n = 0; n < TRIES && check_left(check) >= CALL_LEAST; n++) {
        if (n)
            sleep(PAUSE_SECONDS);
        call_once(check, interface, &answer);
        if (!*answer.why || !answer.later || (answer.reached && answer.ret != RET_BUSY))
            break;
    }
    if (row)
        row->milliseconds = (clock_micro() - begun) / 1000;
    if (check_left(check) < CALL_LEAST && !*answer.why && !*answer.fault)
        check_bad(check, row, "核对时间已用完，未能检查");
    else if (*answer.why || *answer.fault)
        check_bad(check, row, *answer.why ? answer.why : answer.fault);
    if (*answer.why && !answer.reached && !check->away)
        check->away = answer.why;
    job_progress(check->work, arena_printf(check->work->arena, "已调用 %zu 个接口", check->count));
}

static void interfaces_check(struct check *check)
{
    const char *label, *interface;
    for (size_t i = 0; (interface = connection_required_at(check->work, check->operator_id, i, &label)); i++)
        if (*interface && !check->away)
            interface_check(check, interface, label);
}

/* --- the run ------------------------------------------------------------------------------------------------------------------ */

static void pull(struct work *work, void *arg)
{
    struct check *check = arg;
    pull_stations_within(work, check->partner.code, true, check_left(check), &check->pulled);
}

/* Into the tables as every pull; what fails is a finding, not the end of the check. */
static void stations_pull(struct check *check)
{
    struct check_row *row = check_row(check, "interface", "query_stations_info", "拉取全部关联充电站");
    struct work *work = check->work;
    struct work sub = { .arena = work->arena, .db = work->db, .actor = work->actor, .id = work->id, .job_id = work->job_id, .now = clock_now() };
    int64_t begun = clock_micro();
    bool good = work_run(&sub, WORK_PLAIN, pull, check);
    const char *why = arena_copy(work->arena, sub.fail_text);
    work_release(&sub);
    if (row)
        row->milliseconds = (clock_micro() - begun) / 1000;
    if (!good)
        check_bad(check, row, why);
    else if (check->pulled.refused)
        check_bad(check, row, arena_printf(work->arena, "%lld 座充电站的数据不能采用，如 %s", (long long)check->pulled.refused, check->pulled.first_fault));
    else if (row)
        row->what = arena_printf(work->arena, "共 %d 页，%lld 座充电站", check->pulled.pages, (long long)check->pulled.stored);
    check->comparable = good;
}

static void begin(struct work *work, void *arg)
{
    struct check *check = arg;
    check->wanted = db_int(work, 0, "SELECT state = 'checking' FROM connection WHERE operator_id = ? AND platform_id = operator_id FOR UPDATE",
                           I(check->operator_id)) == 1;
    if (!check->wanted)
        return;
    check->id = db_int(work, 0, "SELECT id FROM connection_check WHERE operator_id = ? AND state = 'running' ORDER BY begun_at DESC LIMIT 1",
                       I(check->operator_id));
    if (!check->id)
        check->id = db_insert(work, "INSERT INTO connection_check (operator_id, division_code, begun_at) SELECT id,"
                              " COALESCE(division_code, ''), NOW(3) FROM operator WHERE id = ?", I(check->operator_id));
}

static const char *verdict_words(struct check *check)
{
    struct arena *arena = check->work->arena;
    if (check->away)
        return arena_printf(arena, "%s，共尝试 %d 次；请处理后重新提交系统核对申请", check->away, TRIES);
    if (check->bad)
        return arena_printf(arena, "有 %d 处不符合要求，详见核对报告", check->bad);
    return arena_printf(arena, "全部接口正常，%d 座充电站与档案一致", check->stations);
}

static void finish(struct work *work, void *arg)
{
    struct check *check = arg;
    const char *words = verdict_words(check);
    if (!db_exec(work, "UPDATE connection_check SET state = ?, ended_at = NOW(3), words = ?, stations = ? WHERE id = ? AND state = 'running'",
                 T(check->bad ? "failed" : "passed"), T(words), I(check->stations), I(check->id)))
        return;                                /* another runner was faster: it is decided */
    for (size_t i = 0; i < check->count; i++) {
        const struct check_row *r = &check->rows[i];
        db_exec(work, "INSERT INTO connection_check_row (check_id, position, part, code, name, good, milliseconds, what, detail)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", I(check->id), I((int64_t)i), T(r->part), T(utf8_cut(work->arena, r->code, 60)),
                T(utf8_cut(work->arena, r->name, 190)), I(r->good), I(r->milliseconds), T(utf8_cut(work->arena, r->what, 1900)), T(r->detail));
    }
    connection_checked(work, check->operator_id, !check->bad, words);
}

void connection_check_end(struct work *work, int64_t operator_id, const char *words)
{
    db_exec(work, "UPDATE connection_check SET state = 'failed', ended_at = NOW(3), words = ? WHERE operator_id = ? AND state = 'running'",
            T(words), I(operator_id));
}

struct given_up { int64_t operator_id; };
struct given_ups { int64_t ids[50]; size_t count; };

static void given_up_add(void *row, void *arg)
{
    struct given_ups *all = arg;
    all->ids[all->count++] = ((const struct given_up *)row)->operator_id;
}

void connection_check_tend(struct work *work)
{
    static const struct db_column columns[] = { DB_INT(struct given_up, operator_id), DB_END };
    static const char words[] = "核对未能完成，请重新提交系统核对申请";
    struct given_ups all = { .count = 0 };
    struct given_up row;
    db_each(work, columns, &row, given_up_add, &all, "SELECT c.operator_id FROM connection c WHERE c.state = 'checking' AND c.platform_id = c.operator_id"
            " AND NOT EXISTS (SELECT 1 FROM job j WHERE j.job_key = CONCAT('connection.check.', c.operator_id) AND j.state IN ('waiting', 'running')) LIMIT 50");
    for (size_t i = 0; i < all.count; i++) {
        connection_check_end(work, all.ids[i], words);
        connection_checked(work, all.ids[i], false, words);
    }
}

void connection_check_job(struct work *work, const json_t *payload)
{
    struct check *check = arena_alloc(work->arena, sizeof *check);
    check->work = work;
    check->operator_id = json_integer_value(json_object_get(payload, "operator_id"));
    check->started = clock_micro();
    work_must(work, WORK_WRITE, begin, check);
    if (!check->wanted)
        return;
    if (!partner_load(work, check->operator_id, &check->partner) || !check->partner.base_url[0] || !check->partner.keyed_out) {
        check_bad(check, check_row(check, "interface", "base_url", "平台地址和密钥"), "没有登记平台地址或密钥，请在 Step1 补全");
    } else {
        client_open(check);
        interfaces_check(check);
        if (!check->away)
            stations_pull(check);
        if (check->comparable)
            check_stations(check);
    }
    work_must(work, WORK_WRITE, finish, check);
}
