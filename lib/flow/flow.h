/* flow: a process is data. schema/flows/<name>.hdf declares states, actions, who may take them, what they need,
 * deadlines in working days and whom to tell; this engine enforces it and draws buttons, progress bar, work
 * lists and the way of a case from the same file. It knows no area and no noun.
 *
 *     flow {
 *       label = 运营商注册审核
 *       table = operator_registration         -- has id, state, division_code, operator_id, state_at
 *       path  = /admin/registrations/{id}     -- where a case is read
 *     }
 *     states {
 *       draft    [initial]              = 待提交
 *       filed    [kind=wait, stage=2]   = 注册审核中
 *       passed   [kind=good, final]     = 注册成功
 *       refused  [kind=bad,  stage=2]   = 审核不通过
 *     }
 *     stages { 1 = 提交申请 \n 2 = 主管部门审核 \n 3 = 注册成功 }         -- the progress bar
 *     actions {
 *       submit [from="draft,refused", to=filed, by=owner, guard=registration_complete]       = 提交
 *       pass   [from=filed, to=passed, by=registration-review, button=primary]               = 通过
 *       refuse [from=filed, to=refused, by=registration-review, opinion=required]            = 不通过
 *       extend [from=filed, to=filed, by=registration-review, opinion=required, extends=5]   = 延期
 *     }
 *     deadlines { filed [days=3, of=registration-review] }
 *     notices   { passed [to=owner, text=…] \n refused [to=owner, text=…] }
 *
 * `by=owner` is the company or person the case belongs to; any other word is a capability key, and the actor's
 * division must hold the case's. A move is ONE conditional UPDATE of the table (… WHERE id = ? AND state IN (…) AND
 * scope): zero rows is either "no such case" (404) or a conflict (409, with who moved it and when). Each move writes
 * flow_step, ends or begins flow_due, notes the trail and queues the notices in the same transaction. */
#ifndef FLOW_FLOW_H
#define FLOW_FLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <util/neo_misc.h>
#include <util/neo_hdf.h>

#include "core/work.h"

struct flow;

/* Reads and proves schema/flows/*.hdf: states reachable, actions between known states, capabilities known, guards
 * registered, table and path well formed. A mistake stops the start. */
void flows_load(void);
const struct flow *flow_find(const char *name);

/* A guard in C: NULL, or why the action cannot be taken now, in words for the person who tried. Registered before
 * flows_load(). `reasons` may be filled with one line a missing thing (N.Text, N.Field). */
typedef const char *flow_guard(struct work *work, int64_t id, HDF *reasons);
void flow_guard_register(const char *name, flow_guard *guard);

struct flow_move {
    const char *flow, *action;
    int64_t     id;
    const char *opinion;             /* "" none */
    const char *idempotency;         /* NULL: none. A second move with the same key is the first one's success */
    HDF        *reasons;             /* filled when a guard refuses; NULL: not wanted */
};

/* Takes the action as work->actor. Ends the work: 404 no such case in scope, 403 not this actor's action, 409 the case
 * is in another state now (the text says who moved it, when, to what), 422 opinion missing or a guard's words. */
void flow_take(struct work *work, const struct flow_move *move);

/* The begin of a case's way, when its row is made. */
void flow_begin(struct work *work, const char *flow, int64_t id);

/* For pages. node.Buttons.N.{Action, Label, Kind, Opinion}: what this actor may do now (guards not asked). */
void flow_buttons(struct work *work, const char *flow, int64_t id, const char *state, HDF *node);
/* node.N.{Label, State, Note} for macro steps(), node.N.{At, Who, Title, Text, Kind} for macro timeline(). */
void flow_progress(struct work *work, const char *flow, int64_t id, HDF *node);
void flow_way(struct work *work, const char *flow, int64_t id, HDF *node);
const char *flow_state_label(const char *flow, const char *state);
const char *flow_state_kind(const char *flow, const char *state);       /* wait good bad run "" */

/* The work bench: cases waiting for this actor over all flows, by `which`. node.N.{Flow, Label, Id, Path, Title,
 * State, Kind, Due, Left, Overdue}. Returns how many in all; `limit` rows are filled. */
enum flow_list { FLOW_TODO, FLOW_DONE, FLOW_OVERDUE, FLOW_COPIED };
int64_t flow_list(struct work *work, enum flow_list which, int64_t offset, int64_t limit, HDF *node);

/* The flow as a graphviz digraph, in `arena`. */
char *flow_dot(struct arena *arena, const struct flow *flow);

#endif
