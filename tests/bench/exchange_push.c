/* exchange_push: durable pushes a second over HTTP, beside MariaDB's own rate for single-row durable commits and for the very
 * statements of a push, with as many clients, one after the other in one run; and the exchange's CPU for one message beside
 * OpenSSL's own for the same bytes.
 *
 *   exchange_push status|order|late HOST PORT PARTNER.json TOKEN CONNECTORS.txt SECONDS CLIENTS…
 *
 * `late` is order pushes alone, without yardsticks, for a table that has grown. Each client is a process with one kept
 * connection; every push is an envelope of its own, signed and sealed while it runs. VAR as for every program. Only answers
 * with Ret 0 count; a replay (two clients in step) does not, others end the run. */
#include <arpa/inet.h>
#include <dirent.h>
#include <mysql.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/config.h"
#include "core/crypto.h"
#include "core/text.h"
#include "exchange/envelope.h"

enum { CONNECTORS_MAX = 100000 };

static struct { const char *host, *token, *operator_id, *interface; int port; double seconds; struct key_set keys; } run;
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

static const char *code_of(unsigned n, int client) { return connectors[(n * 61u + (unsigned)client * 7919u) % connector_count]; }
static int64_t     id_of(unsigned n, int client)   { const char *code = code_of(n, client); return atoll(strchr(code, '\0') + 1); }

static json_t *status_data(struct arena *arena, unsigned n, int client)
{
    (void)arena;
    return json_pack("{s:{s:s, s:i}}", "ConnectorStatusInfo", "ConnectorID", code_of(n, client), "Status", 1 + (int)(n % 3));
}

static const char *order_number(struct arena *arena, unsigned n, int client)
{
    return arena_printf(arena, "%s%013lld%02d%03u", run.operator_id, (long long)clock_now(), client, n % 1000);
}

/* A new order each time: an hour's charge in two periods, ended some time in the last year and a half a day on one gun at most. */
static json_t *order_data(struct arena *arena, unsigned n, int client)
{
    int64_t end = clock_now() - (int64_t)((n * 2654435761u ^ (unsigned)client * 40503u) % 20000) * 60000, start = end - 45 * 60000;
    const char *begun = time_format(arena, start, "%Y-%m-%d %H:%M:%S"), *ended = time_format(arena, end, "%Y-%m-%d %H:%M:%S");
    return json_pack("{s:s, s:s, s:s, s:s, s:f, s:f, s:f, s:f, s:i, s:i, s:[{s:s, s:s, s:f, s:f, s:f, s:f, s:f}, {s:s, s:s, s:f, s:f, s:f, s:f, s:f}]}",
        "StartChargeSeq", order_number(arena, n, client), "ConnectorID", code_of(n, client), "StartTime", begun, "EndTime", ended,
        "TotalPower", 4.5, "TotalElecMoney", 3.6, "TotalSeviceMoney", 1.8, "TotalMoney", 5.4, "StopReason", 0, "SumPeriod", 2, "ChargeDetails",
        "DetailStartTime", begun, "DetailEndTime", ended, "ElecPrice", 0.8, "SevicePrice", 0.4, "DetailPower", 2.5, "DetailElecMoney", 2.0,
        "DetailSeviceMoney", 1.0, "DetailStartTime", begun, "DetailEndTime", ended, "ElecPrice", 0.8, "SevicePrice", 0.4, "DetailPower", 2.0,
        "DetailElecMoney", 1.6, "DetailSeviceMoney", 0.8);
}

static json_t *(*push_data)(struct arena *arena, unsigned n, int client) = status_data;

/* True: stored (Ret 0). The server ends a kept connection after so many requests and says so. */
static bool push_one(int client, int *fd, struct arena *arena, unsigned n)
{
    static char answer[65536];
    json_t *data = push_data(arena, n, client);
    const char *body = envelope_write(arena, &run.keys, run.operator_id, clock_now(), n % 9999 + 1, data);
    json_decref(data);
    const char *text = arena_printf(arena, "POST /evcs/v1/%s HTTP/1.1\r\nHost: %s\r\nContent-Type: "
                                           "application/json\r\nAuthorization: Bearer %s\r\nContent-Length: %zu\r\n\r\n%s",
                                    run.interface, run.host, run.token, strlen(body), body);
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
        id = id_of(n, client);
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
        id = id_of(n, client);
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

/* The statements of an order push: number, connector, overlaps, order, share of the day. */
static unsigned order_statements_client(int client)
{
    unsigned n = 0;
    int64_t id, unique = clock_now() * 100000 + client * 1000;
    MYSQL *mysql = connect_db();
    MYSQL_BIND ids[1] = { bind_id(&id) }, uniques[1] = { bind_id(&unique) }, both[2] = { bind_id(&unique), bind_id(&id) };
    MYSQL_STMT *number = prepare(mysql, "INSERT INTO charge_order_key (operator_id, order_no, digest, at) VALUES (1, CONCAT('9Y', ?), '0123456789012345', NOW())");
    MYSQL_STMT *gun = prepare(mysql, "SELECT id FROM connector WHERE id = ? FOR UPDATE");
    MYSQL_STMT *overlap = prepare(mysql, "SELECT id, at FROM charge_order WHERE connector_id = ? AND at > NOW() - INTERVAL 1 HOUR AND at < NOW()"
                                         " + INTERVAL 3 DAY AND start_at < NOW() - INTERVAL 2 HOUR AND doubts & ~4 = 0 LIMIT 50");
    MYSQL_STMT *order = prepare(mysql, "INSERT INTO charge_order (at, operator_id, order_no, connector_code, connector_id, station_id, division_code,"
        " start_at, end_at, energy_wh, elec_money, service_money, total_money, stop_reason, sum_period, details, raw, source, digest) VALUES"
        " (NOW(), 1, CONCAT('9Y', ?), '000001-01-01', ?, 1, '440402', NOW(), NOW(), 4500, 3.6, 1.8, 5.4, '0', 2, REPEAT('d', 340), REPEAT('r', 330),"
        " 'push', '0123456789012345')");
    MYSQL_STMT *day = prepare(mysql, "INSERT INTO charge_order_day (day, operator_id, station_id, orders, energy_wh, elec_money, service_money,"
        " total_money) VALUES (CURDATE(), 1, ? % 200, 1, 4500, 3.6, 1.8, 5.4) ON DUPLICATE KEY UPDATE orders = orders + 1,"
        " energy_wh = energy_wh + 4500, elec_money = elec_money + 3.6, service_money = service_money + 1.8, total_money = total_money + 5.4");
    mysql_query(mysql, "SET SESSION tx_isolation = 'READ-COMMITTED'");
    for (int64_t end = clock_micro() + (int64_t)(run.seconds * 1e6); clock_micro() < end; n++) {
        id = id_of(n, client);
        unique++;
        if (mysql_query(mysql, "START TRANSACTION"))
            stop("begin", mysql_error(mysql));
        execute(number, uniques);
        execute(gun, ids);
        mysql_stmt_store_result(gun);
        execute(overlap, ids);
        mysql_stmt_store_result(overlap);
        execute(order, both);
        execute(day, ids);
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

/* --- CPU ------------------------------------------------------------------------------------------------------------- */

/* Seconds of CPU the exchange processes of this VAR have used so far. */
static double exchange_cpu(void)
{
    double ticks = 0;
    DIR *proc = opendir("/proc");
    for (struct dirent *entry; proc && (entry = readdir(proc));) {
        char path[300], text[40000];
        unsigned long user = 0, kernel = 0;
        snprintf(path, sizeof path, "/proc/%.200s/environ", entry->d_name);
        FILE *file = fopen(path, "r");
        size_t size = file ? fread(text, 1, sizeof text - 1, file) : 0;
        const char *var = path_var();
        text[size] = '\0';
        bool ours = false;
        for (char *at = text; at < text + size; at += strlen(at) + 1)
            ours = ours || (strncmp(at, "CHARGEHALL_HOST=", 16) == 0 && strcmp(at + 16, var) == 0);
        if (file)
            fclose(file);
        snprintf(path, sizeof path, "/proc/%.200s/stat", entry->d_name);
        file = ours ? fopen(path, "r") : NULL;
        if (file && fgets(text, sizeof text, file) && strstr(text, "(exchange)")
            && sscanf(strrchr(text, ')') + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &kernel) == 2)
            ticks += (double)(user + kernel);
        if (file)
            fclose(file);
    }
    closedir(proc);
    return ticks / (double)sysconf(_SC_CLK_TCK);
}

/* What AES and HMAC alone cost for the bytes of one push and its answer: opening, sealing, two signatures. */
static double openssl_cost(void)
{
    enum { TIMES = 20000 };
    struct arena *arena = arena_new();
    char *plain = json_dumps(push_data(arena, 7, 1), JSON_COMPACT);
    uint8_t sealed[8192], opened[8192], mac[64];
    int size = 0, rest = 0, got;
    unsigned mac_size;
    struct timespec before, after;
    const uint8_t *key = (const uint8_t *)"0123456789abcdef";
    EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
    EVP_EncryptInit_ex(cipher, EVP_aes_128_cbc(), NULL, key, key);
    EVP_EncryptUpdate(cipher, sealed, &size, (uint8_t *)plain, (int)strlen(plain));
    EVP_EncryptFinal_ex(cipher, sealed + size, &rest);
    size += rest;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
    for (int i = 0; i < TIMES; i++) {
        EVP_DecryptInit_ex(cipher, EVP_aes_128_cbc(), NULL, key, key);
        EVP_DecryptUpdate(cipher, opened, &got, sealed, size);
        EVP_DecryptFinal_ex(cipher, opened + got, &rest);
        EVP_EncryptInit_ex(cipher, EVP_aes_128_cbc(), NULL, key, key);
        EVP_EncryptUpdate(cipher, opened, &got, (uint8_t *)plain, 64);
        EVP_EncryptFinal_ex(cipher, opened + got, &rest);
        HMAC(EVP_md5(), key, 16, sealed, (size_t)size * 4 / 3 + 27, mac, &mac_size);
        HMAC(EVP_md5(), key, 16, sealed, 100, mac, &mac_size);
    }
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
    EVP_CIPHER_CTX_free(cipher);
    free(plain);
    arena_free(arena);
    return ((double)(after.tv_sec - before.tv_sec) * 1e6 + (double)(after.tv_nsec - before.tv_nsec) / 1e3) / TIMES;
}

/* --- the run -------------------------------------------------------------------------------------------------------- */

/* In turns, so that whatever else the machine does meets all three alike. */
static void measure(int clients, bool orders, bool yardsticks)
{
    enum { TURNS = 4 };
    double row = 0, statements = 0, pushes = 0, cpu = 0;
    run.seconds /= TURNS;
    for (int i = 0; i < TURNS; i++) {
        row += yardsticks ? rate(clients, row_client) / TURNS : 0;
        statements += yardsticks ? rate(clients, orders ? order_statements_client : statements_client) / TURNS : 0;
        cpu -= exchange_cpu();
        pushes += rate(clients, push_client) / TURNS;
        cpu += exchange_cpu();
    }
    run.seconds *= TURNS;
    printf("  %2d client%-2s  %8.0f", clients, clients == 1 ? "" : "s", pushes);
    if (yardsticks)
        printf("  %15.0f  %19.0f  %11.2f  %11.2f", row, statements, pushes / row, pushes / statements);
    printf("  %14.0f µs\n", cpu / (pushes * run.seconds) * 1e6);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    if (argc < 9)
        stop("usage", "status|order|late HOST PORT PARTNER.json TOKEN CONNECTORS.txt SECONDS CLIENTS…");
    bool orders = strcmp(argv[1], "status") != 0, yardsticks = strcmp(argv[1], "late") != 0;
    config_load(argv[0]);
    run.interface = orders ? "notification_charge_order_info" : "notification_stationStatus";
    push_data = orders ? order_data : status_data;
    run.host = argv[2];
    run.port = atoi(argv[3]);
    run.token = argv[5];
    run.seconds = atof(argv[7]);
    load(argv[4], argv[6]);
    printf("%s pushes, durable, per second%s\n", orders ? "order" : "status", yardsticks ? "" : " (order table as it is)");
    printf("                pushes%s  exchange's CPU each\n", yardsticks ? "  MariaDB: one row  the same statements   of one row  of the same" : "");
    for (int i = 8; i < argc; i++)
        measure(atoi(argv[i]), orders, yardsticks);
    if (yardsticks)
        printf("  OpenSSL alone for the same bytes: %.1f µs\n", openssl_cost());
    return 0;
}
