/* send: one answer, made whole in memory and sent once. All headers that keep visitors safe are here. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "core/config.h"
#include "core/log.h"
#include "core/text.h"
#include "web/io.h"

static const char CSP[] = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'self'; "
                          "form-action 'self'; frame-ancestors 'none'";

static const char *status_words(int status)
{
    static const struct { int status; const char *words; } list[] = {
        { 200, "OK" }, { 303, "See Other" }, { 304, "Not Modified" }, { 400, "Bad Request" }, { 401, "Unauthorized" },
        { 403, "Forbidden" }, { 404, "Not Found" }, { 405, "Method Not Allowed" }, { 409, "Conflict" },
        { 413, "Content Too Large" }, { 422, "Unprocessable Content" }, { 429, "Too Many Requests" },
        { 500, "Internal Server Error" }, { 503, "Service Unavailable" } };
    for (size_t i = 0; i < sizeof list / sizeof *list; i++)
        if (list[i].status == status)
            return list[i].words;
    return "Status";
}

void header_add(struct request *rq, const char *name, const char *value)
{
    if (strpbrk(name, "\r\n:") || strpbrk(value, "\r\n"))
        fail_ours(&rq->work, "line break in header %s", name);
    pairs_add(rq->work.arena, &rq->io->answer.headers, name, value);
}

const char *header_get(struct request *rq, const char *name)
{
    char key[80] = "HTTP_";
    size_t n = 5;
    for (const char *c = name; *c && n < sizeof key - 1; c++)
        key[n++] = *c == '-' ? '_' : (char)(*c >= 'a' && *c <= 'z' ? *c - 32 : *c);
    key[n] = '\0';
    return FCGX_GetParam(key, rq->io->fcgi->envp);
}

void cookie_set(struct request *rq, const char *name, const char *value, int64_t seconds)
{
    const char *age = seconds ? arena_printf(rq->work.arena, "; Max-Age=%lld", (long long)seconds) : "";
    header_add(rq, "Set-Cookie",
               arena_printf(rq->work.arena, "%s=%s; Path=/; HttpOnly; SameSite=Lax%s%s", cookie_name(rq->work.arena, name), value, age,
                            config_bool("Web.SecureCookies") ? "; Secure" : ""));
}

void session_cookie(struct request *rq, const char *token)
{
    cookie_set(rq, "session", token ? token : "", token ? config_int("Session.AbsoluteHours") * 3600 : -1);
}

/* What the visitor's Host says goes into no link of a portal that serves: a link for a new password would lead to
 * whoever forged it. */
const char *public_address(struct request *rq)
{
    const char *fixed = config_text("Web.PublicAddress"), *host = header_get(rq, "Host"), *domain = config_text("Site.Domain");
    if (*fixed)
        return fixed;
    if (!config_bool("Demo.Mode") && *domain)
        return arena_printf(rq->work.arena, "https://%s", domain);
    bool plain = host && *host && strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:[]")
                                      == strlen(host);
    return arena_printf(rq->work.arena, "http://%s", plain ? host : "localhost");
}

void page_status(struct request *rq, int status, const char *template_name)
{
    view_count_side(rq);
    rq->io->answer.status = status;
    rq->io->answer.template_name = template_name;
    rq->io->answer.content_type = "text/html; charset=utf-8";
    work_finished(&rq->work);
}

void page(struct request *rq, const char *template_name)
{
    page_status(rq, rq->io->answer.status ? rq->io->answer.status : 200, template_name);
}

/* An address as a header carries it: blanks, control characters, quotes and what is not ASCII are escaped. */
static const char *header_address(struct arena *arena, const char *path)
{
    char *out = arena_alloc(arena, strlen(path) * 3 + 1), *o = out;
    for (const unsigned char *c = (const unsigned char *)path; *c; c++)
        o += sprintf(o, *c <= 0x20 || *c >= 0x7F || strchr("\"<>\\^`{|}", *c) ? "%%%02X" : "%c", *c);
    return out;
}

void redirect(struct request *rq, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *to = arena_vprintf(rq->work.arena, format, args);
    va_end(args);
    if (to[0] != '/' || to[1] == '/' || strpbrk(to, "\\\r\n"))
        fail_ours(&rq->work, "redirect leaves the site: %s", to);
    header_add(rq, "Location", header_address(rq->work.arena, to));
    answer(rq, 303, "text/plain; charset=utf-8", "", 0);
}

void answer(struct request *rq, int status, const char *content_type, const void *body, size_t size)
{
    struct answer *a = &rq->io->answer;
    a->status = status;
    a->template_name = NULL;
    a->content_type = content_type;
    a->body = body;
    a->size = size;
    work_finished(&rq->work);
}

void answer_file(struct request *rq, const char *content_type, const char *path)
{
    struct stat about;
    if (stat(path, &about) != 0)
        fail_ours(&rq->work, "cannot read what was written: %s", path);
    rq->io->answer.file = path;
    answer(rq, 200, content_type, "", (size_t)about.st_size);
}

void not_modified(struct request *rq)
{
    answer(rq, 304, NULL, "", 0);
}

void after_commit(struct request *rq, void (*fn)(struct work *work, void *arg), void *arg)
{
    struct hook *hook = arena_alloc(rq->work.arena, sizeof *hook), **last = &rq->io->committed;
    *hook = (struct hook){ NULL, fn, arg };
    while (*last)
        last = &(*last)->next;
    *last = hook;
}

/* --- failures ------------------------------------------------------------------------------------------- */

static void log_failure(const struct request *rq)
{
    const struct work *work = &rq->work;
    enum log_level level = work->failed == FAIL_OURS ? LOG_ERROR_ : work->failed == FAIL_UNAVAILABLE ? LOG_WARN_ : LOG_INFO_;
    log_line(level, work, "request.failed", "%d %s%s%s", fail_status(work->failed), work->fail_text,
             work->fail_detail[0] ? " | " : "", work->fail_detail);
}

static const char *json_text(struct arena *arena, const char *text)
{
    char *out = arena_alloc(arena, strlen(text) * 6 + 1), *o = out;
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            *o++ = '\\', *o++ = *text;
        else if ((unsigned char)*text < 0x20)
            o += sprintf(o, "\\u%04x", *text);
        else
            *o++ = *text;
    }
    return out;
}

static void failure_json(struct request *rq)
{
    const struct work *work = &rq->work;
    struct answer *a = &rq->io->answer;
    char *body = arena_printf(work->arena, "{\"error\":{\"status\":%d,\"text\":\"%s\",\"incident\":\"%s\"}}\n",
                              a->status, json_text(work->arena, work->fail_text), work->id);
    a->content_type = "application/json; charset=utf-8";
    a->body = body;
    a->size = strlen(body);
    a->template_name = NULL;
}

static void failure_page(struct work *work, void *arg)
{
    struct request *rq = arg;
    static const char *const titles[FAIL_KIND_COUNT] = {
        [FAIL_MALFORMED] = "请求有误", [FAIL_LOGIN] = "请先登录", [FAIL_FORBIDDEN] = "没有权限",
        [FAIL_MISSING] = "页面不存在", [FAIL_METHOD] = "访问方式不支持", [FAIL_CONFLICT] = "内容已变化",
        [FAIL_TOO_LARGE] = "内容过大", [FAIL_INVALID] = "填写有误", [FAIL_TOO_MANY] = "操作过于频繁",
        [FAIL_OURS] = "系统出现问题", [FAIL_UNAVAILABLE] = "系统暂时不可用" };
    view_begin(rq);
    view_set_int(rq->page, "Status", rq->io->answer.status);
    view_set(rq->page, "Title", titles[rq->failure.kind]);
    view_set(rq->page, "Text", rq->io->answer.body);
    view_set(rq->page, "Incident", work->id);
    rq->io->answer.body = view_render(rq, "error/error.cst", &rq->io->answer.size);
}

/* Login pages want to know where the visitor was going. Outside work_run(): nothing here may fail. */
static void to_login(struct request *rq)
{
    struct arena *arena = rq->work.arena;
    const char *uri = FCGX_GetParam("REQUEST_URI", rq->io->fcgi->envp);           /* as it came, with its query */
    const char *back = rq->method == GET ? uri : rq->io->back;
    bool fit = back && back[0] == '/' && back[1] != '/' && strlen(back) <= 300 && !strpbrk(back, "\\\r\n\t");
    header_add(rq, "Location", arena_printf(arena, "/account/login?%sback=%s", rq->io->rescued ? "kept=1&" : "",
                                            fit ? text_percent(arena, back, "/") : "/"));
    rq->io->answer.status = 303;
    rq->io->answer.content_type = "text/plain; charset=utf-8";
    rq->io->answer.body = "";
    rq->io->answer.size = 0;
}

static void failure_of_program(struct work *work, void *arg)
{
    struct request *rq = arg;
    (void)work;
    rq->program->failed(rq);
}

/* work_run() forgets how the work failed: the program's own answer is made from a copy. */
static bool answered_by_program(struct request *rq)
{
    if (!rq->program->failed)
        return false;
    const char *allow = pairs_get(&rq->io->answer.headers, "Allow");
    rq->failure.kind = rq->work.failed;
    rq->failure.text = arena_copy(rq->work.arena, rq->work.fail_text);
    memset(&rq->io->answer, 0, sizeof rq->io->answer);
    if (allow)
        header_add(rq, "Allow", allow);
    return work_run(&rq->work, WORK_PLAIN, failure_of_program, rq);
}

void answer_failure(struct request *rq)
{
    struct work *work = &rq->work;
    struct answer *a = &rq->io->answer;
    const char *allow = NULL;
    log_failure(rq);
    if (answered_by_program(rq))
        return;
    enum fail_kind kind = work->failed;
    if (kind == FAIL_METHOD)
        allow = pairs_get(&a->headers, "Allow");
    memset(a, 0, sizeof *a);
    a->status = fail_status(kind);
    if (!work->fail_text[0])
        snprintf(work->fail_text, sizeof work->fail_text, "%s", fail_stock_text(kind));
    if (allow)
        header_add(rq, "Allow", allow);
    if (kind == FAIL_UNAVAILABLE)
        header_add(rq, "Retry-After", "60");
    if (kind == FAIL_TOO_MANY)
        header_add(rq, "Retry-After", "600");
    if (kind == FAIL_LOGIN && !rq->wants_json) {
        to_login(rq);
        return;
    }
    if (rq->wants_json || !rq->program->templates) {
        failure_json(rq);
        return;
    }
    rq->failure.kind = kind;
    a->body = arena_copy(work->arena, work->fail_text);
    a->content_type = "text/html; charset=utf-8";
    if (!work_run(work, WORK_PLAIN, failure_page, rq)) {       /* even the error page is broken */
        log_failure(rq);
        failure_json(rq);
    }
}

/* --- the wire ------------------------------------------------------------------------------------------- */

static const char *head_of(struct request *rq)
{
    struct answer *a = &rq->io->answer;
    struct arena *arena = rq->work.arena;
    const char *lines = "";
    bool cache = false;
    if (a->content_type)
        lines = arena_printf(arena, "Content-Type: %s\r\nContent-Length: %zu\r\n", a->content_type, a->size);
    for (size_t i = 0; i < a->headers.count; i++) {
        lines = arena_printf(arena, "%s%s: %s\r\n", lines, a->headers.list[i].name, a->headers.list[i].value);
        cache = cache || strcasecmp(a->headers.list[i].name, "Cache-Control") == 0;
    }
    if (!cache)
        lines = arena_printf(arena, "%sCache-Control: %s\r\n", lines,
                             rq->io->has_session || a->status >= 400 ? "no-store" : "no-cache");
    return arena_printf(arena, "Status: %d %s\r\n%sContent-Security-Policy: %s\r\nX-Content-Type-Options: nosniff\r\n"
                               "Referrer-Policy: same-origin\r\nX-Frame-Options: DENY\r\n"
                               "Permissions-Policy: geolocation=(self), camera=(), microphone=()\r\nX-Request-Id: %s\r\n\r\n",
                        a->status, status_words(a->status), lines, CSP, rq->work.id);
}

void send_answer(struct request *rq)
{
    struct answer *a = &rq->io->answer;
    bool html = a->content_type && strncmp(a->content_type, "text/html", 9) == 0;
    if (html && rq->io->visit)
        cookie_set(rq, "visit", rq->io->visit, 0);
    const char *method = FCGX_GetParam("REQUEST_METHOD", rq->io->fcgi->envp), *head = head_of(rq);
    bool head_only = method && strcmp(method, "HEAD") == 0;
    if (a->file && !head_only)
        wire_send_file(rq, head, a->file);
    else
        wire_send(rq, head, a->body, head_only ? 0 : a->size);
}
