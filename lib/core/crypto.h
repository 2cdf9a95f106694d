/* crypto: the one door to OpenSSL and libsodium. Every stored digest and cipher text carries the id of its
 * algorithm, so that SM3/SM4 can take over by configuration (Crypto.Suite = intl | sm) and old rows still
 * read. MD5 and AES-CBC with a fixed IV exist only at the T/CEC 102 edge (lib/exchange). */
#ifndef CORE_CRYPTO_H
#define CORE_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"

void crypto_random(void *out, size_t size);
char *crypto_token(struct arena *, size_t bytes);                 /* random, URL-safe base64            */
void crypto_sha256(const void *data, size_t size, uint8_t out[32]);
void crypto_sm3(const void *data, size_t size, uint8_t out[32]);
void crypto_hmac_sha256(const void *key, size_t key_size, const void *data, size_t size, uint8_t out[32]);

/* HMAC-SHA-256 of `text` under the portal's own key (VAR/secret.key), one subkey a purpose: for what must not be made or
 * guessed by whoever has the database alone. */
void crypto_keyed(const char *purpose, const void *data, size_t size, uint8_t out[32]);

/* Secrets at rest: "a1:<base64 nonce|cipher|tag>" AES-256-GCM, "s1:…" SM4-CTR + HMAC-SM3. The key is
 * VAR/secret.key (made at the first start, mode 0600), outside the database. `about` is bound in as
 * associated data (table.column.row), so that a value cannot be moved to another row. */
char *secret_seal(struct arena *, const char *plain, const char *about);
char *secret_open(struct arena *, const char *sealed, const char *about);   /* NULL: tampered or wrong key */

char *password_hash(struct arena *, const char *password);        /* argon2id; cost: Password.Hash*     */
bool  password_matches(const char *hash, const char *password);
bool  password_outdated(const char *hash);                        /* made at another cost: hash again   */

#endif
