/* city: the operator's stations: the same ones for the same seed, or those of a file (StationInfo objects as the
 * protocol names them: an array, {"StationInfos": […]}, or one object a line). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "exchange/message.h"
#include "world.h"

static const char *const roads[] = { "情侣中路", "迎宾南路", "港湾大道", "人民东路", "珠海大道", "金湾路", "机场东路", "九洲大道" };
static const char *const places[] = { "公共充电站", "公园充电站", "商业广场充电站", "客运站充电站", "产业园充电站", "医院充电站",
                                      "体育中心充电站", "停车场充电站" };
static const char *const areas[] = { "440402", "440403", "440404" };
static const int dc_powers[] = { 60, 120, 180, 240 };
enum { ROADS = sizeof roads / sizeof *roads, PLACES = sizeof places / sizeof *places, AREAS = 3 };

static json_t *connector_make(const char *equipment, int pile, int number, bool dc, double power)
{
    char id[40], name[40], park[16];
    snprintf(id, sizeof id, "%s%02d", equipment, number);
    snprintf(name, sizeof name, "%d号桩%c枪", pile, 'A' + number - 1);
    snprintf(park, sizeof park, "%c%02d", 'A' + number - 1, pile % 100);
    return json_pack("{s:s, s:s, s:i, s:i, s:i, s:i, s:f, s:s, s:i}", "ConnectorID", id, "ConnectorName", name,
                     "ConnectorType", dc ? 4 : 3, "VoltageUpperLimits", dc ? 1000 : 220, "VoltageLowerLimits", dc ? 200 : 220,
                     "Current", dc ? 250 : 32, "Power", power, "ParkNo", park, "NationalStandard", 2);
}

static json_t *equipment_make(struct world *world, const char *station, int number)
{
    char id[32], name[40];
    bool dc = random_below(&world->random, 10) < 7;
    int power = dc ? dc_powers[random_below(&world->random, 4)] : 7, guns = dc && power >= 120 ? 2 : 1;
    json_t *connectors = json_array();
    snprintf(id, sizeof id, "%s%03d", station, number);
    snprintf(name, sizeof name, "%d号%s充电桩", number, dc ? "直流" : "交流");
    for (int i = 1; i <= guns; i++)
        json_array_append_new(connectors, connector_make(id, number, i, dc, (double)power / guns));
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:i, s:f, s:s, s:o}", "EquipmentID", id, "ManufacturerID", world->partner.operator_id,
                     "ManufacturerName", "模拟电气有限公司", "EquipmentModel", dc ? "DC-S" : "AC-S", "ProductionDate", "2024-05-01",
                     "EquipmentType", dc ? 1 : 2, "Power", (double)power, "EquipmentName", name, "ConnectorInfos", connectors);
}

static json_t *station_make(struct world *world, int number)
{
    struct random_stream *random = &world->random;
    const char *road = roads[random_below(random, ROADS)], *place = places[random_below(random, PLACES)];
    const char *id = arena_printf(world->arena, "%06d", number);
    json_t *equipment = json_array();
    for (int i = 0, count = 1 + random_below(random, 4); i < count; i++)
        json_array_append_new(equipment, equipment_make(world, id, i + 1));
    json_t *info = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "StationID", id, "OperatorID", world->partner.operator_id,
        "EquipmentOwnerID", world->partner.operator_id, "StationName", arena_printf(world->arena, "%s%s%d号", road, place, number),
        "CountryCode", "CN", "AreaCode", areas[random_below(random, AREAS)],
        "Address", arena_printf(world->arena, "珠海市%s%d号", road, 1 + random_below(random, 300)));
    json_t *more = json_pack("{s:s, s:s, s:i, s:i, s:i, s:f, s:f, s:i, s:s, s:s, s:s, s:s, s:s, s:i, s:o}",
        "StationTel", "0756-2120000", "ServiceTel", "400-000-0756", "StationType", 1, "StationStatus", 50, "ParkNums", 10,
        "StationLng", (113450000 + random_below(random, 130000)) / 1e6, "StationLat", (22200000 + random_below(random, 150000)) / 1e6,
        "Construction", 9, "BusineHours", "00:00-24:00", "ElectricityFee", "峰时1.28元/度，平时0.86元/度，谷时0.42元/度",
        "ServiceFee", "0.45元/度", "ParkFee", "充电免费停车2小时", "Payment", "微信,支付宝", "SupportOrder", 0, "EquipmentInfos", equipment);
    json_object_update_new(info, more);
    return info;
}

/* --- from a file ------------------------------------------------------------------------------------------------ */

static json_t *lines_read(FILE *file)
{
    json_t *all = json_array(), *one;
    while ((one = json_loadf(file, JSON_DISABLE_EOF_CHECK | JSON_REJECT_DUPLICATES, NULL)))
        json_array_append_new(all, one);
    return all;
}

static bool file_read(struct world *world)
{
    json_error_t error;
    const char *path = world->options->stations_file;
    json_t *whole = json_load_file(path, JSON_REJECT_DUPLICATES, &error), *infos = json_object_get(whole, "StationInfos");
    FILE *file = whole ? NULL : fopen(path, "r");
    if (file) {
        infos = lines_read(file);
        fclose(file);
    } else if (json_is_array(infos) || json_is_array(whole)) {
        infos = json_incref(json_is_array(infos) ? infos : whole);
    } else {
        infos = json_is_object(whole) ? json_pack("[O]", whole) : NULL;
    }
    json_decref(whole);
    if (json_array_size(infos) == 0) {
        fprintf(stderr, "simulator: %s holds no stations: expected StationInfo objects (%s, line %d)\n", path, error.text, error.line);
        json_decref(infos);
        return false;
    }
    world->stations = infos;
    return true;
}

/* --- index ------------------------------------------------------------------------------------------------------- */

static size_t count_connectors(const json_t *stations)
{
    size_t count = 0, i, k;
    json_t *station, *equipment;
    json_array_foreach(stations, i, station)
        json_array_foreach(json_object_get(station, "EquipmentInfos"), k, equipment)
            count += json_array_size(json_object_get(equipment, "ConnectorInfos"));
    return count;
}

static void connector_index(struct world *world, const json_t *station, const json_t *equipment, const json_t *info)
{
    double power = message_number(info, "Power", 0), whole = message_number(equipment, "Power", 0);
    long long type = message_int(info, "ConnectorType", 0);
    world->connectors[world->connector_count++] = (struct connector){
        .id = message_text(info, "ConnectorID"), .equipment_id = message_text(equipment, "EquipmentID"),
        .station_id = message_text(station, "StationID"), .owner_id = message_text(station, "EquipmentOwnerID"),
        .power = power > 0 ? power : whole > 0 ? whole : 7, .status = FREE,
        .dc = type == 4 || message_int(equipment, "EquipmentType", 0) == 1, .open = message_int(station, "StationStatus", 50) == 50 };
}

static int by_id(const void *a, const void *b)
{
    return strcmp(((const struct connector *)a)->id, ((const struct connector *)b)->id);
}

bool city_open(struct world *world)
{
    size_t i, k, j;
    json_t *station, *equipment, *info;
    if (world->options->stations_file) {
        if (!file_read(world))
            return false;
    } else {
        world->stations = json_array();
        for (int n = 1; n <= world->options->stations; n++)
            json_array_append_new(world->stations, station_make(world, n));
    }
    world->connectors = arena_alloc(world->arena, (count_connectors(world->stations) + 1) * sizeof *world->connectors);
    json_array_foreach(world->stations, i, station)
        json_array_foreach(json_object_get(station, "EquipmentInfos"), k, equipment)
            json_array_foreach(json_object_get(equipment, "ConnectorInfos"), j, info)
                connector_index(world, station, equipment, info);
    qsort(world->connectors, world->connector_count, sizeof *world->connectors, by_id);
    return true;
}

struct connector *connector_by_id(struct world *world, const char *id)
{
    struct connector key = { .id = id };
    return bsearch(&key, world->connectors, world->connector_count, sizeof key, by_id);
}

json_t *station_by_id(struct world *world, const char *id)
{
    size_t i;
    json_t *station;
    json_array_foreach(world->stations, i, station) {
        const char *own = message_text(station, "StationID");
        if (strcmp(own + strspn(own, "0"), id + strspn(id, "0")) == 0)
            return station;
    }
    return NULL;
}
