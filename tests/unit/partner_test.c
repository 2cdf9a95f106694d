/* partner: what a process remembers of a partner, and how often a platform is asked for its stations. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "db_fixture.h"
#include "domain/partner.h"
#include "domain/partner_save.h"
#include "domain/process.h"
#include "domain/pull.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_that_cannot_be_opened_never_leave_empty_ones_behind),
        cmocka_unit_test(who_was_asked_in_vain_is_left_alone_for_an_hour),
    };
    db = db_fixture();
    process_start();                                 /* an import makes a case of the flow connection */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
