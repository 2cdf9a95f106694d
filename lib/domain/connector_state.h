/* connector_state: the one way a connector's live state changes, whoever tells it (exchange, demonstration).
 *
 * After the commit the caller hands the version to the map's memory (lib/map): versions order the updates
 * there, so that a late one never overwrites a newer. */
#ifndef DOMAIN_CONNECTOR_STATE_H
#define DOMAIN_CONNECTOR_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/work.h"

enum connector_state {
    CONNECTOR_OFFLINE = 0, CONNECTOR_FREE = 1, CONNECTOR_OCCUPIED = 2, CONNECTOR_CHARGING = 3, CONNECTOR_RESERVED = 4,
    CONNECTOR_FAULT = 255
};
enum { NOT_TOLD = -1 };      /* park, lock */

/* Stores the state and its log row in the work's transaction. at_ms: when it was told (receipt; for an answer
 * to a query: when the query was sent). False: no such connector, or it was removed. *version counts up; it
 * stays 0 when something newer is known already, and then nothing is stored. */
bool connector_state_tell(struct work *work, int64_t connector_id, int state, int park, int lock, int64_t at_ms,
                          uint32_t *version);

/* The same state told again: only its age changes, and no log row is written. False: as above, or never told. */
bool connector_state_again(struct work *work, int64_t connector_id, int64_t at_ms, uint32_t *version);

/* The connector of an operator by its code; 0: no such. */
int64_t connector_find(struct work *work, int64_t operator_id, const char *code);

#endif
