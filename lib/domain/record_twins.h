/* record_twins: the same thing filed twice: the same code of a station, facility or gun at another operator, the same serial
 * number (出厂编号) at another operator or within one, the same name near by. Only what was submitted counts. A record
 * outside the actor's division is pointed out as another operator's, without naming it. Reads only. */
#ifndef DOMAIN_RECORD_TWINS_H
#define DOMAIN_RECORD_TWINS_H

#include <stdint.h>
#include <util/neo_misc.h>
#include <util/neo_hdf.h>

#include "core/work.h"

/* node (or NULL).N.{What, Text, Label, Href}, at most 12; returns how many. The caller has proved that the actor reads the record. */
int record_twins(struct work *work, const char *flow, int64_t id, HDF *node);

#endif
