/* The viewport: matching stations inside it as single stations or clusters.
 *
 * Cells are squares of the quadtree, 64 pixels wide at the asked zoom; clusters whose means come nearer than a
 * marker's width are joined; when more than MAP_FEATURES_MAX remain the cells are doubled. From zoom 17 on stations
 * stand singly, joined only where they share one point (or nearly: no zoom would part them). Every matching row
 * inside the window falls into exactly one feature. */
#include "map/map_bits.h"
#include "map/map_file.h"

#include <stdlib.h>
#include <string.h>

#define CELLS_MAX    1200           /* of one attempt */
#define SINGLE_ZOOM  17
#define SINGLES_MAX  2000           /* rows looked at one by one before joining */
#define JOIN_PIXELS  60          /* a cluster is drawn 46 to 66 px wide: nearer ones would cover each other */
#define SAME_UNITS   400            /* 3.7 m at the equator, 1.9 m at 60 degrees */
#define EXACT_ROWS   8              /* up to here the rows of a block are added one by one */

struct item {                       /* a feature in the making; positions in Mercator units */
    double   sum_x, sum_y;
    uint32_t count, free, total, states[MAP_CLASSES], min_x, max_x, min_y, max_y, row;
};

struct view {
    const struct map *map;
    const uint64_t   *match;
    struct map_window window;
    int    level;                   /* of the cells; 33: every row for itself */
    struct item *items;
    size_t count, room;
    bool   overflow;
    uint32_t newest, oldest;
};

struct map_window map_window_of(const struct map_query *query)
{
    if (query->everywhere)
        return (struct map_window){ 0, UINT32_MAX, 0, UINT32_MAX };
    const bool turned = query->west > query->east, upside = query->south > query->north;
    return (struct map_window){ geo_mercator_x(turned ? query->east : query->west),
                                geo_mercator_x(turned ? query->west : query->east),
                                geo_mercator_y(upside ? query->south : query->north),
                                geo_mercator_y(upside ? query->north : query->south) };
}

static void item_widen(struct item *item, uint32_t min_x, uint32_t max_x, uint32_t min_y, uint32_t max_y)
{
    item->min_x = min_x < item->min_x ? min_x : item->min_x;
    item->max_x = max_x > item->max_x ? max_x : item->max_x;
    item->min_y = min_y < item->min_y ? min_y : item->min_y;
    item->max_y = max_y > item->max_y ? max_y : item->max_y;
}

static void told_widen(struct view *view, uint32_t newest, uint32_t oldest)
{
    if (newest > view->newest)
        view->newest = newest;
    if (oldest && (!view->oldest || oldest < view->oldest))
        view->oldest = oldest;
}

static void rows_add(struct view *view, struct item *item, size_t word, uint64_t chosen)
{
    const struct map_columns *c = &view->map->c;
    for (; chosen; chosen &= chosen - 1) {
        const size_t row = word * 64 + (size_t)__builtin_ctzll(chosen);
        item->sum_x += c->x[row];
        item->sum_y += c->y[row];
        item_widen(item, c->x[row], c->x[row], c->y[row], c->y[row]);
    }
}

/* Adds rows of one block. `whole`: the block lies wholly inside the cell, so that its bounds and mean may stand for
 * those of its chosen rows. */
static void block_add(struct view *view, struct item *item, size_t word, uint64_t chosen, bool whole)
{
    const struct map_columns *c = &view->map->c;
    const struct map_block *block = &c->block[word];
    const size_t at = word * 64, words = view->map->file->words;
    const uint32_t count = (uint32_t)__builtin_popcountll(chosen);
    uint32_t known = 0;
    if (!item->count)
        item->row = (uint32_t)(at + (size_t)__builtin_ctzll(chosen));
    item->count += count;
    item->free += bits.sum(c->free + at, chosen);
    item->total += bits.sum(c->total + at, chosen);
    for (int k = 0; k < MAP_UNKNOWN; k++) {
        const uint32_t many = (uint32_t)__builtin_popcountll(chosen & c->classes[(size_t)k * words + word]);
        item->states[k] += many;
        known += many;
    }
    item->states[MAP_UNKNOWN] += count - known;
    told_widen(view, bits.largest(c->newest + at, chosen), bits.smallest_but_zero(c->oldest + at, chosen));
    if (!whole || count <= EXACT_ROWS) {
        rows_add(view, item, word, chosen);
        return;
    }
    const size_t rows = view->map->file->rows - at < 64 ? view->map->file->rows - at : 64;
    const double share = (double)count / (double)rows;
    item->sum_x += (double)block->sum_x * share;
    item->sum_y += (double)block->sum_y * share;
    item_widen(item, block->min_x, block->max_x, block->min_y, block->max_y);
}

/* The rows of a block that lie in the window. */
static uint64_t block_inside(const struct view *view, size_t word, bool *wholly)
{
    const struct map_block *block = &view->map->c.block[word];
    const struct map_window *w = &view->window;
    *wholly = block->min_x >= w->x0 && block->max_x <= w->x1 && block->min_y >= w->y0 && block->max_y <= w->y1;
    if (*wholly)
        return ~0ULL;
    if (block->max_x < w->x0 || block->min_x > w->x1 || block->max_y < w->y0 || block->min_y > w->y1)
        return 0;
    return bits.inside(view->map->c.x + word * 64, view->map->c.y + word * 64, w->x0, w->x1 - w->x0, w->y0,
                       w->y1 - w->y0);
}

static struct item *item_new(struct view *view)
{
    static const struct item empty = { .min_x = UINT32_MAX, .min_y = UINT32_MAX };
    if (view->count == view->room) {
        view->overflow = true;
        return NULL;
    }
    view->items[view->count] = empty;
    return &view->items[view->count];
}

static void cell_add(struct view *view, size_t low, size_t high)
{
    struct item *item = item_new(view);
    if (!item)
        return;
    for (size_t word = low / 64; word * 64 < high; word++) {
        uint64_t chosen = view->match[word];
        bool whole = true, wholly;
        if (word * 64 < low) {
            chosen &= ~0ULL << low % 64;
            whole = false;
        }
        if (high < word * 64 + 64) {
            chosen &= (1ULL << high % 64) - 1;
            whole = whole && high == view->map->file->rows;
        }
        if (chosen)
            chosen &= block_inside(view, word, &wholly);
        if (chosen)
            block_add(view, item, word, chosen, whole && wholly);
    }
    view->count += item->count != 0;
}

/* Each row for itself; rows on the same point are neighbours in the order and are joined at once. */
static void singles_add(struct view *view, size_t low, size_t high)
{
    const struct map_columns *c = &view->map->c;
    for (size_t row = low; row < high && !view->overflow; row++) {
        if (!(view->match[row / 64] >> row % 64 & 1) || c->x[row] < view->window.x0 || c->x[row] > view->window.x1 ||
            c->y[row] < view->window.y0 || c->y[row] > view->window.y1)
            continue;
        struct item *last = view->count ? &view->items[view->count - 1] : NULL;
        if (!last || last->max_x != c->x[row] || last->max_y != c->y[row]) {
            last = item_new(view);
            view->count += last != NULL;
        }
        if (last)
            block_add(view, last, row / 64, 1ULL << row % 64, false);
    }
}

static size_t row_bound(const struct map *map, size_t low, size_t high, uint64_t morton)
{
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (map->c.morton[middle] < morton)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Down the quadtree: square (x, y) of `level` holds the rows low … high - 1. */
static void descend(struct view *view, int level, uint32_t x, uint32_t y, uint64_t code, size_t low, size_t high)
{
    if (low >= high || view->overflow)
        return;
    if (level) {
        const uint32_t side = (uint32_t)(0xFFFFFFFFULL >> level), left = x << (32 - level), top = y << (32 - level);
        if (left > view->window.x1 || left + side < view->window.x0 || top > view->window.y1 ||
            top + side < view->window.y0)
            return;
    }
    if (level == view->level) {
        cell_add(view, low, high);
        return;
    }
    if (view->level > 32 && (level == 32 || high - low <= 32)) {
        singles_add(view, low, high);
        return;
    }
    for (uint32_t k = 0; k < 4; k++) {
        const uint64_t next = code << 2 | (k + 1);
        const size_t end = k == 3 ? high : row_bound(view->map, low, high, next << (62 - 2 * level));
        descend(view, level + 1, x << 1 | (k & 1), y << 1 | k >> 1, code << 2 | k, low, end);
        low = end;
    }
}

static void view_start(struct view *view, int level, size_t room)
{
    view->level = level;
    view->room = room;
    view->count = 0;
    view->overflow = false;
    view->newest = view->oldest = 0;
    descend(view, 0, 0, 0, 0, 0, view->map->file->rows);
}

static double mean_x(const struct item *item)
{
    return item->sum_x / item->count;
}

static double mean_y(const struct item *item)
{
    return item->sum_y / item->count;
}

static int item_compare(const void *a, const void *b)
{
    const double x = mean_x(a), y = mean_x(b);
    return x < y ? -1 : x > y;
}

static void item_join(struct item *into, const struct item *from)
{
    into->sum_x += from->sum_x;
    into->sum_y += from->sum_y;
    into->count += from->count;
    into->free += from->free;
    into->total += from->total;
    for (int k = 0; k < MAP_CLASSES; k++)
        into->states[k] += from->states[k];
    item_widen(into, from->min_x, from->max_x, from->min_y, from->max_y);
}

/* Joins items whose means are nearer than `near`, from west to east, until a pass joins none (at most four). */
static void items_join(struct view *view, double near)
{
    for (int pass = 0; pass < 4; pass++) {
        size_t kept = 0;
        qsort(view->items, view->count, sizeof *view->items, item_compare);
        for (size_t i = 0; i < view->count; i++) {
            struct item *item = &view->items[i];
            if (!item->count)
                continue;
            for (size_t j = i + 1; j < view->count; j++) {
                struct item *other = &view->items[j];
                if (!other->count)
                    continue;
                const double dx = mean_x(other) - mean_x(item), dy = mean_y(other) - mean_y(item);
                if (dx > near)
                    break;
                if (dx * dx + dy * dy < near * near) {
                    item_join(item, other);
                    other->count = 0;
                }
            }
            view->items[kept++] = *item;
        }
        const bool settled = kept == view->count;
        view->count = kept;
        if (settled)
            return;
    }
}

static uint64_t cells_across(const struct map_window *w, int level)
{
    const uint64_t columns = (w->x1 >> (32 - level)) - (w->x0 >> (32 - level)) + 1ULL;
    const uint64_t lines = (w->y1 >> (32 - level)) - (w->y0 >> (32 - level)) + 1ULL;
    return columns * lines;
}

static void items_find(struct view *view, int zoom)
{
    if (zoom >= SINGLE_ZOOM) {
        view_start(view, 33, SINGLES_MAX);
        if (!view->overflow)
            items_join(view, SAME_UNITS);
        if (!view->overflow && view->count <= MAP_FEATURES_MAX)
            return;
    }
    for (int level = zoom + 2; level > 0; level--) {
        if (cells_across(&view->window, level) > CELLS_MAX)
            continue;
        view_start(view, level, CELLS_MAX);
        items_join(view, JOIN_PIXELS * (double)(1ULL << 24) / (double)(1ULL << zoom));
        if (view->count <= MAP_FEATURES_MAX)
            return;
    }
}

static void feature_set(struct map *map, struct arena *arena, const struct item *item, struct map_feature *feature)
{
    *feature = (struct map_feature){
        .count = item->count, .free = item->free, .total = item->total,
        .lng = geo_mercator_lng((uint32_t)mean_x(item)), .lat = geo_mercator_lat((uint32_t)mean_y(item)),
        .west = geo_mercator_lng(item->min_x), .east = geo_mercator_lng(item->max_x),
        .north = geo_mercator_lat(item->min_y), .south = geo_mercator_lat(item->max_y),
        .same_point = item->count > 1 && item->max_x - item->min_x <= SAME_UNITS &&
                      item->max_y - item->min_y <= SAME_UNITS };
    memcpy(feature->states, item->states, sizeof feature->states);
    if (item->count == 1) {
        struct map_station *station = arena_alloc(arena, sizeof *station);
        map_station_fill(map, arena, item->row, station);
        feature->station = station;
    }
}

static void features_find(struct map *map, struct arena *arena, const struct map_query *query,
                          const struct map_match *match, struct map_answer *answer)
{
    const int zoom = query->zoom < 0 ? 0 : query->zoom > 22 ? 22 : query->zoom;
    struct view view = { .map = map, .match = match->rows, .window = map_window_of(query) };
    if (!map->items && !(map->items = malloc(SINGLES_MAX * sizeof *view.items)))
        abort();
    view.items = map->items;
    items_find(&view, zoom);
    struct map_feature *features = arena_alloc(arena, (view.count + 1) * sizeof *features);
    for (size_t i = 0; i < view.count; i++) {
        feature_set(map, arena, &view.items[i], &features[i]);
        answer->shown += features[i].count;
    }
    answer->features = features;
    answer->feature_count = view.count;
    answer->newest = view.newest;
    answer->oldest = view.oldest;
}

struct map_answer *map_view(struct map *map, struct arena *arena, const struct map_query *query)
{
    static const uint32_t none[1];
    struct map_answer *answer = arena_alloc(arena, sizeof *answer);
    struct map_match match;
    answer->zoom = query->zoom;
    answer->stamp = map_stamp(map);         /* before the states are read: a change meanwhile makes it old, not wrong */
    if (!map_refresh(map)) {
        for (int f = 0; f < MAP_FACETS; f++)
            answer->facet[f].counts = none;
        return answer;
    }
    map_match_find(map, arena, query, &match);
    answer->stations = map->file->rows;
    answer->matching = match.count;
    map_count_values(map, arena, query, &match, answer);
    features_find(map, arena, query, &match, answer);
    return answer;
}
