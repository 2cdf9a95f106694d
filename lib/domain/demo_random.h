/* demo_random: lists of words from schema/demo/, and one drawn from a seeded stream (core/random.h). Private to demo_*.c. */
#ifndef DOMAIN_DEMO_RANDOM_H
#define DOMAIN_DEMO_RANDOM_H

#include <stddef.h>
#include <util/neo_misc.h>
#include <util/neo_hdf.h>

#include "core/arena.h"
#include "core/random.h"

struct words { const char **words; int count; };

/* "a|b|c" under `name` of the tree */
struct words words_read(struct arena *arena, HDF *tree, const char *name);
const char  *words_any(const struct words *words, struct random_stream *random);

#endif
