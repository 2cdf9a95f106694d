/* list_cell: one value of a row, as a person reads it and as it leaves in a file. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "list/list_declared.h"

/* "1234567.80" -> "1,234,567.80" */
static const char *thousands(struct arena *arena, const char *value)
{
    size_t whole = strcspn(value, ".");
    int64_t number;
    if (!text_to_int(arena_copy_n(arena, value, whole), INT64_MIN / 2, INT64_MAX / 2, &number))
        return value;
    bool lost_sign = !number && *value == '-';
    return arena_printf(arena, "%s%s%s", lost_sign ? "-" : "", text_thousands(arena, number), value + whole);
}

/* Only what is far enough away to read: seconds would be stale before they are read. */
static const char *age(struct arena *arena, int64_t now, const char *value)
{
    int64_t at;
    if (!time_parse(arena_copy_n(arena, value, strlen(value) < 19 ? strlen(value) : 19), "%Y-%m-%d %H:%M:%S", &at))
        return value;
    int64_t minutes = (now - at) / 60000;
    if (minutes < -1)
        return arena_copy_n(arena, value, 16);
    if (minutes < 1)
        return "刚刚";
    if (minutes < 60)
        return arena_printf(arena, "%lld 分钟前", (long long)minutes);
    if (minutes < 60 * 24)
        return arena_printf(arena, "%lld 小时前", (long long)(minutes / 60));
    return arena_printf(arena, "%lld 天前", (long long)(minutes / (60 * 24)));
}

static const char *label_or_code(const char *dict, const char *value)
{
    const char *label = dict_label(dict, value);
    return *label ? label : value;
}

const char *cell_shown(struct arena *arena, int64_t now, const struct list_column *c, const char *value)
{
    if (!value || !*value)
        return c->empty ? c->empty : c->kind == CELL_TEXT ? "" : "—";
    switch (c->kind) {
    case CELL_NUMBER: case CELL_MONEY: return thousands(arena, value);
    case CELL_TIME:  return arena_copy_n(arena, value, strlen(value) < 16 ? strlen(value) : 16);
    case CELL_DATE:  return arena_copy_n(arena, value, strlen(value) < 10 ? strlen(value) : 10);
    case CELL_AGE:   return age(arena, now, value);
    case CELL_DICT: case CELL_STATE: return label_or_code(c->dict, value);
    case CELL_BOOL:  return strcmp(value, "0") == 0 ? "否" : "是";
    default:         return c->cut ? utf8_cut(arena, value, c->cut) : value;
    }
}

/* A spreadsheet takes a text that begins with one of these for a formula, full-width twins included. */
static bool starts_formula(const char *text)
{
    static const char *const starts[] = { "=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠" };
    while (*text == ' ')
        text++;
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (text_has_prefix(text, starts[i]))
            return true;
    return false;
}

static bool plain_number(const char *text)
{
    double value;
    return text_to_real(text, -1e18, 1e18, &value);
}

const char *cell_label(const struct list_column *c, const char *value)
{
    if (*value && (c->kind == CELL_DICT || c->kind == CELL_STATE))
        return label_or_code(c->dict, value);
    if (*value && c->kind == CELL_BOOL)
        return strcmp(value, "0") == 0 ? "否" : "是";
    return value;
}

const char *cell_exported(struct arena *arena, const struct list_column *c, const char *value)
{
    value = cell_label(c, value ? value : "");
    if (c->kind == CELL_TIME || c->kind == CELL_AGE)
        value = arena_copy_n(arena, value, strlen(value) < 19 ? strlen(value) : 19);
    if (starts_formula(value) && !(c->kind != CELL_TEXT && plain_number(value)))
        value = arena_printf(arena, "'%s", value);
    return value;
}

bool listed(const char *values, const char *value)
{
    size_t size = strlen(value);
    while (*values) {
        size_t part = strcspn(values, "|,");
        if (part == size && strncmp(values, value, size) == 0)
            return true;
        values += part + (values[part] != '\0');
    }
    return false;
}

const char *cell_tone(struct arena *arena, const struct list_column *c, const char *value)
{
    for (const char *at = c->tone; at && *at; at += strspn(at, ", ")) {
        size_t size = strcspn(at, ", "), code = strcspn(at, ":");
        if (value && code < size && strlen(value) == code && strncmp(at, value, code) == 0)
            return arena_copy_n(arena, at + code + 1, size - code - 1);
        at += size;
    }
    return "";
}

char *url_encode(struct arena *arena, const char *text)
{
    char *out = arena_alloc(arena, strlen(text) * 3 + 1), *o = out;
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (isalnum(c) || strchr("-_.~", c))
            *o++ = (char)c;
        else
            o += sprintf(o, "%%%02X", c);
    }
    return out;
}

const char *path_filled(struct arena *arena, const char *pattern, HDF *row)
{
    char *out = "";
    while (*pattern) {
        size_t plain = strcspn(pattern, "{");
        out = arena_printf(arena, "%s%.*s", out, (int)plain, pattern);
        pattern += plain;
        if (*pattern != '{')
            break;
        size_t name = strcspn(pattern + 1, "}");
        const char *value = hdf_get_value(row, arena_copy_n(arena, pattern + 1, name), "");
        out = arena_printf(arena, "%s%s", out, url_encode(arena, value));
        pattern += name + 1 + (pattern[name + 1] == '}');
    }
    return out;
}
