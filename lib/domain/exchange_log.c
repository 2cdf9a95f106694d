/* exchange_log: see the header. */
#include "domain/exchange_log.h"

#include <stdlib.h>
#include <string.h>

#include "core/db.h"
#include "core/text.h"
#include "domain/connection_tried.h"
#include "domain/personal.h"
#include "exchange/envelope.h"

/* --- masking ------------------------------------------------------------------------------------------------------ */

/* Members whose text is never kept: secrets of the protocol, and who drives which car (domain/personal.h). */
static const char *const secret_members[] = { "OperatorSecret", "AccessToken", "DataSecret", "DataSecretIV", "SigSecret", "Token", NULL };
enum { SLACK = 1024, SECRET_SHORTEST = 6 };
static const char MASK[] = "******";

static const char *value_of(const char *const members[], const char *at)
{
    for (size_t i = 0; members[i]; i++) {
        size_t size = strlen(members[i]);
        if (strncmp(at, members[i], size) != 0 || at[size] != '"')
            continue;
        const char *c = at + size + 1;
        c += strspn(c, " \t\r\n");
        if (*c++ != ':')
            return NULL;
        c += strspn(c, " \t\r\n");
        return *c == '"' ? c + 1 : NULL;
    }
    return NULL;
}

/* `at` stands behind the opening quote of a name; the text value's first character, or NULL: another name, no text. */
static const char *secret_value(const char *at)
{
    const char *value = value_of(secret_members, at);
    return value ? value : value_of(personal_members, at);
}

/* Up to the closing quote; a text cut off ends with its end. */
static const char *value_end(const char *at)
{
    while (*at && *at != '"')
        at += *at == '\\' && at[1] ? 2 : 1;
    return at;
}

static const char *mask_members(struct arena *arena, const char *text)
{
    char *out = arena_alloc(arena, strlen(text) * 4 + sizeof MASK), *o = out;      /* "" becomes MASK: room for each */
    while (*text) {
        const char *value = *text == '"' ? secret_value(text + 1) : NULL;
        if (!value) {
            *o++ = *text++;
            continue;
        }
        memcpy(o, text, (size_t)(value - text));
        o = stpcpy(o + (value - text), MASK);
        text = value_end(value);
    }
    return out;
}

static const char *mask_text(struct arena *arena, const char *text, const char *secret)
{
    size_t size = strlen(secret);
    if (size < SECRET_SHORTEST || !strstr(text, secret))       /* what is shorter stands in honest texts too */
        return text;
    char *out = arena_alloc(arena, strlen(text) + 1), *o = out;
    for (const char *found; (found = strstr(text, secret)); text = found + size) {
        memcpy(o, text, (size_t)(found - text));
        o = stpcpy(o + (found - text), "******");              /* never longer than the shortest secret */
    }
    strcpy(o, text);
    return out;
}

const char *exchange_log_masked(struct arena *arena, const struct key_set *keys, const char *text, size_t size)
{
    bool cut = size > EXCHANGE_LOG_BODY + SLACK;
    const char *masked = utf8_repair(arena, text, cut ? EXCHANGE_LOG_BODY + SLACK : size);
    masked = mask_members(arena, masked);
    if (keys) {
        const char *const secrets[] = { keys->operator_secret, keys->data_secret, keys->data_secret_iv, keys->sig_secret };
        for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++)
            masked = mask_text(arena, masked, secrets[i]);
    }
    size_t length = strlen(masked);
    if (cut)                                  /* half a secret at the end is not recognized: the end goes */
        length = length > SLACK ? length - SLACK : 0;
    if (length > EXCHANGE_LOG_BODY)
        length = EXCHANGE_LOG_BODY;
    char *out = arena_copy_n(arena, masked, length);
    utf8_trim(out);
    return out;
}

/* --- how much is kept ----------------------------------------------------------------------------------------------- */

enum kind { KIND_GOOD, KIND_REFUSED, KIND_UNPROVEN, KINDS };
enum { BUCKETS = 1024, SECOND = 1000000 };
static const struct { int64_t every, burst; } rates[KINDS] = {       /* microseconds a message, messages at once */
    [KIND_GOOD] = { SECOND / 3, 10 }, [KIND_REFUSED] = { SECOND / 5, 40 }, [KIND_UNPROVEN] = { SECOND, 20 } };

/* One a kind and operator; ids are small numbers, so that two operators share one only in a very large portal. The bucket is
 * the time at which it is full again: each message moves it on. */
static struct bucket { int64_t full_at, skipped; } buckets[KINDS][BUCKETS];

/* Messages left out since the last one that was kept; -1: this one is left out too. */
static int64_t bucket_take(enum kind kind, int64_t operator_id)
{
    struct bucket *bucket = &buckets[kind][(uint64_t)operator_id % BUCKETS];
    int64_t now = clock_micro(), from = bucket->full_at > now ? bucket->full_at : now;
    if (from - now > rates[kind].every * (rates[kind].burst - 1)) {
        bucket->skipped++;
        return -1;
    }
    int64_t skipped = bucket->skipped;
    *bucket = (struct bucket){ .full_at = from + rates[kind].every };
    return skipped;
}

/* --- one message ------------------------------------------------------------------------------------------------------ */

struct derived {
    bool        proven;
    const char *base, *plain, *opened;
};

static void request_derive(struct work *work, const struct exchange_record *r, struct derived *out)
{
    struct envelope envelope;
    size_t size = 0;
    out->proven = !r->incoming;
    if (!r->request || envelope_read(work->arena, r->request, r->request_size, &envelope).ret != RET_OK)
        return;
    const char *base = arena_printf(work->arena, "%s%s%s%s", envelope.operator_id, envelope.data, envelope.time_stamp, envelope.seq);
    out->base = exchange_log_masked(work->arena, r->keys, base, strlen(base));
    if (!r->keys)
        return;
    out->proven = out->proven || envelope_check_sig(&envelope, r->keys).ret == RET_OK;
    const char *plain = seal_decrypt(work->arena, r->keys, envelope.data, &size);
    if (plain)
        out->plain = exchange_log_masked(work->arena, r->keys, plain, size);
}

static void answer_derive(struct work *work, const struct exchange_record *r, struct derived *out)
{
    struct reply reply;
    const char *why;
    size_t size = 0;
    if (!r->keys || !r->answer || !reply_read(work->arena, r->answer, r->answer_size, &reply, &why))
        return;
    const char *plain = *reply.data ? seal_decrypt(work->arena, r->keys, reply.data, &size) : NULL;
    if (plain)
        out->opened = exchange_log_masked(work->arena, r->keys, plain, size);
}

/* Only whether the signature is right: before a bucket is chosen. */
static bool proven(struct work *work, const struct exchange_record *r)
{
    struct envelope envelope;
    return !r->incoming || r->good || (r->keys && r->request
           && envelope_read(work->arena, r->request, r->request_size, &envelope).ret == RET_OK
           && envelope_check_sig(&envelope, r->keys).ret == RET_OK);
}

#define Q_STORE                                                                                                      \
    "INSERT INTO exchange_log (operator_id, division_code, at, incoming, proven, source, interface, address, milliseconds,"          \
    " http_status, ret, good, what, skipped, request, envelope, base_string, answer, opened)"                         \
    " VALUES (?, COALESCE((SELECT division_code FROM operator WHERE id = ?), ''), NOW(3), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"

static int64_t store(struct work *work, const struct exchange_record *r, int64_t skipped)
{
    struct derived d = { 0 };
    request_derive(work, r, &d);
    answer_derive(work, r, &d);
    const char *envelope = r->request ? exchange_log_masked(work->arena, r->keys, r->request, r->request_size) : NULL;
    const char *answer = r->answer ? exchange_log_masked(work->arena, r->keys, r->answer, r->answer_size) : NULL;
    return db_insert(work, Q_STORE, I(r->operator_id), I(r->operator_id), I(r->incoming), I(d.proven), T(r->source), T(utf8_cut(work->arena, r->interface, 60)),
            T(r->address ? r->address : ""), I(r->micro / 1000), I(r->http_status), r->answered ? I(r->ret) : N(), I(r->good),
            T(utf8_cut(work->arena, exchange_log_masked(work->arena, r->keys, r->what, strlen(r->what)), 900)), I(skipped),
            T(d.plain), T(envelope), T(d.base), T(answer), T(d.opened));
}

int64_t exchange_log_write(struct work *work, const struct exchange_record *r)
{
    bool by_hand = !r->incoming && strcmp(r->source, "pull") != 0;       /* console, check: bounded by who asks */
    bool known = proven(work, r);
    enum kind kind = r->good ? KIND_GOOD : known ? KIND_REFUSED : KIND_UNPROVEN;
    int64_t skipped = by_hand ? 0 : bucket_take(kind, r->operator_id);
    int64_t id = skipped >= 0 ? store(work, r, skipped) : 0;
    if (known && r->incoming && (r->good || skipped >= 0))
        connection_tried(work, r->operator_id, r->interface, true, r->good, r->what);
    return id;
}

/* --- the newest stay ---------------------------------------------------------------------------------------------------- */

struct full { int64_t operator_id, proven; };
struct oldest { const char *at; int64_t id; };
struct fulls { struct full kept[256]; size_t count; };

static void full_note(void *row, void *arg)
{
    struct fulls *fulls = arg;
    fulls->kept[fulls->count++] = *(const struct full *)row;
}

int64_t exchange_log_prune(struct work *work)
{
    static const struct db_column columns[] = { DB_INT(struct full, operator_id), DB_INT(struct full, proven), DB_END };
    static const struct db_column oldest_columns[] = { DB_TEXT(struct oldest, at), DB_INT(struct oldest, id), DB_END };
    struct fulls fulls = { .count = 0 };
    struct full row;
    int64_t gone = 0;
    db_each(work, columns, &row, full_note, &fulls, "SELECT operator_id, proven FROM exchange_log"
            " GROUP BY operator_id, proven HAVING COUNT(*) > ? LIMIT 256", I(EXCHANGE_LOG_KEPT));
    for (size_t i = 0; i < fulls.count; i++) {
        const struct full *f = &fulls.kept[i];
        struct oldest last;
        if (db_struct(work, oldest_columns, &last, "SELECT at, id FROM exchange_log WHERE operator_id = ? AND proven = ?"
                      " ORDER BY at DESC, id DESC LIMIT 1 OFFSET ?", I(f->operator_id), I(f->proven), I(EXCHANGE_LOG_KEPT - 1)))
            gone += db_exec(work, "DELETE FROM exchange_log WHERE operator_id = ? AND proven = ? AND at <= ? AND (at < ? OR id < ?)"
                            " LIMIT 2000", I(f->operator_id), I(f->proven), T(last.at), T(last.at), I(last.id));
    }
    return gone;
}
