/* Counts beside the facets. A value counts the rows that have it and match every condition but those of its own
 * facet, so that what another click would add is visible. */
#include "map/map_bits.h"
#include "map/map_file.h"

#include <string.h>

/* Rough costs in nanoseconds, measured: one word of two bitmaps counted, one row looked up. They only choose
 * between two ways to the same numbers. */
#define COST_WORD 0.4
#define COST_ROW  1.5

/* Adds 1 (or takes it off) for each row of the set to the count of its value. */
static void column_count(const struct map *map, int f, const uint64_t *set, const uint64_t *limit, bool outside,
                         uint32_t *counts)
{
    const uint16_t *column = map->c.facet + f * map->file->length[PER_ROW];
    const uint32_t step = outside ? (uint32_t)-1 : 1, known = map->file->facet_count[f];
    for (size_t w = 0; w < map->file->words; w++) {
        uint64_t word = (outside ? ~set[w] : set[w]) & limit[w];
        const uint16_t *block = column + w * 64;
        for (; word; word &= word - 1) {
            const uint16_t value = block[__builtin_ctzll(word)];
            if (value < known)
                counts[value] += step;
        }
    }
}

static void totals_copy(const struct map *map, int f, uint32_t *counts)
{
    for (uint32_t v = 0; v < map->file->facet_count[f]; v++)
        counts[v] = map->c.value[map->file->facet_first[f] + v].rows;
}

/* Values with a bitmap are counted by it, the listed ones by walking over the rows that have such a value: over those
 * in the set or, when these are more than half, over those outside, taken off the totals. */
static void single_count(const struct map *map, int f, const uint64_t *set, uint64_t size, uint32_t *counts)
{
    const size_t words = map->file->words;
    const struct map_value *values = map->c.value + map->file->facet_first[f];
    const uint64_t *sparse = map->c.sparse + (size_t)f * words;
    const uint32_t known = map->file->facet_count[f];
    uint32_t dense = 0, listed_rows = 0;
    for (uint32_t v = 0; v < known; v++) {
        dense += values[v].bitmap != 0;
        listed_rows += values[v].bitmap ? 0 : values[v].rows;
    }
    if ((double)size * COST_ROW < (double)dense * (double)words * COST_WORD) {
        column_count(map, f, set, set, false, counts);
        return;
    }
    const bool outside = listed_rows && bits.count_both(set, sparse, words) > listed_rows / 2;
    for (uint32_t v = 0; v < known; v++)
        if (values[v].bitmap)
            counts[v] = (uint32_t)bits.count_both(set, map_value_bits(map, &values[v]), words);
        else if (outside)
            counts[v] = values[v].rows;
    if (listed_rows)
        column_count(map, f, set, sparse, outside, counts);
}

static void set_valued_count(const struct map *map, int f, const uint64_t *set, uint32_t *counts)
{
    const struct map_value *values = map->c.value + map->file->facet_first[f];
    for (uint32_t v = 0; v < map->file->facet_count[f]; v++)
        counts[v] = (uint32_t)bits.count_both(set, map_value_bits(map, &values[v]), map->file->words);
}

/* All conditions but the one number `left_out`, into the spare bitmap. NULL: there is no other. */
static const uint64_t *others(const struct map *map, const struct map_match *match, int left_out)
{
    bool first = true;
    for (int i = 0; i < match->chosen; i++) {
        if (i == left_out)
            continue;
        if (first)
            memcpy(match->spare, match->bits[i], map->file->words * sizeof *match->spare);
        else
            bits.and_with(match->spare, match->bits[i], map->file->words);
        first = false;
    }
    return first ? NULL : match->spare;
}

void map_count_values(struct map *map, struct arena *arena, const struct map_query *query,
                      const struct map_match *match, struct map_answer *answer)
{
    for (int f = 0; f < MAP_FACETS; f++) {
        const uint32_t known = map->file->facet_count[f];
        uint32_t *counts = arena_alloc(arena, (known + 1) * sizeof *counts);
        const uint64_t *set = match->chosen ? match->rows : NULL;
        uint64_t size = match->count;
        for (int i = 0; i < match->chosen; i++)
            if (match->facet[i] == f) {
                set = others(map, match, i);
                size = set ? bits.count(set, map->file->words) : 0;
            }
        if (!set)
            totals_copy(map, f, counts);
        else if (f < MAP_SINGLE)
            single_count(map, f, set, size, counts);
        else
            set_valued_count(map, f, set, counts);
        answer->facet[f] = (struct map_counts){ .values = known, .counts = counts };
        map_list_values(map, arena, f, &query->facet[f], &answer->facet[f]);
    }
}
