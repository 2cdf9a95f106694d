/* flow_case: one case as it stands, and the scope that every statement on a flow's table carries: an owner's own
 * cases; a department's division and below, for staff who have a part in the flow or were sent a copy; everything for
 * the system; nothing for anybody else. */
#include <stdio.h>
#include <string.h>

#include "core/scope.h"
#include "core/text.h"
#include "flow/flow_declared.h"

bool flow_is_system(const struct actor *actor)
{
    return !actor->account_id && actor->role && strcmp(actor->role, "system") == 0;
}

/* Who acts for a company never acts for a department, whatever else the account says. */
bool flow_is_staff(const struct actor *actor)
{
    return actor->account_id && !actor->operator_id && actor->division && *actor->division;
}

const char *flow_scope(struct work *work, const struct flow *flow, struct value *binds, size_t *count)
{
    const struct actor *actor = &work->actor;
    if (flow_is_system(actor))
        return "";
    if (flow_is_staff(actor)) {
        binds[(*count)++] = T(division_like(work->arena, actor->division));
        if (actor->capabilities & flow->staff)
            return flow->division_sql;
        binds[(*count)++] = I(actor->account_id);
        return arena_printf(work->arena, "%s%s", flow->division_sql, flow->copied_sql);
    }
    /* 0 is nobody: -1 fits no row, not even one whose owner is not filled in */
    if (flow->has_operator)
        binds[(*count)++] = I(actor->operator_id ? actor->operator_id : -1);
    if (flow->has_account)
        binds[(*count)++] = I(actor->account_id ? actor->account_id : -1);
    return flow->owner_sql;
}

bool flow_case_read(struct work *work, const struct flow *flow, int64_t id, bool lock, struct flow_case *out)
{
    static const struct db_column columns[] = {
        DB_INT(struct flow_case, id), DB_INT(struct flow_case, operator_id), DB_INT(struct flow_case, account_id),
        DB_TEXT(struct flow_case, state), DB_TEXT(struct flow_case, since), DB_TEXT(struct flow_case, title),
        DB_TEXT(struct flow_case, division), DB_END };
    const struct actor *actor = &work->actor;
    struct value binds[1 + FLOW_SCOPE_BINDS] = { I(id) };
    size_t count = 1;
    const char *scope = flow_scope(work, flow, binds, &count);
    const char *sql = arena_printf(work->arena, "SELECT %s FROM `%s` AS `t` WHERE `t`.`id` = ?%s%s", flow->columns_sql,
                                   flow->table, scope, lock ? " FOR UPDATE" : "");
    *out = (struct flow_case){ 0 };
    if (!db_struct_text(work, columns, out, sql, binds, count))
        return false;
    out->mine = !flow_is_staff(actor) && ((actor->operator_id && actor->operator_id == out->operator_id)
                                          || (actor->account_id && actor->account_id == out->account_id));
    return true;
}

int flow_case_state(struct work *work, const struct flow *flow, const struct flow_case *c)
{
    int state = flow_state_index(flow, c->state);
    if (state < 0)
        fail_ours(work, "%s %lld is in a state its flow does not know: %s", flow->name, (long long)c->id, c->state);
    return state;
}

bool flow_party_is(const struct work *work, const struct party *party, const struct flow_case *c)
{
    switch (party->kind) {
    case PARTY_OWNER:  return c->mine;
    case PARTY_SYSTEM: return flow_is_system(&work->actor);
    case PARTY_STAFF:  return flow_is_staff(&work->actor) && (work->actor.capabilities & CAP_BIT(party->capability));
    case PARTY_NONE:   break;
    }
    return false;
}

const char *flow_path_filled(struct arena *arena, const char *pattern, int64_t id)
{
    const char *at = strstr(pattern, "{id}");
    return at ? arena_printf(arena, "%.*s%lld%s", (int)(at - pattern), pattern, (long long)id, at + 4) : pattern;
}

const char *flow_case_path(struct work *work, const struct flow *flow, int64_t id, bool mine)
{
    return flow_path_filled(work->arena, mine ? flow->own_path : flow->path, id);
}

const char *flow_who(struct work *work, const char *name, const char *role, bool as_owner)
{
    name = name && *name ? name : "系统";
    if (!role || !*role)
        return name;
    if (as_owner || flow_is_staff(&work->actor) || flow_is_system(&work->actor))
        return arena_printf(work->arena, "%s（%s）", name, role);
    return role;
}

const char *flow_minute(struct work *work, const char *at)
{
    return arena_copy_n(work->arena, at, strlen(at) > 16 ? 16 : strlen(at));
}

static void release_hdf(void *hdf)
{
    HDF *tree = hdf;
    hdf_destroy(&tree);
}

HDF *flow_scratch(struct work *work)
{
    HDF *tree;
    NEOERR *error = hdf_init(&tree);
    if (error)
        fail_ours(work, "out of memory");
    work_defer(work, release_hdf, tree);
    return tree;
}
