#include "core/trim.h"
#include "draw/captcha.h"

#include <gd.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "core/crypto.h"

enum { LINES = 5, LETTER_SIZE = 30 };
static const char FONT[] = "sans-serif:bold";

static int pick(int low, int high)
{
    uint32_t raw;
    crypto_random(&raw, sizeof raw);
    return low + (int)(raw % (uint32_t)(high - low + 1));
}

static bool letters_draw(gdImagePtr image, const char *text)
{
    int step = (CAPTCHA_WIDTH - 30) / (int)strlen(text), x = 15;
    for (const char *c = text; *c; c++, x += step) {
        char letter[2] = { *c, '\0' };
        int box[8], ink = gdImageColorAllocate(image, pick(0, 70), pick(20, 80), pick(80, 160));
        double lean = pick(-35, 35) / 100.0;
        if (gdImageStringFT(image, box, ink, (char *)FONT, LETTER_SIZE + pick(-3, 3), lean, x + pick(-3, 3),
                            46 + pick(-5, 5), letter))
            return false;
    }
    return true;
}

static void lines_draw(gdImagePtr image)
{
    gdImageSetThickness(image, 2);
    for (int i = 0; i < LINES; i++)
        gdImageLine(image, pick(0, 40), pick(0, CAPTCHA_HEIGHT), pick(CAPTCHA_WIDTH - 40, CAPTCHA_WIDTH),
                    pick(0, CAPTCHA_HEIGHT), gdImageColorAllocate(image, pick(60, 150), pick(90, 170), pick(120, 190)));
}

/* Each column and row is moved along a sine: letters do not stand where a template expects them. */
static void wave(gdImagePtr from, gdImagePtr to)
{
    double phase = pick(0, 628) / 100.0, length = pick(35, 60), height = pick(3, 5);
    for (int y = 0; y < CAPTCHA_HEIGHT; y++)
        for (int x = 0; x < CAPTCHA_WIDTH; x++) {
            int sx = x + (int)lround(height * sin(y / length * 3 + phase));
            int sy = y + (int)lround(height * sin(x / length + phase));
            bool inside = sx >= 0 && sy >= 0 && sx < CAPTCHA_WIDTH && sy < CAPTCHA_HEIGHT;
            gdImageSetPixel(to, x, y, inside ? gdImageGetPixel(from, sx, sy) : gdTrueColor(244, 247, 251));
        }
}

void *captcha_png(struct arena *arena, const char *text, size_t *size)
{
    gdImagePtr flat = gdImageCreateTrueColor(CAPTCHA_WIDTH, CAPTCHA_HEIGHT);
    gdImagePtr waved = gdImageCreateTrueColor(CAPTCHA_WIDTH, CAPTCHA_HEIGHT);
    void *out = NULL;
    int bytes = 0;
    gdFTUseFontConfig(1);
    if (flat && waved && *text) {
        gdImageFilledRectangle(flat, 0, 0, CAPTCHA_WIDTH, CAPTCHA_HEIGHT, gdTrueColor(244, 247, 251));
        if (letters_draw(flat, text)) {
            lines_draw(flat);
            wave(flat, waved);
            gdImageTrueColorToPalette(waved, 0, 32);
            void *png = gdImagePngPtrEx(waved, &bytes, 6);
            if (png) {
                out = arena_copy_n(arena, png, (size_t)bytes);
                *size = (size_t)bytes;
                gdFree(png);
            }
        }
    }
    if (flat)
        gdImageDestroy(flat);
    if (waved)
        gdImageDestroy(waved);
    gdFontCacheShutdown();                  /* megabytes of type */
    process_trim();
    return out;
}
