/* demo_random: a seeded stream of numbers, the same on every machine, and lists of words from schema/demo/.
 * Private to demo_*.c. */
#ifndef DOMAIN_DEMO_RANDOM_H
#define DOMAIN_DEMO_RANDOM_H

#include <stddef.h>
#include <stdint.h>
#include <util/neo_misc.h>
#include <util/neo_hdf.h>

#include "core/arena.h"

struct demo_random { uint64_t state; };

uint64_t random_next(struct demo_random *random);
int      random_below(struct demo_random *random, int limit);          /* 0 … limit-1 */
double   random_real(struct demo_random *random);                      /* 0 ≤ x < 1   */
double   random_normal(struct demo_random *random);                    /* mean 0, deviation 1 */

struct words { const char **words; int count; };

/* "a|b|c" under `name` of the tree */
struct words words_read(struct arena *arena, HDF *tree, const char *name);
const char  *words_any(const struct words *words, struct demo_random *random);

#endif
