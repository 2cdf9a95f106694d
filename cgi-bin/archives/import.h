/* import: 批量导入, the same pages for every kind of record that registered with lib/domain/sheet_import; which one is said
 * by the address:
 *
 *     { GET,  "/archives/stations/import",             CAP_RECORD_OWN, NULL,          import_page },
 *     { POST, "/archives/stations/import",             CAP_RECORD_OWN, "import-take", import_take, import_page, FILES_LIMIT },
 *     { GET,  "/archives/stations/import/template",    CAP_RECORD_OWN, NULL,          import_template },
 *     { GET,  "/archives/stations/import/{id}",        CAP_RECORD_OWN, "archives-page", import_progress },
 *     { POST, "/archives/stations/import/{id}/again",  CAP_RECORD_OWN, NULL,          import_again },
 *     { GET,  "/archives/stations/import/{id}/marked", CAP_RECORD_OWN, NULL,          import_marked },
 */
#ifndef ARCHIVES_IMPORT_H
#define ARCHIVES_IMPORT_H

#include "web/web.h"

void apply_page(struct request *rq);             /* 「申请接入」 (S3.1), where the site has it */
void import_page(struct request *rq);            /* template, upload, what was brought before */
void import_take(struct request *rq);            /* → the import's own page */
void import_template(struct request *rq);
void import_progress(struct request *rq);
void import_again(struct request *rq);           /* a file whose import is done, once more */        /* how far, or every problem by cell; looks again by itself */
void import_marked(struct request *rq);          /* the same workbook with the problems marked */

#endif
