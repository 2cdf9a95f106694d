/* qr: QR codes, black on white with the quiet zone of four modules, error correction M. */
#ifndef DRAW_QR_H
#define DRAW_QR_H

#include <stddef.h>

#include "core/arena.h"

/* PNG with `scale` pixels a module (1 to 32). NULL: the text is empty or does not fit (over about 2,300 bytes). */
void *qr_png(struct arena *arena, const char *text, int scale, size_t *size);
/* The dark modules as the `d` of an SVG path, in a square of `*side` modules with its quiet zone. NULL as above. */
char *qr_path(struct arena *arena, const char *text, int *side);
/* A whole SVG document, sized by its viewBox; for printing. NULL as above. */
char *qr_svg(struct arena *arena, const char *text, size_t *size);

#endif
