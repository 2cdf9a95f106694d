/* form_once: a submission happens once. Owns table submission: the key and the result are written in the transaction of
 * what they stand for, so that a second click, a lost answer or a retry after a lost connection finds the result. What is
 * refused leaves nothing: key and rows are undone together, so that the same form sent again is refused again. */
#include "core/db.h"
#include "core/text.h"
#include "web/form.h"

struct submission_row { int64_t account; const char *result; };

static const char *result_of(struct work *work, const char *key)
{
    static const struct db_column columns[] = { DB_INT(struct submission_row, account),
                                                DB_TEXT(struct submission_row, result), DB_END };
    struct submission_row row;
    /* FOR UPDATE reads what is committed now, not this transaction's older picture */
    if (!db_struct(work, columns, &row, "SELECT account_id, result FROM submission WHERE idempotency_key = ? FOR UPDATE",
                   T(key)) || row.account != work->actor.account_id)
        fail(work, FAIL_CONFLICT, "该页面的内容已经提交过，请刷新页面后查看结果。");
    return row.result;
}

struct once {
    const char *key, *(*fn)(struct work *work, void *arg), *result;
    void       *arg;
    bool        refused;
};

static void take(struct work *work, void *arg)
{
    struct once *once = arg;
    if (once->key && !db_insert_new(work, "INSERT INTO submission (idempotency_key, account_id) VALUES (?, ?)", T(once->key),
                                    I(work->actor.account_id))) {
        once->result = result_of(work, once->key);
        return;
    }
    once->result = once->fn(work, once->arg);
    once->refused = !once->result;
    if (once->refused)
        fail(work, FAIL_INVALID, "%s", "");
    if (once->key)
        db_exec(work, "UPDATE submission SET result = ? WHERE idempotency_key = ?", T(once->result), T(once->key));
}

const char *submission_once(struct work *work, const char *key, const char *(*fn)(struct work *work, void *arg), void *arg)
{
    struct once once = { .key = key, .fn = fn, .arg = arg };
    if (!work_part(work, take, &once) && !once.refused)
        fail(work, work->failed, "%s", arena_copy(work->arena, work->fail_text));
    return once.result;
}

void submissions_purge(struct work *work)
{
    db_exec(work, "DELETE FROM submission WHERE created_at < NOW(3) - INTERVAL 30 DAY LIMIT 5000");
}
