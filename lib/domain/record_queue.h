/* record_queue: what waits for a reviewer of the archives, in the order it waits: station records and facilities of 「档案申请中」,
 * facilities of 「平台互联互通审核中」, of the actor's division. The cases themselves are the queue (the flows' own tables); a place
 * in it is (waiting since, kind, id), so that next and previous are found by key and nothing is skipped while others decide. */
#ifndef DOMAIN_RECORD_QUEUE_H
#define DOMAIN_RECORD_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <util/neo_misc.h>
#include <util/neo_hdf.h>

#include "core/work.h"

enum { QUEUE_COUNT_MAX = 1000 };

struct queue_asked {                /* all of them NULL, "" or 0: everything that waits */
    const char *only;               /* "station", "equipment", "link"; "" all */
    const char *area;               /* division code */
    const char *owner;              /* beginning of the operator's name or short name */
    int64_t     days;               /* waits at least so many days */
    bool        overdue;            /* past its deadline */
};

struct queue_place { const char *since; int64_t rank, id; };     /* since: "2026-11-20 09:08:07.123"; NULL: the beginning */

/* The cursor of a page: "20261120090807123.2.7". A text that is none is FAIL_MALFORMED; "" the beginning. */
struct queue_place queue_place_read(struct work *work, const char *text);
const char        *queue_place_text(struct work *work, const struct queue_place *place);

/* node.N.{Kind (stations, equipment), Label, Flow, Id, Seen, Name, Code, State, StateLabel, StateKind, Area, Operator, At, Due, Left, Overdue, Known};
 * returns the cursor behind the last row, NULL on the last page. */
const char *record_queue(struct work *work, const struct queue_asked *asked, const struct queue_place *after, int limit, HDF *node);
/* How many wait, counted up to QUEUE_COUNT_MAX. */
int64_t record_queue_count(struct work *work, const struct queue_asked *asked);

/* Where a record stands in the queue; false: it does not wait, or is not the actor's to see. */
bool record_queue_place(struct work *work, const char *flow, int64_t id, struct queue_place *place);
struct queue_case { const char *flow; int64_t id; };             /* id 0: none */
/* The next one behind a place, or before it; asked for the neighbour alone. */
struct queue_case record_queue_next(struct work *work, const struct queue_asked *asked, const struct queue_place *place);
struct queue_case record_queue_previous(struct work *work, const struct queue_asked *asked, const struct queue_place *place);

/* Cities and counties of the actor's division, for the filter: node.N.{Value, Label}. */
void record_queue_areas(struct work *work, HDF *node);
/* For the menu (side_counter_register), up to 100. */
int64_t record_queue_waiting(struct work *work);

#endif
