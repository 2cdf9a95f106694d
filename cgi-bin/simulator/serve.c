/* serve: see the header. One thread a connection (the portal opens few), so that a hanging answer holds up nobody else. */
#include "serve.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>
#include <unistd.h>

#include "core/text.h"
#include "exchange/envelope.h"
#include "exchange/message.h"
#include "misbehave.h"
#include "world.h"

enum { BODY_MOST = 2 << 20, CONNECTIONS = 64, IDLE_SECONDS = 60, WINDOW_MS = 300000, SLOW_SECONDS = 5, TOKEN_MS = 3600000 };

static struct MHD_Daemon *server;

/* --- tokens ------------------------------------------------------------------------------------------------------- */

static char tokens[2][TOKEN_SIZE + 1];         /* the present one and the one before */
static int64_t token_at;
static pthread_mutex_t token_lock = PTHREAD_MUTEX_INITIALIZER;

static void token_renew(void)
{
    unsigned char bytes[TOKEN_SIZE / 2];
    if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes)
        abort();
    memcpy(tokens[1], tokens[0], sizeof tokens[1]);
    for (size_t i = 0; i < sizeof bytes; i++)
        snprintf(tokens[0] + 2 * i, 3, "%02x", bytes[i]);
    token_at = clock_now();
}

void token_give(char out[TOKEN_SIZE + 1])
{
    pthread_mutex_lock(&token_lock);
    if (!token_at || clock_now() - token_at >= TOKEN_MS)
        token_renew();
    memcpy(out, tokens[0], TOKEN_SIZE + 1);
    pthread_mutex_unlock(&token_lock);
}

bool token_good(const char *token)
{
    pthread_mutex_lock(&token_lock);
    bool good = *token && (strcmp(token, tokens[0]) == 0 || strcmp(token, tokens[1]) == 0);
    pthread_mutex_unlock(&token_lock);
    return good;
}

/* --- one call -------------------------------------------------------------------------------------------------------- */

struct body { char *bytes; size_t size; bool over; };

struct asked {
    struct world *world;
    struct arena *arena;
    const char   *interface, *how, *authorization;
    struct body  *body;
};

static char *refuse(struct asked *asked, struct verdict verdict)
{
    say(asked->world, "<- %s: %d %s", asked->interface, verdict.ret, verdict.text);
    return reply_write(asked->arena, &asked->world->partner.to_operator, verdict.ret, verdict.text, NULL);
}

static char *answer_signed(struct asked *asked, json_t *data)
{
    struct world *world = asked->world;
    struct findings found = { .arena = asked->arena };
    const struct message *message = message_find(asked->interface);
    const char *why = "";
    if (message && message->request)
        message_check(message->request, data, "", &found);
    if (found.count)
        return refuse(asked, (struct verdict){ RET_BUSINESS, findings_text(&found) });
    pthread_mutex_lock(&world->lock);
    json_t *answer = answer_make(world, asked->interface, data, &why);
    pthread_mutex_unlock(&world->lock);
    if (!answer)
        return refuse(asked, (struct verdict){ RET_BUSINESS, why });
    say(world, "<- %s: 0 %s", asked->interface, asked->how);
    char *text = *asked->how ? wire_reply(asked->arena, &world->partner.to_operator, asked->interface, answer, asked->how)
                             : reply_write(asked->arena, &world->partner.to_operator, RET_OK, "", answer);
    json_decref(answer);
    return text;
}

static char *answer_text(struct asked *asked)
{
    struct envelope envelope;
    struct world *world = asked->world;
    const struct key_set *keys = &world->partner.to_operator;
    json_t *data;
    struct verdict verdict = envelope_read(asked->arena, asked->body->bytes ? asked->body->bytes : "", asked->body->size, &envelope);
    if (verdict.ret == RET_OK)
        verdict = envelope_check_sig(&envelope, keys);
    if (verdict.ret == RET_OK && strcmp(asked->how, "busy") == 0)
        verdict = (struct verdict){ RET_BUSY, "系统繁忙，请稍后重试" };
    const char *token = asked->authorization && strncasecmp(asked->authorization, "Bearer ", 7) == 0 ? asked->authorization + 7 : "";
    if (verdict.ret == RET_OK && strcmp(asked->interface, "query_token") != 0 && (!token_good(token) || strcmp(asked->how, "token-4002") == 0))
        verdict = (struct verdict){ RET_TOKEN, "令牌错误或已过期，请重新调用 query_token" };
    if (verdict.ret == RET_OK)
        verdict = envelope_check_time(asked->arena, &envelope, clock_now(), WINDOW_MS);
    if (verdict.ret == RET_OK)
        verdict = envelope_open(asked->arena, &envelope, keys, &data);
    if (verdict.ret != RET_OK)
        return refuse(asked, verdict);
    if (strcmp(asked->how, "error") == 0) {
        json_decref(data);
        return arena_copy(asked->arena, "{\"Ret\":500,\"Msg\":\"系统错误\",\"Data\":null}");
    }
    char *text = answer_signed(asked, data);
    json_decref(data);
    return text;
}

/* --- transport -------------------------------------------------------------------------------------------------------- */

static enum MHD_Result send_text(struct MHD_Connection *connection, unsigned status, const char *text, size_t size)
{
    struct MHD_Response *response = MHD_create_response_from_buffer(size, (void *)(uintptr_t)text, MHD_RESPMEM_MUST_COPY);
    MHD_add_response_header(response, "Content-Type", "application/json;charset=utf-8");
    enum MHD_Result result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}

static ssize_t blanks(void *arg, uint64_t at, char *out, size_t size)
{
    (void)arg, (void)at;
    memset(out, ' ', size);
    return (ssize_t)size;
}

/* True: answered (or never to be answered) without a word of the protocol. */
static bool transport_spoil(struct asked *asked, struct MHD_Connection *connection, enum MHD_Result *result)
{
    char garbage[300];
    if (strcmp(asked->how, "hang") == 0)
        for (int i = 0; i < 600 && !asked->world->stopping; i++)
            usleep(100000);
    if (strcmp(asked->how, "slow") == 0)
        for (int i = 0; i < SLOW_SECONDS * 10 && !asked->world->stopping; i++)
            usleep(100000);
    if (strcmp(asked->how, "hang") == 0) {
        *result = MHD_NO;
    } else if (strcmp(asked->how, "http-500") == 0) {
        *result = send_text(connection, 500, "<html>Internal Server Error</html>", 34);
    } else if (strcmp(asked->how, "garbage") == 0) {
        ssize_t got = getrandom(garbage, sizeof garbage, 0);
        *result = send_text(connection, 200, garbage, got > 0 ? (size_t)got : 0);
    } else if (strcmp(asked->how, "endless-body") == 0) {
        struct MHD_Response *response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 65536, blanks, NULL, NULL);
        *result = MHD_queue_response(connection, 200, response);
        MHD_destroy_response(response);
    } else {
        return false;
    }
    say(asked->world, "<- %s: %s", asked->interface, asked->how);
    return true;
}

static const char *last_segment(struct arena *arena, const char *path)
{
    char *copy = arena_copy(arena, path);
    size_t length = strlen(copy);
    if (length > 1 && copy[length - 1] == '/')
        copy[length - 1] = '\0';
    char *slash = strrchr(copy, '/');
    return slash ? slash + 1 : copy;
}

static enum MHD_Result call_answer(struct world *world, struct MHD_Connection *connection, const char *path, struct body *body)
{
    enum MHD_Result result;
    struct arena *arena = arena_new();
    struct asked asked = { .world = world, .arena = arena, .interface = last_segment(arena, path), .body = body,
                           .authorization = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Authorization") };
    asked.how = misbehave_wire(asked.interface);
    if (!transport_spoil(&asked, connection, &result)) {
        const char *text = answer_text(&asked);
        result = send_text(connection, 200, text, strlen(text));
    }
    arena_free(arena);
    return result;
}

static enum MHD_Result answer_control(struct world *world, struct MHD_Connection *connection, const char *path, struct body *body)
{
    char *text = control_answer(world, path, body->bytes ? body->bytes : "");
    const char *none = "{\"error\":\"no such control\"}";
    enum MHD_Result result = send_text(connection, text ? 200 : 404, text ? text : none, strlen(text ? text : none));
    free(text);
    return result;
}

static void body_take(struct body *body, const char *bytes, size_t size)
{
    char *room = body->size + size <= BODY_MOST ? realloc(body->bytes, body->size + size + 1) : NULL;
    if (!room) {
        body->over = true;
        return;
    }
    body->bytes = room;
    memcpy(room + body->size, bytes, size);
    body->size += size;
    room[body->size] = '\0';
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *connection, const char *path, const char *method, const char *version,
                                  const char *upload, size_t *upload_size, void **kept)
{
    struct world *world = arg;
    struct body *body = *kept;
    (void)version;
    if (!body)
        return (*kept = calloc(1, sizeof *body)) ? MHD_YES : MHD_NO;
    if (*upload_size) {
        body_take(body, upload, *upload_size);
        *upload_size = 0;
        return MHD_YES;
    }
    if (body->over)
        return send_text(connection, 413, "{\"Ret\":4003,\"Msg\":\"报文过大\",\"Data\":\"\"}", strlen("{\"Ret\":4003,\"Msg\":\"报文过大\",\"Data\":\"\"}"));
    if (world->options->control && strncmp(path, "/control/", 9) == 0)
        return answer_control(world, connection, path + 9, body);
    if (strcmp(method, "POST") != 0)
        return send_text(connection, 405, "{}", 2);
    return call_answer(world, connection, path, body);
}

static void on_done(void *arg, struct MHD_Connection *connection, void **kept, enum MHD_RequestTerminationCode how)
{
    struct body *body = *kept;
    (void)arg, (void)connection, (void)how;
    if (body) {
        free(body->bytes);
        free(body);
    }
    *kept = NULL;
}

int serve_open(struct world *world)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons((uint16_t)world->options->port) };
    if (inet_pton(AF_INET, world->options->listen_address, &at.sin_addr) != 1) {
        fprintf(stderr, "simulator: --listen takes an IPv4 address\n");
        return 0;
    }
    server = MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION, 0, NULL, NULL, on_request, world,
        MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&at, MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_SECONDS, MHD_OPTION_NOTIFY_COMPLETED, on_done, NULL, MHD_OPTION_END);
    if (!server) {
        fprintf(stderr, "simulator: cannot listen on %s:%d\n", world->options->listen_address, world->options->port);
        return 0;
    }
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(server, MHD_DAEMON_INFO_BIND_PORT);
    return info ? info->port : world->options->port;
}

void serve_close(void)
{
    if (server)
        MHD_stop_daemon(server);
    server = NULL;
}
