/* pull: see the header. The traps of paging (reference section 10): PageSize ignored, PageCount wrong, pages that
 * repeat or never end, the same station twice, the peer's clock. */
#include "domain/pull.h"

#include <stdlib.h>
#include <string.h>

#include "core/config.h"
#include "core/db.h"
#include "core/log.h"
#include "core/text.h"
#include "domain/charge_snapshot.h"
#include "domain/connection.h"
#include "domain/connection_check.h"
#include "domain/entrustment.h"
#include "domain/exchange_log.h"
#include "domain/job.h"
#include "domain/partner_key.h"
#include "domain/pull_private.h"
#include "domain/seen.h"
#include "domain/status_push.h"
#include "domain/token.h"
#include "exchange/message.h"

enum { PAGE_SIZE = 50, PAGES_MAX = 5000, STATUS_IDS = 50, OVERLAP_MS = 10 * 60000, AGAIN_MINUTES = 60, SWEEPS = 400 };
enum { SLOW_AFTER = 60, SLOW_CALL = 5 };       /* seconds */

/* --- opening and closing ----------------------------------------------------------------------------- */

static void release_json(void *thing)
{
    json_decref(thing);
}

static void token_new(void *arg, const char *token, int64_t seconds)
{
    struct pull *pull = arg;
    partner_token_keep(pull->work, pull->partner.operator_id, token, seconds);
}

/* In a transaction of its own; a log that cannot be written stops no pull. */
static void trace_store(struct work *page, void *arg)
{
    exchange_log_write(page, arg);
}

static void trace(void *arg, const struct client_trace *t)
{
    struct pull *pull = arg;
    pull->http_status = t->http_status;
    struct exchange_record record = { .operator_id = pull->partner.operator_id, .keys = &pull->partner.to_operator, .source = "pull",
        .interface = t->interface, .micro = t->micro, .http_status = t->http_status, .answered = t->answered, .ret = t->ret,
        .good = t->good, .what = t->why, .request = t->request, .request_size = strlen(t->request), .answer = t->answer,
        .answer_size = t->answer_size };
    (void)!work_run(&pull->page, WORK_WRITE, trace_store, &record);
}

static void pull_close(void *arg)
{
    struct pull *pull = arg;
    client_close(&pull->client);
    json_decref(pull->seen);
    json_decref(pull->taken);
    work_release(&pull->page);
    arena_free(pull->page.arena);
    free(pull);
}

struct pull *pull_open(struct work *work, const char *operator_code)
{
    const struct partner *partner = partner_by_code(work, operator_code);
    if (!partner)
        fail(work, FAIL_MISSING, "没有标识为 %s 的接入平台，或已停用；请先导入其接入文件（partner-import）。", operator_code);
    if (!partner->base_url[0])
        fail(work, FAIL_INVALID, "运营商 %s 没有登记平台地址（base_url），无法拉取。", operator_code);
    if (!partner->keyed_out)
        fail(work, FAIL_INVALID, "运营商 %s 没有登记其平台的密钥（to_operator），无法拉取。", operator_code);
    struct pull *pull = calloc(1, sizeof *pull);
    if (!pull)
        abort();
    pull->work = work;
    pull->started = clock_micro();
    pull->seconds = config_int("Exchange.PullSeconds");
    pull->partner = *partner;
    pull->seen = json_object();
    pull->taken = connection_stations_taken(work, partner->operator_id);
    pull->page = (struct work){ .arena = arena_new(), .db = work->db, .actor = work->actor, .id = work->id, .now = work->now };
    work_defer(work, pull_close, pull);
    pull->client = (struct client){ .base_url = pull->partner.base_url, .own_id = pull->partner.gov_id,
        .keys = &pull->partner.to_operator, .token = partner_token(work, partner->operator_id),
        .answer_limit = (size_t)config_int("Exchange.AnswerLimit"), .connect_seconds = config_int("Exchange.ConnectSeconds"),
        .whole_seconds = config_int("Exchange.AnswerSeconds"), .token_new = token_new, .trace = trace,
        .arg = pull };
    return pull;
}

void pull_page_forget(struct pull *pull)
{
    work_release(&pull->page);
    arena_reset(pull->page.arena);
}

/* Who answers each question just in time could hold a runner for days: a slow one goes to the slow (job.h), and none for ever. */
static void patience(struct pull *pull)
{
    int64_t spent = (clock_micro() - pull->started) / 1000000;
    bool slow = spent > SLOW_AFTER && spent / (pull->calls + 1) >= SLOW_CALL && !job_among_slow(pull->work);
    if (spent > pull->seconds || slow)
        fail(pull->work, FAIL_UNAVAILABLE, "平台应答过慢：%lld 次查询用了 %lld 秒，本次拉取中止，稍后再试", (long long)pull->calls,
             (long long)spent);
    pull->calls++;
}

void pull_try(struct pull *pull, const char *interface, json_t *request, struct client_answer *out)
{
    patience(pull);
    pull->http_status = 0;
    client_call(&pull->client, pull->page.arena, interface, request, out);
    json_decref(request);
}

/* The answer, released with the page. A call that failed ends the work. */
static json_t *pull_call(struct pull *pull, const char *interface, json_t *request)
{
    struct client_answer answer;
    pull_try(pull, interface, request, &answer);
    if (answer.data)
        return answer.data;
    log_line(LOG_WARN_, pull->work, "exchange.pull", "operator=%s ret=%d %s", pull->partner.code, answer.ret, answer.why);
    fail(pull->work, answer.later ? FAIL_UNAVAILABLE : FAIL_INVALID, "%s", answer.why);
}

void pull_page_run(struct pull *pull, void (*store)(struct work *page, void *arg), void *arg)
{
    if (!work_run(&pull->page, WORK_WRITE, store, arg)) {
        if (pull->page.fail_detail[0])
            log_line(LOG_ERROR_, pull->work, "exchange.pull", "operator=%s %s", pull->partner.code, pull->page.fail_detail);
        fail(pull->work, pull->page.failed, "%s", pull->page.fail_text);
    }
}

/* --- stations --------------------------------------------------------------------------------------------- */

static void station_refused(struct pull *pull, const char *code, const char *fault)
{
    struct pull_report *report = pull->report;
    log_line(LOG_WARN_, pull->work, "exchange.station-refused", "operator=%s station=%s %s", pull->partner.code, code, fault);
    if (!report->first_fault)
        report->first_fault = arena_printf(pull->work->arena, "%s：%s", code, fault);
    report->refused++;
}

struct batch { struct pull *pull; struct station_record *records; size_t count; };

/* Read outside the transaction, which may run again. */
static void page_read(struct pull *pull, struct batch *batch)
{
    struct arena *arena = pull->page.arena;
    pull->fresh = 0;
    batch->records = arena_alloc(arena, (json_array_size(pull->infos) + 1) * sizeof *batch->records);
    for (size_t i = 0; i < json_array_size(pull->infos); i++) {
        json_t *info = json_array_get(pull->infos, i);
        struct station_record *record = &batch->records[batch->count];
        const char *code = arena_copy(arena, message_text(info, "StationID"));
        if (*code && json_object_get(pull->seen, code)) {
            pull->report->doubled++;
            continue;
        }
        const char *fault = pull_record(arena, info, record);
        if (*code)
            json_object_set_new(pull->seen, code, json_true());
        pull->fresh += *code != '\0';
        if (pull->taken && !json_object_get(pull->taken, code)) {
            pull->report->left_out++;
            continue;
        }
        if (fault) {
            station_refused(pull, *code ? code : "（无编码）", fault);
            continue;
        }
        record->operator_id = pull->partner.operator_id;
        batch->count++;
    }
}

/* The platform may have been stopped, or connected, since the pull began: what holds now is decided with the rows locked, in
 * the order in which stopping locks them (case, partner, stations). */
static void batch_store(struct work *page, void *arg)
{
    const struct batch *batch = arg;
    int64_t operator_id = batch->pull->partner.operator_id;
    bool published = connection_complete_held(page, operator_id);
    if (db_int(page, 0, "SELECT enabled FROM partner WHERE operator_id = ? LOCK IN SHARE MODE", I(operator_id)) != 1)
        fail(page, FAIL_INVALID, "平台接入已停用，本次拉取中止");
    for (size_t i = 0; i < batch->count; i++) {
        batch->records[i].published = published;
        station_upsert(page, &batch->records[i]);
    }
}

/* One page: asked for, read, stored. True: there may be another. */
static bool page_pull(struct pull *pull, int no, const char *since)
{
    struct findings found = { .arena = pull->page.arena };
    struct batch batch = { .pull = pull };
    json_t *answer = pull_call(pull, "query_stations_info",
                               json_pack("{s:s, s:i, s:i}", "LastQueryTime", since, "PageNo", no, "PageSize", PAGE_SIZE));
    work_defer(&pull->page, release_json, answer);
    message_check_shallow(message_find("query_stations_info")->response, answer, "", &found);
    if (found.essential)
        fail(pull->work, FAIL_INVALID, "query_stations_info：%s", findings_text(&found));
    long long pages = message_int(answer, "PageCount", 0);
    pull->infos = json_object_get(answer, "StationInfos");
    size_t named = json_array_size(pull->infos);
    page_read(pull, &batch);
    pull_page_run(pull, batch_store, &batch);
    pull->report->pages++;
    pull->report->stored += (int64_t)batch.count;
    job_progress(pull->work, arena_printf(pull->page.arena, "已取 %d 页，%lld 座充电站", pull->report->pages,
                                          (long long)pull->report->stored));
    bool repeats = named > 0 && pull->fresh == 0;
    pull->report->complete = !repeats && (named == 0 || (pages > 0 && no >= pages));
    return named > 0 && !repeats && !pull->report->complete;
}

struct gone { int64_t id; const char *code; };
struct gone_list { struct pull *pull; json_t *ids; struct gone row; };

static void gone_note(void *row, void *arg)
{
    const struct gone *station = row;
    struct gone_list *list = arg;
    bool takes_part = !list->pull->taken || json_object_get(list->pull->taken, station->code);
    if (!takes_part || !json_object_get(list->pull->seen, station->code))
        json_array_append_new(list->ids, json_integer(station->id));
}

static void gone_remove(struct work *page, void *arg)
{
    static const struct db_column columns[] = { DB_INT(struct gone, id), DB_TEXT(struct gone, code), DB_END };
    struct pull *pull = arg;
    struct gone_list list = { .pull = pull, .ids = json_array() };
    work_defer(page, release_json, list.ids);
    db_each(page, columns, &list.row, gone_note, &list,
            "SELECT id, code FROM station WHERE operator_id = ? AND source = 'exchange' AND removed_at IS NULL",
            I(pull->partner.operator_id));
    for (size_t i = 0; i < json_array_size(list.ids); i++)
        station_remove(page, json_integer_value(json_array_get(list.ids, i)));
    pull->report->removed = (int64_t)json_array_size(list.ids);
}

static const char *payload_for(struct work *work, const char *code)
{
    return arena_printf(work->arena, "{\"operator_code\":\"%s\"}", code);
}

static void pull_finish(struct work *page, void *arg)
{
    struct pull *pull = arg;
    const char *code = pull->partner.code;
    if (pull->report->complete)       /* their clock may be behind ours: ask again for the last minutes next time */
        partner_pulled(page, pull->partner.operator_id,
                       time_format(page->arena, pull->work->now - OVERLAP_MS, "%Y-%m-%d %H:%M:%S"));
    entrustment_apply(page, pull->partner.operator_id);
    job_add(page, "map.build", "map.build", "{}");
    job_add_remote(page, "exchange.pull-status", arena_printf(page->arena, "exchange.pull-status.%s", code), payload_for(page, code),
                   JOB_REMOTE, code);
}

void pull_stations(struct work *work, const char *operator_code, bool whole, struct pull_report *report)
{
    pull_stations_within(work, operator_code, whole, config_int("Exchange.PullSeconds"), report);
}

void pull_stations_within(struct work *work, const char *operator_code, bool whole, int64_t seconds, struct pull_report *report)
{
    struct pull *pull = pull_open(work, operator_code);
    pull->seconds = seconds;
    const char *since = whole ? "" : arena_copy(work->arena, pull->partner.last_pull_at);
    *report = (struct pull_report){ 0 };
    pull->report = report;
    for (int no = 1; no <= PAGES_MAX && page_pull(pull, no, since); no++)
        pull_page_forget(pull);
    pull_page_forget(pull);
    if (!*since && report->complete && json_object_size(pull->seen) > 0)
        pull_page_run(pull, gone_remove, pull);
    pull_page_run(pull, pull_finish, pull);
    log_line(LOG_INFO_, work, "exchange.pulled", "operator=%s pages=%d stored=%lld refused=%lld removed=%lld doubled=%lld complete=%d",
             operator_code, report->pages, (long long)report->stored, (long long)report->refused, (long long)report->removed,
             (long long)report->doubled, report->complete);
}

void pull_stations_job(struct work *work, const json_t *payload)
{
    struct pull_report report;
    pull_stations(work, message_text(payload, "operator_code"), json_is_true(json_object_get(payload, "whole")), &report);
}

/* --- states ------------------------------------------------------------------------------------------------- */

struct states { struct pull *pull; struct status_item *items; size_t count; int64_t at_ms; struct push_outcome outcome; };

static void states_store(struct work *page, void *arg)
{
    struct states *s = arg;
    status_answer_store(page, s->pull->partner.operator_id, s->at_ms, s->items, s->count, &s->outcome);
}

static bool status_good(struct arena *arena, const struct field *fields, json_t *object)
{
    struct findings found = { .arena = arena, .drop_bad = true };
    if (!json_is_object(object))
        return false;
    message_check_shallow(fields, object, "", &found);
    return found.essential == 0;
}

/* Good items of one StationStatusInfo are added to `s`. */
static void states_of_station(struct states *s, json_t *station)
{
    struct arena *arena = s->pull->page.arena;
    const json_t *infos = json_object_get(station, "ConnectorStatusInfos");
    for (size_t i = 0; i < json_array_size(infos); i++) {
        json_t *info = json_array_get(infos, i);
        if (status_good(arena, connector_status_fields, info))
            s->items[s->count++] = (struct status_item){ .station_code = message_text(station, "StationID"),
                .connector_code = message_text(info, "ConnectorID"), .status = (int)message_int(info, "Status", 0),
                .park_status = (int)message_int(info, "ParkStatus", -1), .lock_status = (int)message_int(info, "LockStatus", -1) };
    }
}

/* How many states the answer can name at most. */
static size_t states_named(const json_t *infos)
{
    size_t count = 0;
    for (size_t i = 0; i < json_array_size(infos); i++)
        count += json_array_size(json_object_get(json_array_get(infos, i), "ConnectorStatusInfos"));
    return count;
}

static void states_pull(struct pull *pull, json_t *codes)
{
    struct states s = { .pull = pull, .at_ms = clock_now() };
    json_t *answer = pull_call(pull, "query_station_status", json_pack("{s:O}", "StationIDs", codes));
    work_defer(&pull->page, release_json, answer);
    const json_t *infos = json_object_get(answer, "StationStatusInfos");
    if (!json_is_array(infos))
        fail(pull->work, FAIL_INVALID, "query_station_status：应答缺少 StationStatusInfos 数组");
    s.items = arena_alloc(pull->page.arena, (states_named(infos) + 1) * sizeof *s.items);
    for (size_t i = 0; i < json_array_size(infos); i++)
        if (status_good(pull->page.arena, station_status_fields, json_array_get(infos, i)))
            states_of_station(&s, json_array_get(infos, i));
    if (s.count) {
        pull_page_run(pull, states_store, &s);
        status_push_show(pull->work, &s.outcome);
    }
}

static void code_note(void *row, void *arg)
{
    json_array_append_new(arg, json_string(((const struct gone *)row)->code));
}

void pull_status_job(struct work *work, const json_t *payload)
{
    static const struct db_column columns[] = { DB_INT(struct gone, id), DB_TEXT(struct gone, code), DB_END };
    struct pull *pull = pull_open(work, message_text(payload, "operator_code"));
    struct gone row;
    json_t *all = json_array();
    work_defer(work, release_json, all);
    db_each(work, columns, &row, code_note, all,
            "SELECT id, code FROM station WHERE operator_id = ? AND source = 'exchange' AND removed_at IS NULL ORDER BY id",
            I(pull->partner.operator_id));
    for (size_t from = 0; from < json_array_size(all); from += STATUS_IDS) {
        json_t *codes = json_array();
        work_defer(&pull->page, release_json, codes);
        for (size_t i = from; i < from + STATUS_IDS && i < json_array_size(all); i++)
            json_array_append(codes, json_array_get(all, i));
        states_pull(pull, codes);
        job_progress(work, arena_printf(pull->page.arena, "已查询 %zu / %zu 座充电站", from + json_array_size(codes),
                                        json_array_size(all)));
        pull_page_forget(pull);
    }
}

/* --- tending ---------------------------------------------------------------------------------------------------- */

struct due { const char *code; int64_t whole; };

static void due_add(void *row, void *arg)
{
    const struct due *due = row;
    json_array_append_new(arg, json_pack("{s:s, s:b}", "operator_code", due->code, "whole", due->whole != 0));
}

/* Partners whose last complete pull is older than Exchange.PullMinutes; whole once a day, else what changed. Who was
 * asked in vain (away, or its pages never end) is asked again after an hour, not with each round. */
static void tend(struct work *work, void *arg)
{
    static const struct db_column columns[] = { DB_TEXT(struct due, code), DB_INT(struct due, whole), DB_END };
    int64_t minutes = config_int("Exchange.PullMinutes");
    struct due row;
    json_t *list = json_array();
    (void)arg;
    work_defer(work, release_json, list);
    token_sweep(work);
    charge_snapshot_sweep(work);
    partner_keys_sweep(work);
    if (minutes == 0)
        return;
    db_each(work, columns, &row, due_add, list,
            "SELECT o.code, p.last_pull_at IS NULL OR p.last_pull_at < ? FROM partner p JOIN operator o ON o.id = p.operator_id"
            " WHERE p.enabled = 1 AND p.base_url <> '' AND (p.last_pull_at IS NULL OR p.last_pull_at < ?) AND NOT EXISTS"
            " (SELECT 1 FROM job WHERE job_key = CONCAT('exchange.pull-stations.', o.code) AND finished_at > ?)",
            T(time_sql(work->arena, work->now - INT64_C(86400000))), T(time_sql(work->arena, work->now - minutes * 60000)),
            T(time_sql(work->arena, work->now - (minutes < AGAIN_MINUTES ? minutes : AGAIN_MINUTES) * 60000)));
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *payload = json_array_get(list, i);
        char *text = json_dumps(payload, JSON_COMPACT);
        const char *code = message_text(payload, "operator_code");
        job_add_remote(work, "exchange.pull-stations", arena_printf(work->arena, "exchange.pull-stations.%s", code),
                       arena_copy(work->arena, text), JOB_REMOTE, code);
        free(text);
    }
}

struct swept { int64_t rows; };

static void seen_tend(struct work *work, void *arg)
{
    ((struct swept *)arg)->rows = seen_sweep(work);
}

static void checks_tend(struct work *work, void *arg)
{
    (void)arg;
    connection_check_tend(work);
}

void exchange_tend_job(struct work *work, const json_t *payload)
{
    (void)payload;
    work_must(work, WORK_WRITE, checks_tend, NULL);
    struct swept swept = { SEEN_SWEEP };
    for (int n = 0; n < SWEEPS && swept.rows == SEEN_SWEEP; n++)      /* as many as came, whatever the rate of messages */
        work_must(work, WORK_WRITE, seen_tend, &swept);
    if (!work_run(work, WORK_WRITE, tend, NULL))
        fail(work, work->failed, "%s", arena_copy(work->arena, work->fail_text));
}
