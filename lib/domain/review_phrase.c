/* review_phrase: see the header. */
#include "domain/review_phrase.h"

#include <string.h>

#include "core/db.h"
#include "core/text.h"
#include "web/web.h"

#define MINE     " (account_id = ? OR (shared = 1 AND division_code = ? AND division_code <> ''))"
#define MINE_OF(work) I((work)->actor.account_id ? (work)->actor.account_id : -1), T(division(work))
#define Q_LIST   "SELECT id AS Id, id AS Value, words AS Words, words AS Label, NULLIF(shared, 0) AS Shared FROM review_phrase WHERE" MINE \
                 " ORDER BY shared, id LIMIT ?"
#define Q_WORDS  "SELECT words FROM review_phrase WHERE id = ? AND" MINE
#define Q_COUNT  "SELECT COUNT(*) FROM review_phrase WHERE shared = ? AND IF(shared, division_code = ?, account_id = ?) AND id <> ?"
#define Q_ADD    "INSERT INTO review_phrase (account_id, division_code, shared, words) VALUES (?, ?, ?, ?)"
#define Q_CHANGE "UPDATE review_phrase SET words = ?, account_id = IF(shared = 1 AND ? = 0, ?, account_id), shared = ? WHERE id = ? AND" MINE
#define Q_DROP   "DELETE FROM review_phrase WHERE id = ? AND" MINE

static const char *division(struct work *work)
{
    return work->actor.division ? work->actor.division : "";
}

void review_phrases(struct work *work, HDF *node)
{
    db_rows(work, node, Q_LIST, MINE_OF(work), I(2 * PHRASES_MOST));
}

const char *review_phrase_words(struct work *work, int64_t id)
{
    const char *words = id ? db_text(work, Q_WORDS, I(id), MINE_OF(work)) : NULL;
    return words ? words : "";
}

const char *review_phrase_save(struct work *work, int64_t id, const char *words, bool shared)
{
    (void)db_int(work, 0, "SELECT id FROM account WHERE id = ? FOR UPDATE", I(work->actor.account_id));
    if (db_int(work, 0, Q_COUNT, I(shared), T(division(work)), I(work->actor.account_id), I(id)) >= PHRASES_MOST)
        return shared ? "本部门共用的常用意见已达 50 条，请先删除不用的" : "您的常用意见已达 50 条，请先删除不用的";
    if (!id)
        db_exec(work, Q_ADD, I(work->actor.account_id), T(division(work)), I(shared), T(words));
    else if (db_exec(work, Q_CHANGE, T(words), I(shared), I(work->actor.account_id), I(shared), I(id), MINE_OF(work)) != 1)
        fail(work, FAIL_MISSING, "没有这条常用意见，可能已被删除。");
    return NULL;
}

void review_phrase_drop(struct work *work, int64_t id)
{
    if (db_exec(work, Q_DROP, I(id), MINE_OF(work)) != 1)
        fail(work, FAIL_MISSING, "没有这条常用意见，可能已被删除。");
}

const char *review_opinion(struct work *work, const char *typed, int64_t phrase)
{
    const char *words = review_phrase_words(work, phrase);
    bool blank = !typed[strspn(typed, " \t\r\n")];
    if (!*words || strstr(typed, words))
        return typed;
    return blank ? words : arena_printf(work->arena, "%s\n%s", typed, words);
}
