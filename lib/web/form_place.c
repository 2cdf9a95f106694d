/* form_place: a field of kind=place: a position. What was typed and its datum are the value's text ("113.55,22.22 WGS-84");
 * the point in GCJ-02 follows from it (core/place.h), never the other way round. Five columns: lng, lat
 * (GCJ-02), typed_lng, typed_lat, datum. What makes a place doubtful but not wrong (outside the site) is said by whoever
 * registered form_places, on the page and in the detail view; it refuses nothing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/config.h"
#include "core/text.h"
#include "web/form_declared.h"
#include "web/web.h"

const struct form_places *form_places;

void form_places_register(const struct form_places *places) { form_places = places; }

static bool ends_with_datum(const char *text, enum datum *datum)
{
    const char *last = strrchr(text, ' ');
    return last && last[1] && datum_named(last + 1, datum);
}

/* "113.55" "22.22" "wgs84" -> "113.55,22.22 WGS-84"; one half alone may be the whole pair, pasted. */
const char *place_join(struct arena *arena, const char *lng, const char *lat, const char *datum)
{
    enum datum is, said;
    lng = text_normal(arena, lng);
    lat = text_normal(arena, lat);
    if (!*lng && !*lat)
        return "";
    const char *pair = *lng && *lat ? arena_printf(arena, "%s,%s", lng, lat) : *lng ? lng : lat;
    if (!datum_named(datum, &is) || ends_with_datum(pair, &said))
        return pair;
    return arena_printf(arena, "%s %s", pair, datum_label(is));
}

void values_put_place(struct form_values *values, const char *field, const char *lng, const char *lat, const char *datum)
{
    values_put(values, field, place_join(values->work->arena, lng, lat, datum));
}

/* Without its datum: "113.55,22.22". */
static const char *typed_pair(struct arena *arena, const char *text)
{
    enum datum datum;
    const char *last = strrchr(text, ' ');
    return ends_with_datum(text, &datum) ? arena_copy_n(arena, text, (size_t)(last - text)) : text;
}

void place_check(struct form_values *values, size_t i)
{
    const struct field *f = &values->form->fields[i];
    struct entry *e = &values->entries[i];
    struct arena *arena = values->work->arena;
    struct place *place = arena_alloc(arena, sizeof *place);
    const char *shown = utf8_cut(arena, e->text[0], 40);
    e->place = NULL;
    if (utf8_length(e->text[0]) > PLACE_TYPED) {
        values_refuse(values, i, "「%s」过长，请只填写经度和纬度，例如 113.553600,22.223200", f->label);
        return;
    }
    switch (place_read(arena, e->text[0], DATUM_GCJ02, place)) {
    case PLACE_GOOD:
        e->place = place;
        return;
    case PLACE_SWAPPED:
        values_refuse(values, i, "「%s」经纬度可能填反：经度“%s”、纬度“%s”，请对调后重新提交", f->label, place->lng, place->lat);
        return;
    case PLACE_HALF:
        values_refuse(values, i, "「%s」只有一个数，请同时填写经度和纬度，当前为“%s”", f->label, shown);
        return;
    case PLACE_RANGE:
        values_refuse(values, i, "「%s」超出范围：经度应在 -180 到 180 之间，纬度应在 -90 到 90 之间，分、秒应小于 60，当前为“%s”", f->label, shown);
        return;
    case PLACE_UNREADABLE:
        values_refuse(values, i, "「%s」无法识别，请填写经度和纬度，例如 113.553600 和 22.223200，或 113°33′13″ 和 22°13′24″，当前为“%s”", f->label, shown);
    }
}

bool values_place(const struct form_values *values, const char *field, struct place *place)
{
    const struct entry *e = values_entry(values, field);
    if (!e->count || !e->place)
        return false;
    *place = *e->place;
    return true;
}

/* --- columns ---------------------------------------------------------------------------------------------------- */

const char *place_column(size_t n)
{
    static const char *const names[PLACE_COLUMNS] = { "lng", "lat", "typed_lng", "typed_lat", "datum" };
    return names[n];
}

void place_binds(struct work *work, const struct entry *e, struct value binds[PLACE_COLUMNS])
{
    const struct place *place = e->count ? e->place : NULL;
    for (int c = 0; c < 4; c++)
        binds[c] = N();
    binds[4] = T(place ? datum_code(place->datum) : "");
    if (!place)
        return;
    const double numbers[] = { place->gcj.lng, place->gcj.lat, place->typed.lng, place->typed.lat };
    for (int c = 0; c < 4; c++)
        binds[c] = T(arena_printf(work->arena, "%.6f", numbers[c]));
}

/* A record made otherwise (from pushed data) has a point alone: it is read as GCJ-02. */
const char *place_stored(struct arena *arena, const char *const part[PLACE_COLUMNS])
{
    enum datum is;
    if (!*part[0] || !*part[1])
        return "";
    if (*part[2] && *part[3] && datum_named(part[4], &is))
        return arena_printf(arena, "%s,%s %s", part[2], part[3], datum_label(is));
    return arena_printf(arena, "%s,%s %s", part[0], part[1], datum_label(DATUM_GCJ02));
}

/* --- as people see it --------------------------------------------------------------------------------------------- */

const char *place_shown(struct work *work, const struct entry *e)
{
    struct place read;
    const struct place *place = e->place;
    if (!place && place_read(work->arena, e->text[0], DATUM_GCJ02, &read) == PLACE_GOOD)
        place = &read;                                       /* an earlier version, as it was kept */
    if (!place)
        return e->text[0];
    const char *point = arena_printf(work->arena, "%.6f，%.6f（GCJ-02）", place->gcj.lng, place->gcj.lat);
    return place->datum == DATUM_GCJ02 ? point
         : arena_printf(work->arena, "%s；填报值 %.6f，%.6f（%s）", point, place->typed.lng, place->typed.lat, datum_label(place->datum));
}

/* The static picture; drawn in WGS-84 as the map is. */
static const char *picture_path(struct arena *arena, const struct place *place)
{
    struct point wgs = geo_convert(place->gcj, DATUM_GCJ02, DATUM_WGS84);
    return arena_printf(arena, "/place/map.png?lng=%.5f&lat=%.5f", wgs.lng, wgs.lat);
}

static const char *doubt(struct work *work, const struct form_values *values, const struct field *f, const struct place *place)
{
    const char *division = "";
    for (size_t i = 0; i < values->form->count && !*division; i++)
        if (values->form->fields[i].kind == FIELD_DIVISION && values->entries[i].count)
            division = values->entries[i].text[0];
    (void)f;
    return form_places ? form_places->doubt(work, place->gcj, division) : NULL;
}

void place_fact(const struct form_values *values, size_t i, HDF *fact)
{
    const struct entry *e = &values->entries[i];
    if (!e->count || !e->place)
        return;
    view_set(fact, "Map", picture_path(values->work->arena, e->place));
    view_set(fact, "Doubt", doubt(values->work, values, &values->form->fields[i], e->place));
    view_set(fact, "Review", config_text("Site.MapReviewNumber"));
}

/* node.{Lng, Lat, Datum, Datums.N, Map, Doubt, Wgs.{lng, lat}} and what a script needs to draw the ground. */
void place_to_page(const struct form_values *values, size_t i, HDF *node)
{
    static const char *const hints[] = { [DATUM_WGS84] = "GPS、北斗、天地图（CGCS2000）", [DATUM_GCJ02] = "高德、腾讯地图",
                                         [DATUM_BD09] = "百度地图" };
    static const enum datum order[] = { DATUM_GCJ02, DATUM_WGS84, DATUM_BD09 };
    const struct entry *e = &values->entries[i];
    struct arena *arena = values->work->arena;
    enum datum datum = DATUM_GCJ02;
    const char *text = e->count ? e->text[0] : "", *pair = typed_pair(arena, text);
    struct place place;
    if (*text)
        ends_with_datum(text, &datum);
    enum place_fault fault = *text ? place_read(arena, text, DATUM_GCJ02, &place) : PLACE_UNREADABLE;
    bool halves = *text && (fault == PLACE_GOOD || fault == PLACE_SWAPPED || fault == PLACE_RANGE) && *place.lat;
    view_set(node, "Lng", halves ? place.lng : pair);
    view_set(node, "Lat", halves ? place.lat : "");
    for (size_t d = 0; d < 3; d++) {
        HDF *option = view_node(node, arena_printf(arena, "Datums.%zu", d));
        view_set(option, "Value", datum_code(order[d]));
        view_set(option, "Label", datum_label(order[d]));
        view_set(option, "Hint", hints[order[d]]);
        if (order[d] == datum)
            view_set(option, "Checked", "1");
    }
    view_set(node, "Division", config_text("Site.Division.Code"));
    view_set(node, "Tiles", config_text("Map.TileUrl"));
    view_set(node, "Credit", config_text("Map.TileAttribution"));
    view_set(node, "Review", config_text("Site.MapReviewNumber"));
    struct point home = form_places ? form_places->home() : (struct point){ 0 };
    if (form_places)
        view_setf(node, "Home", "%.5f,%.5f", home.lng, home.lat);
    if (fault != PLACE_GOOD)
        return;
    view_set(node, "Map", picture_path(arena, &place));
    view_set(node, "Doubt", doubt(values->work, values, &values->form->fields[i], &place));
}

void place_assets(HDF *page)
{
    static const char *const styles[] = { "/vendor/leaflet.css", "/css/land.css", "/css/place.css" };
    static const char *const scripts[] = { "/vendor/leaflet.js", "/js/map-land.js", "/js/place.js" };
    char name[24];
    for (size_t i = 0; i < sizeof styles / sizeof *styles; i++) {
        snprintf(name, sizeof name, "Styles.place%zu", i);
        view_set(page, name, styles[i]);
        snprintf(name, sizeof name, "Scripts.place%zu", i);
        view_set(page, name, scripts[i]);
    }
}
