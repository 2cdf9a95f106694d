/* capability: the acts of the domain. A route names one; a role (schema/roles.hdf) is a set of them.
 * 0 means "not decided" and stops the start, so a row that forgets it cannot serve. */
#ifndef CORE_CAPABILITY_H
#define CORE_CAPABILITY_H

#include <stdint.h>

#define CAPABILITIES(X)                                                                   \
    X(PUBLIC,          "public",          "任何人")                                       \
    X(PEER,            "peer",            "平台对平台接口（以签名和令牌证明身份）")       \
    X(SIGNED_IN,       "signed-in",       "已登录用户")                                   \
    X(STAFF,           "staff",           "进入管理后台")                                 \
    X(CONTENT_EDIT,    "content-edit",    "编辑栏目内容")                                 \
    X(JOB_VIEW,        "job-view",        "查看后台任务")                                 \
    X(JOB_RETRY,       "job-retry",       "重试后台任务")                                 \
    X(OUTBOX_VIEW,     "outbox-view",     "查看邮件和短信发送记录")                       \
    X(OUTBOX_SEND,     "outbox-send",     "重新发送邮件和短信")                           \
    X(WORKBENCH,       "workbench",       "使用工作台")                                     \
    X(FLOW_VIEW,       "flow-view",       "查看业务流程")                                   \
    X(REGISTRATION_REVIEW, "registration-review", "审核账号注册")                         \
    X(QUALIFICATION_REVIEW, "qualification-review", "审核运营商资质")                     \
    X(PROFILE_REVIEW,  "profile-review",  "审核运营商信息变更")                           \
    X(OPERATOR_OWN,    "operator-own",    "办理本企业事项")                               \
    X(CONTACT_VIEW,    "contact-view",    "查看辖区运营商通讯录")                         \
    X(COMPANY_OWN,     "company-own",     "维护本企业信息和通讯录")                       \
    X(COMPANY,         "company",         "企业概览和注册信息")                            \
    X(RECORD_VIEW,     "record-view",     "查阅充电设施档案")                               \
    X(RECORD_OWN,      "record-own",      "录入和申报本企业充电设施档案")                   \
    X(ENTRUST,         "entrust",         "登记委托运营、查看受托平台推送的充电站")         \
    X(RECORD_REVIEW,   "record-review",   "审核充电设施档案")                               \
    X(CONNECT,         "connect",         "办理互联互通接入")                               \
    X(CONNECT_VIEW,    "connect-view",    "查看平台交互报文和核对报告")                     \
    X(CONNECT_REVIEW,  "connect-review",  "审核互联互通接入、停用接入平台")                 \
    X(ORDER_VIEW,      "order-view",      "查看充电订单和统计")                             \
    X(QUALITY_VIEW,    "quality-view",    "查看互联互通数据质量")                           \
    X(PARTNER_VIEW,    "partner-view",    "查看互联互通接入情况")                                   \
    X(SIGNING_IN,      "signing-in",      "完成登录验证")                                 \
    X(TRAIL_VIEW,      "trail-view",      "查阅审计日志")                                 \
    X(ACCOUNT_VIEW,    "account-view",    "查看本辖区账号")                               \
    X(ACCOUNT_ALL,     "account-all",     "查看全部账号")                                 \
    X(ACCOUNT_MANAGE,  "account-manage",  "开立、锁定、解锁账号和重置密码")               \
    X(ACCOUNT_ROLES,   "account-roles",   "分配角色和辖区")                               \
    X(SETTINGS,        "settings",        "维护区划、工作日历、字典和参数")               \
    X(AGREEMENT_PUBLISH, "agreement-publish", "发布协议文本")                             \
    X(CHARGE,          "charge",          "在线启停充电、查看自己的充电")                 \
    X(CHARGE_COUNT,    "charge-count",    "查看在线充电统计")                             \
    X(PERSONAL_REVEAL, "personal-reveal", "查看未脱敏的个人信息")

enum capability {
    CAP_UNDECIDED = 0,
#define X(name, key, label) CAP_##name,
    CAPABILITIES(X)
#undef X
    CAP_COUNT
};

#define CAP_BIT(cap) (UINT64_C(1) << (cap))

const char     *capability_key(enum capability cap);
const char     *capability_label(enum capability cap);
enum capability capability_by_key(const char *key);      /* CAP_UNDECIDED: no such */

#endif
