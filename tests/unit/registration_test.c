/* Registration on a real database: account, case and first filing in one transaction; twice sent is one; a proof opens nothing
 * else; a finding leaves nothing behind; what passing makes true; whose it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "asked.h"
#include "core/crypto.h"
#include "core/uscc.h"
#include "domain/account.h"
#include "domain/checks.h"
#include "domain/registration.h"
#include "flow_world.h"

#undef fail
#include <cmocka.h>

static char uscc[19];
static struct registration given;
static const char *made;

static struct form_values *filled(struct work *work, const char *login, const char *phone)
{
    struct form_values *values = values_new(work, form_find(work, "registration-zhuhai"));
    static const char *const texts[][2] = { { "company", "香洲充电有限公司" }, { "contact", "王经办" }, { "division_code", "440402" },
                                            { "password", "Kettle-river-42" }, { "again", "Kettle-river-42" } };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        values_put(values, texts[i][0], texts[i][1]);
    values_put(values, "account_name", login);
    values_put(values, "phone", phone);
    values_put(values, "uscc", uscc);
    (void)values_check(values, true);
    return values;
}

struct sending { const char *login, *phone, *email, *key; bool die; };

static void create(struct work *work, void *arg)
{
    const struct sending *s = arg;
    work->actor = people[VISITOR];
    work->idempotency = s->key;
    given = (struct registration){ .values = filled(work, s->login, s->phone), .email = s->email, .address = "10.0.0.1" };
    made = registration_create(work, &given);
    if (s->die)
        fail_ours(work, "the machine dies before the commit");
}

/* Files are file_test's matter; here a licence is always there. */
static const char *take_none(struct work *work, const struct upload *upload, unsigned accept, int64_t *id)
{
    (void)work, (void)upload, (void)accept, (void)id;
    return "无";
}

static void link_none(struct work *work, const char *record, int64_t record_id, const char *field, const int64_t *ids, size_t n)
{
    (void)work, (void)record, (void)record_id, (void)field, (void)ids, (void)n;
}

static int list_one(struct work *work, const char *record, int64_t record_id, const char *field, HDF *node)
{
    (void)work, (void)record, (void)record_id, (void)field;
    view_set(node, "0.Id", "7"), view_set(node, "0.Name", "执照.png"), view_set(node, "0.Size", "1 KB"), view_set(node, "0.Path", "/files/7");
    return 1;
}

static int64_t count(const char *what, const char *login)
{
    char sql[300];
    snprintf(sql, sizeof sql, what, login);
    return db_fixture_int(sql);
}

#define ACCOUNTS "SELECT COUNT(*) FROM account WHERE login = '%s'"
#define CASES "SELECT COUNT(*) FROM operator_registration WHERE account_name = '%s' AND state = 'filed'"

static void a_registration_is_whole(void **state)
{
    (void)state;
    db_fixture_run(db, create, &(struct sending){ "whole", "13800000001", "whole@example.cn", "key-0000000000000001" });
    assert_non_null(made);
    assert_int_equal(count(ACCOUNTS " AND state = 'pending' AND email = 'whole@example.cn'", "whole"), 1);
    assert_int_equal(count(CASES, "whole"), 1);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM registration_filed"), 1);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM flow_due WHERE flow = 'registration'"), 1);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM operator WHERE uscc IS NOT NULL"), 0);
    db_fixture_run(db, create, &(struct sending){ "whole", "13800000001", "whole@example.cn", "key-0000000000000001" });
    assert_string_equal(made, "whole");                              /* the second click finds the first one's result */
    assert_int_equal(count(CASES, "whole"), 1);
}

static void or_absent(void **state)
{
    (void)state;
    struct sending s = { "absent", "13800000002", "absent@example.cn", "key-0000000000000002", true };
    assert_false(work_run(db, WORK_WRITE, create, &s));
    assert_int_equal(count(ACCOUNTS, "absent") + count(CASES, "absent"), 0);
}

static void what_is_taken_is_said_and_leaves_nothing(void **state)
{
    (void)state;
    int64_t before = db_fixture_int("SELECT COUNT(*) FROM account");
    db_fixture_run(db, create, &(struct sending){ "whole", "13800000003", "n1@example.cn", "key-0000000000000003" });
    assert_null(made);
    db_fixture_run(db, create, &(struct sending){ "newone", "13800000001", "n2@example.cn", "key-0000000000000004" });
    assert_null(made);
    db_fixture_run(db, create, &(struct sending){ "newone", "13800000004", "whole@example.cn", "key-0000000000000004" });
    assert_null(made);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM account"), before);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM submission WHERE idempotency_key LIKE 'key-%3' OR idempotency_key LIKE 'key-%4'"), 0);
}

struct latecomer { const char *sql; int runs; const char *field; };

/* Somebody takes it after this transaction has looked, before it writes. */
static void come_late(struct work *work, void *arg)
{
    struct latecomer *l = arg;
    (void)account_by_login(work, "late");
    if (!l->runs++)
        db_fixture_sql(l->sql);
    assert_int_equal(account_create(work, &(struct account_new){ .login = "late", .name = "迟到", .role = "citizen", .phone = "13800000077",
                                    .email = "late@example.cn", .password = "Kettle-river-42" }, &l->field), 0);
}

static void who_was_faster_by_a_moment_is_named_right(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        { "phone", "INSERT INTO account (login, name, role, phone, password_hash) VALUES ('f1', 'x', 'citizen', '13800000077', '!')" },
        { "email", "INSERT INTO account (login, name, role, email, password_hash) VALUES ('f1', 'x', 'citizen', 'late@example.cn', '!')" },
        { "login", "INSERT INTO account (login, name, role, password_hash) VALUES ('late', 'x', 'citizen', '!')" } };
    for (size_t i = 0; i < 3; i++) {
        struct latecomer l = { .sql = cases[i][1] };
        db_fixture_run(db, come_late, &l);
        assert_string_equal(l.field, cases[i][0]);
        db_fixture_sql("DELETE FROM account WHERE login IN ('f1', 'late')");
    }
}

static void limit_twice(struct work *work, void *arg)
{
    (void)arg;
    assert_null(registration_limit(work, "a@limit.cn", "2001:db8:0:1::1"));
    assert_null(registration_limit(work, "a@limit.cn", "2001:db8:0:1:ffff::2"));
}

static void one_network_is_one_applicant(void **state)
{
    (void)state;
    db_fixture_run(db, limit_twice, NULL);
    assert_int_equal(db_fixture_int("SELECT MAX(taken) FROM outbox_quota WHERE subject LIKE 'register-from:2001:%'"), 2);
}

static void a_proof_is_of_one_kind_for_a_day(void **state)
{
    (void)state;
    db->now = clock_now();
    const char *proof = secret_seal(db->arena, arena_printf(db->arena, "0|%lld|7|a@b.cn", (long long)db->now + 1000), "registration proof");
    assert_string_equal(registration_proved(db, proof, false).target, "a@b.cn");
    assert_string_equal(registration_proved(db, proof, false).agreed, "7");
    assert_null(registration_proved(db, proof, true).target);
    assert_null(registration_proved(db, "made-up", false).target);
    assert_null(registration_proved(db, NULL, false).target);
    db->now += 2000;
    assert_null(registration_proved(db, proof, false).target);
}

static void passing_makes_company_and_rights(void **state)
{
    (void)state;
    int64_t id = db_fixture_int("SELECT id FROM operator_registration WHERE account_name = 'whole'");
    assert_int_equal(move_as(db, OTHER_COUNTY, &(struct flow_move){ .flow = "registration", .action = "pass", .id = id }), 404);
    assert_int_equal(move_as(db, COUNTY, &(struct flow_move){ .flow = "registration", .action = "refuse", .id = id }), 422);
    assert_int_equal(move_as(db, COUNTY, &(struct flow_move){ .flow = "registration", .action = "pass", .id = id }), 200);
    assert_int_equal(count("SELECT COUNT(*) FROM account a JOIN operator o ON o.id = a.operator_id WHERE a.login = '%s' AND a.state = 'active'"
                           " AND o.source = 'register' AND o.code = SUBSTR(o.uscc, 9, 9)", "whole"), 1);
    assert_int_equal(move_as(db, CITY, &(struct flow_move){ .flow = "registration", .action = "pass", .id = id }), 409);
}

static void a_company_has_one_account_by_registration(void **state)
{
    (void)state;
    db_fixture_run(db, create, &(struct sending){ "second", "13800000005", "second@example.cn", "key-0000000000000005" });
    assert_non_null(made);
    int64_t id = db_fixture_int("SELECT id FROM operator_registration WHERE account_name = 'second'");
    assert_int_equal(move_as(db, COUNTY, &(struct flow_move){ .flow = "registration", .action = "pass", .id = id }), 422);
    assert_non_null(strstr(db->fail_text, "已有账号"));
}

static void read_it(struct work *work, void *arg)
{
    *(bool *)arg = registration_readable(work, db_fixture_int("SELECT id FROM operator_registration WHERE account_name = 'second'"));
}

static bool readable(int who)
{
    bool may = false;
    db->actor = people[who];
    db_fixture_run(db, read_it, &may);
    return may;
}

static void files_are_for_the_owner_and_the_departments_above(void **state)
{
    (void)state;
    assert_true(readable(COUNTY) && readable(CITY) && readable(PROVINCE));
    assert_false(readable(OTHER_COUNTY) || readable(COUNTY_PLAIN) || readable(OWNER) || readable(VISITOR));
}

static int set_up(void **state)
{
    static const struct route routes[] = { { POST, "/x", CAP_PUBLIC, "registration-zhuhai", NULL }, ROUTE_END };
    static const struct form_files files = { .take = take_none, .link = link_none, .list = list_one };
    static const struct program program = { .name = "test", .routes = routes, .templates = "account" };
    strcpy(uscc, "91440400MA4UFX123");
    uscc[17] = uscc_check(uscc);
    (void)act, (void)in_state, (void)steps_of, (void)case_new;
    world(state);
    form_files_register(&files);
    db_fixture_sql("INSERT IGNORE INTO division (code, parent_code, level, name) VALUES ('440000', NULL, 1, '广东省'), ('440400', '440000', 2, '珠海市'), ('440402', '440400', 3, '香洲区')");
    forms_load(&program);
    forms_complete(&program);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_registration_is_whole), cmocka_unit_test(or_absent), cmocka_unit_test(what_is_taken_is_said_and_leaves_nothing),
        cmocka_unit_test(who_was_faster_by_a_moment_is_named_right), cmocka_unit_test(one_network_is_one_applicant),
        cmocka_unit_test(a_proof_is_of_one_kind_for_a_day), cmocka_unit_test(passing_makes_company_and_rights),
        cmocka_unit_test(a_company_has_one_account_by_registration), cmocka_unit_test(files_are_for_the_owner_and_the_departments_above) };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
