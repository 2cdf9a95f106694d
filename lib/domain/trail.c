#include "domain/trail.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "core/config.h"
#include "core/crypto.h"
#include "core/db.h"
#include "core/text.h"
#include "domain/trail_private.h"

#define Q_WRITE "INSERT INTO trail (account_id, actor, act, object, outcome, detail, address, work_id)" \
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
/* The first statement of its transaction: a second sealer waits here, before it has seen anything. */
#define Q_TURN "SELECT id FROM seal_turn WHERE id = 1 FOR UPDATE"
#define Q_LAST "SELECT id, HEX(digest) FROM trail_block ORDER BY id DESC LIMIT 1"
/* Below the highest row of a block sealed LATE_SECONDS ago nothing honest can still appear. */
#define Q_FLOOR "SELECT COALESCE(MAX(to_id), 0) FROM trail_block WHERE sealed_at < NOW(3) - INTERVAL ? SECOND"
#define Q_OPEN "SELECT t.id, " TRAIL_COLUMNS " FROM trail t LEFT JOIN trail_seal s ON s.row_id = t.id" \
               " WHERE t.id > ? AND s.row_id IS NULL ORDER BY t.id LIMIT ?"
#define Q_BLOCK "INSERT INTO trail_block (id, from_id, to_id, row_count, algorithm, previous, digest, mac, sealed_at)" \
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
#define Q_SEAL "INSERT INTO trail_seal (row_id, block_id, digest) VALUES (?, ?, ?)"

enum { BLOCK_ROWS = 5000, LATE_SECONDS = 3600 };

void trail_write(struct work *work, const char *act, const char *object, const char *outcome, const char *detail,
                 const char *address)
{
    const char *actor = work->actor.login && *work->actor.login ? work->actor.login : "system";
    db_exec(work, Q_WRITE, I(work->actor.account_id), T(actor), T(act), T(object), T(outcome), T(detail),
            T(address ? address : ""), T(work->id ? work->id : ""));
}

/* --- digests ----------------------------------------------------------------------------------------------- */

static void digest(const char *algorithm, const void *data, size_t size, uint8_t out[TRAIL_DIGEST])
{
    if (strcmp(algorithm, "sm3") == 0)
        crypto_sm3(data, size, out);
    else
        crypto_sha256(data, size, out);
}

void trail_row_digest(struct arena *arena, const char *algorithm, const struct trail_row *row, uint8_t out[TRAIL_DIGEST])
{
    size_t room = 60, at;
    for (int i = 0; i < TRAIL_TEXTS; i++)
        room += 24 + strlen(row->text[i] ? row->text[i] : "");
    char *bytes = arena_alloc(arena, room);
    at = (size_t)sprintf(bytes, "%lld,%lld", (long long)row->id, (long long)row->account_id);
    for (int i = 0; i < TRAIL_TEXTS; i++) {
        const char *text = row->text[i] ? row->text[i] : "";
        at += (size_t)sprintf(bytes + at, ",%zu:%s", strlen(text), text);
    }
    digest(algorithm, bytes, at, out);
}

size_t trail_entry(char *out, int64_t row_id, const uint8_t row_digest[TRAIL_DIGEST])
{
    size_t at = (size_t)sprintf(out, "%lld ", (long long)row_id);
    for (int i = 0; i < TRAIL_DIGEST; i++)
        at += (size_t)sprintf(out + at, "%02x", row_digest[i]);
    out[at++] = '\n';
    return at;
}

void trail_block_digest(struct arena *arena, const struct trail_block *block, const char *entries, size_t size,
                        uint8_t out[TRAIL_DIGEST])
{
    const char *head = arena_printf(arena, "%lld %lld %s %s %s\n", (long long)block->id, (long long)block->count,
                                    block->algorithm, block->sealed_at, text_hex(arena, block->previous, TRAIL_DIGEST));
    char *bytes = arena_alloc(arena, strlen(head) + size);
    memcpy(bytes, head, strlen(head));
    memcpy(bytes + strlen(head), entries, size);
    digest(block->algorithm, bytes, strlen(head) + size, out);
}

void trail_block_mac(const uint8_t block_digest[TRAIL_DIGEST], uint8_t out[TRAIL_DIGEST])
{
    crypto_keyed("trail block", block_digest, TRAIL_DIGEST, out);
}

/* --- sealing ------------------------------------------------------------------------------------------------- */

struct sealing {
    struct arena      *arena;
    struct trail_block block;
    int64_t            first, last;
    char              *entries;
    size_t             size;
    struct { int64_t id; uint8_t digest[TRAIL_DIGEST]; } rows[BLOCK_ROWS];
};

static void seal_row(void *row, void *arg)
{
    struct sealing *s = arg;
    const struct trail_row *r = row;
    int64_t n = s->block.count++;
    s->rows[n].id = r->id;
    trail_row_digest(s->arena, s->block.algorithm, r, s->rows[n].digest);
    s->size += trail_entry(s->entries + s->size, r->id, s->rows[n].digest);
    if (!n)
        s->first = r->id;
    s->last = r->id;
}

struct last_block {
    int64_t     id;
    const char *hex;
};

static void block_begin(struct work *work, struct sealing *s)
{
    static const struct db_column columns[] = { DB_INT(struct last_block, id), DB_TEXT(struct last_block, hex), DB_END };
    struct last_block last = { 0, NULL };
    *s = (struct sealing){ .arena = work->arena };
    db_int(work, 0, Q_TURN);
    if (db_struct(work, columns, &last, Q_LAST))
        for (int i = 0; i < TRAIL_DIGEST; i++) {
            unsigned byte = 0;
            sscanf(last.hex + 2 * i, "%2x", &byte);
            s->block.previous[i] = (uint8_t)byte;
        }
    s->block.id = last.id + 1;
    s->block.algorithm = strcmp(config_text("Crypto.Suite"), "sm") == 0 ? "sm3" : "sha256";
    s->block.sealed_at = time_sql(work->arena, clock_now());
    s->entries = arena_alloc(work->arena, (size_t)BLOCK_ROWS * TRAIL_ENTRY_MOST);
}

static void seal_block(struct work *work, void *arg)
{
    static const struct db_column columns[] = {
        DB_INT(struct trail_row, id), DB_INT(struct trail_row, account_id), DB_TEXT(struct trail_row, text[0]),
        DB_TEXT(struct trail_row, text[1]), DB_TEXT(struct trail_row, text[2]), DB_TEXT(struct trail_row, text[3]),
        DB_TEXT(struct trail_row, text[4]), DB_TEXT(struct trail_row, text[5]), DB_TEXT(struct trail_row, text[6]),
        DB_TEXT(struct trail_row, text[7]), DB_END };
    struct sealing *s = arg;
    struct trail_row row;
    struct trail_block *b = &s->block;
    block_begin(work, s);
    db_each(work, columns, &row, seal_row, s, Q_OPEN, I(db_int(work, 0, Q_FLOOR, I(LATE_SECONDS))), I(BLOCK_ROWS));
    if (!b->count)
        return;
    trail_block_digest(work->arena, b, s->entries, s->size, b->digest);
    trail_block_mac(b->digest, b->mac);
    if (!db_insert_new(work, Q_BLOCK, I(b->id), I(s->first), I(s->last), I(b->count), T(b->algorithm),
                       B(b->previous, TRAIL_DIGEST), B(b->digest, TRAIL_DIGEST), B(b->mac, TRAIL_DIGEST), T(b->sealed_at))) {
        b->count = 0;                            /* another runner was faster */
        return;
    }
    for (int64_t i = 0; i < b->count; i++)
        db_exec(work, Q_SEAL, I(s->rows[i].id), I(b->id), B(s->rows[i].digest, TRAIL_DIGEST));
}

/* The newest block, outside the database; written whole under another name first. Two runners take turns, and the older
 * of two blocks does not replace the newer. */
static bool head_replace(struct work *work, const struct trail_block *block, const char *path)
{
    const char *fresh = arena_printf(work->arena, "%s.new", path);
    long long noted = 0;
    FILE *file = fopen(path, "r");
    if (file) {
        if (fscanf(file, "%lld", &noted) != 1)
            noted = 0;
        fclose(file);
    }
    if (noted >= block->id)
        return true;
    file = fopen(fresh, "w");
    bool good = file && fprintf(file, "%lld %s\n", (long long)block->id, text_hex(work->arena, block->digest, TRAIL_DIGEST)) > 0
             && fflush(file) == 0 && fsync(fileno(file)) == 0;
    if (file && fclose(file) != 0)
        good = false;
    return good && rename(fresh, path) == 0;
}

static void head_write(struct work *work, const struct trail_block *block)
{
    const char *path = arena_copy(work->arena, path_in_var("trail.head"));
    int lock = open(arena_printf(work->arena, "%s.lock", path), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    bool good = lock >= 0 && flock(lock, LOCK_EX) == 0 && head_replace(work, block, path);
    if (lock >= 0)
        close(lock);
    if (!good)
        fail_ours(work, "cannot write %s", path);
}

int64_t trail_seal(struct work *work)
{
    struct sealing *s = arena_alloc(work->arena, sizeof *s);
    int64_t sealed = 0;
    do {
        work_must(work, WORK_WRITE, seal_block, s);
        sealed += s->block.count;
        if (s->block.count)
            head_write(work, &s->block);
    } while (s->block.count == BLOCK_ROWS);
    return sealed;
}
