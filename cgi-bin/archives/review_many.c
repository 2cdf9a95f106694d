/* review_many: decisions upon many records at once, and 常用意见. */
#include <string.h>

#include "archives.h"
#include "domain/review_phrase.h"
#include "flow/flow.h"

#define PATH "/archives/review"

static const char *const flows[] = { "station-record", "equipment-record" };

/* --- many at once ------------------------------------------------------------------------------------------------------- */

static const char *flow_asked(struct request *rq, const char *flow)
{
    for (size_t i = 0; i < sizeof flows / sizeof *flows; i++)
        if (strcmp(flow, flows[i]) == 0)
            return flows[i];
    fail(&rq->work, FAIL_MALFORMED, "所选档案的编号有误，请返回列表重新勾选。");
}

static _Noreturn void ask(struct request *rq)
{
    for (HDF *batch = hdf_get_child(rq->page, "Batch"); batch; batch = hdf_obj_next(batch))
        review_points(rq, batch);
    review_phrases(&rq->work, view_node(rq->page, "Phrases"));
    view_set(rq->page, "Title", "批量审核");
    page(rq, "archives/review-batch.cst");
}

void review_ask(struct request *rq, const char *flow, struct flow_picks picks)
{
    flow_batch_show(&rq->work, flow, picks, view_node(rq->page, "Batch.0"));
    ask(rq);
}

void review_batch(struct request *rq)
{
    const char *cases[2] = { "", "" };
    int n = 0;
    for (size_t i = 0; i < form_count(rq, "case"); i++) {
        char *rest = arena_copy(rq->work.arena, form_text_at(rq, "case", i)), *flow = strsep(&rest, ".");
        int at = flow_asked(rq, flow) == flows[1];
        cases[at] = arena_printf(rq->work.arena, "%s%s,", cases[at], rest ? rest : "");
    }
    if (!form_count(rq, "case")) {
        form_error(rq, "case", "请先勾选要办理的档案");
        form_refuse(rq);
    }
    for (int i = 0; i < 2; i++)
        if (*cases[i])
            flow_batch_show(&rq->work, flows[i], flow_picks_read(&rq->work, cases[i]), view_node(rq->page, n++ ? "Batch.1" : "Batch.0"));
    ask(rq);
}

/* The same page again, with what was typed and what is wrong with it. */
void review_batch_again(struct request *rq)
{
    review_ask(rq, flow_asked(rq, form_text(rq, "flow")), flow_picks_read(&rq->work, form_text(rq, "cases")));
}

void review_batch_take(struct request *rq)
{
    const char *wrong;
    const struct flow_move move = { .flow = flow_asked(rq, form_text(rq, "flow")), .action = form_text(rq, "action"),
        .opinion = review_opinion(&rq->work, form_text(rq, "opinion"), form_int(rq, "phrase")), .idempotency = rq->work.idempotency };
    HDF *result = view_node(rq->page, "Result");
    flow_batch_take(&rq->work, &move, flow_picks_read(&rq->work, form_text(rq, "cases")), result, &wrong);
    if (wrong) {
        form_error(rq, "opinion", "%s", wrong);
        form_refuse(rq);
    }
    view_set(rq->page, "Title", "批量审核结果");
    page_status(rq, *view_get(result, "None") ? 409 : 200, "archives/review-done.cst");
}

/* --- 常用意见 ---------------------------------------------------------------------------------------------------------------- */

void phrases_page(struct request *rq)
{
    review_phrases(&rq->work, view_node(rq->page, "Phrases"));
    view_set(rq->page, "Title", "常用意见");
    view_crumb(rq, "档案审核", PATH);
    view_crumb(rq, "常用意见", NULL);
    page(rq, "archives/review-phrases.cst");
}

void phrases_save(struct request *rq)
{
    const char *wrong = review_phrase_save(&rq->work, form_int(rq, "id"), form_text(rq, "words"), form_int(rq, "shared") != 0);
    if (wrong) {
        form_error(rq, "words", "%s", wrong);
        form_refuse(rq);
    }
    redirect(rq, PATH "/phrases");
}

void phrases_drop(struct request *rq)
{
    review_phrase_drop(&rq->work, form_int(rq, "id"));
    redirect(rq, PATH "/phrases");
}
