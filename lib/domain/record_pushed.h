/* record_pushed: a record beside what its operator's platform pushes (tables station, equipment, connector; tied by
 * operator_id and code), with record_compare's verdicts. Reads only; scope as the records'. */
#ifndef DOMAIN_RECORD_PUSHED_H
#define DOMAIN_RECORD_PUSHED_H

#include <stdbool.h>
#include <stdint.h>
#include <util/neo_misc.h>
#include <util/neo_hdf.h>

#include "core/work.h"
#include "domain/record_compare.h"

struct record_pushed {
    bool    there;                  /* the platform pushes something under this code */
    struct record_compared fields;  /* of the record and, for a facility, of its guns */
    int64_t missing, more;          /* guns (of a station: facilities) declared but not pushed; pushed but not declared */
};

/* Of a station record: node (or NULL).{There, SeenAt, Code, Rows, Sum, Tone, Parts.{Declared, Pushed, Missing.N.{Id, Code, Name},
 * More.N.{Code, Name}}}: facilities on one side alone, at most 20 named; how many there are is in the struct. Facilities
 * are told, not counted as differences: a station passes before its facilities can be filed. */
struct record_pushed record_pushed_station(struct work *work, int64_t id, HDF *node);
/* Of an equipment record: also node.Guns.N.{Code, Words, Kind, Rows}; a gun on one side alone is a difference. */
struct record_pushed record_pushed_equipment(struct work *work, int64_t id, HDF *node);

/* How many places differ, and that in words: 「与平台数据 2 处不一致」「与平台数据一致」「平台未推送」. */
int64_t     record_pushed_differs(const struct record_pushed *pushed, bool station);
const char *record_pushed_words(struct work *work, const struct record_pushed *pushed, bool station);
const char *record_pushed_tone(const struct record_pushed *pushed, bool station);

#endif
