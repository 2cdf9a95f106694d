/* text, clock, arena: what everything else takes for granted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "core/text.h"

static struct arena *arena;

static int set_up(void **state)
{
    (void)state;
    arena = arena_new();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static void utf8_is_strict(void **state)
{
    (void)state;
    static const char *const good[] = { "", "a", "充电站", "𠮷", "é", "\xEF\xBF\xBF" };
    static const struct { const char *text; size_t size; } bad[] = {
        { "a\0b", 3 }, { "\xC0\xAF", 2 }, { "\xE0\x80\xAF", 3 }, { "\xF0\x80\x80\xAF", 4 }, { "\xED\xA0\x80", 3 },
        { "\xF4\x90\x80\x80", 4 }, { "\xE5\x85", 2 }, { "\x80", 1 }, { "\xFF", 1 }, { "\xC3(", 2 }, { "\xF8\x88\x80\x80\x80", 5 } };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(utf8_valid(good[i], strlen(good[i])));
    for (size_t i = 1; i < sizeof bad / sizeof *bad; i++)
        assert_false(utf8_valid(bad[i].text, bad[i].size));
    assert_false(utf8_valid(bad[0].text, 3));
}

static void utf8_counts_and_cuts_characters(void **state)
{
    (void)state;
    assert_int_equal(utf8_length("充电a𠮷"), 4);
    assert_string_equal(utf8_cut(arena, "充电站", 3), "充电站");
    assert_string_equal(utf8_cut(arena, "充电站", 2), "充电…");
    assert_string_equal(utf8_cut(arena, "", 2), "");
    const char *repaired = utf8_repair(arena, "a\xFF" "b\xE5\x85", 5);
    assert_true(utf8_valid(repaired, strlen(repaired)));
    assert_string_equal(repaired, "a\uFFFDb\uFFFD\uFFFD");
}

static void text_is_made_normal(void **state)
{
    (void)state;
    assert_string_equal(text_normal(arena, "　 ＡＢ１２　 充电\t站 \n"), "AB12 充电 站");
    assert_string_equal(text_normal(arena, " \u3000 "), "");
    assert_string_equal(text_folded(arena, "ＡbC"), "abc");
    assert_string_equal(text_line(arena, "　 珠海（横琴）Ａ　 充电\t站 \n"), "珠海（横琴）Ａ 充电 站");
    assert_string_equal(text_normal(arena, "珠海（横琴）"), "珠海(横琴)");
    assert_string_equal(text_normal(arena, "\xFF\xFF"), "\uFFFD\uFFFD");
    assert_string_equal(text_visible(arena, "\u200b\u200f\u202e\u2066\ufeff\u00ad"), "");      /* nothing to be seen */
    assert_string_equal(text_visible(arena, "a\x01\x7f"), "a\x01\x7f");
    assert_string_equal(text_visible(arena, "珠海\u202e司公\u202c\tA\r\n\u200b站　é"), "珠海司公\tA\r\n站　é");
}

static void bigrams_for_fulltext(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        { "充电站", "充电 电站" }, { "充电站A1", "充电 电站 a1" }, { "站", "站" }, { "A1充电", "a1 充电" }, { "", "" },
        { "充 电", "充 电" }, { "+-\"()*@~<>", "" }, { "a+b 充电", "a b 充电" }, { "ＡＢ", "ab" } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *out = text_bigrams(arena, cases[i][0]);
        assert_string_equal(text_normal(arena, out), cases[i][1]);
        assert_null(strpbrk(out, "+-\"()*@~<>%_\\"));
    }
}

static void numbers_are_whole_or_refused(void **state)
{
    (void)state;
    int64_t n = 7;
    double d = 7;
    static const char *const bad[] = { "", " 1", "1 ", "+1", "1a", "0x10", "1e3", "--1", "-", "9223372036854775808", "1.0", "１" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(text_to_int(bad[i], INT64_MIN, INT64_MAX, &n));
    assert_int_equal(n, 7);
    assert_true(text_to_int("-9223372036854775808", INT64_MIN, INT64_MAX, &n));
    assert_true(n == INT64_MIN);
    assert_false(text_to_int("101", 1, 100, &n));
    static const char *const bad_reals[] = { "", "inf", "nan", "0x1p3", "1e5", " 1", "1.2.3", "-", "." };
    for (size_t i = 0; i < sizeof bad_reals / sizeof *bad_reals; i++)
        assert_false(text_to_real(bad_reals[i], -1e9, 1e9, &d));
    assert_true(text_to_real("-12.50", -100, 100, &d));
    assert_true(d == -12.5);
    assert_string_equal(text_thousands(arena, 0), "0");
    assert_string_equal(text_thousands(arena, -1234567), "-1,234,567");
    assert_string_equal(text_thousands(arena, INT64_MIN), "-9,223,372,036,854,775,808");
}

static void secrets_are_compared_whole(void **state)
{
    (void)state;
    assert_true(text_same_secret("abc", "abc"));
    assert_false(text_same_secret("abc", "abd"));
    assert_false(text_same_secret("abc", "ab"));
    assert_false(text_same_secret("abc", ""));
    assert_false(text_same_secret("", "abc"));
    assert_false(text_same_secret("abc", "abcabc"));
}

static void time_is_china_standard_time(void **state)
{
    (void)state;
    int64_t at;
    assert_string_equal(time_sql(arena, 0), "1970-01-01 08:00:00.000");
    assert_string_equal(time_sql(arena, 1795104487123), "2026-11-20 00:08:07.123");
    assert_string_equal(time_sql(arena, -1), "1970-01-01 07:59:59.999");
    assert_true(time_parse("2026-11-20 00:08:07", "%Y-%m-%d %H:%M:%S", &at));
    assert_true(at == 1795104487000);
    assert_string_equal(time_format(arena, at, "%Y-%m-%d %H:%M:%S"), "2026-11-20 00:08:07");
    assert_true(time_parse("2024-02-29", "%Y-%m-%d", &at));
    static const char *const bad[] = { "2026-02-29", "2026-02-31", "2026-13-01", "2026-04-31", "", "2026-11-20x", "20261120" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(time_parse(bad[i], "%Y-%m-%d", &at));
}

static void arena_gives_zeroed_aligned_memory(void **state)
{
    (void)state;
    struct arena *own = arena_new();
    for (int round = 0; round < 3; round++) {
        for (size_t size = 1; size < 200000; size = size * 3 + 1) {
            unsigned char *p = arena_alloc(own, size);
            assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
            for (size_t i = 0; i < size; i++)
                assert_int_equal(p[i], 0);
            memset(p, 0xAA, size);
        }
        arena_reset(own);
    }
    assert_string_equal(arena_printf(own, "%s-%d", "x", 5), "x-5");
    assert_string_equal(arena_copy_n(own, "abcdef", 3), "abc");
    assert_null(arena_copy(own, NULL));
    arena_free(own);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(utf8_is_strict), cmocka_unit_test(utf8_counts_and_cuts_characters),
        cmocka_unit_test(text_is_made_normal), cmocka_unit_test(bigrams_for_fulltext),
        cmocka_unit_test(numbers_are_whole_or_refused), cmocka_unit_test(secrets_are_compared_whole),
        cmocka_unit_test(time_is_china_standard_time), cmocka_unit_test(arena_gives_zeroed_aligned_memory),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
