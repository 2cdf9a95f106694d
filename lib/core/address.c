/* address: see the header. */
#include "core/address.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"

#define PARTED " ,;\t\r\n"
enum { ENTRY_MOST = 49 };            /* ffff:…:255.255.255.255/128 */

struct network { uint8_t bytes[16]; int bits; };      /* IPv4 as ::ffff:a.b.c.d */

static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

static bool address_read(const char *text, uint8_t bytes[16], bool *four)
{
    *four = inet_pton(AF_INET, text, bytes + 12) == 1;
    if (*four) {
        memcpy(bytes, mapped, sizeof mapped);
        return true;
    }
    return inet_pton(AF_INET6, text, bytes) == 1;
}

static bool network_read(const char *entry, size_t size, struct network *out)
{
    char text[ENTRY_MOST + 1];
    int64_t bits = 0;
    bool four;
    if (size > ENTRY_MOST)
        return false;
    memcpy(text, entry, size);
    text[size] = '\0';
    char *slash = strchr(text, '/');
    if (slash)
        *slash = '\0';
    if (!address_read(text, out->bytes, &four))
        return false;
    if (slash && !text_to_int(slash + 1, 0, four ? 32 : 128, &bits))
        return false;
    out->bits = slash ? (int)bits + (four ? 96 : 0) : 128;
    return true;
}

static bool network_has(const struct network *network, const uint8_t bytes[16])
{
    int whole = network->bits / 8, rest = network->bits % 8;
    uint8_t mask = (uint8_t)(0xff00 >> rest);
    return memcmp(network->bytes, bytes, (size_t)whole) == 0
           && (rest == 0 || (network->bytes[whole] & mask) == (bytes[whole] & mask));
}

bool address_listed(const char *list, const char *address)
{
    uint8_t bytes[16];
    bool four;
    struct network network;
    if (!address_read(address, bytes, &four))
        return false;
    for (const char *at = list + strspn(list, PARTED); *at; at += strspn(at, PARTED)) {
        size_t size = strcspn(at, PARTED);
        if (network_read(at, size, &network) && network_has(&network, bytes))
            return true;
        at += size;
    }
    return false;
}

const char *address_list_wrong(struct arena *arena, const char *list)
{
    struct network network;
    for (const char *at = list + strspn(list, PARTED); *at; at += strspn(at, PARTED)) {
        size_t size = strcspn(at, PARTED);
        if (!network_read(at, size, &network))
            return arena_copy_n(arena, at, size);
        at += size;
    }
    return NULL;
}
