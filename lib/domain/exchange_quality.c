/* exchange_quality: the count; see the header. A batch is read with four statements by ranges of station ids, judged in memory
 * and written; whatever was counted of the day before is replaced. */
#include "domain/exchange_quality.h"

#include <string.h>

#include "core/config.h"
#include "core/db.h"
#include "core/text.h"
#include "domain/exchange_online.h"
#include "domain/exchange_stats.h"
#include "domain/job.h"

enum { BATCH = 200, DAY_MS = 86400000 };
enum { STATION_FIELDS = 8, EQUIPMENT_FIELDS = 1, CONNECTOR_FIELDS = 5 };

#define TOLD_BY_PLATFORM " s.removed_at IS NULL AND s.source IN ('exchange', 'demo')"
#define MS(column) "COALESCE(CAST(UNIX_TIMESTAMP(" column ") * 1000 AS SIGNED), 0)"
#define Q_STATIONS \
    "SELECT s.id, s.operator_id, s.division_code, " MS("s.seen_at") ", (s.owner_code <> '') + (s.division_code <> '') + (s.address <> '')" \
    " + (s.service_tel <> '') + (s.station_type IS NOT NULL) + (s.station_status <> 0) + (s.park_nums > 0) + (s.construction IS NOT NULL)," \
    " (SELECT COUNT(*) FROM equipment e WHERE e.station_id = s.id AND e.removed_at IS NULL)," \
    " (SELECT COUNT(*) FROM equipment e WHERE e.station_id = s.id AND e.removed_at IS NULL AND e.power > 0)" \
    " FROM station s WHERE s.id > ? AND" TOLD_BY_PLATFORM " ORDER BY s.id LIMIT ?"
#define Q_CONNECTORS \
    "SELECT c.station_id, c.id, (c.voltage_upper IS NOT NULL) + (c.voltage_lower IS NOT NULL) + (c.current IS NOT NULL) +" \
    " (c.power IS NOT NULL) + (c.national_standard IS NOT NULL), " MS("c.state_at") \
    " FROM connector c WHERE c.station_id BETWEEN ? AND ? AND c.removed_at IS NULL ORDER BY c.id"
#define Q_TOLD \
    "SELECT STRAIGHT_JOIN l.connector_id, " MS("l.at") ", l.state FROM connector c JOIN connector_state_log l ON l.connector_id = c.id" \
    " WHERE c.station_id BETWEEN ? AND ? AND c.removed_at IS NULL AND l.at >= ? AND l.at < ? ORDER BY l.connector_id, l.at, l.id"
#define DELAY "GREATEST(0, TIMESTAMPDIFF(SECOND, o.end_at, o.received_at))"
#define Q_ORDERS \
    "SELECT STRAIGHT_JOIN o.station_id, " DELAY " AS delay, " MS("o.received_at") " FROM station s JOIN charge_order o ON o.station_id = s.id" \
    " WHERE s.id BETWEEN ? AND ? AND o.at >= ? AND o.at < ? AND o.at = o.end_at ORDER BY o.station_id, delay"
#define Q_STORE \
    "REPLACE INTO exchange_quality_day (day, operator_id, station_id, connectors, online_s, due_s, told, fields, filled, charges, orders," \
    " delay_median, delay_95, online, complete, seen_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
#define Q_OPERATORS \
    "SELECT operator_id, SUM(connectors), SUM(online_s), SUM(due_s), SUM(told), SUM(fields), SUM(filled), SUM(charges), SUM(orders), " \
    MS("MAX(seen_at)") " FROM exchange_quality_day WHERE day = ? AND station_id <> 0 GROUP BY operator_id"
#define Q_DELAYS "SELECT " DELAY " AS delay FROM charge_order o WHERE o.operator_id = ? AND o.at >= ? AND o.at < ? AND o.at = o.end_at" \
    " AND o.station_id IS NOT NULL ORDER BY delay"

#define GRADE "CASE WHEN d.online IS NULL THEN 0 WHEN LEAST(d.online, COALESCE(d.complete, 0)) >= ? THEN 1" \
              " WHEN LEAST(d.online, COALESCE(d.complete, 0)) >= ? THEN 2 ELSE 3 END"
#define SCORE "(COALESCE(d.online, 0) + COALESCE(d.complete, 0)) / 2"
#define MONTH "(SELECT ROUND(100 * SUM(w.online_s) / NULLIF(SUM(w.due_s), 0), 2) FROM exchange_quality_day w WHERE w.station_id = d.station_id" \
              " AND w.operator_id = d.operator_id AND w.day > d.day - INTERVAL 30 DAY AND w.day <= d.day)"
#define Q_STATION_NOW \
    "REPLACE INTO station_quality (station_id, operator_id, division_code, day, score, grade, online, online_30, complete, delay_median," \
    " delay_95, connectors, orders, differs_30, seen_at) SELECT d.station_id, d.operator_id, s.division_code, d.day, " SCORE ", " GRADE ", d.online, " \
    MONTH ", d.complete, d.delay_median, d.delay_95, d.connectors, d.orders, (SELECT COUNT(*) FROM exchange_stats t" \
    " LEFT JOIN charge_order_day o ON o.day = t.day AND o.operator_id = t.operator_id AND o.station_id = t.station_id WHERE t.station_id = d.station_id" \
    " AND t.day > d.day - INTERVAL 30 DAY AND t.day <= d.day AND ABS(t.energy_wh - COALESCE(o.energy_wh, 0) - COALESCE(o.doubt_wh, 0)) * 100 >" \
    " ? * GREATEST(t.energy_wh, COALESCE(o.energy_wh, 0) + COALESCE(o.doubt_wh, 0))), d.seen_at" \
    " FROM exchange_quality_day d JOIN station s ON s.id = d.station_id WHERE d.day = ? AND d.station_id BETWEEN ? AND ?"
#define Q_OPERATOR_NOW \
    "REPLACE INTO operator_quality (operator_id, day, stations, connectors, score, grade, online, online_30, complete, delay_median, delay_95," \
    " orders, seen_at) SELECT d.operator_id, d.day, (SELECT COUNT(*) FROM exchange_quality_day n WHERE n.day = d.day AND n.operator_id = d.operator_id" \
    " AND n.station_id <> 0), d.connectors, " SCORE ", " GRADE ", d.online, " MONTH ", d.complete, d.delay_median, d.delay_95, d.orders, d.seen_at" \
    " FROM exchange_quality_day d WHERE d.day = ? AND d.station_id = 0 AND (? = 0 OR d.operator_id = ?)"
/* Stations that were removed meanwhile are no longer in today's lists; nor are operators without any. */
#define Q_GONE "DELETE FROM station_quality WHERE day < ?"
#define Q_GONE_OPERATOR "DELETE FROM operator_quality WHERE day < ?"

struct figures {                                   /* of a station or an operator */
    int64_t     id, operator_id, connectors, online_s, due_s, told, fields, filled, charges, orders, median, most, seen_ms;
};

struct connector { int64_t station_id, id, filled, again_ms; };
struct delay { int64_t station_id, seconds, received_ms; };
struct station_row { int64_t id, operator_id; const char *division; int64_t seen_ms, filled, equipment, powered; };

struct batch {
    const char        *day, *before, *from, *to;   /* the day, what still holds at its start, its first moment and the next day's */
    int64_t            from_ms, hold_ms, after;    /* after: the last station done */
    struct figures    *stations;
    size_t             count;
    struct connector  *connectors;
    size_t             connector_count, connector_room;
    struct state_told *told;
    size_t             told_count, told_room;
    int64_t           *delays, delays_of;          /* of the station in hand, sorted */
    size_t             delay_count, delay_room;
    struct arena      *arena;
    bool               newest;                     /* lists show this day */
    int64_t            done;
};

/* Room for one more of `size` bytes; what was there moves. */
static void *grown(struct arena *arena, void *items, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return items;
    *room = *room * 2 + 256;
    void *more = arena_alloc(arena, *room * size);
    if (count)
        memcpy(more, items, count * size);
    return more;
}

/* --- judging ---------------------------------------------------------------------------------------------------- */

static struct figures *station_of(struct batch *b, int64_t id)
{
    size_t low = 0, high = b->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (b->stations[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < b->count && b->stations[low].id == id ? &b->stations[low] : NULL;
}

static void states_judge(struct batch *b)
{
    size_t at = 0;
    for (size_t i = 0; i < b->connector_count; i++) {
        const struct connector *c = &b->connectors[i];
        struct figures *s = station_of(b, c->station_id);
        while (at < b->told_count && b->told[at].connector_id < c->id)
            at++;
        size_t first = at;
        while (at < b->told_count && b->told[at].connector_id == c->id)
            at++;
        if (!s)
            continue;
        struct online o = online_of_day(b->told + first, at - first, b->from_ms, b->from_ms + DAY_MS, b->hold_ms, c->again_ms);
        s->connectors++;
        s->due_s += DAY_MS / 1000;
        s->online_s += o.online_ms / 1000;
        s->told += o.told;
        s->charges += o.charges;
        s->fields += CONNECTOR_FIELDS;
        s->filled += c->filled;
        s->seen_ms = c->again_ms > s->seen_ms ? c->again_ms : s->seen_ms;
    }
}

/* Nearest rank of sorted values. */
static int64_t rank(const int64_t *sorted, size_t count, size_t percent)
{
    return sorted[(count * percent + 99) / 100 - 1];
}

static void delays_judge(struct batch *b)
{
    struct figures *s = b->delay_count ? station_of(b, b->delays_of) : NULL;
    if (s) {
        s->orders = (int64_t)b->delay_count;
        s->median = rank(b->delays, b->delay_count, 50);
        s->most = rank(b->delays, b->delay_count, 95);
    }
    b->delay_count = 0;
}

/* --- reading a batch ----------------------------------------------------------------------------------------------- */

static void station_add(void *row, void *arg)
{
    const struct station_row *r = row;
    struct batch *b = arg;
    b->stations[b->count++] = (struct figures){ .id = r->id, .operator_id = r->operator_id, .median = -1, .most = -1,
        .seen_ms = r->seen_ms, .fields = STATION_FIELDS + r->equipment * EQUIPMENT_FIELDS, .filled = r->filled + r->powered };
}

static void connector_add(void *row, void *arg)
{
    struct batch *b = arg;
    b->connectors = grown(b->arena, b->connectors, b->connector_count, &b->connector_room, sizeof *b->connectors);
    b->connectors[b->connector_count++] = *(const struct connector *)row;
}

static void told_add(void *row, void *arg)
{
    struct batch *b = arg;
    b->told = grown(b->arena, b->told, b->told_count, &b->told_room, sizeof *b->told);
    b->told[b->told_count++] = *(const struct state_told *)row;
}

static void delay_add(void *row, void *arg)
{
    const struct delay *d = row;
    struct batch *b = arg;
    if (d->station_id != b->delays_of)
        delays_judge(b);
    struct figures *s = station_of(b, d->station_id);
    if (s && d->received_ms > s->seen_ms)
        s->seen_ms = d->received_ms;
    b->delays_of = d->station_id;
    b->delays = grown(b->arena, b->delays, b->delay_count, &b->delay_room, sizeof *b->delays);
    b->delays[b->delay_count++] = d->seconds;
}

static void batch_read(struct work *work, struct batch *b)
{
    static const struct db_column stations[] = { DB_INT(struct station_row, id), DB_INT(struct station_row, operator_id),
        DB_TEXT(struct station_row, division), DB_INT(struct station_row, seen_ms), DB_INT(struct station_row, filled),
        DB_INT(struct station_row, equipment), DB_INT(struct station_row, powered), DB_END };
    static const struct db_column connectors[] = { DB_INT(struct connector, station_id), DB_INT(struct connector, id),
        DB_INT(struct connector, filled), DB_INT(struct connector, again_ms), DB_END };
    static const struct db_column told[] = { DB_INT(struct state_told, connector_id), DB_INT(struct state_told, at_ms),
        DB_INT(struct state_told, state), DB_END };
    static const struct db_column delays[] = { DB_INT(struct delay, station_id), DB_INT(struct delay, seconds),
        DB_INT(struct delay, received_ms), DB_END };
    union { struct station_row station; struct connector connector; struct state_told told; struct delay delay; } row;
    db_each(work, stations, &row, station_add, b, Q_STATIONS, I(b->after), I(BATCH));
    if (!b->count)
        return;
    struct value first = I(b->stations[0].id), last = I(b->stations[b->count - 1].id);
    db_each(work, connectors, &row, connector_add, b, Q_CONNECTORS, first, last);
    db_each(work, told, &row, told_add, b, Q_TOLD, first, last, T(b->before), T(b->to));
    states_judge(b);
    db_each(work, delays, &row, delay_add, b, Q_ORDERS, first, last, T(b->from), T(b->to));
    delays_judge(b);
}

/* --- writing ------------------------------------------------------------------------------------------------------- */

static struct value percent(struct work *work, double share)
{
    return T(arena_printf(work->arena, "%.2f", 100 * share));
}

/* The mean of the parts that apply. */
static double complete_share(const struct figures *f)
{
    double sum = f->fields ? (double)f->filled / (double)f->fields : 0, parts = 1;
    if (f->connectors)
        sum += (double)f->told / (double)f->connectors, parts++;
    if (f->charges)
        sum += f->orders >= f->charges ? 1 : (double)f->orders / (double)f->charges, parts++;
    return sum / parts;
}

static void figures_store(struct work *work, const char *day, const struct figures *f, int64_t station_id)
{
    db_exec(work, Q_STORE, T(day), I(f->operator_id), I(station_id), I(f->connectors), I(f->online_s), I(f->due_s), I(f->told), I(f->fields),
            I(f->filled), I(f->charges), I(f->orders), f->median < 0 ? N() : I(f->median), f->most < 0 ? N() : I(f->most),
            f->due_s ? percent(work, (double)f->online_s / (double)f->due_s) : N(), percent(work, complete_share(f)),
            f->seen_ms ? T(time_sql(work->arena, f->seen_ms)) : N());
}

/* --- what lists show ---------------------------------------------------------------------------------------------- */

static void stations_show(struct work *work, const char *day, int64_t first, int64_t last)
{
    db_exec(work, Q_STATION_NOW, I(QUALITY_GOOD), I(QUALITY_FAIR), I(config_int("Exchange.StatsTolerance")), T(day), I(first), I(last));
}

/* 0: all. */
static void operators_show(struct work *work, const char *day, int64_t operator_id)
{
    db_exec(work, Q_OPERATOR_NOW, I(QUALITY_GOOD), I(QUALITY_FAIR), T(day), I(operator_id), I(operator_id));
}

static void gone_forget(struct work *work, const char *day)
{
    db_exec(work, Q_GONE, T(day));
    db_exec(work, Q_GONE_OPERATOR, T(day));
}

void exchange_quality_show_day(struct work *work, const char *day)
{
    stations_show(work, day, 0, INT64_MAX);
    operators_show(work, day, 0);
    gone_forget(work, day);
}

/* --- a batch --------------------------------------------------------------------------------------------------------- */

/* A whole batch; runs again after a conflict, so it begins with nothing. */
static void batch_count(struct work *work, void *arg)
{
    struct batch *outer = arg, b = *outer;
    b.arena = work->arena;
    b.stations = arena_alloc(work->arena, BATCH * sizeof *b.stations);
    batch_read(work, &b);
    for (size_t i = 0; i < b.count; i++)
        figures_store(work, b.day, &b.stations[i], b.stations[i].id);
    if (b.count && b.newest)
        stations_show(work, b.day, b.stations[0].id, b.stations[b.count - 1].id);
    outer->count = b.count;
    if (b.count)
        outer->after = b.stations[b.count - 1].id;
}

static void batch_step(struct work *work, void *arg)
{
    struct batch *batch = arg;
    batch->count = 0;
    struct batch before = *batch;
    work_must(work, WORK_WRITE, batch_count, batch);
    batch->done = before.done + (int64_t)batch->count;
}

struct ranks { int64_t at, median_at, most_at, median, most; };
struct rank_row { int64_t seconds; };

static void rank_note(void *row, void *arg)
{
    struct ranks *ranks = arg;
    int64_t seconds = ((const struct rank_row *)row)->seconds;
    ranks->at++;
    if (ranks->at <= ranks->median_at)
        ranks->median = seconds;
    if (ranks->at <= ranks->most_at)
        ranks->most = seconds;
}

struct operators { struct batch *batch; struct figures *list; size_t count, room; struct arena *arena; };

static void operator_add(void *row, void *arg)
{
    struct operators *o = arg;
    o->list = grown(o->arena, o->list, o->count, &o->room, sizeof *o->list);
    o->list[o->count++] = *(const struct figures *)row;
}

static void operator_count(struct work *work, struct batch *b, struct figures *f)
{
    static const struct db_column columns[] = { DB_INT(struct rank_row, seconds), DB_END };
    struct ranks ranks = { .median = -1, .most = -1, .median_at = (f->orders * 50 + 99) / 100, .most_at = (f->orders * 95 + 99) / 100 };
    struct rank_row row;
    if (f->orders)
        db_each(work, columns, &row, rank_note, &ranks, Q_DELAYS, I(f->operator_id), T(b->from), T(b->to));
    f->median = ranks.median;
    f->most = ranks.most;
    figures_store(work, b->day, f, 0);
    if (b->newest)
        operators_show(work, b->day, f->operator_id);
}

static void operators_count(struct work *work, void *arg)
{
    static const struct db_column columns[] = { DB_INT(struct figures, operator_id), DB_INT(struct figures, connectors),
        DB_INT(struct figures, online_s), DB_INT(struct figures, due_s), DB_INT(struct figures, told), DB_INT(struct figures, fields),
        DB_INT(struct figures, filled), DB_INT(struct figures, charges), DB_INT(struct figures, orders), DB_INT(struct figures, seen_ms), DB_END };
    struct batch *b = arg;
    struct operators operators = { .batch = b, .arena = work->arena };
    struct figures row = { 0 };
    db_each(work, columns, &row, operator_add, &operators, Q_OPERATORS, T(b->day));
    for (size_t i = 0; i < operators.count; i++)
        operator_count(work, b, &operators.list[i]);
    if (b->newest)
        gone_forget(work, b->day);
}

/* --- a day ------------------------------------------------------------------------------------------------------------ */

static void newest_ask(struct work *work, void *arg)
{
    struct batch *b = arg;
    b->newest = !db_int(work, 0, "SELECT EXISTS (SELECT 1 FROM operator_quality WHERE day > ?)", T(b->day));
}

int64_t exchange_quality_count(struct work *work, const char *day)
{
    struct batch batch = { .day = day, .from = day, .hold_ms = config_int("Exchange.StateHours") * 3600000 };
    if (!time_parse(day, "%Y-%m-%d", &batch.from_ms))
        fail(work, FAIL_INVALID, "日期应为 2026-11-20 这样的形式：%s。", day);
    batch.before = time_sql(work->arena, batch.from_ms - batch.hold_ms);
    batch.to = time_format(work->arena, batch.from_ms + DAY_MS, "%Y-%m-%d");
    work_must(work, WORK_READ, newest_ask, &batch);
    do {
        work_step(work, batch_step, &batch);
        job_progress(work, arena_printf(work->arena, "已统计 %lld 座充电站", (long long)batch.done));
    } while (batch.count == BATCH);
    work_must(work, WORK_WRITE, operators_count, &batch);
    return batch.done;
}

void exchange_quality_job(struct work *work, const json_t *payload)
{
    const char *day = json_string_value(json_object_get(payload, "day"));
    exchange_quality_count(work, day ? day : "");
}

static void ask_for(struct work *work, const char *day, const char *again)
{
    job_add_once(work, "exchange.quality", arena_printf(work->arena, "exchange.quality.%s%s", day, again),
                 arena_printf(work->arena, "{\"day\":\"%s\"}", day));
}

void exchange_quality_ask(struct work *work)
{
    int64_t hours = config_int("Exchange.QualityHour") * INT64_C(3600000);
    const char *day = time_format(work->arena, work->now - hours - DAY_MS, "%Y-%m-%d");
    const char *early = time_format(work->arena, work->now - hours - DAY_MS - QUALITY_AGAIN_DAYS * (int64_t)DAY_MS, "%Y-%m-%d");
    if (db_int(work, 0, "SELECT 1 FROM exchange_quality_run WHERE day = ?", T(day)) ||
        !db_insert_new(work, "INSERT INTO exchange_quality_run (day, asked_at) VALUES (?, ?)", T(day), T(time_sql(work->arena, work->now))))
        return;
    ask_for(work, day, "");
    if (db_int(work, 0, "SELECT 1 FROM exchange_quality_run WHERE day = ?", T(early)))
        ask_for(work, early, ".again");
    exchange_stats_ask(work, day);
}

void exchange_quality_purge(struct work *work)
{
    const char *day = time_format(work->arena, work->now - QUALITY_KEPT_DAYS * (int64_t)DAY_MS, "%Y-%m-%d");
    db_exec(work, "DELETE FROM exchange_quality_day WHERE day < ?", T(day));
    db_exec(work, "DELETE FROM exchange_stats WHERE day < ?", T(day));
    db_exec(work, "DELETE FROM exchange_quality_run WHERE day < ?", T(day));
}
