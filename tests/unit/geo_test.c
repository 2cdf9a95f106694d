/* geo: known answers (computed with coordtransform 2.1.2 and gcoord 1.0.7), round trips over random points,
 * the Mercator plane. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "core/geo.h"

#define NEAR(a, b, limit) assert_true(fabs((a) - (b)) < (limit))

static void assert_point(struct point got, double lng, double lat, double limit)
{
    NEAR(got.lng, lng, limit);
    NEAR(got.lat, lat, limit);
}

static void gcj_known_answers(void **state)
{
    (void)state;
    static const double known[][4] = {
        { 116.404, 39.915, 116.41024449916938, 39.91640428150164 },
        { 113.647881, 34.829793, 113.65396374215176, 34.8287280094783 },
        { 113.665412, 34.757975, 113.67151638912271, 34.75686762782189 },
        { 113.553986, 22.224979, 113.55906512589893, 22.222009960149563 },
        { 101.778916, 36.623178, 101.78084764692372, 36.623099053438175 },
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        struct point wgs = { known[i][0], known[i][1] }, gcj = { known[i][2], known[i][3] };
        assert_point(geo_convert(wgs, DATUM_WGS84, DATUM_GCJ02), gcj.lng, gcj.lat, 1e-9);
        assert_point(geo_convert(gcj, DATUM_GCJ02, DATUM_WGS84), wgs.lng, wgs.lat, 1e-8);
    }
}

static void inverse_is_iterated(void **state)
{
    (void)state;
    struct point gcj = { 113.665412, 34.757975 };
    struct point wgs = geo_convert(gcj, DATUM_GCJ02, DATUM_WGS84);
    assert_point(wgs, 113.65931807589, 34.75909273474, 1e-7);    /* gcoord stops at 1e-6; one step is 1e-5 off */
    struct point again = geo_convert(wgs, DATUM_WGS84, DATUM_GCJ02);
    assert_point(again, gcj.lng, gcj.lat, 1e-9);
}

static void bd_known_answers(void **state)
{
    (void)state;
    struct point p = { 116.404, 39.915 };
    assert_point(geo_convert(p, DATUM_GCJ02, DATUM_BD09), 116.41036949371029, 39.92133699351022, 1e-9);
    assert_point(geo_convert(p, DATUM_BD09, DATUM_GCJ02), 116.39762729119315, 39.90865673957631, 1e-9);
}

static void outside_china_nothing_moves(void **state)
{
    (void)state;
    static const struct point far[] = { { 7.94, 52.55 }, { -118.2, 34.0 }, { 151.2, -33.87 }, { 0, 0 } };
    for (size_t i = 0; i < sizeof far / sizeof far[0]; i++) {
        assert_false(geo_in_china_box(far[i]));
        assert_point(geo_convert(far[i], DATUM_WGS84, DATUM_GCJ02), far[i].lng, far[i].lat, 1e-15);
        assert_point(geo_convert(far[i], DATUM_GCJ02, DATUM_WGS84), far[i].lng, far[i].lat, 1e-15);
    }
    struct point bad = geo_convert((struct point){ NAN, 20 }, DATUM_WGS84, DATUM_GCJ02);
    assert_true(isnan(bad.lng));
    assert_false(geo_valid(bad));
    assert_false(geo_valid((struct point){ 181, 0 }));
    assert_false(geo_valid((struct point){ 0, 90.5 }));
}

static double between(double low, double high)
{
    return low + (high - low) * ((double)random() / RAND_MAX);
}

static void round_trips(void **state)
{
    (void)state;
    srandom(20261120);
    for (int i = 0; i < 100000; i++) {
        struct point p = { between(74.5, 134), between(4.5, 53) };
        struct point there = geo_convert(p, DATUM_WGS84, DATUM_GCJ02);
        assert_point(geo_convert(there, DATUM_GCJ02, DATUM_WGS84), p.lng, p.lat, 1e-7);
        assert_true(geo_distance(p, there) < 1500);      /* the distortion is a few hundred metres */
        /* the Baidu pair of formulas is not an exact inverse: its error is the source's */
        struct point bd = geo_convert(p, DATUM_WGS84, DATUM_BD09);
        assert_point(geo_convert(bd, DATUM_BD09, DATUM_WGS84), p.lng, p.lat, 2e-5);
    }
}

static void mercator_plane(void **state)
{
    (void)state;
    assert_int_equal(geo_mercator_x(-180), 0);
    assert_int_equal(geo_mercator_x(180), UINT32_MAX);
    assert_int_equal(geo_mercator_x(0), 1u << 31);
    assert_int_equal(geo_mercator_y(90), 0);
    assert_int_equal(geo_mercator_y(-90), UINT32_MAX);
    assert_true(geo_mercator_y(10) < geo_mercator_y(-10));
    /* OSM tile 13/6680/3557 holds the middle of Zhuhai */
    assert_int_equal(geo_mercator_x(113.57) >> 19, 6680);
    assert_int_equal(geo_mercator_y(22.27) >> 19, (uint32_t)floor((1 - asinh(tan(22.27 * M_PI / 180)) / M_PI) / 2 * 8192));
    for (int i = 0; i < 100000; i++) {
        struct point p = { between(-180, 180), between(-85, 85) };
        NEAR(geo_mercator_lng(geo_mercator_x(p.lng)), p.lng, 1e-7);
        NEAR(geo_mercator_lat(geo_mercator_y(p.lat)), p.lat, 1e-7);
    }
}

static void distances(void **state)
{
    (void)state;
    struct point zhuhai = { 113.553986, 22.224979 }, zhengzhou = { 113.665412, 34.757975 };
    NEAR(geo_distance(zhuhai, zhengzhou), 1393625, 500);
    NEAR(geo_distance((struct point){ 0, 0 }, (struct point){ 0, 1 }), 111195, 1);
    NEAR(geo_distance(zhuhai, zhuhai), 0, 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gcj_known_answers), cmocka_unit_test(inverse_is_iterated),
        cmocka_unit_test(bd_known_answers), cmocka_unit_test(outside_china_nothing_moves),
        cmocka_unit_test(round_trips), cmocka_unit_test(mercator_plane), cmocka_unit_test(distances),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
