/* db_fixture: see the header. Everything it makes is under one folder of mkdtemp(). */
#include "db_fixture.h"

#include <fcntl.h>
#include <ftw.h>
#include <mysql.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <grp.h>
#include <unistd.h>

#include "core/config.h"
#include "core/dict.h"
#include "core/text.h"
#include "domain/schema.h"

static char         folder[200], root[220], var[220], socket_path[240], database[40];
static pid_t        server, owner;
static struct work *first;
static MYSQL       *admin;

static _Noreturn void stop(const char *what)
{
    fprintf(stderr, "db_fixture: %s\n", what);
    exit(3);
}

static int remove_one(const char *path, const struct stat *about, int type, struct FTW *walk)
{
    (void)about, (void)type, (void)walk;
    return remove(path);
}

static void put_away(void)
{
    char sql[100];
    if (getpid() != owner)                           /* a child of a test that called exit() */
        return;
    if (admin && !server) {
        snprintf(sql, sizeof sql, "DROP DATABASE IF EXISTS %s", database);
        (void)!mysql_query(admin, sql);
    }
    if (server) {
        kill(server, SIGKILL);                       /* its data goes too */
        waitpid(server, NULL, 0);
    }
    nftw(folder, remove_one, 20, FTW_DEPTH | FTW_PHYS);
}

/* The repository: the folder above that holds conf/portal.hdf. */
static void find_repository(char *out, size_t size)
{
    char here[1000], probe[1100];
    const char *given = getenv("CHARGEHALL_ROOT");
    ssize_t n = readlink("/proc/self/exe", here, sizeof here - 1);
    here[n > 0 ? n : 0] = '\0';
    if (given && *given)
        snprintf(here, sizeof here, "%s/x", given);
    for (int step = 0; step < 2; step++) {
        for (char *slash; (slash = strrchr(here, '/'));) {
            *slash = '\0';
            snprintf(probe, sizeof probe, "%s/conf/portal.hdf", here);
            if (access(probe, R_OK) == 0) {
                snprintf(out, size, "%s", here);
                return;
            }
        }
        if (!getcwd(here, sizeof here - 2))          /* the build folder lies elsewhere: where we were started */
            break;
        strcat(here, "/x");
    }
    stop("run it inside the repository, or set CHARGEHALL_ROOT");
}

static void link_into_root(const char *repository, const char *name)
{
    char from[1100], to[500];
    snprintf(from, sizeof from, "%s/%s", repository, name);
    snprintf(to, sizeof to, "%s/%s", root, name);
    if (symlink(from, to) != 0)
        stop("cannot link the repository into the test's folder");
}

static void make_folders(void)
{
    char repository[1000], path[2400];
    const char *tmp = getenv("TMPDIR");
    if (folder[0])
        return;
    find_repository(repository, sizeof repository);
    snprintf(folder, sizeof folder, "%.150s/chargehall-test-XXXXXX", tmp && *tmp ? tmp : "/tmp");
    if (!mkdtemp(folder))
        stop("cannot make a folder for the test");
    owner = getpid();
    atexit(put_away);
    chmod(folder, 0755);
    snprintf(root, sizeof root, "%s/root", folder);
    snprintf(var, sizeof var, "%s/var", folder);
    mkdir(root, 0755), mkdir(var, 0755);
    static const char *const folders[] = { "tmp", "log" };
    for (size_t i = 0; i < 2; i++)
        snprintf(path, sizeof path, "%s/%s", var, folders[i]), mkdir(path, 0755);
    snprintf(path, sizeof path, "%s/schema", root), mkdir(path, 0755);
    snprintf(path, sizeof path, "%s/schema/lists", root), mkdir(path, 0755);
    snprintf(path, sizeof path, "%s/schema/flows", root), mkdir(path, 0755);
    static const char *const links[] = { "conf", "templates", "schema/tables", "schema/dicts", "schema/forms",
                                         "schema/roles.hdf", "schema/parameters.hdf",
                                         "schema/record-compare.hdf", "schema/connection-required.hdf", "schema/editions.hdf", "schema/demo", "schema/pages", "htdocs" };
    for (size_t i = 0; i < sizeof links / sizeof *links; i++)
        link_into_root(repository, links[i]);
    snprintf(path, sizeof path, "cp %s/schema/lists/*.hdf %s/schema/lists/ 2>/dev/null", repository, root);
    if (system(path) < 0)
        stop("no shell");
    snprintf(path, sizeof path, "cp %s/schema/flows/*.hdf %s/schema/flows/ 2>/dev/null", repository, root);
    if (system(path) < 0)
        stop("no shell");
}

void db_fixture_file(const char *name, const char *text)
{
    char path[400];
    make_folders();
    snprintf(path, sizeof path, "%s/%s", root, name);
    FILE *file = fopen(path, "w");
    if (!file || fputs(text, file) < 0 || fclose(file) != 0)
        stop(path);
}

/* --- the server --------------------------------------------------------------------------------------- */

static const char *const server_options[] = {
    "--skip-networking", "--skip-grant-tables", "--skip-name-resolve", "--skip-log-bin", "--default-time-zone=+08:00",
    "--character-set-server=utf8mb4", "--collation-server=utf8mb4_general_ci",
    "--sql-mode=STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,ERROR_FOR_DIVISION_BY_ZERO,NO_ZERO_DATE,NO_ZERO_IN_DATE",
    "--innodb-buffer-pool-size=256M", "--innodb-log-file-size=64M", "--innodb-flush-log-at-trx-commit=0",
    "--innodb-doublewrite=0", "--innodb-ft-min-token-size=1", "--innodb-ft-enable-stopword=OFF",
    "--key-buffer-size=1M", "--aria-pagecache-buffer-size=8M", "--performance-schema=OFF" };

/* Becomes `mysql` when root, before exec: the server ends when this program does, however it does. */
static void become_server_user(void)
{
    struct passwd *user = geteuid() == 0 ? getpwnam("mysql") : NULL;
    if (user && (setgroups(0, NULL) != 0 || setgid(user->pw_gid) != 0 || setuid(user->pw_uid) != 0))
        _exit(126);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static pid_t run_as_server_user(const char *log, char *const argv[])
{
    pid_t child = fork();
    if (child)
        return child;
    int to = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (to >= 0)
        dup2(to, 1), dup2(to, 2);
    become_server_user();
    execvp(argv[0], argv);
    _exit(127);
}

static void start_server(void)
{
    char data[260], option_data[280], option_socket[280], option_pid[280], log[260];
    struct passwd *user = geteuid() == 0 ? getpwnam("mysql") : NULL;
    const char *argv[40] = { "mariadbd", "--no-defaults" };
    size_t n = 2;
    snprintf(data, sizeof data, "%s/db", folder);
    snprintf(log, sizeof log, "%s/mariadb.log", folder);
    mkdir(data, 0755);
    if (user && (chown(data, user->pw_uid, user->pw_gid) != 0 || chown(folder, user->pw_uid, user->pw_gid) != 0))
        stop("cannot give the folder to user mysql");
    snprintf(option_data, sizeof option_data, "--datadir=%s", data);
    const char *install[] = { "mariadb-install-db", "--no-defaults", "--skip-test-db", "--skip-name-resolve",
                              "--auth-root-authentication-method=normal", "--innodb-log-file-size=8M", option_data, NULL };
    int status;
    pid_t child = run_as_server_user(log, (char *const *)install);
    if (waitpid(child, &status, 0) < 0 || status != 0)
        stop("mariadb-install-db failed: is mariadb-server installed?");
    snprintf(socket_path, sizeof socket_path, "%s/s", folder);
    snprintf(option_socket, sizeof option_socket, "--socket=%s", socket_path);
    snprintf(option_pid, sizeof option_pid, "--pid-file=%s/pid", folder);
    for (size_t i = 0; i < sizeof server_options / sizeof *server_options; i++)
        argv[n++] = server_options[i];
    argv[n++] = option_data, argv[n++] = option_socket, argv[n++] = option_pid;
    server = run_as_server_user(log, (char *const *)argv);
}

static void connect_admin(void)
{
    for (int tries = 0; tries < 600; tries++) {
        admin = mysql_init(NULL);
        if (admin && mysql_real_connect(admin, NULL, "root", "", NULL, 0, socket_path, 0))
            return;
        mysql_close(admin);
        admin = NULL;
        if (server && waitpid(server, NULL, WNOHANG) == server) {
            server = 0;
            stop("the database server ended while starting");
        }
        usleep(50000);
    }
    stop("the database server does not answer");
}

static void write_instance(void)
{
    char path[300];
    snprintf(path, sizeof path, "%s/instance.hdf", var);
    FILE *file = fopen(path, "w");
    if (!file)
        stop(path);
    fprintf(file, "Site.Key = zhuhai\nDatabase {\n  Socket = %s\n  Name = %s\n  User = root\n  OwnerUser = root\n}\n", socket_path,
            database);
    fclose(file);
    snprintf(path, sizeof path, "%s/secret.key", var);
    file = fopen(path, "w");
    if (!file || fputs("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n", file) < 0 || fclose(file))
        stop(path);
}

static struct work *work_new(const char *role)
{
    struct work *work = calloc(1, sizeof *work);
    if (!work)
        abort();
    work->arena = arena_new();
    work->db = db_new(role);
    work->id = "test";
    work->now = clock_now();
    work->actor = (struct actor){ .role = "visitor", .login = "", .name = "", .division = "" };
    return work;
}

static void migrate(struct work *work, void *arg)
{
    (void)arg;
    schema_migrate(work);
}

struct work *db_fixture(void)
{
    char sql[100];
    const char *given = getenv("TEST_DB");
    if (first)
        return first;
    make_folders();
    snprintf(database, sizeof database, "chargehall_test_%d", (int)getpid());
    if (given && *given)
        snprintf(socket_path, sizeof socket_path, "%s", given);
    else
        start_server();
    connect_admin();
    snprintf(sql, sizeof sql, "CREATE DATABASE %s CHARACTER SET utf8mb4", database);
    if (mysql_query(admin, sql) || mysql_select_db(admin, database) || mysql_set_character_set(admin, "utf8mb4"))
        stop(mysql_error(admin));
    write_instance();
    setenv("CHARGEHALL_ROOT", root, 1);
    setenv("VAR", var, 1);
    unsetenv("SITE");
    config_load("test");
    dict_load_all();
    struct work *schema = work_new("owner");
    if (!work_run(schema, WORK_PLAIN, migrate, NULL))
        stop(schema->fail_detail);
    work_release(schema);
    db_free(schema->db);
    arena_free(schema->arena);
    free(schema);
    return first = work_new("portal");
}

struct work *db_fixture_work(void)
{
    db_fixture();
    return work_new("portal");
}

const char *db_fixture_folder(void) { return var; }

void db_fixture_run(struct work *work, void (*fn)(struct work *work, void *arg), void *arg)
{
    if (work_run(work, WORK_WRITE, fn, arg))
        return;
    fprintf(stderr, "db_fixture_run: %d %s %s\n", fail_status(work->failed), work->fail_text, work->fail_detail);
    exit(3);
}

void db_fixture_sql(const char *sql)
{
    db_fixture();
    if (mysql_query(admin, sql)) {
        fprintf(stderr, "%s\n  %s\n", sql, mysql_error(admin));
        exit(3);
    }
    mysql_free_result(mysql_store_result(admin));
}

int64_t db_fixture_int(const char *sql)
{
    db_fixture();
    if (mysql_query(admin, sql)) {
        fprintf(stderr, "%s\n  %s\n", sql, mysql_error(admin));
        exit(3);
    }
    MYSQL_RES *result = mysql_store_result(admin);
    MYSQL_ROW row = result ? mysql_fetch_row(result) : NULL;
    int64_t out = row && row[0] ? strtoll(row[0], NULL, 10) : -1;
    mysql_free_result(result);
    return out;
}
