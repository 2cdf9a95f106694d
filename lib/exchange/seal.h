/* seal: the cryptography of the T/CEC 102 edge, and of nothing else: HMAC-MD5 in upper-case hex, AES-128-CBC
 * with PKCS#7 and a fixed IV, base64. The standard prescribes these (part 4); stored secrets use core/crypto.h.
 *
 * Nothing here keeps state; safe in threads. Keys are raw bytes of the text, never hex-decoded. */
#ifndef EXCHANGE_SEAL_H
#define EXCHANGE_SEAL_H

#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"

#define SEAL_KEY_SIZE 16
#define SEAL_SIG_SIZE 32
#define SEAL_SECRET_MAX 64

/* The four secrets one side issued to the other; one set for each direction. */
struct key_set {
    char operator_secret[SEAL_SECRET_MAX + 1];
    char data_secret[SEAL_KEY_SIZE + 1];
    char data_secret_iv[SEAL_KEY_SIZE + 1];
    char sig_secret[SEAL_SECRET_MAX + 1];
};

/* Fills `keys`; a secret of the wrong length is refused here, at configuration time. Returns NULL when all is
 * well, otherwise a Chinese sentence that names the secret (a literal). The texts may be NULL: missing. */
const char *key_set_fill(struct key_set *keys, const char *operator_secret, const char *data_secret,
                         const char *data_secret_iv, const char *sig_secret);

/* HMAC-MD5 over the concatenation of `count` parts. Upper-case hex. */
void seal_sign(const char *sig_secret, const char *const parts[], size_t count, char sig[SEAL_SIG_SIZE + 1]);
/* Constant time; accepts either case of the received text. */
bool seal_same_sig(const char *computed, const char *received);

/* Plain bytes -> base64 of the cipher text, one line. */
char *seal_encrypt(struct arena *arena, const struct key_set *keys, const char *plain, size_t size);
/* base64 (line breaks and blanks inside are accepted) -> plain bytes with a closing NUL, *size without it.
 * NULL: not base64, not whole blocks, or wrong padding (all three alike, so that the answer is no oracle). */
char *seal_decrypt(struct arena *arena, const struct key_set *keys, const char *base64, size_t *size);

#endif
