/* company_guide: what stands on an operator's overview (Z8.3, Z8.4): its figures, each leading to its list, and the steps
 * from registration to operation. A figure or step appears with the area it leads to: rows are added here by later areas. */
#include <stdio.h>
#include <string.h>

#include "core/db.h"
#include "core/text.h"
#include "domain/company.h"
#include "domain/record_figures.h"
#include "flow/flow.h"
#include "web/web.h"

#define Q_STATE "SELECT state FROM qualification WHERE operator_id = ? ORDER BY id DESC LIMIT 1"

static HDF *row_of(HDF *node, const char *list, int n)
{
    char name[40];
    snprintf(name, sizeof name, "%s.%d", list, n);
    return view_node(node, name);
}

/* The manual's steps in its order (Zhuhai 3.1 to 3.5), after what an operator says of itself; `sql` tells whether one is done. */
static const struct { const char *label, *text, *path, *link, *sql, *done, *open; } guide[] = {
    { "完善企业信息", "核对企业名称、统一社会信用代码、注册地、法定代表人和客户服务电话。", "/company/profile", "运营商配置管理",
      "SELECT EXISTS (SELECT 1 FROM operator WHERE id = ? AND uscc <> '' AND division_code <> '' AND legal_name <> '' AND service_tel <> '')",
      "已完善", "待完善" },
    { "登记联系人", "添加运营、技术和安全等联系人，便于主管部门沟通。", "/company/contacts", "运营商通讯录",
      "SELECT EXISTS (SELECT 1 FROM operator_contact WHERE operator_id = ?)", "已登记", "待登记" },
    { "办理运营商资质", "填报企业信息、从业技术人员和服务平台，提交主管部门审核。", "/company/qualification", "运营商资质", NULL, NULL, "待填报" },
    { "录入站点档案", "录入充电站档案并提交审核，编码须与运营平台推送的一致。", "/archives/stations", "站点档案",
      "SELECT EXISTS (SELECT 1 FROM station_record WHERE operator_id = ?)", "已录入", "待录入" },
    { "录入报告档案", "录入充电设施检测报告和型式试验报告，用于核查设施档案。", "/archives/reports", "报告档案",
      "SELECT EXISTS (SELECT 1 FROM report WHERE operator_id = ?)", "已录入", "待录入" },
    { "录入设施档案", "录入充电设施及其充电接口，可批量新增或批量导入。", "/archives/equipment", "设施档案",
      "SELECT EXISTS (SELECT 1 FROM equipment_record WHERE operator_id = ?)", "已录入", "待录入" },
    { "设施档案核查申请", "提交设施档案核查申请，由主管部门审核。", "/archives/equipment?state=draft", "档案核查申请",
      "SELECT EXISTS (SELECT 1 FROM equipment_record WHERE operator_id = ? AND passed_at IS NOT NULL)", "已有设施通过", "待申请" },
    { "平台互联互通", "按照接入流程完成平台对接，上报充电站、设施和实时状态。", "/interconnect", "互联配置申请",
      "SELECT EXISTS (SELECT 1 FROM operator WHERE id = ? AND connected_at IS NOT NULL)", "已接入", "未接入" },
    { "设施互联互通申请", "档案通过且平台已接入后，提交设施互联互通申请。", "/archives/equipment?state=passed", "互联互通申请",
      "SELECT EXISTS (SELECT 1 FROM equipment_record WHERE operator_id = ? AND state = 'linked')", "已有设施接入", "待申请" },
};

static void steps(struct work *work, HDF *node, int64_t own)
{
    const struct value who = I(own);
    const char *qualified = db_text(work, Q_STATE, I(own));
    for (int i = 0; i < (int)(sizeof guide / sizeof *guide); i++) {
        HDF *row = row_of(node, "Guide", i);
        bool done = guide[i].sql && db_int_text(work, 0, guide[i].sql, &who, 1);
        view_set(row, "Label", guide[i].label);
        view_set(row, "Text", guide[i].text);
        view_set(row, "Path", guide[i].path);
        view_set(row, "Link", guide[i].link);
        view_set(row, "Kind", done ? "good" : "wait");
        view_set(row, "State", done ? guide[i].done : guide[i].open);
        if (!guide[i].sql && qualified) {
            view_set(row, "Kind", flow_state_kind("qualification", qualified));
            view_set(row, "State", flow_state_label("qualification", qualified));
        }
    }
}

/* Reviews by state (Z8.3). An area fills its figures in by bringing its flow and its list; until then it says so. */
static const struct { const char *title, *flow, *list, *states; bool filtered; } reviews[] = {       /* states NULL: all */
    { "运营商资质审核", "qualification",    "/company/qualification", NULL, false },
    { "站点档案审核",   "station-record",   "/archives/stations",     NULL, true },
    { "充电设备核查",   "equipment-record", "/archives/equipment",    " draft filed passed refused ", true },
    { "互联互通核查",   "equipment-record", "/archives/equipment",    " linking linked unlinked ", true },
};

static bool of_states(struct work *work, const char *states, const char *state)
{
    return !states || strstr(states, arena_printf(work->arena, " %s ", state));
}

static void review_figures(struct work *work, HDF *node)
{
    for (int i = 0; i < (int)(sizeof reviews / sizeof *reviews); i++) {
        HDF *review = row_of(node, "Reviews", i), *states = view_node(review, "Found");
        int n = 0;
        view_set(review, "Title", reviews[i].title);
        if (!flow_figures(work, reviews[i].flow, states))
            continue;
        view_set(review, "Open", "1");
        for (HDF *state = hdf_obj_child(states); state; state = hdf_obj_next(state)) {
            const char *name = view_get(state, "State");
            if (!of_states(work, reviews[i].states, name))
                continue;
            HDF *row = row_of(review, "Figures", n++);
            view_set(row, "Label", view_get(state, "Label"));
            view_set(row, "Unit", "件");
            view_set(row, "Value", text_thousands(work->arena, hdf_get_int_value(state, "Count", 0)));
            view_set(row, "Href", reviews[i].filtered ? arena_printf(work->arena, "%s?state=%s", reviews[i].list, name) : reviews[i].list);
        }
    }
}

void company_guide(struct work *work, HDF *node)
{
    int64_t own = company_own(work);
    static const struct { const char *label, *path; } papers[] = {
        { "注册指引", "/site/register-guide" }, { "接入条件", "/open/conditions" }, { "接入流程", "/open/process" }, { "常见问题", "/open/faq" } };
    record_figures(work, node);
    review_figures(work, node);
    steps(work, node, own);
    for (int i = 0; i < (int)(sizeof papers / sizeof *papers); i++) {
        view_set(row_of(node, "Downloads", i), "Label", papers[i].label);
        view_set(row_of(node, "Downloads", i), "Path", papers[i].path);
    }
}
