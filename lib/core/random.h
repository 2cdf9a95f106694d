/* random: a seeded stream of numbers, the same on every machine: for what must come out alike each time (demonstration city,
 * simulator). Secrets come from crypto_random(). */
#ifndef CORE_RANDOM_H
#define CORE_RANDOM_H

#include <stdint.h>

struct random_stream { uint64_t state; };

uint64_t random_next(struct random_stream *random);
int      random_below(struct random_stream *random, int limit);          /* 0 … limit-1 */
double   random_real(struct random_stream *random);                      /* 0 ≤ x < 1   */
double   random_normal(struct random_stream *random);                    /* mean 0, deviation 1 */

#endif
