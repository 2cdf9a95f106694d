/* import_record: one object of a public register to one station record. Pure but for the arena. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/crypto.h"
#include "core/text.h"
#include "domain/import_stations.h"

#define NO_OPERATOR "未知运营商"
#define NO_NAME     "（未公布名称）"
enum { CODE_CHARACTERS = 40, CODE_KEPT = 31 };

struct word { const char *theirs; int ours; };

static const struct word statuses[] = {
    { "operational", STATION_IN_USE }, { "out_of_service", STATION_MAINTENANCE }, { "planned", STATION_BUILDING }, { NULL, 0 } };
static const struct word accesses[] = { { "public", 1 }, { "private", 50 }, { "restricted", 255 }, { NULL, 0 } };
static const struct word plugs[] = {          /* by cable or socket; DC is said by the entry itself */
    { "Type2", CONNECTOR_AC_SOCKET }, { "Type3", CONNECTOR_AC_SOCKET }, { "TypeEF", 1 }, { "Schuko", 1 }, { "BS1363", 1 },
    { "Type2Cable", CONNECTOR_AC_PLUG }, { "J1772", CONNECTOR_AC_PLUG }, { "AC3", CONNECTOR_AC_PLUG },
    { "GB-AC", CONNECTOR_AC_PLUG }, { "TeslaType2", CONNECTOR_AC_PLUG }, { NULL, CONNECTOR_OTHER } };
static const struct { const char *theirs, *ours; } pays[] = {
    { "free", "免费" }, { "card", "刷卡" }, { "paid", "付费" }, { "subscription", "线上（会员）" }, { "pay_per_use", "线上（按次）" } };

static int word_find(const struct word *words, const char *theirs)
{
    while (words->theirs && strcmp(words->theirs, theirs) != 0)
        words++;
    return words->ours;
}

static const char *text_of(struct arena *arena, json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    return text ? text_normal(arena, text) : "";
}

void import_operator_code(const char *name, char code[10])
{
    static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    uint8_t digest[32];

    crypto_sha256(name, strlen(name), digest);
    code[0] = 'I';
    for (int i = 1; i <= 7; i++)
        code[i] = alphabet[(digest[2 * i] << 8 | digest[2 * i + 1]) % (sizeof alphabet - 1)];
    code[8] = 'Z';
    code[9] = '\0';
}

static const char *payment_of(struct arena *arena, json_t *object)
{
    const char *out = "";
    json_t *pay = json_object_get(object, "pay"), *entry;
    size_t i;

    json_array_foreach(pay, i, entry)
        for (size_t k = 0; json_is_string(entry) && k < sizeof pays / sizeof pays[0]; k++)
            if (strcmp(pays[k].theirs, json_string_value(entry)) == 0)
                out = arena_printf(arena, "%s%s%s", out, *out ? "、" : "", pays[k].ours);
    return out;
}

/* One entry of `connectors`: equipment of that kind with `count` connectors. */
static void equipment_fill(struct arena *arena, const char *station, size_t index, json_t *entry, bool dc, size_t count,
                           struct equipment_record *out)
{
    const char *plug = json_string_value(json_object_get(entry, "type"));
    struct connector_record *connectors = arena_alloc(arena, count * sizeof *connectors);
    double power = json_number_value(json_object_get(entry, "kw"));

    plug = plug ? arena_copy(arena, plug) : "";
    for (size_t i = 0; i < count; i++)
        connectors[i] = (struct connector_record){
            .code = arena_printf(arena, "%s-%zu-%zu", station, index + 1, i + 1),
            .name = plug, .type = dc ? CONNECTOR_DC_GUN : word_find(plugs, plug), .power = power };
    *out = (struct equipment_record){
        .code = arena_printf(arena, "%s-%zu", station, index + 1), .name = plug,
        .type = dc ? EQUIPMENT_DC : EQUIPMENT_AC, .power = power, .connectors = connectors, .connector_count = count };
}

static size_t bounded(json_int_t wanted, size_t left)
{
    return wanted < 1 ? (left > 0) : (size_t)wanted < left ? (size_t)wanted : left;
}

static void equipment_from_connectors(struct arena *arena, json_t *list, struct station_record *record)
{
    struct equipment_record *equipment = arena_alloc(arena, json_array_size(list) * sizeof *equipment);
    size_t left = IMPORT_CONNECTORS, i;
    json_t *entry;

    json_array_foreach(list, i, entry) {
        size_t count = bounded(json_integer_value(json_object_get(entry, "qty")), left);
        if (!json_is_object(entry) || count == 0)
            continue;
        bool dc = json_integer_value(json_object_get(entry, "dc")) == 1;
        equipment_fill(arena, record->code, i, entry, dc, count, &equipment[record->equipment_count++]);
        left -= count;
    }
    record->equipment = equipment;
}

static void equipment_from_points(struct arena *arena, json_t *object, struct station_record *record)
{
    json_int_t points = json_integer_value(json_object_get(object, "points"));
    const char *speed = json_string_value(json_object_get(object, "speed"));
    struct equipment_record *equipment = arena_alloc(arena, sizeof *equipment);

    if (points < 1 || !speed)
        return;
    equipment_fill(arena, record->code, 0, NULL, strcmp(speed, "dc") == 0, bounded(points, IMPORT_CONNECTORS), equipment);
    record->equipment = equipment;
    record->equipment_count = 1;
}

static const char *address_of(struct arena *arena, json_t *object)
{
    const char *address = text_of(arena, object, "address"), *city = text_of(arena, object, "city"),
               *region = text_of(arena, object, "region");

    if (*address || (!*city && !*region))
        return address;
    return arena_printf(arena, "%s%s%s", region, *region && *city ? " " : "", city);
}

/* The few ids that are longer than a station code keep their beginning and get eight digits of their SHA-256. */
static const char *code_of(struct arena *arena, const char *id)
{
    uint8_t digest[32];

    if (utf8_length(id) <= CODE_CHARACTERS)
        return id;
    crypto_sha256(id, strlen(id), digest);
    char *kept = arena_copy_n(arena, id, CODE_KEPT);      /* bytes: the last character may have been cut through */
    utf8_trim(kept);
    return arena_printf(arena, "%s~%s", kept, text_hex(arena, digest, 4));
}

static const char *essentials(struct arena *arena, json_t *object, struct station_record *record)
{
    json_t *lat = json_object_get(object, "lat"), *lng = json_object_get(object, "lng");

    if (!json_is_string(json_object_get(object, "id")))
        return "缺少 id";
    if (!json_is_number(lat) || !json_is_number(lng))
        return "缺少经纬度，或经纬度不是数字";
    const char *country = text_of(arena, object, "country");
    if (strlen(country) != 2)
        return "country 应为两位国家代码";
    record->code = code_of(arena, text_of(arena, object, "id"));
    record->country = country;
    record->place = (struct point){ json_number_value(lng), json_number_value(lat) };
    record->datum = DATUM_WGS84;
    record->datum_unstated = strcmp(country, "CN") == 0;
    return NULL;
}

const char *import_record(struct arena *arena, json_t *object, struct station_record *record,
                          const char **operator_name)
{
    *record = (struct station_record){ .source = "import", .published = true };
    if (!json_is_object(object))
        return "不是一个 JSON 对象";
    const char *fault = essentials(arena, object, record);
    if (fault)
        return fault;
    const char *name = text_of(arena, object, "name"), *operator = text_of(arena, object, "operator");
    *operator_name = *operator ? operator : NO_OPERATOR;
    record->name = *name ? name : NO_NAME;
    record->address = address_of(arena, object);
    record->station_type = word_find(accesses, text_of(arena, object, "access"));
    record->station_status = word_find(statuses, text_of(arena, object, "status"));
    record->busine_hours = text_of(arena, object, "hours");
    record->electricity_fee = text_of(arena, object, "price");
    record->payment = payment_of(arena, object);
    record->remark = text_of(arena, object, "facility");
    json_t *connectors = json_object_get(object, "connectors");
    if (json_array_size(connectors) > 0)
        equipment_from_connectors(arena, connectors, record);
    else
        equipment_from_points(arena, object, record);
    return station_fault(arena, record);
}
