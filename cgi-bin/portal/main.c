/* portal: the public face - home (Z1), 开放平台 (Z4), 关于我们 (Z5), site pages, elder mode, health. */
#include <stdio.h>
#include <string.h>

#include "core/config.h"
#include "core/text.h"
#include "domain/content.h"
#include "domain/session.h"
#include "domain/setting.h"
#include "domain/statistic.h"
#include "web/web.h"

enum { HOME_ARTICLES = 6 };

static void add_figure(struct request *rq, HDF *list, int i, const char *label, double value, const char *unit, const char *path)
{
    char name[8];
    snprintf(name, sizeof name, "%d", i);
    HDF *figure = view_node(list, name);
    view_set(figure, "Label", label);
    view_set(figure, "Value", text_thousands(rq->work.arena, (int64_t)(value + 0.5)));
    view_set(figure, "Unit", unit);
    view_set(figure, "Href", path);
}

/* Z1: the platform's results, from live data. */
static void home_figures(struct request *rq)
{
    struct statistics s;
    statistics_read(&rq->work, &s);
    if (!s.value[STATISTIC_STATIONS])
        return;
    HDF *list = view_node(rq->page, "Figures");
    add_figure(rq, list, 0, "接入运营商", s.value[STATISTIC_OPERATORS], "家", NULL);
    add_figure(rq, list, 1, "互联互通充电站", s.value[STATISTIC_STATIONS], "座", "/map");
    add_figure(rq, list, 2, "充电设施", s.value[STATISTIC_EQUIPMENT], "台", NULL);
    add_figure(rq, list, 3, "充电枪", s.value[STATISTIC_CONNECTORS], "支", NULL);
    add_figure(rq, list, 4, "总额定功率", s.value[STATISTIC_POWER_KW], "kW", NULL);
    add_figure(rq, list, 5, "此刻空闲", s.value[STATISTIC_FREE], "支", "/map");
    if (s.value[STATISTIC_ORDERS]) {
        add_figure(rq, list, 6, "累计充电量", s.value[STATISTIC_ENERGY_KWH], "千瓦时", NULL);
        add_figure(rq, list, 7, "累计充电次数", s.value[STATISTIC_ORDERS], "次", NULL);
    }
    const char *area = config_text("Site.Division.Name");
    size_t n = strlen(area);
    const char *whole = n > 3 && strcmp(area + n - 3, "市") == 0 ? "全市" : "全省";
    view_set(rq->page, "Lead", arena_printf(rq->work.arena, "%s已互联互通充电站 %s 座，%s统计有 %s 支充电枪空闲", whole,
        text_thousands(rq->work.arena, (int64_t)s.value[STATISTIC_STATIONS]),
        time_format(rq->work.arena, s.at, "%-H:%M "),
        text_thousands(rq->work.arena, (int64_t)s.value[STATISTIC_FREE])));
}

static void home(struct request *rq)
{
    home_figures(rq);
    HDF *columns = view_node(rq->page, "Columns");
    content_columns(&rq->work, columns, HOME_ARTICLES);
    for (HDF *c = hdf_obj_child(columns); c; c = hdf_obj_next(c))
        view_setf(c, "Path", "/news?column=%s", view_get(c, "Code"));
    view_set(rq->page, "Title", config_text("Site.Name"));
    view_set(rq->page, "Menu", "home");
    view_set(rq->page, "Column.Name", "首页");
    view_set(rq->page, "Column.Type", "首页");
    view_set(rq->page, "Column.Description", config_text("Site.Name"));
    view_set(rq->page, "Column.Keywords", "充电设施,充电地图,政务服务");
    page(rq, "portal/home.cst");
}

/* Sections of editable pages: the name in the menu, the key of the menu entry. */
static const struct section {
    const char *key, *name, *type;
} sections[] = { { "open", "开放平台", "办事服务" }, { "about", "关于我们", "概况信息" }, { "site", "网站说明", "概况信息" } };

static void show_page(struct request *rq, const struct section *section, const char *slug)
{
    const char *body;
    HDF *found = view_node(rq->page, "Found");
    if (!content_page(&rq->work, slug, found, &body))
        fail(&rq->work, FAIL_MISSING, "%s", "");
    HDF *siblings = view_node(rq->page, "Siblings");
    content_section(&rq->work, section->key, siblings);
    for (HDF *s = hdf_obj_child(siblings); s; s = hdf_obj_next(s)) {
        view_setf(s, "Path", "/%s", view_get(s, "Slug"));
        if (strcmp(view_get(s, "Slug"), slug) == 0)
            view_set(s, "Current", "1");
    }
    view_set(rq->page, "Title", view_get(found, "Title"));
    view_set(rq->page, "Updated", view_get(found, "Updated"));
    view_set(rq->page, "Section.Name", section->name);
    view_set(rq->page, "Menu", section->key);
    view_set(rq->page, "Column.Name", section->name);
    view_set(rq->page, "Column.Type", section->type);
    view_set(rq->page, "Column.Description", view_get(found, "Title"));
    view_set(rq->page, "Column.Keywords", section->name);
    view_crumb(rq, "首页", "/");
    view_crumb(rq, section->name, NULL);
    view_crumb(rq, view_get(found, "Title"), NULL);
    richtext_to_hdf(&rq->work, body, rq->page);
    page(rq, "portal/page.cst");
}

static const struct section *section_of(struct request *rq)
{
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
        if (text_has_prefix(rq->path + 1, sections[i].key))
            return &sections[i];
    fail(&rq->work, FAIL_MISSING, "%s", "");
}

static void section_first(struct request *rq)
{
    const struct section *section = section_of(rq);
    const char *slug = content_first(&rq->work, section->key);
    if (!slug)
        fail(&rq->work, FAIL_MISSING, "%s", "");
    show_page(rq, section, slug);
}

static void section_page(struct request *rq)
{
    const struct section *section = section_of(rq);
    show_page(rq, section, arena_printf(rq->work.arena, "%s/%s", section->key, form_text(rq, "slug")));
}

static void add_link(HDF *group, int *n, const char *label, const char *path)
{
    char name[24];
    snprintf(name, sizeof name, "Links.%d", (*n)++);
    HDF *link = view_node(group, name);
    view_set(link, "Label", label);
    view_set(link, "Path", path);
}

static void site_map(struct request *rq)
{
    HDF *main_group = view_node(rq->page, "Groups.0"), *news = view_node(rq->page, "Groups.1");
    int n = 0;
    view_set(main_group, "Name", "主要栏目");
    for (HDF *item = hdf_get_child(config_tree(), "Menu"); item; item = hdf_obj_next(item))
        add_link(main_group, &n, hdf_get_value(item, "Label", ""), hdf_get_value(item, "Path", "/"));
    add_link(main_group, &n, "登录", "/account/login");
    add_link(main_group, &n, "注册", "/account/register");
    view_set(news, "Name", "新闻资讯");
    HDF *columns = view_node(rq->page, "Found");
    content_columns(&rq->work, columns, 0);
    n = 0;
    for (HDF *c = hdf_obj_child(columns); c; c = hdf_obj_next(c))
        add_link(news, &n, view_get(c, "Name"), arena_printf(rq->work.arena, "/news?column=%s", view_get(c, "Code")));
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
        char name[24];
        snprintf(name, sizeof name, "Groups.%zu", i + 2);
        HDF *group = view_node(rq->page, name), *pages = view_node(rq->page, sections[i].key);
        view_set(group, "Name", sections[i].name);
        content_section(&rq->work, sections[i].key, pages);
        n = 0;
        for (HDF *p = hdf_obj_child(pages); p; p = hdf_obj_next(p))
            add_link(group, &n, view_get(p, "Title"), arena_printf(rq->work.arena, "/%s", view_get(p, "Slug")));
    }
    view_set(rq->page, "Title", "网站地图");
    page(rq, "portal/sitemap.cst");
}

static void set_elder(struct request *rq)
{
    bool on = form_int(rq, "on");
    cookie_set(rq, "elder", on ? "1" : "0", 365 * 86400);
    redirect(rq, "%s", form_has(rq, "back") ? form_text(rq, "back") : "/");
}

static void healthz(struct request *rq)
{
    struct statistics s;
    statistics_read(&rq->work, &s);                /* fails with 503 when the database is away */
    header_add(rq, "Cache-Control", "no-store");
    answer(rq, 200, "text/plain; charset=utf-8", "ok\n", 3);
}

static const struct route routes[] = {
    { GET,  "/",              CAP_PUBLIC, NULL,         home },
    { GET,  "/open",          CAP_PUBLIC, NULL,         section_first },
    { GET,  "/open/{slug}",   CAP_PUBLIC, "site-page",  section_page },
    { GET,  "/about",         CAP_PUBLIC, NULL,         section_first },
    { GET,  "/about/{slug}",  CAP_PUBLIC, "site-page",  section_page },
    { GET,  "/site/map",      CAP_PUBLIC, NULL,         site_map },
    { POST, "/site/elder",    CAP_PUBLIC, "site-elder", set_elder },
    { GET,  "/site/{slug}",   CAP_PUBLIC, "site-page",  section_page },
    { GET,  "/healthz",       CAP_PUBLIC, NULL,         healthz },
    ROUTE_END };

static const struct program program = {
    .name = "portal", .routes = routes, .templates = "portal", .start = settings_start, .identify = session_actor };

int main(int argc, char **argv)
{
    return web_main(argc, argv, &program);
}
