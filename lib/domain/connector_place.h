/* connector_place: where an operator's connector stands, by the code it is pushed under. A process remembers it for a minute:
 * ids never change, what may change (station, division, power) does so rarely. Reads only. */
#ifndef DOMAIN_CONNECTOR_PLACE_H
#define DOMAIN_CONNECTOR_PLACE_H

#include <stdint.h>

#include "core/work.h"

struct connector_place {
    int64_t operator_id, connector_id, station_id;
    int64_t power_w;                /* the most one gun may draw: the pile's power when it is the greater; 0: not known */
    int64_t read_at;                /* ms */
    char    code[51], division[13];
};

/* NULL: the operator never had such a connector. One that was removed since is still found: orders may come late.
 * Valid until the next call. */
const struct connector_place *connector_place(struct work *work, int64_t operator_id, const char *code);

#endif
