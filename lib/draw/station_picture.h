/* station_picture: a drawn charging station, for demonstration data: nobody takes it for a photograph of a real one. */
#ifndef DRAW_STATION_PICTURE_H
#define DRAW_STATION_PICTURE_H

#include <stdbool.h>
#include <stdio.h>

/* Writes a PNG of 1200 x 800; `n` (from 0) makes pictures differ. False: out of memory. */
bool station_picture_png(FILE *file, int n);

#endif
