/* kinds: which function does which kind of job. */
#ifndef JOBS_KINDS_H
#define JOBS_KINDS_H

#include <jansson.h>

#include "core/work.h"

struct job_kind {
    const char *kind;
    void      (*handler)(struct work *work, const json_t *payload);
};
extern const struct job_kind job_kinds[];           /* ends with a NULL kind */

/* What happens by the clock, in the one ticking process: `seconds` apart. */
struct tick {
    const char *name;
    int         seconds;
    void      (*fn)(struct work *work);              /* run with WORK_PLAIN */
    int64_t     due;                                 /* clock_micro(); the ticker's own */
};
extern struct tick ticks[];

/* daily.c: what is done once a day, each part a job of its own: one that fails is tried again, seen in /admin/jobs, and
 * holds up no other. The tick asks for a day's parts; asked twice they are there once. */
void daily_tick(struct work *work);
void daily_job(struct work *work, const json_t *payload);

#endif
