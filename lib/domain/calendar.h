/* calendar: working days of China. Owns tables calendar_day (what differs from Monday to Friday) and calendar_year
 * (years whose arrangement is known, whole). Loaded from npm chinese-days (conf/build/calendar.mjs) and editable.
 *
 * A working day: listed as workday, else not listed as holiday and Monday to Friday (reference/domain.md 2.2). The
 * day of the event is not counted; day 1 is the next working day; due at the end of the last day. Next year's
 * arrangement is published each November: a count that runs into a year without data says so, never guesses. */
#ifndef DOMAIN_CALENDAR_H
#define DOMAIN_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <util/neo_misc.h>
#include <util/neo_hdf.h>

#include "core/work.h"

struct due {
    char date[11];          /* "2026-10-10": the last day */
    bool known;             /* false: the count ran into a year without data; the date assumes Monday to Friday */
};

/* working_days from 1 to 1000, else FAIL_OURS. */
struct due calendar_due(struct work *work, int64_t event_ms, int working_days);
/* The same from a date "2026-10-10". */
struct due calendar_after(struct work *work, const char *date, int working_days);

/* Working days from today to the date: 0 on the day itself (or when only days off lie between), negative when past. */
int  calendar_left(struct work *work, const char *date);
bool calendar_is_working(struct work *work, const char *date);
bool calendar_has_year(struct work *work, int year);

/* What staff change: kind "holiday", "workday", or "plain" (as the day of the week says). A bad date or kind ends the
 * work with FAIL_INVALID. The caller writes the trail and says calendar_changed(). */
void calendar_set(struct work *work, const char *date, const char *kind, const char *name);
void calendar_confirm_year(struct work *work, int year);            /* its arrangement is entered whole */

/* node.N.{day, kind, name, source}: what is listed of a year, in order. */
int  calendar_listed(struct work *work, int year, HDF *node);

/* Reads the table the build makes. What staff have edited stays; inside the caller's transaction. Returns the days read;
 * a bad line ends the work and names its number. */
int64_t calendar_load(struct work *work, FILE *file);
/* The first line that does not fit, in words; NULL: all of them do. Reads to the end and writes nothing. */
const char *calendar_wrong(struct work *work, FILE *file);

/* Open deadlines are counted anew by a job, in the transaction of what changed the calendar (lib/flow, flow_due_recount). */
void calendar_changed(struct work *work);

#endif
