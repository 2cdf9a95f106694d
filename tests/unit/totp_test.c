/* second factor: RFC 6238's vectors, each step once, recovery codes once, an offer for one account only. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <liboath/oath.h>

#include "core/config.h"
#include "core/text.h"
#include "db_fixture.h"
#include "domain/second_factor.h"

#undef fail
#include <cmocka.h>

static struct work *work;
static const char *codes[RECOVERY_CODES];
static char secret[64];
static size_t secret_size;

static void rfc_6238_appendix_b(void **state)
{
    static const struct { int64_t at; const char *code; } vectors[] = {
        { 59, "94287082" }, { 1111111109, "07081804" }, { 1111111111, "14050471" }, { 1234567890, "89005924" },
        { 2000000000, "69279037" }, { 20000000000, "65353130" } };
    (void)state;
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        char code[10];
        totp_code("12345678901234567890", 20, vectors[i].at, 8, code);
        assert_string_equal(code, vectors[i].code);
    }
}

struct ask { int64_t account; const char *offer, *code; bool good; };
static void enrol(struct work *w, void *arg) { struct ask *a = arg; a->good = second_factor_enrol(w, a->account, a->offer, a->code, codes); }
static void check(struct work *w, void *arg) { struct ask *a = arg; a->good = second_factor_check(w, a->account, a->code); }

static bool good(int64_t account, const char *code)
{
    struct ask a = { account, NULL, code, false };
    db_fixture_run(work, check, &a);
    return a.good;
}

static const char *code_at(int64_t steps)
{
    static char code[10];
    totp_code(secret, secret_size, clock_now() / 1000 + 30 * steps, 6, code);
    return code;
}

static void read_secret(const char *base32)
{
    char *raw;
    assert_int_equal(oath_base32_decode(base32, strlen(base32), &raw, &secret_size), OATH_OK);
    memcpy(secret, raw, secret_size);
    free(raw);
}

static void enrolment_wants_the_applications_code(void **state)
{
    const char *base32, *uri, *offer;
    (void)state;
    db_fixture_sql("INSERT INTO account (id, login, name, role, password_hash) VALUES (1, 'a b', 'A', 'city', '!'), (2, 'b', 'B', 'city', '!')");
    offer = second_factor_offer(work, 1);
    assert_true(second_factor_show(work, 1, offer, &base32, &uri));
    assert_null(strstr(offer, base32));
    assert_true(text_has_prefix(uri, "otpauth://totp/"));
    assert_non_null(strstr(uri, ":a%20b?secret="));
    assert_false(second_factor_show(work, 2, offer, &base32, &uri));      /* not another account's */
    second_factor_show(work, 1, offer, &base32, &uri);
    read_secret(base32);
    assert_int_equal(secret_size, 20);
    struct ask wrong = { 1, offer, "000000", true };
    if (strcmp(code_at(0), "000000") && strcmp(code_at(-1), "000000") && strcmp(code_at(1), "000000")) {
        db_fixture_run(work, enrol, &wrong);
        assert_false(wrong.good);
    }
    struct ask right = { 1, offer, arena_copy(work->arena, code_at(-1)), false };
    db_fixture_run(work, enrol, &right);
    assert_true(right.good);
    assert_true(second_factor_on(work, 1));
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM recovery_code WHERE account_id = 1"), RECOVERY_CODES);
    assert_int_equal(db_fixture_int(arena_printf(work->arena, "SELECT COUNT(*) FROM account WHERE totp_secret LIKE '%%%s%%'", base32)), 0);
}

static void each_step_once_and_none_before_it(void **state)
{
    (void)state;
    const char *now = arena_copy(work->arena, code_at(0)), *next = arena_copy(work->arena, code_at(1));
    assert_true(good(1, arena_printf(work->arena, " %.3s %s ", now, now + 3)));      /* typed with blanks */
    assert_false(good(1, now));                                    /* replay */
    assert_true(good(1, next));                                    /* clocks may differ by a step */
    assert_false(good(1, now));
    assert_false(good(1, code_at(5)));
    assert_false(good(2, next));                                   /* an account without one */
}

static void recovery_codes_work_once(void **state)
{
    (void)state;
    assert_false(good(2, codes[0]));
    assert_true(good(1, codes[0]));
    assert_false(good(1, codes[0]));
    char *shouted = arena_copy(work->arena, codes[1]);
    for (char *c = shouted; *c; c++)
        *c = *c >= 'a' && *c <= 'z' ? (char)(*c - 32) : *c;
    assert_true(good(1, shouted));
    assert_int_equal(second_factor_codes_left(work, 1), RECOVERY_CODES - 2);
    assert_int_equal(db_fixture_int(arena_printf(work->arena, "SELECT COUNT(*) FROM recovery_code WHERE code_hash = '%s'", codes[2])), 0);
}

static void required_of_staff_by_parameter(void **state)
{
    (void)state;
    assert_false(second_factor_required("city"));                  /* Demo.Mode = 1, StaffSecondFactor = -1 */
    hdf_set_value(config_tree(), "Session.StaffSecondFactor", "1");
    assert_true(second_factor_required("city"));
    assert_false(second_factor_required("operator"));
    hdf_set_value(config_tree(), "Session.StaffSecondFactor", "-1");
    hdf_set_value(config_tree(), "Demo.Mode", "0");
    assert_true(second_factor_required("auditor"));
    hdf_set_value(config_tree(), "Demo.Mode", "1");
}

int main(void)
{
    work = db_fixture();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rfc_6238_appendix_b), cmocka_unit_test(enrolment_wants_the_applications_code),
        cmocka_unit_test(each_step_once_and_none_before_it), cmocka_unit_test(recovery_codes_work_once),
        cmocka_unit_test(required_of_staff_by_parameter) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
