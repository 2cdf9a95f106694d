#include "domain/lockout.h"

#include <arpa/inet.h>
#include <string.h>

#include "core/config.h"
#include "core/db.h"
#include "core/side.h"
#include "core/text.h"

#define Q_OF_LOGIN "SELECT COUNT(*) AS n, COALESCE(TIMESTAMPDIFF(SECOND, MAX(at), NOW(3)), 0) AS ago FROM login_failure" \
                   " WHERE login = ? AND at > NOW(3) - INTERVAL 1 DAY AND id <> ?"
#define Q_OF_ADDRESS "SELECT COUNT(*) AS n, COALESCE(TIMESTAMPDIFF(SECOND, MAX(at), NOW(3)), 0) AS ago FROM login_failure" \
                     " WHERE address = ? AND at > NOW(3) - INTERVAL 1 HOUR AND id <> ?"
#define Q_ADD "INSERT INTO login_failure (login, address, at) VALUES (?, ?, NOW(3))"
#define Q_DROP "DELETE FROM login_failure WHERE id = ?"
#define Q_FORGIVE "DELETE FROM login_failure WHERE login = ?"
#define Q_PURGE "DELETE FROM login_failure WHERE at < NOW(3) - INTERVAL 1 DAY LIMIT 1000"

enum { ADDRESS_TIMES = 5, DOUBLINGS = 12 };      /* an office of many people may share one address */

struct failures {
    int64_t count, ago;
};

static const struct db_column columns[] = { DB_INT(struct failures, count), DB_INT(struct failures, ago), DB_END };

/* Minutes to wait after `count` failures; 0: none. */
static int64_t wait_minutes(int64_t count, int64_t limit, int64_t each)
{
    int64_t most = config_int("Session.LoginWaitMost"), wait = config_int("Session.LoginWaitMinutes");
    if (count < limit)
        return 0;
    for (int64_t more = (count - limit) / each; more > 0 && wait < most && more <= INT64_C(1) << DOUBLINGS; more--)
        wait *= 2;
    return wait < most ? wait : most;
}

/* --- counting ------------------------------------------------------------------------------------------------ */

struct attempt {
    const char *login, *address;
    int64_t     id;                              /* 0: only looked at */
    int64_t     seconds;                         /* to wait */
};

static int64_t seconds_left(const struct failures *found, int64_t times)
{
    int64_t limit = config_int("Session.LoginFailures") * times;
    return wait_minutes(found->count, limit, times) * 60 - found->ago;
}

static void attempt_judge(struct work *work, void *arg)
{
    struct attempt *attempt = arg;
    struct failures found = { 0 };
    db_struct(work, columns, &found, Q_OF_LOGIN, T(attempt->login), I(attempt->id));
    attempt->seconds = seconds_left(&found, 1);
    db_struct(work, columns, &found, Q_OF_ADDRESS, T(attempt->address), I(attempt->id));
    int64_t of_address = seconds_left(&found, ADDRESS_TIMES);
    if (of_address > attempt->seconds)
        attempt->seconds = of_address;
}

static void attempt_add(struct work *side, void *arg)
{
    struct attempt *attempt = arg;
    attempt->id = db_insert(side, Q_ADD, T(attempt->login), T(attempt->address));
}

static void attempt_drop(struct work *side, void *arg)
{
    db_exec(side, Q_DROP, I(*(const int64_t *)arg));
}

static void attempt_forgive(struct work *side, void *arg)
{
    db_exec(side, Q_FORGIVE, T((const char *)arg));
}

static _Noreturn void hold(struct work *work, int64_t seconds)
{
    fail(work, FAIL_TOO_MANY, "密码连续输入错误次数过多，请 %d 分钟后再试；忘记密码可通过「忘记密码」重置。", (int)((seconds + 59) / 60));
}

void lockout_check(struct work *work, const char *login, const char *address)
{
    struct attempt attempt = { .login = login, .address = lockout_network(work, address) };
    attempt_judge(work, &attempt);
    if (attempt.seconds > 0)
        hold(work, attempt.seconds);
}

/* Written first and judged then: of those that come together the last to be written sees all the others. */
int64_t lockout_try(struct work *work, const char *login, const char *address)
{
    struct attempt attempt = { .login = login, .address = lockout_network(work, address) };
    struct work *side = side_open(work);
    side_run(work, side, WORK_WRITE, attempt_add, &attempt);
    side_run(work, side, WORK_WRITE, attempt_judge, &attempt);
    if (attempt.seconds <= 0)
        return attempt.id;
    side_run(work, side, WORK_WRITE, attempt_drop, &attempt.id);
    hold(work, attempt.seconds);
}

/* Apart, like the try: a row of another transaction must not be met by the caller's. */
void lockout_right(struct work *work, int64_t try)
{
    side_run(work, side_open(work), WORK_WRITE, attempt_drop, &try);
}

void lockout_forgive(struct work *work, const char *login)
{
    side_run(work, side_open(work), WORK_WRITE, attempt_forgive, (void *)login);
}

const char *lockout_network(struct work *work, const char *address)
{
    struct in6_addr raw;
    char text[INET6_ADDRSTRLEN];
    if (inet_pton(AF_INET6, address, &raw) != 1 || IN6_IS_ADDR_V4MAPPED(&raw))
        return address;
    memset(raw.s6_addr + 8, 0, 8);
    return arena_printf(work->arena, "%s/64", inet_ntop(AF_INET6, &raw, text, sizeof text));
}

struct guesses {
    const char *login, *address;
    int64_t     count;
};

static void guesses_count(struct work *work, void *arg)
{
    struct guesses *guesses = arg;
    struct failures of_address = { 0 }, of_login = { 0 };
    db_struct(work, columns, &of_address, Q_OF_ADDRESS, T(guesses->address), I(0));
    if (guesses->login)
        db_struct(work, columns, &of_login, Q_OF_LOGIN, T(guesses->login), I(0));
    guesses->count = of_address.count > of_login.count ? of_address.count : of_login.count;
}

/* With a name this comes after a try of the same request, which the caller's transaction does not see. */
bool lockout_wants_captcha(struct work *work, const char *login, const char *address)
{
    struct guesses guesses = { .login = login, .address = lockout_network(work, address) };
    if (login)
        side_run(work, side_open(work), WORK_READ, guesses_count, &guesses);
    else
        guesses_count(work, &guesses);
    return guesses.count >= config_int("Session.CaptchaFailures");
}

void lockout_purge(struct work *work)
{
    db_exec(work, Q_PURGE);
}
