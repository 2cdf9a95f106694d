#include "domain/job.h"

#include "core/config.h"
#include "core/db.h"
#include "core/text.h"

#define Q_ADD "INSERT INTO job (kind, job_key, payload) VALUES (?, ?, ?) ON DUPLICATE KEY UPDATE" \
              " again = IF(state = 'running', 1, 0)," \
              " payload = VALUES(payload)," \
              " attempts = IF(state IN ('done', 'failed'), 0, attempts)," \
              " run_at = IF(state IN ('done', 'failed'), NOW(3), run_at)," \
              " finished_at = NULL, state = IF(state = 'running', 'running', 'waiting')"
#define Q_ADD_ONCE "INSERT INTO job (kind, job_key, payload) VALUES (?, ?, ?)"
#define Q_DUE "SELECT id, attempts, kind, job_key, payload FROM job WHERE state = 'waiting' AND run_at <= NOW(3)" \
              " ORDER BY run_at LIMIT 1 FOR UPDATE SKIP LOCKED"
#define Q_ABANDONED "SELECT id, attempts, kind, job_key, payload FROM job WHERE state = 'running'" \
                    " AND leased_until < NOW(3) ORDER BY leased_until LIMIT 1 FOR UPDATE SKIP LOCKED"
#define Q_TAKE "UPDATE job SET state = 'running', attempts = attempts + 1, runner = ?, progress = ''," \
               " leased_until = NOW(3) + INTERVAL ? SECOND WHERE id = ?"
#define Q_DONE "UPDATE job SET state = IF(again, 'waiting', 'done'), run_at = IF(again, NOW(3), run_at)," \
               " attempts = IF(again, 0, attempts), again = 0, last_error = '', leased_until = NULL," \
               " finished_at = NOW(3) WHERE id = ? AND state = 'running'"
#define Q_LATER "UPDATE job SET state = 'waiting', run_at = NOW(3) + INTERVAL ? SECOND, last_error = ?," \
                " leased_until = NULL WHERE id = ? AND state = 'running'"
#define Q_FAILED "UPDATE job SET state = 'failed', last_error = ?, leased_until = NULL, finished_at = NOW(3)" \
                 " WHERE id = ? AND state = 'running'"
#define Q_PROGRESS "UPDATE job SET progress = ?, leased_until = NOW(3) + INTERVAL ? SECOND WHERE id = ?"
#define Q_PURGE "DELETE FROM job WHERE state = 'done' AND finished_at < NOW(3) - INTERVAL 30 DAY LIMIT 1000"

void job_add(struct work *work, const char *kind, const char *key, const char *payload)
{
    db_exec(work, Q_ADD, T(kind), T(key), T(payload));
}

bool job_add_once(struct work *work, const char *kind, const char *key, const char *payload)
{
    return db_insert_new(work, Q_ADD_ONCE, T(kind), T(key), T(payload));
}

bool job_take(struct work *work, const char *runner, struct job *job)
{
    static const struct db_column columns[] = { DB_INT(struct job, id), DB_INT(struct job, attempts),
        DB_TEXT(struct job, kind), DB_TEXT(struct job, key), DB_TEXT(struct job, payload), DB_END };
    if (!db_struct(work, columns, job, Q_DUE) && !db_struct(work, columns, job, Q_ABANDONED))
        return false;
    db_exec(work, Q_TAKE, T(runner), I(config_int("Jobs.LeaseSeconds")), I(job->id));
    job->attempts++;
    return true;
}

void job_done(struct work *work, const struct job *job)
{
    db_exec(work, Q_DONE, I(job->id));
}

void job_failed(struct work *work, const struct job *job, const char *error, bool final)
{
    int64_t shift = job->attempts < 10 ? job->attempts : 10;
    const char *words = utf8_cut(work->arena, error, 700);
    if (final || job->attempts >= config_int("Jobs.Attempts"))
        db_exec(work, Q_FAILED, T(words), I(job->id));
    else
        db_exec(work, Q_LATER, I((int64_t)5 << shift), T(words), I(job->id));
}

static void store_progress(struct work *work, void *text)
{
    db_exec(work, Q_PROGRESS, T(text), I(config_int("Jobs.LeaseSeconds")), I(work->job_id));
}

void job_progress(struct work *work, const char *text)
{
    if (work->job_id)
        work_must(work, WORK_WRITE, store_progress, (void *)text);
}

void job_purge(struct work *work)
{
    db_exec(work, Q_PURGE);
}
