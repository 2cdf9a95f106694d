/* form_sheet_head: which column of a sheet holds which field, from its first row. Order is free. */
#include <string.h>

#include "core/text.h"
#include "web/form_sheet_inside.h"

/* 「充电站名称*」, 「充电站名称（必填）」, blanks and line ends around: the name alone. */
static const char *plain_header(struct arena *arena, const char *text)
{
    static const char *const tails[] = { "*", "＊", " ", "（必填）", "(必填)", "（选填）" };
    char *name = text_normal(arena, text);
    for (bool again = true; again;) {
        again = false;
        for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
            size_t n = strlen(name), t = strlen(tails[i]);
            if (n >= t && strcmp(name + n - t, tails[i]) == 0 && t)
                name[n - t] = '\0', again = true;
        }
    }
    while (*name == ' ' || *name == '*')
        name++;
    return name;
}

static bool same_header(struct arena *arena, const struct sheet_field *s, const char *name)
{
    return strcmp(name, text_normal(arena, s->header)) == 0 || (!s->reference && strcmp(name, text_normal(arena, s->f->label)) == 0);
}

static int field_named(struct arena *arena, const struct sheet_plan *plan, const char *name)
{
    if (plan->key.f && strcmp(name, text_normal(arena, plan->key.header)) == 0)
        return COLUMN_KEY;
    for (size_t i = 0; i < plan->count; i++)
        if (same_header(arena, &plan->fields[i], name))
            return (int)i;
    return COLUMN_NONE;
}

static const char *joined(struct arena *arena, const char *list, const char *name)
{
    return *list ? arena_printf(arena, "%s、%s", list, name) : name;
}

static bool taken(const struct sheet_columns *columns, int field)
{
    for (int c = 0; c < columns->count; c++)
        if (columns->field[c] == field)
            return true;
    return false;
}

int sheet_column_of(const struct sheet_columns *columns, int field)
{
    for (int c = 0; c < columns->count; c++)
        if (columns->field[c] == field)
            return c;
    return -1;
}

const char *sheet_columns_read(struct work *work, const struct sheet_plan *plan, const struct sheet_row *row,
                               struct sheet_columns *out)
{
    struct arena *arena = work->arena;
    const char *unknown = "", *twice = "", *missing = "";
    *out = (struct sheet_columns){ .count = row->count < SHEET_COLUMNS ? row->count : SHEET_COLUMNS };
    for (int c = 0; c < out->count; c++)
        out->field[c] = COLUMN_NONE;
    for (int c = 0; c < out->count; c++) {
        const char *name = plain_header(arena, row->cells[c].text);
        int field = *name ? field_named(arena, plan, name) : COLUMN_NONE;
        if (*name && field == COLUMN_NONE)
            unknown = joined(arena, unknown, utf8_cut(arena, name, 20));
        else if (field != COLUMN_NONE && taken(out, field))
            twice = joined(arena, twice, name);
        else
            out->field[c] = field;
    }
    if (plan->key.f && !taken(out, COLUMN_KEY))
        missing = joined(arena, missing, plan->key.header);
    for (size_t i = 0; i < plan->count; i++)
        if (plan->fields[i].must && !taken(out, (int)i))
            missing = joined(arena, missing, plan->fields[i].header);
    if (!*unknown && !*twice && !*missing)
        return NULL;
    return arena_printf(arena, "工作表「%s」的第 %lld 行应为列名%s%s%s%s%s%s，请使用下载的模板填写", plan->name, (long long)row->number,
                        *missing ? "；缺少列：" : "", missing, *unknown ? "；不认识的列：" : "", unknown, *twice ? "；重复的列：" : "", twice);
}

bool sheet_is_example(const struct sheet_plan *plan, const struct sheet_columns *columns, const struct sheet_row *row)
{
    bool any = false;
    for (int c = 0; c < row->count && c < columns->count; c++) {
        int field = columns->field[c];
        if (field == COLUMN_NONE)
            continue;
        const char *example = field == COLUMN_KEY ? plan->key.example : plan->fields[field].example;
        if (strcmp(row->cells[c].text, example) != 0)
            return false;
        any = any || *example;
    }
    return any;
}
