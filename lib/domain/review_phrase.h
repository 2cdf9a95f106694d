/* review_phrase: 常用意见, sentences a reviewer keeps for opinions: its own, and those its department shares (every reviewer of the
 * same division uses and changes them). Owns table review_phrase. */
#ifndef DOMAIN_REVIEW_PHRASE_H
#define DOMAIN_REVIEW_PHRASE_H

#include <stdbool.h>
#include <stdint.h>
#include <util/neo_misc.h>
#include <util/neo_hdf.h>

#include "core/work.h"

enum { PHRASES_MOST = 50 };         /* of one person; of one department */

/* node.N.{Id, Words, Shared, Value, Label}: own ones first. */
void review_phrases(struct work *work, HDF *node);
/* Its words for this actor, ""; 0 or another's: "". */
const char *review_phrase_words(struct work *work, int64_t id);
/* id 0: a new one. NULL: stored; else what is wrong in words. Another's id: 404. */
const char *review_phrase_save(struct work *work, int64_t id, const char *words, bool shared);
void review_phrase_drop(struct work *work, int64_t id);

/* The opinion typed and the phrase chosen, as one text. */
const char *review_opinion(struct work *work, const char *typed, int64_t phrase);

#endif
