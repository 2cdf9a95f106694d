/* place: see the header. One converter for all: the browser asks here instead of knowing datums itself. */
#include "place.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/place.h"
#include "core/text.h"
#include "domain/doubt.h"
#include "draw/staticmap.h"

enum { PICTURE_WIDTH = 560, PICTURE_HEIGHT = 300, PICTURE_ZOOM = 12 };

void place_picture(struct request *rq)
{
    size_t size;
    int zoom = form_has(rq, "zoom") ? (int)form_int(rq, "zoom") : PICTURE_ZOOM;
    struct point at = form_has(rq, "lng") && form_has(rq, "lat") ? (struct point){ form_real(rq, "lng"), form_real(rq, "lat") } : place_home();
    void *png = static_map_png(rq->work.arena, at.lng, at.lat, zoom, PICTURE_WIDTH, PICTURE_HEIGHT, &size);
    if (!png)
        fail_ours(&rq->work, "picture of a position could not be drawn");
    header_add(rq, "Cache-Control", "private, max-age=86400");
    answer(rq, 200, "image/png", png, size);
}

static const char *fault_words(enum place_fault fault)
{
    switch (fault) {
    case PLACE_SWAPPED: return "经纬度可能填反，请对调经度和纬度。";
    case PLACE_HALF:    return "请同时填写经度和纬度。";
    case PLACE_RANGE:   return "超出范围：经度应在 -180 到 180 之间，纬度应在 -90 到 90 之间，分、秒应小于 60。";
    default:            return "无法识别，请填写经度和纬度，例如 113.553600 和 22.223200，或 113°33′13″ 和 22°13′24″。";
    }
}

static void add_pair(json_t *object, const struct place *place, enum datum datum)
{
    struct point p = geo_convert(place->typed, place->datum, datum);
    char text[2][24];
    snprintf(text[0], sizeof text[0], "%.6f", p.lng);
    snprintf(text[1], sizeof text[1], "%.6f", p.lat);
    json_object_set_new(object, datum_code(datum), json_pack("[s, s]", text[0], text[1]));
}

/* {fault: "" | "half" | "swapped" | "range" | "unreadable", words, datum, typed: [lng, lat], gcj02: [..], wgs84, bd09, doubt} */
void place_reading(struct request *rq)
{
    static const char *const faults[] = { [PLACE_GOOD] = "", [PLACE_UNREADABLE] = "unreadable", [PLACE_HALF] = "half",
                                          [PLACE_SWAPPED] = "swapped", [PLACE_RANGE] = "range" };
    struct arena *arena = rq->work.arena;
    const char *lng = form_text(rq, "lng"), *lat = form_text(rq, "lat");
    enum datum datum = DATUM_GCJ02;
    struct place place;
    if (*form_text(rq, "datum"))
        (void)datum_named(form_text(rq, "datum"), &datum);
    enum place_fault fault = place_read(arena, *lat ? arena_printf(arena, "%s,%s", lng, lat) : lng, datum, &place);
    json_t *object = json_pack("{s:s, s:s, s:s, s:[s, s]}", "fault", faults[fault], "words", fault ? fault_words(fault) : "",
                               "datum", datum_code(place.datum), "typed", place.lng, place.lat);
    if (!fault) {
        const char *doubt = place_doubt(&rq->work, place.gcj, form_text(rq, "division"));
        for (int d = 0; d < 3; d++)
            add_pair(object, &place, (enum datum)d);
        json_object_set_new(object, "doubt", json_string(doubt ? doubt : ""));
    }
    char *text = json_dumps(object, JSON_COMPACT);
    json_decref(object);
    const char *body = arena_copy(arena, text ? text : "{}");
    free(text);
    answer(rq, 200, "application/json; charset=utf-8", body, strlen(body));
}
