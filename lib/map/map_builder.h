/* map_builder: what a builder has collected, between map_build.c that collects and map_write.c that writes.
 * Private to lib/map. */
#ifndef MAP_BUILDER_H
#define MAP_BUILDER_H

#include "map/map_build.h"
#include "map/map_file.h"
#include "map/map_sort.h"

struct bytes { char *at; size_t size, room; };

struct collected_station {
    int64_t  id;
    uint32_t x, y, name, address, price, hours, folded, first;    /* strings: offsets into pool, folded's own */
    uint16_t facet[MAP_FACETS], max_kw, flags, total;
};

struct collected_connector { int64_t id; uint32_t version, told; uint8_t state; };

struct collected_value { uint32_t code, label, folded, rows; };

struct map_builder {
    struct arena *arena;                       /* for folding, reset with each station */
    struct bytes  pool, folded, labels;
    uint32_t *interned;                        /* hash table of pool offsets */
    size_t    interned_room, interned_count;
    struct collected_value *values[MAP_FACETS];
    size_t    value_count[MAP_FACETS];
    uint32_t  none_rows[MAP_FACETS];
    uint32_t *value_index;                     /* hash table: 1 + facet << 16 + index */
    struct collected_station   *stations;
    size_t    station_count, station_room;
    struct collected_connector *connectors;
    size_t    connector_count, connector_room;
    size_t    suffix_count;
};

void *builder_room(void *array, size_t *room, size_t needed, size_t element);    /* grows; aborts without memory */

/* map_write_text.c */
void  write_text(struct map_builder *, struct map_header *, struct map_columns *, const struct sort_item *order);

#endif
