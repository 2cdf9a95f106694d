/* main: a program's life and the road of a request (design.md). Each step is one short function that
 * returns or ends the request; adding a step is adding a line in road(). */
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "core/config.h"
#include "core/crypto.h"
#include "core/dict.h"
#include "core/log.h"
#include "core/text.h"
#include "core/trim.h"
#include "web/io.h"

enum { QUERY_MAX = 8000, TRIM_EVERY = 5000, LARGE = 128 * 1024 };

static const char *param(struct request *rq, const char *name)
{
    const char *value = FCGX_GetParam(name, rq->io->fcgi->envp);
    return value ? value : "";
}

/* --- the steps -------------------------------------------------------------------------------------------- */

static void step_understand(struct request *rq)
{
    struct work *work = &rq->work;
    const char *method = param(rq, "REQUEST_METHOD"), *uri = param(rq, "REQUEST_URI");
    size_t path = strcspn(uri, "?");
    rq->method = strcmp(method, "POST") == 0 ? POST : !strcmp(method, "GET") || !strcmp(method, "HEAD") ? GET : METHOD_NONE;
    rq->query = uri[path] ? uri + path + 1 : "";
    if (strlen(rq->query) > QUERY_MAX)
        fail(work, FAIL_MALFORMED, "地址过长，请减少筛选条件后重试。");
    rq->path = url_decode(work, uri, path, false);
    rq->wants_json = rq->wants_json || text_has_prefix(rq->path, "/api/");
    decode_cookies(rq, header_get(rq, "Cookie"));
}

static void step_route(struct request *rq)
{
    bool other_method;
    const char *allow = "";
    rq->route = route_find(rq->program, rq->method, rq->path, rq->work.arena, &rq->io->given, &other_method, &allow);
    if (rq->route)
        return;
    if (!other_method)
        fail(&rq->work, FAIL_MISSING, "%s", "");
    header_add(rq, "Allow", allow);
    fail(&rq->work, FAIL_METHOD, "%s", "");
}

/* Who is it; a wrong or expired cookie is a visitor. */
static void step_session(struct request *rq)
{
    const char *token = cookie_get(rq, "session");
    struct work *work = &rq->work;
    work->actor = (struct actor){ .role = "visitor", .login = "", .name = "", .division = "",
                                  .capabilities = CAP_BIT(CAP_PUBLIC) };
    if (!token || strlen(token) < 20 || strlen(token) > 100 || !rq->program->identify)
        return;
    rq->io->has_session = rq->program->identify(work, token, &work->actor);
}

static void step_capability(struct request *rq)
{
    enum capability cap = rq->route->capability;
    if (cap == CAP_PEER || (rq->work.actor.capabilities & CAP_BIT(cap)))
        return;
    if (!rq->work.actor.account_id)
        fail(&rq->work, FAIL_LOGIN, "%s", "");
    fail(&rq->work, FAIL_FORBIDDEN, "%s", "");
}

static void step_body(struct request *rq);

/* A session that ended while somebody typed: what was sent is kept for the same person's next log-in. */
static void step_rescue(struct request *rq)
{
    if (rq->method != POST || rq->work.actor.account_id || !rq->route->form
        || (rq->work.actor.capabilities & CAP_BIT(rq->route->capability)) || rq->route->capability == CAP_PEER)
        return;
    step_body(rq);
    (void)form_rescue(rq);
}

static void read_raw_body(struct request *rq, size_t size)
{
    char *body = arena_alloc(rq->work.arena, size + 1);
    size_t have = 0;
    for (size_t got; have < size && (got = body_read(rq, body + have, size - have)) > 0;)
        have += got;
    if (have < size)
        fail(&rq->work, FAIL_MALFORMED, "提交的内容不完整，可能是网络中断，请重新提交。");
    rq->body = body;
    rq->body_size = have;
}

static void step_body(struct request *rq)
{
    struct web_io *io = rq->io;
    const char *type = param(rq, "CONTENT_TYPE");
    int64_t size = 0;
    decode_urlencoded(rq, rq->query);
    if (rq->method != POST)
        return;
    io->body_limit = rq->route->body_limit ? rq->route->body_limit : (size_t)config_int("Web.BodyLimit");
    if (*param(rq, "CONTENT_LENGTH") && !text_to_int(param(rq, "CONTENT_LENGTH"), 0, INT64_MAX, &size))
        fail(&rq->work, FAIL_MALFORMED, "%s", "");
    if ((size_t)size > io->body_limit)
        fail(&rq->work, FAIL_TOO_LARGE, "%s", body_too_large(rq));
    if (rq->route->capability == CAP_PEER) {     /* one message, whatever its client calls it; never a form */
        read_raw_body(rq, (size_t)size);
        return;
    }
    if (strncasecmp(type, "multipart/form-data", 19) == 0) {
        const char *boundary = strstr(type, "boundary=");
        boundary = boundary ? boundary + 9 : "";
        bool quoted = *boundary == '"';
        boundary += quoted;
        decode_multipart(rq, arena_copy_n(rq->work.arena, boundary, strcspn(boundary, quoted ? "\"" : "; ")));
        return;
    }
    read_raw_body(rq, (size_t)size);
    if (strncasecmp(type, "application/x-www-form-urlencoded", 33) == 0) {
        if (strlen(rq->body) != rq->body_size)
            fail(&rq->work, FAIL_MALFORMED, "%s", "");
        decode_urlencoded(rq, rq->body);
    }
}

/* Peers prove themselves by signature and token; everyone else by origin and CSRF token. */
static void step_csrf(struct request *rq)
{
    if (rq->route->capability == CAP_PEER)
        return;
    if (rq->method == GET)
        return;
    csrf_prepare(rq);
    csrf_check(rq);
}

static void step_form(struct request *rq)
{
    rq->values = NULL;
    if (rq->route->capability != CAP_PEER)
        form_decode(rq);
}

/* Inside the transaction; runs again as a whole after a conflict, so it begins with a clean page and a form without
 * the findings of the handler's first run. */
static void step_handler(struct work *work, void *arg)
{
    struct request *rq = arg;
    (void)work;
    rq->io->committed = NULL;
    rq->io->answer = (struct answer){ 0 };
    step_form(rq);
    view_begin(rq);
    form_enter(rq);
    rq->route->handler(rq);
    fail_ours(&rq->work, "handler of %s did not end with page(), redirect() or answer()", rq->route->path);
}

static void step_render(struct work *work, void *arg)
{
    struct request *rq = arg;
    struct answer *a = &rq->io->answer;
    (void)work;
    if (a->template_name)
        a->body = view_render(rq, a->template_name, &a->size);
}

static void road_in(struct work *work, void *arg)
{
    struct request *rq = arg;
    (void)work;
    step_understand(rq);
    step_route(rq);
}

static void road_identify(struct work *work, void *arg)
{
    (void)work;
    step_session(arg);
}

static void road_decode(struct work *work, void *arg)
{
    struct request *rq = arg;
    (void)work;
    step_rescue(rq);
    step_capability(rq);
    step_body(rq);
    step_csrf(rq);
}

static void road_committed(struct work *work, void *arg)
{
    struct request *rq = arg;
    for (struct hook *hook = rq->io->committed; hook; hook = hook->next)
        hook->fn(work, hook->arg);
}

static bool road(struct request *rq)
{
    struct work *work = &rq->work;
    return work_run(work, WORK_PLAIN, road_in, rq)
        && work_run(work, WORK_WRITE, road_identify, rq)       /* marks the session as used, once a minute */
        && work_run(work, WORK_PLAIN, road_decode, rq)
        && work_run(work, rq->method == GET ? WORK_READ : WORK_WRITE, step_handler, rq)
        && work_run(work, WORK_PLAIN, road_committed, rq)
        && work_run(work, WORK_PLAIN, step_render, rq);
}

/* libfcgi shuts the connection down and then waits for nginx to close its end: with more visitors than processes
 * that waiting is most of the time (measured: less than half the answers a second). Where all that was sent has been
 * read, closing at once loses nothing. */
static void hang_up(struct request *rq)
{
    int64_t size = 0;
    text_to_int(param(rq, "CONTENT_LENGTH"), 0, INT64_MAX, &size);
    if ((int64_t)rq->io->body_read == size && FCGX_GetChar(rq->io->fcgi->in) == EOF)
        FCGX_Detach(rq->io->fcgi);
    FCGX_Free(rq->io->fcgi, 1);                  /* not FCGX_Finish_r(): the end of the answer went with it (wire.c) */
}

static void serve(const struct program *program, FCGX_Request *fcgi, struct arena *arena, struct db *db)
{
    struct web_io io = { .fcgi = fcgi, .started = clock_micro() };
    struct request rq = { .program = program, .io = &io, .path = "", .query = "", .csrf = "" };
    rq.work = (struct work){ .arena = arena, .db = db, .now = clock_now() };
    const char *id = param(&rq, "REQUEST_ID"), *accept = header_get(&rq, "Accept");
    rq.work.id = *id && strlen(id) <= 40 && strspn(id, "0123456789abcdef-") == strlen(id) ? id : crypto_token(arena, 12);
    rq.work.id = arena_copy(arena, rq.work.id);             /* outlives the parameters: clean-up may log */
    rq.address = arena_copy(arena, param(&rq, "REMOTE_ADDR"));
    rq.wants_json = accept && strstr(accept, "application/json") && !strstr(accept, "text/html");
    work_begin(&rq.work);
    if (!road(&rq))
        answer_failure(&rq);
    send_answer(&rq);
    log_access(&rq.work, program->name, param(&rq, "REQUEST_METHOD"), rq.path, io.answer.status,
               clock_micro() - io.started, (int64_t)io.body_read, (int64_t)io.answer.size);
    hang_up(&rq);
    work_release(&rq.work);
    arena_reset(arena);
}

/* --- a program's life ---------------------------------------------------------------------------------------- */

static void on_terminate(int signal)
{
    (void)signal;
    FCGX_ShutdownPending();
}

static void load_everything(const struct program *program)
{
    dict_load_all();
    routes_check(program);
    forms_load(program);
    views_load(program);
    if (program->start)
        program->start();
    forms_complete(program);
}

static int serve_forever(const struct program *program)
{
    struct sigaction action = { .sa_handler = on_terminate };
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    FCGX_Request fcgi;
    if (FCGX_Init() != 0 || FCGX_InitRequest(&fcgi, 0, FCGI_FAIL_ACCEPT_ON_INTR) != 0) {
        fprintf(stderr, "%s: not started as a FastCGI program (descriptor 0 is no socket)\n", program->name);
        return 1;
    }
    log_open(program->name);
    mallopt(M_MMAP_THRESHOLD, LARGE);              /* what one large page needed goes back when it is sent */
    mallopt(M_TRIM_THRESHOLD, LARGE);
    struct arena *arena = arena_new();
    struct db *db = db_new("portal");
    process_trim();
    for (int served = 1; FCGX_Accept_r(&fcgi) >= 0; served++) {
        serve(program, &fcgi, arena, db);
        if (served == 1 || served % TRIM_EVERY == 0)         /* the first one opens the database */
            process_trim();
    }
    db_free(db);
    arena_free(arena);
    return 0;
}

int web_main(int argc, char **argv, const struct program *program)
{
    if (argc > 1 && strcmp(argv[1], "--routes") == 0) {
        routes_print(program);
        return 0;
    }
    umask(0027);
    config_load(argv[0]);
    load_everything(program);
    if (argc > 1 && strcmp(argv[1], "--check") == 0) {
        printf("%s: configuration, routes, forms and templates OK\n", program->name);
        return 0;
    }
    if (argc > 1) {
        fprintf(stderr, "usage: %s [--check | --routes]\n", argv[0]);
        return 2;
    }
    return serve_forever(program);
}
