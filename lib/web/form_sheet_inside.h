/* form_sheet_inside: private to form_sheet_*.c. */
#ifndef WEB_FORM_SHEET_INSIDE_H
#define WEB_FORM_SHEET_INSIDE_H

#include "sheet/sheet_read.h"
#include "web/form_declared.h"
#include "web/form_sheet.h"

enum { SHEET_FIELDS = 150, SHEET_ROWS_MOST = 6 };        /* columns of a sheet; kind=rows fields of a form */

struct sheet_place_name { const char *label, *code; };   /* a division by its name below `within` */

/* One column as the workbook knows it. */
struct sheet_field {
    size_t              field;                           /* of the form */
    const struct field *f;
    const char         *header;                          /* 「额定功率（kW）」, without the star */
    bool                must;
    const struct form_sheet_reference *reference;        /* kind=id; NULL: none */
    struct sheet_place_name *places;                     /* kind=division with within=; by name */
    size_t              place_count;
    const char         *example;
};

/* One sheet: the form's own, or that of a kind=rows field, whose column 0 is the parent's key. */
struct sheet_plan {
    const struct form *form;
    const char        *name;                             /* of the sheet */
    size_t             rows_field;                       /* of the parent form; the form's own: SIZE_MAX */
    struct sheet_field key;                              /* rows: the column that names the parent */
    struct sheet_field fields[SHEET_FIELDS];
    size_t             count;
};

struct sheet_plans { struct sheet_plan *own, *rows[SHEET_ROWS_MOST]; size_t row_count; size_t key_field; };

/* form_sheet_plan.c; in the work's arena. Asks the database for divisions. */
struct sheet_plans *sheet_plans_make(struct work *work, const struct form_sheet *sheet);
const char *const  *sheet_choices(struct work *work, const struct sheet_field *field, size_t *count);    /* NULL: none */
const char         *sheet_field_rule(struct work *work, const struct sheet_field *field);                /* for people */

/* form_sheet_head.c: fields by column. */
enum { SHEET_COLUMNS = 200, COLUMN_NONE = -1, COLUMN_KEY = -2 };
struct sheet_columns { int count; int field[SHEET_COLUMNS]; };
/* From the header row; NULL: good, else what is missing, unknown or twice. */
const char *sheet_columns_read(struct work *work, const struct sheet_plan *plan, const struct sheet_row *row,
                               struct sheet_columns *out);
int         sheet_column_of(const struct sheet_columns *columns, int field);      /* -1: none */
/* Is this the template's example, left where it was? */
bool        sheet_is_example(const struct sheet_plan *plan, const struct sheet_columns *columns, const struct sheet_row *row);

/* form_sheet_cell.c: a cell into the values; NULL: good, else what is wrong and the mend. */
struct sheet_memo;                                       /* resolved references */
struct sheet_memo *sheet_memo_new(struct arena *arena);
const char *sheet_cell_take(struct form_values *values, const struct sheet_field *field, const struct sheet_cell *cell,
                            struct sheet_memo *memo);
const char *sheet_cell_strict(struct work *work, const struct sheet_cell *cell);    /* what no field accepts; NULL: good */

/* form_sheet_rows.c: the rows of a kind=rows sheet, kept in a file and found by their parent's key. */
struct sheet_spool;
struct sheet_spool *spool_open(struct work *work);
void  spool_add(struct sheet_spool *spool, const char *key, const struct sheet_row *row);
/* Rows of the key in the order of the file, marked as used: calls each(row, arg). */
void  spool_each(struct sheet_spool *spool, const char *key, void (*each)(const struct sheet_row *row, void *arg), void *arg);
bool  spool_good(struct sheet_spool *spool);             /* false: the disk is full or failed; rows may be missing */
void  spool_unused(struct sheet_spool *spool, void (*each)(const struct sheet_row *row, void *arg), void *arg);

#endif
