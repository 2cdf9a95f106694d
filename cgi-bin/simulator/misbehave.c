/* misbehave: see the header. */
#include "misbehave.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "exchange/message.h"

enum { WIRE, BUSINESS };

static const struct { const char *name; int kind; const char *help; } list[] = {
    { "wrong-signature",   WIRE, "Sig 计算错误" },
    { "unsigned",          WIRE, "应答不带 Sig" },
    { "stale-clock",       WIRE, "推送的 TimeStamp 慢一小时" },
    { "token-4002",        WIRE, "应答 Ret 4002，令牌失效（*1 为一次，不带次数为一直）" },
    { "busy",              WIRE, "应答 Ret -1，系统繁忙" },
    { "error",             WIRE, "应答 Ret 500，Data 为 null，不签名" },
    { "http-500",          WIRE, "HTTP 500，正文不是 JSON" },
    { "hang",              WIRE, "收到请求后不应答" },
    { "slow",              WIRE, "五秒后才应答" },
    { "garbage",           WIRE, "应答随机字节" },
    { "endless-body",      WIRE, "应答正文无休止" },
    { "numbers-as-strings", WIRE, "数字写成字符串" },
    { "gbk",               WIRE, "Data 明文为 GBK 编码" },
    { "bad-enum",          WIRE, "枚举值超出规定范围（状态 77）" },
    { "missing-field",     WIRE, "缺少第一个必填项" },
    { "wrong-padding",     WIRE, "AES 填充错误" },
    { "line-breaks",       WIRE, "base64 每 76 个字符换行" },
    { "refuse-token",      BUSINESS, "query_token 拒绝发放令牌" },
    { "wrong-page-count",  BUSINESS, "PageCount 为实际的十倍，多出的页为空" },
    { "repeating-pages",   BUSINESS, "每一页都是第一页，PageCount 一百万" },
    { "page-size-ignored", BUSINESS, "不理会 PageSize，每页 3 座充电站" },
    { "not-plugged",       BUSINESS, "query_equip_auth：车辆未插枪" },
    { "no-policy",         BUSINESS, "query_equip_business_policy：没有计费策略" },
    { "refuse-start",      BUSINESS, "query_start_charge 被拒绝（设备离线）" },
    { "start-fails",       BUSINESS, "受理启动后，启动结果为失败" },
    { "start-untold",      BUSINESS, "受理启动后，不推送启动结果" },
    { "silent-charge",     BUSINESS, "充电中不推送充电状态" },
    { "refuse-stop",       BUSINESS, "query_stop_charge 被拒绝（设备离线）" },
    { "end-untold",        BUSINESS, "充电结束后不推送停止结果，也不上传订单" },
    { "order-lost",        BUSINESS, "充电结束后不上传订单" },
    { "duplicate-order",   BUSINESS, "同一订单上传两次" },
    { "changed-order",     BUSINESS, "同一订单号再次上传，金额不同" },
    { "overlapping-orders", BUSINESS, "同一充电枪另有一笔时间重叠的订单" },
    { "sums-wrong",        BUSINESS, "订单总金额与分项之和不符" },
    { "impossible-energy", BUSINESS, "订单电量超过额定功率与时长之积" },
    { "end-before-start",  BUSINESS, "订单结束时间早于开始时间" },
};
enum { KNOWN = sizeof list / sizeof *list, PLANS = 32 };

static struct plan { int what; char interface[48]; long times; } plans[PLANS];      /* times 0: until cleared; what -1: used up */
static size_t plan_count;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static int find(const char *name, size_t length)
{
    for (int i = 0; i < KNOWN; i++)
        if (strlen(list[i].name) == length && strncmp(list[i].name, name, length) == 0)
            return i;
    return -1;
}

bool misbehave_plan(const char *text)
{
    struct plan plan = { 0 };
    size_t name = strcspn(text, "@*");
    const char *rest = text + name, *star = strchr(rest, '*');
    plan.what = find(text, name);
    if (*rest == '@')
        snprintf(plan.interface, sizeof plan.interface, "%.*s", (int)strcspn(rest + 1, "*"), rest + 1);
    if (star)
        plan.times = strtol(star + 1, NULL, 10);
    if (plan.what < 0 || (star && plan.times < 1)) {
        fprintf(stderr, "simulator: %s: no such misbehaviour; --help lists them\n", text);
        return false;
    }
    pthread_mutex_lock(&lock);
    bool room = plan_count < PLANS;
    if (room)
        plans[plan_count++] = plan;
    pthread_mutex_unlock(&lock);
    return room;
}

void misbehave_clear(void)
{
    pthread_mutex_lock(&lock);
    plan_count = 0;
    pthread_mutex_unlock(&lock);
}

void misbehave_print(FILE *out)
{
    for (int i = 0; i < KNOWN; i++)
        fprintf(out, "  %-20s %s\n", list[i].name, list[i].help);
}

/* The first plan that fits; one of its times is taken. -1: none. */
static int take(int what, int kind, const char *interface)
{
    int found = -1;
    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < plan_count && found < 0; i++) {
        struct plan *plan = &plans[i];
        if (plan->what < 0 || (what >= 0 ? plan->what != what : list[plan->what].kind != kind))
            continue;
        if (plan->interface[0] && strcmp(plan->interface, interface) != 0)
            continue;
        found = plan->what;
        if (plan->times > 0 && --plan->times == 0)
            plan->what = -1;
    }
    pthread_mutex_unlock(&lock);
    return found;
}

bool misbehaves(const char *name, const char *interface)
{
    return take(find(name, strlen(name)), BUSINESS, interface) >= 0;
}

const char *misbehave_wire(const char *interface)
{
    int found = take(-1, WIRE, interface);
    return found < 0 ? "" : list[found].name;
}

/* --- orders -------------------------------------------------------------------------------------------------------- */

static const char ORDER[] = "notification_charge_order_info";

static void number_times(json_t *order, const char *name, double factor)
{
    if (json_object_get(order, name))
        json_object_set_new(order, name, json_real(message_number(order, name, 0) * factor));
}

static json_t *order_again(struct world *world, const json_t *order)
{
    json_t *copy = json_deep_copy(order);
    push_add(world, ORDER, json_incref(copy), NULL, 3500);
    return copy;
}

void order_spoil(struct world *world, struct charge *charge, json_t *order)
{
    if (misbehaves("sums-wrong", ORDER))
        json_object_set_new(order, "TotalMoney", json_real(message_number(order, "TotalMoney", 0) + 10));
    if (misbehaves("impossible-energy", ORDER)) {
        number_times(order, "TotalPower", 1000);
        json_object_set_new(order, "TotalPower", json_real(message_number(order, "TotalPower", 0) + charge->connector->power * 100));
    }
    if (misbehaves("end-before-start", ORDER)) {
        json_t *start = json_incref(json_object_get(order, "StartTime"));
        json_object_set(order, "StartTime", json_object_get(order, "EndTime"));
        json_object_set_new(order, "EndTime", json_string("2020-01-01 00:00:00"));
        json_decref(start);
    }
    if (misbehaves("duplicate-order", ORDER))
        json_decref(order_again(world, order));
    if (misbehaves("changed-order", ORDER)) {
        json_t *copy = order_again(world, order);
        json_object_set_new(copy, "TotalMoney", json_real(message_number(copy, "TotalMoney", 0) + 1));
        json_decref(copy);
    }
    if (misbehaves("overlapping-orders", ORDER)) {
        char seq[SEQ_SIZE + 1];
        json_t *copy = order_again(world, order);
        snprintf(seq, sizeof seq, "%s%014d%04d", world->partner.operator_id, 77, (int)(world->seq_count++ % 10000));
        json_object_set_new(copy, "StartChargeSeq", json_string(seq));
        json_decref(copy);
    }
}
