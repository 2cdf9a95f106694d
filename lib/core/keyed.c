/* keyed: see the header. Open addressing, at most half full. */
#include "core/keyed.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

struct slot { uint64_t hash; int64_t value; };
struct keyed { struct slot *slots; size_t room, count; unsigned char key[crypto_shorthash_KEYBYTES]; };

enum { ROOM_FIRST = 1024 };

static struct slot *slots_new(size_t room)
{
    struct slot *slots = calloc(room, sizeof *slots);
    if (!slots)
        abort();
    return slots;
}

static void keyed_free(void *thing)
{
    struct keyed *keyed = thing;
    free(keyed->slots);
    free(keyed);
}

struct keyed *keyed_new(struct work *work)
{
    struct keyed *keyed = calloc(1, sizeof *keyed);
    if (!keyed)
        abort();
    keyed->room = ROOM_FIRST;
    keyed->slots = slots_new(ROOM_FIRST);
    crypto_shorthash_keygen(keyed->key);
    work_defer(work, keyed_free, keyed);
    return keyed;
}

static uint64_t hash_of(const struct keyed *keyed, size_t kind, const char *text)
{
    uint64_t hash;
    crypto_shorthash((unsigned char *)&hash, (const unsigned char *)text, strlen(text), keyed->key);
    hash ^= (uint64_t)kind * UINT64_C(0x9E3779B97F4A7C15);
    return hash ? hash : 1;
}

static struct slot *slot_of(const struct keyed *keyed, uint64_t hash)
{
    size_t at = hash & (keyed->room - 1);
    while (keyed->slots[at].hash && keyed->slots[at].hash != hash)
        at = (at + 1) & (keyed->room - 1);
    return &keyed->slots[at];
}

static void grow(struct keyed *keyed)
{
    struct slot *old = keyed->slots;
    size_t room = keyed->room;
    keyed->room = room * 2;
    keyed->slots = slots_new(keyed->room);
    for (size_t i = 0; i < room; i++)
        if (old[i].hash)
            *slot_of(keyed, old[i].hash) = old[i];
    free(old);
}

int64_t keyed_get(const struct keyed *keyed, size_t kind, const char *text)
{
    return slot_of(keyed, hash_of(keyed, kind, text))->value;
}

int64_t *keyed_at(struct keyed *keyed, size_t kind, const char *text)
{
    if ((keyed->count + 1) * 2 > keyed->room)
        grow(keyed);
    uint64_t hash = hash_of(keyed, kind, text);
    struct slot *slot = slot_of(keyed, hash);
    keyed->count += slot->hash == 0;
    slot->hash = hash;
    return &slot->value;
}
