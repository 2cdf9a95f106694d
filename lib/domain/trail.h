/* trail: who did what, when. Append-only; owns tables trail, trail_block, trail_seal. The database account of the
 * programs may not change or delete in them (conf/host/data.sh).
 *
 * Writers only insert and never wait for one another. A job seals what has been written into blocks: each row's digest
 * is stored with its block's number (trail_seal), each block's digest covers its rows in order and the block before it.
 * A row is in a block because it is listed there, not because its id lies in a range: what commits late, with a lower
 * id than rows sealed before, goes into the next block. After LATE_SECONDS no honest row can still come below a sealed
 * one (transactions last seconds): such a row is left outside every block and found as inserted.
 * Each block also carries a MAC under the portal's key, and the newest block stands in VAR/trail.head: neither the
 * chain made anew nor an end cut off passes by whoever has the database alone.
 * Digests are SM3 or SHA-256 (Crypto.Suite), named in each block. */
#ifndef DOMAIN_TRAIL_H
#define DOMAIN_TRAIL_H

#include <stdbool.h>
#include <stdint.h>
#include <util/neo_misc.h>
#include <util/neo_hdf.h>

#include "core/work.h"

/* `object` names the record ("page:open/conditions"), `outcome` is done or refused. Part of the caller's
 * transaction: an act and its trail are stored together or not at all. No secrets, no personal data. */
void trail_write(struct work *work, const char *act, const char *object, const char *outcome, const char *detail,
                 const char *address);

/* Seals what is there, in blocks of at most 5,000 rows; run by the job runner. Inside WORK_PLAIN; returns rows sealed. */
int64_t trail_seal(struct work *work);

struct trail_report {
    int64_t blocks, rows, waiting, faults;      /* waiting: newer than the last block, to be sealed yet */
    char    head[100];                          /* "<block> <digest>" of the newest, for keeping elsewhere */
};

/* Goes through all blocks and calls said(text, arg) with each fault in words ("row 17: changed …"). Streams. */
void trail_verify(struct work *work, struct trail_report *report, void (*said)(const char *text, void *arg), void *arg);

/* The same, and what was found is kept: once a day, and when the auditor asks. Inside WORK_PLAIN. */
void trail_check(struct work *work);
/* The newest result: node.{At, RowCount, Blocks, Waiting, Faults}; false: never checked. */
bool trail_checked(struct work *work, HDF *node);
void trail_check_ask(struct work *work, const char *address);       /* by a job, soon */

#endif
