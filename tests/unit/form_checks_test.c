/* The named checks of forms: the known answers of the standards, and messages that say what is wrong and how to mend it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "domain/checks.h"
#include "web/form_declared.h"
#include "web/io.h"

#undef fail
#include <cmocka.h>

static struct work work;
static const struct form *form;

static const char declared[] =
    "fields {\n uscc [kind=line, check=uscc, max=30] = 统一社会信用代码\n shape [kind=line, check=uscc-shape] = 代码\n"
    " org [kind=line, check=organisation] = 组织机构代码\n paper [kind=line, check=resident-id] = 身份证号\n"
    " mobile [kind=line, check=mobile] = 手机号码\n phone [kind=line, check=phone] = 联系电话\n mail [kind=line, check=email] = 电子邮箱\n"
    " post [kind=line, check=postcode] = 邮政编码\n bank [kind=line, check=bank-account] = 账号\n login [kind=line, check=login] = 账号名称\n"
    " born [kind=date, check=\"not-after=today\"] = 成立日期\n from [kind=date] = 开始\n to [kind=date, check=\"not-before=from, not-after=2030-12-31\"] = 结束\n"
    " again [kind=line, check=\"same-as=login\"] = 再次输入\n money [kind=money, max=1000000] = 金额\n day [kind=date] = 日期\n}\n";

static int set_up(void **state)
{
    HDF *tree;
    (void)state;
    work = (struct work){ .arena = arena_new(), .id = "test", .now = 1763600000000 };       /* 2025-11-20 */
    checks_register();
    if (hdf_init(&tree) || hdf_read_string(tree, (char *)declared))
        return 1;
    form_register("test:checks", hdf_get_obj(tree, "fields"));
    forms_tie();
    form = form_find(&work, "test:checks");
    return 0;
}

/* The message for this value; NULL: accepted. *kept: what is stored */
static const char *judged(const char *field, const char *text, const char **kept)
{
    struct form_values *values = values_new(&work, form);
    values_put(values, field, text);
    bool good = values_check(values, false);
    if (kept)
        *kept = values_text(values, field);
    assert_int_equal(good, !values_entry(values, field)->error);
    return values_entry(values, field)->error;
}

static void good_are_taken(void **state)
{
    (void)state;
    static const struct { const char *field, *typed, *stored; } cases[] = {
        { "uscc", "91350100M000100Y43", "91350100M000100Y43" }, { "uscc", "91310110666007217T", "91310110666007217T" },
        { "uscc", "91310115591693856A", "91310115591693856A" }, { "uscc", "91110000802100433B", "91110000802100433B" },
        { "uscc", "12100000400000624D", "12100000400000624D" }, { "uscc", "11100000000013338W", "11100000000013338W" },
        { "uscc", "91410100MA000020X0", "91410100MA000020X0" }, { "uscc", "91410100MA0000330Y", "91410100MA0000330Y" },
        { "uscc", " 91350100m000100y43 ", "91350100M000100Y43" },                       /* a pasted blank, small letters */
        { "uscc", "９１３５０１００Ｍ０００１００Ｙ４３", "91350100M000100Y43" },           /* full width */
        { "shape", "91350211M0000XUF46", "91350211M0000XUF46" },                         /* really issued, check fails */
        { "paper", "11010519491231002x", "11010519491231002X" },
        { "paper", "440524188001010014", "440524188001010014" }, { "mobile", "138 0013-8000", "13800138000" },
        { "mobile", "+86 13800138000", "13800138000" }, { "mobile", "１９９００００００００", "19900000000" },
        { "phone", "0756-1234567", "0756-1234567" }, { "phone", "010-12345678", "010-12345678" }, { "phone", "95598", "95598" },
        { "phone", "0756-1234567-12", "0756-1234567-12" }, { "phone", "400-123-4567", "400-123-4567" }, { "phone", "13800138000", "13800138000" },
        { "mail", "A.b+c@Example.COM", "A.b+c@example.com" }, { "post", "519000", "519000" }, { "bank", "6222 0000 0000 0000 123", "6222000000000000123" },
        { "login", "zhuhai_01", "zhuhai_01" }, { "born", "2025-11-20", "2025-11-20" }, { "day", "2026年1月2日", "2026-01-02" },
        { "day", "2026/1/2", "2026-01-02" }, { "day", "20260102", "2026-01-02" }, { "day", "2026.1.2", "2026-01-02" }, { "day", "2024-02-29", "2024-02-29" },
        { "money", "1,234.5", "1234.50" }, { "money", "￥１００元", "100.00" }, { "money", "0.01", "0.01" }, { "money", "1000000", "1000000.00" } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *kept, *wrong;
        wrong = judged(cases[i].field, cases[i].typed, &kept);
        if (wrong)
            print_error("%s: %s\n", cases[i].typed, wrong);
        assert_null(wrong);
        assert_string_equal(kept, cases[i].stored);
    }
}

static void wrong_are_refused_with_a_remedy(void **state)
{
    (void)state;
    static const struct { const char *field, *typed, *says; } cases[] = {
        { "uscc", "91330110MA27XU4F7Q", "校验位不符" }, { "uscc", "91310115MA1H8R7C6D", "校验位不符" }, { "uscc", "91350211M0000XUF46", "人工核验" },
        { "uscc", "91350211M00013FA1N", "校验位不符" }, { "uscc", "9135010M000100Y43", "当前 17 位" }, { "uscc", "9135O100M000100Y43", "第 5 位有误" },
        { "uscc", "9135A100M000100Y43", "行政区划码" }, { "shape", "91350211M0000XUF4", "当前 17 位" }, { "org", "MA0000000", "校验位不符" },
        { "paper", "110105194912310020", "校验位不符" }, { "paper", "440524188001010015", "校验位不符" }, { "paper", "110105194913310020", "出生日期" },
        { "paper", "11010519491231002", "当前 17 位" }, { "paper", "1101051949123100AX", "末位" }, { "mobile", "1380013800", "当前 10 位" },
        { "mobile", "12800138000", "13800138000" }, { "phone", "1234567", "请带区号" }, { "mail", "a@b", "名称@域名" }, { "mail", "a b.c", "名称@域名" },
        { "mail", "a@@b.cn", "名称@域名" }, { "post", "51900", "6 位数字" }, { "bank", "1234567", "8 至 30" }, { "login", "1abc", "以字母开头" },
        { "login", "管理员", "字母" }, { "born", "2025-11-21", "不能晚于今天" }, { "day", "2026-02-29", "例如 2026-11-20" }, { "day", "2026年13月1日", "日期" },
        { "day", "26-1-1", "日期" }, { "day", "2026-1-2x", "日期" }, { "money", "1.234", "两位小数" }, { "money", "一百", "两位小数" }, { "money", "1000000.01", "单位是否为元" },
        { "money", "-1", "之间" }, { "money", "1e3", "两位小数" }, { "money", "99999999999999999999", "金额" } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *wrong = judged(cases[i].field, cases[i].typed, NULL);
        if (!wrong || !strstr(wrong, cases[i].says))
            print_error("%s %s: %s\n", cases[i].field, cases[i].typed, wrong ? wrong : "accepted");
        assert_non_null(wrong);
        assert_non_null(strstr(wrong, cases[i].says));
        assert_non_null(strstr(wrong, "「"));                             /* names its field */
    }
}

static void every_wrong_last_character_of_an_id_is_found(void **state)
{
    (void)state;
    for (const char *c = "0123456789X"; *c; c++) {
        char id[19] = "11010519491231002", code[19] = "91350100M000100Y4";
        id[17] = code[17] = *c;
        assert_int_equal(judged("paper", id, NULL) == NULL, *c == 'X');
        assert_int_equal(judged("uscc", code, NULL) == NULL, *c == '3');
    }
}

static void fields_are_compared(void **state)
{
    (void)state;
    struct form_values *values = values_new(&work, form);
    values_put(values, "from", "2026年5月1日");
    values_put(values, "to", "2026-04-30");
    values_put(values, "login", "abcd");
    values_put(values, "again", "abce");
    assert_false(values_check(values, false));
    assert_non_null(strstr(values_entry(values, "to")->error, "不能早于「开始」 2026-05-01"));
    assert_non_null(strstr(values_entry(values, "again")->error, "与「账号名称」不一致"));
    values_put(values, "to", "2026-05-01");
    values_put(values, "again", "abcd");
    assert_true(values_check(values, false));
    values_put(values, "to", "2031-01-01");
    assert_false(values_check(values, false));
}

static void masks_hide_what_they_should(void **state)
{
    (void)state;
    assert_string_equal(text_masked(work.arena, "mobile", "13800138000"), "138****8000");
    assert_string_equal(text_masked(work.arena, "id", "11010519491231002X"), "110105********002X");
    assert_string_equal(text_masked(work.arena, "name", "张三"), "张*");
    assert_string_equal(text_masked(work.arena, "name", "欧阳小明"), "欧**明");
    assert_string_equal(text_masked(work.arena, "bank", "6222000012345678"), "************5678");
    assert_string_equal(text_masked(work.arena, "mobile", "12345"), "*****");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_are_taken), cmocka_unit_test(wrong_are_refused_with_a_remedy),
        cmocka_unit_test(every_wrong_last_character_of_an_id_is_found), cmocka_unit_test(fields_are_compared),
        cmocka_unit_test(masks_hide_what_they_should) };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
