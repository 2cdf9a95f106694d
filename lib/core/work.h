/* work: the one thing every piece of activity is made of. A web request, a background job and a
 * command-line call are each a `struct work`; domain functions take the work, never the request, so
 * that all three call the same code.
 *
 * fail() does not return: it lands in the one setjmp of work_run(), which rolls the transaction back,
 * runs what was deferred, and hands the failure to whoever started the work. So that nothing leaks,
 * everything a function owns is arena memory or registered with work_defer(). */
#ifndef CORE_WORK_H
#define CORE_WORK_H

#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/arena.h"

struct db;

/* The kinds of failure, each with one meaning for people (a page), machines (JSON) and the log. */
enum fail_kind {
    FAIL_NONE = 0,
    FAIL_MALFORMED,     /* 400 the request cannot be understood; the text says which part        */
    FAIL_LOGIN,         /* 401 nobody is logged in                                               */
    FAIL_FORBIDDEN,     /* 403 this visitor may not                                              */
    FAIL_MISSING,       /* 404 absent, or outside the actor's scope: the two look alike          */
    FAIL_METHOD,        /* 405                                                                   */
    FAIL_CONFLICT,      /* 409 someone was faster; the text says who or what                     */
    FAIL_TOO_LARGE,     /* 413                                                                   */
    FAIL_INVALID,       /* 422 understood, but a field is wrong                                  */
    FAIL_TOO_MANY,      /* 429                                                                   */
    FAIL_OURS,          /* 500 our fault: the visitor gets an incident number, the log the detail */
    FAIL_UNAVAILABLE,   /* 503 the database or another part is away; try again later             */
    FAIL_KIND_COUNT
};

/* Who acts. A visitor is an actor too (account_id 0). The scope goes into every WHERE clause. */
struct actor {
    int64_t     account_id;     /* 0: anonymous visitor, or the system itself in a job            */
    int64_t     operator_id;    /* the company acted for; 0: none                                 */
    const char *login;
    const char *name;
    const char *role_label;     /* 「市级主管部门」; NULL for a visitor                              */
    const char *role;           /* key in schema/roles.hdf; "visitor" when nobody is logged in    */
    const char *division;       /* code prefix a department sees, e.g. "4404"; "" none            */
    uint64_t    capabilities;   /* bit set of enum capability (core/capability.h)                 */
    int64_t     pending_id;     /* account whose log-in is not finished (second factor, forced change of
                                   password): to every other page a visitor; 0: none              */
};

struct deferred;

struct work {
    struct arena       *arena;
    struct db          *db;           /* connected on first use; NULL where no database is wanted */
    struct actor        actor;
    const char         *id;           /* request id or job id: stands in every log line           */
    int64_t             job_id;       /* of a background job: job_progress() renews its lease; else 0 */
    const char         *idempotency;  /* key chosen by the client for this submission, or NULL    */
    bool                keyed;        /* this run stored that key under a unique index: it may run again
                                         after a COMMIT of unknown outcome; work_run() clears it  */
    int64_t             now;          /* start of the work, milliseconds since 1970               */

    /* how it ended; private to work.c but for reading after work_run() returned false */
    enum fail_kind      failed;
    char                fail_text[400];     /* for the visitor, in Chinese                        */
    char                fail_detail[800];   /* for the log only                                   */
    bool                again;              /* a conflict: work_run() runs the whole again        */
    int                 part;               /* depth of work_part()                               */
    jmp_buf            *landing;
    struct deferred    *deferred;
};

enum work_mode { WORK_PLAIN, WORK_READ, WORK_WRITE };   /* no transaction, READ ONLY, read-write  */

/* Runs fn inside one transaction and commits it. A deadlock or lock timeout rolls back and runs the
 * whole of fn again (a few times, with a growing pause): fn must not do anything outside the database
 * and the arena. Returns false when it failed; work->failed says how. work_finished() is for the code
 * inside fn that is done before its end (page() and redirect()): it lands as a success. */
bool work_run(struct work *work, enum work_mode mode, void (*fn)(struct work *work, void *arg), void *arg);
/* The same inside another work_run(), for jobs that do several transactions: a failure ends the outer one. */
void work_must(struct work *work, enum work_mode mode, void (*fn)(struct work *work, void *arg), void *arg);
/* One step of many (a row of a file): what fn allocates and defers is given back at its end, so that memory does not grow
 * with the steps. When fn fails, that is left to the end of the work. */
void work_step(struct work *work, void (*fn)(struct work *work, void *arg), void *arg);
_Noreturn void work_finished(struct work *work);
/* Inside WORK_WRITE: what was written so far is undone and the work goes on in a fresh transaction (an answer that must
 * leave nothing behind). Not within a part. */
void work_undo(struct work *work);
/* A part of the running transaction that may fail by itself (one row of many), inside WORK_WRITE; parts may lie in parts.
 * False: what it wrote is undone, the rest of the transaction stands; work->failed and fail_text say why. Only what lies
 * with the part comes back (forbidden, missing, conflict, invalid): everything else ends the whole work as always. */
bool work_part(struct work *work, void (*fn)(struct work *work, void *arg), void *arg);

/* Ends the work. `text` is what the visitor reads: Chinese, says what to do next, no SQL, no paths. */
_Noreturn void fail(struct work *work, enum fail_kind kind, const char *text, ...)
    __attribute__((format(printf, 3, 4)));
/* The same for our own failures: the visitor gets the stock sentence, the log gets the detail. */
_Noreturn void fail_ours(struct work *work, const char *detail, ...) __attribute__((format(printf, 2, 3)));

/* Calls release(thing) when the work ends, however it ends; last registered is first released. */
void work_defer(struct work *work, void (*release)(void *thing), void *thing);
/* Called at the beginning of every piece of work (a request, a job, a command), outside transactions: what a process keeps
 * and must see anew from time to time (lib/domain/parameter). Registered from a program's start. */
void work_begin_register(void (*fn)(struct work *work));
void work_begin(struct work *work);       /* by the owner of the work, before anything else */
void work_release(struct work *work);     /* by the owner of the work, after the answer went out  */

int fail_status(enum fail_kind kind);                /* the HTTP status of a kind                 */
const char *fail_stock_text(enum fail_kind kind);    /* the Chinese sentence used when none given */

#endif
