/* dict: enumerations as data, schema/dicts/<name>.hdf: `values { 1 = 公共 ... }` in display order.
 * Loaded once a process. */
#ifndef CORE_DICT_H
#define CORE_DICT_H

#include <stdbool.h>
#include <stddef.h>
#include <util/neo_misc.h>
#include <util/neo_hdf.h>

struct dict;

void               dict_load_all(void);                         /* a mistake stops the start            */
const struct dict *dict_find(const char *name);                 /* NULL: no such                        */
size_t             dict_count(const struct dict *dict);
const char        *dict_code(const struct dict *dict, size_t i);
const char        *dict_name(const struct dict *dict, size_t i);
bool               dict_hidden(const struct dict *dict, size_t i);      /* valid, but no longer offered */
const char        *dict_label(const char *dict, const char *code);      /* "" when unknown              */
const char        *dict_label_int(const char *dict, long code);
/* node.0.code / .label / … of what is offered, for templates */
void               dict_to_hdf(const struct dict *dict, HDF *node);

/* What staff may change (lib/domain/dictionary), as its file says: `dict { label = 建设场所 · edit = open · code […] }`. Labels:
 * words, order, hidden or not. Open: new codes too; `code` is a field of schema/forms/README.md that a new one must fit. */
enum dict_edit { DICT_FIXED, DICT_LABELS, DICT_OPEN };
const struct dict *dict_first(void);                            /* by name; then dict_next()            */
const struct dict *dict_next(const struct dict *dict);
const char        *dict_key(const struct dict *dict);           /* its file's name                      */
const char        *dict_title(const struct dict *dict);
enum dict_edit     dict_edit(const struct dict *dict);
HDF               *dict_code_rule(const struct dict *dict);     /* NULL: not open                       */

/* What staff set over the files, all of it at once, at the beginning of a work: dict_overlay_begin(), an entry each,
 * dict_overlay_end(). What a file does not allow is left aside. Labels given out earlier stay valid for the life of the
 * process; struct dict stays where it is. */
void dict_overlay_begin(void);
bool dict_overlay(const char *dict, const char *code, const char *label, long position, bool hidden);
void dict_overlay_end(void);
long dict_position(const struct dict *dict, size_t i);          /* 10, 20, 30 … in the file's order      */

#endif
