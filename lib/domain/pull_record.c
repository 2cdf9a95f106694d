/* pull_record: one StationInfo of T/CEC 102 into a station_record. Checked by the message table. */
#include "domain/pull.h"

#include <stdlib.h>
#include <string.h>

#include "exchange/message.h"

static const char *optional(struct arena *arena, const json_t *object, const char *name)
{
    const char *text = message_text(object, name);
    return *text ? arena_copy(arena, text) : NULL;
}

static int whole(const json_t *object, const char *name)
{
    return (int)message_int(object, name, 0);
}

/* False: the object lacks what a row needs. */
static bool good(struct arena *arena, const struct field *fields, json_t *object)
{
    struct findings found = { .arena = arena, .drop_bad = true };
    if (!json_is_object(object))
        return false;
    message_check_shallow(fields, object, "", &found);
    return found.essential == 0;
}

static void connector_fill(struct arena *arena, const json_t *info, struct connector_record *out)
{
    *out = (struct connector_record){
        .code = optional(arena, info, "ConnectorID"), .name = optional(arena, info, "ConnectorName"),
        .type = whole(info, "ConnectorType"), .voltage_upper = whole(info, "VoltageUpperLimits"),
        .voltage_lower = whole(info, "VoltageLowerLimits"), .current = whole(info, "Current"),
        .power = message_number(info, "Power", 0), .park_no = optional(arena, info, "ParkNo"),
        .national_standard = whole(info, "NationalStandard") };
}

static void equipment_fill(struct arena *arena, const json_t *info, struct equipment_record *out)
{
    const json_t *list = json_object_get(info, "ConnectorInfos");
    struct connector_record *connectors = arena_alloc(arena, (json_array_size(list) + 1) * sizeof *connectors);
    size_t count = 0;
    for (size_t i = 0; i < json_array_size(list); i++)
        if (good(arena, connector_info_fields, json_array_get(list, i)))
            connector_fill(arena, json_array_get(list, i), &connectors[count++]);
    *out = (struct equipment_record){
        .code = optional(arena, info, "EquipmentID"), .name = optional(arena, info, "EquipmentName"),
        .manufacturer_code = optional(arena, info, "ManufacturerID"),
        .manufacturer_name = optional(arena, info, "ManufacturerName"), .model = optional(arena, info, "EquipmentModel"),
        .production_date = optional(arena, info, "ProductionDate"), .type = whole(info, "EquipmentType"),
        .power = message_number(info, "Power", 0), .connectors = connectors, .connector_count = count };
}

static void equipment_list(struct arena *arena, const json_t *info, struct station_record *record)
{
    const json_t *list = json_object_get(info, "EquipmentInfos");
    struct equipment_record *equipment = arena_alloc(arena, (json_array_size(list) + 1) * sizeof *equipment);
    for (size_t i = 0; i < json_array_size(list); i++)
        if (good(arena, equipment_info_fields, json_array_get(list, i)))
            equipment_fill(arena, json_array_get(list, i), &equipment[record->equipment_count++]);
    record->equipment = equipment;
}

/* GB/T 2260: six digits, or twelve with town and village; anything else is not known. */
static const char *division_of(struct arena *arena, const json_t *info)
{
    const char *code = message_text(info, "AreaCode");
    size_t digits = strspn(code, "0123456789");
    return digits >= 6 && digits == strlen(code) ? arena_copy_n(arena, code, 6) : NULL;
}

static const char *raw_of(struct arena *arena, const json_t *info)
{
    char *text = json_dumps(info, JSON_COMPACT);
    const char *copy = arena_copy(arena, text);
    free(text);
    return copy;
}

const char *pull_record(struct arena *arena, json_t *info, struct station_record *record)
{
    struct findings found = { .arena = arena, .drop_bad = true };
    if (!json_is_object(info))
        return "StationInfos 的一项不是对象";
    const char *raw = raw_of(arena, info);
    message_check_shallow(station_info_fields, info, "", &found);
    if (found.essential)
        return findings_text(&found);
    *record = (struct station_record){
        .code = optional(arena, info, "StationID"), .name = optional(arena, info, "StationName"),
        .owner_code = optional(arena, info, "EquipmentOwnerID"), .division = division_of(arena, info),
        .country = strlen(message_text(info, "CountryCode")) == 2 ? optional(arena, info, "CountryCode") : NULL,
        .address = optional(arena, info, "Address"), .station_tel = optional(arena, info, "StationTel"),
        .service_tel = optional(arena, info, "ServiceTel"), .station_type = whole(info, "StationType"),
        .construction = whole(info, "Construction"), .station_status = whole(info, "StationStatus"),
        .park_nums = whole(info, "ParkNums"), .datum = DATUM_GCJ02,
        .place = { message_number(info, "StationLng", 0), message_number(info, "StationLat", 0) },
        .site_guide = optional(arena, info, "SiteGuide"), .match_cars = optional(arena, info, "MatchCars"),
        .park_info = optional(arena, info, "ParkInfo"), .busine_hours = optional(arena, info, "BusineHours"),
        .electricity_fee = optional(arena, info, "ElectricityFee"), .service_fee = optional(arena, info, "ServiceFee"),
        .park_fee = optional(arena, info, "ParkFee"), .payment = optional(arena, info, "Payment"),
        .remark = optional(arena, info, "Remark"), .support_order = whole(info, "SupportOrder") == 1, .raw = raw,
        .source = "exchange", .published = true };
    equipment_list(arena, info, record);
    return station_fault(arena, record);
}
