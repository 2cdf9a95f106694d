#include "domain/schema.h"

#include <errno.h>
#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/config.h"
#include "core/crypto.h"
#include "core/db.h"
#include "core/text.h"

enum { LEASE_SECONDS = 120, WAIT_SECONDS = 180, MONTHS_AHEAD = 13, SCRIPT_MAX = 1 << 20 };

static const char CREATE_STEPS[] = "CREATE TABLE IF NOT EXISTS schema_step (name VARCHAR(80) NOT NULL, step INT NOT NULL,"
    " applied_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3), PRIMARY KEY (name, step)) ENGINE=InnoDB";
static const char CREATE_LEASE[] = "CREATE TABLE IF NOT EXISTS schema_lease (id INT NOT NULL PRIMARY KEY,"
    " holder VARCHAR(40) NOT NULL, until_at DATETIME(3) NOT NULL) ENGINE=InnoDB";

#define Q_LEASE_ROW "INSERT IGNORE INTO schema_lease (id, holder, until_at) VALUES (1, '', '2000-01-01')"
#define Q_LEASE "UPDATE schema_lease SET holder = ?, until_at = NOW(3) + INTERVAL ? SECOND" \
                " WHERE id = 1 AND (until_at < NOW(3) OR holder IN (?, ?))"
#define Q_HOLDER "SELECT holder FROM schema_lease WHERE id = 1 FOR UPDATE"
#define Q_RELEASE "UPDATE schema_lease SET until_at = '2000-01-01', holder = '' WHERE id = 1 AND holder = ?"
#define Q_STEP_DONE "SELECT COUNT(*) FROM schema_step WHERE name = ? AND step = ?"
#define Q_STEP_ADD "INSERT INTO schema_step (name, step) VALUES (?, ?)"
#define Q_PARTITIONED "SELECT DISTINCT table_name AS name FROM information_schema.partitions" \
                      " WHERE table_schema = DATABASE() AND partition_name = 'p_rest'"
#define Q_PARTITION_THERE "SELECT COUNT(*) FROM information_schema.partitions" \
                          " WHERE table_schema = DATABASE() AND table_name = ? AND partition_name = ?"

struct lease {
    const char *holder;               /* token, process and machine */
    bool        held;
    bool        inherited;            /* the one before died on the way: its last statement may be applied but not noted */
};

static const char *holder_name(struct work *work)
{
    char host[16] = "";
    gethostname(host, sizeof host - 1);
    return arena_printf(work->arena, "%s:%d:%s", crypto_token(work->arena, 9), (int)getpid(), host);
}

/* A process of this machine that is no more need not be waited for. */
static bool holder_died(const char *mine, const char *holder)
{
    const char *my_host = strrchr(mine, ':'), *host = strrchr(holder, ':'), *pid = strchr(holder, ':');
    return host && pid < host && strcmp(host, my_host) == 0 && kill(atoi(pid + 1), 0) != 0 && errno == ESRCH;
}

static void take_lease(struct work *work, void *arg)
{
    struct lease *lease = arg;
    const char *before = db_text(work, Q_HOLDER);
    bool free = holder_died(lease->holder, before);
    lease->held = db_exec(work, Q_LEASE, T(lease->holder), I(LEASE_SECONDS), T(lease->holder),
                          T(free ? before : lease->holder)) == 1;
    if (lease->held && *before && strcmp(before, lease->holder) != 0)
        lease->inherited = true;
}

static void release_lease(struct work *work, void *arg)
{
    db_exec(work, Q_RELEASE, T(((struct lease *)arg)->holder));
}

static void add_lease_row(struct work *work, void *arg)
{
    (void)arg;
    db_exec(work, Q_LEASE_ROW);
}

static void wait_for_lease(struct work *work, struct lease *lease)
{
    for (int i = 0; i < WAIT_SECONDS * 5; i++) {
        work_must(work, WORK_WRITE, take_lease, lease);
        if (lease->held)
            return;
        usleep(200000);
    }
    fail_ours(work, "another process has been changing the schema for %d s", WAIT_SECONDS);
}

/* Behind the comment, string or quoted name that begins at `at`; `at` itself when none does. */
static const char *skip_quoted(const char *at)
{
    const char *end;
    if (strncmp(at, "--", 2) == 0 && (at[2] == '\0' || strchr(" \t\r\n", at[2])))
        return at + strcspn(at, "\n");
    if (strncmp(at, "/*", 2) == 0)
        return (end = strstr(at + 2, "*/")) ? end + 2 : at + strlen(at);
    if (!*at || !strchr("'\"`", *at))
        return at;
    for (end = at + 1; *end && *end != *at; end++)
        end += end[0] == '\\' && end[1] && *at != '`';
    return *end ? end + 1 : end;                     /* a doubled quote is two strings side by side */
}

/* The next statement of a script: up to a ';' outside strings and comments. NULL: no more. One without its ';' fails
 * rather than being left out. */
static char *next_statement(struct work *work, const char *name, const char **rest)
{
    bool empty = true;
    const char *from = *rest, *after;
    for (const char *at = from; *at; at = after) {
        after = skip_quoted(at);
        if (after == at && *at == ';') {
            *rest = at + 1;
            return arena_copy_n(work->arena, from, (size_t)(at - from));
        }
        bool comment = after != at && (*at == '-' || *at == '/');
        empty = empty && (comment || strchr(" \t\r\n", *at));
        after += after == at;
    }
    if (!empty)
        fail_ours(work, "%s: its last statement has no ';'", name);
    return NULL;
}

static char *read_file(struct work *work, const char *path)
{
    FILE *file = fopen(path, "r");
    if (!file)
        fail_ours(work, "cannot read %s", path);
    char *text = arena_alloc(work->arena, SCRIPT_MAX);
    size_t size = fread(text, 1, SCRIPT_MAX, file);
    fclose(file);
    if (size == SCRIPT_MAX)
        fail_ours(work, "%s: longer than %d bytes", path, SCRIPT_MAX);
    return text;
}

struct step {
    const char *name;
    int         number;
    bool        done;
};

static void look_step(struct work *work, void *arg)
{
    struct step *step = arg;
    step->done = db_int(work, 0, Q_STEP_DONE, T(step->name), I(step->number)) > 0;
}

static void note_step(struct work *work, void *arg)
{
    struct step *step = arg;
    db_exec(work, Q_STEP_ADD, T(step->name), I(step->number));
}

static int apply_file(struct work *work, const char *path, struct lease *lease)
{
    const char *slash = strrchr(path, '/');
    struct step step = { .name = slash ? slash + 1 : path };
    const char *rest = read_file(work, path);
    int applied = 0;
    for (char *sql; (sql = next_statement(work, step.name, &rest)); step.number++) {
        work_must(work, WORK_READ, look_step, &step);
        if (step.done)
            continue;
        work_must(work, WORK_WRITE, take_lease, lease);          /* renewed before each statement */
        if (!lease->held)
            fail_ours(work, "%s: another process took over while the last statement ran; start again", step.name);
        if (lease->inherited)
            db_run_ddl_again(work, sql);
        else
            db_run_ddl(work, sql);
        lease->inherited = false;
        work_must(work, WORK_WRITE, note_step, &step);
        applied++;
    }
    return applied;
}

struct migration {
    struct lease lease;
    int          applied;
};

static void release_glob(void *files)
{
    globfree(files);
}

static void apply_all(struct work *work, void *arg)
{
    struct migration *m = arg;
    glob_t *files = arena_alloc(work->arena, sizeof *files);
    if (glob(path_in_root("schema/tables/[0-9]*.sql"), 0, NULL, files) != 0)
        fail_ours(work, "no files in schema/tables");
    work_defer(work, release_glob, files);
    for (size_t i = 0; i < files->gl_pathc; i++)
        m->applied += apply_file(work, files->gl_pathv[i], &m->lease);
    schema_partitions(work);
}

/* The lease is given back after a failure too: whoever mends the file and starts again need not wait for its end. */
int schema_migrate(struct work *work)
{
    struct migration m = { .lease = { .holder = holder_name(work) } };
    db_run_ddl(work, CREATE_STEPS);
    db_run_ddl(work, CREATE_LEASE);
    work_must(work, WORK_WRITE, add_lease_row, NULL);
    wait_for_lease(work, &m.lease);
    bool good = work_run(work, WORK_PLAIN, apply_all, &m);
    char *detail = arena_copy(work->arena, work->fail_detail);
    work_must(work, WORK_WRITE, release_lease, &m.lease);
    if (!good)
        fail_ours(work, "%s", detail);
    return m.applied;
}

/* --- partitions ------------------------------------------------------------------------------------------ */

struct partition {
    const char *table, *name;
    bool        there;
};

static void look_partition(struct work *work, void *arg)
{
    struct partition *p = arg;
    p->there = db_int(work, 0, Q_PARTITION_THERE, T(p->table), T(p->name)) > 0;
}

static void look_tables(struct work *work, void *arg)
{
    db_rows(work, arg, Q_PARTITIONED);
}

/* Splits p_rest: the month's own partition, and the rest again. Names come from the server's own catalogue. */
static void add_month(struct work *work, const char *table, int year, int month)
{
    struct arena *arena = work->arena;
    struct partition p = { .table = table, .name = arena_printf(arena, "p%04d%02d", year, month) };
    work_must(work, WORK_READ, look_partition, &p);
    if (p.there)
        return;
    int next_year = month == 12 ? year + 1 : year, next_month = month == 12 ? 1 : month + 1;
    db_run_ddl(work, arena_printf(arena, "ALTER TABLE `%s` REORGANIZE PARTITION p_rest INTO (PARTITION %s VALUES LESS THAN"
                                         " ('%04d-%02d-01'), PARTITION p_rest VALUES LESS THAN (MAXVALUE))",
                                  table, p.name, next_year, next_month));
}

void schema_partitions(struct work *work)
{
    HDF *tables;
    if (hdf_init(&tables))
        abort();
    work_must(work, WORK_READ, look_tables, tables);
    int year = atoi(time_format(work->arena, work->now, "%Y")), month = atoi(time_format(work->arena, work->now, "%-m"));
    for (int ahead = 0; ahead < MONTHS_AHEAD; ahead++) {
        for (HDF *row = hdf_obj_child(tables); row; row = hdf_obj_next(row))
            add_month(work, hdf_get_value(row, "name", ""), year + (month - 1 + ahead) / 12, (month - 1 + ahead) % 12 + 1);
    }
    hdf_destroy(&tables);
}
