/* job_admin: what staff do to jobs (the queue itself is job.h). */
#ifndef DOMAIN_JOB_ADMIN_H
#define DOMAIN_JOB_ADMIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/work.h"

/* A failed job is due again at once, its attempts counted anew; writes the trail. False: it is not failed (any more):
 * somebody was faster, or there is no such job. */
bool job_retry(struct work *work, int64_t id, const char *address);

struct job_figures { int64_t failed, due, late; };    /* due: waiting; late: due for more than ten minutes */
void job_figures(struct work *work, struct job_figures *out);

#endif
