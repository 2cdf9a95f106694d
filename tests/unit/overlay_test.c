/* What staff set over the files: pointers given out earlier keep their words, the file's value comes back, nothing else is taken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "core/config.h"
#include "core/dict.h"

static void a_value_over_the_file_and_back(void **state)
{
    (void)state;
    const char *held = config_text("Password.Length"), *words = strdup(held);
    assert_true(config_overlay("Password.Length", "14"));
    assert_int_equal(config_int("Password.Length"), 14);
    assert_string_equal(hdf_get_value(config_tree(), "Password.Length", ""), "14");       /* as templates read it */
    const char *second = config_text("Password.Length");
    for (int i = 0; i < 200; i++)
        assert_true(config_overlay("Password.Length", i % 2 ? "12" : "13"));
    assert_string_equal(held, words);
    assert_string_equal(second, "14");
    assert_string_equal(config_base("Password.Length"), words);
    assert_true(config_overlay("Password.Length", NULL));
    assert_string_equal(config_text("Password.Length"), words);
    assert_ptr_equal(config_text("Password.Length"), held);
}

static void what_a_key_does_not_take(void **state)
{
    (void)state;
    assert_false(config_overlay("Password.Length", "7"));
    assert_false(config_overlay("Password.Length", "many"));
    assert_false(config_overlay("Nothing.AtAll", "1"));
    assert_false(config_overlay("Password", "1"));
    assert_true(config_overlay("Password.History", NULL));                                /* never set: nothing to take back */
    assert_int_equal(config_int("Password.History"), 5);
}

static void entries_over_a_dictionary(void **state)
{
    (void)state;
    const struct dict *dict = dict_find("construction");
    size_t count = dict_count(dict);
    const char *held = dict_label("construction", "1");
    dict_overlay_begin();
    assert_true(dict_overlay("construction", "1", "住宅小区", 9999, true));
    assert_true(dict_overlay("construction", "200", "走廊", 5, false));
    assert_false(dict_overlay("account_state", "active", "好", 1, false));
    assert_false(dict_overlay("station_type", "7", "新", 1, false));
    dict_overlay_end();
    assert_int_equal(dict_count(dict), count + 1);
    assert_string_equal(dict_code(dict, 0), "200");
    assert_string_equal(dict_code(dict, count), "1");
    assert_true(dict_hidden(dict, count));
    assert_string_equal(dict_label("construction", "1"), "住宅小区");
    assert_string_equal(held, "居民区");
    HDF *offered;
    hdf_init(&offered);
    dict_to_hdf(dict, offered);
    assert_null(hdf_get_obj(offered, "16"));                                              /* 17 entries, one hidden */
    hdf_destroy(&offered);
    dict_overlay_begin();
    dict_overlay_end();
    assert_int_equal(dict_count(dict), count);
    assert_string_equal(dict_code(dict, 0), "1");
    assert_ptr_equal(dict, dict_find("construction"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_over_the_file_and_back),
        cmocka_unit_test(what_a_key_does_not_take),
        cmocka_unit_test(entries_over_a_dictionary),
    };
    config_load("overlay_test");
    dict_load_all();
    return cmocka_run_group_tests_name("overlay", tests, NULL, NULL);
}
