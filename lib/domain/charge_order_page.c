/* charge_order_page: one order as people read it. What is doubtful is worked out anew from what is stored, so that the words
 * carry the figures; only what other orders make doubtful is told by the marks alone. */
#include <stdlib.h>
#include <string.h>

#include "core/db.h"
#include "core/dict.h"
#include "core/scope.h"
#include "core/text.h"
#include "domain/charge_order.h"
#include "domain/charge_order_doubt.h"
#include "domain/connector_place.h"
#include "web/web.h"

#define IN_SCOPE " AND (? = 0 OR o.operator_id = ?) AND o.division_code LIKE ?"
#define Q_ONE \
    "SELECT o.*, p.name AS operator_name, s.name AS station_name, d.name AS place, CAST(COALESCE(o.elec_money, -9e15) * 100 AS SIGNED) AS elec_fen," \
    " CAST(COALESCE(o.service_money, -9e15) * 100 AS SIGNED) AS service_fen, CAST(o.total_money * 100 AS SIGNED) AS total_fen," \
    " CAST(COALESCE(o.paid_money, -9e15) * 100 AS SIGNED) AS paid_fen FROM charge_order o JOIN operator p ON p.id = o.operator_id" \
    " LEFT JOIN station s ON s.id = o.station_id LEFT JOIN division d ON d.code = o.division_code WHERE o.id = ?" IN_SCOPE
/* By the index (doubt, at): of a number with several contents each is marked with doubt 1. */
#define Q_VERSIONS \
    "SELECT o.id, o.version, o.received_at, o.total_money, o.energy_kwh FROM charge_order o WHERE o.doubt = 1 AND o.operator_id = ?" \
    " AND o.order_no = ?" IN_SCOPE " ORDER BY o.version LIMIT 50"
#define Q_DAYS "SELECT DATE(MIN(k.at)), DATE(MAX(k.at)) FROM operator p JOIN charge_order_key k ON k.operator_id = p.id AND k.order_no = ?" \
    " WHERE ? = 0 OR p.id = ?"

static void fact(HDF *list, const char *label, const char *value)
{
    int n = 0;
    if (!value || !*value)
        return;
    for (HDF *child = hdf_obj_child(list); child; child = hdf_obj_next(child))
        n++;
    char name[20];
    snprintf(name, sizeof name, "%d", n);
    HDF *node = view_node(list, name);
    view_set(node, "Label", label);
    view_set(node, "Value", value);
}

static const char *kwh(struct arena *arena, const char *wh)
{
    int64_t value = *wh ? strtoll(wh, NULL, 10) : 0;
    return *wh ? arena_printf(arena, "%s%lld.%03lld 千瓦时", value < 0 ? "-" : "", (long long)llabs(value) / 1000, (long long)llabs(value) % 1000) : "";
}

static const char *yuan(struct arena *arena, const char *money)
{
    return *money ? arena_printf(arena, "%s 元", money) : "";
}

static const char *known(const char *dict, const char *code)
{
    const char *label = dict_label(dict, code);
    return *label ? label : code;
}

static void facts_show(struct arena *arena, HDF *row, HDF *node)
{
    HDF *facts = view_node(node, "Facts"), *money = view_node(node, "Money");
    fact(facts, "运营商", view_get(row, "operator_name"));
    fact(facts, "充电站", *view_get(row, "station_name") ? view_get(row, "station_name") : "未登记");
    fact(facts, "充电接口编码", view_get(row, "connector_code"));
    fact(facts, "区域", view_get(row, "place"));
    fact(facts, "开始时间", arena_printf(arena, "%.19s", view_get(row, "start_at")));
    fact(facts, "结束时间", arena_printf(arena, "%.19s", view_get(row, "end_at")));
    fact(facts, "结束原因", known("stop_reason", view_get(row, "stop_reason")));
    fact(facts, "收到时间", arena_printf(arena, "%.19s", view_get(row, "received_at")));
    fact(money, "充电电量", kwh(arena, view_get(row, "energy_wh")));
    fact(money, "尖时电量", kwh(arena, view_get(row, "cusp_wh")));
    fact(money, "峰时电量", kwh(arena, view_get(row, "peak_wh")));
    fact(money, "平时电量", kwh(arena, view_get(row, "flat_wh")));
    fact(money, "谷时电量", kwh(arena, view_get(row, "valley_wh")));
    fact(money, "电费", yuan(arena, view_get(row, "elec_money")));
    fact(money, "服务费", yuan(arena, view_get(row, "service_money")));
    fact(money, "总金额", yuan(arena, view_get(row, "total_money")));
    fact(money, "实付金额", yuan(arena, view_get(row, "paid_money")));
    fact(money, "支付时间", arena_printf(arena, "%.19s", view_get(row, "paid_at")));
    fact(money, "支付渠道", known("pay_channel", view_get(row, "pay_channel")));
    fact(money, "优惠信息", view_get(row, "discount"));
}

/* --- doubts --------------------------------------------------------------------------------------------------- */

static int64_t told(HDF *row, const char *name)
{
    const char *text = view_get(row, name);
    int64_t value = *text ? strtoll(text, NULL, 10) : ORDER_NO_VALUE;
    return value < -INT64_C(800000000000000000) ? ORDER_NO_VALUE : value;
}

static int64_t moment(HDF *row, const char *name)
{
    int64_t at = 0;
    (void)time_parse(view_get(row, name), "%Y-%m-%d %H:%M:%S", &at);
    return at;
}

static void details_sum(const json_t *list, struct charge_order *o);

/* The stored order as the checker knows it. */
static struct charge_order order_of(HDF *row, const json_t *details)
{
    struct charge_order o = { .order_no = view_get(row, "order_no"), .connector_code = view_get(row, "connector_code"),
        .start_ms = moment(row, "start_at"), .end_ms = moment(row, "end_at"), .energy_wh = told(row, "energy_wh"),
        .cusp_wh = told(row, "cusp_wh"), .peak_wh = told(row, "peak_wh"), .flat_wh = told(row, "flat_wh"), .valley_wh = told(row, "valley_wh"),
        .elec_fen = told(row, "elec_fen"), .service_fen = told(row, "service_fen"), .total_fen = told(row, "total_fen"),
        .paid_fen = told(row, "paid_fen") };
    details_sum(details, &o);
    return o;
}

static const char *why(struct work *work, int code, HDF *row, const struct charge_order *order)
{
    const struct connector_place *place = *view_get(row, "connector_id")
        ? connector_place(work, strtoll(view_get(row, "operator_id"), NULL, 10), view_get(row, "connector_code")) : NULL;
    int64_t received = 0;
    (void)time_parse(arena_printf(work->arena, "%.19s", view_get(row, "received_at")), "%Y-%m-%d %H:%M:%S", &received);
    struct doubt_context context = { .now = received, .known = *view_get(row, "connector_id") != '\0', .power_w = place ? place->power_w : 0 };
    const char *words = order_doubt_why(work->arena, code, order, &context);
    if (code == DOUBT_CONTENT)
        words = "运营商用同一订单编号报送过内容不同的订单，各份均不计入统计，见下方「同一编号的订单」";
    if (code == DOUBT_OVERLAP)
        words = "同一充电接口在这段时间内还有其他订单";
    return words ? words : "按收到时的规则判定";           /* a parameter or the gun's power was changed since */
}

static void doubts_show(struct work *work, HDF *row, const struct charge_order *order, HDF *node)
{
    unsigned doubts = (unsigned)strtoul(view_get(row, "doubts"), NULL, 10);
    for (int code = 1, n = 0; code <= DOUBT_NEGATIVE; code++) {
        if (!(doubts & DOUBT_BIT(code)))
            continue;
        HDF *entry = view_node(node, arena_printf(work->arena, "Doubts.%d", n++));
        view_set(entry, "Label", dict_label_int("order_doubt", code));
        view_set(entry, "Text", why(work, code, row, order));
    }
    view_set(node, "Counted", doubts ? NULL : "1");
}

/* --- details ----------------------------------------------------------------------------------------------------- */

static const struct { const char *name, *also, *label; int places; } parts[] = {
    { "DetailStartTime", NULL, "开始时间", -1 }, { "DetailEndTime", NULL, "结束时间", -1 }, { "ElecPrice", NULL, "电价（元）", 4 },
    { "SevicePrice", "ServicePrice", "服务费单价（元）", 4 }, { "DetailPower", NULL, "电量（千瓦时）", 3 },
    { "DetailElecMoney", NULL, "电费（元）", 2 }, { "DetailSeviceMoney", "DetailServiceMoney", "服务费（元）", 2 } };
enum { PARTS = sizeof parts / sizeof *parts, DETAILS_SHOWN = 200 };

static const json_t *part_of(const json_t *detail, size_t i)
{
    const json_t *value = json_object_get(detail, parts[i].name);
    return value || !parts[i].also ? value : json_object_get(detail, parts[i].also);
}

static void part_add(int64_t *sum, const json_t *value, double scale)
{
    double number = json_number_value(value) * scale;
    *sum = *sum == ORDER_NO_VALUE || !json_is_number(value) ? ORDER_NO_VALUE : *sum + (int64_t)(number < 0 ? number - 0.5 : number + 0.5);
}

static void details_sum(const json_t *list, struct charge_order *o)
{
    o->details = (int64_t)json_array_size(list);
    o->detail_wh = o->detail_elec_fen = o->detail_service_fen = o->details ? 0 : ORDER_NO_VALUE;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *d = json_array_get(list, i);
        part_add(&o->detail_wh, part_of(d, 4), 1000);
        part_add(&o->detail_elec_fen, part_of(d, 5), 100);
        part_add(&o->detail_service_fen, part_of(d, 6), 100);
    }
}

static void details_show(struct arena *arena, const json_t *list, HDF *node)
{
    HDF *table = view_node(node, "Details");
    view_set(table, "Caption", "分时段明细");
    for (size_t i = 0; i < PARTS; i++) {
        view_set(table, arena_printf(arena, "Columns.%zu.Label", i), parts[i].label);
        view_set(table, arena_printf(arena, "Columns.%zu.Num", i), parts[i].places >= 0 ? "1" : NULL);
    }
    for (size_t n = 0; n < json_array_size(list) && n < DETAILS_SHOWN; n++)
        for (size_t i = 0; i < PARTS; i++) {
            const json_t *value = part_of(json_array_get(list, n), i);
            const char *text = json_is_number(value) ? arena_printf(arena, "%.*f", parts[i].places < 0 ? 0 : parts[i].places, json_number_value(value))
                                                     : json_string_value(value);
            view_set(table, arena_printf(arena, "Rows.%zu.Cells.%zu.Text", n, i), text ? text : "");
        }
}

/* --- the page ------------------------------------------------------------------------------------------------------ */

static void release_json(void *thing)
{
    json_decref(thing);
}

static int64_t scope_operator(const struct work *work) { return work->actor.operator_id; }

static const char *scope_division(struct work *work)
{
    return work->actor.operator_id ? "%" : division_like(work->arena, work->actor.division);
}

static void versions_show(struct work *work, HDF *row, int64_t id, HDF *node)
{
    HDF *rows = view_node(node, "Found");
    if (!(strtoul(view_get(row, "doubts"), NULL, 10) & DOUBT_BIT(DOUBT_CONTENT)))
        return;
    db_rows(work, rows, Q_VERSIONS, I(strtoll(view_get(row, "operator_id"), NULL, 10)), T(view_get(row, "order_no")), I(scope_operator(work)),
            I(scope_operator(work)), T(scope_division(work)));
    int n = 0;
    for (HDF *one = hdf_obj_child(rows); one; one = hdf_obj_next(one)) {
        HDF *entry = view_node(node, arena_printf(work->arena, "Versions.%d", n++));
        int64_t other = strtoll(view_get(one, "id"), NULL, 10);
        view_setf(entry, "Label", "第 %s 份，%.19s 收到，%s 千瓦时，%s 元", view_get(one, "version"), view_get(one, "received_at"),
                  view_get(one, "energy_kwh"), view_get(one, "total_money"));
        if (other != id)
            view_setf(entry, "Href", "/interconnect/orders/%lld", (long long)other);
    }
}

bool charge_order_show(struct work *work, int64_t id, HDF *node)
{
    HDF *row = view_node(node, "Row");
    if (!db_row(work, row, Q_ONE, I(id), I(scope_operator(work)), I(scope_operator(work)), T(scope_division(work))))
        return false;
    json_t *details = json_loads(view_get(row, "details"), 0, NULL);
    if (details)
        work_defer(work, release_json, details);
    struct charge_order order = order_of(row, details);
    view_set(node, "OrderNo", view_get(row, "order_no"));
    facts_show(work->arena, row, node);
    doubts_show(work, row, &order, node);
    details_show(work->arena, details, node);
    versions_show(work, row, id, node);
    view_set(node, "Raw", view_get(row, "raw"));
    return true;
}

struct days { const char *from, *to; };

bool charge_order_days(struct work *work, const char *order_no, const char **from, const char **to)
{
    static const struct db_column columns[] = { DB_TEXT(struct days, from), DB_TEXT(struct days, to), DB_END };
    struct days days;
    if (!db_struct(work, columns, &days, Q_DAYS, T(order_no), I(scope_operator(work)), I(scope_operator(work))) || !days.from)
        return false;
    *from = days.from;
    *to = days.to;
    return true;
}
