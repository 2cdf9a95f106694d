/* charge_order_figures: what pages read of the rollup (charge_order_day.h). Statements are literals, one a grouping; bounds
 * that select everything leave a condition out, so that the index fits the narrowest question. */
#include "domain/charge_order_day.h"

#include <stdlib.h>

#include "core/config.h"
#include "core/db.h"
#include "core/scope.h"
#include "core/text.h"
#include "web/web.h"

#define SUMS \
    "COALESCE(SUM(d.orders), 0), COALESCE(SUM(d.energy_wh), 0), CAST(COALESCE(SUM(d.elec_money), 0) * 100 AS SIGNED)," \
    " CAST(COALESCE(SUM(d.service_money), 0) * 100 AS SIGNED), CAST(COALESCE(SUM(d.total_money), 0) * 100 AS SIGNED)," \
    " COALESCE(SUM(d.doubt_orders), 0), COALESCE(SUM(d.doubt_wh), 0), CAST(COALESCE(SUM(d.doubt_money), 0) * 100 AS SIGNED)"
#define ASKED \
    " WHERE d.day >= ? AND d.day < ? AND d.operator_id BETWEEN ? AND ? AND d.station_id BETWEEN ? AND ?" \
    " AND COALESCE(NULLIF(s.division_code, ''), ?) LIKE ?"
#define BOOKS " FROM charge_order_day d LEFT JOIN station s ON s.id = d.station_id"
#define Q_FIGURES "SELECT '', '', " SUMS BOOKS ASKED
#define Q_OPERATORS \
    "SELECT d.operator_id, o.name, " SUMS BOOKS " JOIN operator o ON o.id = d.operator_id" ASKED \
    " GROUP BY d.operator_id, o.name ORDER BY SUM(d.energy_wh) DESC, d.operator_id LIMIT ?"
#define Q_STATIONS \
    "SELECT d.station_id, COALESCE(s.name, '未登记的充电接口'), " SUMS BOOKS ASKED \
    " GROUP BY d.station_id, s.name ORDER BY SUM(d.energy_wh) DESC, d.station_id LIMIT ?"
#define Q_DAYS "SELECT d.day, d.day, " SUMS BOOKS ASKED " GROUP BY d.day ORDER BY d.day LIMIT ?"
#define Q_MONTHS \
    "SELECT DATE_FORMAT(d.day, '%Y-%m'), DATE_FORMAT(d.day, '%Y年%c月'), " SUMS BOOKS ASKED \
    " GROUP BY DATE_FORMAT(d.day, '%Y-%m'), DATE_FORMAT(d.day, '%Y年%c月') ORDER BY 1 LIMIT ?"

struct sums { const char *key, *name; int64_t orders, wh, elec, service, money, doubt_orders, doubt_wh, doubt_money; };
static const struct db_column columns[] = { DB_TEXT(struct sums, key), DB_TEXT(struct sums, name), DB_INT(struct sums, orders),
    DB_INT(struct sums, wh), DB_INT(struct sums, elec), DB_INT(struct sums, service), DB_INT(struct sums, money),
    DB_INT(struct sums, doubt_orders), DB_INT(struct sums, doubt_wh), DB_INT(struct sums, doubt_money), DB_END };

struct asked {
    struct arena *arena;
    HDF          *node;
    int           count;
    int64_t       low, high, station_low, station_high;
    const char   *site, *division;
};

/* 1234567.89 as people read it: 1,234,567.89 */
static const char *scaled(struct arena *arena, int64_t value, int64_t unit, int places)
{
    return arena_printf(arena, "%s%s.%0*lld", value < 0 ? "-" : "", text_thousands(arena, llabs(value) / unit), places,
                        (long long)(llabs(value) % unit));
}

static void sums_show(struct arena *arena, const struct sums *r, HDF *node)
{
    view_set(node, "Orders", text_thousands(arena, r->orders));
    view_set(node, "Energy", scaled(arena, r->wh, 1000, 3));
    view_set(node, "Elec", scaled(arena, r->elec, 100, 2));
    view_set(node, "Service", scaled(arena, r->service, 100, 2));
    view_set(node, "Money", scaled(arena, r->money, 100, 2));
    view_set(node, "DoubtOrders", text_thousands(arena, r->doubt_orders));
    view_set(node, "DoubtEnergy", scaled(arena, r->doubt_wh, 1000, 3));
    view_set(node, "DoubtMoney", scaled(arena, r->doubt_money, 100, 2));
    view_setf(node, "Wh", "%lld", (long long)r->wh);
}

static void row_show(void *row, void *arg)
{
    const struct sums *r = row;
    struct asked *asked = arg;
    HDF *node = view_node(asked->node, arena_printf(asked->arena, "%d", asked->count++));
    view_set(node, "Key", r->key);
    view_set(node, "Name", r->name);
    sums_show(asked->arena, r, node);
}

/* An operator asks for itself, whatever it says. Who has neither company nor division sees nothing. */
static struct asked scope(struct work *work, const struct order_question *q, HDF *node)
{
    const struct actor *actor = &work->actor;
    int64_t operator_id = actor->operator_id ? actor->operator_id : q->operator_id;
    int64_t station = q->station_id == STATION_NONE ? 0 : q->station_id;
    return (struct asked){ .arena = work->arena, .node = node, .low = operator_id, .high = operator_id ? operator_id : INT64_MAX,
                           .station_low = station, .station_high = q->station_id ? station : INT64_MAX,
                           .site = config_text("Site.Division.Code"),
                           .division = actor->operator_id ? "%" : division_like(work->arena, actor->division) };
}

#define ASK(a, q) T((q)->from), T((q)->to), I((a).low), I((a).high), I((a).station_low), I((a).station_high), T((a).site), T((a).division)

void order_days_figures(struct work *work, const struct order_question *question, HDF *node)
{
    struct asked a = scope(work, question, node);
    struct sums row = { 0 };
    db_struct(work, columns, &row, Q_FIGURES, ASK(a, question));
    sums_show(work->arena, &row, node);
}

int order_days_list(struct work *work, enum order_days_by by, const struct order_question *question, HDF *node)
{
    struct asked a = scope(work, question, node);
    struct sums row;
    switch (by) {
    case BY_OPERATOR: db_each(work, columns, &row, row_show, &a, Q_OPERATORS, ASK(a, question), I(ORDER_ROWS)); break;
    case BY_STATION:  db_each(work, columns, &row, row_show, &a, Q_STATIONS, ASK(a, question), I(ORDER_ROWS));  break;
    case BY_DAY:      db_each(work, columns, &row, row_show, &a, Q_DAYS, ASK(a, question), I(ORDER_ROWS));      break;
    case BY_MONTH:    db_each(work, columns, &row, row_show, &a, Q_MONTHS, ASK(a, question), I(ORDER_ROWS));    break;
    }
    return a.count;
}
