#include "draw/station_picture.h"

#include <gd.h>

enum { WIDE = 1200, HIGH = 800 };

static void pile_draw(gdImage *image, int x, int n)
{
    int body = gdImageColorAllocate(image, 236, 240, 243), edge = gdImageColorAllocate(image, 22, 70, 114);
    int screen = gdImageColorAllocate(image, 30 + n * 20, 150, 110), cable = gdImageColorAllocate(image, 40, 44, 48);
    gdImageFilledRectangle(image, x, 380, x + 90, 640, body);
    gdImageRectangle(image, x, 380, x + 90, 640, edge);
    gdImageFilledRectangle(image, x + 15, 400, x + 75, 460, screen);
    gdImageSetThickness(image, 8);
    gdImageArc(image, x + 95, 540, 70, 130, 270, 90, cable);
    gdImageSetThickness(image, 1);
}

/* A canopy with its piles; `n` makes them differ. */
static gdImage *station_draw(int n)
{
    gdImage *image = gdImageCreateTrueColor(WIDE, HIGH);
    if (!image)
        return NULL;
    gdImageFilledRectangle(image, 0, 0, WIDE, 430, gdImageColorAllocate(image, 190 + n * 6, 214, 232));
    gdImageFilledRectangle(image, 0, 430, WIDE, HIGH, gdImageColorAllocate(image, 150, 155 + n * 4, 158));
    int roof = gdImageColorAllocate(image, 22, 70 + n * 18, 114), post = gdImageColorAllocate(image, 96, 104, 112);
    for (int x = 120; x < WIDE; x += 320)
        gdImageFilledRectangle(image, x, 250, x + 18, 660, post);
    gdImageFilledRectangle(image, 60, 200, WIDE - 60, 255, roof);
    for (int i = 0; i < 3 + n % 3; i++)
        pile_draw(image, 170 + i * 200, n);
    int line = gdImageColorAllocate(image, 240, 240, 240);
    for (int x = 140; x < WIDE - 100; x += 200)
        gdImageFilledRectangle(image, x, 670, x + 8, HIGH - 20, line);
    return image;
}

bool station_picture_png(FILE *file, int n)
{
    gdImage *image = station_draw(n);
    if (!image)
        return false;
    gdImagePng(image, file);
    gdImageDestroy(image);
    return true;
}
