/* What a password costs at the configured parameters (Password.HashPasses, Password.HashMebibytes): median of 21. The
 * yardstick is OWASP's minimum for argon2id, two passes over 19 MiB, in the same run. */
#include <stdio.h>
#include <stdlib.h>

#include "core/config.h"
#include "core/crypto.h"
#include "core/text.h"

enum { TURNS = 21 };

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static double median_ms(struct arena *arena)
{
    int64_t took[TURNS];
    for (int i = 0; i < TURNS; i++) {
        int64_t began = clock_micro();
        password_hash(arena, "correct horse battery staple");
        took[i] = clock_micro() - began;
    }
    qsort(took, TURNS, sizeof *took, by_size);
    return (double)took[TURNS / 2] / 1000;
}

int main(int argc, char **argv)
{
    (void)argc;
    config_load(argv[0]);
    struct arena *arena = arena_new();
    printf("argon2id, %lld passes, %lld MiB (configured): %.1f ms\n", (long long)config_int("Password.HashPasses"),
           (long long)config_int("Password.HashMebibytes"), median_ms(arena));
    hdf_set_value(config_tree(), "Password.HashPasses", "2");
    hdf_set_value(config_tree(), "Password.HashMebibytes", "19");
    printf("argon2id, 2 passes, 19 MiB (OWASP's minimum): %.1f ms\n", median_ms(arena));
    arena_free(arena);
    return 0;
}
