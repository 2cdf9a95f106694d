/* Which rows match: one bitmap for each facet with a selection and one for q, and all of them together. */
#include "map/map_bits.h"
#include "map/map_file.h"

#include <stdlib.h>
#include <string.h>

#include "core/text.h"

#define WORDS_MAX 8                         /* of q; what follows is one more word, blanks and all */

/* Scratch bitmaps: one for each condition, all together, two spare. Kept by the process from question to question. */
static void scratch_make(struct map *map, struct map_match *match)
{
    const size_t words = map->file->words, needed = words * (MAP_FACETS + 1 + 3);
    if (needed > map->scratch_words) {
        free(map->scratch);
        map->scratch = malloc(needed * sizeof *map->scratch);
        if (!map->scratch)
            abort();
        map->scratch_words = needed;
    }
    for (int i = 0; i <= MAP_FACETS; i++)
        match->bits[i] = map->scratch + i * words;
    match->all = map->scratch + (MAP_FACETS + 1) * words;
    match->spare = match->all + words;      /* two of them */
}

const uint64_t *map_value_bits(const struct map *map, const struct map_value *value)
{
    return value->bitmap ? map->c.bitmap + (size_t)(value->bitmap - 1) * map->file->words : NULL;
}

void map_value_rows_set(const struct map *map, const struct map_value *value, uint64_t *set)
{
    const uint64_t *rows = map_value_bits(map, value);
    if (rows)
        bits.or_with(set, rows, map->file->words);
    else
        for (uint32_t i = 0; i < value->rows; i++) {
            const uint32_t row = map->c.list[value->list_at + i];
            set[row / 64] |= 1ULL << row % 64;
        }
}

/* Of a single-valued facet the smaller part is put together: the selected values or, turned round, the others. */
static void facet_select(const struct map *map, struct arena *arena, int f, const struct map_selection *selected,
                         uint64_t *set)
{
    const uint32_t count = map->file->facet_count[f];
    const struct map_value *values = map->c.value + map->file->facet_first[f];
    bool *chosen = arena_alloc(arena, count + 1);
    uint64_t rows = 0;
    for (size_t i = 0; i < selected->count; i++)
        if (selected->values[i] < count && !chosen[selected->values[i]]) {
            chosen[selected->values[i]] = true;
            rows += values[selected->values[i]].rows;
        }
    const bool turned = f < MAP_SINGLE && rows > map->file->rows / 2;
    memset(set, 0, map->file->words * sizeof *set);
    for (uint32_t v = 0; v < count + (turned ? 1 : 0); v++)
        if (chosen[v] != turned && values[v].rows)
            map_value_rows_set(map, &values[v], set);
    if (!turned)
        return;
    for (size_t w = 0; w < map->file->words; w++)
        set[w] = ~set[w];
    if (map->file->rows % 64)
        set[map->file->words - 1] &= (1ULL << map->file->rows % 64) - 1;
}

/* false: q is blank. */
static bool text_select(const struct map *map, struct arena *arena, const char *q, uint64_t *set, uint64_t *spare)
{
    if (!q)
        return false;
    const size_t bytes = map->file->words * sizeof *set;
    int number = 0;
    char *save, *folded = text_folded(arena, q);
    for (char *word = strtok_r(folded, " ", &save); word;
         word = strtok_r(NULL, number < WORDS_MAX ? " " : "", &save)) {
        uint64_t *into = number++ ? spare : set;
        memset(into, 0, bytes);
        map_search_word(map, word, into);
        if (into == spare)
            bits.and_with(set, spare, map->file->words);
    }
    return number > 0;
}

void map_match_find(struct map *map, struct arena *arena, const struct map_query *query, struct map_match *match)
{
    *match = (struct map_match){ 0 };
    scratch_make(map, match);
    for (int f = 0; f < MAP_FACETS; f++)
        if (query->facet[f].count) {
            facet_select(map, arena, f, &query->facet[f], match->bits[match->chosen]);
            match->facet[match->chosen++] = f;
        }
    if (text_select(map, arena, query->q, match->bits[match->chosen], match->spare))
        match->facet[match->chosen++] = -1;
    bits_fill(match->all, map->file->rows);
    for (int i = 0; i < match->chosen; i++)
        bits.and_with(match->all, match->bits[i], map->file->words);
    match->rows = match->all;
    match->count = match->chosen ? (uint32_t)bits.count(match->all, map->file->words) : map->file->rows;
}
