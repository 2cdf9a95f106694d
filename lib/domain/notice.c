#include "domain/notice.h"

#include "core/config.h"
#include "core/db.h"
#include "domain/outbox.h"
#include "domain/role.h"

#define Q_WHO "SELECT COALESCE(email, ''), COALESCE(phone, '') FROM account WHERE state IN ('active', 'pending', 'must_change')" \
              " AND (id = ? OR (? = 0 AND operator_id = ?)) ORDER BY id LIMIT 20"
#define Q_OFFICERS "SELECT COALESCE(email, ''), COALESCE(phone, ''), role, CHAR_LENGTH(TRIM(TRAILING '00' FROM division_code)) AS depth" \
              " FROM account WHERE state IN ('active', 'must_change') AND operator_id IS NULL AND division_code <> ''" \
              " AND ? LIKE CONCAT(TRIM(TRAILING '00' FROM division_code), '%') ORDER BY depth DESC, id"

enum { WHO_MOST = 20 };

struct reader { const char *email, *phone; };
struct readers { struct work *work; struct reader list[WHO_MOST]; size_t count; };

static void reader_add(void *row, void *arg)
{
    struct readers *readers = arg;
    struct reader *reader = row, *out = &readers->list[readers->count++];
    out->email = arena_copy(readers->work->arena, reader->email);
    out->phone = arena_copy(readers->work->arena, reader->phone);
}

static void send(const struct readers *readers, const char *subject, const char *text)
{
    struct work *work = readers->work;
    for (size_t i = 0; i < readers->count; i++) {
        const struct reader *reader = &readers->list[i];
        if (outbox_target(work, reader->email, false))
            outbox_mail(work, reader->email, subject, text, NULL);
        else if (outbox_target(work, reader->phone, true))
            outbox_sms(work, reader->phone, text, NULL);
    }
}

/* Decided upon together: one message says how many and names the first. */
static const char *together(struct work *work, const struct flow_notice *notice)
{
    return notice->count < 2 ? "" : arena_printf(work->arena, "本次共 %lld 件：%s%s，详情请登录查看。", (long long)notice->count,
                                                 notice->title, notice->count > 3 ? "等" : "");
}

void notice_queue(struct work *work, const struct flow_notice *notice)
{
    static const struct db_column columns[] = { DB_TEXT(struct reader, email), DB_TEXT(struct reader, phone), DB_END };
    struct readers readers = { .work = work };
    struct reader row;
    if (!notice->to_owner)
        return;
    const char *text = arena_printf(work->arena, "【%s】%s：%s%s%s%s", config_text("Site.ShortName"), notice->label, notice->text,
                                    together(work, notice), *notice->opinion ? "审核意见：" : "", notice->opinion);
    db_each(work, columns, &row, reader_add, &readers, Q_WHO, I(notice->account_id), I(notice->account_id),
            I(notice->operator_id ? notice->operator_id : -1));
    send(&readers, arena_printf(work->arena, "【%s】%s：%s", config_text("Site.ShortName"), notice->label, notice->state_label), text);
}

/* --- what is no case ------------------------------------------------------------------------------------------------ */

static void send_named(struct readers *readers, const char *subject, const char *text)
{
    struct arena *arena = readers->work->arena;
    const char *site = config_text("Site.ShortName");
    send(readers, arena_printf(arena, "【%s】%s", site, subject), arena_printf(arena, "【%s】%s：%s", site, subject, text));
}

void notice_company(struct work *work, int64_t operator_id, const char *subject, const char *text)
{
    static const struct db_column columns[] = { DB_TEXT(struct reader, email), DB_TEXT(struct reader, phone), DB_END };
    struct readers readers = { .work = work };
    struct reader row;
    db_each(work, columns, &row, reader_add, &readers, Q_WHO, I(-1), I(0), I(operator_id));
    send_named(&readers, subject, text);
}

struct officer { struct reader reader; const char *role; int64_t depth; };
struct officers { struct readers readers; enum capability cap; int64_t depth; };

/* Rows come nearest first: those of the first depth that has a reader. */
static void officer_add(void *row, void *arg)
{
    struct officer *officer = row;
    struct officers *officers = arg;
    bool fits = role_capabilities(officer->role) & CAP_BIT(officers->cap) && (!officers->readers.count || officer->depth == officers->depth);
    if (!fits || officers->readers.count == WHO_MOST)
        return;
    officers->depth = officer->depth;
    reader_add(&officer->reader, &officers->readers);
}

void notice_departments(struct work *work, const char *division, enum capability cap, const char *subject, const char *text)
{
    static const struct db_column columns[] = { DB_TEXT(struct officer, reader.email), DB_TEXT(struct officer, reader.phone),
        DB_TEXT(struct officer, role), DB_INT(struct officer, depth), DB_END };
    struct officers officers = { .readers.work = work, .cap = cap };
    struct officer row;
    db_each(work, columns, &row, officer_add, &officers, Q_OFFICERS, T(*division ? division : config_text("Site.Division.Code")));
    send_named(&officers.readers, subject, text);
}
