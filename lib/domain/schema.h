/* schema: brings the database to the shape of schema/tables/NNN_what.sql, each statement once, in order.
 * Owns tables schema_step and schema_lease. Safe when two processes (or two machines of a cluster) start
 * together: a lease taken by compare-and-set lets one work while the others wait. */
#ifndef DOMAIN_SCHEMA_H
#define DOMAIN_SCHEMA_H

#include "core/work.h"

/* `work` is on an "owner" connection, outside a transaction. Returns how many statements were applied. */
int schema_migrate(struct work *work);

/* Monthly partitions for a year ahead of now, on every table partitioned by month. */
void schema_partitions(struct work *work);

#endif
