/* Workbooks: the parts of one, from the input, put into an archive and read to the end. Format of an input: the parts'
 * XML one after another, each behind a line "#name"; what is not there comes from a sound workbook. An input that begins
 * with PK is read as the archive itself. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zip.h>

#include "sheet/sheet_read.h"

static char path[] = "/tmp/fuzz-sheet-XXXXXX";

static const struct { const char *name, *text; } sound[] = {
    { "_rels/.rels", "<R><Relationship Id=\"a\" Type=\"/officeDocument\" Target=\"xl/workbook.xml\"/></R>" },
    { "xl/workbook.xml", "<workbook><sheets><sheet name=\"s\" r:id=\"a\"/></sheets></workbook>" },
    { "xl/_rels/workbook.xml.rels", "<R><Relationship Id=\"a\" Type=\"/worksheet\" Target=\"s.xml\"/><Relationship Id=\"b\" Type=\"/styles\" Target=\"t.xml\"/>"
                                    "<Relationship Id=\"c\" Type=\"/sharedStrings\" Target=\"u.xml\"/></R>" },
    { "xl/s.xml", "<worksheet><sheetData><row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c s=\"1\"><v>46000.5</v></c></row></sheetData></worksheet>" },
    { "xl/t.xml", "<s><numFmts><numFmt numFmtId=\"164\" formatCode=\"yyyy-mm\"/></numFmts><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"164\"/></cellXfs></s>" },
    { "xl/u.xml", "<sst><si><t>a</t></si></sst>" } };
enum { PARTS = sizeof sound / sizeof *sound };

/* The text behind "#name\n", up to the next "\n#". */
static const char *part_of(const char *data, size_t size, const char *name, size_t *length)
{
    size_t n = strlen(name);
    const char *end = data + size;
    for (const char *at = data; (at = memchr(at, '#', (size_t)(end - at))); at++) {
        if ((size_t)(end - at) < n + 2 || memcmp(at + 1, name, n) != 0 || at[n + 1] != '\n')
            continue;
        const char *text = at + n + 2, *next = memmem(text, (size_t)(end - text), "\n#", 2);
        *length = (size_t)((next ? next : end) - text);
        return text;
    }
    return NULL;
}

static void build(const char *data, size_t size)
{
    int error;
    zip_t *zip = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, &error);
    if (!zip)
        abort();
    for (size_t i = 0; i < PARTS; i++) {
        size_t length = strlen(sound[i].text);
        const char *text = part_of(data, size, sound[i].name, &length);
        zip_source_t *source = zip_source_buffer(zip, text ? text : sound[i].text, length, 0);
        zip_int64_t at = zip_file_add(zip, sound[i].name, source, ZIP_FL_ENC_UTF_8);
        zip_set_file_compression(zip, (zip_uint64_t)at, ZIP_CM_STORE, 0);
    }
    if (zip_close(zip) != 0)
        abort();
}

static void plain(const void *data, size_t size)
{
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(data, 1, size, file) != size)
        abort();
    fclose(file);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    int descriptor = mkstemp(path);
    if (descriptor < 0)
        abort();
    close(descriptor);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct sheet_limits limits = { .unpacked = 4u << 20, .strings = 1u << 20, .texts = 10000, .rows = 5000, .columns = 50 };
    if (size >= 2 && memcmp(data, "PK", 2) == 0)
        plain(data, size);
    else
        build((const char *)data, size);
    struct sheet_book *book = sheet_open(path, &limits);
    volatile size_t total = 0;
    for (int i = 0; i < sheet_count(book) && i < 5; i++) {
        struct sheet *sheet = sheet_begin(book, i);
        const char *range;
        for (struct sheet_row row; sheet && sheet_next(sheet, &row);)
            for (int c = 0; c < row.count; c++)
                total += strlen(row.cells[c].text);
        if (sheet)
            total += sheet_merges(sheet, 0, &range) + strlen(range);
    }
    sheet_close(book);
    return 0;
}
