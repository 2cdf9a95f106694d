/* The searchable names: every suffix of every folded name, sorted, so that all places where a needle occurs are
 * one range found by bisection, whatever its length and script. */
#include "map/map_builder.h"

#include <stdlib.h>
#include <string.h>

static void ranks_write(struct map_columns *c, const uint32_t *name_at, size_t rows, struct sort_item *items,
                        struct sort_item *other)
{
    for (size_t row = 0; row < rows; row++)
        items[row] = (struct sort_item){ .a = name_at[row], .b = (uint32_t)row };
    sort_by_text(items, other, rows, c->names, SIZE_MAX - 16);
    for (size_t i = 0; i < rows; i++)
        c->rank[items[i].b] = (uint32_t)i;
}

void write_text(struct map_builder *b, struct map_header *file, struct map_columns *c, const struct sort_item *order)
{
    const size_t rows = file->rows, most = b->suffix_count > rows ? b->suffix_count : rows;
    struct sort_item *items = malloc((most + 1) * sizeof *items), *other = malloc((most + 1) * sizeof *other);
    uint32_t *name_at = malloc((rows + 1) * sizeof *name_at);
    if (!items || !other || !name_at)
        abort();
    size_t at = 0, suffixes = 0;
    for (size_t row = 0; row < rows; row++) {
        const char *folded = b->folded.at + b->stations[order[row].a].folded;
        const size_t size = strlen(folded) + 1;
        name_at[row] = (uint32_t)at;
        memcpy(c->names + at, folded, size);
        at += size;
    }
    ranks_write(c, name_at, rows, items, other);
    for (size_t row = 0; row < rows; row++)
        for (size_t i = name_at[row]; c->names[i]; i++)
            if ((c->names[i] & 0xC0) != 0x80)
                items[suffixes++] = (struct sort_item){ .a = (uint32_t)i, .b = (uint32_t)row };
    sort_by_text(items, other, suffixes, c->names, MAP_SUFFIX_DEPTH);
    for (size_t i = 0; i < suffixes; i++) {
        c->suffix[i] = items[i].a;
        c->suffix_row[i] = items[i].b;
    }
    free(items);
    free(other);
    free(name_at);
}
