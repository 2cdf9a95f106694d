#include "domain/colleague.h"

#include <stdio.h>

#include "core/db.h"
#include "domain/role.h"

/* The account's division as a prefix, as core/scope.h makes it: 440400 holds what begins with 4404. */
#define HOLDS " a.state = 'active' AND a.operator_id IS NULL AND a.division_code <> '' AND ? LIKE CONCAT(" \
              "IF(LENGTH(a.division_code) = 6, TRIM(TRAILING '00' FROM a.division_code), a.division_code), '%')"
#define Q_IS   "SELECT 1 FROM account a WHERE a.id = ? AND" HOLDS
#define Q_LIST "SELECT a.id, a.name, a.role FROM account a WHERE a.id <> ? AND" HOLDS \
               " ORDER BY TRIM(TRAILING '0' FROM a.division_code) DESC, a.id LIMIT 100"

bool colleague_is(struct work *work, int64_t account_id, const char *division)
{
    return db_int(work, 0, Q_IS, I(account_id), T(division)) == 1;
}

struct colleague {
    int64_t     id;
    const char *name, *role;
};

struct listing {
    HDF *node;
    int  count;
};

static void add(void *row, void *arg)
{
    const struct colleague *c = row;
    struct listing *listing = arg;
    char name[40], text[300];
    snprintf(name, sizeof name, "%d.Value", listing->count);
    snprintf(text, sizeof text, "%lld", (long long)c->id);
    NEOERR *error = hdf_set_value(listing->node, name, text);
    snprintf(name, sizeof name, "%d.Label", listing->count++);
    snprintf(text, sizeof text, "%s（%s）", c->name, role_label(c->role));
    if (!error)
        error = hdf_set_value(listing->node, name, text);
    nerr_ignore(&error);
}

void colleague_list(struct work *work, const char *division, HDF *node)
{
    static const struct db_column columns[] = { DB_INT(struct colleague, id), DB_TEXT(struct colleague, name),
                                                DB_TEXT(struct colleague, role), DB_END };
    struct colleague row;
    struct listing listing = { node, 0 };
    db_each(work, columns, &row, add, &listing, Q_LIST, I(work->actor.account_id), T(division));
}
