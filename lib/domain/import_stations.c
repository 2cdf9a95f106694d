/* import_stations: the stream of lines, batches of one transaction each, and the report. */
#include "domain/import_stations.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

#include "core/side.h"
#include "core/text.h"
#include "domain/operator.h"

enum { BATCH = 200, LINE_SIZE = 1 << 20, GZIP_BUFFER = 1 << 17 };

struct batch {
    struct arena         *arena;             /* what the records are made of; forgotten after each batch */
    struct station_record records[BATCH];
    const char           *operators[BATCH];
    size_t                count;
};

struct import {
    struct work         *work, *side;
    gzFile               file;
    int64_t              file_size;
    struct batch         batch;
    struct import_report report;
    char                *line;
    struct progress     *progress;
};

static void refuse(struct import *in, const char *reason)
{
    struct import_report *report = &in->report;

    if (report->refused < IMPORT_REASONS) {
        report->reasons[report->refused].line = report->lines;
        report->reasons[report->refused].reason = arena_copy(in->work->arena, reason);
    }
    report->refused++;
}

/* Operators of the batch, each stored once; ids are not kept over batches, as a batch may be rolled back. */
static int64_t operator_of(struct work *side, struct batch *batch, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (strcmp(batch->operators[i], batch->operators[index]) == 0)
            return batch->records[i].operator_id;
    char code[10];
    import_operator_code(batch->operators[index], code);
    return operator_upsert(side, &(struct operator_record){ .code = code, .name = batch->operators[index],
                                                            .source = "import" });
}

static void batch_store(struct work *side, void *arg)
{
    struct batch *batch = arg;

    for (size_t i = 0; i < batch->count; i++) {
        batch->records[i].operator_id = operator_of(side, batch, i);
        station_upsert(side, &batch->records[i]);
    }
}

static void batch_flush(struct import *in)
{
    if (in->batch.count > 0)
        side_run(in->work, in->side, WORK_WRITE, batch_store, &in->batch);
    in->report.stored += (int64_t)in->batch.count;
    in->batch.count = 0;
    arena_reset(in->batch.arena);
    double share = in->file_size > 0 ? (double)gzoffset(in->file) / (double)in->file_size : -1;
    progress_tell(in->progress, share, in->report.lines);
}

static void line_take(struct import *in, size_t length)
{
    struct batch *batch = &in->batch;
    json_error_t error;
    json_t *object = json_loadb(in->line, length, JSON_REJECT_DUPLICATES, &error);

    if (!object) {
        refuse(in, arena_printf(batch->arena, "不是有效的 JSON：%s", error.text));
        return;
    }
    const char *fault = import_record(batch->arena, object, &batch->records[batch->count],
                                      &batch->operators[batch->count]);
    json_decref(object);
    if (fault)
        refuse(in, fault);
    else if (++batch->count == BATCH)
        batch_flush(in);
}

/* The next line without its end; -1: no more. An over-long one is skipped whole and counts as refused. */
static long line_next(struct import *in)
{
    while (gzgets(in->file, in->line, LINE_SIZE)) {
        size_t length = strlen(in->line);
        bool whole = length > 0 && in->line[length - 1] == '\n';
        in->report.lines++;
        if (whole || gzeof(in->file))
            return (long)(length - whole);
        refuse(in, "一行超过 1 MB，或含有 NUL 字符");
        while (gzgets(in->file, in->line, LINE_SIZE) && !strchr(in->line, '\n'))
            ;
    }
    return -1;
}

static void import_close(void *thing)
{
    struct import *in = thing;

    if (in->file)
        gzclose(in->file);
    arena_free(in->batch.arena);
    free(in->line);
    free(in);
}

static struct import *import_open(struct work *work, const char *file)
{
    struct import *in = calloc(1, sizeof *in);
    struct stat about;

    if (!in)
        abort();
    in->work = work;
    in->batch.arena = arena_new();
    in->line = malloc(LINE_SIZE);
    if (!in->line)
        abort();
    work_defer(work, import_close, in);
    in->side = side_open(work);
    in->file = gzopen(file, "rb");
    if (!in->file || stat(file, &about) != 0)
        fail(work, FAIL_MISSING, "无法打开文件 %s，请检查路径和读取权限。", file);
    gzbuffer(in->file, GZIP_BUFFER);
    in->file_size = about.st_size;
    return in;
}

struct import_report import_stations_run(struct work *work, const char *file, struct progress *progress)
{
    struct import *in = import_open(work, file);
    long length;
    int error;

    in->progress = progress;
    while ((length = line_next(in)) >= 0)
        if (strspn(in->line, " \t\r") < (size_t)length)
            line_take(in, (size_t)length);
    gzerror(in->file, &error);
    if (error != Z_OK && error != Z_STREAM_END)
        fail(work, FAIL_INVALID, "文件在第 %" PRId64 " 行之后损坏或不完整，此前的数据已导入。", in->report.lines);
    batch_flush(in);
    progress_end(progress);
    return in->report;
}

int import_stations(struct work *work, const char *file, struct progress *progress)
{
    struct import_report report = import_stations_run(work, file, progress);

    fprintf(stderr, "共 %" PRId64 " 行：导入 %" PRId64 " 座充电站，%" PRId64 " 行有误未导入。\n", report.lines, report.stored,
            report.refused);
    for (int i = 0; i < IMPORT_REASONS && i < report.refused; i++)
        fprintf(stderr, "  第 %" PRId64 " 行：%s\n", report.reasons[i].line, report.reasons[i].reason);
    if (report.refused > IMPORT_REASONS)
        fprintf(stderr, "  另有 %" PRId64 " 行未列出。\n", report.refused - IMPORT_REASONS);
    return report.refused > 0;
}
