/* page_edit: see the header. */
#include "domain/page_edit.h"

#include <string.h>

#include "core/db.h"
#include "core/text.h"
#include "domain/trail.h"

#define WHEN(column) "DATE_FORMAT(" column ", '%Y-%m-%d %H:%i') AS at"
#define Q_LOAD "SELECT p.slug, p.section, p.title, p.body, p.version, " WHEN("p.updated_at") ", a.name AS who FROM page p" \
               " LEFT JOIN account a ON a.id = p.updated_by WHERE p.slug = ?"
#define Q_HISTORY "SELECT h.version, h.title, " WHEN("h.at") ", a.name AS who FROM page_history h" \
                  " LEFT JOIN account a ON a.id = h.account_id WHERE h.slug = ? ORDER BY h.version DESC LIMIT 50"
#define Q_VERSION "SELECT h.version, h.title, h.body, " WHEN("h.at") ", a.name AS who FROM page_history h" \
                  " LEFT JOIN account a ON a.id = h.account_id WHERE h.slug = ? AND h.version = ?"
#define Q_LOCK "SELECT version, title, body FROM page WHERE slug = ? FOR UPDATE"
#define Q_KEEP "INSERT INTO page_history (slug, version, title, body, account_id, at)" \
               " SELECT slug, version, title, body, updated_by, updated_at FROM page WHERE slug = ? AND version = ?"
#define Q_SAVE "UPDATE page SET title = ?, body = ?, version = version + 1, updated_by = ?, updated_at = NOW(3)" \
               " WHERE slug = ? AND version = ?"

bool page_edit_load(struct work *work, const char *slug, HDF *node)
{
    return db_row(work, node, Q_LOAD, T(slug));
}

void page_edit_history(struct work *work, const char *slug, HDF *node)
{
    db_rows(work, node, Q_HISTORY, T(slug));
}

bool page_edit_version(struct work *work, const char *slug, int64_t version, HDF *node)
{
    return db_row(work, node, Q_VERSION, T(slug), I(version));
}

static const char *with_line_feeds(struct arena *arena, const char *text)
{
    char *out = arena_alloc(arena, strlen(text) + 1), *o = out;
    for (; *text; text++)
        if (*text != '\r')
            *o++ = *text;
        else if (text[1] != '\n')
            *o++ = '\n';
    return out;
}

struct stored { int64_t version; const char *title, *body; };
static const struct db_column stored_columns[] = { DB_INT(struct stored, version), DB_TEXT(struct stored, title),
                                                   DB_TEXT(struct stored, body), DB_END };

enum page_saved page_edit_save(struct work *work, const char *slug, int64_t version, const char *title, const char *body,
                               const char *address)
{
    struct stored stored;
    body = with_line_feeds(work->arena, body);
    if (!db_struct(work, stored_columns, &stored, Q_LOCK, T(slug)))
        return PAGE_MISSING;
    if (stored.version != version)
        return PAGE_CHANGED;
    if (strcmp(stored.title, title) == 0 && strcmp(stored.body, body) == 0)
        return PAGE_SAME;
    db_exec(work, Q_KEEP, T(slug), I(version));
    if (!db_exec(work, Q_SAVE, T(title), T(body), I(work->actor.account_id), T(slug), I(version)))
        return PAGE_CHANGED;
    trail_write(work, "page.save", arena_printf(work->arena, "page:%s", slug), "done",
                arena_printf(work->arena, "第 %lld 版", (long long)version + 1), address);
    return PAGE_SAVED;
}
