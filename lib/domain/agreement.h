/* agreement: 协议文本, the texts a registrant accepts. Owns table agreement. Publishing adds a version, none is ever changed
 * or removed: what somebody accepted can always be read again. */
#ifndef DOMAIN_AGREEMENT_H
#define DOMAIN_AGREEMENT_H

#include <stdbool.h>
#include <stdint.h>
#include <util/neo_misc.h>
#include <util/neo_hdf.h>

#include "core/work.h"

/* node.N.{id, kind, version, title, published_at, who}: newest first; kind "": of every kind the newest. */
int  agreement_list(struct work *work, const char *kind, HDF *node);
/* node.{id, kind, version, title, body, published_at, who}; false: no such */
bool agreement_load(struct work *work, int64_t id, HDF *node);
/* `seen` is the newest version its writer knew (0: none); 0: somebody published meanwhile, else the new version. */
int64_t agreement_publish(struct work *work, const char *kind, int64_t seen, const char *title, const char *body,
                          const char *address);

#endif
