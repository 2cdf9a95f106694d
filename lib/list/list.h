/* list: a list is data. schema/lists/<name>.hdf declares columns, filters, order, actions and whose rows they are;
 * from it come the page, the count, the export, the JSON and the selection of a bulk action.
 *
 *     static void start(void) { lists_load((const char *const[]){ "job", NULL }); }          program.start
 *     { GET,  "/admin/jobs",       CAP_JOB_VIEW,  "list:job", job_list },                    parameters from the list
 *     { GET,  "/admin/jobs.xlsx",  CAP_JOB_VIEW,  "list:job", job_xlsx },
 *     { POST, "/admin/jobs/retry", CAP_JOB_RETRY, "list:job", job_retry },
 *     static void job_list(struct request *rq)  { list_page(rq, "job"); page(rq, "admin/jobs.cst"); }
 *     static void job_xlsx(struct request *rq)  { list_xlsx(rq, "job"); }
 *     static void job_retry(struct request *rq) { size_t n; const char *const *ids = list_selected(rq, "job", &n); … }
 *
 * The template includes parts/list.cst and says <?cs call:list(Page.List) ?>.
 *
 * What holds: statement text is made of pieces composed at start, from names proved to be identifiers; a request
 * chooses which pieces by what was filled in, its values are binds. A list without a scope does not load. The scope
 * comes from rq->work.actor; whoever has no place in it sees no row. A list says `growing` when its table grows
 * without end: then pages are found by key (never by counting rows to skip), every row is visited once however many
 * are added meanwhile, and the total is counted only up to a bound and said so. schema/lists/README.md is the manual. */
#ifndef LIST_LIST_H
#define LIST_LIST_H

#include <stddef.h>
#include <stdint.h>

#include "web/web.h"

/* Reads and checks the declarations and registers the form "list:<name>" of each; a mistake stops the start.
 * From program.start only: after the dictionaries, before the first request. */
void lists_load(const char *const names[]);

/* Fills rq->page with List.* for templates/parts/list.cst; a client that wants JSON is answered at once. */
void list_page(struct request *rq, const char *name);

/* {"list","total","more_than","rows":[{column: value, …}],"next"}: one page of the search. */
_Noreturn void list_json(struct request *rq, const char *name);

/* The whole search as a workbook, for people: codes are text, numbers, money and dates are what they are, no text is ever
 * a formula. At most `export_limit` rows, and a last line that says so when there are more; memory does not grow. */
_Noreturn void list_xlsx(struct request *rq, const char *name);

/* The same for programs and for the archive of evidence, as CSV (UTF-8 with BOM, CRLF; no cell can start a formula), at most `export_limit` rows, and a last
 * line that says so when there are more. Written to a file as the rows come: memory does not grow. */
_Noreturn void list_csv(struct request *rq, const char *name);

/* Keys a bulk action is to work on: the ticked ones (parameter `id`), or with `all=1` every row of the search the
 * form carried, within the actor's scope. More than `bulk_limit` is refused (422), none ticked too. What the action
 * may do to each row is for the domain to decide, in its own statement. */
const char *const *list_selected(struct request *rq, const char *name, size_t *count);

/* Rows of the search without reading them, for figures on other pages; exact. */
int64_t list_count(struct request *rq, const char *name);

#endif
