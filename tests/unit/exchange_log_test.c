/* exchange_log: what is kept of a message, what is masked, how much of a flood is written down. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "db_fixture.h"
#include "core/text.h"
#include "domain/exchange_log.h"
#include "exchange/envelope.h"

#undef fail
#include <cmocka.h>

static struct work *db;
static const struct key_set keys = { .operator_secret = "operator-secret-1", .data_secret = "abcdef1234567890",
                                     .data_secret_iv = "0987654321fedcba", .sig_secret = "signature-secret" };

struct sent { int64_t operator_id; const char *text, *answer, *what; bool good; const char *source; };

static void store(struct work *work, void *arg)
{
    const struct sent *s = arg;
    const struct exchange_record record = { .operator_id = s->operator_id, .keys = &keys, .incoming = strcmp(s->source, "push") == 0,
        .source = s->source, .interface = "notification_stationStatus", .address = "127.0.0.1", .micro = 12345, .http_status = 200,
        .answered = true, .ret = s->good ? 0 : 4004, .good = s->good, .what = s->what, .request = s->text,
        .request_size = strlen(s->text), .answer = s->answer, .answer_size = s->answer ? strlen(s->answer) : 0 };
    exchange_log_write(work, &record);
}

static char *envelope(const struct key_set *with, const char *member, const char *value)
{
    json_t *data = json_pack("{s:s, s:s}", member, value, "ConnectorID", "C1");
    char *text = envelope_write(db->arena, with, "91440400A", clock_now(), 1, data);
    json_decref(data);
    return text;
}

static int64_t operator_new(const char *code)
{
    char sql[200];
    snprintf(sql, sizeof sql, "INSERT INTO operator (code, name, short_name) VALUES ('%s', '运营商', '商')", code);
    db_fixture_sql(sql);
    return db_fixture_int("SELECT MAX(id) FROM operator");
}

static void a_message_is_kept_plain_and_its_secrets_are_not(void **state)
{
    (void)state;
    struct sent sent = { operator_new("91440400A"), envelope(&keys, "OperatorSecret", "operator-secret-1"), NULL, "", true, "push" };
    json_t *token = json_pack("{s:s, s:i}", "AccessToken", "a-token-to-be-hidden", "SuccStat", 0);
    sent.answer = reply_write(db->arena, &keys, 0, "operator-secret-1 in a message", token);
    json_decref(token);
    db_fixture_run(db, store, &sent);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM exchange_log WHERE good = 1 AND proven = 1 AND milliseconds = 12 AND ret = 0"
        " AND request = '{\"OperatorSecret\":\"******\",\"ConnectorID\":\"C1\"}' AND opened LIKE '%\"AccessToken\":\"******\"%'"
        " AND base_string LIKE '91440400A%0001' AND answer LIKE '%****** in a message%'"), 1);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM connection_tried WHERE incoming = 1 AND passed_at IS NOT NULL"), 1);
}

static void what_is_cut_shows_no_half_of_a_secret(void **state)
{
    (void)state;
    for (size_t before = EXCHANGE_LOG_BODY - 40; before < EXCHANGE_LOG_BODY + 1100; before++) {
        char *text = arena_alloc(db->arena, before + 3000);
        memset(text, 'x', before);
        snprintf(text + before, 3000, "%s%0*d", keys.sig_secret, 2500, 0);
        const char *masked = exchange_log_masked(db->arena, &keys, text, strlen(text));
        assert_true(strlen(masked) <= EXCHANGE_LOG_BODY);
        assert_null(strstr(masked, "sign"));
        arena_reset(db->arena);
    }
}

static void any_bytes_become_text(void **state)
{
    const char bytes[] = "\xff\xfe{\"OperatorSecret\" : \"ab\\\"c\0d";
    (void)state;
    const char *masked = exchange_log_masked(db->arena, NULL, bytes, sizeof bytes - 1);
    assert_true(utf8_valid(masked, strlen(masked)));
    assert_non_null(strstr(masked, "\"OperatorSecret\" : \"******"));
    assert_null(strstr(masked, "ab"));
}

static void a_flood_writes_a_few_rows_and_says_how_many_it_left_out(void **state)
{
    (void)state;
    struct sent bad = { operator_new("91440400B"), envelope(&keys, "Status", "x"), NULL, "Status（状态）应为整数", false, "push" };
    for (int i = 0; i < 1000; i++)
        db_fixture_run(db, store, &bad);
    int64_t kept = db_fixture_int("SELECT COUNT(*) FROM exchange_log WHERE operator_id = (SELECT MAX(id) FROM operator)");
    assert_true(kept >= 40 && kept <= 200);
    db_fixture_sql("DO SLEEP(0.5)");
    db_fixture_run(db, store, &bad);
    assert_true(db_fixture_int("SELECT skipped FROM exchange_log ORDER BY at DESC, id DESC LIMIT 1") > 0);
}

static void what_is_sent_in_an_operators_name_does_not_push_its_messages_out(void **state)
{
    struct key_set others = keys;
    (void)state;
    snprintf(others.sig_secret, sizeof others.sig_secret, "not-the-secret");
    int64_t id = operator_new("91440400C");
    struct sent real = { id, envelope(&keys, "Status", "x"), NULL, "real", false, "push" };
    struct sent forged = { id, envelope(&others, "Status", "x"), NULL, "forged", false, "push" };
    db_fixture_run(db, store, &real);
    for (int i = 0; i < 400; i++)
        db_fixture_run(db, store, &forged);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM connection_tried WHERE what = 'forged'"), 0);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM exchange_log WHERE what = 'real' AND proven = 1"), 1);
    assert_true(db_fixture_int("SELECT COUNT(*) FROM exchange_log WHERE what = 'forged' AND proven = 0") <= 40);
}

static void prune(struct work *work, void *arg)
{
    *(int64_t *)arg = exchange_log_prune(work);
}

static void the_newest_two_hundred_stay(void **state)
{
    int64_t gone = 0;
    (void)state;
    struct sent by_hand = { operator_new("91440400D"), envelope(&keys, "Status", "x"), NULL, "", true, "console" };
    for (int i = 0; i < 230; i++)
        db_fixture_run(db, store, &by_hand);
    db_fixture_run(db, prune, &gone);
    int64_t left = db_fixture_int("SELECT COUNT(*) FROM exchange_log WHERE operator_id = (SELECT MAX(id) FROM operator)");
    assert_int_equal(left, 200);
    assert_int_equal(gone, 30);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM exchange_log WHERE proven = 1 AND operator_id ="
                                    " (SELECT operator_id FROM exchange_log WHERE what = 'real')"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_is_kept_plain_and_its_secrets_are_not),
        cmocka_unit_test(what_is_cut_shows_no_half_of_a_secret),
        cmocka_unit_test(any_bytes_become_text),
        cmocka_unit_test(a_flood_writes_a_few_rows_and_says_how_many_it_left_out),
        cmocka_unit_test(what_is_sent_in_an_operators_name_does_not_push_its_messages_out),
        cmocka_unit_test(the_newest_two_hundred_stay),
    };
    db = db_fixture();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
