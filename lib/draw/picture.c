/* picture: see the header. libgd decodes, but only in the child of remake_in_child(). */
#include "draw/picture.h"

#include <gd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MEMORY = 512 << 20, SECONDS = 20, WALL_SECONDS = 60, THUMB_SIDE = 320, QUALITY = 88, THUMB_QUALITY = 80,
       WRITTEN_MOST = 256 << 20 };

/* --- heads ------------------------------------------------------------------------------------------------ */

static uint32_t big(const uint8_t *p, int bytes)
{
    uint32_t n = 0;
    while (bytes--)
        n = n << 8 | *p++;
    return n;
}

static uint32_t little(const uint8_t *p, int bytes)
{
    uint32_t n = 0;
    while (bytes--)
        n = n << 8 | p[bytes];
    return n;
}

static bool png_head(const uint8_t *d, size_t size, struct picture_head *head)
{
    head->kind = PICTURE_PNG;
    if (size < 33 || big(d + 8, 4) != 13 || memcmp(d + 12, "IHDR", 4) != 0)
        return false;
    head->width = big(d + 16, 4);
    head->height = big(d + 20, 4);
    return true;
}

static bool bmp_head(const uint8_t *d, size_t size, struct picture_head *head)
{
    head->kind = PICTURE_BMP;
    if (size < 26)
        return false;
    uint32_t info = little(d + 14, 4);
    if (info == 12) {                                /* OS/2 */
        head->width = little(d + 18, 2);
        head->height = little(d + 20, 2);
        return true;
    }
    int64_t height = (int32_t)little(d + 22, 4);     /* negative: top row first */
    head->width = (int32_t)little(d + 18, 4);
    head->height = height < 0 ? -height : height;
    return info >= 40 && info <= 124;
}

/* Tag 0x0112 of the first directory of a TIFF structure. */
static int exif_orientation(const uint8_t *tiff, size_t size)
{
    if (size < 8 || (memcmp(tiff, "II*", 4) != 0 && memcmp(tiff, "MM\0*", 4) != 0))
        return 1;
    uint32_t (*number)(const uint8_t *, int) = *tiff == 'I' ? little : big;
    size_t at = number(tiff + 4, 4);
    if (at > size || size - at < 2)
        return 1;
    size_t entries = number(tiff + at, 2);
    for (size_t i = 0; i < entries && size - at >= 2 + (i + 1) * 12; i++) {
        const uint8_t *entry = tiff + at + 2 + i * 12;
        uint32_t value = number(entry + 8, 2);
        if (number(entry, 2) == 0x0112)
            return value >= 1 && value <= 8 ? (int)value : 1;
    }
    return 1;
}

/* Walks the segments up to the frame that holds the size. */
static bool jpeg_head(const uint8_t *d, size_t size, struct picture_head *head)
{
    head->kind = PICTURE_JPEG;
    for (size_t at = 2; at + 4 <= size;) {
        if (d[at] != 0xff)
            return false;
        uint8_t mark = d[at + 1];
        if (mark == 0xff || mark == 0x01 || (mark >= 0xd0 && mark <= 0xd8)) {    /* fill byte, marks without length */
            at += mark == 0xff ? 1 : 2;
            continue;
        }
        size_t length = big(d + at + 2, 2);
        if (length < 2 || at + 2 + length > size || mark == 0xd9 || mark == 0xda)
            return false;
        if (mark == 0xe1 && length >= 8 && memcmp(d + at + 4, "Exif\0", 6) == 0)
            head->orientation = exif_orientation(d + at + 10, length - 8);
        if (mark >= 0xc0 && mark <= 0xcf && mark != 0xc4 && mark != 0xc8 && mark != 0xcc) {
            if (length < 8)
                return false;
            head->height = big(d + at + 5, 2);
            head->width = big(d + at + 7, 2);
            return true;
        }
        at += 2 + length;
    }
    return false;
}

bool picture_head_read(const uint8_t *d, size_t size, struct picture_head *head)
{
    bool good = false;
    *head = (struct picture_head){ .orientation = 1 };
    if (size >= 8 && memcmp(d, "\x89PNG\r\n\x1a\n", 8) == 0)
        good = png_head(d, size, head);
    else if (size >= 3 && memcmp(d, "\xff\xd8\xff", 3) == 0)
        good = jpeg_head(d, size, head);
    else if (size >= 14 && memcmp(d, "BM", 2) == 0 && little(d + 6, 4) == 0)
        good = bmp_head(d, size, head);
    return good && head->width > 0 && head->height > 0;
}

/* --- in the child ----------------------------------------------------------------------------------------- */

struct written { int32_t kind, width, height; uint32_t size, thumb_size; };

static void keep_silent(int priority, const char *format, va_list args)
{
    (void)priority, (void)format, (void)args;
}

static gdImagePtr decode(const uint8_t *data, size_t size, enum picture_kind kind)
{
    void *bytes = (void *)(uintptr_t)data;           /* libgd does not write there */
    switch (kind) {
    case PICTURE_PNG:  return gdImageCreateFromPngPtr((int)size, bytes);
    case PICTURE_JPEG: return gdImageCreateFromJpegPtr((int)size, bytes);
    case PICTURE_BMP:  return gdImageCreateFromBmpPtr((int)size, bytes);
    default:           return NULL;
    }
}

/* EXIF: 2 mirrored, 3 upside down, 4 flipped, 5 to 8 lie on a side. */
static gdImagePtr upright(gdImagePtr image, int orientation)
{
    static const float turns[] = { 0, 0, 0, 0, 0, 270, 270, 90, 90 };
    if (turns[orientation] != 0) {
        gdImagePtr turned = gdImageRotateInterpolated(image, turns[orientation], 0);
        gdImageDestroy(image);
        image = turned;
    }
    if (!image)
        return NULL;
    if (orientation == 2 || orientation == 5 || orientation == 7)
        gdImageFlipHorizontal(image);
    if (orientation == 3)
        gdImageFlipBoth(image);
    if (orientation == 4)
        gdImageFlipVertical(image);
    return image;
}

/* On white, as a page shows it. */
static gdImagePtr make_thumb(gdImagePtr image)
{
    int width = gdImageSX(image), height = gdImageSY(image), most = width > height ? width : height;
    int w = most > THUMB_SIDE ? (int)((int64_t)width * THUMB_SIDE / most) : width;
    int h = most > THUMB_SIDE ? (int)((int64_t)height * THUMB_SIDE / most) : height;
    gdImagePtr thumb = gdImageCreateTrueColor(w > 0 ? w : 1, h > 0 ? h : 1);
    if (!thumb)
        return NULL;
    gdImageFilledRectangle(thumb, 0, 0, gdImageSX(thumb), gdImageSY(thumb), 0xffffff);
    gdImageCopyResampled(thumb, image, 0, 0, 0, 0, gdImageSX(thumb), gdImageSY(thumb), width, height);
    return thumb;
}

static void tell(int to, const void *data, size_t size)
{
    while (size) {
        ssize_t done = write(to, data, size);
        if (done <= 0)
            _exit(1);
        data = (const char *)data + done;
        size -= (size_t)done;
    }
}

static void confine(int to)
{
    unsigned long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");     /* what the parent uses already is not the picture's fault */
    if (!file || fscanf(file, "%lu", &pages) != 1)
        _exit(1);
    fclose(file);
    if (to != 0 && dup2(to, 0) != 0)
        _exit(1);
    if (close_range(1, ~0u, 0) != 0)
        _exit(1);
    rlim_t memory = (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE) + MEMORY;
    const struct { __rlimit_resource_t what; rlim_t most; } limits[] = {
        { RLIMIT_AS, memory }, { RLIMIT_CPU, SECONDS }, { RLIMIT_FSIZE, 0 }, { RLIMIT_NOFILE, 0 }, { RLIMIT_CORE, 0 } };
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
        if (setrlimit(limits[i].what, &(struct rlimit){ limits[i].most, limits[i].most }) != 0)
            _exit(1);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    alarm(WALL_SECONDS);
}

static _Noreturn void remake_in_child(int to, const uint8_t *data, size_t size, const struct picture_head *head)
{
    confine(to);
    gdSetErrorMethod(keep_silent);
    gdImagePtr image = decode(data, size, head->kind);
    image = image ? upright(image, head->orientation) : NULL;
    gdImagePtr thumb = image ? make_thumb(image) : NULL;
    if (!image || !thumb)
        _exit(1);
    bool jpeg = head->kind == PICTURE_JPEG;
    int main_size = 0, thumb_size = 0;
    gdImageSaveAlpha(image, 1);
    gdImageInterlace(image, 0);
    struct written written = { .kind = jpeg ? PICTURE_JPEG : PICTURE_PNG, .width = gdImageSX(image), .height = gdImageSY(image) };
    void *small = gdImageJpegPtr(thumb, &thumb_size, THUMB_QUALITY);
    void *whole = jpeg ? gdImageJpegPtr(image, &main_size, QUALITY) : gdImagePngPtr(image, &main_size);
    if (!small || !whole || main_size <= 0 || thumb_size <= 0)
        _exit(1);
    written.size = (uint32_t)main_size;
    written.thumb_size = (uint32_t)thumb_size;
    tell(0, &written, sizeof written);
    tell(0, whole, written.size);
    tell(0, small, written.thumb_size);
    _exit(0);
}

/* --- in the parent ---------------------------------------------------------------------------------------- */

static bool hear(int from, void *out, size_t size)
{
    while (size) {
        ssize_t got = read(from, out, size);
        if (got <= 0)
            return false;
        out = (char *)out + got;
        size -= (size_t)got;
    }
    return true;
}

/* The child decoded a stranger's bytes: what it says is checked like a stranger's. */
static bool hear_picture(int from, struct picture *out)
{
    struct written w;
    if (!hear(from, &w, sizeof w) || (w.kind != PICTURE_PNG && w.kind != PICTURE_JPEG) || w.width <= 0 || w.height <= 0
        || !w.size || !w.thumb_size || (uint64_t)w.size + w.thumb_size > WRITTEN_MOST)
        return false;
    uint8_t *block = malloc((size_t)w.size + w.thumb_size);
    if (!block)
        return false;
    *out = (struct picture){ .kind = (enum picture_kind)w.kind, .width = w.width, .height = w.height, .data = block,
                             .size = w.size, .thumb = block + w.size, .thumb_size = w.thumb_size };
    if (hear(from, block, (size_t)w.size + w.thumb_size))
        return true;
    picture_free(out);
    return false;
}

bool picture_remake(const uint8_t *data, size_t size, const struct picture_head *head, struct picture *out)
{
    int ends[2], status = 0;
    *out = (struct picture){ 0 };
    if (size > INT32_MAX || pipe(ends) != 0)
        return false;
    pid_t child = fork();
    if (child == 0)
        remake_in_child(ends[1], data, size, head);
    close(ends[1]);
    bool good = child > 0 && hear_picture(ends[0], out);
    close(ends[0]);
    if (child > 0) {
        if (!good)
            kill(child, SIGKILL);
        waitpid(child, &status, 0);
    }
    if (good && status != 0) {
        picture_free(out);
        good = false;
    }
    return good;
}

void picture_free(struct picture *picture)
{
    free(picture->data);
    *picture = (struct picture){ 0 };
}
