/* labels: QR codes to stick on stations and facilities: a picture of one, a sheet of many (A4, 3 × 8, printed by the browser). */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "archives.h"
#include "core/text.h"
#include "domain/label.h"
#include "draw/label.h"
#include "draw/qr.h"
#include "list/list.h"

static const char *address_of(struct request *rq, enum label_of of, const struct label_row *row)
{
    return arena_printf(rq->work.arena, "%s%s", public_address(rq), label_path(&rq->work, of, row));
}

static void picture(struct request *rq, enum label_of of)
{
    struct label_row row;
    size_t size;
    if (!label_read(&rq->work, of, form_int(rq, "id"), &row))
        fail(&rq->work, FAIL_MISSING, "没有这份档案，或者档案还没有填写编码。");
    const struct label label = { address_of(rq, of, &row), *row.name ? row.name : row.code, row.code, row.station,
                                 row.operator_name, row.hotline };
    void *png = label_png(rq->work.arena, &label, &size);
    if (!png)
        fail_ours(&rq->work, "label could not be drawn");
    header_add(rq, "Content-Disposition", "inline; filename=\"label.png\"");
    answer(rq, 200, "image/png", png, size);
}

void station_label(struct request *rq)   { picture(rq, LABEL_STATION); }
void equipment_label(struct request *rq) { picture(rq, LABEL_EQUIPMENT); }

/* --- sheets -------------------------------------------------------------------------------------------------------- */

static void selected(struct request *rq, const char *list, const char *kind)
{
    size_t count;
    const char *const *ids = list_selected(rq, list, &count);
    const char *all = "";
    if (count > LABELS_MOST)
        fail(&rq->work, FAIL_INVALID, "一次最多打印 %d 张标签，当前选择 %zu 项，请减少后重试。", LABELS_MOST, count);
    for (size_t i = 0; i < count; i++)
        all = i ? arena_printf(rq->work.arena, "%s,%" PRId64, all, (int64_t)strtoll(ids[i], NULL, 10))
                : arena_printf(rq->work.arena, "%" PRId64, (int64_t)strtoll(ids[i], NULL, 10));
    redirect(rq, "/archives/labels?kind=%s&ids=%s", kind, all);
}

void station_labels(struct request *rq)   { selected(rq, "station_record", "station"); }
void equipment_labels(struct request *rq) { selected(rq, "equipment_record", "equipment"); }

static void label_to_page(struct request *rq, enum label_of of, const struct label_row *row, HDF *node)
{
    const char *address = address_of(rq, of, row);
    int side = 0;
    view_set(node, "Path", qr_path(rq->work.arena, address, &side));
    view_set_int(node, "Side", side);
    view_set(node, "Name", *row->name ? row->name : row->code);
    view_set(node, "Code", row->code);
    view_set(node, "Station", *row->station ? row->station : NULL);
    view_set(node, "Operator", row->operator_name);
    view_set(node, "Hotline", *row->hotline ? row->hotline : NULL);
}

void labels_sheet(struct request *rq)
{
    bool station = strcmp(form_text(rq, "kind"), "equipment") != 0;
    enum label_of of = station ? LABEL_STATION : LABEL_EQUIPMENT;
    char *rest = arena_copy(rq->work.arena, form_text(rq, "ids")), *word;
    size_t shown = 0, asked = 0;
    while (rest && (word = strsep(&rest, ","))) {
        struct label_row row;
        int64_t id;
        if (!text_to_int(word, 1, INT64_MAX, &id))
            continue;
        if (++asked > LABELS_MOST)
            fail(&rq->work, FAIL_MALFORMED, "一次最多打印 %d 张标签。", LABELS_MOST);
        if (label_read(&rq->work, of, id, &row))
            label_to_page(rq, of, &row, view_node(rq->page, arena_printf(rq->work.arena, "Labels.%zu", shown++)));
    }
    view_set(rq->page, "Title", "打印二维码标签");
    view_set(rq->page, "Back", station ? "/archives/stations" : "/archives/equipment");
    view_set_int(rq->page, "Count", (int64_t)shown);
    view_set_int(rq->page, "Sheets", (int64_t)(shown + 23) / 24);
    if (asked > shown)
        view_set_int(rq->page, "Missing", (int64_t)(asked - shown));
    page(rq, "archives/labels.cst");
}
