/* multipart: multipart/form-data read as a stream. Files go straight to VAR/tmp, so that memory does not
 * grow with what is sent; counts and sizes are bounded while reading, not afterwards. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/config.h"
#include "core/text.h"
#include "web/io.h"
#include "web/upload.h"

enum { WINDOW = 64 * 1024, HEADER_MAX = 4096, VALUE_MAX = 1 << 20 };

struct parser {
    struct request *rq;
    char            delimiter[80];        /* "\r\n--" boundary */
    size_t          delimiter_size;
    char           *window;
    size_t          filled, at;
    bool            ended;                /* the body has no more */
    size_t          parts;                /* empty ones count: each may cost a file */
};

struct part {
    const char *name, *file_name;
    bool        is_file;
    int        *descriptor;               /* a file's bytes go here; -1 once closed */
    const char *path;
    char       *value;                    /* a field's bytes go here */
    size_t      size, room;
};

const char *body_too_large(struct request *rq)
{
    size_t limit = rq->io->body_limit;
    if (limit < 1 << 20)
        return arena_printf(rq->work.arena, "提交的内容超过 %zu KB 的限制，请减少内容后重新提交。", limit / 1024);
    return arena_printf(rq->work.arena, "一次提交的内容合计超过 %zu MB 的限制。附件较多的，请分次上传：先选择一部分文件，点击「保存」，"
                        "再上传其余文件。", limit >> 20);
}

size_t body_read(struct request *rq, void *out, size_t size)
{
    struct web_io *io = rq->io;
    int got = FCGX_GetStr(out, (int)size, io->fcgi->in);
    io->body_read += got > 0 ? (size_t)got : 0;
    if (io->body_read > io->body_limit)
        fail(&rq->work, FAIL_TOO_LARGE, "%s", body_too_large(rq));
    return got > 0 ? (size_t)got : 0;
}

static _Noreturn void broken(struct parser *p)
{
    fail(&p->rq->work, FAIL_MALFORMED, "上传的表单内容不完整，可能是网络中断，请重新提交。");
}

/* Moves what is unread to the front and reads more behind it. */
static void fill(struct parser *p)
{
    memmove(p->window, p->window + p->at, p->filled - p->at);
    p->filled -= p->at;
    p->at = 0;
    while (!p->ended && p->filled < WINDOW) {
        size_t got = body_read(p->rq, p->window + p->filled, WINDOW - p->filled);
        p->ended = got == 0;
        p->filled += got;
    }
}

static bool write_whole(int descriptor, const char *data, size_t size)
{
    while (size) {
        ssize_t done = write(descriptor, data, size);
        if (done <= 0)
            return false;
        data += done;
        size -= (size_t)done;
    }
    return true;
}

int64_t upload_most(const char *name)
{
    const char *ending = strrchr(name, '.');
    return config_int(ending && strcasecmp(ending, ".xlsx") == 0 ? "Web.WorkbookLimit" : "Web.UploadLimit");
}

static void part_write(struct parser *p, struct part *part, const char *data, size_t size)
{
    struct work *work = &p->rq->work;
    size_t limit = part->is_file ? (size_t)upload_most(part->file_name) : VALUE_MAX;
    part->size += size;
    if (part->is_file && part->size > limit)     /* read on: the rest of the form is not to be lost for one file */
        return;
    if (part->size > limit)
        fail(work, FAIL_TOO_LARGE, "「%s」超过 %zu MB 的大小限制，请减少内容后重新提交。", part->name, limit >> 20);
    if (part->is_file) {
        if (!write_whole(*part->descriptor, data, size))
            fail(work, FAIL_UNAVAILABLE, "暂时不能保存上传的文件，请稍后重新上传。");
        return;
    }
    if (part->size + 1 > part->room) {
        size_t room = (part->size + 1) * 2;
        char *value = arena_alloc(work->arena, room);
        if (part->value)
            memcpy(value, part->value, part->size - size);
        part->value = value;
        part->room = room;
    }
    memcpy(part->value + part->size - size, data, size);
    part->value[part->size] = '\0';
}

/* Copies the part's bytes up to the next delimiter. */
static void read_content(struct parser *p, struct part *part)
{
    for (;;) {
        char *from = p->window + p->at;
        size_t have = p->filled - p->at;
        char *found = memmem(from, have, p->delimiter, p->delimiter_size);
        if (found) {
            part_write(p, part, from, (size_t)(found - from));
            p->at = (size_t)(found - p->window) + p->delimiter_size;
            return;
        }
        if (p->ended)
            broken(p);
        if (have > p->delimiter_size) {          /* the delimiter may begin in the last bytes: keep them */
            part_write(p, part, from, have - p->delimiter_size);
            p->at = p->filled - p->delimiter_size;
        }
        fill(p);
    }
}

/* The value of `name="..."` in a Content-Disposition header; NULL: absent. */
static const char *quoted(struct parser *p, const char *header, const char *name)
{
    char key[24];
    snprintf(key, sizeof key, "; %s=\"", name);
    const char *from = strcasestr(header, key);
    if (!from)
        return NULL;
    from += strlen(key);
    size_t size = strcspn(from, "\"");
    if (!utf8_valid(from, size))
        fail(&p->rq->work, FAIL_MALFORMED, "上传的文件名不是有效的 UTF-8 编码，请改名后重新上传。");
    return arena_copy_n(p->rq->work.arena, from, size);
}

static void read_headers(struct parser *p, struct part *part)
{
    for (;;) {
        if (p->filled - p->at < HEADER_MAX)
            fill(p);
        char *from = p->window + p->at;
        char *end = memmem(from, p->filled - p->at, "\r\n", 2);
        if (!end || end - from > HEADER_MAX)
            broken(p);
        p->at = (size_t)(end - p->window) + 2;
        if (end == from)
            return;
        const char *line = arena_copy_n(p->rq->work.arena, from, (size_t)(end - from));
        if (strncasecmp(line, "Content-Disposition:", 20) == 0) {
            part->name = quoted(p, line, "name");
            part->file_name = quoted(p, line, "filename");
        }
    }
}

static void remove_file(void *path) { unlink(path); }

static void close_descriptor(void *thing)
{
    int *descriptor = thing;
    if (*descriptor >= 0)
        close(*descriptor);
    *descriptor = -1;
}

static void open_file(struct parser *p, struct part *part)
{
    struct work *work = &p->rq->work;
    char *path = arena_printf(work->arena, "%s/tmp/upload-XXXXXX", path_var());
    part->descriptor = arena_alloc(work->arena, sizeof *part->descriptor);
    *part->descriptor = mkostemp(path, O_CLOEXEC);
    if (*part->descriptor < 0)
        fail(work, FAIL_UNAVAILABLE, "暂时不能保存上传的文件，请稍后重新上传。");
    work_defer(work, remove_file, path);
    work_defer(work, close_descriptor, part->descriptor);
    part->is_file = true;
    part->path = path;
}

static void keep_part(struct parser *p, struct part *part)
{
    struct web_io *io = p->rq->io;
    struct work *work = &p->rq->work;
    if (!part->is_file) {
        if (!utf8_valid(part->value ? part->value : "", part->size))
            fail(work, FAIL_MALFORMED, "提交的文字不是有效的 UTF-8 编码，请检查浏览器编码后重新提交。");
        if (io->given.count >= (size_t)config_int("Web.Parameters"))
            fail(work, FAIL_MALFORMED, "一次提交的项目过多，请减少后重新提交。");
        pairs_add(work->arena, &io->given, part->name, part->value ? part->value : "");
        return;
    }
    close_descriptor(part->descriptor);
    if (!*part->file_name && !part->size)        /* an empty file input */
        return;
    size_t most = (size_t)config_int("Web.UploadCount");
    if (io->upload_count >= most)
        fail(work, FAIL_TOO_LARGE, "一次最多上传 %zu 个文件，请分次上传。", most);
    if (!io->uploads)
        io->uploads = arena_alloc(work->arena, most * sizeof *io->uploads);
    io->uploads[io->upload_count++] = (struct upload){ part->name, part->path, text_file_name(work->arena, part->file_name), part->size,
                                                                  part->size > (size_t)upload_most(part->file_name) };
}

static void read_part(struct parser *p)
{
    struct part part = { 0 };
    if (++p->parts > (size_t)config_int("Web.Parameters"))
        fail(&p->rq->work, FAIL_MALFORMED, "一次提交的项目过多，请减少后重新提交。");
    read_headers(p, &part);
    if (!part.name)
        broken(p);
    if (part.file_name)
        open_file(p, &part);
    read_content(p, &part);
    keep_part(p, &part);
}

void decode_multipart(struct request *rq, const char *boundary)
{
    struct parser p = { .rq = rq };
    size_t size = strlen(boundary);
    if (!size || size > 70)
        broken(&p);
    p.delimiter_size = (size_t)snprintf(p.delimiter, sizeof p.delimiter, "\r\n--%s", boundary);
    p.window = arena_alloc(rq->work.arena, WINDOW);
    memcpy(p.window, "\r\n", 2);                  /* so that the first delimiter looks like all others */
    p.filled = 2;
    fill(&p);
    struct part preamble = { .name = "" };
    read_content(&p, &preamble);
    for (;;) {
        if (p.filled - p.at < 2)
            fill(&p);
        if (p.filled - p.at < 2)
            broken(&p);
        const char *mark = p.window + p.at;
        if (memcmp(mark, "--", 2) == 0)
            return;
        if (memcmp(mark, "\r\n", 2) != 0)
            broken(&p);
        p.at += 2;
        read_part(&p);
    }
}
