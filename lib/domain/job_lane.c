/* job_lane: which job a runner takes. What is done here is taken in the order of time. What calls a peer is first looked for
 * without locks (a few candidates of free peers), then locked one by one; that a peer has one job at a time is decided by the
 * update of its row in job_peer, where two runners meet. */
#include "core/db.h"
#include "core/text.h"
#include "domain/job_private.h"

enum { CANDIDATES = 8, SLOW_MICRO = 5000000, SLOW_MINUTES = 30 };

#define COLUMNS "SELECT id, attempts, kind, job_key, payload, peer FROM job WHERE "
#define LOCKED " FOR UPDATE SKIP LOCKED"
#define WAITING "state = 'waiting' AND run_at <= NOW(3)"
#define LEFT "state = 'running' AND leased_until < NOW(3)"
#define Q_DUE COLUMNS WAITING " AND lane = '' ORDER BY run_at LIMIT 1" LOCKED
#define Q_ABANDONED COLUMNS LEFT " AND lane = '' ORDER BY leased_until LIMIT 1" LOCKED

/* Peers without a running job; slow ones when asked for (0: only the others, 1: only slow ones). */
#define FREE " AND j.lane = ? AND NOT EXISTS (SELECT 1 FROM job_peer p JOIN job r ON r.id = p.job_id WHERE p.peer = j.peer" \
    " AND r.id <> j.id AND r.state = 'running' AND r.leased_until >= NOW(3)) AND ? =" \
    " EXISTS (SELECT 1 FROM job_peer s WHERE s.peer = j.peer AND s.slow_until > NOW(3))"
#define Q_CANDIDATES "SELECT j.id, j.state = 'running' AS abandoned FROM job j WHERE ((j.state = 'waiting' AND j.run_at <= NOW(3))" \
    " OR (j.state = 'running' AND j.leased_until < NOW(3)))" FREE " ORDER BY j.run_at LIMIT ?"
#define Q_LOCK COLUMNS "id = ? AND ((" WAITING ") OR (" LEFT "))" LOCKED
#define Q_CLAIM "UPDATE job_peer SET job_id = ? WHERE peer = ? AND NOT EXISTS (SELECT 1 FROM job r WHERE r.id = job_peer.job_id" \
    " AND r.id <> ? AND r.state = 'running' AND r.leased_until >= NOW(3))"
#define Q_SLOW "UPDATE job_peer SET slow_until = NOW(3) + INTERVAL ? MINUTE WHERE peer = ?"
#define Q_QUICK "UPDATE job_peer SET slow_until = NULL WHERE peer = ? AND slow_until IS NOT NULL"

static const struct db_column job_columns[] = { DB_INT(struct job, id), DB_INT(struct job, attempts), DB_TEXT(struct job, kind),
    DB_TEXT(struct job, key), DB_TEXT(struct job, payload), DB_TEXT(struct job, peer), DB_END };

const char *job_lane_name(enum job_lane lane)
{
    static const char *const names[JOB_LANES] = { "", "prompt", "asked", "remote" };
    return names[lane];
}

const char *job_peer_name(struct work *work, enum job_lane lane, const char *peer)
{
    return lane == JOB_PROMPT ? arena_printf(work->arena, "prompt:%s", peer) : peer;
}

/* Runners 0 … of the first half do what is done here. Of the others one answers people, one calls peers that answer, one those
 * that are slow; where there are fewer, one does more. */
int job_runner_takes(int number, int count)
{
    int remote = count / 2, first = count - remote;
    if (count == 1)
        return TAKE_ALL;
    if (number < first)
        return TAKE_LOCAL;
    if (remote == 1)
        return TAKE_PROMPT | TAKE_REMOTE | TAKE_SLOW;
    if (number == first)
        return remote == 2 ? TAKE_PROMPT | TAKE_SLOW : TAKE_PROMPT;
    return remote > 2 && number == count - 1 ? TAKE_REMOTE | TAKE_SLOW : TAKE_REMOTE;
}

struct candidate { int64_t id, abandoned; };
struct candidates { struct candidate kept[CANDIDATES]; size_t count; };

static void candidate_note(void *row, void *arg)
{
    struct candidates *all = arg;
    all->kept[all->count++] = *(const struct candidate *)row;
}

static enum job_found find_remote(struct work *work, struct job *job, enum job_lane lane, bool slow)
{
    static const struct db_column columns[] = { DB_INT(struct candidate, id), DB_INT(struct candidate, abandoned), DB_END };
    struct candidates all = { .count = 0 };
    struct candidate row;
    db_each(work, columns, &row, candidate_note, &all, Q_CANDIDATES, T(job_lane_name(lane)), I(slow), I(CANDIDATES));
    for (size_t i = 0; i < all.count; i++)
        if (db_struct(work, job_columns, job, Q_LOCK, I(all.kept[i].id))
            && db_exec(work, Q_CLAIM, I(job->id), T(job->peer), I(job->id)))
            return all.kept[i].abandoned ? JOB_ABANDONED : JOB_DUE;
    return JOB_NONE;
}

static enum job_found find_local(struct work *work, struct job *job)
{
    if (db_struct(work, job_columns, job, Q_DUE))
        return JOB_DUE;
    return db_struct(work, job_columns, job, Q_ABANDONED) ? JOB_ABANDONED : JOB_NONE;
}

enum job_found job_find(struct work *work, struct job *job, int takes)
{
    static const struct { int takes; enum job_lane lane; bool slow; } order[] = {
        { TAKE_PROMPT, JOB_PROMPT, false }, { TAKE_PROMPT, JOB_PROMPT, true },
        { TAKE_REMOTE, JOB_ASKED, false }, { TAKE_REMOTE, JOB_REMOTE, false },
        { TAKE_SLOW, JOB_ASKED, true }, { TAKE_SLOW, JOB_REMOTE, true } };
    enum job_found found = takes & TAKE_LOCAL ? find_local(work, job) : JOB_NONE;
    for (size_t i = 0; found == JOB_NONE && i < sizeof order / sizeof *order; i++)
        if (takes & order[i].takes)
            found = find_remote(work, job, order[i].lane, order[i].slow);
    return found;
}

void job_peer_know(struct work *work, const char *peer)
{
    db_exec(work, "INSERT IGNORE INTO job_peer (peer, slow_until) VALUES (?, NOW(3) + INTERVAL ? MINUTE)", T(peer), I(SLOW_MINUTES));
}

void job_peer_note(struct work *work, const struct job *job, bool failed)
{
    if (!*job->peer)
        return;
    if (failed && clock_micro() - job->taken_micro > SLOW_MICRO)
        db_exec(work, Q_SLOW, I(SLOW_MINUTES), T(job->peer));
    else if (!failed)
        db_exec(work, Q_QUICK, T(job->peer));
}

bool job_among_slow(struct work *work)
{
    return !work->job_id || db_int(work, 0, "SELECT p.slow_until > NOW(3) FROM job j JOIN job_peer p ON p.peer = j.peer"
                                   " WHERE j.id = ?", I(work->job_id)) == 1;
}
