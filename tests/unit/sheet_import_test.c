/* Imports as jobs (Z9.3, S3.2): nothing stored unless all is right, then all at once; the same file twice doubles nothing;
 * killed while storing, nothing is half stored and the next runner does it. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/text.h"
#include "db_fixture.h"
#include "domain/checks.h"
#include "domain/file.h"
#include "domain/job.h"
#include "domain/role.h"
#include "domain/sheet_import.h"
#include "sheet/sheet_read.h"
#include "sheet/sheet_write.h"
#include "web/form_declared.h"

#undef fail
#include <cmocka.h>

static struct work *db;
static char path[300], out[300];
static int64_t kill_at;                                    /* the row at whose storing this process dies; 0: none */
static int64_t stored;

static const char thing[] = "form {\n table = t_thing\n}\nfields {\n operator_id [kind=given] = 运营商\n code [kind=code, max=20, required, unique] = 编码\n amount [kind=int, min=1, required] = 数量\n}\n";
static const struct form_sheet sheet = { .form = "test-thing", .title = "物品" };

static void check(struct work *work, struct form_values *values, void *with)
{
    (void)with;
    if (db_int(work, 0, "SELECT COUNT(*) FROM t_thing WHERE operator_id = ? AND code = ?", I(work->actor.operator_id), T(values_text(values, "code"))))
        values_error(values, "code", "该编码已存在");
}

static void store(struct work *work, struct form_values *values, void *with)
{
    (void)with;
    values_give(values, "operator_id", I(work->actor.operator_id));
    form_store(work, values, 0);
    if (kill_at && ++stored == kill_at)
        kill(getpid(), SIGKILL);
}

static int64_t imported;

/* Reads first, as real kinds do: what the transaction sees is fixed from here on. */
static void *begin(struct work *work, bool storing)
{
    (void)storing;
    imported = db_int(work, 0, "SELECT COUNT(*) FROM t_thing");
    return &imported;
}

static void end(struct work *work, int64_t import, int64_t rows, void *with)
{
    assert_ptr_equal(with, &imported);
    assert_int_equal(db_int(work, 0, "SELECT COUNT(*) FROM t_thing") - imported, rows);
    assert_true(import > 0);
}

static const struct sheet_import_kind kind = { "test-thing", "物品", "/things", &sheet, begin, check, store, end };

static void make(int rows, const char *bad)
{
    char code[20];
    struct sheet_pen *pen = pen_open(path);
    pen_sheet(pen, "物品", false);
    pen_text(pen, 0, 0, 0, LOOK_HEADER, "编码"), pen_text(pen, 0, 0, 1, LOOK_HEADER, "数量");
    for (int i = 1; i <= rows; i++) {
        snprintf(code, sizeof code, "C%05d", i);
        pen_text(pen, 0, i, 0, LOOK_TEXT, code);
        if (bad && i == rows)
            pen_text(pen, 0, i, 1, LOOK_TEXT, bad);
        else
            pen_number(pen, 0, i, 1, LOOK_PLAIN, "5");
    }
    assert_true(pen_close(pen));
    pen_drop(pen);
}

struct taking { int64_t id; bool again; };

static void take(struct work *work, void *arg)
{
    struct taking *t = arg;
    struct upload upload = { .field = "file", .path = path, .name = "物品.xlsx", .size = 1 };
    int64_t file;
    work->actor = (struct actor){ .account_id = 7, .operator_id = 3, .role = "operator", .login = "op", .name = "甲", .division = "" };
    const char *wrong = file_take(work, &upload, FILE_XLSX, &file);
    if (wrong)
        fail_msg("%s", wrong);
    t->id = sheet_import_take(work, "test-thing", file, &t->again);
}

static struct taking bring(void)
{
    struct taking t = { 0 };
    db_fixture_run(db, take, &t);
    return t;
}

static void run_payload(struct work *work, void *arg)
{
    json_t *payload = json_pack("{s:I}", "id", (json_int_t)*(int64_t *)arg);
    sheet_import_job(work, payload);
    json_decref(payload);
}

static void run(int64_t id)
{
    struct work *work = db_fixture_work();
    work->actor = (struct actor){ .role = "system", .login = "", .name = "", .division = "" };
    if (!work_run(work, WORK_PLAIN, run_payload, &id))
        fail_msg("%s %s", work->fail_text, work->fail_detail);
    work_release(work);
}

static char shown[4000];

static void show(struct work *work, void *arg)
{
    HDF *node;
    STRING text;
    string_init(&text);
    assert_false(!!hdf_init(&node));
    if (sheet_import_show(work, "test-thing", *(int64_t *)arg, 5, node)) {
        snprintf(shown, sizeof shown, "%s %s/%s %s %s|%s|%s|%s", hdf_get_value(node, "State", ""), hdf_get_value(node, "Done", ""), hdf_get_value(node, "Total", ""),
                 hdf_get_value(node, "Problems", ""), hdf_get_value(node, "Refused", ""), hdf_get_value(node, "List.0.Where", ""), hdf_get_value(node, "List.0.Value", ""), hdf_get_value(node, "List.0.Text", ""));
    } else {
        strcpy(shown, "absent");
    }
    hdf_destroy(&node);
}

static const char *look(int64_t id)
{
    db_fixture_run(db, show, &id);
    return shown;
}

static void clean(void)
{
    db_fixture_sql("DELETE FROM sheet_import");
    db_fixture_sql("DELETE FROM t_thing");
    db_fixture_sql("DELETE FROM job");
}

/* --- tests ---------------------------------------------------------------------------------------------------------- */

static void all_stored_once(void **state)
{
    (void)state;
    clean();
    make(1200, NULL);
    struct taking t = bring();
    assert_false(t.again);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM job WHERE kind = 'sheet.import' AND state = 'waiting'"), 1);
    assert_non_null(strstr(look(t.id), "waiting"));
    run(t.id);
    assert_non_null(strstr(look(t.id), "done 1200/1200 0"));
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM t_thing WHERE operator_id = 3 AND amount = 5"), 1200);
    struct taking same = bring();
    assert_int_equal(same.id, t.id);
    assert_true(same.again);
    run(t.id);                                             /* a runner killed before it could say that it was done */
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM t_thing"), 1200);
    db->actor.operator_id = 4;
    assert_string_equal(look(t.id), "absent");
}

static void mark(struct work *work, void *arg)
{
    work->actor.operator_id = 3;
    assert_true(sheet_import_marked(work, "test-thing", *(int64_t *)arg, out));
}

static void nothing_stored_when_one_is_wrong(void **state)
{
    (void)state;
    clean();
    make(300, "五个");
    struct taking t = bring();
    run(t.id);
    assert_non_null(strstr(look(t.id), "refused"));
    assert_non_null(strstr(shown, "|B301|五个|「数量」应为"));
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM t_thing"), 0);
    db_fixture_run(db, mark, &t.id);
    struct sheet_book *book = sheet_open(out, NULL);
    assert_null(sheet_wrong(book));
    assert_int_equal(sheet_named(book, "错误清单"), 0);
    sheet_close(book);
    make(300, NULL);
    struct taking mended = bring();
    assert_int_not_equal(mended.id, t.id);
    db_fixture_sql("INSERT INTO t_thing (operator_id, code, amount) VALUES (3, 'C00007', 1)");
    run(mended.id);
    assert_non_null(strstr(look(mended.id), "refused"));
    assert_non_null(strstr(shown, "|A8|C00007|该编码已存在"));
    db_fixture_sql("DELETE FROM t_thing");
    struct taking again = bring();                         /* what was refused may be right by now */
    assert_int_equal(again.id, mended.id);
    assert_false(again.again);
    run(again.id);
    assert_non_null(strstr(look(again.id), "done 300/300 0"));
}

static void killed_while_storing(void **state)
{
    (void)state;
    clean();
    make(900, NULL);
    struct taking t = bring();
    pid_t child = fork();
    if (child == 0) {
        kill_at = 600;
        struct work own = { .arena = arena_new(), .db = db_new("portal"), .id = "child", .now = clock_now() };
        own.actor = (struct actor){ .role = "system", .login = "", .name = "", .division = "" };
        work_run(&own, WORK_PLAIN, run_payload, &t.id);
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM t_thing"), 0);
    assert_non_null(strstr(look(t.id), "storing 500/900"));
    run(t.id);
    assert_non_null(strstr(look(t.id), "done 900/900"));
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM t_thing"), 900);
}

static void not_a_workbook(void **state)
{
    (void)state;
    clean();
    struct sheet_pen *pen = pen_open(path);
    pen_sheet(pen, "别的", false);
    pen_sheet(pen, "另外", false);
    pen_text(pen, 0, 0, 0, LOOK_PLAIN, "x");
    assert_true(pen_close(pen));
    pen_drop(pen);
    struct taking t = bring();
    run(t.id);
    assert_non_null(strstr(look(t.id), "没有工作表「物品」"));
}

static int set_up(void **state)
{
    HDF *tree;
    char folder[300];
    (void)state;
    db = db_fixture();
    checks_register();
    roles_load();
    assert_true(!hdf_init(&tree) && !hdf_read_string(tree, thing));
    form_register_tree("test-thing", tree);
    forms_tie();
    sheet_import_register(&kind);
    snprintf(folder, sizeof folder, "mkdir -p %s/tmp %s/files", db_fixture_folder(), db_fixture_folder());
    assert_int_equal(system(folder), 0);
    snprintf(path, sizeof path, "%s/tmp/in.xlsx", db_fixture_folder());
    snprintf(out, sizeof out, "%s/tmp/out.xlsx", db_fixture_folder());
    db_fixture_sql("CREATE TABLE t_thing (id BIGINT AUTO_INCREMENT PRIMARY KEY, operator_id BIGINT NOT NULL, code VARCHAR(20) NOT NULL, amount INT NOT NULL, UNIQUE (operator_id, code))");
    db_fixture_sql("INSERT INTO operator (id, code, name, short_name) VALUES (3, '123456789', '运营商甲', '甲'), (4, '123456780', '运营商乙', '乙')");
    db_fixture_sql("INSERT INTO account (id, login, name, role, state, operator_id, password_hash) VALUES (7, 'op', '甲', 'operator', 'active', 3, 'x')");
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_stored_once), cmocka_unit_test(nothing_stored_when_one_is_wrong),
        cmocka_unit_test(killed_while_storing), cmocka_unit_test(not_a_workbook) };
    return cmocka_run_group_tests_name("sheet_import", tests, set_up, NULL);
}
