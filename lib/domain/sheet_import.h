/* sheet_import: a workbook becomes records, as a job. Owns table sheet_import. A noun says what a good row becomes:
 *
 *     static const struct sheet_import_kind stations = { "station-record", "站点档案", "/archives/stations", &sheet, begin, check, store, end };
 *     sheet_import_register(&stations);               from process_start(): the pages and the job runner know it then
 *
 * What holds. First every row is checked (READ), then all are stored in one transaction, together with the word that the
 * import is done: killed in the middle, nothing is half stored, and the next runner begins anew. The same file (SHA-256)
 * of one company is one import: while it runs, or once it is done, bringing it again shows that one; refused, it is checked
 * again (what it lacked may be there by now). Done, it is imported once more only when that is asked for in so many words
 * (sheet_import_again: its records were deleted); codes that are still there are then named, nothing is doubled. The job acts as the person who brought the file, with its scope.
 * States: waiting → checking → storing → done, or refused; 「failed」 is said of one whose job gave up. */
#ifndef DOMAIN_SHEET_IMPORT_H
#define DOMAIN_SHEET_IMPORT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <util/neo_misc.h>
#include <util/neo_hdf.h>

#include "core/work.h"
#include "web/form_sheet.h"

struct sheet_import_kind {
    const char              *name;                  /* form of the rows, commonly */
    const char              *noun;                  /* 「站点档案」 */
    const char              *path;                  /* of its list: "/archives/stations"; its import is at path/import */
    const struct form_sheet *sheet;
    /* Before the rows of either pass, the first thing in its transaction: locks when `storing`, and may gather what the rows
     * are compared with, so that thousands of rows need no statement each. What it returns goes to the others; it lives as
     * long as the work. NULL: nothing. */
    void *(*begin)(struct work *work, bool storing);
    void (*check)(struct work *work, struct form_values *values, void *with);     /* values_error() what only the database knows; NULL */
    void (*store)(struct work *work, struct form_values *values, void *with);     /* values_error(): all is taken back and checked again */
    void (*end)(struct work *work, int64_t import, int64_t rows, void *with);     /* all rows are stored, before the commit; NULL */
};
void sheet_import_register(const struct sheet_import_kind *kind);     /* stays for the life of the process */
const struct sheet_import_kind *sheet_import_kind_named(const char *name);     /* NULL: no such */
const struct sheet_import_kind *sheet_import_kind_at(const char *path);        /* "/archives/stations/import/…"; NULL: none */

/* The uploaded file (file_take) becomes an import of the actor's company, and a job. Returns its id: a new one, or that of
 * the same file. `again`: it was there and will not run again (running, or done). */
int64_t sheet_import_take(struct work *work, const char *kind, int64_t file_id, bool *again);

/* One more import of the file of import `id`, which is done. Returns the new one's id; when the latest of that file is not done,
 * that one's. 0: absent. */
int64_t sheet_import_again(struct work *work, const char *kind, int64_t id);

/* node.{Id, Name, State, Label, Running, Total, Done, Percent, Problems, Listed, Refused, Created, Finished,
 * List.N.{Sheet, Where, Label, Value, Text}} of the actor's company; at most `most` problems. False: absent. */
bool sheet_import_show(struct work *work, const char *kind, int64_t id, int most, HDF *node);
/* The newest of the company: node.N.{Id, Name, State, Label, Total, Created} */
int  sheet_import_recent(struct work *work, const char *kind, int most, HDF *node);
/* Writes the workbook with what is wrong marked to `path`; false: absent, or nothing is wrong with it. */
bool sheet_import_marked(struct work *work, const char *kind, int64_t id, const char *path);

void sheet_import_job(struct work *work, const json_t *payload);      /* kind "sheet.import", {"id": N} */

#endif
