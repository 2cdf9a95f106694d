/* file_kind: signatures, and PDF. */
#include "domain/file_kind.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "draw/picture.h"

enum file_kind file_kind_of(const uint8_t *data, size_t size)
{
    struct picture_head head;
    picture_head_read(data, size, &head);
    if (head.kind != PICTURE_NONE)
        return FILE_KIND_PICTURE;
    if (size >= 8 && (memcmp(data, "%PDF-1.", 7) == 0 || memcmp(data, "%PDF-2.", 7) == 0))
        return FILE_KIND_PDF;
    if (size >= 22 && memcmp(data, "PK\3\4", 4) == 0)
        return FILE_KIND_ARCHIVE;
    return FILE_KIND_UNKNOWN;
}

/* --- PDF ---------------------------------------------------------------------------------------------------
 * Names are looked for in all bytes, not only outside of streams: where a stream begins is for the reader to decide, and
 * readers differ. The dangerous names are long enough not to turn up by chance in compressed bytes. Object streams may
 * hold objects in compressed form, so they are opened and looked through as well. */

enum { INFLATED_MOST = 64 << 20, NAME_MOST = 24, CHUNK = 1 << 16 };

static const char *const dangerous[] = { "JavaScript", "Launch", "EmbeddedFile", "EmbeddedFiles", "RichMedia", "ImportData",
                                         "SubmitForm" };
/* ways to write an object stream that this reader does not follow; nobody's office program uses them */
static const char *const unread[] = { "ASCIIHexDecode", "ASCII85Decode", "LZWDecode", "RunLengthDecode", "DecodeParms",
                                      "AHx", "A85", "LZW", "RL" };

struct pdf {
    bool   danger, encrypted, unreadable;
    bool   object_stream, odd_filter;         /* of the dictionary being read */
    size_t inflated;
};

static int hex_digit(int c)
{
    return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
}

static bool ends_name(int c)
{
    return c <= ' ' || c >= 0x7f || strchr("/<>[](){}%", c) != NULL;
}

/* The name behind a slash with #xx resolved; longer ones are cut, which makes them none of ours. */
static size_t read_name(const uint8_t *d, size_t size, char name[NAME_MOST])
{
    size_t at = 0, n = 0;
    while (at < size && n < NAME_MOST - 1 && !ends_name(d[at])) {
        int high = d[at] == '#' && at + 2 < size ? hex_digit(d[at + 1]) : -1, low = high >= 0 ? hex_digit(d[at + 2]) : -1;
        name[n++] = low >= 0 ? (char)(high * 16 + low) : (char)d[at];
        at += low >= 0 ? 3 : 1;
    }
    name[n] = '\0';
    return at;
}

static bool among(const char *name, const char *const list[], size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(name, list[i]) == 0)
            return true;
    return false;
}

static void note_name(struct pdf *pdf, const char *name)
{
    if (among(name, dangerous, sizeof dangerous / sizeof *dangerous))
        pdf->danger = true;
    else if (strcmp(name, "Encrypt") == 0)
        pdf->encrypted = true;
    else if (strcmp(name, "ObjStm") == 0)
        pdf->object_stream = true;
    else if (among(name, unread, sizeof unread / sizeof *unread))
        pdf->odd_filter = true;
}

static void scan_names(struct pdf *pdf, const uint8_t *d, size_t size)
{
    char name[NAME_MOST];
    for (const uint8_t *slash = d; (slash = memchr(slash, '/', (size_t)(d + size - slash)));) {
        slash += 1 + read_name(slash + 1, (size_t)(d + size - slash - 1), name);
        note_name(pdf, name);
    }
}

/* Pieces overlap by a name's length, so that none is cut in two. */
static void scan_inflated(struct pdf *pdf, z_stream *z)
{
    static uint8_t room[CHUNK + 3 * NAME_MOST];
    size_t kept = 0;
    for (int code = Z_OK; code == Z_OK;) {
        z->next_out = room + kept;
        z->avail_out = CHUNK;
        code = inflate(z, Z_NO_FLUSH);
        size_t have = kept + CHUNK - z->avail_out;
        pdf->inflated += CHUNK - z->avail_out;
        pdf->unreadable = pdf->unreadable || pdf->inflated > INFLATED_MOST || (code != Z_OK && code != Z_STREAM_END && !z->total_out);
        if (pdf->unreadable)
            return;
        scan_names(pdf, room, have);
        kept = have < 3 * NAME_MOST ? have : 3 * NAME_MOST;
        memmove(room, room + have - kept, kept);
        if (z->avail_out)                             /* the input has no more */
            break;
    }
}

static void open_object_stream(struct pdf *pdf, const uint8_t *d, size_t size)
{
    z_stream z = { .next_in = (Bytef *)(uintptr_t)d, .avail_in = (uInt)size };
    if (pdf->odd_filter) {
        pdf->unreadable = true;
        return;
    }
    if (size < 2 || (d[0] & 15) != 8 || (d[0] * 256 + d[1]) % 31 != 0)       /* not compressed: was scanned as it lies */
        return;
    if (inflateInit(&z) != Z_OK)
        abort();
    struct pdf inner = { .inflated = pdf->inflated };
    scan_inflated(&inner, &z);
    inflateEnd(&z);
    pdf->inflated = inner.inflated;
    pdf->danger = pdf->danger || inner.danger;
    pdf->encrypted = pdf->encrypted || inner.encrypted;
    pdf->unreadable = pdf->unreadable || inner.unreadable;
}

/* Slash, "stream" and "endobj" are what matters; everything else is passed over. */
static void scan_pdf(struct pdf *pdf, const uint8_t *d, size_t size)
{
    char name[NAME_MOST];
    for (size_t at = 0; at + 6 < size && !pdf->unreadable; at++) {
        if (d[at] == '/') {
            read_name(d + at + 1, size - at - 1, name);
            note_name(pdf, name);
        } else if (d[at] == 'e' && memcmp(d + at, "endobj", 6) == 0) {
            pdf->object_stream = pdf->odd_filter = false;
        } else if (d[at] == 's' && memcmp(d + at, "stream", 6) == 0 && (d[at + 6] == '\r' || d[at + 6] == '\n')) {
            size_t begin = at + 7 + (d[at + 6] == '\r' && at + 7 < size && d[at + 7] == '\n');
            if (pdf->object_stream)
                open_object_stream(pdf, d + begin, size - begin);
        }
    }
}

const char *pdf_refusal(const uint8_t *d, size_t size)
{
    struct pdf pdf = { 0 };
    size_t tail = size < 1024 ? size : 1024;
    if (!memmem(d + size - tail, tail, "%%EOF", 5))
        return "内容不完整，请重新生成 PDF 后上传";
    if (archive_hidden(d, size))
        return "在 PDF 之后还夹带了压缩包，请上传单纯的 PDF 文件";
    scan_pdf(&pdf, d, size);
    if (pdf.danger)
        return "含有脚本、可执行动作或附件，请用「打印为 PDF」重新生成后上传";
    if (pdf.encrypted)
        return "已加密或设有密码，请解除保护后重新上传";
    if (pdf.unreadable)
        return "内部结构无法检查，请用「打印为 PDF」重新生成后上传";
    return NULL;
}
