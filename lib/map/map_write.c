/* Writing the file and swapping it in. The new file is filled through a mapping of `index.new`, whose blocks
 * are allocated beforehand (a full disk is an error here, not a signal later), synced, and renamed over `index`
 * under the writers' lock. Only one builder writes at a time (flock on `build`). */
#include "map/map_builder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

static uint64_t morton_spread(uint32_t v)
{
    uint64_t s = v;
    s = (s | s << 16) & 0x0000FFFF0000FFFFULL;
    s = (s | s << 8) & 0x00FF00FF00FF00FFULL;
    s = (s | s << 4) & 0x0F0F0F0F0F0F0F0FULL;
    s = (s | s << 2) & 0x3333333333333333ULL;
    return (s | s << 1) & 0x5555555555555555ULL;
}

static struct sort_item *order_rows(const struct map_builder *b)
{
    struct sort_item *order = malloc((b->station_count + 1) * sizeof *order);
    struct sort_item *other = malloc((b->station_count + 1) * sizeof *other);
    if (!order || !other)
        abort();
    for (size_t i = 0; i < b->station_count; i++)
        order[i] = (struct sort_item){
            .key = morton_spread(b->stations[i].x) | morton_spread(b->stations[i].y) << 1, .a = (uint32_t)i };
    sort_by_key(order, other, b->station_count);
    free(other);
    return order;
}

/* A value with fewer rows than one in 64 is shorter as a list than as a bitmap. Sets are always bitmaps. */
static bool value_listed(const struct map_header *file, int facet, uint32_t rows)
{
    return facet < MAP_SINGLE && rows < file->rows / 64 + 1;
}

static void plan(const struct map_builder *b, struct map_header *file)
{
    *file = (struct map_header){ .layout = MAP_LAYOUT, .header_size = sizeof *file,
        .rows = (uint32_t)b->station_count, .connectors = (uint32_t)b->connector_count };
    memcpy(file->magic, MAP_MAGIC, sizeof file->magic);
    uint64_t *length = file->length;
    file->words = (file->rows + 63) / 64;
    length[PER_ROW] = file->words * 64ULL;
    length[PER_ROW_AND_FACET] = length[PER_ROW] * MAP_FACETS;
    length[PER_WORD] = file->words;
    length[PER_WORD_AND_CLASS] = file->words * (uint64_t)MAP_UNKNOWN;
    length[PER_WORD_AND_SINGLE] = file->words * (uint64_t)MAP_SINGLE;
    length[PER_CONNECTOR] = file->connectors;
    length[PER_SUFFIX] = b->suffix_count;
    length[PER_NAME_BYTE] = b->folded.size + MAP_NAME_PAD;
    length[PER_LABEL_BYTE] = b->labels.size;
    length[PER_POOL_BYTE] = b->pool.size;
    for (int f = 0; f < MAP_FACETS; f++) {
        file->facet_first[f] = (uint32_t)length[PER_VALUE];
        file->facet_count[f] = (uint32_t)b->value_count[f];
        length[PER_VALUE] += b->value_count[f] + 1;
        for (size_t v = 0; v <= b->value_count[f]; v++) {
            const uint32_t rows = v < b->value_count[f] ? b->values[f][v].rows : b->none_rows[f];
            if (value_listed(file, f, rows))
                length[PER_LISTED] += rows;
            else
                length[PER_BITMAP_WORD] += file->words;
        }
    }
    file->size = map_layout(file);
}

static void rows_write(const struct map_builder *b, struct map_header *file, struct map_columns *c,
                       const struct sort_item *order)
{
    uint32_t connector = 0;
    for (uint32_t row = 0; row < file->rows; row++) {
        const struct collected_station *from = &b->stations[order[row].a];
        c->morton[row] = order[row].key;
        c->x[row] = from->x;
        c->y[row] = from->y;
        c->id[row] = from->id;
        c->name[row] = from->name;
        c->address[row] = from->address;
        c->price[row] = from->price;
        c->hours[row] = from->hours;
        c->max_kw[row] = from->max_kw;
        c->flags[row] = from->flags;
        c->total[row] = from->total;
        c->first[row] = connector;
        for (int f = 0; f < MAP_FACETS; f++)
            c->facet[f * file->length[PER_ROW] + row] = from->facet[f];
        for (uint32_t i = 0; i < from->total; i++, connector++) {
            const struct collected_connector *told = &b->connectors[from->first + i];
            c->owner[connector] = row;
            c->version[connector] = told->version;
            c->told[connector] = told->told;
            c->state[connector] = told->state;
            c->connector_id[connector] = told->id;      /* put in order below */
        }
    }
}

static void ids_write(struct map_header *file, struct map_columns *c)
{
    const size_t most = file->connectors > file->rows ? file->connectors : file->rows;
    struct sort_item *items = malloc((most + 1) * sizeof *items), *other = malloc((most + 1) * sizeof *other);
    if (!items || !other)
        abort();
    for (uint32_t i = 0; i < file->connectors; i++)     /* the sign bit turned: order of signed numbers */
        items[i] = (struct sort_item){ .key = (uint64_t)c->connector_id[i] ^ 1ULL << 63, .a = i };
    sort_by_key(items, other, file->connectors);
    for (uint32_t i = 0; i < file->connectors; i++) {
        c->connector_id[i] = (int64_t)(items[i].key ^ 1ULL << 63);
        c->connector_at[i] = items[i].a;
    }
    for (uint32_t row = 0; row < file->rows; row++)
        items[row] = (struct sort_item){ .key = (uint64_t)c->id[row] ^ 1ULL << 63, .a = row };
    sort_by_key(items, other, file->rows);
    for (uint32_t row = 0; row < file->rows; row++)
        c->id_order[row] = items[row].a;
    free(items);
    free(other);
}

static void blocks_write(struct map_header *file, struct map_columns *c)
{
    for (uint32_t w = 0; w < file->words; w++) {
        struct map_block *block = &c->block[w];
        *block = (struct map_block){ .min_x = UINT32_MAX, .min_y = UINT32_MAX };
        for (uint32_t row = w * 64; row < w * 64 + 64 && row < file->rows; row++) {
            block->sum_x += c->x[row];
            block->sum_y += c->y[row];
            block->min_x = c->x[row] < block->min_x ? c->x[row] : block->min_x;
            block->max_x = c->x[row] > block->max_x ? c->x[row] : block->max_x;
            block->min_y = c->y[row] < block->min_y ? c->y[row] : block->min_y;
            block->max_y = c->y[row] > block->max_y ? c->y[row] : block->max_y;
        }
    }
}

/* Values of one facet: their texts, and room for their rows. Returns the next free list and bitmap. */
static void values_write(const struct map_builder *b, struct map_header *file, struct map_columns *c, int f,
                         uint32_t *list, uint32_t *bitmap)
{
    struct map_value *value = c->value + file->facet_first[f];
    for (size_t v = 0; v <= b->value_count[f]; v++, value++) {
        if (v < b->value_count[f]) {
            const struct collected_value *from = &b->values[f][v];
            *value = (struct map_value){ from->code, from->label, from->folded, from->rows, 0, 0 };
        } else
            *value = (struct map_value){ .rows = b->none_rows[f] };
        if (value_listed(file, f, value->rows)) {
            value->list_at = *list;
            *list += value->rows;
        } else
            value->bitmap = ++*bitmap;
    }
}

static void value_rows_write(struct map_header *file, struct map_columns *c, int f)
{
    const uint16_t *column = c->facet + f * file->length[PER_ROW];
    struct map_value *values = c->value + file->facet_first[f];
    const uint32_t count = file->facet_count[f];
    uint32_t *next = calloc(count + 1, sizeof *next);
    if (!next)
        abort();
    for (uint32_t row = 0; row < file->rows; row++) {
        const uint64_t bit = 1ULL << row % 64;
        if (f >= MAP_SINGLE) {
            for (uint32_t v = 0; v < count; v++)
                if (column[row] >> v & 1)
                    c->bitmap[(values[v].bitmap - 1) * (size_t)file->words + row / 64] |= bit;
            continue;
        }
        const uint32_t v = column[row] == MAP_NONE ? count : column[row];
        if (values[v].bitmap)
            c->bitmap[(values[v].bitmap - 1) * (size_t)file->words + row / 64] |= bit;
        else {
            c->list[values[v].list_at + next[v]++] = row;
            c->sparse[(size_t)f * file->words + row / 64] |= v < count ? bit : 0;
        }
    }
    free(next);
}

static const char *compared_pool;
static const struct map_value *compared_values;

static int value_compare(const void *a, const void *b)
{
    return strcmp(compared_pool + compared_values[*(const uint32_t *)a].code,
                  compared_pool + compared_values[*(const uint32_t *)b].code);
}

static void facets_write(const struct map_builder *b, struct map_header *file, struct map_columns *c)
{
    uint32_t list = 0, bitmap = 0;
    compared_pool = c->pool;
    for (int f = 0; f < MAP_FACETS; f++) {
        values_write(b, file, c, f, &list, &bitmap);
        value_rows_write(file, c, f);
        uint32_t *order = c->value_order + file->facet_first[f];
        for (uint32_t v = 0; v < file->facet_count[f]; v++)
            order[v] = v;
        compared_values = c->value + file->facet_first[f];
        qsort(order, file->facet_count[f], sizeof *order, value_compare);
    }
}

static void fill(struct map_builder *b, struct map_header *file, uint32_t stale_before)
{
    struct map_columns c;
    struct sort_item *order = order_rows(b);
    map_columns_at(file, &c);
    memcpy(c.pool, b->pool.at, b->pool.size);
    memcpy(c.labels, b->labels.at, b->labels.size);
    rows_write(b, file, &c, order);
    write_text(b, file, &c, order);
    free(order);
    ids_write(file, &c);
    blocks_write(file, &c);
    facets_write(b, file, &c);
    map_recount(file, &c, stale_before);
}

int map_build_turn(struct map *map)
{
    char *path = map_path(map, "turn");
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0660);
    free(path);
    while (fd >= 0 && flock(fd, LOCK_EX) != 0)
        if (errno != EINTR) {
            close(fd);
            return -1;
        }
    return fd;
}

static int builder_lock(struct map *map)
{
    char *path = map_path(map, "build");
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0660);
    free(path);
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0) {
        close(fd);
        errno = EBUSY;
        return -1;
    }
    return fd;
}

static bool file_write(struct map_builder *b, int fd, uint32_t stale_before, void **mapped, size_t *size)
{
    struct map_header header;
    plan(b, &header);
    *size = header.size;
    if ((errno = posix_fallocate(fd, 0, (off_t)header.size)) != 0)
        return false;
    *mapped = mmap(NULL, header.size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (*mapped == MAP_FAILED)
        return false;
    memcpy(*mapped, &header, sizeof header);
    fill(b, *mapped, stale_before);
    return msync(*mapped, header.size, MS_SYNC) == 0 && fsync(fd) == 0;
}

/* Under the writers' lock: a put comes either before, into the old file, or after, into the new one. */
static bool file_swap(struct map *map, const char *from, struct map_header *file, uint32_t stale_before)
{
    char *to = map_path(map, "index");
    bool done = false;
    if (map_lock(map)) {
        file->generation = map->control->generation + 1;
        done = msync(file, sizeof *file, MS_SYNC) == 0 && rename(from, to) == 0;
        if (done) {
            map->control->stale_before = stale_before;
            __atomic_store_n(&map->control->generation, file->generation, __ATOMIC_RELEASE);
        }
        map_unlock(map);
    }
    free(to);
    return done;
}

static bool directory_sync(const struct map *map)
{
    int fd = open(map->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool done = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return done;
}

bool map_builder_finish(struct map_builder *b, struct map *map, int64_t now_ms, uint32_t stale_after_s)
{
    const uint32_t now = map_seconds(now_ms), before = now > stale_after_s ? now - stale_after_s : 0;
    const int lock = builder_lock(map);
    char *path = map_path(map, "index.new");
    const int fd = lock < 0 ? -1 : open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0660);
    void *mapped = MAP_FAILED;
    size_t size = 0;
    bool done = fd >= 0 && file_write(b, fd, before, &mapped, &size) && file_swap(map, path, mapped, before) &&
                directory_sync(map);
    const int error = errno;
    if (mapped != MAP_FAILED)
        munmap(mapped, size);
    if (fd >= 0)
        close(fd);
    if (!done && fd >= 0)
        unlink(path);
    if (lock >= 0)
        close(lock);
    free(path);
    map_builder_drop(b);
    errno = error;
    return done;
}
