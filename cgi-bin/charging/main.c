/* charging: 在线充电: a driver starts and stops a charge at a connector and sees how it goes (T/CEC 102 part 3; Henan's 充值启停对接),
 * 「我的充电」, and counts for departments. What may happen is lib/domain/charging's; operators' platforms are called by jobs. */
#include <inttypes.h>
#include <string.h>

#include "domain/charging.h"
#include "domain/process.h"
#include "domain/session.h"
#include "web/web.h"

enum { OWN_SHOWN = 100, COUNTED_DAYS = 30 };

static void crumbs(struct request *rq, const char *title)
{
    view_set(rq->page, "Title", title);
}

static void own_page(struct request *rq)
{
    crumbs(rq, "我的充电");
    charging_own(&rq->work, OWN_SHOWN, view_node(rq->page, "Charges"));
    if (charging_offered())
        view_set(rq->page, "Offered", "1");
    page(rq, "charging/own.cst");
}

static void figures_page(struct request *rq)
{
    crumbs(rq, "在线充电统计");
    view_set_int(rq->page, "Days", COUNTED_DAYS);
    charging_counts(&rq->work, COUNTED_DAYS, view_node(rq->page, "Rows"));
    page(rq, "charging/figures.cst");
}

/* --- one connector: the first step ------------------------------------------------------------------------------------ */

static void connector_page(struct request *rq)
{
    HDF *node = view_node(rq->page, "Connector");
    if (!charging_connector(&rq->work, form_int(rq, "id"), node))
        fail(&rq->work, FAIL_MISSING, "%s", "没有找到这把充电枪，或其运营商尚未开通在线充电。");
    crumbs(rq, "在线充电");
    int64_t running = charging_running(&rq->work);
    if (running)
        view_set_int(rq->page, "Running", running);
    page(rq, "charging/connector.cst");
}

static void connector_ask(struct request *rq)
{
    int64_t id = charging_ask(&rq->work, form_int(rq, "id"));
    redirect(rq, "/charging/%" PRId64, id);
}

/* --- one charge ------------------------------------------------------------------------------------------------------------ */

static void figure(struct request *rq, int number, const char *label, const char *value, const char *unit)
{
    HDF *node = view_node(rq->page, arena_printf(rq->work.arena, "Figures.%d", number));
    view_set(node, "Label", label);
    view_set(node, "Value", *value ? value : "—");
    view_set(node, "Unit", *value ? unit : NULL);
}

/* The page asks for itself every few seconds; once the state is another than the one it shows, it is drawn anew whole, so that
 * buttons stay put (and keep the focus) in between. */
static void charge_page(struct request *rq)
{
    HDF *node = view_node(rq->page, "Charge");
    if (!charging_show(&rq->work, form_int(rq, "id"), node))
        fail(&rq->work, FAIL_MISSING, "%s", "没有这笔充电，请从「我的充电」进入。");
    const char *shown = view_get(node, "Order.total")[0] ? "settled" : view_get(node, "state");
    if (header_get(rq, "HX-Request") && strcmp(form_text(rq, "seen"), shown) != 0)
        header_add(rq, "HX-Refresh", "true");
    view_set(rq->page, "Shown", shown);
    crumbs(rq, view_get(node, "station"));
    figure(rq, 0, "电池电量", view_get(node, "soc"), "%");
    figure(rq, 1, "充电功率", view_get(node, "power"), "kW");
    figure(rq, 2, "已充电量", view_get(node, "energy"), "kWh");
    figure(rq, 3, "费用", view_get(node, "total"), "元");
    page(rq, "charging/charge.cst");
}

static void act(struct request *rq, void (*fn)(struct work *work, int64_t charge_id))
{
    int64_t id = form_int(rq, "id");
    fn(&rq->work, id);
    redirect(rq, "/charging/%" PRId64, id);
}

static void charge_start(struct request *rq)  { act(rq, charging_start); }
static void charge_stop(struct request *rq)   { act(rq, charging_stop); }
static void charge_cancel(struct request *rq) { act(rq, charging_cancel); }

static const struct route routes[] = {
    { GET,  "/charging",                 CAP_CHARGE,       NULL,            own_page },
    { GET,  "/charging/figures",         CAP_CHARGE_COUNT, NULL,            figures_page },
    { GET,  "/charging/connectors/{id}", CAP_CHARGE,       NULL,            connector_page },
    { POST, "/charging/connectors/{id}", CAP_CHARGE,       NULL,            connector_ask },
    { GET,  "/charging/{id}",            CAP_CHARGE,       "charging-page", charge_page },
    { POST, "/charging/{id}/start",      CAP_CHARGE,       NULL,            charge_start },
    { POST, "/charging/{id}/stop",       CAP_CHARGE,       NULL,            charge_stop },
    { POST, "/charging/{id}/cancel",     CAP_CHARGE,       NULL,            charge_cancel },
    ROUTE_END };

static const struct program program = {
    .name = "charging", .routes = routes, .templates = "charging", .start = process_start, .identify = session_actor };

int main(int argc, char **argv)
{
    return web_main(argc, argv, &program);
}
