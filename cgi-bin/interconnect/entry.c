/* entry: what stands behind the menu entry, by Connection.Variant: the wizard (Zhuhai), 「我要接入」 (Henan), 「桩平台检测」 (Zhongshan). */
#include <string.h>

#include "core/config.h"
#include "interconnect.h"

static void applications(struct request *rq, const char *title, const char *template_name)
{
    view_set(rq->page, "Title", title);
    connection_list(&rq->work, view_node(rq->page, "Rows"));
    if (rq->method == GET && strcmp(form_text(rq, "done"), "filed") == 0)
        view_set(rq->page, "Notice", "接入申请已提交，请等待审核。");
    page(rq, template_name);
}

void entry_page(struct request *rq)
{
    const char *variant = config_text("Connection.Variant");
    if (strcmp(variant, "henan") == 0)
        applications(rq, "互联互通", "interconnect/henan.cst");
    if (strcmp(variant, "zhongshan") == 0)
        applications(rq, "桩平台检测", "interconnect/zhongshan.cst");
    step1_page(rq);
}
