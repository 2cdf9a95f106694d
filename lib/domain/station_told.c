/* station_told: see the header. */
#include "domain/connection.h"
#include "domain/station_told.h"

#include <stdlib.h>
#include <string.h>

#include "core/db.h"
#include "core/text.h"
#include "domain/connector_state.h"
#include "domain/entrustment.h"
#include "domain/job.h"
#include "domain/pull.h"
#include "domain/station.h"
#include "exchange/message.h"

/* --- stations ---------------------------------------------------------------------------------------- */

static const char *one_wrong(struct work *work, const char *operator_code, json_t *info)
{
    struct station_record record;
    const char *owner = message_text(info, "OperatorID");
    if (*owner && strcmp(owner, operator_code) != 0)
        return arena_printf(work->arena, "OperatorID %s 不是本报文的运营商 %s，只能推送本平台的充电站", owner, operator_code);
    return pull_record(work->arena, info, &record);
}

const char *stations_told_wrong(struct work *work, const char *operator_code, const json_t *infos)
{
    if (!json_array_size(infos))
        return "StationInfos（充电站信息列表）不能为空数组";
    for (size_t i = 0; i < json_array_size(infos); i++) {
        json_t *copy = json_deep_copy(json_array_get(infos, i));         /* pull_record() drops what is wrong */
        const char *wrong = one_wrong(work, operator_code, copy);
        json_decref(copy);
        if (wrong)
            return arena_printf(work->arena, "StationInfos[%zu] %s", i, wrong);
    }
    return NULL;
}

size_t stations_taking_part(struct work *work, int64_t operator_id, json_t *infos, const char **left_out)
{
    json_t *taken = connection_stations_taken(work, operator_id);
    *left_out = NULL;
    for (size_t i = json_array_size(infos); taken && i-- > 0;) {
        const char *code = message_text(json_array_get(infos, i), "StationID");
        if (json_object_get(taken, code))
            continue;
        *left_out = arena_copy(work->arena, code);
        json_array_remove(infos, i);
    }
    json_decref(taken);
    return json_array_size(infos);
}

void stations_told(struct work *work, int64_t operator_id, json_t *infos)
{
    bool published = connection_complete_held(work, operator_id);
    for (size_t i = 0; i < json_array_size(infos); i++) {
        struct station_record record;
        const char *wrong = pull_record(work->arena, json_array_get(infos, i), &record);
        if (wrong)
            fail(work, FAIL_INVALID, "%s", wrong);
        record.operator_id = operator_id;
        record.published = published;
        station_upsert(work, &record);
    }
    entrustment_apply(work, operator_id);
    job_add(work, "map.build", "map.build", "{}");
}

/* 0: no such, or removed. */
static int64_t station_there(struct work *work, int64_t operator_id, const char *code)
{
    return db_int(work, 0, "SELECT id FROM station WHERE operator_id = ? AND code = ? AND removed_at IS NULL", I(operator_id), T(code));
}

bool station_known(struct work *work, int64_t operator_id, const char *code)
{
    return station_there(work, operator_id, code) != 0;
}

/* --- real-time power ------------------------------------------------------------------------------------ */

#define NEWER_POWER                                                                                       \
    " ON DUPLICATE KEY UPDATE power = IF(VALUES(at) >= at, VALUES(power), power),"                         \
    " told_at = IF(VALUES(at) >= at, VALUES(told_at), told_at), at = GREATEST(at, VALUES(at))"

static void connector_power_told(struct work *work, int64_t operator_id, const json_t *info, const char *at)
{
    const char *own = message_text(info, "DataTime");
    int64_t connector = connector_find(work, operator_id, message_text(info, "ConnectorID"));
    if (connector)
        db_exec(work, "INSERT INTO connector_power (connector_id, at, told_at, power) VALUES (?, ?, ?, ?)" NEWER_POWER, I(connector),
                T(*own ? own : at), T(time_sql(work->arena, work->now)), R(message_number(info, "ConnectorRealTimePower", 0)));
}

static void station_power_told(struct work *work, int64_t operator_id, int64_t station, const json_t *info)
{
    const char *at = message_text(info, "DataTime");
    const json_t *equipment = json_object_get(info, "EquipmentPowerInfos");
    db_exec(work, "INSERT INTO station_power (station_id, at, told_at, power) VALUES (?, ?, ?, ?)" NEWER_POWER, I(station), T(at),
            T(time_sql(work->arena, work->now)), R(message_number(info, "StationRealTimePower", 0)));
    for (size_t i = 0; i < json_array_size(equipment); i++) {
        const json_t *connectors = json_object_get(json_array_get(equipment, i), "ConnectorPowerInfos");
        for (size_t n = 0; n < json_array_size(connectors); n++)
            connector_power_told(work, operator_id, json_array_get(connectors, n), at);
    }
}

size_t powers_known(struct work *work, int64_t operator_id, const json_t *infos, const char **unknown)
{
    size_t known = 0;
    *unknown = NULL;
    for (size_t i = 0; i < json_array_size(infos); i++) {
        const char *code = message_text(json_array_get(infos, i), "StationID");
        bool there = station_known(work, operator_id, code);
        known += there;
        if (!there && !*unknown)
            *unknown = arena_copy(work->arena, code);
    }
    return known;
}

void powers_told(struct work *work, int64_t operator_id, const json_t *infos)
{
    for (size_t i = 0; i < json_array_size(infos); i++) {
        const json_t *info = json_array_get(infos, i);
        int64_t station = station_there(work, operator_id, message_text(info, "StationID"));
        if (station)
            station_power_told(work, operator_id, station, info);
    }
}

/* --- prices ----------------------------------------------------------------------------------------------- */

void fee_told(struct work *work, int64_t operator_id, const json_t *data)
{
    static const char *const members[] = { "ChargeFeeDetail", "DiscountFeeDetail", "OriginalFeeDetail" };
    int64_t station = station_there(work, operator_id, message_text(data, "StationID"));
    json_t *detail = json_object();
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (json_object_get(data, members[i]))
            json_object_set(detail, members[i], json_object_get(data, members[i]));
    char *text = json_dumps(detail, JSON_COMPACT | JSON_REAL_PRECISION(12));
    json_decref(detail);
    if (!text)
        abort();
    const char *kept = arena_copy(work->arena, text);
    free(text);
    db_exec(work, "REPLACE INTO station_fee (station_id, told_at, detail) VALUES (?, ?, ?)", I(station),
            T(time_sql(work->arena, work->now)), T(kept));
}
