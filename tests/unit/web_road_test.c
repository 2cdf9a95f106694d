/* web: the road of a request under hostile input - no address ends a process, a second run starts clean, counts hold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../lib/web/main.c"

static void end_with(struct work *work, enum fail_kind kind, const char *text) { fail(work, kind, "%s", text); }

#undef fail
#include <cmocka.h>

static char folder[] = "/tmp/chargehall-test-XXXXXX";

static int set_up(void **state)
{
    HDF *tree;
    (void)state;
    if (!mkdtemp(folder))
        return 1;
    setenv("VAR", folder, 1);
    unsetenv("SITE");
    config_load("test");
    mkdir(path_in_var("tmp"), 0755);
    dict_load_all();
    if (hdf_init(&tree) || hdf_read_string(tree, "fields {\n t [kind=text] = 备注\n day [kind=date] = 日期\n p [kind=path] = 去处\n}\n"))
        return 1;
    form_register("test:road", hdf_get_obj(tree, "fields"));
    return 0;
}

static int tear_down(void **state)
{
    char command[300];
    (void)state;
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command) != 0;
}

struct ride { struct request rq; struct web_io io; struct route route; struct program program; FCGX_Request fcgi; FCGX_Stream in; };

static struct ride *ride_new(void (*handler)(struct request *rq))
{
    static char *nothing[] = { NULL };
    struct ride *r = calloc(1, sizeof *r);
    r->route = (struct route){ POST, "/x", CAP_PUBLIC, "test:road", handler, NULL, 0 };
    r->program = (struct program){ .name = "test", .routes = &r->route };
    r->fcgi.envp = nothing;
    r->fcgi.in = &r->in;
    r->io = (struct web_io){ .fcgi = &r->fcgi, .body_limit = 1 << 24 };
    r->rq = (struct request){ .program = &r->program, .route = &r->route, .io = &r->io, .method = POST, .path = "/x", .csrf = "" };
    r->rq.work = (struct work){ .arena = arena_new(), .id = "test", .now = clock_now() };
    return r;
}

static void ride_done(struct ride *r)
{
    work_release(&r->rq.work);
    arena_free(r->rq.work.arena);
    free(r);
}

/* --- a second run ------------------------------------------------------------------------------------------------- */

static int runs;

static void redraw_meets_a_conflict(struct request *rq)
{
    rq->work.again = runs == 1;
    end_with(&rq->work, FAIL_UNAVAILABLE, "");
}

static void finds_fault_the_first_time(struct request *rq)
{
    if (++runs == 1) {
        form_error(rq, "t", "已被占用");
        form_refuse(rq);
    }
    answer(rq, 200, "text/plain", "ok", 2);
}

static void findings_of_the_first_run_are_forgotten(void **state)
{
    struct ride *r = ride_new(finds_fault_the_first_time);
    (void)state;
    runs = 0;
    r->route.redraw = redraw_meets_a_conflict;
    assert_true(work_run(&r->rq.work, WORK_PLAIN, step_handler, &r->rq));
    assert_int_equal(runs, 2);
    assert_int_equal(r->io.answer.status, 200);
    ride_done(r);
}

/* --- addresses ------------------------------------------------------------------------------------------------------ */

static void needs_login(struct work *work, void *arg)
{
    (void)arg;
    end_with(work, FAIL_LOGIN, "");
}

static void any_address_may_lead_to_the_login_page(void **state)
{
    static const struct { const char *uri, *location; } cases[] = {
        { "/admin/jobs", "/account/login?back=/admin/jobs" }, { "/a/x\r\nSet-Cookie:a=b", "/account/login?back=/" },
        { "/a/充", "/account/login?back=/a/%E5%85%85" }, { "/a?b=1&c=%41", "/account/login?back=/a%3Fb%3D1%26c%3D%2541" },
        { "//evil.example", "/account/login?back=/" } };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ride *r = ride_new(NULL);
        r->rq.method = GET;
        char *address[] = { arena_printf(r->rq.work.arena, "REQUEST_URI=%s", cases[i].uri), NULL };
        r->fcgi.envp = address;
        assert_false(work_run(&r->rq.work, WORK_PLAIN, needs_login, NULL));
        answer_failure(&r->rq);
        assert_int_equal(r->io.answer.status, 303);
        assert_string_equal(pairs_get(&r->io.answer.headers, "Location"), cases[i].location);
        ride_done(r);
    }
}

/* --- cookies ---------------------------------------------------------------------------------------------------------- */

static void gives_a_session(struct request *rq)
{
    session_cookie(rq, "token-of-a-session");
    answer(rq, 200, "text/plain", "ok", 2);
}

/* Behind TLS a cookie that another host or a plain connection set is not ours. */
static void behind_tls_cookies_are_of_this_host_alone(void **state)
{
    (void)state;
    for (int tls = 0; tls < 2; tls++) {
        assert_null(hdf_set_value(config_tree(), "Web.SecureCookies", tls ? "1" : "0"));
        struct ride *r = ride_new(gives_a_session);
        decode_cookies(&r->rq, "session=planted; __Host-session=ours");
        assert_string_equal(cookie_get(&r->rq, "session"), tls ? "ours" : "planted");
        assert_true(work_run(&r->rq.work, WORK_PLAIN, step_handler, &r->rq));
        const char *line = pairs_get(&r->io.answer.headers, "Set-Cookie");
        assert_int_equal(text_has_prefix(line, "__Host-session=token-of-a-session; Path=/; "), tls);
        assert_int_equal(strstr(line, "; Secure") != NULL, tls);
        assert_non_null(strstr(line, "; HttpOnly; SameSite=Lax"));
        assert_null(strstr(line, "Domain"));
        ride_done(r);
    }
    assert_null(hdf_set_value(config_tree(), "Web.SecureCookies", "0"));
}

static void goes_back(struct request *rq) { redirect(rq, "%s", form_text(rq, "p")); }

static void a_redirect_stays_here_in_plain_ascii(void **state)
{
    static const struct { const char *to, *location; } cases[] = {
        { "/map?q=充 电", "/map?q=%E5%85%85%20%E7%94%B5" }, { "//evil.example", NULL }, { "/\\evil.example", NULL }, { "/／evil.example", NULL },
        { "/\x01x", NULL }, { "https://evil.example", NULL }, { "/\t/evil.example", "/%20/evil.example" } };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ride *r = ride_new(goes_back);
        pairs_add(r->rq.work.arena, &r->io.given, "p", cases[i].to);
        bool good = work_run(&r->rq.work, WORK_PLAIN, step_handler, &r->rq);
        assert_int_equal(good, cases[i].location != NULL);
        if (good)
            assert_string_equal(pairs_get(&r->io.answer.headers, "Location"), cases[i].location);
        else
            assert_int_equal(r->rq.work.failed, FAIL_INVALID);
        ride_done(r);
    }
}

/* --- values --------------------------------------------------------------------------------------------------------- */

static void takes_anything(struct request *rq) { answer(rq, 200, "text/plain", "", 0); }

static void values_that_would_break_later_are_refused_now(void **state)
{
    static const struct { const char *field, *value; bool good; } cases[] = {
        { "day", "2026-01-20", true }, { "day", "2026- 1-20", true } /* made normal */, { "day", "2026-02-30", false }, { "t", "a\r\n\tb", true },
        { "t", "a\x0b" "b", false }, { "t", "\x7f", false } };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ride *r = ride_new(takes_anything);
        pairs_add(r->rq.work.arena, &r->io.given, cases[i].field, cases[i].value);
        bool good = work_run(&r->rq.work, WORK_PLAIN, step_handler, &r->rq);
        if (good != cases[i].good)
            fail_msg("%s=%s", cases[i].field, cases[i].value);
        ride_done(r);
    }
}

static void words_for_the_visitor_end_with_a_whole_character(void **state)
{
    struct ride *r = ride_new(NULL);
    struct work *work = &r->rq.work;
    (void)state;
    for (size_t shift = 0; shift < 3; shift++) {
        char *text = arena_alloc(work->arena, 700);
        memset(text, 'x', shift);
        for (size_t n = shift; n < 600; n += 3)
            memcpy(text + n, "充", 3);
        if (!setjmp(*(work->landing = &(jmp_buf){ 0 })))
            end_with(work, FAIL_CONFLICT, text);
        assert_true(utf8_valid(work->fail_text, strlen(work->fail_text)));
        assert_true(strlen(work->fail_text) > 390);
    }
    ride_done(r);
}

/* --- many empty files --------------------------------------------------------------------------------------------------- */

static void ended(FCGX_Stream *stream) { stream->isClosed = 1; }

static void read_parts(struct work *work, void *arg)
{
    (void)work;
    decode_multipart(arg, "B");
}

static void empty_files_are_counted_too(void **state)
{
    static const char part[] = "--B\r\nContent-Disposition: form-data; name=\"f\"; filename=\"\"\r\n\r\n\r\n";
    int most = (int)config_int("Web.Parameters");
    (void)state;
    for (int parts = most; parts <= most + 1; parts++) {
        struct ride *r = ride_new(NULL);
        size_t size = (sizeof part - 1) * (size_t)parts;
        char *body = arena_alloc(r->rq.work.arena, size + 6);
        for (int i = 0; i < parts; i++)
            memcpy(body + (sizeof part - 1) * (size_t)i, part, sizeof part - 1);
        memcpy(body + size, "--B--", 5);
        r->in = (FCGX_Stream){ .rdNext = (unsigned char *)body, .stop = (unsigned char *)body + size + 5,
                               .stopUnget = (unsigned char *)body, .isReader = 1, .fillBuffProc = ended };
        assert_int_equal(work_run(&r->rq.work, WORK_PLAIN, read_parts, &r->rq), parts == most);
        ride_done(r);
    }
}

/* --- deep texts ----------------------------------------------------------------------------------------------------- */

enum { DEPTH = 12000 };

static void draw_deep(struct work *work, void *arg)
{
    char *text = arena_alloc(work->arena, DEPTH * 8 + 2), *t = text;
    HDF *node;
    (void)arg;
    for (int i = 0; i < DEPTH; i++)
        t = stpcpy(t, i % 2 ? "**a " : "*a ");
    *t++ = 'x';
    for (int i = DEPTH; i-- > 0;)
        t = stpcpy(t, i % 2 ? "**" : "*");
    if (hdf_init(&node))
        abort();
    richtext_to_hdf(work, text, node);
    assert_string_equal(hdf_get_value(node, "Blocks.0.Inline.0.Em", ""), "1");
    hdf_destroy(&node);
}

static void a_text_may_nest_deeper_than_the_stack(void **state)
{
    int status;
    (void)state;
    fflush(NULL);
    pid_t child = fork();
    if (!child) {
        struct work work = { .arena = arena_new() };
        setrlimit(RLIMIT_STACK, &(struct rlimit){ 512 << 10, 512 << 10 });
        bool good = work_run(&work, WORK_PLAIN, draw_deep, NULL);
        _exit(good ? 0 : 1);
    }
    waitpid(child, &status, 0);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(findings_of_the_first_run_are_forgotten), cmocka_unit_test(any_address_may_lead_to_the_login_page),
        cmocka_unit_test(behind_tls_cookies_are_of_this_host_alone),
        cmocka_unit_test(a_redirect_stays_here_in_plain_ascii), cmocka_unit_test(values_that_would_break_later_are_refused_now),
        cmocka_unit_test(words_for_the_visitor_end_with_a_whole_character), cmocka_unit_test(empty_files_are_counted_too),
        cmocka_unit_test(a_text_may_nest_deeper_than_the_stack),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
