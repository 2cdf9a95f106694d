/* sheet_import_private: shared by sheet_import.c and sheet_import_job.c. */
#ifndef DOMAIN_SHEET_IMPORT_PRIVATE_H
#define DOMAIN_SHEET_IMPORT_PRIVATE_H

#include "core/work.h"

const char *sheet_import_file(struct work *work, const char *hex);       /* place of the bytes with this digest */

#endif
