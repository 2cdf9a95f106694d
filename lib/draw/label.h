/* label: the picture of a printable label: a QR code with a name, a code, the operator and its service number beside it. */
#ifndef DRAW_LABEL_H
#define DRAW_LABEL_H

#include <stddef.h>

#include "core/arena.h"

struct label {
    const char *address;             /* what the QR code holds */
    const char *name, *code;         /* of the station or the facility */
    const char *above;               /* the facility's station; "" none */
    const char *operator_name, *hotline;
};

enum { LABEL_WIDTH = 827, LABEL_HEIGHT = 437 };      /* 70 × 37 mm, 24 on an A4 sheet, at 300 dots an inch */

/* PNG with its resolution. NULL: the address does not fit a QR code. Long texts are cut with 「…」. */
void *label_png(struct arena *arena, const struct label *label, size_t *size);

#endif
