/* pull: an operator's stations and states, asked for from its platform (T/CEC 102 query_stations_info and
 * query_station_status). Run with work_run(WORK_PLAIN): each page is stored in a transaction of its own, so
 * that none is open while a far platform thinks.
 *
 * A page is stored as far as it is good: a station without code, name or place is left out and noted, a wrong
 * number inside it is "not known". After a whole pull that came to a proper end, stations the platform no longer
 * names are marked removed; an empty or broken-off pull removes nothing. */
#ifndef DOMAIN_PULL_H
#define DOMAIN_PULL_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/work.h"
#include "domain/station.h"

struct pull_report {
    int         pages;
    int64_t     stored, refused, removed, doubled;   /* stations; doubled: named more than once */
    int64_t     left_out;                            /* stations that do not take part (connection.h) */
    bool        complete;
    const char *first_fault;                         /* why the first refused one was; NULL: none */
};

/* Everything since the last complete pull, or with `whole` all there is. Asks for a map build and for the states
 * afterwards. FAIL_MISSING: no such partner; FAIL_INVALID: it has no base_url; FAIL_UNAVAILABLE: its platform did
 * not answer as it should (the text says how); pages stored until then stay. */
void pull_stations(struct work *work, const char *operator_code, bool whole, struct pull_report *report);

/* The same, given up after so many seconds. */
void pull_stations_within(struct work *work, const char *operator_code, bool whole, int64_t seconds, struct pull_report *report);

/* Job handlers. Payload {"operator_code":"…","whole":true}. */
void pull_stations_job(struct work *work, const json_t *payload);     /* kind exchange.pull-stations */
void pull_status_job(struct work *work, const json_t *payload);       /* kind exchange.pull-status   */
/* Payload {}: asks for a pull of each partner that has not been pulled for Exchange.PullMinutes, and clears
 * away what the exchange needs no more. To be run every few minutes. */
void exchange_tend_job(struct work *work, const json_t *payload);     /* kind exchange.tend          */

/* --- one station (pull_record.c) ----------------------------------------------------------------- */
/* StationInfo -> record, in `arena`; `info` is changed (numbers made plain, wrong ones dropped). NULL: good, else
 * what keeps it from being stored. */
const char *pull_record(struct arena *arena, json_t *info, struct station_record *record);

#endif
