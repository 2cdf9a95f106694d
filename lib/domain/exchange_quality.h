/* exchange_quality: how good the data is that operators' platforms push, by station and day (H4.2, Z34). Owns tables
 * exchange_quality_day, station_quality, operator_quality, exchange_quality_run.
 *
 * Counted by a job from what is stored, each finished day once in the night after it and once more three nights later, when
 * orders sent late are there; pages read what was counted. Stations are taken some hundred at a time, each batch a short
 * transaction that may be repeated. What is counted:
 *   online    share of connector-time with a known state that is not 离网 (exchange_online.h)
 *   complete  mean of the parts that apply: required members of StationInfo, EquipmentInfo and ConnectorInfo (T/CEC 102 part 2,
 *             5.6-5.8) that are filled; connectors with a state told within the day; orders there are for the charges the
 *             states tell of (at most all). The house's own definition.
 *   delay     from an order's EndTime to its receipt, median and 95 % (nearest rank), of orders that ended that day
 *   seen      the last state, push or order of it; an operator's is live (partner.last_push_at)
 * score is the mean of online and complete; grade (dict quality_grade) follows from the lower of the two. */
#ifndef DOMAIN_EXCHANGE_QUALITY_H
#define DOMAIN_EXCHANGE_QUALITY_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <util/neo_misc.h>
#include <util/neo_hdf.h>

#include "core/work.h"

enum { QUALITY_DAYS = 30, QUALITY_KEPT_DAYS = 400, QUALITY_AGAIN_DAYS = 3, QUALITY_GOOD = 95, QUALITY_FAIR = 80 };   /* percent */

/* For the tick, inside WORK_WRITE: past Exchange.QualityHour asks once for yesterday's count, the later count of an earlier
 * day, and yesterday's statistics of each platform. */
void exchange_quality_ask(struct work *work);
/* Job kind exchange.quality, payload {"day": "2026-11-20"}. Inside WORK_PLAIN. */
void exchange_quality_job(struct work *work, const json_t *payload);
/* One day, whatever was counted of it before. Inside WORK_PLAIN; returns stations. */
int64_t exchange_quality_count(struct work *work, const char *day);
/* The lists show this day, which was counted before; inside WORK_WRITE. */
void exchange_quality_show_day(struct work *work, const char *day);
/* Old days, for the daily maintenance; in a transaction. */
void exchange_quality_purge(struct work *work);

/* --- for pages (exchange_quality_show.c), in the actor's scope: an operator its own, a department its division's ----------- */

/* node.{Name, Code, Operator, OperatorId, Day, SeenAt, Grade, Tone, Figures.N, Days.N.{Label, Online, Complete, Median, Most, Orders,
 * Energy and Told (kWh), Difference, Differs, X, Y, Height, Low}}: the newest count, and QUALITY_DAYS days, newest first. False: absent
 * or outside. */
bool exchange_quality_station(struct work *work, int64_t station_id, HDF *node);
bool exchange_quality_operator(struct work *work, int64_t operator_id, HDF *node);

/* What of a station's data is missing, in words (exchange_gaps.c): node.{Gaps.N.{Kind (fields, states, orders, statistics, archive),
 * Text}, Pushed (as record_pushed_station() fills it)}. Returns how many; 0: complete, so that a subsidy may be asked for
 * (H4.2). Looks at live states, what was counted of 30 days, and the archive beside what is pushed. FAIL_MISSING outside the
 * actor's scope. */
int exchange_gaps(struct work *work, int64_t station_id, HDF *node);
/* The same of a station record; also when the platform pushes nothing under its code. */
int exchange_gaps_of_record(struct work *work, int64_t station_record_id, HDF *node);

#endif
