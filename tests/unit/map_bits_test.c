/* Every version of the bitmap loops that this processor can run, against the plainest way of saying the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../lib/map/map_bits.c"

static uint64_t seed = 9;

static uint64_t roll(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    return seed ^= seed << 17;
}

/* Few, many, none or all bits. */
static uint64_t roll_word(void)
{
    switch (roll() % 5) {
    case 0: return 0;
    case 1: return ~0ULL;
    case 2: return roll() & roll() & roll();
    default: return roll();
    }
}

static void blocks_check(const struct bit_kernels *k)
{
    for (int round = 0; round < 2000; round++) {
        uint16_t small[64];
        uint32_t x[64], y[64], sum = 0, largest = 0, smallest = 0;
        uint64_t inside = 0;
        const uint64_t chosen = roll_word();
        const uint32_t x0 = (uint32_t)roll(), width = (uint32_t)(roll() % ((uint64_t)UINT32_MAX - x0 + 1)),
                       y0 = (uint32_t)roll(), height = (uint32_t)(roll() % ((uint64_t)UINT32_MAX - y0 + 1));
        for (int i = 0; i < 64; i++) {
            const bool in = chosen >> i & 1;
            small[i] = (uint16_t)(roll() % 4 ? roll() : 0xFFFF);
            x[i] = roll() % 8 ? (uint32_t)roll() : roll() % 2 ? x0 : x0 + width;
            y[i] = roll() % 4 ? (uint32_t)roll() : 0;
            sum += in ? small[i] : 0;
            largest = in && y[i] > largest ? y[i] : largest;
            smallest = in && y[i] && (!smallest || y[i] < smallest) ? y[i] : smallest;
            if (x[i] >= x0 && x[i] <= x0 + width && y[i] >= y0 && y[i] <= y0 + height)
                inside |= 1ULL << i;
        }
        assert_int_equal(k->sum(small, chosen), sum);
        assert_int_equal(k->largest(y, chosen), largest);
        assert_int_equal(k->smallest_but_zero(y, chosen), smallest);
        assert_true(k->inside(x, y, x0, width, y0, height) == inside);
    }
}

static void sets_check(const struct bit_kernels *k)
{
    for (size_t words = 0; words < 70; words++) {
        uint64_t a[70] = { 0 }, b[70] = { 0 }, both[70] = { 0 }, either[70] = { 0 }, count = 0, common = 0;
        for (size_t i = 0; i < words; i++) {
            a[i] = both[i] = either[i] = roll_word();
            b[i] = roll_word();
            for (int bit = 0; bit < 64; bit++) {
                count += a[i] >> bit & 1;
                common += a[i] >> bit & b[i] >> bit & 1;
            }
        }
        assert_int_equal(k->count(a, words), count);
        assert_int_equal(k->count_both(a, b, words), common);
        k->and_with(both, b, words);
        k->or_with(either, b, words);
        for (size_t i = 0; i < words; i++) {
            assert_true(both[i] == (a[i] & b[i]));
            assert_true(either[i] == (a[i] | b[i]));
        }
    }
}

static void plain_version(void **state)
{
    (void)state;
    blocks_check(&kernels_plain);
    sets_check(&kernels_plain);
}

static void chosen_versions(void **state)
{
    (void)state;
    bits_choose();
    blocks_check(&bits);
    sets_check(&bits);
#ifdef __x86_64__
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2")) {
        blocks_check(&kernels_avx2);
        sets_check(&kernels_avx2);
    }
#endif
}

static void fill_sets_exactly_the_rows(void **state)
{
    (void)state;
    for (size_t rows = 0; rows < 300; rows++) {
        uint64_t set[6] = { 0 };
        bits_fill(set, rows);
        for (size_t row = 0; row < 320; row++)
            assert_int_equal(set[row / 64] >> row % 64 & 1, row < rows);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(plain_version), cmocka_unit_test(chosen_versions),
                                        cmocka_unit_test(fill_sets_exactly_the_rows) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
