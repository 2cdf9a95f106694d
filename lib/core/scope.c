#include "core/scope.h"

#include <ctype.h>
#include <string.h>

const char *division_prefix(struct arena *arena, const char *code)
{
    size_t size = strlen(code);
    while (size == 6 || size == 4) {
        if (strncmp(code + size - 2, "00", 2) != 0)
            break;
        size -= 2;
    }
    return arena_copy_n(arena, code, size);
}

/* Codes are digits and capital letters; anything else (a % among it) must not widen what is seen. */
const char *division_like(struct arena *arena, const char *code)
{
    size_t size = code ? strlen(code) : 0;
    for (size_t i = 0; i < size; i++)
        if (!isalnum((unsigned char)code[i]))
            size = 0;
    return size ? arena_printf(arena, "%s%%", division_prefix(arena, code)) : "-";
}
