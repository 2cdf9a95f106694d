/* session: guessing is slowed for the account whatever it is called; demonstration logins work in demonstrations only. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "core/config.h"
#include "core/crypto.h"
#include "db_fixture.h"
#include "domain/session.h"

#undef fail
#include <cmocka.h>

static struct work *db;

struct attempt { const char *login, *password, *address; int64_t account; };

static void attempt_run(struct work *work, void *arg)
{
    struct attempt *a = arg;
    a->account = session_check_password(work, a->login, a->password, a->address);
}

static bool attempt(const char *login, const char *password, const char *address)
{
    struct attempt a = { login, password, address, 0 };
    return work_run(db, WORK_WRITE, attempt_run, &a) && a.account;
}

static void account_make(struct work *work, void *arg)
{
    (void)arg;
    db_exec(work, "INSERT INTO account (login, phone, name, role, password_hash) VALUES ('li', '13800000000', 'Li', 'admin', ?)",
            T(password_hash(work->arena, "right")));
}

static int tidy(void **state)
{
    (void)state;
    db_fixture_sql("DELETE FROM login_failure");
    db_fixture_sql("DELETE FROM session");
    db_fixture_sql("UPDATE account SET demo = 0");
    hdf_set_value(config_tree(), "Demo.Mode", "1");
    return 0;
}

static void the_phone_gives_no_second_row_of_guesses(void **state)
{
    static const char *const names[] = { "li", "13800000000", "LI", "li ", "13800000000" };
    (void)state;
    for (size_t i = 0; i < 5; i++)
        assert_false(attempt(names[i], "wrong", "10.0.0.1"));
    assert_false(attempt("13800000000", "right", "10.0.0.2"));
    assert_int_equal(db->failed, FAIL_TOO_MANY);
    assert_false(attempt("li", "right", "10.0.0.3"));
    assert_int_equal(db->failed, FAIL_TOO_MANY);
}

static void the_right_password_forgives_whatever_name_was_typed(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++)
        assert_false(attempt("li", "wrong", "10.0.0.1"));
    assert_true(attempt("13800000000", "right", "10.0.0.1"));
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM login_failure"), 0);
}

static void one_address_trying_many_names_waits_too(void **state)
{
    (void)state;
    for (int i = 0; i < 25; i++) {
        char name[20];
        snprintf(name, sizeof name, "nobody%d", i);
        assert_false(attempt(name, "wrong", "10.0.0.9"));
    }
    assert_false(attempt("li", "right", "10.0.0.9"));
    assert_int_equal(db->failed, FAIL_TOO_MANY);
    assert_true(attempt("li", "right", "10.0.0.8"));
}

struct held { const char *token; bool holds; };

static void open_session(struct work *work, void *arg)
{
    ((struct held *)arg)->token = session_open(work, db_int(work, 0, "SELECT id FROM account"), "");
}

static void look_session(struct work *work, void *arg)
{
    struct held *held = arg;
    struct actor actor;
    held->holds = session_actor(work, held->token, &actor);
}

static void a_demonstration_account_opens_nothing_elsewhere(void **state)
{
    struct held held;
    (void)state;
    db_fixture_sql("UPDATE account SET demo = 1");
    assert_true(attempt("li", "right", "10.0.0.1"));
    db_fixture_run(db, open_session, &held);
    db_fixture_run(db, look_session, &held);
    assert_true(held.holds);
    hdf_set_value(config_tree(), "Demo.Mode", "0");
    assert_false(attempt("li", "right", "10.0.0.1"));
    db_fixture_run(db, look_session, &held);
    assert_false(held.holds);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(the_phone_gives_no_second_row_of_guesses, tidy),
        cmocka_unit_test_teardown(the_right_password_forgives_whatever_name_was_typed, tidy),
        cmocka_unit_test_teardown(one_address_trying_many_names_waits_too, tidy),
        cmocka_unit_test_teardown(a_demonstration_account_opens_nothing_elsewhere, tidy),
    };
    db = db_fixture();
    db_fixture_run(db, account_make, NULL);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
