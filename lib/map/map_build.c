/* Collecting stations, values and strings in private memory until the file is written. */
#include "map/map_builder.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"

#define VALUE_SLOTS (1u << 19)      /* twice as many as there can be values */

void *builder_room(void *array, size_t *room, size_t needed, size_t element)
{
    if (needed <= *room)
        return array;
    size_t more = *room ? *room * 2 : 1024;
    while (more < needed)
        more *= 2;
    array = realloc(array, more * element);
    if (!array)
        abort();
    *room = more;
    return array;
}

static uint32_t bytes_add(struct bytes *bytes, const char *text)
{
    const size_t size = strlen(text) + 1, at = bytes->size;
    bytes->at = builder_room(bytes->at, &bytes->room, at + size, 1);
    memcpy(bytes->at + at, text, size);
    bytes->size += size;
    if (bytes->size > UINT32_MAX)
        abort();                    /* 4 GB of names: no such country */
    return (uint32_t)at;
}

static uint64_t text_hash(const char *text)
{
    uint64_t hash = 1469598103934665603ULL;
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 1099511628211ULL;
    return hash ^ hash >> 29;
}

static void intern_grow(struct map_builder *b)
{
    const size_t room = b->interned_room ? b->interned_room * 2 : 4096;
    uint32_t *table = calloc(room, sizeof *table);
    if (!table)
        abort();
    for (size_t i = 0; i < b->interned_room; i++) {
        if (!b->interned[i])
            continue;
        size_t slot = text_hash(b->pool.at + b->interned[i]) & (room - 1);
        while (table[slot])
            slot = (slot + 1) & (room - 1);
        table[slot] = b->interned[i];
    }
    free(b->interned);
    b->interned = table;
    b->interned_room = room;
}

/* Prices, hours and many names repeat: each text is kept once. Offset 0 is "". */
static uint32_t intern(struct map_builder *b, const char *text)
{
    if (!text || !*text)
        return 0;
    if (b->interned_count * 3 >= b->interned_room * 2)
        intern_grow(b);
    size_t slot = text_hash(text) & (b->interned_room - 1);
    for (; b->interned[slot]; slot = (slot + 1) & (b->interned_room - 1))
        if (strcmp(b->pool.at + b->interned[slot], text) == 0)
            return b->interned[slot];
    b->interned_count++;
    return b->interned[slot] = bytes_add(&b->pool, text);
}

struct map_builder *map_builder_new(void)
{
    struct map_builder *b = calloc(1, sizeof *b);
    if (!b || !(b->value_index = calloc(VALUE_SLOTS, sizeof *b->value_index)))
        abort();
    b->arena = arena_new();
    bytes_add(&b->pool, "");
    bytes_add(&b->labels, "");
    return b;
}

void map_builder_drop(struct map_builder *b)
{
    if (!b)
        return;
    for (int f = 0; f < MAP_FACETS; f++)
        free(b->values[f]);
    arena_free(b->arena);
    free(b->pool.at);
    free(b->folded.at);
    free(b->labels.at);
    free(b->interned);
    free(b->value_index);
    free(b->stations);
    free(b->connectors);
    free(b);
}

uint16_t map_builder_value(struct map_builder *b, enum map_facet facet, const char *code, const char *label)
{
    const uint32_t key = intern(b, code);
    size_t slot = (key * 2654435761u ^ (uint32_t)facet * 40503u) & (VALUE_SLOTS - 1);
    for (; b->value_index[slot]; slot = (slot + 1) & (VALUE_SLOTS - 1)) {
        const uint32_t found = b->value_index[slot] - 1;
        if (found >> 16 == (uint32_t)facet && b->values[facet][found & 0xffff].code == key)
            return (uint16_t)found;
    }
    const size_t index = b->value_count[facet];
    if (index >= (facet < MAP_SINGLE ? MAP_VALUES_MAX : 16))
        return MAP_NONE;
    if ((index & (index - 1)) == 0)         /* full at each power of two */
        b->values[facet] = realloc(b->values[facet], (index ? index * 2 : 1) * sizeof **b->values);
    if (!b->values[facet])
        abort();
    struct collected_value *value = &b->values[facet][index];
    *value = (struct collected_value){ .code = key, .label = intern(b, label) };
    if (facet == MAP_SEARCHED) {
        value->folded = bytes_add(&b->labels, text_folded(b->arena, label ? label : ""));
        arena_reset(b->arena);
    }
    b->value_count[facet]++;
    b->value_index[slot] = 1 + ((uint32_t)facet << 16 | (uint32_t)index);
    return (uint16_t)index;
}

static bool facets_known(const struct map_builder *b, const uint16_t facet[MAP_FACETS])
{
    for (int f = 0; f < MAP_FACETS; f++)
        if (f < MAP_SINGLE ? facet[f] != MAP_NONE && facet[f] >= b->value_count[f]
                           : facet[f] != MAP_NONE && facet[f] >> b->value_count[f] != 0)
            return false;
    return true;
}

static void facets_count(struct map_builder *b, const uint16_t facet[MAP_FACETS])
{
    for (int f = 0; f < MAP_SINGLE; f++)
        if (facet[f] == MAP_NONE)
            b->none_rows[f]++;
        else
            b->values[f][facet[f]].rows++;
    for (int f = MAP_SINGLE; f < MAP_FACETS; f++)
        for (size_t v = 0; v < b->value_count[f]; v++)
            b->values[f][v].rows += facet[f] >> v & 1;
}

static void connectors_add(struct map_builder *b, const struct map_connector_new *from, size_t count)
{
    b->connectors = builder_room(b->connectors, &b->connector_room, b->connector_count + count, sizeof *b->connectors);
    for (size_t i = 0; i < count; i++)
        b->connectors[b->connector_count++] = (struct collected_connector){
            .id = from[i].id, .version = from[i].version, .told = map_seconds(from[i].told_at_ms),
            .state = map_state_byte(from[i].state) };
}

bool map_builder_station(struct map_builder *b, const struct map_station_new *from)
{
    if (!geo_valid(from->at) || from->connector_count > UINT16_MAX || !facets_known(b, from->facet) ||
        b->station_count >= INT32_MAX || b->connector_count + from->connector_count > INT32_MAX)
        return false;
    b->stations = builder_room(b->stations, &b->station_room, b->station_count + 1, sizeof *b->stations);
    struct collected_station *to = &b->stations[b->station_count++];
    const char *folded = text_folded(b->arena, from->name ? from->name : "");
    *to = (struct collected_station){
        .id = from->id, .x = geo_mercator_x(from->at.lng), .y = geo_mercator_y(from->at.lat),
        .name = intern(b, from->name), .address = intern(b, from->address), .price = intern(b, from->price),
        .hours = intern(b, from->hours), .folded = bytes_add(&b->folded, folded),
        .first = (uint32_t)b->connector_count, .max_kw = from->max_kw, .flags = from->flags,
        .total = (uint16_t)from->connector_count };
    memcpy(to->facet, from->facet, sizeof to->facet);
    for (int f = MAP_SINGLE; f < MAP_FACETS; f++)       /* "not known" as a set is the empty set */
        if (to->facet[f] == MAP_NONE && b->value_count[f] < 16)
            to->facet[f] = 0;
    for (; *folded; folded++)
        b->suffix_count += (*folded & 0xC0) != 0x80;
    facets_count(b, to->facet);
    connectors_add(b, from->connectors, from->connector_count);
    arena_reset(b->arena);
    return true;
}
