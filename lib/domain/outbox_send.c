/* outbox_send: the job that sends one message of the outbox (see outbox.h). The message is taken in one transaction,
 * sent outside of any, and what became of it noted in another. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/config.h"
#include "core/crypto.h"
#include "core/db.h"
#include "core/text.h"
#include "domain/outbox.h"
#include "exchange/mail.h"
#include "exchange/sms.h"

#define Q_TAKE "UPDATE outbox SET tries = tries + 1 WHERE id = ? AND state = 'waiting'"
#define Q_EXPIRE "UPDATE outbox SET state = 'failed', text_sealed = '', last_error = '内容已过有效期，不再发送'" \
                 " WHERE id = ? AND state = 'waiting' AND secret = 1 AND created_at < NOW(3) - INTERVAL ? MINUTE"
#define Q_LOAD "SELECT id, tries, kind, recipient, subject, text_sealed, message_key," \
               " CAST(UNIX_TIMESTAMP(created_at) * 1000 AS SIGNED) FROM outbox WHERE id = ?"
#define Q_SENT "UPDATE outbox SET state = 'sent', text_sealed = '', last_error = '', sent_at = NOW(3) WHERE id = ? AND state = 'waiting'"
#define Q_ERROR "UPDATE outbox SET last_error = ?, state = IF(?, 'failed', state) WHERE id = ? AND state = 'waiting'"

struct letter {
    int64_t     id, tries, at;
    const char *kind, *to, *subject, *sealed, *key, *text;
    bool        there;
    struct delivery delivery;
};

static void letter_take(struct work *work, void *arg)
{
    static const struct db_column columns[] = { DB_INT(struct letter, id), DB_INT(struct letter, tries), DB_TEXT(struct letter, kind),
        DB_TEXT(struct letter, to), DB_TEXT(struct letter, subject), DB_TEXT(struct letter, sealed), DB_TEXT(struct letter, key),
        DB_INT(struct letter, at), DB_END };
    struct letter *letter = arg;
    int64_t id = letter->id;
    db_exec(work, Q_EXPIRE, I(id), I(config_int("Outbox.CodeMinutes")));
    letter->there = db_exec(work, Q_TAKE, I(id)) > 0 && db_struct(work, columns, letter, Q_LOAD, I(id));
    if (!letter->there)
        return;
    letter->text = secret_open(work->arena, letter->sealed, arena_printf(work->arena, "outbox.text.%s", letter->key));
    if (!letter->text)
        fail(work, FAIL_INVALID, "消息内容无法解密，请检查 secret.key 是否与数据库对应。");
}

static void letter_note(struct work *work, void *arg)
{
    const struct letter *letter = arg;
    bool last = !letter->delivery.later || letter->tries >= config_int("Jobs.Attempts");
    if (letter->delivery.done)
        db_exec(work, Q_SENT, I(letter->id));
    else
        db_exec(work, Q_ERROR, T(utf8_cut(work->arena, letter->delivery.why, 190)), I(last), I(letter->id));
}

/* --- demonstration: a file -------------------------------------------------------------------------------- */

static const char *file_words(struct arena *arena, const char *text)
{
    char *out = arena_copy(arena, text);
    for (char *c = out; *c; c++)
        if (*c == '/' || *c == '\\' || (unsigned char)*c <= ' ')
            *c = '_';
    return out;
}

static void remove_file(void *path) { unlink(path); }

static void send_as_file(struct work *work, struct letter *letter)
{
    struct arena *arena = work->arena;
    bool mail = strcmp(letter->kind, "mail") == 0;
    const char *folder = path_in_var("outbox");
    mkdir(folder, 0750);
    /* the same name for each try of one message */
    const char *path = arena_printf(arena, "%s/%s-%08lld-%s-%s.txt", folder, time_format(arena, letter->at, "%Y%m%d-%H%M%S"),
                                    (long long)letter->id, letter->kind, file_words(arena, letter->to));
    char *fresh = arena_printf(arena, "%s/.new-XXXXXX", folder);
    int descriptor = mkostemp(fresh, O_CLOEXEC);
    FILE *file = descriptor >= 0 ? fdopen(descriptor, "w") : NULL;
    letter->delivery = (struct delivery){ .later = true, .why = "无法写入 VAR/outbox" };
    if (!file)
        return;
    work_defer(work, remove_file, fresh);
    fprintf(file, "To: %s\n%s%s%sMessage-ID: %s\n\n%s\n", letter->to, mail ? "Subject: " : "", mail ? letter->subject : "",
            mail ? "\n" : "", letter->key, letter->text);
    bool good = !ferror(file) && fchmod(descriptor, 0640) == 0;
    good = fclose(file) == 0 && good && rename(fresh, path) == 0;
    letter->delivery.done = good;
}

/* --- the wire --------------------------------------------------------------------------------------------- */

static const char *not_configured = "尚未配置发送服务，请联系系统管理员";

static void send_mail(struct work *work, struct letter *letter)
{
    const struct mail_server server = { .url = config_text("Mail.Url"), .plain = strcmp(config_text("Mail.Tls"), "none") == 0,
        .user = config_text("Mail.User"), .password = config_text("Mail.Password"), .ca_file = config_text("Mail.CaFile"),
        .seconds = (long)config_int("Mail.Seconds") };
    const char *name = config_text("Mail.FromName");
    const struct mail mail = { .from = config_text("Mail.From"), .from_name = *name ? name : config_text("Site.Name"),
        .to = letter->to, .subject = letter->subject, .text = letter->text, .at = letter->at,
        .message_key = arena_printf(work->arena, "%lld.%s", (long long)letter->id, letter->key) };
    if (*server.url)
        mail_send(work->arena, &server, &mail, &letter->delivery);
    else
        letter->delivery.why = not_configured;
}

static void send_sms(struct work *work, struct letter *letter)
{
    const struct sms_provider provider = { .url = config_text("Sms.Url"), .method = config_text("Sms.Method"),
        .content_type = config_text("Sms.ContentType"), .headers = config_text("Sms.Headers"), .body = config_text("Sms.Body"),
        .sign = config_text("Sms.Sign"), .sign_text = config_text("Sms.SignText"), .sign_key = config_text("Sms.SignKey"),
        .accepted = config_text("Sms.Accepted"), .ca_file = config_text("Sms.CaFile"), .seconds = (long)config_int("Sms.Seconds") };
    const struct sms sms = { .phone = letter->to, .text = letter->text, .nonce = letter->key,
                             .time = arena_printf(work->arena, "%lld", (long long)(clock_now() / 1000)) };
    if (*provider.url)
        sms_send(work->arena, &provider, &sms, &letter->delivery);
    else
        letter->delivery.why = not_configured;
}

void outbox_send_job(struct work *work, const json_t *payload)
{
    struct letter letter = { .id = json_integer_value(json_object_get(payload, "outbox")), .delivery.why = "" };
    work_must(work, WORK_WRITE, letter_take, &letter);
    if (!letter.there)                               /* sent, withheld, held back or deleted meanwhile */
        return;
    if (config_bool("Demo.Mode"))
        send_as_file(work, &letter);
    else if (strcmp(letter.kind, "mail") == 0)
        send_mail(work, &letter);
    else
        send_sms(work, &letter);
    work_must(work, WORK_WRITE, letter_note, &letter);
    if (!letter.delivery.done)
        fail(work, letter.delivery.later ? FAIL_UNAVAILABLE : FAIL_INVALID, "%s", letter.delivery.why);
}
