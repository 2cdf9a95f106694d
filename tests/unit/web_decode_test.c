/* web: what comes from outside - addresses, bodies, cookies, files - is decoded strictly, bounded, and never guessed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/config.h"
#include "core/text.h"
#include "web/io.h"

#undef fail
#include <cmocka.h>

struct given {
    struct request rq;
    struct web_io  io;
    FCGX_Request   fcgi;
    FCGX_Stream    in;
    const char    *text;
    bool           good;
};

static char folder[] = "/tmp/chargehall-test-XXXXXX";

static int set_up(void **state)
{
    char path[200];
    (void)state;
    if (!mkdtemp(folder))
        return 1;
    snprintf(path, sizeof path, "%s/tmp", folder);
    mkdir(path, 0755);
    setenv("VAR", folder, 1);
    unsetenv("SITE");
    config_load("test");
    return 0;
}

static int tear_down(void **state)
{
    char command[300];
    (void)state;
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command) != 0;
}

static void ended(FCGX_Stream *stream) { stream->isClosed = 1; }

static struct given *given_new(const char *text, size_t size)
{
    struct given *g = calloc(1, sizeof *g);
    g->rq = (struct request){ .io = &g->io, .path = "/x" };
    g->rq.work = (struct work){ .arena = arena_new(), .id = "test" };
    g->io.fcgi = &g->fcgi;
    g->io.body_limit = 1 << 26;
    g->fcgi.in = &g->in;
    unsigned char *copy = arena_alloc(g->rq.work.arena, size + 1);
    memcpy(copy, text, size);
    g->in = (FCGX_Stream){ .rdNext = copy, .stop = copy + size, .stopUnget = copy, .isReader = 1, .fillBuffProc = ended };
    g->text = text;
    return g;
}

static void given_done(struct given *g)
{
    work_release(&g->rq.work);
    arena_free(g->rq.work.arena);
    free(g);
}

static void run_urlencoded(struct work *work, void *arg)
{
    struct given *g = arg;
    (void)work;
    decode_urlencoded(&g->rq, g->text);
}

static struct given *urlencoded(const char *text)
{
    struct given *g = given_new("", 0);
    g->text = text;
    g->good = work_run(&g->rq.work, WORK_PLAIN, run_urlencoded, g);
    return g;
}

static void urlencoded_names_and_values(void **state)
{
    (void)state;
    struct given *g = urlencoded("a=1&b=%E5%85%85+%2B&&c&=x&a=2&d=e=f&g=%3D%26");
    assert_true(g->good);
    assert_int_equal(g->io.given.count, 7);
    assert_string_equal(pairs_get(&g->io.given, "a"), "1");
    assert_string_equal(pairs_get(&g->io.given, "b"), "充 +");
    assert_string_equal(pairs_get(&g->io.given, "c"), "");
    assert_string_equal(pairs_get(&g->io.given, "d"), "e=f");
    assert_string_equal(pairs_get(&g->io.given, "g"), "=&");
    assert_null(pairs_get(&g->io.given, "h"));
    given_done(g);
}

static void urlencoded_refuses_what_it_cannot_know(void **state)
{
    (void)state;
    static const char *const bad[] = { "a=%", "a=%4", "a=%zz", "a=%00", "a%00b=1", "a=%ff%fe", "a=%C0%AF", "a=%ED%A0%80", "%=1" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct given *g = urlencoded(bad[i]);
        assert_false(g->good);
        assert_int_equal(g->rq.work.failed, FAIL_MALFORMED);
        given_done(g);
    }
}

static void too_many_parameters_are_refused(void **state)
{
    (void)state;
    char many[4000] = "";
    for (int i = 0; i <= (int)config_int("Web.Parameters"); i++)
        strcat(many, "a=1&");
    struct given *g = urlencoded(many);
    assert_int_equal(g->rq.work.failed, FAIL_MALFORMED);
    assert_int_equal(g->io.given.count, config_int("Web.Parameters"));
    given_done(g);
}

static void cookies_of_others_do_no_harm(void **state)
{
    (void)state;
    struct given *g = given_new("", 0);
    decode_cookies(&g->rq, "bad=\xFF; session=abc ; =x; novalue; visit=a=b;;  elder=1");
    assert_string_equal(cookie_get(&g->rq, "visit"), "a=b");
    assert_string_equal(cookie_get(&g->rq, "elder"), "1");
    assert_null(cookie_get(&g->rq, "bad"));
    assert_null(cookie_get(&g->rq, "novalue"));
    assert_non_null(cookie_get(&g->rq, "session"));
    decode_cookies(&g->rq, NULL);
    char many[3000] = "";
    for (int i = 0; i < 400; i++)
        strcat(many, "x=1;");
    decode_cookies(&g->rq, many);
    assert_true(g->io.cookies.count <= 60);
    given_done(g);
}

/* --- multipart ---------------------------------------------------------------------------------------------- */

static void run_multipart(struct work *work, void *arg)
{
    (void)work;
    decode_multipart(&((struct given *)arg)->rq, "BB");
}

static struct given *multipart(const char *body, size_t size)
{
    struct given *g = given_new(body, size);
    g->good = work_run(&g->rq.work, WORK_PLAIN, run_multipart, g);
    return g;
}

#define FIELD(name) "Content-Disposition: form-data; name=\"" name "\"\r\n\r\n"
#define FILE_HEAD(name, file) "Content-Disposition: form-data; name=\"" name "\"; filename=\"" file "\"\r\nContent-Type: image/png\r\n\r\n"

static void multipart_fields_and_files(void **state)
{
    (void)state;
    static const char body[] = "preamble\r\n--BB\r\n" FIELD("a") "充电\r\n--B not the end\r\n--BB\r\n" FILE_HEAD("f", "../../报告.png")
                               "\x89PNG\0\r\n--B\0\r\n--BB\r\n" FILE_HEAD("none", "") "\r\n--BB\r\n" FIELD("e") "\r\n--BB--\r\nafter";
    struct given *g = multipart(body, sizeof body - 1);
    assert_true(g->good);
    assert_string_equal(pairs_get(&g->io.given, "a"), "充电\r\n--B not the end");
    assert_string_equal(pairs_get(&g->io.given, "e"), "");
    assert_int_equal(g->io.upload_count, 1);
    const struct upload *upload = &g->io.uploads[0];
    assert_string_equal(upload->name, "报告.png");              /* for display; the path is ours */
    assert_true(text_has_prefix(upload->path, folder));
    assert_int_equal(upload->size, 11);
    char bytes[20], path[300];
    FILE *file = fopen(upload->path, "r");
    assert_int_equal(fread(bytes, 1, sizeof bytes, file), 11);
    assert_memory_equal(bytes, "\x89PNG\0\r\n--B\0", 11);
    fclose(file);
    snprintf(path, sizeof path, "%s", upload->path);
    given_done(g);
    assert_int_not_equal(access(path, F_OK), 0);                      /* gone with the request */
}

/* The delimiter may fall anywhere in the window it is read through. */
static void multipart_delimiter_at_every_place(void **state)
{
    (void)state;
    for (size_t size = 64 * 1024 - 120; size < 64 * 1024 + 20; size++) {
        char *body = malloc(size + 400), *b = body;
        b += sprintf(b, "--BB\r\n" FIELD("a"));
        memset(b, 'x', size);
        b += size;
        b += sprintf(b, "\r\n--BB\r\n" FIELD("z") "end\r\n--BB--\r\n");
        struct given *g = multipart(body, (size_t)(b - body));
        assert_true(g->good);
        assert_int_equal(strlen(pairs_get(&g->io.given, "a")), size);
        assert_string_equal(pairs_get(&g->io.given, "z"), "end");
        given_done(g);
        free(body);
    }
}

static void broken_multipart_is_refused_and_leaves_nothing(void **state)
{
    (void)state;
    static const struct { const char *body; size_t size; } bad[] = {
        { "", 0 }, { "--BB", 4 }, { "--BB\r\n", 6 }, { "no delimiter at all", 19 },
#define BAD(text) { text, sizeof text - 1 }
        BAD("--BB\r\n" FIELD("a") "cut short"), BAD("--BB\r\nContent-Type: x\r\n\r\nno name\r\n--BB--"),
        BAD("--BB\r\n" FIELD("a") "\xFF\r\n--BB--\r\n"), BAD("--BB\r\n" FIELD("a") "x\0y\r\n--BB--\r\n"),
        BAD("--BB\r\n" FILE_HEAD("f", "\xFF.png") "x\r\n--BB--\r\n"), BAD("--BBjunk\r\n" FIELD("a") "x\r\n--BB--"),
        BAD("--BB\r\n" FILE_HEAD("f", "a.png") "never ends"),
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct given *g = multipart(bad[i].body, bad[i].size);
        assert_false(g->good);
        assert_int_equal(g->rq.work.failed, FAIL_MALFORMED);
        given_done(g);
    }
    char path[200];
    snprintf(path, sizeof path, "%s/tmp", folder);
    DIR *dir = opendir(path);
    int entries = 0;
    while (readdir(dir))
        entries++;
    closedir(dir);
    assert_int_equal(entries, 2);
}

static void too_large_is_told_while_reading(void **state)
{
    (void)state;
    size_t size = (size_t)config_int("Web.UploadLimit") + 1000;
    char *body = calloc(1, size + 300), *b = body;
    b += sprintf(b, "--BB\r\n" FILE_HEAD("f", "a.bin"));
    b += size;
    b += sprintf(b, "\r\n--BB--\r\n");
    struct given *g = multipart(body, (size_t)(b - body));
    assert_true(g->good);                                             /* its field says so; the rest of the form is not lost */
    assert_int_equal(g->io.upload_count, 1);
    assert_true(g->io.uploads[0].too_large);
    given_done(g);
    g = given_new(body, (size_t)(b - body));
    g->io.body_limit = 1000;                                          /* the route's own limit */
    assert_false(work_run(&g->rq.work, WORK_PLAIN, run_multipart, g));
    assert_int_equal(g->rq.work.failed, FAIL_TOO_LARGE);
    given_done(g);
    free(body);
}

/* --- routes ---------------------------------------------------------------------------------------------------- */

static void nothing(struct request *rq) { (void)rq; }

static void routes_match_whole_segments(void **state)
{
    (void)state;
    static const struct route routes[] = {
        { GET, "/news", CAP_PUBLIC, NULL, nothing }, { GET, "/news/{id}", CAP_PUBLIC, NULL, nothing },
        { POST, "/news/{id}/hide", CAP_PUBLIC, NULL, nothing }, { GET, "/x/{a}/{b}", CAP_PUBLIC, NULL, nothing }, ROUTE_END };
    static const struct program program = { .name = "t", .routes = routes };
    static const struct { enum method method; const char *path; int row; bool other; } cases[] = {
        { GET, "/news", 0, false }, { GET, "/news/", 0, false }, { GET, "/news/12", 1, false }, { GET, "/news/12/", 1, false },
        { GET, "/newsx", -1, false }, { GET, "/new", -1, false }, { GET, "/", -1, false }, { GET, "", -1, false },
        { GET, "/news//", -1, false }, { GET, "/news/1/2", -1, false }, { POST, "/news/1/hide", 2, false },
        { GET, "/news/1/hide", -1, true }, { POST, "/news", -1, true }, { GET, "/x/1/2", 3, false }, { GET, "/x/1", -1, false },
        { GET, "/News", -1, false }, { GET, "/news/1/hide/more", -1, false } };
    struct arena *arena = arena_new();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pairs given = { 0 };
        bool other;
        const char *allow = "";
        const struct route *row = route_find(&program, cases[i].method, cases[i].path, arena, &given, &other, &allow);
        if ((row ? row - routes : -1) != cases[i].row || other != cases[i].other)
            print_error("%s\n", cases[i].path);
        assert_int_equal(row ? row - routes : -1, cases[i].row);
        assert_int_equal(row ? false : other, cases[i].other);
        if (cases[i].row == 1)
            assert_string_equal(pairs_get(&given, "id"), "12");
        if (cases[i].row < 0)
            assert_int_equal(given.count, 0);
    }
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(urlencoded_names_and_values), cmocka_unit_test(urlencoded_refuses_what_it_cannot_know),
        cmocka_unit_test(too_many_parameters_are_refused), cmocka_unit_test(cookies_of_others_do_no_harm),
        cmocka_unit_test(multipart_fields_and_files), cmocka_unit_test(multipart_delimiter_at_every_place),
        cmocka_unit_test(broken_multipart_is_refused_and_leaves_nothing), cmocka_unit_test(too_large_is_told_while_reading),
        cmocka_unit_test(routes_match_whole_segments),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
