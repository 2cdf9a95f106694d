/* map: the searchable set of stations as columns in one mapped file, shared by all processes.
 *
 * A directory (VAR/map) holds
 *   index     the columns; written afresh by a builder (map_build.h) and renamed into place; between two
 *             builds only connector states and what is summed from them change in it
 *   control   generation, count of changes, stale horizon; always mapped; also the file writers lock
 * Readers never lock and never wait: they look at the generation before each question and map the new file
 * when it moved on. Writers hold flock() on `control`, which the kernel releases when they die; a mark left
 * by a writer killed half-way makes the next one recount (map_live.c). The database stays the truth: the
 * file may be deleted and rebuilt at any time, and must be rebuilt after the machine itself crashed.
 *
 * No file yet: every question answers with zero stations. One `struct map` is for one thread.
 *
 *     struct map *map = map_open(path_in_var("map"));                 once a process
 *     struct map_query query = { .west = 113.1, .south = 22.0, .east = 113.7, .north = 22.5, .zoom = 11 };
 *     struct map_answer *answer = map_view(map, arena, &query);       clusters, counts, totals
 *     body = map_answer_json(arena, answer, &size);                  never above MAP_JSON_MAX
 *
 * Keeping up with the database: after its commit a writer calls map_state_put() with the connector's new
 * state_version. A builder reads the database while states go on changing, so after map_builder_finish()
 * its caller reads again every connector told since 60 s before the build began and puts it with
 * map_states_put(); versions make that repeatable and order-free. */
#ifndef MAP_MAP_H
#define MAP_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/geo.h"

#define MAP_FEATURES_MAX 300          /* features in one answer; more are joined into clusters, never left out */
#define MAP_SMALL_FACET  64           /* values; larger facets are listed in part */
#define MAP_LISTED_TOP   30
#define MAP_LISTED_SELECTED 100
#define MAP_JSON_MAX     65536        /* bytes of one answer as JSON */
#define MAP_NONE         0xFFFF       /* facet value of a station: not known; in a selection: matches nothing */
#define MAP_VALUES_MAX   65000        /* values of one single-valued facet; the two others have at most 16 */

/* The engine knows them by number only: below MAP_SINGLE a station has one value or none, from there a set. */
enum map_facet {
    MAP_OPERATOR, MAP_DIVISION, MAP_STATION_TYPE, MAP_SCALE, MAP_EQUIPMENT_KIND, MAP_PAYMENT, MAP_FACETS,
    MAP_SINGLE = MAP_EQUIPMENT_KIND,
    MAP_SEARCHED = MAP_OPERATOR       /* its labels are searched together with the station names */
};

/* What a station's marker says. Unknown is not free, and not full either: full means that every connector
 * is known and at least one is in use, none free. Fault: none free or in use, at least one faulty. */
enum map_class { MAP_FREE, MAP_FULL, MAP_FAULT, MAP_OFFLINE, MAP_UNKNOWN, MAP_CLASSES };

struct map;
struct map *map_open(const char *directory);     /* makes the directory if absent; NULL: see errno */
void        map_close(struct map *);

/* Changes whenever any answer may have changed: the ETag. */
struct map_stamp { uint64_t generation, changes; };
struct map_stamp map_stamp(struct map *);
/* Takes the newest file now and keeps to it until the next map_pin (or put): for one question made of several calls,
 * since the numbers of facet values belong to one file. Without it each call takes the newest. */
void map_pin(struct map *);

struct map_selection { const uint16_t *values; size_t count; };   /* count 0: no condition */

struct map_query {                    /* OR within a facet, AND between facets and q */
    double west, south, east, north;  /* the viewport, WGS-84 degrees; clamped to the Mercator square */
    bool   everywhere;                /* instead of the four: the whole set (map_list only) */
    int    zoom;                      /* Web-Mercator zoom of 256-px tiles, 0-22 */
    struct map_selection facet[MAP_FACETS];
    const char *q;                    /* words that must all occur in the station's or operator's name; NULL */
};

struct map_station {                  /* one row with its live states; strings live in the arena, "" = none */
    int64_t  id;
    double   lng, lat;                /* WGS-84 */
    const char *name, *operator_code, *operator_name, *address, *price, *hours;
    uint16_t facet[MAP_FACETS];       /* value index or MAP_NONE; from MAP_SINGLE on: mask of values */
    uint16_t max_kw, flags;           /* flags: the builder's caller's own bits */
    enum map_class state;
    uint16_t free, busy, fault, offline, unknown, total;     /* connectors */
    uint32_t newest, oldest;          /* seconds since 1970 of the told states; 0: none (oldest: none valid) */
    double   distance;                /* metres from map_list's point; -1 when there is none */
};

struct map_feature {                  /* a station (count 1, station set) or a cluster */
    double   lng, lat;                /* the station, or the members' mean (in dense cells to within a block) */
    double   west, south, east, north;    /* holds all members */
    uint32_t count;
    uint32_t states[MAP_CLASSES];     /* stations by class; they add up to count */
    uint32_t free, total;             /* connectors */
    bool     same_point;              /* members lie within metres: zooming will not part them, list them */
    const struct map_station *station;
};

struct map_listed { uint16_t value; bool selected; uint32_t count; const char *code, *label; };

struct map_counts {                   /* of one facet */
    uint32_t values;
    const uint32_t *counts;           /* by value: stations of the whole set that match all OTHER facets and q */
    /* What a page shows: up to MAP_SMALL_FACET values all in their order; of more values the selected ones (at most
     * MAP_LISTED_SELECTED) and the MAP_LISTED_TOP largest. Left off with a count above 0, or selected: `more`
     * values, whose counts add up to `rest`. */
    const struct map_listed *list;
    uint32_t listed, more;
    uint64_t rest;
};

struct map_answer {
    struct map_stamp stamp;
    uint32_t stations;                /* the whole set */
    uint32_t matching;                /* of it: match all facets and q */
    uint32_t shown;                   /* of those: inside the viewport = sum of the features' counts */
    uint32_t newest, oldest;          /* told times of those shown, seconds since 1970; 0: none */
    size_t   feature_count;
    const struct map_feature *features;
    int      zoom;
    struct map_counts facet[MAP_FACETS];
};

struct map_answer *map_view(struct map *, struct arena *, const struct map_query *);

/* {"gen":"3-127","stations":,"matching":,"shown":,"newest":,"oldest":,
 *  "features":[ cluster {"p":[lng,lat],"n":stations,"f":free,"t":connectors,
 *                        "s":[stations free,full,fault,offline,unknown],"b":[w,s,e,n],"o":1 = same point}
 *               station {"p":,"id":,"c":enum map_class,"f":free,"t":connectors,"u":unknown,"name":} ],
 *  "facets":[ six of {"v":[[code,count],…],"more":,"rest":} ]}       as struct map_counts; large facets
 * have the label as third element. Names are cut at 40 characters with 「…」; where they would break the size bound
 * they are left out and "names":0 stands behind the features (a name is then found by its id). */
char *map_answer_json(struct arena *, const struct map_answer *, size_t *size);

enum map_order { MAP_BY_DISTANCE, MAP_BY_NAME, MAP_BY_FREE };     /* ties: by name, then position */

struct map_rows { uint32_t total; size_t count; const struct map_station *rows; };

/* Rows offset … offset+limit-1 of all matching ones inside the viewport (or everywhere). `from` is needed for
 * MAP_BY_DISTANCE; with it every row carries its distance. By name is by code points of the folded name. */
struct map_rows *map_list(struct map *, struct arena *, const struct map_query *, enum map_order,
                          const struct point *from, size_t offset, size_t limit);
const struct map_station *map_station(struct map *, struct arena *, int64_t station_id);  /* NULL: absent */

/* Values of a facet, in the order they were added; the strings live in the arena. */
struct map_value_row { const char *code, *label; uint32_t stations; };
size_t map_facet_values(struct map *, struct arena *, enum map_facet, const struct map_value_row **rows);
uint16_t map_facet_find(struct map *, enum map_facet, const char *code);    /* MAP_NONE: no such value */

/* Live states. state: T/CEC 102 part 3 ConnectorStatusInfo.Status (0 offline, 1 free, 2 occupied, 3 charging,
 * 4 reserved, 255 fault); anything else is unknown. Taken when `version` is above the stored one; false / not counted:
 * older or equal, not in the set, no file. May be called by any number of processes at once. */
struct map_told { int64_t connector_id; int state; uint32_t version; int64_t told_at_ms; };
bool   map_state_put(struct map *, int64_t connector_id, int state, uint32_t version, int64_t told_at_ms);
size_t map_states_put(struct map *, const struct map_told *, size_t count);   /* one lock for all */

/* Connectors told more than stale_after_s before now count as unknown until they are told again; a job calls
 * this every few seconds. The horizon is kept for later puts and builds. Returns how many became unknown. */
size_t map_mark_stale(struct map *, int64_t now_ms, uint32_t stale_after_s);

#endif
