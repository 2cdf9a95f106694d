/* station_told: what a platform tells of its stations beside their states: the stations themselves (stored like pulled ones),
 * real-time power and prices, the newest of each station and connector. Only station_told.c writes tables station_power,
 * connector_power and station_fee. Messages come in checked (exchange/message.h). */
#ifndef DOMAIN_STATION_TOLD_H
#define DOMAIN_STATION_TOLD_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/work.h"

/* NULL: every entry of StationInfos belongs to the operator and can be stored; else what is wrong, with its place in the
 * message. Nothing is written. */
const char *stations_told_wrong(struct work *work, const char *operator_code, const json_t *infos);
/* Takes out of the list what does not take part in the interconnection (connection.h); *left_out names the first of them, or
 * is NULL. How many stay. */
size_t stations_taking_part(struct work *work, int64_t operator_id, json_t *infos, const char **left_out);
/* Stores them, shown to the public when the platform's interconnection is complete; asks for a new map and ties entrusted
 * stations. Equipment the platform no longer names is marked removed; a station it does not name stays. */
void stations_told(struct work *work, int64_t operator_id, json_t *infos);

/* Does the operator have this station, not removed? */
bool station_known(struct work *work, int64_t operator_id, const char *code);

/* SupStationPowerInfos: how many of its stations are known; *unknown names the first that is not, or is NULL. */
size_t powers_known(struct work *work, int64_t operator_id, const json_t *infos, const char **unknown);
/* Stores those of known stations. Older figures than the known ones change nothing. */
void powers_told(struct work *work, int64_t operator_id, const json_t *infos);

/* notification_stationFee of a known station. */
void fee_told(struct work *work, int64_t operator_id, const json_t *data);

#endif
