/* news: 「新闻资讯」 (Z3) - two columns side by side, one column as a list with search, an article. */
#include <stdio.h>
#include <string.h>

#include "core/config.h"
#include "core/text.h"
#include "domain/content.h"
#include "domain/session.h"
#include "domain/setting.h"
#include "web/web.h"

enum { SIDE_BY_SIDE = 12, PAGE_SIZE = 15 };

static void add_tabs(struct request *rq, const char *current)
{
    HDF *columns = view_node(rq->page, "Found");
    int n = 1;
    content_columns(&rq->work, columns, 0);
    HDF *all = view_node(rq->page, "Tabs.0");
    view_set(all, "Label", "全部");
    view_set(all, "Path", "/news");
    if (!*current)
        view_set(all, "Current", "1");
    for (HDF *c = hdf_obj_child(columns); c; c = hdf_obj_next(c)) {
        char name[24];
        snprintf(name, sizeof name, "Tabs.%d", n++);
        HDF *tab = view_node(rq->page, name);
        view_set(tab, "Label", view_get(c, "Name"));
        view_setf(tab, "Path", "/news?column=%s", view_get(c, "Code"));
        if (strcmp(current, view_get(c, "Code")) == 0)
            view_set(tab, "Current", "1");
    }
}

/* Words of a visitor inside an address: every byte but letters and digits is escaped. */
static const char *url_escaped(struct arena *arena, const char *text)
{
    char *out = arena_alloc(arena, strlen(text) * 3 + 1), *o = out;
    for (; *text; text++)
        o += (unsigned char)*text < 0x80 && (*text == '-' || *text == '_' || (*text >= '0' && *text <= '9')
                                             || ((*text | 32) >= 'a' && (*text | 32) <= 'z'))
                 ? sprintf(o, "%c", *text) : sprintf(o, "%%%02X", (unsigned char)*text);
    return out;
}

static void add_pager(struct request *rq, const struct article_search *s, int64_t total)
{
    struct arena *arena = rq->work.arena;
    HDF *pager = view_node(rq->page, "Pager");
    const char *base = arena_printf(arena, "/news?column=%s&q=%s&page=", s->column, url_escaped(arena, s->words));
    int64_t last = (total + s->size - 1) / s->size, shown = 0;
    view_set_int(pager, "Total", total);
    view_set_int(pager, "From", total ? (s->page - 1) * s->size + 1 : 0);
    view_set_int(pager, "To", s->page * s->size < total ? s->page * s->size : total);
    if (s->page > 1)
        view_setf(pager, "Prev", "%s%lld", base, (long long)s->page - 1);
    if (s->page < last)
        view_setf(pager, "Next", "%s%lld", base, (long long)s->page + 1);
    for (int64_t p = 1, before = 0; p <= last; p++) {
        if (p != 1 && p != last && (p < s->page - 2 || p > s->page + 2))
            continue;
        char name[24];
        snprintf(name, sizeof name, "Pages.%d", (int)shown++);
        HDF *row = view_node(pager, name);
        view_set_int(row, "Number", p);
        view_setf(row, "Path", "%s%lld", base, (long long)p);
        if (p > before + 1)
            view_set(row, "Gap", "1");
        if (p == s->page)
            view_set(row, "Current", "1");
        before = p;
    }
}

static void one_list(struct request *rq)
{
    struct article_search search = { .column = form_text(rq, "column"), .words = form_text(rq, "q"),
                                     .page = form_has(rq, "page") ? form_int(rq, "page") : 1, .size = PAGE_SIZE };
    HDF *column = view_node(rq->page, "Column");
    if (*search.column && !content_column(&rq->work, search.column, column))
        fail(&rq->work, FAIL_MISSING, "没有这个栏目，请从「新闻资讯」进入。");
    int64_t total = content_articles(&rq->work, &search, view_node(rq->page, "Articles"));
    if (search.page > 1 && (search.page - 1) * search.size >= total)
        fail(&rq->work, FAIL_MISSING, "没有这一页，该列表共 %lld 条。", (long long)total);
    add_pager(rq, &search, total);
    view_set(rq->page, "Values.q", search.words);
    view_set(rq->page, "Search", *search.words ? "1" : NULL);
    view_set(rq->page, "Title", *search.column ? view_get(column, "Name") : "搜索资讯");
    view_crumb(rq, "首页", "/");
    view_crumb(rq, "新闻资讯", "/news");
    view_crumb(rq, view_get(rq->page, "Title"), NULL);
}

static void both_columns(struct request *rq)
{
    HDF *columns = view_node(rq->page, "Columns");
    content_columns(&rq->work, columns, SIDE_BY_SIDE);
    for (HDF *c = hdf_obj_child(columns); c; c = hdf_obj_next(c))
        view_setf(c, "Path", "/news?column=%s", view_get(c, "Code"));
    view_set(rq->page, "Title", "新闻资讯");
    view_set(rq->page, "Column.Name", "新闻资讯");
    view_set(rq->page, "Column.Type", "工作动态");
    view_set(rq->page, "Column.Description", "行业新闻与政策资讯");
    view_set(rq->page, "Column.Keywords", "新闻,政策,充电设施");
}

static void news_list(struct request *rq)
{
    view_set(rq->page, "Menu", "news");
    add_tabs(rq, form_text(rq, "column"));
    if (form_has(rq, "column") || form_has(rq, "q") || form_has(rq, "page"))
        one_list(rq);
    else
        both_columns(rq);
    page(rq, "news/list.cst");
}

/* "补贴,政策；充电" -> KeywordList.N */
static void add_keywords(struct request *rq, HDF *article)
{
    char *list = arena_copy(rq->work.arena, view_get(article, "Keywords")), *word;
    int n = 0;
    while ((word = strsep(&list, ",; ")))
        if (*word) {
            char name[32];
            snprintf(name, sizeof name, "KeywordList.%d", n++);
            view_set(article, name, word);
        }
}

static void news_article(struct request *rq)
{
    HDF *article = view_node(rq->page, "Article");
    const char *body;
    if (!content_article(&rq->work, form_int(rq, "id"), article, &body))
        fail(&rq->work, FAIL_MISSING, "没有找到这篇文章，可能已经撤下。");
    richtext_to_hdf(&rq->work, body, article);
    add_keywords(rq, article);
    view_setf(article, "Column.Path", "/news?column=%s", view_get(article, "ColumnCode"));
    view_setf(article, "Url", "%s/news/%s", public_address(rq), view_get(article, "Id"));
    HDF *column = view_node(article, "Column");
    static const char *const names[] = { "Name", "Description", "Keywords", "Type" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char name[40];
        snprintf(name, sizeof name, "Column.%s", names[i]);
        view_set(rq->page, name, view_get(column, names[i]));
    }
    view_set(rq->page, "Title", view_get(article, "Title"));
    view_set(rq->page, "Menu", "news");
    view_crumb(rq, "首页", "/");
    view_crumb(rq, "新闻资讯", "/news");
    view_crumb(rq, view_get(column, "Name"), view_get(column, "Path"));
    page(rq, "news/article.cst");
}

static const struct route routes[] = {
    { GET, "/news",      CAP_PUBLIC, "news-list", news_list },
    { GET, "/news/{id}", CAP_PUBLIC, NULL,        news_article },
    ROUTE_END };

static const struct program program = {
    .name = "news", .routes = routes, .templates = "news", .start = settings_start, .identify = session_actor };

int main(int argc, char **argv)
{
    return web_main(argc, argv, &program);
}
