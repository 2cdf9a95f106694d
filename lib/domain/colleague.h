/* colleague: staff who may know of a case: active accounts of departments whose division holds the case's. Reads table
 * account. */
#ifndef DOMAIN_COLLEAGUE_H
#define DOMAIN_COLLEAGUE_H

#include <stdbool.h>
#include <stdint.h>
#include <util/neo_hdf.h>

#include "core/work.h"

bool colleague_is(struct work *work, int64_t account_id, const char *division);
/* node.N.{Value, Label}: those of them that are not the actor, at most 100, nearest division first. */
void colleague_list(struct work *work, const char *division, HDF *node);

#endif
