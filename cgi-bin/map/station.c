/* station: one station's card on the map, its page, its QR code and its picture. */
#include <stdlib.h>
#include <string.h>

#include "core/config.h"
#include "core/text.h"
#include "domain/charging.h"
#include "domain/label.h"
#include "domain/station_card.h"
#include "draw/qr.h"
#include "draw/staticmap.h"
#include "map_page.h"

enum { QR_SCALE = 6, PICTURE_WIDTH = 640, PICTURE_HEIGHT = 360, PICTURE_ZOOM = 13 };

static void card_fill(struct request *rq, int64_t id)
{
    HDF *card = view_node(rq->page, "Station");
    if (!station_card(&rq->work, id, card))
        fail(&rq->work, FAIL_MISSING, "没有找到这座充电站，可能已经撤除或不再对外开放。");
    int64_t free_ = atoi(view_get(card, "free")), busy = atoi(view_get(card, "busy")), total = atoi(view_get(card, "total"));
    int64_t fault = atoi(view_get(card, "fault")), unknown = atoi(view_get(card, "unknown"));
    /* the same rule as enum map_class */
    enum map_class state = free_ ? MAP_FREE : unknown || !total ? MAP_UNKNOWN : busy ? MAP_FULL : fault ? MAP_FAULT : MAP_OFFLINE;
    view_set(card, "class", class_key(state));
    view_set(card, "class_label", class_label(state));
    view_set(card, "name_url", url_text(rq->work.arena, view_get(card, "name")));
    view_set(card, "address_url", url_text(rq->work.arena, view_get(card, "address")));
}

static void card_load(struct request *rq) { card_fill(rq, form_int(rq, "id")); }

/* By the public code: what is stuck on a wall outlives the numbers of a database. */
static const char *station_address(struct request *rq)
{
    return arena_printf(rq->work.arena, "%s/map/station/%s", public_address(rq), view_get(rq->page, "Station.public_code"));
}

void station_card_part(struct request *rq)
{
    card_load(rq);
    header_add(rq, "Cache-Control", "no-cache");
    page(rq, "map/card.cst");
}

/* Where the public tells us something about what it looks at; not offered until the area that answers has a page. */
static void ways_to_page(struct request *rq)
{
    const char *feedback = config_text("Public.FeedbackPath"), *repair = config_text("Public.RepairPath");
    const char *code = view_get(rq->page, "Station.public_code"), *equipment = view_get(rq->page, "EquipmentCode");
    const char *query = arena_printf(rq->work.arena, "?station=%s&equipment=%s", code, equipment);
    if (*feedback)
        view_setf(rq->page, "Feedback", "%s%s", feedback, query);
    if (*repair)
        view_setf(rq->page, "Repair", "%s%s", repair, query);
}

static void draw(struct request *rq)
{
    view_set(rq->page, "Title", view_get(rq->page, "Station.name"));
    view_set(rq->page, "Menu", "map");
    view_set(rq->page, "Crumbs.0.Label", "首页");
    view_set(rq->page, "Crumbs.0.Path", "/");
    view_set(rq->page, "Crumbs.1.Label", "充电地图");
    view_set(rq->page, "Crumbs.1.Path", "/map");
    view_set(rq->page, "Crumbs.2.Label", view_get(rq->page, "Station.name"));
    view_set(rq->page, "Column.Name", "充电地图");
    view_set(rq->page, "Column.Type", "公共服务");
    view_set(rq->page, "Address", station_address(rq));
    ways_to_page(rq);
    if (charging_at_station(&rq->work, atoll(view_get(rq->page, "Station.id"))))
        view_set(rq->page, "Charging", "1");
    page(rq, "map/station.cst");
}

void station_page(struct request *rq)
{
    card_load(rq);
    draw(rq);
}

/* A QR code's target; typed by hand it may be in small letters. */
static void by_code(struct request *rq, enum label_of of)
{
    char *code = arena_copy(rq->work.arena, form_text(rq, "code"));
    const char *equipment;
    for (char *c = code; *c; c++)
        *c = *c >= 'a' && *c <= 'z' ? *c - 32 : *c;
    int64_t id = label_station(&rq->work, of, code, &equipment);
    if (!id)
        fail(&rq->work, FAIL_MISSING, "没有查到这个二维码对应的公开信息。充电站可能尚未接入本平台、已经撤除或不再对外开放，请以现场标识为准。");
    card_fill(rq, id);
    if (*equipment) {
        view_set(rq->page, "Equipment", equipment);
        view_set(rq->page, "EquipmentCode", code);
    }
    draw(rq);
}

void station_by_code(struct request *rq)   { by_code(rq, LABEL_STATION); }
void equipment_by_code(struct request *rq) { by_code(rq, LABEL_EQUIPMENT); }

/* A code or picture of a station that does not exist is a 404 as well. */
static void picture_answer(struct request *rq, const char *type, const void *body, size_t size)
{
    if (!body)
        fail_ours(&rq->work, "picture of station %lld could not be drawn", (long long)form_int(rq, "id"));
    header_add(rq, "Cache-Control", "public, max-age=3600");
    answer(rq, 200, type, body, size);
}

void station_qr_png(struct request *rq)
{
    size_t size;
    card_load(rq);
    void *body = qr_png(rq->work.arena, station_address(rq), QR_SCALE, &size);
    picture_answer(rq, "image/png", body, size);
}

void station_qr_svg(struct request *rq)
{
    size_t size;
    card_load(rq);
    char *body = qr_svg(rq->work.arena, station_address(rq), &size);
    picture_answer(rq, "image/svg+xml", body, size);
}

void station_picture(struct request *rq)
{
    size_t size;
    card_load(rq);
    void *body = static_map_png(rq->work.arena, atof(view_get(rq->page, "Station.lng")),
                                atof(view_get(rq->page, "Station.lat")), PICTURE_ZOOM, PICTURE_WIDTH, PICTURE_HEIGHT, &size);
    picture_answer(rq, "image/png", body, size);
}
