/* exchange_online: how long a connector was online within a day, by the states its platform told. Pure: no database.
 *
 * T/CEC 102 part 2 tells states when they change (notification_stationStatus) and when asked (query_station_status), and defines
 * no online rate: this definition is the house's own. A state holds from the moment it was told until the next one, at most
 * `hold` (Exchange.StateHours); after that, and before the first, it is unknown. Online is every known state but 0 (离网): a
 * connector with a fault (255) is in touch with its platform. The rate of a day is online time / length of the day, summed
 * over connectors before it is divided. */
#ifndef DOMAIN_EXCHANGE_ONLINE_H
#define DOMAIN_EXCHANGE_ONLINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct state_told { int64_t connector_id, at_ms, state; };

struct online {
    int64_t online_ms;
    int64_t charges;        /* ended within the day: 充电 followed by another state */
    bool    told;           /* something was told within the day */
};

/* `told`: states of one connector in order of time, from `from - hold` to before `to` (milliseconds). `again_ms`: when the last of
 * them was last told again unchanged, which the log does not hold (connector.state_at); 0: not known. */
struct online online_of_day(const struct state_told *told, size_t count, int64_t from, int64_t to, int64_t hold, int64_t again_ms);

#endif
