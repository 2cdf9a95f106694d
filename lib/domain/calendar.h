/* calendar: working days of China. Owns table calendar_day (date, kind: holiday | workday, name), loaded from npm
 * chinese-days at build and editable. A working day: listed as workday, else not listed as holiday and Monday to
 * Friday (domain.md 2.2). A year without data is never guessed: the answer says so. */
#ifndef DOMAIN_CALENDAR_H
#define DOMAIN_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

#include "core/work.h"

struct due {
    char date[11];          /* "2026-10-10": the last day; due at its end */
    bool known;             /* false: the count ran into a year without data; the date assumes Monday to Friday */
};

/* The day of the event is not counted; day 1 is the next working day. */
struct due  calendar_due(struct work *work, int64_t event_ms, int working_days);
/* Working days from today to the date, 0 on the day itself, negative when past. */
int         calendar_left(struct work *work, const char *date);
bool        calendar_has_year(struct work *work, int year);

#endif
