/* Radix sort by 8-byte keys, one byte a pass, passes in which all keys agree left out; texts by 8 bytes at a
 * time, then each group of equals by its next 8. */
#include "map/map_sort.h"

#include <endian.h>
#include <string.h>

static void insertion_sort(struct sort_item *items, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        const struct sort_item item = items[i];
        size_t at = i;
        for (; at && items[at - 1].key > item.key; at--)
            items[at] = items[at - 1];
        items[at] = item;
    }
}

static void merge_sort(struct sort_item *items, struct sort_item *other, size_t count)
{
    if (count <= 24) {
        insertion_sort(items, count);
        return;
    }
    const size_t half = count / 2;
    merge_sort(items, other, half);
    merge_sort(items + half, other, count - half);
    memcpy(other, items, half * sizeof *items);
    size_t left = 0, right = half, to = 0;
    while (left < half)
        items[to++] = right < count && items[right].key < other[left].key ? items[right++] : other[left++];
}

void sort_by_key(struct sort_item *items, struct sort_item *other, size_t count)
{
    if (count < 4096) {
        merge_sort(items, other, count);
        return;
    }
    static _Thread_local size_t places[8][256];
    memset(places, 0, sizeof places);
    for (size_t i = 0; i < count; i++)
        for (int byte = 0; byte < 8; byte++)
            places[byte][items[i].key >> (8 * byte) & 0xff]++;
    struct sort_item *from = items, *to = other;
    for (int byte = 0; byte < 8; byte++) {
        size_t *place = places[byte], sum = 0;
        if (place[from[0].key >> (8 * byte) & 0xff] == count)
            continue;
        for (int digit = 0; digit < 256; digit++) {
            const size_t many = place[digit];
            place[digit] = sum;
            sum += many;
        }
        for (size_t i = 0; i < count; i++)
            to[place[from[i].key >> (8 * byte) & 0xff]++] = from[i];
        struct sort_item *swap = from;
        from = to;
        to = swap;
    }
    if (from != items)
        memcpy(items, from, count * sizeof *items);
}

static int has_zero_byte(uint64_t v)
{
    return ((v - 0x0101010101010101ULL) & ~v & 0x8080808080808080ULL) != 0;
}

static void sort_texts(struct sort_item *items, struct sort_item *other, size_t count, const char *text, size_t from,
                       size_t depth)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t key;
        memcpy(&key, text + items[i].a + from, sizeof key);
        items[i].key = be64toh(key);
    }
    sort_by_key(items, other, count);
    if (from + 8 >= depth)
        return;
    for (size_t start = 0, end; start < count; start = end) {
        for (end = start + 1; end < count && items[end].key == items[start].key; end++)
            ;
        if (end - start > 1 && !has_zero_byte(items[start].key))
            sort_texts(items + start, other, end - start, text, from + 8, depth);
    }
}

void sort_by_text(struct sort_item *items, struct sort_item *other, size_t count, const char *text, size_t depth)
{
    sort_texts(items, other, count, text, 0, depth);
}
