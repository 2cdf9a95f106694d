/* charging_show: charges as pages show them. Every statement on a driver's charges holds his account in its WHERE. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/config.h"
#include "core/db.h"
#include "core/dict.h"
#include "core/scope.h"
#include "core/text.h"
#include "domain/charging_private.h"
#include "domain/connector_state.h"
#include "domain/station_card.h"
#include "exchange/message.h"
#include "web/web.h"

#define SECONDS(column) "DATE_FORMAT(h." column ", '%Y-%m-%d %H:%i:%s') AS " column
#define SHOWN "h.id, h.seq, h.state, h.why, h.connector_id, h.station_id, s.name AS station, o.name AS operator, o.service_tel,"    \
    " IF(c.name = '', c.code, c.name) AS connector, c.park_no, " SECONDS("asked_at") ", " SECONDS("state_at") ", " SECONDS("start_at") ", " SECONDS("started_at") ", "  \
    SECONDS("ended_at") ", " SECONDS("sampled_at") ", FORMAT(h.soc, 0) AS soc, FORMAT(h.power, 1) AS power, FORMAT(h.energy, 2) AS energy,"     \
    " h.elec_money AS elec, h.service_money AS service, h.total_money AS total"
#define FROM_CHARGE " FROM charge h JOIN connector c ON c.id = h.connector_id JOIN station s ON s.id = h.station_id JOIN operator o ON o.id = h.operator_id"
#define Q_ONE "SELECT " SHOWN ", h.policy, UNIX_TIMESTAMP(h.heard_at) * 1000 AS heard" FROM_CHARGE " WHERE h.id = ? AND h.account_id = ?"
#define Q_OWN "SELECT " SHOWN FROM_CHARGE " WHERE h.account_id = ? ORDER BY h.id DESC LIMIT ?"
#define Q_CONNECTOR "SELECT c.id, IF(c.name = '', c.code, c.name) AS name, c.connector_type, c.park_no, FORMAT(c.power, 0) AS power, c.state," \
    " UNIX_TIMESTAMP(c.state_at) * 1000 AS told, s.id AS station_id, s.name AS station, o.name AS operator, s.electricity_fee, s.service_fee"  \
    " FROM connector c JOIN station s ON s.id = c.station_id JOIN operator o ON o.id = c.operator_id"                                       \
    " JOIN partner p ON p.operator_id = c.operator_id WHERE p.enabled = 1 AND p.base_url <> '' AND c.removed_at IS NULL"                     \
    " AND s.removed_at IS NULL AND s.published = 1 AND c.id = ?"
#define Q_RUNNING "SELECT charge_id FROM charge_hold WHERE what = 'driver' AND subject = ?"
#define Q_COUNTS "SELECT o.name AS operator, COUNT(*) AS asked, SUM(h.start_at IS NOT NULL) AS started,"                                 \
    " SUM(h.state IN ('charging', 'stopping', 'starting', 'unclear')) AS running, SUM(h.state = 'ended') AS ended,"                       \
    " SUM(h.state IN ('failed', 'refused')) AS failed, SUM(h.state = 'lost') AS lost, FORMAT(COALESCE(SUM(h.energy), 0), 2) AS energy"    \
    FROM_CHARGE " WHERE h.asked_at >= ? AND s.division_code LIKE ? GROUP BY o.id, o.name ORDER BY asked DESC LIMIT 200"

/* What a state says at a glance, and where it stands on the way. */
static const struct look { const char *state, *kind; int step; bool live, failed; } looks[] = {
    { "checking", "wait", 0, true,  false }, { "ready",    "wait", 1, true,  false }, { "refused",   "bad", 0, false, true },
    { "cancelled", "",    1, false, true },  { "starting", "run",  2, true,  false }, { "failed",    "bad", 2, false, true },
    { "unclear",  "wait", 2, true,  false }, { "charging", "good", 3, true,  false }, { "stopping",  "run", 3, true,  false },
    { "ended",    "good", 5, false, false }, { "lost",     "bad",  4, false, true } };
static const char *const steps[] = { "核对充电枪", "确认价格", "启动", "充电", "结束" };
enum { LOOKS = sizeof looks / sizeof *looks, STEPS = sizeof steps / sizeof *steps };

static const struct look *look_of(const char *state)
{
    for (int i = 0; i < LOOKS; i++)
        if (strcmp(looks[i].state, state) == 0)
            return &looks[i];
    return &looks[0];
}

static void look_show(HDF *node)
{
    const struct look *look = look_of(view_get(node, "state"));
    view_set(node, "label", dict_label("charge_state", look->state));
    view_set(node, "kind", look->kind);
    if (look->live)
        view_set(node, "live", "1");
}

static void steps_show(struct work *work, HDF *node)
{
    const struct look *look = look_of(view_get(node, "state"));
    for (int i = 0; i < STEPS; i++) {
        HDF *step = view_node(node, arena_printf(work->arena, "Steps.%d", i));
        view_set(step, "Label", steps[i]);
        view_set(step, "State", i < look->step ? "done" : i > look->step ? "" : look->failed ? "failed" : "now");
    }
}

/* --- prices ------------------------------------------------------------------------------------------------------------- */

static const char *clock_words(struct arena *arena, const char *hhmmss)
{
    return strlen(hhmmss) == 6 ? arena_printf(arena, "%.2s:%.2s", hhmmss, hhmmss + 2) : hhmmss;
}

static const char *yuan(struct arena *arena, double price)
{
    return arena_printf(arena, "%.4f", price);
}

static void prices_show(struct work *work, HDF *node)
{
    json_t *list = json_loads(view_get(node, "policy"), 0, NULL);
    const char *now = time_format(work->arena, work->now, "%H%M%S");
    size_t count = json_array_size(list), current = count - 1;
    for (size_t i = 0; i < count; i++)
        if (strcmp(message_text(json_array_get(list, i), "StartTime"), now) <= 0)
            current = i;
    for (size_t i = 0; i < count; i++) {
        const json_t *period = json_array_get(list, i), *next = json_array_get(list, (i + 1) % count);
        HDF *row = view_node(node, arena_printf(work->arena, "Prices.%zu", i));
        double electricity = message_number(period, "ElecPrice", 0), service = message_number(period, "ServicePrice", 0);
        view_set(row, "From", clock_words(work->arena, message_text(period, "StartTime")));
        view_set(row, "To", i + 1 == count ? "24:00" : clock_words(work->arena, message_text(next, "StartTime")));
        view_set(row, "Elec", yuan(work->arena, electricity));
        view_set(row, "Service", yuan(work->arena, service));
        view_set(row, "Sum", yuan(work->arena, electricity + service));
        if (i == current) {
            view_set(row, "Now", "1");
            view_set(node, "now", view_get(row, "Sum"));
        }
    }
    json_decref(list);
}

/* --- the order, of charge_order's books ----------------------------------------------------------------------------------- */

#define Q_ORDER "SELECT DATE_FORMAT(r.start_at, '%Y-%m-%d %H:%i:%s') AS start_at, DATE_FORMAT(r.end_at, '%Y-%m-%d %H:%i:%s') AS end_at,"  \
    " FORMAT(r.energy_wh / 1000, 2) AS energy, r.elec_money AS elec, r.service_money AS service, r.total_money AS total,"                  \
    " r.stop_reason, r.doubts, r.details FROM charge h JOIN charge_order_key k ON k.operator_id = h.operator_id AND k.order_no = h.seq"   \
    " JOIN charge_order r ON r.operator_id = k.operator_id AND r.at = k.at AND r.order_no = k.order_no AND r.version = 1"                 \
    " WHERE h.id = ? AND h.account_id = ?"
enum { SETTLING_MINUTES = 30 };

static double either(const json_t *detail, const char *service, const char *sevice)
{
    return message_number(detail, service, message_number(detail, sevice, 0));
}

static void details_show(struct work *work, HDF *order)
{
    json_t *list = json_loads(view_get(order, "details"), 0, NULL), *detail;
    size_t i;
    json_array_foreach(list, i, detail) {
        HDF *row = view_node(order, arena_printf(work->arena, "Details.%zu", i));
        double electricity = message_number(detail, "DetailElecMoney", 0), service = either(detail, "DetailServiceMoney", "DetailSeviceMoney");
        view_set(row, "From", message_text(detail, "DetailStartTime"));
        view_set(row, "To", message_text(detail, "DetailEndTime"));
        view_setf(row, "Energy", "%.2f", message_number(detail, "DetailPower", 0));
        view_setf(row, "Elec", "%.2f", electricity);
        view_setf(row, "Service", "%.2f", service);
    }
    json_decref(list);
    hdf_remove_tree(order, "details");
}

static void order_show(struct work *work, int64_t charge_id, HDF *node)
{
    HDF *order = view_node(node, "Order");
    if (db_row(work, order, Q_ORDER, I(charge_id), I(work->actor.account_id))) {
        const char *stop = view_get(order, "stop_reason"), *label = dict_label("stop_reason", stop);
        view_set(order, "stop", *label ? label : stop);
        details_show(work, order);
        return;
    }
    hdf_remove_tree(node, "Order");
    int64_t ended;
    if (strcmp(view_get(node, "state"), "ended") == 0 && time_parse(view_get(node, "state_at"), "%Y-%m-%d %H:%M:%S", &ended)
        && work->now - ended < SETTLING_MINUTES * 60000)
        view_set(node, "settling", "1");
}

/* --- charges ------------------------------------------------------------------------------------------------------------- */

bool charging_show(struct work *work, int64_t charge_id, HDF *node)
{
    if (!db_row(work, node, Q_ONE, I(charge_id), I(work->actor.account_id)))
        return false;
    look_show(node);
    steps_show(work, node);
    prices_show(work, node);
    order_show(work, charge_id, node);
    view_set(node, "heard_age", age_words(work->arena, strtoll(view_get(node, "heard"), NULL, 10), work->now));
    return true;
}

int64_t charging_running(struct work *work)
{
    return db_int(work, 0, Q_RUNNING, I(work->actor.account_id));
}

int charging_own(struct work *work, int limit, HDF *node)
{
    int count = db_rows(work, node, Q_OWN, I(work->actor.account_id), I(limit));
    for (HDF *row = hdf_obj_child(node); row; row = hdf_obj_next(row))
        look_show(row);
    return count;
}

bool charging_connector(struct work *work, int64_t connector_id, HDF *node)
{
    if (!charging_offered() || !db_row(work, node, Q_CONNECTOR, I(connector_id)))
        return false;
    int64_t told = strtoll(view_get(node, "told"), NULL, 10);
    bool known = told && work->now - told <= config_int("Map.StaleMinutes") * 60000;
    const char *state = known ? view_get(node, "state") : "unknown";
    view_set(node, "type", dict_label("connector_type", view_get(node, "connector_type")));
    view_set(node, "state_label", dict_label("connector_state", state));
    view_set(node, "state_kind", strcmp(state, "1") == 0 ? "good" : strcmp(state, "255") == 0 ? "bad" : known ? "wait" : "");
    return true;
}

int charging_counts(struct work *work, int days, HDF *node)
{
    const char *below = division_like(work->arena, work->actor.division ? work->actor.division : "");
    return db_rows(work, node, Q_COUNTS, T(time_sql(work->arena, work->now - (int64_t)days * 86400000)), T(below));
}
