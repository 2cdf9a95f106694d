/* list_count: how many rows a search has.
 *
 * Counting is the one thing about a long list that cannot be made short by an index, so it is bounded, and a count that
 * took longer than DEAR_MICROSECONDS is remembered by the process for a while: whoever pages through a search is not
 * made to pay for its total again on every page. Cheap counts are always made anew. */
#include <stdio.h>
#include <string.h>

#include "core/crypto.h"
#include "core/text.h"
#include "list/list_declared.h"

enum { KEPT = 64, KEEP_MS = 30000, DEAR_MICROSECONDS = 5000 };

static struct kept {
    uint8_t digest[32];            /* of the statement and everything bound to it */
    int64_t at, total;
} kept[KEPT];

static void digest_of(struct search *s, const char *sql, uint8_t out[32])
{
    char *about = arena_copy(s->rq->work.arena, sql);
    for (size_t i = 0; i < s->count; i++) {
        const struct value *v = &s->values[i];
        about = v->kind == VALUE_TEXT ? arena_printf(s->rq->work.arena, "%s\n%zu:%s", about, v->size, (const char *)v->data)
                                      : arena_printf(s->rq->work.arena, "%s\n%lld %.17g", about, (long long)v->integer, v->real);
    }
    crypto_sha256(about, strlen(about), out);
}

static int64_t count_bounded(struct search *s, const char *sql, int64_t bound)
{
    struct value values[sizeof s->values / sizeof *s->values + 1];
    memcpy(values, s->values, s->count * sizeof *values);
    values[s->count] = I(bound + 1);
    return db_int_text(&s->rq->work, 0, sql, values, s->count + 1);
}

int64_t search_count(struct search *s, int64_t bound)
{
    struct work *work = &s->rq->work;
    const char *from = search_from(s, s->joins);
    uint8_t digest[32];
    if (!bound)
        return db_int_text(work, 0, arena_printf(work->arena, "SELECT COUNT(*)%s%s", from, s->where), s->values, s->count);
    const char *sql = arena_printf(work->arena, "SELECT COUNT(*) FROM (SELECT 1%s%s LIMIT ?) AS bounded", from, s->where);
    struct kept *oldest = &kept[0];
    digest_of(s, sql, digest);
    for (size_t i = 0; i < KEPT; i++) {
        if (memcmp(kept[i].digest, digest, sizeof digest) == 0 && work->now - kept[i].at < KEEP_MS)
            return kept[i].total;
        oldest = kept[i].at < oldest->at ? &kept[i] : oldest;
    }
    int64_t began = clock_micro(), total = count_bounded(s, sql, bound);
    if (clock_micro() - began >= DEAR_MICROSECONDS) {
        *oldest = (struct kept){ .at = work->now, .total = total };
        memcpy(oldest->digest, digest, sizeof digest);
    }
    return total;
}

int64_t list_count(struct request *rq, const char *name)
{
    struct search search;
    search_read(&search, rq, list_named(&rq->work, name));
    return search_count(&search, 0);
}
