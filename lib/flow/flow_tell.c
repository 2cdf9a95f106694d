/* flow_tell: whom a move tells. One move tells at once; the moves of a batch are gathered, and each reader is told once, how
 * many and which: a department that decides upon a thousand sends its operator one message, not a thousand. What a
 * case's part undid is not told (flow_batch.c takes it off the list). */
#include <string.h>

#include "flow/flow_declared.h"

enum { TITLES_MOST = 3 };              /* named in a gathered notice; lib/domain/notice.c says 等 beyond */

bool flow_tells(const struct flow *flow, int to)
{
    for (size_t i = 0; flow_notifier && i < flow->notice_count; i++)
        if (flow->notices[i].state == to)
            return true;
    return false;
}

static struct flow_notice notice_of(struct work *work, const struct flow *flow, const struct flow_notice_rule *rule,
                                    const struct flow_case *c, const struct flow_move *move, int64_t step_id)
{
    bool owner = rule->to.kind == PARTY_OWNER;
    return (struct flow_notice){
        .flow = flow->name, .label = flow->label, .title = c->title, .state = flow->states[rule->state].name,
        .state_label = flow->states[rule->state].label, .text = rule->text, .opinion = move->opinion ? move->opinion : "",
        .path = flow_case_path(work, flow, c->id, owner), .id = c->id, .step_id = step_id, .count = 1, .to_owner = owner,
        .capability = rule->to.capability, .operator_id = c->operator_id, .account_id = c->account_id, .division = c->division };
}

static void gather(struct work *work, struct flow_gathering *many, const struct flow_notice *notice)
{
    if (many->told_count == many->told_room) {
        struct flow_notice *old = many->told;
        many->told_room = many->told_room ? many->told_room * 2 : 64;
        many->told = arena_alloc(work->arena, many->told_room * sizeof *many->told);
        if (old)
            memcpy(many->told, old, many->told_count * sizeof *old);
    }
    many->told[many->told_count++] = *notice;
}

void flow_tell(struct work *work, const struct flow *flow, int to, const struct flow_case *c, const struct flow_move *move,
               int64_t step_id)
{
    for (size_t i = 0; flow_notifier && i < flow->notice_count; i++) {
        if (flow->notices[i].state != to || (flow->notices[i].to.kind == PARTY_OWNER && c->mine))
            continue;                          /* who acts is not told what he did */
        struct flow_notice notice = notice_of(work, flow, &flow->notices[i], c, move, step_id);
        if (move->many)
            gather(work, move->many, &notice);
        else
            flow_notifier(work, &notice);
    }
}

/* Of one batch flow, state and opinion are the same: what differs is the text's rule and who reads it. */
static bool same_reader(const struct flow_notice *a, const struct flow_notice *b)
{
    return a->text == b->text && a->to_owner == b->to_owner && a->operator_id == b->operator_id && a->account_id == b->account_id
        && (a->to_owner || (a->capability == b->capability && strcmp(a->division, b->division) == 0));
}

static void title_add(struct work *work, struct flow_notice *all, const struct flow_notice *one)
{
    if (all->count <= TITLES_MOST && *one->title)
        all->title = arena_printf(work->arena, "%s「%s」", all->count == 1 ? "" : all->title, one->title);
}

/* Quadratic in the readers, not in the cases: a batch has at most FLOW_BATCH_MAX cases of a few companies. */
void flow_tell_gathered(struct work *work, struct flow_gathering *many)
{
    size_t readers = 0;
    for (size_t i = 0; i < many->told_count; i++) {
        struct flow_notice one = many->told[i];
        size_t at = 0;
        while (at < readers && !same_reader(&many->told[at], &one))
            at++;
        if (at == readers) {
            many->told[readers++] = one;
            continue;
        }
        struct flow_notice *all = &many->told[at];
        if (all->count == 1)
            title_add(work, all, &(struct flow_notice){ .title = all->title });
        all->count++;
        title_add(work, all, &one);
    }
    for (size_t i = 0; i < readers; i++)
        flow_notifier(work, &many->told[i]);
    many->told_count = 0;
}
