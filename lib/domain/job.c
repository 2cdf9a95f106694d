#include "domain/job.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/config.h"
#include "core/db.h"
#include "core/log.h"
#include "core/text.h"
#include "domain/job_private.h"

#define Q_ADD "INSERT INTO job (kind, job_key, payload, lane, peer) VALUES (?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE" \
              " lane = VALUES(lane), peer = VALUES(peer), again = IF(state = 'running', 1, 0)," \
              " payload = VALUES(payload)," \
              " attempts = IF(state IN ('done', 'failed'), 0, attempts)," \
              " run_at = IF(state IN ('done', 'failed'), NOW(3), run_at)," \
              " finished_at = NULL, state = IF(state = 'running', 'running', 'waiting')"
/* Somebody asked: a job in its pause after a failure goes at once. */
#define Q_ADD_ASKED "INSERT INTO job (kind, job_key, payload, lane, peer) VALUES (?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE" \
              " lane = VALUES(lane), peer = VALUES(peer), again = IF(state = 'running', 1, 0)," \
              " payload = VALUES(payload)," \
              " attempts = IF(state IN ('done', 'failed'), 0, attempts)," \
              " run_at = IF(state IN ('done', 'failed'), NOW(3), LEAST(run_at, NOW(3)))," \
              " finished_at = NULL, state = IF(state = 'running', 'running', 'waiting')"
/* The clock asks: what waits already stays as it was asked for (its payload may ask for more). */
#define FREE_TO "state IN ('done', 'failed') OR (state = 'running' AND again = 0)"
#define Q_ADD_CLOCK "INSERT INTO job (kind, job_key, payload, lane, peer) VALUES (?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE" \
              " lane = IF(" FREE_TO ", VALUES(lane), lane), peer = IF(" FREE_TO ", VALUES(peer), peer)," \
              " payload = IF(" FREE_TO ", VALUES(payload), payload)," \
              " again = IF(state = 'running', 1, 0)," \
              " attempts = IF(state IN ('done', 'failed'), 0, attempts)," \
              " run_at = IF(state IN ('done', 'failed'), NOW(3), run_at)," \
              " finished_at = NULL, state = IF(state = 'running', 'running', 'waiting')"
#define Q_ADD_ONCE "INSERT INTO job (kind, job_key, payload) VALUES (?, ?, ?)"
#define Q_TAKE "UPDATE job SET state = 'running', attempts = attempts + 1, again = 0, runner = ?, progress = ''," \
               " leased_until = NOW(3) + INTERVAL ? SECOND WHERE id = ?"
/* Whose lease ended while he worked has lost the job to the next runner: he changes nothing any more. */
#define MINE " WHERE id = ? AND state = 'running' AND runner = ? AND attempts = ?"
#define Q_DONE "UPDATE job SET state = IF(again, 'waiting', 'done'), run_at = IF(again, NOW(3), run_at)," \
               " attempts = IF(again, 0, attempts), again = 0, last_error = '', leased_until = NULL," \
               " finished_at = NOW(3)" MINE
#define Q_LATER "UPDATE job SET state = 'waiting', run_at = NOW(3) + INTERVAL ? SECOND, last_error = ?," \
                " leased_until = NULL" MINE
#define Q_FAILED "UPDATE job SET state = IF(again, 'waiting', 'failed'), run_at = IF(again, NOW(3), run_at)," \
                 " attempts = IF(again, 0, attempts), again = 0, last_error = ?, leased_until = NULL," \
                 " finished_at = NOW(3)" MINE
#define Q_PROGRESS "UPDATE job SET progress = ?, leased_until = NOW(3) + INTERVAL ? SECOND" \
                   " WHERE id = ? AND state = 'running' AND runner = ?"
/* Whose process on this machine is gone (killed): its lease needs no waiting for. */
#define Q_HERE "SELECT id, runner FROM job WHERE state = 'running' AND leased_until > NOW(3) AND runner LIKE CONCAT(?, ':%') LIMIT 64"
#define Q_RELEASE "UPDATE job SET leased_until = NOW(3) - INTERVAL 1000 MICROSECOND WHERE id = ? AND state = 'running' AND runner = ?"
#define Q_PURGE "DELETE FROM job WHERE state = 'done' AND finished_at < NOW(3) - INTERVAL 30 DAY LIMIT 1000"

void job_add(struct work *work, const char *kind, const char *key, const char *payload)
{
    db_exec(work, Q_ADD, T(kind), T(key), T(payload), T(""), T(""));
}

void job_add_remote(struct work *work, const char *kind, const char *key, const char *payload, enum job_lane lane, const char *peer)
{
    const char *whom = job_peer_name(work, lane, peer);
    job_peer_know(work, whom);
    if (lane == JOB_REMOTE)
        db_exec(work, Q_ADD_CLOCK, T(kind), T(key), T(payload), T(job_lane_name(lane)), T(whom));
    else
        db_exec(work, Q_ADD_ASKED, T(kind), T(key), T(payload), T(job_lane_name(lane)), T(whom));
}

void job_hurry(struct work *work, const char *kind, const char *key)
{
    db_exec(work, "UPDATE job SET run_at = NOW(3) WHERE kind = ? AND job_key = ? AND state = 'waiting' AND run_at > NOW(3)", T(kind), T(key));
}

bool job_add_once(struct work *work, const char *kind, const char *key, const char *payload)
{
    return db_insert_new(work, Q_ADD_ONCE, T(kind), T(key), T(payload));
}

enum { HOST_SIZE = 28 };

static void host_name(char host[HOST_SIZE])
{
    host[0] = host[HOST_SIZE - 1] = '\0';
    gethostname(host, HOST_SIZE - 1);
}

/* Of this process, whose pid alone would not tell machines of a cluster apart. */
static const char *runner_name(void)
{
    static char name[40];
    static pid_t of;
    char host[HOST_SIZE];
    if (of != getpid()) {
        of = getpid();
        host_name(host);
        snprintf(name, sizeof name, "%s:%d", host, (int)of);
    }
    return name;
}

enum { PAUSE_MOST = 1800 };       /* seconds between two tries */

void job_done(struct work *work, const struct job *job)
{
    job_peer_note(work, job, false);
    if (!db_exec(work, Q_DONE, I(job->id), T(runner_name()), I(job->attempts)))
        log_line(LOG_WARN_, work, "job.lost", "%s %s: done after its lease had ended", job->kind, job->key);
}

void job_failed(struct work *work, const struct job *job, const char *error, bool final)
{
    int64_t pause = (int64_t)5 << (job->attempts < 10 ? job->attempts : 10);
    const char *words = utf8_cut(work->arena, error, 700);
    job_peer_note(work, job, true);
    if (final || job->attempts >= config_int("Jobs.Attempts"))
        db_exec(work, Q_FAILED, T(words), I(job->id), T(runner_name()), I(job->attempts));
    else
        db_exec(work, Q_LATER, I(pause < PAUSE_MOST ? pause : PAUSE_MOST), T(words), I(job->id), T(runner_name()), I(job->attempts));
}

bool job_take_of(struct work *work, struct job *job, int takes)
{
    enum job_found found = job_find(work, job, takes);
    if (found == JOB_NONE)
        return false;
    db_exec(work, Q_TAKE, T(runner_name()), I(config_int("Jobs.LeaseSeconds")), I(job->id));
    job->attempts++;
    job->taken_micro = clock_micro();
    if (found == JOB_DUE || job->attempts <= config_int("Jobs.Attempts"))
        return true;
    job_failed(work, job, "每次执行都未能结束（执行进程中断或超时）", true);       /* else it would end runners for ever */
    return false;
}

bool job_take(struct work *work, struct job *job)
{
    return job_take_of(work, job, TAKE_ALL);
}

struct held { int64_t id; const char *runner; };
struct gone { struct work *work; struct held held[64]; size_t count; };

static void note_gone(void *row, void *arg)
{
    const struct held *held = row;
    struct gone *gone = arg;
    long pid = strtol(strrchr(held->runner, ':') + 1, NULL, 10);
    if (pid > 0 && kill((pid_t)pid, 0) != 0 && errno == ESRCH)
        gone->held[gone->count++] = (struct held){ held->id, arena_copy(gone->work->arena, held->runner) };
}

void job_release_gone(struct work *work)
{
    static const struct db_column columns[] = { DB_INT(struct held, id), DB_TEXT(struct held, runner), DB_END };
    char host[HOST_SIZE];
    struct held row;
    struct gone gone = { .work = work };
    host_name(host);
    db_each(work, columns, &row, note_gone, &gone, Q_HERE, T(host));
    for (size_t i = 0; i < gone.count; i++)
        if (db_exec(work, Q_RELEASE, I(gone.held[i].id), T(gone.held[i].runner)))
            log_line(LOG_WARN_, work, "job.released", "job %lld: its runner %s is gone", (long long)gone.held[i].id, gone.held[i].runner);
}

static void store_progress(struct work *work, void *text)
{
    if (!db_exec(work, Q_PROGRESS, T(text), I(config_int("Jobs.LeaseSeconds")), I(work->job_id), T(runner_name())))
        fail(work, FAIL_CONFLICT, "任务的执行期限已过，已由其他进程接手。");
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
