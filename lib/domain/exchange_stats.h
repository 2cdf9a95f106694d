/* exchange_stats: what an operator's platform says a station charged on a day (T/CEC 102 part 2 query_station_stats), asked for once
 * a day and kept beside the orders' rollup, so that orders that never came show. Owns tables exchange_stats, exchange_stats_offer.
 *
 * Station by station, each stored in a transaction of its own; a pull that broke off goes on where it ended, and asking again
 * for a day that is there asks nothing. A platform that does not offer the interface (HTTP 404, 405, 501, or a refusal of the
 * first STATS_TRIES stations) is noted and left alone for STATS_AGAIN_DAYS. */
#ifndef DOMAIN_EXCHANGE_STATS_H
#define DOMAIN_EXCHANGE_STATS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/work.h"

enum { STATS_TRIES = 3, STATS_AGAIN_DAYS = 7 };

/* Inside WORK_WRITE: asks for a pull of `day` from each platform that may offer it; none when Exchange.PullMinutes is 0. */
void exchange_stats_ask(struct work *work, const char *day);

/* Job kind exchange.pull-stats, payload {"operator_code", "day"}; WORK_PLAIN. Fails as pull_stations() does. */
void exchange_stats_job(struct work *work, const json_t *payload);

/* StationStats of a checked answer, stored; what was told of that day before is replaced. Inside WORK_WRITE. */
void exchange_stats_store(struct work *work, int64_t operator_id, int64_t station_id, const char *day, const json_t *stats);

#endif
