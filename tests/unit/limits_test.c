/* Who may call and how much: address lists, and paces counted over processes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "core/address.h"
#include "core/config.h"
#include "core/pace.h"

struct row { const char *list, *address; bool in; };

static void addresses_and_networks(void **state)
{
    static const struct row rows[] = {
        { "", "127.0.0.1", false }, { "127.0.0.1", "127.0.0.1", true }, { "127.0.0.1", "127.0.0.2", false },
        { "203.0.113.0/24", "203.0.113.255", true }, { "203.0.113.0/24", "203.0.114.0", false },
        { "203.0.113.77/24", "203.0.113.1", true }, { "10.0.0.0/9", "10.127.9.9", true }, { "10.0.0.0/9", "10.128.0.0", false },
        { "0.0.0.0/0", "8.8.8.8", true }, { "0.0.0.0/0", "2001:db8::1", false }, { "::/0", "2001:db8::1", true },
        { "2001:db8::/33", "2001:db8:7fff::1", true }, { "2001:db8::/33", "2001:db8:8000::1", false },
        { "10.0.0.1, 10.0.0.2;10.0.0.3\n10.0.0.4", "10.0.0.4", true }, { "10.0.0.1/32", "::ffff:10.0.0.1", true },
        { "::ffff:10.0.0.0/120", "10.0.0.9", true }, { "127.0.0.1", "", false }, { "127.0.0.1", "unix:", false },
        { "nonsense 127.0.0.1", "127.0.0.1", true },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (address_listed(rows[i].list, rows[i].address) != rows[i].in)
            fail_msg("%s in '%s'", rows[i].address, rows[i].list);
}

static void the_first_wrong_entry_is_named(void **state)
{
    static const char *const wrong[] = { "10.0.0.1/33", "::1/129", "10.0.0", "a.example", "10.0.0.1/", "10.0.0.1/x", "10.0.0.1/-1",
        "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc" };
    struct arena *arena = arena_new();
    (void)state;
    assert_null(address_list_wrong(arena, ""));
    assert_null(address_list_wrong(arena, " 10.0.0.1 , 2001:db8::/32\r\n192.0.2.0/24;"));
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const char *list = arena_printf(arena, "10.0.0.1, %s 10.0.0.2", wrong[i]);
        assert_string_equal(address_list_wrong(arena, list), wrong[i]);
    }
    arena_free(arena);
}

static size_t taken_of(int64_t who, int64_t most, size_t tries)
{
    size_t taken = 0;
    for (size_t i = 0; i < tries; i++)
        taken += pace_take(who, most);
    return taken;
}

static void a_minute_s_worth_at_once_and_no_more(void **state)
{
    (void)state;
    assert_int_equal(taken_of(1, 5, 50), 5);
    assert_int_equal(taken_of(2, 7, 50), 7);                   /* each by itself */
    assert_int_equal(taken_of(1, 5, 50), 0);
}

/* Another process maps the same file: what it took is taken. */
static void processes_count_together(void **state)
{
    (void)state;
    pid_t child = fork();
    if (child == 0)
        _exit(taken_of(3, 6, 4) == 4 ? 0 : 1);
    int status = 1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(taken_of(3, 6, 50), 2);
}

int main(int argc, char **argv)
{
    char folder[] = "/tmp/limits-test-XXXXXX";
    (void)argc;
    if (!mkdtemp(folder))
        return 1;
    setenv("VAR", folder, 1);
    setenv("SITE", "zhuhai", 1);
    config_load(argv[0]);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_and_networks), cmocka_unit_test(the_first_wrong_entry_is_named),
        cmocka_unit_test(a_minute_s_worth_at_once_and_no_more), cmocka_unit_test(processes_count_together),
    };
    int failed = cmocka_run_group_tests_name("limits", tests, NULL, NULL);
    unlink(path_in_var("pace"));
    rmdir(folder);
    return failed;
}
