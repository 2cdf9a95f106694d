/* doubt: see the header. The land is that of the map (lib/draw/outline.h), WGS-84. */
#include "domain/doubt.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/config.h"
#include "core/text.h"
#include "domain/division.h"
#include "draw/outline.h"

enum { NEAR_METRES = 300 };          /* the outline errs by about 100 m, and a quay is land */

/* On the area, or so near its edge that the outline cannot tell. */
static bool near_area(const struct area *area, struct point p)
{
    double lat = NEAR_METRES / 111320.0, lng = lat / cos(p.lat * M_PI / 180);
    for (int east = -1; east <= 1; east++)
        for (int north = -1; north <= 1; north++)
            if (area_holds(area, (struct point){ p.lng + east * lng, p.lat + north * lat }))
                return true;
    return false;
}

static const struct outline *outline_of(const char *code)
{
    char path[80];
    snprintf(path, sizeof path, "htdocs/vendor/basemap/outline/%.2s0000.bin", code);
    return outline_load(path_in_root(path));
}

/* A city is one area, or its counties; a province all that is no neighbour. 1 holds, 0 does not, -1 cannot be told. */
static int division_holds(const struct outline *outline, const char *code, struct point wgs)
{
    int32_t wanted = atoi(code);
    bool known = false;
    for (size_t i = 0; outline && i < outline->count; i++) {
        const struct area *area = &outline->areas[i];
        bool of = area->code == wanted || (wanted % 10000 == 0 ? !area->neighbour && area->code / 10000 == wanted / 10000
                                                               : wanted % 100 == 0 && area->code / 100 == wanted / 100);
        if (!of)
            continue;
        known = true;
        if (near_area(area, wgs))
            return 1;
    }
    return known ? 0 : -1;
}

const char *place_doubt(struct work *work, struct point gcj, const char *division)
{
    const char *site = config_text("Site.Division.Code");
    struct point wgs = geo_convert(gcj, DATUM_GCJ02, DATUM_WGS84);
    if (!geo_in_china_box(gcj))
        return "该位置不在中国境内，请核对经度、纬度和坐标系。";
    if (strlen(site) == 6 && division_holds(outline_of(site), site, wgs) == 0)
        return arena_printf(work->arena, "该位置不在%s范围内，请核对经度、纬度和坐标系。", division_name(work, site));
    if (strlen(division) == 6 && strspn(division, "0123456789") == 6 && strcmp(division, site) != 0
        && division_holds(outline_of(site), division, wgs) == 0)
        return arena_printf(work->arena, "该位置不在所选区域「%s」范围内，请核对位置或所选区域。", division_name(work, division));
    return NULL;
}

struct point place_home(void)
{
    const char *site = config_text("Site.Division.Code");
    const struct outline *outline = outline_of(site);
    const struct area *area = outline ? outline_area(outline, atoi(site)) : NULL;
    int32_t west = INT32_MAX, south = INT32_MAX, east = INT32_MIN, north = INT32_MIN;
    if (area && area->label.lng != 0)
        return area->label;
    for (size_t i = 0; outline && i < outline->count; i++) {
        const struct area *a = &outline->areas[i];
        if (a->neighbour)
            continue;
        west = a->west < west ? a->west : west;
        south = a->south < south ? a->south : south;
        east = a->east > east ? a->east : east;
        north = a->north > north ? a->north : north;
    }
    return west < east ? (struct point){ ((double)west + east) / 2e6, ((double)south + north) / 2e6 } : (struct point){ 105, 35 };
}
