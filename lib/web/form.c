/* form: schema/forms/<name>.hdf declares each parameter once; here they are read, checked and given typed.
 *
 *     fields {
 *       q    [kind=text, max=50]             = 关键词
 *       page [kind=int, min=1, max=100000]   = 页码
 *       type [kind=dict, dict=station_type, many, limit=20] = 充电站类型
 *     }
 * kinds: id, int, real, text, line (text without line breaks), code (letters, digits, - _ .), path (an
 * address of this site), dict, bool, date, password (kept as typed), file. Attributes: required, many,
 * limit (values of a `many`), min, max (number, or characters), dict, help.
 * A form named "engine:name" is not a file: an engine registers it at start (form_register). */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/config.h"
#include "core/dict.h"
#include "core/text.h"
#include "web/io.h"

enum field_kind { FIELD_ID, FIELD_INT, FIELD_REAL, FIELD_TEXT, FIELD_LINE, FIELD_CODE, FIELD_PATH, FIELD_DICT,
                  FIELD_BOOL, FIELD_DATE, FIELD_PASSWORD, FIELD_FILE, FIELD_KIND_COUNT };
static const char *const kind_names[] = { "id", "int", "real", "text", "line", "code", "path", "dict", "bool",
                                          "date", "password", "file" };
_Static_assert(sizeof kind_names / sizeof *kind_names == FIELD_KIND_COUNT, "one name a kind");

enum { FIELDS = 120, TEXT_MAX = 2000, MANY_LIMIT = 100 };

struct field {
    const char        *name, *label;
    enum field_kind    kind;
    bool               required, many;
    double             low, high;
    size_t             limit;
    const struct dict *dict;
};

struct form {
    const char  *name;
    struct field fields[FIELDS];
    size_t       count;
    struct form *next;
};

struct entry {                      /* the values of one field */
    const char **text;
    double      *real;
    int64_t     *integer;
    size_t       count;
    const char  *error;
};

struct form_values {
    const struct form *form;
    struct entry       entries[FIELDS];
    size_t             errors;
};

static struct form *forms;

/* --- reading the declarations -------------------------------------------------------------------- */

static _Noreturn void stop(const char *form, const char *field, const char *what)
{
    fprintf(stderr, "schema/forms/%s.hdf: %s: %s\n", form, field, what);
    exit(2);
}

static void read_attribute(const struct form *form, struct field *field, const HDF_ATTR *attr)
{
    const char *key = attr->key, *value = attr->value ? attr->value : "";
    if (strcmp(key, "kind") == 0) {
        for (int k = 0; k < FIELD_KIND_COUNT; k++)
            if (strcmp(kind_names[k], value) == 0) {
                field->kind = (enum field_kind)k;
                return;
            }
        stop(form->name, field->name, "unknown kind");
    } else if (strcmp(key, "required") == 0) {
        field->required = true;
    } else if (strcmp(key, "many") == 0) {
        field->many = true;
    } else if (strcmp(key, "min") == 0) {
        field->low = atof(value);
    } else if (strcmp(key, "max") == 0) {
        field->high = atof(value);
    } else if (strcmp(key, "limit") == 0) {
        field->limit = (size_t)atol(value);
    } else if (strcmp(key, "dict") == 0) {
        field->dict = dict_find(value);
        if (!field->dict)
            stop(form->name, field->name, "no such dict");
    } else {
        stop(form->name, field->name, "unknown attribute");
    }
}

static void read_field(struct form *form, HDF *node)
{
    if (form->count == FIELDS)
        stop(form->name, hdf_obj_name(node), "too many fields");
    struct field *field = &form->fields[form->count++];
    *field = (struct field){ .name = hdf_obj_name(node), .label = hdf_obj_value(node), .kind = FIELD_TEXT,
                             .low = -1e15, .high = 1e15, .limit = MANY_LIMIT };
    if (!field->label || !*field->label)
        stop(form->name, field->name, "has no label");
    bool has_max = false;
    for (const HDF_ATTR *a = hdf_obj_attr(node); a; a = a->next) {
        read_attribute(form, field, a);
        has_max = has_max || strcmp(a->key, "max") == 0;
    }
    if (field->kind == FIELD_DICT && !field->dict)
        stop(form->name, field->name, "kind=dict needs dict=");
    bool text = field->kind == FIELD_TEXT || field->kind == FIELD_LINE || field->kind == FIELD_CODE
             || field->kind == FIELD_PATH || field->kind == FIELD_PASSWORD;
    if (text && !has_max)
        field->high = TEXT_MAX;
    if (text && field->low < 0)
        field->low = 0;
    if (field->kind == FIELD_ID)
        field->low = 1, field->high = 9e15;
}

static const struct form *form_named(const char *name)
{
    for (const struct form *f = forms; f; f = f->next)
        if (name && strcmp(f->name, name) == 0)
            return f;
    return NULL;
}

void form_register(const char *name, HDF *fields)
{
    if (form_named(name))
        return;
    struct form *form = calloc(1, sizeof *form);
    if (!form)
        abort();
    form->name = name;
    for (HDF *f = hdf_obj_child(fields); f; f = hdf_obj_next(f))
        read_field(form, f);
    if (!form->count)
        stop(name, "-", "has no fields { }");
    form->next = forms;
    forms = form;
}

static void form_load(const char *name)
{
    char path[200];
    HDF *tree;
    if (form_named(name))
        return;
    snprintf(path, sizeof path, "schema/forms/%s.hdf", name);
    if (hdf_init(&tree))
        abort();
    NEOERR *error = hdf_read_file(tree, path_in_root(path));
    if (error) {
        nerr_log_error(error);
        stop(name, "-", "cannot be read");
    }
    form_register(name, hdf_get_obj(tree, "fields"));
}

void forms_load(const struct program *program)
{
    for (const struct route *row = program->routes; row->path; row++)
        if (row->form && !strchr(row->form, ':'))
            form_load(row->form);
}

void forms_complete(const struct program *program)
{
    for (const struct route *row = program->routes; row->path; row++)
        if (row->form && !form_named(row->form))
            stop(row->form, row->path, "nothing registered this form at start");
}

/* --- checking values -------------------------------------------------------------------------------- */

static struct form_values *values_of(struct request *rq)
{
    if (!rq->values)
        rq->values = arena_alloc(rq->work.arena, sizeof *rq->values);
    return rq->values;
}

static void refuse(struct request *rq, size_t i, const char *format, ...) __attribute__((format(printf, 3, 4)));
static void refuse(struct request *rq, size_t i, const char *format, ...)
{
    struct form_values *values = values_of(rq);
    va_list args;
    if (values->entries[i].error)          /* the first finding of a field is the one to mend */
        return;
    va_start(args, format);
    values->entries[i].error = arena_vprintf(rq->work.arena, format, args);
    va_end(args);
    values->errors++;
}

static bool check_date(const char *text)
{
    int64_t at;
    return strlen(text) == 10 && strspn(text, "0123456789-") == 10 && time_parse(text, "%Y-%m-%d", &at);
}

static bool code_like(const char *text)
{
    for (; *text; text++)
        if (!isalnum((unsigned char)*text) && !strchr("-_.,:*", *text))
            return false;
    return true;
}

/* Nothing a person types; it would break the XML of an export and hide words on a page. */
static bool has_control(const char *text)
{
    for (; *text; text++)
        if (((unsigned char)*text < 0x20 && !strchr("\t\r\n", *text)) || *text == 0x7F)
            return true;
    return false;
}

/* Only an address of this site: one leading slash, no second one and no backslash (open redirects). */
static bool local_path(const char *text)
{
    return text[0] == '/' && text[1] != '/' && !strpbrk(text, "\\\r\n\t");
}

static void check_number(struct request *rq, size_t i, const struct field *f, struct entry *e, size_t at)
{
    const char *text = e->text[at];
    bool whole = f->kind != FIELD_REAL;
    bool good = whole ? text_to_int(text, (int64_t)f->low, (int64_t)f->high, &e->integer[at])
                      : text_to_real(text, f->low, f->high, &e->real[at]);
    e->real[at] = whole ? (double)e->integer[at] : e->real[at];
    if (!good && f->kind == FIELD_ID)
        refuse(rq, i, "「%s」应为编号（正整数），当前为“%s”", f->label, utf8_cut(rq->work.arena, text, 20));
    else if (!good)
        refuse(rq, i, "「%s」应为 %.10g 到 %.10g 之间的%s，当前为“%s”", f->label, f->low, f->high,
               whole ? "整数" : "数", utf8_cut(rq->work.arena, text, 20));
}

static void check_text(struct request *rq, size_t i, const struct field *f, const char *text)
{
    size_t length = utf8_length(text);
    if ((double)length > f->high)
        refuse(rq, i, "「%s」最多 %.0f 个字，当前 %zu 个字，请缩短", f->label, f->high, length);
    else if ((double)length < f->low)
        refuse(rq, i, "「%s」至少 %.0f 个字，当前 %zu 个字", f->label, f->low, length);
    else if (f->kind != FIELD_PASSWORD && has_control(text))
        refuse(rq, i, "「%s」中有不能显示的控制字符，请删除后重新填写", f->label);
    else if (f->kind == FIELD_CODE && !code_like(text))
        refuse(rq, i, "「%s」只能使用字母、数字和 - _ . 等符号", f->label);
    else if (f->kind == FIELD_PATH && !local_path(text))
        refuse(rq, i, "「%s」应为本网站内的地址", f->label);
}

static void check_value(struct request *rq, size_t i, const struct field *f, struct entry *e, size_t at)
{
    const char *text = e->text[at];
    switch (f->kind) {
    case FIELD_ID: case FIELD_INT: case FIELD_REAL:
        check_number(rq, i, f, e, at);
        break;
    case FIELD_DICT: {
        bool known = false;
        for (size_t d = 0; d < dict_count(f->dict); d++)
            known = known || strcmp(dict_code(f->dict, d), text) == 0;
        if (!known)
            refuse(rq, i, "「%s」没有“%s”这个选项，请从列表中选择", f->label, utf8_cut(rq->work.arena, text, 20));
        e->integer[at] = strtoll(text, NULL, 10);
        break;
    }
    case FIELD_BOOL:
        if (strcmp(text, "0") != 0 && strcmp(text, "1") != 0)
            refuse(rq, i, "「%s」只能是“是”或“否”", f->label);
        e->integer[at] = text[0] == '1';
        break;
    case FIELD_DATE:
        if (!check_date(text))
            refuse(rq, i, "「%s」应为日期，例如 2026-11-20", f->label);
        break;
    case FIELD_FILE:
        break;
    default:
        check_text(rq, i, f, text);
    }
}

static void take_value(struct request *rq, const struct field *f, struct entry *e, const char *given)
{
    struct arena *arena = rq->work.arena;
    const char *text = f->kind == FIELD_PASSWORD || f->kind == FIELD_TEXT ? given : text_normal(arena, given);
    if (f->kind == FIELD_TEXT && !text_normal(arena, given)[0])
        text = "";
    if (!*text || (e->count && !f->many))        /* empty means not given; a second value does not exist */
        return;
    if (e->count == f->limit) {
        refuse(rq, (size_t)(f - values_of(rq)->form->fields), "「%s」最多选择 %zu 项，请减少", f->label, f->limit);
        return;
    }
    if (!e->text) {
        size_t room = f->many ? f->limit : 1;
        e->text = arena_alloc(arena, room * sizeof *e->text);
        e->integer = arena_alloc(arena, room * sizeof *e->integer);
        e->real = arena_alloc(arena, room * sizeof *e->real);
    }
    e->text[e->count++] = text;
}

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
    plain.fields[0] = (struct field){ .name = "id", .label = "编号", .kind = FIELD_ID, .low = 1, .high = 9e15, .limit = 1 };
    return &plain;
}

void form_decode(struct request *rq)
{
    struct form_values *values = values_of(rq);
    values->form = rq->route->form ? form_named(rq->route->form) : path_only();
    for (size_t i = 0; i < values->form->count; i++) {
        const struct field *f = &values->form->fields[i];
        struct entry *e = &values->entries[i];
        for (size_t g = 0; g < rq->io->given.count; g++)
            if (strcmp(rq->io->given.list[g].name, f->name) == 0)
                take_value(rq, f, e, rq->io->given.list[g].value);
        for (size_t at = 0; at < e->count; at++)
            check_value(rq, i, f, e, at);
        bool absent = f->kind == FIELD_FILE ? !upload_named(rq, f->name) : !e->count;
        if (f->required && absent)
            refuse(rq, i, "%s「%s」", f->kind == FIELD_FILE || f->kind == FIELD_DICT ? "请选择" : "请填写", f->label);
        /* an address with a bad number in its path names nothing */
        if (e->error && strcmp(f->name, "id") == 0 && strstr(rq->route->path, "{id}"))
            fail(&rq->work, FAIL_MISSING, "%s", "");
    }
    const char *key = pairs_get(&rq->io->given, "key");        /* idempotency key of the form, if it had one */
    if (key && strlen(key) >= 16 && strlen(key) <= 80 && code_like(key))
        rq->work.idempotency = key;
}

bool form_wrong(const struct request *rq)
{
    return rq->values && rq->values->errors > 0;
}

/* Page.Errors.N.{Field,Text}, Page.Values.<field>: what the redrawn form shows. Passwords are not echoed. */
void form_to_page(struct request *rq)
{
    const struct form_values *values = rq->values;
    size_t shown = 0;
    if (!values || !rq->page)
        return;
    for (size_t i = 0; i < values->form->count; i++) {
        const struct field *f = &values->form->fields[i];
        const struct entry *e = &values->entries[i];
        char name[120];
        if (e->error) {
            snprintf(name, sizeof name, "Errors.%zu.Field", shown);
            view_set(rq->page, name, f->name);
            snprintf(name, sizeof name, "Errors.%zu.Text", shown++);
            view_set(rq->page, name, e->error);
            snprintf(name, sizeof name, "Error.%s", f->name);
            view_set(rq->page, name, e->error);
        }
        if (f->kind == FIELD_PASSWORD || !e->count)
            continue;
        snprintf(name, sizeof name, "Values.%s", f->name);
        view_set(rq->page, name, e->text[0]);
        for (size_t at = 0; f->many && at < e->count; at++) {
            snprintf(name, sizeof name, "Values.%s.%zu", f->name, at);
            view_set(rq->page, name, e->text[at]);
        }
    }
}

void form_refuse_plain(struct request *rq)
{
    const struct form_values *values = rq->values;
    for (size_t i = 0; i < values->form->count; i++)
        if (values->entries[i].error)
            fail(&rq->work, rq->method == GET ? FAIL_MALFORMED : FAIL_INVALID, "%s。", values->entries[i].error);
    abort();
}

/* --- typed reading -------------------------------------------------------------------------------------- */

static const struct entry *entry_of(struct request *rq, const char *name)
{
    const struct form *form = rq->values ? rq->values->form : NULL;
    for (size_t i = 0; form && i < form->count; i++)
        if (strcmp(form->fields[i].name, name) == 0)
            return &rq->values->entries[i];
    fail_ours(&rq->work, "field %s is not declared for %s", name, rq->route->path);
}

bool form_has(struct request *rq, const char *field)      { return entry_of(rq, field)->count > 0; }
size_t form_count(struct request *rq, const char *field)  { return entry_of(rq, field)->count; }

int64_t form_int(struct request *rq, const char *field)
{
    const struct entry *e = entry_of(rq, field);
    return e->count ? e->integer[0] : 0;
}

double form_real(struct request *rq, const char *field)
{
    const struct entry *e = entry_of(rq, field);
    return e->count ? e->real[0] : 0;
}

const char *form_text(struct request *rq, const char *field)
{
    const struct entry *e = entry_of(rq, field);
    return e->count ? e->text[0] : "";
}

const char *form_text_at(struct request *rq, const char *field, size_t i)
{
    const struct entry *e = entry_of(rq, field);
    return i < e->count ? e->text[i] : "";
}

int64_t form_int_at(struct request *rq, const char *field, size_t i)
{
    const struct entry *e = entry_of(rq, field);
    return i < e->count ? e->integer[i] : 0;
}

const struct upload *form_file(struct request *rq, const char *field)
{
    (void)entry_of(rq, field);
    return upload_named(rq, field);
}

void form_error(struct request *rq, const char *field, const char *text, ...)
{
    va_list args;
    const struct entry *e = entry_of(rq, field);
    va_start(args, text);
    refuse(rq, (size_t)(e - rq->values->entries), "%s", arena_vprintf(rq->work.arena, text, args));
    va_end(args);
}

void form_refuse(struct request *rq)
{
    if (!rq->route->redraw)
        form_refuse_plain(rq);
    rq->io->answer.status = 422;
    form_to_page(rq);
    rq->route->redraw(rq);
    fail_ours(&rq->work, "redraw of %s did not end with page()", rq->route->path);
}
