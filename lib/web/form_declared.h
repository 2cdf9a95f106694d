/* form_declared: private to lib/web. A declaration as it was read and proved (for the life of the process), and the
 * values of one form in one work. */
#ifndef WEB_FORM_DECLARED_H
#define WEB_FORM_DECLARED_H

#include "core/dict.h"
#include "core/place.h"
#include "web/form.h"

struct request;

enum field_kind { FIELD_ID, FIELD_INT, FIELD_REAL, FIELD_TEXT, FIELD_LINE, FIELD_CODE, FIELD_PATH, FIELD_DICT,
                  FIELD_BOOL, FIELD_DATE, FIELD_PASSWORD, FIELD_FILE, FIELD_CHOICE, FIELD_MONEY, FIELD_DIVISION,
                  FIELD_FILES, FIELD_ROWS, FIELD_AGREEMENT, FIELD_GIVEN, FIELD_PLACE, FIELD_KIND_COUNT };

enum { FORM_FIELDS = 120, FORM_CHECKS = 4, FORM_STEPS = 9, FORM_ROWS_MOST = 200, DIVISION_LEVELS = 4, PLACE_COLUMNS = 5,
       PLACE_TYPED = 100, REVISION_NONE = -1 };                      /* characters of a position as typed */

struct field_check {
    const char              *name, *arg;
    const struct form_check *check;            /* found when all programs' checks are registered */
};

struct field {
    const char     *name, *label, *hint, *help, *width, *autocomplete, *type, *placeholder, *group, *column, *mask,
                   *within, *unit, *table, *parent, *link, *version, *look, *of, *caption, *example, *find;
    enum field_kind kind;
    bool            required, many, sealed, scope, nullable, transient, half, unique;
    double          low, high;                 /* number, yuan, or characters */
    size_t          limit, at_least, at_most;  /* values of many; files; rows */
    unsigned        accept;
    int64_t         level, step, lines;
    const struct dict *dict;
    HDF            *options;                   /* inline: code = label */
    struct field_check checks[FORM_CHECKS];
    size_t          check_count;
    struct form    *rows;                      /* of kind=rows */
};

struct form_sql {
    const char *insert, *update, *update_scoped, *seal, *select, *select_scoped, *children, *remove;
};

struct form {
    const char  *name, *table, *parent;        /* parent: column of a rows table */
    bool         drafts;
    const char  *revision;                     /* column that counts what was stored; NULL: none */
    const char  *steps[FORM_STEPS + 1];        /* labels, from 1 */
    int          step_count;
    struct field *fields;                      /* `count` of them */
    size_t       count;
    struct form_sql sql;
    struct form *next;
};

struct entry {                      /* the values of one field */
    const char  **text;             /* files: the name shown */
    double       *real;             /* files: bytes */
    int64_t      *integer;          /* files: id; money: fen */
    const char  **path;             /* files of a record: where it is read; NULL: not tied to a record yet */
    const char  **caption;          /* files: what is said below; NULL: nothing */
    struct form_values **rows;
    struct value  given;            /* of kind=given */
    const struct place *place;      /* of kind=place; NULL: cannot be read */
    size_t        count, room;
    const char   *error;
    bool          kept;             /* sealed: the record has a value, `text` is its mask or nothing */
};

struct form_values {
    struct work        *work;
    const struct form  *form;
    struct entry       *entries;
    size_t              errors;
    int64_t             id;         /* of the record; 0: none */
    int64_t             revision;   /* of the record as it was read; 0: not asked, REVISION_NONE: the page did not say */
    const char         *conflict;   /* somebody was faster: who, when; NULL: nobody */
    const char         *prefix;     /* of the parameters: "technicians-3-", else "" */
    const char         *where;      /* before a row's messages: 「专业技术人员第 3 行」, else "" */
    bool                draft;      /* types alone were checked */
    int                 step;       /* of a form with steps: the one typed; 0: all are checked */
    int                 reached;    /* furthest step */
    struct form_memo   *memo;       /* divisions found already, for thousands of rows; NULL: each is asked for */
    const char         *restored;   /* when the draft shown was kept; NULL: none */
};

/* form_read.c */
struct form *form_named(const char *name);                               /* NULL: no such */
void form_register_tree(const char *name, HDF *tree);                    /* a whole file: form { } steps { } fields { } */
_Noreturn void form_stop(const char *form, const char *field, const char *what);
/* form_ports.c */
extern const struct form_divisions *form_divisions;                      /* NULL: not registered */
extern const struct form_files     *form_files;
extern const char *(*form_agreements)(struct work *work, const char *kind);
extern const struct form_places    *form_places;                         /* form_place.c */
const struct form_check *form_check_named(const char *name);
/* form_store.c */
void form_compose(struct form *form);

/* form_values.c */
struct form_values *values_make(struct work *work, const struct form *form, const char *prefix, const char *where);
struct entry *values_entry(const struct form_values *values, const char *field);
size_t        field_index(const struct form *form, const char *name);    /* form->count: no such */
size_t        entry_grow(struct work *work, struct entry *entry);        /* makes room; the index of the new value */
void          entry_add(struct work *work, struct entry *entry, const char *text);
void          entry_clear(struct entry *entry);
struct form_values *values_row_add(struct form_values *values, size_t field);
bool          values_empty(const struct form_values *values);
void          values_refuse(struct form_values *values, size_t field, const char *format, ...)
                  __attribute__((format(printf, 3, 4)));

/* form_value.c: one value of one kind */
void value_take(struct form_values *values, size_t field, const char *given);
void value_check(struct form_values *values, size_t field, size_t at);
bool date_normal(const char *text, char out[11]);                        /* 2026-1-2, 2026年1月2日, 20260102 … */
char *money_text(struct arena *arena, int64_t fen);                      /* "1234.50" */

/* form_place.c: a position */
const char *place_join(struct arena *arena, const char *lng, const char *lat, const char *datum);
void        place_check(struct form_values *values, size_t field);
const char *place_column(size_t n);                                       /* n < PLACE_COLUMNS */
void        place_binds(struct work *work, const struct entry *entry, struct value binds[PLACE_COLUMNS]);
const char *place_stored(struct arena *arena, const char *const part[PLACE_COLUMNS]);
const char *place_shown(struct work *work, const struct entry *entry);
void        place_fact(const struct form_values *values, size_t field, HDF *fact);
void        place_assets(HDF *page);                                     /* scripts and styles of the map beside it */
void        place_to_page(const struct form_values *values, size_t field, HDF *node);

/* form_upload.c: files of a form */
bool        files_turn(struct form_values *values, const char *act);     /* 上移, 下移 */
void        files_captions(struct request *rq, struct form_values *values, size_t field, const char *name);
void        files_to_page(struct request *rq, const struct field *field, const struct entry *entry, HDF *node);
void        file_shown(struct arena *arena, int64_t id, const char *name, bool readable, HDF *node);
const char *file_looks(const char *name);                                /* "picture", "pdf" or "" */

/* form_check.c */
void values_put_at(struct form_values *values, size_t field, const char *text);
/* What is wrong with a division ("" nothing), by field and code: kept for the rows of a sheet. */
struct form_memo { struct form_memo *next; const struct field *field; const char *code, *wrong; struct arena *arena; };
void values_check_types(struct form_values *values);
void values_check_whole(struct form_values *values);                     /* required, bounds, named checks, divisions */
void values_forget_errors(struct form_values *values);
const char *field_version(struct work *work, const struct field *field);    /* the one to be ticked */

/* form_label.c: values as people read them */
const char *field_shown(struct work *work, const struct field *field, const struct entry *entry);
const char *option_label(const struct field *field, const char *code);

/* form_json.c: values as a draft keeps them (no passwords) */
/* values_to_json(), values_from_json(): form.h. A draft also knows which revision of the record it began from. */
void values_from_draft(struct form_values *values, const char *text, int not_step);

/* form_decode.c: what only the transaction can take in: uploads, divisions chosen level by level */
void  form_take_in(struct request *rq);

/* form_draft.c */
bool  draft_load(struct request *rq, struct form_values *values, const char *subject, int not_step);
const char *draft_subject(struct request *rq, const struct form_values *values);
char *draft_holder_mark(struct request *rq, const char *form);          /* hidden field "by" that makes it possible */

/* form_page.c */
void  form_fields_to_page(struct request *rq, const struct form_values *values);
const char *file_holder(struct request *rq);                             /* whose tokens these are */
char *file_token(struct request *rq, const struct entry *entry, size_t at);
/* Reads a token this server gave to this person; false: not one. */
bool  file_token_read(struct request *rq, const char *token, struct entry *entry);

#endif
