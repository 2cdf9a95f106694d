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

#endif
