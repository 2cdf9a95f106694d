/* Envelopes of both directions: read, signature, time, opened, and what was opened checked as a status push. The input is one
 * body; "#" in front: the rest is a plain text, sealed and signed first, so that the fuzzer gets behind the cryptography. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "exchange/envelope.h"
#include "exchange/message.h"

static struct key_set keys;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    if (key_set_fill(&keys, "1234567890abcdef", "1234567890abcdef", "1234567890abcdef", "1234567890abcdef"))
        abort();
    return 0;
}

static void request(struct arena *arena, const char *body, size_t size, bool ours)
{
    struct envelope envelope;
    struct status_item *items = NULL;
    size_t count = 0;
    uint8_t digest[32];
    json_t *data = NULL;
    if (envelope_read(arena, body, size, &envelope).ret != RET_OK)
        return;
    bool good = envelope_check_sig(&envelope, &keys).ret == RET_OK;
    if (ours && !good)
        abort();                                     /* what was signed with these keys fits them */
    envelope_check_time(arena, &envelope, 1700000000000, 300000);
    envelope_digest(&envelope, digest);
    if (envelope_open(arena, &envelope, &keys, &data).ret == RET_OK)
        status_push_read(arena, data, &items, &count);
    json_decref(data);
}

static void answer(struct arena *arena, const char *body, size_t size)
{
    struct reply reply;
    const char *why = "";
    if (!reply_read(arena, body, size, &reply, &why))
        return;
    reply_sig_good(arena, &reply, &keys);
    json_decref(reply_open(arena, &reply, &keys, &why));
}

/* Seals text that need not be JSON, as a careless peer might. */
static const char *sealed(struct arena *arena, const char *plain, size_t size)
{
    char sig[SEAL_SIG_SIZE + 1];
    const char *data = seal_encrypt(arena, &keys, plain, size);
    seal_sign(keys.sig_secret, (const char *[]){ "123456789", data, "20261121090807", "0001" }, 4, sig);
    return arena_printf(arena, "{\"OperatorID\":\"123456789\",\"Data\":\"%s\",\"TimeStamp\":\"20261121090807\",\"Seq\":\"0001\",\"Sig\":\"%s\"}",
                        data, sig);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new();
    const char *body = (const char *)data;
    bool ours = size > 0 && body[0] == '#';
    if (ours) {
        body = sealed(arena, body + 1, size - 1);
        size = strlen(body);
    }
    request(arena, body, size, ours);
    answer(arena, body, size);
    arena_free(arena);
    return 0;
}
