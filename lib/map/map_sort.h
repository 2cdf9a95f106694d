/* map_sort: sorting for the builder. Private to lib/map. */
#ifndef MAP_SORT_H
#define MAP_SORT_H

#include <stddef.h>
#include <stdint.h>

struct sort_item { uint64_t key; uint32_t a, b; };

/* Ascending by key, stable; `other` is room for as many items. The result is in `items`. */
void sort_by_key(struct sort_item *items, struct sort_item *other, size_t count);

/* Ascending by the bytes at text[a], up to their NUL, at most `depth` of them (a multiple of 8); equal ones in any
 * order. 8 bytes behind every text must be readable. */
void sort_by_text(struct sort_item *items, struct sort_item *other, size_t count, const char *text, size_t depth);

#endif
