#include "domain/agreement.h"

#include "core/db.h"
#include "domain/trail.h"

#define COLUMNS "SELECT g.id, g.kind, g.version, g.title, DATE_FORMAT(g.published_at, '%Y-%m-%d %H:%i') AS published_at," \
                " COALESCE(a.name, '系统') AS who"
#define FROM " FROM agreement g LEFT JOIN account a ON a.id = g.account_id"
#define Q_NEWEST COLUMNS FROM " WHERE g.version = (SELECT MAX(m.version) FROM agreement m WHERE m.kind = g.kind) ORDER BY g.kind"
#define Q_OF_KIND COLUMNS FROM " WHERE g.kind = ? ORDER BY g.version DESC"
#define Q_LOAD COLUMNS ", g.body" FROM " WHERE g.id = ?"
#define Q_LATEST "SELECT COALESCE(MAX(version), 0) FROM agreement WHERE kind = ?"
#define Q_ADD "INSERT INTO agreement (kind, version, title, body, published_at, account_id) VALUES (?, ?, ?, ?, NOW(3), ?)"

int agreement_list(struct work *work, const char *kind, HDF *node)
{
    return *kind ? db_rows(work, node, Q_OF_KIND, T(kind)) : db_rows(work, node, Q_NEWEST);
}

bool agreement_load(struct work *work, int64_t id, HDF *node)
{
    return db_row(work, node, Q_LOAD, I(id));
}

/* The unique key (kind, version) decides between two at once. */
int64_t agreement_publish(struct work *work, const char *kind, int64_t seen, const char *title, const char *body,
                          const char *address)
{
    if (db_int(work, 0, Q_LATEST, T(kind)) != seen
        || !db_insert_new(work, Q_ADD, T(kind), I(seen + 1), T(title), T(body), I(work->actor.account_id)))
        return 0;
    trail_write(work, "agreement-publish", arena_printf(work->arena, "agreement:%s", kind), "done",
                arena_printf(work->arena, "第 %lld 版：%s", (long long)seen + 1, title), address);
    return seen + 1;
}
