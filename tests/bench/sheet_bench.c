/* Workbooks: `write FILE ROWS COLUMNS` as the exports do, `make FILE ROWS` a filled station template, `check FILE` it through
 * the form, `read FILE` alone. Prints seconds and peak memory (VmHWM). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "db_fixture.h"
#include "domain/checks.h"
#include "sheet/sheet_read.h"
#include "sheet/sheet_write.h"
#include "web/form_declared.h"
#include "web/form_sheet.h"
#include "web/io.h"

static const char facility[] =
    "fields {\n station [kind=line, max=20, required] = 所属充电站编码\n report [kind=line, max=30, required] = 检测报告编号\n"
    " code [kind=code, max=23, required, unique, example=x] = 设施编码\n name [kind=line, max=30, required] = 设施名称\n serial_no [kind=line, max=40, required, unique] = 出厂编号\n"
    " equipment_type [kind=dict, dict=equipment_type, required] = 设施类型\n manufacturer_name [kind=line, max=30, required] = 生产厂商\n"
    " manufacturer_code [kind=line, check=organisation] = 生产厂商编码\n model [kind=line, max=20, required] = 设施型号\n power [kind=real, min=0.1, max=99999, required] = 额定功率\n"
    " voltage_lower [kind=int, min=0, max=5000, required] = 额定电压下限\n voltage_upper [kind=int, min=1, max=5000, required] = 额定电压上限\n"
    " current [kind=int, min=1, max=5000, required] = 额定电流\n national_standard [kind=dict, dict=national_standard, required] = 国家标准\n"
    " production_date [kind=date, check=\"not-after=today\", required] = 生产日期\n commissioned_on [kind=date, check=\"not-after=today\", required] = 投运日期\n"
    " area [kind=division, level=county, within=440400, required] = 区域\n lng [kind=real, min=73, max=136, required] = 经度\n lat [kind=real, min=3, max=54, required] = 纬度\n"
    " price [kind=money] = 造价\n phone [kind=line, check=mobile] = 联系电话\n park_no [kind=line, max=10] = 车位号\n book [kind=bool] = 支持预约\n"
    " type [kind=dict, dict=station_type] = 服务范围\n remark [kind=line, max=100] = 备注\n}\n";

static const struct form_sheet sheet = { .form = "bench-facility", .title = "设施档案" };

static long peak_kib(void)
{
    char line[200];
    long peak = 0;
    FILE *status = fopen("/proc/self/status", "r");
    while (status && fgets(line, sizeof line, status))
        sscanf(line, "VmHWM: %ld", &peak);
    if (status)
        fclose(status);
    return peak;
}

static void told(const char *what, int64_t rows, int64_t from)
{
    printf("%s %lld %.3f %.1f\n", what, (long long)rows, (double)(clock_micro() - from) / 1e6, (double)peak_kib() / 1024);
}

static void make(const char *path, int rows)
{
    char text[80];
    struct sheet_pen *pen = pen_open(path);
    const struct form *form = form_named("bench-facility");
    pen_sheet(pen, "设施档案", false);
    for (size_t c = 0; c < form->count; c++)
        pen_text(pen, 0, 0, (int)c, LOOK_HEADER, form->fields[c].label);
    for (int i = 1; i <= rows; i++) {
        const char *fixed[] = { NULL, NULL, NULL, NULL, NULL, "直流设备", "珠海某某新能源设备有限公司", "123456788", "DC-120-II", "#120", "#200", "#750", "#250", "GB/T 20234—2015", "@2024-03-05",
                                "@2024-06-01", i % 2 ? "香洲区" : "斗门区", NULL, NULL, "#85000.5", "13800138000", NULL, "是", "公共", NULL };
        for (int c = 0; c < 25; c++) {
            snprintf(text, sizeof text, c == 0 ? "ZD%06d" : c == 1 ? "JC-2024-%05d" : c == 2 ? "440402%014d" : c == 3 ? "%d 号直流充电桩" : c == 4 ? "SN%012d" : c == 17 ? "#113.%06d"
                     : c == 18 ? "#22.%06d" : c == 21 ? "A%d" : "第 %d 行的备注文字", c == 0 || c == 1 ? i / 20 : i % 1000000);
            const char *cell = fixed[c] ? fixed[c] : text;
            if (*cell == '#')
                pen_number(pen, 0, i, c, LOOK_PLAIN, cell + 1);
            else if (*cell == '@')
                pen_date(pen, 0, i, c, LOOK_DATE, cell + 1);
            else
                pen_text(pen, 0, i, c, LOOK_TEXT, cell);
        }
    }
    if (!pen_close(pen))
        exit(1);
    pen_drop(pen);
}

static void check(struct work *work, void *arg)
{
    struct form_sheet_result result;
    int64_t from = clock_micro();
    bool good = form_sheet_read(work, &sheet, arg, &(struct form_sheet_pass){ .row = NULL }, &result);
    told("check", result.rows, from);
    if (!good)
        fprintf(stderr, "%s %lld problems; first: %s %s\n", result.refused ? result.refused : "", (long long)result.problems,
                result.count ? result.list[0].address : "", result.count ? result.list[0].text : "");
}

static void read_alone(const char *path)
{
    int64_t from = clock_micro(), rows = 0;
    struct sheet_book *book = sheet_open(path, NULL);
    struct sheet *one = sheet_begin(book, 0);
    for (struct sheet_row row; one && sheet_next(one, &row);)
        rows++;
    if (sheet_wrong(book))
        fprintf(stderr, "%s\n", sheet_wrong(book));
    sheet_close(book);
    told("read", rows, from);
}

static void write_many(const char *path, int rows, int columns)
{
    char text[60];
    int64_t from = clock_micro();
    struct sheet_pen *pen = pen_open(path);
    pen_sheet(pen, "导出", false);
    for (int i = 0; i < rows; i++)
        for (int c = 0; c < columns; c++) {
            snprintf(text, sizeof text, c % 3 == 0 ? "4404020%013d" : c % 3 == 1 ? "珠海充电站 %d 号桩" : "%d.25", i);
            if (c % 3 == 2)
                pen_number(pen, 0, i, c, LOOK_MONEY, text);
            else
                pen_text(pen, 0, i, c, LOOK_PLAIN, text);
        }
    if (!pen_close(pen))
        exit(1);
    pen_drop(pen);
    told("write", rows, from);
}

static void with_form(void)
{
    HDF *tree;
    checks_register();
    if (hdf_init(&tree) || hdf_read_string(tree, facility))
        exit(1);
    form_register_tree("bench-facility", tree);
    forms_tie();
}

int main(int argc, char **argv)
{
    if (argc == 5 && strcmp(argv[1], "write") == 0) {
        write_many(argv[2], atoi(argv[3]), atoi(argv[4]));
    } else if (argc == 3 && strcmp(argv[1], "read") == 0) {
        read_alone(argv[2]);
    } else if (argc == 4 && strcmp(argv[1], "make") == 0) {
        db_fixture();
        with_form();
        make(argv[2], atoi(argv[3]));
    } else if (argc == 3 && strcmp(argv[1], "check") == 0) {
        struct work *work = db_fixture();
        with_form();
        db_fixture_sql("INSERT INTO division (code, parent_code, level, name, portal_owned) VALUES ('440000', NULL, 1, '广东省', 0),"
                       " ('440400', '440000', 2, '珠海市', 0), ('440402', '440400', 3, '香洲区', 0), ('440403', '440400', 3, '斗门区', 0)");
        db_fixture_run(work, check, argv[2]);
    } else {
        fputs("write FILE ROWS COLUMNS | make FILE ROWS | read FILE | check FILE\n", stderr);
        return 2;
    }
    return 0;
}
