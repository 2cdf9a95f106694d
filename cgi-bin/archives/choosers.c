/* choosers: which station and which report a facility belongs to, out of thousands. The form lists the newest and whatever is
 * chosen; its search field (find=, schema/forms/README.md) narrows the list: by JSON while somebody types, by the form's own
 * 「查找」 without scripts. The company's own alone. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "archives.h"
#include "domain/report.h"
#include "domain/station_record.h"

enum { OPTIONS_MOST = 100 };

static void fill(struct request *rq, const struct form_values *values, const char *field, HDF *options,
                 bool (*list)(struct work *work, const char *sought, int64_t with, int most, HDF *node))
{
    const char *sought = form_sought(rq, field);
    bool more = list(&rq->work, sought, strtoll(values_text(values, field), NULL, 10), OPTIONS_MOST, options);   /* a draft has text alone */
    select_fill(rq, field, options, more ? arena_printf(rq->work.arena, "%s前 %d 项，可输入名称或编码查找", *sought ? "列出符合条件的" : "列出最近录入的", OPTIONS_MOST) : NULL);
}

void choosers_fill(struct request *rq, const struct form_values *values)
{
    fill(rq, values, "station_record_id", view_node(rq->page, "Stations"), station_record_options);
    fill(rq, values, "report_id", view_node(rq->page, "Reports"), report_options);
}

/* [["12","香洲一站（ST0001）"], …], the newest first */
static _Noreturn void answer_options(struct request *rq, HDF *options)
{
    json_t *all = json_array();
    for (HDF *o = hdf_obj_child(options); o; o = hdf_obj_next(o))
        json_array_append_new(all, json_pack("[s, s]", view_get(o, "Value"), view_get(o, "Label")));
    char *text = json_dumps(all, JSON_COMPACT);
    json_decref(all);
    const char *body = arena_copy(rq->work.arena, text ? text : "[]");
    free(text);
    header_add(rq, "Cache-Control", "private, no-store");
    answer(rq, 200, "application/json; charset=utf-8", body, strlen(body));
}

void station_options(struct request *rq)
{
    HDF *options = view_node(rq->page, "Options");
    station_record_options(&rq->work, form_text(rq, "q"), 0, OPTIONS_MOST, options);
    answer_options(rq, options);
}

void reports_options(struct request *rq)
{
    HDF *options = view_node(rq->page, "Options");
    report_options(&rq->work, form_text(rq, "q"), 0, OPTIONS_MOST, options);
    answer_options(rq, options);
}
