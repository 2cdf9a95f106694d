/* Rows of the set: the list beside the map in three orders, one station, the facets' values. */
#include "map/map_bits.h"
#include "map/map_file.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define METRES_PER_DEGREE 111194.0      /* of latitude on the sphere of geo_distance, rounded down */

struct candidate { double key; uint32_t rank, row; };

struct ranking {                        /* the best `room` candidates, the worst of them on top of a heap */
    struct candidate *heap;
    size_t count, room;
};

static bool worse(const struct candidate *a, const struct candidate *b)
{
    if (a->key != b->key)
        return a->key > b->key;
    return a->rank != b->rank ? a->rank > b->rank : a->row > b->row;
}

static int candidate_compare(const void *a, const void *b)
{
    return worse(a, b) ? 1 : worse(b, a) ? -1 : 0;
}

static void heap_down(struct candidate *heap, size_t count, size_t at)
{
    const struct candidate moved = heap[at];
    for (size_t child; (child = at * 2 + 1) < count; at = child) {
        if (child + 1 < count && worse(&heap[child + 1], &heap[child]))
            child++;
        if (!worse(&heap[child], &moved))
            break;
        heap[at] = heap[child];
    }
    heap[at] = moved;
}

static void ranking_add(struct ranking *ranking, struct candidate candidate)
{
    if (ranking->count < ranking->room) {
        size_t at = ranking->count++;
        for (; at && worse(&candidate, &ranking->heap[(at - 1) / 2]); at = (at - 1) / 2)
            ranking->heap[at] = ranking->heap[(at - 1) / 2];
        ranking->heap[at] = candidate;
    } else if (ranking->count && worse(&ranking->heap[0], &candidate)) {
        ranking->heap[0] = candidate;
        heap_down(ranking->heap, ranking->count, 0);
    }
}

static struct point row_point(const struct map *map, size_t row)
{
    return (struct point){ geo_mercator_lng(map->c.x[row]), geo_mercator_lat(map->c.y[row]) };
}

/* Metres that no row of the block can be nearer than: the difference of latitude alone. */
static double block_nearest(const struct map *map, size_t word, const struct point *from)
{
    const struct map_block *block = &map->c.block[word];
    const double north = geo_mercator_lat(block->min_y), south = geo_mercator_lat(block->max_y);
    const double degrees = from->lat > north ? from->lat - north : from->lat < south ? south - from->lat : 0;
    return degrees * METRES_PER_DEGREE - 1;
}

struct listing {
    struct map *map;
    const uint64_t *rows;
    struct map_window window;
    enum map_order order;
    const struct point *from;
    struct ranking ranking;
    uint32_t total;
};

static uint64_t block_listed(const struct listing *l, size_t word)
{
    const struct map_window *w = &l->window;
    if (!l->rows[word])
        return 0;
    return l->rows[word] & bits.inside(l->map->c.x + word * 64, l->map->c.y + word * 64, w->x0, w->x1 - w->x0, w->y0,
                                       w->y1 - w->y0);
}

static void block_rank(struct listing *l, size_t word)
{
    const struct map_columns *c = &l->map->c;
    const struct ranking *r = &l->ranking;
    if (l->order == MAP_BY_DISTANCE && r->count == r->room && r->count &&
        block_nearest(l->map, word, l->from) > r->heap[0].key)
        return;
    for (uint64_t chosen = block_listed(l, word); chosen; chosen &= chosen - 1) {
        const uint32_t row = (uint32_t)(word * 64 + (size_t)__builtin_ctzll(chosen));
        const double key = l->order == MAP_BY_DISTANCE ? geo_distance(*l->from, row_point(l->map, row))
                         : l->order == MAP_BY_FREE ? -(double)c->free[row] : 0;
        ranking_add(&l->ranking, (struct candidate){ key, c->rank[row], row });
    }
}

/* The block whose rows surround the point in Morton order: looking there first makes the bound tight at once. */
static size_t block_near(const struct map *map, const struct point *from)
{
    const uint32_t x = geo_mercator_x(from->lng), y = geo_mercator_y(from->lat);
    uint64_t code = 0;
    for (int bit = 31; bit >= 0; bit--)
        code = code << 2 | (y >> bit & 1) << 1 | (x >> bit & 1);
    size_t low = 0, high = map->file->rows;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (map->c.morton[middle] < code)
            low = middle + 1;
        else
            high = middle;
    }
    return low < map->file->rows ? low / 64 : map->file->words - 1;
}

static void listing_rank(struct listing *l)
{
    const size_t words = l->map->file->words, middle = l->order == MAP_BY_DISTANCE ? block_near(l->map, l->from) : 0;
    for (size_t word = 0; word < words; word++)
        l->total += (uint32_t)__builtin_popcountll(block_listed(l, word));
    for (size_t word = middle; word < words; word++)
        block_rank(l, word);
    for (size_t word = middle; word-- > 0; )
        block_rank(l, word);
}

struct map_rows *map_list(struct map *map, struct arena *arena, const struct map_query *query, enum map_order order,
                          const struct point *from, size_t offset, size_t limit)
{
    struct map_rows *result = arena_alloc(arena, sizeof *result);
    struct map_match match;
    if (!map_refresh(map))
        return result;
    map_match_find(map, arena, query, &match);
    struct listing l = { .map = map, .rows = match.rows, .window = map_window_of(query), .from = from,
                         .order = order == MAP_BY_DISTANCE && !from ? MAP_BY_NAME : order };
    const size_t most = match.count;
    offset = offset < most ? offset : most;
    limit = limit < most - offset ? limit : most - offset;
    l.ranking.room = offset + limit;
    l.ranking.heap = arena_alloc(arena, (l.ranking.room + 1) * sizeof *l.ranking.heap);
    listing_rank(&l);
    qsort(l.ranking.heap, l.ranking.count, sizeof *l.ranking.heap, candidate_compare);
    result->total = l.total;
    result->count = l.ranking.count > offset ? l.ranking.count - offset : 0;
    struct map_station *rows = arena_alloc(arena, (result->count + 1) * sizeof *rows);
    for (size_t i = 0; i < result->count; i++) {
        const uint32_t row = l.ranking.heap[offset + i].row;
        map_station_fill(map, arena, row, &rows[i]);
        if (from)
            rows[i].distance = geo_distance(*from, row_point(map, row));
    }
    result->rows = rows;
    return result;
}

enum map_class map_class_of(const struct map *map, size_t row)
{
    for (int k = 0; k < MAP_UNKNOWN; k++)
        if (map->c.classes[(size_t)k * map->file->words + row / 64] >> row % 64 & 1)
            return (enum map_class)k;
    return MAP_UNKNOWN;
}

void map_station_fill(const struct map *map, struct arena *arena, size_t row, struct map_station *to)
{
    const struct map_columns *c = &map->c;
    const uint16_t operator = c->facet[row];        /* facet 0 */
    const struct map_value *value = operator == MAP_NONE ? NULL : &c->value[map->file->facet_first[0] + operator];
    const uint32_t known = (uint32_t)c->free[row] + c->busy[row] + c->fault[row] + c->offline[row];
    const struct point at = row_point(map, row);
    *to = (struct map_station){
        .id = c->id[row], .lng = at.lng, .lat = at.lat,
        .name = arena_copy(arena, c->pool + c->name[row]), .address = arena_copy(arena, c->pool + c->address[row]),
        .price = arena_copy(arena, c->pool + c->price[row]), .hours = arena_copy(arena, c->pool + c->hours[row]),
        .operator_code = value ? arena_copy(arena, c->pool + value->code) : "",
        .operator_name = value ? arena_copy(arena, c->pool + value->label) : "",
        .max_kw = c->max_kw[row], .flags = c->flags[row], .state = map_class_of(map, row),
        .free = c->free[row], .busy = c->busy[row], .fault = c->fault[row], .offline = c->offline[row],
        .unknown = (uint16_t)(known < c->total[row] ? c->total[row] - known : 0), .total = c->total[row],
        .newest = c->newest[row], .oldest = c->oldest[row], .distance = -1 };
    for (int f = 0; f < MAP_FACETS; f++)
        to->facet[f] = c->facet[f * map->file->length[PER_ROW] + row];
}

const struct map_station *map_station(struct map *map, struct arena *arena, int64_t station_id)
{
    if (!map_refresh(map))
        return NULL;
    size_t low = 0, high = map->file->rows;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (map->c.id[map->c.id_order[middle]] < station_id)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == map->file->rows || map->c.id[map->c.id_order[low]] != station_id)
        return NULL;
    struct map_station *station = arena_alloc(arena, sizeof *station);
    map_station_fill(map, arena, map->c.id_order[low], station);
    return station;
}

size_t map_facet_values(struct map *map, struct arena *arena, enum map_facet facet, const struct map_value_row **rows)
{
    *rows = NULL;
    if (!map_refresh(map))
        return 0;
    const uint32_t count = map->file->facet_count[facet];
    const struct map_value *values = map->c.value + map->file->facet_first[facet];
    struct map_value_row *list = arena_alloc(arena, (count + 1) * sizeof *list);
    for (uint32_t v = 0; v < count; v++)
        list[v] = (struct map_value_row){ arena_copy(arena, map->c.pool + values[v].code),
                                          arena_copy(arena, map->c.pool + values[v].label), values[v].rows };
    *rows = list;
    return count;
}

uint16_t map_facet_find(struct map *map, enum map_facet facet, const char *code)
{
    if (!code || !map_refresh(map))
        return MAP_NONE;
    const uint32_t first = map->file->facet_first[facet];
    uint32_t low = 0, high = map->file->facet_count[facet];
    while (low < high) {
        const uint32_t middle = (low + high) / 2, v = map->c.value_order[first + middle];
        const int order = strcmp(map->c.pool + map->c.value[first + v].code, code);
        if (order == 0)
            return (uint16_t)v;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return MAP_NONE;
}
