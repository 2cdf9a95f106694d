/* wizard: what the three steps of 「互联配置申请」 share (Z12). */
#include "core/arena.h"
#include "interconnect.h"

void wizard_head(struct request *rq, int step)
{
    static const struct { const char *label, *path; } steps[] = {
        { "Step1 互联配置", "/interconnect" }, { "Step2 接口联调", "/interconnect/debug" }, { "Step3 系统核对", "/interconnect/check" } };
    view_set(rq->page, "Title", "互联配置申请");
    for (int i = 0; i < 3; i++) {
        HDF *node = view_node(rq->page, arena_printf(rq->work.arena, "Steps.%d", i));
        view_set(node, "Label", steps[i].label);
        view_set(node, "Path", steps[i].path);
        view_set(node, "State", i + 1 == step ? "now" : NULL);
    }
}
