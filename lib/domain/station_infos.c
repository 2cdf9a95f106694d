/* station_infos: see the header. The database makes the objects (JSON_OBJECT), here they are put into each other. */
#include "domain/station_infos.h"

#include "core/db.h"

/* The members of both sources; `owner` says who owns the facilities. */
#define STATION(owner) "JSON_OBJECT('StationID', s.code, 'OperatorID', o.code, 'EquipmentOwnerID', " owner ", 'StationName', s.name,"     \
    " 'CountryCode', 'CN', 'AreaCode', s.division_code, 'Address', s.address, 'StationTel', s.station_tel, 'ServiceTel', s.service_tel,"  \
    " 'StationType', COALESCE(s.station_type, 1), 'StationStatus', s.station_status, 'ParkNums', s.park_nums, 'StationLng', s.lng,"       \
    " 'StationLat', s.lat, 'SiteGuide', s.site_guide, 'Construction', COALESCE(s.construction, 255), 'MatchCars', s.match_cars,"          \
    " 'ParkInfo', s.park_info, 'BusineHours', s.busine_hours, 'ElectricityFee', s.electricity_fee, 'ServiceFee', s.service_fee,"          \
    " 'ParkFee', s.park_fee, 'Payment', LEFT(s.payment, 20), 'SupportOrder', s.support_order)"
#define EQUIPMENT "JSON_OBJECT('EquipmentID', e.code, 'EquipmentName', e.name, 'ManufacturerID', o.code, 'ManufacturerName',"             \
    " e.manufacturer_name, 'EquipmentModel', LEFT(e.model, 20), 'ProductionDate', DATE_FORMAT(e.production_date, '%Y-%m-%d'),"            \
    " 'EquipmentType', e.equipment_type, 'Power', COALESCE(e.power, 0))"
#define CONNECTOR "JSON_OBJECT('ConnectorID', c.code, 'ConnectorName', c.name, 'ConnectorType', c.connector_type, 'VoltageUpperLimits',"  \
    " COALESCE(c.voltage_upper, 0), 'VoltageLowerLimits', COALESCE(c.voltage_lower, 0), 'Current', COALESCE(c.current, 0), 'Power',"      \
    " COALESCE(c.power, 0), 'ParkNo', LEFT(c.park_no, 10), 'NationalStandard', COALESCE(c.national_standard, 2))"

#define OF_OPERATOR " JOIN operator o ON o.id = s.operator_id WHERE s.operator_id = ?"
#define PUBLISHED " AND s.published = 1 AND s.removed_at IS NULL"
#define Q_STATIONS "SELECT s.id, 0, " STATION("IF(s.owner_code = '', o.code, s.owner_code)") " FROM station s" OF_OPERATOR PUBLISHED " ORDER BY s.code"
#define Q_EQUIPMENT "SELECT e.id, s.id, " EQUIPMENT " FROM equipment e JOIN station s ON s.id = e.station_id" OF_OPERATOR PUBLISHED          \
    " AND e.removed_at IS NULL ORDER BY e.code"
#define Q_CONNECTORS "SELECT c.id, e.id, " CONNECTOR " FROM connector c JOIN equipment e ON e.id = c.equipment_id"                          \
    " JOIN station s ON s.id = e.station_id" OF_OPERATOR PUBLISHED " AND c.removed_at IS NULL ORDER BY c.code"

#define PASSED " AND s.passed_at IS NOT NULL"
#define Q_RECORDS "SELECT s.id, 0, " STATION("o.code") " FROM station_record s" OF_OPERATOR PASSED " ORDER BY s.code"
#define Q_RECORD_EQUIPMENT "SELECT e.id, s.id, " EQUIPMENT " FROM equipment_record e JOIN station_record s ON s.id = e.station_record_id"   \
    OF_OPERATOR PASSED " ORDER BY e.code"
#define Q_RECORD_CONNECTORS "SELECT c.id, e.id, " CONNECTOR " FROM connector_record c JOIN equipment_record e ON e.id = c.equipment_record_id" \
    " JOIN station_record s ON s.id = e.station_record_id" OF_OPERATOR PASSED " ORDER BY c.code"

struct part { int64_t id, parent; const char *text; };
static const struct db_column columns[] = { DB_INT(struct part, id), DB_INT(struct part, parent), DB_TEXT(struct part, text), DB_END };

/* `above`: by id, the objects these go into, under `member`; `own`: these by id. */
struct level { struct work *work; json_t *above, *own, *all; const char *member; };

static void release_json(void *thing)
{
    json_decref(thing);
}

static const char *key(struct work *work, int64_t id)
{
    return arena_printf(work->arena, "%lld", (long long)id);
}

static void part_take(void *row, void *arg)
{
    const struct part *part = row;
    struct level *level = arg;
    json_t *object = json_loads(part->text, 0, NULL), *parent = level->above ? json_object_get(level->above, key(level->work, part->parent)) : NULL;
    json_t *list = level->above ? json_object_get(parent, level->member) : level->all;
    const char *below = !level->above ? "EquipmentInfos" : level->own ? "ConnectorInfos" : NULL;
    if (below)
        json_object_set_new(object, below, json_array());
    json_array_append(list, object);
    if (level->own)
        json_object_set(level->own, key(level->work, part->id), object);
    json_decref(object);
}

static json_t *kept(struct work *work, json_t *json)
{
    work_defer(work, release_json, json);
    return json;
}

/* Three statements are chosen as literals by the caller. */
#define GATHER(work, operator_id, stations, equipment, connectors) do {                                                       \
        struct part row;                                                                                                      \
        struct level top = { work, NULL, kept(work, json_object()), all, NULL };                                              \
        struct level middle = { work, top.own, kept(work, json_object()), NULL, "EquipmentInfos" };                           \
        struct level leaf = { work, middle.own, NULL, NULL, "ConnectorInfos" };                                               \
        db_each(work, columns, &row, part_take, &top, stations, I(operator_id));                                              \
        db_each(work, columns, &row, part_take, &middle, equipment, I(operator_id));                                          \
        db_each(work, columns, &row, part_take, &leaf, connectors, I(operator_id));                                           \
    } while (0)

json_t *station_infos(struct work *work, int64_t operator_id)
{
    json_t *all = kept(work, json_array());
    GATHER(work, operator_id, Q_STATIONS, Q_EQUIPMENT, Q_CONNECTORS);
    return all;
}

json_t *station_infos_of_records(struct work *work, int64_t operator_id)
{
    json_t *all = kept(work, json_array());
    GATHER(work, operator_id, Q_RECORDS, Q_RECORD_EQUIPMENT, Q_RECORD_CONNECTORS);
    return all;
}
