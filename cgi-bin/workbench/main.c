/* workbench: 工作台, over all flows: what waits for me, what is late, what I did, what was copied to me (H1.3); and
 * the flows themselves as pictures. Cases are read and decided on the pages of their own areas. */
#include "domain/process.h"
#include "domain/session.h"
#include "workbench.h"

static const struct route routes[] = {
    { GET,  "/workbench",                      CAP_WORKBENCH, "workbench",    todo_page },
    { GET,  "/workbench/overdue",              CAP_WORKBENCH, "workbench",    overdue_page },
    { GET,  "/workbench/done",                 CAP_WORKBENCH, "workbench",    done_page },
    { GET,  "/workbench/copied",               CAP_WORKBENCH, "workbench",    copied_page },
    { POST, "/workbench/copied/read",          CAP_WORKBENCH, "copy-read",    copied_read },
    { GET,  "/workbench/cases/{flow}/{id}",      CAP_WORKBENCH, "workbench-case", case_page },
    { POST, "/workbench/cases/{flow}/{id}/move", CAP_WORKBENCH, "workbench-move", case_move, case_page },
    { POST, "/workbench/batch",                CAP_WORKBENCH, "workbench-batch", batch_ask, todo_page },
    { POST, "/workbench/batch/take",           CAP_WORKBENCH, "flow-batch",   batch_take, batch_again },
    { GET,  "/workbench/flows",                CAP_FLOW_VIEW,     NULL,           flows_page },
    { GET,  "/workbench/flows/{name}",         CAP_FLOW_VIEW,     "flow-picture", flow_page },
    { GET,  "/workbench/flows/{name}/picture", CAP_FLOW_VIEW,     "flow-picture", flow_picture },
    ROUTE_END };

static const struct program program = {
    .name = "workbench", .routes = routes, .templates = "workbench", .start = process_start, .identify = session_actor };

int main(int argc, char **argv)
{
    return web_main(argc, argv, &program);
}
