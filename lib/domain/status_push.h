/* status_push: connector states told by an operator's platform, stored with the replay guard in one
 * transaction. */
#ifndef DOMAIN_STATUS_PUSH_H
#define DOMAIN_STATUS_PUSH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/work.h"
#include "exchange/message.h"

struct told_state {               /* one stored state, for the map's memory after the commit */
    int64_t  connector_id;
    int      state;
    uint32_t version;
    int64_t  at_ms;
};

struct push_outcome {
    bool              replayed;   /* this very envelope was stored before: nothing was stored now */
    struct told_state *told;
    size_t            told_count;
    const char       *unknown;    /* the first connector (or station) that is not known; NULL: none */
    size_t            unknown_count;
};

/* What is not known is left out, the rest is stored. Nothing known: nothing is stored at all. */
void status_push_store(struct work *work, int64_t operator_id, const uint8_t digest[32],
                       const struct status_item *items, size_t count, struct push_outcome *out);
/* The answer to query_station_status: told at `at_ms`, when the question was sent. */
void status_answer_store(struct work *work, int64_t operator_id, int64_t at_ms, const struct status_item *items,
                         size_t count, struct push_outcome *out);

/* After the commit: hands the stored states to the map's memory, so that the map shows them at once and never
 * anything the database does not hold. */
void status_push_show(struct work *work, const struct push_outcome *outcome);

#endif
