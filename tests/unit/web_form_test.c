/* web: form declarations, CSRF, rich text - what a declaration says is what a handler can see, a changing request must
 * come from our own page, and a text can never become markup. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "asked.h"
#include "core/config.h"
#include "core/dict.h"
#include "core/text.h"

#undef fail
#include <cmocka.h>

static char folder[] = "/tmp/chargehall-test-XXXXXX";
static const struct actor nobody = { .role = "visitor", .login = "", .name = "", .division = "" };

static const char declared[] =
    "fields {\n id [kind=id] = 编号\n n [kind=int, min=1, max=10] = 数量\n r [kind=real, min=0, max=1] = 比例\n"
    " t [kind=text, max=5] = 备注\n l [kind=line, min=2, max=6, required] = 名称\n k [kind=line, half] = 登记号\n c [kind=code] = 代码\n p [kind=path] = 去处\n"
    " d [kind=dict, dict=station_type, many, limit=2] = 类型\n b [kind=bool] = 是否\n day [kind=date] = 日期\n"
    " w [kind=password, max=20] = 密码\n}\n";

static HDF *fields_of(const char *text)
{
    HDF *tree;
    if (hdf_init(&tree) || hdf_read_string(tree, text))
        abort();
    return hdf_get_obj(tree, "fields");
}

static int set_up(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return 1;
    setenv("VAR", folder, 1);
    unsetenv("SITE");
    config_load("test");
    FILE *key = fopen(path_in_var("secret.key"), "w");
    if (!key || fputs("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n", key) < 0 || fclose(key))
        return 1;
    dict_load_all();
    form_register("test:one", fields_of(declared));
    return 0;
}

static int tear_down(void **state)
{
    char command[300];
    (void)state;
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command) != 0;
}

static void ignore(struct request *rq) { (void)rq; }
static void redraw(struct request *rq) { work_finished(&rq->work); }

static struct asked *give(const char *query)
{
    asked_redraw = redraw;
    return ask(NULL, &nobody, POST, "test:one", query, ignore);
}

static void good_values_are_typed(void **state)
{
    (void)state;
    struct asked *a = give("id=7&n=10&r=0.5&t=+x%0Ay&l=%EF%BC%A1%E2%80%AE%EF%BC%A2%E2%80%8B++c+&k=%EF%BC%88%EF%BC%A1%EF%BC%91%EF%BC%89&c=a-b.c&p=/news?x=1&d=1&d=255&b=1&day=2024-02-29&w=+p+&unknown=1");
    assert_true(a->good);
    struct request *rq = &a->rq;
    assert_false(form_wrong(rq));
    assert_int_equal(form_int(rq, "id"), 7);
    assert_int_equal(form_int(rq, "n"), 10);
    assert_true(form_real(rq, "r") == 0.5);
    assert_string_equal(form_text(rq, "t"), " x\ny");                      /* a text stays as typed */
    assert_string_equal(form_text(rq, "l"), "ＡＢ c");                     /* a name keeps its width, blanks become one, what nobody sees goes */
    assert_string_equal(form_text(rq, "k"), "(A1)");                       /* a number typed with the wrong width is mended */
    assert_string_equal(form_text(rq, "w"), " p ");                        /* a password is never touched */
    assert_int_equal(form_count(rq, "d"), 2);
    assert_int_equal(form_int_at(rq, "d", 1), 255);
    assert_string_equal(form_text_at(rq, "d", 2), "");
    assert_int_equal(form_int(rq, "b"), 1);
    asked_done(a);
}

static void bad_values_are_refused_with_words_all_at_once(void **state)
{
    (void)state;
    static const struct { const char *query, *field; } cases[] = {
        { "id=0", "id" }, { "id=-1", "id" }, { "id=1x", "id" }, { "n=11", "n" }, { "n=0", "n" }, { "n=1.5", "n" }, { "r=1.01", "r" },
        { "r=nan", "r" }, { "t=%E5%85%85%E5%85%85%E5%85%85%E5%85%85%E5%85%85%E5%85%85", "t" }, { "l=x", "l" }, { "l=", "l" }, { "l=++", "l" },
        { "l=abcdefg", "l" }, { "c=a+b", "c" }, { "c=%27", "c" }, { "p=//evil.example", "p" }, { "p=http://evil", "p" },
        { "p=/%5Cevil", "p" }, { "d=2", "d" }, { "d=1&d=50&d=100", "d" }, { "b=yes", "b" }, { "day=2026-02-29", "day" },
        { "day=2026-2-30", "day" }, { "day=2026021", "day" } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct asked *a = give(cases[i].query);
        assert_true(form_wrong(&a->rq));
        assert_int_equal(a->io.answer.status, 422);
        char name[40];
        snprintf(name, sizeof name, "Error.%s", cases[i].field);
        if (!*page_value(a, name))
            print_error("no error for %s\n", cases[i].query);
        assert_true(utf8_length(page_value(a, name)) > 5);
        asked_done(a);
    }
    struct asked *a = give("n=99&day=x&w=secret&t=ok");
    assert_string_equal(page_value(a, "Errors.2.Field"), "day");           /* n, l (missing), day: in the form's order */
    assert_string_equal(page_value(a, "Errors.1.Field"), "l");
    assert_string_equal(page_value(a, "Values.n"), "99");                  /* typed values stay */
    assert_string_equal(page_value(a, "Values.t"), "ok");
    assert_string_equal(page_value(a, "Values.w"), "");                    /* but a password is not sent back */
    asked_done(a);
}

static void read_undeclared(struct request *rq) { (void)form_text(rq, "unknown"); }

static void undeclared_parameters_do_not_exist(void **state)
{
    (void)state;
    struct asked *a = ask(NULL, &nobody, POST, "test:one", "l=abc&unknown=1", read_undeclared);
    assert_int_equal(a->rq.work.failed, FAIL_OURS);
    asked_done(a);
}

static void idempotency_key_must_look_like_one(void **state)
{
    (void)state;
    struct asked *a = give("l=abc&key=0123456789abcdef0");
    assert_string_equal(a->rq.work.idempotency, "0123456789abcdef0");
    asked_done(a);
    static const char *const bad[] = { "l=abc", "l=abc&key=short", "l=abc&key=0123456789abcdef%27" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        a = give(bad[i]);
        assert_null(a->rq.work.idempotency);
        asked_done(a);
    }
}

static void wrong_declarations_stop_the_start(void **state)
{
    (void)state;
    static const char *const wrong[] = { "fields {\n a [kind=word] = x\n}\n", "fields {\n a [kind=dict] = x\n}\n",
        "fields {\n a [kind=dict, dict=nope] = x\n}\n", "fields {\n a [kind=int, colour=red] = x\n}\n", "fields {\n a [kind=int] = \n}\n", "x = 1\n" };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        fflush(NULL);
        pid_t child = fork();
        if (!child) {
            (void)!freopen("/dev/null", "w", stderr);
            form_register("test:wrong", fields_of(wrong[i]));
            _exit(0);
        }
        int status;
        waitpid(child, &status, 0);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 2);
    }
}

/* --- CSRF ------------------------------------------------------------------------------------------------------ */

struct attempt { const char *session, *visit, *origin, *referer, *host, *token; struct asked *asked; char made[80]; };

static void prepare_and_check(struct work *work, void *arg)
{
    struct attempt *attempt = arg;
    struct request *rq = &attempt->asked->rq;
    (void)work;
    csrf_prepare(rq);
    snprintf(attempt->made, sizeof attempt->made, "%s", rq->csrf);
    if (attempt->token)
        pairs_add(rq->work.arena, &rq->io->given, "csrf", *attempt->token == '=' ? rq->csrf : attempt->token);
    csrf_check(rq);
}

/* token "=": the right one for these cookies */
static bool comes_through(struct attempt *attempt)
{
    static FCGX_Request fcgi;
    static char origin[200], referer[200], host[200], *environment[4];
    size_t n = 0;
    struct asked *a = attempt->asked = give("l=abc");
    snprintf(origin, sizeof origin, "HTTP_ORIGIN=%s", attempt->origin ? attempt->origin : "");
    snprintf(referer, sizeof referer, "HTTP_REFERER=%s", attempt->referer ? attempt->referer : "");
    snprintf(host, sizeof host, "HTTP_HOST=%s", attempt->host ? attempt->host : "portal.example:8080");
    environment[n++] = origin, environment[n++] = referer, environment[n++] = host, environment[n] = NULL;
    fcgi.envp = environment;
    a->io.fcgi = &fcgi;
    if (attempt->session)
        pairs_add(a->rq.work.arena, &a->io.cookies, "session", attempt->session), a->io.has_session = true;
    if (attempt->visit)
        pairs_add(a->rq.work.arena, &a->io.cookies, "visit", attempt->visit);
    bool good = work_run(&a->rq.work, WORK_PLAIN, prepare_and_check, attempt);
    if (!good)
        assert_int_equal(a->rq.work.failed, FAIL_FORBIDDEN);
    asked_done(a);
    return good;
}

#define SESSION_A "aaaaaaaaaaaaaaaaaaaaaaaa"
#define SESSION_B "bbbbbbbbbbbbbbbbbbbbbbbb"

static void only_our_own_page_may_change_something(void **state)
{
    (void)state;
    struct attempt a = { .session = SESSION_A, .token = "=", .origin = "http://portal.example:8080" };
    assert_true(comes_through(&a));
    struct attempt other = { .session = SESSION_B, .token = a.made };
    assert_false(comes_through(&other));                                    /* another session's token */
    struct attempt again = { .session = SESSION_A, .token = a.made };
    assert_true(comes_through(&again));
    struct attempt before_login = { .visit = SESSION_A, .token = a.made };  /* a visitor's cookie of the same text */
    assert_false(comes_through(&before_login));
    static const struct attempt refused[] = {
        { .session = SESSION_A }, { .session = SESSION_A, .token = "" }, { .session = SESSION_A, .token = "x" }, { .token = "0123" },
        { .session = SESSION_A, .token = "=", .origin = "http://evil.example" }, { .session = SESSION_A, .token = "=", .origin = "null" },
        { .session = SESSION_A, .token = "=", .origin = "http://portal.example:8080.evil.example" },
        { .session = SESSION_A, .token = "=", .origin = "http://portal.example" },
        { .session = SESSION_A, .token = "=", .referer = "http://evil.example/portal.example:8080" } };
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        struct attempt attempt = refused[i];
        assert_false(comes_through(&attempt));
    }
    struct attempt referred = { .visit = SESSION_B, .token = "=", .referer = "http://portal.example:8080/account/login?x" };
    assert_true(comes_through(&referred));
}

/* --- rich text ---------------------------------------------------------------------------------------------------- */

static void dump(HDF *node, char *out, size_t size)
{
    for (; node; node = hdf_obj_next(node)) {
        size_t n = strlen(out);
        if (hdf_obj_value(node) && *hdf_obj_value(node))
            snprintf(out + n, size - n, "%s=%s|", hdf_obj_name(node), hdf_obj_value(node));
        dump(hdf_obj_child(node), out, size);
    }
}

static const char *drawn(const char *markdown)
{
    static char out[20000];
    struct work work = { .arena = arena_new() };
    HDF *node;
    if (hdf_init(&node))
        abort();
    out[0] = '\0';
    richtext_to_hdf(&work, markdown, node);
    dump(hdf_obj_child(node), out, sizeof out);
    work_release(&work);
    arena_free(work.arena);
    hdf_destroy(&node);
    return out;
}

static void rich_text_is_blocks_and_never_markup(void **state)
{
    (void)state;
    assert_string_equal(drawn("# 标题"), "Kind=h2|Text=标题|");
    assert_string_equal(drawn("a **b** `c`"), "Kind=p|Text=a |Text=b|Strong=1|Text= |Text=c|Code=1|");
    assert_non_null(strstr(drawn("1. x\n2. y"), "Kind=ol|Start=1|"));
    assert_non_null(strstr(drawn("<script>alert(1)</script>"), "Kind=code|Text=<script>alert(1)</script>"));   /* as text, escaped by the page */
    static const char *const evil[] = { "[x](javascript:alert(1))", "[x](JaVaScRiPt:alert(1))", "[x](data:text/html,x)", "[x](//evil.example)",
        "[x](/\\evil.example)", "[x](vbscript:x)", "<javascript:alert(1)>", "[x]( javascript:alert(1))", "[x](\x01javascript:alert(1))",
        "![x](javascript:alert(1))", "![x](http://evil.example/track.png)", "![x](data:image/svg+xml,x)" };
    for (size_t i = 0; i < sizeof evil / sizeof *evil; i++) {
        const char *out = drawn(evil[i]);
        if (strstr(out, "Href=") || strstr(out, "Src="))
            print_error("%s -> %s\n", evil[i], out);
        assert_null(strstr(out, "Href="));
        assert_null(strstr(out, "Src="));
    }
    static const char *const kept[] = { "[x](https://a.example/?b=1)", "[x](/news/1)", "[x](mailto:a@b.cn)", "[x](tel:0756)", "[x](#part)" };
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        assert_non_null(strstr(drawn(kept[i]), "Href="));
}

static void deep_nesting_ends(void **state)
{
    (void)state;
    char deep[6000] = "";
    for (int i = 0; i < 2000; i++)
        strcat(deep, "> ");
    strcat(deep, "x");
    assert_true(strlen(drawn(deep)) < 2000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_values_are_typed), cmocka_unit_test(bad_values_are_refused_with_words_all_at_once),
        cmocka_unit_test(undeclared_parameters_do_not_exist), cmocka_unit_test(idempotency_key_must_look_like_one),
        cmocka_unit_test(wrong_declarations_stop_the_start), cmocka_unit_test(only_our_own_page_may_change_something),
        cmocka_unit_test(rich_text_is_blocks_and_never_markup), cmocka_unit_test(deep_nesting_ends),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
