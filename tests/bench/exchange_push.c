/* exchange_push: durable status pushes a second over HTTP, beside MariaDB's own rate for single-row durable
 * commits and for the very statements of a push, with as many clients, one after the other in one run.
 *
 *   exchange_push HOST PORT PARTNER.json TOKEN CONNECTORS.txt SECONDS CLIENTS…
 *
 * Each client is a process with one kept connection; every push is an envelope of its own, signed and sealed while
 * it runs. VAR as for every program. Only answers with Ret 0 count; a replay (two clients in step) does not, others end the run. */
#include <arpa/inet.h>
#include <mysql.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/config.h"
#include "core/crypto.h"
#include "core/text.h"
#include "exchange/envelope.h"

enum { CONNECTORS_MAX = 100000 };

static struct { const char *host, *token, *operator_id; int port; double seconds; struct key_set keys; } run;
static char *connectors[CONNECTORS_MAX];
static size_t connector_count;

static _Noreturn void stop(const char *what, const char *detail)
{
    fprintf(stderr, "exchange_push: %s: %s\n", what, detail);
    exit(1);
}

/* --- pushes --------------------------------------------------------------------------------------- */

static int connect_http(void)
{
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)run.port) };
    int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    inet_pton(AF_INET, run.host, &to.sin_addr);
    if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to))
        stop("connect", run.host);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return fd;
}

/* Reads one answer with a Content-Length, or a chunked one (its end is "0\r\n\r\n"). */
static void read_answer(int fd, char *room, size_t size)
{
    size_t have = 0;
    for (;;) {
        ssize_t got = read(fd, room + have, size - 1 - have);
        if (got <= 0)
            stop("read", "the connection was closed");
        room[have += (size_t)got] = '\0';
        char *body = strstr(room, "\r\n\r\n"), *length = strcasestr(room, "content-length:");
        if (body && length && have >= (size_t)(body + 4 - room) + strtoul(length + 15, NULL, 10))
            return;
        if (body && !length && have > 5 && strcmp(room + have - 5, "0\r\n\r\n") == 0)
            return;
    }
}

/* True: stored (Ret 0). The server ends a kept connection after so many requests and says so. */
static bool push_one(int client, int *fd, struct arena *arena, unsigned n)
{
    static char answer[65536];
    const char *code = connectors[(n * 61u + (unsigned)client * 7919u) % connector_count];
    json_t *data = json_pack("{s:{s:s, s:i}}", "ConnectorStatusInfo", "ConnectorID", code, "Status", 1 + (int)(n % 3));
    const char *body = envelope_write(arena, &run.keys, run.operator_id, clock_now(), n % 9999 + 1, data);
    json_decref(data);
    const char *text = arena_printf(arena, "POST /evcs/v1/notification_stationStatus HTTP/1.1\r\nHost: %s\r\nContent-Type: "
                                           "application/json\r\nAuthorization: Bearer %s\r\nContent-Length: %zu\r\n\r\n%s",
                                    run.host, run.token, strlen(body), body);
    if (write(*fd, text, strlen(text)) != (ssize_t)strlen(text))
        stop("write", "short");
    read_answer(*fd, answer, sizeof answer);
    /* Two clients may meet in connector, state, number and second: then the same bytes are a replay, rightly, and no push. */
    bool stored = strstr(answer, "\"Ret\":0") != NULL;
    if (!stored && !strstr(answer, "请勿重放"))
        stop("answer", answer);
    if (strcasestr(answer, "\r\nConnection: close")) {
        close(*fd);
        *fd = connect_http();
    }
    arena_reset(arena);
    return stored;
}

static unsigned push_client(int client)
{
    struct arena *arena = arena_new();
    int fd = connect_http();
    unsigned n = (unsigned)client * 311u, stored = 0;
    for (int64_t end = clock_micro() + (int64_t)(run.seconds * 1e6); clock_micro() < end; n++)
        stored += push_one(client, &fd, arena, n);
    return stored;
}

/* --- MariaDB by itself ----------------------------------------------------------------------------- */

static MYSQL *connect_db(void)
{
    MYSQL *mysql = mysql_init(NULL);
    const char *socket = config_text("Database.Socket");
    if (!mysql_real_connect(mysql, NULL, config_text("Database.User"), config_text("Database.Password"),
                            config_text("Database.Name"), 0, *socket ? socket : path_in_var("db.sock"), 0))
        stop("database", mysql_error(mysql));
    return mysql;
}

static MYSQL_STMT *prepare(MYSQL *mysql, const char *sql)
{
    MYSQL_STMT *statement = mysql_stmt_init(mysql);
    if (mysql_stmt_prepare(statement, sql, strlen(sql)))
        stop(sql, mysql_stmt_error(statement));
    return statement;
}

static void execute(MYSQL_STMT *statement, MYSQL_BIND *binds)
{
    if (mysql_stmt_bind_param(statement, binds) || mysql_stmt_execute(statement))
        stop("statement", mysql_stmt_error(statement));
}

static MYSQL_BIND bind_id(int64_t *id)
{
    return (MYSQL_BIND){ .buffer_type = MYSQL_TYPE_LONGLONG, .buffer = id };
}

/* One UPDATE of one row, committed by itself. */
static unsigned row_client(int client)
{
    unsigned n = 0;
    int64_t id;
    MYSQL_BIND binds[1] = { bind_id(&id) };
    MYSQL_STMT *update = prepare(connect_db(), "UPDATE connector SET state_at = NOW(3) WHERE id = ?");
    for (int64_t end = clock_micro() + (int64_t)(run.seconds * 1e6); clock_micro() < end; n++) {
        id = atoll(strchr(connectors[(n * 61u + (unsigned)client * 7919u) % connector_count], '\0') + 1);
        execute(update, binds);
    }
    return n;
}

/* The statements of a push: replay guard, state, log, in one transaction. */
static unsigned statements_client(int client)
{
    unsigned n = 0;
    int64_t id;
    uint8_t digest[32];
    unsigned long digest_size = sizeof digest;
    MYSQL *mysql = connect_db();
    MYSQL_BIND ids[1] = { bind_id(&id) };
    MYSQL_BIND digests[1] = { { .buffer_type = MYSQL_TYPE_BLOB, .buffer = digest, .buffer_length = 32, .length = &digest_size } };
    MYSQL_STMT *seen = prepare(mysql, "INSERT INTO exchange_seen (digest, received_at) VALUES (?, NOW(3))");
    MYSQL_STMT *update = prepare(mysql, "UPDATE connector SET state_at = NOW(3) WHERE id = ?");
    MYSQL_STMT *log = prepare(mysql, "INSERT INTO connector_state_log (at, connector_id, state) VALUES (NOW(3), ?, 1)");
    for (int64_t end = clock_micro() + (int64_t)(run.seconds * 1e6); clock_micro() < end; n++) {
        id = atoll(strchr(connectors[(n * 61u + (unsigned)client * 7919u) % connector_count], '\0') + 1);
        crypto_random(digest, sizeof digest);
        if (mysql_query(mysql, "START TRANSACTION"))
            stop("begin", mysql_error(mysql));
        execute(seen, digests);
        execute(update, ids);
        execute(log, ids);
        if (mysql_query(mysql, "COMMIT"))
            stop("commit", mysql_error(mysql));
    }
    return n;
}

/* --- many clients at once ------------------------------------------------------------------------------ */

static double rate(int clients, unsigned (*client)(int))
{
    int ends[2], failed = 0;
    unsigned total = 0, n;
    if (pipe(ends))
        stop("pipe", "no");
    int64_t began = clock_micro();
    for (int i = 0; i < clients; i++)
        if (fork() == 0) {
            n = client(i);
            _exit(write(ends[1], &n, sizeof n) == sizeof n ? 0 : 1);
        }
    close(ends[1]);
    while (read(ends[0], &n, sizeof n) == sizeof n)
        total += n;
    close(ends[0]);
    for (int status; wait(&status) > 0;)
        failed += status != 0;
    if (failed)
        exit(1);
    return total / ((double)(clock_micro() - began) / 1e6);
}

static void load(const char *partner_file, const char *connector_file)
{
    json_t *partner = json_load_file(partner_file, 0, NULL), *keys = json_object_get(partner, "to_gov");
    const char *wrong = key_set_fill(&run.keys, json_string_value(json_object_get(keys, "OperatorSecret")),
        json_string_value(json_object_get(keys, "DataSecret")), json_string_value(json_object_get(keys, "DataSecretIV")),
        json_string_value(json_object_get(keys, "SigSecret")));
    if (wrong)
        stop(partner_file, wrong);
    run.operator_id = json_string_value(json_object_get(partner, "operator_id"));
    FILE *file = fopen(connector_file, "r");
    char line[200];
    while (file && connector_count < CONNECTORS_MAX && fgets(line, sizeof line, file)) {      /* code TAB id */
        line[strcspn(line, "\n")] = '\0';
        char *copy = strdup(line), *tab = strchr(copy, '\t');
        if (!tab)
            stop(connector_file, "code TAB id expected");
        *tab = '\0';                                      /* the id stands behind the NUL of the code */
        connectors[connector_count++] = copy;
    }
    if (!connector_count)
        stop(connector_file, "no connectors");
}

int main(int argc, char **argv)
{
    if (argc < 8)
        stop("usage", "HOST PORT PARTNER.json TOKEN CONNECTORS.txt SECONDS CLIENTS…");
    config_load(argv[0]);
    run.host = argv[1];
    run.port = atoi(argv[2]);
    run.token = argv[4];
    run.seconds = atof(argv[6]);
    load(argv[3], argv[5]);
    printf("exchange push, durable, per second   pushes   MariaDB: one row   the same statements   of one row   of the same\n");
    for (int i = 7; i < argc; i++) {
        int clients = atoi(argv[i]);
        double row = rate(clients, row_client), statements = rate(clients, statements_client), pushes = rate(clients, push_client);
        printf("  %2d client%-2s                       %8.0f           %8.0f              %8.0f         %.2f          %.2f\n", clients,
               clients == 1 ? "" : "s", pushes, row, statements, pushes / row, pushes / statements);
        fflush(stdout);
    }
    return 0;
}
