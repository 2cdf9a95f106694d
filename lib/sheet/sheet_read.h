/* sheet_read: rows of an xlsx workbook (ECMA-376 part 1, transitional and strict), read as a stream within limits that
 * are counted while reading. Nothing is believed that the file says of itself; a hostile one can only be refused.
 *
 *     struct sheet_book *book = sheet_open(path, NULL);
 *     work_defer(work, sheet_close, book);
 *     struct sheet *sheet = sheet_begin(book, sheet_named(book, "站点档案"));
 *     for (struct sheet_row row; sheet && sheet_next(sheet, &row);) … row.cells[2].text …
 *     if (sheet_wrong(book)) …                     refused: words for the person who made the file
 *
 * Several sheets of one book may be read at the same time. Memory: shared strings (at most limits.strings bytes and as
 * many texts as limits.texts) and one row. Knows no form, no request and no work; for lib/web/form_sheet and tools. */
#ifndef SHEET_READ_H
#define SHEET_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sheet_limits {
    size_t unpacked;        /* bytes of all parts read through one book */
    size_t strings;         /* bytes of shared strings kept in memory */
    size_t texts;           /* how many shared strings */
    int64_t rows;           /* rows with content, a sheet */
    int    columns;         /* the first so many may hold something; at most 1000 */
};
extern const struct sheet_limits sheet_limits_usual;     /* 256 MiB, 48 MiB, 3,000,000; 200,000 rows, 200 columns */

enum sheet_kind {
    SHEET_EMPTY,
    SHEET_TEXT,             /* as typed, blanks included; line ends are \n */
    SHEET_NUMBER,           /* plain decimal, never with an exponent */
    SHEET_DATE,             /* "2026-11-20", with a time of day "2026-11-20 09:30:00", a time alone "09:30:00" */
    SHEET_BOOL,             /* "TRUE", "FALSE" */
    SHEET_FORMULA,          /* text: the value it had when it was saved */
    SHEET_ERROR,            /* "#N/A" */
};

struct sheet_cell {
    enum sheet_kind kind;
    const char     *text;            /* never NULL; until the next sheet_next() of this sheet */
    bool            from_1904;       /* how the workbook counts days: for sheet_day_text() */
    bool            digits_lost;     /* a number of 16 digits or more: the program that saved it has kept only 15 */
};

struct sheet_row {
    int64_t                  number; /* as the program shows it, from 1 */
    bool                     hidden; /* by hand or by a filter */
    int                      count;  /* cells up to the last with content */
    const struct sheet_cell *cells;  /* by column, 0 is A */
};

struct sheet_book;
struct sheet;

/* A number as the date it counts ("45413" is 2024-05-01), for a cell that must hold a date and is formatted as text or number:
 * some programs store it so. False: not a whole number of days from 1954 to 2119. */
bool sheet_day_text(const struct sheet_cell *cell, char out[64]);

/* Never NULL; sheet_wrong() says when it cannot be read: not a workbook (csv, xls, html, ods renamed), encrypted,
 * damaged, a zip bomb, a DOCTYPE. limits NULL: the usual ones. */
struct sheet_book *sheet_open(const char *path, const struct sheet_limits *limits);
void        sheet_close(void *book);                              /* and its sheets; a work_defer() function */
const char *sheet_wrong(const struct sheet_book *book);           /* NULL: nothing wrong so far; Chinese, no full stop */

int         sheet_count(const struct sheet_book *book);
const char *sheet_name(const struct sheet_book *book, int i);
bool        sheet_hidden(const struct sheet_book *book, int i);
int         sheet_named(const struct sheet_book *book, const char *name);   /* -1: none; blanks around do not count */

/* The sheet from its first row; NULL: refused. Rows without content are passed over. */
struct sheet *sheet_begin(struct sheet_book *book, int i);
bool        sheet_next(struct sheet *sheet, struct sheet_row *row);         /* false: the end, or refused */
/* After the end: how many merged ranges, and the first ones ("B3:B7"). */
size_t      sheet_merges(const struct sheet *sheet, size_t i, const char **range);
void        sheet_end(struct sheet *sheet);

/* "C17" of column 2, row 17. */
struct sheet_address { char text[16]; };
struct sheet_address sheet_address(int column, int64_t row);

#endif
