/* crypto: thin, checked calls. A failure inside a library is a broken invariant: abort. */
#include "core/crypto.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/config.h"
#include "core/text.h"

enum { NONCE = 12, TAG = 16, SM_NONCE = 16, SM_TAG = 32 };

static void must(bool ok)
{
    if (!ok) {
        fputs("crypto library failed\n", stderr);
        abort();
    }
}

/* Random, SHA-256 and HMAC-SHA-256 come from libsodium: every program needs them, and OpenSSL's start alone costs
 * each process megabytes. Ciphers at rest, SM3 and SM4 are OpenSSL's, paid by the programs that use them. */
void crypto_random(void *out, size_t size)
{
    must(sodium_init() >= 0);
    randombytes_buf(out, size);
}

char *crypto_token(struct arena *arena, size_t bytes)
{
    uint8_t raw[64];
    must(bytes <= sizeof raw);
    crypto_random(raw, bytes);
    size_t room = sodium_base64_ENCODED_LEN(bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    char *out = arena_alloc(arena, room);
    return sodium_bin2base64(out, room, raw, bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

void crypto_sha256(const void *data, size_t size, uint8_t out[32])
{
    crypto_hash_sha256(out, data, size);
}

void crypto_sm3(const void *data, size_t size, uint8_t out[32])
{
    must(EVP_Digest(data, size, out, NULL, EVP_sm3(), NULL) == 1);
}

void crypto_hmac_sha256(const void *key, size_t key_size, const void *data, size_t size, uint8_t out[32])
{
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, key, key_size);
    crypto_auth_hmacsha256_update(&state, data, size);
    crypto_auth_hmacsha256_final(&state, out);
}

/* --- secrets at rest --------------------------------------------------------------------------- */

/* 32 bytes as 64 hex digits in VAR/secret.key; subkeys are derived so that no key serves two purposes. */
static void derive_key(const char *purpose, uint8_t out[32])
{
    static uint8_t master[32];
    static bool    loaded;
    if (!loaded) {
        char text[80] = "";
        FILE *file = fopen(path_in_var("secret.key"), "r");
        if (file) {
            if (!fgets(text, sizeof text, file))
                text[0] = '\0';
            fclose(file);
        }
        size_t n = 0;
        if (sodium_hex2bin(master, sizeof master, text, strcspn(text, "\r\n"), NULL, &n, NULL) != 0 || n != 32) {
            fprintf(stderr, "%s: must hold 64 hex digits\n", path_in_var("secret.key"));
            exit(2);
        }
        loaded = true;
    }
    crypto_hmac_sha256(master, sizeof master, purpose, strlen(purpose), out);
}

void crypto_keyed(const char *purpose, const void *data, size_t size, uint8_t out[32])
{
    uint8_t key[32];
    derive_key(purpose, key);
    crypto_hmac_sha256(key, sizeof key, data, size, out);
}

static void gcm(bool encrypt, const uint8_t key[32], const uint8_t *nonce, const char *about, const uint8_t *in,
                size_t size, uint8_t *out, uint8_t tag[TAG], bool *good)
{
    EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
    int n = 0;
    must(c && EVP_CipherInit_ex(c, EVP_aes_256_gcm(), NULL, key, nonce, encrypt) == 1);
    must(EVP_CipherUpdate(c, NULL, &n, (const uint8_t *)about, (int)strlen(about)) == 1);
    must(EVP_CipherUpdate(c, out, &n, in, (int)size) == 1);
    if (!encrypt)
        must(EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_SET_TAG, TAG, tag) == 1);
    *good = EVP_CipherFinal_ex(c, out + n, &n) == 1;
    if (encrypt)
        must(*good && EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_GET_TAG, TAG, tag) == 1);
    EVP_CIPHER_CTX_free(c);
}

static void sm4_ctr(const uint8_t key[32], const uint8_t *nonce, const uint8_t *in, size_t size, uint8_t *out)
{
    EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
    int n = 0;
    must(c && EVP_EncryptInit_ex(c, EVP_sm4_ctr(), NULL, key, nonce) == 1);
    must(EVP_EncryptUpdate(c, out, &n, in, (int)size) == 1);
    EVP_CIPHER_CTX_free(c);
}

/* HMAC-SM3 over length, nonce and cipher text, and what it is about: encrypt, then authenticate. */
static void sm3_tag(struct arena *arena, const uint8_t key[32], const uint8_t *data, size_t size, const char *about,
                    uint8_t tag[SM_TAG])
{
    uint64_t length = size;
    uint8_t *whole = arena_alloc(arena, sizeof length + size + strlen(about) + 1);
    memcpy(whole, &length, sizeof length);
    memcpy(whole + sizeof length, data, size);
    memcpy(whole + sizeof length + size, about, strlen(about));
    must(HMAC(EVP_sm3(), key, 32, whole, sizeof length + size + strlen(about), tag, NULL) != NULL);
}

char *secret_seal(struct arena *arena, const char *plain, const char *about)
{
    bool    sm = strcmp(config_text("Crypto.Suite"), "sm") == 0, good;
    size_t  size = strlen(plain), nonce = sm ? SM_NONCE : NONCE, tag = sm ? SM_TAG : TAG;
    uint8_t key[32], *box = arena_alloc(arena, nonce + size + tag);
    crypto_random(box, nonce);
    if (sm) {
        derive_key("secret sm4", key);
        sm4_ctr(key, box, (const uint8_t *)plain, size, box + nonce);
        derive_key("secret sm3", key);
        sm3_tag(arena, key, box, nonce + size, about, box + nonce + size);
    } else {
        derive_key("secret aes", key);
        gcm(true, key, box, about, (const uint8_t *)plain, size, box + nonce, box + nonce + size, &good);
    }
    size_t room = sodium_base64_ENCODED_LEN(nonce + size + tag, sodium_base64_VARIANT_ORIGINAL);
    char *text = arena_alloc(arena, room);
    sodium_bin2base64(text, room, box, nonce + size + tag, sodium_base64_VARIANT_ORIGINAL);
    return arena_printf(arena, "%s:%s", sm ? "s1" : "a1", text);
}

char *secret_open(struct arena *arena, const char *sealed, const char *about)
{
    bool   sm = text_has_prefix(sealed, "s1:");
    if (!sm && !text_has_prefix(sealed, "a1:"))
        return NULL;
    size_t size = 0, nonce = sm ? SM_NONCE : NONCE, tag = sm ? SM_TAG : TAG, room = strlen(sealed);
    uint8_t key[32], *box = arena_alloc(arena, room), made[SM_TAG];
    if (sodium_base642bin(box, room, sealed + 3, room - 3, NULL, &size, NULL, sodium_base64_VARIANT_ORIGINAL) != 0
        || size < nonce + tag)
        return NULL;
    size -= nonce + tag;
    char *plain = arena_alloc(arena, size + 1);
    bool good;
    if (sm) {
        derive_key("secret sm3", key);
        sm3_tag(arena, key, box, nonce + size, about, made);
        good = sodium_memcmp(made, box + nonce + size, SM_TAG) == 0;
        derive_key("secret sm4", key);
        sm4_ctr(key, box, box + nonce, size, (uint8_t *)plain);
    } else {
        derive_key("secret aes", key);
        gcm(false, key, box, about, box + nonce, size, (uint8_t *)plain, box + nonce + size, &good);
    }
    return good ? plain : NULL;
}

/* --- passwords: argon2id. OWASP's minimum is two passes over 19 MiB; make bench prints the cost --------------- */

static unsigned long long hash_passes(void)
{
    int64_t given = config_int("Password.HashPasses");
    return given > 0 ? (unsigned long long)given : 2;
}

static size_t hash_memory(void)
{
    int64_t given = config_int("Password.HashMebibytes");
    return (size_t)(given > 0 ? given : 19) << 20;
}

char *password_hash(struct arena *arena, const char *password)
{
    char *out = arena_alloc(arena, crypto_pwhash_STRBYTES);
    must(sodium_init() >= 0);
    must(crypto_pwhash_str(out, password, strlen(password), hash_passes(), hash_memory()) == 0);
    return out;
}

bool password_matches(const char *hash, const char *password)
{
    must(sodium_init() >= 0);
    return crypto_pwhash_str_verify(hash, password, strlen(password)) == 0;
}

bool password_outdated(const char *hash)
{
    must(sodium_init() >= 0);
    return crypto_pwhash_str_needs_rehash(hash, hash_passes(), hash_memory()) != 0;
}
