/* place: positions as people write them; the three datums; what is wrong with the rest. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "core/place.h"

static struct arena *arena;

static int open_arena(void **state) { (void)state; arena = arena_new(); return 0; }
static int close_arena(void **state) { (void)state; arena_free(arena); return 0; }

static void one_place_many_ways(void **state)
{
    (void)state;
    static const char *const ways[] = {
        "113.5536,22.2232", "113.5536, 22.2232", "113.5536，22.2232", "113.5536 22.2232", "113.5536/22.2232", "(113.5536;22.2232)",
        "113.5536E 22.2232N", "22.2232N, 113.5536E", "N22.2232 E113.5536", "E 113.5536, N 22.2232", "东经113.5536，北纬22.2232",
        "北纬22.2232度 东经113.5536度", "113°33′ 12.96″ 22°13′ 23.52″", "经度:113.5536,纬度:22.2232", "lng=113.5536 lat=22.2232",
        "lat: 22.2232, lng: 113.5536", "113°33'12.96\"E 22°13'23.52\"N", "113°33′12.96″,22°13′23.52″",
        "113度33分12.96秒，22度13分23.52秒", "东经113°33′12.96″ 北纬22°13′23.52″", "113:33:12.96, 22:13:23.52",
        "113°33.216′ 22°13.392′", "113°33'12.96'' 22°13'23.52''", "22°13'23.52\"N 113°33'12.96\"E", "113.5536° 22.2232°",
        "+113.5536 +22.2232", "113°33'12.96 , 22°13'23.52", "113.5536,22.2232 GCJ-02", "113.5536,22.2232 (gcj02)" };
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        struct place p;
        enum place_fault fault = place_read(arena, ways[i], DATUM_GCJ02, &p);
        if (fault != PLACE_GOOD || fabs(p.typed.lng - 113.5536) > 1e-9 || fabs(p.typed.lat - 22.2232) > 1e-9)
            fail_msg("%s: fault %d, %.7f %.7f", ways[i], fault, p.typed.lng, p.typed.lat);
    }
}

static void datums_are_converted(void **state)
{
    (void)state;
    static const struct { const char *text; enum datum chosen, is; } ways[] = {
        { "113.553986,22.224979", DATUM_WGS84, DATUM_WGS84 }, { "113.553986,22.224979 WGS84", DATUM_GCJ02, DATUM_WGS84 },
        { "GPS 113.553986,22.224979", DATUM_BD09, DATUM_WGS84 }, { "113.553986,22.224979 CGCS2000", DATUM_GCJ02, DATUM_WGS84 } };
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        struct place p;
        assert_int_equal(place_read(arena, ways[i].text, ways[i].chosen, &p), PLACE_GOOD);
        assert_int_equal(p.datum, ways[i].is);
        assert_true(fabs(p.gcj.lng - 113.55906512589893) < 1e-8);          /* coordtransform 2.1.2 */
        assert_true(fabs(p.gcj.lat - 22.222009960149563) < 1e-8);
    }
    struct place bd;
    assert_int_equal(place_read(arena, "百度 113.5655,22.2282", DATUM_GCJ02, &bd), PLACE_GOOD);
    assert_int_equal(bd.datum, DATUM_BD09);
    struct point back = geo_convert(bd.gcj, DATUM_GCJ02, DATUM_BD09);
    assert_true(fabs(back.lng - 113.5655) < 1e-5 && fabs(back.lat - 22.2282) < 1e-5);
    assert_string_equal(bd.lng, "113.5655");
}

static void faults_are_told_apart(void **state)
{
    (void)state;
    static const struct { const char *text; enum place_fault fault; } ways[] = {
        { "22.2232,113.5536", PLACE_SWAPPED }, { "39.9,74.2", PLACE_SWAPPED }, { "22°13'23\" 113°33'12\"", PLACE_SWAPPED },
        { "22.2E 113.5N", PLACE_SWAPPED }, { "113.5536", PLACE_HALF }, { "113°33′12″", PLACE_HALF }, { "", PLACE_UNREADABLE },
        { "体育中心", PLACE_UNREADABLE }, { "113.5,22.2,7", PLACE_UNREADABLE }, { "113.5E 114.5E", PLACE_UNREADABLE },
        { "181,22", PLACE_RANGE }, { "113°61′ 22°10′", PLACE_RANGE }, { "113,95", PLACE_RANGE }, { "nan,inf", PLACE_UNREADABLE },
        { "1e5,22", PLACE_UNREADABLE }, { "113.5.5,22", PLACE_UNREADABLE }, { "--113,22", PLACE_UNREADABLE },
        { "113°33°,22", PLACE_UNREADABLE }, { "99999999999999999999999999,22", PLACE_UNREADABLE } };
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        struct place p;
        enum place_fault fault = place_read(arena, ways[i].text, DATUM_GCJ02, &p);
        if (fault != ways[i].fault)
            fail_msg("%s: fault %d, not %d (%.5f %.5f)", ways[i].text, fault, ways[i].fault, p.typed.lng, p.typed.lat);
    }
}

/* Abroad is a place too: whoever judges it says so, the reader does not. */
static void abroad_is_read(void **state)
{
    (void)state;
    struct place p;
    assert_int_equal(place_read(arena, "151.2093,-33.8688", DATUM_WGS84, &p), PLACE_GOOD);
    assert_int_equal(place_read(arena, "33.8688S 151.2093E", DATUM_WGS84, &p), PLACE_GOOD);
    assert_true(p.typed.lat < -33 && p.typed.lng > 151);
    assert_int_equal(place_read(arena, "西经0度30分，北纬51.5", DATUM_WGS84, &p), PLACE_GOOD);
    assert_true(fabs(p.typed.lng + 0.5) < 1e-9);
}

static void halves_stay_as_typed(void **state)
{
    (void)state;
    struct place p;
    assert_int_equal(place_read(arena, "22°13'23.5\"N , 113°33'12.9\"E WGS-84", DATUM_GCJ02, &p), PLACE_GOOD);
    assert_string_equal(p.lng, "113°33'12.9\"E");
    assert_string_equal(p.lat, "22°13'23.5\"N");
    assert_int_equal(p.datum, DATUM_WGS84);
    assert_int_equal(place_read(arena, "22.2232, 113.5536", DATUM_GCJ02, &p), PLACE_SWAPPED);
    assert_string_equal(p.lng, "22.2232");
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(one_place_many_ways), cmocka_unit_test(datums_are_converted),
        cmocka_unit_test(faults_are_told_apart), cmocka_unit_test(abroad_is_read), cmocka_unit_test(halves_stay_as_typed) };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
