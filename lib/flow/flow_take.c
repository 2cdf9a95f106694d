/* flow_take: a move, whole or not at all. The case's row is locked first, so everything after it is asked about the
 * case as it is; the change itself still says in its WHERE which state and whose scope it is about. What an attacker
 * would try: another's case (404: not in scope), an action of another role (403), the same action twice or an old
 * page (409), an action without its opinion (422). */
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "flow/flow_declared.h"

enum { OPINION_MAX = 1000, KEY_MAX = 110 };

#define Q_LAST   "SELECT id, actor_name, actor_role, as_owner, to_state, at FROM flow_step" \
                 " WHERE flow = ? AND case_id = ? ORDER BY id DESC LIMIT 1"
#define Q_KEY    "SELECT flow, case_id, action FROM flow_step WHERE account_id = ? AND idempotency = ?"
#define Q_STEP   "INSERT INTO flow_step (flow, case_id, action, from_state, to_state, account_id, actor_name, actor_role," \
                 " as_owner, opinion, due_on, at, idempotency) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NOW(3), ?)"
#define Q_STEPS  "INSERT INTO flow_step (flow, case_id, action, from_state, to_state, account_id, actor_name, actor_role, as_owner, at) VALUES "
#define Q_STEPS_ONE "(?, ?, '', '', ?, ?, ?, ?, 1, NOW(3))"
#define Q_STEP_ID "SELECT MAX(id) FROM flow_step WHERE flow = ? AND case_id = ?"
#define Q_DUE    "SELECT DATE_FORMAT(due_on, '%Y-%m-%d'), extensions FROM flow_due WHERE flow = ? AND case_id = ?"
#define Q_DUE_END "DELETE FROM flow_due WHERE flow = ? AND case_id = ?"
#define Q_DUE_BEGIN "INSERT INTO flow_due (flow, case_id, due_on, known, since, from_on, days)" \
                 " VALUES (?, ?, ?, ?, NOW(3), ?, ?)"
#define Q_DUE_EXTEND "INSERT INTO flow_due (flow, case_id, due_on, known, since, from_on, days, extensions, reason)" \
                 " VALUES (?, ?, ?, ?, NOW(3), ?, ?, 1, ?) ON DUPLICATE KEY UPDATE due_on = VALUES(due_on)," \
                 " known = VALUES(known), days = days + VALUES(days), extensions = extensions + 1, reason = VALUES(reason)"
#define Q_COPY   "INSERT IGNORE INTO flow_copy (account_id, flow, case_id, step_id) VALUES (?, ?, ?, ?)"

struct last {
    int64_t     id, as_owner;
    const char *name, *role, *to, *at;
};

struct due_row {
    const char *date;
    int64_t     extensions;
};

struct stored {                            /* what an idempotency key was used for */
    const char *flow, *action;
    int64_t     case_id;
};

/* A move while it is being made. */
struct moving {
    struct work              *work;
    const struct flow_move   *move;
    const struct flow        *flow;
    const struct flow_action *action;
    struct flow_case          c;
    int                       state;         /* it is in */
    struct due_row            due;           /* date NULL: no open deadline */
    int64_t                   step_id;
};

static bool last_read(struct moving *m, struct last *last)
{
    static const struct db_column columns[] = {
        DB_INT(struct last, id), DB_TEXT(struct last, name), DB_TEXT(struct last, role), DB_INT(struct last, as_owner),
        DB_TEXT(struct last, to), DB_TEXT(struct last, at), DB_END };
    return db_struct(m->work, columns, last, Q_LAST, T(m->flow->name), I(m->c.id));
}

/* --- what must hold before ---------------------------------------------------------------------------- */

/* True: this very submission was stored before. */
static bool repeated(struct moving *m)
{
    static const struct db_column columns[] = { DB_TEXT(struct stored, flow), DB_INT(struct stored, case_id),
                                                DB_TEXT(struct stored, action), DB_END };
    struct stored stored;
    const char *key = m->move->idempotency;
    if (!key || !*key || (m->move->many && m->move->many->fresh))
        return false;
    if (strlen(key) > KEY_MAX)
        fail(m->work, FAIL_MALFORMED, "提交编号过长，请刷新页面后重新操作。");
    if (!db_struct(m->work, columns, &stored, Q_KEY, I(m->work->actor.account_id), T(key)))
        return false;
    if (strcmp(stored.flow, m->flow->name) == 0 && stored.case_id == m->c.id && strcmp(stored.action, m->action->name) == 0)
        return true;
    fail(m->work, FAIL_CONFLICT, "本次提交的编号已用于另一项操作，请刷新页面后重新操作。");
}

static _Noreturn void conflict(struct moving *m, const struct last *last)
{
    const char *label = flow_state_label(m->flow->name, m->c.state);
    if (!last->name)
        fail(m->work, FAIL_CONFLICT, "该事项当前为「%s」，不能办理「%s」，请刷新页面后查看。", label, m->action->label);
    fail(m->work, FAIL_CONFLICT, "该事项已由%s于 %s 办理，当前为「%s」，不能再办理「%s」，请刷新页面后查看。",
         flow_who(m->work, last->name, last->role, last->as_owner), flow_minute(m->work, last->at), label, m->action->label);
}

/* The state, and that nothing happened behind the person's back. */
static void check_state(struct moving *m)
{
    struct last last = { 0 };
    if (!(m->action->from & UINT64_C(1) << m->state)) {
        last_read(m, &last);
        conflict(m, &last);
    }
    if (m->move->seen && last_read(m, &last) && last.id != m->move->seen)
        conflict(m, &last);
    if (m->move->seen_at && *m->move->seen_at && strcmp(m->move->seen_at, m->c.since) != 0) {
        last_read(m, &last);
        conflict(m, &last);
    }
}

const char *flow_opinion_wrong(struct work *work, const struct flow_action *action, const char *opinion)
{
    opinion = opinion ? opinion : "";
    if (action->opinion == OPINION_REQUIRED && !*text_line(work->arena, text_visible(work->arena, opinion)))
        return arena_printf(work->arena, action->extends ? "请填写「%s」的理由" : "请填写「%s」的意见", action->label);
    if (utf8_length(opinion) > OPINION_MAX)
        return arena_printf(work->arena, "意见不能超过 %d 个字", OPINION_MAX);
    return NULL;
}

static const char *check_copies(struct moving *m)
{
    for (size_t i = 0; i < m->move->copy_count; i++)
        if (!flow_is_staff(&m->work->actor) || !flow_doors.colleague
            || !flow_doors.colleague(m->work, m->move->copies[i], m->c.division))
            return "抄送人中有不能查看本事项的账号，请重新选择";
    return NULL;
}

static const char *check_guard(struct moving *m)
{
    HDF *reasons = m->move->reasons;
    return m->action->guard ? m->action->guard(m->work, m->c.id, reasons ? reasons : flow_scratch(m->work)) : NULL;
}

/* A state has an open deadline when it declares one, or when it can be extended. */
static bool may_have_due(const struct moving *m)
{
    bool may = flow_state_days(&m->flow->states[m->state]) > 0;
    for (size_t i = 0; i < m->flow->action_count; i++)
        may = may || (m->flow->actions[i].extends && m->flow->actions[i].from & UINT64_C(1) << m->state);
    return may;
}

static const char *check_extension(struct moving *m)
{
    static const struct db_column columns[] = { DB_TEXT(struct due_row, date), DB_INT(struct due_row, extensions), DB_END };
    if (!may_have_due(m) || !db_struct(m->work, columns, &m->due, Q_DUE, T(m->flow->name), I(m->c.id)))
        m->due = (struct due_row){ 0 };
    if (m->action->extends && m->due.extensions >= m->action->times)
        return arena_printf(m->work->arena, "本环节最多可延期 %d 次，不能再次延期", m->action->times);
    return NULL;
}

/* --- what the move does --------------------------------------------------------------------------------- */

/* ONE conditional UPDATE. A move that stays where it is keeps the time since when the case waits. */
static void change_state(struct moving *m)
{
    struct value binds[3 + FLOW_SCOPE_BINDS];
    size_t count = 0;
    bool stays = m->action->to == m->state;
    binds[count++] = T(m->flow->states[m->action->to].name);
    binds[count++] = I(m->c.id);
    binds[count++] = T(m->c.state);
    const char *scope = flow_scope(m->work, m->flow, binds, &count);
    const char *sql = arena_printf(m->work->arena, "UPDATE `%s` AS `t` SET `t`.`state` = ?%s WHERE `t`.`id` = ?"
                                   " AND `t`.`state` = ?%s", m->flow->table, stays ? "" : ", `t`.`state_at` = NOW(3)", scope);
    if (db_exec_text(m->work, sql, binds, count) != 1) {
        struct last last = { 0 };
        last_read(m, &last);
        conflict(m, &last);
    }
}

static const char *today(struct work *work)
{
    return time_format(work->arena, work->now, "%Y-%m-%d");
}

/* Working days from today: of a batch counted once. */
static void count_due(struct moving *m, int days, char date[11], bool *known)
{
    struct flow_gathering *many = m->move->many;
    if (!many || !many->due[m->action->to].made)
        flow_doors.due(m->work, NULL, days, date, known);
    if (!many)
        return;
    if (!many->due[m->action->to].made) {
        memcpy(many->due[m->action->to].date, date, 11);
        many->due[m->action->to].known = *known;
        many->due[m->action->to].made = true;
    }
    memcpy(date, many->due[m->action->to].date, 11);
    *known = many->due[m->action->to].known;
}

/* The deadline this move meets ends, the next one begins; `due.date` becomes what the step remembers. */
static void change_due(struct moving *m)
{
    const struct flow_state *to = &m->flow->states[m->action->to];
    char *date = arena_alloc(m->work->arena, 11);
    bool known = true;
    if (m->action->extends) {
        flow_doors.due(m->work, m->due.date, m->action->extends, date, &known);
        db_exec(m->work, Q_DUE_EXTEND, T(m->flow->name), I(m->c.id), T(date), I(known), T(today(m->work)),
                I(m->action->extends), T(m->move->opinion));
        m->due.date = date;
        return;
    }
    if (m->action->to == m->state)
        return;
    if (m->due.date)
        db_exec(m->work, Q_DUE_END, T(m->flow->name), I(m->c.id));
    int days = flow_state_days(to);
    if (!days)
        return;
    count_due(m, days, date, &known);
    db_exec(m->work, Q_DUE_BEGIN, T(m->flow->name), I(m->c.id), T(date), I(known), T(today(m->work)), I(days));
}

static void write_step(struct moving *m)
{
    const struct actor *actor = &m->work->actor;
    const char *key = m->move->idempotency && *m->move->idempotency ? m->move->idempotency : NULL;
    bool stored = db_insert_new(m->work, Q_STEP, T(m->flow->name), I(m->c.id), T(m->action->name), T(m->c.state),
                                T(m->flow->states[m->action->to].name), I(actor->account_id), T(actor->name ? actor->name : ""),
                                T(actor->role_label ? actor->role_label : ""), I(m->c.mine),
                                T(m->move->opinion ? m->move->opinion : ""), T(m->due.date), T(key));
    if (!stored)                           /* the key was used for another case in this very moment */
        fail(m->work, FAIL_CONFLICT, "本次提交的编号已用于另一项操作，请刷新页面后重新操作。");
    if (m->move->copy_count || flow_tells(m->flow, m->action->to))
        m->step_id = db_int(m->work, 0, Q_STEP_ID, T(m->flow->name), I(m->c.id));
}

static void tell(struct moving *m)
{
    for (size_t i = 0; i < m->move->copy_count; i++)
        db_exec(m->work, Q_COPY, I(m->move->copies[i]), T(m->flow->name), I(m->c.id), I(m->step_id));
    if (m->action->to != m->state)
        flow_tell(m->work, m->flow, m->action->to, &m->c, m->move, m->step_id);
}

static const char *checks(struct moving *m)
{
    const char *words = flow_opinion_wrong(m->work, m->action, m->move->opinion);
    if (!words)
        words = check_copies(m);
    if (!words)
        words = check_extension(m);
    return words ? words : check_guard(m);
}

static void carry_out(struct moving *m)
{
    change_state(m);
    change_due(m);
    write_step(m);
    if (m->action->then)
        m->action->then(m->work, m->c.id);
    if (flow_doors.trail)
        flow_doors.trail(m->work, arena_printf(m->work->arena, "flow.%s", m->action->name),
                         arena_printf(m->work->arena, "%s:%lld", m->flow->name, (long long)m->c.id),
                         arena_printf(m->work->arena, "%s → %s", m->c.state, m->flow->states[m->action->to].name));
    tell(m);
    if (m->move->many) {
        m->move->many->last = m->c;
        m->move->many->last.state = m->flow->states[m->action->to].name;
    }
}

const char *flow_try(struct work *work, const struct flow_move *move)
{
    struct moving m = { .work = work, .move = move, .flow = flow_named(work, move->flow) };
    m.action = flow_action_named(m.flow, move->action);
    if (!m.action)
        fail(work, FAIL_MISSING, "没有这项操作，请从页面上的按钮进入。");
    if (!flow_case_read(work, m.flow, move->id, true, &m.c))
        fail(work, FAIL_MISSING, "%s", "");
    if (!flow_party_is(work, &m.action->by, &m.c))
        fail(work, FAIL_FORBIDDEN, "您没有办理「%s」的权限。如有疑问，请联系平台管理员。", m.action->label);
    if (repeated(&m))
        return NULL;
    m.state = flow_case_state(work, m.flow, &m.c);
    check_state(&m);
    const char *words = checks(&m);
    if (!words)
        carry_out(&m);
    return words;
}

void flow_take(struct work *work, const struct flow_move *move)
{
    const char *words = flow_try(work, move);
    if (words)
        fail(work, FAIL_INVALID, "%s。", words);
}

/* The first row of a case's way: that it was begun, by whom; and the initial state's deadline when it has one. */
void flow_begin(struct work *work, const char *name, int64_t id)
{
    const struct flow *flow = flow_named(work, name);
    static const struct flow_move none = { 0 };
    struct moving m = { .work = work, .flow = flow, .move = &none };
    struct flow_action action = { .name = "" };
    if (!flow_case_read(work, flow, id, true, &m.c))
        fail(work, FAIL_MISSING, "%s", "");
    if (db_int(work, 0, Q_STEP_ID, T(name), I(id)))
        return;
    action.to = flow_case_state(work, flow, &m.c);
    m.action = &action;
    m.state = -1;                                  /* it comes from nowhere: a deadline begins */
    change_due(&m);
    m.c.state = "";
    write_step(&m);
}

enum { STEPS_MOST = 50, STEP_BINDS = 6 };

static void write_first_steps(struct work *work, const struct flow *flow, const char *state, const int64_t *ids, size_t count)
{
    struct value binds[STEPS_MOST * STEP_BINDS];
    const struct actor *actor = &work->actor;
    char sql[sizeof Q_STEPS + STEPS_MOST * (sizeof Q_STEPS_ONE + 1)] = Q_STEPS;
    size_t n = 0, at = strlen(sql);
    for (size_t i = 0; i < count; i++) {
        at += (size_t)snprintf(sql + at, sizeof sql - at, "%s" Q_STEPS_ONE, i ? "," : "");
        binds[n++] = T(flow->name), binds[n++] = I(ids[i]), binds[n++] = T(state), binds[n++] = I(actor->account_id);
        binds[n++] = T(actor->name ? actor->name : ""), binds[n++] = T(actor->role_label ? actor->role_label : "");
    }
    db_exec_text(work, sql, binds, n);
}

void flow_begin_many(struct work *work, const char *name, const int64_t *ids, size_t count)
{
    const struct flow *flow = flow_named(work, name);
    size_t initial = 0;
    while (!flow->states[initial].initial)
        initial++;
    if (flow->states[initial].days)
        fail_ours(work, "flow %s: its initial state has a deadline, begin its cases one by one", name);
    for (size_t from = 0; from < count; from += STEPS_MOST)
        write_first_steps(work, flow, flow->states[initial].name, ids + from, count - from < STEPS_MOST ? count - from : STEPS_MOST);
}
