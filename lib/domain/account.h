/* account: owns table account. Registration and review come with the accounts issue; here: the
 * demonstration accounts, and finding one by name for tools. */
#ifndef DOMAIN_ACCOUNT_H
#define DOMAIN_ACCOUNT_H

#include <stdint.h>
#include <util/neo_misc.h>
#include <util/neo_hdf.h>

#include "core/work.h"

int64_t account_by_login(struct work *work, const char *login);      /* 0: no such */

/* One account for each role of schema/roles.hdf with a `demo` name; password DEMO_PASSWORD. Only in
 * demonstration mode. Idempotent. */
#define DEMO_PASSWORD "Chargehall-2026"
void account_demo_load(struct work *work);
int  account_demo_list(struct work *work, HDF *node);                /* node.N.{login,name,role} */

#endif
