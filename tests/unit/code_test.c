/* code: one-time codes work once, expire, and cannot be guessed (Z6, Z7.2; "codes work once" of the accounts issue). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/config.h"
#include "core/crypto.h"
#include "core/text.h"
#include "db_fixture.h"
#include "domain/outbox.h"

#undef fail
#include <cmocka.h>

static struct work *db;

static int set_up(void **state)
{
    (void)state;
    db = db_fixture();
    return 0;
}

static void send_it(struct work *work, void *arg) { code_request_send(work, arg); }

static bool sent(const char *purpose, const char *target, const char *address, bool nobody)
{
    struct code_request request = { .purpose = purpose, .target = target, .sms = !strchr(target, '@'), .address = address, .nobody = nobody };
    return work_run(db, WORK_WRITE, send_it, &request);
}

/* A minute goes by. */
static void wait_out(void)
{
    db_fixture_sql("UPDATE verification_code SET created_at = created_at - INTERVAL 61 SECOND");
}

static void read_text(struct work *work, void *arg)
{
    const char *sealed = db_text(work, "SELECT text_sealed FROM outbox ORDER BY id DESC LIMIT 1");
    const char *key = db_text(work, "SELECT message_key FROM outbox ORDER BY id DESC LIMIT 1");
    const char *text = secret_open(work->arena, sealed, arena_printf(work->arena, "outbox.text.%s", key));
    assert_non_null(text);
    const char *digits = strstr(text, "验证码为 ");
    assert_non_null(digits);
    snprintf(arg, 7, "%s", digits + strlen("验证码为 "));
}

/* As the recipient reads it. */
static const char *newest_code(void)
{
    static char code[7];
    db_fixture_run(db, read_text, code);
    assert_int_equal(strspn(code, "0123456789"), 6);
    return code;
}

static const char *another(const char *code)
{
    static char wrong[7];
    snprintf(wrong, sizeof wrong, "%s", code);
    wrong[5] = wrong[5] == '9' ? '0' : (char)(wrong[5] + 1);
    return wrong;
}

struct checking { const char *purpose, *target, *code; bool good, give_up; };

static void check_it(struct work *work, void *arg)
{
    struct checking *c = arg;
    db_int(work, 0, "SELECT COUNT(*) FROM verification_code");           /* a form has looked around before */
    c->good = code_check(work, c->purpose, c->target, c->code);
    if (c->give_up)
        (fail)(work, FAIL_INVALID, "the form is refused for another reason");
}

static bool right(const char *purpose, const char *target, const char *code)
{
    struct checking c = { purpose, target, code, false, false };
    assert_true(work_run(db, WORK_WRITE, check_it, &c));
    return c.good;
}

static void a_code_works_once(void **state)
{
    (void)state;
    assert_true(sent("register", "Li@Example.cn", NULL, false));
    const char *code = newest_code();
    assert_false(right("register", "li@example.cn", another(code)));
    assert_false(right("recover", "li@example.cn", code));            /* for what it is for */
    assert_false(right("register", "lo@example.cn", code));           /* and for whom */
    assert_true(right("register", " LI@example.cn ", code));
    assert_false(right("register", "li@example.cn", code));
}

static void a_refused_form_keeps_its_code_but_not_its_try(void **state)
{
    (void)state;
    struct checking c = { "register", "13800000001", NULL, false, true };
    assert_true(sent("register", "13800000001", NULL, false));
    c.code = newest_code();
    for (int i = 0; i < 4; i++) {
        c.good = false;
        assert_false(work_run(db, WORK_WRITE, check_it, &c));         /* rolled back */
        assert_true(c.good);
    }
    assert_int_equal(db_fixture_int("SELECT tries FROM verification_try ORDER BY sent_at DESC LIMIT 1"), 4);
    assert_true(right("register", "13800000001", c.code));
}

static void five_tries_and_no_more(void **state)
{
    (void)state;
    struct checking c = { "register", "13800000002", NULL, false, true };
    assert_true(sent("register", "13800000002", NULL, false));
    const char *code = newest_code();
    c.code = another(code);
    for (int i = 0; i < 5; i++)
        assert_false(work_run(db, WORK_WRITE, check_it, &c));         /* an attacker whose forms are all rolled back */
    assert_false(right("register", "13800000002", code));
}

static void a_slip_of_the_keyboard_is_no_try(void **state)
{
    (void)state;
    assert_true(sent("register", "13800000003", NULL, false));
    static const char *const slips[] = { "", "12345", "1234567", "abcdef", "12 456", "' OR 1" };
    for (size_t i = 0; i < 6; i++)
        assert_false(right("register", "13800000003", slips[i]));
    assert_int_equal(db_fixture_int("SELECT tries FROM verification_try ORDER BY sent_at DESC LIMIT 1"), 0);
}

static void a_code_expires_and_a_fresh_one_ends_it(void **state)
{
    (void)state;
    char old[7];
    assert_true(sent("register", "13800000004", NULL, false));
    snprintf(old, sizeof old, "%s", newest_code());
    wait_out();
    assert_true(sent("register", "13800000004", NULL, false));
    const char *code = newest_code();
    if (strcmp(old, code) != 0)
        assert_false(right("register", "13800000004", old));
    db_fixture_sql("UPDATE verification_code SET expires_at = NOW(3) - INTERVAL 1 SECOND");
    assert_false(right("register", "13800000004", code));
}

static void too_soon_and_too_many_are_refused_in_words(void **state)
{
    (void)state;
    assert_true(sent("register", "13800000005", NULL, false));
    assert_false(sent("recover", "13800000005", NULL, false));
    assert_int_equal(db->failed, FAIL_TOO_MANY);
    assert_non_null(strstr(db->fail_text, "秒后再重新获取"));
    for (int i = 1; i < config_int("Outbox.CodesPerTarget"); i++) {
        wait_out();
        assert_true(sent("register", "13800000005", NULL, false));
    }
    wait_out();
    assert_false(sent("register", "13800000005", NULL, false));
    assert_int_equal(db->failed, FAIL_TOO_MANY);
    assert_non_null(strstr(db->fail_text, "明日再试"));
    int64_t codes = db_fixture_int("SELECT COUNT(*) FROM verification_code");
    char phone[16];
    int good = 0;
    for (int i = 0; i < config_int("Outbox.CodesPerAddress") + 5; i++) {
        snprintf(phone, sizeof phone, "139%08u", (unsigned)i % 100000000u);
        good += sent("register", phone, "10.9.8.7", false);
    }
    assert_int_equal(good, config_int("Outbox.CodesPerAddress"));
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM verification_code"), codes + good);
}

/* The same rows for a target without an account, and the same refusals; only nothing is sent. */
static void nobody_learns_whether_an_account_exists(void **state)
{
    (void)state;
    assert_true(sent("recover", "13700000001", NULL, true));
    const char *code = newest_code();
    assert_false(right("recover", "13700000001", code));
    assert_false(sent("recover", "13700000001", NULL, true));
    assert_int_equal(db->failed, FAIL_TOO_MANY);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM outbox WHERE recipient = '13700000001' AND state = 'withheld'"), 1);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM job j JOIN outbox o ON j.job_key = CONCAT('outbox:', o.id) WHERE o.recipient = '13700000001'"), 1);
}

static void what_is_no_target_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = { "12345678901", "1380000000", "a@", "@b.cn", "a b@c.cn", "a@b.cn\r\nBcc: x@y.cn", "a@b..cn", "a@-b.cn", "<a@b.cn>" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(sent("register", bad[i], NULL, false));
        assert_int_equal(db->failed, FAIL_INVALID);
    }
}

static void the_table_alone_tells_no_code(void **state)
{
    (void)state;
    char sql[300];
    assert_true(sent("register", "13600000001", NULL, false));
    const char *code = newest_code();
    snprintf(sql, sizeof sql, "SELECT COUNT(*) FROM outbox WHERE recipient = '13600000001' AND (text_shown LIKE '%%%s%%' OR text_sealed LIKE '%%%s%%' OR text_shown NOT LIKE '%%******%%')", code, code);
    assert_int_equal(db_fixture_int(sql), 0);
    snprintf(sql, sizeof sql, "SELECT COUNT(*) FROM verification_code WHERE HEX(code_hash) = SHA2('register\n13600000001\n%s', 256)", code);
    assert_int_equal(db_fixture_int(sql), 0);
    snprintf(sql, sizeof sql, "SELECT COUNT(*) FROM job WHERE payload LIKE '%%%s%%'", code);
    assert_int_equal(db_fixture_int(sql), 0);
}

/* Twelve processes with the right code at the same moment: one gets in. */
static void at_the_same_moment_only_one_gets_in(void **state)
{
    (void)state;
    enum { MANY = 12 };
    pid_t pids[MANY];
    int won = 0, status;
    assert_true(sent("register", "13500000001", NULL, false));
    db_fixture_sql("UPDATE verification_try SET tries = -100 ORDER BY sent_at DESC LIMIT 1");        /* all may try */
    struct checking c = { "register", "13500000001", newest_code(), false, false };
    for (int i = 0; i < MANY; i++) {
        pids[i] = fork();
        if (pids[i] == 0) {
            struct work *own = db_fixture_work();
            bool done = work_run(own, WORK_WRITE, check_it, &c);
            _exit(done && c.good ? 1 : 0);
        }
    }
    for (int i = 0; i < MANY; i++) {
        waitpid(pids[i], &status, 0);
        won += WIFEXITED(status) && WEXITSTATUS(status) == 1;
    }
    assert_int_equal(won, 1);
}

static void guessing_at_the_same_moment_gives_five_tries(void **state)
{
    (void)state;
    enum { MANY = 12 };
    pid_t pids[MANY];
    assert_true(sent("register", "13500000002", NULL, false));
    struct checking c = { "register", "13500000002", another(newest_code()), false, true };
    for (int i = 0; i < MANY; i++)
        if ((pids[i] = fork()) == 0) {
            work_run(db_fixture_work(), WORK_WRITE, check_it, &c);
            _exit(0);
        }
    for (int i = 0; i < MANY; i++)
        waitpid(pids[i], NULL, 0);
    assert_int_equal(db_fixture_int("SELECT tries FROM verification_try ORDER BY sent_at DESC LIMIT 1"), 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_code_works_once), cmocka_unit_test(a_refused_form_keeps_its_code_but_not_its_try),
        cmocka_unit_test(five_tries_and_no_more), cmocka_unit_test(a_slip_of_the_keyboard_is_no_try),
        cmocka_unit_test(a_code_expires_and_a_fresh_one_ends_it), cmocka_unit_test(too_soon_and_too_many_are_refused_in_words),
        cmocka_unit_test(nobody_learns_whether_an_account_exists), cmocka_unit_test(what_is_no_target_is_refused),
        cmocka_unit_test(the_table_alone_tells_no_code), cmocka_unit_test(at_the_same_moment_only_one_gets_in),
        cmocka_unit_test(guessing_at_the_same_moment_gives_five_tries),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
