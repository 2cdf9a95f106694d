/* account_admin: duties kept apart, scope, the last security administrator, what each act leaves behind (H1.4, H1.5). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "core/capability.h"
#include "core/config.h"
#include "core/dict.h"
#include "core/text.h"
#include "db_fixture.h"
#include "domain/account_admin.h"
#include "domain/recovery.h"
#include "domain/role.h"

#undef fail
#include <cmocka.h>

enum { ADMIN = 1, SECURITY, AUDITOR, CITY, COUNTY, OPERATOR, ELSEWHERE, NEWCOMER, SLEEPER, PERSON };
static struct work *db;

static int reset(void **state)
{
    (void)state;
    db_fixture_sql("DELETE FROM session");
    db_fixture_sql("DELETE FROM password_reset");
    db_fixture_sql("DELETE FROM account");
    db_fixture_sql("INSERT IGNORE INTO operator (id, code, name, short_name, division_code) VALUES (5, 'MA0000001', '乙公司', '乙', '440402')");
    db_fixture_sql("INSERT IGNORE INTO division (code, parent_code, level, name) VALUES ('440000', NULL, 1, '广东省'),"
                   " ('440400', '440000', 2, '珠海市'), ('440402', '440400', 3, '香洲区'), ('440403', '440400', 3, '斗门区')");
    db_fixture_sql("INSERT INTO account (id, login, name, role, division_code, operator_id, phone, password_hash, state, lock_reason) VALUES"
                   " (1, 'ad', '系统', 'admin', '', NULL, NULL, 'x', 'active', ''), (2, 'se', '安全', 'security', '', NULL, NULL, 'x', 'active', ''),"
                   " (3, 'au', '审计', 'auditor', '', NULL, NULL, 'x', 'active', ''), (4, 'ci', '市局', 'city', '440400', NULL, NULL, 'x', 'active', ''),"
                   " (5, 'co', '区局', 'county', '440402', NULL, '13800138005', 'x', 'active', ''), (6, 'op', '乙', 'operator', '', 5, NULL, 'x', 'active', ''),"
                   " (7, 'fa', '外市', 'city', '440500', NULL, NULL, 'x', 'active', ''), (8, 'ne', '新人', 'unassigned', '', NULL, NULL, 'x', 'active', ''),"
                   " (9, 'sl', '久睡', 'county', '440403', NULL, NULL, 'x', 'locked', 'dormant'), (10, 'pe', '市民', 'citizen', '', NULL, NULL, 'x', 'pending', '')");
    db_fixture_sql("INSERT INTO session (token_hash, account_id, created_at, seen_at, expires_at, complete) SELECT UNHEX(SHA2(login, 256)), id, NOW(3), NOW(3), NOW(3) + INTERVAL 1 DAY, 1 FROM account");
    return 0;
}

/* Who acts: as session_actor() would say. */
static void act_as(int64_t id)
{
    const char *role = id == SECURITY ? "security" : id == AUDITOR ? "auditor" : id == CITY ? "city" : id == COUNTY ? "county" : "admin";
    db->actor = (struct actor){ .account_id = id, .role = role, .login = role, .name = role, .capabilities = role_capabilities(role),
                                .division = id == CITY ? "440400" : id == COUNTY ? "440402" : "" };
}

struct act {
    void (*fn)(struct work *work, struct act *act);
    int64_t     id;
    const char *role, *division, *wrong, *link, *field;
    struct staff_new new;
};
static void do_act(struct work *work, void *arg) { struct act *act = arg; act->fn(work, act); }
static void lock(struct work *w, struct act *a)   { account_admin_lock(w, a->id, "测试锁定", "10.0.0.1"); }
static void unlock(struct work *w, struct act *a) { account_admin_unlock(w, a->id, "10.0.0.1"); }
static void renew(struct work *w, struct act *a)  { a->link = account_admin_reset(w, a->id, "https://x", "10.0.0.1"); }
static void load(struct work *w, struct act *a)   { HDF *node; hdf_init(&node); account_admin_load(w, a->id, node); hdf_destroy(&node); }
static void assign(struct work *w, struct act *a) { a->wrong = account_admin_assign(w, a->id, a->role, a->division, "调岗", "10.0.0.1"); }
static void create(struct work *w, struct act *a)
{
    a->id = account_admin_create(w, &a->new, "https://x", "10.0.0.1", &a->link, &a->field, &a->wrong);
}

static enum fail_kind as(int64_t who, struct act *act)
{
    act_as(who);
    return work_run(db, WORK_WRITE, do_act, act) ? FAIL_NONE : db->failed;
}
#define DO(who, function, target) as(who, &(struct act){ .fn = function, .id = target })
static enum fail_kind give(int64_t who, int64_t target, const char *role, const char *division)
{
    struct act act = { .fn = assign, .id = target, .role = role, .division = division };
    enum fail_kind kind = as(who, &act);
    return kind ? kind : act.wrong ? FAIL_INVALID : FAIL_NONE;
}
static int64_t trailed(const char *act, int64_t id)
{
    return db_fixture_int(arena_printf(db->arena, "SELECT COUNT(*) FROM trail WHERE act = '%s' AND object = 'account:%lld'", act, (long long)id));
}

static void duties_are_kept_apart(void **state)
{
    (void)state;
    assert_int_equal(give(ADMIN, NEWCOMER, "county", "440402"), FAIL_FORBIDDEN);
    assert_int_equal(give(CITY, COUNTY, "county", "440403"), FAIL_FORBIDDEN);
    assert_int_equal(give(AUDITOR, NEWCOMER, "county", "440402"), FAIL_MISSING);
    assert_int_equal(DO(SECURITY, lock, CITY), FAIL_FORBIDDEN);            /* not the security administrator's */
    assert_int_equal(DO(ADMIN, lock, SECURITY), FAIL_FORBIDDEN);           /* the way around: */
    assert_int_equal(DO(ADMIN, renew, SECURITY), FAIL_FORBIDDEN);
    assert_int_equal(DO(ADMIN, renew, AUDITOR), FAIL_FORBIDDEN);
    assert_int_equal(DO(AUDITOR, lock, CITY), FAIL_MISSING);
    assert_int_equal(DO(CITY, lock, COUNTY), FAIL_FORBIDDEN);
    assert_int_equal(DO(SECURITY, create, 0), FAIL_FORBIDDEN);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM session"), 10);
    assert_int_equal(DO(SECURITY, lock, AUDITOR), FAIL_NONE);
    for (HDF *role = role_first(); role; role = hdf_obj_next(role)) {
        uint64_t may = role_capabilities(hdf_obj_name(role));
        int duties = !!(may & CAP_BIT(CAP_ACCOUNT_MANAGE)) + !!(may & CAP_BIT(CAP_ACCOUNT_ROLES)) + !!(may & CAP_BIT(CAP_TRAIL_VIEW));
        assert_true(duties <= 1);
    }
}

static void a_role_ends_sessions_and_stands_in_the_trail(void **state)
{
    (void)state;
    assert_int_equal(give(SECURITY, NEWCOMER, "county", "440402"), FAIL_NONE);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM account WHERE id = 8 AND role = 'county' AND division_code = '440402'"), 1);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM session WHERE account_id = 8"), 0);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM trail WHERE act = 'account-roles' AND object = 'account:8'"
                                    " AND account_id = 2 AND detail LIKE 'unassigned%county 440402%调岗'"), 1);
    assert_int_equal(give(SECURITY, NEWCOMER, "county", "440402"), FAIL_INVALID);      /* nothing changes */
    assert_int_equal(give(SECURITY, NEWCOMER, "county", "440400"), FAIL_INVALID);      /* a city is no county */
    assert_int_equal(give(SECURITY, NEWCOMER, "city", ""), FAIL_INVALID);
    assert_int_equal(give(SECURITY, NEWCOMER, "city", "999999"), FAIL_INVALID);
    assert_int_equal(give(SECURITY, NEWCOMER, "citizen", ""), FAIL_INVALID);
    assert_int_equal(give(SECURITY, NEWCOMER, "visitor", ""), FAIL_INVALID);
    assert_int_equal(give(SECURITY, OPERATOR, "admin", ""), FAIL_CONFLICT);            /* a company is no staff */
    assert_int_equal(give(SECURITY, PERSON, "city", "440400"), FAIL_CONFLICT);
}

static void nobody_acts_on_himself_and_the_last_one_stays(void **state)
{
    (void)state;
    assert_int_equal(give(SECURITY, SECURITY, "admin", ""), FAIL_FORBIDDEN);
    assert_int_equal(DO(ADMIN, lock, ADMIN), FAIL_FORBIDDEN);
    assert_int_equal(give(SECURITY, NEWCOMER, "security", ""), FAIL_NONE);
    assert_int_equal(DO(NEWCOMER, lock, SECURITY), FAIL_FORBIDDEN);                    /* acts as an administrator here */
    db_fixture_sql("UPDATE account SET state = 'locked' WHERE id = 8");
    /* another session of a security administrator since locked: the one left open may not go */
    db->actor = (struct actor){ .account_id = NEWCOMER, .role = "security", .login = "ne", .name = "新人", .division = "", .capabilities = role_capabilities("security") };
    struct act act = { .fn = lock, .id = SECURITY };
    assert_false(work_run(db, WORK_WRITE, do_act, &act));
    assert_int_equal(db->failed, FAIL_CONFLICT);
    act = (struct act){ .fn = assign, .id = SECURITY, .role = "unassigned", .division = "" };
    assert_false(work_run(db, WORK_WRITE, do_act, &act));
    assert_int_equal(db->failed, FAIL_CONFLICT);
    db_fixture_sql("UPDATE account SET state = 'active' WHERE id = 8");
    assert_true(work_run(db, WORK_WRITE, do_act, &act));
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM account WHERE role = 'security'"), 1);
}

static void a_department_sees_its_division_and_below(void **state)
{
    (void)state;
    assert_int_equal(DO(CITY, load, COUNTY), FAIL_NONE);
    assert_int_equal(DO(CITY, load, OPERATOR), FAIL_NONE);        /* by the company's division */
    assert_int_equal(DO(COUNTY, load, OPERATOR), FAIL_NONE);
    assert_int_equal(DO(COUNTY, load, CITY), FAIL_MISSING);
    assert_int_equal(DO(COUNTY, load, SLEEPER), FAIL_MISSING);    /* the district beside */
    assert_int_equal(DO(CITY, load, ELSEWHERE), FAIL_MISSING);
    assert_int_equal(DO(CITY, load, ADMIN), FAIL_MISSING);
    assert_int_equal(DO(CITY, lock, ELSEWHERE), FAIL_MISSING);    /* and not: forbidden */
    assert_int_equal(DO(ADMIN, load, ELSEWHERE), FAIL_NONE);
    assert_int_equal(DO(ADMIN, load, 4711), FAIL_MISSING);
    act_as(ADMIN);
    db->actor.operator_id = 5;                                    /* a company never administers */
    struct act act = { .fn = load, .id = CITY };
    assert_false(work_run(db, WORK_WRITE, do_act, &act));
}

static void h1_4_lock_and_unlock(void **state)
{
    (void)state;
    assert_int_equal(DO(ADMIN, unlock, SLEEPER), FAIL_NONE);
    assert_int_equal(DO(ADMIN, unlock, SLEEPER), FAIL_CONFLICT);
    assert_int_equal(trailed("account-unlock", SLEEPER), 1);
    assert_int_equal(DO(ADMIN, lock, CITY), FAIL_NONE);
    assert_int_equal(DO(ADMIN, lock, CITY), FAIL_CONFLICT);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM account WHERE id = 4 AND state = 'locked' AND lock_note = '测试锁定'"), 1);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM session WHERE account_id = 4"), 0);
    assert_int_equal(trailed("account-lock", CITY), 1);
    assert_int_equal(DO(ADMIN, lock, PERSON), FAIL_CONFLICT);     /* unlocking it would pass the review by */
}

static void h1_5_reset_is_a_link_once(void **state)
{
    struct act act = { .fn = renew, .id = CITY };
    (void)state;
    assert_int_equal(as(ADMIN, &act), FAIL_NONE);
    assert_true(text_has_prefix(act.link, "https://x/account/reset?code="));
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM account WHERE id = 4 AND password_hash = '!'"), 1);
    act = (struct act){ .fn = renew, .id = COUNTY };
    assert_int_equal(as(ADMIN, &act), FAIL_NONE);
    assert_null(act.link);                                        /* goes to the phone, not past the administrator's eyes */
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM outbox WHERE recipient = '13800138005' AND text_shown NOT LIKE '%reset?code=%'"), 1);
    assert_int_equal(DO(ADMIN, renew, SLEEPER), FAIL_CONFLICT);
}

static void a_new_account_may_nothing(void **state)
{
    struct act act = { .fn = create, .new = { "li.si", "李四", "440402", "" } };
    (void)state;
    assert_int_equal(as(ADMIN, &act), FAIL_NONE);
    assert_true(act.id > 0 && act.link);
    assert_int_equal(trailed("account-create", act.id), 1);
    assert_int_equal(role_capabilities("unassigned") & ~(CAP_BIT(CAP_PUBLIC) | CAP_BIT(CAP_SIGNED_IN)), 0);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM account WHERE login = 'li.si' AND role = 'unassigned' AND password_hash = '!'"), 1);
    act = (struct act){ .fn = create, .new = { "li.si", "李四", "", "" } };
    assert_int_equal(as(ADMIN, &act), FAIL_NONE);
    assert_string_equal(act.field, "login");
    act = (struct act){ .fn = create, .new = { "wang", "王五", "", "13800138005" } };
    assert_int_equal(as(ADMIN, &act), FAIL_NONE);
    assert_string_equal(act.field, "phone");
}

static void lists_call_roles_as_they_are_called(void **state)
{
    (void)state;
    for (HDF *role = hdf_obj_next(role_first()); role; role = hdf_obj_next(role))      /* but the visitor */
        assert_string_equal(dict_label("role", hdf_obj_name(role)), role_label(hdf_obj_name(role)));
    assert_string_equal(hdf_obj_name(role_first()), "visitor");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(duties_are_kept_apart, reset), cmocka_unit_test_setup(a_role_ends_sessions_and_stands_in_the_trail, reset),
        cmocka_unit_test_setup(nobody_acts_on_himself_and_the_last_one_stays, reset),
        cmocka_unit_test_setup(a_department_sees_its_division_and_below, reset), cmocka_unit_test_setup(h1_4_lock_and_unlock, reset),
        cmocka_unit_test_setup(h1_5_reset_is_a_link_once, reset), cmocka_unit_test_setup(a_new_account_may_nothing, reset),
        cmocka_unit_test(lists_call_roles_as_they_are_called) };
    db = db_fixture();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
