/* label: see the header. */
#include "draw/label.h"

#include <gd.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "core/trim.h"
#include "draw/qr.h"

#define FONT "Noto Sans CJK SC:style=Regular"
#define FONT_BOLD "Noto Sans CJK SC:style=Bold"
enum { EDGE = 24, CODE_SIDE = 330, TEXT_LEFT = 24 + 330 + 18, DPI = 300 };

struct pen { gdImagePtr image; int ink, quiet; struct arena *arena; };

static int text_width(const char *font, double size, const char *text)
{
    int box[8] = { 0 };
    return gdImageStringFT(NULL, box, 0, (char *)font, size, 0, 0, 0, (char *)text) ? 0 : box[2] - box[0];
}

static const char *utf8_skip(const char *text, size_t characters)
{
    while (characters-- && *text)
        utf8_next(&text);
    return text;
}

/* As much of the text as fits `width`; `*rest` is what follows, or "" */
static char *line_of(struct arena *arena, const char *font, double size, int width, const char *text, const char **rest)
{
    size_t length = utf8_length(text), fits = length;
    const char *at = text;
    while (fits > 1 && text_width(font, size, arena_copy_n(arena, text, (size_t)(utf8_skip(text, fits) - text))) > width)
        fits--;
    at = utf8_skip(text, fits);
    *rest = at;
    return arena_copy_n(arena, text, (size_t)(at - text));
}

/* Up to `most` lines; the last is cut with 「…」. Returns where the next thing begins. */
static int text_block(const struct pen *pen, const char *font, double size, int y, int most, int ink, const char *text)
{
    int width = LABEL_WIDTH - EDGE - TEXT_LEFT, step = (int)(size * DPI / 96 * 0.55);
    const char *rest = text;
    for (int n = 0; n < most && *rest; n++) {
        const char *from = rest;
        char *line = line_of(pen->arena, font, size, width, from, &rest);
        if (*rest && n == most - 1)
            line = line_of(pen->arena, font, size, width - (int)(size * 1.5), from, &rest), line = arena_printf(pen->arena, "%s…", line);
        gdImageStringFT(pen->image, NULL, ink, (char *)font, size, 0, TEXT_LEFT, y + (int)(size * 1.3), line);
        y += step;
    }
    return y;
}

static void code_draw(const struct pen *pen, const void *png, size_t size)
{
    gdImagePtr code = gdImageCreateFromPngPtr((int)size, (void *)png);
    if (!code)
        return;
    gdImageCopyResampled(pen->image, code, EDGE, (LABEL_HEIGHT - CODE_SIDE) / 2, 0, 0, CODE_SIDE, CODE_SIDE, gdImageSX(code), gdImageSY(code));
    gdImageDestroy(code);
}

static void texts_draw(const struct pen *pen, const struct label *l)
{
    int y = EDGE + 8;
    if (*l->above)
        y = text_block(pen, FONT, 20, y, 1, pen->quiet, l->above);
    y = text_block(pen, FONT_BOLD, 28, y, *l->above ? 2 : 3, pen->ink, l->name) + 6;
    y = text_block(pen, FONT, 20, y, 1, pen->ink, arena_printf(pen->arena, "编码 %s", l->code)) + 4;
    text_block(pen, FONT, 20, y, 1, pen->quiet, l->operator_name);
    if (*l->hotline)
        text_block(pen, FONT_BOLD, 24, LABEL_HEIGHT - EDGE - 92, 1, pen->ink, arena_printf(pen->arena, "服务电话 %s", l->hotline));
    text_block(pen, FONT, 18, LABEL_HEIGHT - EDGE - 36, 1, pen->quiet, "扫码查看实时状态");
}

void *label_png(struct arena *arena, const struct label *label, size_t *size)
{
    size_t code_size;
    int bytes = 0;
    void *out = NULL, *code = qr_png(arena, label->address, 8, &code_size);
    struct pen pen = { .image = code ? gdImageCreateTrueColor(LABEL_WIDTH, LABEL_HEIGHT) : NULL, .arena = arena };
    if (!pen.image)
        return NULL;
    gdFTUseFontConfig(1);
    pen.ink = gdImageColorAllocate(pen.image, 0x10, 0x18, 0x20);
    pen.quiet = gdImageColorAllocate(pen.image, 0x45, 0x4f, 0x5c);
    gdImageFilledRectangle(pen.image, 0, 0, LABEL_WIDTH, LABEL_HEIGHT, gdImageColorAllocate(pen.image, 255, 255, 255));
    code_draw(&pen, code, code_size);
    texts_draw(&pen, label);
    gdImageSetResolution(pen.image, DPI, DPI);
    void *png = gdImagePngPtrEx(pen.image, &bytes, 6);
    gdImageDestroy(pen.image);
    if (png) {
        out = arena_copy_n(arena, png, (size_t)bytes);
        *size = (size_t)bytes;
        gdFree(png);
    }
    gdFontCacheShutdown();                  /* megabytes of type, needed again in an hour perhaps */
    process_trim();
    return out;
}
