/* flow: a mistake in a declaration stops the start and is named. Each bad file is read by a child process. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "db_fixture.h"
#include "domain/process.h"
#include "flow/flow.h"

#undef fail
#include <cmocka.h>

#define HEAD "flow {\n label = x\n table = t\n title = c\n division = d\n operator = o\n path = /a/{id}\n own_path = /b\n}\n" \
             "stages {\n 1 = one\n 2 = two\n}\n"
#define STATES "states {\n draft [initial, waits=owner] = D\n filed [stage=2, waits=profile-review, days=3] = F\n done [final] = E\n}\n"
#define ACTIONS "actions {\n submit [from=draft, to=filed, by=owner] = S\n pass [from=filed, to=done, by=profile-review] = P\n}\n"

static const struct { const char *text, *said; } bad[] = {
    { STATES ACTIONS, "flow: is missing" },
    { HEAD ACTIONS, "states: is missing" },
    { HEAD STATES, "actions: is missing" },
    { HEAD STATES ACTIONS "extra {\n a = b\n}\n", "unknown entry" },
    { HEAD STATES ACTIONS "flow.colour = red\n", "unknown entry of flow" },
    { HEAD STATES ACTIONS "flow.table = t; DROP TABLE x\n", "flow.table: is not a name" },
    { HEAD STATES ACTIONS "flow.title = a.b\n", "is not a name" },
    { HEAD STATES ACTIONS "flow.path = //evil.example/{id}\n", "is a path of this site" },
    { HEAD STATES ACTIONS "flow.path = /a?x={id}\n", "is a path of this site" },
    { HEAD STATES ACTIONS "states.island [final] = I\n", "island: cannot be reached" },
    { HEAD STATES ACTIONS "states.second [initial] = I\n", "exactly one is initial" },
    { HEAD STATES ACTIONS "states.stray [colour=red] = I\n", "unknown attribute colour" },
    { HEAD STATES ACTIONS "states.Upper = I\n", "is not a name" },
    { HEAD STATES ACTIONS "actions.loop [from=done, to=draft, by=owner] = L\n", "done: is final but can be left" },
    { HEAD STATES ACTIONS "states.end = E\nactions.stop [from=draft, to=end, by=owner] = X\n", "end: cannot be left: say final" },
    { HEAD STATES ACTIONS "actions.skip [from=nowhere, to=done, by=owner] = X\n", "nowhere is no state" },
    { HEAD STATES ACTIONS "actions.skip [from=draft, to=nowhere, by=owner] = X\n", "to= names no state" },
    { HEAD STATES ACTIONS "actions.skip [from=draft, to=done] = X\n", "by= is missing" },
    { HEAD STATES ACTIONS "actions.skip [from=draft, to=done, by=emperor] = X\n", "emperor is neither owner" },
    { HEAD STATES ACTIONS "actions.skip [from=draft, to=done, by=signed-in] = X\n", "signed-in is neither owner" },
    { HEAD STATES ACTIONS "actions.skip [from=draft, to=done, by=owner, guard=unheard] = X\n", "guard unheard is not registered" },
    { HEAD STATES ACTIONS "actions.skip [from=draft, to=done, by=owner, then=unheard] = X\n", "then unheard is not registered" },
    { HEAD STATES ACTIONS "actions.skip [from=draft, to=done, by=owner, opinion=maybe] = X\n", "opinion is one of" },
    { HEAD STATES ACTIONS "actions.more [from=filed, to=filed, by=profile-review, extends=3] = X\n", "extends= needs opinion=required" },
    { HEAD STATES ACTIONS "actions.more [from=filed, to=done, by=profile-review, extends=3, opinion=required] = X\n", "extends= goes from one state" },
    { HEAD STATES ACTIONS "states.odd [waits=registration-review] = O\nactions.o [from=draft, to=odd, by=owner] = X\nactions.p [from=odd, to=done, by=owner] = X\n", "odd: waits for somebody who cannot move it on" },
    { HEAD STATES ACTIONS "states.idle [days=3] = O\n", "idle: has a deadline but waits for nobody" },
    { HEAD STATES ACTIONS "states.late [stage=7] = O\n", "stage takes a whole number from 1 to 2" },
    { HEAD STATES ACTIONS "notices {\n nowhere [to=owner] = T\n}\n", "a notice of no state" },
    { HEAD STATES ACTIONS "notices {\n done [to=system] = T\n}\n", "to= is owner or a capability" },
};

/* What reading the file said, and whether it stopped the start. */
static int read_by_child(const char *text, char *said, size_t size)
{
    int out[2], status;
    db_fixture_file("schema/flows/aaa-bad.hdf", text);
    assert_int_equal(pipe(out), 0);
    pid_t child = fork();
    if (child == 0) {
        dup2(out[1], 2);
        process_start();
        _exit(0);
    }
    close(out[1]);
    size_t have = 0;
    for (ssize_t n; have + 1 < size && (n = read(out[0], said + have, size - 1 - have)) > 0;)
        have += (size_t)n;
    said[have] = '\0';
    close(out[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void a_good_one_is_read(void **state)
{
    char said[2000];
    (void)state;
    int status = read_by_child(HEAD STATES ACTIONS, said, sizeof said);
    assert_string_equal(said, "");
    assert_int_equal(status, 0);
}

static void mistakes_stop_the_start_and_are_named(void **state)
{
    char said[2000];
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int status = read_by_child(bad[i].text, said, sizeof said);
        if (status != 2 || !strstr(said, bad[i].said) || !strstr(said, "schema/flows/aaa-bad.hdf"))
            fail_msg("%zu: ended with %d, said: %s, not: %s", i, status, said, bad[i].said);
    }
}

static int set_up(void **state)
{
    (void)state;
    db_fixture();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(a_good_one_is_read), cmocka_unit_test(mistakes_stop_the_start_and_are_named) };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
