/* answers: what the portal asks, one function an interface. Under the world's lock. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "exchange/message.h"
#include "misbehave.h"
#include "serve.h"
#include "world.h"

enum { NOT_PLUGGED = 1, CHECK_FAILED = 2, NO_POLICY = 1, NO_SUCH_DEVICE = 1, DEVICE_OFFLINE = 2, IN_USE = 3, STOPPED_ALREADY = 3 };

typedef json_t *(*answerer)(struct world *world, json_t *asked, const char **why);

static json_t *token_answer(struct world *world, json_t *asked, const char **why)
{
    (void)why;
    bool known = strcmp(message_text(asked, "OperatorID"), world->partner.gov_id) == 0;
    bool good = known && text_same_secret(message_text(asked, "OperatorSecret"), world->partner.to_operator.operator_secret)
             && !misbehaves("refuse-token", "query_token");
    char token[TOKEN_SIZE + 1] = "";
    if (good)
        token_give(token);
    return json_pack("{s:s, s:i, s:s, s:i, s:i}", "OperatorID", message_text(asked, "OperatorID"), "SuccStat", good ? 0 : 1,
        "AccessToken", token, "TokenAvailableTime", good ? 7200 : 0, "FailReason", good ? 0 : known ? 2 : 1);
}

/* --- stations ------------------------------------------------------------------------------------------------------ */

/* Stations never change while the simulator runs: who was told since its start has them all. */
static bool changed_since(const struct world *world, const json_t *asked)
{
    int64_t since;
    const char *text = message_text(asked, "LastQueryTime");
    return !*text || !time_parse(text, "%Y-%m-%d %H:%M:%S", &since) || since <= world->began_real;
}

static json_t *stations_answer(struct world *world, json_t *asked, const char **why)
{
    static const char name[] = "query_stations_info";
    (void)why;
    bool repeats = misbehaves("repeating-pages", name), many = misbehaves("wrong-page-count", name);
    long long size = message_int(asked, "PageSize", 10), no = message_int(asked, "PageNo", 1);
    long long total = changed_since(world, asked) ? (long long)json_array_size(world->stations) : 0;
    size = size < 1 || size > world->options->page_size ? world->options->page_size : size;
    size = misbehaves("page-size-ignored", name) ? 3 : size;
    long long pages = total ? (total + size - 1) / size : 1;
    json_t *infos = json_array();
    for (long long i = repeats ? 0 : (no - 1) * size, end = i + size; i >= 0 && i < end && i < total; i++)
        json_array_append(infos, json_array_get(world->stations, (size_t)i));
    return json_pack("{s:I, s:I, s:I, s:o}", "PageNo", (json_int_t)no, "PageCount",
                     (json_int_t)(repeats ? 1000000 : many ? pages * 10 : pages), "ItemSize", (json_int_t)total, "StationInfos", infos);
}

static json_t *states_of(struct world *world, const char *station)
{
    json_t *list = json_array();
    for (size_t i = 0; i < world->connector_count; i++) {
        const struct connector *c = &world->connectors[i];
        if (strcmp(c->station_id, station) == 0)
            json_array_append_new(list, json_pack("{s:s, s:i, s:i, s:i}", "ConnectorID", c->id, "Status", (int)c->status, "ParkStatus",
                                                  c->status == OCCUPIED || c->status == CHARGING ? 50 : 10, "LockStatus", 0));
    }
    return list;
}

static json_t *status_answer(struct world *world, json_t *asked, const char **why)
{
    json_t *list = json_array(), *id, *station;
    size_t i;
    (void)why;
    json_array_foreach(json_object_get(asked, "StationIDs"), i, id)
        if ((station = station_by_id(world, json_string_value(id) ? json_string_value(id) : "")))
            json_array_append_new(list, json_pack("{s:s, s:o}", "StationID", message_text(station, "StationID"), "ConnectorStatusInfos",
                                                  states_of(world, message_text(station, "StationID"))));
    return json_pack("{s:i, s:o}", "Total", (int)json_array_size(list), "StationStatusInfos", list);
}

/* kWh of the charges of a connector that ended within [from, to). */
static double sold(const struct world *world, const char *connector, int64_t from, int64_t to)
{
    double sum = 0;
    for (const struct charge *charge = world->charges; charge; charge = charge->next)
        if (charge->stage == STAGE_ENDED && charge->ended >= from && charge->ended < to && strcmp(charge->connector->id, connector) == 0)
            for (int i = 0; i < charge->detail_count; i++)
                sum += floor(charge->details[i].kwh * 100 + 1e-6) / 100;
    return sum;
}

static json_t *equipment_stats(struct world *world, const json_t *equipment, int64_t from, int64_t to, double *total)
{
    json_t *list = json_array(), *info;
    double whole = 0;
    size_t i;
    json_array_foreach(json_object_get(equipment, "ConnectorInfos"), i, info) {
        double kwh = sold(world, message_text(info, "ConnectorID"), from, to);
        json_array_append_new(list, json_pack("{s:s, s:f}", "ConnectorID", message_text(info, "ConnectorID"), "ConnectorElectricity", kwh));
        whole += kwh;
    }
    *total += whole;
    return json_pack("{s:s, s:f, s:o}", "EquipmentID", message_text(equipment, "EquipmentID"), "EquipmentElectricity", whole,
                     "ConnectorStatsInfos", list);
}

static json_t *stats_answer(struct world *world, json_t *asked, const char **why)
{
    json_t *station = station_by_id(world, message_text(asked, "StationID")), *list, *equipment;
    int64_t from, to;
    double total = 0;
    size_t i;
    if (!station || !time_parse(message_text(asked, "StartTime"), "%Y-%m-%d", &from) || !time_parse(message_text(asked, "EndTime"), "%Y-%m-%d", &to)) {
        *why = station ? "StartTime、EndTime 应为 yyyy-MM-dd" : "没有这座充电站";
        return NULL;
    }
    list = json_array();
    json_array_foreach(json_object_get(station, "EquipmentInfos"), i, equipment)
        json_array_append_new(list, equipment_stats(world, equipment, from, to + 86400000, &total));
    return json_pack("{s:{s:s, s:s, s:s, s:f, s:o}}", "StationStats", "StationID", message_text(station, "StationID"), "StartTime",
        message_text(asked, "StartTime"), "EndTime", message_text(asked, "EndTime"), "StationElectricity", total, "EquipmentStatsInfos", list);
}

static json_t *operator_answer(struct world *world, json_t *asked, const char **why)
{
    (void)asked, (void)why;
    return json_pack("{s:i, s:i, s:i, s:[{s:s, s:s, s:s, s:s}]}", "PageNo", 1, "PageCount", 1, "ItemSize", 1, "OperatorInfos",
        "OperatorID", world->partner.operator_id, "OperatorName", world->options->operator_name, "OperatorTel1", "400-000-0756",
        "OperatorUSCID", "");
}

/* --- charging -------------------------------------------------------------------------------------------------------- */

static struct connector *connector_asked(struct world *world, const json_t *asked)
{
    return connector_by_id(world, message_text(asked, "ConnectorID"));
}

/* Asked for a free connector, the driver is taken to have plugged in; five minutes later he has left again. */
static json_t *auth_answer(struct world *world, json_t *asked, const char **why)
{
    struct connector *c = connector_asked(world, asked);
    (void)why;
    bool plugged = !misbehaves("not-plugged", "query_equip_auth");
    bool good = c && plugged && !c->charge && (c->status == FREE || (c->status == OCCUPIED && !c->will_charge));
    if (good) {
        c->until = world_now(world) + 300000;
        status_set(world, c, OCCUPIED);
    }
    return json_pack("{s:s, s:s, s:i, s:i}", "EquipAuthSeq", message_text(asked, "EquipAuthSeq"), "ConnectorID",
        message_text(asked, "ConnectorID"), "SuccStat", good ? 0 : 1, "FailReason", good ? 0 : plugged ? CHECK_FAILED : NOT_PLUGGED);
}

static json_t *policy_answer(struct world *world, json_t *asked, const char **why)
{
    (void)why;
    bool good = connector_asked(world, asked) && !misbehaves("no-policy", "query_equip_business_policy");
    return json_pack("{s:s, s:s, s:i, s:i, s:i, s:o}", "EquipBizSeq", message_text(asked, "EquipBizSeq"), "ConnectorID",
        message_text(asked, "ConnectorID"), "SuccStat", good ? 0 : 1, "FailReason", good ? 0 : NO_POLICY, "SumPeriod",
        good ? TARIFF_PERIODS : 0, "PolicyInfos", good ? bill_policy(world) : json_array());
}

/* The same number again is the same charge: a caller that did not hear the first answer asks once more. */
static json_t *start_answer(struct world *world, json_t *asked, const char **why)
{
    struct connector *c = connector_asked(world, asked);
    const char *seq = message_text(asked, "StartChargeSeq");
    struct charge *charge = charge_by_seq(world, seq);
    int reason = 0;
    (void)why;
    if (!c || strlen(seq) != SEQ_SIZE)
        reason = NO_SUCH_DEVICE;
    else if (misbehaves("refuse-start", "query_start_charge") || c->status == OFFLINE || c->status == FAULT)
        reason = DEVICE_OFFLINE;
    else if (!charge && !(charge = charge_ask(world, c, seq)))
        reason = IN_USE;
    return json_pack("{s:s, s:i, s:s, s:i, s:i}", "StartChargeSeq", seq, "StartChargeSeqStat", charge && !reason ? (int)charge->stage : STAGE_ENDED,
        "ConnectorID", message_text(asked, "ConnectorID"), "SuccStat", reason ? 1 : 0, "FailReason", reason);
}

static json_t *charge_answer(struct world *world, json_t *asked, const char **why)
{
    struct charge *charge = charge_by_seq(world, message_text(asked, "StartChargeSeq"));
    if (!charge)
        *why = "没有这个充电订单号";
    return charge ? bill_snapshot(world, charge) : NULL;
}

static json_t *stop_answer(struct world *world, json_t *asked, const char **why)
{
    const char *seq = message_text(asked, "StartChargeSeq");
    struct charge *charge = charge_by_seq(world, seq);
    int reason = 0;
    (void)why;
    if (!charge || !connector_asked(world, asked))
        reason = NO_SUCH_DEVICE;
    else if (misbehaves("refuse-stop", "query_stop_charge"))
        reason = DEVICE_OFFLINE;
    else if (charge->stage == STAGE_ENDED)
        reason = STOPPED_ALREADY;
    else if (charge->stage != STAGE_STOPPING)
        charge_stop(world, charge, STOP_PLATFORM);
    return json_pack("{s:s, s:i, s:i, s:i}", "StartChargeSeq", seq, "StartChargeSeqStat",
                     charge ? (int)charge->stage : STAGE_UNKNOWN, "SuccStat", reason ? 1 : 0, "FailReason", reason);
}

static const struct { const char *interface; answerer fn; } answerers[] = {
    { "query_token", token_answer },
    { "query_stations_info", stations_answer },
    { "query_station_status", status_answer },
    { "query_station_stats", stats_answer },
    { "query_equip_auth", auth_answer },
    { "query_equip_business_policy", policy_answer },
    { "query_start_charge", start_answer },
    { "query_equip_charge_status", charge_answer },
    { "query_stop_charge", stop_answer },
    { "supervise_query_operator_info", operator_answer },
    { "supervise_query_stations_info", stations_answer },
    { "supervise_query_station_status", status_answer },
};

json_t *answer_make(struct world *world, const char *interface, json_t *asked, const char **why)
{
    *why = "本平台没有该接口";
    for (size_t i = 0; i < sizeof answerers / sizeof *answerers; i++)
        if (strcmp(answerers[i].interface, interface) == 0)
            return answerers[i].fn(world, asked, why);
    return NULL;
}
