/* work: the one landing place, deferred clean-up, and the rerun of conflicts. */
#include "core/work.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/crypto.h"
#include "core/db.h"
#include "core/log.h"
#include "core/text.h"

enum { ATTEMPTS = 8, PATIENCE_MS = 15000 };      /* nobody waits for a page longer: nginx would have given up */

struct deferred {
    struct deferred *before;
    void           (*release)(void *thing);
    void            *thing;
};

static const struct {
    int         status;
    const char *text;
} kinds[FAIL_KIND_COUNT] = {
    [FAIL_NONE]        = { 200, "" },
    [FAIL_MALFORMED]   = { 400, "请求内容无法识别，请返回上一页重新操作。" },
    [FAIL_LOGIN]       = { 401, "请先登录，再继续办理。" },
    [FAIL_FORBIDDEN]   = { 403, "您没有办理此事项的权限。如有疑问，请联系平台管理员。" },
    [FAIL_MISSING]     = { 404, "没有找到您要访问的内容，可能已被移动或删除。" },
    [FAIL_METHOD]      = { 405, "该地址不支持这种访问方式，请从页面上的按钮或链接进入。" },
    [FAIL_CONFLICT]    = { 409, "内容已被他人更新，请刷新页面后重新操作。" },
    [FAIL_TOO_LARGE]   = { 413, "提交的内容超过大小限制，请减少内容或压缩文件后重新提交。" },
    [FAIL_INVALID]     = { 422, "填写的内容有误，请按提示修改后重新提交。" },
    [FAIL_TOO_MANY]    = { 429, "操作过于频繁，请稍后再试。" },
    [FAIL_OURS]        = { 500, "系统出现问题，我们已记录。请稍后重试；如仍不能办理，请向平台提供下方的事件编号。" },
    [FAIL_UNAVAILABLE] = { 503, "系统正在维护或暂时繁忙，请一分钟后刷新本页重试，已填写的内容请先保留。" },
};

int fail_status(enum fail_kind kind)              { return kinds[kind].status; }
const char *fail_stock_text(enum fail_kind kind)  { return kinds[kind].text; }

static _Noreturn void land(struct work *work, int how)
{
    if (!work->landing) {                         /* outside work_run(): a mistake in a program */
        fprintf(stderr, "fail outside work_run: %s %s\n", work->fail_text, work->fail_detail);
        abort();
    }
    longjmp(*work->landing, how);
}

void work_finished(struct work *work)
{
    land(work, 1);
}

void fail(struct work *work, enum fail_kind kind, const char *text, ...)
{
    va_list args;
    work->failed = kind;
    va_start(args, text);
    vsnprintf(work->fail_text, sizeof work->fail_text, text, args);
    va_end(args);
    utf8_trim(work->fail_text);
    if (!work->fail_text[0])
        snprintf(work->fail_text, sizeof work->fail_text, "%s", kinds[kind].text);
    land(work, 2);
}

void fail_ours(struct work *work, const char *detail, ...)
{
    va_list args;
    va_start(args, detail);
    vsnprintf(work->fail_detail, sizeof work->fail_detail, detail, args);
    va_end(args);
    utf8_trim(work->fail_detail);
    work->failed = FAIL_OURS;
    snprintf(work->fail_text, sizeof work->fail_text, "%s", kinds[FAIL_OURS].text);
    land(work, 2);
}

void work_defer(struct work *work, void (*release)(void *thing), void *thing)
{
    struct deferred *entry = arena_alloc(work->arena, sizeof *entry);
    *entry = (struct deferred){ work->deferred, release, thing };
    work->deferred = entry;
}

enum { BEGIN_MOST = 4 };
static void (*begins[BEGIN_MOST])(struct work *work);

void work_begin_register(void (*fn)(struct work *work))
{
    for (size_t i = 0; i < BEGIN_MOST; i++) {
        if (!begins[i])
            begins[i] = fn;
        if (begins[i] == fn)
            return;
    }
    abort();
}

void work_begin(struct work *work)
{
    for (size_t i = 0; i < BEGIN_MOST && begins[i]; i++)
        begins[i](work);
}

static void release_down_to(struct work *work, const struct deferred *mark)
{
    while (work->deferred != mark) {
        struct deferred *entry = work->deferred;
        work->deferred = entry->before;
        entry->release(entry->thing);
    }
}

void work_release(struct work *work)
{
    release_down_to(work, NULL);
}

void work_step(struct work *work, void (*fn)(struct work *work, void *arg), void *arg)
{
    const struct deferred *before = work->deferred;
    struct arena_mark mark = arena_mark(work->arena);
    fn(work, arg);
    release_down_to(work, before);
    arena_rewind(work->arena, mark);
}

struct run {
    enum work_mode mode;
    void         (*fn)(struct work *work, void *arg);
    void          *arg;
};

static void run_body(struct work *work, const struct run *run)
{
    if (run->mode != WORK_PLAIN)
        db_begin(work, run->mode == WORK_WRITE);
    run->fn(work, run->arg);
}

static void run_commit(struct work *work, const struct run *run)
{
    if (run->mode != WORK_PLAIN)
        db_commit(work);
}

/* The only setjmp: false when the step ended in a failure. */
static bool guarded(struct work *work, void (*step)(struct work *, const struct run *), const struct run *run)
{
    jmp_buf landing, *outer = work->landing;
    work->landing = &landing;
    int how = setjmp(landing);
    if (how == 0)
        step(work, run);
    work->landing = outer;
    return how < 2;
}

/* Chance differs from process to process: those who collided must not meet again. */
static void pause_before(int attempt)
{
    uint16_t chance;
    crypto_random(&chance, sizeof chance);
    usleep((useconds_t)((1 << attempt) * 500 + chance % 2000));
}

bool work_run(struct work *work, enum work_mode mode, void (*fn)(struct work *work, void *arg), void *arg)
{
    const struct run run = { mode, fn, arg };
    struct deferred *mark = work->deferred;
    int64_t until = clock_micro() + PATIENCE_MS * INT64_C(1000);
    for (int attempt = 1;; attempt++) {
        work->failed = FAIL_NONE;
        work->again = work->keyed = false;
        work->part = 0;
        work->fail_text[0] = work->fail_detail[0] = '\0';
        if (guarded(work, run_body, &run) && guarded(work, run_commit, &run))
            return true;
        if (mode != WORK_PLAIN)
            db_rollback(work);
        if (!work->again || attempt == ATTEMPTS || clock_micro() > until)
            return false;
        log_line(LOG_INFO_, work, "work.again", "attempt=%d %s", attempt, work->fail_detail);
        release_down_to(work, mark);
        pause_before(attempt);
    }
}

void work_undo(struct work *work)
{
    db_rollback(work);
    db_begin(work, true);
}

void work_must(struct work *work, enum work_mode mode, void (*fn)(struct work *work, void *arg), void *arg)
{
    if (!work_run(work, mode, fn, arg)) {
        work->again = false;
        land(work, 2);
    }
}

static bool of_the_part(enum fail_kind kind)
{
    return kind == FAIL_FORBIDDEN || kind == FAIL_MISSING || kind == FAIL_CONFLICT || kind == FAIL_INVALID;
}

bool work_part(struct work *work, void (*fn)(struct work *work, void *arg), void *arg)
{
    const struct run run = { WORK_PLAIN, fn, arg };
    int depth = work->part++;
    db_part_begin(work, depth);
    bool good = guarded(work, run_body, &run);
    work->part = depth;
    if (good)
        return true;
    if (work->again || !of_the_part(work->failed))
        land(work, 2);
    db_part_undo(work, depth);
    return false;
}
