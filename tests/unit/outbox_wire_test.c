/* outbox on the wire: a real SMTP server (STARTTLS, log-in, 4xx then success, 5xx) and an HTTPS provider of SMS with a
 * certificate of its own authority (tests/unit/peers.mjs), spoken to by the very job that serves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <jansson.h>

#include "core/config.h"
#include "core/crypto.h"
#include "core/text.h"
#include "db_fixture.h"
#include "domain/outbox.h"

#undef fail
#include <cmocka.h>

static struct work *db;
static FILE *heard;                      /* what the peers say */
static pid_t peers;
static int smtp_port, https_port, smtps_port, plain_port, peers_end;

static void setting(const char *key, const char *value)
{
    assert_null(hdf_set_value(config_tree(), key, value));
}

static void settingf(const char *key, const char *format, int port)
{
    char value[200];
    snprintf(value, sizeof value, format, port);
    setting(key, value);
}

/* An authority, and a certificate of it for localhost. */
static void make_certificate(const char *folder)
{
    char command[1500];
    snprintf(command, sizeof command,
             "cd '%s' && printf 'subjectAltName=DNS:localhost\\n' > ext && for n in ca key; do openssl ecparam -name prime256v1 -genkey -noout -out $n.pem; done"
             " && openssl req -x509 -new -key ca.pem -subj /CN=test-authority -days 30 -out ca.crt"
             " && openssl req -new -key key.pem -subj /CN=localhost -out request"
             " && openssl x509 -req -in request -CA ca.crt -CAkey ca.pem -CAcreateserial -days 30 -extfile ext -out cert.pem", folder);
    char silent[1600];
    snprintf(silent, sizeof silent, "( %s ) > '%s/openssl.log' 2>&1", command, folder);
    assert_int_equal(system(silent), 0);
}

static void start_peers(const char *folder)
{
    int in[2], out[2];
    char script[1200];
    snprintf(script, sizeof script, "%s/tests/unit/peers.mjs", getenv("REPOSITORY") ? getenv("REPOSITORY") : ".");
    assert_int_equal(pipe(in) | pipe(out), 0);
    peers = fork();
    if (peers == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(in[0], 0), dup2(out[1], 1);
        close(in[1]), close(out[0]);
        execlp("node", "node", script, folder, NULL);
        _exit(127);
    }
    close(in[0]), close(out[1]);
    peers_end = in[1];
    heard = fdopen(out[0], "r");
    char line[60];
    if (!fgets(line, sizeof line, heard) || sscanf(line, "%d %d %d %d", &smtp_port, &https_port, &smtps_port, &plain_port) != 4)
        fail_msg("tests/unit/peers.mjs does not start: run make test, or npm ci in tests/");
}

static int set_up(void **state)
{
    (void)state;
    char path[300];
    db = db_fixture();
    snprintf(path, sizeof path, "%s/tls", db_fixture_folder());
    assert_int_equal(system(arena_printf(db->arena, "mkdir -p '%s'", path)), 0);
    make_certificate(path);
    start_peers(path);
    snprintf(path, sizeof path, "%s/tls/ca.crt", db_fixture_folder());
    setting("Demo.Mode", "0");
    settingf("Mail.Url", "smtp://localhost:%d", smtp_port);
    setting("Mail.Seconds", "10");
    setting("Sms.Seconds", "10");
    setting("Mail.User", "portal");
    setting("Mail.Password", "s3cret");
    setting("Mail.From", "no-reply@ev.example.cn");
    setting("Mail.CaFile", path);
    settingf("Sms.Url", "https://localhost:%d/ok?to={phone}", https_port);
    setting("Sms.SignKey", "key-1");
    setting("Sms.Headers", "X-Sign: {sign} | X-Time: {time}");
    setting("Sms.Accepted", "\"code\":0");
    setting("Sms.CaFile", path);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    close(peers_end);
    waitpid(peers, NULL, 0);
    return 0;
}

/* --- asking ----------------------------------------------------------------------------------------------- */

static void add_it(struct work *work, void *arg)
{
    struct { struct message m; int64_t id; } *a = arg;
    a->id = outbox_add(work, &a->m);
}

static int64_t added(bool sms, const char *to, const char *text)
{
    struct { struct message m; int64_t id; } a = { .m = { .sms = sms, .to = to, .subject = "充电站审核结果：通过", .text = text } };
    db_fixture_run(db, add_it, &a);
    return a.id;
}

static void run_job(struct work *work, void *arg)
{
    json_t *payload = json_pack("{s:I}", "outbox", (json_int_t)*(int64_t *)arg);
    work_defer(work, (void (*)(void *))json_decref, payload);
    outbox_send_job(work, payload);
}

static bool job_runs(int64_t id) { return work_run(db, WORK_PLAIN, run_job, &id); }

static int64_t stands(int64_t id, const char *condition)
{
    char sql[400];
    snprintf(sql, sizeof sql, "SELECT COUNT(*) FROM outbox WHERE id = %lld AND %s", (long long)id, condition);
    return db_fixture_int(sql);
}

/* The next thing the peers say. Free with json_decref(). */
static json_t *peer_says(void)
{
    static char line[20000];
    assert_non_null(fgets(line, sizeof line, heard));
    json_t *said = json_loads(line, 0, NULL);
    assert_non_null(said);
    return said;
}

static const char *word(const json_t *said, const char *key)
{
    const char *text = json_string_value(json_object_get(said, key));
    return text ? text : "";
}

/* --- mail ------------------------------------------------------------------------------------------------- */

static void mail_goes_by_starttls_and_login(void **state)
{
    (void)state;
    int64_t id = added(false, "a@example.cn", "尊敬的用户：\n您的申请已通过。\n.\n充电政务厅");
    assert_true(job_runs(id));
    json_t *said = peer_says();
    assert_string_equal(word(said, "mail"), "a@example.cn");
    assert_string_equal(word(said, "from"), "no-reply@ev.example.cn");
    assert_string_equal(word(said, "user"), "portal");
    assert_true(json_is_true(json_object_get(said, "secure")));
    const char *raw = word(said, "raw"), *body = strstr(raw, "\r\n\r\n");
    assert_non_null(strstr(raw, "Content-Transfer-Encoding: base64"));
    assert_non_null(strstr(raw, arena_printf(db->arena, "Message-ID: <%lld.", (long long)id)));
    assert_non_null(body);
    assert_non_null(strstr(body, "5bCK5pWs55qE55So5oi377yaDQ"));       /* 尊敬的用户：\r\n */
    json_decref(said);
    assert_int_equal(stands(id, "state = 'sent' AND tries = 1 AND text_sealed = '' AND last_error = ''"), 1);
    assert_true(job_runs(id));                                         /* nothing more is said */
}

static void refused_for_now_is_tried_again(void **state)
{
    (void)state;
    static const struct { const char *to; int code; } list[] = { { "later@example.cn", 450 }, { "half@example.cn", 452 } };
    for (size_t i = 0; i < 2; i++) {
        int64_t id = added(false, list[i].to, "text");
        assert_false(job_runs(id));
        assert_int_equal(db->failed, FAIL_UNAVAILABLE);                /* the runner comes again */
        json_t *said = peer_says();
        assert_int_equal(json_integer_value(json_object_get(said, "code")), list[i].code);
        json_decref(said);
        assert_int_equal(stands(id, arena_printf(db->arena, "state = 'waiting' AND last_error LIKE '%%%d'", list[i].code)), 1);
        assert_true(job_runs(id));
        said = peer_says();
        assert_string_equal(word(said, "mail"), list[i].to);
        json_decref(said);
        assert_int_equal(stands(id, "state = 'sent' AND tries = 2"), 1);
    }
}

static void refused_for_good_is_final(void **state)
{
    (void)state;
    int64_t id = added(false, "never@example.cn", "text");
    assert_false(job_runs(id));
    assert_int_equal(db->failed, FAIL_INVALID);
    json_t *said = peer_says();
    assert_int_equal(json_integer_value(json_object_get(said, "code")), 550);
    json_decref(said);
    assert_int_equal(stands(id, "state = 'failed' AND last_error = '邮件服务器返回 550'"), 1);
}

/* Our own configuration is wrong: staff mend it, the message waits. */
static void assert_waits(const char *key, const char *wrong, const char *words)
{
    char *right = strdup(config_text(key));
    int64_t id = added(false, "b@example.cn", "text");
    setting(key, wrong);
    assert_false(job_runs(id));
    assert_int_equal(db->failed, FAIL_UNAVAILABLE);
    if (!stands(id, arena_printf(db->arena, "state = 'waiting' AND last_error LIKE '%%%s%%'", words)))
        fail_msg("%s: %s", key, db->fail_text);
    setting(key, right);
    free(right);
    assert_true(job_runs(id));
    json_t *said = peer_says();
    assert_string_equal(word(said, "mail"), "b@example.cn");
    json_decref(said);
}

static void a_server_that_cannot_be_trusted_gets_nothing(void **state)
{
    (void)state;
    assert_waits("Mail.Password", "wrong", "账号或密码");
    assert_waits("Mail.CaFile", "", "证书无效");
    assert_waits("Mail.Url", "smtp://localhost:1", "无法连接邮件服务器");
}

/* Implicit TLS; STARTTLS that is not offered; the same in the clear, when that is configured. */
static void mail_goes_by_tls_or_not_at_all(void **state)
{
    (void)state;
    json_t *said;
    int64_t id = added(false, "d@example.cn", "text");
    settingf("Mail.Url", "smtps://localhost:%d", smtps_port);
    assert_true(job_runs(id));
    said = peer_says();
    assert_string_equal(word(said, "mail"), "d@example.cn");
    assert_true(json_is_true(json_object_get(said, "secure")));
    json_decref(said);
    settingf("Mail.Url", "smtps://127.0.0.1:%d", smtps_port);              /* the certificate is another host's */
    id = added(false, "e@example.cn", "text");
    assert_false(job_runs(id));
    assert_int_equal(stands(id, "state = 'waiting' AND last_error LIKE '%证书无效'"), 1);
    settingf("Mail.Url", "smtp://localhost:%d", plain_port);               /* somebody took STARTTLS out of the greeting */
    assert_false(job_runs(id));
    assert_int_equal(stands(id, "state = 'waiting' AND last_error LIKE '%不支持加密传输'"), 1);
    setting("Mail.Tls", "none");
    assert_true(job_runs(id));
    said = peer_says();
    assert_string_equal(word(said, "mail"), "e@example.cn");
    assert_false(json_is_true(json_object_get(said, "secure")));
    json_decref(said);
    setting("Mail.Tls", "required");
    settingf("Mail.Url", "smtp://localhost:%d", smtp_port);
}

static const char *message_id(const json_t *said)
{
    const char *line = strstr(word(said, "raw"), "Message-ID: ");
    assert_non_null(line);
    return arena_copy_n(db->arena, line, strcspn(line, "\r"));
}

/* The server took it and its answer was lost: nobody can know, so it goes once more, as the same message for whoever
 * receives both (RFC 5322, 3.6.4). Once it is known to be sent, never again. */
static void a_lost_answer_sends_the_same_message(void **state)
{
    (void)state;
    int64_t id = added(false, "lost@example.cn", "text");
    assert_false(job_runs(id));
    assert_int_equal(db->failed, FAIL_UNAVAILABLE);
    json_t *first = peer_says();
    assert_true(job_runs(id));
    json_t *second = peer_says();
    assert_string_equal(message_id(first), message_id(second));
    assert_string_equal(word(first, "raw"), word(second, "raw"));
    json_decref(first);
    json_decref(second);
    assert_true(job_runs(id));
    assert_int_equal(stands(id, "state = 'sent' AND tries = 2"), 1);
    id = added(true, "13800138003", "text");
    settingf("Sms.Url", "https://localhost:%d/lost", https_port);
    assert_false(job_runs(id));
    assert_int_equal(db->failed, FAIL_UNAVAILABLE);
    first = peer_says();
    settingf("Sms.Url", "https://localhost:%d/ok?to={phone}", https_port);
    assert_true(job_runs(id));
    second = peer_says();
    json_t *one = json_loads(word(first, "body"), 0, NULL), *two = json_loads(word(second, "body"), 0, NULL);
    assert_string_equal(word(one, "nonce"), word(two, "nonce"));
    json_decref(one);
    json_decref(two);
    json_decref(first);
    json_decref(second);
}

static void a_server_that_hangs_is_left(void **state)
{
    (void)state;
    int64_t id = added(false, "hang@example.cn", "text");
    setting("Mail.Seconds", "1");
    assert_false(job_runs(id));
    setting("Mail.Seconds", "10");
    assert_int_equal(db->failed, FAIL_UNAVAILABLE);
    json_decref(peer_says());
    assert_int_equal(stands(id, "state = 'waiting' AND last_error LIKE '%未在规定时间内应答'"), 1);
}

/* Names come from people: a line end in one starts no header and no second recipient. */
static void a_name_with_line_ends_stays_in_its_header(void **state)
{
    (void)state;
    struct { struct message m; int64_t id; } a = { .m = { .to = "f@example.cn",
        .subject = "审核：甲\r\nBcc: x@example.cn\r\n\r\nbody", .text = "乙\r\n.\r\nMAIL FROM:<x@example.cn>\r\n" } };
    setting("Mail.FromName", "政务厅\r\nBcc: y@example.cn");
    db_fixture_run(db, add_it, &a);
    assert_true(job_runs(a.id));
    setting("Mail.FromName", "");
    json_t *said = peer_says();
    const char *raw = word(said, "raw"), *end = strstr(raw, "\r\n\r\n");
    assert_non_null(end);
    const char *head = arena_copy_n(db->arena, raw, (size_t)(end - raw));
    assert_null(strstr(head, "Bcc"));
    assert_null(strstr(raw, "MAIL FROM"));
    json_decref(said);
}

static void the_last_try_is_said_so(void **state)
{
    (void)state;
    char sql[100];
    int64_t id = added(false, "c@example.cn", "text");
    snprintf(sql, sizeof sql, "UPDATE outbox SET tries = %lld WHERE id = %lld", (long long)config_int("Jobs.Attempts") - 1, (long long)id);
    db_fixture_sql(sql);
    settingf("Mail.Url", "smtp://localhost:%d", 1);
    assert_false(job_runs(id));
    settingf("Mail.Url", "smtp://localhost:%d", smtp_port);
    assert_int_equal(stands(id, "state = 'failed' AND text_sealed <> ''"), 1);
}

/* A provider that was away for an hour does not get yesterday's codes. */
static void a_code_past_its_time_is_not_sent(void **state)
{
    (void)state;
    char sql[140];
    int64_t id = added(false, "d@example.cn", "您的验证码是 123456");
    snprintf(sql, sizeof sql, "UPDATE outbox SET secret = 1, created_at = NOW(3) - INTERVAL 1 HOUR WHERE id = %lld", (long long)id);
    db_fixture_sql(sql);
    assert_true(job_runs(id));
    assert_int_equal(stands(id, "state = 'failed' AND text_sealed = '' AND sent_at IS NULL"), 1);
}

/* --- SMS -------------------------------------------------------------------------------------------------- */

static void sms_is_signed_and_sent_over_https(void **state)
{
    (void)state;
    int64_t id = added(true, "13800138000", "【充电】您的\"申请\"已受理。");
    assert_true(job_runs(id));
    json_t *said = peer_says(), *body = json_loads(word(said, "body"), 0, NULL);
    const char *time = word(body, "time");
    assert_non_null(strstr(word(said, "sms"), "/ok?to=13800138000"));
    assert_string_equal(word(said, "method"), "POST");
    assert_string_equal(word(body, "phone"), "13800138000");
    assert_string_equal(word(body, "text"), "【充电】您的\"申请\"已受理。");
    const char *text = arena_printf(db->arena, "13800138000【充电】您的\"申请\"已受理。%s%s", time, word(body, "nonce"));
    uint8_t digest[32];
    crypto_hmac_sha256("key-1", 5, text, strlen(text), digest);
    assert_string_equal(word(body, "sign"), text_hex(db->arena, digest, 32));
    assert_string_equal(word(json_object_get(said, "headers"), "x-sign"), word(body, "sign"));
    assert_string_equal(word(json_object_get(said, "headers"), "content-type"), "application/json");
    json_decref(body);
    json_decref(said);
    assert_int_equal(stands(id, "state = 'sent'"), 1);
}

static void assert_sms(const char *path, enum fail_kind kind, const char *condition)
{
    char *right = strdup(config_text("Sms.Url"));
    char url[100];
    int64_t id = added(true, "13800138001", "text");
    snprintf(url, sizeof url, "https://localhost:%d%s", https_port, path);
    setting("Sms.Url", url);
    assert_false(job_runs(id));
    assert_int_equal(db->failed, kind);
    if (!stands(id, condition))
        fail_msg("%s: %s", path, db->fail_text);
    setting("Sms.Url", right);
    free(right);
    json_decref(peer_says());
}

static void the_provider_refuses(void **state)
{
    (void)state;
    assert_sms("/busy", FAIL_UNAVAILABLE, "state = 'waiting' AND last_error LIKE '%503'");
    assert_sms("/no", FAIL_INVALID, "state = 'failed' AND last_error LIKE '%400'");
    assert_sms("/refused", FAIL_INVALID, "state = 'failed' AND last_error LIKE '短信平台未受理：{\"code\":7}'");
}

static void a_provider_that_cannot_be_trusted_gets_nothing(void **state)
{
    (void)state;
    char *right = strdup(config_text("Sms.CaFile")), *url = strdup(config_text("Sms.Url"));
    int64_t id = added(true, "13800138002", "text");
    setting("Sms.CaFile", "");
    assert_false(job_runs(id));
    assert_int_equal(stands(id, "state = 'waiting' AND last_error LIKE '%证书无效'"), 1);
    setting("Sms.CaFile", right);
    settingf("Sms.Url", "http://localhost:%d/ok", https_port);         /* never in the clear */
    assert_false(job_runs(id));
    assert_int_equal(stands(id, "state = 'waiting' AND last_error LIKE '%https://%'"), 1);
    setting("Sms.Url", url);
    assert_true(job_runs(id));
    json_t *said = peer_says();
    assert_non_null(strstr(word(said, "sms"), "13800138002"));
    json_decref(said);
    free(right);
    free(url);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mail_goes_by_starttls_and_login), cmocka_unit_test(refused_for_now_is_tried_again),
        cmocka_unit_test(refused_for_good_is_final), cmocka_unit_test(a_server_that_cannot_be_trusted_gets_nothing),
        cmocka_unit_test(mail_goes_by_tls_or_not_at_all), cmocka_unit_test(a_lost_answer_sends_the_same_message),
        cmocka_unit_test(a_server_that_hangs_is_left), cmocka_unit_test(a_name_with_line_ends_stays_in_its_header),
        cmocka_unit_test(the_last_try_is_said_so), cmocka_unit_test(a_code_past_its_time_is_not_sent), cmocka_unit_test(sms_is_signed_and_sent_over_https),
        cmocka_unit_test(the_provider_refuses), cmocka_unit_test(a_provider_that_cannot_be_trusted_gets_nothing),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
