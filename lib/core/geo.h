/* geo: datums and the map's plane.
 *
 * Operators push GCJ-02 (T/CEC 102 part 2, StationLng/StationLat); Tianditu and GPS are CGCS2000, equal to
 * WGS-84 at metre level; Baidu is BD-09. Constants and known answers: domain.md section 3. */
#ifndef CORE_GEO_H
#define CORE_GEO_H

#include <stdbool.h>
#include <stdint.h>

struct point { double lng, lat; };    /* degrees */

enum datum { DATUM_WGS84, DATUM_GCJ02, DATUM_BD09 };

/* Any datum to any other; outside the China box WGS-84 and GCJ-02 are the same. The inverse of GCJ-02 is
 * iterated until it is right to 1e-7 degrees. */
struct point geo_convert(struct point from, enum datum is, enum datum wanted);
bool         geo_in_china_box(struct point p);
bool         geo_valid(struct point p);                        /* finite, |lat| <= 90, |lng| <= 180     */
double       geo_distance(struct point a, struct point b);     /* metres, haversine                     */

/* Web Mercator on the unit square, as 32-bit integers: x east from -180, y south from +85.0511. */
uint32_t geo_mercator_x(double lng);
uint32_t geo_mercator_y(double lat);
double   geo_mercator_lng(uint32_t x);
double   geo_mercator_lat(uint32_t y);

#endif
