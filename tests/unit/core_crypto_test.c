/* crypto and config: known answers, a changed or moved cipher text is found, wrong configuration stops the start. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "core/config.h"
#include "core/crypto.h"
#include "core/text.h"

static char          folder[] = "/tmp/chargehall-test-XXXXXX";
static struct arena *arena;

static void write_file(const char *name, const char *text)
{
    char path[300];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    if (!file || fputs(text, file) < 0 || fclose(file) != 0)
        abort();
    chmod(path, 0600);
}

static int set_up(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return 1;
    write_file("secret.key", "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n");
    setenv("VAR", folder, 1);
    unsetenv("SITE");
    arena = arena_new();
    return 0;
}

static int tear_down(void **state)
{
    char command[300];
    (void)state;
    arena_free(arena);
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command) != 0;
}

/* Runs first: the process that loads a configuration keeps it. */
static void wrong_configuration_stops_the_start(void **state)
{
    (void)state;
    static const struct { const char *text; int code; } cases[] = {
        { "", 0 }, { "Web.BodyLimit = 65536   # bytes\n", 0 }, { "Web.BodyLimitt = 1\n", 2 }, { "Web.BodyLimit = many\n", 2 },
        { "Web.BodyLimit = 3\n", 2 }, { "Web.SecureCookies = 2\n", 2 }, { "Crypto.Suite = rot13\n", 2 }, { "not a line\n", 2 },
        { "Site.Anything.At.All = 1\n", 0 }, { "Database.Name = \n", 2 } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        write_file("instance.hdf", cases[i].text);
        fflush(NULL);
        pid_t child = fork();
        if (!child) {
            (void)!freopen("/dev/null", "w", stderr);
            config_load("test");
            _exit(config_int("Web.BodyLimit") == 65536 ? 0 : 7);
        }
        int status;
        waitpid(child, &status, 0);
        if (WEXITSTATUS(status) != cases[i].code)
            print_error("%s -> %d\n", cases[i].text, WEXITSTATUS(status));
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), cases[i].code);
    }
    write_file("instance.hdf", "Site.Key = zhuhai\n");
    config_load("test");
}

static void digests_have_known_answers(void **state)
{
    (void)state;
    uint8_t out[32];
    crypto_sha256("abc", 3, out);
    assert_string_equal(text_hex(arena, out, 32), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    crypto_hmac_sha256("Jefe", 4, "what do ya want for nothing?", 28, out);          /* RFC 4231, case 2 */
    assert_string_equal(text_hex(arena, out, 32), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

static void tokens_differ_and_fit_an_address(void **state)
{
    (void)state;
    const char *a = crypto_token(arena, 24), *b = crypto_token(arena, 24);
    assert_int_equal(strlen(a), 32);
    assert_string_not_equal(a, b);
    assert_int_equal(strspn(a, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"), 32);
}

static void secrets_open_only_where_they_were_sealed(void **state)
{
    (void)state;
    const char *sealed = secret_seal(arena, "密钥 value", "partner.to_gov.1");
    assert_null(strstr(sealed, "value"));
    assert_true(text_has_prefix(sealed, "a1:"));
    assert_string_equal(secret_open(arena, sealed, "partner.to_gov.1"), "密钥 value");
    assert_null(secret_open(arena, sealed, "partner.to_gov.2"));                       /* moved to another row */
    assert_string_not_equal(sealed, secret_seal(arena, "密钥 value", "partner.to_gov.1"));  /* a fresh nonce each time */
    for (size_t i = 0; i < strlen(sealed); i++) {
        char *changed = arena_copy(arena, sealed);
        changed[i] = changed[i] == 'B' ? 'C' : 'B';
        const char *opened = secret_open(arena, changed, "partner.to_gov.1");
        assert_true(!opened || strcmp(opened, "密钥 value") == 0);                     /* the last base64 digit has spare bits */
        assert_true(!opened || i + 4 > strlen(sealed));
    }
    static const char *const bad[] = { "", "a1:", "a1", "zz:AAAA", "a1:AAAA", "a1:%%%", "plain" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_null(secret_open(arena, bad[i], "x"));
    assert_string_equal(secret_open(arena, secret_seal(arena, "", "x"), "x"), "");
}

static void passwords_are_argon2id(void **state)
{
    (void)state;
    const char *hash = password_hash(arena, "正确 horse");
    assert_true(text_has_prefix(hash, "$argon2id$"));
    assert_true(password_matches(hash, "正确 horse"));
    assert_false(password_matches(hash, "正确 horsf"));
    assert_false(password_matches(hash, ""));
    assert_false(password_matches("", "x"));
    assert_false(password_matches("$argon2id$broken", "x"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_configuration_stops_the_start), cmocka_unit_test(digests_have_known_answers),
        cmocka_unit_test(tokens_differ_and_fit_an_address), cmocka_unit_test(secrets_open_only_where_they_were_sealed),
        cmocka_unit_test(passwords_are_argon2id),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
