/* seal.c: see seal.h. OpenSSL does all of the arithmetic. */
#include "exchange/seal.h"

#include <ctype.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>

static const char *secret_copy(char *out, size_t most, size_t least, const char *text, const char *complaint)
{
    size_t size = text ? strlen(text) : 0;
    if (size < least || size > most)
        return complaint;
    memcpy(out, text, size + 1);
    return NULL;
}

const char *key_set_fill(struct key_set *keys, const char *operator_secret, const char *data_secret,
                         const char *data_secret_iv, const char *sig_secret)
{
    const char *wrong;
    memset(keys, 0, sizeof *keys);
    wrong = secret_copy(keys->operator_secret, SEAL_SECRET_MAX, 1, operator_secret,
                        "OperatorSecret（平台密钥）缺失或超过 64 个字符");
    if (!wrong)
        wrong = secret_copy(keys->data_secret, SEAL_KEY_SIZE, SEAL_KEY_SIZE, data_secret,
                            "DataSecret（消息密钥）应为 16 个字符");
    if (!wrong)
        wrong = secret_copy(keys->data_secret_iv, SEAL_KEY_SIZE, SEAL_KEY_SIZE, data_secret_iv,
                            "DataSecretIV（消息密钥初始化向量）应为 16 个字符");
    if (!wrong)
        wrong = secret_copy(keys->sig_secret, SEAL_SECRET_MAX, 1, sig_secret,
                            "SigSecret（签名密钥）缺失或超过 64 个字符");
    return wrong;
}

/* Looking an algorithm up costs OpenSSL more than running it over one message: each is looked up once a process,
 * and its context used again. The simulator seals in several threads: one at a time has the contexts. */
static pthread_mutex_t contexts = PTHREAD_MUTEX_INITIALIZER;

static EVP_MAC_CTX *mac_ready(const char *key)
{
    static EVP_MAC_CTX *context;
    if (!context) {
        char md5[] = "MD5";
        OSSL_PARAM digest[] = { OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, md5, 0), OSSL_PARAM_construct_end() };
        EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
        context = EVP_MAC_CTX_new(hmac);
        EVP_MAC_free(hmac);
        if (!context || !EVP_MAC_CTX_set_params(context, digest))
            abort();                          /* MD5 is missing: a broken installation, not a message */
    }
    if (!EVP_MAC_init(context, (const unsigned char *)key, strlen(key), NULL))
        abort();
    return context;
}

void seal_sign(const char *sig_secret, const char *const parts[], size_t count, char sig[SEAL_SIG_SIZE + 1])
{
    static const char digits[] = "0123456789ABCDEF";
    unsigned char digest[16];
    size_t size = 0;
    pthread_mutex_lock(&contexts);
    EVP_MAC_CTX *mac = mac_ready(sig_secret);
    for (size_t i = 0; i < count; i++)
        if (!EVP_MAC_update(mac, (const unsigned char *)parts[i], strlen(parts[i])))
            abort();
    if (!EVP_MAC_final(mac, digest, &size, sizeof digest) || size != sizeof digest)
        abort();
    pthread_mutex_unlock(&contexts);
    for (size_t i = 0; i < sizeof digest; i++) {
        sig[2 * i] = digits[digest[i] >> 4];
        sig[2 * i + 1] = digits[digest[i] & 15];
    }
    sig[SEAL_SIG_SIZE] = '\0';
}

bool seal_same_sig(const char *computed, const char *received)
{
    char upper[SEAL_SIG_SIZE];
    if (strlen(received) != SEAL_SIG_SIZE)
        return false;
    for (size_t i = 0; i < SEAL_SIG_SIZE; i++)
        upper[i] = (char)toupper((unsigned char)received[i]);
    return CRYPTO_memcmp(computed, upper, SEAL_SIG_SIZE) == 0;
}

/* One pass of the cipher; returns the bytes written or -1. */
static int cipher_run(bool encrypt, const struct key_set *keys, const unsigned char *in, size_t size, unsigned char *out)
{
    static EVP_CIPHER *aes;
    static EVP_CIPHER_CTX *context;
    int first = 0, last = 0;
    pthread_mutex_lock(&contexts);
    if (!context) {
        aes = EVP_CIPHER_fetch(NULL, "AES-128-CBC", NULL);
        context = EVP_CIPHER_CTX_new();
        if (!aes || !context)
            abort();
    }
    if (!EVP_CipherInit_ex2(context, aes, (const unsigned char *)keys->data_secret, (const unsigned char *)keys->data_secret_iv,
                            encrypt, NULL))
        abort();
    bool good = EVP_CipherUpdate(context, out, &first, in, (int)size) && EVP_CipherFinal_ex(context, out + first, &last);
    pthread_mutex_unlock(&contexts);
    ERR_clear_error();                       /* wrong padding is the sender's mistake, not to be found by others */
    return good ? first + last : -1;
}

char *seal_encrypt(struct arena *arena, const struct key_set *keys, const char *plain, size_t size)
{
    unsigned char *bytes = arena_alloc(arena, size + SEAL_KEY_SIZE);
    int length = cipher_run(true, keys, (const unsigned char *)plain, size, bytes);
    if (length < 0)
        abort();
    char *text = arena_alloc(arena, (size_t)(length + 2) / 3 * 4 + 1);
    EVP_EncodeBlock((unsigned char *)text, bytes, length);
    return text;
}

/* Drops blanks and checks alphabet, length and the place of '='. NULL: not base64. */
static char *base64_tidy(struct arena *arena, const char *text, size_t *size)
{
    char *tidy = arena_alloc(arena, strlen(text) + 1);
    size_t n = 0, pads = 0;
    for (; *text; text++) {
        if (*text == '\r' || *text == '\n' || *text == ' ' || *text == '\t')
            continue;
        if (*text == '=')
            pads++;
        else if (pads || !(isalnum((unsigned char)*text) || *text == '+' || *text == '/'))
            return NULL;
        tidy[n++] = *text;
    }
    if (n == 0 || n % 4 != 0 || pads > 2)
        return NULL;
    *size = n / 4 * 3 - pads;
    return tidy;
}

char *seal_decrypt(struct arena *arena, const struct key_set *keys, const char *base64, size_t *size)
{
    size_t length = 0;
    char *tidy = base64_tidy(arena, base64, &length);
    if (!tidy || length == 0 || length % SEAL_KEY_SIZE != 0)
        return NULL;
    unsigned char *bytes = arena_alloc(arena, length + 3);
    if (EVP_DecodeBlock(bytes, (unsigned char *)tidy, (int)strlen(tidy)) < 0)
        return NULL;
    char *plain = arena_alloc(arena, length + SEAL_KEY_SIZE + 1);
    int got = cipher_run(false, keys, bytes, length, (unsigned char *)plain);
    if (got < 0)
        return NULL;
    plain[got] = '\0';
    *size = (size_t)got;
    return plain;
}
