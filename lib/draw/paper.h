/* paper: an application form to print, stamp and scan: A4 pages of a titled table of two columns, as PDF. Text is laid out by
 * Pango with a Chinese font, so every name that was typed can be printed; what does not fit a page goes on the next one. */
#ifndef DRAW_PAPER_H
#define DRAW_PAPER_H

#include <stddef.h>

#include "core/arena.h"

struct paper_row {
    const char *label;          /* NULL: a heading over the whole width, which `value` is */
    const char *value;
};

struct paper {
    const char *title, *under;              /* `under`: a line below it */
    const struct paper_row *rows;
    size_t      row_count;
    const char *notes;                      /* below the table: what the applicant declares; lines parted by \n */
    const char *stamp;                      /* 「委托单位（盖章）：」, with a date line; NULL: none */
};

/* The bytes, in the arena. NULL: it cannot be drawn (no memory). */
void *paper_pdf(struct arena *arena, const struct paper *paper, size_t *size);

#endif
