/* kit: the conformance kit (cgi-bin/simulator, packed by make) to take away, and the company's own codes in the form it takes. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "domain/station_infos.h"
#include "interconnect.h"

static const char ARCHIVE[] = "kit/operator-simulator.tar.gz";

/* Beside this program, where make put it. */
static const char *archive_path(struct request *rq)
{
    char program[4096];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    program[length > 0 ? length : 0] = '\0';
    char *slash = strrchr(program, '/');
    if (slash)
        *slash = '\0';
    return arena_printf(rq->work.arena, "%s/%s", program, ARCHIVE);
}

void kit_archive(struct request *rq)
{
    const char *path = archive_path(rq);
    if (access(path, R_OK) != 0)
        fail(&rq->work, FAIL_MISSING, "%s", "模拟程序暂未提供下载，请联系平台管理员。");
    header_add(rq, "Content-Disposition", "attachment; filename=\"operator-simulator.tar.gz\"");
    answer_file(rq, "application/gzip", path);
}

void kit_stations(struct request *rq)
{
    json_t *infos = station_infos_of_records(&rq->work, rq->work.actor.operator_id);
    char *text = json_dumps(infos, JSON_INDENT(1) | JSON_REAL_PRECISION(12));
    char *body = arena_copy(rq->work.arena, text);
    free(text);
    header_add(rq, "Content-Disposition", "attachment; filename=\"stations.json\"");
    answer(rq, 200, "application/json; charset=utf-8", body, strlen(body));
}
