#include "domain/lockout.h"

#include "core/config.h"
#include "core/db.h"

#define Q_OF_LOGIN "SELECT COUNT(*) AS n, COALESCE(TIMESTAMPDIFF(SECOND, MAX(at), NOW(3)), 0) AS ago FROM login_failure" \
                   " WHERE login = ? AND at > NOW(3) - INTERVAL 1 DAY"
#define Q_OF_ADDRESS "SELECT COUNT(*) AS n, COALESCE(TIMESTAMPDIFF(SECOND, MAX(at), NOW(3)), 0) AS ago FROM login_failure" \
                     " WHERE address = ? AND at > NOW(3) - INTERVAL 1 HOUR"
#define Q_ADD "INSERT INTO login_failure (login, address, at) VALUES (?, ?, NOW(3))"
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

static void hold(struct work *work, const struct failures *found, int64_t times)
{
    int64_t limit = config_int("Session.LoginFailures") * times;
    int64_t left = wait_minutes(found->count, limit, times) * 60 - found->ago;
    if (left > 0)
        fail(work, FAIL_TOO_MANY, "密码连续输入错误次数过多，请 %d 分钟后再试；忘记密码可通过「忘记密码」重置。",
             (int)((left + 59) / 60));
}

void lockout_check(struct work *work, const char *login, const char *address)
{
    struct failures found = { 0 };
    db_struct(work, columns, &found, Q_OF_LOGIN, T(login));
    hold(work, &found, 1);
    db_struct(work, columns, &found, Q_OF_ADDRESS, T(address));
    hold(work, &found, ADDRESS_TIMES);
}

void lockout_failed(struct work *work, const char *login, const char *address)
{
    db_exec(work, Q_ADD, T(login), T(address));
}

void lockout_forgive(struct work *work, const char *login)
{
    db_exec(work, Q_FORGIVE, T(login));
}

bool lockout_wants_captcha(struct work *work, const char *login, const char *address)
{
    struct failures found = { 0 };
    int64_t limit = config_int("Session.CaptchaFailures");
    db_struct(work, columns, &found, Q_OF_ADDRESS, T(address));
    if (found.count < limit && login)
        db_struct(work, columns, &found, Q_OF_LOGIN, T(login));
    return found.count >= limit;
}

void lockout_purge(struct work *work)
{
    db_exec(work, Q_PURGE);
}
