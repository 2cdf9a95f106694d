/* map_world: a random set of stations, kept plainly beside the map's file, and the same questions answered the
 * slow way. Shared by the map tests. */
#ifndef MAP_WORLD_H
#define MAP_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/text.h"
#include "map/map.h"
#include "map/map_build.h"

#define WORLD_NOW 1800000000000LL       /* milliseconds */
#define STALE     600                   /* seconds */

struct plain_connector { int64_t id; int state; uint32_t version; int64_t told; };

struct plain_station {
    struct map_station_new as;
    char name[80], folded[80];
    uint32_t x, y;
    struct plain_connector connectors[12];
};

struct world {
    char directory[64];
    struct map *map;
    struct arena *arena;
    size_t count, values[MAP_FACETS];
    struct plain_station *stations;
    char (*operators)[40];              /* folded labels */
    uint64_t seed;
};

static uint32_t roll(struct world *w, uint32_t below)
{
    w->seed = w->seed * 6364136223846793005ULL + 1442695040888963407ULL;
    return (uint32_t)((w->seed >> 33) % (below ? below : 1));
}

static double roll_real(struct world *w, double low, double high)
{
    return low + (high - low) * roll(w, 1u << 30) / (double)(1u << 30);
}

static const char *const name_parts[] = { "充电站", "充电", "珠海", "香洲", "Tesla", "Super charger", "机场", "站", "A1",
    "ｶﾞ", "№5", "é", "EV go", "国家电网", "广场", "x", "长隆国际海洋度假区北门", "Ａ" };

static void world_name(struct world *w, char *name, size_t room)
{
    name[0] = '\0';
    for (uint32_t parts = 1 + roll(w, 4); parts; parts--) {
        strncat(name, name_parts[roll(w, sizeof name_parts / sizeof *name_parts)], room - strlen(name) - 1);
        if (roll(w, 3) == 0)
            strncat(name, " ", room - strlen(name) - 1);
    }
    char number[8];
    snprintf(number, sizeof number, "%u", roll(w, 300));
    strncat(name, number, room - strlen(name) - 1);
}

static void station_roll(struct world *w, struct plain_station *s, size_t number, int spread)
{
    static const int states[] = { 0, 1, 1, 1, 2, 3, 3, 4, 255, -1 };
    memset(s, 0, sizeof *s);
    s->as.id = 1000 + (int64_t)number * 7;
    do
        world_name(w, s->name, sizeof s->name);
    while (!utf8_valid(s->name, strlen(s->name)));
    snprintf(s->folded, sizeof s->folded, "%s", text_folded(w->arena, s->name));
    s->as.at = spread && roll(w, 4) ? (struct point){ roll_real(w, 113.0, 113.6), roll_real(w, 22.0, 22.5) }
                                    : (struct point){ roll_real(w, -170, 170), roll_real(w, -80, 80) };
    if (number && roll(w, 20) == 0)
        s->as.at = w->stations[roll(w, (uint32_t)number)].as.at;       /* on another's point */
    s->x = geo_mercator_x(s->as.at.lng);
    s->y = geo_mercator_y(s->as.at.lat);
    for (int f = 0; f < MAP_FACETS; f++) {
        const uint32_t values = (uint32_t)w->values[f], one = roll(w, 2) ? roll(w, values) : roll(w, 3) % values;
        s->as.facet[f] = f >= MAP_SINGLE ? (uint16_t)roll(w, 1u << values) : roll(w, 10) ? (uint16_t)one : MAP_NONE;
    }
    s->as.max_kw = (uint16_t)roll(w, 480);
    s->as.connector_count = roll(w, 12);
    for (size_t i = 0; i < s->as.connector_count; i++) {
        const int state = states[roll(w, 10)];
        s->connectors[i] = (struct plain_connector){ .id = s->as.id * 100 + (int64_t)i, .state = state,
            .version = state < 0 ? 0 : 1 + roll(w, 5),
            .told = state < 0 ? 0 : WORLD_NOW - 1000LL * roll(w, STALE + 200) };
    }
}

static void world_build(struct world *w)
{
    struct map_builder *b = map_builder_new();
    for (int f = 0; f < MAP_FACETS; f++)
        for (size_t v = 0; v < w->values[f]; v++) {
            char code[20], label[40];
            snprintf(code, sizeof code, "c%d-%zu", f, v * 37 % 1009);
            snprintf(label, sizeof label, v % 3 ? "Operator %zu 特来" : "星星充电%zu公司", v);
            if (f == 0)
                snprintf(w->operators[v], sizeof *w->operators, "%s", text_folded(w->arena, label));
            assert_int_equal(map_builder_value(b, (enum map_facet)f, code, label), v);
        }
    for (size_t i = 0; i < w->count; i++) {
        struct plain_station *s = &w->stations[i];
        struct map_connector_new told[12];
        for (size_t k = 0; k < s->as.connector_count; k++)
            told[k] = (struct map_connector_new){ s->connectors[k].id, s->connectors[k].state,
                                                  s->connectors[k].version, s->connectors[k].told };
        s->as.connectors = told;
        s->as.name = s->name;
        s->as.address = "某路 1 号";
        s->as.price = "1.20 元/千瓦时";
        assert_true(map_builder_station(b, &s->as));
    }
    assert_true(map_builder_finish(b, w->map, WORLD_NOW, STALE));
}

static void world_make(struct world *w, size_t count, uint64_t seed, int spread)
{
    static const size_t values[MAP_FACETS] = { 200, 70, 7, 4, 5, 6 };
    memset(w, 0, sizeof *w);
    snprintf(w->directory, sizeof w->directory, "/tmp/map-test-XXXXXX");
    assert_non_null(mkdtemp(w->directory));
    w->arena = arena_new();
    w->seed = seed;
    w->count = count;
    memcpy(w->values, values, sizeof values);
    w->stations = calloc(count + 1, sizeof *w->stations);
    w->operators = calloc(values[0], sizeof *w->operators);
    for (size_t i = 0; i < count; i++)
        station_roll(w, &w->stations[i], i, spread);
    w->map = map_open(w->directory);
    assert_non_null(w->map);
    world_build(w);
    arena_reset(w->arena);
}

static void world_drop(struct world *w)
{
    static const char *const files[] = { "index", "index.new", "control", "build" };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char path[96];
        snprintf(path, sizeof path, "%s/%s", w->directory, files[i]);
        unlink(path);
    }
    assert_int_equal(rmdir(w->directory), 0);
    map_close(w->map);
    arena_free(w->arena);
    free(w->stations);
    free(w->operators);
}

/* The slow way. */
struct sums { uint32_t free, busy, fault, offline, unknown, newest, oldest; enum map_class is; };

static struct sums plain_sums(const struct plain_station *s, int64_t now)
{
    struct sums r = { 0 };
    for (size_t i = 0; i < s->as.connector_count; i++) {
        const struct plain_connector *c = &s->connectors[i];
        const uint32_t told = (uint32_t)(c->told / 1000);
        const bool known = c->state >= 0 && told && told >= (uint32_t)(now / 1000 - STALE);
        *(!known ? &r.unknown : c->state == 1 ? &r.free : c->state == 0 ? &r.offline : c->state == 255 ? &r.fault
          : &r.busy) += 1;
        r.newest = told > r.newest ? told : r.newest;
        if (known && (!r.oldest || told < r.oldest))
            r.oldest = told;
    }
    r.is = r.free ? MAP_FREE : r.unknown || !s->as.connector_count ? MAP_UNKNOWN : r.busy ? MAP_FULL
         : r.fault ? MAP_FAULT : MAP_OFFLINE;
    return r;
}

static inline bool plain_matches(const struct world *w, const struct plain_station *s, const struct map_query *q,
                                 int but)
{
    for (int f = 0; f < MAP_FACETS; f++) {
        bool has = q->facet[f].count == 0 || f == but;
        for (size_t i = 0; !has && i < q->facet[f].count; i++) {
            const uint16_t v = q->facet[f].values[i];
            has = v != MAP_NONE && (f < MAP_SINGLE ? s->as.facet[f] == v : v < 16 && s->as.facet[f] >> v & 1);
        }
        if (!has)
            return false;
    }
    if (!q->q)
        return true;
    char words[200], *save;
    snprintf(words, sizeof words, "%s", text_folded(w->arena, q->q));
    for (char *word = strtok_r(words, " ", &save); word; word = strtok_r(NULL, " ", &save))
        if (!strstr(s->folded, word) &&
            (s->as.facet[0] == MAP_NONE || !strstr(w->operators[s->as.facet[0]], word)))
            return false;
    return true;
}

static inline bool plain_inside(const struct plain_station *s, const struct map_query *q)
{
    return q->everywhere || (s->x >= geo_mercator_x(q->west) && s->x <= geo_mercator_x(q->east) &&
                             s->y >= geo_mercator_y(q->north) && s->y <= geo_mercator_y(q->south));
}

/* A random question; `values` is room for its selections. */
static inline struct map_query query_roll(struct world *w, uint16_t values[MAP_FACETS][40])
{
    struct map_query q = { .zoom = (int)roll(w, 20) };
    const struct plain_station *on = &w->stations[roll(w, (uint32_t)w->count)];
    const double width = 360.0 / (double)(1 << q.zoom) * roll_real(w, 0.5, 6), height = width * roll_real(w, 0.3, 0.8);
    q.west = on->as.at.lng - roll_real(w, 0, width);
    q.east = q.west + width;
    q.south = on->as.at.lat - roll_real(w, 0, height);
    q.north = q.south + height;
    for (int f = 0; f < MAP_FACETS; f++) {
        if (roll(w, 3))
            continue;
        const size_t count = 1 + roll(w, f < 2 ? 40 : (uint32_t)w->values[f]);
        for (size_t i = 0; i < count; i++)
            values[f][i] = roll(w, 30) ? (uint16_t)roll(w, (uint32_t)w->values[f]) : MAP_NONE;
        q.facet[f] = (struct map_selection){ values[f], count };
    }
    static const char *const texts[] = { "站", "充电", "tesla", "super charger", "a", "星星 珠海", "特来", "OPERATOR 1",
        "  ", "长隆国际海洋度假区北门1", "不存在的名字", "1", "ａ1", "er" };
    if (roll(w, 3) == 0)
        q.q = texts[roll(w, sizeof texts / sizeof *texts)];
    return q;
}

#endif
