/* qr: see the header; the coding is libqrencode's, the picture libgd's. */
#include "draw/qr.h"

#include <gd.h>
#include <qrencode.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { QUIET = 4, SCALE_MAX = 32 };

static QRcode *qr_code(const char *text)
{
    return text && *text ? QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M) : NULL;
}

static bool module_dark(const QRcode *code, int x, int y)
{
    return code->data[y * code->width + x] & 1;
}

static gdImagePtr qr_image(const QRcode *code, int scale)
{
    int side = (code->width + 2 * QUIET) * scale;
    gdImagePtr image = gdImageCreate(side, side);
    if (!image)
        return NULL;
    gdImageColorAllocate(image, 255, 255, 255);                  /* the first is the background */
    int black = gdImageColorAllocate(image, 0, 0, 0);
    for (int y = 0; y < code->width; y++)
        for (int x = 0; x < code->width; x++)
            if (module_dark(code, x, y))
                gdImageFilledRectangle(image, (x + QUIET) * scale, (y + QUIET) * scale, (x + QUIET + 1) * scale - 1,
                                       (y + QUIET + 1) * scale - 1, black);
    return image;
}

void *qr_png(struct arena *arena, const char *text, int scale, size_t *size)
{
    void *out = NULL, *png = NULL;
    int bytes = 0;
    QRcode *code = qr_code(text);

    if (!code)
        return NULL;
    gdImagePtr image = qr_image(code, scale < 1 ? 1 : scale > SCALE_MAX ? SCALE_MAX : scale);
    QRcode_free(code);
    if (image) {
        png = gdImagePngPtr(image, &bytes);
        gdImageDestroy(image);
    }
    if (png) {
        out = arena_copy_n(arena, png, (size_t)bytes);
        *size = (size_t)bytes;
        gdFree(png);
    }
    return out;
}

/* Each run of dark modules in a row is one piece of the path. */
char *qr_path(struct arena *arena, const char *text, int *side)
{
    QRcode *code = qr_code(text);
    if (!code)
        return NULL;
    size_t room = (size_t)(code->width * code->width) * 20 + 1, used = 0;
    char *out = arena_alloc(arena, room);
    *side = code->width + 2 * QUIET;
    for (int y = 0; y < code->width; y++)
        for (int x = 0, run; x < code->width; x += run ? run : 1) {
            for (run = 0; x + run < code->width && module_dark(code, x + run, y); run++)
                ;
            if (run)
                used += (size_t)snprintf(out + used, room - used, "M%d %dh%dv1h-%dz", x + QUIET, y + QUIET, run, run);
        }
    out[used] = '\0';
    QRcode_free(code);
    return out;
}

char *qr_svg(struct arena *arena, const char *text, size_t *size)
{
    int side;
    const char *path = qr_path(arena, text, &side);
    if (!path)
        return NULL;
    char *out = arena_printf(arena, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" shape-rendering=\"crispEdges\">"
                             "<path fill=\"#fff\" d=\"M0 0h%dv%dH0z\"/><path d=\"%s\"/></svg>", side, side, side, side, path);
    *size = strlen(out);
    return out;
}
