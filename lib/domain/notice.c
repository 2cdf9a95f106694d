#include "domain/notice.h"

#include "core/config.h"
#include "core/db.h"
#include "domain/outbox.h"

#define Q_WHO "SELECT COALESCE(email, ''), COALESCE(phone, '') FROM account WHERE state IN ('active', 'pending', 'must_change')" \
              " AND (id = ? OR (? = 0 AND operator_id = ?)) ORDER BY id LIMIT 20"

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
    for (size_t i = 0; i < readers.count; i++) {
        const struct reader *reader = &readers.list[i];
        if (outbox_target(work, reader->email, false))
            outbox_mail(work, reader->email, arena_printf(work->arena, "【%s】%s：%s", config_text("Site.ShortName"), notice->label,
                                                          notice->state_label), text, NULL);
        else if (outbox_target(work, reader->phone, true))
            outbox_sms(work, reader->phone, text, NULL);
    }
}
