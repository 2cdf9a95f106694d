/* explain: what the message table says of a message, for people: each member of a received message with its rule and verdict,
 * and an example of a message to be sent. Both follow from the table alone (message.h), so that the debugging console can
 * never explain other rules than those that are applied. Pure. */
#ifndef EXCHANGE_EXPLAIN_H
#define EXCHANGE_EXPLAIN_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"
#include "exchange/edition.h"
#include "exchange/message.h"

enum { EXPLAIN_DEPTH = 6, EXPLAIN_ROWS = 400, EXPLAIN_ITEMS = 3 };

enum explain_verdict { EXPLAIN_GOOD, EXPLAIN_BAD, EXPLAIN_ABSENT, EXPLAIN_UNKNOWN };

struct explained {
    const char          *path;      /* "StationInfos[0].StationLng" */
    const char          *label;     /* 「经度」; "" of a member the table does not name */
    const char          *rule;      /* 「必填，字符串，不超过 20 个字符」 */
    const char          *value;     /* as received, cut; "" absent */
    enum explain_verdict verdict;   /* absent: optional and not there; unknown: not in the standard, left alone */
    const char          *text;      /* what is wrong and how to mend it; "" */
    int                  depth;
};

/* As the partner's edition has it (NULL: as the table says). Calls row() for each declared member and each one that is not, in the order of the table. Of a list the first EXPLAIN_ITEMS
 * entries are explained, and those with something wrong; at most EXPLAIN_ROWS rows. Returns how many members are bad. */
size_t message_explain(struct arena *arena, const struct edition *edition, const struct field *fields, const json_t *object,
                       void (*row)(void *arg, const struct explained *explained), void *arg);

/* A message as it may look: required members, and optional ones whose value is known. `known`: name → value (name:date where the
 * table wants a date alone); members not in it get the first of their enumeration, the least number, or a text that tells what belongs there. The caller decrefs. */
json_t *message_example(struct arena *arena, const struct field *fields, const json_t *known);

/* The rule of a member in words. */
const char *field_rule(struct arena *arena, const struct field *field);

#endif
