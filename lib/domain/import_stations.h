/* import_stations: reads a public register of charging stations (one JSON object a line, plain or gzip) into
 * stations of source 'import'. The fields are those of the sample's README (id, src, name, lat, lng, operator, …).
 *
 * What it decides:
 * - Station code = id (shortened with a digest when over 40 characters), so the same file again changes rows and doubles none.
 * - Operators are told apart by their name exactly as published; the code is "I", seven characters of the name's
 *   SHA-256, "Z": never a real organisation code, whose check character is a digit or X. None: 「未知运营商」.
 * - Places are WGS-84, stored as GCJ-02 beside the pair received. Rows of China: the sources do not state their
 *   datum, so received_datum is '' and the pair is read as WGS-84, which may be off by some hundred metres; the
 *   received pair stays, so that it can be put right when somebody knows.
 * - One row for each connector, at most IMPORT_CONNECTORS a station; without `connectors` but with `points`, that
 *   many of kind "other". No live states: they are unknown until told. */
#ifndef DOMAIN_IMPORT_STATIONS_H
#define DOMAIN_IMPORT_STATIONS_H

#include <jansson.h>

#include "core/progress.h"
#include "core/work.h"
#include "domain/station.h"

enum { IMPORT_REASONS = 20, IMPORT_CONNECTORS = 200 };

struct import_report {
    int64_t lines, stored, refused;
    struct { int64_t line; const char *reason; } reasons[IMPORT_REASONS];      /* the first ones */
};

/* Imports the file; memory does not grow with it. Bad lines are left out and reported. A file that cannot be read
 * ends the work; batches committed before that stay. Call inside work_run(WORK_PLAIN). */
struct import_report import_stations_run(struct work *work, const char *file, struct progress *progress);
/* The same, with the report in Chinese on stderr. Exit code: 0, or 1 when lines were refused. */
int import_stations(struct work *work, const char *file, struct progress *progress);

/* --- one line (import_record.c) --------------------------------------------------------------- */
/* Fills `record` from the object, in `arena`; record->operator_id stays 0 and *operator_name is the name to use.
 * NULL: good; else what is wrong, in Chinese. */
const char *import_record(struct arena *arena, json_t *object, struct station_record *record,
                          const char **operator_name);
void import_operator_code(const char *name, char code[10]);

#endif
