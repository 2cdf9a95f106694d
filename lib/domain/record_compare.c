/* record_compare: see the header. No SQL, no work: what is compared comes in, what came of it goes out. */
#include "domain/record_compare.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/config.h"
#include "core/dict.h"
#include "core/geo.h"
#include "core/text.h"

enum { FIELDS = 40 };
enum kind { KIND_TEXT, KIND_CODE, KIND_PHONE, KIND_DICT, KIND_NUMBER, KIND_DATE, KIND_DIVISION, KIND_PLACE, KINDS };
static const char *const kind_names[KINDS] = { "text", "code", "phone", "dict", "number", "date", "division", "place" };
static const char *const what_names[COMPARE_COUNT] = { "station", "equipment", "connector" };

struct compare_field {
    const char *name, *pushed, *label, *dict, *unit, *unknown;
    enum kind   kind;
    double      tolerance;          /* metres of a place */
    bool        decides;            /* a difference fails the check of the interconnection (Z12.3) */
};

static struct compare_field fields[COMPARE_COUNT][FIELDS];
static size_t               field_counts[COMPARE_COUNT];

const char *compare_words(enum compare_verdict verdict)
{
    static const char *const words[] = { "一致", "不一致", "平台未推送", "档案未填写" };
    return words[verdict];
}

const char *compare_tone(enum compare_verdict verdict)
{
    static const char *const tones[] = { "good", "bad", "wait", "" };
    return tones[verdict];
}

void record_compared_add(struct record_compared *sum, struct record_compared more)
{
    for (int i = 0; i < COMPARE_VERDICTS; i++)
        sum->of[i] += more.of[i];
}

/* --- the declaration --------------------------------------------------------------------------------------------- */

static _Noreturn void stop(const char *field, const char *what)
{
    fprintf(stderr, "schema/record-compare.hdf: %s: %s\n", field, what);
    exit(1);
}

static const char *attribute(HDF *node, const char *name)
{
    for (HDF_ATTR *a = hdf_obj_attr(node); a; a = a->next)
        if (strcmp(a->key, name) == 0)
            return a->value;
    return NULL;
}

static enum kind kind_read(HDF *node)
{
    const char *kind = attribute(node, "kind");
    for (int k = 0; kind && k < KINDS; k++)
        if (strcmp(kind, kind_names[k]) == 0)
            return (enum kind)k;
    stop(hdf_obj_name(node), "kind= is none of those");
}

static void field_read(enum compare_what what, HDF *node)
{
    if (field_counts[what] == FIELDS)
        stop(what_names[what], "too many fields");
    struct compare_field *f = &fields[what][field_counts[what]++];
    f->name = hdf_obj_name(node);
    f->label = hdf_obj_value(node);
    f->kind = kind_read(node);
    f->pushed = attribute(node, "pushed") ? attribute(node, "pushed") : f->name;
    f->dict = attribute(node, "dict");
    f->unit = attribute(node, "unit") ? attribute(node, "unit") : "";
    f->unknown = attribute(node, "unknown");
    f->decides = attribute(node, "decides");
    const char *near = attribute(node, f->kind == KIND_PLACE ? "metres" : "tolerance");
    if (!f->label || !*f->label)
        stop(f->name, "has no label");
    if ((f->kind == KIND_DICT) != (f->dict && dict_find(f->dict)))
        stop(f->name, "kind=dict and a known dict= go together");
    if ((f->kind == KIND_NUMBER || f->kind == KIND_PLACE) && (!near || !text_to_real(near, 0, 100000, &f->tolerance)))
        stop(f->name, "needs tolerance= (metres= of a place)");
}

void record_compare_load(void)
{
    static HDF *tree;               /* its strings are kept */
    if (tree)
        return;
    if (hdf_init(&tree))
        abort();
    NEOERR *error = hdf_read_file(tree, path_in_root("schema/record-compare.hdf"));
    if (error) {
        nerr_log_error(error);
        stop("file", "cannot be read");
    }
    for (int w = 0; w < COMPARE_COUNT; w++) {
        for (HDF *node = hdf_get_child(tree, what_names[w]); node; node = hdf_obj_next(node))
            field_read((enum compare_what)w, node);
        if (!field_counts[w])
            stop(what_names[w], "has no field");
    }
}

/* --- one field ------------------------------------------------------------------------------------------------------ */

static const char *value_of(HDF *row, const char *name)
{
    return row ? hdf_get_value(row, name, "") : "";
}

/* What a platform means by "not known": nothing, or the number declared. 0 and 0.0 are one. */
static bool known(const struct compare_field *f, const char *value)
{
    double number, unknown;
    if (!*value)
        return false;
    return !f->unknown || !text_to_real(value, -1e12, 1e12, &number) || !text_to_real(f->unknown, -1e12, 1e12, &unknown) || number != unknown;
}

/* Digits alone; +86 before them is left out. */
static const char *digits(struct arena *arena, const char *text)
{
    char *out = arena_copy(arena, text), *at = out;
    if (text_has_prefix(text, "+86"))
        text += 3;
    for (; *text; text++)
        if (*text >= '0' && *text <= '9')
            *at++ = *text;
    *at = '\0';
    return out;
}

static const char *without_blanks(struct arena *arena, const char *text)
{
    char *out = text_folded(arena, text), *at = out;
    for (const char *c = out; *c; c++)
        if (*c != ' ')
            *at++ = *c;
    *at = '\0';
    return out;
}

static bool number_near(const char *a, const char *b, double tolerance)
{
    double left, right;
    return text_to_real(a, -1e12, 1e12, &left) && text_to_real(b, -1e12, 1e12, &right) && fabs(left - right) <= tolerance + 1e-9;
}

/* "440402" and "440400": trailing zeros say nothing. */
static bool division_fits(const char *a, const char *b)
{
    size_t left = strlen(a), right = strlen(b);
    while (left > 2 && left % 2 == 0 && strncmp(a + left - 2, "00", 2) == 0)
        left -= 2;
    while (right > 2 && right % 2 == 0 && strncmp(b + right - 2, "00", 2) == 0)
        right -= 2;
    return strncmp(a, b, left < right ? left : right) == 0;
}

static bool same(struct arena *arena, const struct compare_field *f, const char *a, const char *b)
{
    switch (f->kind) {
    case KIND_NUMBER:   return number_near(a, b, f->tolerance);
    case KIND_PHONE:    return strcmp(digits(arena, a), digits(arena, b)) == 0;
    case KIND_DATE:     return strncmp(a, b, 10) == 0;
    case KIND_DIVISION: return division_fits(a, b);
    case KIND_DICT:     return strcmp(a, b) == 0;
    case KIND_TEXT: case KIND_CODE:
        return strcmp(without_blanks(arena, a), without_blanks(arena, b)) == 0;
    case KIND_PLACE: case KINDS: break;
    }
    return false;
}

static struct point point_of(HDF *row)
{
    return (struct point){ atof(value_of(row, "lng")), atof(value_of(row, "lat")) };
}

static const char *shown(struct arena *arena, const struct compare_field *f, HDF *row, const char *name)
{
    const char *value = value_of(row, name);
    double number;
    if (f->kind == KIND_PLACE)
        return *value_of(row, "lng") ? arena_printf(arena, "%s, %s", value_of(row, "lng"), value_of(row, "lat")) : "";
    if (f->kind == KIND_DICT && *value)
        return *dict_label(f->dict, value) ? dict_label(f->dict, value) : value;
    if (f->kind == KIND_NUMBER && text_to_real(value, -1e12, 1e12, &number))
        return arena_printf(arena, "%.10g %s", number, f->unit);
    if (f->kind == KIND_DATE)
        return arena_copy_n(arena, value, strlen(value) < 10 ? strlen(value) : 10);
    return value;
}

static const char *tolerance_words(struct arena *arena, const struct compare_field *f, double apart)
{
    if (f->kind == KIND_PLACE)
        return apart < 0 ? arena_printf(arena, "相距不超过 %.0f 米视为一致", f->tolerance)
                         : arena_printf(arena, "相距 %.0f 米，不超过 %.0f 米视为一致", apart, f->tolerance);
    if (f->kind == KIND_NUMBER && f->tolerance > 0)
        return arena_printf(arena, "相差不超过 %.10g %s视为一致", f->tolerance, f->unit);
    return NULL;
}

static enum compare_verdict judge(struct arena *arena, const struct compare_field *f, HDF *declared, HDF *pushed, double *apart)
{
    const char *column = f->kind == KIND_PLACE ? "lng" : f->name, *other = f->kind == KIND_PLACE ? "lng" : f->pushed;
    const char *says = value_of(declared, column), *pushes = value_of(pushed, other);
    *apart = -1;
    if (!known(f, pushes))
        return COMPARE_UNPUSHED;
    if (!known(f, says))
        return COMPARE_BLANK;
    if (f->kind != KIND_PLACE)
        return same(arena, f, says, pushes) ? COMPARE_SAME : COMPARE_DIFFERS;
    *apart = geo_distance(point_of(declared), point_of(pushed));
    return *apart <= f->tolerance ? COMPARE_SAME : COMPARE_DIFFERS;
}

/* --- a row ------------------------------------------------------------------------------------------------------------ */

static void row_add(struct arena *arena, HDF *rows, int n, const char *name, const char *value)
{
    if (value && *value && hdf_set_value(rows, arena_printf(arena, "%d.%s", n, name), value))
        abort();                    /* out of memory */
}

struct record_compared record_compare(struct arena *arena, enum compare_what what, HDF *declared, HDF *pushed, HDF *rows)
{
    struct record_compared sum = { { 0 } };
    int n = 0;
    for (HDF *row = hdf_obj_child(rows); row; row = hdf_obj_next(row))
        n++;
    for (size_t i = 0; i < field_counts[what]; i++) {
        const struct compare_field *f = &fields[what][i];
        double apart;
        enum compare_verdict verdict = judge(arena, f, declared, pushed, &apart);
        sum.of[verdict]++;
        if (!rows)
            continue;
        row_add(arena, rows, n, "Field", f->name);
        row_add(arena, rows, n, "Label", f->label);
        row_add(arena, rows, n, "Declared", shown(arena, f, declared, f->name));
        row_add(arena, rows, n, "Pushed", shown(arena, f, pushed, f->pushed));
        row_add(arena, rows, n, "Verdict", arena_printf(arena, "%d", verdict));
        row_add(arena, rows, n, "Words", compare_words(verdict));
        row_add(arena, rows, n, "Kind", compare_tone(verdict));
        row_add(arena, rows, n, "Decides", f->decides ? "1" : NULL);
        row_add(arena, rows, n, "Tolerance", tolerance_words(arena, f, apart));
        n++;
    }
    return sum;
}
