/* exchange_gaps: which data of a station is missing, in words (H4.2): exchange_quality.h. Only reads. */
#include "core/config.h"
#include "core/db.h"
#include "core/scope.h"
#include "core/text.h"
#include "domain/exchange_quality.h"
#include "domain/record.h"
#include "domain/record_pushed.h"
#include "web/web.h"

#define Q_STATION \
    "SELECT s.operator_id, s.code, CONCAT_WS('、', IF(s.owner_code = '', '设备所属方标识', NULL), IF(s.division_code = '', '省市辖区编码', NULL)," \
    " IF(s.address = '', '详细地址', NULL), IF(s.service_tel = '', '服务电话', NULL), IF(s.station_type IS NULL, '站点类型', NULL)," \
    " IF(s.station_status = 0, '站点状态', NULL), IF(s.park_nums = 0, '车位数量', NULL), IF(s.construction IS NULL, '建设场所', NULL))," \
    " (SELECT COUNT(*) FROM equipment e WHERE e.station_id = s.id AND e.removed_at IS NULL AND COALESCE(e.power, 0) <= 0)" \
    " FROM station s WHERE s.id = ? AND s.removed_at IS NULL AND (s.operator_id = ? OR (? = 0 AND s.division_code LIKE ?))"
#define Q_CONNECTORS \
    "SELECT COUNT(*), COALESCE(SUM(state_at IS NULL OR state_at < ?), 0), COALESCE(SUM(voltage_upper IS NULL OR voltage_lower IS NULL OR current IS NULL" \
    " OR power IS NULL OR national_standard IS NULL), 0) FROM connector WHERE station_id = ? AND removed_at IS NULL"
#define WINDOW " AND d.day >= CURDATE() - INTERVAL 30 DAY"
#define Q_ORDERS \
    "SELECT (SELECT COALESCE(SUM(orders + doubt_orders), 0) FROM charge_order_day d WHERE d.station_id = ?" WINDOW ") + COALESCE(SUM(d.orders), 0)," \
    " COALESCE(SUM(d.charges > 0 AND d.orders = 0), 0), COUNT(*) FROM exchange_quality_day d WHERE d.station_id = ?" WINDOW
#define Q_DIFFERS "SELECT COALESCE(MAX(differs_30), 0) FROM station_quality WHERE station_id = ?"
#define Q_RECORD "SELECT r.id FROM station_record r WHERE r.operator_id = ? AND r.code = ? AND (r.operator_id = ? OR (? = 1 AND r.filed_division LIKE ?))"
#define Q_STATION_OF "SELECT s.id FROM station_record r JOIN station s ON s.operator_id = r.operator_id AND s.code = r.code AND s.removed_at IS NULL" \
                     " WHERE r.id = ? AND (r.operator_id = ? OR (? = 1 AND r.filed_division LIKE ?))"

struct gaps { struct work *work; HDF *node; int count; };

static void gap(struct gaps *gaps, const char *kind, const char *text)
{
    HDF *node = view_node(gaps->node, arena_printf(gaps->work->arena, "Gaps.%d", gaps->count++));
    view_set(node, "Kind", kind);
    view_set(node, "Text", text);
}

struct station_row { int64_t operator_id; const char *code, *missing; int64_t unpowered; };
struct connectors_row { int64_t all, untold, blank; };
struct orders_row { int64_t orders, without, days; };

static void fields_and_states(struct gaps *gaps, int64_t station_id, const struct station_row *station)
{
    static const struct db_column columns[] = { DB_INT(struct connectors_row, all), DB_INT(struct connectors_row, untold),
        DB_INT(struct connectors_row, blank), DB_END };
    struct work *work = gaps->work;
    struct connectors_row c = { 0 };
    int64_t hours = config_int("Exchange.StateHours");
    db_struct(work, columns, &c, Q_CONNECTORS, T(time_sql(work->arena, work->now - hours * 3600000)), I(station_id));
    if (*station->missing)
        gap(gaps, "fields", arena_printf(work->arena, "充电站信息未填：%s", station->missing));
    if (station->unpowered)
        gap(gaps, "fields", arena_printf(work->arena, "%lld 台充电设施没有推送总功率", (long long)station->unpowered));
    if (c.blank)
        gap(gaps, "fields", arena_printf(work->arena, "%lld 个充电枪的额定电压、电流、功率或国家标准未填全", (long long)c.blank));
    if (!c.all)
        gap(gaps, "states", "平台没有推送充电枪信息");
    else if (c.untold)
        gap(gaps, "states", arena_printf(work->arena, "%lld 个充电枪 %lld 小时内没有上报状态（共 %lld 个）", (long long)c.untold, (long long)hours, (long long)c.all));
}

static void orders_and_statistics(struct gaps *gaps, int64_t station_id)
{
    static const struct db_column columns[] = { DB_INT(struct orders_row, orders), DB_INT(struct orders_row, without),
        DB_INT(struct orders_row, days), DB_END };
    struct work *work = gaps->work;
    struct orders_row o = { 0 };
    db_struct(work, columns, &o, Q_ORDERS, I(station_id), I(station_id));
    int64_t differs = db_int(work, 0, Q_DIFFERS, I(station_id));
    if (!o.orders)
        gap(gaps, "orders", "近 30 日没有收到充电订单");
    else if (o.without)
        gap(gaps, "orders", arena_printf(work->arena, "近 30 日有 %lld 天按状态有充电，但没有收到订单", (long long)o.without));
    if (differs)
        gap(gaps, "statistics", arena_printf(work->arena, "近 30 日有 %lld 天平台统计电量与订单电量相差超过 %lld%%", (long long)differs,
                                             (long long)config_int("Exchange.StatsTolerance")));
}

static void archive(struct gaps *gaps, const struct station_row *station)
{
    struct work *work = gaps->work;
    int64_t record = db_int(work, 0, Q_RECORD, I(station->operator_id), T(station->code), RECORD_MINE(work));
    if (!record) {
        gap(gaps, "archive", "没有编码相同的站点档案");
        return;
    }
    struct record_pushed pushed = record_pushed_station(work, record, view_node(gaps->node, "Pushed"));
    if (record_pushed_differs(&pushed, true))
        gap(gaps, "archive", arena_printf(work->arena, "站点档案%s", record_pushed_words(work, &pushed, true)));
    if (pushed.missing)
        gap(gaps, "archive", arena_printf(work->arena, "档案中有 %lld 台充电设施平台没有推送", (long long)pushed.missing));
    if (pushed.more)
        gap(gaps, "archive", arena_printf(work->arena, "平台推送的 %lld 台充电设施没有档案", (long long)pushed.more));
}

int exchange_gaps(struct work *work, int64_t station_id, HDF *node)
{
    static const struct db_column columns[] = { DB_INT(struct station_row, operator_id), DB_TEXT(struct station_row, code),
        DB_TEXT(struct station_row, missing), DB_INT(struct station_row, unpowered), DB_END };
    struct station_row station;
    struct gaps gaps = { .work = work, .node = node };
    if (!db_struct(work, columns, &station, Q_STATION, I(station_id), I(work->actor.operator_id), I(work->actor.operator_id),
                   T(division_like(work->arena, work->actor.division))))
        fail(work, FAIL_MISSING, "%s", "");
    fields_and_states(&gaps, station_id, &station);
    orders_and_statistics(&gaps, station_id);
    archive(&gaps, &station);
    return gaps.count;
}

int exchange_gaps_of_record(struct work *work, int64_t station_record_id, HDF *node)
{
    struct gaps gaps = { .work = work, .node = node };
    int64_t station = db_int(work, 0, Q_STATION_OF, I(station_record_id), RECORD_MINE(work));
    if (station)
        return exchange_gaps(work, station, node);
    (void)record_pushed_station(work, station_record_id, NULL);       /* 404 outside the scope */
    gap(&gaps, "states", "平台没有推送这座充电站");
    return gaps.count;
}
