/* exchange_quality_show: what was counted, for pages, in the actor's scope. Only reads. */
#include <math.h>
#include <string.h>

#include "core/config.h"
#include "core/db.h"
#include "core/dict.h"
#include "core/scope.h"
#include "core/text.h"
#include "domain/exchange_quality.h"
#include "web/web.h"

enum { BAR_STEP = 10, LONG_SECONDS = 120, LONG_MINUTES = 120 };

/* An operator's actor sees its own, whoever has no company what lies in his division. */
#define SCOPE(work) I((work)->actor.operator_id), I((work)->actor.operator_id), T(division_like((work)->arena, (work)->actor.division))
#define Q_STATION_HEAD \
    "SELECT s.name AS Name, s.code AS Code, s.operator_id AS OperatorId, o.name AS Operator, q.day AS Day, COALESCE(q.grade, 0) AS grade," \
    " q.online AS online, q.online_30 AS online_30, q.complete AS complete, q.delay_median AS delay_median, q.delay_95 AS delay_95, q.connectors AS connectors," \
    " q.differs_30 AS differs_30, DATE_FORMAT(GREATEST(COALESCE(q.seen_at, '2000-01-01'), COALESCE((SELECT MAX(c.state_at) FROM connector c" \
    " WHERE c.station_id = s.id AND c.removed_at IS NULL), '2000-01-01')), '%Y-%m-%d %H:%i') AS SeenAt FROM station s" \
    " JOIN operator o ON o.id = s.operator_id LEFT JOIN station_quality q ON q.station_id = s.id" \
    " WHERE s.id = ? AND s.removed_at IS NULL AND (s.operator_id = ? OR (? = 0 AND s.division_code LIKE ?))"
#define Q_OPERATOR_HEAD \
    "SELECT o.name AS Name, o.code AS Code, o.id AS OperatorId, q.day AS Day, COALESCE(q.grade, 0) AS grade, q.online AS online, q.online_30 AS online_30," \
    " q.complete AS complete, q.delay_median AS delay_median, q.delay_95 AS delay_95, q.connectors AS connectors, q.stations AS stations," \
    " DATE_FORMAT(GREATEST(COALESCE(q.seen_at, '2000-01-01'), COALESCE(p.last_push_at, '2000-01-01')), '%Y-%m-%d %H:%i') AS SeenAt," \
    " f.offered AS offered FROM operator o LEFT JOIN operator_quality q ON q.operator_id = o.id LEFT JOIN partner p ON p.operator_id = o.id" \
    " LEFT JOIN exchange_stats_offer f ON f.operator_id = o.id WHERE o.id = ? AND (o.id = ? OR (? = 0 AND (o.division_code LIKE ?" \
    " OR EXISTS (SELECT 1 FROM station s WHERE s.operator_id = o.id AND s.removed_at IS NULL AND s.division_code LIKE ?))))"
/* Orders with doubts were charged too: the platform's statistics hold them. */
#define Q_DAYS \
    "SELECT DATE_FORMAT(d.day, '%m-%d'), COALESCE(d.online, -1), COALESCE(d.complete, -1), COALESCE(d.delay_median, -1), COALESCE(d.delay_95, -1), d.orders," \
    " COALESCE((SELECT SUM(o.energy_wh + o.doubt_wh) FROM charge_order_day o WHERE o.day = d.day AND o.operator_id = d.operator_id" \
    " AND (d.station_id = 0 OR o.station_id = d.station_id)), 0), COALESCE((SELECT t.energy_wh FROM exchange_stats t WHERE t.day = d.day" \
    " AND t.station_id = d.station_id), -1) FROM exchange_quality_day d WHERE d.operator_id = ? AND d.station_id = ?" \
    " AND d.day > CURDATE() - INTERVAL 31 DAY ORDER BY d.day DESC LIMIT 30"

struct day { const char *label; double online, complete; int64_t median, most, orders, energy_wh, told_wh; };
struct days { struct work *work; HDF *node; int64_t count; };

/* 12 秒, 5 分钟, 3 小时 */
static const char *delay_words(struct arena *arena, int64_t seconds)
{
    if (seconds < 0)
        return "—";
    if (seconds < LONG_SECONDS)
        return arena_printf(arena, "%lld 秒", (long long)seconds);
    if (seconds < LONG_MINUTES * 60)
        return arena_printf(arena, "%lld 分钟", (long long)seconds / 60);
    return arena_printf(arena, "%.1f 小时", (double)seconds / 3600);
}

static const char *percent_words(struct arena *arena, double percent)
{
    return percent < 0 ? "—" : arena_printf(arena, "%.2f%%", percent);
}

/* How far the orders are from what the platform says it charged; marked past Exchange.StatsTolerance. */
static void difference_show(HDF *node, const struct day *d)
{
    int64_t more = d->told_wh > d->energy_wh ? d->told_wh : d->energy_wh;
    double share = more ? 100.0 * (double)(d->energy_wh - d->told_wh) / (double)more : 0;
    view_setf(node, "Told", "%.1f", (double)d->told_wh / 1000);
    view_setf(node, "Difference", "%+.1f%%", share);
    view_set(node, "Differs", fabs(share) > (double)config_int("Exchange.StatsTolerance") ? "1" : NULL);
}

static void day_show(void *row, void *arg)
{
    const struct day *d = row;
    struct days *days = arg;
    struct arena *arena = days->work->arena;
    HDF *node = view_node(days->node, arena_printf(arena, "%lld", (long long)days->count));
    double online = d->online < 0 ? 0 : d->online;
    view_set(node, "Label", d->label);
    view_set(node, "Online", percent_words(arena, d->online));
    view_set(node, "Complete", percent_words(arena, d->complete));
    view_set(node, "Median", delay_words(arena, d->median));
    view_set(node, "Most", delay_words(arena, d->most));
    view_set_int(node, "Orders", d->orders);
    view_setf(node, "Energy", "%.1f", (double)d->energy_wh / 1000);
    if (d->told_wh >= 0)
        difference_show(node, d);
    /* of the chart: newest at the right */
    view_set_int(node, "X", (QUALITY_DAYS - 1 - days->count) * BAR_STEP);
    view_setf(node, "Y", "%.1f", 100 - online);
    view_setf(node, "Height", "%.1f", online);
    view_set(node, "Low", online < QUALITY_FAIR ? "1" : NULL);
    days->count++;
}

static void days_show(struct work *work, int64_t operator_id, int64_t station_id, HDF *node)
{
    static const struct db_column columns[] = { DB_TEXT(struct day, label), DB_REAL(struct day, online), DB_REAL(struct day, complete),
        DB_INT(struct day, median), DB_INT(struct day, most), DB_INT(struct day, orders), DB_INT(struct day, energy_wh),
        DB_INT(struct day, told_wh), DB_END };
    struct days days = { .work = work, .node = node };
    struct day row;
    db_each(work, columns, &row, day_show, &days, Q_DAYS, I(operator_id), I(station_id));
}

static void figure(struct work *work, HDF *node, int n, const char *label, const char *value, const char *unit)
{
    HDF *out = view_node(node, arena_printf(work->arena, "Figures.%d", n));
    view_set(out, "Label", label);
    view_set(out, "Value", *value ? value : "—");
    view_set(out, "Unit", *value ? unit : NULL);
}

static const char *delay_of(struct work *work, HDF *node, const char *name)
{
    int64_t seconds;
    return text_to_int(view_get(node, name), 0, INT64_MAX / 2, &seconds) ? delay_words(work->arena, seconds) : "";
}

static void head_show(struct work *work, HDF *node)
{
    static const char *const tones[] = { "", "good", "wait", "bad" };
    const char *grade = view_get(node, "grade");
    int64_t number = 0;
    (void)!text_to_int(grade, 0, 3, &number);
    view_set(node, "Grade", view_get(node, "Day")[0] ? dict_label("quality_grade", grade) : "未统计");
    view_set(node, "Tone", tones[number]);
    if (strncmp(view_get(node, "SeenAt"), "2000-01-01", 10) == 0)
        view_set(node, "SeenAt", "从未");
    figure(work, node, 0, "在线率", view_get(node, "online"), "%");
    figure(work, node, 1, "近 30 日在线率", view_get(node, "online_30"), "%");
    figure(work, node, 2, "数据完整率", view_get(node, "complete"), "%");
    figure(work, node, 3, "订单延迟（中位数）", delay_of(work, node, "delay_median"), NULL);
    figure(work, node, 4, "订单延迟（95%）", delay_of(work, node, "delay_95"), NULL);
    figure(work, node, 5, "充电枪", view_get(node, "connectors"), "个");
}

bool exchange_quality_station(struct work *work, int64_t station_id, HDF *node)
{
    int64_t operator_id = 0;
    if (!db_row(work, node, Q_STATION_HEAD, I(station_id), SCOPE(work)) ||
        !text_to_int(view_get(node, "OperatorId"), 1, INT64_MAX, &operator_id))
        return false;
    head_show(work, node);
    days_show(work, operator_id, station_id, view_node(node, "Days"));
    return true;
}

bool exchange_quality_operator(struct work *work, int64_t operator_id, HDF *node)
{
    const char *like = division_like(work->arena, work->actor.division);
    if (!db_row(work, node, Q_OPERATOR_HEAD, I(operator_id), SCOPE(work), T(like)))
        return false;
    head_show(work, node);
    days_show(work, operator_id, 0, view_node(node, "Days"));
    return true;
}
