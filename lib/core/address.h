/* address: lists of network addresses, IPv4 and IPv6, single or as networks (CIDR): "203.0.113.7, 2001:db8::/32".
 * Entries are parted by commas, semicolons, blanks or line breaks. An IPv4 address written as IPv6 (::ffff:…) is the IPv4
 * address. Pure. */
#ifndef CORE_ADDRESS_H
#define CORE_ADDRESS_H

#include <stdbool.h>

#include "core/arena.h"

/* Is `address` in the list? What is no address is in none. */
bool        address_listed(const char *list, const char *address);
/* NULL: the list is good (an empty one too); else the first entry that is wrong. */
const char *address_list_wrong(struct arena *arena, const char *list);

#endif
