/* form_decode: a request becomes values. First, outside the transaction: parameters are taken by the names declared and
 * typed. Then, as the transaction's first step (form_enter): uploads are taken in, so that they survive an error
 * elsewhere in the form; divisions chosen level by level become a code; a wizard's other steps come from the draft; and
 * the whole is judged. Buttons that only change the page (one more row, the next list of divisions) end here. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/config.h"
#include "core/text.h"
#include "web/form_declared.h"
#include "web/io.h"

enum { FIND_MOST = 60 };                     /* characters of what is looked for */

static const struct upload *upload_named(const struct request *rq, const char *name)
{
    for (size_t i = 0; i < rq->io->upload_count; i++)
        if (strcmp(rq->io->uploads[i].field, name) == 0)
            return &rq->io->uploads[i];
    return NULL;
}

/* A route without a form may have {id} in its path: it is a positive integer. */
static const struct form *path_only(void)
{
    static struct form plain = { .name = "path", .count = 1 };
    static struct field id = { .name = "id", .label = "编号", .kind = FIELD_ID, .low = 1, .high = 9e15, .limit = 1 };
    plain.fields = &id;
    return &plain;
}

static const char *given(struct request *rq, const char *name)
{
    const char *value = pairs_get(&rq->io->given, name);
    return value ? value : "";
}

/* --- outside the transaction ------------------------------------------------------------------------------- */

static void decode_fields(struct request *rq, struct form_values *values, const char *prefix);

/* Tokens of files already taken in, but for those ticked 「移除」. */
static void decode_files(struct request *rq, struct entry *e, const char *name)
{
    const struct pairs *pairs = &rq->io->given;
    const char *drop = arena_printf(rq->work.arena, "%s-drop", name);
    for (size_t g = 0; g < pairs->count; g++) {
        bool dropped = false;
        if (strcmp(pairs->list[g].name, name) != 0)
            continue;
        for (size_t d = 0; d < pairs->count; d++)
            dropped = dropped || (strcmp(pairs->list[d].name, drop) == 0
                                  && strcmp(pairs->list[d].value, pairs->list[g].value) == 0);
        if (!dropped)
            (void)file_token_read(rq, pairs->list[g].value, e);
    }
}

/* "technicians-3-name" -> 3; -1: another name */
static int row_number(const char *name, const char *field)
{
    size_t n = strlen(field);
    char *end;
    if (strncmp(name, field, n) != 0 || name[n] != '-')
        return -1;
    long number = strtol(name + n + 1, &end, 10);
    return end > name + n + 1 && *end == '-' && number >= 0 && number < FORM_ROWS_MOST ? (int)number : -1;
}

static void decode_rows(struct request *rq, struct form_values *values, size_t field)
{
    const struct field *f = &values->form->fields[field];
    struct arena *arena = rq->work.arena;
    int last = -1, number;
    for (size_t g = 0; g < rq->io->given.count; g++)
        if ((number = row_number(rq->io->given.list[g].name, f->name)) > last)
            last = number;
    for (size_t u = 0; u < rq->io->upload_count; u++)
        if ((number = row_number(rq->io->uploads[u].field, f->name)) > last)
            last = number;
    const char *drop = arena_printf(arena, "drop-%s-", f->name), *act = given(rq, "do");
    int dropped = text_has_prefix(act, drop) ? atoi(act + strlen(drop)) : -1;
    for (int n = 0; n <= last; n++) {
        if (n == dropped)
            continue;
        struct form_values *row = values_row_add(values, field);
        const char *prefix = arena_printf(arena, "%s-%d-", f->name, n);
        decode_fields(rq, row, prefix);
        row->id = strtoll(given(rq, arena_printf(arena, "%sid", prefix)), NULL, 10);
        bool upload = false;
        for (size_t u = 0; u < rq->io->upload_count; u++) {
            if (!text_has_prefix(rq->io->uploads[u].field, prefix))
                continue;
            rq->io->uploads[u].field = arena_printf(arena, "%s%s", row->prefix, rq->io->uploads[u].field + strlen(prefix));
            upload = true;
        }
        if (values_empty(row) && !upload)
            values->entries[field].count--;                /* an empty row is no row */
    }
}

static void decode_plain(struct request *rq, struct form_values *values, size_t i, const char *name)
{
    const struct field *f = &values->form->fields[i];
    struct entry *e = &values->entries[i];
    for (size_t g = 0; g < rq->io->given.count; g++)
        if (strcmp(rq->io->given.list[g].name, name) == 0)
            value_take(values, i, rq->io->given.list[g].value);
    if (f->kind == FIELD_FILE && upload_named(rq, name) && upload_named(rq, name)->too_large)
        fail(&rq->work, FAIL_TOO_LARGE, "「%s」超过 %lld MB 的大小限制。", f->label, (long long)upload_most(upload_named(rq, name)->name) >> 20);
    if (f->kind == FIELD_PLACE && !e->count)
        value_take(values, i, place_join(rq->work.arena, given(rq, arena_printf(rq->work.arena, "%s-lng", name)),
                                         given(rq, arena_printf(rq->work.arena, "%s-lat", name)),
                                         given(rq, arena_printf(rq->work.arena, "%s-datum", name))));
    if (f->kind == FIELD_FILE && upload_named(rq, name))
        entry_add(&rq->work, e, upload_named(rq, name)->name);
    if (f->sealed && !e->count && *given(rq, arena_printf(rq->work.arena, "%s-kept", name)))
        e->kept = true;
}

static void decode_fields(struct request *rq, struct form_values *values, const char *prefix)
{
    for (size_t i = 0; i < values->form->count; i++) {
        const struct field *f = &values->form->fields[i];
        const char *name = *prefix ? arena_printf(rq->work.arena, "%s%s", prefix, f->name) : f->name;
        if (f->kind == FIELD_ROWS)
            decode_rows(rq, values, i);
        else if (f->kind == FIELD_FILES)
            decode_files(rq, &values->entries[i], name), files_captions(rq, values, i, name);
        else if (f->kind != FIELD_GIVEN)
            decode_plain(rq, values, i, name);
    }
}

void form_decode(struct request *rq)
{
    const struct form *form = rq->route->form ? form_named(rq->route->form) : path_only();
    struct form_values *values = rq->values = values_new(&rq->work, form);
    decode_fields(rq, values, "");
    values_check_types(values);
    size_t id = field_index(form, "id");         /* an address with a bad number in its path names nothing */
    if (id < form->count && values->entries[id].error && strstr(rq->route->path, "{id}"))
        fail(&rq->work, FAIL_MISSING, "%s", "");
    if (form->step_count && rq->method == POST) {
        int step = atoi(given(rq, "step"));
        values->step = step < 1 || step > form->step_count ? 1 : step;
    }
    bool drafts = form->drafts || form->step_count;
    values->draft = drafts && rq->method == POST && strcmp(given(rq, "do"), "draft") == 0;
    if (form->revision && rq->method == POST && (!text_to_int(given(rq, "revision"), 1, INT64_MAX, &values->revision)))
        values->revision = REVISION_NONE;
    const char *key = pairs_get(&rq->io->given, "key");        /* idempotency key of the form, if it had one */
    if (key && strlen(key) >= 16 && strlen(key) <= 80 && strspn(key, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == strlen(key))
        rq->work.idempotency = key;
}

/* --- inside the transaction ------------------------------------------------------------------------------------ */

static void take_uploads(struct request *rq, struct form_values *values)
{
    for (size_t i = 0; i < values->form->count; i++) {
        const struct field *f = &values->form->fields[i];
        struct entry *e = &values->entries[i];
        for (size_t r = 0; f->rows && r < e->count; r++)
            take_uploads(rq, e->rows[r]);
        if (f->kind != FIELD_FILES)
            continue;
        const char *name = arena_printf(rq->work.arena, "%s%s", values->prefix, f->name);
        for (size_t u = 0; u < rq->io->upload_count; u++) {
            const struct upload *upload = &rq->io->uploads[u];
            int64_t id = 0;
            if (strcmp(upload->field, name) != 0)
                continue;
            if (upload->too_large) {
                values_refuse(values, i, "「%s」「%s」超过 %lld MB 的大小限制，请压缩后重新上传", f->label, upload->name,
                              (long long)upload_most(upload->name) >> 20);
                continue;
            }
            if (!form_files)
                fail_ours(&rq->work, "form %s has files, and nobody registered form_files", values->form->name);
            const char *wrong = form_files->take(&rq->work, upload, f->accept, &id);
            if (wrong) {
                values_refuse(values, i, "「%s」%s", f->label, wrong);
                continue;
            }
            if (f->at_most == 1)
                e->count = 0;                              /* a new one replaces the old one */
            size_t at = entry_grow(&rq->work, e);
            e->text[at] = *upload->name ? upload->name : "文件";
            e->integer[at] = id;
            e->real[at] = (double)upload->size;
        }
    }
}

/* "area-1" … "area-4": the deepest that hangs together. A changed province drops the city chosen before. */
static void resolve_divisions(struct request *rq, struct form_values *values)
{
    for (size_t i = 0; i < values->form->count; i++) {
        const struct field *f = &values->form->fields[i];
        struct entry *e = &values->entries[i];
        for (size_t r = 0; f->rows && r < e->count; r++)
            resolve_divisions(rq, e->rows[r]);
        if (f->kind != FIELD_DIVISION || e->count || !form_divisions)
            continue;
        const char *chosen = f->within ? f->within : "";
        for (int level = 1; level <= DIVISION_LEVELS; level++) {
            const char *code = given(rq, arena_printf(rq->work.arena, "%s%s-%d", values->prefix, f->name, level));
            if (!*code)
                continue;
            const char *parent = form_divisions->parent(&rq->work, code);
            if (!parent || strcmp(parent, chosen) != 0)
                break;
            chosen = code;
        }
        if (*chosen && (!f->within || strcmp(chosen, f->within) != 0))
            entry_add(&rq->work, e, chosen);
    }
}

void form_take_in(struct request *rq)
{
    take_uploads(rq, rq->values);
    resolve_divisions(rq, rq->values);
}

/* Buttons that change the page and nothing else: true, the form is to be drawn again. */
static bool is_turn(struct request *rq, struct form_values *values)
{
    const char *act = given(rq, "do");
    if (files_turn(values, act))
        return true;
    if (strcmp(act, "division") == 0 && field_index(values->form, "do") == values->form->count)
        return true;
    for (size_t i = 0; i < values->form->count; i++) {
        const struct field *f = &values->form->fields[i];
        struct arena *arena = rq->work.arena;
        if (f->find && strcmp(act, arena_printf(arena, "find-%s", f->name)) == 0)
            return true;
        if (!f->rows)
            continue;
        if (text_has_prefix(act, arena_printf(arena, "drop-%s-", f->name)))
            return true;
        if (strcmp(act, arena_printf(arena, "add-%s", f->name)) != 0)
            continue;
        if (values->entries[i].count < f->at_most)
            (void)values_row_add(values, i);
        return true;
    }
    return false;
}

static void turn(struct request *rq, struct form_values *values)
{
    values_forget_errors(values);
    form_to_page(rq);
    rq->route->redraw(rq);
    fail_ours(&rq->work, "redraw of %s did not end with page()", rq->route->path);
}

static int first_wrong_step(const struct form_values *values)
{
    for (int step = 1; step <= values->form->step_count; step++)
        for (size_t i = 0; i < values->form->count; i++) {
            const struct entry *e = &values->entries[i];
            bool wrong = e->error != NULL;
            for (size_t r = 0; values->form->fields[i].rows && r < e->count; r++)
                wrong = wrong || values_wrong(e->rows[r]);
            if (values->form->fields[i].step == step && wrong)
                return step;
        }
    return values->step;
}

/* A step is judged alone; the last one sends the whole form, and then every step is. */
static void judge_steps(struct request *rq, struct form_values *values)
{
    const char *act = given(rq, "do");
    (void)draft_load(rq, values, draft_subject(rq, values), values->step);
    if (strcmp(act, "back") == 0) {
        values_forget_errors(values);
        return;
    }
    if (values->draft || values->step < values->form->step_count) {
        values_check_whole(values);
        return;
    }
    values_check_types(values);                            /* of the steps that came from the draft */
    int step = values->step;
    values->step = 0;
    values_check_whole(values);
    values->step = step;
    if (values_wrong(values))
        values->step = first_wrong_step(values);
}

void form_enter(struct request *rq)
{
    if (rq->io->entered && rq->values)
        form_decode(rq);                                   /* a conflict: the first attempt's findings are forgotten */
    rq->io->entered = true;
    struct form_values *values = rq->values;
    if (!values)
        return;
    if (rq->method == POST) {
        form_take_in(rq);
        if (rq->route->redraw && is_turn(rq, values))
            turn(rq, values);
    }
    if (values->form->step_count && rq->method == POST)
        judge_steps(rq, values);
    else
        values_check_whole(values);
    if (values_wrong(values))
        form_refuse(rq);
}

const char *form_sought(struct request *rq, const char *field)
{
    const char *text = rq->method == POST ? given(rq, arena_printf(rq->work.arena, "%s-find", field)) : "";
    return utf8_length(text) <= FIND_MOST ? text_line(rq->work.arena, text_visible(rq->work.arena, text)) : "";
}

bool form_wrong(const struct request *rq)
{
    return rq->values && values_wrong(rq->values);
}

bool form_draft(struct request *rq)
{
    return rq->values && rq->values->draft;
}

const struct upload *form_file(struct request *rq, const char *field)
{
    (void)values_entry(rq->values, field);
    return upload_named(rq, field);
}

/* --- refusing ----------------------------------------------------------------------------------------------------- */

static const char *first_error(const struct form_values *values)
{
    const char *found = NULL;
    for (size_t i = 0; i < values->form->count && !found; i++) {
        found = values->entries[i].error;
        for (size_t r = 0; values->form->fields[i].rows && r < values->entries[i].count && !found; r++)
            found = first_error(values->entries[i].rows[r]);
    }
    return found;
}

void form_refuse_plain(struct request *rq)
{
    const char *text = first_error(rq->values);
    if (!text)
        fail_ours(&rq->work, "form_refuse() of %s without any error", rq->route->path);
    fail(&rq->work, rq->method == GET ? FAIL_MALFORMED : FAIL_INVALID, "%s。", text);
}

void form_refuse(struct request *rq)
{
    if (rq->values && rq->values->conflict)
        form_conflict(rq, rq->values->conflict);
    if (!rq->route->redraw)
        form_refuse_plain(rq);
    rq->io->answer.status = 422;
    form_to_page(rq);
    rq->route->redraw(rq);
    fail_ours(&rq->work, "redraw of %s did not end with page()", rq->route->path);
}

void form_conflict(struct request *rq, const char *words)
{
    if (!rq->route->redraw || rq->wants_json)
        fail(&rq->work, FAIL_CONFLICT, "%s", words);
    rq->io->answer.status = 409;
    form_to_page(rq);
    view_set(rq->page, "Conflict", words);
    rq->route->redraw(rq);
    fail_ours(&rq->work, "redraw of %s did not end with page()", rq->route->path);
}

void form_refuse_wrong(struct request *rq)
{
    if (form_wrong(rq))
        form_refuse(rq);
}
