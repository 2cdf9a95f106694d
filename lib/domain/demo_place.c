/* demo_place: where the demonstration city's stations may stand. */
#include "domain/demo_city.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/config.h"
#include "core/db.h"
#include "domain/division.h"

enum { TRIES = 60, CITY_RADIUS = 9000, COUNTIES_A_CITY = 40 };

static HDF *file_read(struct work *work, const char *path)
{
    HDF *tree;

    if (hdf_init(&tree))
        abort();
    NEOERR *error = hdf_read_file(tree, path);
    if (error) {
        nerr_ignore(&error);
        fail_ours(work, "demo: cannot read %s", path);
    }
    return tree;
}

static const char *attribute(struct arena *arena, HDF *node, const char *name)
{
    for (HDF_ATTR *a = hdf_obj_attr(node); a; a = a->next)
        if (strcmp(a->key, name) == 0)
            return arena_copy(arena, a->value);
    return "";
}

static const struct outline *province_outline(void)
{
    char name[80];

    snprintf(name, sizeof name, "htdocs/vendor/basemap/outline/%.2s0000.bin", config_text("Site.Division.Code"));
    return outline_load(path_in_root(name));
}

/* --- centres from a table --------------------------------------------------------------------------- */

static void centres_from_table(struct work *work, struct city *city, HDF *tree, const struct area *land)
{
    HDF *list = hdf_get_child(tree, "centres");
    int count = 0;

    for (HDF *node = list; node; node = hdf_obj_next(node))
        count++;
    city->centres = arena_alloc(city->arena, (size_t)count * sizeof *city->centres);
    for (HDF *node = list; node; node = hdf_obj_next(node)) {
        struct centre *c = &city->centres[city->centre_count++];
        c->name = arena_copy(city->arena, hdf_obj_value(node));
        c->division = attribute(city->arena, node, "division");
        c->district = arena_copy(city->arena, division_name(work, c->division));
        c->city = config_text("Site.Division.Name");
        c->radius = atof(attribute(city->arena, node, "radius"));
        c->weight = atoi(attribute(city->arena, node, "weight"));
        c->land = land;
        if (sscanf(attribute(city->arena, node, "at"), "%lf %lf", &c->at.lng, &c->at.lat) != 2 || !geo_valid(c->at))
            fail_ours(work, "demo: centre %s: bad `at`", hdf_obj_name(node));
    }
}

/* --- centres from outlines: each city's label point, one centre a county ------------------------------ */

static void city_counties(struct work *work, struct city *city, const struct area *area)
{
    HDF *rows;
    char code[12];

    if (hdf_init(&rows))
        abort();
    snprintf(code, sizeof code, "%06d", (int)area->code);
    int count = division_children(work, code, rows);
    const char *city_name = arena_copy(city->arena, area->name);
    if (count == 0)                                              /* 济源: itself of county rank */
        city->centres[city->centre_count++] = (struct centre){
            .name = city_name, .division = arena_copy(city->arena, code), .district = city_name, .city = "",
            .at = area->label, .radius = CITY_RADIUS, .weight = COUNTIES_A_CITY / 2, .land = area };
    for (int i = 0; i < count && i < COUNTIES_A_CITY; i++) {
        char name[40];
        snprintf(name, sizeof name, "%d.code", i);
        const char *division = hdf_get_value(rows, name, "");
        snprintf(name, sizeof name, "%d.name", i);
        const char *district = hdf_get_value(rows, name, "");
        if (strcmp(district, "其他") == 0 || strcmp(district, "市辖区") == 0)
            continue;
        /* counties have no shapes: spread them around the label on a spiral of their own, inside the city */
        double turn = i * 2.4, far = 0.02 + 0.22 * i / (count > 1 ? count : 1);
        struct point at = { area->label.lng + far * cos(turn), area->label.lat + far * sin(turn) };
        city->centres[city->centre_count++] = (struct centre){
            .name = arena_copy(city->arena, district), .division = arena_copy(city->arena, division),
            .district = arena_copy(city->arena, district), .city = city_name,
            .at = area_holds(area, at) ? at : area->label, .radius = CITY_RADIUS, .weight = count > i ? count - i : 1,
            .land = area };
    }
    hdf_destroy(&rows);
}

static void centres_from_outlines(struct work *work, struct city *city, const struct outline *outline)
{
    size_t room = 0;

    for (size_t i = 0; i < outline->count; i++)
        room += outline->areas[i].neighbour ? 0 : COUNTIES_A_CITY;
    city->centres = arena_alloc(city->arena, (room + 1) * sizeof *city->centres);
    for (size_t i = 0; i < outline->count; i++)
        if (!outline->areas[i].neighbour && outline->areas[i].label.lng != 0)
            city_counties(work, city, &outline->areas[i]);
}

/* --- the city ------------------------------------------------------------------------------------------ */

static void words_of_city(struct city *city, HDF *tree)
{
    const struct { const char *name; struct words *words; } lists[] = {
        { "brands", &city->brands }, { "companies", &city->companies }, { "heads", &city->heads },
        { "roads", &city->roads }, { "hours", &city->hours }, { "parking", &city->parking },
        { "payments", &city->payments }, { "makers", &city->makers } };

    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        *lists[i].words = words_read(city->arena, tree, lists[i].name);
    HDF *list = hdf_get_child(tree, "places");
    for (HDF *node = list; node; node = hdf_obj_next(node))
        city->place_count++;
    city->places = arena_alloc(city->arena, (size_t)city->place_count * sizeof *city->places);
    int i = 0;
    for (HDF *node = list; node; node = hdf_obj_next(node), i++)
        city->places[i] = (struct place){
            .word = arena_copy(city->arena, hdf_obj_value(node)),
            .guide = arena_copy(city->arena, hdf_get_value(node, "guide", "")),
            .construction = atoi(attribute(city->arena, node, "construction")),
            .type = atoi(attribute(city->arena, node, "type")) };
}

void city_read(struct work *work, struct city *city)
{
    char name[60];
    const struct outline *outline = province_outline();
    const char *site = config_text("Site.Division.Code");

    city->centre_count = city->place_count = city->weight_sum = 0;      /* run again after a conflict */
    HDF *words = file_read(work, path_in_root("schema/demo/words.hdf"));
    words_of_city(city, words);
    hdf_destroy(&words);
    snprintf(name, sizeof name, "schema/demo/%.12s.hdf", site);
    if (access(path_in_root(name), R_OK) == 0) {
        HDF *tree = file_read(work, path_in_root(name));
        centres_from_table(work, city, tree, outline_area(outline, atoi(site)));
        hdf_destroy(&tree);
    } else if (outline) {
        centres_from_outlines(work, city, outline);
    }
    if (city->centre_count == 0)
        fail_ours(work, "demo: no centres for %s: neither %s nor the base map's outlines", site, name);
    for (int i = 0; i < city->centre_count; i++)
        city->weight_sum += city->centres[i].weight;
}

const struct centre *city_centre(struct city *city)
{
    int left = random_below(&city->random, city->weight_sum);
    const struct centre *centre = city->centres;

    while (left >= centre->weight)
        left -= (centre++)->weight;
    return centre;
}

struct point city_place(struct city *city, const struct centre *centre)
{
    double north = centre->radius / 111195, east = north / cos(centre->at.lat * M_PI / 180);

    for (int i = 0; i < TRIES; i++) {
        struct point p = { centre->at.lng + random_normal(&city->random) * east / 1.5,
                           centre->at.lat + random_normal(&city->random) * north / 1.5 };
        if (!centre->land || area_holds(centre->land, p))
            return p;
    }
    return centre->at;
}
