/* sheet_write: an xlsx workbook written as its rows come (libxlsxwriter, constant_memory): memory does not grow with the
 * rows. A text is always written as a text cell, never as a formula, whatever it begins with.
 *
 *     struct sheet_pen *pen = pen_open(path);
 *     work_defer(work, pen_drop, pen);
 *     int sheet = pen_sheet(pen, "站点档案", false);
 *     pen_text(pen, sheet, 0, 0, LOOK_HEADER, "充电站编码");
 *     if (!pen_close(pen)) …                                     the disk is full
 *
 * Rows of a sheet are written from the top, cells of a row in any order; rows and columns count from 0. What
 * constant_memory cannot do (merged cells, going back to a row) is not offered. Knows no form, no request, no work. */
#ifndef SHEET_WRITE_H
#define SHEET_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sheet_look {
    LOOK_PLAIN, LOOK_HEADER, LOOK_HEADER_MUST,         /* must: a column that has to be filled in */
    LOOK_TEXT,                                         /* format "@": what is typed stays as typed, leading zeros too */
    LOOK_MONEY, LOOK_DATE, LOOK_TIME, LOOK_EXAMPLE, LOOK_BAD, LOOK_WRAP, LOOK_TITLE, LOOK_COUNT
};

struct sheet_pen;

struct sheet_pen *pen_open(const char *path);          /* temporary files lie beside it */
/* Writes what is left and gives everything back; false: not written (disk full, say). Again: does nothing, the same answer. */
bool pen_close(struct sheet_pen *pen);
void pen_drop(void *pen);                              /* pen_close() when needed, and frees; a work_defer() function */

int  pen_sheet(struct sheet_pen *pen, const char *name, bool hidden);    /* its number, for the calls below */
void pen_width(struct sheet_pen *pen, int sheet, int column, double characters, enum sheet_look look);  /* look: of cells to come */
void pen_freeze(struct sheet_pen *pen, int sheet, int rows);
void pen_height(struct sheet_pen *pen, int sheet, int64_t row, double points);

/* Longer texts than a cell holds (32767 characters) are cut. */
void pen_text(struct sheet_pen *pen, int sheet, int64_t row, int column, enum sheet_look look, const char *text);
/* A decimal; more than 15 digits are written as text, so that none is lost. Not a number: as text. */
void pen_number(struct sheet_pen *pen, int sheet, int64_t row, int column, enum sheet_look look, const char *text);
/* "2026-11-20", "2026-11-20 09:30:00"; anything else: as text. */
void pen_date(struct sheet_pen *pen, int sheet, int64_t row, int column, enum sheet_look look, const char *text);
/* A note on a cell; the first 2000 of a sheet, then nothing. */
void pen_note(struct sheet_pen *pen, int sheet, int64_t row, int column, const char *text);

/* A drop-down on rows first … last of a column. Long enumerations stand on a hidden sheet 「选项」. `choices` and its
 * texts stay until pen_close(). strict: nothing else can be typed. */
void pen_choices(struct sheet_pen *pen, int sheet, int64_t first, int64_t last, int column, const char *const *choices,
                 size_t count, bool strict);

#endif
