/* form_sheet: the form as a workbook: template, import, the same workbook back with what is wrong marked. Headers, rules
 * and drop-downs come from the declaration (schema/forms); each kind=rows field is a sheet of its own, tied by the key,
 * the form's first field with `unique`. Knows no noun: rows go to a callback.
 *
 * Importing is two passes over the same file, so that nothing is stored unless all is right:
 *
 *     struct form_sheet_result result;
 *     if (form_sheet_read(work, &station_sheet, path, &(struct form_sheet_pass){ .row = look_for_doubles }, &result))
 *         form_sheet_read(work, &station_sheet, path, &(struct form_sheet_pass){ .row = store_one }, &result);   one transaction
 *
 * lib/domain/sheet_import.h does this as a job. What is strict (S3.2, Z9.3): blanks before or behind a value, formulas,
 * error values, merged cells, hidden rows, unknown columns and enumerations, numbers that lost digits, the same key twice,
 * rows of an unknown parent: each is reported with its cell, its value and the mend, all at once. What is normal: columns
 * in any order, full-width letters and digits, labels or codes of enumerations, dates in any usual form. Pictures and
 * papers (kind=files) are not imported and not asked for; they are added by hand. */
#ifndef WEB_FORM_SHEET_H
#define WEB_FORM_SHEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/work.h"
#include "web/form.h"

enum { FORM_SHEET_LISTED = 1000, FORM_SHEET_REFERENCES = 8 };

/* A field of kind=id: the workbook holds a code people know instead. */
struct form_sheet_reference {
    const char *field, *label, *hint, *example;          /* label: of the column, 「所属充电站编码」 */
    int64_t   (*resolve)(struct work *work, const char *text);    /* 0: none of this actor's; asked once a text */
    const char *unknown;                                 /* what to do then: 「请先录入该充电站的站点档案」 */
};

struct form_sheet {
    const char *form;                                    /* opened at start */
    const char *title;                                   /* of the first sheet: 「站点档案」 */
    const char *rows;                                    /* of the sheet of its kind=rows field; NULL: that field's label */
    struct form_sheet_reference references[FORM_SHEET_REFERENCES];       /* ends with field NULL */
    const char *const *leave_out;                        /* fields that are not in the workbook; NULL-ended, or NULL */
    const char *const *notes;                            /* further lines of 「填写说明」; NULL-ended, or NULL */
};

struct form_sheet_problem {
    const char *sheet, *address, *label, *value, *text;  /* 「站点档案」 C17 「充电站名称」 “ A ” 「…」 */
    int64_t     row;
    int         column;                                  /* -1: the whole row, or the whole sheet (row 0) */
};

struct form_sheet_result {
    const char *refused;                                 /* NULL, or why nothing of the file could be read */
    int64_t     rows;                                    /* of the first sheet, without header and example */
    int64_t     problems;                                /* all of them */
    size_t      count;                                   /* of `list`: at most FORM_SHEET_LISTED */
    struct form_sheet_problem *list;                     /* as long as the work */
};

struct form_sheet_pass {
    /* A row that is good so far, rows of kind=rows within; it lives until the callback returns. Checking: values_error()
     * what the database knows better. Storing: values_give(), form_store(). NULL: nothing. */
    void (*row)(struct work *work, struct form_values *values, void *arg);
    void (*progress)(struct work *work, int64_t rows, void *arg);        /* every 500 rows; NULL: none */
    void *arg;
    bool  draft;                                         /* empty required fields are no problem */
};

/* Memory: the shared strings of the file, 16 bytes a unique value and one row. True: nothing is wrong. */
bool form_sheet_read(struct work *work, const struct form_sheet *sheet, const char *path, const struct form_sheet_pass *pass,
                     struct form_sheet_result *result);
/* The empty workbook to fill in; false: cannot be written. */
bool form_sheet_template(struct work *work, const struct form_sheet *sheet, const char *path);
/* `from` again with the listed problems marked (fill and note), and 「错误清单」 as first sheet. */
bool form_sheet_marked(struct work *work, const struct form_sheet *sheet, const char *from, const struct form_sheet_result *result,
                       const char *path);

#endif
