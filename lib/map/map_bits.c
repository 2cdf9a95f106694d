/* The bodies are written once, plainly; the compiler makes a version of each for plain, AVX2 and AVX-512
 * processors. Chosen by hand and not by the loader's own mechanism, which sanitizers do not survive. */
#ifndef __clang__
#pragma GCC optimize("O3")          /* -O2 leaves these loops one by one */
#endif
#include "map/map_bits.h"

#include <string.h>

#define BODY static inline __attribute__((always_inline))

BODY void and_with_body(uint64_t *restrict set, const uint64_t *restrict other, size_t words)
{
    for (size_t i = 0; i < words; i++)
        set[i] &= other[i];
}

BODY void or_with_body(uint64_t *restrict set, const uint64_t *restrict other, size_t words)
{
    for (size_t i = 0; i < words; i++)
        set[i] |= other[i];
}

BODY uint64_t count_body(const uint64_t *set, size_t words)
{
    uint64_t count = 0;
    for (size_t i = 0; i < words; i++)
        count += (uint64_t)__builtin_popcountll(set[i]);
    return count;
}

BODY uint64_t count_both_body(const uint64_t *a, const uint64_t *b, size_t words)
{
    uint64_t count = 0;
    for (size_t i = 0; i < words; i++)
        count += (uint64_t)__builtin_popcountll(a[i] & b[i]);
    return count;
}

static const uint16_t lane[16] = { 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768 };

BODY uint32_t sum_body(const uint16_t values[64], uint64_t chosen)
{
    uint32_t sums[16] = { 0 }, sum = 0;
    for (int part = 0; part < 4; part++) {
        const uint16_t some = (uint16_t)(chosen >> (16 * part));
        for (int i = 0; i < 16; i++)
            sums[i] += (some & lane[i]) ? values[16 * part + i] : 0;
    }
    for (int i = 0; i < 16; i++)
        sum += sums[i];
    return sum;
}

BODY uint32_t largest_body(const uint32_t values[64], uint64_t chosen)
{
    uint32_t best[16] = { 0 }, result = 0;
    for (int part = 0; part < 4; part++) {
        const uint32_t some = (uint16_t)(chosen >> (16 * part));
        for (int i = 0; i < 16; i++) {
            const uint32_t value = (some & lane[i]) ? values[16 * part + i] : 0;
            best[i] = value > best[i] ? value : best[i];
        }
    }
    for (int i = 0; i < 16; i++)
        result = best[i] > result ? best[i] : result;
    return result;
}

BODY uint32_t smallest_but_zero_body(const uint32_t values[64], uint64_t chosen)
{
    uint32_t best[16], result = UINT32_MAX;      /* of value - 1, which puts zero last */
    for (int i = 0; i < 16; i++)
        best[i] = UINT32_MAX;
    for (int part = 0; part < 4; part++) {
        const uint32_t some = (uint16_t)(chosen >> (16 * part));
        for (int i = 0; i < 16; i++) {
            const uint32_t value = (some & lane[i]) ? values[16 * part + i] - 1 : UINT32_MAX;
            best[i] = value < best[i] ? value : best[i];
        }
    }
    for (int i = 0; i < 16; i++)
        result = best[i] < result ? best[i] : result;
    return result + 1;
}

BODY uint64_t inside_body(const uint32_t x[64], const uint32_t y[64], uint32_t x0, uint32_t width, uint32_t y0,
                          uint32_t height)
{
    uint8_t in[64];
    uint64_t result = 0;
    for (int i = 0; i < 64; i++)
        in[i] = (x[i] - x0 <= width) & (y[i] - y0 <= height);
    for (int i = 0; i < 64; i++)
        result |= (uint64_t)in[i] << i;
    return result;
}

#define VERSIONS(suffix, target)                                                                                   \
    target static void and_with_##suffix(uint64_t *a, const uint64_t *b, size_t n) { and_with_body(a, b, n); }     \
    target static void or_with_##suffix(uint64_t *a, const uint64_t *b, size_t n) { or_with_body(a, b, n); }       \
    target static uint64_t count_##suffix(const uint64_t *a, size_t n) { return count_body(a, n); }                \
    target static uint64_t count_both_##suffix(const uint64_t *a, const uint64_t *b, size_t n)                     \
    { return count_both_body(a, b, n); }                                                                           \
    target static uint32_t sum_##suffix(const uint16_t v[64], uint64_t m) { return sum_body(v, m); }               \
    target static uint32_t largest_##suffix(const uint32_t v[64], uint64_t m) { return largest_body(v, m); }       \
    target static uint32_t smallest_##suffix(const uint32_t v[64], uint64_t m)                                     \
    { return smallest_but_zero_body(v, m); }                                                                       \
    target static uint64_t inside_##suffix(const uint32_t x[64], const uint32_t y[64], uint32_t x0, uint32_t w,    \
                                           uint32_t y0, uint32_t h)                                                \
    { return inside_body(x, y, x0, w, y0, h); }                                                                    \
    static const struct bit_kernels kernels_##suffix = {                                                           \
        and_with_##suffix, or_with_##suffix, count_##suffix, count_both_##suffix, sum_##suffix, largest_##suffix,  \
        smallest_##suffix, inside_##suffix };

VERSIONS(plain, )
#ifdef __x86_64__
VERSIONS(avx2, __attribute__((target("avx2,bmi,bmi2,popcnt"))))
VERSIONS(avx512, __attribute__((target("avx2,bmi,bmi2,popcnt,avx512f,avx512bw,avx512dq,avx512vl,avx512vpopcntdq"))))
#endif

struct bit_kernels bits;

void bits_choose(void)
{
    bits = kernels_plain;
#ifdef __x86_64__
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt") && __builtin_cpu_supports("bmi2"))
        bits = kernels_avx2;
    if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vpopcntdq"))
        bits = kernels_avx512;
#endif
}

void bits_fill(uint64_t *set, size_t rows)
{
    memset(set, 0xff, rows / 64 * sizeof *set);
    if (rows % 64)
        set[rows / 64] = (1ULL << rows % 64) - 1;
}
