/* trail: who did what, when. Append-only; owns table trail. */
#ifndef DOMAIN_TRAIL_H
#define DOMAIN_TRAIL_H

#include "core/work.h"

/* `object` names the record ("page:open/conditions"), `outcome` is done or refused. Part of the caller's
 * transaction: an act and its trail are stored together or not at all. No secrets, no personal data. */
void trail_write(struct work *work, const char *act, const char *object, const char *outcome, const char *detail,
                 const char *address);

#endif
