/* demo_make: one operator, one station of the demonstration city. Sizes are drawn from the Shenzhen rows of the
 * public sample (quantiles below); names, numbers and prices are invented. */
#include "domain/demo_city.h"

#include <stdio.h>
#include <string.h>

#include "core/config.h"
#include "core/uscc.h"

/* 5 % quantiles of connectors a station in Shenzhen: fast, slow */
static const int fast_sizes[] = { 1, 2, 3, 4, 4, 5, 6, 6, 7, 10, 12, 12, 18, 20, 20, 26, 36, 40, 53, 66 };
static const int slow_sizes[] = { 1, 2, 3, 3, 5, 6, 6, 6, 6, 7, 9, 10, 12, 12, 12, 14, 18, 20, 26, 36 };
enum { QUANTILES = 20 };

static const struct { int power, share, guns; } fast_kinds[] = {
    { 60, 30, 1 }, { 120, 40, 2 }, { 180, 15, 2 }, { 240, 10, 2 }, { 480, 5, 1 } };
enum { FAST_KINDS = sizeof fast_kinds / sizeof fast_kinds[0], SLOW_POWER = 7 };

static const char *const tariffs[][2] = {
    { "峰时1.28元/度，平时0.86元/度，谷时0.42元/度", "0.45元/度" },
    { "峰时1.31元/度，平时0.88元/度，谷时0.43元/度", "0.40元/度（谷时0.30元/度）" },
    { "峰时1.25元/度，平时0.84元/度，谷时0.40元/度", "0.55元/度" },
    { "尖峰1.56元/度，峰时1.28元/度，平时0.86元/度，谷时0.42元/度", "0.35元/度" },
    { "全天0.98元/度", "0.50元/度" },
};
enum { TARIFFS = sizeof tariffs / sizeof tariffs[0] };

/* As SQL_SILENT: MariaDB's CRC32() is zlib's */
static bool is_silent(const char *code)
{
    uint32_t crc = 0xFFFFFFFF;

    for (const char *p = code; *p; p++) {
        crc ^= (unsigned char)*p;
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (0xEDB88320 & -(crc & 1));
    }
    return ~crc % SILENT_ONE_IN == 0;
}

static void uscc_make(struct city *city, char uscc[USCC_LENGTH + 1])
{
    static const char digits[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";

    snprintf(uscc, 9, "91%.6s", config_text("Site.Division.Code"));
    strcpy(uscc + 8, "MA");
    for (int i = 10; i < 16; i++)
        uscc[i] = digits[random_below(&city->random, i < 12 ? 31 : 10)];
    uscc[16] = organisation_check(uscc + 8);
    uscc[17] = uscc_check(uscc);
    uscc[18] = '\0';
}

void demo_operator_make(struct city *city, int index, struct demo_operator *out)
{
    char uscc[USCC_LENGTH + 1], code[ORGANISATION_LENGTH + 1];
    bool silent = index == 9 || index == 31;                 /* small ones: most of the city stays alive */

    do {
        uscc_make(city, uscc);
        uscc_organisation(uscc, code);
    } while (is_silent(code) != silent);
    const char *city_name = config_text("Site.Division.Name"), *brand = city->brands.words[index % city->brands.count];
    size_t bare = strlen(city_name) - strlen("市");          /* 珠海市 -> 珠海, 河南省 -> 河南 */
    *out = (struct demo_operator){
        .code = arena_copy(city->arena, code), .uscc = arena_copy(city->arena, uscc), .brand = brand,
        .name = arena_printf(city->arena, "%s（%.*s）%s", brand, (int)bare, city_name, words_any(&city->companies, &city->random)),
        .tel = arena_printf(city->arena, "400-000-%04d", 1000 + index * 37) };
}

/* --- equipment ----------------------------------------------------------------------------------------- */

struct shop {                                /* equipment of one station while it is put together */
    struct city             *city;
    const char              *station;
    struct equipment_record *equipment;
    size_t                   count;
    int                      park;
};

static void pile_add(struct shop *shop, int type, double power, int guns)
{
    struct arena *arena = shop->city->arena;
    struct equipment_record *e = &shop->equipment[shop->count++];
    struct connector_record *c = arena_alloc(arena, (size_t)guns * sizeof *c);
    bool fast = type == EQUIPMENT_DC;

    *e = (struct equipment_record){
        .code = arena_printf(arena, "%sP%03zu", shop->station, shop->count), .type = type, .power = power,
        .name = arena_printf(arena, "%zu号%s充电桩", shop->count, fast ? "直流" : "交流"),
        .manufacturer_name = words_any(&shop->city->makers, &shop->city->random),
        .model = arena_printf(arena, "%s-%.0f", fast ? "DC" : "AC", power),
        .production_date = arena_printf(arena, "20%02d-%02d-01", 19 + random_below(&shop->city->random, 7),
                                        1 + random_below(&shop->city->random, 12)),
        .connectors = c, .connector_count = (size_t)guns };
    for (int i = 0; i < guns; i++, shop->park++)
        c[i] = (struct connector_record){
            .code = arena_printf(arena, "%sC%d", e->code, i + 1),
            .name = guns == 1 ? arena_printf(arena, "%zu号枪", shop->count)
                              : arena_printf(arena, "%zu号桩%c枪", shop->count, 'A' + i),
            .type = fast ? CONNECTOR_DC_GUN : CONNECTOR_AC_PLUG, .voltage_upper = fast ? 1000 : 220,
            .voltage_lower = fast ? 200 : 220, .current = fast ? (power > 240 ? 600 : 250) : 32, .power = power / guns,
            .park_no = arena_printf(arena, "%c%03d", 'A' + shop->park / 200 % 26, shop->park % 200 + 1), .national_standard = 2 };
}

static int fast_kind(struct city *city)
{
    int left = random_below(&city->random, 100), kind = 0;

    while (left >= fast_kinds[kind].share)
        left -= fast_kinds[kind++].share;
    return kind;
}

/* Sixty of a hundred stations have fast piles only, twenty-five slow ones only, the others both. */
static void equipment_make(struct city *city, struct station_record *record)
{
    int draw = random_below(&city->random, 100);
    int fast = draw < 60 || draw >= 85 ? fast_sizes[random_below(&city->random, QUANTILES)] : 0;
    int slow = draw >= 60 ? slow_sizes[random_below(&city->random, QUANTILES)] : 0;
    struct shop shop = { .city = city, .station = record->code };

    if (record->station_type == 50)
        fast = 0, slow = 1 + random_below(&city->random, 3);
    shop.equipment = arena_alloc(city->arena, (size_t)(fast + slow) * sizeof *shop.equipment);
    int kind = fast_kind(city);
    while (fast > 0) {
        int guns = fast_kinds[kind].guns < fast ? fast_kinds[kind].guns : fast;
        pile_add(&shop, EQUIPMENT_DC, fast_kinds[kind].power, guns);
        fast -= guns;
        if (random_below(&city->random, 6) == 0)
            kind = fast_kind(city);
    }
    for (; slow > 0; slow--)
        pile_add(&shop, EQUIPMENT_AC, SLOW_POWER, 1);
    record->equipment = shop.equipment;
    record->equipment_count = shop.count;
    record->park_nums = shop.park + random_below(&city->random, 5);
}

/* --- station --------------------------------------------------------------------------------------------- */

static int status_draw(struct city *city)
{
    int draw = random_below(&city->random, 100);

    return draw < 1 ? STATION_CLOSED : draw < 3 ? STATION_MAINTENANCE : draw < 4 ? STATION_BUILDING : STATION_IN_USE;
}

static void words_fill(struct city *city, struct station_record *record)
{
    struct random_stream *random = &city->random;
    int tariff = random_below(random, TARIFFS);

    record->busine_hours = words_any(&city->hours, random);
    record->electricity_fee = tariffs[tariff][0];
    record->service_fee = tariffs[tariff][1];
    record->park_fee = words_any(&city->parking, random);
    record->park_info = record->construction == 1 ? "居民区停车场，夜间车位紧张" : "站内车位地面标线为绿色，请勿占用";
    record->payment = words_any(&city->payments, random);
    record->match_cars = record->station_type == 1 ? "符合国家标准接口的新能源汽车" : "限本单位车辆";
}

void demo_station_make(struct city *city, int number, const struct demo_operator *operator_, const struct centre *centre,
                       struct station_record *out)
{
    struct random_stream *random = &city->random;
    const struct place *place = &city->places[random_below(random, city->place_count)];
    const char *head = words_any(&city->heads, random), *road = words_any(&city->roads, random), *word = place->word;

    if (number == 0 && strcmp(centre->name, "拱北") == 0)             /* the one every visitor of 珠海 looks for */
        head = "口岸", word = "东广场";

    *out = (struct station_record){
        .code = arena_printf(city->arena, "D%06d", number + 1), .source = "demo", .published = true,
        .owner_code = operator_->code, .division = centre->division, .datum = DATUM_WGS84,
        .construction = place->construction, .station_type = place->type, .station_status = status_draw(city),
        .name = arena_printf(city->arena, "%s%s%s充电站", centre->name, head, word), .site_guide = place->guide,
        .address = arena_printf(city->arena, "%s%s%s%s路%d号%s%s", centre->city,
                                strcmp(centre->district, centre->name) == 0 ? "" : centre->district, centre->name, road,
                                1 + random_below(random, 480), head, word),
        .station_tel = arena_printf(city->arena, "0000-%07d", 2000000 + number * 7), .service_tel = operator_->tel,
        .place = city_place(city, centre) };
    words_fill(city, out);
    equipment_make(city, out);
}
