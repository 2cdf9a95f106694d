/* staticmap: see the header. Shapes are cut to the picture before they are drawn: libgd multiplies pixel
 * coordinates as int, and at zoom 18 China is 50 million pixels wide. */
#include "draw/staticmap.h"

#include <gd.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/config.h"
#include "core/trim.h"
#include "core/geo.h"
#include "core/text.h"
#include "draw/outline.h"

#define FONT "Noto Sans CJK SC:style=Regular"
enum { ZOOM_LEAST = 4, ZOOM_MOST = 18, SIDE_LEAST = 64, MARGIN = 8, TILE_BITS = 8 };

static const int colours[][3] = {
    { 0xdc, 0xe9, 0xf2 }, { 0xf7, 0xf5, 0xee }, { 0xec, 0xea, 0xe2 }, { 0xb4, 0xb0, 0xa2 }, { 0xc9, 0xd3, 0xd9 },
    { 0x3b, 0x46, 0x50 }, { 0xff, 0xff, 0xff }, { 0x0b, 0x57, 0xa8 }, { 0xb3, 0x1f, 0x1f },
};
enum colour { SEA, LAND, NEIGHBOUR, BORDER, GRID, INK, WHITE, BLUE, RED, COLOURS };

struct corner { double x, y; };

struct canvas {
    gdImagePtr     image;
    int            width, height, ink[COLOURS];
    double         left, top, world;             /* of the picture in world pixels; the world's side */
    struct corner *ring, *spare;                 /* room to cut a ring in */
    gdPoint       *points;
    size_t         room;
};

/* --- the plane --------------------------------------------------------------------------------- */

static double world_x(double world, double lng) { return (lng + 180) / 360 * world; }

static double world_y(double world, double lat)
{
    double s = sin(lat * M_PI / 180);
    return (0.5 - log((1 + s) / (1 - s)) / (4 * M_PI)) * world;
}

static struct corner corner_at(const struct canvas *c, double lng, double lat)
{
    return (struct corner){ world_x(c->world, lng) - c->left, world_y(c->world, lat) - c->top };
}

static double lng_at(const struct canvas *c, double x) { return (x + c->left) / c->world * 360 - 180; }
static double lat_at(const struct canvas *c, double y)
{
    return atan(sinh(M_PI * (1 - 2 * (y + c->top) / c->world))) * 180 / M_PI;
}

/* --- land -------------------------------------------------------------------------------------- */

/* Distance inside one of the four edges (0 left, 1 right, 2 top, 3 bottom), a margin outside the picture. */
static double inside(const struct canvas *c, int edge, struct corner p)
{
    return edge == 0 ? p.x + MARGIN : edge == 1 ? c->width + MARGIN - p.x
         : edge == 2 ? p.y + MARGIN : c->height + MARGIN - p.y;
}

/* Sutherland and Hodgman, one edge. */
static size_t cut_edge(const struct canvas *c, int edge, const struct corner *in, size_t count, struct corner *out)
{
    size_t kept = 0;

    for (size_t i = 0; i < count; i++) {
        struct corner a = in[i], b = in[(i + 1) % count];
        double da = inside(c, edge, a), db = inside(c, edge, b);
        if (da >= 0)
            out[kept++] = a;
        if ((da >= 0) != (db >= 0)) {
            double t = da / (da - db);
            out[kept++] = (struct corner){ a.x + t * (b.x - a.x), a.y + t * (b.y - a.y) };
        }
    }
    return kept;
}

static void room_for(struct canvas *c, size_t count)
{
    if (c->room >= count)
        return;
    c->room = count;
    c->ring = realloc(c->ring, count * sizeof *c->ring);
    c->spare = realloc(c->spare, count * sizeof *c->spare);
    c->points = realloc(c->points, count * sizeof *c->points);
    if (!c->ring || !c->spare || !c->points)
        abort();
}

static void ring_draw(struct canvas *c, const struct ring *ring, int colour)
{
    size_t count = ring->count - 1;                                  /* the last point is the first */

    room_for(c, ring->count * 4 + 16);                               /* a cut adds a corner for each crossing */
    for (size_t i = 0; i < count; i++)
        c->ring[i] = corner_at(c, ring->points[2 * i] / 1e6, ring->points[2 * i + 1] / 1e6);
    for (int edge = 0; edge < 4; edge++) {
        count = cut_edge(c, edge, c->ring, count, c->spare);
        struct corner *swap = c->ring;
        c->ring = c->spare;
        c->spare = swap;
    }
    if (count < 3)
        return;
    for (size_t i = 0; i < count; i++)
        c->points[i] = (gdPoint){ (int)lround(c->ring[i].x), (int)lround(c->ring[i].y) };
    gdImageFilledPolygon(c->image, c->points, (int)count, colour);
    gdImageSetAntiAliased(c->image, c->ink[BORDER]);
    gdImagePolygon(c->image, c->points, (int)count, gdAntiAliased);
}

static bool in_view(const struct canvas *c, int32_t west, int32_t south, int32_t east, int32_t north)
{
    return east / 1e6 >= lng_at(c, -MARGIN) && west / 1e6 <= lng_at(c, c->width + MARGIN)
           && north / 1e6 >= lat_at(c, c->height + MARGIN) && south / 1e6 <= lat_at(c, -MARGIN);
}

static void land_draw(struct canvas *c, const struct outline *outline)
{
    for (size_t i = 0; outline && i < outline->count; i++) {
        const struct area *area = &outline->areas[i];
        if (!in_view(c, area->west, area->south, area->east, area->north))
            continue;
        for (size_t k = 0; k < area->ring_count; k++) {
            const struct ring *ring = &area->rings[k];
            if (in_view(c, ring->west, ring->south, ring->east, ring->north))
                ring_draw(c, ring, c->ink[area->neighbour ? NEIGHBOUR : LAND]);
        }
    }
}

/* --- text, grid, scale --------------------------------------------------------------------------- */

static void text_draw(struct canvas *c, double size, int x, int y, int ink, const char *text)
{
    static const int halo[][2] = { { -1, 0 }, { 1, 0 }, { 0, -1 }, { 0, 1 } };
    char copy[200];

    snprintf(copy, sizeof copy, "%s", text);
    for (size_t i = 0; i < sizeof halo / sizeof halo[0]; i++)
        gdImageStringFT(c->image, NULL, c->ink[WHITE], FONT, size, 0, x + halo[i][0], y + halo[i][1], copy);
    gdImageStringFT(c->image, NULL, ink, FONT, size, 0, x, y, copy);
}

static int text_width(double size, const char *text)
{
    int box[8] = { 0 };
    char copy[200];

    snprintf(copy, sizeof copy, "%s", text);
    return gdImageStringFT(NULL, box, 0, FONT, size, 0, 0, 0, copy) ? 0 : box[2] - box[0];
}

/* 1, 2 or 5 times a power of ten, not above `limit` */
static double nice_below(double limit)
{
    double power = pow(10, floor(log10(limit)));

    return limit >= 5 * power ? 5 * power : limit >= 2 * power ? 2 * power : power;
}

static void grid_draw(struct canvas *c)
{
    double west = lng_at(c, 0), east = lng_at(c, c->width), north = lat_at(c, 0), south = lat_at(c, c->height);
    double step = nice_below((east - west) / 3);
    int decimals = step >= 1 ? 0 : (int)ceil(-log10(step));
    char label[32];

    for (double lng = ceil(west / step) * step; lng < east; lng += step) {
        int x = (int)corner_at(c, lng, north).x;
        gdImageLine(c->image, x, 0, x, c->height, c->ink[GRID]);
        snprintf(label, sizeof label, "%.*f°", decimals, lng);
        text_draw(c, 8, x + 3, 12, c->ink[INK], label);
    }
    for (double lat = ceil(south / step) * step; lat < north; lat += step) {
        int y = (int)corner_at(c, west, lat).y;
        gdImageLine(c->image, 0, y, c->width, y, c->ink[GRID]);
        snprintf(label, sizeof label, "%.*f°", decimals, lat);
        text_draw(c, 8, 3, y - 3, c->ink[INK], label);
    }
}

static void scale_draw(struct canvas *c)
{
    double lat = lat_at(c, c->height), metre = c->world / (2 * M_PI * 6378137 * cos(lat * M_PI / 180));
    double metres = nice_below(c->width / 4 / metre);
    int length = (int)(metres * metre), x = 12, y = c->height - 14;
    char label[40];

    gdImageFilledRectangle(c->image, x, y, x + length, y + 3, c->ink[INK]);
    gdImageFilledRectangle(c->image, x, y - 4, x + 1, y + 3, c->ink[INK]);
    gdImageFilledRectangle(c->image, x + length - 1, y - 4, x + length, y + 3, c->ink[INK]);
    snprintf(label, sizeof label, metres >= 1000 ? "%.0f 公里" : "%.0f 米", metres >= 1000 ? metres / 1000 : metres);
    text_draw(c, 9, x + 4, y - 6, c->ink[INK], label);
}

static void names_draw(struct canvas *c, const struct outline *outline)
{
    for (size_t i = 0; outline && i < outline->count; i++) {
        const struct area *area = &outline->areas[i];
        struct corner at = corner_at(c, area->label.lng, area->label.lat);
        if (area->label.lng == 0 || at.x < 0 || at.x > c->width || at.y < 16 || at.y > c->height - 30)
            continue;
        int x = (int)at.x - text_width(11, area->name) / 2;
        text_draw(c, 11, x, (int)at.y, c->ink[INK], area->name);
    }
}

static void marker_draw(struct canvas *c)
{
    int x = c->width / 2, y = c->height / 2, radius = 9, lift = 20;
    gdPoint tip[] = { { x, y }, { x - 8, y - lift + 4 }, { x + 8, y - lift + 4 } };

    gdImageFilledEllipse(c->image, x, y - lift, 2 * radius + 5, 2 * radius + 5, c->ink[WHITE]);
    gdImageFilledPolygon(c->image, tip, 3, c->ink[RED]);
    gdImageFilledEllipse(c->image, x, y - lift, 2 * radius + 1, 2 * radius + 1, c->ink[RED]);
    gdImageFilledEllipse(c->image, x, y - lift, radius, radius, c->ink[WHITE]);
}

/* --- the picture ------------------------------------------------------------------------------------ */

static const struct outline *site_outline(void)
{
    char name[80];

    snprintf(name, sizeof name, "htdocs/vendor/basemap/outline/%.2s0000.bin", config_text("Site.Division.Code"));
    return outline_load(path_in_root(name));
}

static int within(int value, int low, int high)
{
    return value < low ? low : value > high ? high : value;
}

static bool canvas_open(struct canvas *c, double lng, double lat, int zoom)
{
    c->image = gdImageCreateTrueColor(c->width, c->height);
    if (!c->image)
        return false;
    gdFTUseFontConfig(1);
    c->world = (double)(UINT64_C(1) << (zoom + TILE_BITS));
    c->left = world_x(c->world, lng) - c->width / 2;
    c->top = world_y(c->world, lat) - c->height / 2;
    for (int i = 0; i < COLOURS; i++)
        c->ink[i] = gdImageColorAllocate(c->image, colours[i][0], colours[i][1], colours[i][2]);
    return true;
}

static void *canvas_close(struct canvas *c, struct arena *arena, size_t *size)
{
    int bytes = 0;
    void *out = NULL;

    gdImageTrueColorToPalette(c->image, 0, 64);                      /* a tenth of the bytes */
    void *png = gdImagePngPtrEx(c->image, &bytes, 6);
    if (png) {
        out = arena_copy_n(arena, png, (size_t)bytes);
        *size = (size_t)bytes;
        gdFree(png);
    }
    gdImageDestroy(c->image);
    free(c->ring);
    free(c->spare);
    free(c->points);
    gdFontCacheShutdown();                  /* megabytes of type, needed again in an hour perhaps */
    process_trim();
    return out;
}

void *static_map_png(struct arena *arena, double lng_wgs, double lat_wgs, int zoom, int width, int height, size_t *size)
{
    struct canvas canvas = { .width = within(width, SIDE_LEAST, STATIC_MAP_SIDE_MAX),
                             .height = within(height, SIDE_LEAST, STATIC_MAP_SIDE_MAX) };
    const struct outline *outline = site_outline();
    double lat = fmax(-85, fmin(85, lat_wgs));

    if (!geo_valid((struct point){ lng_wgs, lat_wgs }) || !canvas_open(&canvas, lng_wgs, lat, within(zoom, ZOOM_LEAST, ZOOM_MOST)))
        return NULL;
    gdImageFilledRectangle(canvas.image, 0, 0, canvas.width, canvas.height, canvas.ink[outline ? SEA : LAND]);
    land_draw(&canvas, outline);
    grid_draw(&canvas);
    names_draw(&canvas, outline);
    scale_draw(&canvas);
    marker_draw(&canvas);
    return canvas_close(&canvas, arena, size);
}
