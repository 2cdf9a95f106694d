/* sheet_part: one XML part out of the archive into expat, piece by piece. Counted here: bytes unpacked, nesting, and how
 * long a single token grows. A DOCTYPE ends the reading before any entity exists (billion laughs). */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sheet/sheet_inside.h"

enum { PIECE = 1 << 16, TOKEN_MOST = 1 << 20, DEPTH_MOST = 64 };

bool book_refuse(struct sheet_book *book, const char *format, ...)
{
    va_list args;
    if (book->wrong[0])
        return false;
    va_start(args, format);
    vsnprintf(book->wrong, sizeof book->wrong, format, args);
    va_end(args);
    return false;
}

const char *local_name(const char *name)
{
    const char *colon = strrchr(name, ':');
    return colon ? colon + 1 : name;
}

const char *attribute(const char **list, const char *name)
{
    for (; *list; list += 2)
        if (strcmp(local_name(list[0]), name) == 0)
            return list[1];
    return NULL;
}

void part_stop(struct sheet_part *part)
{
    XML_StopParser(part->parser, XML_FALSE);
}

static void on_doctype(void *arg, const char *name, const char *system, const char *public, int subset)
{
    struct sheet_part *part = arg;
    (void)name, (void)system, (void)public, (void)subset;
    book_refuse(part->book, "文件内含有不允许的实体定义，请用 Excel 或 WPS 新建表格，复制内容后重新保存");
    part_stop(part);
}

static void on_start(void *arg, const char *name, const char **attributes)
{
    struct sheet_part *part = arg;
    if (++part->depth > DEPTH_MOST) {
        book_refuse(part->book, "文件结构不规范（层次过深），请用 Excel 或 WPS 打开后另存为 xlsx");
        part_stop(part);
        return;
    }
    part->start(part->arg, local_name(name), attributes);
}

static void on_end(void *arg, const char *name)
{
    struct sheet_part *part = arg;
    part->depth--;
    part->end(part->arg, local_name(name));
}

/* expat hands `arg` to every handler; data handlers want ours as well */
static bool part_parser(struct sheet_part *part, XML_CharacterDataHandler data)
{
    part->parser = XML_ParserCreate(NULL);
    if (!part->parser)
        abort();
    XML_SetUserData(part->parser, part);
    XML_SetElementHandler(part->parser, on_start, on_end);
    XML_SetCharacterDataHandler(part->parser, data);
    XML_SetStartDoctypeDeclHandler(part->parser, on_doctype);
    return true;
}

bool part_open(struct sheet_part *part, struct sheet_book *book, const char *name, XML_StartElementHandler start,
               XML_EndElementHandler end, XML_CharacterDataHandler data, void *arg)
{
    *part = (struct sheet_part){ .book = book, .start = start, .end = end, .arg = arg };
    zip_int64_t at = zip_name_locate(book->zip, name, ZIP_FL_NOCASE | ZIP_FL_ENC_GUESS);
    if (at < 0)
        return book_refuse(book, "文件缺少内容（%.60s），请用 Excel 或 WPS 打开后另存为 xlsx", name);
    part->file = zip_fopen_index(book->zip, (zip_uint64_t)at, 0);
    if (!part->file)
        return book_refuse(book, "文件已加密或已损坏，请取消密码或重新保存后上传");
    return part_parser(part, data);
}

static enum part_step part_refuse(struct sheet_part *part)
{
    enum XML_Error error = XML_GetErrorCode(part->parser);
    if (error == XML_ERROR_NO_MEMORY)
        abort();
    book_refuse(part->book, "文件内容已损坏或不规范，请用 Excel 或 WPS 打开后另存为 xlsx");
    return PART_WRONG;
}

static enum part_step feed(struct sheet_part *part)
{
    struct sheet_book *book = part->book;
    void *buffer = XML_GetBuffer(part->parser, PIECE);
    if (!buffer)
        return part_refuse(part);
    zip_int64_t got = zip_fread(part->file, buffer, PIECE);
    if (got < 0)
        return part_refuse(part);
    book->unpacked += (size_t)got;
    part->fed += (size_t)got;
    if (book->unpacked > book->limits.unpacked) {
        book_refuse(book, "文件解压后超过 %zu MB，请删除多余的行、列和格式，或拆分为几个文件", book->limits.unpacked >> 20);
        return PART_WRONG;
    }
    part->last = got == 0;
    switch (XML_ParseBuffer(part->parser, (int)got, part->last)) {
    case XML_STATUS_SUSPENDED: return PART_PAUSED;
    case XML_STATUS_ERROR:     return part_refuse(part);
    default:                   break;
    }
    XML_Index done = XML_GetCurrentByteIndex(part->parser);
    if (!part->last && done >= 0 && part->fed > (size_t)done + TOKEN_MOST)
        return part_refuse(part);
    return part->last ? PART_END : PART_MORE;
}

enum part_step part_step(struct sheet_part *part)
{
    XML_ParsingStatus status;
    if (part->book->wrong[0])
        return PART_WRONG;
    XML_GetParsingStatus(part->parser, &status);
    if (status.parsing == XML_FINISHED)
        return PART_END;
    if (status.parsing != XML_SUSPENDED)
        return feed(part);
    switch (XML_ResumeParser(part->parser)) {
    case XML_STATUS_SUSPENDED: return PART_PAUSED;
    case XML_STATUS_ERROR:     return part_refuse(part);
    default:                   return part->last ? PART_END : PART_MORE;
    }
}

bool part_whole(struct sheet_part *part)
{
    enum part_step step;
    do
        step = part_step(part);
    while (step == PART_MORE || step == PART_PAUSED);
    part_close(part);
    return step == PART_END && !part->book->wrong[0];
}

void part_close(struct sheet_part *part)
{
    if (part->parser)
        XML_ParserFree(part->parser);
    if (part->file)
        zip_fclose(part->file);
    part->parser = NULL;
    part->file = NULL;
}

/* --- text ------------------------------------------------------------------------------------------------------- */

bool growing_add(struct growing *text, const char *bytes, size_t size, size_t most)
{
    if (text->size + size > most)
        return false;
    if (text->size + size + 1 > text->room) {
        text->room = (text->size + size + 1) * 2;
        text->bytes = realloc(text->bytes, text->room);
        if (!text->bytes)
            abort();
    }
    memcpy(text->bytes + text->size, bytes, size);
    text->size += size;
    text->bytes[text->size] = '\0';
    return true;
}

static int hex(const char *at)
{
    int n = 0;
    for (int i = 0; i < 4; i++) {
        const char *digits = "0123456789ABCDEF", *d = at[i] ? strchr(digits, at[i] & ~(at[i] > '9' ? 0x20 : 0)) : NULL;
        if (!d)
            return -1;
        n = n * 16 + (int)(d - digits);
    }
    return n;
}

/* Only the characters XML cannot hold are written so; others are left as they stand. */
void text_unescape(char *text)
{
    char *out = text;
    if (!strpbrk(text, "_\r"))
        return;
    while (*text) {
        int code = text[0] == '_' && text[1] == 'x' ? hex(text + 2) : -1;
        if (code >= 0 && text[6] == '_' && (code == '_' || (code > 0 && code < 0x20))) {
            if (code != '\r')
                *out++ = (char)code;
            text += 7;
        } else if (*text == '\r') {
            *out++ = '\n';
            text += 1 + (text[1] == '\n');
        } else {
            *out++ = *text++;
        }
    }
    *out = '\0';
}
