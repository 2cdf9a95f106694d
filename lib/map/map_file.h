/* map_file: the layout of the mapped file and what a process holds of it. Private to lib/map.
 *
 * Rows are sorted by the Morton code of their Web-Mercator position, so that every square of the quadtree,
 * hence every grid cell at every zoom, is one range of rows. Sets of rows are bitmaps; 64 rows are a block. */
#ifndef MAP_FILE_H
#define MAP_FILE_H

#include "map/map.h"

#define MAP_MAGIC  "CHGMAP1"
#define MAP_LAYOUT 1
#define MAP_NAME_PAD 256                /* zero bytes after the folded names: a comparison may run over the end */
#define MAP_SUFFIX_DEPTH 16             /* bytes by which suffixes are sorted; longer needles are compared */

enum map_size {                         /* how long a column is */
    PER_ROW, PER_ROW_AND_FACET, PER_WORD, PER_WORD_AND_CLASS, PER_WORD_AND_SINGLE, PER_CONNECTOR, PER_VALUE,
    PER_LISTED, PER_BITMAP_WORD, PER_SUFFIX, PER_NAME_BYTE, PER_LABEL_BYTE, PER_POOL_BYTE, MAP_SIZES
};

struct map_block { uint64_t sum_x, sum_y; uint32_t min_x, max_x, min_y, max_y; };    /* of 64 rows */

/* One facet value, and after the last of each facet one more for "not known". Its rows are either listed
 * (below one row in 64) or a bitmap. */
struct map_value { uint32_t code, label, folded, rows, list_at, bitmap; };   /* bitmap: 1 + number, 0 = listed */

#define MAP_COLUMNS(C) \
    C(morton,       uint64_t, PER_ROW)              \
    C(x,            uint32_t, PER_ROW)              \
    C(y,            uint32_t, PER_ROW)              \
    C(id,           int64_t,  PER_ROW)              \
    C(id_order,     uint32_t, PER_ROW)   /* rows by station id */ \
    C(rank,         uint32_t, PER_ROW)   /* place in the order of folded names */ \
    C(name,         uint32_t, PER_ROW)   /* offsets into pool */ \
    C(address,      uint32_t, PER_ROW)              \
    C(price,        uint32_t, PER_ROW)              \
    C(hours,        uint32_t, PER_ROW)              \
    C(max_kw,       uint16_t, PER_ROW)              \
    C(flags,        uint16_t, PER_ROW)              \
    C(facet,        uint16_t, PER_ROW_AND_FACET)    \
    C(first,        uint32_t, PER_ROW)   /* its connectors: first … first + total - 1 */ \
    C(total,        uint16_t, PER_ROW)              \
    C(free,         uint16_t, PER_ROW)   /* from here to `classes`: summed from the connectors, live */ \
    C(busy,         uint16_t, PER_ROW)              \
    C(fault,        uint16_t, PER_ROW)              \
    C(offline,      uint16_t, PER_ROW)              \
    C(newest,       uint32_t, PER_ROW)              \
    C(oldest,       uint32_t, PER_ROW)              \
    C(classes,      uint64_t, PER_WORD_AND_CLASS)   /* bitmaps of the known classes; no bit: unknown */ \
    C(block,        struct map_block, PER_WORD)     \
    C(connector_id, int64_t,  PER_CONNECTOR)   /* sorted */ \
    C(connector_at, uint32_t, PER_CONNECTOR)   /* beside it: where the connector is in the columns below */ \
    C(owner,        uint32_t, PER_CONNECTOR)   /* station row */ \
    C(version,      uint32_t, PER_CONNECTOR)   /* live, as are the three below */ \
    C(told,         uint32_t, PER_CONNECTOR)   /* seconds since 1970, 0 never */ \
    C(state,        uint8_t,  PER_CONNECTOR)   /* as told */ \
    C(counted,      uint8_t,  PER_CONNECTOR)   /* as summed: unknown when stale */ \
    C(value,        struct map_value, PER_VALUE)    \
    C(value_order,  uint32_t, PER_VALUE)       /* of each facet by code */ \
    C(list,         uint32_t, PER_LISTED)      /* rows of the listed values */ \
    C(bitmap,       uint64_t, PER_BITMAP_WORD)      \
    C(sparse,       uint64_t, PER_WORD_AND_SINGLE)  /* rows that have a listed value in this facet */ \
    C(suffix,       uint32_t, PER_SUFFIX)      /* every end of every folded name, sorted: offsets into names */ \
    C(suffix_row,   uint32_t, PER_SUFFIX)      /* beside it: the row */ \
    C(names,        char,     PER_NAME_BYTE)        \
    C(labels,       char,     PER_LABEL_BYTE)  /* folded labels of the searched facet, each with its NUL */ \
    C(pool,         char,     PER_POOL_BYTE)

enum map_column {
#define MAP_COLUMN_NUMBER(name, type, size) COLUMN_##name,
    MAP_COLUMNS(MAP_COLUMN_NUMBER)
    COLUMN_COUNT
};

struct map_columns {
#define MAP_COLUMN_POINTER(name, type, size) type *name;
    MAP_COLUMNS(MAP_COLUMN_POINTER)
};

struct map_header {
    char     magic[8];
    uint32_t layout, header_size;
    uint64_t size, generation;
    uint32_t rows, words, connectors, reserved;
    uint32_t facet_first[MAP_FACETS], facet_count[MAP_FACETS];   /* into value; count without "not known" */
    uint64_t length[MAP_SIZES];
    uint64_t at[COLUMN_COUNT];
};

enum map_mark { MARK_NONE, MARK_WRITING };

struct map_control {
    char     magic[8];
    uint64_t generation, changes;
    uint32_t stale_before;              /* states told before this second count as unknown */
    uint32_t mark;                      /* enum map_mark: a writer is at work, or died there */
};

struct map {
    char  *directory;
    int    lock_fd, pid;                /* flock belongs to the open file: a forked child opens its own */
    struct map_control *control;
    struct map_header  *file;           /* NULL: no file */
    struct map_columns  c;
    bool   writable, pinned;
    uint64_t seen;                      /* control's generation when `file` was last looked for */
    uint64_t *scratch;                  /* bitmaps of a question in work */
    size_t    scratch_words;
    void     *items;                    /* map_view.c's clusters in the making */
};

/* map_open.c */
bool  map_refresh(struct map *);                       /* maps the current file; true: there is one */
bool  map_lock(struct map *);                          /* and sets the mark; false: see errno */
void  map_unlock(struct map *);
bool  map_writable(struct map *);                      /* refreshes and allows stores; after map_lock */
char *map_path(const struct map *, const char *name);  /* malloced */
uint64_t map_layout(struct map_header *);              /* fills at[] from length[]; the file's size */
void  map_columns_at(struct map_header *, struct map_columns *);

/* map_live.c */
void  map_recount(struct map_header *, struct map_columns *, uint32_t stale_before);
uint8_t map_state_byte(int state);
uint32_t map_seconds(int64_t milliseconds);

/* map_select.c */
struct map_match {                     /* rows that match; bitmaps in the map's scratch */
    const uint64_t *rows;
    uint32_t count;
    int      chosen;                   /* how many conditions there are */
    int      facet[MAP_FACETS + 1];    /* of each condition: its facet, -1 for q */
    uint64_t *bits[MAP_FACETS + 1];
    uint64_t *all, *spare;
};
void  map_match_find(struct map *, struct arena *, const struct map_query *, struct map_match *);
const uint64_t *map_value_bits(const struct map *, const struct map_value *);    /* NULL: listed */

void  map_value_rows_set(const struct map *, const struct map_value *, uint64_t *set);

/* map_count.c */
void  map_count_values(struct map *, struct arena *, const struct map_query *, const struct map_match *,
                       struct map_answer *);

/* map_listed.c */
void  map_list_values(const struct map *, struct arena *, int f, const struct map_selection *,
                      struct map_counts *);

/* map_search.c */
void  map_search_word(const struct map *, const char *word, uint64_t *bits);    /* adds the rows */

/* map_view.c */
struct map_window { uint32_t x0, x1, y0, y1; };        /* inclusive */
struct map_window map_window_of(const struct map_query *);

/* map_list.c */
void  map_station_fill(const struct map *, struct arena *, size_t row, struct map_station *);
enum map_class map_class_of(const struct map *, size_t row);

#endif
