/* trail_verify: reads the whole trail once, in the order of the blocks, and says what does not fit. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/config.h"
#include "core/db.h"
#include "core/text.h"
#include "domain/trail.h"
#include "domain/trail_private.h"

#define Q_ALL "SELECT b.id, b.row_count, b.algorithm, CAST(b.sealed_at AS CHAR), HEX(b.previous), HEX(b.digest), HEX(b.mac)," \
              " b.from_id, b.to_id, COALESCE(s.row_id, 0), HEX(s.digest), COALESCE(t.id, 0), " TRAIL_COLUMNS \
              " FROM trail_block b LEFT JOIN trail_seal s ON s.block_id = b.id LEFT JOIN trail t ON t.id = s.row_id" \
              " ORDER BY b.id, s.row_id"
#define Q_OUTSIDE "SELECT t.id, t.id < (SELECT COALESCE(MAX(to_id), 0) FROM trail_block) AND t.at < NOW(3) - INTERVAL 1 MINUTE" \
                  " FROM trail t LEFT JOIN trail_seal s ON s.row_id = t.id WHERE s.row_id IS NULL ORDER BY t.id"
#define Q_DOUBLE "SELECT id, COUNT(*) FROM trail GROUP BY id HAVING COUNT(*) > 1"
#define Q_STRAY "SELECT s.row_id, s.block_id FROM trail_seal s LEFT JOIN trail_block b ON b.id = s.block_id WHERE b.id IS NULL"

struct joined {
    int64_t          block, count, from, to, sealed_row;
    const char      *algorithm, *sealed_at, *previous, *digest, *mac, *row_digest;
    struct trail_row row;
};

struct pair_of {
    int64_t a, b;
};

struct verifying {
    struct trail_report *report;
    void               (*said)(const char *text, void *arg);
    void                *arg;
    struct arena        *arena;               /* forgotten after each block */
    struct trail_block   block;               /* the one being read; id 0: none yet */
    char                 algorithm[12], sealed_at[30];
    int64_t              found, from, to, first, last;
    uint8_t              before[TRAIL_DIGEST];      /* digest of the block read before */
    int64_t              head_block;          /* what VAR/trail.head says; 0: nothing */
    char                 head_digest[70];
    bool                 head_seen;
    char                *entries;
    size_t               size, room;
};

static void say(struct verifying *v, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void say(struct verifying *v, const char *format, ...)
{
    char text[300];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    v->report->faults++;
    v->said(text, v->arg);
}

static void from_hex(const char *hex, uint8_t out[TRAIL_DIGEST])
{
    memset(out, 0, TRAIL_DIGEST);
    for (int i = 0; hex && i < TRAIL_DIGEST && hex[2 * i] && hex[2 * i + 1]; i++) {
        char byte[3] = { hex[2 * i], hex[2 * i + 1], '\0' };
        out[i] = (uint8_t)strtoul(byte, NULL, 16);
    }
}

static void block_end(struct verifying *v)
{
    struct trail_block *b = &v->block;
    uint8_t made[TRAIL_DIGEST];
    if (!b->id)
        return;
    v->report->blocks++;
    if (memcmp(b->previous, v->before, TRAIL_DIGEST) != 0)
        say(v, "block %lld: does not follow from the block before it", (long long)b->id);
    trail_block_digest(v->arena, b, v->entries, v->size, made);
    bool whole = v->found == b->count && v->first == v->from && v->last == v->to;
    if (memcmp(made, b->digest, TRAIL_DIGEST) != 0 || !whole)
        say(v, "block %lld: its list of rows, time or digest was changed (%lld rows listed, %lld counted)", (long long)b->id,
            (long long)v->found, (long long)b->count);
    trail_block_mac(b->digest, made);
    if (memcmp(made, b->mac, TRAIL_DIGEST) != 0)
        say(v, "block %lld: not sealed by this portal (its MAC does not fit VAR/secret.key)", (long long)b->id);
    char *hex = text_hex(v->arena, b->digest, TRAIL_DIGEST);
    snprintf(v->report->head, sizeof v->report->head, "%lld %s", (long long)b->id, hex);
    if (b->id == v->head_block) {
        v->head_seen = true;
        if (strcmp(hex, v->head_digest) != 0)
            say(v, "block %lld: is not the one noted in VAR/trail.head", (long long)b->id);
    }
    memcpy(v->before, b->digest, TRAIL_DIGEST);
    arena_reset(v->arena);
}

static void block_open(struct verifying *v, const struct joined *j)
{
    int64_t expected = v->block.id + 1;
    block_end(v);
    for (int64_t gone = expected; gone < j->block && gone < expected + 20; gone++)
        say(v, "block %lld: missing", (long long)gone);
    snprintf(v->algorithm, sizeof v->algorithm, "%s", j->algorithm);
    snprintf(v->sealed_at, sizeof v->sealed_at, "%s", j->sealed_at);
    v->block = (struct trail_block){ .id = j->block, .count = j->count, .algorithm = v->algorithm, .sealed_at = v->sealed_at };
    from_hex(j->previous, v->block.previous);
    from_hex(j->digest, v->block.digest);
    from_hex(j->mac, v->block.mac);
    v->from = j->from, v->to = j->to;
    v->found = v->first = v->last = 0;
    v->size = 0;
}

static void joined_row(void *row, void *arg)
{
    struct verifying *v = arg;
    const struct joined *j = row;
    uint8_t listed[TRAIL_DIGEST], made[TRAIL_DIGEST];
    if (j->block != v->block.id)
        block_open(v, j);
    if (!j->sealed_row)
        return;
    v->first = v->found++ ? v->first : j->sealed_row;
    v->last = j->sealed_row;
    v->report->rows++;
    from_hex(j->row_digest, listed);
    if (v->size + TRAIL_ENTRY_MOST > v->room) {
        v->room = v->room ? v->room * 2 : 1 << 19;
        v->entries = realloc(v->entries, v->room);
        if (!v->entries)
            abort();
    }
    v->size += trail_entry(v->entries + v->size, j->sealed_row, listed);
    if (!j->row.id) {
        say(v, "row %lld: missing (sealed in block %lld)", (long long)j->sealed_row, (long long)j->block);
        return;
    }
    trail_row_digest(v->arena, v->algorithm, &j->row, made);
    if (memcmp(made, listed, TRAIL_DIGEST) != 0)
        say(v, "row %lld: changed, or another row stands in its place (sealed in block %lld)", (long long)j->sealed_row,
            (long long)j->block);
}

static void outside_row(void *row, void *arg)
{
    struct verifying *v = arg;
    const struct pair_of *p = row;
    if (p->b)
        say(v, "row %lld: in no block though later rows are sealed: inserted afterwards", (long long)p->a);
    else
        v->report->waiting++;
}

static void double_row(void *row, void *arg)
{
    const struct pair_of *p = row;
    say(arg, "row %lld: there %lld times", (long long)p->a, (long long)p->b);
}

static void stray_row(void *row, void *arg)
{
    const struct pair_of *p = row;
    say(arg, "row %lld: sealed in block %lld, which is missing", (long long)p->a, (long long)p->b);
}

static void head_read(struct verifying *v)
{
    FILE *file = fopen(path_in_var("trail.head"), "r");
    long long block = 0;
    if (!file)
        return;
    if (fscanf(file, "%lld %69s", &block, v->head_digest) == 2)
        v->head_block = block;
    fclose(file);
}

static void verify(struct work *work, void *arg)
{
    static const struct db_column columns[] = {
        DB_INT(struct joined, block), DB_INT(struct joined, count), DB_TEXT(struct joined, algorithm),
        DB_TEXT(struct joined, sealed_at), DB_TEXT(struct joined, previous), DB_TEXT(struct joined, digest),
        DB_TEXT(struct joined, mac), DB_INT(struct joined, from), DB_INT(struct joined, to),
        DB_INT(struct joined, sealed_row), DB_TEXT(struct joined, row_digest), DB_INT(struct joined, row.id),
        DB_INT(struct joined, row.account_id), DB_TEXT(struct joined, row.text[0]), DB_TEXT(struct joined, row.text[1]),
        DB_TEXT(struct joined, row.text[2]), DB_TEXT(struct joined, row.text[3]), DB_TEXT(struct joined, row.text[4]),
        DB_TEXT(struct joined, row.text[5]), DB_TEXT(struct joined, row.text[6]), DB_TEXT(struct joined, row.text[7]), DB_END };
    static const struct db_column pairs[] = { DB_INT(struct pair_of, a), DB_INT(struct pair_of, b), DB_END };
    struct verifying *v = arg;
    struct joined row;
    struct pair_of pair;
    db_each(work, columns, &row, joined_row, v, Q_ALL);
    block_end(v);
    if (v->head_block && !v->head_seen)
        say(v, "block %lld: noted in VAR/trail.head, but the chain ends before it", (long long)v->head_block);
    db_each(work, pairs, &pair, double_row, v, Q_DOUBLE);
    db_each(work, pairs, &pair, stray_row, v, Q_STRAY);
    db_each(work, pairs, &pair, outside_row, v, Q_OUTSIDE);
}

static void verifying_free(void *arg)
{
    struct verifying *v = arg;
    free(v->entries);
    arena_free(v->arena);
}

void trail_verify(struct work *work, struct trail_report *report, void (*said)(const char *text, void *arg), void *arg)
{
    struct verifying *v = arena_alloc(work->arena, sizeof *v);
    *report = (struct trail_report){ 0 };
    *v = (struct verifying){ .report = report, .said = said, .arg = arg, .arena = arena_new() };
    work_defer(work, verifying_free, v);
    head_read(v);
    work_must(work, WORK_READ, verify, v);
}
