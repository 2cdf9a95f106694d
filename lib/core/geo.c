/* geo: conversions between the three datums in use in China, and the map's integer plane.
 *
 * GCJ-02 is a published-in-practice distortion of WGS-84; the polynomial and its constants are the ones every
 * public implementation shares (gcoord, coordtransform: known answers in tests/unit/geo_test.c).
 * Guarantees: no state, no allocation, pure functions; a point that is not finite comes back unchanged. */
#include "core/geo.h"

#include <math.h>

#define SEMI_MAJOR 6378245.0                     /* Krasovsky 1940, as the distortion assumes */
#define ECCENTRICITY_2 0.00669342162296594323
#define EARTH_RADIUS 6371008.8                   /* mean radius, metres: for distances only */
#define BD_ANGLE (M_PI * 3000.0 / 180.0)
#define INVERSE_ROUNDS 20                        /* converges in three or four */
#define INVERSE_ENOUGH 1e-10                     /* degrees */
#define MERCATOR_SIZE 4294967296.0               /* 2^32: the unit square's side */
#define MERCATOR_LIMIT 85.05112877980659

bool geo_valid(struct point p)
{
    return isfinite(p.lng) && isfinite(p.lat) && fabs(p.lng) <= 180 && fabs(p.lat) <= 90;
}

/* coordtransform's box. It is rough: GCJ-02 is defined by what the licensed maps draw, and they draw
 * Hong Kong, Taiwan and the near neighbours shifted too. */
bool geo_in_china_box(struct point p)
{
    return p.lng >= 73.66 && p.lng <= 135.05 && p.lat >= 3.86 && p.lat <= 53.55;
}

static double wave_lat(double x, double y)
{
    double sum = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(fabs(x));

    sum += (20.0 * sin(6.0 * x * M_PI) + 20.0 * sin(2.0 * x * M_PI)) * 2.0 / 3.0;
    sum += (20.0 * sin(y * M_PI) + 40.0 * sin(y / 3.0 * M_PI)) * 2.0 / 3.0;
    sum += (160.0 * sin(y / 12.0 * M_PI) + 320.0 * sin(y * M_PI / 30.0)) * 2.0 / 3.0;
    return sum;
}

static double wave_lng(double x, double y)
{
    double sum = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(fabs(x));

    sum += (20.0 * sin(6.0 * x * M_PI) + 20.0 * sin(2.0 * x * M_PI)) * 2.0 / 3.0;
    sum += (20.0 * sin(x * M_PI) + 40.0 * sin(x / 3.0 * M_PI)) * 2.0 / 3.0;
    sum += (150.0 * sin(x / 12.0 * M_PI) + 300.0 * sin(x / 30.0 * M_PI)) * 2.0 / 3.0;
    return sum;
}

static struct point gcj_shift(struct point p)
{
    double x = p.lng - 105.0, y = p.lat - 35.0;
    double radians = p.lat / 180.0 * M_PI;
    double magic = 1 - ECCENTRICITY_2 * sin(radians) * sin(radians);
    double root = sqrt(magic);

    return (struct point){
        .lng = wave_lng(x, y) * 180.0 / (SEMI_MAJOR / root * cos(radians) * M_PI),
        .lat = wave_lat(x, y) * 180.0 / (SEMI_MAJOR * (1 - ECCENTRICITY_2) / (magic * root) * M_PI),
    };
}

static struct point gcj_from_wgs(struct point p)
{
    if (!geo_in_china_box(p))
        return p;
    struct point shift = gcj_shift(p);
    return (struct point){ p.lng + shift.lng, p.lat + shift.lat };
}

/* The one-step inverse errs by a metre; iterate on the residual instead. The box is tested on the point
 * that was asked for, as gcoord does: right at the box's edge the two directions are not exact inverses. */
static struct point wgs_from_gcj(struct point p)
{
    if (!geo_in_china_box(p))
        return p;
    struct point guess = p;
    for (int i = 0; i < INVERSE_ROUNDS; i++) {
        struct point shift = gcj_shift(guess);
        double dx = guess.lng + shift.lng - p.lng, dy = guess.lat + shift.lat - p.lat;
        guess.lng -= dx;
        guess.lat -= dy;
        if (fabs(dx) < INVERSE_ENOUGH && fabs(dy) < INVERSE_ENOUGH)
            break;
    }
    return guess;
}

static struct point bd_from_gcj(struct point p)
{
    double z = sqrt(p.lng * p.lng + p.lat * p.lat) + 0.00002 * sin(p.lat * BD_ANGLE);
    double theta = atan2(p.lat, p.lng) + 0.000003 * cos(p.lng * BD_ANGLE);

    return (struct point){ z * cos(theta) + 0.0065, z * sin(theta) + 0.006 };
}

static struct point gcj_from_bd(struct point p)
{
    double x = p.lng - 0.0065, y = p.lat - 0.006;
    double z = sqrt(x * x + y * y) - 0.00002 * sin(y * BD_ANGLE);
    double theta = atan2(y, x) - 0.000003 * cos(x * BD_ANGLE);
    double lng = z * cos(theta), lat = z * sin(theta);

    return (struct point){ lng, lat };
}

struct point geo_convert(struct point from, enum datum is, enum datum wanted)
{
    if (is == wanted || !geo_valid(from))
        return from;
    struct point gcj = is == DATUM_WGS84 ? gcj_from_wgs(from) : is == DATUM_BD09 ? gcj_from_bd(from) : from;
    if (wanted == DATUM_WGS84)
        return wgs_from_gcj(gcj);
    return wanted == DATUM_BD09 ? bd_from_gcj(gcj) : gcj;
}

double geo_distance(struct point a, struct point b)
{
    double lat_a = a.lat * M_PI / 180, lat_b = b.lat * M_PI / 180;
    double half_lat = sin((lat_b - lat_a) / 2), half_lng = sin((b.lng - a.lng) * M_PI / 360);
    double h = half_lat * half_lat + cos(lat_a) * cos(lat_b) * half_lng * half_lng;

    return 2 * EARTH_RADIUS * asin(fmin(1, sqrt(h)));
}

/* Rounded down, kept inside the square: the far edge belongs to the last cell. */
static uint32_t plane_from_unit(double unit)
{
    double scaled = unit * MERCATOR_SIZE;

    if (!(scaled > 0))
        return 0;
    return scaled >= MERCATOR_SIZE ? UINT32_MAX : (uint32_t)scaled;
}

uint32_t geo_mercator_x(double lng)
{
    return plane_from_unit((lng + 180) / 360);
}

uint32_t geo_mercator_y(double lat)
{
    double s = sin(fmax(-MERCATOR_LIMIT, fmin(MERCATOR_LIMIT, lat)) * M_PI / 180);

    return plane_from_unit(0.5 - log((1 + s) / (1 - s)) / (4 * M_PI));
}

/* The middle of the cell, so that a round trip errs by half a cell at most (4e-8 degrees). */
double geo_mercator_lng(uint32_t x)
{
    return (x + 0.5) / MERCATOR_SIZE * 360 - 180;
}

double geo_mercator_lat(uint32_t y)
{
    return atan(sinh(M_PI * (1 - 2 * (y + 0.5) / MERCATOR_SIZE))) * 180 / M_PI;
}
