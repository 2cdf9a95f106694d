/* Opening, following the generation, and the writers' lock. */
#include "map/map_bits.h"
#include "map/map_file.h"
#include "core/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define CONTROL_MAGIC "CHGCTL1"

char *map_path(const struct map *map, const char *name)
{
    char *path;
    if (asprintf(&path, "%s/%s", map->directory, name) < 0)
        abort();
    return path;
}

static const struct { size_t element; enum map_size size; } columns[COLUMN_COUNT] = {
#define MAP_COLUMN_SHAPE(name, type, size) [COLUMN_##name] = { sizeof(type), size },
    MAP_COLUMNS(MAP_COLUMN_SHAPE)
};

uint64_t map_layout(struct map_header *header)
{
    uint64_t at = (sizeof *header + 63) & ~63ULL;
    for (int column = 0; column < COLUMN_COUNT; column++) {
        header->at[column] = at;
        at += (header->length[columns[column].size] * columns[column].element + 63) & ~63ULL;
    }
    return at;
}

void map_columns_at(struct map_header *header, struct map_columns *c)
{
#define MAP_COLUMN_SET(name, type, size) c->name = (type *)((char *)header + header->at[COLUMN_##name]);
    MAP_COLUMNS(MAP_COLUMN_SET)
}

/* The header is believed only when the layout computed from its lengths is the one it states. */
static bool header_valid(const struct map_header *header, uint64_t size)
{
    if (size < sizeof *header || memcmp(header->magic, MAP_MAGIC, sizeof header->magic) != 0 ||
        header->layout != MAP_LAYOUT || header->header_size != sizeof *header || header->size != size)
        return false;
    struct map_header expected = *header;
    for (int i = 0; i < MAP_SIZES; i++)
        if (header->length[i] > size)
            return false;
    return map_layout(&expected) == size && memcmp(expected.at, header->at, sizeof expected.at) == 0 &&
           header->length[PER_ROW] == header->words * 64ULL && header->rows <= header->length[PER_ROW];
}

static void file_unmap(struct map *map)
{
    if (map->file)
        munmap(map->file, map->file->size);
    map->file = NULL;
    map->writable = false;
}

static void file_map(struct map *map)
{
    char *path = map_path(map, "index");
    int fd = open(path, O_RDWR | O_CLOEXEC);
    struct stat status;
    free(path);
    file_unmap(map);
    if (fd < 0) {
        if (errno != ENOENT)          /* an index that is there and cannot be read is not an empty city: say so */
            log_line(LOG_ERROR_, NULL, "map.unreadable", "%s/index: %s", map->directory, strerror(errno));
        return;
    }
    void *mapped = MAP_FAILED;
    if (fstat(fd, &status) == 0 && status.st_size > 0)
        mapped = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_SHARED, fd, 0);
    close(fd);
    if (mapped == MAP_FAILED)
        return;
    if (!header_valid(mapped, (uint64_t)status.st_size)) {
        munmap(mapped, (size_t)status.st_size);     /* another version's: as if there were none */
        return;
    }
    map->file = mapped;
    map_columns_at(map->file, &map->c);
}

bool map_refresh(struct map *map)
{
    const uint64_t generation = __atomic_load_n(&map->control->generation, __ATOMIC_ACQUIRE);
    if (generation != map->seen && !map->pinned) {
        file_map(map);
        map->seen = generation;
    }
    return map->file && map->file->rows;
}

void map_pin(struct map *map)
{
    map->pinned = false;
    map_refresh(map);
    map->pinned = true;
}

bool map_writable(struct map *map)
{
    map->pinned = false;                    /* a store into a file that was replaced would be lost */
    map_refresh(map);
    if (map->file && !map->writable)
        map->writable = mprotect(map->file, map->file->size, PROT_READ | PROT_WRITE) == 0;
    return map->writable;
}

static int lock_open(const struct map *map)
{
    char *path = map_path(map, "control");
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0660);
    free(path);
    return fd;
}

/* A writer died between its first store and its last: take the file that is there, and sum it up afresh. */
static void writer_repair(struct map *map)
{
    file_map(map);
    if (map->file && map->file->generation > map->control->generation)
        __atomic_store_n(&map->control->generation, map->file->generation, __ATOMIC_RELEASE);
    map->seen = map->control->generation;
    if (map_writable(map))
        map_recount(map->file, &map->c, map->control->stale_before);
    map->control->changes++;
}

bool map_lock(struct map *map)
{
    if (map->pid != (int)getpid()) {
        close(map->lock_fd);
        map->lock_fd = lock_open(map);
        map->pid = (int)getpid();
    }
    while (flock(map->lock_fd, LOCK_EX) != 0)
        if (errno != EINTR)
            return false;
    if (map->control->mark != MARK_NONE)
        writer_repair(map);
    __atomic_store_n(&map->control->mark, MARK_WRITING, __ATOMIC_SEQ_CST);
    return true;
}

void map_unlock(struct map *map)
{
    __atomic_store_n(&map->control->mark, MARK_NONE, __ATOMIC_SEQ_CST);
    flock(map->lock_fd, LOCK_UN);
}

/* Under flock, so that of two processes starting together one makes the file and the other finds it whole. */
static bool control_map(struct map *map)
{
    struct stat status;
    while (flock(map->lock_fd, LOCK_EX) != 0)
        if (errno != EINTR)
            return false;
    if (fstat(map->lock_fd, &status) != 0)
        return false;
    if (status.st_size < (off_t)sizeof *map->control &&
        (errno = posix_fallocate(map->lock_fd, 0, sizeof *map->control)) != 0)
        return false;
    map->control = mmap(NULL, sizeof *map->control, PROT_READ | PROT_WRITE, MAP_SHARED, map->lock_fd, 0);
    if (map->control == MAP_FAILED) {
        map->control = NULL;
        return false;
    }
    file_map(map);
    if (memcmp(map->control->magic, CONTROL_MAGIC, sizeof map->control->magic) != 0) {
        memset(map->control, 0, sizeof *map->control);
        memcpy(map->control->magic, CONTROL_MAGIC, sizeof map->control->magic);
    }
    if (map->file && map->file->generation > map->control->generation)
        map->control->generation = map->file->generation;
    map->seen = map->control->generation;
    flock(map->lock_fd, LOCK_UN);
    return true;
}

struct map *map_open(const char *directory)
{
    bits_choose();
    if (mkdir(directory, 0770) != 0 && errno != EEXIST)
        return NULL;
    struct map *map = calloc(1, sizeof *map);
    if (!map || !(map->directory = strdup(directory)))
        abort();
    map->pid = (int)getpid();
    map->lock_fd = lock_open(map);
    if (map->lock_fd < 0 || !control_map(map)) {
        const int error = errno;
        map_close(map);
        errno = error;
        return NULL;
    }
    return map;
}

void map_close(struct map *map)
{
    if (!map)
        return;
    file_unmap(map);
    if (map->control)
        munmap(map->control, sizeof *map->control);
    if (map->lock_fd >= 0)
        close(map->lock_fd);
    free(map->scratch);
    free(map->items);
    free(map->directory);
    free(map);
}

struct map_stamp map_stamp(struct map *map)
{
    map_refresh(map);
    return (struct map_stamp){ map->seen, __atomic_load_n(&map->control->changes, __ATOMIC_ACQUIRE) };
}
