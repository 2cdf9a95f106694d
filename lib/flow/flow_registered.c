/* flow_registered: what the nouns bring (guards, consequences, the notifier, the doors to the domain), and finding
 * flows, states and actions by name. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flow/flow_declared.h"

enum { REGISTERED = 100 };

struct flow_doors flow_doors;
flow_notify      *flow_notifier;

static struct { const char *name; flow_guard *fn; } guards[REGISTERED];
static struct { const char *name; flow_then *fn; } thens[REGISTERED];
static size_t guard_count, then_count;

flow_guard *flow_guard_named(const char *name)
{
    for (size_t i = 0; i < guard_count; i++)
        if (strcmp(guards[i].name, name) == 0)
            return guards[i].fn;
    return NULL;
}

flow_then *flow_then_named(const char *name)
{
    for (size_t i = 0; i < then_count; i++)
        if (strcmp(thens[i].name, name) == 0)
            return thens[i].fn;
    return NULL;
}

/* A name twice, or one too many, is a mistake of ours at the start of a program. */
static void room(size_t count, bool taken, const char *name)
{
    if (count < REGISTERED && !taken)
        return;
    fprintf(stderr, "flow: %s is registered twice, or there is no room\n", name);
    exit(2);
}

void flow_guard_register(const char *name, flow_guard *guard)
{
    if (flow_guard_named(name) == guard)
        return;
    room(guard_count, flow_guard_named(name) != NULL, name);
    guards[guard_count].name = name;
    guards[guard_count++].fn = guard;
}

void flow_then_register(const char *name, flow_then *then)
{
    if (flow_then_named(name) == then)
        return;
    room(then_count, flow_then_named(name) != NULL, name);
    thens[then_count].name = name;
    thens[then_count++].fn = then;
}

void flow_notify_register(flow_notify *notify)           { flow_notifier = notify; }
void flow_doors_set(const struct flow_doors *doors)      { flow_doors = *doors; }

const struct flow *flow_find(const char *name)
{
    for (size_t i = 0; i < flow_all_count; i++)
        if (strcmp(flow_all[i]->name, name) == 0)
            return flow_all[i];
    return NULL;
}

const struct flow *flow_named(struct work *work, const char *name)
{
    const struct flow *flow = flow_find(name);
    if (!flow)
        fail_ours(work, "flow %s is not loaded", name);
    return flow;
}

int flow_state_index(const struct flow *flow, const char *state)
{
    for (size_t i = 0; state && i < flow->state_count; i++)
        if (strcmp(flow->states[i].name, state) == 0)
            return (int)i;
    return -1;
}

const struct flow_action *flow_action_named(const struct flow *flow, const char *action)
{
    for (size_t i = 0; action && i < flow->action_count; i++)
        if (strcmp(flow->actions[i].name, action) == 0)
            return &flow->actions[i];
    return NULL;
}

static const struct flow_state *state_of(const char *name, const char *state)
{
    const struct flow *flow = flow_find(name);
    int index = flow ? flow_state_index(flow, state) : -1;
    return index < 0 ? NULL : &flow->states[index];
}

const char *flow_state_label(const char *flow, const char *state)
{
    const struct flow_state *s = state_of(flow, state);
    return s ? s->label : "";
}

const char *flow_state_kind(const char *flow, const char *state)
{
    const struct flow_state *s = state_of(flow, state);
    return s ? s->kind : "";
}

void flow_names(HDF *node)
{
    for (size_t i = 0; i < flow_all_count; i++) {
        char name[24];
        snprintf(name, sizeof name, "%zu", i);
        HDF *row = view_node(node, name);
        view_set(row, "Name", flow_all[i]->name);
        view_set(row, "Label", flow_all[i]->label);
    }
}
