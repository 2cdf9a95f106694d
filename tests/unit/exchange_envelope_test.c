/* The T/CEC 102 envelope and its cryptography: known answers come from the standard's sample and from the
 * openssl command, which is not our code. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "core/text.h"
#include "exchange/envelope.h"

#define KEY "1234567890abcdef"
#define OPERATOR "123456789"

static struct arena *arena;
static struct key_set keys;

static int setup(void **state)
{
    (void)state;
    arena = arena_new();
    return key_set_fill(&keys, "secret-of-operator", KEY, KEY, KEY) != NULL;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

/* Feeds `text` to a command and returns its first line of output. */
static char *answer_of(const char *command, const char *text)
{
    char path[] = "/tmp/exchange-test-XXXXXX", line[8192] = "";
    int file = mkstemp(path);
    assert_true(file >= 0 && write(file, text, strlen(text)) == (ssize_t)strlen(text));
    close(file);
    FILE *pipe = popen(arena_printf(arena, "(%s) < %s", command, path), "r");
    assert_non_null(pipe);
    assert_non_null(fgets(line, sizeof line, pipe));
    assert_int_equal(pclose(pipe), 0);
    remove(path);
    line[strcspn(line, "\r\n")] = '\0';
    return arena_copy(arena, line);
}

static char *hex_of(const char *text)
{
    return text_hex(arena, text, strlen(text));
}

static void known_answer_of_the_standard(void **state)
{
    (void)state;
    size_t size;
    assert_string_equal(seal_encrypt(arena, &keys, "hello world!", 12), "cmljobIKHDAcF9uf3mgs/w==");
    assert_string_equal(seal_decrypt(arena, &keys, "cmljobIKHDAcF9uf3mgs/w==", &size), "hello world!");
    assert_int_equal(size, 12);
}

static void aes_as_openssl_does_it(void **state)
{
    (void)state;
    static const char *const plains[] = { "a", "0123456789abcde", "0123456789abcdef", "0123456789abcdef0",
                                          "{\"StationName\":\"香洲区充电站\",\"Power\":120.0}" };
    assert_null(key_set_fill(&keys, "s", "Zz9/+=abcdefghij", "0987654321fedcba", KEY));
    const char *command = arena_printf(arena, "openssl enc -aes-128-cbc -K %s -iv %s -base64 -A && echo",
                                       hex_of(keys.data_secret), hex_of(keys.data_secret_iv));
    for (size_t i = 0; i < sizeof plains / sizeof *plains; i++) {
        size_t size;
        char *sealed = seal_encrypt(arena, &keys, plains[i], strlen(plains[i]));
        assert_string_equal(sealed, answer_of(command, plains[i]));
        assert_string_equal(seal_decrypt(arena, &keys, sealed, &size), plains[i]);
    }
}

static void hmac_as_openssl_does_it(void **state)
{
    (void)state;
    char sig[SEAL_SIG_SIZE + 1];
    static const char *const secrets[] = { KEY, "a", "0123456789012345678901234567890123456789012345678901234567890123" };
    for (size_t i = 0; i < 3; i++) {
        seal_sign(secrets[i], (const char *[]){ OPERATOR, "中文Data", "20261120090807", "0001" }, 4, sig);
        char *theirs = answer_of(arena_printf(arena, "openssl dgst -md5 -mac HMAC -macopt hexkey:%s -r | tr a-f A-F", hex_of(secrets[i])),
                                 OPERATOR "中文Data202611200908070001");
        theirs[SEAL_SIG_SIZE] = '\0';
        assert_string_equal(sig, theirs);
    }
}

static void base64_with_line_breaks_is_read(void **state)
{
    (void)state;
    size_t size;
    assert_string_equal(seal_decrypt(arena, &keys, "cmljobIK\r\nHDAcF9uf\n3mgs/w==\n", &size), "hello world!");
    static const char *const bad[] = { "", "cmlj", "cmljobIKHDAcF9uf3mgs/w=", "cmljobIKHDAcF9uf3mgs_w==", "=mljobIKHDAcF9uf3mgs/w==",
                                       "AAAAAAAAAAAAAAAAAAAAAA==" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_null(seal_decrypt(arena, &keys, bad[i], &size));
}

static void keys_of_the_wrong_length_are_refused(void **state)
{
    (void)state;
    struct key_set k;
    assert_non_null(strstr(key_set_fill(&k, "s", "short", KEY, KEY), "DataSecret"));
    assert_non_null(strstr(key_set_fill(&k, "s", KEY "0", KEY, KEY), "DataSecret"));
    assert_non_null(strstr(key_set_fill(&k, "s", KEY, KEY "0", KEY), "DataSecretIV"));
    assert_non_null(strstr(key_set_fill(&k, NULL, KEY, KEY, KEY), "OperatorSecret"));
    assert_non_null(strstr(key_set_fill(&k, "s", KEY, KEY, ""), "SigSecret"));
}

/* A good request made by the client half, then changed by each case. */
static struct verdict read_changed(const char *member, json_t *value, struct envelope *out)
{
    json_t *data = json_pack("{s:{s:s,s:i}}", "ConnectorStatusInfo", "ConnectorID", "1", "Status", 1);
    char *text = envelope_write(arena, &keys, OPERATOR, clock_now(), 1, data);
    json_t *object = json_loads(text, 0, NULL);
    if (value)
        json_object_set_new(object, member, value);
    else if (member)
        json_object_del(object, member);
    char *changed = json_dumps(object, 0);
    struct verdict verdict = envelope_read(arena, changed, strlen(changed), out);
    free(changed);
    json_decref(object);
    json_decref(data);
    return verdict;
}

static void each_member_missing_or_malformed_is_4003_and_named(void **state)
{
    (void)state;
    static const char *const names[] = { "OperatorID", "Data", "TimeStamp", "Seq", "Sig" };
    static const char *const wrong[] = { "12345678a", "", "20261301000000", "1", "xyz" };
    struct envelope e;
    assert_int_equal(read_changed(NULL, NULL, &e).ret, RET_OK);
    for (size_t i = 0; i < 5; i++) {
        json_t *const values[] = { NULL, json_integer(1), json_null(), json_string(""), json_string(wrong[i]) };
        for (size_t j = 0; j < sizeof values / sizeof *values; j++) {
            struct verdict v = read_changed(names[i], values[j], &e);
            assert_int_equal(v.ret, RET_PARAMETERS);
            assert_non_null(strstr(v.text, names[i]));
        }
    }
    read_changed("Seq", json_string("x"), &e);
    assert_string_equal(e.operator_id, OPERATOR);        /* so that the refusal can be signed */
}

static void what_is_no_envelope_is_4003(void **state)
{
    (void)state;
    struct envelope e;
    static const char *const bodies[] = { "", "{", "[]", "null", "\"x\"", "{}x", "{\"OperatorID\":\"1\",\"OperatorID\":\"1\"}",
                                          "{\"Data\":\"\xb3\xe4\xb5\xe7\"}", "{\"Data\":\"\\u0000\"}", "{\"Data\":\"\\ud800\"}" };
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++)
        assert_int_equal(envelope_read(arena, bodies[i], strlen(bodies[i]), &e).ret, RET_PARAMETERS);
    size_t deep = 200000;
    char *nested = arena_alloc(arena, deep + 1);
    memset(nested, '[', deep);
    assert_int_equal(envelope_read(arena, nested, deep, &e).ret, RET_PARAMETERS);
}

static void signature_is_over_what_was_received(void **state)
{
    (void)state;
    struct envelope e;
    assert_int_equal(read_changed(NULL, NULL, &e).ret, RET_OK);
    assert_int_equal(envelope_check_sig(&e, &keys).ret, RET_OK);
    read_changed("Data", json_string("cmljobIKHDAcF9uf3mgs/w=="), &e);
    assert_int_equal(envelope_check_sig(&e, &keys).ret, RET_SIGNATURE);

    char sig[SEAL_SIG_SIZE + 1];                     /* line breaks inside Data belong to the signed text */
    struct envelope broken = { OPERATOR, "cmljobIK\nHDAcF9uf3mgs/w==", "20261120090807", "0001", sig, 0 };
    seal_sign(KEY, (const char *[]){ broken.operator_id, broken.data, broken.time_stamp, broken.seq }, 4, sig);
    assert_int_equal(envelope_check_sig(&broken, &keys).ret, RET_OK);
    for (char *c = sig; *c; c++)
        *c |= *c >= 'A' ? 0x20 : 0;
    assert_int_equal(envelope_check_sig(&broken, &keys).ret, RET_OK);      /* lower case is accepted */
    sig[3] ^= 1;
    assert_int_equal(envelope_check_sig(&broken, &keys).ret, RET_SIGNATURE);
}

static void time_window_is_closed_at_its_edges(void **state)
{
    (void)state;
    struct envelope e = { .time_stamp = "20261120090807", .at = 1000000000 };
    assert_int_equal(envelope_check_time(arena, &e, e.at + 300000, 300000).ret, RET_OK);
    assert_int_equal(envelope_check_time(arena, &e, e.at - 300000, 300000).ret, RET_OK);
    assert_int_equal(envelope_check_time(arena, &e, e.at + 300001, 300000).ret, RET_PARAMETERS);
    struct verdict v = envelope_check_time(arena, &e, e.at - 300001, 300000);
    assert_int_equal(v.ret, RET_PARAMETERS);
    assert_non_null(strstr(v.text, "TimeStamp"));
}

static void time_stamp_is_beijing_time(void **state)
{
    (void)state;
    struct envelope e;
    assert_int_equal(read_changed("TimeStamp", json_string("20261120090807"), &e).ret, RET_OK);
    assert_int_equal(e.at, INT64_C(1795136887000));          /* 2026-11-20T01:08:07Z */
    assert_int_equal(read_changed("TimeStamp", json_string("20260231090807"), &e).ret, RET_PARAMETERS);
}

static void digest_tells_every_member_apart(void **state)
{
    (void)state;
    const struct envelope base = { OPERATOR, "data", "20261120090807", "0001", "0123456789ABCDEF0123456789ABCDEF", 0 };
    struct envelope others[5] = { base, base, base, base, base };
    uint8_t first[32], second[32];
    others[0].operator_id = "123456780";
    others[1].data = "datb";
    others[2].time_stamp = "20261120090808";
    others[3].seq = "0002";
    others[4].sig = "0123456789ABCDEF0123456789ABCDE0";
    envelope_digest(&base, first);
    envelope_digest(&base, second);
    assert_memory_equal(first, second, 32);
    for (size_t i = 0; i < 5; i++) {
        envelope_digest(&others[i], second);
        assert_memory_not_equal(first, second, 32);
    }
}

static void data_that_cannot_be_opened_is_4004(void **state)
{
    (void)state;
    json_t *data;
    static const char *const plains[] = { "not json", "[1]", "{\"a\":1,\"a\":2}", "{\"a\":\"\xb3\xe4\"}", "{\"a\":1} x" };
    for (size_t i = 0; i < sizeof plains / sizeof *plains; i++) {
        struct envelope e = { .data = seal_encrypt(arena, &keys, plains[i], strlen(plains[i])) };
        struct verdict v = envelope_open(arena, &e, &keys, &data);
        assert_int_equal(v.ret, RET_BUSINESS);
        assert_non_null(strstr(v.text, "Data"));
        assert_null(data);
    }
    struct envelope e = { .data = "!!!!" };
    assert_int_equal(envelope_open(arena, &e, &keys, &data).ret, RET_BUSINESS);
}

static void reply_is_signed_and_reads_back(void **state)
{
    (void)state;
    struct reply reply;
    const char *why;
    json_t *data = json_pack("{s:i}", "Status", 0);
    char *text = reply_write(arena, &keys, 0, "", data);
    assert_true(reply_read(arena, text, strlen(text), &reply, &why));
    assert_true(reply_sig_good(arena, &reply, &keys));
    json_t *back = reply_open(arena, &reply, &keys, &why);
    assert_true(json_equal(back, data));
    json_decref(back);
    json_decref(data);

    text = reply_write(arena, &keys, RET_BUSY, "系统忙", NULL);       /* the minus sign is signed */
    assert_true(reply_read(arena, text, strlen(text), &reply, &why));
    assert_true(reply_sig_good(arena, &reply, &keys));
    assert_string_equal(reply.data, "");
    char *theirs = answer_of(arena_printf(arena, "openssl dgst -md5 -mac HMAC -macopt hexkey:%s -r | tr a-f A-F", hex_of(KEY)), "-1系统忙");
    theirs[32] = '\0';
    assert_string_equal(reply.sig, theirs);
}

static void replies_of_odd_peers_are_read(void **state)
{
    (void)state;
    struct reply r;
    const char *why;
    static const struct { const char *text; bool good; int ret; } rows[] = {
        { "{\"Ret\":0,\"Msg\":\"\",\"Data\":\"x\",\"Sig\":\"y\"}", true, 0 },
        { "{\"Ret\":\"4002\",\"Msg\":null,\"Data\":null}", true, 4002 },
        { "{\"Ret\":-1,\"OperatorID\":\"x\"}", true, -1 },
        { "{\"Ret\":4294967296}", false, 0 }, { "{\"Ret\":-4294967296}", false, 0 }, { "{\"Ret\":1.5}", false, 0 },
        { "{\"Ret\":\"ok\"}", false, 0 }, { "{\"Msg\":\"\"}", false, 0 }, { "[]", false, 0 }, { "<html>", false, 0 }, { "", false, 0 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(reply_read(arena, rows[i].text, strlen(rows[i].text), &r, &why), rows[i].good);
        assert_int_equal(rows[i].good ? r.ret : 0, rows[i].ret);
        assert_true(!rows[i].good || (r.msg && r.data && r.sig));
    }
}

/* The simulator answers and pushes in several threads. */
static void *seal_much(void *arg)
{
    struct arena *mine = arena_new();
    char *plain = arena_printf(mine, "thread %d says a text of more than a block", *(int *)arg), sig[SEAL_SIG_SIZE + 1], again[SEAL_SIG_SIZE + 1];
    const char *const parts[] = { plain, "and more" };
    size_t wrong = 0;
    for (int i = 0; i < 3000; i++) {
        size_t size = 0;
        char *opened = seal_decrypt(mine, &keys, seal_encrypt(mine, &keys, plain, strlen(plain)), &size);
        seal_sign(KEY, parts, 2, i ? again : sig);
        wrong += !opened || strcmp(opened, plain) != 0 || (i && strcmp(sig, again) != 0);
    }
    arena_free(mine);
    return (void *)wrong;
}

static void threads_do_not_disturb_each_other(void **state)
{
    pthread_t threads[4];
    int numbers[4];
    size_t wrong = 0;
    (void)state;
    for (int i = 0; i < 4; i++) {
        numbers[i] = i;
        assert_int_equal(pthread_create(&threads[i], NULL, seal_much, &numbers[i]), 0);
    }
    for (int i = 0; i < 4; i++) {
        void *found;
        assert_int_equal(pthread_join(threads[i], &found), 0);
        wrong += (size_t)found;
    }
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
        TEST(known_answer_of_the_standard), TEST(aes_as_openssl_does_it), TEST(hmac_as_openssl_does_it),
        TEST(base64_with_line_breaks_is_read), TEST(keys_of_the_wrong_length_are_refused),
        TEST(each_member_missing_or_malformed_is_4003_and_named), TEST(what_is_no_envelope_is_4003),
        TEST(signature_is_over_what_was_received), TEST(time_window_is_closed_at_its_edges),
        TEST(time_stamp_is_beijing_time), TEST(digest_tells_every_member_apart),
        TEST(data_that_cannot_be_opened_is_4004), TEST(reply_is_signed_and_reads_back), TEST(replies_of_odd_peers_are_read),
        TEST(threads_do_not_disturb_each_other),
    };
    return cmocka_run_group_tests_name("exchange: envelope", tests, NULL, NULL);
}
