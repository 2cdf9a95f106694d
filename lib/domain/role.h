/* role: schema/roles.hdf. Owns nothing in the database. */
#ifndef DOMAIN_ROLE_H
#define DOMAIN_ROLE_H

#include <stdint.h>
#include <util/neo_misc.h>
#include <util/neo_hdf.h>

void        roles_load(void);                          /* a mistake stops the start */
uint64_t    role_capabilities(const char *role);       /* 0: no such role */
const char *role_label(const char *role);
HDF        *role_first(void);                          /* walk with hdf_obj_next(): name, label, demo */

#endif
