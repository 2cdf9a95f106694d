/* page_edit and the pages of the administration (Z4, Z5): a save is stored whole or told why not, and nobody's text is
 * lost; the job list and its retry as staff see them. The handlers are the program's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../cgi-bin/admin/jobs.c"
#include "../../cgi-bin/admin/pages.c"
#include "asked.h"
#include "db_fixture.h"

#undef fail
#include <cmocka.h>

static struct work *db;
static const struct actor editor = { .account_id = 7, .role = "editor", .login = "ed", .name = "编辑甲", .division = "",
    .capabilities = CAP_BIT(CAP_PUBLIC) | CAP_BIT(CAP_SIGNED_IN) | CAP_BIT(CAP_STAFF) | CAP_BIT(CAP_CONTENT_EDIT) };
static const struct actor admin = { .account_id = 8, .role = "admin", .login = "ad", .name = "管理员", .division = "",
    .capabilities = CAP_BIT(CAP_PUBLIC) | CAP_BIT(CAP_SIGNED_IN) | CAP_BIT(CAP_STAFF) | CAP_BIT(CAP_JOB_VIEW)
                  | CAP_BIT(CAP_JOB_RETRY) | CAP_BIT(CAP_PARTNER_VIEW) };

static int set_up(void **state)
{
    static const struct route routes[] = { { GET, "/x", CAP_PUBLIC, "page-edit", page_save, page_redraw, 0 },
                                           { GET, "/y", CAP_PUBLIC, "page-open", page_open, NULL, 0 }, ROUTE_END };
    static const struct program program = { .name = "test", .routes = routes, .templates = "admin" };
    (void)state;
    db = db_fixture();
    forms_load(&program);
    views_load(&program);
    lists_load((const char *const[]){ "job", "partner", "page", NULL });
    db_fixture_sql("INSERT INTO account (id, login, name, role, password_hash) VALUES (7, 'ed', '编辑甲', 'editor', ''), (8, 'ad', '管理员', 'admin', '')");
    db_fixture_sql("INSERT INTO page (slug, section, title, body) VALUES ('open/conditions', 'open', '申请条件', '旧文'), ('about/intro', 'about', '平台简介', '简介')");
    db_fixture_sql("INSERT INTO job (kind, job_key, payload, state, attempts) VALUES ('map.build', 'a', '{}', 'failed', 6), ('map.build', '<i>\"b', '{}', 'failed', 6), ('map.build', 'c', '{}', 'running', 1)");
    return 0;
}

static struct asked *save(const char *query)
{
    return ask(db, &editor, POST, "page-edit", query, page_save);
}

static void a_save_keeps_the_version_before(void **state)
{
    (void)state;
    struct asked *a = save("slug=open/conditions&version=1&title=%E7%94%B3%E8%AF%B7%E6%9D%A1%E4%BB%B6&body=new%0D%0Atext&do=save");
    assert_true(a->good);
    assert_int_equal(a->io.answer.status, 303);
    asked_done(a);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM page WHERE slug = 'open/conditions' AND version = 2 AND body = 'new\ntext' AND updated_by = 7"), 1);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM page_history WHERE slug = 'open/conditions' AND version = 1 AND body = '旧文'"), 1);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM trail WHERE act = 'page.save' AND object = 'page:open/conditions' AND account_id = 7"), 1);
}

static void the_same_text_again_makes_no_version(void **state)
{
    (void)state;
    struct asked *a = save("slug=open/conditions&version=2&title=%E7%94%B3%E8%AF%B7%E6%9D%A1%E4%BB%B6&body=new%0Atext");
    assert_true(a->good);
    asked_done(a);
    assert_int_equal(db_fixture_int("SELECT version FROM page WHERE slug = 'open/conditions'"), 2);
}

static void the_second_editor_is_told_and_loses_nothing(void **state)
{
    (void)state;
    struct asked *a = save("slug=open/conditions&version=1&title=mine&body=my+%3Cscript%3Ealert(1)%3C/script%3E+text");
    assert_true(a->good);
    assert_int_equal(a->io.answer.status, 409);
    const char *html = asked_html(a);
    assert_non_null(html);
    assert_non_null(strstr(html, "编辑甲 已于"));
    assert_non_null(strstr(html, "my &lt;script&gt;alert(1)&lt;/script&gt; text"));
    assert_null(strstr(html, "<script>alert"));
    assert_non_null(strstr(html, "name=\"version\" value=\"2\""));
    asked_done(a);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM page WHERE title = 'mine'"), 0);
}

static void a_wrong_field_keeps_what_was_typed(void **state)
{
    (void)state;
    asked_redraw = page_redraw;
    struct asked *a = save("slug=about/intro&version=1&body=kept+%22words%22");
    asked_redraw = NULL;
    assert_true(a->good);
    assert_int_equal(a->io.answer.status, 422);
    const char *html = asked_html(a);
    assert_non_null(strstr(html, "请填写「标题」"));
    assert_non_null(strstr(html, "kept &quot;words&quot;</textarea>"));
    asked_done(a);
}

static void a_preview_stores_nothing(void **state)
{
    (void)state;
    struct asked *a = save("slug=about/intro&version=1&title=T&body=%23%23+Head%0A%0A%3Cb%3Ebold%3C/b%3E&do=preview");
    assert_true(a->good);
    const char *html = asked_html(a);
    assert_non_null(strstr(html, "以下为预览，尚未保存"));
    assert_non_null(strstr(html, "<h2>Head</h2>"));
    assert_null(strstr(html, "<b>bold"));
    asked_done(a);
    assert_int_equal(db_fixture_int("SELECT version FROM page WHERE slug = 'about/intro'"), 1);
}

static void unknown_page_is_missing(void **state)
{
    (void)state;
    struct asked *a = save("slug=no/such&version=1&title=T&body=B");
    assert_int_equal(a->rq.work.failed, FAIL_MISSING);
    asked_done(a);
}

static void the_form_opens_with_the_stored_text_and_its_history(void **state)
{
    (void)state;
    struct asked *a = ask(db, &editor, GET, "page-open", "slug=open/conditions&saved=1", page_open);
    assert_true(a->good);
    const char *html = asked_html(a);
    assert_non_null(strstr(html, "已保存，现为第 2 版"));
    assert_non_null(strstr(html, "new\ntext</textarea>"));
    assert_non_null(strstr(html, "第 1 版：申请条件"));
    assert_non_null(strstr(html, "/admin/pages/version?slug=open/conditions&amp;version=1"));
    asked_done(a);
    a = ask(db, &editor, GET, "page-open", "slug=open/conditions&version=1", page_earlier);
    assert_true(a->good);
    assert_non_null(strstr(asked_html(a), "旧文"));
    asked_done(a);
}

enum { RACERS = 4, ROUNDS = 15 };

struct race { int64_t version; enum page_saved result; int who; };

static void race_save(struct work *work, void *arg)
{
    struct race *race = arg;
    race->result = page_edit_save(work, "about/intro", race->version, "简介", arena_printf(work->arena, "%d of %lld", race->who,
                                                                                        (long long)race->version), "");
}

/* Each of four processes saves over the version it saw; each version has exactly one winner. */
static void of_racing_editors_one_wins(void **state)
{
    (void)state;
    for (int64_t round = 1; round <= ROUNDS; round++) {
        pid_t racers[RACERS];
        int winners = 0;
        for (int i = 0; i < RACERS; i++) {
            fflush(NULL);
            racers[i] = fork();
            if (racers[i])
                continue;
            struct work *own = db_fixture_work();
            struct race race = { round, PAGE_MISSING, i };
            own->actor = editor;
            if (!work_run(own, WORK_WRITE, race_save, &race))
                _exit(9);
            _exit((int)race.result);
        }
        for (int i = 0; i < RACERS; i++) {
            int status;
            waitpid(racers[i], &status, 0);
            assert_true(WIFEXITED(status));
            assert_true(WEXITSTATUS(status) == PAGE_SAVED || WEXITSTATUS(status) == PAGE_CHANGED);
            winners += WEXITSTATUS(status) == PAGE_SAVED;
        }
        assert_int_equal(winners, 1);
    }
    assert_int_equal(db_fixture_int("SELECT version FROM page WHERE slug = 'about/intro'"), ROUNDS + 1);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM page_history WHERE slug = 'about/intro'"), ROUNDS);
}

/* --- jobs -------------------------------------------------------------------------------------------------- */

static void the_job_list_is_drawn_escaped(void **state)
{
    (void)state;
    struct asked *a = ask(db, &admin, GET, "list:job", "state=failed&job_key=", job_list);
    assert_true(a->good);
    const char *html = asked_html(a);
    assert_non_null(strstr(html, "&lt;i&gt;&quot;b"));
    assert_non_null(strstr(html, "批量重试"));
    assert_non_null(strstr(html, "共 2 个"));
    assert_non_null(strstr(html, "name=\"state\" value=\"failed\" checked"));
    assert_non_null(strstr(html, "重建地图数据"));
    asked_done(a);
    a = ask(db, &admin, GET, "list:partner", "", partner_list);
    assert_non_null(strstr(asked_html(a), "还没有接入的平台"));
    asked_done(a);
    a = ask(db, &editor, GET, "list:page", "", page_list);
    assert_non_null(strstr(asked_html(a), "/admin/pages/edit?slug=about%2Fintro"));
    asked_done(a);
}

static void only_failed_jobs_are_tried_again(void **state)
{
    (void)state;
    struct asked *a = ask(db, &admin, POST, "list:job", "id=1&id=3", job_again);
    assert_true(a->good);
    asked_done(a);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM job WHERE id = 1 AND state = 'waiting' AND attempts = 0"), 1);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM job WHERE id = 3 AND state = 'running' AND attempts = 1"), 1);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM trail WHERE act = 'job.retry'"), 1);
    a = ask(db, &admin, POST, "list:job", "id=1", job_again);              /* somebody was faster */
    assert_int_equal(a->rq.work.failed, FAIL_CONFLICT);
    asked_done(a);
    a = ask(db, &admin, POST, "list:job", "all=1&state=failed", job_again);
    assert_true(a->good);
    asked_done(a);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM job WHERE state = 'failed'"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_save_keeps_the_version_before), cmocka_unit_test(the_same_text_again_makes_no_version),
        cmocka_unit_test(the_second_editor_is_told_and_loses_nothing), cmocka_unit_test(a_wrong_field_keeps_what_was_typed),
        cmocka_unit_test(a_preview_stores_nothing), cmocka_unit_test(unknown_page_is_missing),
        cmocka_unit_test(the_form_opens_with_the_stored_text_and_its_history), cmocka_unit_test(of_racing_editors_one_wins),
        cmocka_unit_test(the_job_list_is_drawn_escaped), cmocka_unit_test(only_failed_jobs_are_tried_again),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
