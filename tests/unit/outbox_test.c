/* outbox: messages are written with what caused them, within limits, masked for staff, and become files in demonstration
 * mode; the message on the wire (headers, encodings) and the templates of SMS providers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "core/config.h"
#include "core/text.h"
#include "db_fixture.h"
#include "domain/outbox.h"
#include "exchange/mail.h"
#include "exchange/sms.h"

#undef fail
#include <cmocka.h>

static struct work *db;

static int set_up(void **state)
{
    (void)state;
    db = db_fixture();
    return 0;
}

static void add_it(struct work *work, void *arg) { outbox_add(work, arg); }

static bool added(struct message m) { return work_run(db, WORK_WRITE, add_it, &m); }

static void run_job(struct work *work, void *arg)
{
    json_t *payload = json_loads(arg, 0, NULL);
    work_defer(work, (void (*)(void *))json_decref, payload);
    outbox_send_job(work, payload);
}

static bool job_runs(int64_t id)
{
    char payload[60];
    snprintf(payload, sizeof payload, "{\"outbox\":%lld}", (long long)id);
    return work_run(db, WORK_PLAIN, run_job, payload);
}

static int64_t newest(void) { return db_fixture_int("SELECT MAX(id) FROM outbox"); }

static void a_demonstration_message_becomes_a_file(void **state)
{
    (void)state;
    char command[300], text[2000] = "";
    assert_true(added((struct message){ .to = "Zhang@Example.cn", .subject = "【充电】验证码", .text = "验证码为 123456，请勿告知他人。", .secret = "123456" }));
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM outbox WHERE recipient = 'zhang@example.cn' AND recipient_shown = 'z***@example.cn'"
                                    " AND text_shown = '验证码为 ******，请勿告知他人。' AND secret = 1 AND state = 'waiting'"), 1);
    assert_true(job_runs(newest()));
    assert_true(job_runs(newest()));                                   /* a job that comes twice sends once */
    snprintf(command, sizeof command, "cat %s/outbox/*-mail-zhang@example.cn.txt", db_fixture_folder());
    FILE *file = popen(command, "r");
    assert_non_null(file);
    assert_true(fread(text, 1, sizeof text - 1, file) > 0);
    pclose(file);
    assert_non_null(strstr(text, "Subject: 【充电】验证码\n"));
    assert_non_null(strstr(text, "验证码为 123456"));
    assert_null(strstr(strstr(text, "To:") + 3, "To:"));
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM outbox WHERE state = 'sent' AND text_sealed = '' AND sent_at IS NOT NULL"), 1);
}

static void what_is_rolled_back_is_not_sent(void **state)
{
    (void)state;
    int64_t before = db_fixture_int("SELECT COUNT(*) FROM job");
    struct message m = { .to = "a b", .text = "x" };
    assert_false(added(m));
    assert_int_equal(db->failed, FAIL_INVALID);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM job"), before);
}

static void a_recipient_has_limits(void **state)
{
    (void)state;
    int64_t most = config_int("Outbox.PerHour");
    struct message notice = { .sms = true, .to = "13800138000", .text = "您的申请已受理。" };
    for (int64_t i = 0; i < most + 3; i++)
        assert_true(added(notice));                                    /* a notice never stops what caused it */
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM outbox WHERE recipient = '13800138000' AND state = 'waiting'"), most);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM outbox WHERE recipient = '13800138000' AND state = 'held'"), 3);
    struct message code = { .sms = true, .to = "13800138000", .text = "验证码为 111111", .secret = "111111" };
    assert_false(added(code));
    assert_int_equal(db->failed, FAIL_TOO_MANY);
    assert_true(job_runs(newest()));
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM outbox WHERE recipient = '13800138000' AND state = 'held'"), 3);
}

struct again { int64_t id; bool done; };
static void send_again(struct work *work, void *arg)
{
    struct again *a = arg;
    a->done = outbox_send_again(work, a->id, "10.0.0.1");
}

static bool again(int64_t id)
{
    struct again a = { .id = id };
    db_fixture_run(db, send_again, &a);
    return a.done;
}

static void staff_send_failed_ones_again(void **state)
{
    (void)state;
    int64_t held = db_fixture_int("SELECT MAX(id) FROM outbox WHERE state = 'held'");
    assert_true(again(held));
    assert_false(again(held));                                         /* somebody was faster */
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM trail WHERE act = 'outbox.again'"), 1);
    assert_true(job_runs(held));
    assert_true(added((struct message){ .sms = true, .to = "13900139000", .text = "验证码为 222222", .secret = "222222" }));
    db_fixture_sql("UPDATE outbox SET state = 'failed', created_at = NOW(3) - INTERVAL 11 MINUTE WHERE recipient = '13900139000'");
    assert_false(again(newest()));                                     /* its code is of no use any more */
    assert_false(again(db_fixture_int("SELECT MIN(id) FROM outbox WHERE state = 'sent'")));
}

static void without_a_server_it_fails_and_staff_see_it(void **state)
{
    (void)state;
    hdf_set_value(config_tree(), "Demo.Mode", "0");
    assert_true(added((struct message){ .to = "x@example.cn", .subject = "s", .text = "t" }));
    assert_false(job_runs(newest()));
    assert_int_equal(db->failed, FAIL_INVALID);
    hdf_set_value(config_tree(), "Demo.Mode", "1");
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM outbox WHERE recipient = 'x@example.cn' AND state = 'failed' AND last_error LIKE '尚未配置%' AND text_sealed <> ''"), 1);
}

static void old_messages_go(struct work *work, void *arg)
{
    (void)arg;
    outbox_purge(work);
}

static void purged_after_their_time(void **state)
{
    (void)state;
    int64_t all = db_fixture_int("SELECT COUNT(*) FROM outbox");
    db_fixture_sql("UPDATE outbox SET created_at = NOW(3) - INTERVAL 91 DAY ORDER BY id LIMIT 2");
    db_fixture_run(db, old_messages_go, NULL);
    assert_int_equal(db_fixture_int("SELECT COUNT(*) FROM outbox"), all - 2);
}

/* --- on the wire ------------------------------------------------------------------------------------------ */

static void a_message_has_all_headers_and_no_others(void **state)
{
    (void)state;
    struct mail mail = { .from = "no-reply@ev.example.cn", .from_name = "充电政务厅\r\nBcc: a@b.cn", .to = "a@example.cn", .at = 1800000000000,
                         .subject = "关于「很长的一个标题」\r\nX-Injected: 1\r\n\r\nbody 以及更多更多更多更多更多更多更多更多更多更多的字",
                         .text = "第一行\n.\n第三行 .\r\n", .message_key = "7.abc" };
    const char *message = mail_message(db->arena, &mail), *body = strstr(message, "\r\n\r\n");
    assert_non_null(body);
    assert_non_null(strstr(message, "Date: Fri, 15 Jan 2027 16:00:00 +0800\r\n"));
    assert_non_null(strstr(message, "Message-ID: <7.abc@ev.example.cn>\r\n"));
    assert_non_null(strstr(message, "\r\nTo: <a@example.cn>\r\n"));
    assert_non_null(strstr(message, "Subject: =?UTF-8?B?"));
    assert_null(strstr(message, "X-Injected"));
    assert_null(strcasestr(message, "bcc"));
    for (const char *line = message; *line; line = strstr(line, "\r\n") + 2) {
        assert_true(strstr(line, "\r\n") - line <= 80);
        assert_null(memchr(line, '\n', (size_t)(strstr(line, "\r\n") - line)));
    }
    for (const char *c = message; *c; c++)
        assert_true((unsigned char)*c < 0x7f);
    /* 第一行\r\n.\r\n第三行 .\r\n */
    assert_string_equal(body + 4, "56ys5LiA6KGMDQouDQrnrKzkuInooYwgLg0K\r\n");
}

static void a_provider_gets_what_its_templates_say(void **state)
{
    (void)state;
    struct sms sms = { .phone = "13800138000", .text = "验证\"码\\为\n1&2", .nonce = "n-1", .time = "1800000000" };
    struct arena *arena = db->arena;
    assert_string_equal(sms_fill(arena, "{\"p\":\"{phone}\",\"t\":\"{text}\",\"x\":\"{other}\"}", &sms, "s", NULL, SMS_JSON),
                        "{\"p\":\"13800138000\",\"t\":\"验证\\\"码\\\\为\\u000a1&2\",\"x\":\"{other}\"}");
    assert_string_equal(sms_fill(arena, "https://x/?p={phone}&t={text}&s={sign}", &sms, "a+b/=", NULL, SMS_ADDRESS),
                        "https://x/?p=13800138000&t=%E9%AA%8C%E8%AF%81%22%E7%A0%81%5C%E4%B8%BA%0A1%262&s=a%2Bb%2F%3D");
    assert_string_equal(sms_fill(arena, "X-Text: {text}", &sms, "", NULL, SMS_HEADER), "X-Text: 验证\"码\\为1&2");
    sms.text = "{sign}{key}";                                          /* a text that looks like a template stays a text */
    assert_string_equal(sms_fill(arena, "{text}", &sms, "SIGN", NULL, SMS_AS_IS), "{sign}{key}");
    /* RFC 4231, test case 2: key "Jefe" */
    struct sms_provider p = { .sign = "hmac-sha256", .sign_text = "what do ya want for nothing?", .sign_key = "Jefe" };
    assert_string_equal(sms_sign(arena, &p, &sms), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    p.sign = "hmac-base64";
    assert_string_equal(sms_sign(arena, &p, &sms), "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=");
    p = (struct sms_provider){ .sign = "sha256", .sign_text = "{key}", .sign_key = "abc" };
    assert_string_equal(sms_sign(arena, &p, &sms), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_demonstration_message_becomes_a_file), cmocka_unit_test(what_is_rolled_back_is_not_sent),
        cmocka_unit_test(a_recipient_has_limits), cmocka_unit_test(staff_send_failed_ones_again),
        cmocka_unit_test(without_a_server_it_fails_and_staff_see_it), cmocka_unit_test(purged_after_their_time),
        cmocka_unit_test(a_message_has_all_headers_and_no_others), cmocka_unit_test(a_provider_gets_what_its_templates_say),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
