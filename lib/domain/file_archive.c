/* file_archive: ZIP, as XLSX is one. Nothing is believed that the file says of itself: parts are inflated and counted,
 * and must lie behind one another without overlap, so that one compressed block cannot be unpacked many times. */
#include "domain/file_kind.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { END_SIZE = 22, CENTRAL_SIZE = 46, LOCAL_SIZE = 30, PARTS_MOST = 4000, NAME_MOST = 300, CHUNK = 1 << 16 };

static const char broken[] = "内容不完整或格式不规范，请重新保存后上传";
static const char too_large[] = "解压后过大，请减少内容后重新上传";

static uint32_t number(const uint8_t *p, int bytes)
{
    uint32_t n = 0;
    while (bytes--)
        n = n << 8 | p[bytes];
    return n;
}

struct directory { size_t at, size, parts; };

/* The end record whose comment reaches the end of the file; NULL: none. */
static const uint8_t *end_record(const uint8_t *d, size_t size)
{
    for (size_t back = END_SIZE; back <= size && back <= END_SIZE + 65535; back++) {
        const uint8_t *end = d + size - back;
        if (memcmp(end, "PK\5\6", 4) == 0 && number(end + 20, 2) <= back - END_SIZE)
            return end;
    }
    return NULL;
}

/* Readers find the directory before the end record and allow anything before the archive: what they would find counts. */
int archive_hidden(const uint8_t *d, size_t size)
{
    const uint8_t *end = end_record(d, size);
    if (!end)
        return 0;
    size_t length = number(end + 12, 4), before = (size_t)(end - d), at = number(end + 16, 4);
    return (length >= 4 && length <= before && memcmp(end - length, "PK\1\2", 4) == 0)
        || (at + 4 <= before && memcmp(d + at, "PK\1\2", 4) == 0);
}

static bool directory_read(const uint8_t *d, size_t size, struct directory *out)
{
    const uint8_t *end = end_record(d, size);
    if (!end || end != d + size - END_SIZE - number(end + 20, 2))
        return false;
    *out = (struct directory){ .at = number(end + 16, 4), .size = number(end + 12, 4), .parts = number(end + 10, 2) };
    return number(end + 4, 4) == 0 && number(end + 8, 2) == out->parts && out->parts > 0
        && out->at + out->size == (size_t)(end - d);
}

struct part {
    size_t   at, packed, whole, name_size;
    uint32_t crc;
    int      method;
    const uint8_t *name;
};

static bool part_read(const uint8_t *d, const struct directory *dir, size_t *at, struct part *part)
{
    const uint8_t *c = d + *at;
    if (*at + CENTRAL_SIZE > dir->at + dir->size || memcmp(c, "PK\1\2", 4) != 0)
        return false;
    *part = (struct part){ .at = number(c + 42, 4), .packed = number(c + 20, 4), .whole = number(c + 24, 4),
                           .name_size = number(c + 28, 2), .crc = number(c + 16, 4), .method = (int)number(c + 10, 2),
                           .name = c + CENTRAL_SIZE };
    size_t length = CENTRAL_SIZE + part->name_size + number(c + 30, 2) + number(c + 32, 2);
    bool encrypted = number(c + 8, 2) & 0x2041;
    *at += length;
    return *at <= dir->at + dir->size && !encrypted && part->name_size && part->name_size <= NAME_MOST
        && (part->method == 0 || part->method == 8);
}

static bool name_stays(const struct part *part)
{
    char name[NAME_MOST + 3];
    memcpy(name, "/", 1);
    memcpy(name + 1, part->name, part->name_size);
    memcpy(name + 1 + part->name_size, "/", 2);
    return strlen(name) == part->name_size + 2 && name[1] != '/' && !strchr(name, '\\') && !strstr(name, "/../")
        && !(name[2] == ':');
}

/* Inflates and counts; stops as soon as more comes out than declared. */
static bool inflates_as_declared(const uint8_t *from, const struct part *part)
{
    static uint8_t room[CHUNK];
    uLong crc = crc32(0, NULL, 0);
    size_t counted = 0;
    if (part->method == 0)
        return part->packed == part->whole && crc32(crc, from, (uInt)part->packed) == part->crc;
    z_stream z = { .next_in = (Bytef *)(uintptr_t)from, .avail_in = (uInt)part->packed };
    if (inflateInit2(&z, -MAX_WBITS) != Z_OK)
        abort();
    int code = Z_OK;
    while (code == Z_OK && counted <= part->whole) {
        z.next_out = room;
        z.avail_out = CHUNK;
        code = inflate(&z, Z_NO_FLUSH);
        crc = crc32(crc, room, CHUNK - z.avail_out);
        counted += CHUNK - z.avail_out;
    }
    bool good = code == Z_STREAM_END && counted == part->whole && crc == part->crc && z.avail_in == 0;
    inflateEnd(&z);
    return good;
}

static bool name_is(const struct part *part, const char *name)
{
    return part->name_size == strlen(name) && memcmp(part->name, name, part->name_size) == 0;
}

/* The extent of a part: local head, data and, where the sizes came later, the descriptor of up to 24 bytes. */
static bool part_extent(const uint8_t *d, const struct directory *dir, const struct part *part, size_t *data_at, size_t *end)
{
    const uint8_t *local = d + part->at;
    if (part->at + LOCAL_SIZE > dir->at || memcmp(local, "PK\3\4", 4) != 0 || number(local + 26, 2) != part->name_size
        || (int)number(local + 8, 2) != part->method)
        return false;
    *data_at = part->at + LOCAL_SIZE + part->name_size + number(local + 28, 2);
    *end = *data_at + part->packed;
    return *end <= dir->at && memcmp(local + LOCAL_SIZE, part->name, part->name_size) == 0;
}

struct extent { size_t begin, end; };

static int by_begin(const void *a, const void *b)
{
    const struct extent *x = a, *y = b;
    return x->begin < y->begin ? -1 : x->begin > y->begin;
}

/* From byte 0 to the directory, gaps no larger than a descriptor. */
static bool extents_cover(struct extent *extents, size_t count, size_t end)
{
    size_t at = 0;
    qsort(extents, count, sizeof *extents, by_begin);
    for (size_t i = 0; i < count; i++) {
        if (extents[i].begin < at || extents[i].begin > at + (i ? 24 : 0))
            return false;
        at = extents[i].end;
    }
    return end - at <= 24;
}

const char *archive_refusal(const uint8_t *d, size_t size, int64_t unpacked_limit, struct archive *found)
{
    static struct extent extents[PARTS_MOST];
    struct directory dir;
    struct part part;
    int64_t total = 0;
    bool types = false, workbook = false;
    *found = (struct archive){ 0 };
    if (!directory_read(d, size, &dir))
        return broken;
    if (dir.parts > PARTS_MOST)
        return "内含文件过多，请减少后重新上传";
    for (size_t at = dir.at, i = 0; i < dir.parts; i++) {
        size_t data_at;
        if (!part_read(d, &dir, &at, &part) || !name_stays(&part))
            return broken;
        if ((total += (int64_t)part.whole) > unpacked_limit)
            return too_large;
        extents[i].begin = part.at;
        if (!part_extent(d, &dir, &part, &data_at, &extents[i].end))
            return broken;
        if (!inflates_as_declared(d + data_at, &part))
            return "内部文件的实际大小与声明不符，请重新保存后上传";
        types = types || name_is(&part, "[Content_Types].xml");
        workbook = workbook || name_is(&part, "xl/workbook.xml");
        found->macros = found->macros || name_is(&part, "xl/vbaProject.bin");
    }
    if (!extents_cover(extents, dir.parts, dir.at))
        return broken;
    found->xlsx = types && workbook;
    found->parts = (long)dir.parts;
    return NULL;
}
