/* misbehave: what the simulated platform does wrong on request, so that the other side can be tested. One list: `--help`,
 * README and the control address are made from it.
 *
 * A plan is NAME[@INTERFACE][*TIMES]: without an interface wherever it fits, without times until it is cleared. */
#ifndef SIMULATOR_MISBEHAVE_H
#define SIMULATOR_MISBEHAVE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "core/arena.h"
#include "exchange/seal.h"
#include "world.h"

/* False: no such misbehaviour, or the text is no plan (said on stderr). */
bool misbehave_plan(const char *text);
void misbehave_clear(void);
void misbehave_print(FILE *out);

/* Is it planned here? Takes one of its times. */
bool misbehaves(const char *name, const char *interface);
/* The planned misbehaviour of envelope or transport for this interface, "" when none. Takes one of its times. */
const char *misbehave_wire(const char *interface);

/* Orders that do not add up, come twice, overlap. Under the world's lock. */
void order_spoil(struct world *world, struct charge *charge, json_t *order);

/* --- wire.c: envelopes made wrong; `how` is one of misbehave_wire() ------------------------------------------------ */
char *wire_reply(struct arena *arena, const struct key_set *keys, const char *interface, json_t *data, const char *how);
char *wire_request(struct arena *arena, const struct key_set *keys, const char *interface, const char *operator_id, json_t *data,
                   const char *how);

#endif
