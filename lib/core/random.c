/* random: splitmix64 and what is made of it. */
#include "core/random.h"

#include <math.h>

uint64_t random_next(struct random_stream *random)
{
    uint64_t z = random->state += UINT64_C(0x9E3779B97F4A7C15);

    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

int random_below(struct random_stream *random, int limit)
{
    return limit > 0 ? (int)(random_next(random) % (uint64_t)limit) : 0;
}

double random_real(struct random_stream *random)
{
    return (double)(random_next(random) >> 11) / 9007199254740992.0;
}

double random_normal(struct random_stream *random)
{
    double u = 1 - random_real(random), v = random_real(random);

    return sqrt(-2 * log(u)) * cos(2 * M_PI * v);
}
