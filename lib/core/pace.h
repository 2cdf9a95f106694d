/* pace: how many things a minute somebody may do, counted over all processes of this machine in a small file under VAR that
 * they map together. No lock and no database: a place for each, changed by compare-and-swap. `most` may come at once; after
 * that one each minute/most. The file is only a memory: without it nothing is limited. */
#ifndef CORE_PACE_H
#define CORE_PACE_H

#include <stdbool.h>
#include <stdint.h>

/* False: too many. `who` > 0, most > 0; at most 4095 whos are told apart, more are not limited. */
bool pace_take(int64_t who, int64_t most_a_minute);

#endif
