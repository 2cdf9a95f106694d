/* password: its rules, its history, what a change does; waiting after failures. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/config.h"
#include "core/crypto.h"
#include "core/text.h"
#include "db_fixture.h"
#include "domain/lockout.h"
#include "domain/password.h"

#undef fail
#include <cmocka.h>

static struct work *work;

static int set_up(void **state)
{
    (void)state;
    db_fixture_sql("INSERT INTO account (id, login, name, phone, role, password_hash) VALUES"
                   " (1, 'zhangsan', '张三', '13800138000', 'operator', '!')");
    return 0;
}

static void rules(void **state)
{
    (void)state;
    static const struct { const char *password, *part; } bad[] = {
        { "Short-1a", "至少 10 个字符" }, { "alllowercaseletters", "至少 3 种" }, { "lower1234567", "至少 3 种" },
        { "Password2026!", "常见" }, { "Admin@123456", "常见" }, { "123Qwerty456!", "常见" }, { "Cdzjk@369##", "常见" },
        { "my-ZhangSan-77", "账号" }, { "我是张三Abc123", "名称" }, { "Ab-13800138000", "手机号" } };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const char *fault = password_fault_for(work, bad[i].password, "zhangsan", "张三", "13800138000");
        if (!fault || !strstr(fault, bad[i].part))
            fail_msg("%s: %s", bad[i].password, fault ? fault : "taken");
    }
    assert_null(password_fault_for(work, "Kettle-river-42", "zhangsan", "张三", "13800138000"));
    assert_null(password_fault_for(work, "充电站边有桂花Aa1", "zhangsan", "张三", NULL));
    assert_null(password_fault(work, "Aa1aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));          /* 64 */
    assert_non_null(password_fault(work, "Aa1aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));    /* 65 */
}

static void load_words(struct work *w, void *arg)
{
    static char words[] = "dragonfly\nsummer2026x\nab12\n";
    FILE *file = fmemopen(words, sizeof words - 1, "r");
    (void)arg;
    assert_int_equal(password_common_load(w, file), 3);
    rewind(file);
    assert_int_equal(password_common_load(w, file), 3);
    fclose(file);
}

/* OWASP ASVS 5, 6.2.4: the list of common passwords, as they stand and with digits and marks around them */
static void words_of_the_list_are_refused(void **state)
{
    (void)state;
    db_fixture_run(work, load_words, NULL);
    assert_non_null(strstr(password_fault(work, "Dragonfly-2026!"), "常见"));
    assert_non_null(strstr(password_fault(work, "2026Summer2026X"), "常见"));
    assert_null(password_fault(work, "Dragonfly-tea-2026"));
}

static void store(struct work *w, void *arg) { password_store(w, 1, arg); }

static const char *seen;
static void look(struct work *w, void *arg) { seen = password_fault_of(w, 1, arg); }

static const char *fault_of(const char *password)
{
    db_fixture_run(work, look, (void *)password);
    return seen;
}

static void the_last_five_are_not_taken_again(void **state)
{
    char password[] = "Kettle-river-0";
    (void)state;
    for (char n = '0'; n < '6'; n++) {
        password[strlen(password) - 1] = n;
        assert_null(fault_of(password));
        db_fixture_run(work, store, password);
    }
    for (char n = '1'; n < '6'; n++) {
        password[strlen(password) - 1] = n;
        assert_non_null(strstr(fault_of(password), "最近 5 次"));
    }
    password[strlen(password) - 1] = '0';
    assert_null(fault_of(password));
    assert_true(db_fixture_int("SELECT COUNT(*) FROM password_history WHERE account_id = 1") <= 5);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM account WHERE password_hash LIKE '$argon2id$%'"), 1);
}

static void a_forced_change_is_done_by_it(void **state)
{
    (void)state;
    db_fixture_sql("UPDATE account SET state = 'must_change' WHERE id = 1");
    db_fixture_run(work, store, "Willow-garden-8");
    assert_int_equal(db_fixture_int("SELECT state = 'active' FROM account WHERE id = 1"), 1);
    db_fixture_sql("UPDATE account SET state = 'locked' WHERE id = 1");
    db_fixture_run(work, store, "Willow-garden-9");
    assert_int_equal(db_fixture_int("SELECT state = 'locked' FROM account WHERE id = 1"), 1);      /* a lock stays one */
    db_fixture_sql("UPDATE account SET state = 'active' WHERE id = 1");
}

static void costs_come_from_the_configuration(void **state)
{
    (void)state;
    char *hash = password_hash(work->arena, "x");
    assert_non_null(strstr(hash, "$m=19456,t=2,"));
    assert_false(password_outdated(hash));
    hdf_set_value(config_tree(), "Password.HashPasses", "3");
    assert_true(password_outdated(hash));
    assert_true(password_matches(hash, "x"));
    assert_non_null(strstr(password_hash(work->arena, "x"), "t=3,"));
    hdf_set_value(config_tree(), "Password.HashPasses", "2");
}

/* --- lockout ------------------------------------------------------------------------------------------------- */

struct guess { const char *login, *address; };
static void check(struct work *w, void *arg) { struct guess *g = arg; lockout_check(w, g->login, g->address); }
/* As one that came before. */
static void miss(struct work *w, void *arg)
{
    struct guess *g = arg;
    db_exec(w, "INSERT INTO login_failure (login, address, at) VALUES (?, ?, NOW(3))", T(g->login), T(lockout_network(w, g->address)));
}

/* Minutes told; 0: may try. */
static int waits(const char *login, const char *address)
{
    struct guess g = { login, address };
    int minutes = 0;
    if (work_run(work, WORK_WRITE, check, &g))
        return 0;
    assert_int_equal(work->failed, FAIL_TOO_MANY);
    const char *number = strpbrk(work->fail_text, "0123456789");
    for (; *number >= '0' && *number <= '9'; number++)
        minutes = minutes * 10 + *number - '0';
    return minutes;
}

static void waiting_grows_with_each_failure(void **state)
{
    struct guess g = { "someone", "10.0.0.1" };
    static const int expected[] = { 0, 0, 0, 0, 10, 20, 40, 80, 160, 240, 240 };
    (void)state;
    db_fixture_sql("DELETE FROM login_failure");
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        db_fixture_run(work, miss, &g);
        assert_int_equal(waits("someone", "10.0.0.9"), expected[i]);
    }
    assert_int_equal(waits("another", "10.0.0.1"), 0);                     /* eleven do not hold an address yet */
    db_fixture_sql("UPDATE login_failure SET at = at - INTERVAL 240 MINUTE");
    assert_int_equal(waits("someone", "10.0.0.9"), 0);
}

static void an_address_waits_after_five_times_as_many(void **state)
{
    (void)state;
    db_fixture_sql("DELETE FROM login_failure");
    for (int i = 0; i < 25; i++) {
        struct guess g = { arena_printf(work->arena, "name-%d", i), "10.0.0.1" };
        assert_int_equal(waits("fresh", "10.0.0.1"), 0);
        db_fixture_run(work, miss, &g);
    }
    assert_int_equal(waits("fresh", "10.0.0.1"), 10);
    assert_int_equal(waits("fresh", "10.0.0.2"), 0);
}

static bool wanted;
static void want(struct work *w, void *arg) { struct guess *g = arg; wanted = lockout_wants_captcha(w, g->login, g->address); }

static void a_captcha_after_two(void **state)
{
    struct guess g = { "carol", "10.0.0.3" }, other = { "carol", "10.0.0.4" }, same = { NULL, "10.0.0.3" };
    (void)state;
    db_fixture_sql("DELETE FROM login_failure");
    db_fixture_run(work, miss, &g);
    db_fixture_run(work, want, &g);
    assert_false(wanted);
    db_fixture_run(work, miss, &g);
    db_fixture_run(work, want, &other);
    assert_true(wanted);                     /* the account, from elsewhere */
    db_fixture_run(work, want, &same);
    assert_true(wanted);                     /* the address, for anybody */
}

/* --- many at the same moment ---------------------------------------------------------------------------------- */

static void try_it(struct work *w, void *arg) { struct guess *g = arg; lockout_try(w, g->login, g->address); }
static void give_up(struct work *w, void *arg) { try_it(w, arg); (fail)(w, FAIL_INVALID, "rolled back"); }

static void right(struct work *w, void *arg) { struct guess *g = arg; lockout_right(w, lockout_try(w, g->login, g->address)); }

static void a_try_counts_unless_it_was_right(void **state)
{
    struct guess g = { "dora", "10.0.0.5" };
    (void)state;
    db_fixture_sql("DELETE FROM login_failure");
    for (int i = 0; i < 20; i++)
        db_fixture_run(work, right, &g);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM login_failure"), 0);
    for (int i = 0; i < 5; i++)
        assert_false(work_run(work, WORK_WRITE, give_up, &g));            /* whose requests are all rolled back */
    assert_int_equal(waits("dora", "10.0.0.6"), 10);
    assert_false(work_run(work, WORK_WRITE, try_it, &g));
    assert_int_equal(work->failed, FAIL_TOO_MANY);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM login_failure"), 5);        /* who waits does not wait longer */
}

/* Sixteen processes with one try left: at most one is let look at the password. */
static void guessing_at_the_same_moment_gives_no_more_tries(void **state)
{
    enum { MANY = 16 };
    pid_t pids[MANY];
    struct guess g = { "emil", "10.0.0.7" };
    int let_in = 0, status;
    (void)state;
    db_fixture_sql("DELETE FROM login_failure");
    for (int i = 0; i < 4; i++)
        db_fixture_run(work, miss, &g);
    for (int i = 0; i < MANY; i++)
        if ((pids[i] = fork()) == 0)
            _exit(work_run(db_fixture_work(), WORK_WRITE, try_it, &g) ? 1 : 0);
    for (int i = 0; i < MANY; i++) {
        waitpid(pids[i], &status, 0);
        let_in += WIFEXITED(status) && WEXITSTATUS(status) == 1;
    }
    assert_true(let_in <= 1);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM login_failure"), 4 + let_in);
}

static void of_ipv6_the_network_counts(void **state)
{
    (void)state;
    assert_string_equal(lockout_network(work, "10.0.0.1"), "10.0.0.1");
    assert_string_equal(lockout_network(work, "2001:db8:0:1:aaaa:bbbb:cccc:dddd"), "2001:db8:0:1::/64");
    assert_string_equal(lockout_network(work, "2001:db8:0:1::7"), "2001:db8:0:1::/64");
    assert_string_equal(lockout_network(work, "::ffff:10.0.0.1"), "::ffff:10.0.0.1");
    db_fixture_sql("DELETE FROM login_failure");
    for (int i = 0; i < 25; i++) {
        struct guess g = { arena_printf(work->arena, "v6-%d", i), arena_printf(work->arena, "2001:db8:0:1::%x", i + 1) };
        db_fixture_run(work, miss, &g);
    }
    assert_int_equal(waits("fresh", "2001:db8:0:1:ffff::1"), 10);
    assert_int_equal(waits("fresh", "2001:db8:0:2::1"), 0);
}

int main(void)
{
    work = db_fixture();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules), cmocka_unit_test(words_of_the_list_are_refused),
        cmocka_unit_test(the_last_five_are_not_taken_again),
        cmocka_unit_test(a_forced_change_is_done_by_it), cmocka_unit_test(costs_come_from_the_configuration),
        cmocka_unit_test(waiting_grows_with_each_failure), cmocka_unit_test(an_address_waits_after_five_times_as_many),
        cmocka_unit_test(a_captcha_after_two), cmocka_unit_test(a_try_counts_unless_it_was_right),
        cmocka_unit_test(guessing_at_the_same_moment_gives_no_more_tries), cmocka_unit_test(of_ipv6_the_network_counts) };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
