/* outbox: see the header. Writing messages, their limits, and what staff do with them; sending is in outbox_send.c. */
#include "domain/outbox.h"

#include <stdio.h>
#include <string.h>

#include "core/config.h"
#include "core/crypto.h"
#include "core/db.h"
#include "core/text.h"
#include "domain/job.h"
#include "domain/trail.h"
#include "exchange/mail.h"

#define Q_ADD "INSERT INTO outbox (kind, recipient, recipient_shown, subject, text_shown, text_sealed, secret, message_key," \
              " state, account_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
#define Q_QUOTA_ADD "INSERT INTO outbox_quota (subject, window_at, size, taken)" \
                    " VALUES (?, IF(? = 'H', DATE_FORMAT(NOW(), '%Y-%m-%d %H:00:00'), CURDATE()), ?, 1)" \
                    " ON DUPLICATE KEY UPDATE taken = taken + 1"
#define Q_QUOTA_TAKEN "SELECT taken FROM outbox_quota WHERE subject = ? AND size = ?" \
                      " ORDER BY window_at DESC LIMIT 1 FOR UPDATE"
#define Q_AGAIN "UPDATE outbox SET state = 'waiting', tries = 0 WHERE id = ? AND state IN ('failed', 'held') AND text_sealed <> ''" \
                " AND (secret = 0 OR created_at > NOW(3) - INTERVAL ? MINUTE)"
#define Q_KIND "SELECT kind FROM outbox WHERE id = ?"
#define Q_PURGE "DELETE FROM outbox WHERE created_at < NOW(3) - INTERVAL ? DAY ORDER BY created_at LIMIT 1000"
#define Q_PURGE_QUOTA "DELETE FROM outbox_quota WHERE window_at < NOW() - INTERVAL 2 DAY LIMIT 1000"
#define Q_PURGE_TRIES "DELETE FROM verification_try WHERE sent_at < NOW(3) - INTERVAL 1 DAY LIMIT 1000"
#define Q_PURGE_CODES "DELETE FROM verification_code WHERE expires_at < NOW(3) - INTERVAL 1 DAY LIMIT 1000"

/* --- recipients ------------------------------------------------------------------------------------------- */

static bool is_mobile(const char *phone)
{
    return strlen(phone) == 11 && phone[0] == '1' && phone[1] >= '3' && strspn(phone, "0123456789") == 11;
}

const char *outbox_target(struct work *work, const char *to, bool sms)
{
    const char *target = text_folded(work->arena, to);
    return (sms ? is_mobile(target) : mail_address_good(target)) ? target : NULL;
}

const char *outbox_shown(struct arena *arena, const char *to)
{
    const char *at = strchr(to, '@');
    if (at)
        return arena_printf(arena, "%.1s***%s", to, at);
    return strlen(to) == 11 ? arena_printf(arena, "%.3s****%s", to, to + 7) : "****";
}

/* Every occurrence of the secret, as long as it is. */
static const char *masked(struct arena *arena, const char *text, const char *secret)
{
    char *out = arena_copy(arena, text);
    size_t size = strlen(secret);
    for (char *found = out; size && (found = strstr(found, secret)); found += size)
        memset(found, '*', size);
    return out;
}

/* --- limits ----------------------------------------------------------------------------------------------- */

bool outbox_quota(struct work *work, const char *subject, char window, int64_t limit)
{
    const char size[2] = { window, '\0' };
    db_exec(work, Q_QUOTA_ADD, T(subject), T(size), T(size));
    return db_int(work, 0, Q_QUOTA_TAKEN, T(subject), T(size)) <= limit;
}

static bool within_limits(struct work *work, const char *kind, const char *to)
{
    const char *subject = arena_printf(work->arena, "%s:%s", kind, to);
    bool hour = outbox_quota(work, subject, 'H', config_int("Outbox.PerHour"));
    return outbox_quota(work, subject, 'D', config_int("Outbox.PerDay")) && hour;
}

/* --- writing ---------------------------------------------------------------------------------------------- */

static void ask_for_job(struct work *work, const char *kind, int64_t id)
{
    struct arena *arena = work->arena;
    job_add(work, arena_printf(arena, "%s.send", kind), arena_printf(arena, "outbox:%lld", (long long)id),
            arena_printf(arena, "{\"outbox\":%lld}", (long long)id));
}

int64_t outbox_add(struct work *work, const struct message *m)
{
    struct arena *arena = work->arena;
    const char *kind = m->sms ? "sms" : "mail", *secret = m->secret ? m->secret : "", *subject = m->subject ? m->subject : "";
    const char *to = outbox_target(work, m->to, m->sms), *key = crypto_token(arena, 16);
    if (!to)
        fail(work, FAIL_INVALID, m->sms ? "手机号码格式不正确，请核对后重新填写。" : "邮箱地址格式不正确，请核对后重新填写。");
    bool within = within_limits(work, kind, to);
    if (!within && *secret)
        fail(work, FAIL_TOO_MANY, "向该%s发送的%s过多，请稍后再试。", m->sms ? "手机号码" : "邮箱", m->sms ? "短信" : "邮件");
    const char *sealed = secret_seal(arena, m->text, arena_printf(arena, "outbox.text.%s", key));
    const char *state = m->withheld ? "withheld" : within ? "waiting" : "held";
    int64_t id = db_insert(work, Q_ADD, T(kind), T(to), T(outbox_shown(arena, to)),
                           T(utf8_cut(arena, masked(arena, subject, secret), 190)), T(masked(arena, m->text, secret)), T(sealed),
                           I(*secret != '\0'), T(key), T(state), I(work->actor.account_id));
    ask_for_job(work, kind, id);                     /* of a withheld one too: the work is the same */
    return id;
}

void outbox_mail(struct work *work, const char *to, const char *subject, const char *text, const char *secret)
{
    outbox_add(work, &(struct message){ .to = to, .subject = subject, .text = text, .secret = secret });
}

void outbox_sms(struct work *work, const char *phone, const char *text, const char *secret)
{
    outbox_add(work, &(struct message){ .sms = true, .to = phone, .text = text, .secret = secret });
}

/* --- staff, and the clock --------------------------------------------------------------------------------- */

bool outbox_send_again(struct work *work, int64_t id, const char *address)
{
    if (!db_exec(work, Q_AGAIN, I(id), I(config_int("Outbox.CodeMinutes"))))
        return false;
    ask_for_job(work, db_text(work, Q_KIND, I(id)), id);
    trail_write(work, "outbox.again", arena_printf(work->arena, "outbox:%lld", (long long)id), "done", "", address);
    return true;
}

void outbox_purge(struct work *work)
{
    db_exec(work, Q_PURGE, I(config_int("Outbox.KeepDays")));
    db_exec(work, Q_PURGE_QUOTA);
    db_exec(work, Q_PURGE_CODES);
    db_exec(work, Q_PURGE_TRIES);
}
