/* form: one declaration, schema/forms/<name>.hdf, gives the page, the checks with their messages, drafts, storing,
 * the detail view and (later) the spreadsheet. What a declaration may say stands in schema/forms/README.md.
 *
 *     form  { table = operator_contact \n drafts = 1 }
 *     fields {
 *       operator_id [kind=given, scope]                                = 运营商
 *       name        [kind=line, max=40, required]                      = 姓名
 *       phone       [kind=line, check=mobile, required]                = 手机号码
 *       paper       [kind=line, check=resident-id, sealed, mask=id]    = 身份证号
 *     }
 *
 * A page:    form_show(rq, "contact", NULL, "/account/contacts"); page(rq, "account/contact-edit.cst");
 *            the template includes parts/form.cst and says call:form_draw(Page.Form, "保存").
 * A handler: contact_save(work, rq->values) → values_give(values, "operator_id", I(…)); form_store(work, values, 0);
 *            form_done(rq); redirect(…). Domain functions take the work and the values, never the request.
 *
 * This header is for lib/domain too; what needs a request stands in web/web.h. */
#ifndef WEB_FORM_H
#define WEB_FORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <util/neo_misc.h>
#include <util/neo_hdf.h>

#include "core/db.h"
#include "core/place.h"
#include "core/work.h"
#include "web/upload.h"

struct form;
struct form_values;

/* --- declarations ------------------------------------------------------------------------------------------ */

/* From a program's start: reads schema/forms/<name>.hdf unless a route already did. A mistake stops the start. */
const struct form *form_open(const char *name);
/* At any time afterwards; fails as our mistake when nobody opened it. */
const struct form *form_find(struct work *work, const char *name);
/* Ends the start of a program without routes (jobs, tools): every check= of the forms opened must be registered by now. */
void forms_tie(void);
/* For engines that make a form from their own declaration ("list:job"): `fields` are the nodes of a fields { } block
 * and stay for the life of the process. From program.start only. */
void form_register(const char *name, HDF *fields);

/* --- values: typed, by the names of the declaration. A name that is not declared is our mistake -------------- */

/* Empty values, for imports, tools and tests: values_put() each field as a person writes it, then values_check(). */
struct form_values *values_new(struct work *work, const struct form *form);
void        values_put(struct form_values *values, const char *field, const char *text);
/* Checks everything (drafts: types alone). False: values_reasons() says what. May ask the database (divisions). */
bool        values_check(struct form_values *values, bool draft);
void        values_reasons(const struct form_values *values, HDF *node);    /* node.N.{Field, Text} */

bool        values_has(const struct form_values *values, const char *field);      /* given and not empty */
const char *values_text(const struct form_values *values, const char *field);     /* "" when absent, never NULL */
int64_t     values_int(const struct form_values *values, const char *field);      /* 0 when absent; money: fen */
double      values_real(const struct form_values *values, const char *field);
size_t      values_count(const struct form_values *values, const char *field);    /* of many, files, rows */
const char *values_text_at(const struct form_values *values, const char *field, size_t i);
int64_t     values_int_at(const struct form_values *values, const char *field, size_t i);   /* files: the file's id */
struct form_values *values_row(const struct form_values *values, const char *field, size_t i);   /* of kind=rows */
struct form_values *values_row_more(struct form_values *values, const char *field);              /* one more, empty */
const char *values_label(const struct form_values *values, const char *field);
/* kind=place: false when absent or unreadable. values_put() takes "113.55,22.22" (GCJ-02 unless it says another datum);
 * a sheet with three columns: longitude, latitude, datum (code, label or usual name; "": GCJ-02). */
bool        values_place(const struct form_values *values, const char *field, struct place *place);
void        values_put_place(struct form_values *values, const char *field, const char *lng, const char *lat, const char *datum);
int64_t     values_id(const struct form_values *values);                          /* of the loaded record; 0: none */
/* As text and back: what a registration looked like when it was filed. Without passwords and given fields; sealed ones
 * are only marked as there. What does not parse leaves the values as they are. */
char       *values_to_json(const struct form_values *values);
void        values_from_json(struct form_values *values, const char *json, int not_step);  /* leaves that step; 0: none */
/* A field of kind=given: what the domain adds to what the visitor typed (its operator, the state). */
void        values_give(struct form_values *values, const char *field, struct value value);
/* A finding of the domain (login taken …). The handler then calls form_refuse(rq), or form_refuse_wrong(rq). */
void        values_error(struct form_values *values, const char *field, const char *text, ...)
                __attribute__((format(printf, 3, 4)));
bool        values_wrong(const struct form_values *values);
/* Of a form with `revision`: the page it came from was made of another revision than `stored`; storing it would undo what
 * somebody else saved meanwhile. Never of values that came from no page (imports, a version that is brought back). */
bool        values_stale(const struct form_values *values, int64_t stored);
bool        values_of_page(const struct form_values *values);
/* Somebody was faster: form_refuse(rq) draws the form again (409) with these words and what was typed. The form then carries
 * revision `carries` (0: the one it had), so that whoever sends it again has read the words and takes over. */
void        values_conflict(struct form_values *values, int64_t carries, const char *format, ...)
                __attribute__((format(printf, 3, 4)));

/* --- records: statements composed once at start from the checked declaration ---------------------------------- */

/* id 0: INSERT, else UPDATE of that record (and of the operator … in `scope` fields). Rows go to their own table,
 * files are tied to (table, id, field), sealed columns are encrypted. Returns the id. Ends the work with 404 when the
 * record is not there or not in scope. `values` have been checked. */
int64_t     form_store(struct work *work, struct form_values *values, int64_t id);
/* The record's values, or NULL: absent, or outside `scope` (one value a scope field, or none at all when the caller has
 * proved the access otherwise). Sealed fields hold their masked text. */
#define     form_load(work, form, id, ...) form_load_values(work, form, id, DB_VALUES(__VA_ARGS__))
struct form_values *form_load_values(struct work *work, const char *form, int64_t id, const struct value *scope,
                                     size_t count);
/* The full text of a sealed field. The caller notes the trail. */
const char *form_reveal(struct work *work, const char *form, int64_t id, const char *field);
/* Is a stored (draft) record complete? Else node.N.{Field, Text}: what a flow's guard says. */
bool        form_complete(struct work *work, const char *form, int64_t id, HDF *node);

/* Detail view: node.N.{Title, Facts.M.{Label, Value, Href, Before, Changed}, Tables.K.{Caption, Columns, Rows}}, N a
 * group. `before` (or NULL): an earlier version, what changed is marked. Drawn by form_facts(node) in parts/form.cst. */
void        form_view(struct work *work, const struct form_values *values, const struct form_values *before, HDF *node);
/* What changed alone: node.N.{Field, Label, Kind (changed, added, removed, replaced), Before, Now, Href}, single fields, files
 * by what was uploaded, rows by their first column. `before` is of the same form. Returns how many. */
int         values_diff(struct work *work, const struct form_values *now, const struct form_values *before, HDF *node);
/* Masked for lists and pages: how is "mobile", "id", "name" or "bank". */
char       *text_masked(struct arena *arena, const char *how, const char *text);

/* --- once: a double submission makes one record ------------------------------------------------------------- */

/* fn's result (an id, a path; at most 400 bytes) is kept under the submission's key (work->idempotency) in the same
 * transaction; the same key again returns it without running fn. NULL key: fn runs. Another account's key: 409.
 * fn returns NULL when it refuses (values_error(), values_conflict()): everything it wrote is undone with the key, and NULL
 * comes back. fn must not draw the form itself: page() lands as a success, and the caller's form_refuse() comes after. */
const char *submission_once(struct work *work, const char *key, const char *(*fn)(struct work *work, void *arg),
                            void *arg);
void        submissions_purge(struct work *work);     /* older than 30 days; by the daily job */
void        form_drafts_purge(struct work *work);     /* past their time */

/* --- what the engine must ask of nouns: registered from a program's start (lib/domain/checks.c does) ------------ */

struct form_checked {
    struct work              *work;
    const struct form_values *values;
    const char               *label, *text;      /* of the field; text is normal and not empty */
    const char               *arg;               /* "today" in not-after=today; "" none */
};

struct form_check {
    const char *name;
    char       *(*normal)(struct arena *arena, const char *text);   /* applied first; NULL: as every line */
    const char *(*wrong)(const struct form_checked *checked);       /* NULL: good; else what is wrong and how to mend it */
    const char *type;                            /* of the input: "tel", "email" …; NULL: text */
    const char *inputmode;                       /* "numeric" …; NULL: none */
    size_t      longest;                         /* characters; 0: no hint */
};
void form_check_register(const struct form_check *check);           /* stays for the life of the process */

struct form_divisions {
    const char *(*path)(struct work *work, const char *code);                 /* 「广东省珠海市香洲区」; "" unknown */
    int         (*children)(struct work *work, const char *parent, HDF *node);/* node.N.{code, name}; "" the provinces */
    const char *(*parent)(struct work *work, const char *code);               /* "" of a province; NULL unknown */
    int         (*level)(struct work *work, const char *code);                /* 1 province … 4 town; 0 unknown */
};
void form_divisions_register(const struct form_divisions *divisions);

enum { FORM_ACCEPT_IMAGE = 1, FORM_ACCEPT_PDF = 2, FORM_ACCEPT_XLSX = 4 };    /* the same bits as domain/file.h */
struct form_files {
    const char *(*take)(struct work *work, const struct upload *upload, unsigned accept, int64_t *id);
    void        (*link)(struct work *work, const char *record, int64_t record_id, const char *field, const int64_t *ids,
                        size_t count);
    void        (*caption)(struct work *work, const char *record, int64_t record_id, const char *field, int64_t id,
                           const char *text);
    int         (*list)(struct work *work, const char *record, int64_t record_id, const char *field, HDF *node);
    void        (*keep)(struct work *work, int64_t id, int days);    /* a draft of so many days names it; NULL: nobody sweeps */
};
void form_files_register(const struct form_files *files);

/* The version in force of the agreement a field names with of=; "0": none is published. */
void form_agreements_register(const char *(*version)(struct work *work, const char *kind));
struct form_places {
    /* What makes a position doubtful, in words for a notice; NULL: nothing. `division`: of the form's division field, "" */
    const char *(*doubt)(struct work *work, struct point gcj, const char *division);
    /* Where the map beside an empty field looks (WGS-84) */
    struct point (*home)(void);
};
void form_places_register(const struct form_places *places);

#endif
