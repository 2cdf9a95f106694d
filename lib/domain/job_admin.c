/* job_admin: see the header. */
#include "domain/job_admin.h"

#include "core/db.h"
#include "domain/trail.h"

#define Q_RETRY "UPDATE job SET state = 'waiting', attempts = 0, run_at = NOW(3), progress = '', finished_at = NULL" \
                " WHERE id = ? AND state = 'failed'"
#define Q_FAILED "SELECT COUNT(*) FROM job WHERE state = 'failed'"
#define Q_DUE "SELECT COUNT(*) FROM job WHERE state = 'waiting'"
#define Q_LATE "SELECT COUNT(*) FROM job WHERE state = 'waiting' AND run_at < NOW(3) - INTERVAL 10 MINUTE"

bool job_retry(struct work *work, int64_t id, const char *address)
{
    if (!db_exec(work, Q_RETRY, I(id)))
        return false;
    trail_write(work, "job.retry", arena_printf(work->arena, "job:%lld", (long long)id), "done", "", address);
    return true;
}

void job_figures(struct work *work, struct job_figures *out)
{
    out->failed = db_int(work, 0, Q_FAILED);
    out->due = db_int(work, 0, Q_DUE);
    out->late = db_int(work, 0, Q_LATE);
}
