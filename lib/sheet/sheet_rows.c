/* sheet_rows: one worksheet row by row. The parser is paused at the end of each row with content, so that the reader
 * asks for rows and nothing of his runs inside expat. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "sheet/sheet_inside.h"

enum { ROW_BYTES = 8 << 20, ROWS_END = 1048576, COLUMNS_END = 16384 };

struct building { size_t at; bool own; };              /* the text lies in row_text at `at` */

struct sheet {
    struct sheet_book  *book;
    struct sheet       *next;
    struct sheet_part   part;
    struct sheet_row    row;
    struct sheet_cell  *cells;
    struct building    *texts;
    struct growing      row_text, value;
    int64_t             rows;
    int                 column;                        /* of the cell being read */
    int                 style;
    char                type[16];
    bool                in_data, in_row, in_cell, in_value, in_text, phonetic, has_formula, ready;
    size_t              merges;
    char                merged[MERGES_KEPT][32];
};

struct sheet_address sheet_address(int column, int64_t row)
{
    struct sheet_address out = { "" };
    char letters[8];
    int n = 0;
    for (int c = column + 1; c > 0 && n < 7; c = (c - 1) / 26)
        letters[n++] = (char)('A' + (c - 1) % 26);
    char *at = out.text;
    while (n)
        *at++ = letters[--n];
    snprintf(at, sizeof out.text - (size_t)(at - out.text), "%lld", (long long)(row % 10000000));
    return out;
}

static void refuse(struct sheet *sheet, const char *words)
{
    book_refuse(sheet->book, "%s", words);
    part_stop(&sheet->part);
}

static const char odd[] = "工作表结构不规范，请用 Excel 或 WPS 打开后另存为 xlsx";

/* --- rows and cells ---------------------------------------------------------------------------------------------- */

static void row_start(struct sheet *sheet, const char **attributes)
{
    const char *r = attribute(attributes, "r"), *hidden = attribute(attributes, "hidden");
    int64_t number = sheet->row.number + 1;
    if ((r && !text_to_int(r, number, ROWS_END, &number)) || number > ROWS_END || sheet->in_row) {
        refuse(sheet, odd);                            /* not a number, or behind a later one */
        return;
    }
    for (int i = 0; i < sheet->row.count; i++)
        sheet->cells[i] = (struct sheet_cell){ .kind = SHEET_EMPTY, .text = "" };
    sheet->row.number = number;
    sheet->row.count = 0;
    sheet->row.hidden = hidden && (strcmp(hidden, "1") == 0 || strcmp(hidden, "true") == 0);
    sheet->row_text.size = 0;
    sheet->column = -1;
    sheet->in_row = true;
}

/* "BC17" → 54; -1: no address of this row */
static int column_of(const char *address, int64_t row)
{
    int column = 0;
    int64_t number;
    const char *c = address;
    for (; *c >= 'A' && *c <= 'Z' && column <= COLUMNS_END; c++)
        column = column * 26 + (*c - 'A' + 1);
    if (!column || column > COLUMNS_END || !text_to_int(c, 1, ROWS_END, &number) || number != row)
        return -1;
    return column - 1;
}

static void cell_start(struct sheet *sheet, const char **attributes)
{
    const char *r = attribute(attributes, "r"), *s = attribute(attributes, "s"), *t = attribute(attributes, "t");
    int64_t style = 0;
    int column = r ? column_of(r, sheet->row.number) : sheet->column + 1;
    if (column < 0 || column >= COLUMNS_END || sheet->in_cell) {
        refuse(sheet, odd);
        return;
    }
    if (s)
        text_to_int(s, 0, (int64_t)sheet->book->style_count - 1, &style);
    sheet->column = column;
    sheet->style = sheet->book->styles && sheet->book->style_count ? sheet->book->styles[style] : STYLE_PLAIN;
    snprintf(sheet->type, sizeof sheet->type, "%s", t ? t : "n");
    sheet->value.size = 0;
    sheet->has_formula = false;
    sheet->in_cell = true;
}

static void keep(struct sheet *sheet, enum sheet_kind kind, const char *shared, const char *own, bool lost)
{
    struct sheet_cell *cell = &sheet->cells[sheet->column];
    if (cell->kind != SHEET_EMPTY) {
        refuse(sheet, odd);                            /* two cells of one address */
        return;
    }
    *cell = (struct sheet_cell){ .kind = kind, .text = shared, .from_1904 = sheet->book->from_1904, .digits_lost = lost };
    sheet->texts[sheet->column] = (struct building){ sheet->row_text.size, own != NULL };
    if (own && !growing_add(&sheet->row_text, own, strlen(own) + 1, ROW_BYTES))
        refuse(sheet, "有一行的文字过多，请缩短后重新上传");
    if (sheet->row.count <= sheet->column)
        sheet->row.count = sheet->column + 1;
}

/* "2026-11-20T00:00:00.000" (t="d", strict workbooks) as the other dates */
static void keep_iso_date(struct sheet *sheet, char *text)
{
    char *at = strchr(text, 'T');
    if (at)
        *at = strncmp(at, "T00:00:00", 9) == 0 ? '\0' : ' ';
    if (at && *at)
        at[strcspn(at, ".Z")] = '\0';
    keep(sheet, SHEET_DATE, "", text, false);
}

static void keep_number(struct sheet *sheet, const char *raw)
{
    char out[64];
    enum sheet_kind kind;
    bool lost;
    raw += strspn(raw, " \n\t");
    if (number_text(raw, sheet->style, sheet->book->from_1904, out, &kind, &lost))
        keep(sheet, kind, "", out, lost);
    else
        keep(sheet, SHEET_ERROR, "", raw, false);
}

static void cell_end(struct sheet *sheet)
{
    const char *t = sheet->type;
    sheet->in_cell = false;
    if (!sheet->value.size && !sheet->has_formula)
        return;
    if (sheet->column >= sheet->book->limits.columns) {
        book_refuse(sheet->book, "第 %lld 行在第 %d 列以后还有内容，请删除多余的列", (long long)sheet->row.number,
                    sheet->book->limits.columns);
        part_stop(&sheet->part);
        return;
    }
    growing_add(&sheet->value, "", 0, CELL_BYTES + 1);
    char *value = sheet->value.bytes;
    value[sheet->value.size] = '\0';
    const char *shared = strcmp(t, "s") == 0 ? book_text(sheet->book, value) : "";
    if (!shared)
        refuse(sheet, odd);
    else if (sheet->has_formula)
        keep(sheet, SHEET_FORMULA, "", value, false);
    else if (strcmp(t, "s") == 0 && *shared)
        keep(sheet, SHEET_TEXT, shared, NULL, false);
    else if (strcmp(t, "s") == 0)
        return;
    else if (strcmp(t, "str") == 0 || strcmp(t, "inlineStr") == 0)
        text_unescape(value), keep(sheet, SHEET_TEXT, "", value, false);
    else if (strcmp(t, "b") == 0)
        keep(sheet, SHEET_BOOL, strcmp(value, "0") == 0 ? "FALSE" : "TRUE", NULL, false);
    else if (strcmp(t, "e") == 0)
        keep(sheet, SHEET_ERROR, "", value, false);
    else if (strcmp(t, "d") == 0)
        keep_iso_date(sheet, value);
    else
        keep_number(sheet, value);
}

static void row_end(struct sheet *sheet)
{
    sheet->in_row = false;
    if (!sheet->row.count)
        return;
    if (++sheet->rows > sheet->book->limits.rows) {
        book_refuse(sheet->book, "一张工作表超过 %lld 行，请拆分为几个文件后分别上传", (long long)sheet->book->limits.rows);
        part_stop(&sheet->part);
        return;
    }
    for (int i = 0; i < sheet->row.count; i++)
        if (sheet->cells[i].kind != SHEET_EMPTY && sheet->texts[i].own)
            sheet->cells[i].text = sheet->row_text.bytes + sheet->texts[i].at;
    sheet->ready = true;
    XML_StopParser(sheet->part.parser, XML_TRUE);
}

/* --- the stream -------------------------------------------------------------------------------------------------- */

static void merge_found(struct sheet *sheet, const char **attributes)
{
    const char *range = attribute(attributes, "ref");
    if (sheet->merges < MERGES_KEPT)
        snprintf(sheet->merged[sheet->merges], sizeof sheet->merged[0], "%.20s", range ? range : "");
    sheet->merges++;
}

static void on_start(void *arg, const char *name, const char **attributes)
{
    struct sheet *sheet = arg;
    if (sheet->in_cell) {
        if (strcmp(name, "v") == 0)
            sheet->in_value = true;
        else if (strcmp(name, "t") == 0)
            sheet->in_text = !sheet->phonetic && strcmp(sheet->type, "inlineStr") == 0;
        else if (strcmp(name, "rPh") == 0)
            sheet->phonetic = true;
        else if (strcmp(name, "f") == 0)
            sheet->has_formula = true;
        else if (strcmp(name, "c") == 0 || strcmp(name, "row") == 0)
            refuse(sheet, odd);
    } else if (sheet->in_row && strcmp(name, "c") == 0) {
        cell_start(sheet, attributes);
    } else if (sheet->in_data && strcmp(name, "row") == 0) {
        row_start(sheet, attributes);
    } else if (strcmp(name, "sheetData") == 0) {
        sheet->in_data = true;
    } else if (strcmp(name, "mergeCell") == 0) {
        merge_found(sheet, attributes);
    }
}

static void on_end(void *arg, const char *name)
{
    struct sheet *sheet = arg;
    if (sheet->in_cell) {
        if (strcmp(name, "c") == 0)
            cell_end(sheet);
        else if (strcmp(name, "v") == 0)
            sheet->in_value = false;
        else if (strcmp(name, "t") == 0)
            sheet->in_text = false;
        else if (strcmp(name, "rPh") == 0)
            sheet->phonetic = false;
    } else if (sheet->in_row && strcmp(name, "row") == 0) {
        row_end(sheet);
    } else if (strcmp(name, "sheetData") == 0) {
        sheet->in_data = false;
    }
}

static void on_data(void *arg, const char *bytes, int size)
{
    struct sheet *sheet = ((struct sheet_part *)arg)->arg;
    if (!(sheet->in_cell && (sheet->in_text || (sheet->in_value && strcmp(sheet->type, "inlineStr") != 0))))
        return;
    if (!growing_add(&sheet->value, bytes, (size_t)size, CELL_BYTES)) {
        book_refuse(sheet->book, "%s 单元格的文字超过 32767 个字，请缩短后重新上传",
                    sheet_address(sheet->column, sheet->row.number).text);
        part_stop(&sheet->part);
    }
}

struct sheet *sheet_begin(struct sheet_book *book, int i)
{
    if (book->wrong[0] || i < 0 || i >= book->place_count)
        return NULL;
    if (!book->places[i].part[0]) {
        book_refuse(book, "工作表「%.60s」没有内容或不是普通工作表，请核对", book->places[i].name);
        return NULL;
    }
    struct sheet *sheet = calloc(1, sizeof *sheet);
    if (!sheet)
        abort();
    size_t columns = (size_t)book->limits.columns;
    sheet->cells = calloc(columns, sizeof *sheet->cells);
    sheet->texts = calloc(columns, sizeof *sheet->texts);
    if (!sheet->cells || !sheet->texts)
        abort();
    for (size_t c = 0; c < columns; c++)
        sheet->cells[c].text = "";
    sheet->row.cells = sheet->cells;
    sheet->book = book;
    sheet->next = book->open;
    book->open = sheet;
    if (!part_open(&sheet->part, book, book->places[i].part, on_start, on_end, on_data, sheet)) {
        sheet_end(sheet);
        return NULL;
    }
    return sheet;
}

bool sheet_next(struct sheet *sheet, struct sheet_row *row)
{
    enum part_step step;
    sheet->ready = false;
    do
        step = part_step(&sheet->part);
    while (!sheet->ready && (step == PART_MORE || step == PART_PAUSED));
    if (sheet->book->wrong[0] || !sheet->ready)
        return false;
    *row = sheet->row;
    return true;
}

size_t sheet_merges(const struct sheet *sheet, size_t i, const char **range)
{
    if (range)
        *range = i < sheet->merges && i < MERGES_KEPT ? sheet->merged[i] : "";
    return sheet->merges;
}

void sheet_end(struct sheet *sheet)
{
    struct sheet **at = &sheet->book->open;
    while (*at != sheet)
        at = &(*at)->next;
    *at = sheet->next;
    part_close(&sheet->part);
    free(sheet->cells);
    free(sheet->texts);
    free(sheet->row_text.bytes);
    free(sheet->value.bytes);
    free(sheet);
}
