/* status_push: see the header. A push costs three writes: replay guard, state, log. Connector ids never
 * change, so a process remembers them; whether a connector still exists is asked by the UPDATE itself. */
#include "domain/status_push.h"

#include <stdio.h>
#include <string.h>

#include "core/config.h"
#include "core/db.h"
#include "core/log.h"
#include "core/text.h"
#include "domain/connector_state.h"
#include "domain/seen.h"
#include "map/map.h"

enum { REMEMBERED = 4096, CODE_MAX = 50 };

struct place {
    int64_t operator_id, connector_id;
    char    code[CODE_MAX + 1];
    char    station_code[41];
};

static struct place *place_for(int64_t operator_id, const char *code)
{
    static struct place places[REMEMBERED];         /* untouched pages cost nothing */
    uint32_t hash = 2166136261u ^ (uint32_t)operator_id;
    for (const char *c = code; *c; c++)
        hash = (hash ^ (uint8_t)*c) * 16777619u;
    return &places[hash % REMEMBERED];
}

struct place_row { int64_t connector_id; const char *station_code; };
static const struct db_column place_columns[] = {
    DB_INT(struct place_row, connector_id), DB_TEXT(struct place_row, station_code), DB_END };

/* NULL: the operator has no such connector. */
static struct place *place_read(struct work *work, int64_t operator_id, const char *code, struct place *place)
{
    struct place_row row;
    if (!db_struct(work, place_columns, &row,
                   "SELECT c.id, s.code FROM connector c JOIN station s ON s.id = c.station_id"
                   " WHERE c.operator_id = ? AND c.code = ? AND c.removed_at IS NULL", I(operator_id), T(code)))
        return NULL;
    *place = (struct place){ .operator_id = operator_id, .connector_id = row.connector_id };
    snprintf(place->code, sizeof place->code, "%s", code);
    snprintf(place->station_code, sizeof place->station_code, "%s", row.station_code);
    return place;
}

/* The standard lets a StationID be padded with zeros on the left. */
static bool station_same(const char *a, const char *b)
{
    return strcmp(a + strspn(a, "0"), b + strspn(b, "0")) == 0;
}

static struct place *place_find(struct work *work, int64_t operator_id, const struct status_item *item)
{
    struct place *place = place_for(operator_id, item->connector_code);
    bool held = place->operator_id == operator_id && strcmp(place->code, item->connector_code) == 0;
    bool fits = held && (!*item->station_code || station_same(place->station_code, item->station_code));
    if (!fits)      /* not remembered, or the connector may have moved to another station */
        place = place_read(work, operator_id, item->connector_code, place);
    return place && (!*item->station_code || station_same(place->station_code, item->station_code)) ? place : NULL;
}

static void unknown_note(struct work *work, struct push_outcome *out, const struct status_item *item)
{
    if (out->unknown_count++ == 0)
        out->unknown = *item->station_code
            ? arena_printf(work->arena, "StationID %s 的 ConnectorID %s", item->station_code, item->connector_code)
            : arena_printf(work->arena, "ConnectorID %s", item->connector_code);
}

static void item_tell(struct work *work, int64_t operator_id, int64_t at_ms, const struct status_item *item,
                      int64_t connector_id, struct push_outcome *out)
{
    uint32_t version = 0;
    if (!connector_state_tell(work, connector_id, item->status, item->park_status, item->lock_status, at_ms, &version)) {
        place_for(operator_id, item->connector_code)->operator_id = 0;       /* removed since it was remembered */
        unknown_note(work, out, item);
    } else if (version) {
        out->told[out->told_count++] = (struct told_state){ connector_id, item->status, version, at_ms };
    }
}

static void items_store(struct work *work, int64_t operator_id, const uint8_t *digest, int64_t at_ms,
                        const struct status_item *items, size_t count, struct push_outcome *out)
{
    int64_t *ids = arena_alloc(work->arena, count * sizeof *ids);
    size_t known = 0;
    memset(out, 0, sizeof *out);
    out->told = arena_alloc(work->arena, count * sizeof *out->told);
    for (size_t i = 0; i < count; i++) {
        struct place *place = place_find(work, operator_id, &items[i]);
        ids[i] = place ? place->connector_id : 0;
        known += place != NULL;
        if (!place)
            unknown_note(work, out, &items[i]);
    }
    if (!known)
        return;
    if (digest && !seen_first(work, digest)) {
        out->replayed = true;
        return;
    }
    for (size_t i = 0; i < count; i++)
        if (ids[i])
            item_tell(work, operator_id, at_ms, &items[i], ids[i], out);
}

void status_push_store(struct work *work, int64_t operator_id, const uint8_t digest[32],
                       const struct status_item *items, size_t count, struct push_outcome *out)
{
    items_store(work, operator_id, digest, work->now, items, count, out);
}

void status_answer_store(struct work *work, int64_t operator_id, int64_t at_ms, const struct status_item *items,
                         size_t count, struct push_outcome *out)
{
    items_store(work, operator_id, NULL, at_ms, items, count, out);
}

void status_push_show(struct work *work, const struct push_outcome *outcome)
{
    static struct map *map;           /* one for the life of the process */
    if (!map)
        map = map_open(path_in_var("map"));
    if (!map)
        log_line(LOG_ERROR_, work, "exchange.map", "the map's folder cannot be opened; the next build shows the states");
    for (size_t i = 0; map && i < outcome->told_count; i++) {
        const struct told_state *told = &outcome->told[i];
        map_state_put(map, told->connector_id, told->state, told->version, told->at_ms);
    }
}
