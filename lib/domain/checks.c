/* checks: see the header. Messages say what is wrong and how to mend it; numbers are never judged by anything but
 * their published rules (reference of each rule at its function). */
#include "domain/checks.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/db.h"
#include "core/text.h"
#include "core/uscc.h"
#include "domain/division.h"
#include "domain/doubt.h"
#include "domain/file.h"
#include "web/form.h"

_Static_assert((int)FILE_IMAGE == FORM_ACCEPT_IMAGE && (int)FILE_PDF == FORM_ACCEPT_PDF
               && (int)FILE_XLSX == FORM_ACCEPT_XLSX, "what a field accepts");

/* --- normal forms ---------------------------------------------------------------------------------------------- */

static char *packed(struct arena *arena, const char *text, const char *dropped)
{
    char *out = arena_copy(arena, text), *o = out;
    for (; *text; text++)
        if (!strchr(dropped, *text))
            *o++ = *text;
    *o = '\0';
    return out;
}

static char *code_normal(struct arena *arena, const char *text)
{
    char *out = packed(arena, text, " ");
    for (char *c = out; *c; c++)
        *c = (char)toupper((unsigned char)*c);
    return out;
}

static char *digits_normal(struct arena *arena, const char *text) { return packed(arena, text, " "); }

static char *mobile_normal(struct arena *arena, const char *text)
{
    char *out = packed(arena, text, " -");
    if (text_has_prefix(out, "+86"))
        out += 3;
    else if (text_has_prefix(out, "0086"))
        out += 4;
    return out;
}

static char *email_normal(struct arena *arena, const char *text)
{
    char *out = packed(arena, text, " "), *at = strrchr(out, '@');
    for (; at && *at; at++)                              /* the domain has no case; the name before it may */
        *at = (char)tolower((unsigned char)*at);
    return out;
}

/* --- identifiers ------------------------------------------------------------------------------------------------ */

static const char *say(const struct form_checked *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
static const char *say(const struct form_checked *c, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *text = arena_vprintf(c->work->arena, format, args);
    va_end(args);
    return arena_printf(c->work->arena, "「%s」%s", c->label, text);
}

static size_t all_of(const char *text, const char *set) { return strspn(text, set) == strlen(text); }

/* GB 32100-2015: 18 characters of 0-9 A-Z without I O S V Z; 3 to 8 digits. */
static const char *uscc_shape_wrong(const struct form_checked *c)
{
    size_t length = utf8_length(c->text), good = strspn(c->text, "0123456789ABCDEFGHJKLMNPQRTUWXY");
    if (length != USCC_LENGTH)
        return say(c, "应为 %d 位，当前 %zu 位，请对照营业执照核对", USCC_LENGTH, length);
    if (good < strlen(c->text))
        return say(c, "第 %zu 位有误：代码只含数字和大写字母，不含 I、O、S、V、Z，请核对是否把 0 输成了 O、1 输成了 I", good + 1);
    if (strspn(c->text + 2, "0123456789") < 6)
        return say(c, "第 3 至 8 位应为数字（登记机关行政区划码），请对照营业执照核对");
    return NULL;
}

static const char *uscc_wrong(const struct form_checked *c)
{
    const char *wrong = uscc_shape_wrong(c);
    if (!wrong && !uscc_valid(c->text))
        return say(c, "校验位不符，请对照营业执照逐位核对；确认无误仍不能提交的，请联系主管部门人工核验");
    return wrong;
}

static const char *organisation_wrong(const struct form_checked *c)
{
    if (strlen(c->text) != ORGANISATION_LENGTH)
        return say(c, "应为 %d 位，当前 %zu 位（统一社会信用代码的第 9 至 17 位）", ORGANISATION_LENGTH, utf8_length(c->text));
    return organisation_valid(c->text) ? NULL : say(c, "校验位不符，请与统一社会信用代码的第 9 至 17 位核对");
}

/* GB 11643-1999. Age is no criterion: the standard's own example was born in 1880. */
static const char *resident_wrong(const struct form_checked *c)
{
    static const int weights[] = { 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2 };
    size_t length = utf8_length(c->text);
    int sum = 0;
    int64_t at;
    if (length != 18)
        return say(c, "应为 18 位，当前 %zu 位，请对照居民身份证核对", length);
    if (strspn(c->text, "0123456789") < 17 || !strchr("0123456789X", c->text[17]))
        return say(c, "前 17 位应为数字，末位为数字或 X，请对照居民身份证核对");
    if (!time_parse(arena_copy_n(c->work->arena, c->text + 6, 8), "%Y%m%d", &at) || at > c->work->now)
        return say(c, "第 7 至 14 位不是有效的出生日期，请对照居民身份证核对");
    for (int i = 0; i < 17; i++)
        sum += (c->text[i] - '0') * weights[i];
    return "10X98765432"[sum % 11] == c->text[17] ? NULL : say(c, "校验位不符，请对照居民身份证逐位核对");
}

static bool is_mobile(const char *text)
{
    return strlen(text) == 11 && text[0] == '1' && text[1] >= '3' && all_of(text, "0123456789");
}

static const char *mobile_wrong(const struct form_checked *c)
{
    if (all_of(c->text, "0123456789") && strlen(c->text) != 11)
        return say(c, "应为 11 位手机号码，当前 %zu 位，请核对", strlen(c->text));
    return is_mobile(c->text) ? NULL : say(c, "不是有效的手机号码，应为 13 至 19 开头的 11 位数字，例如 13800138000");
}

/* 0756-1234567, 0756-1234567-12, 010-12345678, 400-123-4567, 95598, or a mobile */
static const char *phone_wrong(const struct form_checked *c)
{
    char digits[40];
    size_t n = 0, area = strspn(c->text, "0123456789");
    for (const char *t = c->text; *t && n < sizeof digits - 1; t++)
        if (isdigit((unsigned char)*t))
            digits[n++] = *t;
    digits[n] = '\0';
    bool shape = all_of(c->text, "0123456789-");
    bool mobile = shape && is_mobile(digits);
    bool landline = shape && c->text[0] == '0' && (n == 10 || n == 11 || n == 12 || (n <= 17 && strchr(c->text, '-')))
                 && (c->text[area] == '\0' || (area >= 3 && area <= 4)) && n >= 10;
    bool service = shape && ((n == 10 && (text_has_prefix(digits, "400") || text_has_prefix(digits, "800")))
                          || (n >= 5 && n <= 8 && digits[0] == '9') || (n == 5 && digits[0] == '1'));
    return mobile || landline || service ? NULL
         : say(c, "不是有效的电话号码，固定电话请带区号，例如 0756-1234567；手机号码为 11 位数字");
}

static const char *email_wrong(const struct form_checked *c)
{
    const char *at = strchr(c->text, '@'), *dot = at ? strrchr(at, '.') : NULL;
    bool good = at && at > c->text && at == strrchr(c->text, '@') && dot && dot > at + 1 && strlen(dot) > 2
             && strlen(c->text) <= 100 && !strstr(c->text, "..") && dot[-1] != '.'
             && all_of(c->text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.!#$%&'*+/=?^_`{|}~-@");
    return good ? NULL : say(c, "不是有效的电子邮箱，请按“名称@域名”填写，例如 lianxi@example.com");
}

static const char *postcode_wrong(const struct form_checked *c)
{
    return strlen(c->text) == 6 && all_of(c->text, "0123456789") ? NULL : say(c, "应为 6 位数字，例如 519000");
}

static const char *bank_wrong(const struct form_checked *c)
{
    size_t n = strlen(c->text);
    return n >= 8 && n <= 30 && all_of(c->text, "0123456789") ? NULL : say(c, "应为 8 至 30 位数字，请对照开户许可证核对");
}

/* ISO 3166-1 alpha-2 */
static const char *country_wrong(const struct form_checked *c)
{
    return strlen(c->text) == 2 && all_of(c->text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") ? NULL : say(c, "应为两个字母，例如 CN");
}

static const char *login_wrong(const struct form_checked *c)
{
    size_t n = strlen(c->text);
    bool good = n >= 4 && n <= 30 && isalpha((unsigned char)c->text[0])
             && all_of(c->text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.");
    return good ? NULL : say(c, "应为 4 至 30 个字母、数字或 _ - . ，以字母开头");
}

/* --- dates and pairs ---------------------------------------------------------------------------------------------- */

/* "today", "2026-01-01", or another field: its value, "" when that is empty; *called: how it is named */
static const char *limit_date(const struct form_checked *c, const char **called)
{
    if (strcmp(c->arg, "today") == 0) {
        *called = "今天";
        return time_format(c->work->arena, c->work->now, "%Y-%m-%d");
    }
    if (isdigit((unsigned char)c->arg[0])) {
        *called = c->arg;
        return c->arg;
    }
    *called = arena_printf(c->work->arena, "「%s」", values_label(c->values, c->arg));
    return values_text(c->values, c->arg);
}

static const char *not_after_wrong(const struct form_checked *c)
{
    const char *called, *limit = limit_date(c, &called);
    return !*limit || strcmp(c->text, limit) <= 0 ? NULL
         : say(c, "不能晚于%s%s%s，请核对", called, strcmp(called, limit) ? " " : "", strcmp(called, limit) ? limit : "");
}

static const char *not_before_wrong(const struct form_checked *c)
{
    const char *called, *limit = limit_date(c, &called);
    return !*limit || strcmp(c->text, limit) >= 0 ? NULL
         : say(c, "不能早于%s%s%s，请核对", called, strcmp(called, limit) ? " " : "", strcmp(called, limit) ? limit : "");
}

static const char *same_as_wrong(const struct form_checked *c)
{
    return strcmp(c->text, values_text(c->values, c->arg)) == 0 ? NULL
         : say(c, "与「%s」不一致，请重新输入", values_label(c->values, c->arg));
}

static const char *at_least_wrong(const struct form_checked *c)
{
    const char *least = values_text(c->values, c->arg);
    return !*least || strtod(c->text, NULL) >= strtod(least, NULL) ? NULL
         : say(c, "不能小于「%s」%s，请核对", values_label(c->values, c->arg), least);
}

/* Found at the field that asks, for an empty field has no checks of its own. */
static const char *needs_wrong(const struct form_checked *c)
{
    size_t size = strcspn(c->arg, ":");
    const char *field = c->arg + size + (c->arg[size] == ':');
    bool asked = (size == 1 && *c->arg == '*') || (strlen(c->text) == size && strncmp(c->text, c->arg, size) == 0);
    if (!asked || values_has(c->values, field))
        return NULL;
    return size == 1 && *c->arg == '*' ? say(c, "填写后还应填写「%s」", values_label(c->values, field))
                                       : say(c, "为当前选项时，应填写「%s」", values_label(c->values, field));
}

static const char *owner_wrong(const struct form_checked *c)
{
    return strcmp(c->text, "999999999") == 0 ? NULL : organisation_wrong(c);
}

static const struct form_check checks[] = {
    { "uscc",         code_normal,   uscc_wrong,         NULL,    NULL,      USCC_LENGTH },
    { "uscc-shape",   code_normal,   uscc_shape_wrong,   NULL,    NULL,      USCC_LENGTH },
    { "organisation", code_normal,   organisation_wrong, NULL,    NULL,      ORGANISATION_LENGTH },
    { "resident-id",  code_normal,   resident_wrong,     NULL,    NULL,      18 },
    { "mobile",       mobile_normal, mobile_wrong,       "tel",   "tel",     0 },
    { "phone",        digits_normal, phone_wrong,        "tel",   "tel",     0 },
    { "email",        email_normal,  email_wrong,        "email", "email",   0 },
    { "postcode",     digits_normal, postcode_wrong,     NULL,    "numeric", 6 },
    { "bank-account", mobile_normal, bank_wrong,         NULL,    "numeric", 0 },
    { "login",        digits_normal, login_wrong,        NULL,    NULL,      0 },
    { "not-after",    NULL,          not_after_wrong,    NULL,    NULL,      0 },
    { "not-before",   NULL,          not_before_wrong,   NULL,    NULL,      0 },
    { "country-code", code_normal,   country_wrong,      NULL,    NULL,      2 },
    { "same-as",      NULL,          same_as_wrong,      NULL,    NULL,      0 },
    { "at-least",     NULL,          at_least_wrong,     NULL,    NULL,      0 },
    { "needs",        NULL,          needs_wrong,        NULL,    NULL,      0 },
    { "owner-code",   code_normal,   owner_wrong,        NULL,    NULL,      ORGANISATION_LENGTH },
};

/* --- divisions and files --------------------------------------------------------------------------------------------- */

static int children(struct work *work, const char *parent, HDF *node)
{
    return *parent ? division_children(work, parent, node)
                   : db_rows(work, node, "SELECT code, name FROM division WHERE parent_code IS NULL ORDER BY portal_owned, code");
}

static const char *parent(struct work *work, const char *code)
{
    return db_text(work, "SELECT COALESCE(parent_code, '') FROM division WHERE code = ?", T(code));
}

static int level(struct work *work, const char *code)
{
    return (int)db_int(work, 0, "SELECT level FROM division WHERE code = ?", T(code));
}

void checks_register(void)
{
    static const struct form_divisions divisions = { division_path, children, parent, level };
    static const struct form_files files = { file_take, file_link, file_caption, file_list, file_keep };
    static const struct form_places places = { place_doubt, place_home };
    static bool done;
    if (done)
        return;
    done = true;
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++)
        form_check_register(&checks[i]);
    form_divisions_register(&divisions);
    form_files_register(&files);
    form_places_register(&places);
}
