/* map_build: writes the map's file from scratch. See map.h for the catch-up after finish.
 *
 *     struct map_builder *b = map_builder_new();
 *     uint16_t op = map_builder_value(b, MAP_OPERATOR, "MA005DBW1", "粤易充");      values first or as they come
 *     map_builder_station(b, &(struct map_station_new){ .id = 7, .facet = { op, … }, … });
 *     if (!map_builder_finish(b, map, clock_now(), 600)) … errno
 *
 * Everything is copied. Running out of memory aborts, as in core/arena.h. */
#ifndef MAP_BUILD_H
#define MAP_BUILD_H

#include "map/map.h"

/* Never told: state -1, version 0, told_at_ms 0. */
struct map_connector_new { int64_t id; int state; uint32_t version; int64_t told_at_ms; };

struct map_station_new {
    int64_t id;
    struct point at;                       /* WGS-84 */
    const char *name, *address, *price, *hours;      /* UTF-8 or NULL */
    uint16_t facet[MAP_FACETS];            /* index from map_builder_value or MAP_NONE; from MAP_SINGLE on a mask */
    uint16_t max_kw, flags;
    const struct map_connector_new *connectors;
    size_t   connector_count;
};

/* Waits until no other build is under way, and keeps it so until the descriptor is closed (a killed process lets go).
 * Taken before the database is read: otherwise an older picture could be swapped in over a newer one. -1: see errno. */
int map_build_turn(struct map *);

struct map_builder *map_builder_new(void);
void     map_builder_drop(struct map_builder *);       /* gives up without writing */

/* The value's index (for a set-valued facet: its bit number). A code already added keeps its index and label.
 * MAP_NONE: too many values. */
uint16_t map_builder_value(struct map_builder *, enum map_facet, const char *code, const char *label);

/* false: no valid position, more than 65,535 connectors, or a facet value never added; the station is left out. */
bool     map_builder_station(struct map_builder *, const struct map_station_new *);

/* Writes, syncs and swaps the file in; frees the builder in any case. States older than stale_after_s before now
 * start as unknown. false: see errno (ENOSPC, EBUSY: another builder is writing); the old file stays in use. */
bool     map_builder_finish(struct map_builder *, struct map *, int64_t now_ms, uint32_t stale_after_s);

#endif
