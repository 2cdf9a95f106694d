/* orders: 充电订单 as operators' platforms pushed them, for the operator and for the departments of the division, and the
 * statistics of a month. Figures come from the rollup (domain/charge_order_day.h). */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/config.h"
#include "core/text.h"
#include "domain/charge_order.h"
#include "domain/charge_order_day.h"
#include "domain/division.h"
#include "interconnect.h"
#include "list/list.h"

#define LIST "charge_order"
enum { DAYS_SHOWN = 30, OPTIONS_MOST = 300, MONTHS_SHOWN = 12, DAY_MS = 86400000 };

static const char *day_of(struct request *rq, int64_t ms) { return time_format(rq->work.arena, ms, "%Y-%m-%d"); }

static bool company(const struct request *rq) { return rq->work.actor.operator_id != 0; }

/* --- the list ------------------------------------------------------------------------------------------------------ */

/* A time is always asked for: the last thirty days unless somebody said; of a number, its own days. */
static void time_narrow(struct request *rq)
{
    const char *from = day_of(rq, rq->work.now - (DAYS_SHOWN - 1) * INT64_C(86400000)), *to = day_of(rq, rq->work.now), *of = NULL, *until = NULL;
    bool number = form_has(rq, "order_no") && charge_order_days(&rq->work, form_text(rq, "order_no"), &of, &until);
    if (number ? strcmp(form_text(rq, "at_from"), of) > 0 || !form_has(rq, "at_from") : !form_has(rq, "at_from") && !form_has(rq, "at_to"))
        values_put(rq->values, "at_from", number ? of : from);
    if (number ? strcmp(form_text(rq, "at_to"), until) < 0 : !form_has(rq, "at_to"))
        values_put(rq->values, "at_to", number ? until : to);
    (void)values_check(rq->values, false);
}

static void figure(struct request *rq, const char *label, const char *value, const char *unit, const char *href)
{
    HDF *list = view_node(rq->page, "List.Figures");
    int n = 0;
    for (HDF *child = hdf_obj_child(list); child; child = hdf_obj_next(child))
        n++;
    HDF *node = view_node(list, arena_printf(rq->work.arena, "%d", n));
    view_set(node, "Label", label);
    view_set(node, "Value", value);
    view_set(node, "Unit", unit);
    view_set(node, "Href", href);
}

static void figures_show(struct request *rq, const struct order_question *question, const char *last)
{
    HDF *sums = view_node(rq->page, "Sums");
    order_days_figures(&rq->work, question, sums);
    figure(rq, "订单", view_get(sums, "Orders"), "笔", NULL);
    figure(rq, "充电量", view_get(sums, "Energy"), "千瓦时", NULL);
    figure(rq, "电费", view_get(sums, "Elec"), "元", NULL);
    figure(rq, "服务费", view_get(sums, "Service"), "元", NULL);
    figure(rq, "总金额", view_get(sums, "Money"), "元", NULL);
    figure(rq, "有疑点，未计入", view_get(sums, "DoubtOrders"), "笔",
           arena_printf(rq->work.arena, "/interconnect/orders?at_from=%s&at_to=%s&doubt=1&doubt=2&doubt=3&doubt=4&doubt=5&doubt=6&doubt=7&doubt=8",
                        question->from, last));
}

static const char *day_after(struct request *rq, const char *day)
{
    int64_t at = rq->work.now;
    (void)time_parse(day, "%Y-%m-%d", &at);
    return day_of(rq, at + DAY_MS);
}

static void option(struct request *rq, const char *filter, int n, const char *value, const char *label)
{
    HDF *node = view_node(rq->page, arena_printf(rq->work.arena, "List.Filters.%s.Options.%d", filter, n));
    view_set(node, "Value", value);
    view_set(node, "Label", label);
    view_set(node, "Checked", strcmp(form_text(rq, filter), value) == 0 ? "1" : NULL);
}

static void options_of(struct request *rq, const char *filter, enum order_days_by by, const struct order_question *question)
{
    HDF *rows = view_node(rq->page, arena_printf(rq->work.arena, "Choices.%s", filter));
    int n = 0;
    order_days_list(&rq->work, by, question, rows);
    for (HDF *row = hdf_obj_child(rows); row && n < OPTIONS_MOST; row = hdf_obj_next(row))
        if (strcmp(view_get(row, "Key"), "0") != 0)
            option(rq, filter, n++, view_get(row, "Key"), view_get(row, "Name"));
}

static void areas_of(struct request *rq)
{
    HDF *areas = view_node(rq->page, "Choices.Areas");
    int n = 0;
    division_children(&rq->work, company(rq) ? config_text("Site.Division.Code") : rq->work.actor.division, areas);
    for (HDF *row = hdf_obj_child(areas); row; row = hdf_obj_next(row))
        option(rq, "area", n++, view_get(row, "code"), view_get(row, "name"));
    if (!n)
        hdf_remove_tree(rq->page, "List.Filters.area");
}

/* Operators and stations that have orders in the time asked for, the largest first. */
static void options_show(struct request *rq, const struct order_question *question)
{
    struct order_question all = { .from = question->from, .to = question->to, .operator_id = question->operator_id };
    options_of(rq, "station_id", BY_STATION, &all);
    areas_of(rq);
    all.operator_id = 0;
    if (company(rq))
        hdf_remove_tree(rq->page, "List.Filters.operator_id");
    else
        options_of(rq, "operator_id", BY_OPERATOR, &all);
}

void orders_list(struct request *rq)
{
    time_narrow(rq);
    list_page(rq, LIST);
    const char *from = form_text(rq, "at_from"), *to = form_text(rq, "at_to");
    struct order_question question = { .from = *from ? from : "1000-01-01", .to = day_after(rq, *to ? to : day_of(rq, rq->work.now)),
                                       .operator_id = atoll(form_text(rq, "operator_id")), .station_id = atoll(form_text(rq, "station_id")) };
    figures_show(rq, &question, *to ? to : day_of(rq, rq->work.now));
    options_show(rq, &question);
    view_set(rq->page, "Title", "充电订单");
    page(rq, "interconnect/orders.cst");
}

void orders_xlsx(struct request *rq)
{
    time_narrow(rq);
    list_xlsx(rq, LIST);
}

void order_page(struct request *rq)
{
    if (!charge_order_show(&rq->work, form_int(rq, "id"), view_node(rq->page, "Order")))
        fail(&rq->work, FAIL_MISSING, "%s", "");
    view_set(rq->page, "Title", "充电订单");
    page(rq, "interconnect/order.cst");
}

/* --- statistics ----------------------------------------------------------------------------------------------------- */

static const char *month_of(struct request *rq, int64_t *begins)
{
    const char *asked = form_text(rq, "month");
    if (!time_parse(asked, "%Y-%m", begins) || *begins < INT64_C(946656000000) || *begins > rq->work.now)
        (void)time_parse(time_format(rq->work.arena, rq->work.now, "%Y-%m"), "%Y-%m", begins);
    return time_format(rq->work.arena, *begins, "%Y-%m");
}

static void months_offer(struct request *rq, const char *chosen)
{
    int64_t at = rq->work.now;
    for (int i = 0; i < MONTHS_SHOWN * 2; i++) {
        HDF *node = view_node(rq->page, arena_printf(rq->work.arena, "Months.%d", i));
        const char *month = time_format(rq->work.arena, at, "%Y-%m");
        view_set(node, "Value", month);
        view_set(node, "Label", time_format(rq->work.arena, at, "%Y年%-m月"));
        view_set(node, "Checked", strcmp(month, chosen) == 0 ? "1" : NULL);
        (void)time_parse(month, "%Y-%m", &at);
        at -= DAY_MS;
    }
}

/* A chart is its numbers with bars (parts/list.cst). */
static void chart_show(struct request *rq, int n, const char *title, enum order_days_by by, const struct order_question *question)
{
    HDF *rows = view_node(rq->page, arena_printf(rq->work.arena, "Rows.%d", n));
    HDF *chart = view_node(rq->page, arena_printf(rq->work.arena, "Charts.%d", n));
    int64_t most = 1, i = 0;
    order_days_list(&rq->work, by, question, rows);
    for (HDF *row = hdf_obj_child(rows); row; row = hdf_obj_next(row))
        most = atoll(view_get(row, "Wh")) > most ? atoll(view_get(row, "Wh")) : most;
    view_set(chart, "Title", title);
    view_set(chart, "Unit", "千瓦时");
    for (HDF *row = hdf_obj_child(rows); row; row = hdf_obj_next(row), i++) {
        HDF *bar = view_node(chart, arena_printf(rq->work.arena, "Rows.%" PRId64, i));
        int64_t wh = atoll(view_get(row, "Wh"));
        view_set(bar, "Label", view_get(row, "Name"));
        view_set(bar, "Value", view_get(row, "Energy"));
        view_setf(bar, "Share", "%" PRId64, wh > 0 ? wh * 100 / most : 0);
        if (by == BY_MONTH)
            view_setf(bar, "Href", "/interconnect/order-statistics?month=%s&operator_id=%" PRId64, view_get(row, "Key"), question->operator_id);
    }
}

static const struct { const char *label, *figure; } sums[] = { { "订单（笔）", "Orders" }, { "充电量（千瓦时）", "Energy" }, { "电费（元）", "Elec" },
    { "服务费（元）", "Service" }, { "总金额（元）", "Money" }, { "有疑点（笔）", "DoubtOrders" }, { "有疑点电量（千瓦时）", "DoubtEnergy" },
    { "有疑点金额（元）", "DoubtMoney" } };
enum { SUMS = sizeof sums / sizeof *sums };

/* By operator for departments, by station for an operator, or for the one a department chose. */
static void table_show(struct request *rq, const struct order_question *question, const char *month)
{
    bool stations = company(rq) || question->operator_id;
    HDF *table = view_node(rq->page, "Table"), *rows = view_node(rq->page, "TableRows");
    int n = 0, found = order_days_list(&rq->work, stations ? BY_STATION : BY_OPERATOR, question, rows);
    view_set(table, "Caption", stations ? "按充电站" : "按运营商");
    view_set(table, "Columns.0.Label", stations ? "充电站" : "运营商");
    for (size_t i = 0; i < SUMS; i++) {
        view_set(table, arena_printf(rq->work.arena, "Columns.%zu.Label", i + 1), sums[i].label);
        view_set(table, arena_printf(rq->work.arena, "Columns.%zu.Num", i + 1), "1");
    }
    for (HDF *row = hdf_obj_child(rows); row; row = hdf_obj_next(row), n++) {
        HDF *cells = view_node(table, arena_printf(rq->work.arena, "Rows.%d.Cells", n));
        const char *key = view_get(row, "Key");
        view_set(cells, "0.Text", view_get(row, "Name"));
        if (stations && strcmp(key, "0") != 0)
            view_setf(cells, "0.Href", "/interconnect/orders?station_id=%s&at_from=%s&at_to=%s", key, question->from, view_get(rq->page, "LastDay"));
        else if (!stations)
            view_setf(cells, "0.Href", "/interconnect/order-statistics?month=%s&operator_id=%s", month, key);
        for (size_t i = 0; i < SUMS; i++)
            view_set(cells, arena_printf(rq->work.arena, "%zu.Text", i + 1), view_get(row, sums[i].figure));
    }
    view_set(rq->page, "Cut", found == ORDER_ROWS ? "1" : NULL);
}

void order_statistics(struct request *rq)
{
    int64_t begins = 0;
    const char *month = month_of(rq, &begins), *next = time_format(rq->work.arena, begins + 32 * INT64_C(86400000), "%Y-%m-01");
    struct order_question question = { .from = time_format(rq->work.arena, begins, "%Y-%m-01"), .to = next,
                                       .operator_id = company(rq) ? 0 : form_int(rq, "operator_id") };
    struct order_question year = { .from = time_format(rq->work.arena, begins - (MONTHS_SHOWN - 1) * INT64_C(30) * DAY_MS, "%Y-%m-01"), .to = next,
                                   .operator_id = question.operator_id };
    int64_t end = 0;
    (void)time_parse(next, "%Y-%m-%d", &end);
    view_set(rq->page, "LastDay", day_of(rq, end - DAY_MS));
    view_set(rq->page, "Title", "充电订单统计");
    months_offer(rq, month);
    figures_show(rq, &question, view_get(rq->page, "LastDay"));
    table_show(rq, &question, month);
    chart_show(rq, 0, "每日充电量", BY_DAY, &question);
    chart_show(rq, 1, "近十二个月充电量", BY_MONTH, &year);
    if (question.operator_id) {
        HDF *one = view_node(rq->page, "One");
        order_days_list(&rq->work, BY_OPERATOR, &question, one);
        view_set(rq->page, "Operator", view_get(one, "0.Name"));
        view_setf(rq->page, "Back", "/interconnect/order-statistics?month=%s", month);
    }
    view_setf(rq->page, "OperatorId", "%" PRId64, question.operator_id);
    page(rq, "interconnect/order-statistics.cst");
}
