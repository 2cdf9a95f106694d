/* jobs: the background runner. The parent only minds its children: one ticks (what happens by the clock),
 * Jobs.Workers take jobs. A child that dies is replaced, and the new one ends its lease, so that its job goes on at once;
 * that of a machine that is gone comes back when the lease ends. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/config.h"
#include "core/db.h"
#include "core/dict.h"
#include "core/log.h"
#include "core/text.h"
#include "domain/checks.h"
#include "domain/job.h"
#include "domain/process.h"
#include "web/form.h"
#include "kinds.h"

enum { CHILDREN_MAX = 65 };

static volatile sig_atomic_t stopping;

static void on_terminate(int signal)
{
    (void)signal;
    stopping = 1;
}

/* --- a worker --------------------------------------------------------------------------------------------- */

struct turn {
    struct job job;
    int        takes;                              /* of this runner: job_runner_takes() */
    bool       taken, final;
    char       error[500];
};

static void take(struct work *work, void *arg)
{
    struct turn *turn = arg;
    turn->taken = job_take_of(work, &turn->job, turn->takes);
}

static void release_payload(void *payload)
{
    json_decref(payload);
}

static void do_job(struct work *work, void *arg)
{
    struct turn *turn = arg;
    json_t *payload = json_loads(turn->job.payload, JSON_REJECT_DUPLICATES, NULL);
    if (payload)
        work_defer(work, release_payload, payload);
    for (const struct job_kind *k = job_kinds; k->kind; k++)
        if (strcmp(k->kind, turn->job.kind) == 0) {
            k->handler(work, payload);
            return;
        }
    fail_ours(work, "no handler for kind %s", turn->job.kind);
}

static void finish_done(struct work *work, void *arg)
{
    job_done(work, &((struct turn *)arg)->job);
}

static void finish_failed(struct work *work, void *arg)
{
    struct turn *turn = arg;
    job_failed(work, &turn->job, turn->error, turn->final);
}

/* What cannot get better by waiting is not tried again. */
static bool is_final(enum fail_kind kind)
{
    return kind == FAIL_INVALID || kind == FAIL_MISSING || kind == FAIL_FORBIDDEN || kind == FAIL_MALFORMED;
}

static void run_job(struct work *work, struct turn *turn)
{
    int64_t started = clock_micro();
    work->id = arena_printf(work->arena, "job-%lld", (long long)turn->job.id);
    work->job_id = turn->job.id;
    bool good = work_run(work, WORK_PLAIN, do_job, turn);
    if (!good) {
        turn->final = is_final(work->failed);
        snprintf(turn->error, sizeof turn->error, "%.290s %.200s", work->fail_text, work->fail_detail);
    }
    log_line(good ? LOG_INFO_ : LOG_WARN_, work, good ? "job.done" : "job.failed", "%s %s attempt=%lld ms=%lld %s",
             turn->job.kind, turn->job.key, (long long)turn->job.attempts, (long long)(clock_micro() - started) / 1000,
             good ? "" : turn->error);
    if (!work_run(work, WORK_WRITE, good ? finish_done : finish_failed, turn))
        log_line(LOG_WARN_, work, "job.unmarked", "%s: its lease will end", work->fail_detail);
}

static void release(struct work *work, void *arg)
{
    (void)arg;
    job_release_gone(work);
}

static void worker(struct arena *arena, struct db *db, int number)
{
    struct turn turn = { .takes = job_runner_takes(number, (int)config_int("Jobs.Workers")) };
    bool released = false;
    while (!stopping) {
        struct work work = { .arena = arena, .db = db, .now = clock_now(), .id = "jobs",
                             .actor = { .role = "system", .login = "", .name = "", .division = "" } };
        work_begin(&work);
        released = released || work_run(&work, WORK_WRITE, release, NULL);
        turn.taken = false;
        turn.taken = work_run(&work, WORK_WRITE, take, &turn) && turn.taken;
        if (turn.taken)
            run_job(&work, &turn);
        work_release(&work);
        arena_reset(arena);
        if (!turn.taken)
            usleep((useconds_t)config_int("Jobs.PollMilliseconds") * 1000);
    }
}

/* --- the ticker ------------------------------------------------------------------------------------------- */

static void do_tick(struct work *work, void *arg)
{
    ((struct tick *)arg)->fn(work);
}

static void run_tick(struct tick *tick, struct arena *arena, struct db *db)
{
    struct work work = { .arena = arena, .db = db, .now = clock_now(), .id = tick->name,
                         .actor = { .role = "system", .login = "", .name = "", .division = "" } };
    work_begin(&work);
    if (!work_run(&work, WORK_PLAIN, do_tick, tick))
        log_line(LOG_WARN_, &work, "tick.failed", "%s %s", work.fail_text, work.fail_detail);
    work_release(&work);
    arena_reset(arena);
    tick->due = clock_micro() + (int64_t)tick->seconds * 1000000;
}

static void ticker(struct arena *arena, struct db *db)
{
    while (!stopping) {
        for (struct tick *tick = ticks; tick->name && !stopping; tick++)
            if (clock_micro() >= tick->due)
                run_tick(tick, arena, db);
        usleep(100000);
    }
}

/* --- the parent ------------------------------------------------------------------------------------------- */

static pid_t start_child(int number)
{
    pid_t parent = getpid(), pid = fork();
    if (pid != 0)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGTERM);              /* a killed parent takes its children with it */
    if (getppid() != parent)
        _exit(0);
    struct arena *arena = arena_new();
    struct db *db = db_new("portal");
    if (number == 0)
        ticker(arena, db);
    else
        worker(arena, db, number - 1);
    db_free(db);
    arena_free(arena);
    _exit(0);
}

static void stop_children(const pid_t *children, int count)
{
    for (int i = 0; i < count; i++)
        kill(children[i], SIGTERM);
    for (int i = 0; i < count; i++)
        while (waitpid(children[i], NULL, 0) < 0 && errno == EINTR)
            ;
}

static int mind_children(void)
{
    pid_t children[CHILDREN_MAX];
    int count = 1 + (int)config_int("Jobs.Workers");
    for (int i = 0; i < count; i++)
        children[i] = start_child(i);
    while (!stopping) {
        pid_t gone = waitpid(-1, NULL, WNOHANG);       /* never blocks: a signal just before would be slept through */
        if (gone <= 0) {
            usleep(100000);
            continue;
        }
        for (int i = 0; i < count; i++)
            if (children[i] == gone && !stopping) {
                log_line(LOG_WARN_, NULL, "child.died", "pid %d, starting another", (int)gone);
                usleep(200000);
                children[i] = start_child(i);
            }
    }
    stop_children(children, count);
    return 0;
}

int main(int argc, char **argv)
{
    umask(0027);
    if (argc > 1 && strcmp(argv[1], "--routes") == 0)
        return 0;                                   /* has none */
    config_load(argv[0]);
    dict_load_all();
    checks_register();                              /* imports judge rows by the forms */
    process_start();                                /* flows: deadlines are counted anew here; what can be imported */
    forms_tie();
    if (argc > 1 && strcmp(argv[1], "--check") == 0) {
        puts("jobs: configuration OK");
        return 0;
    }
    log_open("jobs");
    struct sigaction action = { .sa_handler = on_terminate };
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    return mind_children();
}
