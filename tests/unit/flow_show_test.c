/* flow: what pages and the work bench show, to whom; the picture; the handlers of the work bench. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "../../cgi-bin/workbench/case.c"
#include "../../cgi-bin/workbench/lists.c"
#include "../../cgi-bin/workbench/pictures.c"
#include "asked.h"
#include "flow_world.h"

#undef fail
#include <cmocka.h>

static struct work *reader;

struct showing {
    int64_t id;
    HDF    *node;
};

static void show_case(struct work *work, void *arg)
{
    struct showing *showing = arg;
    flow_show(work, "test", showing->id, showing->node);
}

/* A fresh tree for each; 0 when it was shown. Read in a READ ONLY transaction, as a page is. */
static int shown(int who, int64_t id, HDF **node)
{
    assert_null(hdf_init(node));
    reader->actor = people[who];
    reader->now = db->now;
    return work_run(reader, WORK_READ, show_case, &(struct showing){ id, *node }) ? 200 : fail_status(reader->failed);
}

static const char *at(HDF *node, const char *name)
{
    return hdf_get_value(node, name, "");
}

static void buttons_are_what_the_person_may(void **state)
{
    HDF *node;
    (void)state;
    int64_t id = case_new("test_case", "filed");
    assert_int_equal(shown(COUNTY, id, &node), 200);
    assert_string_equal(at(node, "Buttons.0.Action"), "pass");
    assert_string_equal(at(node, "Buttons.1.Opinion"), "required");
    assert_string_equal(at(node, "Buttons.3.Extends"), "3");
    assert_null(hdf_get_obj(node, "Buttons.4"));
    assert_string_equal(at(node, "Colleagues.0.Value"), "22");       /* the same county first, then the city above */
    assert_string_equal(at(node, "Colleagues.1.Value"), "24");
    assert_int_equal(shown(COUNTY_PLAIN, id, &node), 404);           /* a colleague without a part in this flow */
    static const int64_t copies[] = { 22 };
    assert_int_equal(move_as(db, COUNTY, &(struct flow_move){ .flow = "test", .action = "note", .id = id, .opinion = "请阅",
                                                              .copies = copies, .copy_count = 1 }), 200);
    assert_int_equal(shown(COUNTY_PLAIN, id, &node), 200);           /* but was sent a copy: reads, decides nothing */
    assert_null(hdf_get_obj(node, "Buttons"));
    assert_int_equal(act(COUNTY_PLAIN, id, "pass", ""), 403);
    assert_int_equal(shown(OWNER, id, &node), 200);
    assert_string_equal(at(node, "Buttons.0.Label"), "撤回");
    assert_null(hdf_get_obj(node, "Buttons.1"));
    assert_null(hdf_get_obj(node, "Colleagues"));
    assert_int_equal(shown(OTHER_OWNER, id, &node), 404);
    assert_int_equal(shown(OTHER_COUNTY, id, &node), 404);
    assert_int_equal(shown(VISITOR, id, &node), 404);
}

static void refusal_and_extension_are_shown_to_the_applicant(void **state)
{
    HDF *node;
    (void)state;
    int64_t id = case_new("test_case", "draft");
    assert_true(time_parse("2026-09-30 16:00", "%Y-%m-%d %H:%M", &db->now));
    assert_int_equal(act(OWNER, id, "submit", ""), 200);
    assert_int_equal(shown(OWNER, id, &node), 200);
    assert_string_equal(at(node, "Steps.0.State"), "done");
    assert_string_equal(at(node, "Steps.1.State"), "now");
    assert_string_equal(at(node, "Steps.1.Note"), "审核中，预计 2026-10-10 前办结");
    assert_string_equal(at(node, "Steps.2.State"), "");
    assert_string_equal(at(node, "Due.Left"), "3");
    assert_int_equal(act(COUNTY, id, "extend", "申报高峰期，<b>顺延</b>"), 200);
    assert_int_equal(shown(OWNER, id, &node), 200);
    assert_string_equal(at(node, "Due.Extended"), "1");
    assert_string_equal(at(node, "Due.Reason"), "申报高峰期，<b>顺延</b>");
    assert_string_equal(at(node, "Due.Date"), "2026-10-14");
    assert_string_equal(at(node, "Steps.1.Note"), "审核中，延期至 2026-10-14 前办结");
    assert_string_equal(at(node, "Way.0.Who"), "县（区）主管部门");     /* the office, not the person */
    assert_string_equal(at(node, "Way.0.Text"), "申报高峰期，<b>顺延</b>（延期至 2026-10-14）");
    assert_int_equal(act(COUNTY, id, "refuse", "营业执照不清晰"), 200);
    assert_int_equal(shown(OWNER, id, &node), 200);
    assert_string_equal(at(node, "Steps.1.State"), "failed");
    assert_string_equal(at(node, "Way.0.Title"), "不通过：不通过");
    assert_string_equal(at(node, "Way.0.Kind"), "bad");
    assert_string_equal(at(node, "Way.0.Text"), "营业执照不清晰");
    assert_string_equal(at(node, "Way.2.Who"), "王经办（充电设施运营商）");
    assert_string_equal(at(node, "Due.Date"), "");
    assert_int_equal(shown(CITY, id, &node), 200);
    assert_string_equal(at(node, "Way.0.Who"), "香洲张三（县（区）主管部门）");
    db->now = clock_now();
}

static void overdue_is_said(void **state)
{
    HDF *node;
    (void)state;
    int64_t id = case_new("test_case", "draft");
    assert_true(time_parse("2026-09-30 16:00", "%Y-%m-%d %H:%M", &db->now));
    assert_int_equal(act(OWNER, id, "submit", ""), 200);
    assert_true(time_parse("2026-10-10 23:59", "%Y-%m-%d %H:%M", &db->now));
    assert_int_equal(shown(COUNTY, id, &node), 200);                 /* to the end of the day */
    assert_string_equal(at(node, "Due.Overdue"), "");
    assert_true(time_parse("2026-10-11 00:00", "%Y-%m-%d %H:%M", &db->now));
    assert_int_equal(shown(COUNTY, id, &node), 200);
    assert_string_equal(at(node, "Due.Overdue"), "1");
    db->now = clock_now();
}

/* --- the work bench ------------------------------------------------------------------------------------------ */

static struct asked *bench(int who, const char *query, void (*handler)(struct request *rq))
{
    return ask(reader, &people[who], GET, "workbench", query, handler);
}

static void clear(void)
{
    static const char *const tables[] = { "flow_copy", "flow_due", "flow_step", "test_case", "operator_registration", "qualification", "profile_change" };
    char sql[60];
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        snprintf(sql, sizeof sql, "DELETE FROM %s", tables[i]), db_fixture_sql(sql);
}

static void what_waits_is_listed_to_whom_it_waits_for(void **state)
{
    (void)state;
    clear();
    db_fixture_sql("INSERT INTO operator_registration (operator_id, company, division_code, state, state_at) VALUES"
                   " (1, '甲 <i>', '440402', 'filed', '2026-01-05'), (1, '斗门的', '440403', 'filed', '2026-01-04'),"
                   " (2, '已退', '440402', 'refused', '2026-01-03'), (2, '别市', '442000', 'filed', '2026-01-02')");
    db_fixture_sql("INSERT INTO qualification (operator_id, company, division_code, state, state_at) VALUES (1, '资质', '440402', 'filed', '2026-01-01')");
    struct asked *a = bench(COUNTY, "", todo_page);
    assert_true(a->good);
    assert_string_equal(page_value(a, "Rows.0.Title"), "资质");      /* the longest wait first, over all flows */
    assert_string_equal(page_value(a, "Rows.1.Title"), "甲 <i>");
    assert_string_equal(page_value(a, "Rows.1.State"), "注册审核中");
    assert_string_equal(page_value(a, "Rows.2.Title"), "");
    assert_string_equal(page_value(a, "Tabs.0.Count"), "2");
    const char *html = asked_html(a);
    assert_non_null(html);
    assert_non_null(strstr(html, "甲 &lt;i&gt;"));
    assert_non_null(strstr(html, "/admin/registrations/"));
    asked_done(a);
    a = bench(CITY, "", todo_page);
    assert_string_equal(page_value(a, "Rows.2.Title"), "甲 <i>");
    assert_string_equal(page_value(a, "Rows.3.Title"), "");
    asked_done(a);
    a = bench(PROVINCE, "", todo_page);
    assert_string_equal(page_value(a, "Tabs.0.Count"), "4");
    asked_done(a);
    a = bench(COUNTY_PLAIN, "", todo_page);                          /* may decide nothing */
    assert_string_equal(page_value(a, "Rows.0.Title"), "");
    asked_done(a);
    a = bench(OTHER_OWNER, "", todo_page);                           /* refused: waits for its owner */
    assert_string_equal(page_value(a, "Rows.0.Title"), "已退");
    assert_string_equal(page_value(a, "Rows.0.Path"), "/operator");
    assert_string_equal(page_value(a, "Rows.1.Title"), "");
    asked_done(a);
}

/* Walks all pages; each title once, whatever comes and goes between the pages. */
static void pages_repeat_and_hide_nothing(void **state)
{
    char query[120] = "", sql[300], seen[120] = { 0 };
    (void)state;
    clear();
    for (int i = 0; i < 105; i++) {                                  /* five share each moment, in three flows */
        snprintf(sql, sizeof sql, "INSERT INTO %s (operator_id, company, division_code, state, state_at) VALUES (1, '%d', '440402', 'filed', '2026-01-%02d')",
                 i % 3 ? i % 2 ? "qualification" : "test_case" : "operator_registration", i, 1 + i / 5);
        db_fixture_sql(sql);
    }
    for (int pages = 0; pages < 8; pages++) {
        struct asked *a = bench(COUNTY, query, todo_page);
        assert_true(a->good);
        for (HDF *row = hdf_get_child(a->rq.page, "Rows"); row; row = hdf_obj_next(row))
            seen[atoi(hdf_get_value(row, "Title", "110"))]++;
        const char *next = strstr(page_value(a, "Next"), "after=");
        if (pages == 0) {
            assert_string_equal(page_value(a, "Tabs.0.Count"), "99+");
            db_fixture_sql("DELETE FROM operator_registration WHERE company = '0'");      /* on the first page: is read */
        }
        snprintf(query, sizeof query, "%s", next ? next : "");
        asked_done(a);
        if (!next) {
            assert_int_equal(pages, 5);
            break;
        }
    }
    for (int i = 0; i < 105; i++)
        assert_int_equal(seen[i], 1);
    assert_int_equal(seen[110], 0);
}

static void a_bad_cursor_is_refused(void **state)
{
    static const char *const bad[] = { "after=x", "after=1.2.3", "after=20260101000000000.nothing.1", "after=20260101000000000.test.x", "after=20260101000000000.test.-1" };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct asked *a = bench(COUNTY, bad[i], todo_page);
        assert_false(a->good);
        assert_int_equal(fail_status(a->rq.work.failed), 400);
        asked_done(a);
    }
    struct asked *a = bench(COUNTY, "after=x", done_page);
    assert_int_equal(fail_status(a->rq.work.failed), 400);
    asked_done(a);
}

static void overdue_done_and_copied(void **state)
{
    static const int64_t copies[] = { 24 };
    (void)state;
    clear();
    int64_t id = case_new("test_case", "draft"), fresh = case_new("test_case", "draft");
    assert_true(time_parse("2026-03-02", "%Y-%m-%d", &db->now));
    assert_int_equal(act(OWNER, id, "submit", ""), 200);
    db->now = clock_now();
    assert_int_equal(act(OWNER, fresh, "submit", ""), 200);
    struct asked *a = bench(COUNTY, "", overdue_page);
    assert_int_equal(hdf_get_int_value(a->rq.page, "Rows.0.Id", 0), id);
    assert_string_equal(page_value(a, "Rows.0.Overdue"), "1");
    assert_string_equal(page_value(a, "Rows.1.Id"), "");
    assert_non_null(strstr(asked_html(a), "已超期"));
    asked_done(a);
    assert_int_equal(move_as(db, COUNTY, &(struct flow_move){ .flow = "test", .action = "pass", .id = id, .copies = copies, .copy_count = 1 }), 200);
    a = bench(COUNTY, "", done_page);
    assert_string_equal(page_value(a, "Rows.0.Action"), "通过");
    assert_string_equal(page_value(a, "Rows.0.State"), "已通过");
    assert_string_equal(page_value(a, "Rows.1.Action"), "");
    asked_done(a);
    a = bench(CITY, "", copied_page);
    assert_string_equal(page_value(a, "Rows.0.Unread"), "1");
    assert_string_equal(page_value(a, "Tabs.3.Count"), "1");
    assert_non_null(strstr(asked_html(a), "标为已阅"));
    assert_non_null(strstr(asked_html(a), "href=\"/workbench/cases/test/"));      /* the area's own page may be closed to them */
    char query[60];
    snprintf(query, sizeof query, "id=%s", page_value(a, "Rows.0.CopyId"));
    asked_done(a);
    asked_done(ask(db, &people[COUNTY], POST, "copy-read", query, copied_read));      /* another's copy: nothing happens */
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM flow_copy WHERE read_at IS NULL"), 1);
    asked_done(ask(db, &people[CITY], POST, "copy-read", query, copied_read));
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM flow_copy WHERE read_at IS NULL"), 0);
}

/* --- the decision form ----------------------------------------------------------------------------------------- */

static void decide(struct request *rq)
{
    flow_post(rq, "test");
    redirect(rq, "/workbench");
}

static void draw_again(struct request *rq)
{
    flow_show(&rq->work, "test", form_int(rq, "id"), view_node(rq->page, "Flow"));
    page(rq, "workbench/flows.cst");
}

static void a_refused_decision_is_drawn_again_with_what_was_typed(void **state)
{
    char query[200];
    (void)state;
    int64_t id = case_new("test_case", "filed");
    asked_redraw = draw_again;
    snprintf(query, sizeof query, "id=%lld&action=refuse&opinion=&seen=0&key=abcdef0123456789abcd", (long long)id);
    struct asked *a = ask(db, &people[COUNTY], POST, "flow-move", query, decide);
    assert_true(a->good);
    assert_int_equal(a->io.answer.status, 422);
    assert_string_equal(page_value(a, "Errors.0.Field"), "opinion");
    assert_string_equal(page_value(a, "Flow.State"), "filed");
    asked_done(a);
    assert_true(in_state("test_case", id, "filed"));
    snprintf(query, sizeof query, "id=%lld&action=refuse&opinion=kept&copy=11", (long long)id);
    a = ask(db, &people[COUNTY], POST, "flow-move", query, decide);
    assert_int_equal(a->io.answer.status, 422);
    assert_string_equal(page_value(a, "Values.opinion"), "kept");
    asked_done(a);
    snprintf(query, sizeof query, "id=%lld&action=refuse&opinion=%%E5%%A5%%BD&copy=24&key=abcdef0123456789abcd", (long long)id);
    a = ask(db, &people[COUNTY], POST, "flow-move", query, decide);
    assert_int_equal(a->io.answer.status, 303);
    asked_done(a);
    a = ask(db, &people[COUNTY], POST, "flow-move", query, decide);          /* sent twice: once is enough */

    assert_int_equal(a->io.answer.status, 303);
    asked_done(a);
    assert_int_equal(steps_of("test", id), 1);
    asked_redraw = NULL;
}

static void the_case_page_draws_it_all_escaped(void **state)
{
    char query[200];
    (void)state;
    int64_t id = case_new("test_case", "draft");
    assert_int_equal(act(OWNER, id, "submit", ""), 200);
    assert_int_equal(act(COUNTY, id, "extend", "<i>高峰\"期"), 200);
    snprintf(query, sizeof query, "flow=test&id=%lld", (long long)id);
    struct asked *a = ask(reader, &people[COUNTY], GET, "workbench-case", query, case_page);
    assert_true(a->good);
    const char *html = asked_html(a);
    assert_non_null(html);
    assert_non_null(strstr(html, "延期理由：&lt;i&gt;高峰&quot;期"));
    assert_null(strstr(html, "<i>"));
    assert_non_null(strstr(html, "name=\"action\" value=\"refuse\""));
    assert_non_null(strstr(html, "审批意见"));
    asked_done(a);
    a = ask(reader, &people[OTHER_COUNTY], GET, "workbench-case", query, case_page);
    assert_int_equal(fail_status(a->rq.work.failed), 404);
    asked_done(a);
    asked_redraw = case_page;
    snprintf(query, sizeof query, "flow=test&id=%lld&action=refuse&opinion=", (long long)id);
    a = ask(db, &people[COUNTY], POST, "workbench-move", query, case_move);
    assert_int_equal(a->io.answer.status, 422);
    assert_non_null(strstr(asked_html(a), "请填写「不通过」的意见"));
    asked_done(a);
    asked_redraw = NULL;
}

/* --- pictures ---------------------------------------------------------------------------------------------------- */

static void every_flow_can_be_drawn(void **state)
{
    char path[300], command[700];
    struct arena *arena = arena_new();
    (void)state;
    for (size_t i = 0; i < flow_all_count; i++) {
        const struct flow *flow = flow_all[i];
        const char *dot = flow_dot(arena, flow);
        for (size_t s = 0; s < flow->state_count; s++)
            assert_non_null(strstr(dot, arena_printf(arena, "  %s [label=\"%s", flow->states[s].name, flow->states[s].label)));
        snprintf(path, sizeof path, "%s/%s.dot", db_fixture_folder(), flow->name);
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        fputs(dot, file);
        fclose(file);
        snprintf(command, sizeof command, "! command -v dot >/dev/null || dot -Tsvg -o /dev/null %s", path);
        assert_int_equal(system(command), 0);
    }
    arena_free(arena);
}

static void the_flow_page_has_tables_and_unknown_ones_are_not_there(void **state)
{
    (void)state;
    struct asked *a = ask(reader, &people[COUNTY], GET, "flow-picture", "name=registration", flow_page);
    assert_true(a->good);
    const char *html = asked_html(a);
    assert_non_null(strstr(html, "注册审核中"));
    assert_non_null(strstr(html, "退回补充材料"));
    assert_non_null(strstr(html, "3 个工作日"));
    asked_done(a);
    a = ask(reader, &people[COUNTY], GET, "flow-picture", "name=..", flow_picture);
    assert_int_equal(fail_status(a->rq.work.failed), 404);
    asked_done(a);
    a = ask(reader, &people[COUNTY], GET, NULL, "", flows_page);
    assert_non_null(strstr(asked_html(a), "/workbench/flows/registration"));
    asked_done(a);
}

static void the_menu_carries_the_figures(void **state)
{
    (void)state;
    clear();
    case_new("profile_change", "filed");
    struct asked *a = bench(COUNTY, "", todo_page);
    const char *html = asked_html(a);
    assert_non_null(strstr(html, "待办事项</span><span class=\"count\">1"));
    asked_done(a);
}

static int set_up(void **state)
{
    static const struct route routes[] = { { GET, "/x", CAP_PUBLIC, "workbench", todo_page }, { GET, "/y", CAP_PUBLIC, "flow-move", decide },
        { GET, "/v", CAP_PUBLIC, "workbench-case", case_page }, { GET, "/u", CAP_PUBLIC, "workbench-move", case_move },
        { GET, "/z", CAP_PUBLIC, "flow-picture", flow_page }, { GET, "/w", CAP_PUBLIC, "copy-read", copied_read }, ROUTE_END };
    static const struct program program = { .name = "test", .routes = routes, .templates = "workbench" };
    world(state);
    forms_load(&program);
    views_load(&program);
    reader = db_fixture_work();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(buttons_are_what_the_person_may), cmocka_unit_test(refusal_and_extension_are_shown_to_the_applicant),
        cmocka_unit_test(overdue_is_said), cmocka_unit_test(what_waits_is_listed_to_whom_it_waits_for),
        cmocka_unit_test(pages_repeat_and_hide_nothing), cmocka_unit_test(a_bad_cursor_is_refused), cmocka_unit_test(overdue_done_and_copied),
        cmocka_unit_test(a_refused_decision_is_drawn_again_with_what_was_typed), cmocka_unit_test(the_case_page_draws_it_all_escaped), cmocka_unit_test(every_flow_can_be_drawn),
        cmocka_unit_test(the_flow_page_has_tables_and_unknown_ones_are_not_there), cmocka_unit_test(the_menu_carries_the_figures) };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
