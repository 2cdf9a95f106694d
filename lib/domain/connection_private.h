/* connection_private: what the files of connection.h share. */
#ifndef DOMAIN_CONNECTION_PRIVATE_H
#define DOMAIN_CONNECTION_PRIVATE_H

#include "core/db.h"
#include "domain/connection.h"

#define CONNECTION_COLUMNS "c.id, c.operator_id, c.platform_id, c.kind, c.state, c.connected_at, c.stations"
extern const struct db_column connection_columns[];

/* Locks the actor's company's row: two forms of one company are taken one after the other. Its id. */
int64_t connection_lock(struct work *work);
/* Its row for this platform, made when absent (kind, stations as given) and its way begun. */
struct connection connection_begin(struct work *work, int64_t operator_id, int64_t platform_id, const char *kind, const char *stations);
void connection_trail(struct work *work, const char *act, int64_t id, const char *detail, const char *address);

/* A pull of all its stations that take part, soon. */
void connection_pull_ask(struct work *work, int64_t operator_id);

/* connection_apply.c: guards of the applications. */
void connection_apply_process(void);

#endif
