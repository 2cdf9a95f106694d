/* sheet_write: see the header. */
#include "sheet/sheet_write.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xlsxwriter.h>

#include "core/arena.h"
#include "core/text.h"

enum { SHEETS = 20, LISTS = 60, NOTES_MOST = 2000, CHARACTERS = 32767, DIGITS_KEPT = 15, LITERAL_MOST = 250 };

static const char options_sheet[] = "选项";

struct choice_list { const char *const *choices; size_t count; };

struct sheet_pen {
    lxw_workbook      *book;
    lxw_worksheet     *sheets[SHEETS];
    int                notes[SHEETS];
    int                count;
    lxw_format        *looks[LOOK_COUNT];
    struct choice_list lists[LISTS];                   /* columns of the hidden sheet */
    int                list_count;
    struct arena      *memory;                         /* of one cut text */
    char              *folder;
    bool               closed, good;
};

/* --- looks ------------------------------------------------------------------------------------------------------ */

static void filled(lxw_format *format, uint32_t colour)
{
    format_set_pattern(format, LXW_PATTERN_SOLID);
    format_set_bg_color(format, colour);
}

static void header(lxw_format *format, uint32_t colour)
{
    filled(format, colour);
    format_set_bold(format);
    format_set_text_wrap(format);
    format_set_align(format, LXW_ALIGN_VERTICAL_CENTER);
    format_set_border(format, LXW_BORDER_THIN);
}

static void looks_make(struct sheet_pen *pen)
{
    for (int i = 0; i < LOOK_COUNT; i++)
        pen->looks[i] = i == LOOK_PLAIN ? NULL : workbook_add_format(pen->book);
    header(pen->looks[LOOK_HEADER], 0xE8EEF4);
    header(pen->looks[LOOK_HEADER_MUST], 0xFCE4D6);
    format_set_num_format(pen->looks[LOOK_TEXT], "@");
    format_set_num_format(pen->looks[LOOK_MONEY], "#,##0.00");
    format_set_num_format(pen->looks[LOOK_DATE], "yyyy-mm-dd");
    format_set_num_format(pen->looks[LOOK_TIME], "yyyy-mm-dd hh:mm:ss");
    format_set_num_format(pen->looks[LOOK_EXAMPLE], "@");
    format_set_italic(pen->looks[LOOK_EXAMPLE]);
    format_set_font_color(pen->looks[LOOK_EXAMPLE], 0x707070);
    filled(pen->looks[LOOK_BAD], 0xFFC7CE);
    format_set_font_color(pen->looks[LOOK_BAD], 0x9C0006);
    format_set_num_format(pen->looks[LOOK_BAD], "@");
    format_set_text_wrap(pen->looks[LOOK_WRAP]);
    format_set_align(pen->looks[LOOK_WRAP], LXW_ALIGN_VERTICAL_TOP);
    format_set_bold(pen->looks[LOOK_TITLE]);
    format_set_font_size(pen->looks[LOOK_TITLE], 14);
}

/* --- the book --------------------------------------------------------------------------------------------------- */

struct sheet_pen *pen_open(const char *path)
{
    struct sheet_pen *pen = calloc(1, sizeof *pen);
    const char *slash = strrchr(path, '/');
    if (!pen)
        abort();
    pen->folder = slash ? strndup(path, (size_t)(slash - path)) : strdup(".");
    lxw_workbook_options options = { .constant_memory = LXW_TRUE, .tmpdir = pen->folder, .use_zip64 = LXW_FALSE };
    pen->book = workbook_new_opt(path, &options);
    if (!pen->book || !pen->folder)
        abort();
    pen->memory = arena_new();
    looks_make(pen);
    return pen;
}

/* Row by row: the lists stand side by side. */
static void options_write(struct sheet_pen *pen)
{
    size_t longest = 0;
    if (!pen->list_count)
        return;
    int sheet = pen_sheet(pen, options_sheet, true);
    for (int l = 0; l < pen->list_count; l++)
        longest = pen->lists[l].count > longest ? pen->lists[l].count : longest;
    for (size_t i = 0; i < longest; i++)
        for (int l = 0; l < pen->list_count; l++)
            if (i < pen->lists[l].count)
                pen_text(pen, sheet, (int64_t)i, l, LOOK_TEXT, pen->lists[l].choices[i]);
}

bool pen_close(struct sheet_pen *pen)
{
    if (pen->closed)
        return pen->good;
    options_write(pen);
    pen->closed = true;
    pen->good = workbook_close(pen->book) == LXW_NO_ERROR;      /* frees it in any case */
    return pen->good;
}

void pen_drop(void *thing)
{
    struct sheet_pen *pen = thing;
    pen_close(pen);
    arena_free(pen->memory);
    free(pen->folder);
    free(pen);
}

int pen_sheet(struct sheet_pen *pen, const char *name, bool hidden)
{
    if (pen->count == SHEETS)
        abort();
    lxw_worksheet *sheet = workbook_add_worksheet(pen->book, name);
    if (!sheet)                                        /* a name too long, twice or with signs that are not allowed */
        sheet = workbook_add_worksheet(pen->book, NULL);
    if (!sheet)
        abort();
    if (hidden)
        worksheet_hide(sheet);
    pen->sheets[pen->count] = sheet;
    return pen->count++;
}

void pen_width(struct sheet_pen *pen, int sheet, int column, double characters, enum sheet_look look)
{
    worksheet_set_column(pen->sheets[sheet], (lxw_col_t)column, (lxw_col_t)column, characters, pen->looks[look]);
}

void pen_freeze(struct sheet_pen *pen, int sheet, int rows)
{
    worksheet_freeze_panes(pen->sheets[sheet], (lxw_row_t)rows, 0);
}

void pen_height(struct sheet_pen *pen, int sheet, int64_t row, double points)
{
    worksheet_set_row(pen->sheets[sheet], (lxw_row_t)row, points, NULL);
}

/* --- cells ------------------------------------------------------------------------------------------------------ */

void pen_text(struct sheet_pen *pen, int sheet, int64_t row, int column, enum sheet_look look, const char *text)
{
    if (!*text && look == LOOK_PLAIN)
        return;
    if (strlen(text) > CHARACTERS && utf8_length(text) > CHARACTERS) {
        arena_reset(pen->memory);
        text = utf8_cut(pen->memory, text, CHARACTERS - 1);
    }
    worksheet_write_string(pen->sheets[sheet], (lxw_row_t)row, (lxw_col_t)column, text, pen->looks[look]);
}

void pen_number(struct sheet_pen *pen, int sheet, int64_t row, int column, enum sheet_look look, const char *text)
{
    size_t digits = 0;
    double value;
    for (const char *c = text; *c; c++)
        digits += *c >= '0' && *c <= '9';
    if (digits > DIGITS_KEPT || !text_to_real(text, -1e15, 1e15, &value))
        pen_text(pen, sheet, row, column, LOOK_TEXT, text);
    else
        worksheet_write_number(pen->sheets[sheet], (lxw_row_t)row, (lxw_col_t)column, value, pen->looks[look]);
}

void pen_date(struct sheet_pen *pen, int sheet, int64_t row, int column, enum sheet_look look, const char *text)
{
    lxw_datetime at = { 0 };
    int hour = 0, minute = 0, second = 0;
    int got = sscanf(text, "%4d-%2d-%2d %2d:%2d:%2d", &at.year, &at.month, &at.day, &hour, &minute, &second);
    at.hour = hour, at.min = minute, at.sec = second;
    if (got < 3 || at.year < 1900 || at.year > 9999
        || worksheet_write_datetime(pen->sheets[sheet], (lxw_row_t)row, (lxw_col_t)column, &at, pen->looks[look]) != LXW_NO_ERROR)
        pen_text(pen, sheet, row, column, LOOK_TEXT, text);
}

void pen_note(struct sheet_pen *pen, int sheet, int64_t row, int column, const char *text)
{
    lxw_comment_options options = { .width = 260, .height = 90, .author = "充电政务厅" };
    if (pen->notes[sheet]++ < NOTES_MOST)
        worksheet_write_comment_opt(pen->sheets[sheet], (lxw_row_t)row, (lxw_col_t)column, text, &options);
}

/* --- drop-downs ------------------------------------------------------------------------------------------------- */

/* A list written into the rule itself: 255 characters with its commas, and none within a choice. */
static bool literal_fits(const char *const *choices, size_t count)
{
    size_t characters = 0;
    for (size_t i = 0; i < count; i++) {
        characters += utf8_length(choices[i]) + 1;
        if (strpbrk(choices[i], ",\""))
            return false;
    }
    return characters <= LITERAL_MOST;
}

void pen_choices(struct sheet_pen *pen, int sheet, int64_t first, int64_t last, int column, const char *const *choices,
                 size_t count, bool strict)
{
    char from[80];
    const char **list = NULL;
    lxw_data_validation rule = { .show_error = strict ? LXW_VALIDATION_ON : LXW_VALIDATION_OFF,
                                 .error_title = "请从列表中选择", .error_message = "请点击单元格右侧的箭头，从列表中选择。" };
    if (!count)
        return;
    if (literal_fits(choices, count)) {
        list = calloc(count + 1, sizeof *list);
        if (!list)
            abort();
        memcpy(list, choices, count * sizeof *list);
        rule.validate = LXW_VALIDATION_TYPE_LIST;
        rule.value_list = (void *)list;
    } else if (pen->list_count < LISTS) {
        int at = pen->list_count++;
        char name[3] = { (char)(at < 26 ? 'A' + at : 'A' + at / 26 - 1), (char)(at < 26 ? '\0' : 'A' + at % 26), '\0' };
        pen->lists[at] = (struct choice_list){ choices, count };
        snprintf(from, sizeof from, "='%s'!$%s$1:$%s$%zu", options_sheet, name, name, count);
        rule.validate = LXW_VALIDATION_TYPE_LIST_FORMULA;
        rule.value_formula = from;
    }
    worksheet_data_validation_range(pen->sheets[sheet], (lxw_row_t)first, (lxw_col_t)column, (lxw_row_t)last, (lxw_col_t)column, &rule);
    free(list);
}
