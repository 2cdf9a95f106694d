#include "core/capability.h"

#include <stddef.h>
#include <string.h>

static const struct {
    const char *key, *label;
} names[CAP_COUNT] = {
#define X(name, key, label) [CAP_##name] = { key, label },
    CAPABILITIES(X)
#undef X
};
_Static_assert(CAP_COUNT <= 64, "the set of an actor is 64 bits");

const char *capability_key(enum capability cap)   { return names[cap].key ? names[cap].key : ""; }
const char *capability_label(enum capability cap) { return names[cap].label ? names[cap].label : ""; }

enum capability capability_by_key(const char *key)
{
    for (int cap = 1; cap < CAP_COUNT; cap++)
        if (strcmp(names[cap].key, key) == 0)
            return (enum capability)cap;
    return CAP_UNDECIDED;
}
