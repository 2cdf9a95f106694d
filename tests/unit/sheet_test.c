/* lib/sheet: workbooks of every shape that programs write, and hostile ones, which are refused with words. Those that no
 * program writes are put together here by libzip. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zip.h>

#include <cmocka.h>

#include "sheet/sheet_inside.h"
#include "sheet/sheet_write.h"

static char path[] = "/tmp/chargehall-sheet-XXXXXX";

struct entry { const char *name, *text; };

#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>"
#define MAIN "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\""
#define REL(id, kind, target) "<Relationship Id=\"" id "\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/" kind "\" Target=\"" target "\"/>"
#define RELS(body) HEAD "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">" body "</Relationships>"
#define ROOT { "_rels/.rels", RELS(REL("rId1", "officeDocument", "xl/workbook.xml")) }
#define BOOK_RELS { "xl/_rels/workbook.xml.rels", RELS(REL("rId1", "worksheet", "worksheets/sheet1.xml") REL("rId2", "styles", "styles.xml") REL("rId3", "sharedStrings", "/xl/sharedStrings.xml")) }
#define BOOK(more) { "xl/workbook.xml", HEAD "<workbook " MAIN ">" more "<sheets><sheet name=\"站点\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>" }
#define STYLES { "xl/styles.xml", HEAD "<styleSheet " MAIN "><numFmts><numFmt numFmtId=\"164\" formatCode=\"yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;\"/>" \
    "<numFmt numFmtId=\"165\" formatCode=\"000000\"/><numFmt numFmtId=\"166\" formatCode=\"[Red]0.00&quot;d&quot;\"/></numFmts><cellStyleXfs><xf numFmtId=\"14\"/></cellStyleXfs>" \
    "<cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"164\"/><xf numFmtId=\"165\"/><xf numFmtId=\"166\"/><xf numFmtId=\"22\"/><xf numFmtId=\"20\"/></cellXfs></styleSheet>" }
#define STRINGS { "xl/sharedStrings.xml", HEAD "<sst " MAIN "><si><t>充电站</t></si><si><r><t>富</t></r><r><rPr><b/></rPr><t xml:space=\"preserve\">文本 </t></r><rPh sb=\"0\" eb=\"1\"><t>ふ</t></rPh></si><si><t>a_x000D_\nb_x005F_x</t></si></sst>" }
#define SHEET(rows) { "xl/worksheets/sheet1.xml", HEAD "<worksheet " MAIN "><sheetData>" rows "</sheetData></worksheet>" }
#define WHOLE(rows) ROOT, BOOK_RELS, BOOK(""), STYLES, STRINGS, SHEET(rows)

static void make_sized(const struct entry *entries, size_t count, const char *extra, size_t size)
{
    int error;
    unlink(path);
    zip_t *zip = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, &error);
    assert_non_null(zip);
    for (size_t i = 0; i < count; i++) {
        bool own = extra && i == count - 1;
        zip_source_t *source = zip_source_buffer(zip, own ? extra : entries[i].text, own ? size : strlen(entries[i].text), 0);
        assert_true(zip_file_add(zip, entries[i].name, source, ZIP_FL_ENC_UTF_8) >= 0);
    }
    assert_int_equal(zip_close(zip), 0);
}
#define make(...) make_sized((const struct entry[]){ __VA_ARGS__ }, sizeof((const struct entry[]){ __VA_ARGS__ }) / sizeof(struct entry), NULL, 0)

static void write_file(const void *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    fclose(file);
}

/* Everything of the first sheet as "row:address=kind text;"; or the refusal. */
static char got[20000];

static const char *read_all(const struct sheet_limits *limits)
{
    static const char kinds[] = "-tndbfe";
    struct sheet_book *book = sheet_open(path, limits);
    struct sheet *sheet = sheet_begin(book, 0);
    struct sheet_row row;
    size_t n = 0;
    got[0] = '\0';
    while (sheet && sheet_next(sheet, &row))
        for (int i = 0; i < row.count; i++)
            if (row.cells[i].kind != SHEET_EMPTY && n < sizeof got - 400)
                n += (size_t)snprintf(got + n, 300, "%s=%c%s%s;", sheet_address(i, row.number).text, kinds[row.cells[i].kind],
                                      row.cells[i].text, row.cells[i].digits_lost ? "!" : row.hidden ? "~" : "");
    if (sheet_wrong(book))
        snprintf(got, sizeof got, "%s", sheet_wrong(book));
    sheet_close(book);
    return got;
}

#define reads(expected) assert_string_equal(read_all(NULL), expected)
static void says(const char *words)
{
    if (!strstr(read_all(NULL), words))
        fail_msg("wanted words with %s, got %s", words, got);
}

/* --- what programs write ----------------------------------------------------------------------------------------- */

static void cells_of_every_kind(void **state)
{
    (void)state;
    make(WHOLE("<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"s\"><v>1</v></c><c r=\"C1\" t=\"s\"><v>2</v></c></row>"
               "<row r=\"3\" hidden=\"1\"><c r=\"A3\" t=\"inlineStr\"><is><r><t>内</t></r><r><t>联</t></r><rPh><t>x</t></rPh></is></c><c r=\"B3\" t=\"b\"><v>1</v></c>"
               "<c r=\"C3\" t=\"e\"><v>#N/A</v></c><c r=\"D3\"><f>A1&amp;\"x\"</f><v>7</v></c><c r=\"E3\" t=\"str\"><f>A1</f><v>文</v></c><c r=\"F3\" s=\"1\"/></row>"));
    reads("A1=t充电站;B1=t富文本 ;C1=ta\nb_x;A3=t内联~;B3=bTRUE~;C3=e#N/A~;D3=f7~;E3=f文~;");
}

static void numbers_as_written(void **state)
{
    (void)state;
    make(WHOLE("<row r=\"1\"><c><v>1.1000000000000001</v></c><c><v>4.4040200000000003E+17</v></c><c><v>440402000000001</v></c><c><v>1E-05</v></c><c><v>-12.50</v></c>"
               "<c s=\"3\"><v>4404</v></c><c><v>0.1</v></c><c s=\"4\"><v>5</v></c><c><v>1.2E+3</v></c><c><v>nan</v></c><c><v>0x10</v></c><c><v>1e400</v></c></row>"));
    reads("A1=n1.1;B1=n440402000000000000!;C1=n440402000000001;D1=n0.00001;E1=n-12.50;F1=n004404;G1=n0.1;H1=n5;I1=n1200;J1=enan;K1=e0x10;L1=e1e400;");
}

static void dates_of_both_systems(void **state)
{
    (void)state;
    make(WHOLE("<row r=\"1\"><c s=\"1\"><v>46346</v></c><c s=\"2\"><v>61</v></c><c s=\"1\"><v>59</v></c><c s=\"1\"><v>60</v></c><c s=\"5\"><v>46346.395833333336</v></c>"
               "<c s=\"6\"><v>0.5</v></c><c t=\"d\"><v>2026-11-20T00:00:00</v></c><c s=\"1\"><v>-3</v></c><c s=\"1\"><v>99999999</v></c></row>"));
    reads("A1=d2026-11-20;B1=d1900-03-01;C1=d1900-02-28;D1=n60;E1=d2026-11-20 09:30:00;F1=d12:00:00;G1=d2026-11-20;H1=n-3;I1=n99999999;");
    make(ROOT, BOOK_RELS, BOOK("<workbookPr date1904=\"1\"/>"), STYLES, STRINGS, SHEET("<row><c s=\"1\"><v>44884</v></c><c s=\"1\"><v>0</v></c></row>"));
    reads("A1=d2026-11-20;B1=d1904-01-01;");
}

static void days_in_columns_of_text(void **state)
{
    char out[64];
    (void)state;
    assert_true(sheet_day_text(&(struct sheet_cell){ .text = "45413" }, out));
    assert_string_equal(out, "2024-05-01");
    assert_true(sheet_day_text(&(struct sheet_cell){ .text = "43951", .from_1904 = true }, out));
    assert_string_equal(out, "2024-05-01");
    static const char *const others[] = { "", "4541", "454130", "20240501", "2024", "45413.5", "-4541", "99999", "2024-05-01" };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_false(sheet_day_text(&(struct sheet_cell){ .text = others[i] }, out));
}

static void formats_that_are_dates(void **state)
{
    (void)state;
    static const struct { const char *code; int style; } cases[] = { { "yyyy-mm-dd", STYLE_DATE }, { "[$-804]yyyy\"年\"m\"月\"", STYLE_DATE },
        { "h:mm", STYLE_TIME }, { "[h]:mm:ss", STYLE_TIME }, { "mm", STYLE_DATE }, { "General", STYLE_PLAIN }, { "0.00\"day\"", STYLE_PLAIN },
        { "#,##0;[Red]-#,##0", STYLE_PLAIN }, { "0.00E+00", STYLE_PLAIN }, { "@", STYLE_PLAIN }, { "0\\d", STYLE_PLAIN }, { "0000", STYLE_PADDED + 4 },
        { "\"", STYLE_PLAIN }, { "[", STYLE_PLAIN }, { "\\", STYLE_PLAIN } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (format_style(cases[i].code) != cases[i].style)
            fail_msg("%s is %d", cases[i].code, format_style(cases[i].code));
}

/* Prefixed names (Open XML SDK), no r attributes, cells out of order, the workbook elsewhere, no styles, no strings. */
static void other_shapes(void **state)
{
    (void)state;
    make({ "_rels/.rels", RELS(REL("a", "officeDocument", "/book/main.xml")) }, { "book/_rels/main.xml.rels", RELS(REL("q", "worksheet", "../sheets/one.xml")) },
         { "book/main.xml", HEAD "<x:workbook xmlns:x=\"m\" xmlns:rel=\"r\"><x:sheets><x:sheet name=\"一\" sheetId=\"1\" rel:id=\"q\" state=\"hidden\"/></x:sheets></x:workbook>" },
         { "sheets/one.xml", HEAD "<x:worksheet xmlns:x=\"m\"><x:sheetData><x:row><x:c t=\"str\"><x:v>甲</x:v></x:c><x:c><x:v>2</x:v></x:c></x:row>"
           "<x:row/><x:row><x:c r=\"C3\"><x:v>3</x:v></x:c><x:c r=\"A3\"><x:v>1</x:v></x:c></x:row></x:sheetData></x:worksheet>" });
    reads("A1=t甲;B1=n2;A3=n1;C3=n3;");
    struct sheet_book *book = sheet_open(path, NULL);
    assert_true(sheet_hidden(book, 0));
    assert_int_equal(sheet_named(book, "一"), 0);
    assert_int_equal(sheet_named(book, "二"), -1);
    sheet_close(book);
}

static void merged_cells_are_told(void **state)
{
    (void)state;
    const char *range;
    make(ROOT, BOOK_RELS, BOOK(""), STYLES, STRINGS, { "xl/worksheets/sheet1.xml", HEAD "<worksheet " MAIN "><sheetData><row><c><v>1</v></c></row></sheetData>"
         "<mergeCells count=\"2\"><mergeCell ref=\"A1:B1\"/><mergeCell ref=\"C3:C9\"/></mergeCells></worksheet>" });
    struct sheet_book *book = sheet_open(path, NULL);
    struct sheet *sheet = sheet_begin(book, 0);
    struct sheet_row row;
    while (sheet_next(sheet, &row))
        ;
    assert_int_equal(sheet_merges(sheet, 1, &range), 2);
    assert_string_equal(range, "C3:C9");
    sheet_close(book);
}

/* --- what is refused --------------------------------------------------------------------------------------------- */

static void other_files_renamed(void **state)
{
    (void)state;
    write_file("a,b\n1,2\n", 8);
    says("不是 Excel 工作簿");
    write_file("", 0);
    says("是空的");
    char ole[2048] = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
    write_file(ole, sizeof ole);
    says("97-2003");
    memcpy(ole + 1100, "E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k", 26);
    write_file(ole, sizeof ole);
    says("打开密码");
    write_file("PK\3\4 and no more of it", 22);
    says("已损坏");
    make({ "a.txt", "x" });
    says("压缩包");
    make({ "mimetype", "application/vnd.oasis.opendocument.spreadsheet" }, { "content.xml", "<a/>" });
    says("ods");
    make(ROOT, { "xl/workbook.bin", "x" });
    says("xlsb");
    make({ "_rels/.rels", RELS("") });
    says("Word");
    assert_non_null(strstr(read_all(NULL), "xlsx"));
}

static void encrypted_parts(void **state)
{
    (void)state;
    int error;
    make(WHOLE("<row/>"));
    zip_t *zip = zip_open(path, 0, &error);
    assert_int_equal(zip_file_set_encryption(zip, 2, ZIP_EM_AES_256, "secret"), 0);
    assert_int_equal(zip_close(zip), 0);
    says("密码");
}

static void doctype_ends_the_reading(void **state)
{
    (void)state;
    make(ROOT, BOOK_RELS, BOOK(""), STYLES, { "xl/sharedStrings.xml", HEAD "<!DOCTYPE a [<!ENTITY b \"bbbbbbbb\"><!ENTITY c \"&b;&b;&b;&b;\">]><sst><si><t>&c;</t></si></sst>" }, SHEET(""));
    says("实体定义");
    make(ROOT, BOOK_RELS, BOOK(""), STYLES, STRINGS, { "xl/worksheets/sheet1.xml", "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><worksheet/>" });
    says("实体定义");
}

static char *repeated(const char *head, const char *piece, size_t times, const char *tail, size_t *size)
{
    size_t h = strlen(head), p = strlen(piece), t = strlen(tail);
    char *out = malloc(*size = h + p * times + t);
    assert_non_null(out);
    memcpy(out, head, h);
    for (size_t i = 0; i < times; i++)
        memcpy(out + h + i * p, piece, p);
    memcpy(out + h + p * times, tail, t);
    return out;
}

static void make_with(const char *head, const char *piece, size_t times, const char *tail)
{
    size_t size;
    char *text = repeated(head, piece, times, tail, &size);
    static const struct entry parts[] = { ROOT, BOOK_RELS, BOOK(""), STYLES, STRINGS, { "xl/worksheets/sheet1.xml", "" } };
    make_sized(parts, 6, text, size);
    free(text);
}

static void bombs(void **state)
{
    (void)state;
    make_with("<worksheet><sheetData>", "                                                                ", 400000, "</sheetData></worksheet>");
    says("压缩比异常");
    struct sheet_limits small = sheet_limits_usual;
    small.unpacked = 2u << 20;
    make_with("<worksheet><sheetData>", "<row><c><v>12345</v></c></row>", 100000, "</sheetData></worksheet>");
    assert_non_null(strstr(read_all(&small), "解压后超过 2 MB"));
    small = sheet_limits_usual;
    small.rows = 1000;
    assert_non_null(strstr(read_all(&small), "超过 1000 行"));
    make_with("<worksheet><sheetData>", "<a><b><c>", 30, "");
    says("层次过深");
    make_with("<worksheet a=\"", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", 100000, "\"/>");     /* one token of 3 MB */
    says("不规范");
    make_with("<worksheet><sheetData><row><c t=\"str\"><v>", "0123456789abcdef", 20000, "</v></c></row></sheetData></worksheet>");
    says("32767");
}

static void strings_are_bounded(void **state)
{
    (void)state;
    struct sheet_limits small = sheet_limits_usual;
    small.texts = 2;
    make(WHOLE("<row><c t=\"s\"><v>0</v></c></row>"));
    assert_non_null(strstr(read_all(&small), "文字超过"));
    small.texts = 100, small.strings = 30;
    assert_non_null(strstr(read_all(&small), "文字超过"));
}

static void odd_sheets(void **state)
{
    (void)state;
    static const char *const rows[] = { "<row r=\"2\"/><row r=\"1\"/>", "<row r=\"0\"/>", "<row r=\"1048577\"/>", "<row r=\"1\"><c r=\"A2\"><v>1</v></c></row>",
        "<row r=\"1\"><c r=\"A1\"><v>1</v></c><c r=\"A1\"><v>2</v></c></row>", "<row><c t=\"s\"><v>99</v></c></row>", "<row><c t=\"s\"><v>-1</v></c></row>",
        "<row><c r=\"ZZZZZZ1\"><v>1</v></c></row>", "<row><c><c/></c></row>", "<row><row/></row>" };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[400];
        snprintf(text, sizeof text, "<worksheet><sheetData>%s</sheetData></worksheet>", rows[i]);
        static const struct entry parts[] = { ROOT, BOOK_RELS, BOOK(""), STYLES, STRINGS, { "xl/worksheets/sheet1.xml", "" } };
        make_sized(parts, 6, text, strlen(text));
        if (!strstr(read_all(NULL), "不规范"))
            fail_msg("%s: %s", rows[i], got);
    }
    make(WHOLE("<row><c r=\"ABC1\"><v>1</v></c></row>"));
    says("多余的列");
    make(ROOT, BOOK_RELS, BOOK(""), STYLES, STRINGS);
    says("缺少内容");
    make(WHOLE("<row><c></row>"));
    says("损坏或不规范");
}

/* --- writing ------------------------------------------------------------------------------------------------------ */

static void written_and_read_back(void **state)
{
    (void)state;
    static const char *long_list[300];
    static char words[300][40];
    static const char *const two[] = { "是", "否" };
    for (int i = 0; i < 300; i++)
        snprintf(words[i], sizeof words[i], "珠海市第 %d 个街道", i), long_list[i] = words[i];
    struct sheet_pen *pen = pen_open(path);
    int sheet = pen_sheet(pen, "站点", false);
    pen_width(pen, sheet, 0, 20, LOOK_TEXT);
    pen_freeze(pen, sheet, 1);
    pen_text(pen, sheet, 0, 0, LOOK_HEADER_MUST, "编码*");
    pen_note(pen, sheet, 0, 0, "与平台推送的一致");
    pen_text(pen, sheet, 1, 0, LOOK_TEXT, "=1+1");
    pen_number(pen, sheet, 1, 1, LOOK_PLAIN, "12.5");
    pen_number(pen, sheet, 1, 2, LOOK_PLAIN, "4404020000000001");
    pen_date(pen, sheet, 1, 3, LOOK_DATE, "2026-11-20");
    pen_date(pen, sheet, 1, 4, LOOK_TIME, "2026-11-20 09:30:00.123");
    pen_date(pen, sheet, 1, 5, LOOK_DATE, "无");
    pen_choices(pen, sheet, 1, 1000, 6, two, 2, true);
    pen_choices(pen, sheet, 1, 1000, 7, long_list, 300, true);
    pen_text(pen, sheet, 2, 0, LOOK_BAD, " 坏\x01值");
    assert_true(pen_close(pen));
    pen_drop(pen);
    reads("A1=t编码*;A2=t=1+1;B2=n12.5;C2=t4404020000000001;D2=d2026-11-20;E2=d2026-11-20 09:30:00;F2=t无;A3=t 坏\x01值;");
    struct sheet_book *book = sheet_open(path, NULL);
    assert_int_equal(sheet_named(book, "选项"), 1);
    assert_true(sheet_hidden(book, 1));
    sheet_close(book);
    pen = pen_open("/nonexistent/x.xlsx");
    pen_sheet(pen, "a", false);
    assert_false(pen_close(pen));
    pen_drop(pen);
}

static void addresses(void **state)
{
    (void)state;
    assert_string_equal(sheet_address(0, 1).text, "A1");
    assert_string_equal(sheet_address(25, 17).text, "Z17");
    assert_string_equal(sheet_address(26, 17).text, "AA17");
    assert_string_equal(sheet_address(701, 2).text, "ZZ2");
    assert_string_equal(sheet_address(702, 2).text, "AAA2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_of_every_kind), cmocka_unit_test(numbers_as_written), cmocka_unit_test(dates_of_both_systems),
        cmocka_unit_test(days_in_columns_of_text), cmocka_unit_test(formats_that_are_dates), cmocka_unit_test(other_shapes), cmocka_unit_test(merged_cells_are_told),
        cmocka_unit_test(other_files_renamed), cmocka_unit_test(encrypted_parts), cmocka_unit_test(doctype_ends_the_reading),
        cmocka_unit_test(bombs), cmocka_unit_test(strings_are_bounded), cmocka_unit_test(odd_sheets),
        cmocka_unit_test(written_and_read_back), cmocka_unit_test(addresses) };
    int descriptor = mkstemp(path);
    if (descriptor < 0)
        return 1;
    close(descriptor);
    int failed = cmocka_run_group_tests_name("sheet", tests, NULL, NULL);
    unlink(path);
    return failed;
}
