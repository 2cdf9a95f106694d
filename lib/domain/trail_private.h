/* trail_private: what sealing and verifying share - how a row and a block become digests. */
#ifndef DOMAIN_TRAIL_PRIVATE_H
#define DOMAIN_TRAIL_PRIVATE_H

#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"

enum { TRAIL_DIGEST = 32, TRAIL_TEXTS = 8 };

/* Everything of a row, as text in this order: at, actor, act, object, outcome, detail, address, work_id. */
#define TRAIL_COLUMNS "t.account_id, CAST(t.at AS CHAR), t.actor, t.act, t.object, t.outcome, t.detail, t.address, t.work_id"

struct trail_row {
    int64_t     id, account_id;
    const char *text[TRAIL_TEXTS];
};

struct trail_block {
    int64_t     id, count;
    const char *algorithm, *sealed_at;
    uint8_t     previous[TRAIL_DIGEST], digest[TRAIL_DIGEST], mac[TRAIL_DIGEST];
};

/* Each field with its length before it: no two rows give the same bytes. `algorithm` is sm3 or sha256. */
void trail_row_digest(struct arena *arena, const char *algorithm, const struct trail_row *row, uint8_t out[TRAIL_DIGEST]);
/* `rows`: for each row in order of id, its id as text and its digest, as trail_entry() appends them. */
size_t trail_entry(char *out, int64_t row_id, const uint8_t digest[TRAIL_DIGEST]);
enum { TRAIL_ENTRY_MOST = 20 + 1 + 2 * TRAIL_DIGEST + 1 };
void trail_block_digest(struct arena *arena, const struct trail_block *block, const char *entries, size_t size,
                        uint8_t out[TRAIL_DIGEST]);
void trail_block_mac(const uint8_t digest[TRAIL_DIGEST], uint8_t out[TRAIL_DIGEST]);

#endif
