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
const char        *dict_label(const char *dict, const char *code);      /* "" when unknown              */
const char        *dict_label_int(const char *dict, long code);
/* node.0.code / .label / … for templates */
void               dict_to_hdf(const struct dict *dict, HDF *node);

#endif
