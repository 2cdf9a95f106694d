/* map_source: pages of stations and their connectors, in id order, to the map's builder. */
#include "domain/map_source.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/config.h"
#include "core/db.h"
#include "core/log.h"
#include "core/side.h"
#include "core/text.h"
#include "domain/map_facets.h"
#include "domain/station.h"
#include "map/map_build.h"

enum { PAGE = 2000, TOLD_CHUNK = 256, CATCH_UP_SECONDS = 60 };

#define Q_STATIONS                                                                                           \
    "SELECT s.id, s.lng, s.lat, s.received_datum, COALESCE(s.received_lng, 0), COALESCE(s.received_lat, 0), s.name," \
    " s.address, s.busine_hours, s.electricity_fee, s.service_fee, s.division_code, s.country_code,"          \
    " COALESCE(s.station_type, -1), s.station_status, s.payment_mask, o.code, o.name"                         \
    " FROM station s JOIN operator o ON o.id = s.operator_id"                                                 \
    " WHERE s.id > ? AND s.published = 1 AND s.removed_at IS NULL ORDER BY s.id LIMIT ?"
#define Q_CONNECTORS                                                                                         \
    "SELECT c.station_id, c.id, COALESCE(c.state, -1), c.state_version,"                                      \
    " CAST(COALESCE(UNIX_TIMESTAMP(c.state_at), 0) * 1000 AS SIGNED), e.equipment_type, COALESCE(c.power, e.power, 0)" \
    " FROM connector c JOIN equipment e ON e.id = c.equipment_id"                                             \
    " WHERE c.station_id BETWEEN ? AND ? AND c.removed_at IS NULL ORDER BY c.station_id, c.id"
#define Q_TOLD                                                                                               \
    "SELECT id, COALESCE(state, -1), state_version, CAST(UNIX_TIMESTAMP(state_at) * 1000 AS SIGNED)"          \
    " FROM connector WHERE state_at >= ? AND removed_at IS NULL"

struct station_row {
    int64_t     id, type, status, payment;
    double      lng, lat, received_lng, received_lat;
    const char *datum, *name, *address, *hours, *electricity_fee, *service_fee, *division, *country, *operator_code,
               *operator_name;
};
static const struct db_column station_columns[] = {
    DB_INT(struct station_row, id), DB_REAL(struct station_row, lng), DB_REAL(struct station_row, lat),
    DB_TEXT(struct station_row, datum), DB_REAL(struct station_row, received_lng),
    DB_REAL(struct station_row, received_lat), DB_TEXT(struct station_row, name), DB_TEXT(struct station_row, address),
    DB_TEXT(struct station_row, hours), DB_TEXT(struct station_row, electricity_fee),
    DB_TEXT(struct station_row, service_fee), DB_TEXT(struct station_row, division),
    DB_TEXT(struct station_row, country), DB_INT(struct station_row, type), DB_INT(struct station_row, status),
    DB_INT(struct station_row, payment), DB_TEXT(struct station_row, operator_code),
    DB_TEXT(struct station_row, operator_name), DB_END };

struct connector_row { int64_t station_id, id, state, version, told, kind; double power; };
static const struct db_column connector_columns[] = {
    DB_INT(struct connector_row, station_id), DB_INT(struct connector_row, id), DB_INT(struct connector_row, state),
    DB_INT(struct connector_row, version), DB_INT(struct connector_row, told), DB_INT(struct connector_row, kind),
    DB_REAL(struct connector_row, power), DB_END };

struct page {
    struct map_builder       *builder;
    struct map_facets        *facets;
    struct work              *side;
    int                       turn;          /* map_build_turn() */
    struct station_row        stations[PAGE];
    size_t                    count;
    struct map_connector_new *connectors;    /* of the station being gathered; grows, kept over pages */
    size_t                    connector_count, connector_room;
    size_t                    at;            /* the station being gathered */
    unsigned                  kinds;
    double                    power;
    int64_t                   after, stations_built, connectors_built;
};

/* --- one station ---------------------------------------------------------------------------------- */

static struct point place_of(const struct station_row *s)
{
    if (strcmp(s->datum, "wgs84") == 0 || !*s->datum)          /* the pair as received is better than a round trip */
        return (struct point){ s->received_lng, s->received_lat };
    return geo_convert((struct point){ s->lng, s->lat }, DATUM_GCJ02, DATUM_WGS84);
}

static const char *price_of(struct arena *arena, const struct station_row *s)
{
    if (!*s->service_fee)
        return s->electricity_fee;
    return arena_printf(arena, "%s%s服务费 %s", s->electricity_fee, *s->electricity_fee ? "；" : "", s->service_fee);
}

static uint16_t flags_of(int64_t status)
{
    return status == STATION_MAINTENANCE ? MAP_FLAG_MAINTENANCE : status == STATION_CLOSED ? MAP_FLAG_CLOSED
         : status == STATION_BUILDING ? MAP_FLAG_BUILDING : 0;
}

static void station_build(struct page *page)
{
    const struct station_row *s = &page->stations[page->at];
    struct map_facets *facets = page->facets;
    const struct map_station_new station = {
        .id = s->id, .at = place_of(s), .name = s->name, .address = s->address,
        .price = price_of(page->side->arena, s), .hours = s->hours,
        .facet = { [MAP_OPERATOR] = map_builder_value(page->builder, MAP_OPERATOR, s->operator_code, s->operator_name),
                   [MAP_DIVISION] = map_facet_division(facets, page->side, s->division, s->country),
                   [MAP_STATION_TYPE] = map_facet_type(facets, s->type),
                   [MAP_SCALE] = map_facet_scale(facets, page->connector_count),
                   [MAP_EQUIPMENT_KIND] = (uint16_t)page->kinds,
                   [MAP_PAYMENT] = map_facet_payment(facets, (unsigned)s->payment) },
        .max_kw = (uint16_t)fmin(65535, ceil(page->power)), .flags = flags_of(s->status),
        .connectors = page->connectors, .connector_count = page->connector_count };

    if (map_builder_station(page->builder, &station)) {
        page->stations_built++;
        page->connectors_built += (int64_t)page->connector_count;
    } else                                       /* never left off silently */
        log_line(LOG_WARN_, page->side, "map.left-out", "station=%lld connectors=%zu: no valid place, or too many connectors",
                 (long long)s->id, page->connector_count);
    page->at++;
    page->connector_count = 0;
    page->kinds = 0;
    page->power = 0;
}

/* --- a page ------------------------------------------------------------------------------------- */

static void station_keep(void *row, void *arg)
{
    struct page *page = arg;
    struct arena *arena = page->side->arena;
    struct station_row *s = &page->stations[page->count++];

    *s = *(struct station_row *)row;
    const char **texts[] = { &s->datum, &s->name, &s->address, &s->hours, &s->electricity_fee, &s->service_fee,
                             &s->division, &s->country, &s->operator_code, &s->operator_name };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        *texts[i] = arena_copy(arena, *texts[i]);
}

struct gathered { struct connector_row *rows; size_t count, room; };

/* Kept, not built at once: building looks divisions up, which it must not while rows stream. */
static void connector_keep(void *row, void *arg)
{
    struct gathered *all = arg;

    if (all->count == all->room) {
        all->room = all->room ? all->room * 2 : 4096;
        all->rows = realloc(all->rows, all->room * sizeof *all->rows);
        if (!all->rows)
            abort();
    }
    all->rows[all->count++] = *(struct connector_row *)row;
}

static void connector_add(struct page *page, const struct connector_row *c)
{
    if (page->connector_count == page->connector_room) {
        page->connector_room = page->connector_room ? page->connector_room * 2 : 256;
        page->connectors = realloc(page->connectors, page->connector_room * sizeof *page->connectors);
        if (!page->connectors)
            abort();
    }
    page->connectors[page->connector_count++] = (struct map_connector_new){
        .id = c->id, .state = (int)c->state, .version = (uint32_t)c->version, .told_at_ms = c->told };
    page->kinds |= map_facet_kind(page->facets, c->kind);
    page->power = fmax(page->power, c->power);
}

static void gathered_free(void *thing)
{
    struct gathered *all = thing;

    free(all->rows);
    all->rows = NULL;
}

static void page_read(struct work *side, void *arg)
{
    struct page *page = arg;
    struct station_row station;
    struct connector_row connector;
    struct gathered *all = arena_alloc(side->arena, sizeof *all);

    work_defer(side, gathered_free, all);
    page->count = page->at = page->connector_count = 0;
    db_each(side, station_columns, &station, station_keep, page, Q_STATIONS, I(page->after), I(PAGE));
    if (page->count == 0)
        return;
    db_each(side, connector_columns, &connector, connector_keep, all, Q_CONNECTORS, I(page->stations[0].id),
            I(page->stations[page->count - 1].id));
    for (size_t i = 0; i < all->count; i++) {
        while (page->at < page->count && page->stations[page->at].id < all->rows[i].station_id)
            station_build(page);
        if (page->at < page->count && page->stations[page->at].id == all->rows[i].station_id)
            connector_add(page, &all->rows[i]);                 /* else: of a station that is not published */
    }
    while (page->at < page->count)
        station_build(page);
    page->after = page->stations[page->count - 1].id;
}

/* --- the whole ------------------------------------------------------------------------------------ */

static uint32_t stale_seconds(void)
{
    return (uint32_t)config_int("Map.StaleMinutes") * 60;
}

struct map *map_shared(struct work *work)
{
    static struct map *map;

    if (!map)
        map = map_open(path_in_var("map"));
    if (!map) {
        log_line(LOG_ERROR_, work, "map.open", "%s", strerror(errno));
        fail(work, FAIL_UNAVAILABLE, "%s", "");
    }
    return map;
}

static void page_free(void *thing)
{
    struct page *page = thing;

    if (page->builder)
        map_builder_drop(page->builder);
    free(page->connectors);
    close(page->turn);
    free(page);
}

struct catch_up { int seconds; size_t news; };

static void catch_up(struct work *side, void *arg)
{
    struct catch_up *since = arg;

    since->news = map_sweep(side, since->seconds);
}

int64_t map_rebuild(struct work *work)
{
    struct map *map = map_shared(work);
    struct page *page = calloc(1, sizeof *page);

    if (!page)
        abort();
    page->turn = map_build_turn(map);
    if (page->turn < 0) {
        free(page);
        fail_ours(work, "map.build: turn: %s", strerror(errno));
    }
    work_defer(work, page_free, page);
    int64_t started = clock_now();
    page->builder = map_builder_new();
    page->side = side_open(work);
    page->facets = map_facets_new(work, page->side, page->builder);
    do
        side_run(work, page->side, WORK_READ, page_read, page);
    while (page->count == PAGE);
    struct map_builder *builder = page->builder;
    page->builder = NULL;                                       /* finish frees it in any case */
    if (!map_builder_finish(builder, map, clock_now(), stale_seconds()))
        fail_ours(work, "map.build: %s", strerror(errno));
    struct catch_up since = { .seconds = (int)((clock_now() - started) / 1000) + CATCH_UP_SECONDS };
    side_run(work, page->side, WORK_READ, catch_up, &since);
    log_line(LOG_INFO_, work, "map.build", "stations=%lld connectors=%lld told_meanwhile=%zu ms=%lld",
             (long long)page->stations_built, (long long)page->connectors_built, since.news,
             (long long)(clock_now() - started));
    return page->stations_built;
}

struct sweep { struct map *map; struct map_told told[TOLD_CHUNK]; size_t count, news; };
struct told_row { int64_t id, state, version, at; };

static void sweep_flush(struct sweep *sweep)
{
    sweep->news += map_states_put(sweep->map, sweep->told, sweep->count);
    sweep->count = 0;
}

static void sweep_row(void *row, void *arg)
{
    const struct told_row *r = row;
    struct sweep *sweep = arg;

    sweep->told[sweep->count++] = (struct map_told){ r->id, (int)r->state, (uint32_t)r->version, r->at };
    if (sweep->count == TOLD_CHUNK)
        sweep_flush(sweep);
}

size_t map_sweep(struct work *work, int seconds)
{
    static const struct db_column columns[] = {
        DB_INT(struct told_row, id), DB_INT(struct told_row, state), DB_INT(struct told_row, version),
        DB_INT(struct told_row, at), DB_END };
    struct sweep sweep = { .map = map_shared(work) };
    struct told_row row;

    db_each(work, columns, &row, sweep_row, &sweep, Q_TOLD,
            T(time_sql(work->arena, clock_now() - (int64_t)seconds * 1000)));
    sweep_flush(&sweep);
    return sweep.news;
}

size_t map_stale(struct work *work)
{
    return map_mark_stale(map_shared(work), clock_now(), stale_seconds());
}
