/* overview: where things lie on a map of the nominal size, and the map as a drawing for pages without scripts. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/config.h"
#include "core/text.h"
#include "draw/outline.h"
#include "map_page.h"

enum { TILE = 256, ZOOM_MOST = 16, DRAWN_POINTS = 6000 };
static const struct box china = { 73, 18, 135, 53.6 };

struct drawing {
    double left, top, world;          /* pixels of the zoom */
    struct box box;
    size_t points;
};

static double plane_x(double lng, double world) { return (lng + 180) / 360 * world; }
static double plane_y(double lat, double world)
{
    double pi = acos(-1);
    return (1 - asinh(tan(fmax(-85, fmin(85, lat)) * pi / 180)) / pi) / 2 * world;
}
static double plane_lat(double y, double world)
{
    double pi = acos(-1);
    return atan(sinh(pi * (1 - 2 * y / world))) * 180 / pi;
}

struct box box_round(struct point centre, int zoom)
{
    double world = TILE * exp2(zoom), x = plane_x(centre.lng, world), y = plane_y(centre.lat, world);
    return (struct box){ (x - NOMINAL_WIDTH / 2.0) / world * 360 - 180, plane_lat(y + NOMINAL_HEIGHT / 2.0, world),
                         (x + NOMINAL_WIDTH / 2.0) / world * 360 - 180, plane_lat(y - NOMINAL_HEIGHT / 2.0, world) };
}

int box_zoom(struct box box)
{
    for (int zoom = ZOOM_MOST; zoom > 0; zoom--) {
        double world = TILE * exp2(zoom);
        if (plane_x(box.east, world) - plane_x(box.west, world) <= NOMINAL_WIDTH
            && plane_y(box.south, world) - plane_y(box.north, world) <= NOMINAL_HEIGHT)
            return zoom;
    }
    return 0;
}

static const struct outline *site_outline(void)
{
    static bool looked;
    static const struct outline *outline;
    char path[80];
    if (!looked) {
        int code = atoi(config_text("Site.Division.Code"));
        snprintf(path, sizeof path, "htdocs/vendor/basemap/outline/%06d.bin", code / 10000 * 10000);
        outline = outline_load(path_in_root(path));
        looked = true;
    }
    return outline;
}

struct box home_box(void)
{
    const struct outline *outline = site_outline();
    int32_t code = atoi(config_text("Site.Division.Code"));
    struct box box = { 180, 90, -180, -90 };
    bool whole = code % 10000 == 0, found = false;
    for (size_t i = 0; outline && i < outline->count; i++) {
        const struct area *a = &outline->areas[i];
        if (whole ? a->neighbour : a->code != code)
            continue;
        found = true;
        box.west = fmin(box.west, a->west / 1e6);
        box.south = fmin(box.south, a->south / 1e6);
        box.east = fmax(box.east, a->east / 1e6);
        box.north = fmax(box.north, a->north / 1e6);
    }
    return found ? box : china;
}

/* Where people would say the place is: the name's point of a city, the middle of a province. */
struct point home_centre(void)
{
    const struct outline *outline = site_outline();
    const struct area *area = outline ? outline_area(outline, atoi(config_text("Site.Division.Code"))) : NULL;
    struct box box = home_box();
    if (area && area->label.lng != 0)
        return area->label;
    return (struct point){ (box.west + box.east) / 2, (box.south + box.north) / 2 };
}

static bool outside(const struct drawing *d, int32_t west, int32_t south, int32_t east, int32_t north)
{
    return east / 1e6 < d->box.west || west / 1e6 > d->box.east || north / 1e6 < d->box.south || south / 1e6 > d->box.north;
}

/* One ring as the `d` of a path; points closer than a pixel and a half fall together. */
static void ring_path(STRING *out, struct drawing *d, const struct ring *ring)
{
    if (outside(d, ring->west, ring->south, ring->east, ring->north))
        return;
    double last_x = 1e9, last_y = 1e9;
    size_t used = 0;
    for (size_t i = 0; i < ring->count; i++) {
        double x = plane_x(ring->points[2 * i] / 1e6, d->world) - d->left;
        double y = plane_y(ring->points[2 * i + 1] / 1e6, d->world) - d->top;
        if (fabs(x - last_x) + fabs(y - last_y) < 1.5)
            continue;
        string_appendf(out, "%s%.0f %.0f", used++ ? "L" : "M", fmax(-5000, fmin(5000, x)), fmax(-5000, fmin(5000, y)));
        last_x = x;
        last_y = y;
    }
    if (used)
        string_append(out, "Z");
    d->points += used;
}

static void land_fill(struct request *rq, struct drawing *d, HDF *node)
{
    const struct outline *outline = site_outline();
    int32_t code = atoi(config_text("Site.Division.Code"));
    size_t shown = 0;
    for (size_t i = 0; outline && i < outline->count && d->points < DRAWN_POINTS; i++) {
        const struct area *a = &outline->areas[i];
        if (outside(d, a->west, a->south, a->east, a->north))
            continue;
        HDF *land = view_node(node, arena_printf(rq->work.arena, "Land.%zu", shown++));
        STRING path;
        string_init(&path);
        for (size_t r = 0; r < a->ring_count; r++)
            ring_path(&path, d, &a->rings[r]);
        view_set(land, "Path", path.buf ? path.buf : "");
        string_clear(&path);
        if (a->code == code || (code % 10000 == 0 && !a->neighbour))
            view_set(land, "Own", "1");
        int32_t x = (int32_t)(a->label.lng * 1e6), y = (int32_t)(a->label.lat * 1e6);
        if (x != 0 && !outside(d, x, y, x, y)) {
            view_set(land, "Name", a->name);
            view_setf(land, "X", "%.0f", plane_x(a->label.lng, d->world) - d->left);
            view_setf(land, "Y", "%.0f", plane_y(a->label.lat, d->world) - d->top);
        }
    }
}

/* The class most of its stations are in decides the mark; a cluster says how many it holds. */
static void mark_fill(struct request *rq, const struct ask *ask, const struct drawing *d, const struct map_feature *f,
                      HDF *mark)
{
    view_setf(mark, "X", "%.0f", plane_x(f->lng, d->world) - d->left);
    view_setf(mark, "Y", "%.0f", plane_y(f->lat, d->world) - d->top);
    if (f->station) {
        view_set(mark, "Class", class_key(f->station->state));
        view_setf(mark, "Label", "%s，%s", f->station->name, class_label(f->station->state));
        view_setf(mark, "Href", "/map/stations/%lld", (long long)f->station->id);
        view_set(mark, "R", "7");
        return;
    }
    struct box box = { f->west, f->south, f->east, f->north };
    int zoom = f->same_point ? ZOOM_MOST : box_zoom(box);
    view_set_int(mark, "Count", f->count);
    view_setf(mark, "Label", "%u 座充电站，其中 %u 座有空闲，放大查看", f->count, f->states[MAP_FREE]);
    view_set(mark, "Href", arena_printf(rq->work.arena, "/map?center=%.5f,%.5f&zoom=%d%s", (f->west + f->east) / 2,
                                        (f->south + f->north) / 2, zoom > ask->query.zoom ? zoom : ask->query.zoom + 1,
                                        ask->filters));
    view_set_int(mark, "R", f->count < 10 ? 13 : f->count < 100 ? 16 : 21);
}

void overview_fill(struct request *rq, const struct ask *ask, struct box box, HDF *node)
{
    struct map_query query = ask->query;
    struct drawing d = { 0 };
    int zoom = ask->placed && !form_has(rq, "bbox") ? ask->query.zoom : box_zoom(box);
    struct point centre = { (box.west + box.east) / 2, (box.south + box.north) / 2 };
    d.world = TILE * exp2(zoom);
    d.left = plane_x(centre.lng, d.world) - NOMINAL_WIDTH / 2.0;
    d.top = plane_y(centre.lat, d.world) - NOMINAL_HEIGHT / 2.0;
    d.box = box_round(centre, zoom);
    query.everywhere = false;
    query.zoom = zoom;
    query.west = d.box.west;
    query.south = d.box.south;
    query.east = d.box.east;
    query.north = d.box.north;
    const struct map_answer *answer = map_view(ask->map, rq->work.arena, &query);
    view_set_int(node, "Width", NOMINAL_WIDTH);
    view_set_int(node, "Height", NOMINAL_HEIGHT);
    land_fill(rq, &d, node);
    for (size_t i = 0; i < answer->feature_count; i++)
        mark_fill(rq, ask, &d, &answer->features[i], view_node(node, arena_printf(rq->work.arena, "Marks.%zu", i)));
}
