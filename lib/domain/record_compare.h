/* record_compare: what a record says beside what the operator's platform pushes, field by field. Pure: two rows in, verdicts
 * out, no database. Which fields, of what kind and how near is the same stands in schema/record-compare.hdf; names there are
 * columns of T/CEC 102 part 2 as both sets of tables carry them. The review page draws it, the automatic check of the
 * interconnection (issue 5) decides by it.
 *
 *     struct record_compared sum = record_compare(work->arena, COMPARE_EQUIPMENT, declared, pushed, rows);
 *     if (sum.differs) …                                                                                              */
#ifndef DOMAIN_RECORD_COMPARE_H
#define DOMAIN_RECORD_COMPARE_H

#include <stdbool.h>
#include <util/neo_misc.h>
#include <util/neo_hdf.h>

#include "core/arena.h"

enum compare_what { COMPARE_STATION, COMPARE_EQUIPMENT, COMPARE_CONNECTOR, COMPARE_COUNT };

enum compare_verdict {
    COMPARE_SAME,           /* 一致: within the tolerance stated */
    COMPARE_DIFFERS,        /* 不一致 */
    COMPARE_UNPUSHED,       /* 平台未推送: the platform left it out, or says it does not know */
    COMPARE_BLANK,          /* 档案未填写: an optional field; no difference */
    COMPARE_VERDICTS
};

struct record_compared {
    int of[COMPARE_VERDICTS];       /* fields by verdict */
};

/* Reads and checks schema/record-compare.hdf once a process; a mistake stops the start. From process_start(). */
void record_compare_load(void);

/* `declared` and `pushed` are rows as db_row() gives them (column = value, NULL columns absent); place is lng and lat, GCJ-02.
 * `pushed` NULL: the platform pushes nothing of it, every field is COMPARE_UNPUSHED. `rows` (or NULL) gets one node a
 * field, appended: N.{Field, Label, Declared, Pushed, Verdict (its number), Words, Kind (tone of macro state), Tolerance, Decides (1: a difference fails the check
 * of the interconnection)}. */
struct record_compared record_compare(struct arena *arena, enum compare_what what, HDF *declared, HDF *pushed, HDF *rows);

void record_compared_add(struct record_compared *sum, struct record_compared more);
const char *compare_words(enum compare_verdict verdict);        /* 「一致」 … */
const char *compare_tone(enum compare_verdict verdict);         /* good bad wait "" */

#endif
