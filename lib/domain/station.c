/* station: storing stations, a few statements each whatever their size: one for the station, and one for up to
 * CHUNK equipment or connector rows. Ids of equipment are looked up inside the INSERT, by its unique code. */
#include "domain/station.h"

#include <math.h>
#include <string.h>

#include "core/db.h"
#include "core/text.h"
#include "domain/payment.h"

#define Q_STATION                                                                                             \
    "INSERT INTO station (operator_id, code, owner_code, name, country_code, division_code, address, station_tel," \
    " service_tel, station_type, station_status, construction, park_nums, lng, lat, received_datum, received_lng," \
    " received_lat, site_guide, match_cars, park_info, busine_hours, electricity_fee, service_fee, park_fee, payment," \
    " payment_mask, support_order, remark, raw, source, published, seen_at)"                                   \
    " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"                              \
    " ON DUPLICATE KEY UPDATE id = LAST_INSERT_ID(id), owner_code = VALUES(owner_code), name = VALUES(name),"  \
    " country_code = VALUES(country_code), division_code = VALUES(division_code), address = VALUES(address),"  \
    " station_tel = VALUES(station_tel), service_tel = VALUES(service_tel), station_type = VALUES(station_type)," \
    " station_status = VALUES(station_status), construction = VALUES(construction), park_nums = VALUES(park_nums)," \
    " lng = VALUES(lng), lat = VALUES(lat), received_datum = VALUES(received_datum),"                          \
    " received_lng = VALUES(received_lng), received_lat = VALUES(received_lat), site_guide = VALUES(site_guide)," \
    " match_cars = VALUES(match_cars), park_info = VALUES(park_info), busine_hours = VALUES(busine_hours),"    \
    " electricity_fee = VALUES(electricity_fee), service_fee = VALUES(service_fee), park_fee = VALUES(park_fee)," \
    " payment = VALUES(payment), payment_mask = VALUES(payment_mask), support_order = VALUES(support_order),"  \
    " remark = VALUES(remark), raw = VALUES(raw), source = VALUES(source), published = VALUES(published),"     \
    " seen_at = VALUES(seen_at), removed_at = NULL, updated_at = CURRENT_TIMESTAMP(3)"

#define EQUIPMENT_INTO                                                                                        \
    "INSERT INTO equipment (station_id, operator_id, code, name, manufacturer_code, manufacturer_name, model," \
    " production_date, equipment_type, power) VALUES "
#define EQUIPMENT_ROW  "(?,?,?,?,?,?,?,?,?,?)"
#define EQUIPMENT_ELSE                                                                                        \
    " ON DUPLICATE KEY UPDATE station_id = VALUES(station_id), name = VALUES(name),"                          \
    " manufacturer_code = VALUES(manufacturer_code), manufacturer_name = VALUES(manufacturer_name),"          \
    " model = VALUES(model), production_date = VALUES(production_date),"                                      \
    " equipment_type = VALUES(equipment_type), power = VALUES(power), removed_at = NULL"

#define CONNECTOR_INTO                                                                                        \
    "INSERT INTO connector (equipment_id, station_id, operator_id, code, name, connector_type, voltage_upper," \
    " voltage_lower, current, power, park_no, national_standard) VALUES "
#define CONNECTOR_ROW                                                                                         \
    "((SELECT id FROM equipment WHERE operator_id = ? AND code = ?),?,?,?,?,?,?,?,?,?,?,?)"
#define CONNECTOR_ELSE                                                                                        \
    " ON DUPLICATE KEY UPDATE equipment_id = VALUES(equipment_id), station_id = VALUES(station_id),"          \
    " name = VALUES(name), connector_type = VALUES(connector_type), voltage_upper = VALUES(voltage_upper),"   \
    " voltage_lower = VALUES(voltage_lower), current = VALUES(current), power = VALUES(power),"               \
    " park_no = VALUES(park_no), national_standard = VALUES(national_standard), removed_at = NULL"

#define Q_CONTENTS                                                                                            \
    "SELECT (SELECT COUNT(*) FROM equipment WHERE station_id = ? AND removed_at IS NULL)"                     \
    " + (SELECT COUNT(*) FROM connector WHERE station_id = ? AND removed_at IS NULL)"

#define TIMES4(x)  x "," x "," x "," x
#define TIMES16(x) TIMES4(x) "," TIMES4(x) "," TIMES4(x) "," TIMES4(x)
enum { CHUNK = 16, EQUIPMENT_VALUES = 10, CONNECTOR_VALUES = 13 };

/* Three lengths of each statement, so that few are kept prepared */
static const struct { size_t rows; const char *equipment, *connector; } chunks[] = {
    { 16, EQUIPMENT_INTO TIMES16(EQUIPMENT_ROW) EQUIPMENT_ELSE, CONNECTOR_INTO TIMES16(CONNECTOR_ROW) CONNECTOR_ELSE },
    { 4, EQUIPMENT_INTO TIMES4(EQUIPMENT_ROW) EQUIPMENT_ELSE, CONNECTOR_INTO TIMES4(CONNECTOR_ROW) CONNECTOR_ELSE },
    { 1, EQUIPMENT_INTO EQUIPMENT_ROW EQUIPMENT_ELSE, CONNECTOR_INTO CONNECTOR_ROW CONNECTOR_ELSE },
};

/* --- faults ------------------------------------------------------------------------------------ */

static bool code_fits(const char *code, size_t most)
{
    return code && *code && utf8_length(code) <= most;
}

static const char *equipment_fault(struct arena *arena, const struct equipment_record *equipment)
{
    if (!code_fits(equipment->code, 50))
        return arena_printf(arena, "设施编码为空或超过 50 个字符：%s", equipment->code ? equipment->code : "");
    for (size_t i = 0; i < equipment->connector_count; i++)
        if (!code_fits(equipment->connectors[i].code, 50))
            return arena_printf(arena, "设施 %s 的充电接口编码为空或超过 50 个字符", equipment->code);
    return NULL;
}

const char *station_fault(struct arena *arena, const struct station_record *record)
{
    if (!code_fits(record->code, 40))
        return "充电站编码为空或超过 40 个字符";
    if (!record->name || !*record->name)
        return "充电站名称为空";
    if (!geo_valid(record->place) || (record->place.lng == 0 && record->place.lat == 0))
        return arena_printf(arena, "经纬度不是有效位置：%f, %f", record->place.lng, record->place.lat);
    for (size_t i = 0; i < record->equipment_count; i++) {
        const char *fault = equipment_fault(arena, &record->equipment[i]);
        if (fault)
            return fault;
    }
    return NULL;
}

/* --- values ------------------------------------------------------------------------------------ */

static struct value cut(struct work *work, const char *text, size_t most)
{
    if (!text)
        return T("");
    return T(strlen(text) <= most ? text : utf8_cut(work->arena, text, most - 1));
}

static struct value known(int number)
{
    return number > 0 ? I(number) : N();
}

/* DECIMAL(8,1); what does not fit is not known rather than wrong */
static struct value kilowatts(double power)
{
    return power > 0 && power < 1e6 ? R(power) : N();
}

static const char *datum_word(const struct station_record *record)
{
    static const char *const words[] = { [DATUM_WGS84] = "wgs84", [DATUM_GCJ02] = "gcj02", [DATUM_BD09] = "bd09" };

    return record->datum_unstated ? "" : words[record->datum];
}

static int64_t station_store(struct work *work, const struct station_record *r)
{
    struct point place = geo_convert(r->place, r->datum, DATUM_GCJ02);
    bool converted = r->datum != DATUM_GCJ02 || r->datum_unstated;

    return db_insert(work, Q_STATION, I(r->operator_id), T(r->code), cut(work, r->owner_code, 9), cut(work, r->name, 150),
                     T(r->country ? r->country : "CN"), cut(work, r->division, 12), cut(work, r->address, 200),
                     cut(work, r->station_tel, 40), cut(work, r->service_tel, 40), known(r->station_type),
                     I(r->station_status), known(r->construction), I(r->park_nums), R(place.lng), R(place.lat),
                     T(datum_word(r)), converted ? R(r->place.lng) : N(), converted ? R(r->place.lat) : N(),
                     cut(work, r->site_guide, 200), cut(work, r->match_cars, 200), cut(work, r->park_info, 200),
                     cut(work, r->busine_hours, 200), cut(work, r->electricity_fee, 256), cut(work, r->service_fee, 256),
                     cut(work, r->park_fee, 200), cut(work, r->payment, 60), I(payment_mask(r->payment)),
                     I(r->support_order), cut(work, r->remark, 200), T(r->raw), T(r->source), I(r->published),
                     T(time_sql(work->arena, work->now)));
}

/* --- equipment and connectors -------------------------------------------------------------------- */

static void equipment_values(struct work *work, const struct station_record *r, int64_t station_id,
                             const struct equipment_record *e, struct value *out)
{
    const struct value row[EQUIPMENT_VALUES] = {
        I(station_id), I(r->operator_id), T(e->code), cut(work, e->name, 60), cut(work, e->manufacturer_code, 9),
        cut(work, e->manufacturer_name, 60), cut(work, e->model, 40), T(e->production_date),
        I(e->type ? e->type : EQUIPMENT_OTHER), kilowatts(e->power) };
    memcpy(out, row, sizeof row);
}

static void equipment_store(struct work *work, const struct station_record *r, int64_t station_id)
{
    struct value values[CHUNK * EQUIPMENT_VALUES];

    for (size_t done = 0, c = 0; done < r->equipment_count;) {
        while (chunks[c].rows > r->equipment_count - done)
            c++;
        for (size_t i = 0; i < chunks[c].rows; i++)
            equipment_values(work, r, station_id, &r->equipment[done + i], values + i * EQUIPMENT_VALUES);
        db_exec_text(work, chunks[c].equipment, values, chunks[c].rows * EQUIPMENT_VALUES);
        done += chunks[c].rows;
    }
}

struct connector_batch {                     /* rows of all equipment of a station, in order */
    struct value *values;
    size_t        count;
};

static void connector_values(struct work *work, const struct station_record *r, int64_t station_id,
                             const struct equipment_record *e, const struct connector_record *c, struct value *out)
{
    const struct value row[CONNECTOR_VALUES] = {
        I(r->operator_id), T(e->code), I(station_id), I(r->operator_id), T(c->code), cut(work, c->name, 60),
        I(c->type ? c->type : CONNECTOR_OTHER), known(c->voltage_upper), known(c->voltage_lower), known(c->current),
        kilowatts(c->power), cut(work, c->park_no, 20), known(c->national_standard) };
    memcpy(out, row, sizeof row);
}

static struct connector_batch connectors_gather(struct work *work, const struct station_record *r, int64_t station_id)
{
    struct connector_batch batch = { 0 };
    size_t total = 0;

    for (size_t i = 0; i < r->equipment_count; i++)
        total += r->equipment[i].connector_count;
    batch.values = arena_alloc(work->arena, (total ? total : 1) * CONNECTOR_VALUES * sizeof *batch.values);
    for (size_t i = 0; i < r->equipment_count; i++)
        for (size_t k = 0; k < r->equipment[i].connector_count; k++)
            connector_values(work, r, station_id, &r->equipment[i], &r->equipment[i].connectors[k],
                             batch.values + batch.count++ * CONNECTOR_VALUES);
    return batch;
}

static void connectors_store(struct work *work, const struct station_record *r, int64_t station_id)
{
    struct connector_batch batch = connectors_gather(work, r, station_id);

    for (size_t done = 0, c = 0; done < batch.count; done += chunks[c].rows) {
        while (chunks[c].rows > batch.count - done)
            c++;
        db_exec_text(work, chunks[c].connector, batch.values + done * CONNECTOR_VALUES,
                     chunks[c].rows * CONNECTOR_VALUES);
    }
}

static void contents_mark_removed(struct work *work, int64_t station_id)
{
    const char *now = time_sql(work->arena, work->now);

    db_exec(work, "UPDATE equipment SET removed_at = ? WHERE station_id = ? AND removed_at IS NULL", T(now), I(station_id));
    db_exec(work, "UPDATE connector SET removed_at = ? WHERE station_id = ? AND removed_at IS NULL", T(now), I(station_id));
}

static void contents_store(struct work *work, const struct station_record *r, int64_t station_id)
{
    equipment_store(work, r, station_id);
    connectors_store(work, r, station_id);
}

static int64_t contents_named(const struct station_record *r)
{
    size_t count = r->equipment_count;

    for (size_t i = 0; i < r->equipment_count; i++)
        count += r->equipment[i].connector_count;
    return (int64_t)count;
}

/* When the station holds more than the record names, everything is marked removed and what is named is unmarked by
 * storing it again. That is rare; an unchanged row costs no write. One transaction: nobody sees the moment between. */
int64_t station_upsert(struct work *work, const struct station_record *record)
{
    const char *fault = station_fault(work->arena, record);
    if (fault)
        fail(work, FAIL_INVALID, "%s", fault);
    int64_t id = station_store(work, record);
    contents_store(work, record, id);
    if (db_int(work, 0, Q_CONTENTS, I(id), I(id)) != contents_named(record)) {
        contents_mark_removed(work, id);
        contents_store(work, record, id);
    }
    return id;
}

int64_t station_find(struct work *work, int64_t operator_id, const char *code)
{
    return db_int(work, 0, "SELECT id FROM station WHERE operator_id = ? AND code = ?", I(operator_id), T(code));
}

bool station_remove(struct work *work, int64_t station_id)
{
    const char *now = time_sql(work->arena, work->now);

    if (db_exec(work, "UPDATE station SET removed_at = COALESCE(removed_at, ?) WHERE id = ?", T(now), I(station_id)) == 0)
        return false;
    contents_mark_removed(work, station_id);
    return true;
}

void station_publish(struct work *work, int64_t operator_id, bool published)
{
    db_exec(work, "UPDATE station SET published = ?, updated_at = updated_at WHERE operator_id = ? AND source = 'exchange' AND published <> ?",
            I(published), I(operator_id), I(published));
}
