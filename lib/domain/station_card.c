/* station_card: one station's rows made into what a page shows. Reads only. */
#include "domain/station_card.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/config.h"
#include "core/db.h"
#include "core/dict.h"
#include "core/geo.h"
#include "core/text.h"
#include "domain/connector_state.h"
#include "domain/division.h"
#include "domain/payment.h"
#include "domain/station.h"

#define Q_STATION                                                                                            \
    "SELECT s.id, s.code, s.public_code, s.name, s.address, s.division_code, s.station_type, s.station_status AS status_code," \
    " s.construction AS construction_code, s.country_code, o.id AS operator_id, o.name AS operator,"          \
    " o.code AS operator_code, s.station_tel AS tel, COALESCE(NULLIF(s.service_tel, ''), o.service_tel, '') AS service_tel," \
    " s.busine_hours AS hours, s.electricity_fee, s.service_fee, s.park_fee, s.park_info, s.payment AS payment_text," \
    " s.payment_mask, s.site_guide, s.match_cars, NULLIF(s.park_nums, 0) AS park_nums, s.remark, s.lng AS gcj_lng,"  \
    " s.lat AS gcj_lat, s.received_datum, s.received_lng, s.received_lat"                                     \
    " FROM station s JOIN operator o ON o.id = s.operator_id"                                                 \
    " WHERE s.id = ? AND s.published = 1 AND s.removed_at IS NULL"
#define Q_CONNECTORS                                                                                         \
    "SELECT c.code, c.name, c.connector_type, COALESCE(c.power, e.power, 0), c.park_no, e.id, e.code, e.name," \
    " e.equipment_type, COALESCE(c.state, -1), CAST(COALESCE(UNIX_TIMESTAMP(c.state_at), 0) * 1000 AS SIGNED), c.id" \
    " FROM connector c JOIN equipment e ON e.id = c.equipment_id"                                             \
    " WHERE c.station_id = ? AND c.removed_at IS NULL ORDER BY e.equipment_type, e.code, c.code"

enum { KINDS = 8, MINUTE = 60000 };

struct row {
    int64_t     type, equipment_id, kind, state, told, id;
    double      power;
    const char *code, *name, *park_no, *equipment_code, *equipment_name;
};
static const struct db_column columns[] = {
    DB_TEXT(struct row, code), DB_TEXT(struct row, name), DB_INT(struct row, type), DB_REAL(struct row, power),
    DB_TEXT(struct row, park_no), DB_INT(struct row, equipment_id), DB_TEXT(struct row, equipment_code),
    DB_TEXT(struct row, equipment_name), DB_INT(struct row, kind), DB_INT(struct row, state), DB_INT(struct row, told),
    DB_INT(struct row, id),     DB_END };

struct kind { int64_t code, last_equipment; int equipment, connectors, free; double least, most; };

struct gather {
    struct work *work;
    HDF         *card;
    int64_t      now, stale, newest;
    int          listed, total, free, busy, fault, offline, unknown;
    double       most;
    struct kind  kinds[KINDS];
    size_t       kind_count;
};

/* --- small things ---------------------------------------------------------------------------------- */

static void set(struct work *work, HDF *node, const char *name, const char *value)
{
    NEOERR *error = value ? hdf_set_value(node, name, value) : NULL;
    if (error) {
        nerr_ignore(&error);
        fail_ours(work, "hdf_set_value: %s", name);
    }
}

static void set_int(struct work *work, HDF *node, const char *name, int64_t value)
{
    set(work, node, name, arena_printf(work->arena, "%lld", (long long)value));
}

static const char *get(HDF *node, const char *name)
{
    return hdf_get_value(node, name, "");
}

const char *age_words(struct arena *arena, int64_t then_ms, int64_t now_ms)
{
    int64_t minutes = (now_ms - then_ms) / MINUTE;

    if (then_ms <= 0)
        return "";
    if (minutes < 1)
        return "刚刚";
    if (minutes < 60)
        return arena_printf(arena, "%lld分钟前", (long long)minutes);
    if (minutes < 48 * 60)
        return arena_printf(arena, "%lld小时前", (long long)minutes / 60);
    return arena_printf(arena, "%lld天前", (long long)minutes / 1440);
}

static const char *power_words(struct arena *arena, double power)
{
    return power > 0 ? arena_printf(arena, "%.*f", power == floor(power) ? 0 : 1, power) : NULL;
}

/* --- connectors ------------------------------------------------------------------------------------- */

static struct kind *kind_of(struct gather *g, int64_t code)
{
    for (size_t i = 0; i < g->kind_count; i++)
        if (g->kinds[i].code == code)
            return &g->kinds[i];
    if (g->kind_count == KINDS)
        return &g->kinds[KINDS - 1];
    g->kinds[g->kind_count] = (struct kind){ .code = code };
    return &g->kinds[g->kind_count++];
}

static bool is_known(const struct gather *g, const struct row *r)
{
    return r->state >= 0 && r->told > 0 && g->now - r->told <= g->stale;
}

static void count_state(struct gather *g, const struct row *r, struct kind *kind)
{
    g->total++;
    if (!is_known(g, r)) {
        g->unknown++;
        return;
    }
    switch (r->state) {
    case CONNECTOR_FREE:    g->free++; kind->free++; break;
    case CONNECTOR_OFFLINE: g->offline++;            break;
    case CONNECTOR_FAULT:   g->fault++;              break;
    default:                g->busy++;               break;
    }
}

static void count_kind(struct kind *kind, const struct row *r)
{
    if (kind->last_equipment != r->equipment_id)        /* rows come ordered by kind and equipment */
        kind->equipment++;
    kind->last_equipment = r->equipment_id;
    kind->connectors++;
    if (r->power > 0) {
        kind->least = kind->least > 0 ? fmin(kind->least, r->power) : r->power;
        kind->most = fmax(kind->most, r->power);
    }
}

static void connector_list(struct gather *g, const struct row *r)
{
    struct work *work = g->work;
    char name[40], code[24];
    HDF *node;

    snprintf(name, sizeof name, "connectors.%d", g->listed++);
    NEOERR *error = hdf_get_node(g->card, name, &node);
    if (error) {
        nerr_ignore(&error);
        fail_ours(work, "hdf_get_node: %s", name);
    }
    bool known = is_known(g, r);
    snprintf(code, sizeof code, "%lld", (long long)r->state);
    set_int(work, node, "id", r->id);
    set(work, node, "code", r->code);
    set(work, node, "name", r->name);
    set(work, node, "type", dict_label_int("connector_type", r->type));
    set(work, node, "power", power_words(work->arena, r->power));
    set(work, node, "park_no", r->park_no);
    set(work, node, "equipment", *r->equipment_name ? r->equipment_name : r->equipment_code);
    set(work, node, "equipment_code", r->equipment_code);
    set(work, node, "kind", dict_label_int("equipment_type", r->kind));
    set(work, node, "state", known ? code : "unknown");
    set(work, node, "label", dict_label("connector_state", known ? code : "unknown"));
    if (r->told > 0) {
        set(work, node, "age", age_words(work->arena, r->told, g->now));
        set(work, node, "told", time_format(work->arena, r->told, "%Y-%m-%d %H:%M"));
        set(work, node, "state_told", known ? NULL : dict_label("connector_state", code));
    }
}

static void connector_row(void *row, void *arg)
{
    const struct row *r = row;
    struct gather *g = arg;
    struct kind *kind = kind_of(g, r->kind);

    count_state(g, r, kind);
    count_kind(kind, r);
    g->most = fmax(g->most, r->power);
    if (r->told > g->newest)
        g->newest = r->told;
    if (g->listed < CARD_CONNECTORS)
        connector_list(g, r);
}

static void kinds_set(struct gather *g)
{
    struct work *work = g->work;

    for (size_t i = 0; i < g->kind_count; i++) {
        const struct kind *kind = &g->kinds[i];
        const char *prefix = arena_printf(work->arena, "kinds.%zu.", i);
        const char *least = power_words(work->arena, kind->least), *most = power_words(work->arena, kind->most);
        set_int(work, g->card, arena_printf(work->arena, "%scode", prefix), kind->code);
        set(work, g->card, arena_printf(work->arena, "%slabel", prefix), dict_label_int("equipment_type", kind->code));
        set_int(work, g->card, arena_printf(work->arena, "%scount", prefix), kind->equipment);
        set_int(work, g->card, arena_printf(work->arena, "%sconnectors", prefix), kind->connectors);
        set_int(work, g->card, arena_printf(work->arena, "%sfree", prefix), kind->free);
        if (most)
            set(work, g->card, arena_printf(work->arena, "%spower", prefix),
                kind->least < kind->most ? arena_printf(work->arena, "%s–%s", least, most) : most);
    }
}

static void counts_set(struct gather *g)
{
    struct work *work = g->work;
    const struct { const char *name; int count; } counts[] = {
        { "total", g->total }, { "free", g->free }, { "busy", g->busy }, { "fault", g->fault },
        { "offline", g->offline }, { "unknown", g->unknown }, { "connectors_more", g->total - g->listed } };

    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
        set_int(work, g->card, counts[i].name, counts[i].count);
    set(work, g->card, "max_kw", power_words(work->arena, g->most));
    if (g->newest > 0) {
        set(work, g->card, "told", time_format(work->arena, g->newest, "%Y-%m-%d %H:%M"));
        set(work, g->card, "told_age", age_words(work->arena, g->newest, g->now));
    }
}

/* --- the station ---------------------------------------------------------------------------------------- */

static void place_set(struct work *work, HDF *card)
{
    const char *datum = get(card, "received_datum");
    struct point wgs = { atof(get(card, "received_lng")), atof(get(card, "received_lat")) };

    if (strcmp(datum, "wgs84") != 0 && *datum)
        wgs = geo_convert((struct point){ atof(get(card, "gcj_lng")), atof(get(card, "gcj_lat")) }, DATUM_GCJ02,
                          DATUM_WGS84);
    set(work, card, "lng", arena_printf(work->arena, "%.6f", wgs.lng));
    set(work, card, "lat", arena_printf(work->arena, "%.6f", wgs.lat));
    if (!*datum)
        set(work, card, "datum_unstated", "1");
}

static void labels_set(struct work *work, HDF *card)
{
    const char *payment = get(card, "payment_text");
    unsigned mask = (unsigned)atoi(get(card, "payment_mask"));

    set(work, card, "type", dict_label("station_type", get(card, "station_type")));
    set(work, card, "status", dict_label("station_status", get(card, "status_code")));
    set(work, card, "construction", dict_label("construction", get(card, "construction_code")));
    set(work, card, "payment", *payment ? payment : payment_words(work->arena, mask));
    set(work, card, "division", division_path(work, get(card, "division_code")));
    if (strcmp(get(card, "country_code"), "CN") != 0) {
        const char *country = dict_label("country", get(card, "country_code"));
        set(work, card, "country", *country ? country : get(card, "country_code"));
    }
}

bool station_card(struct work *work, int64_t station_id, HDF *card)
{
    if (!db_row(work, card, Q_STATION, I(station_id)))
        return false;
    place_set(work, card);
    labels_set(work, card);
    struct gather gather = { .work = work, .card = card, .now = clock_now(),
                             .stale = config_int("Map.StaleMinutes") * MINUTE };
    struct row row;
    db_each(work, columns, &row, connector_row, &gather, Q_CONNECTORS, I(station_id));
    kinds_set(&gather);
    counts_set(&gather);
    return true;
}
