/* station_card: what the public may know about one station (Z2.1), for the card on the map and its page. */
#ifndef DOMAIN_STATION_CARD_H
#define DOMAIN_STATION_CARD_H

#include <stdbool.h>
#include <stdint.h>
#include <util/neo_hdf.h>

#include "core/work.h"

/* Fills `card`; false: no such station, not published, or removed (the three look alike).
 *
 *   id code public_code name address division type status status_code construction country
 *   operator operator_code tel service_tel hours electricity_fee service_fee park_fee park_info payment
 *   site_guide match_cars park_nums remark        texts; absent or "" = not known
 *   lng lat            WGS-84, six decimals       gcj_lng gcj_lat   GCJ-02 (for map apps on phones)
 *   datum_unstated     1: the source does not say its datum, the place may be off by some hundred metres
 *   total free busy fault offline unknown         connectors; busy = occupied, charging, reserved
 *   max_kw             "120"                      told   "2026-11-21 09:30"   told_age "3分钟前" (newest)
 *   kinds.N            code label count (equipment) connectors free power ("60–120")      by equipment type
 *   connectors.N       id code name type power park_no equipment equipment_code kind state ("unknown", "1" …) label
 *                      age ("3分钟前") told state_told (the label as last told, when it is stale)
 *   connectors_more    how many are not listed (over CARD_CONNECTORS)
 * A state never told, or told longer than Map.StaleMinutes ago, is "unknown". */
bool station_card(struct work *work, int64_t station_id, HDF *card);

enum { CARD_CONNECTORS = 200 };

/* "刚刚", "3分钟前", "2小时前", "5天前"; "" when never. */
const char *age_words(struct arena *arena, int64_t then_ms, int64_t now_ms);

#endif
