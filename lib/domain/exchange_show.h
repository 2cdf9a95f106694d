/* exchange_show: one message of the log as the debugging console explains it: what was wrong, how to mend it, each member's
 * verdict, both texts plain and sealed; and an envelope somebody pasted, step by step. Only reads. A company sees its own,
 * departments those of their division; anything else does not exist. Secrets are masked wherever they could stand. */
#ifndef DOMAIN_EXCHANGE_SHOW_H
#define DOMAIN_EXCHANGE_SHOW_H

#include <stdbool.h>
#include <stdint.h>
#include <util/neo_misc.h>
#include <util/neo_hdf.h>

#include "core/work.h"

/* node.{Id, At, Interface, Label, Direction, Incoming, Operator, Source, Address, HttpStatus, Ret, RetWords, Milliseconds, Good,
 * What, Mend.N, Skipped, Request, Envelope, Base, Answer, Opened, Fields.N, AnswerFields.N, Steps.N}. Fields: {Path, Name, Label,
 * Rule, Value, Words, Kind, Text, Depth, Bad}. Steps (of an incoming message that failed before its members were looked at):
 * {Label, Words, Kind, Text, Mend}. False: no such. */
bool exchange_message_show(struct work *work, int64_t id, HDF *node);

/* An envelope of the actor's company, checked as the portal would; stores nothing: node.{Good, Steps, Base, Plain, Fields, Bad}. */
void exchange_verify(struct work *work, const char *interface, const char *text, HDF *node);

/* The operator's newest incoming messages of an interface: node.N.{Id, At, Good, Words, Kind, Ret, What}; at most ten. */
void exchange_recent(struct work *work, int64_t operator_id, const char *interface, HDF *node);

/* The words for a Ret, and how to mend what it says. */
const char *exchange_ret_words(int ret);

#endif
