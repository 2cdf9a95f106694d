/* The client's connections: a call that must not be said twice is sent once, though a kept connection breaks under it. */
#include <arpa/inet.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "exchange/client.h"

#define KEY "1234567890abcdef"
static const char ANSWER[] = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 22\r\n\r\n{\"Ret\":500,\"Msg\":\"no\"}";
static int told[2];             /* the platform writes a letter for each request */

/* One connection: the first request is answered and the connection kept; any that follows is read, and the line breaks. A start is
 * never answered. */
static void connection_serve(int line)
{
    static char request[20000];
    for (int n = 0;; n++) {
        ssize_t size = recv(line, request, sizeof request - 1, 0);
        request[size > 0 ? size : 0] = '\0';
        bool start = strstr(request, "query_start_charge") != NULL;
        if (size <= 0 || write(told[1], start ? "s" : "o", 1) != 1 || start || n)
            return;
        if (send(line, ANSWER, sizeof ANSWER - 1, MSG_NOSIGNAL) < 0)
            return;
    }
}

static void platform_run(int listener)
{
    for (;;) {
        int line = accept(listener, NULL, NULL);
        if (fork() == 0) {              /* a new line beside the kept one; ends with its line */
            connection_serve(line);
            _exit(0);
        }
        close(line);
    }
}

/* How often the platform was told to start. */
static int starts(bool once)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof at;
    char url[60], letters[20];
    int listener = socket(AF_INET, SOCK_STREAM, 0), count = 0;
    assert_int_equal(pipe(told), 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(listener, 5), 0);
    getsockname(listener, (struct sockaddr *)&at, &size);
    snprintf(url, sizeof url, "http://127.0.0.1:%d", ntohs(at.sin_port));
    pid_t platform = fork();
    if (platform == 0)
        platform_run(listener);
    close(told[1]);
    struct arena *arena = arena_new();
    struct key_set keys;
    assert_null(key_set_fill(&keys, "secret", KEY, KEY, KEY));
    struct client client = { .base_url = url, .own_id = "123456789", .keys = &keys, .token = "x", .answer_limit = 10000,
                             .connect_seconds = 5, .whole_seconds = 5 };
    struct client_answer answer;
    json_t *request = json_pack("{s:s}", "StartChargeSeq", "1");
    client_call(&client, arena, "query_equip_auth", request, &answer);
    assert_int_equal(answer.ret, 500);
    client.once = once;
    client_call(&client, arena, "query_start_charge", request, &answer);
    assert_null(answer.data);
    client_close(&client);
    json_decref(request);
    arena_free(arena);
    kill(platform, SIGKILL);
    waitpid(platform, NULL, 0);
    close(listener);
    ssize_t got = read(told[0], letters, sizeof letters);
    close(told[0]);
    for (ssize_t i = 0; i < got; i++)
        count += letters[i] == 's';
    return count;
}

static void a_start_is_sent_once_though_the_line_breaks(void **state)
{
    (void)state;
    assert_int_equal(starts(true), 1);
}

/* Why `once` is there; when libcurl mends this, the flag may go. */
static void other_calls_are_sent_again_by_libcurl(void **state)
{
    (void)state;
    assert_int_equal(starts(false), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_start_is_sent_once_though_the_line_breaks),
        cmocka_unit_test(other_calls_are_sent_again_by_libcurl),
    };
    return cmocka_run_group_tests_name("exchange: client", tests, NULL, NULL);
}
