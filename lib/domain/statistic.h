/* statistic: the platform's figures, counted by the job runner so that a page reads one small table. Owns
 * table statistic. */
#ifndef DOMAIN_STATISTIC_H
#define DOMAIN_STATISTIC_H

#include "core/work.h"

enum statistic { STATISTIC_OPERATORS, STATISTIC_STATIONS, STATISTIC_EQUIPMENT, STATISTIC_CONNECTORS, STATISTIC_POWER_KW,
                 STATISTIC_FREE, STATISTIC_ENERGY_KWH, STATISTIC_ORDERS, STATISTIC_COUNT };

struct statistics {
    double  value[STATISTIC_COUNT];
    int64_t at;                          /* ms; 0: never counted. Of what changes by the minute */
};

void statistics_count(struct work *work);
/* Energy and sessions of all time, from the rollup of charging orders: longer to sum, by a job of its own. */
void statistics_orders(struct work *work);
void statistics_read(struct work *work, struct statistics *out);

#endif
