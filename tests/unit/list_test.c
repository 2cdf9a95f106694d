/* list: a list shows what its declaration, the search and the actor's scope say, all of it once, and nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "asked.h"
#include "core/text.h"
#include "db_fixture.h"
#include "list/list.h"
#include "sheet/sheet_read.h"

#include <cmocka.h>

static struct work *db;
static const char  *now_list;                         /* the list the handler shows */
static size_t       selected;

static const struct actor admin = { .account_id = 1, .role = "admin", .login = "a", .name = "a", .division = "",
    .capabilities = CAP_BIT(CAP_PUBLIC) | CAP_BIT(CAP_SIGNED_IN) | CAP_BIT(CAP_STAFF) | CAP_BIT(CAP_JOB_VIEW)
                  | CAP_BIT(CAP_JOB_RETRY) | CAP_BIT(CAP_PARTNER_VIEW) | CAP_BIT(CAP_CONTENT_EDIT) };
static const struct actor visitor = { .role = "visitor", .login = "", .name = "", .division = "",
                                      .capabilities = CAP_BIT(CAP_PUBLIC) };

static void show(struct request *rq)     { list_page(rq, now_list); }
static void json(struct request *rq)     { list_json(rq, now_list); }
static void csv(struct request *rq)      { list_csv(rq, now_list); }
static void xlsx(struct request *rq)     { list_xlsx(rq, now_list); }
static void pick(struct request *rq)     { (void)list_selected(rq, now_list, &selected); }

static struct asked *look(const struct actor *actor, const char *list, const char *query, void (*handler)(struct request *))
{
    static char form[80];
    now_list = list;
    snprintf(form, sizeof form, "list:%s", list);
    return ask(db, actor, GET, form, query, handler);
}

static int rows_shown(const struct asked *asked)
{
    int n = 0;
    for (HDF *row = asked->rq.page ? hdf_get_child(asked->rq.page, "List.Rows") : NULL; row; row = hdf_obj_next(row))
        n++;
    return n;
}

static int64_t total(const struct actor *actor, const char *list, const char *query)
{
    struct asked *a = look(actor, list, query, show);
    if (!a->good)
        print_error("%s?%s: %s %s\n", list, query, a->rq.work.fail_text, a->rq.work.fail_detail);
    assert_true(a->good);
    int64_t out = -1;
    char digits[40] = "", *d = digits;
    for (const char *c = page_value(a, "List.Total"); *c; c++)
        if (*c != ',')
            *d++ = *c;
    assert_true(text_to_int(digits, 0, INT64_MAX, &out));
    asked_done(a);
    return out;
}

/* --- what it is tested on ------------------------------------------------------------------------------- */

static const char walk_list[] =
    "title = 走查\npath = /walk\ntable = station\nkey = id\norder = -id\ngrowing = 1\nscope = operator:operator_id, division:division_code\n"
    "page_size = 7\ncount_limit = 50\nbulk_limit = 60\n"
    "columns {\n id [kind=int, sortable] = 编号\n code [sortable] = 编码\n name = 名称\n seen_at [kind=time, sortable] = 上报\n"
    " park_nums [kind=int, sortable] = 车位\n}\nfilters {\n name [kind=prefix] = 名称\n}\n";
static const char article_list[] =
    "title = 文章\npath = /article\ntable = article\nkey = id\norder = -id\nscope = public\npage_size = 5\n"
    "fixed {\n state = published\n published_at [is=past] = 已到发布时间\n}\n"
    "joins {\n news_column [on=column_code, to=code, inner] = 栏目\n}\n"
    "columns {\n id [kind=int, sortable] = 编号\n title [link=\"/news/{id}\"] = 标题\n column [from=\"news_column.name\"] = 栏目\n}\n"
    "filters {\n q [kind=words, from=search_words] = 关键词\n column_code [kind=exact] = 栏目\n}\n";

static void make_rows(void)
{
    db_fixture_sql("INSERT INTO operator (id, code, name, short_name) VALUES (1, 'MA0000001', '甲充电', '甲'), (2, 'MA0000002', '=乙充电', '乙')");
    db_fixture_sql("INSERT INTO station (operator_id, code, name, division_code, lng, lat, station_type, station_status, source,"
                   " park_nums, seen_at) SELECT 1 + seq % 2, CONCAT('S', LPAD(seq, 4, '0')), CONCAT(IF(seq % 3, '香洲', '金湾'), seq),"
                   " IF(seq % 3, '440402', '440404'), 113.5, 22.2, ELT(1 + seq % 4, 1, 50, 100, 255), IF(seq % 5, 50, 5), 'demo',"
                   " seq % 9, IF(seq % 4, '2026-11-01' + INTERVAL (seq DIV 8) HOUR, NULL) FROM seq_1_to_120");
    db_fixture_sql("INSERT INTO station (operator_id, code, name, division_code, lng, lat, source, removed_at) VALUES (1, 'GONE', '已撤', '440402', 113, 22, 'demo', NOW())");
    db_fixture_sql("INSERT INTO job (kind, job_key, payload, state, last_error) SELECT ELT(1 + seq % 2, 'map.build', 'exchange.tend'),"
                   " CONCAT('k', seq), '{}', ELT(1 + seq % 4, 'waiting', 'running', 'done', 'failed'), '' FROM seq_1_to_200");
    db_fixture_sql("UPDATE job SET last_error = '=HYPERLINK(\"http://x\",\"y\")', job_key = '+cmd, \"quoted\"' WHERE id = 3");
    db_fixture_sql("INSERT INTO partner (operator_id, gov_id, last_push_at) VALUES (1, '000000001', NOW(3) - INTERVAL 5 MINUTE), (2, '000000001', NULL)");
    db_fixture_sql("INSERT INTO news_column (code, name, column_type) VALUES ('policy', '政策', '政策文件')");
    db_fixture_sql("INSERT INTO article (column_code, title, body, source, state, published_at, search_words) SELECT 'policy',"
                   " CONCAT('充电站补贴', seq), '', 'x', IF(seq = 30, 'draft', 'published'), IF(seq = 29, NOW() + INTERVAL 1 DAY, NOW() - INTERVAL 1 HOUR),"
                   " IF(seq % 2, '充电 电站 补贴', '光伏 储能 站') FROM seq_1_to_30");
}

static int set_up(void **state)
{
    (void)state;
    db_fixture_file("schema/lists/walk.hdf", walk_list);
    db_fixture_file("schema/lists/article.hdf", article_list);
    db = db_fixture();
    lists_load((const char *const[]){ "job", "partner", "page", "station", "walk", "article", NULL });
    make_rows();
    return 0;
}

/* --- the search ------------------------------------------------------------------------------------------- */

static void filters_and_between_or_within(void **state)
{
    (void)state;
    static const struct { const char *query, *truth; } cases[] = {
        { "", "SELECT COUNT(*) FROM job" },
        { "state=failed", "SELECT COUNT(*) FROM job WHERE state = 'failed'" },
        { "state=failed&state=done&state=waiting", "SELECT COUNT(*) FROM job WHERE state IN ('failed', 'done', 'waiting')" },
        { "state=failed&kind=map.build", "SELECT COUNT(*) FROM job WHERE state = 'failed' AND kind = 'map.build'" },
        { "state=failed&state=done&kind=map.build&kind=exchange.tend&job_key=k1",
          "SELECT COUNT(*) FROM job WHERE state IN ('failed', 'done') AND job_key LIKE 'k1%'" },
        { "state=running&kind=exchange.pull-status", "SELECT 0" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(total(&admin, "job", cases[i].query), db_fixture_int(cases[i].truth));
}

static void ranges_and_divisions(void **state)
{
    (void)state;
    struct actor city = { .account_id = 2, .division = "4404", .login = "", .name = "", .role = "city" };
    static const struct { const char *query, *truth; } cases[] = {
        { "area=440402", "division_code = '440402'" },
        { "area=440402&area=440404", "1" },
        { "area=440400", "1" },
        { "area=440000&q=S00", "code LIKE 'S00%'" },
        { "q=%E9%87%91%E6%B9%BE", "name LIKE '金湾%'" },
        { "park_nums_from=3&park_nums_to=5", "park_nums BETWEEN 3 AND 5" },
        { "park_nums_from=8", "park_nums >= 8" },
        { "station_type=1&station_type=255&station_status=5", "station_type IN (1, 255) AND station_status = 5" },
        { "updated_from=2020-01-01&updated_to=2020-01-02", "0" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char truth[300];
        snprintf(truth, sizeof truth, "SELECT COUNT(*) FROM station WHERE removed_at IS NULL AND %s", cases[i].truth);
        assert_int_equal(total(&city, "station", cases[i].query), db_fixture_int(truth));
    }
    char today[40], later[160];
    struct arena *arena = arena_new();
    snprintf(today, sizeof today, "%s", time_format(arena, clock_now(), "%Y-%m-%d"));
    snprintf(later, sizeof later, "updated_from=%s&updated_to=%s", today, today);      /* the last day counts whole */
    assert_int_equal(total(&city, "station", later), 120);
    arena_free(arena);
}

static void words_are_found_by_bigrams(void **state)
{
    (void)state;
    assert_int_equal(total(&visitor, "article", ""), 28);                  /* the draft and tomorrow's are not there */
    assert_int_equal(total(&visitor, "article", "q=%E5%85%85%E7%94%B5%E7%AB%99"), 14);           /* 充电站 */
    assert_int_equal(total(&visitor, "article", "q=%E5%82%A8%E8%83%BD"), 14);                    /* 储能 */
    assert_int_equal(total(&visitor, "article", "q=%E5%85%89%E4%BC%8F+%E8%A1%A5%E8%B4%B4"), 0);  /* both words: none */
    assert_int_equal(total(&visitor, "article", "q=%22+%2B%2B+%28%29+*+%40"), 0);                /* operators are no words */
    assert_int_equal(total(&visitor, "article", "column_code=policy"), 28);
}

static void totals_are_bounded_and_say_so(void **state)
{
    (void)state;
    struct actor city = { .account_id = 2, .division = "440400", .login = "", .name = "", .role = "city" };
    struct asked *a = look(&city, "walk", "", show);
    assert_true(a->good);
    assert_string_equal(page_value(a, "List.TotalText"), "超过 50 条");
    asked_done(a);
    a = look(&city, "walk", "name=%E9%87%91%E6%B9%BE1", show);
    assert_string_equal(page_value(a, "List.TotalText"), "共 10 条");      /* 金湾12, 15, 18, 102 … 120 */
    asked_done(a);
}

static void numbered_pages(void **state)
{
    (void)state;
    struct asked *a = look(&visitor, "article", "page=3", show);
    assert_string_equal(page_value(a, "List.TotalText"), "共 28 条，第 11–15 条");
    assert_string_equal(page_value(a, "List.Pager.Prev"), "/article?page=2");
    assert_string_equal(page_value(a, "List.Pager.Next"), "/article?page=4");
    assert_int_equal(rows_shown(a), 5);
    asked_done(a);
    a = look(&visitor, "article", "page=999", show);                       /* beyond the end: the last page */
    assert_string_equal(page_value(a, "List.TotalText"), "共 28 条，第 26–28 条");
    assert_string_equal(page_value(a, "List.Pager.Next"), "");
    asked_done(a);
}

/* --- scope -------------------------------------------------------------------------------------------------- */

static void other_operators_rows_never_appear(void **state)
{
    (void)state;
    struct actor one = { .account_id = 5, .operator_id = 1, .division = "4404", .login = "", .name = "", .role = "operator",
                         .capabilities = admin.capabilities };
    static const char *const tries[] = { "", "operator_id=2", "area=440402&operator_id=2", "q=S", "q=%25", "scope=public",
        "station_type=1&station_type=50&station_type=100&station_type=255", "sort=updated_at", "after=1~9~2030-01-01" };
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
        struct asked *a = look(&one, "station", tries[i], show);
        assert_true(a->good);
        for (HDF *row = hdf_get_child(a->rq.page, "List.Rows"); row; row = hdf_obj_next(row)) {
            char sql[120];
            snprintf(sql, sizeof sql, "SELECT operator_id FROM station WHERE id = %s", hdf_get_value(row, "Key", "0"));
            assert_int_equal(db_fixture_int(sql), 1);
        }
        asked_done(a);
    }
    assert_int_equal(total(&one, "station", ""), 60);
    struct asked *a = look(&one, "walk", "all=1&name=%E9%A6%99", pick);    /* the bulk selection has the scope too */
    assert_true(a->good);
    assert_int_equal(selected, db_fixture_int("SELECT COUNT(*) FROM station WHERE operator_id = 1 AND name LIKE '香%'"));
    asked_done(a);
}

static void nobody_without_a_place_in_the_scope_sees_rows(void **state)
{
    (void)state;
    struct actor county = { .account_id = 3, .division = "440402", .login = "", .name = "", .role = "county" };
    struct actor elsewhere = { .account_id = 4, .division = "410100", .login = "", .name = "", .role = "city" };
    struct actor company = { .account_id = 5, .operator_id = 1, .division = "", .login = "", .name = "", .role = "operator",
                             .capabilities = admin.capabilities };
    assert_int_equal(total(&visitor, "station", ""), 0);
    assert_int_equal(total(&admin, "station", ""), 0);                     /* capabilities are not a division */
    assert_int_equal(total(&elsewhere, "station", ""), 0);
    assert_int_equal(total(&county, "station", ""), 80);
    assert_int_equal(total(&county, "station", "area=440404"), 0);
    assert_int_equal(total(&visitor, "job", ""), 0);
    assert_int_equal(total(&company, "job", ""), 0);                       /* a company is never staff */
    struct asked *a = look(&visitor, "job", "", csv);
    assert_true(a->good);
    FILE *file = fopen(a->io.answer.file, "r");
    char line[2000];
    int lines = 0;
    while (fgets(line, sizeof line, file))
        lines++;
    fclose(file);
    assert_int_equal(lines, 1);
    asked_done(a);
    a = look(&visitor, "job", "all=1", pick);
    assert_false(a->good);
    assert_int_equal(a->rq.work.failed, FAIL_INVALID);
    asked_done(a);
}

/* --- keyset paging --------------------------------------------------------------------------------------------- */

static const char *query_of(const char *path)
{
    return strchr(path, '?') + 1;
}

static void note_row(int *seen, HDF *row)
{
    long id = strtol(hdf_get_value(row, "Key", "0"), NULL, 10);
    assert_in_range(id, 1, 9999);
    seen[id]++;
}

/* Walks to the end by Next (and back by Prev); every row that was there at the start is seen once. */
static void walk(const char *sort, bool meanwhile)
{
    struct actor one = { .account_id = 5, .operator_id = 1, .division = "", .login = "", .name = "", .role = "operator" };
    static int seen[10000], back[10000];
    char query[1200], last[1200] = "";
    int64_t highest = db_fixture_int("SELECT MAX(id) FROM station"), pages = 0;
    memset(seen, 0, sizeof seen), memset(back, 0, sizeof back);
    snprintf(query, sizeof query, "sort=%s", sort);
    for (bool more = true; more; pages++) {
        struct asked *a = look(&one, "walk", query, show);
        assert_true(a->good);
        assert_true(rows_shown(a) > 0 && rows_shown(a) <= 7);
        for (HDF *row = hdf_get_child(a->rq.page, "List.Rows"); row; row = hdf_obj_next(row))
            note_row(seen, row);
        const char *next = page_value(a, "List.Pager.Next");
        more = *next;
        if (more)
            snprintf(query, sizeof query, "%s", query_of(next));
        else
            snprintf(last, sizeof last, "%s", query_of(page_value(a, "List.Pager.Prev")));
        asked_done(a);
        if (meanwhile)
            db_fixture_sql("INSERT INTO station (operator_id, code, name, lng, lat, source, park_nums, seen_at) SELECT 1,"
                           " CONCAT('N', UUID_SHORT()), '新', 1, 1, 'demo', FLOOR(RAND() * 9), IF(RAND() < 0.5, NULL, '2026-11-01 05:00:00')");
        assert_true(pages < 200);
    }
    for (int64_t id = 1; id <= highest; id++) {
        char sql[100];
        snprintf(sql, sizeof sql, "SELECT COUNT(*) FROM station WHERE operator_id = 1 AND id = %d", (int)id);
        assert_int_equal(seen[id], db_fixture_int(sql));
    }
    for (bool more = *last; more && !meanwhile;) {
        struct asked *a = look(&one, "walk", last, show);
        assert_true(a->good);
        for (HDF *row = hdf_get_child(a->rq.page, "List.Rows"); row; row = hdf_obj_next(row))
            note_row(back, row);
        const char *previous = page_value(a, "List.Pager.Prev");
        more = *previous;
        if (more)
            snprintf(last, sizeof last, "%s", query_of(previous));
        asked_done(a);
    }
}

static void every_row_once(void **state)
{
    (void)state;
    static const char *const sorts[] = { "-id", "id", "code", "-code", "seen_at", "-seen_at", "park_nums", "-park_nums" };
    for (size_t i = 0; i < sizeof sorts / sizeof *sorts; i++)
        walk(sorts[i], false);
}

static void every_row_once_while_rows_are_inserted(void **state)
{
    (void)state;
    static const char *const sorts[] = { "-id", "code", "seen_at", "-park_nums" };
    for (size_t i = 0; i < sizeof sorts / sizeof *sorts; i++)
        walk(sorts[i], true);
    db_fixture_sql("DELETE FROM station WHERE code LIKE 'N%'");
}

static void back_leads_to_where_one_came_from(void **state)
{
    (void)state;
    struct actor one = { .account_id = 5, .operator_id = 1, .division = "", .login = "", .name = "", .role = "operator" };
    static const char *const sorts[] = { "-id", "seen_at", "-seen_at", "park_nums" };
    for (size_t i = 0; i < sizeof sorts / sizeof *sorts; i++) {
        char query[1200], first[40], second[40];
        snprintf(query, sizeof query, "sort=%s", sorts[i]);
        struct asked *a = look(&one, "walk", query, show);
        snprintf(query, sizeof query, "%s", query_of(page_value(a, "List.Pager.Next")));
        asked_done(a);
        a = look(&one, "walk", query, show);
        snprintf(second, sizeof second, "%s", page_value(a, "List.Rows.0.Key"));
        snprintf(query, sizeof query, "%s", query_of(page_value(a, "List.Pager.Next")));
        asked_done(a);
        a = look(&one, "walk", query, show);
        snprintf(query, sizeof query, "%s", query_of(page_value(a, "List.Pager.Prev")));
        asked_done(a);
        a = look(&one, "walk", query, show);
        assert_string_equal(page_value(a, "List.Rows.0.Key"), second);
        assert_int_equal(rows_shown(a), 7);
        snprintf(query, sizeof query, "%s", query_of(page_value(a, "List.Pager.Prev")));
        asked_done(a);
        a = look(&one, "walk", query, show);                              /* the first page: there is no way further back */
        snprintf(first, sizeof first, "%s", page_value(a, "List.Pager.Prev"));
        assert_string_equal(first, "");
        asked_done(a);
    }
}

/* --- attacks ----------------------------------------------------------------------------------------------------- */

static const char *const attacks[] = {
    "%27", "%27+OR+%271%27%3D%271", "1+OR+1%3D1", "%27%3B+DROP+TABLE+job%3B--+", "1%29+OR+%281%3D1", "%5C", "%5C%27+OR+1%3D1--+",
    "%25", "_", "%60id%60", "id%60+--+", "-id%2C%28SELECT+1%29", "1~1~%27+OR+1%3D1", "1~1", "9~1", "0~", "~", "5~abcde~x",
    "2~12~%00", "1+UNION+SELECT+password_hash+FROM+account", "%28SELECT+SLEEP%285%29%29", "1e9", "-1", "0x31", "NULL",
    "state", "%EF%BC%87+OR+1%3D1", "%BF%27", "99999999999999999999", "2026-02-31", "%2A", "%2B%2B%2B" };

static void injection_through_every_parameter(void **state)
{
    (void)state;
    static const char *const parameters[] = { "state", "kind", "job_key", "sort", "page", "after", "before", "all", "id", "q",
        "enabled", "section", "station_type", "station_status", "area", "updated_from", "updated_to", "park_nums_from",
        "park_nums_to", "name", "column_code" };
    static const char *const lists[] = { "job", "partner", "page", "station", "walk", "article" };
    struct actor one = { .account_id = 5, .operator_id = 1, .division = "", .login = "", .name = "", .role = "operator",
                         .capabilities = admin.capabilities };
    int64_t jobs = db_fixture_int("SELECT COUNT(*) FROM job"), stations = db_fixture_int("SELECT COUNT(*) FROM station");
    for (size_t l = 0; l < sizeof lists / sizeof *lists; l++)
        for (size_t p = 0; p < sizeof parameters / sizeof *parameters; p++)
            for (size_t t = 0; t < sizeof attacks / sizeof *attacks; t++) {
                char query[300];
                const struct actor *who = l == 3 || l == 4 ? &one : &admin;
                snprintf(query, sizeof query, "%s=%s", parameters[p], attacks[t]);
                struct asked *a = look(who, lists[l], query, show);
                if (!a->good && a->rq.work.failed != FAIL_MALFORMED)
                    print_error("%s?%s: %s | %s\n", lists[l], query, a->rq.work.fail_text, a->rq.work.fail_detail);
                assert_true(a->good || a->rq.work.failed == FAIL_MALFORMED);
                for (HDF *row = a->good && who == &one ? hdf_get_child(a->rq.page, "List.Rows") : NULL; row; row = hdf_obj_next(row)) {
                    char sql[120];
                    snprintf(sql, sizeof sql, "SELECT operator_id FROM station WHERE id = %s", hdf_get_value(row, "Key", "0"));
                    assert_int_equal(db_fixture_int(sql), 1);
                }
                asked_done(a);
            }
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM job"), jobs);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM station"), stations);
    assert_int_equal(total(&admin, "job", "job_key=%25"), 0);              /* LIKE's own signs are text */
    assert_int_equal(total(&admin, "job", "job_key=_1"), 0);
    assert_int_equal(total(&admin, "job", "job_key=%27+OR+1%3D1"), 0);
}

static void unknown_sort_is_refused_with_words(void **state)
{
    (void)state;
    struct asked *a = look(&admin, "job", "sort=last_error", show);
    assert_int_equal(a->rq.work.failed, FAIL_MALFORMED);
    assert_non_null(strstr(a->rq.work.fail_text, "不能按这一列排序"));
    asked_done(a);
}

/* --- what it gives ------------------------------------------------------------------------------------------------- */

static void actions_follow_state_and_capability(void **state)
{
    (void)state;
    struct actor auditor = admin;
    auditor.capabilities &= ~CAP_BIT(CAP_JOB_RETRY);
    struct asked *a = look(&admin, "job", "state=failed", show);
    assert_string_equal(page_value(a, "List.Rows.0.Actions.0.Label"), "重试");
    assert_string_equal(page_value(a, "List.Rows.0.Bulk"), "retry");
    assert_string_equal(page_value(a, "List.Bulk.0.Label"), "批量重试");
    assert_string_equal(page_value(a, "List.Hidden.0.Name"), "state");
    asked_done(a);
    a = look(&admin, "job", "state=done", show);
    assert_string_equal(page_value(a, "List.Rows.0.Actions.0.Label"), "");
    assert_string_equal(page_value(a, "List.Rows.0.Bulk"), "");
    asked_done(a);
    a = look(&auditor, "job", "state=failed", show);
    assert_string_equal(page_value(a, "List.Rows.0.Actions.0.Label"), "");
    assert_string_equal(page_value(a, "List.Bulk.0.Label"), "");
    asked_done(a);
}

static void cells_are_for_people(void **state)
{
    (void)state;
    struct asked *a = look(&admin, "partner", "", show);
    assert_true(a->good);
    assert_string_equal(page_value(a, "List.Rows.1.Cells.4.Text"), "5 分钟前");
    assert_string_equal(page_value(a, "List.Rows.0.Cells.4.Text"), "从未");
    assert_string_equal(page_value(a, "List.Rows.0.Cells.3.State"), "已启用");
    assert_string_equal(page_value(a, "List.Rows.0.Cells.3.Kind"), "good");
    assert_string_equal(page_value(a, "List.Figures.0.Value"), "2");
    assert_string_equal(page_value(a, "List.Figures.1.Label"), "已启用");
    assert_string_equal(page_value(a, "List.Figures.1.Href"), "/admin/partners?enabled=1");
    asked_done(a);
}

static void csv_is_safe_to_open(void **state)
{
    (void)state;
    char text[60000] = "";
    struct asked *a = look(&admin, "job", "", csv);
    assert_true(a->good);
    FILE *file = fopen(a->io.answer.file, "r");
    size_t size = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    assert_int_equal(size, a->io.answer.size);
    assert_memory_equal(text, "\xEF\xBB\xBF编号,任务,标识", 9);
    assert_non_null(strstr(text, ",\"'+cmd, \"\"quoted\"\"\","));
    assert_non_null(strstr(text, "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\""));
    assert_non_null(strstr(text, "重建地图数据"));
    int lines = 0;
    for (const char *c = text; (c = strstr(c, "\r\n")); c += 2)
        lines++;
    assert_int_equal(lines, 201);
    assert_non_null(strstr(pairs_get(&a->io.answer.headers, "Content-Disposition"), "filename*=UTF-8''%E5%90%8E"));
    char path[300];
    snprintf(path, sizeof path, "%s", a->io.answer.file);
    asked_done(a);
    assert_int_not_equal(access(path, F_OK), 0);                           /* nothing stays behind */
}

/* Texts are text cells whatever they begin with, labels stand for codes, numbers and times are what they are. */
static void xlsx_has_typed_cells(void **state)
{
    (void)state;
    struct asked *a = look(&admin, "job", "", xlsx);
    struct sheet_row row;
    bool formula = false, label = false, time = false;
    int rows = 0;
    assert_true(a->good);
    struct sheet_book *book = sheet_open(a->io.answer.file, NULL);
    struct sheet *sheet = sheet_begin(book, 0);
    assert_true(sheet_next(sheet, &row));
    assert_string_equal(row.cells[0].text, "编号");
    for (; sheet_next(sheet, &row); rows++)
        for (int i = 0; i < row.count; i++) {
            assert_int_not_equal(row.cells[i].kind, SHEET_FORMULA);
            formula = formula || strcmp(row.cells[i].text, "=HYPERLINK(\"http://x\",\"y\")") == 0;
            label = label || strcmp(row.cells[i].text, "重建地图数据") == 0;
            time = time || row.cells[i].kind == SHEET_DATE;
        }
    assert_null(sheet_wrong(book));
    sheet_close(book);
    assert_int_equal(rows, 200);
    assert_true(formula && label && time);
    assert_non_null(strstr(pairs_get(&a->io.answer.headers, "Content-Disposition"), ".xlsx"));
    asked_done(a);
}

static void json_has_codes_and_labels(void **state)
{
    (void)state;
    struct asked *a = look(&admin, "job", "state=failed", json);
    assert_true(a->good);
    const char *body = a->io.answer.body;
    assert_non_null(strstr(body, "\"total\":50,\"more_than\":false"));
    assert_non_null(strstr(body, "\"state\":\"failed\",\"state_label\":\"失败\""));
    assert_non_null(strstr(body, "\"next\":\"/admin/jobs?state=failed&after="));
    asked_done(a);
}

static void selection_is_bounded(void **state)
{
    (void)state;
    struct actor city = { .account_id = 2, .division = "4404", .login = "", .name = "", .role = "city" };
    struct asked *a = look(&city, "walk", "all=1", pick);                  /* 121 rows, bulk_limit 60 */
    assert_int_equal(a->rq.work.failed, FAIL_INVALID);
    assert_non_null(strstr(a->rq.work.fail_text, "超过 60"));
    asked_done(a);
    a = look(&city, "walk", "all=1&name=%E9%87%91%E6%B9%BE", pick);
    assert_true(a->good);
    assert_int_equal(selected, 40);
    asked_done(a);
    a = look(&city, "walk", "id=3&id=4", pick);
    assert_true(a->good);
    assert_int_equal(selected, 2);
    asked_done(a);
    a = look(&city, "walk", "", pick);
    assert_int_equal(a->rq.work.failed, FAIL_INVALID);
    asked_done(a);
}

/* --- declarations ---------------------------------------------------------------------------------------------------- */

#define HEAD "title = x\npath = /x\ntable = job\nkey = id\n"
#define COLUMN "columns {\n id [kind=int] = 编号\n}\n"

static void wrong_declarations_stop_the_start(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        HEAD COLUMN,                                                                           /* no scope */
        HEAD "scope = everybody\n" COLUMN,
        HEAD "scope = capability:public\n" COLUMN,
        HEAD "scope = capability:signed-in\n" COLUMN,
        HEAD "scope = public, operator:operator_id\n" COLUMN,
        HEAD "scope = operator:operator_id OR 1=1\n" COLUMN,
        "title = x\npath = /x\ntable = job; DROP TABLE job\nkey = id\nscope = public\n" COLUMN,
        HEAD "scope = public\ncolumns {\n id [kind=int] = 编号\n a [from=\"`x`\"] = 甲\n}\n",
        HEAD "scope = public\ncolumns {\n id [kind=int] = 编号\n a [from=\"COUNT(*)\"] = 甲\n}\n",
        HEAD "scope = public\ncolumns {\n id [kind=int] = 编号\n a [from=\"other.name\"] = 甲\n}\n",
        HEAD "scope = public\ncolumns {\n id [kind=int, colour=red] = 编号\n}\n",
        HEAD "scope = public\ncolumns {\n id [kind=int] = 编号\n}\nfilters {\n sort [kind=prefix] = 排序\n}\n",
        HEAD "scope = public\ngrowing = 1\n" COLUMN "filters {\n q [kind=contains, from=job_key] = 关键词\n}\n",
        HEAD "scope = public\ngrowing = 1\njoins {\n operator [on=id, to=id, inner] = x\n}\n" COLUMN,
        HEAD "scope = public\norder = job_key\n" COLUMN,
        HEAD "scope = public\npage_size = 0\n" COLUMN,
        HEAD "scope = public\nsortt = id\n" COLUMN,
        HEAD "scope = public\n" COLUMN "actions {\n go [path=\"/x\", capability=fly] = 去\n}\n",
        HEAD "scope = public\n" COLUMN "filters {\n state [dict=nothing_like_it] = 状态\n}\n",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char file[80], name[40];
        snprintf(name, sizeof name, "wrong_%zu", i);
        snprintf(file, sizeof file, "schema/lists/%s.hdf", name);
        db_fixture_file(file, wrong[i]);
        fflush(NULL);
        pid_t child = fork();
        if (child == 0) {
            (void)!freopen("/dev/null", "w", stderr);
            lists_load((const char *const[]){ name, NULL });
            _exit(0);
        }
        int status;
        waitpid(child, &status, 0);
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 2)
            print_error("accepted: %s\n", wrong[i]);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 2);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(filters_and_between_or_within), cmocka_unit_test(ranges_and_divisions),
        cmocka_unit_test(words_are_found_by_bigrams), cmocka_unit_test(totals_are_bounded_and_say_so),
        cmocka_unit_test(numbered_pages), cmocka_unit_test(other_operators_rows_never_appear),
        cmocka_unit_test(nobody_without_a_place_in_the_scope_sees_rows), cmocka_unit_test(every_row_once),
        cmocka_unit_test(every_row_once_while_rows_are_inserted), cmocka_unit_test(back_leads_to_where_one_came_from),
        cmocka_unit_test(injection_through_every_parameter), cmocka_unit_test(unknown_sort_is_refused_with_words),
        cmocka_unit_test(actions_follow_state_and_capability), cmocka_unit_test(cells_are_for_people),
        cmocka_unit_test(csv_is_safe_to_open), cmocka_unit_test(xlsx_has_typed_cells), cmocka_unit_test(json_has_codes_and_labels),
        cmocka_unit_test(selection_is_bounded), cmocka_unit_test(wrong_declarations_stop_the_start),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
