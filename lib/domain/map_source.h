/* map_source: feeds the map's memory (lib/map) from the database. The engine knows numbers; here is what they mean:
 *
 *   MAP_OPERATOR        code: operator.code; label: the operator's full name (searched with the station names)
 *   MAP_DIVISION        code: county, or town where a city has no counties; label: its name, in a province with
 *                       the city before it. Stations outside the site: their own division; without one: "other"
 *                       (其他), abroad the country's two letters
 *   MAP_STATION_TYPE, MAP_SCALE, MAP_EQUIPMENT_KIND, MAP_PAYMENT: codes and order of the dicts station_type,
 *                       station_scale, equipment_type, payment
 *   map_station.flags   enum map_flag
 * On the map: published and not removed. */
#ifndef DOMAIN_MAP_SOURCE_H
#define DOMAIN_MAP_SOURCE_H

#include "core/work.h"
#include "map/map.h"

enum map_flag { MAP_FLAG_MAINTENANCE = 1, MAP_FLAG_CLOSED = 2, MAP_FLAG_BUILDING = 4 };

/* VAR/map, opened once a process. Ends the work with 503 when it cannot be. */
struct map *map_shared(struct work *work);

/* Job kind `map.build`: builds the file anew and swaps it in, then puts what was told meanwhile. Has its own
 * connection and pages: memory does not grow with the number of stations. Returns how many are on the map. */
int64_t map_rebuild(struct work *work);

/* Puts again every connector told in the last `seconds`: the safety net for a writer that died between its
 * commit and its map_state_put(). Returns how many were news. */
size_t map_sweep(struct work *work, int seconds);

/* States older than Map.StaleMinutes count as unknown from now on. */
size_t map_stale(struct work *work);

#endif
