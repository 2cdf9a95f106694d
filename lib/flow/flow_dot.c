/* flow_dot: a flow as a picture, for staff and for the README: the file is the picture's only source. */
#include <stdio.h>
#include <string.h>

#include "flow/flow_declared.h"

static const char *party_label(const struct party *party)
{
    switch (party->kind) {
    case PARTY_OWNER:  return "申请人";
    case PARTY_SYSTEM: return "系统";
    case PARTY_STAFF:  return capability_label(party->capability);
    case PARTY_NONE:   break;
    }
    return "";
}

/* Inside "…" of dot: quotes and backslashes are escaped. */
static const char *quoted(struct arena *arena, const char *text)
{
    char *out = arena_alloc(arena, strlen(text) * 2 + 1), *o = out;
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            *o++ = '\\';
        *o++ = *text;
    }
    return out;
}

/* The colours of the portal's states (htdocs/css/parts.css); the shape says it too: final ones have two borders. */
static const char *colour(const char *kind)
{
    static const char *const colours[][2] = { { "wait", "#8a5a00" }, { "good", "#1a6b3c" }, { "bad", "#b3261e" }, { "run", "#0a4c9b" } };
    for (size_t i = 0; i < sizeof colours / sizeof *colours; i++)
        if (strcmp(kind, colours[i][0]) == 0)
            return colours[i][1];
    return "#44546a";
}

static char *state_dot(struct arena *arena, const struct flow_state *s)
{
    const char *days = flow_state_days(s) ? arena_printf(arena, "\\n%d 个工作日", flow_state_days(s)) : "";
    return arena_printf(arena, "  %s [label=\"%s%s\", color=\"%s\", fontcolor=\"%s\"%s];\n", s->name, quoted(arena, s->label),
                        days, colour(s->kind), colour(s->kind), s->final ? ", peripheries=2" : "");
}

static char *action_dot(struct arena *arena, const struct flow *flow, const struct flow_action *a, const char *out)
{
    char *text = arena_copy(arena, out);
    for (size_t i = 0; i < flow->state_count; i++) {
        if (!(a->from & UINT64_C(1) << i))
            continue;
        text = arena_printf(arena, "%s  %s -> %s [label=\" %s\\n（%s） \"%s];\n", text, flow->states[i].name,
                            flow->states[a->to].name, quoted(arena, a->label), quoted(arena, party_label(&a->by)),
                            a->by.kind == PARTY_OWNER ? ", style=dashed" : "");
    }
    return text;
}

char *flow_dot(struct arena *arena, const struct flow *flow)
{
    char *out = arena_printf(arena, "digraph \"%s\" {\n"
        "  graph [rankdir=LR, nodesep=0.5, ranksep=0.9, bgcolor=\"transparent\", fontname=\"Noto Sans CJK SC\"];\n"
        "  node [shape=box, style=rounded, fontname=\"Noto Sans CJK SC\", fontsize=13, margin=\"0.2,0.12\", penwidth=1.5];\n"
        "  edge [fontname=\"Noto Sans CJK SC\", fontsize=11, color=\"#66758c\", fontcolor=\"#24324a\"];\n"
        "  start [shape=circle, style=filled, label=\"\", width=0.2, fillcolor=\"#44546a\"];\n", flow->name);
    for (size_t i = 0; i < flow->state_count; i++)
        out = arena_printf(arena, "%s%s", out, state_dot(arena, &flow->states[i]));
    for (size_t i = 0; i < flow->state_count; i++)
        if (flow->states[i].initial)
            out = arena_printf(arena, "%s  start -> %s;\n", out, flow->states[i].name);
    for (size_t i = 0; i < flow->action_count; i++)
        out = action_dot(arena, flow, &flow->actions[i], out);
    return arena_printf(arena, "%s}\n", out);
}

static HDF *row_of(HDF *node, const char *list, size_t i)
{
    char name[40];
    snprintf(name, sizeof name, "%s.%zu", list, i);
    return view_node(node, name);
}

static void describe_action(const struct flow *flow, const struct flow_action *a, HDF *row)
{
    char from[2000];
    size_t used = 0;
    from[0] = '\0';
    for (size_t i = 0; i < flow->state_count; i++)
        if (a->from & UINT64_C(1) << i && used < sizeof from)
            used += (size_t)snprintf(from + used, sizeof from - used, "%s%s", used ? "、" : "", flow->states[i].label);
    view_set(row, "Label", a->label);
    view_set(row, "From", from);
    view_set(row, "To", flow->states[a->to].label);
    view_set(row, "By", party_label(&a->by));
    view_set(row, "Opinion", a->opinion == OPINION_REQUIRED ? "必填" : a->opinion == OPINION_OPTIONAL ? "选填" : "无需");
    if (a->extends)
        view_setf(row, "Extends", "%d 个工作日，最多 %d 次", a->extends, a->times);
}

void flow_describe(const struct flow *flow, HDF *node)
{
    view_set(node, "Name", flow->name);
    view_set(node, "Label", flow->label);
    for (size_t i = 0; i < flow->state_count; i++) {
        const struct flow_state *s = &flow->states[i];
        HDF *row = row_of(node, "States", i);
        view_set(row, "Label", s->label);
        view_set(row, "Kind", s->kind);
        view_set(row, "Waits", party_label(&s->waits));
        view_set(row, "Stage", flow->stages[s->stage]);
        if (flow_state_days(s))
            view_setf(row, "Days", "%d 个工作日", flow_state_days(s));
        if (s->final)
            view_set(row, "Final", "1");
    }
    for (size_t i = 0; i < flow->action_count; i++)
        describe_action(flow, &flow->actions[i], row_of(node, "Actions", i));
}
