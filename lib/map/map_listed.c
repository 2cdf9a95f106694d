/* Which values of a facet a page is told: struct map_counts in map.h. */
#include "map/map_file.h"

#include <string.h>

static bool before(const struct map_listed *a, const struct map_listed *b)
{
    return a->count != b->count ? a->count > b->count : a->value < b->value;
}

/* Keeps the first `room` in order; what falls out, or did not get in, is left off. */
static uint32_t listed_offer(struct map_counts *facet, struct map_listed *list, uint32_t count, uint32_t room,
                             const struct map_listed *value)
{
    struct map_listed out = *value;
    if (count == room) {
        if (before(value, &list[count - 1]))
            out = list[--count];
        facet->more++;
        facet->rest += out.count;
        if (out.value == value->value)
            return count;
    }
    uint32_t at = count;
    for (; at && before(value, &list[at - 1]); at--)
        list[at] = list[at - 1];
    list[at] = *value;
    return count + 1;
}

/* The selected values, then the largest others. */
static uint32_t large_list(struct map_counts *facet, const bool *chosen, struct map_listed *list)
{
    struct map_listed top[MAP_LISTED_TOP] = { { 0 } };
    uint32_t selected = 0, others = 0;
    for (uint32_t v = 0; v < facet->values; v++) {
        if (others == MAP_LISTED_TOP && !chosen[v] && facet->counts[v] <= top[others - 1].count) {
            facet->more += facet->counts[v] != 0;         /* most of thousands end here */
            facet->rest += facet->counts[v];
            continue;
        }
        const struct map_listed value = { .value = (uint16_t)v, .selected = chosen[v], .count = facet->counts[v] };
        if (value.selected)
            selected = listed_offer(facet, list, selected, MAP_LISTED_SELECTED, &value);
        else if (value.count)
            others = listed_offer(facet, top, others, MAP_LISTED_TOP, &value);
    }
    memcpy(list + selected, top, others * sizeof *top);
    return selected + others;
}

void map_list_values(const struct map *map, struct arena *arena, int f, const struct map_selection *selected,
                     struct map_counts *facet)
{
    const struct map_value *values = map->c.value + map->file->facet_first[f];
    struct map_listed *list = arena_alloc(arena, (MAP_LISTED_SELECTED + MAP_LISTED_TOP) * sizeof *list);
    bool *chosen = arena_alloc(arena, facet->values + 1);
    uint32_t count = 0;
    for (size_t i = 0; i < selected->count; i++)
        if (selected->values[i] < facet->values)
            chosen[selected->values[i]] = true;
    if (facet->values > MAP_SMALL_FACET)
        count = large_list(facet, chosen, list);
    else
        for (; count < facet->values; count++)
            list[count] = (struct map_listed){ .value = (uint16_t)count, .selected = chosen[count],
                                               .count = facet->counts[count] };
    for (uint32_t i = 0; i < count; i++) {
        list[i].code = arena_copy(arena, map->c.pool + values[list[i].value].code);
        list[i].label = arena_copy(arena, map->c.pool + values[list[i].value].label);
    }
    facet->list = list;
    facet->listed = count;
}
