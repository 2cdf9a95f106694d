/* file: a file is its content. Owns tables file (an upload) and file_link (record → file). Bytes lie once under
 * VAR/files/ab/cdef… by the SHA-256 of what is stored; typed by their content, pictures decoded in a child with limits
 * and written afresh; whoever may read the record may read the file (nginx X-Accel).
 *
 *     const char *wrong = file_take(work, form_file(rq, "licence"), FILE_IMAGE | FILE_PDF, &id);
 *     if (wrong) form_error(rq, "licence", "%s", wrong);
 *     file_link(work, "operator_registration", registration, "licence", &id, 1);
 *
 * An id is random and cannot be guessed: between taking and linking it is what proves whose file it is (a visitor who
 * registers has no account). What belongs to no record is removed by a tick: after a day, or when the draft that names it
 * has ended (file_keep). */
#ifndef DOMAIN_FILE_H
#define DOMAIN_FILE_H

#include <stdbool.h>
#include <stdint.h>
#include <util/neo_misc.h>
#include <util/neo_hdf.h>

#include "core/work.h"
#include "web/upload.h"

enum { FILE_IMAGE = 1, FILE_PDF = 2, FILE_XLSX = 4, FILE_ZIP = 8 };      /* what a field accepts */

/* Takes an upload in. NULL: good and *id set; else what is wrong with it, in words for the visitor ("「a.png」不是图片…").
 * Refused: wrong type by content, polyglots, too many pixels (Files.PixelLimit), archives whose parts are too large
 * (Files.UnpackedLimit), PDF with scripts or attachments. The size limit is Web.UploadLimit (lib/web/multipart.c). */
const char *file_take(struct work *work, const struct upload *upload, unsigned accept, int64_t *id);

/* Ties files to a record ("operator_registration", 7, "licence"), replacing what was tied to that field. Only what this
 * actor brought, or what was tied to this record already; else the work ends with FAIL_INVALID (a made-up or too old id). */
void file_link(struct work *work, const char *record, int64_t record_id, const char *field, const int64_t *ids, size_t count);
/* What is said below a tied file, at most 100 characters. */
void file_caption(struct work *work, const char *record, int64_t record_id, const char *field, int64_t id, const char *text);
/* A record that grows out of another (a registration that became an operator) shares its files: every field. */
void file_link_all(struct work *work, const char *from, int64_t from_id, const char *to, int64_t to_id);
/* A draft names it: the sweep spares it for so many days, though it belongs to no record yet. */
void file_keep(struct work *work, int64_t id, int days);
/* node.N.{Id, Name, Size, Kind, Path, Thumb, Caption}; Thumb only for pictures. Size in words ("1.2 MB"). Returns how many. */
int  file_list(struct work *work, const char *record, int64_t record_id, const char *field, HDF *node);
/* How many files the record has in the field: what a rule "at least one" asks. */
int64_t file_count(struct work *work, const char *record, int64_t record_id, const char *field);

/* May work->actor read this record? Registered at start by the program that serves files, a row a kind of record; a
 * kind without one can be read by nobody. */
typedef bool file_reader(struct work *work, int64_t record_id);
void file_reader_register(const char *record, file_reader *reader);

struct file {
    const char *kind, *content_type, *name;
    const char *stored;                        /* "ab/cdef…": its place below VAR/files */
    bool        picture;                       /* has a thumbnail, at `stored` + ".thumb" */
};
/* False: absent, or not for this actor: the two look alike. Its own fresh upload may be seen by an account. */
bool file_open(struct work *work, int64_t id, struct file *file);

/* For the tick, with WORK_PLAIN: rows that belong to nothing and are kept no longer, then bytes that no row names. */
void file_sweep(struct work *work);

#endif
