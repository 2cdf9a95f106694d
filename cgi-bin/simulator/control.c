/* control: how tests (and a curious engineer) drive the simulator while it runs; only with --control. */
#include <stdlib.h>
#include <string.h>

#include "exchange/message.h"
#include "misbehave.h"
#include "serve.h"
#include "world.h"

static json_t *state(struct world *world)
{
    json_t *charges = json_array(), *states = json_object();
    for (const struct charge *c = world->charges; c; c = c->next)
        json_array_append_new(charges, json_pack("{s:s, s:s, s:i, s:b, s:f}", "seq", c->seq, "connector", c->connector->id, "stage",
                                                 (int)c->stage, "asked", c->asked, "kwh", charge_kwh(c)));
    for (size_t i = 0; i < world->connector_count; i++)
        json_object_set_new(states, world->connectors[i].id, json_integer(world->connectors[i].status));
    return json_pack("{s:s, s:i, s:i, s:i, s:i, s:o, s:o}", "operator_id", world->partner.operator_id, "stations",
        (int)json_array_size(world->stations), "waiting", (int)world->waiting, "sent", (int)world->sent, "refused", (int)world->refused,
        "charges", charges, "states", states);
}

/* {"plan":"NAME[@INTERFACE][*TIMES]"}; "" clears all */
static json_t *plan(const json_t *asked)
{
    const char *text = message_text(asked, "plan");
    if (!*text)
        misbehave_clear();
    return json_pack("{s:b}", "planned", !*text || misbehave_plan(text));
}

/* {"connector":"…","status":3} */
static json_t *push(struct world *world, const json_t *asked)
{
    struct connector *connector = connector_by_id(world, message_text(asked, "connector"));
    if (connector)
        status_set(world, connector, (enum status)message_int(asked, "status", FREE));
    return json_pack("{s:b}", "known", connector != NULL);
}

char *control_answer(struct world *world, const char *path, const char *body)
{
    json_t *asked = json_loads(*body ? body : "{}", 0, NULL), *out = NULL;
    pthread_mutex_lock(&world->lock);
    if (strcmp(path, "state") == 0)
        out = state(world);
    else if (strcmp(path, "misbehave") == 0)
        out = plan(asked);
    else if (strcmp(path, "push") == 0)
        out = push(world, asked);
    pthread_mutex_unlock(&world->lock);
    char *text = out ? json_dumps(out, JSON_COMPACT | JSON_REAL_PRECISION(12)) : NULL;
    json_decref(out);
    json_decref(asked);
    return text;
}
