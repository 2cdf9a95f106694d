/* staticmap: the map picture of pages that work without scripts: land and sea from the outlines, a grid, a scale
 * bar, names of the divisions, one marker. Web Mercator, as the moving map. */
#ifndef DRAW_STATICMAP_H
#define DRAW_STATICMAP_H

#include <stddef.h>

#include "core/arena.h"

enum { STATIC_MAP_SIDE_MAX = 1280 };

/* PNG, centred on the marker (WGS-84). zoom 4 to 18; width and height up to STATIC_MAP_SIDE_MAX. The outline is that
 * of Site.Division's province; without one (not built yet) the picture is grid, scale and marker. */
void *static_map_png(struct arena *arena, double lng_wgs, double lat_wgs, int zoom, int width, int height, size_t *size);

#endif
