/* The checker against any JSON: the first byte says which interface and direction, the rest is the object. What it found good
 * must be found good again, and so must it in the other spelling. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "exchange/message.h"

static size_t message_count;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    while (messages()[message_count].interface)
        message_count++;
    return 0;
}

static void check(struct arena *arena, const struct field *fields, json_t *object)
{
    struct findings found = { .arena = arena }, again = { .arena = arena }, spelled = { .arena = arena };
    message_check(fields, object, "", &found);
    findings_text(&found);
    if (found.count == 0) {
        message_check(fields, object, "", &again);
        message_spell_2016(fields, object);
        message_check(fields, object, "", &spelled);
        if (again.count || spelled.count)
            abort();
    }
    struct findings pulled = { .arena = arena, .drop_bad = true };
    message_check(fields, object, "", &pulled);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    const struct message *m = &messages()[(data[0] >> 1) % message_count];
    json_t *object = json_loadb((const char *)data + 1, size - 1, JSON_REJECT_DUPLICATES, NULL);
    struct arena *arena = arena_new();
    if (json_is_object(object))
        check(arena, data[0] & 1 ? m->response : m->request, object);
    json_decref(object);
    arena_free(arena);
    return 0;
}
