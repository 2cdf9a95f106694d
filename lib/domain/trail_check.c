/* trail_check: the whole trail gone through by a job, and what was found kept for the auditor. Owns table trail_check. */
#include <stddef.h>

#include "core/db.h"
#include "domain/job.h"
#include "domain/trail.h"

#define Q_ADD  "INSERT INTO trail_check (row_count, blocks, waiting, faults) VALUES (?, ?, ?, ?)"
#define Q_LAST "SELECT DATE_FORMAT(checked_at, '%Y-%m-%d %H:%i') AS At, row_count AS RowCount, blocks AS Blocks, waiting AS Waiting," \
               " faults AS Faults FROM trail_check ORDER BY id DESC LIMIT 1"

static void quiet(const char *text, void *arg)
{
    (void)text;
    (void)arg;
}

static void note(struct work *work, void *arg)
{
    const struct trail_report *r = arg;
    db_exec(work, Q_ADD, I(r->rows), I(r->blocks), I(r->waiting), I(r->faults));
}

void trail_check(struct work *work)
{
    struct trail_report report;
    trail_verify(work, &report, quiet, NULL);
    work_must(work, WORK_WRITE, note, &report);
}

bool trail_checked(struct work *work, HDF *node)
{
    return db_row(work, node, Q_LAST);
}

void trail_check_ask(struct work *work, const char *address)
{
    job_add(work, "daily", "daily:asked:trail", "{\"part\":\"trail\"}");
    trail_write(work, "trail-check", "trail", "done", "", address);
}
