/* demo_random: see the header. */
#include "domain/demo_random.h"

#include <string.h>

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

const char *words_any(const struct words *words, struct random_stream *random)
{
    return words->words[random_below(random, words->count)];
}
