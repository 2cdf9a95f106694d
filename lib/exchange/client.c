/* client: see the header. */
#include "exchange/client.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "exchange/envelope.h"
#include "exchange/message.h"

enum { TOKEN_LIMIT = sizeof ((struct client *)NULL)->token_kept };

struct body {
    char  *bytes;
    size_t size, limit, room;
    bool   over;
};

/* One buffer a client, kept between calls and given back by client_close(), whatever ends the work meanwhile. */
static struct body *body_begin(struct client *c)
{
    struct body *body = c->body ? c->body : calloc(1, sizeof *body);
    if (!body)
        abort();
    c->body = body;
    body->size = 0;
    body->over = false;
    body->limit = c->answer_limit;
    return body;
}

static size_t body_take(char *bytes, size_t one, size_t count, void *arg)
{
    struct body *body = arg;
    if (body->size + count > body->limit) {
        body->over = true;
        return 0;
    }
    if (body->size + count + 1 > body->room) {
        size_t room = (body->size + count + 1) * 2;
        char *larger = realloc(body->bytes, room);
        if (!larger)
            return 0;
        body->bytes = larger;
        body->room = room;
    }
    memcpy(body->bytes + body->size, bytes, one * count);
    body->size += count;
    body->bytes[body->size] = '\0';
    return count;
}

/* Four digits that count up within the second and begin again with each. */
static unsigned next_seq(int64_t now)
{
    static int64_t second;
    static unsigned seq;
    seq = now / 1000 == second ? seq + 1 : 1;
    second = now / 1000;
    return seq;
}

static void handle_prepare(struct client *c, const char *url, const char *text, struct body *body)
{
    if (!c->curl) {
        c->curl = curl_easy_init();
        if (!c->curl)
            abort();
    }
    curl_easy_reset(c->curl);
    curl_easy_setopt(c->curl, CURLOPT_URL, url);
    curl_easy_setopt(c->curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(c->curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(c->curl, CURLOPT_PROXY, "");
    curl_easy_setopt(c->curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c->curl, CURLOPT_CONNECTTIMEOUT, c->connect_seconds);
    curl_easy_setopt(c->curl, CURLOPT_TIMEOUT, c->whole_seconds);
    curl_easy_setopt(c->curl, CURLOPT_POST, 1L);
    curl_easy_setopt(c->curl, CURLOPT_POSTFIELDS, text);
    curl_easy_setopt(c->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(text));
    curl_easy_setopt(c->curl, CURLOPT_WRITEFUNCTION, body_take);
    curl_easy_setopt(c->curl, CURLOPT_WRITEDATA, body);
}

static const char *transport_words(CURLcode code, const struct body *body)
{
    if (body->over)
        return "应答超过大小限制";
    switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:     return "平台地址的域名无法解析";
    case CURLE_COULDNT_CONNECT:          return "无法连接平台地址";
    case CURLE_OPERATION_TIMEDOUT:       return "平台未在规定时间内应答";
    case CURLE_PEER_FAILED_VERIFICATION: return "平台的 HTTPS 证书无效";
    case CURLE_UNSUPPORTED_PROTOCOL:     return "平台地址应以 http:// 或 https:// 开头";
    default:                             return "与平台通信中断";
    }
}

/* One POST. The HTTP status, 0 when there was no whole answer; good when out->why is "". */
static long post(struct client *c, struct arena *arena, const char *interface, const char *text, bool with_token,
                 struct body *body, struct client_answer *out)
{
    size_t base = strlen(c->base_url);
    const char *url = arena_printf(arena, "%s%s%s", c->base_url, base && c->base_url[base - 1] == '/' ? "" : "/", interface);
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json; charset=utf-8");
    headers = curl_slist_append(headers, "Expect:");
    if (with_token)
        headers = curl_slist_append(headers, arena_printf(arena, "Authorization: Bearer %s", c->token));
    handle_prepare(c, url, text, body);
    curl_easy_setopt(c->curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(c->curl, CURLOPT_FRESH_CONNECT, c->once && with_token ? 1L : 0L);
    CURLcode code = curl_easy_perform(c->curl);
    curl_slist_free_all(headers);
    long status = 0;
    curl_easy_getinfo(c->curl, CURLINFO_RESPONSE_CODE, &status);
    out->later = !body->over;
    out->reached = code == CURLE_OK;
    if (code != CURLE_OK)
        out->why = arena_printf(arena, "%s：%s", interface, transport_words(code, body));
    else if (status >= 300 || status < 200)
        out->why = arena_printf(arena, "%s：平台返回 HTTP 状态 %ld", interface, status);
    return code == CURLE_OK ? status : 0;
}

/* Opens the answer's envelope and checks it against the message table's response. */
static void answer_read(struct client *c, struct arena *arena, const char *interface, const struct body *body,
                        struct client_answer *out)
{
    struct reply reply;
    const char *why = "";
    if (!reply_read(arena, body->bytes ? body->bytes : "", body->size, &reply, &why)) {
        out->why = arena_printf(arena, "%s：%s", interface, why);
        return;
    }
    out->ret = reply.ret;
    out->answered = true;
    if (reply.ret != RET_OK) {
        out->later = reply.ret == RET_BUSY || reply.ret == RET_SYSTEM || reply.ret == RET_TOKEN;
        out->why = arena_printf(arena, "%s：平台返回 Ret %d %s", interface, reply.ret, utf8_cut(arena, reply.msg, 100));
        return;
    }
    if (!reply_sig_good(arena, &reply, c->keys)) {
        out->why = arena_printf(arena, "%s：应答签名 Sig 缺失或错误", interface);
        return;
    }
    out->data = reply_open(arena, &reply, c->keys, &why);
    if (!out->data)
        out->why = arena_printf(arena, "%s：%s", interface, why);
}

/* The checker makes values plain: a copy is looked at. */
static const char *fields_fault(const struct client *c, struct arena *arena, const char *interface, const json_t *data)
{
    const struct message *message = message_find(interface);
    struct findings found = { .arena = arena, .edition = c->edition };
    json_t *copy = json_deep_copy(data);
    if (message)
        message_check(message->response, copy, "", &found);
    json_decref(copy);
    return found.count ? arena_printf(arena, "%s：%s", interface, findings_text(&found)) : "";
}

/* What an answer to query_token lacks to be a token; plain afterwards. */
static const char *token_fault(struct arena *arena, json_t *data)
{
    struct findings found = { .arena = arena };
    message_check(message_find("query_token")->response, data, "", &found);
    if (found.essential)
        return arena_printf(arena, "query_token：%s", findings_text(&found));
    const char *token = message_text(data, "AccessToken");
    if (message_int(data, "SuccStat", 1) != 0 || !*token)
        return arena_printf(arena, "query_token：平台拒绝发放令牌，FailReason %lld", message_int(data, "FailReason", 0));
    return strlen(token) >= TOKEN_LIMIT || strpbrk(token, "\r\n") ? "query_token：令牌过长，或含有换行" : "";
}

static void call_once(struct client *c, struct arena *arena, const char *interface, const json_t *request,
                      bool with_token, struct client_answer *out)
{
    struct body *body = body_begin(c);
    int64_t now = clock_now(), started = clock_micro();
    *out = (struct client_answer){ .why = "", .fault = "", .later = true };
    const char *text = envelope_write(arena, c->keys, c->own_id, now, next_seq(now), request);
    long status = post(c, arena, interface, text, with_token, body, out);
    if (!*out->why)
        answer_read(c, arena, interface, body, out);
    if (out->data && !with_token)
        out->fault = token_fault(arena, out->data);
    else if (out->data && c->strict)
        out->fault = fields_fault(c, arena, interface, out->data);
    if (!c->trace)
        return;
    const struct client_trace trace = { .interface = interface, .request = text, .answer = body->size ? body->bytes : NULL,
        .answer_size = body->size, .http_status = (int)status, .answered = out->answered, .ret = out->ret,
        .good = out->data && !*out->fault, .why = *out->why ? out->why : out->fault, .micro = clock_micro() - started };
    c->trace(c->arg, &trace);
}

/* False with out->why. */
static bool token_fetch(struct client *c, struct arena *arena, struct client_answer *out)
{
    json_t *request = json_pack("{s:s, s:s}", "OperatorID", c->own_id, "OperatorSecret", c->keys->operator_secret);
    call_once(c, arena, "query_token", request, false, out);
    json_decref(request);
    if (!out->data)
        return false;
    bool good = !*out->fault;
    if (good) {
        snprintf(c->token_kept, sizeof c->token_kept, "%s", message_text(out->data, "AccessToken"));
        c->token = c->token_kept;
        if (c->token_new)
            c->token_new(c->arg, c->token, message_int(out->data, "TokenAvailableTime", 0));
    } else {
        out->later = false;
        out->why = out->fault;
    }
    json_decref(out->data);
    out->data = NULL;
    return good;
}

bool client_token(struct client *c, struct arena *arena, struct client_answer *out)
{
    return token_fetch(c, arena, out);
}

void client_call(struct client *c, struct arena *arena, const char *interface, const json_t *request,
                 struct client_answer *out)
{
    if ((!c->token || !*c->token) && !token_fetch(c, arena, out))
        return;
    call_once(c, arena, interface, request, true, out);
    if (out->ret == RET_TOKEN && token_fetch(c, arena, out))      /* once: who always says 4002 is not chased */
        call_once(c, arena, interface, request, true, out);
}

void client_close(struct client *c)
{
    if (c->curl)
        curl_easy_cleanup(c->curl);
    c->curl = NULL;
    struct body *body = c->body;
    if (body)
        free(body->bytes);
    free(body);
    c->body = NULL;
}
