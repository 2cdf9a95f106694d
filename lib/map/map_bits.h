/* map_bits: loops over bitmaps and over the 64 rows of a block, compiled for the wider registers of newer
 * processors as well and chosen at start; every processor gives the same results. Private to lib/map. */
#ifndef MAP_BITS_H
#define MAP_BITS_H

#include <stddef.h>
#include <stdint.h>

struct bit_kernels {
    void     (*and_with)(uint64_t *set, const uint64_t *other, size_t words);
    void     (*or_with)(uint64_t *set, const uint64_t *other, size_t words);
    uint64_t (*count)(const uint64_t *set, size_t words);
    uint64_t (*count_both)(const uint64_t *a, const uint64_t *b, size_t words);
    uint32_t (*sum)(const uint16_t values[64], uint64_t chosen);
    uint32_t (*largest)(const uint32_t values[64], uint64_t chosen);             /* 0 when none */
    uint32_t (*smallest_but_zero)(const uint32_t values[64], uint64_t chosen);   /* 0 when none */
    /* bit i: x[i] in x0 … x0+width and y[i] in y0 … y0+height */
    uint64_t (*inside)(const uint32_t x[64], const uint32_t y[64], uint32_t x0, uint32_t width, uint32_t y0,
                       uint32_t height);
};

extern struct bit_kernels bits;
void bits_choose(void);                 /* idempotent; map_open calls it */

/* Words of a bitmap of `rows` rows; every bit set, none behind the last row. */
void bits_fill(uint64_t *set, size_t rows);

#endif
