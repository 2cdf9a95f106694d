/* map_facets: see the header. */
#include "domain/map_facets.h"

#include <stdio.h>
#include <string.h>

#include "core/config.h"
#include "core/db.h"
#include "core/dict.h"
#include "core/side.h"
#include "core/text.h"
#include "domain/scale.h"

enum { CODE_SIZE = 13, COUNTY_DIGITS = 6 };

struct map_facets {
    struct arena       *arena;
    struct map_builder *builder;
    const char        **divisions;           /* codes already added, in no order */
    size_t              division_count, division_room;
    char                prefix[CODE_SIZE];   /* of the site: "4404", "41" */
    bool                province;            /* the site is one: county names alone would be ambiguous */
};

static bool division_seen(const struct map_facets *facets, const char *code)
{
    for (size_t i = 0; i < facets->division_count; i++)
        if (strcmp(facets->divisions[i], code) == 0)
            return true;
    return false;
}

static uint16_t division_add(struct map_facets *facets, const char *code, const char *label)
{
    if (facets->division_count == facets->division_room) {
        size_t room = facets->division_room ? facets->division_room * 2 : 256;
        const char **more = arena_alloc(facets->arena, room * sizeof *more);
        if (facets->division_count)
            memcpy(more, facets->divisions, facets->division_count * sizeof *more);
        facets->divisions = more;
        facets->division_room = room;
    }
    facets->divisions[facets->division_count++] = arena_copy(facets->arena, code);
    return map_builder_value(facets->builder, MAP_DIVISION, code, label);
}

struct division_row { const char *code, *name, *city; int64_t city_level; };
static const struct db_column division_columns[] = {
    DB_TEXT(struct division_row, code), DB_TEXT(struct division_row, name), DB_TEXT(struct division_row, city),
    DB_INT(struct division_row, city_level), DB_END };

#define DIVISION_WITH_CITY \
    "SELECT d.code, d.name, p.name, COALESCE(p.level, 0) FROM division d LEFT JOIN division p ON p.code = d.parent_code "

static const char *division_label(const struct map_facets *facets, const struct division_row *d, bool within)
{
    bool city_says_something = d->city && d->city_level == 2 && strcmp(d->city, "市辖区") != 0
                               && strcmp(d->city, "县") != 0 && !strstr(d->city, "直辖县级");

    if (!city_says_something || (within && !facets->province))
        return d->name;
    return arena_printf(facets->arena, "%s%s", d->city, d->name);
}

static void division_of_site(void *row, void *arg)
{
    const struct division_row *d = row;

    division_add(arg, d->code, division_label(arg, d, true));
}

static void site_divisions(struct work *side, void *arg)
{
    struct map_facets *facets = arg;
    struct division_row row;

    facets->division_count = 0;              /* run again after a conflict */
    db_each(side, division_columns, &row, division_of_site, facets,
            DIVISION_WITH_CITY "WHERE d.code LIKE CONCAT(?, '%') AND d.level >= 3 AND d.portal_owned = 0 ORDER BY d.code",
            T(facets->prefix));
}

static void site_prefix(struct map_facets *facets)
{
    snprintf(facets->prefix, sizeof facets->prefix, "%s", config_text("Site.Division.Code"));
    for (size_t n = strlen(facets->prefix); n >= 4 && strcmp(facets->prefix + n - 2, "00") == 0; n -= 2)
        facets->prefix[n - 2] = '\0';
    facets->province = strlen(facets->prefix) == 2;
}

static void dict_add(struct map_facets *facets, enum map_facet facet, const char *name)
{
    const struct dict *dict = dict_find(name);

    for (size_t i = 0; dict && i < dict_count(dict); i++)
        map_builder_value(facets->builder, facet, dict_code(dict, i), dict_name(dict, i));
}

struct map_facets *map_facets_new(struct work *work, struct work *side, struct map_builder *builder)
{
    struct map_facets *facets = arena_alloc(work->arena, sizeof *facets);

    facets->arena = work->arena;
    facets->builder = builder;
    site_prefix(facets);
    side_run(work, side, WORK_READ, site_divisions, facets);
    dict_add(facets, MAP_STATION_TYPE, "station_type");
    dict_add(facets, MAP_SCALE, "station_scale");
    dict_add(facets, MAP_EQUIPMENT_KIND, "equipment_type");
    dict_add(facets, MAP_PAYMENT, "payment");
    return facets;
}

/* A code the site's own list does not hold: from elsewhere, portal-owned, abolished, or nonsense. */
static uint16_t division_elsewhere(struct map_facets *facets, struct work *side, const char *code)
{
    struct division_row row;

    if (!db_struct(side, division_columns, &row, DIVISION_WITH_CITY "WHERE d.code = ?", T(code)))
        return map_builder_value(facets->builder, MAP_DIVISION, "other", "其他");
    return division_add(facets, code, division_label(facets, &row, text_has_prefix(code, facets->prefix)));
}

uint16_t map_facet_division(struct map_facets *facets, struct work *side, const char *division, const char *country)
{
    char code[CODE_SIZE];

    if (strcmp(country, "CN") != 0) {
        const char *label = dict_label("country", country);
        return map_builder_value(facets->builder, MAP_DIVISION, country, *label ? label : country);
    }
    if (!*division)
        return map_builder_value(facets->builder, MAP_DIVISION, "other", "其他");
    snprintf(code, sizeof code, "%s", division);
    if (!division_seen(facets, code) && strlen(code) > COUNTY_DIGITS)      /* a town of a county: the county */
        code[COUNTY_DIGITS] = '\0';
    if (division_seen(facets, code))
        return map_builder_value(facets->builder, MAP_DIVISION, code, "");
    return division_elsewhere(facets, side, code);
}

static uint16_t value_of(struct map_facets *facets, enum map_facet facet, const char *dict, const char *code)
{
    const char *label = dict_label(dict, code);

    return map_builder_value(facets->builder, facet, code, *label ? label : code);
}

uint16_t map_facet_type(struct map_facets *facets, int64_t type)
{
    char code[24];

    if (type < 0)
        return MAP_NONE;
    snprintf(code, sizeof code, "%lld", (long long)type);
    return value_of(facets, MAP_STATION_TYPE, "station_type", code);
}

uint16_t map_facet_scale(struct map_facets *facets, size_t connectors)
{
    const char *code = scale_code(connectors);

    return code ? value_of(facets, MAP_SCALE, "station_scale", code) : MAP_NONE;
}

static unsigned bit_of(uint16_t index)
{
    return index < 16 ? 1u << index : 0;
}

unsigned map_facet_kind(struct map_facets *facets, int64_t equipment_type)
{
    char code[24];

    snprintf(code, sizeof code, "%lld", (long long)equipment_type);
    return bit_of(value_of(facets, MAP_EQUIPMENT_KIND, "equipment_type", code));
}

uint16_t map_facet_payment(struct map_facets *facets, unsigned payment_mask)
{
    unsigned out = 0;
    const struct dict *dict = dict_find("payment");

    for (size_t i = 0; dict && i < dict_count(dict); i++) {
        int64_t bit;
        if (text_to_int(dict_code(dict, i), 1, 1 << 15, &bit) && (payment_mask & bit))
            out |= bit_of(value_of(facets, MAP_PAYMENT, "payment", dict_code(dict, i)));
    }
    return (uint16_t)out;
}
