/* exchange_silence: a platform that had pushed and pushes no more. Owns table exchange_silence.
 *
 * Silent is an enabled partner whose last good message (partner.last_push_at, kept to the minute) is older than
 * Exchange.SilentMinutes; one that never pushed is not. A silence is one row, under a unique key while it lasts: whoever of
 * several tickers stores it also writes the notices, in the same transaction, so that there is one notice to the accounts of the operator and
 * one to the nearest department of its division, however many look. When it speaks again the row is ended and both are told
 * once more; of a partner that was switched off meanwhile the row is ended without a word. */
#ifndef DOMAIN_EXCHANGE_SILENCE_H
#define DOMAIN_EXCHANGE_SILENCE_H

#include <stdbool.h>
#include <stdint.h>
#include <util/neo_misc.h>
#include <util/neo_hdf.h>

#include "core/work.h"

/* For the tick, inside WORK_WRITE: notices new silences and ended ones. Returns how many. */
int64_t exchange_silences_watch(struct work *work);

/* node.{Title, Text} while this operator's platform is silent; true then. For the operator's own pages and those whose caller
 * has checked the scope. */
bool exchange_silence_show(struct work *work, int64_t operator_id, HDF *node);
/* node.N.{At, Title, Text, Kind}: the newest ten, for timeline(). */
int exchange_silence_list(struct work *work, int64_t operator_id, HDF *node);

#endif
