/* session: a log-in goes through its steps, the token changes at the end and when proved again; limits; states of the
 * account; the rotation of passwords; dormant accounts; recovery's ticket and link. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/capability.h"
#include "core/config.h"
#include "core/crypto.h"
#include "core/text.h"
#include "db_fixture.h"
#include "domain/account.h"
#include "domain/password.h"
#include "domain/recovery.h"
#include "domain/second_factor.h"
#include "domain/session.h"

#undef fail
#include <cmocka.h>

static struct work *work;
static const char PASSWORD[] = "Kettle-river-42";

static int set_up(void **state)
{
    const char *hash = password_hash(work->arena, PASSWORD);
    (void)state;
    db_fixture_sql(arena_printf(work->arena, "INSERT INTO account (id, login, name, phone, role, password_hash) VALUES"
                                " (1, 'op', '运营商', '13800138000', 'operator', '%s'), (2, 'city', '市局', NULL, 'city', '%s')", hash, hash));
    return 0;
}

static int reset(void **state)
{
    (void)state;
    db_fixture_sql("DELETE FROM session");
    db_fixture_sql("DELETE FROM login_failure");
    db_fixture_sql("UPDATE account SET state = 'active', lock_reason = '', locked_from = '', last_login_at = NULL, created_at = NOW(3), password_at = NOW(3)");
    hdf_set_value(config_tree(), "Session.StaffSecondFactor", "0");
    return 0;
}

static struct login result;
struct try { const char *name, *password; };
static void do_password(struct work *w, void *arg) { struct try *t = arg; result = session_check_password(w, t->name, t->password, "10.0.0.1"); }
static enum login_outcome outcome(const char *name, const char *password)
{
    struct try t = { name, password };
    db_fixture_run(work, do_password, &t);
    return result.outcome;
}

static const char *token;
static enum login_step step;
static struct actor actor;
static bool known;
static void do_begin(struct work *w, void *arg) { token = session_begin(w, *(int64_t *)arg, "10.0.0.1", "Firefox \xff"); }
static void do_step(struct work *w, void *arg) { step = session_step(w, arg); }
static void do_complete(struct work *w, void *arg) { token = session_complete(w, arg); }
static void do_factor(struct work *w, void *arg) { session_factor_given(w, arg); }
static void do_prove(struct work *w, void *arg) { token = session_prove(w, arg); }
static void do_actor(struct work *w, void *arg)
{
    actor = (struct actor){ .role = "visitor", .capabilities = CAP_BIT(CAP_PUBLIC) };
    known = session_actor(w, arg, &actor);
}

static const char *begin(int64_t account)
{
    db_fixture_run(work, do_begin, &account);
    return token;
}
static enum login_step step_of(const char *t) { db_fixture_run(work, do_step, (void *)t); return step; }
static const char *complete(const char *t) { db_fixture_run(work, do_complete, (void *)t); return token; }
static bool holds(const char *t) { db_fixture_run(work, do_actor, (void *)t); return known && actor.account_id; }

static void by_name_or_phone_and_no_other_way(void **state)
{
    (void)state;
    assert_int_equal(outcome("op", PASSWORD), LOGIN_GOOD);
    assert_int_equal(outcome("13800138000", PASSWORD), LOGIN_GOOD);
    assert_string_equal(result.name, "op");
    assert_int_equal(outcome("op", "x"), LOGIN_WRONG);
    assert_int_equal(outcome("13800138000", "x"), LOGIN_WRONG);
    assert_int_equal(outcome("nobody", PASSWORD), LOGIN_WRONG);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM login_failure WHERE login = 'op'"), 2);     /* by phone or name: one count */
    db_fixture_sql("UPDATE account SET password_hash = CONCAT('!', password_hash) WHERE id = 2");
    assert_int_equal(outcome("city", PASSWORD), LOGIN_WRONG);
    db_fixture_sql("UPDATE account SET password_hash = SUBSTRING(password_hash, 2) WHERE id = 2");
}

static void steps_then_a_new_token(void **state)
{
    (void)state;
    const char *half = begin(1);
    assert_false(holds(half));
    assert_int_equal(actor.pending_id, 1);
    assert_int_equal(actor.capabilities, CAP_BIT(CAP_PUBLIC) | CAP_BIT(CAP_SIGNING_IN));
    assert_int_equal(step_of(half), STEP_DONE);
    const char *whole = complete(half);
    assert_string_not_equal(half, whole);
    assert_true(holds(whole));
    assert_false(holds(half));
    assert_int_equal(actor.pending_id, 0);
    holds(whole);
    db_fixture_run(work, do_prove, (void *)whole);
    assert_false(holds(whole));
    assert_true(holds(token));
}

static void staff_enrol_before_anything(void **state)
{
    (void)state;
    hdf_set_value(config_tree(), "Session.StaffSecondFactor", "1");
    const char *half = begin(2);
    assert_int_equal(step_of(half), STEP_ENROL);
    assert_false(work_run(work, WORK_WRITE, do_complete, (void *)half));       /* no way around */
    db_fixture_sql("UPDATE account SET totp_secret = 'sealed' WHERE id = 2");
    assert_int_equal(step_of(half), STEP_FACTOR);
    db_fixture_run(work, do_factor, (void *)half);
    assert_int_equal(step_of(half), STEP_DONE);
    db_fixture_sql("UPDATE account SET state = 'must_change' WHERE id = 2");
    assert_int_equal(step_of(half), STEP_CHANGE);
    db_fixture_sql("UPDATE account SET totp_secret = NULL WHERE id = 2");
}

static void limits_and_states(void **state)
{
    static const char *const ends[] = {
        "UPDATE session SET seen_at = NOW(3) - INTERVAL 31 MINUTE", "UPDATE session SET expires_at = NOW(3) - INTERVAL 1 SECOND",
        "UPDATE account SET state = 'locked'", "UPDATE account SET state = 'closed'", "UPDATE account SET state = 'must_change'",
        "UPDATE session SET complete = 0" };
    (void)state;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        reset(NULL);
        const char *whole = complete(begin(1));
        assert_true(holds(whole));
        db_fixture_sql(ends[i]);
        assert_false(holds(whole));
    }
    reset(NULL);
    db_fixture_sql("UPDATE account SET state = 'pending' WHERE id = 2");       /* under review: only what everybody has */
    assert_int_equal(outcome("city", PASSWORD), LOGIN_GOOD);
    const char *whole = complete(begin(2));
    assert_true(holds(whole));
    assert_int_equal(actor.capabilities, CAP_BIT(CAP_PUBLIC) | CAP_BIT(CAP_SIGNED_IN));
}

static void do_dormant(struct work *w, void *arg) { *(int64_t *)arg = account_lock_dormant(w); }
static void do_unlock(struct work *w, void *arg) { (void)arg; assert_true(account_unlock(w, 1, "")); assert_false(account_unlock(w, 1, "")); }

static void dormant_and_outdated(void **state)
{
    int64_t locked;
    (void)state;
    db_fixture_sql("UPDATE account SET last_login_at = NOW(3) - INTERVAL 3 MONTH + INTERVAL 1 DAY WHERE id = 1");
    db_fixture_run(work, do_dormant, &locked);
    assert_int_equal(locked, 0);
    db_fixture_sql("UPDATE account SET last_login_at = NOW(3) - INTERVAL 3 MONTH - INTERVAL 1 SECOND WHERE id = 1");
    db_fixture_run(work, do_dormant, &locked);
    assert_int_equal(locked, 1);
    assert_int_equal(outcome("op", PASSWORD), LOGIN_DORMANT);
    assert_int_equal(outcome("op", "x"), LOGIN_WRONG);
    db_fixture_run(work, do_unlock, NULL);
    assert_int_equal(outcome("op", PASSWORD), LOGIN_GOOD);
    db_fixture_run(work, do_dormant, &locked);
    assert_int_equal(locked, 0);
    db_fixture_sql("UPDATE account SET password_at = NOW(3) - INTERVAL 91 DAY WHERE id = 1");
    assert_int_equal(outcome("op", PASSWORD), LOGIN_GOOD);
    assert_int_equal(step_of(begin(1)), STEP_CHANGE);
}

/* H1.4 spares the last one who can give roles, and the last one who can unlock: else the back office could not be opened. */
static void the_last_keeper_is_never_locked_by_time(void **state)
{
    int64_t locked;
    (void)state;
    const char *hash = password_hash(work->arena, PASSWORD);
    db_fixture_sql("DELETE FROM account WHERE id > 2");
    db_fixture_sql(arena_printf(work->arena, "INSERT INTO account (id, login, name, role, password_hash, state, demo) VALUES"
        " (11, 'sec1', 'S', 'security', '%s', 'active', 0), (12, 'sec2', 'S', 'security', '%s', 'active', 0),"
        " (13, 'adm1', 'A', 'admin', '%s', 'active', 0), (14, 'sec3', 'S', 'security', '!', 'must_change', 0),"
        " (15, 'sec4', 'S', 'security', '%s', 'locked', 0), (16, 'demo', 'S', 'security', '%s', 'active', 1)",
        hash, hash, hash, hash, hash));
    hdf_set_value(config_tree(), "Demo.Mode", "0");
    db_fixture_sql("UPDATE account SET last_login_at = NOW(3) - INTERVAL 4 MONTH WHERE id IN (12, 13)");
    db_fixture_sql("UPDATE account SET last_login_at = NOW(3) - INTERVAL 5 MONTH WHERE id IN (11, 14)");
    db_fixture_run(work, do_dormant, &locked);
    assert_int_equal(locked, 2);                                          /* 11 and 14; neither 12 nor 13 */
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM account WHERE id IN (12, 13) AND state = 'active'"), 2);
    db_fixture_run(work, do_dormant, &locked);
    assert_int_equal(locked, 0);
    assert_int_equal(outcome("sec2", PASSWORD), LOGIN_GOOD);              /* nor at the log-in */
    assert_int_equal(outcome("adm1", PASSWORD), LOGIN_GOOD);
    db_fixture_sql("UPDATE account SET state = 'active', lock_reason = '', last_login_at = NOW(3) WHERE id = 11");
    assert_int_equal(outcome("sec2", PASSWORD), LOGIN_DORMANT);           /* there is another one now */
    db_fixture_sql("UPDATE account SET state = 'active', last_login_at = NOW(3) - INTERVAL 4 MONTH WHERE id = 12");
    db_fixture_run(work, do_dormant, &locked);
    assert_int_equal(locked, 1);
    hdf_set_value(config_tree(), "Demo.Mode", "1");
    db_fixture_sql("DELETE FROM account WHERE id > 2");
}

/* An account carried over from an older system (H1.5) that slept, was locked and unlocked must still set a new password. */
static void unlocking_spares_no_forced_change(void **state)
{
    int64_t locked;
    (void)state;
    db_fixture_sql("UPDATE account SET state = 'must_change', created_at = NOW(3) - INTERVAL 4 MONTH WHERE id = 1");
    db_fixture_run(work, do_dormant, &locked);
    assert_int_equal(locked, 1);
    db_fixture_run(work, do_unlock, NULL);
    assert_int_equal(db_fixture_int("SELECT state = 'must_change' FROM account WHERE id = 1"), 1);
    assert_int_equal(outcome("op", PASSWORD), LOGIN_GOOD);
    assert_int_equal(step_of(begin(1)), STEP_CHANGE);
    db_fixture_sql("UPDATE account SET state = 'locked', locked_from = 'pending' WHERE id = 1");
    db_fixture_run(work, do_unlock, NULL);
    assert_int_equal(db_fixture_int("SELECT state = 'pending' FROM account WHERE id = 1"), 1);      /* nor the review */
}

static const char *text;
static int64_t account;
static void do_ticket(struct work *w, void *arg) { (void)arg; text = recovery_ticket(w, 1); }
static void do_open_ticket(struct work *w, void *arg) { account = recovery_ticket_open(w, arg); }
static void do_link(struct work *w, void *arg) { (void)arg; text = recovery_link(w, 1, ""); }
static void do_open_link(struct work *w, void *arg) { account = recovery_link_open(w, arg); }
static void do_finish(struct work *w, void *arg) { recovery_finish(w, 1, arg, ""); }
static int64_t opened(void (*how)(struct work *, void *), const char *what) { db_fixture_run(work, how, (void *)what); return account; }

static void tickets_and_links_work_once(void **state)
{
    (void)state;
    db_fixture_run(work, do_ticket, NULL);
    const char *ticket = text;
    assert_int_equal(opened(do_open_ticket, ticket), 1);
    assert_int_equal(opened(do_open_ticket, "a1:AAAA"), 0);
    const char *whole = complete(begin(1));
    db_fixture_run(work, do_link, NULL);
    const char *link = text;
    assert_false(holds(whole));
    assert_int_equal(outcome("op", PASSWORD), LOGIN_WRONG);               /* the old password ended */
    assert_int_equal(opened(do_open_link, link), 1);
    assert_int_equal(opened(do_open_link, "other"), 0);
    db_fixture_run(work, do_finish, (void *)"Willow-garden-77");
    assert_int_equal(opened(do_open_link, link), 0);
    assert_int_equal(opened(do_open_ticket, ticket), 0);
    assert_int_equal(outcome("op", "Willow-garden-77"), LOGIN_GOOD);
    assert_int_equal(db_fixture_int("SELECT state = 'active' FROM account WHERE id = 1"), 1);
}

/* --- two uses of one link or one ticket at the same moment ------------------------------------------------------ */

struct use { const char *link, *ticket; };

static void use_it(struct work *w, void *arg)
{
    const struct use *use = arg;
    int64_t found = use->link ? recovery_link_take(w, use->link) : recovery_ticket_open(w, use->ticket);
    if (!found)
        (fail)(w, FAIL_MISSING, "gone");
    recovery_finish(w, found, "Maple-window-31", "");
}

static int winners(struct use use)
{
    enum { MANY = 8 };
    pid_t pids[MANY];
    int won = 0, status;
    for (int i = 0; i < MANY; i++)
        if ((pids[i] = fork()) == 0)
            _exit(work_run(db_fixture_work(), WORK_WRITE, use_it, &use) ? 1 : 0);
    for (int i = 0; i < MANY; i++) {
        waitpid(pids[i], &status, 0);
        won += WIFEXITED(status) && WEXITSTATUS(status) == 1;
    }
    return won;
}

static void of_two_at_once_one_uses_it(void **state)
{
    (void)state;
    db_fixture_run(work, do_link, NULL);
    assert_int_equal(winners((struct use){ .link = text }), 1);
    db_fixture_run(work, do_ticket, NULL);
    assert_int_equal(winners((struct use){ .ticket = text }), 1);
}

int main(void)
{
    work = db_fixture();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(by_name_or_phone_and_no_other_way, reset), cmocka_unit_test_setup(steps_then_a_new_token, reset),
        cmocka_unit_test_setup(staff_enrol_before_anything, reset), cmocka_unit_test_setup(limits_and_states, reset),
        cmocka_unit_test_setup(dormant_and_outdated, reset), cmocka_unit_test_setup(the_last_keeper_is_never_locked_by_time, reset),
        cmocka_unit_test_setup(unlocking_spares_no_forced_change, reset), cmocka_unit_test_setup(tickets_and_links_work_once, reset),
        cmocka_unit_test_setup(of_two_at_once_one_uses_it, reset) };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
