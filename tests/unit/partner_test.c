/* partner: what a process remembers of a partner, and how often a platform is asked for its stations. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/text.h"
#include "db_fixture.h"
#include "domain/partner.h"
#include "domain/partner_save.h"
#include "domain/process.h"
#include "domain/pull.h"
#include "domain/seen.h"
#include "domain/token.h"

#undef fail
#include <cmocka.h>

#define CODE "91440400P"
#define KEYS "{s:s, s:s, s:s, s:s}", "OperatorSecret", "o", "DataSecret", "1234567890abcdef", "DataSecretIV", \
             "1234567890abcdef", "SigSecret", "the-secret"
enum { KEPT_MICROSECONDS = 1100000 };            /* partner_fresh() reads again after a second */

static struct work *db;

static void import(struct work *work, void *arg)
{
    json_t *file = json_pack("{s:s, s:s, s:s}", "operator_id", CODE, "gov_id", "11440400A", "base_url", "http://127.0.0.1:1/");
    (void)arg;
    json_object_set_new(file, "to_gov", json_pack(KEYS));
    json_object_set_new(file, "to_operator", json_pack(KEYS));
    partner_import(work, file);
    json_decref(file);
}

static void read_kept(struct work *work, void *arg)  { *(const struct partner **)arg = partner_by_code(work, CODE); }
static void read_fresh(struct work *work, void *arg) { *(const struct partner **)arg = partner_fresh(work, CODE); }

static void keys_that_cannot_be_opened_never_leave_empty_ones_behind(void **state)
{
    const struct partner *partner = NULL;
    (void)state;
    db_fixture_run(db, import, NULL);
    db_fixture_run(db, read_kept, &partner);
    assert_string_equal(partner->to_gov.sig_secret, "the-secret");
    db_fixture_sql("UPDATE partner_key SET sealed = 'not a sealed text'");
    usleep(KEPT_MICROSECONDS);
    assert_false(work_run(db, WORK_WRITE, read_fresh, &partner));
    partner = partner_known(CODE);               /* an empty secret would let anybody sign */
    assert_true(!partner || strcmp(partner->to_gov.sig_secret, "the-secret") == 0);
}

/* --- keys, profile, limits ------------------------------------------------------------------------- */

static int64_t operator_id(void) { return db_fixture_int("SELECT id FROM operator WHERE code = '" CODE "'"); }

static void save_keys(struct work *work, void *arg)
{
    const struct key_set *keys = arg;
    partner_save(work, operator_id(), "11440400A", "http://127.0.0.1:1/", keys, keys);
}

static void load(struct work *work, void *arg) { assert_true(partner_load(work, operator_id(), arg)); }

/* The envelope of a message signed with these keys. */
static struct envelope signed_with(struct work *work, const struct key_set *keys)
{
    struct envelope envelope;
    json_t *data = json_pack("{s:s}", "OperatorID", CODE);
    const char *text = envelope_write(work->arena, keys, CODE, work->now, 1, data);
    json_decref(data);
    assert_int_equal(envelope_read(work->arena, text, strlen(text), &envelope).ret, RET_OK);
    return envelope;
}

struct asked { const struct partner *partner; int64_t key_id; const char *token; bool holds; };
static void ask_token(struct work *work, void *arg)
{
    struct asked *a = arg;
    int64_t seconds = 0;
    a->token = token_issue(work, a->partner, a->key_id, &seconds);
    assert_in_range(seconds, 1, 7200);
}
static void ask_holds(struct work *work, void *arg)
{
    struct asked *a = arg;
    a->holds = token_holds(work, a->partner, a->token);
}

static bool held(const struct partner *partner, const char *token)
{
    struct asked asked = { .partner = partner, .token = token };
    db_fixture_run(db, ask_holds, &asked);
    return asked.holds;
}

static void earlier_keys_hold_for_the_overlap_and_their_tokens_with_them(void **state)
{
    static struct partner before, after, later;
    struct key_set keys;
    (void)state;
    db->now = clock_now();
    db_fixture_run(db, import, NULL);
    key_set_random(&keys);
    db_fixture_run(db, save_keys, &keys);
    db->now = clock_now();
    db_fixture_run(db, load, &before);
    struct asked old = { .partner = &before, .key_id = before.keys[0].id };
    db_fixture_run(db, ask_token, &old);
    const char *old_token = arena_copy(db->arena, old.token);
    const struct envelope first = signed_with(db, &before.to_gov);

    key_set_random(&keys);
    db_fixture_run(db, save_keys, &keys);
    db->now = clock_now();
    db_fixture_run(db, load, &after);
    assert_int_equal(after.key_count >= 2, 1);
    assert_memory_equal(&after.to_gov, &keys, sizeof keys);
    assert_memory_equal(&after.to_operator, &keys, sizeof keys);       /* our own calls: the new set alone */
    const struct envelope second = signed_with(db, &keys);
    assert_int_equal(partner_keys_fit(&after, &second, db->now)->id, after.keys[0].id);
    assert_int_equal(partner_keys_fit(&after, &first, db->now)->id, before.keys[0].id);
    assert_null(partner_keys_fit(&after, &first, after.keys[1].until + 1));
    assert_in_range(after.keys[1].until - db->now, 23 * 3600000, 24 * 3600000);
    assert_true(held(&after, old_token));

    db_fixture_run(db, save_keys, &keys);                              /* the same again: nothing ends, nothing begins */
    db_fixture_run(db, load, &later);
    assert_int_equal(later.keys[0].id, after.keys[0].id);

    db_fixture_run(db, import, NULL);                                  /* a file's keys hold alone and at once */
    db->now = clock_now() + 10;
    db_fixture_run(db, load, &later);
    assert_int_equal(later.key_count, 1);
    assert_null(partner_keys_fit(&later, &first, db->now));
    assert_null(partner_keys_fit(&later, &second, db->now));
    assert_false(held(&later, old_token));
}

struct saving { struct partner_settings settings; const char *wrong, *member; };
static void save_settings(struct work *work, void *arg)
{
    struct saving *s = arg;
    s->wrong = partner_settings_save(work, operator_id(), &s->settings, &s->member);
}

static void settings_are_checked_and_take_the_parameter_s_place(void **state)
{
    static const struct saving rows[] = {
        { { "2031", "", -1, 0, 0 }, "", "edition" }, { { "2016", "10.0.0.1, x.example", -1, 0, 0 }, "x.example", "allow_list" },
        { { "2016", "", -2, 0, 0 }, "", "rate_limit" }, { { "2016", "", -1, 59, 0 }, "", "token_seconds" },
        { { "2016", "", -1, 0, 86401 }, "", "clock_window" }, { { "2021", "10.0.0.0/8", 60, 600, 30 }, NULL, NULL } };
    static struct partner partner;
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct saving s = rows[i];
        db_fixture_run(db, save_settings, &s);
        assert_int_equal(!s.wrong, !rows[i].wrong);
        if (s.wrong)
            assert_string_equal(s.member, rows[i].member);
        if (s.wrong && !strstr(s.wrong, rows[i].wrong))
            fail_msg("%s", s.wrong);
    }
    db_fixture_run(db, load, &partner);
    assert_string_equal(partner.edition->key, "2021");
    assert_false(partner.edition->sevice);
    assert_int_equal(partner.rate_limit, 60);
    assert_int_equal(partner.token_seconds, 600);
    assert_int_equal(partner.clock_window, 30);
    assert_string_equal(partner.allow_list, "10.0.0.0/8");
}

static void an_edition_changes_need_and_length_and_spelling(void **state)
{
    const struct field *fields = message_find("notification_charge_order_info")->request;
    const struct field *details = fields;
    (void)state;
    while (strcmp(details->name, "ChargeDetails") != 0)
        details++;
    assert_int_equal(edition_field(NULL, details)->need, FIELD_OPTIONAL);
    assert_int_equal(edition_field(edition_find("2016"), details)->need, FIELD_OPTIONAL);
    assert_int_equal(edition_field(edition_find("2021"), details)->need, FIELD_REQUIRED);
    assert_null(edition_find("1999"));

    json_t *order = json_pack("{s:i, s:[{s:i}]}", "TotalServiceMoney", 3, "ChargeDetails", "DetailServiceMoney", 3);
    message_spell_2016(fields, order);
    assert_int_equal(message_int(order, "TotalSeviceMoney", 0), 3);
    assert_null(json_object_get(order, "TotalServiceMoney"));
    assert_int_equal(message_int(json_array_get(json_object_get(order, "ChargeDetails"), 0), "DetailSeviceMoney", 0), 3);
    struct findings found = { .arena = db->arena, .edition = edition_find("2021") };
    message_check(fields, order, "", &found);
    assert_int_equal(message_int(order, "TotalServiceMoney", 0), 3);
    json_decref(order);
}

static void tend(struct work *work, void *arg)
{
    (void)arg;
    exchange_tend_job(work, NULL);
}

static int64_t waiting(void)
{
    return db_fixture_int("SELECT COUNT(*) FROM job WHERE job_key = 'exchange.pull-stations." CODE "' AND state = 'waiting'");
}

static void who_was_asked_in_vain_is_left_alone_for_an_hour(void **state)
{
    (void)state;
    assert_true(work_run(db, WORK_PLAIN, tend, NULL));
    assert_int_equal(waiting(), 1);
    db_fixture_sql("UPDATE job SET state = 'done', finished_at = NOW(3)");         /* its pages never ended */
    assert_true(work_run(db, WORK_PLAIN, tend, NULL));
    assert_int_equal(waiting(), 0);
    db_fixture_sql("UPDATE job SET finished_at = NOW(3) - INTERVAL 61 MINUTE");
    assert_true(work_run(db, WORK_PLAIN, tend, NULL));
    assert_int_equal(waiting(), 1);
}

/* --- replay ------------------------------------------------------------------------------------------- */

static void sweep(struct work *work, void *arg) { *(int64_t *)arg = seen_sweep(work); }

static void a_message_is_remembered_as_long_as_its_partner_may_date_it(void **state)
{
    (void)state;
    int64_t swept = -1;
    db_fixture_sql("UPDATE partner SET clock_window = 7200");
    db_fixture_sql("INSERT INTO exchange_seen (digest, received_at) VALUES (REPEAT('a', 32), NOW(3) - INTERVAL 3 HOUR), (REPEAT('b', 32), NOW(3) - INTERVAL 5 HOUR)");
    db_fixture_run(db, sweep, &swept);
    assert_int_equal(swept, 1);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM exchange_seen WHERE digest = REPEAT('a', 32)"), 1);
    db_fixture_sql("UPDATE partner SET clock_window = NULL");
    db_fixture_run(db, sweep, &swept);
    assert_int_equal(swept, 1);
}

static void tend_all(struct work *work, void *arg)
{
    (void)arg;
    exchange_tend_job(work, NULL);
}

static void one_round_forgets_as_many_as_there_are(void **state)
{
    (void)state;
    db_fixture_sql("INSERT INTO exchange_seen (digest, received_at) SELECT UNHEX(SHA2(seq, 256)), NOW(3) - INTERVAL 5 HOUR FROM seq_1_to_12000");
    assert_true(work_run(db, WORK_PLAIN, tend_all, NULL));
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM exchange_seen"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_that_cannot_be_opened_never_leave_empty_ones_behind),
        cmocka_unit_test(earlier_keys_hold_for_the_overlap_and_their_tokens_with_them),
        cmocka_unit_test(settings_are_checked_and_take_the_parameter_s_place),
        cmocka_unit_test(an_edition_changes_need_and_length_and_spelling),
        cmocka_unit_test(a_message_is_remembered_as_long_as_its_partner_may_date_it),
        cmocka_unit_test(who_was_asked_in_vain_is_left_alone_for_an_hour),
        cmocka_unit_test(one_round_forgets_as_many_as_there_are),
    };
    db = db_fixture();
    process_start();                                 /* an import makes a case of the flow connection */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
