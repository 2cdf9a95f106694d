/* file: a file is its content. Owns tables file (sha256, kind, size, …) and file_link (record → file). Bytes lie once
 * under VAR/files/ab/cdef…; typed by their content, pictures decoded in a child with limits and written afresh;
 * whoever may read the record may read the file (nginx X-Accel). */
#ifndef DOMAIN_FILE_H
#define DOMAIN_FILE_H

#include <stdbool.h>
#include <stdint.h>
#include <util/neo_misc.h>
#include <util/neo_hdf.h>

#include "core/work.h"
#include "web/upload.h"

enum { FILE_IMAGE = 1, FILE_PDF = 2, FILE_XLSX = 4 };      /* what a field accepts */

/* Takes an upload in. NULL: good and *id set; else what is wrong with it, in words for the visitor ("「a.png」不是图片…").
 * Refused: wrong type by content, polyglots, too many pixels (40 million), archives whose parts are too large. */
const char *file_take(struct work *work, const struct upload *upload, unsigned accept, int64_t *id);

/* Ties files to a record ("operator_registration", 7, "licence"), replacing what was tied to that field. */
void file_link(struct work *work, const char *record, int64_t record_id, const char *field, const int64_t *ids, size_t count);
/* node.N.{Id, Name, Size, Kind, Path, Thumb} */
int  file_list(struct work *work, const char *record, int64_t record_id, const char *field, HDF *node);

#endif
