/* charge_order_day: see the header. */
#include "domain/charge_order_day.h"

#include <stdlib.h>
#include <string.h>

#include "core/db.h"
#include "core/text.h"
#include "domain/charge_order.h"
#include "domain/trail.h"

#define Q_ADD \
    "INSERT INTO charge_order_day (day, operator_id, station_id, orders, energy_wh, elec_money, service_money, total_money," \
    " doubt_orders, doubt_wh, doubt_money) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE" \
    " orders = orders + VALUE(orders), energy_wh = energy_wh + VALUE(energy_wh), elec_money = elec_money + VALUE(elec_money)," \
    " service_money = service_money + VALUE(service_money), total_money = total_money + VALUE(total_money)," \
    " doubt_orders = doubt_orders + VALUE(doubt_orders), doubt_wh = doubt_wh + VALUE(doubt_wh)," \
    " doubt_money = doubt_money + VALUE(doubt_money)"

static struct value yuan(struct work *work, int64_t fen)
{
    return T(arena_printf(work->arena, "%s%lld.%02lld", fen < 0 ? "-" : "", (long long)llabs(fen) / 100, (long long)llabs(fen) % 100));
}

static int64_t told(int64_t value)
{
    return value == ORDER_NO_VALUE ? 0 : value;
}

/* `sure` and `doubtful`: +1, 0 or -1 times the order. */
static void add(struct work *work, const struct order_share *s, int sure, int doubtful)
{
    int64_t elec = told(s->elec_fen), service = told(s->service_fen), total = told(s->total_fen);
    db_exec(work, Q_ADD, T(s->day), I(s->operator_id), I(s->station_id), I(sure), I(sure * s->energy_wh), yuan(work, sure * elec),
            yuan(work, sure * service), yuan(work, sure * total), I(doubtful), I(doubtful * s->energy_wh), yuan(work, doubtful * total));
}

void order_day_add(struct work *work, const struct order_share *share)
{
    add(work, share, !share->doubtful, share->doubtful);
}

void order_day_take(struct work *work, const struct order_share *share)
{
    add(work, share, -!share->doubtful, -share->doubtful);
}

void order_day_doubt(struct work *work, const struct order_share *share)
{
    add(work, share, -1, 1);
}

/* --- recount ------------------------------------------------------------------------------------------------ */

#define SUMS \
    "SUM(doubt = 0) AS orders, SUM(IF(doubt = 0, energy_wh, 0)) AS energy_wh, SUM(IF(doubt = 0, COALESCE(elec_money, 0), 0)) AS elec_money," \
    " SUM(IF(doubt = 0, COALESCE(service_money, 0), 0)) AS service_money, SUM(IF(doubt = 0, total_money, 0)) AS total_money," \
    " SUM(doubt <> 0) AS doubt_orders, SUM(IF(doubt <> 0, energy_wh, 0)) AS doubt_wh, SUM(IF(doubt <> 0, total_money, 0)) AS doubt_money"
/* What the books hold more than the rollup says, where they differ: one statement, so one moment. */
#define Q_DIFFERENT \
    "SELECT day, operator_id, station_id, CONCAT('orders ', SUM(orders), ', Wh ', SUM(energy_wh), ', yuan ', SUM(total_money)," \
    " ' (electricity ', SUM(elec_money), ', service ', SUM(service_money), '); with doubts: orders ', SUM(doubt_orders), ', Wh '," \
    " SUM(doubt_wh), ', yuan ', SUM(doubt_money)) AS more FROM (" \
    " SELECT DATE(at) AS day, operator_id, COALESCE(station_id, 0) AS station_id, " SUMS " FROM charge_order" \
    " WHERE at >= ? AND at < ? GROUP BY DATE(at), operator_id, COALESCE(station_id, 0)" \
    " UNION ALL SELECT day, operator_id, station_id, -orders, -energy_wh, -elec_money, -service_money, -total_money, -doubt_orders," \
    " -doubt_wh, -doubt_money FROM charge_order_day WHERE day >= ? AND day < ?) AS t GROUP BY day, operator_id, station_id" \
    " HAVING SUM(orders) <> 0 OR SUM(energy_wh) <> 0 OR SUM(elec_money) <> 0 OR SUM(service_money) <> 0 OR SUM(total_money) <> 0" \
    " OR SUM(doubt_orders) <> 0 OR SUM(doubt_wh) <> 0 OR SUM(doubt_money) <> 0 ORDER BY day, operator_id, station_id"
#define Q_BOUNDS \
    "SELECT COALESCE(DATE_FORMAT(LEAST(COALESCE((SELECT MIN(at) FROM charge_order), '9999-01-01')," \
    " COALESCE((SELECT MIN(day) FROM charge_order_day), '9999-01-01')), '%Y-%m-01'), ''), DATE_FORMAT(GREATEST(" \
    "COALESCE((SELECT MAX(at) FROM charge_order), '1000-01-01'), COALESCE((SELECT MAX(day) FROM charge_order_day), '1000-01-01'))" \
    " + INTERVAL 1 MONTH, '%Y-%m-01')"
/* The rollup's row is locked first: whoever stores an order of that day meanwhile waits with its share until this is done,
 * and the books are read after the lock, so that nothing is counted twice or lost. */
#define Q_LOCK "INSERT INTO charge_order_day (day, operator_id, station_id) VALUES (?, ?, ?) ON DUPLICATE KEY UPDATE station_id = station_id"
#define Q_MEND \
    "UPDATE charge_order_day d LEFT JOIN (SELECT " SUMS " FROM charge_order WHERE at >= ? AND at < ? + INTERVAL 1 DAY" \
    " AND operator_id = ? AND COALESCE(station_id, 0) = ?) AS b ON TRUE SET d.orders = COALESCE(b.orders, 0), d.energy_wh = COALESCE(b.energy_wh, 0)," \
    " d.elec_money = COALESCE(b.elec_money, 0), d.service_money = COALESCE(b.service_money, 0), d.total_money = COALESCE(b.total_money, 0)," \
    " d.doubt_orders = COALESCE(b.doubt_orders, 0), d.doubt_wh = COALESCE(b.doubt_wh, 0), d.doubt_money = COALESCE(b.doubt_money, 0)" \
    " WHERE d.day = ? AND d.operator_id = ? AND d.station_id = ?"

struct bounds { const char *from, *to; };

struct different { const char *day, *more; int64_t operator_id, station_id; };

struct month {
    const char       *from, *to;
    struct different *found;
    size_t            count, room;
    struct arena     *arena;
};

static void bounds_read(struct work *work, void *arg)
{
    static const struct db_column columns[] = { DB_TEXT(struct bounds, from), DB_TEXT(struct bounds, to), DB_END };
    db_struct(work, columns, arg, Q_BOUNDS);
}

static void different_keep(void *row, void *arg)
{
    const struct different *r = row;
    struct month *month = arg;
    if (month->count == month->room) {
        struct different *more = arena_alloc(month->arena, (month->room = month->room * 2 + 16) * sizeof *more);
        for (size_t i = 0; i < month->count; i++)
            more[i] = month->found[i];
        month->found = more;
    }
    month->found[month->count++] = (struct different){ arena_copy(month->arena, r->day), arena_copy(month->arena, r->more),
                                                       r->operator_id, r->station_id };
}

static void month_compare(struct work *work, void *arg)
{
    static const struct db_column columns[] = { DB_TEXT(struct different, day), DB_INT(struct different, operator_id),
        DB_INT(struct different, station_id), DB_TEXT(struct different, more), DB_END };
    struct month *m = arg;
    struct different row;
    m->count = 0;
    db_each(work, columns, &row, different_keep, m, Q_DIFFERENT, T(m->from), T(m->to), T(m->from), T(m->to));
}

static void day_mend(struct work *work, void *arg)
{
    const struct different *d = arg;
    db_exec(work, Q_LOCK, T(d->day), I(d->operator_id), I(d->station_id));
    db_exec(work, Q_MEND, T(d->day), T(d->day), I(d->operator_id), I(d->station_id), T(d->day), I(d->operator_id), I(d->station_id));
    trail_write(work, "order-recount", arena_printf(work->arena, "operator:%lld", (long long)d->operator_id), "done",
                arena_printf(work->arena, "%s station:%lld books - rollup: %s", d->day, (long long)d->station_id, d->more), "");
}

int64_t order_days_recount(struct work *work, bool mend, void (*said)(const char *text, void *arg), void *arg)
{
    struct bounds bounds = { 0 };
    int64_t different = 0, at;
    work_must(work, WORK_READ, bounds_read, &bounds);
    struct month month = { .arena = work->arena, .from = bounds.from };
    while (month.from && bounds.to && time_parse(month.from, "%Y-%m-%d", &at) && month.from[0] < '9'
           && strcmp(month.from, bounds.to) < 0) {
        month.to = time_format(work->arena, at + INT64_C(32) * 86400000, "%Y-%m-01");
        work_must(work, WORK_READ, month_compare, &month);
        for (size_t i = 0; i < month.count; i++) {
            struct different *d = &month.found[i];
            said(arena_printf(work->arena, "%s operator %lld station %lld: the books hold more than the rollup by %s", d->day,
                              (long long)d->operator_id, (long long)d->station_id, d->more), arg);
            if (mend)
                work_must(work, WORK_WRITE, day_mend, d);
        }
        different += (int64_t)month.count;
        month.from = month.to;
    }
    return different;
}
