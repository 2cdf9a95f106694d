/* sheet_book: what a workbook is made of: its archive, its sheets by name, number formats and shared strings. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "sheet/sheet_inside.h"

enum { PARTS_MOST = 4000, RATIO_MOST = 400, RATIO_FROM = 16 << 20, HEAD = 8, OLE_LOOK = 1 << 16 };

const struct sheet_limits sheet_limits_usual = { .unpacked = 256u << 20, .strings = 48u << 20, .texts = 3000000,
                                                 .rows = 200000, .columns = 200 };

/* --- is it a workbook at all ------------------------------------------------------------------------------------ */

static bool holds(const char *bytes, size_t size, const char *wide, size_t wide_size)
{
    return memmem(bytes, size, wide, wide_size) != NULL;
}

/* Encrypted workbooks and those of Excel 97 come in the same container, told apart by the names of its streams. */
static bool refuse_ole(struct sheet_book *book, FILE *file)
{
    static const char encrypted[] = "E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k";
    char *bytes = malloc(OLE_LOOK);
    bool locked = false;
    if (!bytes)
        abort();
    rewind(file);
    for (size_t got, turns = 0; !locked && turns < 1024 && (got = fread(bytes, 1, OLE_LOOK, file)) > 128; turns++) {
        locked = holds(bytes, got, encrypted, sizeof encrypted - 1);
        if (got == OLE_LOOK)
            fseek(file, -128, SEEK_CUR);               /* directory entries are 128 bytes */
    }
    free(bytes);
    return locked ? book_refuse(book, "文件设有打开密码，请取消密码保护后重新上传")
                  : book_refuse(book, "文件是 Excel 97-2003 格式（xls），请用 Excel 或 WPS 打开后另存为 xlsx");
}

static bool looks_right(struct sheet_book *book, const char *path)
{
    unsigned char head[HEAD] = { 0 };
    FILE *file = fopen(path, "rb");
    if (!file)
        return book_refuse(book, "文件无法打开，请重新上传");
    size_t got = fread(head, 1, sizeof head, file);
    bool good = got >= 4 && memcmp(head, "PK\3\4", 4) == 0;
    if (!good && got == HEAD && memcmp(head, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8) == 0)
        refuse_ole(book, file);
    fclose(file);
    if (good)
        return true;
    if (!got)
        return book_refuse(book, "文件是空的，请重新选择文件");
    return book_refuse(book, "文件不是 Excel 工作簿（xlsx）；csv、txt、网页等文件改名后不能使用，请用 Excel 或 WPS 打开后另存为 xlsx");
}

static bool part_there(const struct sheet_book *book, const char *name)
{
    return zip_name_locate(book->zip, name, ZIP_FL_NOCASE | ZIP_FL_ENC_GUESS) >= 0;
}

/* Sizes as declared, before anything is unpacked; they are counted again while reading. */
static bool parts_fit(struct sheet_book *book)
{
    zip_int64_t count = zip_get_num_entries(book->zip, 0);
    if (count > PARTS_MOST)
        return book_refuse(book, "文件内的部分过多，请用 Excel 或 WPS 新建表格，复制内容后重新保存");
    for (zip_int64_t i = 0; i < count; i++) {
        zip_stat_t about;
        if (zip_stat_index(book->zip, (zip_uint64_t)i, 0, &about) != 0 || !(about.valid & ZIP_STAT_NAME))
            return book_refuse(book, "文件已损坏，请重新保存后上传");
        if (zip_name_locate(book->zip, about.name, ZIP_FL_NOCASE) != i)
            return book_refuse(book, "文件结构不规范（内容重复），请用 Excel 或 WPS 打开后另存为 xlsx");
        if ((about.valid & ZIP_STAT_ENCRYPTION_METHOD) && about.encryption_method != ZIP_EM_NONE)
            return book_refuse(book, "文件设有密码，请取消密码保护后重新上传");
        if ((about.valid & ZIP_STAT_SIZE) && (about.valid & ZIP_STAT_COMP_SIZE) && about.size > RATIO_FROM
            && about.size / RATIO_MOST > about.comp_size)
            return book_refuse(book, "文件压缩比异常，疑似恶意文件，已拒绝处理；请用 Excel 或 WPS 新建表格，复制内容后重新保存");
    }
    return true;
}

static bool archive_open(struct sheet_book *book, const char *path)
{
    int error;
    if (!looks_right(book, path))
        return false;
    book->zip = zip_open(path, ZIP_RDONLY | ZIP_CHECKCONS, &error);
    if (!book->zip)
        return book_refuse(book, "文件已损坏或不完整，请重新保存后上传");
    if (!parts_fit(book))
        return false;
    if (part_there(book, "content.xml") && part_there(book, "mimetype"))
        return book_refuse(book, "文件是 OpenDocument 表格（ods），请另存为 xlsx 后上传");
    if (part_there(book, "xl/workbook.bin"))
        return book_refuse(book, "文件是二进制工作簿（xlsb），请另存为 xlsx 后上传");
    if (!part_there(book, "_rels/.rels"))
        return book_refuse(book, "文件是压缩包，不是 Excel 工作簿，请选择 xlsx 文件");
    return true;
}

/* --- relations: which part is what ------------------------------------------------------------------------------ */

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

/* "worksheets/sheet1.xml" seen from "xl/workbook.xml"; "/xl/…" as it stands; "../" goes up. */
static bool part_path(const char *from, const char *target, char out[NAME_BYTES])
{
    const char *slash = strrchr(from, '/');
    int base = *target == '/' || !slash ? 0 : (int)(slash - from);
    target += *target == '/';
    while (strncmp(target, "../", 3) == 0) {
        while (base > 0 && from[--base] != '/')
            ;
        target += 3;
    }
    return snprintf(out, NAME_BYTES, "%.*s%s%s", base, from, base ? "/" : "", target) < NAME_BYTES;
}

static void relation_start(void *arg, const char *name, const char **attributes)
{
    struct sheet_book *book = arg;
    const char *type = attribute(attributes, "Type"), *target = attribute(attributes, "Target"),
               *id = attribute(attributes, "Id");
    char part[NAME_BYTES];
    if (strcmp(name, "Relationship") != 0 || !type || !target || !id)
        return;
    if (!part_path(book->workbook, target, part))
        return;
    if (ends_with(type, "/officeDocument") && !book->workbook[0])
        strcpy(book->workbook, part);
    else if (ends_with(type, "/sharedStrings"))
        strcpy(book->strings_part, part);
    else if (ends_with(type, "/styles"))
        strcpy(book->styles_part, part);
    for (int i = 0; i < book->place_count && ends_with(type, "/worksheet"); i++)
        if (strcmp(book->places[i].relation, id) == 0)
            strcpy(book->places[i].part, part);
}

static void nothing_end(void *arg, const char *name)
{
    (void)arg, (void)name;
}

static bool truth(const char *text)
{
    return text && (strcmp(text, "1") == 0 || strcmp(text, "true") == 0);
}

static void workbook_start(void *arg, const char *name, const char **attributes)
{
    struct sheet_book *book = arg;
    if (strcmp(name, "workbookPr") == 0)
        book->from_1904 = truth(attribute(attributes, "date1904"));
    if (strcmp(name, "sheet") != 0 || book->place_count == SHEETS_MOST)
        return;
    const char *title = attribute(attributes, "name"), *state = attribute(attributes, "state"), *id = attribute(attributes, "id");
    struct sheet_place *place = &book->places[book->place_count++];
    place->hidden = state && strcmp(state, "visible") != 0;
    snprintf(place->name, sizeof place->name, "%s", title ? title : "");
    snprintf(place->relation, sizeof place->relation, "%s", id ? id : "");
    utf8_trim(place->name);
}

static bool read_part(struct sheet_book *book, const char *name, XML_StartElementHandler start)
{
    struct sheet_part part;
    return part_open(&part, book, name, start, nothing_end, NULL, book) ? part_whole(&part) : false;
}

static bool relations_read(struct sheet_book *book)
{
    char rels[NAME_BYTES + 16];
    const char *slash = strrchr(book->workbook, '/');
    int base = slash ? (int)(slash - book->workbook) + 1 : 0;
    snprintf(rels, sizeof rels, "%.*s_rels/%s.rels", base, book->workbook, book->workbook + base);
    return read_part(book, rels, relation_start);
}

/* --- number formats --------------------------------------------------------------------------------------------- */

struct styles {
    struct sheet_book *book;
    bool               cells;                          /* inside cellXfs */
    struct { int id, style; } formats[FORMATS_MOST];
    size_t             count;
};

static int style_of(const struct styles *styles, int id)
{
    for (size_t i = 0; i < styles->count; i++)
        if (styles->formats[i].id == id)
            return styles->formats[i].style;
    return format_builtin(id);
}

static void styles_start(void *arg, const char *name, const char **attributes)
{
    struct styles *styles = arg;
    struct sheet_book *book = styles->book;
    const char *id = attribute(attributes, "numFmtId"), *code = attribute(attributes, "formatCode");
    if (strcmp(name, "cellXfs") == 0)
        styles->cells = true;
    if (strcmp(name, "numFmt") == 0 && id && code && styles->count < FORMATS_MOST) {
        styles->formats[styles->count].id = atoi(id);
        styles->formats[styles->count++].style = format_style(code);
    }
    if (strcmp(name, "xf") == 0 && styles->cells && book->style_count < STYLES_MOST)
        book->styles[book->style_count++] = (unsigned char)style_of(styles, id ? atoi(id) : 0);
}

static void styles_end(void *arg, const char *name)
{
    struct styles *styles = arg;
    if (strcmp(name, "cellXfs") == 0)
        styles->cells = false;
}

static bool styles_read(struct sheet_book *book)
{
    struct sheet_part part;
    struct styles *styles = calloc(1, sizeof *styles);
    book->styles = calloc(STYLES_MOST, 1);
    if (!styles || !book->styles)
        abort();
    styles->book = book;
    bool good = part_open(&part, book, book->styles_part, styles_start, styles_end, NULL, styles) && part_whole(&part);
    free(styles);
    return good;
}

/* --- shared strings --------------------------------------------------------------------------------------------- */

struct strings { struct sheet_book *book; struct sheet_part part; struct growing text; bool item, phonetic, inside; };

static const char *text_keep(struct sheet_book *book, const char *text, size_t size)
{
    struct text_block *block = book->blocks;
    if (!block || block->room - block->used < size + 1) {
        size_t room = size + 1 > BLOCK ? size + 1 : BLOCK;
        block = malloc(sizeof *block + room);
        if (!block)
            abort();
        *block = (struct text_block){ book->blocks, 0, room };
        book->blocks = block;
    }
    char *out = block->bytes + block->used;
    memcpy(out, text, size);
    out[size] = '\0';
    block->used += size + 1;
    return out;
}

static bool text_add(struct sheet_book *book, const char *text)
{
    size_t size = strlen(text);
    book->text_bytes += size + 1 + sizeof(char *);
    if (book->text_count == book->limits.texts || book->text_bytes > book->limits.strings)
        return book_refuse(book, "表格中的文字超过 %zu MB，请拆分为几个文件后分别上传", book->limits.strings >> 20);
    if (book->text_count == book->text_room) {
        book->text_room = book->text_room ? book->text_room * 2 : 1024;
        book->texts = realloc(book->texts, book->text_room * sizeof *book->texts);
        if (!book->texts)
            abort();
    }
    book->texts[book->text_count++] = size ? text_keep(book, text, size) : "";
    return true;
}

static void strings_start(void *arg, const char *name, const char **attributes)
{
    struct strings *s = arg;
    (void)attributes;
    if (strcmp(name, "si") == 0) {
        s->item = true;
        s->text.size = 0;
    } else if (strcmp(name, "rPh") == 0) {
        s->phonetic = true;
    } else if (strcmp(name, "t") == 0) {
        s->inside = s->item && !s->phonetic;
    }
}

static void strings_end(void *arg, const char *name)
{
    struct strings *s = arg;
    if (strcmp(name, "rPh") == 0)
        s->phonetic = false;
    if (strcmp(name, "t") == 0)
        s->inside = false;
    if (strcmp(name, "si") != 0)
        return;
    s->item = false;
    growing_add(&s->text, "", 0, CELL_BYTES + 1);
    s->text.bytes[s->text.size] = '\0';
    text_unescape(s->text.bytes);
    if (!text_add(s->book, s->text.bytes))
        part_stop(&s->part);
}

static void strings_data(void *arg, const char *bytes, int size)
{
    struct strings *s = ((struct sheet_part *)arg)->arg;
    if (s->inside && !growing_add(&s->text, bytes, (size_t)size, CELL_BYTES)) {
        book_refuse(s->book, "有单元格的文字超过 32767 个字，请缩短后重新上传");
        part_stop(&s->part);
    }
}

static bool strings_read(struct sheet_book *book)
{
    struct strings s = { .book = book };
    bool good = part_open(&s.part, book, book->strings_part, strings_start, strings_end, strings_data, &s);
    good = good && part_whole(&s.part);
    free(s.text.bytes);
    return good;
}

const char *book_text(struct sheet_book *book, const char *index)
{
    int64_t i;
    return text_to_int(index, 0, (int64_t)book->text_count - 1, &i) ? book->texts[i] : NULL;
}

/* --- the book --------------------------------------------------------------------------------------------------- */

static bool book_read(struct sheet_book *book, const char *path)
{
    if (!archive_open(book, path) || !read_part(book, "_rels/.rels", relation_start))
        return false;
    if (!book->workbook[0])
        return book_refuse(book, "文件不是 Excel 工作簿（可能是 Word 或其他文档），请选择 xlsx 文件");
    if (!read_part(book, book->workbook, workbook_start) || !relations_read(book))
        return false;
    if (!book->place_count)
        return book_refuse(book, "文件中没有工作表，请选择其他文件");
    if (book->styles_part[0] && !styles_read(book))
        return false;
    return !book->strings_part[0] || strings_read(book);
}

struct sheet_book *sheet_open(const char *path, const struct sheet_limits *limits)
{
    struct sheet_book *book = calloc(1, sizeof *book);
    if (!book || !(book->places = calloc(SHEETS_MOST, sizeof *book->places)))
        abort();
    book->limits = limits ? *limits : sheet_limits_usual;
    if (book->limits.columns > COLUMNS_MOST)
        book->limits.columns = COLUMNS_MOST;
    book_read(book, path);
    return book;
}

void sheet_close(void *thing)
{
    struct sheet_book *book = thing;
    if (!book)
        return;
    while (book->open)
        sheet_end(book->open);
    if (book->zip)
        zip_discard(book->zip);
    while (book->blocks) {
        struct text_block *gone = book->blocks;
        book->blocks = gone->before;
        free(gone);
    }
    free(book->texts);
    free(book->styles);
    free(book->places);
    free(book);
}

const char *sheet_wrong(const struct sheet_book *book)           { return book->wrong[0] ? book->wrong : NULL; }
int         sheet_count(const struct sheet_book *book)           { return book->place_count; }
const char *sheet_name(const struct sheet_book *book, int i)     { return book->places[i].name; }
bool        sheet_hidden(const struct sheet_book *book, int i)   { return book->places[i].hidden; }

int sheet_named(const struct sheet_book *book, const char *name)
{
    for (int i = 0; i < book->place_count; i++) {
        const char *own = book->places[i].name + strspn(book->places[i].name, " ");
        size_t n = strlen(own);
        while (n && own[n - 1] == ' ')
            n--;
        if (strlen(name) == n && strncmp(own, name, n) == 0)
            return i;
    }
    return -1;
}
