/* job: what is slow or far away. Owns table job. A row is written in the same transaction as what caused
 * it, taken by one runner with SKIP LOCKED under a lease, tried again with growing pauses. Owns table job_peer as well. */
#ifndef DOMAIN_JOB_H
#define DOMAIN_JOB_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/work.h"

/* Asks for a job. `key` makes it one: a waiting job with this key is the one asked for; a finished one runs
 * once more; a running one runs again after its end. `payload` is JSON text ("{}"). */
void job_add(struct work *work, const char *kind, const char *key, const char *payload);

/* The same, but for something that must happen once ever: an existing row with this key is left as it is. */
bool job_add_once(struct work *work, const char *kind, const char *key, const char *payload);

/* --- jobs that call somebody else's platform ------------------------------------------------------------------------
 * wait in lanes of their own. At most half of the runners ever call out, so that platforms that hang delay nothing that is done
 * here; one job a peer runs at a time, so that one peer holds one runner; a peer whose job failed after a long wait is slow for
 * half an hour, as is one nobody knows yet: its jobs are left to the one runner of the slow, and delay the other peers no more. */
enum job_lane {
    JOB_LOCAL,          /* calls nobody */
    JOB_PROMPT,         /* one short call somebody waits for (the console); runs beside the peer's other jobs */
    JOB_ASKED,          /* long, but somebody asked for it; before what the clock asks for */
    JOB_REMOTE,         /* asked for by the clock: pulls */
    JOB_LANES
};
/* `peer` is whose platform is called: the operator's code. */
/* A job that waits already: asked for by somebody it goes at once, with the new payload; asked for by the clock it stays as it is. */
void job_add_remote(struct work *work, const char *kind, const char *key, const char *payload, enum job_lane lane, const char *peer);

/* Somebody who waits asked again: a waiting job with this key does not wait for the end of its pause. */
void job_hurry(struct work *work, const char *kind, const char *key);

/* Inside a job: is its peer among the slow now? True outside jobs: nobody waits behind a command. */
bool job_among_slow(struct work *work);

struct job {
    int64_t     id, attempts;
    const char *kind, *key, *payload;
    const char *peer;               /* "": calls nobody */
    int64_t     taken_micro;        /* clock_micro() */
};

/* What a runner takes: an or of these. */
enum { TAKE_LOCAL = 1, TAKE_PROMPT = 2, TAKE_REMOTE = 4, TAKE_SLOW = 8, TAKE_ALL = 15 };
/* Of runner `number` (0 …) of `count`: the last half calls out. */
int job_runner_takes(int number, int count);

/* One due job for this process, marked running with a lease; false: none. What follows says nothing when the lease
 * has ended and another runner has the job. One whose runners never came to an end fails after Jobs.Attempts. */
bool job_take(struct work *work, struct job *job);             /* whatever is due */
bool job_take_of(struct work *work, struct job *job, int takes);
void job_done(struct work *work, const struct job *job);
/* Tried again after 2^attempts × 5 s (at most half an hour), Jobs.Attempts times in all; `final`: not again. */
void job_failed(struct work *work, const struct job *job, const char *error, bool final);
/* Said by a long job between its transactions: shown to staff, and renews the lease; ends the work with a conflict
 * when the lease was lost. Nothing outside a job. */
void job_progress(struct work *work, const char *text);
/* Ends the leases of processes of this machine that were killed, so that their jobs go on at once and not when the lease ends
 * (Jobs.LeaseSeconds); a process of another machine is not looked at. A new runner says it before it takes jobs. */
void job_release_gone(struct work *work);
void job_purge(struct work *work);              /* done ones after 30 days */

#endif
