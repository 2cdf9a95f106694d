/* portalctl: the one command-line tool. Every command is a row; `--help` is printed from the table. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/config.h"
#include "core/db.h"
#include "core/dict.h"
#include "core/log.h"
#include "core/progress.h"
#include "core/text.h"
#include "domain/password.h"
#include "domain/account.h"
#include "domain/calendar.h"
#include "domain/charge_order_day.h"
#include "domain/demo.h"
#include "domain/division.h"
#include "domain/import_stations.h"
#include "domain/job.h"
#include "domain/map_source.h"
#include "domain/operator.h"
#include "domain/partner_save.h"
#include "domain/pull.h"
#include "domain/recovery.h"
#include "domain/process.h"
#include "domain/role.h"
#include "domain/schema.h"
#include "domain/session.h"
#include "domain/statistic.h"
#include "domain/trail.h"
#include "flow/flow.h"
#include "messages.h"
#include "owner.h"

struct call {
    struct work work;
    int         argc;
    char      **argv;            /* the arguments behind the command's name */
    int         exit_code;
};

struct command {
    const char    *name, *arguments, *help;
    int            least, most;              /* arguments */
    const char    *role;                     /* of the database connection */
    void         (*fn)(struct call *call);   /* run with WORK_PLAIN */
};

/* One transaction inside a command. */
#define IN_TRANSACTION(name) \
    static void name##_tx(struct work *work, void *arg); \
    static void name(struct call *call) { work_must(&call->work, WORK_WRITE, name##_tx, call); } \
    static void name##_tx(struct work *work, void *arg)

static void migrate(struct call *call)
{
    printf("%d statements applied\n", schema_migrate(&call->work));
}

/* A table the build made; `variable` may name another place. */
static FILE *table_open(struct work *work, const char *name, const char *variable)
{
    const char *path = path_in_root(name), *own = getenv(variable);
    FILE *file = fopen(own ? own : path, "r");
    if (!file)
        fail(work, FAIL_MISSING, "%s is missing: run make first", name);
    return file;
}

static void load_divisions(struct work *work, void *arg)
{
    FILE *file = table_open(work, "build/divisions.tsv", "DIVISIONS");
    (void)arg;
    struct progress progress = progress_start("行政区划");
    division_load(work, file, &progress);
    progress_end(&progress);
    fclose(file);
}

static void load_calendar(struct work *work, void *arg)
{
    FILE *file = table_open(work, "build/calendar.tsv", "CALENDAR");
    (void)arg;
    calendar_load(work, file);
    fclose(file);
}

static void load_passwords(struct work *work, void *arg)
{
    FILE *file = table_open(work, "build/passwords.txt", "PASSWORDS");
    (void)arg;
    password_common_load(work, file);
    fclose(file);
}

static void load_base(struct call *call)
{
    work_must(&call->work, WORK_WRITE, load_divisions, NULL);
    work_must(&call->work, WORK_WRITE, load_calendar, NULL);
    work_must(&call->work, WORK_WRITE, load_passwords, NULL);
    struct progress progress = progress_start("栏目与页面");
    base_load(&call->work, &progress);
    progress_end(&progress);
}

static void add_demo_accounts(struct work *work, void *arg)
{
    (void)arg;
    account_demo_load(work);
    demo_built(work);
    statistics_count(work);
    statistics_orders(work);
}

static void demo(struct call *call)
{
    if (!config_bool("Demo.Mode"))
        fail(&call->work, FAIL_FORBIDDEN, "Demo.Mode is off in this instance: no demonstration data here");
    struct progress progress = progress_start("演示城市");
    demo_load(&call->work, &progress);
    progress_end(&progress);
    work_must(&call->work, WORK_WRITE, add_demo_accounts, NULL);
    map_rebuild(&call->work);
}

IN_TRANSACTION(demo_platform_command)
{
    const struct call *call = arg;
    int64_t port;
    if (!config_bool("Demo.Mode") || !text_to_int(call->argv[0], 1, 65535, &port))
        fail(work, FAIL_INVALID, "a port from 1 to 65535, in Demo.Mode");
    demo_platform(work, port);
}

IN_TRANSACTION(demo_logins)
{
    HDF *list;
    (void)arg;
    if (hdf_init(&list))
        abort();
    account_demo_list(work, list);
    printf("%-16s %-18s %s\n", "login", "password", "role");
    for (HDF *row = hdf_obj_child(list); row; row = hdf_obj_next(row))
        printf("%-16s %-18s %s\n", hdf_get_value(row, "login", ""), DEMO_PASSWORD,
               role_label(hdf_get_value(row, "role", "")));
    hdf_destroy(&list);
}

/* A session for tools, local to whoever may read VAR; the trail says so. */
IN_TRANSACTION(session)
{
    struct call *call = arg;
    int64_t account = account_by_login(work, call->argv[0]);
    if (!account)
        fail(work, FAIL_MISSING, "no account %s", call->argv[0]);
    trail_write(work, "session-by-tool", arena_printf(work->arena, "account:%lld", (long long)account), "done",
                "portalctl session", "");
    printf("%ssession=%s\n", config_bool("Web.SecureCookies") ? "__Host-" : "", session_open(work, account, "portalctl"));
}

/* H1.5: never a shared default. The link works once, for a day; the old password and all sessions end now. */
IN_TRANSACTION(reset_password)
{
    struct call *call = arg;
    int64_t account = account_by_login(work, call->argv[0]);
    const char *address = config_text("Web.PublicAddress");
    if (!account)
        fail(work, FAIL_MISSING, "no account %s", call->argv[0]);
    printf("%s/account/reset?code=%s\n", address, recovery_link(work, account, ""));
}

/* The first of each back-office role; they make everybody else on the pages. */
IN_TRANSACTION(administrator)
{
    struct call *call = arg;
    int64_t account = account_keeper_create(work, call->argv[0], call->argv[1], call->argv[2]);
    if (!account)
        fail(work, FAIL_CONFLICT, "the login %s is taken", call->argv[0]);
    printf("%s/account/reset?code=%s\n", config_text("Web.PublicAddress"), recovery_link(work, account, ""));
}

IN_TRANSACTION(unlock)
{
    struct call *call = arg;
    int64_t account = account_by_login(work, call->argv[0]);
    if (!account || !account_unlock(work, account, ""))
        fail(work, FAIL_MISSING, "no locked account %s", call->argv[0]);
    printf("%s is active\n", call->argv[0]);
}

static void say_fault(const char *text, void *arg)
{
    (void)arg;
    puts(text);
}

static void verify_trail(struct call *call)
{
    struct trail_report report;
    trail_verify(&call->work, &report, say_fault, NULL);
    printf("%lld rows in %lld blocks, %lld not sealed yet, %lld faults; newest block: %s\n", (long long)report.rows,
           (long long)report.blocks, (long long)report.waiting, (long long)report.faults, *report.head ? report.head : "none");
    call->exit_code = report.faults ? 1 : 0;
}

/* The rollups of charging orders against the books; --mend puts right what differs, and the trail says so. */
static void recount_orders(struct call *call)
{
    bool mend = call->argc == 1;
    if (mend && strcmp(call->argv[0], "--mend") != 0)
        fail(&call->work, FAIL_INVALID, "recount-orders: %s is not known, did you mean --mend?", call->argv[0]);
    int64_t different = order_days_recount(&call->work, mend, say_fault, NULL);
    printf("%lld days differ%s\n", (long long)different, different && mend ? "ed, now mended" : "");
    call->exit_code = different && !mend ? 1 : 0;
}

static void import_stations_command(struct call *call)
{
    struct progress progress = progress_start("导入充电站");
    call->exit_code = import_stations(&call->work, call->argv[0], &progress);
    map_rebuild(&call->work);
}

static void map_build(struct call *call)
{
    printf("%lld stations on the map\n", (long long)map_rebuild(&call->work));
}

static void release_json(void *json)
{
    json_decref(json);
}

IN_TRANSACTION(partner_import_command)
{
    struct call *call = arg;
    json_error_t error;
    json_t *file = json_load_file(call->argv[0], JSON_REJECT_DUPLICATES, &error);
    if (!file)
        fail(work, FAIL_INVALID, "%s line %d: %s", call->argv[0], error.line, error.text);
    work_defer(work, release_json, file);
    int64_t operator_id = partner_import(work, file);
    trail_write(work, "partner-import", arena_printf(work->arena, "operator:%lld", (long long)operator_id), "done",
                "portalctl partner-import", "");
    printf("operator %lld\n", (long long)operator_id);
}

/* NAME: value lines; what is a secret is not among them. */
IN_TRANSACTION(partner_show_command)
{
    struct call *call = arg;
    HDF *node;
    int64_t operator_id = operator_find(work, call->argv[0]);
    if (hdf_init(&node))
        abort();
    bool known = operator_id && partner_show(work, operator_id, node);
    for (HDF *row = known ? hdf_obj_child(node) : NULL; row; row = hdf_obj_next(row))
        if (hdf_obj_value(row))
            printf("%-13s %s\n", hdf_obj_name(row), hdf_obj_value(row));
    for (HDF *row = known ? hdf_get_child(node, "Keys") : NULL; row; row = hdf_obj_next(row))
        printf("%-13s %s made %s, %s%s\n", "Key", hdf_get_value(row, "Direction", ""), hdf_get_value(row, "Made", ""),
               hdf_get_value(row, "Ends", NULL) ? "holds until " : "in force", hdf_get_value(row, "Ends", ""));
    hdf_destroy(&node);
    if (!known)
        fail(work, FAIL_MISSING, "no partner %s", call->argv[0]);
}

static void partner_pull(struct call *call)
{
    struct pull_report report;
    pull_stations(&call->work, call->argv[0], true, &report);
    printf("%d pages, %lld stations stored, %lld refused, %lld removed, %lld named twice%s%s\n", report.pages,
           (long long)report.stored, (long long)report.refused, (long long)report.removed, (long long)report.doubled,
           report.first_fault ? "; first fault: " : "", report.first_fault ? report.first_fault : "");
    map_rebuild(&call->work);
    call->exit_code = report.refused ? 1 : 0;
}

/* DIR/<flow>.dot, one a flow; make turns them into pictures. */
static int draw_flows(const char *folder)
{
    HDF *names;
    struct arena *arena = arena_new();
    if (hdf_init(&names))
        abort();
    flow_names(names);
    for (HDF *row = hdf_obj_child(names); row; row = hdf_obj_next(row)) {
        const char *name = hdf_get_value(row, "Name", ""), *path = arena_printf(arena, "%s/%s.dot", folder, name);
        FILE *file = fopen(path, "w");
        if (!file || fputs(flow_dot(arena, flow_find(name)), file) < 0 || fclose(file) != 0) {
            fprintf(stderr, "portalctl draw-flows: %s cannot be written\n", path);
            return 1;
        }
    }
    hdf_destroy(&names);
    arena_free(arena);
    return 0;
}

/* For the scripts of conf/host. What is secret stays in its file: a terminal keeps what it shows. */
static int print_setting(const char *key)
{
    if (strstr(key, "Password") || strstr(key, "SignKey")) {
        fputs("portalctl config: secrets are not printed\n", stderr);
        return 1;
    }
    puts(config_text(key));
    return 0;
}

static const struct command commands[] = {
    { "migrate",         "",            "bring the database to the shape of schema/tables", 0, 0, "owner", migrate },
    { "load-base",       "",            "load divisions, calendar, columns and fixed pages; keeps what was edited", 0, 0, "portal", load_base },
    { "demo",            "",            "load the demonstration city and one login a role", 0, 0, "portal", demo },
    { "demo-platform",   "PORT",        "register the simulated platform of one demonstration operator; writes VAR/simulator/", 1, 1, "portal", demo_platform_command },
    { "demo-logins",     "",            "print the demonstration logins", 0, 0, "portal", demo_logins },
    { "session",         "LOGIN",       "print a session cookie for tools; recorded in the trail", 1, 1, "portal", session },
    { "reset-password",  "LOGIN",       "end the password; print a one-time link for setting a new one", 1, 1, "portal", reset_password },
    { "administrator",   "LOGIN ROLE NAME", "make an account for admin, security or auditor; print its one-time link", 3, 3, "portal", administrator },
    { "unlock",          "LOGIN",       "unlock an account", 1, 1, "portal", unlock },
    { "verify-trail",    "",            "find changed, missing or inserted rows of the trail; exit 1 when there are any", 0, 0, "portal", verify_trail },
    { "recount-orders",  "[--mend]",    "prove the rollups of charging orders against the orders; exit 1 when they differ", 0, 1, "portal", recount_orders },
    { "import-stations", "FILE",        "import stations from NDJSON, plain or gzip", 1, 1, "portal", import_stations_command },
    { "map-build",       "",            "build the map's memory from the database now", 0, 0, "portal", map_build },
    { "partner-import",  "FILE.json",   "register an operator's platform and its keys", 1, 1, "portal", partner_import_command },
    { "partner-show",    "OPERATOR_ID", "print that platform's address, profile, limits and key dates; no secrets", 1, 1, "portal", partner_show_command },
    { "partner-pull",    "OPERATOR_ID", "fetch that operator's stations now", 1, 1, "portal", partner_pull },
};
enum { COMMANDS = sizeof commands / sizeof *commands };

static void print_help(FILE *out)
{
    fputs("portalctl COMMAND [ARGUMENTS]\nThe instance is the one in $VAR (default: var beside the sources).\n\n", out);
    for (size_t i = 0; i < COMMANDS; i++)
        fprintf(out, "  %-16s %-12s %s\n", commands[i].name, commands[i].arguments, commands[i].help);
    fputs("  config           KEY          print one setting as the programs see it (no passwords); needs no database\n", out);
    fputs("  draw-flows       DIR          write each flow of schema/flows as DIR/<name>.dot; needs no instance\n", out);
    fputs("  messages                      print every T/CEC 102 interface and its fields as JSON; needs no instance\n", out);
    fputs("  simulate-operator OPTIONS     act as an operator's platform; --help lists the options; needs no instance\n", out);
    fputs("  --help                        this list\n  --check                       check configuration, dictionaries, roles and flows\n", out);
}

/* A program of its own beside this one (cgi-bin/simulator): operators take it home without the portal. */
static int simulate_operator(char **argv)
{
    char path[4096 + 16];
    ssize_t length = readlink("/proc/self/exe", path, 4096);
    char *slash = length > 0 ? memrchr(path, '/', (size_t)length) : NULL;
    if (slash) {
        strcpy(slash, "/simulator");
        execv(path, argv);
    }
    fputs("portalctl simulate-operator: build/simulator is missing: run make\n", stderr);
    return 1;
}

static const struct command *find(const char *name)
{
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

struct running {
    const struct command *command;
    struct call          *call;
};

static void run(struct work *work, void *arg)
{
    struct running *running = arg;
    (void)work;
    running->command->fn(running->call);
}

static int perform(const struct command *command, int argc, char **argv)
{
    struct call call = { .argc = argc, .argv = argv };
    struct running running = { command, &call };
    call.work = (struct work){ .arena = arena_new(), .db = db_new(command->role), .now = clock_now(), .id = "portalctl",
                               .actor = { .role = "system", .login = "portalctl", .name = "portalctl", .division = "" } };
    if (strcmp(command->role, "portal") == 0)
        work_begin(&call.work);                     /* parameters as staff set them */
    if (!work_run(&call.work, WORK_PLAIN, run, &running)) {
        fprintf(stderr, "portalctl %s: %s%s%s\n", command->name, call.work.fail_text,
                call.work.fail_detail[0] ? "\n  " : "", call.work.fail_detail);
        call.exit_code = 1;
    }
    work_release(&call.work);
    db_free(call.work.db);
    arena_free(call.work.arena);
    return call.exit_code;
}

int main(int argc, char **argv)
{
    umask(0027);
    if (argc < 2 || strcmp(argv[1], "--help") == 0) {
        print_help(argc < 2 ? stderr : stdout);
        return argc < 2 ? 2 : 0;
    }
    if (strcmp(argv[1], "--routes") == 0)
        return 0;                                   /* has none */
    if (strcmp(argv[1], "simulate-operator") == 0)
        return simulate_operator(argv + 1);
    config_load(argv[0]);
    dict_load_all();
    process_start();
    if (argc == 3 && strcmp(argv[1], "config") == 0)
        return print_setting(argv[2]);
    if (argc == 2 && strcmp(argv[1], "messages") == 0)
        return messages_print();
    if (argc == 3 && strcmp(argv[1], "draw-flows") == 0)
        return draw_flows(argv[2]);
    if (strcmp(argv[1], "--check") == 0) {
        puts("portalctl: configuration, dictionaries, roles and flows OK");
        return 0;
    }
    const struct command *command = find(argv[1]);
    if (!command || argc - 2 < command->least || argc - 2 > command->most) {
        fprintf(stderr, "portalctl %s %s: %s\n\n", argv[1], command ? command->arguments : "", command ? "wrong number of arguments" : "no such command");
        print_help(stderr);
        return 2;
    }
    bool has_file = strncmp(command->arguments, "FILE", 4) == 0;
    owner_become(has_file ? &argv[2] : NULL);
    int exit_code = perform(command, argc - 2, argv + 2);
    owner_done();
    return exit_code;
}
