/* pictures: every flow as a picture and as tables. The pictures are made by graphviz at build beside the program
 * (flows/<name>.svg); without it the tables stand alone. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "flow/flow.h"
#include "workbench.h"

void flows_page(struct request *rq)
{
    view_set(rq->page, "Title", "业务流程");
    flow_names(view_node(rq->page, "Flows"));
    page(rq, "workbench/flows.cst");
}

static const struct flow *flow_asked(struct request *rq)
{
    const struct flow *flow = flow_find(form_text(rq, "name"));
    if (!flow)
        fail(&rq->work, FAIL_MISSING, "没有这个业务流程，请从「业务流程」进入。");
    return flow;
}

/* NULL: there is none. The name is one of the loaded flows, never what was asked for. */
static const char *picture_path(struct request *rq, HDF *described)
{
    char program[800];
    ssize_t size = readlink("/proc/self/exe", program, sizeof program - 1);
    program[size > 0 ? size : 0] = '\0';
    char *slash = strrchr(program, '/');
    if (!slash)
        return NULL;
    *slash = '\0';
    const char *path = arena_printf(rq->work.arena, "%s/flows/%s.svg", program, view_get(described, "Name"));
    return access(path, R_OK) == 0 ? path : NULL;
}

void flow_page(struct request *rq)
{
    HDF *described = view_node(rq->page, "Flow");
    flow_describe(flow_asked(rq), described);
    view_set(rq->page, "Title", view_get(described, "Label"));
    if (picture_path(rq, described))
        view_setf(rq->page, "Picture", "/workbench/flows/%s/picture", view_get(described, "Name"));
    page(rq, "workbench/flow.cst");
}

void flow_picture(struct request *rq)
{
    HDF *described = view_node(rq->page, "Flow");
    flow_describe(flow_asked(rq), described);
    const char *path = picture_path(rq, described);
    if (!path)
        fail(&rq->work, FAIL_MISSING, "该流程没有图示，请查看流程页面中的表格。");
    answer_file(rq, "image/svg+xml", path);
}
