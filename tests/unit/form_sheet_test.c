/* S3.2, Z9.3: a form as a workbook: the template, the strict import with every problem at its cell, rows of kind=rows with
 * their parent, the same workbook back with what is wrong marked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/text.h"
#include "db_fixture.h"
#include "domain/checks.h"
#include "sheet/sheet_read.h"
#include "sheet/sheet_write.h"
#include "web/form_declared.h"
#include "web/form_sheet.h"
#include "web/io.h"

#undef fail
#include <cmocka.h>

static struct work *db;
static char path[300], other[300];

static const char pile[] =
    "fields {\n operator_id [kind=given] = 运营商\n station_id [kind=id, required] = 充电站\n"
    " code [kind=code, max=23, required, unique, example=4404020001] = 设施编码\n name [kind=line, max=10, required, example=示例桩] = 设施名称\n"
    " sort [kind=dict, dict=equipment_type, required] = 设施类型\n area [kind=division, level=county, within=440400, required] = 区域\n"
    " power [kind=real, min=0.1, max=999, unit=kW, required, example=120] = 额定功率\n price [kind=money] = 造价\n"
    " made [kind=date, check=\"not-after=today\", required] = 生产日期\n book [kind=bool] = 支持预约\n scope [kind=dict, dict=station_type, many] = 服务范围\n"
    " photo [kind=files, accept=image, required] = 照片\n"
    " guns [kind=rows, least=1, most=3, unit=把] = 充电枪\n"
    " guns.fields {\n code [kind=code, required, unique, example=01] = 枪编码\n current [kind=int, min=1, max=500, unit=A, required, example=250] = 电流\n }\n}\n";

static int64_t station(struct work *work, const char *text)
{
    (void)work;
    return strcmp(text, "S1") == 0 ? 7 : strcmp(text, "S2") == 0 ? 8 : 0;
}

static const struct form_sheet sheet = { .form = "test-pile", .title = "充电桩信息",
    .references = { { "station_id", "所属充电站编码", "应已录入站点档案", "S1", station, "请先录入该充电站" } } };

static HDF *tree_of(const char *text)
{
    HDF *tree;
    assert_true(!hdf_init(&tree) && !hdf_read_string(tree, text));
    return tree;
}

/* --- what a pass saw ---------------------------------------------------------------------------------------------- */

static char seen[8000];
static struct form_sheet_result result;
static bool good;

static void saw(struct work *work, struct form_values *values, void *arg)
{
    (void)work, (void)arg;
    size_t n = strlen(seen);
    n += (size_t)snprintf(seen + n, sizeof seen - n, "%lld/%s/%s/%s/%s/%s/%lld/%s:", (long long)values_int(values, "station_id"), values_text(values, "code"),
                          values_text(values, "name"), values_text(values, "sort"), values_text(values, "area"), values_text(values, "power"),
                          (long long)values_int(values, "price"), values_text(values, "made"));
    for (size_t i = 0; i < values_count(values, "guns"); i++)
        n += (size_t)snprintf(seen + n, sizeof seen - n, "%s-%lld,", values_text(values_row(values, "guns", i), "code"),
                              (long long)values_int(values_row(values, "guns", i), "current"));
    if (strcmp(values_text(values, "code"), "TAKEN") == 0)
        values_error(values, "code", "该编码已被使用");
}

static void read_it(struct work *work, void *arg)
{
    (void)arg;
    seen[0] = '\0';
    good = form_sheet_read(work, &sheet, path, &(struct form_sheet_pass){ .row = saw }, &result);
}

static void template_it(struct work *work, void *arg)
{
    (void)arg;
    assert_true(form_sheet_template(work, &sheet, path));
}

/* The problems as "sheet address value text". */
static const char *problems(void)
{
    static char out[12000];
    size_t n = 0;
    out[0] = '\0';
    for (size_t i = 0; i < result.count; i++)
        n += (size_t)snprintf(out + n, sizeof out - n, "%s %s [%s] %s\n", result.list[i].sheet, result.list[i].address, result.list[i].value, result.list[i].text);
    return out;
}

static void told(const char *words)
{
    if (!strstr(problems(), words))
        fail_msg("no problem with %s; refused %s; problems:\n%s", words, result.refused ? result.refused : "-", problems());
}

/* --- making workbooks: a row a line, cells by "|" --------------------------------------------------------------------- */

static void write_sheet(struct sheet_pen *pen, const char *name, const char *text)
{
    int at = pen_sheet(pen, name, false), row = 0;
    char *copy = strdup(text), *rest = copy, *line;
    while ((line = strsep(&rest, "\n"))) {
        int column = 0;
        for (char *cell; (cell = strsep(&line, "|")); column++) {
            if (*cell == '#')
                pen_number(pen, at, row, column, LOOK_PLAIN, cell + 1);
            else if (*cell == '@')
                pen_date(pen, at, row, column, LOOK_DATE, cell + 1);
            else
                pen_text(pen, at, row, column, LOOK_PLAIN, cell);
        }
        row++;
    }
    free(copy);
}

#define OWN "设施编码*|设施名称*|所属充电站编码*|设施类型*|区域*|额定功率（kW）*|造价|生产日期*|支持预约|服务范围\n"
#define GUNS "所属设施编码*|枪编码*|电流（A）*\n"

static void read_sheets(const char *own, const char *guns)
{
    struct sheet_pen *pen = pen_open(path);
    write_sheet(pen, "充电桩信息", own);
    if (guns)
        write_sheet(pen, "充电枪", guns);
    assert_true(pen_close(pen));
    pen_drop(pen);
    db_fixture_run(db, read_it, NULL);
}

/* --- tests ------------------------------------------------------------------------------------------------------------ */

static void template_has_everything(void **state)
{
    (void)state;
    struct sheet_row row;
    db_fixture_run(db, template_it, NULL);
    struct sheet_book *book = sheet_open(path, NULL);
    assert_null(sheet_wrong(book));
    assert_int_equal(sheet_named(book, "充电桩信息"), 0);
    assert_int_equal(sheet_named(book, "充电枪"), 1);
    assert_int_equal(sheet_named(book, "填写说明"), 2);
    struct sheet *own = sheet_begin(book, 0);
    assert_true(sheet_next(own, &row));
    assert_int_equal(row.count, 10);
    assert_string_equal(row.cells[0].text, "所属充电站编码*");
    assert_string_equal(row.cells[5].text, "额定功率（kW）*");
    assert_true(sheet_next(own, &row));
    assert_string_equal(row.cells[4].text, "香洲区");
    sheet_close(book);
    db_fixture_run(db, read_it, NULL);                     /* sent back untouched: the example is no data */
    assert_false(good);
    assert_non_null(strstr(result.refused, "没有可导入的数据"));
}

static void good_rows_with_their_guns(void **state)
{
    (void)state;
    read_sheets(OWN "Ａ１|甲桩|S1|直流设备|香洲区|#120.5|1,234.5元|@2026-01-15|是|公共、个人\nA2|乙桩|S2|2|广东省珠海市斗门区|60||2026年2月3日|否|\n",
                GUNS "A2|21|#250\nA1|11|#250\nA1|12|200\n");
    if (!good)
        fail_msg("%s %s", result.refused ? result.refused : "", problems());
    assert_int_equal(result.rows, 2);
    assert_string_equal(seen, "7/A1/甲桩/1/440402/120.5/123450/2026-01-15:11-250,12-200,8/A2/乙桩/2/440403/60/0/2026-02-03:21-250,");
}

static void columns_in_any_order(void **state)
{
    (void)state;
    read_sheets("生产日期|额定功率|区域|设施类型|设施编码|设施名称|所属充电站编码\n2026-01-15|60|440402|1|B1|丙|S1\n", "枪编码|电流|所属设施编码\n1|20|B1\n");
    assert_true(good);
    read_sheets("生产日期|额定功率|区域|设施类型|设施名称|所属充电站编码|备注|设施名称\nx", GUNS);
    assert_non_null(strstr(result.refused, "缺少列：设施编码"));
    assert_non_null(strstr(result.refused, "不认识的列：备注"));
    assert_non_null(strstr(result.refused, "重复的列：设施名称"));
    read_sheets(OWN "A1", NULL);
    assert_non_null(strstr(result.refused, "没有工作表「充电枪」"));
}

static void every_problem_at_its_cell(void **state)
{
    (void)state;
    read_sheets(OWN "A1| 甲桩 |S1|飞机|香洲区|#120|12.345|@2026-01-15|也许|公共\nA1|乙|S9|直流设备|河南|0|#1|@2999-01-01||\n|丙|S1|直流设备|香洲区|#60||@2026-01-15|||多余\n"
                "A4|丁|S1|直流设备|香洲区|#60||@2026-01-15\nTAKEN|戊|S1|直流设备|香洲区|#60||@2026-01-15\n",
                GUNS "A1|1|#250\nA1|1|#900\nA9|1|#20\n|7|#20\nTAKEN|8|#20\n");
    assert_false(good);
    assert_null(result.refused);
    told("充电桩信息 B2 [ 甲桩 ] 前后有多余的空格或换行，请改为“甲桩”");
    told("充电桩信息 D2 [飞机] 「设施类型」没有“飞机”这个选项");
    told("充电桩信息 G2 [12.345]");
    told("充电桩信息 I2 [也许] 「支持预约」只能是“是”或“否”");
    told("充电桩信息 A3 [A1] 与第 2 行重复");
    told("充电桩信息 C3 [S9] 「所属充电站编码」没有“S9”，请先录入该充电站");
    told("充电桩信息 E3 [河南] 「区域」没有代码为“河南”的区划");
    told("充电桩信息 F3 [0] 「额定功率」应为 0.1 到 999 之间的数");
    told("充电桩信息 H3 [2999-01-01]");
    told("充电桩信息 A4 [] 请填写「设施编码」");
    told("充电桩信息 K4 [多余] 该列没有列名");
    told("充电桩信息  [] 「充电枪」至少填写 1 把");
    told("充电桩信息 A6 [TAKEN] 该编码已被使用");
    told("充电枪 C3 [900] 「电流」应为 1 到 500 之间的整数");
    told("充电枪 B3 [1] 与第 2 行重复");
    told("充电枪 A4 [A9] 在工作表「充电桩信息」中没有这个设施编码");
    told("充电枪 A5 [] 请填写「所属设施编码」");
    if (strstr(problems(), "照片") || strstr(problems(), "请填写「设施名称」"))
        fail_msg("said too much: %s", problems());
    assert_int_equal(result.rows, 5);
}

static void mark_it(struct work *work, void *arg)
{
    (void)arg;
    good = form_sheet_read(work, &sheet, path, &(struct form_sheet_pass){ .row = NULL }, &result);
    assert_true(form_sheet_marked(work, &sheet, path, &result, other));
}

static void marked_workbook_comes_back(void **state)
{
    (void)state;
    struct sheet_row row;
    read_sheets(OWN "A1| 甲 |S1|直流设备|香洲区|#120|#5|@2026-01-15|是|公共\n", GUNS "A1|1|#900\n");
    db_fixture_run(db, mark_it, NULL);
    struct sheet_book *book = sheet_open(other, NULL);
    assert_null(sheet_wrong(book));
    assert_int_equal(sheet_named(book, "错误清单"), 0);
    struct sheet *list = sheet_begin(book, 0), *own = sheet_begin(book, sheet_named(book, "充电桩信息"));
    assert_true(sheet_next(list, &row) && sheet_next(list, &row));
    assert_string_equal(row.cells[1].text, "B2");
    assert_true(sheet_next(own, &row) && sheet_next(own, &row));
    assert_string_equal(row.cells[1].text, " 甲 ");
    assert_string_equal(row.cells[5].text, "120");
    assert_int_equal(row.cells[7].kind, SHEET_DATE);
    sheet_close(book);
    snprintf(path + strlen(path) - 6, 7, "b.xlsx");        /* what came back can be mended and sent again */
    char first[300];
    strcpy(first, path);
    strcpy(path, other);
    db_fixture_run(db, read_it, NULL);
    assert_null(result.refused);
    assert_int_equal(result.problems, 2);
    strcpy(path, first);
}

static void thousands_of_problems_are_counted(void **state)
{
    (void)state;
    struct sheet_pen *pen = pen_open(path);
    write_sheet(pen, "充电桩信息", OWN);
    for (int i = 1; i <= 3000; i++)
        pen_text(pen, 0, i, 1, LOOK_PLAIN, "名称太长名称太长名称太长");
    write_sheet(pen, "充电枪", GUNS);
    assert_true(pen_close(pen));
    pen_drop(pen);
    db_fixture_run(db, read_it, NULL);
    assert_false(good);
    assert_int_equal(result.rows, 3000);
    assert_int_equal(result.count, FORM_SHEET_LISTED);
    assert_true(result.problems > 3000 * 7);
}

static void grows(struct work *work, void *arg)
{
    size_t *kept = arg;
    (void)arena_alloc(work->arena, 100000);
    work_defer(work, free, malloc(10));
    (*kept)++;
}

static void steps(struct work *work, void *arg)
{
    void *before = arena_alloc(work->arena, 16);
    for (int i = 0; i < 100; i++)
        work_step(work, grows, arg);
    assert_ptr_equal((char *)before + 16, arena_alloc(work->arena, 16));
}

static void steps_give_back(void **state)
{
    (void)state;
    size_t kept = 0;
    db_fixture_run(db, steps, &kept);
    assert_int_equal(kept, 100);
}

static int set_up(void **state)
{
    (void)state;
    db = db_fixture();
    checks_register();
    form_register_tree("test-pile", tree_of(pile));
    forms_tie();
    snprintf(path, sizeof path, "%s/tmp/a.xlsx", db_fixture_folder());
    snprintf(other, sizeof other, "%s/tmp/marked.xlsx", db_fixture_folder());
    char folder[300];
    snprintf(folder, sizeof folder, "mkdir -p %s/tmp", db_fixture_folder());
    assert_int_equal(system(folder), 0);
    db_fixture_sql("INSERT INTO division (code, parent_code, level, name, portal_owned) VALUES ('440000', NULL, 1, '广东省', 0), ('440400', '440000', 2, '珠海市', 0),"
                   " ('440402', '440400', 3, '香洲区', 0), ('440403', '440400', 3, '斗门区', 0), ('410000', NULL, 1, '河南省', 0)");
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(template_has_everything), cmocka_unit_test(good_rows_with_their_guns), cmocka_unit_test(columns_in_any_order),
        cmocka_unit_test(every_problem_at_its_cell), cmocka_unit_test(marked_workbook_comes_back),
        cmocka_unit_test(thousands_of_problems_are_counted), cmocka_unit_test(steps_give_back) };
    return cmocka_run_group_tests_name("form_sheet", tests, set_up, NULL);
}
