/* exchange_stats: see the header. */
#include "domain/exchange_stats.h"

#include <math.h>
#include <stdlib.h>

#include "core/config.h"
#include "core/db.h"
#include "core/log.h"
#include "core/text.h"
#include "domain/job.h"
#include "domain/pull_private.h"
#include "exchange/message.h"

#define Q_MAY_OFFER \
    "SELECT o.code FROM partner p JOIN operator o ON o.id = p.operator_id LEFT JOIN exchange_stats_offer f ON f.operator_id = p.operator_id" \
    " WHERE p.enabled = 1 AND p.base_url <> '' AND EXISTS (SELECT 1 FROM partner_key k WHERE k.operator_id = p.operator_id" \
    " AND k.direction = 'to_operator' AND k.ends_at IS NULL) AND (f.operator_id IS NULL OR f.offered = 1 OR f.tried_at < ?)"
#define Q_TO_ASK \
    "SELECT s.id, s.code FROM station s WHERE s.operator_id = ? AND s.source = 'exchange' AND s.removed_at IS NULL AND NOT EXISTS" \
    " (SELECT 1 FROM exchange_stats t WHERE t.day = ? AND t.station_id = s.id) ORDER BY s.id"
#define Q_STORE "REPLACE INTO exchange_stats (day, station_id, operator_id, energy_wh, parts, told_at) VALUES (?, ?, ?, ?, ?, ?)"
#define Q_OFFER "REPLACE INTO exchange_stats_offer (operator_id, offered, tried_at, what) VALUES (?, ?, ?, ?)"

static const char INTERFACE[] = "query_station_stats";

struct station { int64_t id; const char *code; };
struct asking {
    struct pull *pull;
    const char  *day, *what;
    json_t      *stations;               /* [[id, code], …] */
    json_t      *stats;                  /* of the station in hand */
    int64_t      station_id, stored, refused;
};

/* --- storing ----------------------------------------------------------------------------------------------------- */

static int64_t watt_hours(const json_t *object, const char *name)
{
    return llround(message_number(object, name, 0) * 1000);
}

static const char *parts_text(struct work *work, const json_t *stats)
{
    json_t *equipment = json_object(), *connectors = json_object();
    json_t *parts = json_pack("{s:o, s:o}", "equipment", equipment, "connector", connectors);
    const json_t *infos = json_object_get(stats, "EquipmentStatsInfos");
    for (size_t i = 0; i < json_array_size(infos); i++) {
        const json_t *info = json_array_get(infos, i), *guns = json_object_get(info, "ConnectorStatsInfos");
        json_object_set_new(equipment, message_text(info, "EquipmentID"), json_integer(watt_hours(info, "EquipmentElectricity")));
        for (size_t j = 0; j < json_array_size(guns); j++)
            json_object_set_new(connectors, message_text(json_array_get(guns, j), "ConnectorID"),
                                json_integer(watt_hours(json_array_get(guns, j), "ConnectorElectricity")));
    }
    char *text = json_dumps(parts, JSON_COMPACT);
    const char *kept = arena_copy(work->arena, text);
    free(text);
    json_decref(parts);
    return kept;
}

void exchange_stats_store(struct work *work, int64_t operator_id, int64_t station_id, const char *day, const json_t *stats)
{
    db_exec(work, Q_STORE, T(day), I(station_id), I(operator_id), I(watt_hours(stats, "StationElectricity")), T(parts_text(work, stats)),
            T(time_sql(work->arena, clock_now())));
}

static void store(struct work *page, void *arg)
{
    const struct asking *a = arg;
    exchange_stats_store(page, a->pull->partner.operator_id, a->station_id, a->day, a->stats);
    if (a->stored == 0)
        db_exec(page, Q_OFFER, I(a->pull->partner.operator_id), I(1), T(time_sql(page->arena, clock_now())), T(""));
}

static void store_refusal(struct work *page, void *arg)
{
    const struct asking *a = arg;
    db_exec(page, Q_OFFER, I(a->pull->partner.operator_id), I(0), T(time_sql(page->arena, clock_now())), T(utf8_cut(page->arena, a->what, 300)));
}

/* --- asking -------------------------------------------------------------------------------------------------------- */

static void release_json(void *thing)
{
    json_decref(thing);
}

static void station_note(void *row, void *arg)
{
    const struct station *s = row;
    json_array_append_new(arg, json_pack("[I, s]", (json_int_t)s->id, s->code));
}

static bool stats_good(struct asking *a, json_t *answer)
{
    struct findings found = { .arena = a->pull->page.arena, .drop_bad = true };
    message_check(message_find(INTERFACE)->response, answer, "", &found);
    if (found.essential)
        a->what = arena_copy(a->pull->work->arena, findings_text(&found));
    return found.essential == 0;
}

/* Is this station's answer the sign that nobody is there to answer? */
static bool unoffered(const struct asking *a)
{
    int status = a->pull->http_status;
    return a->stored == 0 && (status == 404 || status == 405 || status == 501 || a->refused >= STATS_TRIES);
}

/* False: the platform does not offer the interface. */
static bool station_ask(struct asking *a, const char *code)
{
    struct pull *pull = a->pull;
    struct client_answer answer;
    pull_try(pull, INTERFACE, json_pack("{s:s, s:s, s:s}", "StationID", code, "StartTime", a->day, "EndTime", a->day), &answer);
    if (answer.data)
        work_defer(&pull->page, release_json, answer.data);
    a->what = answer.data ? "" : arena_copy(pull->work->arena, answer.why);
    if (answer.data && stats_good(a, answer.data)) {
        a->stats = json_object_get(answer.data, "StationStats");
        pull_page_run(pull, store, a);
        a->stored++;
        return true;
    }
    log_line(LOG_WARN_, pull->work, "exchange.stats-refused", "operator=%s station=%s %s", pull->partner.code, code, a->what);
    a->refused++;
    if (unoffered(a))
        return false;
    if (!answer.data && answer.later)
        fail(pull->work, FAIL_UNAVAILABLE, "%s", a->what);
    return true;
}

void exchange_stats_job(struct work *work, const json_t *payload)
{
    static const struct db_column columns[] = { DB_INT(struct station, id), DB_TEXT(struct station, code), DB_END };
    struct asking a = { .pull = pull_open(work, message_text(payload, "operator_code")), .what = "", .stations = json_array() };
    struct station row;
    a.day = arena_copy(work->arena, message_text(payload, "day"));
    work_defer(work, release_json, a.stations);
    db_each(work, columns, &row, station_note, a.stations, Q_TO_ASK, I(a.pull->partner.operator_id), T(a.day));
    for (size_t i = 0; i < json_array_size(a.stations); i++) {
        const json_t *station = json_array_get(a.stations, i);
        a.station_id = json_integer_value(json_array_get(station, 0));
        if (!station_ask(&a, json_string_value(json_array_get(station, 1)))) {
            pull_page_run(a.pull, store_refusal, &a);
            break;
        }
        job_progress(work, arena_printf(a.pull->page.arena, "已查询 %zu / %zu 座充电站", i + 1, json_array_size(a.stations)));
        pull_page_forget(a.pull);
    }
    log_line(LOG_INFO_, work, "exchange.stats", "operator=%s day=%s stored=%lld refused=%lld", a.pull->partner.code, a.day,
             (long long)a.stored, (long long)a.refused);
}

/* --- asked for once a day -------------------------------------------------------------------------------------------- */

struct code { const char *code; };

static void code_note(void *row, void *arg)
{
    json_array_append_new(arg, json_string(((const struct code *)row)->code));
}

void exchange_stats_ask(struct work *work, const char *day)
{
    static const struct db_column columns[] = { DB_TEXT(struct code, code), DB_END };
    struct code row;
    json_t *codes = json_array();
    work_defer(work, release_json, codes);
    if (config_int("Exchange.PullMinutes") == 0)
        return;
    db_each(work, columns, &row, code_note, codes, Q_MAY_OFFER,
            T(time_sql(work->arena, work->now - STATS_AGAIN_DAYS * INT64_C(86400000))));
    for (size_t i = 0; i < json_array_size(codes); i++) {
        const char *code = json_string_value(json_array_get(codes, i));
        job_add_remote(work, "exchange.pull-stats", arena_printf(work->arena, "exchange.pull-stats.%s", code),
                       arena_printf(work->arena, "{\"operator_code\":\"%s\",\"day\":\"%s\"}", code, day), JOB_REMOTE, code);
    }
}
