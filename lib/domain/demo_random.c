/* demo_random: splitmix64 and what is made of it. */
#include "domain/demo_random.h"

#include <math.h>
#include <string.h>

uint64_t random_next(struct demo_random *random)
{
    uint64_t z = random->state += UINT64_C(0x9E3779B97F4A7C15);

    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

int random_below(struct demo_random *random, int limit)
{
    return limit > 0 ? (int)(random_next(random) % (uint64_t)limit) : 0;
}

double random_real(struct demo_random *random)
{
    return (double)(random_next(random) >> 11) / 9007199254740992.0;
}

double random_normal(struct demo_random *random)
{
    double u = 1 - random_real(random), v = random_real(random);

    return sqrt(-2 * log(u)) * cos(2 * M_PI * v);
}

struct words words_read(struct arena *arena, HDF *tree, const char *name)
{
    const char *text = hdf_get_value(tree, name, "");
    struct words out = { .count = 1 };

    for (const char *p = text; *p; p++)
        out.count += *p == '|';
    out.words = arena_alloc(arena, (size_t)out.count * sizeof *out.words);
    for (int i = 0; i < out.count; i++) {
        size_t length = strcspn(text, "|");
        out.words[i] = arena_copy_n(arena, text, length);
        text += length + (text[length] == '|');
    }
    return out;
}

const char *words_any(const struct words *words, struct demo_random *random)
{
    return words->words[random_below(random, words->count)];
}
