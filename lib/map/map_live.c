/* Connector states while the file is in use. Everything a station shows is a pure function of its connectors
 * and is computed afresh from them with each change, so nothing can drift; a writer that dies half-way leaves the
 * mark in `control`, and the next one recounts. Readers look on without a lock: they may see one station between
 * two states, never a wrong number of stations. */
#include "map/map_file.h"

#include <string.h>

#define STATE_UNKNOWN 254

uint8_t map_state_byte(int state)
{
    return (state >= 0 && state <= 4) || state == 255 ? (uint8_t)state : STATE_UNKNOWN;
}

uint32_t map_seconds(int64_t milliseconds)
{
    const int64_t seconds = milliseconds / 1000;
    return seconds < 0 ? 0 : seconds > UINT32_MAX ? UINT32_MAX : (uint32_t)seconds;
}

/* map.h, enum map_class */
static enum map_class class_from(uint32_t total, uint32_t free, uint32_t busy, uint32_t fault, uint32_t offline)
{
    if (free)
        return MAP_FREE;
    if (!total || free + busy + fault + offline < total)
        return MAP_UNKNOWN;
    return busy ? MAP_FULL : fault ? MAP_FAULT : MAP_OFFLINE;
}

static void station_sum(const struct map_header *file, struct map_columns *c, size_t row)
{
    enum { FREE, BUSY, FAULT, OFFLINE, UNKNOWN, KINDS };
    uint32_t sum[KINDS] = { 0 }, newest = 0, oldest = UINT32_MAX;
    const size_t end = (size_t)c->first[row] + c->total[row];
    for (size_t i = c->first[row]; i < end; i++) {
        const uint8_t state = c->counted[i];
        const int kind = state == 1 ? FREE : state >= 2 && state <= 4 ? BUSY : state == 255 ? FAULT
                       : state == 0 ? OFFLINE : UNKNOWN;
        sum[kind]++;
        if (c->told[i] > newest)
            newest = c->told[i];
        if (kind != UNKNOWN && c->told[i] && c->told[i] < oldest)
            oldest = c->told[i];
    }
    c->free[row] = (uint16_t)sum[FREE];
    c->busy[row] = (uint16_t)sum[BUSY];
    c->fault[row] = (uint16_t)sum[FAULT];
    c->offline[row] = (uint16_t)sum[OFFLINE];
    c->newest[row] = newest;
    c->oldest[row] = oldest == UINT32_MAX ? 0 : oldest;
    const enum map_class is = class_from(c->total[row], sum[FREE], sum[BUSY], sum[FAULT], sum[OFFLINE]);
    const uint64_t bit = 1ULL << row % 64;
    for (int k = 0; k < MAP_UNKNOWN; k++) {
        uint64_t *word = &c->classes[(size_t)k * file->words + row / 64];
        const uint64_t now = is == (enum map_class)k ? *word | bit : *word & ~bit;
        if (now != *word)
            __atomic_store_n(word, now, __ATOMIC_RELAXED);
    }
}

void map_recount(struct map_header *file, struct map_columns *c, uint32_t stale_before)
{
    for (size_t i = 0; i < file->connectors; i++)
        c->counted[i] = c->told[i] < stale_before ? STATE_UNKNOWN : c->state[i];
    for (size_t row = 0; row < file->rows; row++)
        station_sum(file, c, row);
}

/* Where the connector is in the columns; SIZE_MAX: not in the set. */
static size_t connector_find(const struct map *map, int64_t id)
{
    size_t low = 0, high = map->file->connectors;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (map->c.connector_id[middle] < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < map->file->connectors && map->c.connector_id[low] == id ? map->c.connector_at[low] : SIZE_MAX;
}

static bool told_take(struct map *map, const struct map_told *told)
{
    struct map_columns *c = &map->c;
    const size_t at = connector_find(map, told->connector_id);
    if (at == SIZE_MAX || told->version <= c->version[at])
        return false;
    c->version[at] = told->version;
    c->told[at] = map_seconds(told->told_at_ms);
    c->state[at] = map_state_byte(told->state);
    c->counted[at] = c->told[at] < map->control->stale_before ? STATE_UNKNOWN : c->state[at];
    station_sum(map->file, c, c->owner[at]);
    __atomic_fetch_add(&map->control->changes, 1, __ATOMIC_RELEASE);
    return true;
}

size_t map_states_put(struct map *map, const struct map_told *told, size_t count)
{
    size_t taken = 0;
    if (!map_lock(map))
        return 0;
    if (map_writable(map))
        for (size_t i = 0; i < count; i++)
            taken += told_take(map, &told[i]);
    map_unlock(map);
    return taken;
}

bool map_state_put(struct map *map, int64_t connector_id, int state, uint32_t version, int64_t told_at_ms)
{
    const struct map_told told = { connector_id, state, version, told_at_ms };
    return map_states_put(map, &told, 1) == 1;
}

size_t map_mark_stale(struct map *map, int64_t now_ms, uint32_t stale_after_s)
{
    const uint32_t now = map_seconds(now_ms), before = now > stale_after_s ? now - stale_after_s : 0;
    size_t marked = 0;
    if (!map_lock(map))
        return 0;
    map->control->stale_before = before;
    if (map_writable(map)) {
        struct map_columns *c = &map->c;
        for (size_t i = 0; i < map->file->connectors; i++) {
            if (c->told[i] >= before || c->counted[i] == STATE_UNKNOWN)
                continue;
            c->counted[i] = STATE_UNKNOWN;
            station_sum(map->file, c, c->owner[i]);
            marked++;
        }
    }
    if (marked)
        __atomic_fetch_add(&map->control->changes, 1, __ATOMIC_RELEASE);
    map_unlock(map);
    return marked;
}
