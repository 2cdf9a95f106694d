/* flow_declared: private to lib/flow. A declaration as it was read and checked; lives as long as the process. */
#ifndef FLOW_DECLARED_H
#define FLOW_DECLARED_H

#include "core/capability.h"
#include "core/db.h"
#include "flow/flow.h"

enum { FLOW_STATES = 32, FLOW_ACTIONS = 48, FLOW_STAGES = 10, FLOW_NOTICES = 40, FLOW_FLOWS = 40, FLOW_SCOPE_BINDS = 2 };

struct party {                         /* who may, or whom it waits for */
    enum { PARTY_NONE, PARTY_OWNER, PARTY_SYSTEM, PARTY_STAFF } kind;
    enum capability capability;        /* of PARTY_STAFF */
};

struct flow_state {
    const char  *name, *label, *kind;  /* kind: wait good bad run "" */
    int          stage;                /* index of stages */
    bool         initial, final;
    struct party waits;
    int          days;                 /* working days; 0: no deadline, or said by days_key */
    const char  *days_key;             /* the parameter that says how many, "Review.RegistrationDays"; NULL: none */
};

struct flow_action {
    const char  *name, *label, *button, *confirm;     /* button: "" secondary danger */
    uint64_t     from;                 /* bits of states */
    int          to;
    struct party by;
    flow_guard  *guard;
    flow_then   *then;
    enum { BULK_NONE, BULK_EACH, BULK_ALL } bulk;      /* may it be taken on many cases at once, and how */
    enum { OPINION_NONE, OPINION_OPTIONAL, OPINION_REQUIRED } opinion;
    int          extends, times;       /* working days more; how often in one stay; 0: this action extends nothing */
};

struct flow_notice_rule {
    int          state;
    struct party to;
    const char  *text;
};

struct flow {
    const char *name, *label, *table, *path, *own_path;
    const char *columns_sql;           /* "state, …" of struct flow_case, in its order */
    const char *list_sql;              /* "… AS id, … AS state, … AS since, … AS title" */
    const char *owner_sql;             /* " AND (`t`.`operator_id` = ? OR `t`.`account_id` = ?)" */
    const char *division_sql;          /* " AND `t`.`division_code` LIKE ?" */
    const char *copied_sql;            /* " AND EXISTS (… flow_copy … account_id = ?)" */
    bool        has_operator, has_account;
    uint64_t    staff;                 /* capabilities that have a part in this flow: who holds one reads its cases */
    size_t      stage_count, state_count, action_count, notice_count;
    const char *stages[FLOW_STAGES];
    struct flow_state       states[FLOW_STATES];
    struct flow_action      actions[FLOW_ACTIONS];
    struct flow_notice_rule notices[FLOW_NOTICES];
};

extern const struct flow *flow_all[FLOW_FLOWS];        /* in the order of their names */
extern size_t             flow_all_count;
extern struct flow_doors  flow_doors;
extern flow_notify       *flow_notifier;

/* flow_case.c: one case as it stands. */
struct flow_case {
    int64_t     id, operator_id, account_id;
    const char *state, *since, *title, *division;
    bool        mine;                  /* the actor is its owner */
};

/* What the moves of one batch share: deadlines counted once, whether the submission may be a repeated one, and the notices,
 * which are told at the end, one a reader (flow_tell.c). Lives as long as the work. */
struct flow_gathering {
    bool                fresh;         /* no step has a key of this submission: none need be looked up */
    struct { bool made, known; char date[11]; } due[FLOW_STATES];     /* of a move into that state now */
    struct flow_notice *told;          /* count: how many cases it speaks of */
    size_t              told_count, told_room;
    struct flow_case    last;          /* as the last move that was made left it */
};

/* flow_tell.c: tells whom the declaration names that a case came to state `to`: at once, or gathered when `many`. */
void flow_tell(struct work *work, const struct flow *flow, int to, const struct flow_case *c, const struct flow_move *move,
               int64_t step_id);
/* Tells what was gathered. */
void flow_tell_gathered(struct work *work, struct flow_gathering *many);
bool flow_tells(const struct flow *flow, int to);

/* flow_take.c: NULL, or what is wrong with the opinion for this action. */
const char *flow_opinion_wrong(struct work *work, const struct flow_action *action, const char *opinion);
/* flow_list.c: cases of one flow that wait for the actor, longest first: node.N.{id}; as many as `limit`. */
int flow_waiting_ids(struct work *work, const struct flow *flow, int limit, HDF *node);

flow_guard *flow_guard_named(const char *name);        /* NULL: not registered */
flow_then  *flow_then_named(const char *name);

int flow_state_days(const struct flow_state *state);                   /* working days; 0: no deadline */
int flow_state_index(const struct flow *flow, const char *state);      /* -1: no such */
const struct flow_action *flow_action_named(const struct flow *flow, const char *action);
const struct flow *flow_named(struct work *work, const char *name);    /* FAIL_OURS: no such */

/* --- flow_case.c: the scope every statement carries */
/* The actor's scope as SQL behind a WHERE; its values go to binds[*count …]. */
const char *flow_scope(struct work *work, const struct flow *flow, struct value *binds, size_t *count);
bool flow_is_staff(const struct actor *actor);
bool flow_is_system(const struct actor *actor);
/* False: absent or out of scope. `lock`: FOR UPDATE. */
bool flow_case_read(struct work *work, const struct flow *flow, int64_t id, bool lock, struct flow_case *out);
/* What the table holds is a state of the flow, else FAIL_OURS. */
int  flow_case_state(struct work *work, const struct flow *flow, const struct flow_case *c);
bool flow_party_is(const struct work *work, const struct party *party, const struct flow_case *c);
const char *flow_path_filled(struct arena *arena, const char *pattern, int64_t id);
const char *flow_case_path(struct work *work, const struct flow *flow, int64_t id, bool mine);
/* Who did it, as this actor may know it: a colleague by name, an outsider by role. */
const char *flow_who(struct work *work, const char *name, const char *role, bool as_owner);
/* A tree that ends with the work. */
HDF *flow_scratch(struct work *work);
/* "2026-11-20 09:08" of "2026-11-20 09:08:07.123" */
const char *flow_minute(struct work *work, const char *at);

#endif
