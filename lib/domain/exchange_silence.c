/* exchange_silence: see the header. */
#include "domain/exchange_silence.h"

#include "core/config.h"
#include "core/db.h"
#include "core/text.h"
#include "domain/notice.h"
#include "web/web.h"

enum { TOLD_AT_ONCE = 100 };         /* notices in one transaction; the rest with the next tick */

#define Q_SILENT \
    "SELECT p.operator_id, CAST(UNIX_TIMESTAMP(p.last_push_at) * 1000 AS SIGNED), o.name, COALESCE(o.division_code, '') FROM partner p" \
    " JOIN operator o ON o.id = p.operator_id WHERE p.enabled = 1 AND p.last_push_at < ? AND NOT EXISTS (SELECT 1 FROM exchange_silence s" \
    " WHERE s.operator_id = p.operator_id AND s.silent = 1) ORDER BY p.last_push_at LIMIT ?"
#define Q_BEGIN "INSERT INTO exchange_silence (operator_id, since, noticed_at) VALUES (?, ?, ?)"
#define Q_SPEAKING \
    "SELECT s.operator_id, CAST(UNIX_TIMESTAMP(s.since) * 1000 AS SIGNED), o.name, COALESCE(o.division_code, ''), s.id, p.enabled FROM exchange_silence s" \
    " JOIN partner p ON p.operator_id = s.operator_id JOIN operator o ON o.id = p.operator_id" \
    " WHERE s.silent = 1 AND (p.enabled = 0 OR p.last_push_at > s.since) ORDER BY s.id LIMIT ?"
#define Q_END "UPDATE exchange_silence SET ended_at = ? WHERE id = ? AND ended_at IS NULL"
#define Q_NOW "SELECT DATE_FORMAT(since, '%Y-%m-%d %H:%i') FROM exchange_silence WHERE operator_id = ? AND silent = 1"
#define Q_LIST \
    "SELECT DATE_FORMAT(noticed_at, '%Y-%m-%d %H:%i') AS At, IF(ended_at IS NULL, '平台未上报', '平台曾中断上报') AS Title," \
    " CONCAT('最后一次有效报文 ', DATE_FORMAT(since, '%Y-%m-%d %H:%i'), IF(ended_at IS NULL, '，至今未恢复'," \
    " CONCAT('，', DATE_FORMAT(ended_at, '%Y-%m-%d %H:%i'), ' 恢复'))) AS Text, IF(ended_at IS NULL, 'bad', 'good') AS Kind" \
    " FROM exchange_silence WHERE operator_id = ? ORDER BY noticed_at DESC LIMIT 10"

struct silent { int64_t operator_id, since_ms; const char *name, *division; int64_t id, enabled; };
struct silents { struct work *work; struct silent list[TOLD_AT_ONCE]; size_t count; };

static void silent_add(void *row, void *arg)
{
    struct silents *s = arg;
    struct silent *one = &s->list[s->count++];
    *one = *(const struct silent *)row;
    one->name = arena_copy(s->work->arena, one->name);
    one->division = arena_copy(s->work->arena, one->division);
}

static void tell(struct work *work, const struct silent *s, const char *subject, const char *own, const char *others)
{
    notice_company(work, s->operator_id, subject, own);
    notice_departments(work, s->division, CAP_CONNECT_REVIEW, arena_printf(work->arena, "%s：%s", subject, s->name), others);
}

static void silence_begin(struct work *work, const struct silent *s)
{
    const char *since = time_sql(work->arena, s->since_ms), *at = time_format(work->arena, s->since_ms, "%Y-%m-%d %H:%M");
    if (!db_insert_new(work, Q_BEGIN, I(s->operator_id), T(since), T(time_sql(work->arena, work->now))))
        return;                                    /* somebody else noticed it, and tells */
    tell(work, s, "平台数据中断",
         arena_printf(work->arena, "自 %s 起没有收到贵单位平台的有效报文。请检查平台运行、网络和密钥，并在“互联配置申请”的接口联调中查看报文记录。", at),
         arena_printf(work->arena, "自 %s 起没有收到 %s 平台的有效报文，已通知该运营商。详情见“数据质量”。", at, s->name));
}

static void silence_end(struct work *work, const struct silent *s)
{
    if (!db_exec(work, Q_END, T(time_sql(work->arena, work->now)), I(s->id)) || !s->enabled)
        return;
    const char *at = time_format(work->arena, s->since_ms, "%Y-%m-%d %H:%M");
    tell(work, s, "平台数据已恢复", arena_printf(work->arena, "贵单位平台自 %s 起中断的数据上报已恢复。中断期间未上报的充电订单请补报。", at),
         arena_printf(work->arena, "%s 平台自 %s 起中断的数据上报已恢复。", s->name, at));
}

int64_t exchange_silences_watch(struct work *work)
{
    static const struct db_column began[] = { DB_INT(struct silent, operator_id), DB_INT(struct silent, since_ms), DB_TEXT(struct silent, name),
        DB_TEXT(struct silent, division), DB_END };
    static const struct db_column ended[] = { DB_INT(struct silent, operator_id), DB_INT(struct silent, since_ms), DB_TEXT(struct silent, name),
        DB_TEXT(struct silent, division), DB_INT(struct silent, id), DB_INT(struct silent, enabled), DB_END };
    struct silents new = { .work = work }, over = { .work = work };
    struct silent row = { 0 };
    db_each(work, ended, &row, silent_add, &over, Q_SPEAKING, I(TOLD_AT_ONCE));
    for (size_t i = 0; i < over.count; i++)
        silence_end(work, &over.list[i]);
    const char *limit = time_sql(work->arena, work->now - config_int("Exchange.SilentMinutes") * 60000);
    db_each(work, began, &row, silent_add, &new, Q_SILENT, T(limit), I(TOLD_AT_ONCE));
    for (size_t i = 0; i < new.count; i++)
        silence_begin(work, &new.list[i]);
    return (int64_t)(new.count + over.count);
}

bool exchange_silence_show(struct work *work, int64_t operator_id, HDF *node)
{
    const char *since = db_text(work, Q_NOW, I(operator_id));
    if (!since)
        return false;
    view_set(node, "Title", "平台数据中断");
    view_setf(node, "Text", "自 %s 起没有收到平台的有效报文。请检查平台运行、网络和密钥，恢复后补报中断期间的充电订单。", since);
    return true;
}

int exchange_silence_list(struct work *work, int64_t operator_id, HDF *node)
{
    return db_rows(work, node, Q_LIST, I(operator_id));
}
