/* file: see the header. */
#include "domain/file.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/config.h"
#include "core/crypto.h"
#include "core/db.h"
#include "core/text.h"
#include "domain/file_kind.h"
#include "domain/file_quota.h"
#include "domain/file_store.h"
#include "draw/picture.h"

#define Q_ADD "INSERT INTO file (id, sha256, kind, size, width, height, name, account_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
/* Only the bringer's own, or this record's own: a known number opens nothing. */
#define Q_MAY_LINK "SELECT COUNT(*) FROM file f WHERE f.id = ? AND (EXISTS (SELECT 1 FROM file_link l WHERE l.file_id = f.id" \
                   " AND l.record = ? AND l.record_id = ?) OR (f.account_id IN (0, ?)" \
                   " AND NOT EXISTS (SELECT 1 FROM file_link l WHERE l.file_id = f.id))) FOR UPDATE"
#define Q_UNLINK "DELETE FROM file_link WHERE record = ? AND record_id = ? AND field = ?"
#define Q_LINK "INSERT INTO file_link (record, record_id, field, position, file_id) VALUES (?, ?, ?, ?, ?)"
#define Q_CAPTION "UPDATE file_link SET caption = ? WHERE record = ? AND record_id = ? AND field = ? AND file_id = ?"
#define Q_LINK_ALL "INSERT INTO file_link (record, record_id, field, position, file_id, caption)" \
                   " SELECT ?, ?, field, position, file_id, caption FROM file_link WHERE record = ? AND record_id = ?"
#define Q_LIST "SELECT f.id, f.name, f.size, f.kind, l.caption FROM file_link l JOIN file f ON f.id = l.file_id" \
               " WHERE l.record = ? AND l.record_id = ? AND l.field = ? ORDER BY l.position"
#define Q_COUNT "SELECT COUNT(*) FROM file_link WHERE record = ? AND record_id = ? AND field = ?"
#define Q_OPEN "SELECT LOWER(HEX(sha256)), kind, name, account_id FROM file WHERE id = ?"
#define Q_RECORDS "SELECT DISTINCT record, record_id FROM file_link WHERE file_id = ?"
#define Q_KEEP "UPDATE file SET kept_until = GREATEST(kept_until, NOW(3) + INTERVAL ? DAY) WHERE id = ?"
#define Q_SWEEP "DELETE FROM file WHERE kept_until < NOW(3)" \
                " AND NOT EXISTS (SELECT 1 FROM file_link l WHERE l.file_id = file.id) LIMIT 500"
#define Q_NAMED "SELECT COUNT(*) FROM file WHERE sha256 = ?"

static const struct kind {
    const char *kind, *content_type, *ending, *other_ending;
} kinds[] = {
    { "png",  "image/png",  "png", NULL },
    { "jpeg", "image/jpeg", "jpg", "jpeg" },
    { "pdf",  "application/pdf", "pdf", NULL },
    { "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx", NULL },
    { "zip",  "application/zip", "zip", NULL },
};

static const struct kind *kind_named(const char *kind)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].kind, kind) == 0)
            return &kinds[i];
    return NULL;
}

/* --- names ------------------------------------------------------------------------------------------------ */

/* text_file_name(), 80 characters, with the ending of what it is. */
static char *clean_name(struct arena *arena, const char *name, const struct kind *kind)
{
    static const char *const endings[] = { "png", "jpg", "jpeg", "bmp", "gif", "webp", "pdf", "xlsx", "xls", "zip", "doc",
                                           "docx", "exe", "php", "html", "htm", "svg", "js", "sh" };
    char *out = text_file_name(arena, name), *dot = strrchr(out, '.');
    for (size_t i = 0; dot && i < sizeof endings / sizeof *endings; i++)
        if (strcasecmp(dot + 1, endings[i]) == 0) {
            *dot = '\0';
            dot = NULL;
        }
    out = text_normal(arena, out);
    while (*out == '.' || *out == ' ')
        out++;
    if (utf8_length(out) > 80)
        out = utf8_cut(arena, out, 79);
    return arena_printf(arena, "%s.%s", *out ? out : "文件", kind->ending);
}

/* --- taking ----------------------------------------------------------------------------------------------- */

struct taken {
    const uint8_t     *data, *thumb;
    size_t             size, thumb_size;
    const struct kind *kind;
    int                width, height;
};

struct mapping { void *data; size_t size; };

static void unmap(void *thing)
{
    struct mapping *m = thing;
    munmap(m->data, m->size);
}

/* Private: the file is the work's own and nobody cuts it short meanwhile. */
static const uint8_t *read_upload(struct work *work, const struct upload *upload, size_t *size)
{
    struct stat about;
    int from = open(upload->path, O_RDONLY | O_CLOEXEC);
    if (from < 0 || fstat(from, &about) != 0) {
        if (from >= 0)
            close(from);
        fail(work, FAIL_UNAVAILABLE, "暂时不能保存上传的文件，请稍后重新上传。");
    }
    struct mapping *m = arena_alloc(work->arena, sizeof *m);
    m->size = *size = (size_t)about.st_size;
    m->data = m->size ? mmap(NULL, m->size, PROT_READ, MAP_PRIVATE, from, 0) : MAP_FAILED;
    close(from);
    if (m->data == MAP_FAILED)
        return NULL;
    work_defer(work, unmap, m);
    return m->data;
}

static void free_picture(void *picture) { picture_free(picture); }

static const char *take_picture(struct work *work, struct taken *t)
{
    struct picture_head head;
    int64_t limit = config_int("Files.PixelLimit");
    if (!picture_head_read(t->data, t->size, &head))
        return "内容不完整，无法识别图片，请重新生成后上传";
    if (head.width > limit / head.height)
        return arena_printf(work->arena, "为 %lld × %lld 像素，超过 %lld 万像素的限制，请缩小后重新上传", (long long)head.width,
                            (long long)head.height, (long long)(limit / 10000));
    struct picture *picture = arena_alloc(work->arena, sizeof *picture);
    if (!picture_remake(t->data, t->size, &head, picture))
        return "已损坏或内容不规范，无法打开，请重新生成后上传";
    work_defer(work, free_picture, picture);
    *t = (struct taken){ picture->data, picture->thumb, picture->size, picture->thumb_size,
                         kind_named(picture->kind == PICTURE_JPEG ? "jpeg" : "png"), picture->width, picture->height };
    return NULL;
}

static const char *take_archive(struct taken *t, unsigned accept)
{
    struct archive found;
    const char *wrong = archive_refusal(t->data, t->size, config_int("Files.UnpackedLimit"), &found);
    if (wrong)
        return wrong;
    if (found.macros)
        return "含有宏，请另存为不含宏的 xlsx 文件后上传";
    if (!found.xlsx && !(accept & FILE_ZIP))
        return "不是 Excel 工作簿（xlsx），请重新选择文件";
    t->kind = kind_named(found.xlsx ? "xlsx" : "zip");
    return NULL;
}

static const char *accepted_words(struct arena *arena, unsigned accept)
{
    const char *words = "";
    static const struct { unsigned bit; const char *word; } list[] = { { FILE_IMAGE, "图片（png、jpg、bmp）" }, { FILE_PDF, "PDF" },
        { FILE_XLSX, "Excel 工作簿（xlsx）" }, { FILE_ZIP, "zip 压缩包" } };
    for (size_t i = 0; i < sizeof list / sizeof *list; i++)
        if (accept & list[i].bit)
            words = arena_printf(arena, "%s%s%s", words, *words ? "、" : "", list[i].word);
    return words;
}

static const char *take_kind(struct work *work, struct taken *t, unsigned accept)
{
    static const unsigned wants[] = { [FILE_KIND_UNKNOWN] = 0, [FILE_KIND_PICTURE] = FILE_IMAGE, [FILE_KIND_PDF] = FILE_PDF,
                                      [FILE_KIND_ARCHIVE] = FILE_XLSX | FILE_ZIP };
    enum file_kind kind = file_kind_of(t->data, t->size);
    if (!(accept & wants[kind]))
        return arena_printf(work->arena, "不是可接受的文件，请上传%s", accepted_words(work->arena, accept));
    switch (kind) {
    case FILE_KIND_PICTURE:
        return take_picture(work, t);
    case FILE_KIND_PDF:
        t->kind = kind_named("pdf");
        return pdf_refusal(t->data, t->size);
    default:
        return take_archive(t, accept);
    }
}

struct storing { const struct taken *taken; const uint8_t *digest; };

static void store_bytes(struct work *work, void *arg)
{
    const struct storing *s = arg;
    file_store_put(work, s->digest, s->taken->data, s->taken->size, s->taken->thumb, s->taken->thumb_size);
}

const char *file_take(struct work *work, const struct upload *upload, unsigned accept, int64_t *id)
{
    struct arena *arena = work->arena;
    struct taken t = { 0 };
    uint8_t digest[32];
    uint64_t random;
    static const struct kind unknown = { "", "", "bin", NULL };
    const char *wrong = "是空文件，请重新选择文件";
    if ((t.data = read_upload(work, upload, &t.size)))
        wrong = file_quota_wrong(work, (int64_t)t.size);
    if (t.data && !wrong)
        wrong = take_kind(work, &t, accept);
    if (wrong) {
        const char *name = clean_name(arena, upload->name, &unknown);
        const char *typed = strrchr(upload->name, '.');           /* said as it was called */
        return arena_printf(arena, "「%.*s%s」%s。", (int)strlen(name) - 4, name,
                            typed && strlen(typed) <= 6 && strspn(typed + 1, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
                                == strlen(typed + 1) ? typed : "", wrong);
    }
    crypto_sha256(t.data, t.size, digest);
    crypto_random(&random, sizeof random);
    if (!work_part(work, store_bytes, &(struct storing){ &t, digest }))
        return arena_printf(arena, "「%s」暂时不能保存，请稍后重新上传。", clean_name(arena, upload->name, t.kind));
    *id = (int64_t)(random >> 11) | 1;
    db_exec(work, Q_ADD, I(*id), B(digest, 32), T(t.kind->kind), I((int64_t)t.size), t.width ? I(t.width) : N(),
            t.height ? I(t.height) : N(), T(clean_name(arena, upload->name, t.kind)), I(work->actor.account_id));
    return NULL;
}

/* --- belonging -------------------------------------------------------------------------------------------- */

void file_link(struct work *work, const char *record, int64_t record_id, const char *field, const int64_t *ids, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!db_int(work, 0, Q_MAY_LINK, I(ids[i]), T(record), I(record_id), I(work->actor.account_id)))
            fail(work, FAIL_INVALID, "上传的文件已失效，请重新上传。");
    db_exec(work, Q_UNLINK, T(record), I(record_id), T(field));
    for (size_t i = 0; i < count; i++)
        db_exec(work, Q_LINK, T(record), I(record_id), T(field), I((int64_t)i), I(ids[i]));
}

/* A day more than the draft: it is shown until its last minute. */
void file_keep(struct work *work, int64_t id, int days)
{
    db_exec(work, Q_KEEP, I(days + 1), I(id));
}

void file_caption(struct work *work, const char *record, int64_t record_id, const char *field, int64_t id, const char *text)
{
    db_exec(work, Q_CAPTION, T(text), T(record), I(record_id), T(field), I(id));
}

void file_link_all(struct work *work, const char *from, int64_t from_id, const char *to, int64_t to_id)
{
    db_exec(work, Q_LINK_ALL, T(to), I(to_id), T(from), I(from_id));
}

static const char *size_words(struct arena *arena, int64_t size)
{
    if (size < 1024)
        return arena_printf(arena, "%lld B", (long long)size);
    if (size < 1 << 20)
        return arena_printf(arena, "%.0f KB", (double)size / 1024);
    return arena_printf(arena, "%.1f MB", (double)size / (1 << 20));
}

struct listed { int64_t id, size; const char *name, *kind, *caption; };
struct listing { struct work *work; HDF *node; int count; };

static void list_one(void *row, void *arg)
{
    const struct listed *file = row;
    struct listing *listing = arg;
    struct arena *arena = listing->work->arena;
    HDF *node = NULL;
    char at[16];
    snprintf(at, sizeof at, "%d", listing->count++);
    if (hdf_get_node(listing->node, at, &node))
        abort();
    const char *path = arena_printf(arena, "/files/%lld", (long long)file->id);
    bool picture = strcmp(file->kind, "png") == 0 || strcmp(file->kind, "jpeg") == 0;
    const struct { const char *name, *value; } values[] = { { "Id", path + 7 }, { "Name", file->name },
        { "Size", size_words(arena, file->size) }, { "Kind", file->kind }, { "Path", path },
        { "Thumb", picture ? arena_printf(arena, "%s/thumb", path) : NULL },
        { "Caption", *file->caption ? file->caption : NULL } };
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        if (values[i].value && hdf_set_value(node, values[i].name, values[i].value))
            abort();
}

int file_list(struct work *work, const char *record, int64_t record_id, const char *field, HDF *node)
{
    static const struct db_column columns[] = { DB_INT(struct listed, id), DB_TEXT(struct listed, name),
        DB_INT(struct listed, size), DB_TEXT(struct listed, kind), DB_TEXT(struct listed, caption), DB_END };
    struct listed row;
    struct listing listing = { work, node, 0 };
    db_each(work, columns, &row, list_one, &listing, Q_LIST, T(record), I(record_id), T(field));
    return listing.count;
}

int64_t file_count(struct work *work, const char *record, int64_t record_id, const char *field)
{
    return db_int(work, 0, Q_COUNT, T(record), I(record_id), T(field));
}

/* --- reading ---------------------------------------------------------------------------------------------- */

enum { READERS_MOST = 64 };
static struct { const char *record; file_reader *reader; } readers[READERS_MOST];
static size_t reader_count;

void file_reader_register(const char *record, file_reader *reader)
{
    if (reader_count == READERS_MOST)
        abort();
    readers[reader_count].record = record;
    readers[reader_count++].reader = reader;
}

static bool may_read_record(struct work *work, const char *record, int64_t record_id)
{
    for (size_t i = 0; i < reader_count; i++)
        if (strcmp(readers[i].record, record) == 0 && readers[i].reader(work, record_id))
            return true;
    return false;
}

struct opened { const char *hex, *kind, *name; int64_t account_id; };
struct place { const char *record; int64_t record_id; };
struct places { struct arena *arena; struct place at[32]; size_t count; };

static void keep_place(void *row, void *arg)
{
    const struct place *place = row;
    struct places *places = arg;
    if (places->count < sizeof places->at / sizeof *places->at)
        places->at[places->count++] = (struct place){ arena_copy(places->arena, place->record), place->record_id };
}

static bool may_read(struct work *work, int64_t id, int64_t account_id)
{
    static const struct db_column columns[] = { DB_TEXT(struct place, record), DB_INT(struct place, record_id), DB_END };
    struct place row;
    struct places places = { .arena = work->arena };
    db_each(work, columns, &row, keep_place, &places, Q_RECORDS, I(id));
    if (!places.count)
        return account_id && account_id == work->actor.account_id;
    for (size_t i = 0; i < places.count; i++)
        if (may_read_record(work, places.at[i].record, places.at[i].record_id))
            return true;
    return false;
}

bool file_open(struct work *work, int64_t id, struct file *file)
{
    static const struct db_column columns[] = { DB_TEXT(struct opened, hex), DB_TEXT(struct opened, kind),
        DB_TEXT(struct opened, name), DB_INT(struct opened, account_id), DB_END };
    struct opened row = { 0 };
    if (!db_struct(work, columns, &row, Q_OPEN, I(id)) || !may_read(work, id, row.account_id))
        return false;
    const struct kind *kind = kind_named(row.kind);
    if (!kind)
        fail_ours(work, "file %lld is of unknown kind %s", (long long)id, row.kind);
    *file = (struct file){ .kind = kind->kind, .content_type = kind->content_type, .name = row.name,
                           .stored = arena_printf(work->arena, "%.2s/%s", row.hex, row.hex + 2),
                           .picture = strncmp(kind->content_type, "image/", 6) == 0 };
    return true;
}

/* --- removing --------------------------------------------------------------------------------------------- */

static void sweep_rows(struct work *work, void *arg)
{
    (void)arg;
    db_exec(work, Q_SWEEP);
}

struct asked_for { const uint8_t *digest; bool named; };

static void look_named(struct work *work, void *arg)
{
    struct asked_for *asked = arg;
    asked->named = db_int(work, 0, Q_NAMED, B(asked->digest, 32)) > 0;
}

static bool is_named(struct work *work, const uint8_t digest[32])
{
    struct asked_for asked = { .digest = digest };
    work_must(work, WORK_READ, look_named, &asked);
    return asked.named;
}

void file_sweep(struct work *work)
{
    work_must(work, WORK_WRITE, sweep_rows, NULL);
    file_store_sweep(work, is_named);
}
