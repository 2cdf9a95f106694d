/* division: 区划. Loaded from the table the build makes (conf/build/divisions.mjs says what the codes are);
 * administrators may add portal-owned ones later. */
#ifndef DOMAIN_DIVISION_H
#define DOMAIN_DIVISION_H

#include <stdbool.h>
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

/* --- what staff change: portal-owned entries alone; those of GB/T 2260 come with the table. Each is in the trail --- */

/* node.N.{code, name, level, portal_owned, retired, children} under `parent` ("": the provinces), retired ones too. */
int division_browse(struct work *work, const char *parent, HDF *node);
/* A new entry below `parent`; its code is the parent's prefix, QT and a number: letters never occur in GB/T 2260, and
 * the prefix keeps it in the department's scope. NULL: done, else what is wrong in words. */
const char *division_add(struct work *work, const char *parent, const char *name, const char *address);
const char *division_rename(struct work *work, const char *code, const char *name, const char *address);
/* No longer offered; records that have it keep it. False: it is not portal-owned, or was so already. */
bool division_retire(struct work *work, const char *code, bool retired, const char *address);

#endif
