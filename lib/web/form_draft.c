/* form_draft: forms not yet sent. Owns table form_draft. A draft belongs to the account that typed it, before log-in to
 * the visit (a random cookie); it is sealed as a whole. A wizard's steps meet here, and what was typed when a session
 * had ended: the form's own mark names the account, so that only the same person finds it again. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/crypto.h"
#include "core/text.h"
#include "web/form_declared.h"
#include "web/io.h"

enum { ACCOUNT_DAYS = 30, VISIT_DAYS = 1, DRAFT_MAX = 1 << 20 };

/* NULL: neither logged in nor a cookie to hang it on */
static const char *owner_of(struct request *rq)
{
    struct arena *arena = rq->work.arena;
    if (rq->work.actor.account_id)
        return arena_printf(arena, "a:%" PRId64, rq->work.actor.account_id);
    const char *visit = rq->io->visit ? rq->io->visit : cookie_get(rq, "visit");
    if (!visit || strlen(visit) < 20)
        return NULL;
    uint8_t digest[32];
    crypto_sha256(visit, strlen(visit), digest);
    return arena_printf(arena, "v:%s", text_hex(arena, digest, sizeof digest));
}

/* The record being changed: {id} of the path, or the field `id`, or what was loaded. */
const char *draft_subject(struct request *rq, const struct form_values *values)
{
    const char *given = pairs_get(&rq->io->given, "id");
    int64_t id = 0;
    if (given)
        (void)text_to_int(given, 1, INT64_MAX, &id);
    if (!id && values)
        id = values->id;
    return id ? arena_printf(rq->work.arena, "%" PRId64, id) : "";
}

static const char *about(struct arena *arena, const char *form, const char *owner, const char *subject)
{
    return arena_printf(arena, "form_draft.%s.%s.%s", form, owner, subject);
}

struct draft_row { const char *sealed, *at; int64_t step; };

bool draft_load(struct request *rq, struct form_values *values, const char *subject, int not_step)
{
    static const struct db_column columns[] = { DB_TEXT(struct draft_row, sealed), DB_TEXT(struct draft_row, at),
                                                DB_INT(struct draft_row, step), DB_END };
    const char *owner = owner_of(rq), *form = values->form->name;
    struct draft_row row;
    if (!rq->work.db || !owner || !(values->form->drafts || values->form->step_count)
        || !db_struct(&rq->work, columns, &row, "SELECT sealed, DATE_FORMAT(updated_at, '%m月%d日 %H:%i'), step FROM form_draft"
                      " WHERE form = ? AND owner = ? AND subject = ? AND expires_at > NOW(3)", T(form), T(owner), T(subject)))
        return false;
    const char *json = secret_open(rq->work.arena, row.sealed, about(rq->work.arena, form, owner, subject));
    if (!json)
        return false;
    values_from_draft(values, json, not_step);
    values->restored = row.at;
    values->reached = (int)row.step;
    return true;
}

/* What has been uploaded belongs to no record yet, and would be swept away under the draft. */
static void keep_files(struct work *work, const struct form_values *values, int days)
{
    for (size_t i = 0; form_files && form_files->keep && i < values->form->count; i++) {
        const struct entry *e = &values->entries[i];
        for (size_t at = 0; at < e->count; at++) {
            if (values->form->fields[i].rows)
                keep_files(work, e->rows[at], days);
            else if (values->form->fields[i].kind == FIELD_FILES)
                form_files->keep(work, e->integer[at], days);
        }
    }
}

static void draft_store(struct request *rq, const struct form_values *values, const char *owner, const char *subject,
                        int reached)
{
    struct arena *arena = rq->work.arena;
    const char *json = values_to_json(values), *form = values->form->name;
    int days = *owner == 'a' ? ACCOUNT_DAYS : VISIT_DAYS;
    if (strlen(json) > DRAFT_MAX)
        fail(&rq->work, FAIL_TOO_LARGE, "填写的内容过多，无法暂存，请减少后重试。");
    db_exec(&rq->work, "INSERT INTO form_draft (form, owner, subject, step, sealed, updated_at, expires_at)"
            " VALUES (?, ?, ?, ?, ?, NOW(3), NOW(3) + INTERVAL ? DAY) ON DUPLICATE KEY UPDATE"
            " step = GREATEST(step, VALUES(step)), sealed = VALUES(sealed), updated_at = VALUES(updated_at), expires_at = VALUES(expires_at)",
            T(form), T(owner), T(subject), I(reached), T(secret_seal(arena, json, about(arena, form, owner, subject))), I(days));
    keep_files(&rq->work, values, days);
}

static void keep(struct request *rq, int reached)
{
    const char *owner = owner_of(rq);
    if (!(rq->values->form->drafts || rq->values->form->step_count))
        fail_ours(&rq->work, "form %s keeps no drafts", rq->values->form->name);
    if (!owner)
        fail(&rq->work, FAIL_FORBIDDEN, "浏览器未接受本网站的 Cookie，无法暂存填写的内容，请在浏览器设置中允许后重试。");
    draft_store(rq, rq->values, owner, draft_subject(rq, rq->values), reached);
}

void form_draft_keep(struct request *rq)
{
    keep(rq, rq->values->step ? rq->values->step : 1);
}

struct form_values *form_draft_values(struct request *rq, const char *form, int64_t id)
{
    struct form_values *draft = values_new(&rq->work, form_find(&rq->work, form));
    draft->id = id;
    return draft_load(rq, draft, draft_subject(rq, draft), 0) ? draft : NULL;
}

void form_done(struct request *rq)
{
    const char *owner = owner_of(rq);
    if (owner)
        db_exec(&rq->work, "DELETE FROM form_draft WHERE form = ? AND owner = ? AND subject = ?",
                T(rq->values->form->name), T(owner), T(draft_subject(rq, NULL)));      /* a new record was typed under '' */
}

void form_wizard(struct request *rq, const char *path)
{
    const struct form_values *values = rq->values;
    const char *act = pairs_get(&rq->io->given, "do");
    int step = values->step, last = values->form->step_count;
    bool back = act && strcmp(act, "back") == 0;
    if (!back && !values->draft && step == last)
        return;
    int next = back ? (step > 1 ? step - 1 : 1) : values->draft ? step : step + 1;
    keep(rq, next > step ? next : step);
    redirect(rq, "%s?step=%d%s", path, next, values->draft ? "&saved=1" : "");
}

/* --- a session that ended while somebody typed ------------------------------------------------------------------- */

static char *holder_signed(struct request *rq, const char *form, const char *account)
{
    struct arena *arena = rq->work.arena;
    return arena_printf(arena, "%s.%s", account, page_sign(&rq->work, arena_printf(arena, "holder %s %s", form, account)));
}

char *draft_holder_mark(struct request *rq, const char *form)
{
    if (!rq->work.actor.account_id)
        return NULL;
    return holder_signed(rq, form, arena_printf(rq->work.arena, "%" PRId64, rq->work.actor.account_id));
}

bool form_rescue(struct request *rq)
{
    struct arena *arena = rq->work.arena;
    const char *mark = pairs_get(&rq->io->given, "by"), *page = pairs_get(&rq->io->given, "page"), *name = rq->route->form;
    const struct form *form = form_named(name);
    if (!form || !(form->drafts || form->step_count) || !mark || !strchr(mark, '.') || !same_origin(rq))
        return false;
    const char *account = arena_copy_n(arena, mark, strcspn(mark, "."));
    if (strlen(account) > 19 || strspn(account, "0123456789") != strlen(account)
        || !text_same_secret(holder_signed(rq, name, account), mark))
        return false;
    struct form_values *typed = values_new(&rq->work, form);
    struct actor visitor = rq->work.actor;
    rq->work.actor.account_id = strtoll(account, NULL, 10);     /* whose files and draft these are */
    form_decode(rq);
    form_take_in(rq);
    (void)draft_load(rq, typed, draft_subject(rq, rq->values), 0);
    struct form_values *now = rq->values;
    for (size_t i = 0; now->step && i < form->count; i++)       /* the other steps of a wizard stay as they were */
        if (form->fields[i].step != now->step)
            now->entries[i] = typed->entries[i];
    draft_store(rq, now, owner_of(rq), draft_subject(rq, now), now->step ? now->step : 1);
    rq->work.actor = visitor;
    rq->io->rescued = true;
    if (page && page[0] == '/' && page[1] != '/' && !strpbrk(page, "\\\r\n&?#%+ "))
        rq->io->back = page;
    return true;
}

void form_drafts_purge(struct work *work)
{
    db_exec(work, "DELETE FROM form_draft WHERE expires_at < NOW(3) LIMIT 5000");
}
