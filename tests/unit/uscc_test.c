/* uscc: published and synthetic codes of domain.md 1.1. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "core/uscc.h"

static void valid_codes(void **state)
{
    (void)state;
    static const char *const good[] = {
        "91350100M000100Y43", "91310110666007217T", "91310115591693856A", "91110000802100433B",
        "12100000400000624D", "11100000000013338W", "91410100MA000020X0", "91410100MA0000330Y",
        "91410100MA000004XQ", "91410100MA00000904",
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_true(uscc_valid(good[i]));
}

static void invalid_codes(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "91330110MA27XU4F7Q", "91310115MA1H8R7C6D", "91350211M0000XUF46", "91350211M00013FA1N", "91350203M0001QAY9B",
        "", "9141010", "91410100MA000020X01", "91410100MA0000I0X0", "91410100ma000020x0", "9141A100MA000020X0",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(uscc_valid(bad[i]));
}

static void organisation_part(void **state)
{
    (void)state;
    char organisation[ORGANISATION_LENGTH + 1];
    uscc_organisation("91410100MA000004XQ", organisation);
    assert_string_equal(organisation, "MA000004X");
    assert_true(organisation_valid(organisation));
    assert_true(organisation_valid("MA0000090"));
    assert_false(organisation_valid("MA0000091"));
    assert_false(organisation_valid("MA00-0090"));
    assert_false(organisation_valid("MA"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(valid_codes), cmocka_unit_test(invalid_codes), cmocka_unit_test(organisation_part),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
