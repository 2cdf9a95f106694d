/* outline: see the header. The file is mapped and kept; every length in it is checked before it is followed. */
#include "draw/outline.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILES = 4, AREAS_MAX = 1000, RINGS_MAX = 100000, POINTS_MAX = 10000000, NAME_MAX_BYTES = 200 };

struct reader { const int32_t *at, *end; };

static bool take(struct reader *reader, size_t words, const int32_t **out)
{
    if ((size_t)(reader->end - reader->at) < words)
        return false;
    *out = reader->at;
    reader->at += words;
    return true;
}

static int32_t smaller(int32_t a, int32_t b) { return a < b ? a : b; }
static int32_t larger(int32_t a, int32_t b)  { return a > b ? a : b; }

static bool ring_read(struct reader *reader, struct ring *ring)
{
    const int32_t *count;
    if (!take(reader, 1, &count) || *count < 4 || *count > POINTS_MAX || !take(reader, (size_t)*count * 2, &ring->points))
        return false;
    ring->count = (size_t)*count;
    ring->west = ring->south = INT32_MAX;
    ring->east = ring->north = INT32_MIN;
    for (size_t i = 0; i < ring->count; i++) {
        ring->west = smaller(ring->west, ring->points[2 * i]);
        ring->east = larger(ring->east, ring->points[2 * i]);
        ring->south = smaller(ring->south, ring->points[2 * i + 1]);
        ring->north = larger(ring->north, ring->points[2 * i + 1]);
    }
    return true;
}

static bool rings_read(struct reader *reader, struct area *area)
{
    const int32_t *count;
    if (!take(reader, 1, &count) || *count < 0 || *count > RINGS_MAX)
        return false;
    struct ring *rings = calloc((size_t)*count + 1, sizeof *rings);
    if (!rings)
        abort();
    area->rings = rings;
    area->ring_count = (size_t)*count;
    area->west = area->south = INT32_MAX;
    area->east = area->north = INT32_MIN;
    for (size_t i = 0; i < area->ring_count; i++) {
        if (!ring_read(reader, &rings[i]))
            return false;
        area->west = smaller(area->west, rings[i].west);
        area->east = larger(area->east, rings[i].east);
        area->south = smaller(area->south, rings[i].south);
        area->north = larger(area->north, rings[i].north);
    }
    return true;
}

static bool area_read(struct reader *reader, struct area *area)
{
    const int32_t *head, *name;
    if (!take(reader, 5, &head) || head[4] < 4 || head[4] > NAME_MAX_BYTES || head[4] % 4 != 0
        || !take(reader, (size_t)head[4] / 4, &name) || ((const char *)name)[head[4] - 1] != '\0')
        return false;
    area->code = head[0];
    area->neighbour = head[1] != 0;
    area->label = (struct point){ head[2] / 1e6, head[3] / 1e6 };
    area->name = (const char *)name;
    return rings_read(reader, area);
}

static bool areas_drop(struct area *areas, int32_t count)
{
    for (int32_t i = 0; i < count; i++)
        free((void *)areas[i].rings);
    free(areas);
    return false;
}

static bool outline_read(const void *bytes, size_t size, struct outline *outline)
{
    struct reader reader = { bytes, (const int32_t *)bytes + size / 4 };
    const int32_t *magic, *count;

    if (!take(&reader, 2, &magic) || memcmp(magic, "CHOUTL1", 8) != 0 || !take(&reader, 1, &count) || *count < 1
        || *count > AREAS_MAX)
        return false;
    struct area *areas = calloc((size_t)*count, sizeof *areas);
    if (!areas)
        abort();
    for (int32_t i = 0; i < *count; i++)
        if (!area_read(&reader, &areas[i]))
            return areas_drop(areas, *count);
    *outline = (struct outline){ areas, (size_t)*count };
    return true;
}

static bool outline_open(const char *path, struct outline *outline)
{
    struct stat about;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    void *bytes = fstat(fd, &about) == 0 && about.st_size > 12
                      ? mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_PRIVATE, fd, 0) : MAP_FAILED;
    close(fd);
    if (bytes == MAP_FAILED)
        return false;
    if (outline_read(bytes, (size_t)about.st_size, outline))
        return true;
    munmap(bytes, (size_t)about.st_size);
    return false;
}

const struct outline *outline_load(const char *path)
{
    static struct { char path[PATH_MAX]; struct outline outline; } files[FILES];

    for (int i = 0; i < FILES; i++) {
        if (strcmp(files[i].path, path) == 0)
            return &files[i].outline;
        if (!files[i].path[0]) {
            if (strlen(path) >= sizeof files[i].path || !outline_open(path, &files[i].outline))
                return NULL;
            strcpy(files[i].path, path);
            return &files[i].outline;
        }
    }
    return NULL;
}

const struct area *outline_area(const struct outline *outline, int32_t code)
{
    for (size_t i = 0; outline && i < outline->count; i++)
        if (outline->areas[i].code == code)
            return &outline->areas[i];
    return NULL;
}

/* Even-odd: how many edges of the ring a ray to the east crosses. */
static bool ring_crossed_odd(const struct ring *ring, double x, double y)
{
    bool odd = false;
    const int32_t *p = ring->points;

    for (size_t i = 0, j = ring->count - 1; i < ring->count; j = i++) {
        double xi = p[2 * i], yi = p[2 * i + 1], xj = p[2 * j], yj = p[2 * j + 1];
        if ((yi > y) != (yj > y) && x < (xj - xi) * (y - yi) / (yj - yi) + xi)
            odd = !odd;
    }
    return odd;
}

bool area_holds(const struct area *area, struct point wgs)
{
    double x = wgs.lng * 1e6, y = wgs.lat * 1e6;
    bool odd = false;

    if (x < area->west || x > area->east || y < area->south || y > area->north)
        return false;
    for (size_t i = 0; i < area->ring_count; i++)
        if (y >= area->rings[i].south && y <= area->rings[i].north && x <= area->rings[i].east)
            odd ^= ring_crossed_odd(&area->rings[i], x, y);
    return odd;
}
