/* captcha: a picture of a few letters and digits that people read more easily than programs do. The letters lean, the
 * picture is waved, lines cross it. Whether an answer is right is not known here. */
#ifndef DRAW_CAPTCHA_H
#define DRAW_CAPTCHA_H

#include <stddef.h>

#include "core/arena.h"

enum { CAPTCHA_WIDTH = 200, CAPTCHA_HEIGHT = 64 };

/* PNG; drawn differently each time. NULL: the picture could not be made (no font). */
void *captcha_png(struct arena *arena, const char *text, size_t *size);

#endif
