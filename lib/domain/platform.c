/* platform: see the header. */
#include "domain/platform.h"

#include <string.h>

#include "core/config.h"
#include "core/log.h"
#include "domain/exchange_log.h"
#include "exchange/message.h"

static void release_json(void *thing)
{
    json_decref(thing);
}

static void platform_close(void *thing)
{
    struct platform *platform = thing;
    client_close(&platform->client);
    work_release(&platform->log);
    arena_free(platform->log.arena);
}

static void trace_store(struct work *log, void *arg)
{
    exchange_log_write(log, arg);
}

/* A log that cannot be written stops no call. */
static void trace(void *arg, const struct client_trace *t)
{
    struct platform *platform = arg;
    struct exchange_record record = { .operator_id = platform->partner.operator_id, .keys = &platform->partner.to_operator,
        .source = platform->source, .interface = t->interface, .micro = t->micro, .http_status = t->http_status, .answered = t->answered,
        .ret = t->ret, .good = t->good, .what = t->why, .request = t->request, .request_size = strlen(t->request), .answer = t->answer,
        .answer_size = t->answer_size };
    (void)!work_run(&platform->log, WORK_WRITE, trace_store, &record);
}

struct token { struct platform *platform; const char *token; int64_t seconds; };

static void token_store(struct work *work, void *arg)
{
    const struct token *token = arg;
    partner_token_keep(work, token->platform->partner.operator_id, token->token, token->seconds);
}

static void token_new(void *arg, const char *token, int64_t seconds)
{
    struct token new = { arg, token, seconds };
    work_must(new.platform->work, WORK_WRITE, token_store, &new);
}

struct opening { struct platform *platform; int64_t operator_id; bool found; };

static void open_read(struct work *work, void *arg)
{
    struct opening *opening = arg;
    opening->found = partner_load(work, opening->operator_id, &opening->platform->partner);
    opening->platform->client.token = opening->found ? partner_token(work, opening->operator_id) : NULL;
}

struct platform *platform_open(struct work *work, int64_t operator_id, const char *source, long seconds)
{
    struct platform *platform = arena_alloc(work->arena, sizeof *platform);
    struct opening opening = { platform, operator_id, false };
    platform->work = work;
    platform->source = source;
    work_must(work, WORK_READ, open_read, &opening);
    if (!opening.found || !platform->partner.base_url[0])
        return NULL;
    const char *token = platform->client.token;
    platform->client = (struct client){ .base_url = platform->partner.base_url, .own_id = platform->partner.gov_id,
        .keys = &platform->partner.to_operator, .token = token, .answer_limit = (size_t)config_int("Exchange.AnswerLimit"),
        .connect_seconds = seconds < config_int("Exchange.ConnectSeconds") ? seconds : config_int("Exchange.ConnectSeconds"),
        .whole_seconds = seconds, .token_new = token_new, .trace = trace, .arg = platform };
    platform->log = (struct work){ .arena = arena_new(), .db = work->db, .actor = work->actor, .id = work->id, .now = work->now };
    work_defer(work, platform_close, platform);
    return platform;
}

void platform_call(struct platform *platform, const char *interface, json_t *request, struct client_answer *out)
{
    struct work *work = platform->work;
    struct findings found = { .arena = work->arena, .drop_bad = true };        /* what cannot be must not stop what is stored */
    const struct message *message = message_find(interface);
    platform->client.once = strcmp(interface, "query_start_charge") == 0;
    client_call(&platform->client, work->arena, interface, request, out);
    json_decref(request);
    if (out->data) {
        work_defer(work, release_json, out->data);
        message_check(message->response, out->data, "", &found);
    }
    if (found.essential) {
        out->data = NULL;
        out->why = arena_printf(work->arena, "%s：%s", interface, findings_text(&found));
    }
    if (!out->data)
        log_line(LOG_WARN_, work, "exchange.call", "operator=%s interface=%s ret=%d %s", platform->partner.code, interface, out->ret, out->why);
}
