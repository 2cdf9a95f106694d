/* file: uploads are what their bytes are, stored once, and readable by whoever may read their record ("Uploads" of the
 * accounts issue). Bombs and polyglots are made here, byte by byte. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <utime.h>

#include <gd.h>
#include <zlib.h>

#include "core/config.h"
#include "core/text.h"
#include "db_fixture.h"
#include "domain/file.h"
#include "domain/file_kind.h"
#include "draw/picture.h"

#undef fail
#include <cmocka.h>

static struct work *db;
static int64_t readable_record;            /* what the registered reader says yes to */

static bool test_reader(struct work *work, int64_t id)
{
    return id == readable_record && work->actor.operator_id == 5;
}

static int set_up(void **state)
{
    (void)state;
    db = db_fixture();
    file_reader_register("test_record", test_reader);
    return 0;
}

/* --- bytes ------------------------------------------------------------------------------------------------ */

struct bytes { uint8_t *data; size_t size; };

static struct bytes joined(struct bytes a, const void *data, size_t size)
{
    struct bytes out = { malloc(a.size + size + 1), a.size + size };
    if (a.size)
        memcpy(out.data, a.data, a.size);
    memcpy(out.data + a.size, data, size);
    free(a.data);
    return out;
}

static struct bytes text_bytes(const char *text) { return joined((struct bytes){ 0 }, text, strlen(text)); }

static struct bytes numbers(struct bytes a, const char *sizes, ...)
{
    va_list args;
    va_start(args, sizes);
    for (; *sizes; sizes++) {
        uint32_t n = va_arg(args, uint32_t);
        for (int i = 0; i < *sizes - '0'; i++, n >>= 8)
            a = joined(a, &(uint8_t){ (uint8_t)n }, 1);
    }
    va_end(args);
    return a;
}

static struct bytes image(int width, int height, char kind)
{
    int size = 0;
    gdImagePtr made = gdImageCreateTrueColor(width, height);
    gdImageFilledRectangle(made, 0, 0, width, height, 0x2060a0);
    gdImageFilledRectangle(made, 0, 0, width / 4, height / 4, 0xff0000);
    void *data = kind == 'p' ? gdImagePngPtr(made, &size) : kind == 'j' ? gdImageJpegPtr(made, &size, 95) : gdImageBmpPtr(made, &size, 0);
    struct bytes out = joined((struct bytes){ 0 }, data, (size_t)size);
    gdFree(data);
    gdImageDestroy(made);
    return out;
}

/* A ZIP as office programs write it. `lie`: the size declared instead of the true one (0: the true one). */
struct entry { const char *name; size_t zeros; const char *text; uint32_t lie; };

static struct bytes deflated(const struct entry *e, uint32_t *crc, size_t *whole)
{
    size_t size = e->text ? strlen(e->text) : e->zeros, room = compressBound(size) + 100;
    uint8_t *plain = calloc(1, size + 1), *packed = malloc(room);
    if (e->text)
        memcpy(plain, e->text, size);
    z_stream z = { .next_in = plain, .avail_in = (uInt)size, .next_out = packed, .avail_out = (uInt)room };
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    *crc = (uint32_t)crc32(0, plain, (uInt)size);
    *whole = size;
    struct bytes out = { packed, z.total_out };
    deflateEnd(&z);
    free(plain);
    return out;
}

static struct bytes zip(const struct entry *entries, size_t count, struct bytes before)
{
    struct bytes out = before, central = { malloc(1), 0 };
    uint32_t parts = 0;
    for (size_t i = 0; i < count; i++, parts++) {
        uint32_t crc, at = (uint32_t)out.size, names = (uint32_t)strlen(entries[i].name);
        size_t whole;
        struct bytes packed = deflated(&entries[i], &crc, &whole);
        uint32_t says = entries[i].lie ? entries[i].lie : (uint32_t)whole;
        out = numbers(out, "42222244422", 0x04034b50u, 20u, 0u, 8u, 0u, 0u, crc, (uint32_t)packed.size, says, names, 0u);
        out = joined(joined(out, entries[i].name, names), packed.data, packed.size);
        central = numbers(central, "42222224442222244", 0x02014b50u, 20u, 20u, 0u, 8u, 0u, 0u, crc, (uint32_t)packed.size, says, names, 0u,
                          0u, 0u, 0u, 0u, at);
        central = joined(central, entries[i].name, names);
        free(packed.data);
    }
    uint32_t at = (uint32_t)out.size, size = (uint32_t)central.size;
    out = joined(out, central.data, central.size);
    free(central.data);
    return numbers(out, "42222442", 0x06054b50u, 0u, 0u, parts, parts, size, at, 0u);
}

static struct bytes workbook(const char *more, size_t zeros, uint32_t lie)
{
    const struct entry entries[] = { { "[Content_Types].xml", 0, "<Types/>", 0 }, { "xl/workbook.xml", 0, "<workbook/>", 0 }, { more, zeros, NULL, lie } };
    return zip(entries, more ? 3 : 2, (struct bytes){ malloc(1), 0 });
}

/* --- asking ----------------------------------------------------------------------------------------------- */

struct asking { struct upload upload; unsigned accept; int64_t id; char wrong[400]; };

static void take_in(struct work *work, void *arg)
{
    struct asking *a = arg;
    const char *wrong = file_take(work, &a->upload, a->accept, &a->id);
    snprintf(a->wrong, sizeof a->wrong, "%s", wrong ? wrong : "");
}

/* "" when taken (then *id), else the words. */
static const char *taken(struct bytes b, const char *name, unsigned accept, int64_t *id)
{
    static struct asking a;
    char path[300];
    snprintf(path, sizeof path, "%s/tmp/upload", db_fixture_folder());
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(b.data, 1, b.size, file), b.size);
    fclose(file);
    a = (struct asking){ .upload = { "f", path, name, b.size }, .accept = accept };
    db_fixture_run(db, take_in, &a);
    free(b.data);
    if (id)
        *id = a.id;
    return a.wrong;
}

static void assert_refused(struct bytes b, const char *name, unsigned accept, const char *words)
{
    const char *wrong = taken(b, name, accept, NULL);
    if (!strstr(wrong, words))
        fail_msg("%s: «%s» lacks «%s»", name, wrong, words);
}

static const char *stored_path(int64_t id, const char *more)
{
    static char path[400], sql[200];
    snprintf(sql, sizeof sql, "SELECT CONV(HEX(SUBSTR(sha256, 1, 4)), 16, 10) FROM file WHERE id = %lld", (long long)id);
    unsigned head = (unsigned)db_fixture_int(sql);
    snprintf(path, sizeof path, "ls %s/files/%02x/%06x*%s > %s/tmp/found", db_fixture_folder(), head >> 24, head & 0xffffff, more, db_fixture_folder());
    if (system(path) < 0)
        return "";
    snprintf(path, sizeof path, "%s/tmp/found", db_fixture_folder());
    FILE *file = fopen(path, "r");
    path[0] = '\0';
    if (file && fgets(path, sizeof path, file))
        path[strcspn(path, "\n")] = '\0';
    if (file)
        fclose(file);
    return path;
}

static struct bytes stored(int64_t id, const char *more)
{
    static uint8_t room[1 << 20];
    FILE *file = fopen(stored_path(id, more), "r");
    assert_non_null(file);
    struct bytes out = { room, fread(room, 1, sizeof room, file) };
    fclose(file);
    return out;
}

/* --- pictures --------------------------------------------------------------------------------------------- */

static void pictures_are_written_afresh(void **state)
{
    (void)state;
    static const struct { char made; const char *name, *kind; } list[] = { { 'p', "a.png", "png" }, { 'j', "b.jpg", "jpeg" }, { 'b', "c.bmp", "png" } };
    for (size_t i = 0; i < 3; i++) {
        int64_t id;
        char sql[200];
        struct picture_head head;
        assert_string_equal(taken(image(60, 40, list[i].made), list[i].name, FILE_IMAGE, &id), "");
        snprintf(sql, sizeof sql, "SELECT COUNT(*) FROM file WHERE id = %lld AND kind = '%s' AND width = 60 AND height = 40", (long long)id, list[i].kind);
        assert_int_equal(db_fixture_int(sql), 1);
        struct bytes b = stored(id, "");
        assert_true(picture_head_read(b.data, b.size, &head));
        assert_int_equal(head.width, 60);
        b = stored(id, ".thumb");
        assert_true(picture_head_read(b.data, b.size, &head));
        assert_int_equal(head.kind, PICTURE_JPEG);
    }
}

static void an_archive_behind_a_picture_vanishes(void **state)
{
    (void)state;
    static const struct entry entries[] = { { "evil.txt", 0, "MARKER-IN-ARCHIVE", 0 } };
    int64_t id;
    struct bytes polyglot = zip(entries, 1, image(50, 50, 'p'));
    assert_true(archive_hidden(polyglot.data, polyglot.size));
    assert_string_equal(taken(polyglot, "poly.png", FILE_IMAGE, &id), "");
    struct bytes b = stored(id, "");
    assert_null(memmem(b.data, b.size, "evil.txt", 8));
    assert_false(archive_hidden(b.data, b.size));
    assert_string_equal(taken(joined(image(50, 50, 'j'), "<?php MARKER ?>", 15), "p.jpg", FILE_IMAGE, &id), "");
    b = stored(id, "");
    assert_null(memmem(b.data, b.size, "MARKER", 6));
}

static void a_huge_picture_is_refused_by_its_head(void **state)
{
    (void)state;
    struct bytes png = image(10, 10, 'p');
    memcpy(png.data + 16, "\0\0\x75\x30\0\0\x75\x30", 8);
    assert_refused(png, "huge.png", FILE_IMAGE, "为 30000 × 30000 像素，超过 4000 万像素的限制");
    struct bytes bmp = image(10, 10, 'b');
    memcpy(bmp.data + 18, "\x30\x75\0\0\xd0\x8a\xff\xff", 8);          /* height −30000: top row first */
    assert_refused(bmp, "huge.bmp", FILE_IMAGE, "为 30000 × 30000 像素");
    struct bytes wide = image(10, 10, 'p');
    memcpy(wide.data + 16, "\x7f\xff\xff\xff\x7f\xff\xff\xff", 8);
    assert_refused(wide, "wide.png", FILE_IMAGE, "超过 4000 万像素的限制");
}

static void a_broken_picture_is_refused_and_harms_nothing(void **state)
{
    (void)state;
    struct bytes cut = image(400, 400, 'p');
    cut.size /= 2;
    assert_refused(cut, "cut.png", FILE_IMAGE, "「cut.png」已损坏");
    assert_refused(joined((struct bytes){ 0 }, "\xff\xd8\xff\xe0\0\x04xx", 8), "head.jpg", FILE_IMAGE, "无法识别图片");
    struct bytes lying = image(10, 10, 'p');
    memcpy(lying.data + 16, "\0\0\x17\x70\0\0\x17\x70", 8);            /* 6000 × 6000 said, 10 × 10 there */
    assert_refused(lying, "lying.png", FILE_IMAGE, "已损坏");
    assert_refused(text_bytes("<html><script>alert(1)</script>"), "page.png", FILE_IMAGE | FILE_PDF, "请上传图片（png、jpg、bmp）、PDF");
    assert_refused(text_bytes("GIF89a123456789012345678901234567890"), "a.gif", FILE_IMAGE, "不是可接受的文件");
    assert_refused(image(5, 5, 'p'), "a.pdf", FILE_PDF, "「a.pdf」不是可接受的文件，请上传PDF");
    assert_refused((struct bytes){ malloc(1), 0 }, "leer.png", FILE_IMAGE, "空文件");
}

static void the_child_has_limits(void **state)
{
    (void)state;
    struct bytes big = image(4000, 4000, 'p');
    struct picture_head head;
    struct picture out;
    assert_true(picture_head_read(big.data, big.size, &head));
    assert_true(picture_remake(big.data, big.size, &head, &out));     /* within: 16 million pixels, 64 MB */
    assert_int_equal(out.width, 4000);
    picture_free(&out);
    memcpy(big.data + 16, "\0\0\x75\x30\0\0\x75\x30", 8);              /* past the caller's check: 3.6 GB do not fit */
    uint32_t crc = (uint32_t)crc32(0, big.data + 12, 17);
    for (int i = 0; i < 4; i++)
        big.data[29 + i] = (uint8_t)(crc >> (24 - 8 * i));
    assert_true(picture_head_read(big.data, big.size, &head));
    assert_false(picture_remake(big.data, big.size, &head, &out));
    assert_null(out.data);
    free(big.data);
}

/* EXIF says: the camera was held sideways. */
static void a_photograph_is_turned_upright(void **state)
{
    (void)state;
    static const uint8_t exif[] = "\xff\xe1\0\x22" "Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0";
    struct bytes plain = image(80, 40, 'j'), made = joined((struct bytes){ 0 }, plain.data, 2);
    made = joined(made, exif, 4 + 32);
    made = joined(made, plain.data + 2, plain.size - 2);
    struct picture_head head;
    struct picture out;
    assert_true(picture_head_read(made.data, made.size, &head));
    assert_int_equal(head.orientation, 6);
    assert_true(picture_remake(made.data, made.size, &head, &out));
    assert_int_equal(out.width, 40);
    assert_int_equal(out.height, 80);
    gdImagePtr seen = gdImageCreateFromJpegPtr((int)out.size, out.data);
    int corner = gdImageGetTrueColorPixel(seen, 36, 4);                /* the red corner went from top left to top right */
    assert_true(gdTrueColorGetRed(corner) > 180 && gdTrueColorGetBlue(corner) < 90);
    gdImageDestroy(seen);
    assert_null(memmem(out.data, out.size, "Exif", 4));
    picture_free(&out);
    free(plain.data);
    free(made.data);
}

/* --- PDF -------------------------------------------------------------------------------------------------- */

#define PDF_HEAD "%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
#define PDF_TAIL "\ntrailer << /Root 1 0 R >>\nstartxref\n9\n%%EOF\n"

static struct bytes pdf_with(const char *middle)
{
    return joined(joined(text_bytes(PDF_HEAD), middle, strlen(middle)), PDF_TAIL, strlen(PDF_TAIL));
}

static struct bytes pdf_stream(const char *dictionary, const char *inside)
{
    uint8_t packed[2000];
    uLongf size = sizeof packed;
    assert_int_equal(compress(packed, &size, (const Bytef *)inside, strlen(inside)), Z_OK);
    struct bytes b = text_bytes(PDF_HEAD);
    b = joined(b, dictionary, strlen(dictionary));
    b = joined(joined(b, "\nstream\r\n", 9), packed, size);
    return joined(b, "\nendstream\nendobj" PDF_TAIL, 17 + strlen(PDF_TAIL));
}

static void pdf_by_content(void **state)
{
    (void)state;
    static const char *const bad[] = { "<< /S /JavaScript /JS (app.alert(1)) >>", "<< /S /Java#53cript >>", "<</S/#4caunch/F(cmd.exe)>>",
        "<< /Type /EmbeddedFile >>", "<< /Names << /EmbeddedFiles 3 0 R >> >>", "% stream\nstream\n<< /S /JavaScript >>" };
    int64_t id;
    assert_string_equal(taken(pdf_with(""), "plain.pdf", FILE_PDF, &id), "");
    assert_string_equal(taken(pdf_with("<< /JavaScriptless 1 /Launcher 2 >>"), "near.pdf", FILE_PDF, &id), "");
    assert_string_equal(taken(pdf_stream("5 0 obj << /Type /ObjStm /Filter /FlateDecode >>", "1 0 << /Type /Page >>"), "o.pdf", FILE_PDF, &id), "");
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_refused(pdf_with(bad[i]), "bad.pdf", FILE_PDF, "含有脚本、可执行动作或附件");
    assert_refused(pdf_stream("5 0 obj << /Type /Obj#53tm /Filter /FlateDecode >>", "1 0 << /S /JavaScript >>"), "hidden.pdf", FILE_PDF, "含有脚本");
    assert_refused(pdf_stream("5 0 obj << /Type /ObjStm /Filter [/ASCIIHexDecode /FlateDecode] >>", "1"), "hex.pdf", FILE_PDF, "无法检查");
    assert_refused(pdf_with("<< /Encrypt 5 0 R >>"), "locked.pdf", FILE_PDF, "已加密");
    assert_refused(text_bytes(PDF_HEAD "cut off here, nothing follows"), "cut.pdf", FILE_PDF, "内容不完整");
    assert_refused(joined(text_bytes("MZ"), PDF_HEAD PDF_TAIL, strlen(PDF_HEAD PDF_TAIL)), "late.pdf", FILE_PDF, "不是可接受的文件");
}

static void a_pdf_that_is_an_archive_is_refused(void **state)
{
    (void)state;
    static const struct entry entries[] = { { "x.html", 0, "hello", 0 } };
    assert_refused(zip(entries, 1, pdf_with("")), "both.pdf", FILE_PDF | FILE_ZIP, "夹带了压缩包");
}

/* --- archives --------------------------------------------------------------------------------------------- */

static void workbooks_and_their_bombs(void **state)
{
    (void)state;
    int64_t id;
    assert_null(hdf_set_value(config_tree(), "Files.UnpackedLimit", "67108864"));
    assert_string_equal(taken(workbook(NULL, 0, 0), "名单.xlsx", FILE_XLSX, &id), "");
    assert_string_equal(taken(workbook("xl/sheet.xml", 30 << 20, 0), "large.xlsx", FILE_XLSX, &id), "");
    assert_refused(workbook("xl/sheet.xml", 65 << 20, 0), "bomb.xlsx", FILE_XLSX, "解压后过大");
    assert_refused(workbook("xl/sheet.xml", 65 << 20, 100), "liar.xlsx", FILE_XLSX, "实际大小与声明不符");
    assert_refused(workbook("xl/sheet.xml", 100, 5000), "short.xlsx", FILE_XLSX, "实际大小与声明不符");
    assert_refused(workbook("xl/vbaProject.bin", 10, 0), "macro.xlsx", FILE_XLSX, "含有宏");
    assert_refused(workbook("../../etc/cron.d/x", 10, 0), "slip.xlsx", FILE_XLSX, "格式不规范");
    assert_refused(workbook("/etc/passwd", 10, 0), "root.xlsx", FILE_XLSX, "格式不规范");
    static const struct entry plain[] = { { "a.txt", 0, "hello", 0 } };
    assert_refused(zip(plain, 1, (struct bytes){ malloc(1), 0 }), "plain.xlsx", FILE_XLSX, "不是 Excel 工作簿");
    assert_string_equal(taken(zip(plain, 1, (struct bytes){ malloc(1), 0 }), "plain.zip", FILE_ZIP, &id), "");
    assert_refused(joined(workbook(NULL, 0, 0), "trailing", 8), "tail.xlsx", FILE_XLSX, "格式不规范");
}

/* One compressed block named by many directory entries: small, and endless when unpacked. */
static void parts_that_overlap_are_refused(void **state)
{
    (void)state;
    struct bytes b = workbook("xl/sheet.xml", 1 << 20, 0), out = { malloc(1), 0 };
    const uint8_t *end = b.data + b.size - 22;
    uint32_t at = (uint32_t)(end[16] | end[17] << 8 | end[18] << 16), size = (uint32_t)(end[12] | end[13] << 8);
    size_t last = 46 + strlen("xl/sheet.xml");
    out = joined(out, b.data, at + size);
    out = joined(out, b.data + at + size - last, last);               /* the last entry a second time */
    out = numbers(out, "42222442", 0x06054b50u, 0u, 0u, 4u, 4u, size + (uint32_t)last, at, 0u);
    free(b.data);
    assert_refused(out, "overlap.xlsx", FILE_XLSX, "格式不规范");
}

/* Every cut and every flipped byte of a small workbook and PDF: a verdict, never a crash (run under sanitizers too). */
static void mangled_bytes_get_a_verdict(void **state)
{
    (void)state;
    struct archive found;
    struct bytes list[] = { workbook("xl/sheet.xml", 500, 0), pdf_stream("5 0 obj << /Type /ObjStm >>", "1 0 << /A /B >>") };
    size_t refused = 0;
    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; i < list[k].size; i++) {
            uint8_t *copy = malloc(list[k].size);
            memcpy(copy, list[k].data, list[k].size);
            copy[i] ^= 0xff;
            refused += archive_refusal(copy, list[k].size, 1 << 20, &found) != NULL;
            refused += pdf_refusal(copy, list[k].size) != NULL;
            uint8_t *cut = malloc(i + 1);
            memcpy(cut, list[k].data, i + 1);
            refused += archive_refusal(cut, i + 1, 1 << 20, &found) != NULL;
            archive_hidden(cut, i + 1);
            pdf_refusal(cut, i + 1);
            file_kind_of(cut, i + 1);
            free(cut);
            free(copy);
        }
    assert_true(refused > list[0].size);
    free(list[0].data);
    free(list[1].data);
}

/* --- names, storing, belonging ---------------------------------------------------------------------------- */

static void assert_name(const char *given, const char *kept)
{
    int64_t id;
    char sql[600];
    assert_string_equal(taken(image(8, 8, 'p'), given, FILE_IMAGE, &id), "");
    snprintf(sql, sizeof sql, "SELECT COUNT(*) FROM file WHERE id = %lld AND BINARY name = '%s'", (long long)id, kept);
    if (db_fixture_int(sql) != 1)
        fail_msg("«%s» is not kept as «%s»", given, kept);
}

/* A place that cannot be written to is what a full disk is: the file is refused at its field, and the work goes on. */
static void a_full_disk_refuses_the_file_alone(void **state)
{
    (void)state;
    char files[300], away[310];
    int64_t id = 0;
    snprintf(files, sizeof files, "%s/files", db_fixture_folder());
    snprintf(away, sizeof away, "%s.away", files);
    assert_int_equal(rename(files, away), 0);
    int blocked = open(files, O_WRONLY | O_CREAT | O_EXCL, 0600);
    assert_true(blocked >= 0);
    close(blocked);
    const char *wrong = taken(pdf_with(""), "执照.pdf", FILE_PDF, &id);
    assert_string_equal(wrong, "「执照.pdf」暂时不能保存，请稍后重新上传。");
    assert_int_equal(unlink(files), 0);
    assert_int_equal(rename(away, files), 0);
    assert_string_equal(taken(pdf_with(""), "执照.pdf", FILE_PDF, &id), "");
}

static void names_are_never_trusted(void **state)
{
    (void)state;
    assert_name("营业执照.png", "营业执照.png");
    assert_name("../../../etc/cron.d/x.png", "x.png");
    assert_name("C:\\fakepath\\执照.JPG", "执照.png");
    assert_name("shell.php", "shell.png");
    assert_name("a\r\nSet-Cookie: x=1.png", "aSet-Cookie: x=1.png");
    assert_name("\xe2\x80\xaegpj.exe", "gpj.png");
    assert_name(".htaccess", "htaccess.png");
    assert_name("", "文件.png");
    char sql[200];
    snprintf(sql, sizeof sql, "SELECT COUNT(*) FROM file WHERE name LIKE '%%/%%' OR name LIKE '%%<%%'");
    assert_int_equal(db_fixture_int(sql), 0);
}

static void the_same_bytes_are_stored_once(void **state)
{
    (void)state;
    int64_t a, b;
    char sql[200], first[400];
    taken(image(33, 21, 'p'), "one.png", FILE_IMAGE, &a);
    snprintf(first, sizeof first, "%s", stored_path(a, "[0-9a-f]"));
    taken(image(33, 21, 'p'), "two.png", FILE_IMAGE, &b);
    assert_true(a != b && a > 1 << 20 && b > 1 << 20);
    snprintf(sql, sizeof sql, "SELECT COUNT(DISTINCT sha256) FROM file WHERE id IN (%lld, %lld)", (long long)a, (long long)b);
    assert_int_equal(db_fixture_int(sql), 1);
    assert_string_equal(stored_path(b, "[0-9a-f]"), first);
    struct stat about;
    assert_int_equal(stat(first, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0640);
    assert_int_equal(about.st_nlink, 1);
}

struct linking { int64_t record, ids[3]; size_t count; const char *field; };

static void link_them(struct work *work, void *arg)
{
    struct linking *l = arg;
    file_link(work, "test_record", l->record, l->field, l->ids, l->count);
}

static void list_them(struct work *work, void *arg)
{
    assert_int_equal(file_list(work, "test_record", 1, "licence", arg), 2);
    assert_int_equal(file_count(work, "test_record", 1, "licence"), 2);
}

static void files_belong_to_records(void **state)
{
    (void)state;
    struct linking l = { .record = 1, .count = 2, .field = "licence" };
    HDF *node;
    taken(image(9, 9, 'p'), "甲.png", FILE_IMAGE, &l.ids[0]);
    taken(pdf_with("% two"), "乙.pdf", FILE_PDF, &l.ids[1]);
    db_fixture_run(db, link_them, &l);
    assert_false(hdf_init(&node));
    db_fixture_run(db, list_them, node);
    assert_string_equal(hdf_get_value(node, "0.Name", ""), "甲.png");
    assert_non_null(hdf_get_value(node, "0.Thumb", NULL));
    assert_string_equal(hdf_get_value(node, "1.Kind", ""), "pdf");
    assert_null(hdf_get_value(node, "1.Thumb", NULL));
    hdf_destroy(&node);
    db_fixture_run(db, link_them, &l);                                 /* saved once more: its own files stay good */
    l = (struct linking){ .record = 1, .count = 1, .ids = { l.ids[1] }, .field = "licence" };
    db_fixture_run(db, link_them, &l);                                 /* replaced */
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM file_link WHERE record_id = 1"), 1);
}

static void a_known_number_links_nothing(void **state)
{
    (void)state;
    struct linking own = { .record = 2, .count = 1, .field = "licence" }, thief = { .record = 3, .count = 1, .field = "licence" };
    db->actor.account_id = 70;
    taken(image(9, 10, 'p'), "own.png", FILE_IMAGE, &own.ids[0]);
    thief.ids[0] = own.ids[0];
    db->actor.account_id = 71;
    assert_false(work_run(db, WORK_WRITE, link_them, &thief));         /* another's fresh upload */
    assert_int_equal(db->failed, FAIL_INVALID);
    db->actor.account_id = 70;
    db_fixture_run(db, link_them, &own);
    assert_false(work_run(db, WORK_WRITE, link_them, &thief));         /* one that belongs to a record, even to its bringer */
    thief.ids[0] = 12345;
    assert_false(work_run(db, WORK_WRITE, link_them, &thief));         /* made up */
    db->actor.account_id = 0;
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM file_link WHERE record_id = 3"), 0);
}

struct opening { int64_t id; bool open; };
static void open_it(struct work *work, void *arg)
{
    struct opening *o = arg;
    struct file file;
    o->open = file_open(work, o->id, &file);
    if (o->open)
        assert_true(file.picture && strcmp(file.content_type, "image/png") == 0 && strlen(file.stored) == 65);
}

static bool opens(int64_t id)
{
    struct opening o = { .id = id };
    assert_true(work_run(db, WORK_READ, open_it, &o));
    return o.open;
}

static void who_may_read_the_record_may_read_the_file(void **state)
{
    (void)state;
    struct linking l = { .record = 9, .count = 1, .field = "photo" };
    db->actor.account_id = 80;
    taken(image(12, 12, 'p'), "p.png", FILE_IMAGE, &l.ids[0]);
    assert_true(opens(l.ids[0]));                                      /* one's own, before it is submitted */
    db->actor.account_id = 81;
    assert_false(opens(l.ids[0]));
    db->actor.account_id = 0;
    assert_false(opens(l.ids[0]));
    db->actor.account_id = 80;
    db_fixture_run(db, link_them, &l);
    assert_false(opens(l.ids[0]));                                     /* now the record decides */
    readable_record = 9;
    assert_false(opens(l.ids[0]));
    db->actor.operator_id = 5;
    assert_true(opens(l.ids[0]));
    readable_record = 10;
    assert_false(opens(l.ids[0]));
    assert_false(opens(999));
    db->actor.operator_id = 0;
    db->actor.account_id = 0;
}

static void sweep(struct work *work, void *arg)
{
    (void)arg;
    file_sweep(work);
}

static void keep_it(struct work *work, void *arg)
{
    file_keep(work, *(int64_t *)arg, 30);
}

static int64_t counted;

static void count_it(struct work *work, void *arg)
{
    counted = db_int(work, 0, "SELECT COUNT(*) FROM file WHERE id = ?", I(*(int64_t *)arg));
}

static int64_t asked_count(int64_t id)
{
    db_fixture_run(db, count_it, &id);
    return counted;
}

/* A draft lives for thirty days; the uploads it names live as long. */
static void what_a_draft_names_is_spared(void **state)
{
    (void)state;
    int64_t id, found;
    taken(image(63, 7, 'p'), "drafted.png", FILE_IMAGE, &id);
    db_fixture_run(db, keep_it, &id);
    db_fixture_sql("UPDATE file SET kept_until = kept_until - INTERVAL 30 DAY");
    assert_true(work_run(db, WORK_PLAIN, sweep, NULL));
    found = asked_count(id);
    assert_int_equal(found, 1);
    db_fixture_sql("UPDATE file SET kept_until = kept_until - INTERVAL 2 DAY");
    assert_true(work_run(db, WORK_PLAIN, sweep, NULL));
    assert_int_equal(asked_count(id), 0);
}

static void what_belongs_to_nothing_goes_after_a_day(void **state)
{
    (void)state;
    struct linking kept = { .record = 11, .count = 1, .field = "photo" };
    int64_t loose, twin;
    char path[400], kept_path[400];
    taken(image(61, 7, 'p'), "kept.png", FILE_IMAGE, &kept.ids[0]);
    taken(image(62, 7, 'p'), "loose.png", FILE_IMAGE, &loose);
    db_fixture_run(db, link_them, &kept);
    snprintf(path, sizeof path, "%s", stored_path(loose, "[0-9a-f]"));
    snprintf(kept_path, sizeof kept_path, "%s", stored_path(kept.ids[0], "[0-9a-f]"));
    const struct utimbuf old = { time(NULL) - 90000, time(NULL) - 90000 };
    db->now = clock_now();
    assert_true(work_run(db, WORK_PLAIN, sweep, NULL));
    assert_int_equal(access(path, F_OK), 0);                           /* fresh: its form may still be open */
    db_fixture_sql("UPDATE file SET kept_until = kept_until - INTERVAL 25 HOUR");
    utime(path, &old);
    utime(kept_path, &old);
    taken(image(62, 7, 'p'), "again.png", FILE_IMAGE, &twin);          /* the same bytes come again: they stay */
    assert_true(work_run(db, WORK_PLAIN, sweep, NULL));
    assert_int_equal(access(path, F_OK), 0);
    db_fixture_sql("UPDATE file SET kept_until = kept_until - INTERVAL 25 HOUR");
    utime(path, &old);
    assert_true(work_run(db, WORK_PLAIN, sweep, NULL));
    assert_int_not_equal(access(path, F_OK), 0);
    assert_int_equal(access(kept_path, F_OK), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pictures_are_written_afresh), cmocka_unit_test(an_archive_behind_a_picture_vanishes),
        cmocka_unit_test(a_huge_picture_is_refused_by_its_head), cmocka_unit_test(a_broken_picture_is_refused_and_harms_nothing),
        cmocka_unit_test(the_child_has_limits), cmocka_unit_test(a_photograph_is_turned_upright), cmocka_unit_test(pdf_by_content),
        cmocka_unit_test(a_pdf_that_is_an_archive_is_refused), cmocka_unit_test(workbooks_and_their_bombs),
        cmocka_unit_test(parts_that_overlap_are_refused), cmocka_unit_test(mangled_bytes_get_a_verdict),
        cmocka_unit_test(a_full_disk_refuses_the_file_alone), cmocka_unit_test(names_are_never_trusted), cmocka_unit_test(the_same_bytes_are_stored_once),
        cmocka_unit_test(files_belong_to_records), cmocka_unit_test(a_known_number_links_nothing),
        cmocka_unit_test(who_may_read_the_record_may_read_the_file), cmocka_unit_test(what_a_draft_names_is_spared), cmocka_unit_test(what_belongs_to_nothing_goes_after_a_day),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
