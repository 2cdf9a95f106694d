/* exchange_example: what stands in a message of this operator (exchange_try.h): its own stations as its platform pushed them,
 * else as its records say, and one charging session whose sums add up. */
#include <stdlib.h>
#include <string.h>

#include "core/db.h"
#include "core/text.h"
#include "domain/exchange_try.h"
#include "exchange/explain.h"

#define Q_PUSHED "SELECT s.code AS station, COALESCE(e.code, '') AS equipment, COALESCE(c.code, '') AS connector FROM station s" \
    " LEFT JOIN equipment e ON e.station_id = s.id AND e.removed_at IS NULL LEFT JOIN connector c ON c.equipment_id = e.id" \
    " AND c.removed_at IS NULL WHERE s.operator_id = ? AND s.removed_at IS NULL ORDER BY c.id IS NULL, s.id LIMIT 1"
#define Q_RECORDED "SELECT COALESCE(s.code, '') AS station, COALESCE(e.code, '') AS equipment, COALESCE(c.code, '') AS connector" \
    " FROM station_record s LEFT JOIN equipment_record e ON e.station_record_id = s.id LEFT JOIN connector_record c" \
    " ON c.equipment_record_id = e.id WHERE s.operator_id = ? AND s.code IS NOT NULL ORDER BY c.id IS NULL, s.id LIMIT 1"
#define Q_CODES "SELECT o.code, COALESCE(p.gov_id, o.code) AS gov FROM operator o LEFT JOIN partner p ON p.operator_id = o.id WHERE o.id = ?"

struct place { const char *station, *equipment, *connector; };
struct codes { const char *code, *gov; };

static struct place place_of(struct work *work, int64_t operator_id)
{
    static const struct db_column columns[] = { DB_TEXT(struct place, station), DB_TEXT(struct place, equipment),
        DB_TEXT(struct place, connector), DB_END };
    struct place place = { 0 };
    if (!db_struct(work, columns, &place, Q_PUSHED, I(operator_id)))
        (void)db_struct(work, columns, &place, Q_RECORDED, I(operator_id));
    return (struct place){ place.station && *place.station ? place.station : "000001",
        place.equipment && *place.equipment ? place.equipment : "00000101",
        place.connector && *place.connector ? place.connector : "0000010101" };
}

/* Which and who. */
static json_t *known_codes(struct work *work, int64_t operator_id, bool incoming)
{
    static const struct db_column columns[] = { DB_TEXT(struct codes, code), DB_TEXT(struct codes, gov), DB_END };
    struct codes codes = { "", "" };
    (void)db_struct(work, columns, &codes, Q_CODES, I(operator_id));
    const struct place place = place_of(work, operator_id);
    const char *number = time_format(work->arena, work->now, "%Y%m%d%H%M%S0001");
    const char *ours = arena_printf(work->arena, "%s%s", codes.gov, number), *theirs = arena_printf(work->arena, "%s%s", codes.code, number);
    return json_pack("{s:s, s:s, s:s, s:s, s:[s], s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:i}",
        "OperatorID", incoming ? codes.code : codes.gov, "OperatorSecret", "******", "EquipmentOwnerID", codes.code, "StationID", place.station,
        "StationIDs", place.station, "EquipmentID", place.equipment, "ConnectorID", place.connector, "EquipAuthSeq", ours,
        "EquipBizSeq", ours, "StartChargeSeq", incoming ? theirs : ours, "CheckOrderSeq", theirs, "OrderNo", theirs, "LastQueryTime", "",
        "PageNo", 1, "PageSize", 10);
}

/* One session: 12.5 kWh at 0.60 and 0.40. */
static json_t *known_session(struct work *work)
{
    const char *begun = time_format(work->arena, work->now - 3600000, "%Y-%m-%d %H:%M:%S");
    const char *ended = time_format(work->arena, work->now - 600000, "%Y-%m-%d %H:%M:%S");
    json_t *detail = json_pack("{s:s, s:s, s:f, s:f, s:f, s:f, s:f}", "DetailStartTime", begun, "DetailEndTime", ended, "ElecPrice", 0.6,
        "ServicePrice", 0.4, "DetailPower", 12.5, "DetailElecMoney", 7.5, "DetailServiceMoney", 5.0);
    return json_pack("{s:s, s:s, s:s, s:s, s:f, s:f, s:f, s:f, s:f, s:i, s:[o], s:i, s:f, s:f, s:i, s:i, s:i, s:i, s:f, s:f, s:f}",
        "StartTime", begun, "EndTime", ended,
        "StartTime:date", time_format(work->arena, work->now - 7 * INT64_C(86400000), "%Y-%m-%d"),
        "EndTime:date", time_format(work->arena, work->now - INT64_C(86400000), "%Y-%m-%d"),
        "TotalPower", 12.5, "TotalElecMoney", 7.5, "TotalServiceMoney", 5.0, "TotalMoney", 12.5, "TotalElect", 12.5, "SumPeriod", 1,
        "ChargeDetails", detail, "OrderCount", 1, "TotalOrderPower", 12.5, "TotalOrderMoney", 12.5, "StopReason", 0,
        "StartChargeSeqStat", 2, "ConnectorStatus", 3, "Status", 1, "Soc", 56.5, "CurrentA", 48.2, "VoltageA", 380.5);
}

const char *exchange_example(struct work *work, int64_t operator_id, const char *interface, bool incoming)
{
    const struct message *message = message_find(interface);
    if (!message)
        return "";
    json_t *known = known_codes(work, operator_id, incoming), *session = known_session(work);
    json_object_update(known, session);
    if (incoming)
        json_object_set_new(known, "StartChargeSeqStat", json_integer(strstr(interface, "stop") ? 4 : 2));
    json_t *example = message_example(work->arena, message->request, known);
    char *text = json_dumps(example, JSON_INDENT(2) | JSON_REAL_PRECISION(12));
    json_decref(example);
    json_decref(known);
    json_decref(session);
    if (!text)
        abort();
    const char *copy = arena_copy(work->arena, text);
    free(text);
    return copy;
}

const char *exchange_operator_code(struct work *work, int64_t operator_id)
{
    const char *code = db_text(work, "SELECT code FROM operator WHERE id = ?", I(operator_id));
    return code ? code : "";
}
