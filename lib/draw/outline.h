/* outline: the land's shapes for drawing and for "is this on land, in this city", read from the file that
 * conf/build/basemap.mjs makes (htdocs/vendor/basemap/outline/<province>.bin). WGS-84; right to about 100 m.
 *
 * The file: "CHOUTL1\0", then little-endian 32-bit words: number of areas; each area: code, neighbour flag, label
 * longitude and latitude (microdegrees, 0 0 = none), length of the name in bytes, the name padded with NUL to whole
 * words, number of rings; each ring: number of points, then longitude and latitude in microdegrees. Points closed.
 * Rings of an area follow the even-odd rule. Neighbours come first: drawn first, they lie below. */
#ifndef DRAW_OUTLINE_H
#define DRAW_OUTLINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/geo.h"

struct ring { const int32_t *points; size_t count; int32_t west, south, east, north; };   /* pairs lng, lat */

struct area {
    int32_t      code;
    bool         neighbour;               /* outside the province the file is about */
    struct point label;                   /* 0, 0: none */
    const char  *name;
    const struct ring *rings;
    size_t       ring_count;
    int32_t      west, south, east, north;
};

struct outline { const struct area *areas; size_t count; };

/* Reads and checks the file once a process and keeps it. NULL: not there or damaged; callers draw without. */
const struct outline *outline_load(const char *path);
const struct area *outline_area(const struct outline *outline, int32_t code);     /* NULL: no such */
bool area_holds(const struct area *area, struct point wgs);

#endif
