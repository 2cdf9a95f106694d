/* flow: a process is data. schema/flows/<name>.hdf declares states, actions, who may take them, what they need,
 * deadlines in working days and whom to tell; this engine enforces it and draws buttons, progress bar, work
 * lists and the way of a case from the same file. It knows no area and no noun. schema/flows/README.md is the manual.
 *
 *     flow {
 *       label    = 运营商注册审核
 *       table    = registration               -- has id, state, state_at
 *       title    = company                    -- its column that names a case
 *       division = division_code              -- its column a department's scope is tested against
 *       operator = operator_id                -- whose it is: a company,
 *       account  = account_id                 --   a person, or both
 *       path     = /admin/registrations/{id}  -- where staff read a case
 *       own_path = /account/registration      -- where its owner does
 *     }
 *     stages { 1 = 提交申请 \n 2 = 主管部门审核 \n 3 = 注册成功 }         -- the progress bar
 *     states {
 *       draft   [initial, waits=owner]                                = 待提交
 *       filed   [kind=wait, stage=2, waits=registration-review, days=3] = 注册审核中
 *       passed  [kind=good, stage=3, final]                           = 注册成功
 *       refused [kind=bad,  stage=2, waits=owner]                     = 审核不通过
 *     }
 *     actions {
 *       submit [from="draft,refused", to=filed, by=owner, guard=registration-complete]     = 提交审核
 *       pass   [from=filed, to=passed, by=registration-review, then=registration-passed]   = 通过
 *       refuse [from=filed, to=refused, by=registration-review, opinion=required]          = 不通过
 *       extend [from=filed, to=filed, by=registration-review, opinion=required, extends=3] = 延期
 *     }
 *     notices { passed [to=owner] = 您的注册申请已通过审核。 }
 *
 * `by=owner` is the company or person the case belongs to, `by=system` a job; any other word is a capability key, and
 * the actor's division must hold the case's. Staff read the cases of flows that name one of their capabilities, and those
 * they were sent a copy of. What is outside the actor's scope does not exist (404). A move locks the
 * case's row, then is ONE conditional UPDATE (… WHERE id = ? AND state = ? AND scope): who comes second gets a
 * conflict (409) that names who was first. Each move writes flow_step, ends or begins flow_due, notes the trail,
 * runs its consequence and queues its notices in the same transaction: all of it or nothing. */
#ifndef FLOW_FLOW_H
#define FLOW_FLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <util/neo_misc.h>
#include <util/neo_hdf.h>

#include "core/work.h"
#include "web/web.h"

struct flow;

/* Reads and proves every file of schema/flows: states reachable, actions between known states, capabilities known, guards
 * registered, table and path well formed. A mistake stops the start. Once a process; lib/domain/process.h calls it. */
void flows_load(void);
const struct flow *flow_find(const char *name);                     /* NULL: no such */
/* node.N.{Name, Label} */
void flow_names(HDF *node);

/* --- what the nouns bring; registered before flows_load() ------------------------------------------------ */

/* A guard: NULL, or why the action cannot be taken now, in words for the person who tried. `reasons` may be filled
 * with one line a missing thing (N.Text, N.Field); it is never NULL. */
typedef const char *flow_guard(struct work *work, int64_t id, HDF *reasons);
void flow_guard_register(const char *name, flow_guard *guard);

/* A consequence (`then=`): what becomes true with the move, in its transaction, after the state has changed. */
typedef void flow_then(struct work *work, int64_t id);
void flow_then_register(const char *name, flow_then *then);

/* A case that came to a state somebody wants to know of; of a batch, all cases of one reader that came to it, told once:
 * then `count` says how many, `title` names the first few (「甲桩」「乙桩」「丙桩」) and id, step_id and path are the first one's. */
struct flow_notice {
    const char *flow, *label, *title, *state, *state_label, *text, *opinion, *path;
    int64_t     id, step_id, count;
    bool        to_owner;                        /* false: to the holders of `capability` whose division holds `division` */
    enum capability capability;
    int64_t     operator_id, account_id;         /* the owner; 0: none */
    const char *division;
};
/* Called within the move's transaction (of a batch: once at its end), so it writes an outbox row and sends nothing. One
 * function; NULL: nobody. */
typedef void flow_notify(struct work *work, const struct flow_notice *notice);
void flow_notify_register(flow_notify *notify);

/* What the engine asks of the domain, which it may not include. Set once, by lib/domain/process.c. */
struct flow_doors {
    /* `days` working days after `from` ("2026-10-10"), or after today when NULL; *known false: a year without data */
    void (*due)(struct work *work, const char *from, int days, char date[11], bool *known);
    int  (*left)(struct work *work, const char *date);              /* working days; negative when past */
    void (*trail)(struct work *work, const char *act, const char *object, const char *detail);
    bool (*colleague)(struct work *work, int64_t account_id, const char *division);   /* may be sent a copy */
    void (*colleagues)(struct work *work, const char *division, HDF *node);           /* N.{Value, Label} */
};
void flow_doors_set(const struct flow_doors *doors);

/* --- moving ---------------------------------------------------------------------------------------------- */

struct flow_move {
    const char    *flow, *action;
    int64_t        id;
    const char    *opinion;          /* NULL or "": none */
    const char    *idempotency;      /* NULL: none. A second move with the same key is the first one's success */
    int64_t        seen;             /* last step the person had before the eyes (node.Seen); 0: not asked. A case that
                                        was withdrawn, changed and filed again meanwhile is then a conflict */
    const char    *seen_at;          /* state_at as the person saw it in a list; NULL, "": not asked. As `seen` */
    const int64_t *copies;           /* accounts to send a copy to */
    size_t         copy_count;
    HDF           *reasons;          /* filled when a guard refuses; NULL: not wanted */
    struct flow_gathering *many;     /* set by flow_batch_take() alone; NULL: one by itself */
};

/* Takes the action as work->actor, inside a read-write transaction. Ends the work: 404 no such case in scope or no such
 * action, 403 not this actor's action, 409 the case is in another state now (the text says who moved it, when, to
 * what), 422 opinion missing or a guard's words. */
void flow_take(struct work *work, const struct flow_move *move);
/* The same, but a 422 comes back as its words (arena); NULL: done. For forms that are drawn again. */
const char *flow_try(struct work *work, const struct flow_move *move);

/* The begin of a case's way, when its row is made (in the initial state). Idempotent. */
void flow_begin(struct work *work, const char *flow, int64_t id);
/* The same for rows this very transaction made, all in the initial state and the actor's own: few statements for many. */
void flow_begin_many(struct work *work, const char *flow, const int64_t *ids, size_t count);

/* Counts every open deadline anew by the calendar as it is now (flow_due.c says by which rule); returns how many changed.
 * Inside WORK_PLAIN, by a job that whoever changes the calendar asks for. */
int64_t flow_due_recount(struct work *work);

/* --- many at once ------------------------------------------------------------------------------------------ */

/* An action says bulk=each (every case by itself; who moved meanwhile is named, the others are done) or
 * bulk=all-or-nothing (one that cannot is named, and nothing happens to any). Each move is flow_try(): the same locks,
 * guards, scope, notices and trail; cases are locked in the order of their ids, so two batches never wait in a circle.
 * The same submission again is the first one's success. */
enum { FLOW_BATCH_MAX = 1000 };
struct flow_pick { int64_t id, seen; };          /* seen: as in struct flow_move; 0: not asked */
struct flow_picks { const struct flow_pick *list; size_t count; };

/* "7.12,9,8.3": id and, behind a point, the step seen; twice the same is once, ordered by id. FAIL_MALFORMED,
 * FAIL_INVALID past FLOW_BATCH_MAX. */
struct flow_picks flow_picks_read(struct work *work, const char *text);
/* Of keys that list_selected() gave. */
struct flow_picks flow_picks_of(struct work *work, const char *const *ids, size_t count);
/* All cases of a flow that wait for this actor, if not more than FLOW_BATCH_MAX (FAIL_INVALID). */
struct flow_picks flow_picks_waiting(struct work *work, const char *flow);

/* What is asked before: node.{Flow, FlowLabel, Cases, Count, Rows.N.{Id, Title, Path, State, Kind, Wrong}, Opinion,
 * Buttons.N.{Action, Label, Kind, Opinion, All, Fits}} for macro flow_batch_ask(). Nothing in scope: Count 0. */
void flow_batch_show(struct work *work, const char *flow, struct flow_picks picks, HDF *node);

/* Takes the action as struct flow_move does; node.{FlowLabel, Action, All, Done, Refused, Rows.N.{Id, Title, Path, State,
 * Kind, Wrong}} for macro flow_batch_result(): without Wrong it was done. Returns how many were done. Words in *wrong
 * (and 0) when the opinion does not do. Ends the work: 404 no such action or not for many, 403 not this actor's. */
size_t flow_batch_take(struct work *work, const struct flow_move *move, struct flow_picks picks, HDF *node, const char **wrong);

/* The two POSTs of an area that has a list: the first's handler is flow_batch_ask(rq, "flow", picks, "/area/list") and
 * page("<area>/batch.cst"), the second is /workbench/batch/take for every flow. Fills Page.Batch.N. */
void flow_batch_ask(struct request *rq, const char *flow, struct flow_picks picks, const char *back);

/* --- pages ----------------------------------------------------------------------------------------------- */

/* Everything templates/parts/flow.cst draws: node.{Name, FlowLabel, Id, Title, Path, State, Label, Kind, Seen, Due.{Date, Left, Overdue, Known,
 * Extended, Reason}, Buttons, Opinion, Steps, Way, Colleagues}. Ends the work with 404 outside the actor's scope. */
void flow_show(struct work *work, const char *flow, int64_t id, HDF *node);

/* Parts of it. node.Buttons.N.{Action, Label, Kind, Opinion}: what this actor may do now (guards not asked). */
void flow_buttons(struct work *work, const char *flow, int64_t id, HDF *node);
/* node.N.{Label, State, Note} for macro steps(), node.N.{At, Who, Title, Text, Kind} for macro timeline(). */
void flow_progress(struct work *work, const char *flow, int64_t id, HDF *node);
void flow_way(struct work *work, const char *flow, int64_t id, HDF *node);
const char *flow_state_label(const char *flow, const char *state);      /* "" unknown */
const char *flow_state_kind(const char *flow, const char *state);       /* wait good bad run "" */

/* A whole POST handler for a decision form: { POST, "/admin/registrations/{id}/move", CAP_…, "flow-move", handler, page }.
 * Takes the move the form asks for; a refusal with words (422) draws the page again with what was typed, else
 * returns after success, for the handler to redirect. */
void flow_post(struct request *rq, const char *flow);

/* --- the work bench --------------------------------------------------------------------------------------- */

enum flow_list { FLOW_TODO, FLOW_DONE, FLOW_OVERDUE, FLOW_COPIED };

/* Cases of this actor over all flows, or of flow `only`. node.N.{Flow, Label, Id, Path, Title, State, Kind, At, Due, Left, Overdue,
 * Known, Seen, Bulk (this actor may take an action of its state on many at once);
 * done: Action, Opinion; copied: CopyId, From, Unread}. To do and overdue: those that wait longest first; done and
 * copied: newest first. `after`: the cursor of the page before, "" the first page. Returns the next page's cursor
 * (arena), NULL on the last page. A cursor that is none is FAIL_MALFORMED. */
const char *flow_list(struct work *work, enum flow_list which, const char *only, const char *after, int limit, HDF *node);

/* How many, counted up to FLOW_COUNT_MAX; of copies the unread ones, done ones are not counted (0). */
enum { FLOW_COUNT_MAX = 100 };
int64_t flow_count(struct work *work, enum flow_list which);

/* Flows with something waiting: node.N.{Value, Label, Count}, counted up to FLOW_BATCH_MAX + 1. */
void flow_waiting(struct work *work, bool overdue, HDF *node);

/* Cases of the actor's scope by state: node.N.{State, Label, Count}, every state. False: there is no such flow (yet). */
bool flow_figures(struct work *work, const char *flow, HDF *node);

/* Marks a copy of this actor as read; 0: all of them. Another's copy is not there: nothing happens. */
void flow_copy_read(struct work *work, int64_t copy_id);

/* --- pictures ---------------------------------------------------------------------------------------------- */

/* The flow as a graphviz digraph, in `arena`. */
char *flow_dot(struct arena *arena, const struct flow *flow);
/* The same as tables: node.{Label, States.N.{Label, Kind, Waits, Days, Final}, Actions.N.{Label, From, To, By, Opinion}} */
void  flow_describe(const struct flow *flow, HDF *node);

#endif
