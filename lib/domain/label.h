/* label: what stands on the label of a declared station or facility, and where its QR code leads: the public page of the
 * pushed station, by a public code made of operator and own code (schema/tables/014): the same before and after a platform
 * is connected. Scope as the records: an operator's own, a department's division once submitted. */
#ifndef DOMAIN_LABEL_H
#define DOMAIN_LABEL_H

#include <stdbool.h>
#include <stdint.h>

#include "core/work.h"

enum label_of { LABEL_STATION, LABEL_EQUIPMENT };
enum { LABELS_MOST = 500 };

struct label_row {
    const char *public_code, *name, *code, *station, *operator_name, *hotline;    /* station: of a facility; else "" */
};

/* False: no such record for this actor, or it has no code yet (a draft). */
bool label_read(struct work *work, enum label_of of, int64_t id, struct label_row *row);

/* "/map/station/0A1…" or "/map/equipment/0A1…" */
const char *label_path(struct work *work, enum label_of of, const struct label_row *row);

/* A public code's station among the pushed ones on the public map: its id, 0 none; `*equipment`: the facility's own code,
 * for LABEL_EQUIPMENT. Codes can be guessed (they are made of operator and code), so one that is declared and not public is
 * answered as one that was never given. */
int64_t label_station(struct work *work, enum label_of of, const char *public_code, const char **equipment);

#endif
