/* profile: what a department sets of a platform's exchange: edition, who may call, how much, how long (partner_save.h). Keys are
 * seen by nobody here: only since when they hold, and earlier ones can be ended when a secret has leaked. */
#include "domain/partner_save.h"
#include "domain/trail.h"
#include "interconnect.h"

bool profile_offered(struct request *rq, const struct connection *c)
{
    return (rq->work.actor.capabilities & CAP_BIT(CAP_CONNECT_REVIEW)) && c->platform_id == c->operator_id
           && partner_exists(&rq->work, c->operator_id);
}

/* A connection in the department's division, else 404; one that goes through an entrusted platform has nothing to set. */
static struct connection own_platform(struct request *rq)
{
    struct connection c = connection_must_govern(&rq->work, form_int(rq, "id"));
    if (!profile_offered(rq, &c))
        fail(&rq->work, FAIL_CONFLICT, "该接入没有登记自有平台，请在受托平台的接入中设置。");
    return c;
}

static void put_number(struct request *rq, struct form_values *values, const char *field, int64_t number, int64_t general)
{
    if (number != general)
        values_put(values, field, arena_printf(rq->work.arena, "%lld", (long long)number));
}

static struct form_values *stored(struct request *rq, int64_t operator_id)
{
    struct partner_settings s;
    struct form_values *values = values_new(&rq->work, form_find(&rq->work, "partner-profile"));
    if (!partner_settings_load(&rq->work, operator_id, &s))
        return values;
    values_put(values, "edition", s.edition);
    values_put(values, "allow_list", s.allow_list);
    put_number(rq, values, "rate_limit", s.rate_limit, -1);
    put_number(rq, values, "token_seconds", s.token_seconds, 0);
    put_number(rq, values, "clock_window", s.clock_window, 0);
    return values;
}

void profile_page(struct request *rq)
{
    struct connection c = connection_must(&rq->work, form_int(rq, "id"));
    view_set_int(rq->page, "Id", c.id);
    view_set(rq->page, "Title", "接入参数");
    if (!profile_offered(rq, &c))
        page(rq, "interconnect/profile.cst");
    (void)partner_show(&rq->work, c.operator_id, view_node(rq->page, "Partner"));
    view_set(rq->page, "Title", view_get(rq->page, "Partner.Name"));
    form_show(rq, "partner-profile", stored(rq, c.operator_id), arena_printf(rq->work.arena, "/interconnect/connections/%lld/profile", (long long)c.id));
    page(rq, "interconnect/profile.cst");
}

static int64_t number_or(struct request *rq, const char *field, int64_t otherwise)
{
    return form_has(rq, field) ? form_int(rq, field) : otherwise;
}

static void note(struct request *rq, const struct connection *c, const char *act, const char *detail)
{
    trail_write(&rq->work, act, arena_printf(rq->work.arena, "operator:%lld", (long long)c->operator_id), "done", detail, rq->address);
}

void profile_save(struct request *rq)
{
    struct connection c = own_platform(rq);
    const char *member;
    const struct partner_settings settings = { .edition = form_text(rq, "edition"), .allow_list = form_text(rq, "allow_list"),
        .rate_limit = number_or(rq, "rate_limit", -1), .token_seconds = number_or(rq, "token_seconds", 0),
        .clock_window = number_or(rq, "clock_window", 0) };
    const char *wrong = partner_settings_save(&rq->work, c.operator_id, &settings, &member);
    if (wrong) {
        form_error(rq, member, "%s", wrong);
        form_refuse(rq);
    }
    note(rq, &c, "partner-profile", arena_printf(rq->work.arena, "版本 %s，来源地址 %s，报文上限 %lld，令牌 %lld 秒，时间偏差 %lld 秒", settings.edition,
         *settings.allow_list ? "已限制" : "不限", (long long)settings.rate_limit, (long long)settings.token_seconds, (long long)settings.clock_window));
    redirect(rq, "/interconnect/connections/%lld/profile", (long long)c.id);
}

void profile_end_keys(struct request *rq)
{
    struct connection c = own_platform(rq);
    form_confirm(rq, "立即停用原密钥", "停用后，仍使用原密钥的报文将被拒绝，已发放的令牌同时失效。是否停用？",
                 arena_printf(rq->work.arena, "/interconnect/connections/%lld/profile", (long long)c.id));
    int64_t ended = partner_keys_end_earlier(&rq->work, c.operator_id);
    note(rq, &c, "partner-keys-end", arena_printf(rq->work.arena, "停用原密钥 %lld 组", (long long)ended));
    redirect(rq, "/interconnect/connections/%lld/profile", (long long)c.id);
}
