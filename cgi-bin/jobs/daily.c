/* daily: what is done once a day. A new part is one row here. */
#include <string.h>

#include "core/db.h"
#include "core/text.h"
#include "domain/account.h"
#include "domain/exchange_try.h"
#include "domain/exchange_quality.h"
#include "domain/file.h"
#include "domain/job.h"
#include "domain/outbox.h"
#include "domain/trail.h"
#include "kinds.h"
#include "web/form.h"

struct part {
    const char    *key, *label;
    enum work_mode mode;                       /* WORK_PLAIN: it makes its own transactions */
    void         (*fn)(struct work *work);
};

static void dormant(struct work *work) { account_lock_dormant(work); }

static const struct part parts[] = {
    { "accounts",    "锁定长期未登录的账号",   WORK_WRITE, dormant },
    { "drafts",      "清理过期草稿",           WORK_WRITE, form_drafts_purge },
    { "submissions", "清理过期提交编号",       WORK_WRITE, submissions_purge },
    { "outbox",      "清理过期邮件短信记录",   WORK_WRITE, outbox_purge },
    { "jobs",        "清理已完成的任务记录",   WORK_WRITE, job_purge },
    { "tries",       "清理过期联调记录",       WORK_WRITE, exchange_try_purge },
    { "quality",     "清理过期数据质量记录",   WORK_WRITE, exchange_quality_purge },
    { "trail",       "校验审计日志",           WORK_PLAIN, trail_check },
    { "files",       "清理无主附件",           WORK_PLAIN, file_sweep },
};
enum { PARTS = sizeof parts / sizeof *parts };

static void ask_for(struct work *work, void *arg)
{
    const char *day = arg;
    for (size_t i = 0; i < PARTS; i++)
        job_add_once(work, "daily", arena_printf(work->arena, "daily:%s:%s", day, parts[i].key),
                     arena_printf(work->arena, "{\"part\":\"%s\"}", parts[i].key));
}

/* Of this process: once a day is asked for, the database need not be asked each minute. */
void daily_tick(struct work *work)
{
    static char done[11];
    const char *day = time_format(work->arena, work->now, "%Y-%m-%d");
    if (strcmp(done, day) == 0)
        return;
    work_must(work, WORK_WRITE, ask_for, (void *)(uintptr_t)day);
    memcpy(done, day, sizeof done);
}

static void run_part(struct work *work, void *arg)
{
    ((const struct part *)arg)->fn(work);
}

void daily_job(struct work *work, const json_t *payload)
{
    const char *key = json_string_value(json_object_get(payload, "part"));
    for (size_t i = 0; i < PARTS; i++) {
        if (!key || strcmp(parts[i].key, key) != 0)
            continue;
        job_progress(work, parts[i].label);
        if (parts[i].mode == WORK_PLAIN)
            parts[i].fn(work);
        else
            work_must(work, parts[i].mode, run_part, (void *)(uintptr_t)&parts[i]);
        return;
    }
    fail(work, FAIL_MISSING, "没有这项每日任务：%s。", key ? key : "");
}
