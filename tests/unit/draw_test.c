/* Pictures: QR codes that a reader reads, the static map, outlines that survive damage. */
#include <gd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "core/arena.h"
#include "core/config.h"
#include "draw/label.h"
#include "draw/outline.h"
#include "draw/qr.h"
#include "draw/staticmap.h"

#define LINK "https://ev.zhuhai.example.gov.cn/map/stations/12345?名=拱北"

static struct arena *arena;

/* fontconfig keeps what it has read; libgd offers no way to make it let go. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void) { return "leak:libfontconfig"; }

/* What zbar (a reader written by others) makes of the picture. */
static void qr_is_read_by_a_reader(void **state)
{
    (void)state;
    char path[] = "/tmp/chargehall-qr-XXXXXX", command[200], text[300] = "";
    size_t size;
    if (system("command -v zbarimg >/dev/null") != 0)
        skip();
    void *png = qr_png(arena, LINK, 5, &size);
    int fd = mkstemp(path);
    assert_int_equal(write(fd, png, size), (ssize_t)size);
    close(fd);
    snprintf(command, sizeof command, "zbarimg -q --raw %s 2>/dev/null", path);
    FILE *reader = popen(command, "r");
    assert_non_null(fgets(text, sizeof text, reader));
    pclose(reader);
    unlink(path);
    text[strcspn(text, "\n")] = '\0';
    assert_string_equal(text, LINK);
}

/* A label, with texts far too long: it is still read, its size is that of the sheet, and the same texts give the same bytes. */
static void label_is_read_by_a_reader(void **state)
{
    (void)state;
    char path[] = "/tmp/chargehall-label-XXXXXX", command[200], text[300] = "";
    const struct label label = { LINK, "珠海市香洲区情侣中路超长名称充电站地下停车场二层东区直流快充专区第一期工程", "4404020000000000000A", "",
                                 "某某新能源科技（珠海横琴）有限责任公司第一分公司", "400-000-0000 转 123456789012345678901234567890" };
    size_t size, again;
    if (system("command -v zbarimg >/dev/null") != 0)
        skip();
    void *png = label_png(arena, &label, &size), *second = label_png(arena, &label, &again);
    assert_int_equal(size, again);
    assert_memory_equal(png, second, size);
    gdImagePtr image = gdImageCreateFromPngPtr((int)size, png);
    assert_int_equal(gdImageSX(image), LABEL_WIDTH);
    assert_int_equal(gdImageSY(image), LABEL_HEIGHT);
    for (int y = 0; y < LABEL_HEIGHT; y++)                 /* nothing runs over the edge */
        assert_int_equal(gdTrueColorGetRed(gdImageGetTrueColorPixel(image, LABEL_WIDTH - 8, y)), 255);
    gdImageDestroy(image);
    int fd = mkstemp(path);
    assert_int_equal(write(fd, png, size), (ssize_t)size);
    close(fd);
    snprintf(command, sizeof command, "zbarimg -q --raw %s 2>/dev/null", path);
    FILE *reader = popen(command, "r");
    assert_non_null(fgets(text, sizeof text, reader));
    pclose(reader);
    unlink(path);
    text[strcspn(text, "\n")] = '\0';
    assert_string_equal(text, LINK);
    assert_null(label_png(arena, &(struct label){ "", "a", "b", "", "c", "" }, &size));
}

/* Both pictures hold the same modules: each dark one of the PNG lies on a run of the SVG, and none more. */
static void svg_and_png_agree(void **state)
{
    (void)state;
    size_t size, svg_size;
    enum { SCALE = 3 };
    void *png = qr_png(arena, LINK, SCALE, &size);
    char *svg = qr_svg(arena, LINK, &svg_size);
    assert_int_equal(strlen(svg), svg_size);
    gdImagePtr image = gdImageCreateFromPngPtr((int)size, png);
    assert_non_null(image);
    int side = gdImageSX(image) / SCALE, dark = 0, runs = 0, x, y, run, taken;
    for (y = 0; y < side; y++)
        for (x = 0; x < side; x++)
            dark += gdImageRed(image, gdImageGetPixel(image, x * SCALE + 1, y * SCALE + 1)) == 0;
    for (const char *p = strstr(svg, "<path d=\""); (p = strchr(p + 1, 'M')) != NULL;) {
        if (sscanf(p, "M%d %dh%dv1h-%*dz%n", &x, &y, &run, &taken) != 3)
            continue;
        for (int i = 0; i < run; i++)
            assert_int_equal(gdImageRed(image, gdImageGetPixel(image, (x + i) * SCALE + 1, y * SCALE + 1)), 0);
        runs += run;
    }
    assert_true(dark > 200);
    assert_int_equal(runs, dark);
    gdImageDestroy(image);
}

static void qr_limits(void **state)
{
    (void)state;
    size_t size;
    char *long_text = arena_alloc(arena, 4001);
    memset(long_text, 'a', 4000);
    assert_null(qr_png(arena, "", 4, &size));
    assert_null(qr_png(arena, NULL, 4, &size));
    assert_null(qr_png(arena, long_text, 4, &size));
    assert_non_null(qr_png(arena, "1", 1000, &size));          /* scale is bounded, not obeyed */
    assert_true(size < 20000);
}

static int colour_at(gdImagePtr image, int x, int y)
{
    int c = gdImageGetPixel(image, x, y);
    return gdImageRed(image, c) << 16 | gdImageGreen(image, c) << 8 | gdImageBlue(image, c);
}

static void static_map_shows_land_and_sea(void **state)
{
    (void)state;
    size_t size;
    if (!outline_load(path_in_root("htdocs/vendor/basemap/outline/440000.bin")))
        skip();
    void *png = static_map_png(arena, 113.60, 22.25, 11, 640, 400, &size);
    gdImagePtr image = gdImageCreateFromPngPtr((int)size, png);
    assert_non_null(image);
    assert_int_equal(gdImageSX(image), 640);
    assert_int_equal(gdImageSY(image), 400);
    int sea = 0, land = 0;
    for (int y = 0; y < 400; y += 5)
        for (int x = 0; x < 640; x += 5) {
            int c = colour_at(image, x, y);
            if (x < 120 && (c >> 16) > 0xf0)
                land++;
            if (x > 520 && (c >> 16 & 0xff) < 0xe4 && (c & 0xff) > 0xe8)
                sea++;
        }
    assert_true(land > 1000);                                   /* 珠海 at the left, the estuary at the right */
    assert_true(sea > 1000);
    assert_true(colour_at(image, 320, 200 - 27) >> 16 > 0x90);  /* the marker's red */
    gdImageDestroy(image);
}

static void static_map_takes_any_place(void **state)
{
    (void)state;
    size_t size;
    static const double places[][2] = { { 0, 0 }, { -179.9, 89 }, { 180, -90 }, { 113.5, 22.2 } };
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
        for (int zoom = 0; zoom <= 25; zoom += 5)
            assert_non_null(static_map_png(arena, places[i][0], places[i][1], zoom, 100000, -5, &size));
    assert_null(static_map_png(arena, 0.0 / 0.0, 22, 10, 100, 100, &size));
}

static void damaged_outlines_are_refused(void **state)
{
    (void)state;
    char path[] = "/tmp/chargehall-outline-XXXXXX";
    int32_t words[40] = { 0, 0, 1, 440400, 0, 0, 0, 4, 0x00000041, 1, 5, 0, 0, 10000000, 0, 10000000, 10000000, 0, 10000000, 0, 0 };
    memcpy(words, "CHOUTL1", 8);
    struct { int at; int32_t value; } damage[] = { { 0, 0 }, { 2, -1 }, { 2, 2 }, { 7, 1 << 30 }, { 7, 3 }, { 9, 100 }, { 10, 1 << 28 }, { 10, 2 } };
    for (size_t i = 0; i <= sizeof damage / sizeof damage[0]; i++) {
        int32_t copy[21];
        memcpy(copy, words, sizeof copy);
        bool whole = i == sizeof damage / sizeof damage[0];
        if (!whole)
            copy[damage[i].at] = damage[i].value;
        strcpy(path, "/tmp/chargehall-outline-XXXXXX");
        int fd = mkstemp(path);
        assert_int_equal(write(fd, copy, sizeof copy), sizeof copy);
        close(fd);
        const struct outline *outline = outline_load(path);
        unlink(path);
        assert_int_equal(outline != NULL, whole);
        if (whole) {
            const struct area *area = outline_area(outline, 440400);
            assert_true(area_holds(area, (struct point){ 5, 5 }));
            assert_false(area_holds(area, (struct point){ 11, 5 }));
            assert_false(area_holds(area, (struct point){ 5, -1 }));
        }
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(qr_is_read_by_a_reader), cmocka_unit_test(label_is_read_by_a_reader), cmocka_unit_test(svg_and_png_agree), cmocka_unit_test(qr_limits),
        cmocka_unit_test(static_map_shows_land_and_sea), cmocka_unit_test(static_map_takes_any_place),
        cmocka_unit_test(damaged_outlines_are_refused),
    };
    (void)argc;
    setenv("VAR", "/nonexistent", 0);
    setenv("SITE", "zhuhai", 1);
    config_load(argv[0]);
    arena = arena_new();
    return cmocka_run_group_tests_name("draw", tests, NULL, NULL);
}
