/* Finding a word in station names and in the labels of the searched facet. */
#include "map/map_file.h"

#include <string.h>

/* The first suffix that is not below the word (or, with `after`, that is above all which begin with it). */
static size_t suffix_bound(const struct map *map, const char *word, size_t size, bool after)
{
    size_t low = 0, high = map->file->length[PER_SUFFIX];
    while (low < high) {
        const size_t middle = (low + high) / 2;
        const int order = memcmp(map->c.names + map->c.suffix[middle], word, size);
        if (after ? order <= 0 : order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void names_search(const struct map *map, const char *word, size_t size, uint64_t *found)
{
    const size_t sorted = size < MAP_SUFFIX_DEPTH ? size : MAP_SUFFIX_DEPTH;
    const size_t end = suffix_bound(map, word, sorted, true);
    for (size_t i = suffix_bound(map, word, sorted, false); i < end; i++) {
        if (size > sorted && memcmp(map->c.names + map->c.suffix[i], word, size) != 0)
            continue;
        const uint32_t row = map->c.suffix_row[i];
        found[row / 64] |= 1ULL << row % 64;
    }
}

/* Labels lie one behind the other in the order of their values: one pass finds every value that has the word. */
static void labels_search(const struct map *map, const char *word, size_t size, uint64_t *found)
{
    const struct map_value *value = map->c.value + map->file->facet_first[MAP_SEARCHED];
    const struct map_value *end = value + map->file->facet_count[MAP_SEARCHED];
    const char *labels = map->c.labels, *labels_end = labels + map->file->length[PER_LABEL_BYTE];
    const char *at = labels;
    while (value < end && (at = memmem(at, (size_t)(labels_end - at), word, size))) {
        while (value + 1 < end && labels + value[1].folded <= at)
            value++;
        map_value_rows_set(map, value, found);
        if (++value < end)
            at = labels + value->folded;
    }
}

void map_search_word(const struct map *map, const char *word, uint64_t *found)
{
    const size_t size = strlen(word);
    if (size == 0 || size >= MAP_NAME_PAD)
        return;                             /* no name is that long */
    names_search(map, word, size, found);
    labels_search(map, word, size, found);
}
