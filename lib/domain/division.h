/* division: 区划. Loaded from the table the build makes (conf/build/divisions.mjs says what the codes are);
 * administrators may add portal-owned ones later. */
#ifndef DOMAIN_DIVISION_H
#define DOMAIN_DIVISION_H

#include <stdio.h>
#include <util/neo_hdf.h>

#include "core/progress.h"
#include "core/work.h"

/* Reads the tab-separated table, inserting what is new and renaming what changed; nothing is deleted, because
 * records refer to abolished divisions too. Inside the caller's transaction. Returns the rows read; a bad
 * line ends the work and names its number. */
int64_t division_load(struct work *work, FILE *file, struct progress *progress);

const char *division_name(struct work *work, const char *code);          /* "香洲区"; "" when unknown */
/* "广东省珠海市香洲区"; headings like 市辖区 are left out; "" when unknown. */
const char *division_path(struct work *work, const char *code);
/* node.0.code / .name …: the divisions directly under `parent`, in code order, 「其他」 last. Returns how many. */
int division_children(struct work *work, const char *parent, HDF *node);

#endif
