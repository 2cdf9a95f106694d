/* The form engine on a real database: one declaration gives the record, its rows, files and sealed columns; drafts,
 * wizard steps and a lost session lose nothing; a double submission makes one record. */
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
#include "core/text.h"
#include "db_fixture.h"
#include "domain/checks.h"
#include "web/form_declared.h"

#undef fail
#include <cmocka.h>

static struct work *db;
static struct actor operator = { .account_id = 7, .operator_id = 3, .role = "operator", .login = "op", .name = "运营商甲",
    .division = "", .capabilities = CAP_BIT(CAP_PUBLIC) | CAP_BIT(CAP_SIGNED_IN) };
static struct actor stranger = { .account_id = 8, .operator_id = 4, .role = "operator", .login = "st", .name = "运营商乙",
    .division = "", .capabilities = CAP_BIT(CAP_PUBLIC) | CAP_BIT(CAP_SIGNED_IN) };
static struct actor nobody = { .role = "visitor", .login = "", .name = "", .division = "", .capabilities = CAP_BIT(CAP_PUBLIC) };

static const char company[] =
    "form {\n table = t_company\n drafts = 1\n}\n"
    "fields {\n operator_id [kind=given, scope] = 运营商\n state [kind=given] = 状态\n"
    " name [kind=line, max=50, required, group=\"基本信息\"] = 企业名称\n uscc [kind=line, check=uscc, nullable] = 统一社会信用代码\n"
    " capital [kind=money] = 注册资金\n founded [kind=date, check=\"not-after=today\"] = 注册时间\n"
    " area [kind=division, level=county, within=410000, required] = 注册地\n sort [kind=choice] = 企业类型\n"
    " sort.options {\n own = 自有平台\n other = 委托平台\n }\n scope [kind=dict, dict=station_type, many] = 服务范围\n"
    " paper [kind=line, check=resident-id, sealed, mask=id, required, column=paper_sealed, group=\"法定代表人\"] = 身份证号\n"
    " licence [kind=files, accept=\"image\", required, caption=说明] = 营业执照\n"
    " people [kind=rows, table=t_person, parent=company_id, least=2, most=4, unit=\"名\"] = 专业技术人员\n"
    " people.fields {\n name [kind=line, max=20, required] = 姓名\n phone [kind=line, check=mobile] = 电话\n permit [kind=files, required] = 操作证\n }\n"
    " agree [kind=agreement, version=v3, column=agreed] = 《服务协议》\n spot [kind=place] = 位置\n}\n";
static const char wizard[] =
    "form {\n table = t_wizard\n}\nsteps {\n 1 = 基本信息\n 2 = 平台信息\n}\n"
    "fields {\n name [kind=line, required, step=1] = 名称\n amount [kind=money, step=1] = 金额\n platform [kind=line, required, step=2] = 平台名称\n}\n";

/* --- files: a stand-in for lib/domain/file.c ------------------------------------------------------------------------ */

static const char *take(struct work *work, const struct upload *upload, unsigned accept, int64_t *id)
{
    (void)work, (void)accept;
    *id = 100 + (int64_t)upload->size;
    return strstr(upload->name, "evil") ? "不是图片，请重新选择" : NULL;
}

static void link_files(struct work *work, const char *record, int64_t record_id, const char *field, const int64_t *ids, size_t count)
{
    db_exec(work, "DELETE FROM t_link WHERE record = ? AND record_id = ? AND field = ?", T(record), I(record_id), T(field));
    for (size_t i = 0; i < count; i++)
        db_exec(work, "INSERT INTO t_link VALUES (?, ?, ?, ?)", T(record), I(record_id), T(field), I(ids[i]));
}

static char captioned[200];

static void caption_file(struct work *work, const char *record, int64_t record_id, const char *field, int64_t id, const char *text)
{
    (void)work, (void)record_id;
    snprintf(captioned, sizeof captioned, "%s.%s.%lld=%s", record, field, (long long)id, text);
}

static int list_files(struct work *work, const char *record, int64_t record_id, const char *field, HDF *node)
{
    return db_rows(work, node, "SELECT file AS Id, CONCAT('f', file, '.jpg') AS Name, 2048 AS Size, CONCAT('/files/', file) AS Path"
                   " FROM t_link WHERE record = ? AND record_id = ? AND field = ? ORDER BY file", T(record), I(record_id), T(field));
}

/* --- setting up --------------------------------------------------------------------------------------------------- */

static HDF *tree_of(const char *text)
{
    HDF *tree;
    NEOERR *error = hdf_init(&tree);
    if (!error)
        error = hdf_read_string(tree, text);
    if (error) {
        nerr_log_error(error);
        abort();
    }
    return tree;
}

/* The fixture's templates are the repository's; a page of our own lies beside them. */
static void own_template(void)
{
    char path[700], to[700];
    static const char *const parts[] = { "layout", "parts", "error" };
    snprintf(path, sizeof path, "%s/templates", path_root());
    ssize_t n = readlink(path, to, sizeof to - 20);
    assert_true(n > 0);
    to[n] = '\0';
    unlink(path), mkdir(path, 0755);
    for (size_t i = 0; i < 3; i++) {
        char from[800], link[800];
        snprintf(from, sizeof from, "%s/%s", to, parts[i]), snprintf(link, sizeof link, "%s/%s", path, parts[i]);
        assert_int_equal(symlink(from, link), 0);
    }
    strcat(path, "/formtest"), mkdir(path, 0755);
    db_fixture_file("templates/formtest/form.cst", "<?cs include!\"parts/macros.cst\" ?><?cs include!\"parts/form.cst\" ?><?cs call:page_messages() ?>"
                    "<?cs call:form_draw(Page.Form, \"提交审核\") ?><?cs call:form_facts(Page.View) ?>");
}

static int set_up(void **state)
{
    static const struct form_files files = { take, link_files, caption_file, list_files };
    static const struct route routes[] = { ROUTE_END };
    static const struct program program = { .name = "test", .routes = routes, .templates = "formtest" };
    (void)state;
    db = db_fixture();
    checks_register();
    form_files_register(&files);
    form_register_tree("test-company", tree_of(company));
    form_register_tree("test-wizard", tree_of(wizard));
    forms_tie();
    own_template();
    views_load(&program);
    db_fixture_sql("CREATE TABLE t_company (id BIGINT AUTO_INCREMENT PRIMARY KEY, lng DECIMAL(9,6) NULL, lat DECIMAL(9,6) NULL, typed_lng DECIMAL(9,6) NULL, typed_lat DECIMAL(9,6) NULL, datum VARCHAR(5) NOT NULL DEFAULT '', operator_id BIGINT NOT NULL, state VARCHAR(20) NOT NULL, name VARCHAR(50) NOT NULL, uscc CHAR(18) NULL UNIQUE,"
                   " capital DECIMAL(14,2) NULL, founded DATE NULL, area VARCHAR(12) NOT NULL, sort VARCHAR(10) NOT NULL, scope VARCHAR(60) NOT NULL, paper_sealed VARCHAR(400) NOT NULL, agreed VARCHAR(10) NOT NULL)");
    db_fixture_sql("CREATE TABLE t_person (id BIGINT AUTO_INCREMENT PRIMARY KEY, company_id BIGINT NOT NULL, name VARCHAR(20) NOT NULL, phone VARCHAR(20) NOT NULL)");
    db_fixture_sql("CREATE TABLE t_link (record VARCHAR(40), record_id BIGINT, field VARCHAR(40), file BIGINT, PRIMARY KEY (record, record_id, field, file))");
    db_fixture_sql("CREATE TABLE t_wizard (id BIGINT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(50) NOT NULL, amount DECIMAL(14,2) NULL, platform VARCHAR(50) NOT NULL)");
    db_fixture_sql("INSERT INTO division (code, parent_code, level, name, portal_owned) VALUES ('410000', NULL, 1, '河南省', 0), ('410100', '410000', 2, '郑州市', 0),"
                   " ('410105', '410100', 3, '金水区', 0), ('4101QT', '410100', 3, '其他', 1), ('411000', '410000', 2, '许昌市', 0), ('440000', NULL, 1, '广东省', 0), ('440400', '440000', 2, '珠海市', 0), ('440402', '440400', 3, '香洲区', 0)");
    return 0;
}

#define WHOLE "name=%EF%BC%A1%E5%85%AC%E5%8F%B8&uscc=91350100m000100y43&capital=1,000.5&founded=2020/1/2&area-1=410100&area-2=410105&sort=own" \
              "&scope=1&scope=255&paper=11010519491231002x&people-0-name=%E5%BC%A0%E4%B8%89&people-0-phone=13800138000&spot-lng=113.553986&spot-lat=22.224979&spot-datum=wgs84&people-5-name=%E6%9D%8E%E5%9B%9B&agree=v3"

static void redraw(struct request *rq)
{
    form_show(rq, rq->route->form, NULL, "/x");
    page(rq, "formtest/form.cst");
}

static int64_t stored;

static void save(struct request *rq)
{
    values_give(rq->values, "operator_id", I(rq->work.actor.operator_id));
    values_give(rq->values, "state", T("draft"));
    stored = form_store(&rq->work, rq->values, form_draft(rq) ? 0 : stored);
    form_done(rq);
    redirect(rq, "/x/%lld", (long long)stored);
}

/* Uploads travel as multipart; here they are put beside the parameters. */
static struct upload uploads[8];
static size_t upload_count;

static void decode(struct work *work, void *arg)
{
    struct asked *a = arg;
    (void)work;
    a->io.uploads = arena_alloc(a->rq.work.arena, sizeof uploads);
    memcpy(a->io.uploads, uploads, sizeof uploads);
    a->io.upload_count = upload_count;
    form_decode(&a->rq);
}

static void handle(struct work *work, void *arg)
{
    struct asked *a = arg;
    (void)work;
    view_begin(&a->rq);
    form_enter(&a->rq);
    a->rq.route->handler(&a->rq);
}

static void nothing(struct request *rq) { (void)rq; }

static struct asked *post(const struct actor *actor, const char *form, const char *query, void (*handler)(struct request *rq))
{
    asked_redraw = redraw;
    struct asked *a = ask(db, actor, GET, form, query, nothing);            /* parameters in; then the real run */
    a->rq.values = NULL;
    memset(&a->io.answer, 0, sizeof a->io.answer);
    a->io.entered = false;
    a->rq.method = POST;
    a->route.handler = handler;
    pairs_add(a->rq.work.arena, &a->io.cookies, "visit", "vvvvvvvvvvvvvvvvvvvvvvvv");
    a->good = work_run(&a->rq.work, WORK_PLAIN, decode, a) && work_run(&a->rq.work, WORK_WRITE, handle, a);
    if (!a->good)
        print_message("failed: %s %s\n", a->rq.work.fail_text, a->rq.work.fail_detail);
    return a;
}

static void with_uploads(bool all)
{
    upload_count = 0;
    uploads[upload_count++] = (struct upload){ "licence", "/x", "执照.jpg", 1 };
    if (!all)
        return;
    uploads[upload_count++] = (struct upload){ "people-0-permit", "/x", "a.jpg", 2 };
    uploads[upload_count++] = (struct upload){ "people-5-permit", "/x", "b.jpg", 3 };
}

/* --- the record --------------------------------------------------------------------------------------------------- */

static void a_good_form_becomes_a_record(void **state)
{
    (void)state;
    with_uploads(true);
    struct asked *a = post(&operator, "test-company", WHOLE, save);
    if (a->io.answer.status != 303)
        print_error("%s | %s | %s\n", page_value(a, "Errors.0.Text"), page_value(a, "Errors.1.Text"), page_value(a, "Errors.2.Text"));
    assert_int_equal(a->io.answer.status, 303);
    asked_done(a);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM t_company WHERE operator_id = 3 AND state = 'draft' AND name = 'Ａ公司' AND uscc = '91350100M000100Y43' AND capital = 1000.50"
                                    " AND founded = '2020-01-02' AND area = '410105' AND sort = 'own' AND scope = '1,255' AND agreed = 'v3' AND paper_sealed LIKE '_1:%' AND paper_sealed NOT LIKE '%1101%'"), 1);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM t_person"), 2);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM t_company WHERE lng = 113.559065 AND lat = 22.222010 AND typed_lng = 113.553986 AND typed_lat = 22.224979 AND datum = 'wgs84'"), 1);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM t_link WHERE record = 't_company' AND field = 'licence' AND file = 101"), 1);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM t_link l JOIN t_person p ON p.id = l.record_id WHERE record = 't_person' AND ((name = '李四' AND file = 103) OR (name = '张三' AND file = 102))"), 2);
}

static void look(struct request *rq)
{
    struct form_values *v = form_load(&rq->work, "test-company", stored, I(rq->work.actor.operator_id));
    if (!v)
        (fail)(&rq->work, FAIL_MISSING, "%s", "");
    form_show(rq, "test-company", v, "/x");
    form_view(&rq->work, v, NULL, view_node(rq->page, "View"));
    view_set(rq->page, "Full", form_reveal(&rq->work, "test-company", stored, "paper"));
    page(rq, "formtest/form.cst");
}

static void it_is_read_in_scope_masked_and_drawn(void **state)
{
    (void)state;
    struct asked *a = ask(db, &operator, GET, NULL, "", look);
    assert_true(a->good);
    assert_string_equal(page_value(a, "Full"), "11010519491231002X");
    assert_string_equal(page_value(a, "Values.paper"), "");
    const char *html = asked_html(a);
    assert_non_null(html);
    assert_null(strstr(html, "1949123"));                                   /* the number itself is nowhere on the page */
    static const char *const there[] = { "已登记：110105********002X", "河南省郑州市金水区", "1,000.50 元", "value=\"1000.50\"", "name=\"people-1-name\"",
        "value=\"李四\"", "name=\"paper-kept\"", "已同意（版本 v3）", "自有平台", "enctype=\"multipart/form-data\"", "name=\"area-2\"", "<option value=\"4101QT\"",
        "<option value=\"410105\" selected>", "href=\"/files/101\"", "name=\"licence-drop\"", "value=\"add-people\"", "value=\"drop-people-1\"", "name=\"do\" value=\"draft\"",
        "第 2 名", "name=\"by\"", "公共、其他", "113.559065，22.222010（GCJ-02）；填报值 113.553986，22.224979（WGS-84）",
        "id=\"spot-datum-wgs84\" name=\"spot-datum\" value=\"wgs84\" checked", "name=\"licence-caption-101\"", "data-view=\"picture\"" };
    for (size_t i = 0; i < sizeof there / sizeof *there; i++) {
        if (!strstr(html, there[i]))
            print_error("not on the page: %s\n", there[i]);
        assert_non_null(strstr(html, there[i]));
    }
    asked_done(a);
    a = ask(db, &stranger, GET, NULL, "", look);
    assert_int_equal(a->rq.work.failed, FAIL_MISSING);                       /* another operator's record does not exist */
    asked_done(a);
}

static char token[2000];

static void remember_tokens(struct request *rq)
{
    struct form_values *v = form_load(&rq->work, "test-company", stored);
    struct arena *arena = rq->work.arena;
    char *out = arena_printf(arena, "licence=%s", file_token(rq, values_entry(v, "licence"), 0));
    struct form_values *first = values_row(v, "people", 0);
    out = arena_printf(arena, "%s&people-0-id=%lld&people-0-permit=%s", out, (long long)values_id(first), file_token(rq, values_entry(first, "permit"), 0));
    snprintf(token, sizeof token, "%s", out);
}

static void a_change_keeps_what_is_not_touched(void **state)
{
    (void)state;
    asked_done(ask(db, &operator, GET, NULL, "", remember_tokens));
    upload_count = 1;
    uploads[0] = (struct upload){ "people-1-permit", "/x", "c.jpg", 9 };
    char query[4000];
    snprintf(query, sizeof query, "id=%lld&name=B&paper-kept=1&area=4101QT&agree=v3&people-0-name=%%E5%%BC%%A0%%E4%%B8%%89&people-1-name=New&%s&licence-caption-101=%%E6%%AD%%A3%%E6%%9C%%AC", (long long)stored, token);
    int64_t first = db_fixture_int("SELECT MIN(id) FROM t_person");
    struct asked *a = post(&operator, "test-company", query, save);
    if (a->io.answer.status != 303)
        print_error("%s | %s | %s\n", page_value(a, "Errors.0.Text"), page_value(a, "Errors.1.Text"), page_value(a, "Errors.2.Text"));
    assert_int_equal(a->io.answer.status, 303);
    asked_done(a);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM t_company WHERE name = 'B' AND area = '4101QT' AND uscc IS NULL AND capital IS NULL AND paper_sealed LIKE '_1:%'"), 1);
    assert_int_equal(db_fixture_int("SELECT MIN(id) FROM t_person"), first);                    /* known rows keep their id */
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM t_person WHERE name IN ('张三', 'New')"), 2);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM t_link"), 3);                          /* 李四's file went with the row */
    assert_string_equal(captioned, "t_company.licence.101=正本");
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM t_company WHERE name = 'B' AND lng IS NULL AND typed_lng IS NULL AND datum = ''"), 1);
    a = post(&stranger, "test-company", query, save);                        /* tokens are another person's: no licence */
    assert_int_equal(a->io.answer.status, 422);
    asked_done(a);
}

static void save_foreign(struct request *rq)
{
    values_give(rq->values, "operator_id", I(4));
    form_store(&rq->work, rq->values, stored);
}

static void a_foreign_record_is_not_changed(void **state)
{
    (void)state;
    with_uploads(true);
    struct asked *a = post(&stranger, "test-company", WHOLE, save_foreign);
    assert_int_equal(a->rq.work.failed, FAIL_MISSING);
    asked_done(a);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM t_company WHERE name = 'B'"), 1);
}

/* --- errors ------------------------------------------------------------------------------------------------------- */

static void all_errors_are_told_and_all_typed_stays(void **state)
{
    (void)state;
    with_uploads(false);
    struct asked *a = post(&operator, "test-company", "name=N%3Ci%3E&uscc=1&capital=x&area-1=410100&area-2=&people-0-name=P&people-0-phone=123", save);
    assert_int_equal(a->io.answer.status, 422);
    static const char *const fields[] = { "uscc", "capital", "area", "paper", "people", "people-0-phone", "people-0-permit", "agree" };
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        char name[60];
        snprintf(name, sizeof name, "Error.%s", fields[i]);
        if (!*page_value(a, name))
            print_error("no error for %s\n", fields[i]);
        assert_true(*page_value(a, name) != '\0');
    }
    assert_string_equal(page_value(a, "Error.people-0-permit"), "专业技术人员第 1 名：请上传「操作证」");
    assert_string_equal(page_value(a, "Error.people"), "「专业技术人员」至少填写 2 名，当前 1 名，请补充");
    assert_string_equal(page_value(a, "Error.area"), "「注册地」请继续选择到县（市、区）");
    const char *html = asked_html(a);
    assert_non_null(strstr(html, "href=\"#people-0-phone\""));
    assert_non_null(strstr(html, "value=\"N&lt;i&gt;\""));
    assert_null(strstr(html, "N<i>"));
    assert_non_null(strstr(html, "执照.jpg"));                               /* the upload survives the error elsewhere */
    assert_non_null(strstr(html, "<option value=\"410100\" selected>"));
    asked_done(a);
    upload_count = 1;
    uploads[0] = (struct upload){ "licence", "/x", "evil.jpg", 1 };
    a = post(&operator, "test-company", "name=N", save);
    assert_string_equal(page_value(a, "Error.licence"), "「营业执照」不是图片，请重新选择");
    asked_done(a);
    upload_count = 0;
    a = post(&operator, "test-company", "area=440402&agree=v2", save);
    assert_non_null(strstr(page_value(a, "Error.area"), "应在河南省范围内"));
    assert_non_null(strstr(page_value(a, "Error.agree"), "已更新"));
    asked_done(a);
}

static void buttons_without_script_change_the_page_alone(void **state)
{
    (void)state;
    upload_count = 0;
    struct asked *a = post(&operator, "test-company", "do=division&area-1=411000&area-2=410105&name=", save);
    assert_int_not_equal(a->io.answer.status, 422);                          /* no error is shown yet */
    assert_string_equal(page_value(a, "Errors.0.Text"), "");
    assert_string_equal(page_value(a, "Values.area"), "411000");             /* the city of another prefecture is dropped */
    asked_done(a);
    a = post(&operator, "test-company", "do=add-people&people-0-name=A&people-1-name=B", save);
    assert_string_equal(page_value(a, "Form.Groups.1.Fields.2.Rows.2.Title"), "专业技术人员第 3 名");
    asked_done(a);
    a = post(&operator, "test-company", "do=drop-people-0&people-0-name=A&people-1-name=B&people-2-name=C", save);
    assert_string_equal(page_value(a, "Values.people-0-name"), "B");
    assert_string_equal(page_value(a, "Values.people-1-name"), "C");
    asked_done(a);
}

/* --- drafts, steps, a lost session ---------------------------------------------------------------------------------- */

static void keep_draft(struct request *rq) { form_draft_keep(rq); redirect(rq, "/x"); }
static void show_new(struct request *rq)
{
    form_show(rq, "test-company", NULL, "/x");
    page(rq, "formtest/form.cst");
}

static void a_draft_may_be_incomplete_and_is_found_by_its_owner(void **state)
{
    (void)state;
    upload_count = 0;
    struct asked *a = post(&operator, "test-company", "do=draft&name=Half&paper=110105194912310&people-0-name=Z", keep_draft);
    assert_int_equal(a->io.answer.status, 303);
    asked_done(a);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM form_draft WHERE owner = 'a:7' AND sealed NOT LIKE '%Half%'"), 1);
    a = ask(db, &operator, GET, NULL, "", show_new);
    assert_string_equal(page_value(a, "Values.name"), "Half");
    assert_string_equal(page_value(a, "Values.people-0-name"), "Z");
    assert_true(*page_value(a, "Form.Restored") != '\0');
    asked_done(a);
    a = ask(db, &stranger, GET, NULL, "", show_new);
    assert_string_equal(page_value(a, "Values.name"), "");
    asked_done(a);
    a = post(&operator, "test-company", "do=draft&founded=never", keep_draft);  /* types are still checked */
    assert_int_equal(a->io.answer.status, 422);
    asked_done(a);
    db_fixture_sql("DELETE FROM form_draft");
}

static void finish(struct request *rq)
{
    form_wizard(rq, "/w");
    form_store(&rq->work, rq->values, 0);
    form_done(rq);
    redirect(rq, "/done");
}

static const char *location(struct asked *a) { return pairs_get(&a->io.answer.headers, "Location"); }

static void steps_are_checked_alone_and_nothing_typed_is_lost(void **state)
{
    (void)state;
    upload_count = 0;
    struct asked *a = post(&nobody, "test-wizard", "step=1&amount=5", finish);
    assert_int_equal(a->io.answer.status, 422);
    assert_string_equal(page_value(a, "Error.name"), "请填写「名称」");
    assert_string_equal(page_value(a, "Error.platform"), "");
    asked_done(a);
    a = post(&nobody, "test-wizard", "step=1&name=W&amount=5&do=next", finish);
    assert_non_null(location(a));
    assert_non_null(strstr(location(a), "/w?step=2"));
    asked_done(a);
    a = post(&nobody, "test-wizard", "step=2&platform=Plat&do=back", finish);
    assert_non_null(strstr(location(a), "/w?step=1"));
    asked_done(a);
    a = post(&nobody, "test-wizard", "step=1&name=W2&amount=bad&do=back", finish);     /* back asks for nothing */
    assert_non_null(strstr(location(a), "/w?step=1"));
    asked_done(a);
    a = post(&nobody, "test-wizard", "step=2&platform=Plat", finish);        /* the end asks for everything: step 1 is wrong */
    assert_int_equal(a->io.answer.status, 422);
    assert_string_equal(page_value(a, "Form.Step"), "1");
    assert_string_equal(page_value(a, "Values.amount"), "bad");
    asked_done(a);
    asked_done(post(&nobody, "test-wizard", "step=1&name=W2&amount=6&do=next", finish));
    a = post(&nobody, "test-wizard", "step=2&platform=Plat", finish);
    assert_non_null(strstr(location(a), "/done"));
    asked_done(a);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM t_wizard WHERE name = 'W2' AND amount = 6 AND platform = 'Plat'"), 1);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM form_draft"), 0);
}

static char mark[200];
static void remember_mark(struct request *rq) { snprintf(mark, sizeof mark, "%s", draft_holder_mark(rq, "test-company")); }
static bool rescued;
static void rescue(struct request *rq)
{
    static char *environment[] = { "HTTP_HOST=portal.example", "HTTP_ORIGIN=http://portal.example", NULL };
    static FCGX_Request fcgi;
    fcgi.envp = environment;
    rq->io->fcgi = &fcgi;
    rescued = form_rescue(rq);
}

static void a_lost_session_loses_nothing(void **state)
{
    (void)state;
    upload_count = 0;
    asked_done(ask(db, &operator, GET, NULL, "", remember_mark));
    char query[400];
    static const char *const forged[] = { "7.00000000000000000000000000000000", "8", "" };
    for (size_t i = 0; i < 3; i++) {
        snprintf(query, sizeof query, "name=Typed&by=%s", forged[i]);
        asked_redraw = NULL;
        struct asked *a = ask(db, &nobody, POST, "test-company", "do=draft", nothing);
        decode_urlencoded(&a->rq, query);
        rescue(&a->rq);
        assert_false(rescued);
        asked_done(a);
    }
    struct asked *a = ask(db, &nobody, POST, "test-company", "do=draft", nothing);
    snprintf(query, sizeof query, "name=Typed&by=%s&page=/account/company", mark);
    decode_urlencoded(&a->rq, query);
    rescue(&a->rq);
    assert_true(rescued);
    assert_string_equal(a->io.back, "/account/company");
    assert_int_equal(a->rq.work.actor.account_id, 0);
    asked_done(a);
    a = ask(db, &operator, GET, NULL, "", show_new);
    assert_string_equal(page_value(a, "Values.name"), "Typed");
    asked_done(a);
    db_fixture_sql("DELETE FROM form_draft");
}

/* --- once ------------------------------------------------------------------------------------------------------------ */

static int ran;
static const char *count_one(struct work *work, void *arg)
{
    (void)arg;
    db_exec(work, "INSERT INTO t_wizard (name, platform) VALUES ('once', '')");
    return arena_printf(work->arena, "result %d", ++ran);
}

static const char *last_result;
static char result_copy[60];
static void once(struct work *work, void *arg)
{
    work->actor.account_id = *(int64_t *)arg;
    last_result = submission_once(work, "key-0123456789abcdef", count_one, NULL);
    snprintf(result_copy, sizeof result_copy, "%s", last_result);
}

static void a_double_submission_makes_one_record(void **state)
{
    int64_t me = 7, other = 8;
    (void)state;
    db_fixture_run(db, once, &me);
    db_fixture_run(db_fixture_work(), once, &me);
    assert_string_equal(result_copy, "result 1");
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM t_wizard WHERE name = 'once'"), 1);
    struct work *work = db_fixture_work();
    assert_false(work_run(work, WORK_WRITE, once, &other));
    assert_int_equal(work->failed, FAIL_CONFLICT);
}

static const char *refuse_one(struct work *work, void *arg)
{
    (void)arg;
    db_exec(work, "INSERT INTO t_wizard (name, platform) VALUES ('refused', '')");
    return ++ran < 3 ? NULL : "stored";
}

static void once_refused(struct work *work, void *arg)
{
    (void)arg;
    work->actor.account_id = 7;
    db_exec(work, "INSERT INTO t_wizard (name, platform) VALUES ('around', '')");
    last_result = submission_once(work, "key-refused-012345678", refuse_one, NULL);
    assert_true(ran < 3 ? !last_result : strcmp(last_result, "stored") == 0);
}

static void a_refused_submission_leaves_nothing_and_may_come_again(void **state)
{
    (void)state;
    ran = 0;
    for (int time = 1; time <= 4; time++) {
        assert_true(work_run(db_fixture_work(), WORK_WRITE, once_refused, NULL));
        assert_int_equal(ran, time < 3 ? time : 3);                         /* the fourth finds the third's result */
        assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM t_wizard WHERE name = 'refused'"), time < 3 ? 0 : 1);
        assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM submission WHERE idempotency_key = 'key-refused-012345678'"), time < 3 ? 0 : 1);
        assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM t_wizard WHERE name = 'around'"), time);
    }
}

static const char *count_slowly(struct work *work, void *arg)
{
    (void)arg;
    db_exec(work, "INSERT INTO t_wizard (name, platform) VALUES ('raced', '')");
    (void)db_int(work, 0, "SELECT SLEEP(0.3)");                             /* the other one arrives meanwhile */
    return "the result";
}

static void race(struct work *work, void *arg)
{
    (void)arg;
    work->actor.account_id = 7;
    (void)db_int(work, 0, "SELECT COUNT(*) FROM t_wizard");                 /* its picture of the data is older than the winner's */
    snprintf(result_copy, sizeof result_copy, "%s", submission_once(work, "key-race-0123456789", count_slowly, NULL));
}

static void two_at_once_make_one_record_and_both_learn_the_result(void **state)
{
    pid_t children[4];
    (void)state;
    fflush(NULL);
    for (size_t i = 0; i < 4; i++) {
        struct work *work = db_fixture_work();                              /* connects at its first use: in the child */
        if (!(children[i] = fork()))
            _exit(work_run(work, WORK_WRITE, race, NULL) && strcmp(result_copy, "the result") == 0 ? 0 : 1);
    }
    for (size_t i = 0; i < 4; i++) {
        int status;
        waitpid(children[i], &status, 0);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM t_wizard WHERE name = 'raced'"), 1);
}

static void wrong_declarations_stop_the_start(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "form {\n table = Bad;Name\n}\nfields {\n a [kind=line] = x\n}\n", "form {\n table = t\n}\nfields {\n a [kind=line, column=\"a`b\"] = x\n}\n",
        "form {\n table = t\n}\nfields {\n a [kind=rows] = x\n a.fields {\n b [kind=line] = y\n }\n}\n", "fields {\n a [kind=line, sealed] = x\n}\n",
        "fields {\n a [kind=choice] = x\n}\n", "fields {\n a [kind=division, level=planet] = x\n}\n", "fields {\n a [kind=files, accept=exe] = x\n}\n",
        "steps {\n 1 = a\n}\nfields {\n a [kind=line, step=2] = x\n}\n", "steps {\n 2 = a\n}\nfields {\n a [kind=line, step=1] = x\n}\n",
        "fields {\n a [kind=line, check=nope] = x\n}\n" };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        fflush(NULL);
        pid_t child = fork();
        if (!child) {
            (void)!freopen("/dev/null", "w", stderr);
            form_register_tree("wrong", tree_of(wrong[i]));
            forms_tie();
            _exit(0);
        }
        int status;
        waitpid(child, &status, 0);
        if (WEXITSTATUS(status) != 2)
            print_error("accepted: %s\n", wrong[i]);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 2);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_form_becomes_a_record), cmocka_unit_test(it_is_read_in_scope_masked_and_drawn),
        cmocka_unit_test(a_change_keeps_what_is_not_touched), cmocka_unit_test(a_foreign_record_is_not_changed),
        cmocka_unit_test(all_errors_are_told_and_all_typed_stays), cmocka_unit_test(buttons_without_script_change_the_page_alone),
        cmocka_unit_test(a_draft_may_be_incomplete_and_is_found_by_its_owner),
        cmocka_unit_test(steps_are_checked_alone_and_nothing_typed_is_lost), cmocka_unit_test(a_lost_session_loses_nothing),
        cmocka_unit_test(a_double_submission_makes_one_record), cmocka_unit_test(a_refused_submission_leaves_nothing_and_may_come_again),
        cmocka_unit_test(two_at_once_make_one_record_and_both_learn_the_result), cmocka_unit_test(wrong_declarations_stop_the_start) };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
