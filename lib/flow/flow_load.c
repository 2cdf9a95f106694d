/* flow_load: reads schema/flows/<name>.hdf and proves it: every name an identifier, every reference leading somewhere,
 * every state reachable and left again, nobody waited for who cannot act. The only place where a name of a file
 * becomes part of a statement. An attacker would have to change the schema folder of the machine. */
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/config.h"
#include "core/text.h"
#include "flow/flow_declared.h"

const struct flow *flow_all[FLOW_FLOWS];
size_t             flow_all_count;

static struct arena *memory;                       /* as long as the process */
static const char   *reading;                      /* for what stop() says */

static _Noreturn void stop(const char *where, const char *what)
{
    fprintf(stderr, "schema/flows/%s.hdf: %s: %s\n", reading, where ? where : "-", what);
    exit(2);
}

/* --- small readers ------------------------------------------------------------------------------------ */

static bool identifier(const char *text)
{
    size_t size = text ? strlen(text) : 0;
    if (!size || size > 40 || !islower((unsigned char)*text))
        return false;
    for (const char *t = text; *t; t++)
        if (!islower((unsigned char)*t) && !isdigit((unsigned char)*t) && *t != '_')
            return false;
    return true;
}

static const char *name_checked(const char *where, const char *text)
{
    if (!identifier(text))
        stop(where, "is not a name ([a-z][a-z0-9_]*)");
    return text;
}

static const char *attribute(HDF *node, const char *key)
{
    for (const HDF_ATTR *a = hdf_obj_attr(node); a; a = a->next)
        if (strcmp(a->key, key) == 0)
            return a->value ? a->value : "";
    return NULL;
}

static bool listed(const char *names, const char *name)            /* names with blanks around each */
{
    char key[80];
    return snprintf(key, sizeof key, " %s ", name) < (int)sizeof key && strstr(names, key);
}

/* A misspelt attribute would silently do nothing: refuse it. */
static void attributes_known(HDF *node, const char *allowed)
{
    for (const HDF_ATTR *a = hdf_obj_attr(node); a; a = a->next)
        if (!listed(allowed, a->key))
            stop(hdf_obj_name(node), arena_printf(memory, "has an unknown attribute %s", a->key));
}

static int number(HDF *node, const char *key, int otherwise, int most)
{
    const char *text = attribute(node, key);
    int64_t value = otherwise;
    if (text && !text_to_int(text, 1, most, &value))
        stop(hdf_obj_name(node), arena_printf(memory, "%s takes a whole number from 1 to %d", key, most));
    return (int)value;
}

static const char *choice(HDF *node, const char *key, const char *otherwise, const char *allowed)
{
    const char *text = attribute(node, key);
    if (text && (!*text || !listed(allowed, text)))
        stop(hdf_obj_name(node), arena_printf(memory, "%s is one of%s", key, allowed));
    return text ? text : otherwise;
}

static const char *label_of(HDF *node)
{
    const char *label = hdf_obj_value(node);
    if (!label || !*label)
        stop(hdf_obj_name(node), "has no label");
    return label;
}

static struct party party_read(const char *where, const char *text)
{
    if (!text)
        return (struct party){ PARTY_NONE, CAP_UNDECIDED };
    if (strcmp(text, "owner") == 0)
        return (struct party){ PARTY_OWNER, CAP_UNDECIDED };
    if (strcmp(text, "system") == 0)
        return (struct party){ PARTY_SYSTEM, CAP_UNDECIDED };
    enum capability capability = capability_by_key(text);
    if (capability <= CAP_STAFF)
        stop(where, arena_printf(memory, "%s is neither owner nor system nor a capability that not everybody has", text));
    return (struct party){ PARTY_STAFF, capability };
}

/* --- the parts of a declaration ------------------------------------------------------------------------- */

/* "/admin/x/{id}": letters, digits, - _ / and one {id} at most. */
static const char *path_checked(const char *where, const char *path)
{
    if (!path || path[0] != '/' || path[1] == '/')
        stop(where, "is a path of this site");
    const char *id = strstr(path, "{id}");
    for (const char *p = path; *p; p++) {
        if (p == id)
            p += 3;
        else if (!isalnum((unsigned char)*p) && !strchr("-_/", *p))
            stop(where, "is a path of this site, with {id} once at most");
    }
    return path;
}

static const char *column_sql(const char *where, const char *name)
{
    return arena_printf(memory, "`t`.`%s`", name_checked(where, name));
}

/* The statement pieces of a flow: its table's columns in the order of struct flow_case, and the two scopes. */
static void sql_make(struct flow *flow, HDF *head)
{
    const char *title = hdf_get_value(head, "title", NULL), *division = hdf_get_value(head, "division", NULL);
    const char *operator = hdf_get_value(head, "operator", NULL), *account = hdf_get_value(head, "account", NULL);
    if (!operator && !account)
        stop("flow", "says neither operator= nor account=: whose case is it?");
    const char *division_column = column_sql("flow.division", division);
    const char *operator_column = operator ? column_sql("flow.operator", operator) : NULL;
    const char *account_column = account ? column_sql("flow.account", account) : NULL;
    flow->has_operator = operator != NULL;
    flow->has_account = account != NULL;
    flow->columns_sql = arena_printf(memory, "`t`.`id`, %s, %s, `t`.`state`, `t`.`state_at`, %s, %s",
                                     operator ? operator_column : "0", account ? account_column : "0",
                                     column_sql("flow.title", title), division_column);
    flow->list_sql = arena_printf(memory, "`t`.`id` AS id, `t`.`state` AS state, `t`.`state_at` AS since, %s AS title",
                                  column_sql("flow.title", title));
    flow->division_sql = arena_printf(memory, " AND %s LIKE ?",
                                      column_sql("flow.scope", hdf_get_value(head, "scope", division)));
    flow->copied_sql = arena_printf(memory, " AND EXISTS (SELECT 1 FROM flow_copy fc WHERE fc.flow = '%s'"
                                    " AND fc.case_id = `t`.`id` AND fc.account_id = ?)", flow->name);
    flow->owner_sql = operator && account ? arena_printf(memory, " AND (%s = ? OR %s = ?)", operator_column, account_column)
                                          : arena_printf(memory, " AND %s = ?", operator ? operator_column : account_column);
}

static void head_read(struct flow *flow, HDF *head)
{
    static const char known[] = " label table title division scope operator account path own_path ";
    for (HDF *n = hdf_obj_child(head); n; n = hdf_obj_next(n))
        if (!listed(known, hdf_obj_name(n)))
            stop(hdf_obj_name(n), "unknown entry of flow");
    flow->label = hdf_get_value(head, "label", NULL);
    flow->table = name_checked("flow.table", hdf_get_value(head, "table", NULL));
    flow->path = path_checked("flow.path", hdf_get_value(head, "path", NULL));
    flow->own_path = path_checked("flow.own_path", hdf_get_value(head, "own_path", NULL));
    if (!flow->label || !*flow->label)
        stop("flow.label", "is missing");
    sql_make(flow, head);
}

static void stage_read(struct flow *flow, HDF *node)
{
    if (flow->stage_count == FLOW_STAGES)
        stop("stages", "are too many");
    flow->stages[flow->stage_count++] = label_of(node);
    if (atoi(hdf_obj_name(node)) != (int)flow->stage_count)
        stop("stages", "are numbered 1, 2, 3 …");
}

int flow_state_days(const struct flow_state *state)
{
    return state->days_key ? (int)config_int(state->days_key) : state->days;
}

/* A number, or the parameter that holds it. */
static void days_read(HDF *node, struct flow_state *s)
{
    const char *text = attribute(node, "days");
    if (text && isalpha((unsigned char)*text)) {
        if (!config_takes(text, "1"))
            stop(s->name, "days= names no parameter of conf/portal.hdf that holds a number");
        s->days_key = text;
    } else {
        s->days = number(node, "days", 0, 250);
    }
}

static void state_read(struct flow *flow, HDF *node)
{
    attributes_known(node, " initial kind stage waits days final ");
    if (flow->state_count == FLOW_STATES)
        stop("states", "are too many");
    struct flow_state *s = &flow->states[flow->state_count];
    s->name = name_checked("states", hdf_obj_name(node));
    if (flow_state_index(flow, s->name) >= 0)
        stop(s->name, "is declared twice");
    s->label = label_of(node);
    s->kind = choice(node, "kind", "", " wait good bad run ");
    s->initial = attribute(node, "initial") != NULL;
    s->final = attribute(node, "final") != NULL;
    s->stage = number(node, "stage", 1, flow->stage_count ? (int)flow->stage_count : 1) - 1;
    s->waits = party_read(s->name, attribute(node, "waits"));
    days_read(node, s);
    if (flow_state_days(s) && s->waits.kind == PARTY_NONE)
        stop(s->name, "has a deadline but waits for nobody");
    flow->state_count++;
}

static uint64_t states_read(const struct flow *flow, const char *where, const char *names)
{
    uint64_t set = 0;
    for (; names && *names; names += strspn(names, ", ")) {
        size_t size = strcspn(names, ", ");
        int state = flow_state_index(flow, arena_copy_n(memory, names, size));
        if (state < 0)
            stop(where, arena_printf(memory, "%.*s is no state", (int)size, names));
        set |= UINT64_C(1) << state;
        names += size;
    }
    if (!set)
        stop(where, "says no state");
    return set;
}

static void action_uses(struct flow_action *a, HDF *node)
{
    const char *guard = attribute(node, "guard"), *then = attribute(node, "then");
    a->guard = guard ? flow_guard_named(guard) : NULL;
    a->then = then ? flow_then_named(then) : NULL;
    if (guard && !a->guard)
        stop(a->name, arena_printf(memory, "guard %s is not registered", guard));
    if (then && !a->then)
        stop(a->name, arena_printf(memory, "then %s is not registered", then));
}

static void action_read(struct flow *flow, HDF *node)
{
    attributes_known(node, " from to by guard then opinion extends times button confirm bulk ");
    if (flow->action_count == FLOW_ACTIONS)
        stop("actions", "are too many");
    struct flow_action *a = &flow->actions[flow->action_count];
    a->name = name_checked("actions", hdf_obj_name(node));
    if (flow_action_named(flow, a->name))
        stop(a->name, "is declared twice");
    a->label = label_of(node);
    a->from = states_read(flow, a->name, attribute(node, "from"));
    a->to = flow_state_index(flow, attribute(node, "to"));
    a->by = party_read(a->name, attribute(node, "by"));
    a->button = choice(node, "button", "", " primary secondary danger ");
    a->button = strcmp(a->button, "primary") == 0 ? "" : a->button;
    a->confirm = attribute(node, "confirm");
    const char *opinion = choice(node, "opinion", a->by.kind == PARTY_STAFF ? "optional" : "none", " required optional none ");
    a->opinion = *opinion == 'r' ? OPINION_REQUIRED : *opinion == 'o' ? OPINION_OPTIONAL : OPINION_NONE;
    const char *bulk = choice(node, "bulk", "", " each all-or-nothing ");
    a->bulk = *bulk == 'e' ? BULK_EACH : *bulk ? BULK_ALL : BULK_NONE;
    a->extends = number(node, "extends", 0, 250);
    a->times = number(node, "times", a->extends ? 1 : 0, 50);
    if (a->to < 0)
        stop(a->name, "to= names no state");
    if (a->by.kind == PARTY_NONE)
        stop(a->name, "by= is missing");
    if (a->extends && (a->from != UINT64_C(1) << a->to || !flow_state_days(&flow->states[a->to])))
        stop(a->name, "extends= goes from one state with days= to the same");
    if (a->extends && a->opinion != OPINION_REQUIRED)
        stop(a->name, "extends= needs opinion=required: the applicant reads the reason");
    if (a->bulk && a->by.kind == PARTY_SYSTEM)
        stop(a->name, "bulk= is for people");
    action_uses(a, node);
    flow->action_count++;
}

static void notice_read(struct flow *flow, HDF *node)
{
    attributes_known(node, " to state ");
    if (flow->notice_count == FLOW_NOTICES)
        stop("notices", "are too many");
    struct flow_notice_rule *rule = &flow->notices[flow->notice_count++];
    const char *state = attribute(node, "state");          /* two notices of a state have names of their own */
    rule->state = flow_state_index(flow, state ? state : hdf_obj_name(node));
    rule->to = party_read(hdf_obj_name(node), attribute(node, "to"));
    rule->text = label_of(node);
    if (rule->state < 0)
        stop(hdf_obj_name(node), "a notice of no state");
    if (rule->to.kind != PARTY_OWNER && rule->to.kind != PARTY_STAFF)
        stop(hdf_obj_name(node), "to= is owner or a capability");
}

/* --- the whole must make sense --------------------------------------------------------------------------- */

static bool party_same(const struct party *a, const struct party *b)
{
    return a->kind == b->kind && a->capability == b->capability;
}

static void prove_reachable(const struct flow *flow)
{
    uint64_t reached = 0;
    size_t initial = 0;
    for (size_t i = 0; i < flow->state_count; i++)
        if (flow->states[i].initial)
            reached |= UINT64_C(1) << i, initial++;
    if (initial != 1)
        stop("states", "exactly one is initial");
    for (uint64_t before = 0; before != reached;) {
        before = reached;
        for (size_t i = 0; i < flow->action_count; i++)
            if (flow->actions[i].from & reached)
                reached |= UINT64_C(1) << flow->actions[i].to;
    }
    for (size_t i = 0; i < flow->state_count; i++)
        if (!(reached & UINT64_C(1) << i))
            stop(flow->states[i].name, "cannot be reached");
}

static void prove_state(const struct flow *flow, int index)
{
    const struct flow_state *s = &flow->states[index];
    bool left = false, moved = s->waits.kind == PARTY_NONE;
    for (size_t i = 0; i < flow->action_count; i++) {
        const struct flow_action *a = &flow->actions[i];
        if (!(a->from & UINT64_C(1) << index))
            continue;
        left = left || a->to != index;
        moved = moved || (a->to != index && party_same(&a->by, &s->waits));
    }
    if (s->final && left)
        stop(s->name, "is final but can be left");
    if (!s->final && !left)
        stop(s->name, "cannot be left: say final");
    if (!moved)
        stop(s->name, "waits for somebody who cannot move it on");
}

static void known_entries(HDF *tree)
{
    for (HDF *n = hdf_obj_child(tree); n; n = hdf_obj_next(n))
        if (!listed(" flow stages states actions notices ", hdf_obj_name(n)))
            stop(hdf_obj_name(n), "unknown entry");
}

static HDF *block(HDF *tree, const char *name)
{
    HDF *first = hdf_get_child(tree, name);
    if (!first)
        stop(name, "is missing");
    return first;
}

static void staff_collect(struct flow *flow)
{
    for (size_t i = 0; i < flow->state_count; i++)
        flow->staff |= CAP_BIT(flow->states[i].waits.capability);
    for (size_t i = 0; i < flow->action_count; i++)
        flow->staff |= CAP_BIT(flow->actions[i].by.capability);
    for (size_t i = 0; i < flow->notice_count; i++)
        flow->staff |= CAP_BIT(flow->notices[i].to.capability);
    flow->staff &= ~CAP_BIT(CAP_UNDECIDED);
}

static void parts_read(struct flow *flow, HDF *tree)
{
    known_entries(tree);
    block(tree, "flow");
    head_read(flow, hdf_get_obj(tree, "flow"));
    for (HDF *n = block(tree, "stages"); n; n = hdf_obj_next(n))
        stage_read(flow, n);
    for (HDF *n = block(tree, "states"); n; n = hdf_obj_next(n))
        state_read(flow, n);
    for (HDF *n = block(tree, "actions"); n; n = hdf_obj_next(n))
        action_read(flow, n);
    for (HDF *n = hdf_get_child(tree, "notices"); n; n = hdf_obj_next(n))
        notice_read(flow, n);
    staff_collect(flow);
    prove_reachable(flow);
    for (size_t i = 0; i < flow->state_count; i++)
        prove_state(flow, (int)i);
}

static void flow_load(const char *name)
{
    HDF *tree;
    reading = name;
    if (flow_all_count == FLOW_FLOWS)
        stop(NULL, "there are too many flows");
    for (const char *c = name; *c; c++)
        if (!islower((unsigned char)*c) && !isdigit((unsigned char)*c) && *c != '-')
            stop(NULL, "a flow's name is small letters, digits and -");
    if (strlen(name) > 40)
        stop(NULL, "has a name too long");
    if (hdf_init(&tree))
        abort();
    NEOERR *error = hdf_read_file(tree, path_in_root(arena_printf(memory, "schema/flows/%s.hdf", name)));
    if (error) {
        nerr_log_error(error);
        stop(NULL, "cannot be read");
    }
    struct flow *flow = arena_alloc(memory, sizeof *flow);
    flow->name = name;
    parts_read(flow, tree);                        /* the tree stays: labels point into it */
    flow_all[flow_all_count++] = flow;
}

static int is_flow_file(const struct dirent *entry)
{
    size_t size = strlen(entry->d_name);
    return size > 4 && strcmp(entry->d_name + size - 4, ".hdf") == 0;
}

void flows_load(void)
{
    struct dirent **files;
    if (memory)
        return;
    memory = arena_new();
    int count = scandir(path_in_root("schema/flows"), &files, is_flow_file, alphasort);
    if (count < 0) {
        fprintf(stderr, "schema/flows: cannot be read\n");
        exit(2);
    }
    for (int i = 0; i < count; i++) {
        flow_load(arena_copy_n(memory, files[i]->d_name, strlen(files[i]->d_name) - 4));
        free(files[i]);
    }
    free(files);
}
