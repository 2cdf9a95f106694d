/* list_declared: private to lib/list. A declaration as it was read and checked; lives as long as the process. */
#ifndef LIST_DECLARED_H
#define LIST_DECLARED_H

#include "core/dict.h"
#include "list/list.h"

enum { LIST_COLUMNS = 40, LIST_FILTERS = 24, LIST_JOINS = 6, LIST_FIXED = 8, LIST_FIGURES = 4, LIST_ACTIONS = 12,
       LIST_SEARCHED = 4, LIST_MANY = 64 };

enum cell_kind { CELL_TEXT, CELL_INT, CELL_NUMBER, CELL_MONEY, CELL_TIME, CELL_DATE, CELL_AGE, CELL_DICT, CELL_STATE,
                 CELL_BOOL, CELL_KIND_COUNT };
enum filter_kind { FILTER_PREFIX, FILTER_CONTAINS, FILTER_WORDS, FILTER_DICT, FILTER_EXACT, FILTER_DIVISION,
                   FILTER_DATES, FILTER_NUMBERS, FILTER_BOOL, FILTER_KIND_COUNT };

struct source {                    /* `table`.`column`, and the joins it needs */
    const char *sql;
    unsigned    joins;             /* bits of list.joins */
};

struct list_join {
    const char *alias, *sql;       /* " LEFT JOIN `operator` AS `operator` ON …" */
    bool        inner;             /* changes which rows there are: never left out */
    unsigned    needs;
};

struct list_column {
    const char    *name, *label;
    enum cell_kind kind;
    struct source  from;
    const char    *dict;           /* name; NULL: none */
    const char    *link;           /* "/news/{id}"; NULL: none */
    const char    *tone;           /* "failed:bad,done:good" */
    const char    *empty;          /* what stands for NULL */
    size_t         cut;            /* characters shown; 0: all */
    bool           sortable, numeric, hidden;
};

struct list_filter {
    const char       *name, *label, *hint, *width;
    enum filter_kind  kind;
    struct source     from[LIST_SEARCHED];
    size_t            sources;
    const struct dict *dict;
    bool              many;
    size_t            limit;
};

struct list_fixed {
    const char *sql;               /* "`a`.`b` = ?", "… IS NULL", "… <= NOW(3)" */
    const char *value;             /* NULL: nothing to bind */
};

struct list_figure {
    const char         *column, *total;       /* total: label of the sum, NULL: none */
    struct source       from;
    const struct dict  *dict;
    const char         *filter;    /* the filter a tile leads to; NULL: none */
    const char         *chart;     /* title of a small chart of bars instead of tiles; NULL: tiles */
};

struct list_action {
    const char     *name, *label, *path, *confirm;
    enum capability capability;
    bool            post;
    const char     *seen;          /* column whose value the button sends along as `seen_at`; NULL: none */
    const char     *when_column;   /* NULL: always */
    const char     *when_values;   /* "failed|waiting" */
};

struct list {
    const char *name, *title, *path, *from_sql, *order, *csv, *xlsx, *unit;
    const char *empty_title, *empty_text;
    const char *key_sql, *table;
    const struct list_column *key;
    bool        growing;
    bool        ordered;       /* an index holds the scope's division column and the figures' columns, in their order */
    size_t      page_size, bulk_limit;
    int64_t     count_limit, export_limit;

    bool            scope_public;
    struct source   scope_operator, scope_division, scope_division_also;   /* sql NULL: not declared */
    const char     *scope_division_use;                  /* "EXISTS (SELECT … LIKE ?)"; NULL: not declared */
    enum capability scope_capability;                    /* CAP_UNDECIDED: not declared */

    struct list_join   joins[LIST_JOINS];
    struct list_column columns[LIST_COLUMNS];
    struct list_filter filters[LIST_FILTERS];
    struct list_fixed  fixed[LIST_FIXED];
    struct list_figure figures[LIST_FIGURES];
    struct list_action actions[LIST_ACTIONS], bulk[LIST_ACTIONS];
    size_t join_count, column_count, filter_count, fixed_count, figure_count, action_count, bulk_count;
    struct list *next;
};

const struct list        *list_named(struct work *work, const char *name);
const struct list_column *list_column(const struct list *list, const char *name);       /* NULL: no such */

/* list_form.c: registers "list:<name>" with lib/web; `memory` lives as long as the process. */
void list_form_register(const struct list *list, HDF *tree, struct arena *memory);

/* list_search.c: one request's search. Text grows from pieces of the declaration only. */
struct search {
    const struct list *list;
    struct request    *rq;
    char              *where;      /* " WHERE …", scope and fixed conditions included */
    unsigned           joins;      /* used by it */
    struct value       values[300];
    size_t             count;
    bool               filtered;   /* somebody asked for less than everything */
    bool               nothing;    /* the actor has no place in the scope */
    const struct list_column *sort;
    bool               descending;
};

void        search_read(struct search *search, struct request *rq, const struct list *list);
/* The scope and the fixed conditions alone: what the figures above a list count. */
void        search_scope(struct search *search, struct request *rq, const struct list *list);
void        search_bind(struct search *search, struct value value);
const char *search_from(struct search *search, unsigned joins);          /* " FROM … JOIN …" */
const char *search_columns(struct search *search);                       /* "`t`.`id` AS `id`, …" */
unsigned    search_column_joins(const struct list *list);
const char *search_order(struct search *search, bool reversed);          /* " ORDER BY …" */
/* list_count.c: total of the search, exact up to `bound`; bound + 1 means more. bound 0: exact. */
int64_t     search_count(struct search *search, int64_t bound);
/* The address of this search: "/admin/jobs?state=failed&sort=-id&", ready for another parameter. */
const char *search_address(struct search *search, const char *path, bool with_sort);

/* list_rows.c: one page of a search, by key or by number. */
struct rows {
    HDF        *raw;               /* raw.0.<column>, as the database gave them */
    int         count;
    int64_t     total;             /* of the search */
    bool        more_than;         /* total is a bound: there are more */
    const char *before, *after;    /* cursors of the neighbours; NULL: none */
    int64_t     page, pages;       /* numbered lists */
};

void rows_read(struct search *search, struct rows *rows);

/* list_cell.c */
const char *cell_shown(struct arena *arena, int64_t now, const struct list_column *column, const char *value);
const char *cell_label(const struct list_column *column, const char *value);   /* of dicts and bools; others as they are */
const char *cell_exported(struct arena *arena, const struct list_column *column, const char *value);
const char *cell_tone(struct arena *arena, const struct list_column *column, const char *value);
/* "/news/{id}" with the row's values, encoded for an address. */
const char *path_filled(struct arena *arena, const char *pattern, HDF *row);
char       *url_encode(struct arena *arena, const char *text);
bool        listed(const char *values, const char *value);               /* "a|b" holds "b" */

/* list_export.c: what exports share. Rows of the search, at most export_limit + 1, each as text by column in `cells`
 * before each(cells, arg); returns how many. */
int64_t     export_each(struct search *search, const char **cells, void (*each)(void *row, void *arg), void *arg);
const char *export_excess(struct arena *arena, const struct list *list);  /* the last line when there are more */
char       *export_file(struct work *work);                               /* a fresh file, removed when the work ends */
_Noreturn void export_answer(struct request *rq, const struct list *list, const char *ending, const char *type, const char *path);

/* list_figures.c */
/* Rows in the scope, from a figure that has a total; false: no figure counts them all. */
bool figures_total(struct request *rq, const struct list *list, int64_t *total);
void figures_to_page(struct request *rq, const struct list *list, HDF *node);
void charts_to_page(struct request *rq, const struct list *list, HDF *node);

#endif
