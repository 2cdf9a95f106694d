/* personal: the members of messages that say who drives which car, by all the names operators give them. One list for all:
 * what an order leaves out (charge_order_read) the message log masks as well (exchange_log). */
#ifndef DOMAIN_PERSONAL_H
#define DOMAIN_PERSONAL_H

#include <jansson.h>

extern const char *const personal_members[];         /* ends with NULL */

/* Takes them out of `value` and of every object and list inside it. */
void personal_drop(json_t *value);

#endif
