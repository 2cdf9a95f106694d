/* view: templates parsed once at start, rendered with a fresh tree for each request.
 *
 * The only place in the product where an HDF for a page is born: Config.VarEscapeMode = html is set before
 * cs_init, so that every `var:` is escaped (reference: ClearSilver facts; tests/lint-templates.sh keeps the holes
 * of the language closed). A broken template stops the program, not a visitor. */
#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <ClearSilver.h>

#include "core/config.h"
#include "core/crypto.h"
#include "core/text.h"
#include "web/io.h"

struct view {
    char        *name;               /* "news/article.cst" */
    CSPARSE     *parse;
    HDF         *boot;
    struct view *next;
};

static struct view *views;

static _Noreturn void stop(const char *name, NEOERR *error)
{
    STRING text;
    string_init(&text);
    nerr_error_traceback(error, &text);
    fprintf(stderr, "templates/%s:\n%s\n", name, text.buf ? text.buf : "");
    exit(2);
}

static NEOERR *data_new(HDF **out)
{
    NEOERR *error = hdf_init(out);
    return error ? nerr_pass(error) : nerr_pass(hdf_set_value(*out, "Config.VarEscapeMode", "html"));
}

static NEOERR *load_file(void *ctx, HDF *hdf, const char *name, char **text)
{
    char path[300];
    (void)ctx, (void)hdf;
    if (name[0] == '/' || strstr(name, ".."))
        return nerr_raise(NERR_NOT_FOUND, "refused %s", name);
    snprintf(path, sizeof path, "templates/%s", name);
    return nerr_pass(ne_load_file(path_in_root(path), text));
}

static void view_load(const char *name)
{
    struct view *view = calloc(1, sizeof *view);
    NEOERR *error;
    if (!view)
        abort();
    view->name = strdup(name);
    if ((error = data_new(&view->boot)) || (error = cs_init(&view->parse, view->boot))
        || (error = cgi_register_strfuncs(view->parse)))
        stop(name, error);
    cs_register_fileload(view->parse, NULL, load_file);
    view->parse->global_hdf = config_tree();
    if ((error = cs_parse_file(view->parse, name)))
        stop(name, error);
    view->next = views;
    views = view;
}

static void load_folder(const char *folder)
{
    char path[300];
    snprintf(path, sizeof path, "templates/%s", folder);
    DIR *dir = opendir(path_in_root(path));
    if (!dir) {
        fprintf(stderr, "templates/%s: cannot be read\n", folder);
        exit(2);
    }
    for (struct dirent *entry; (entry = readdir(dir));) {
        size_t n = strlen(entry->d_name);
        if (n > 4 && strcmp(entry->d_name + n - 4, ".cst") == 0) {
            snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
            view_load(path);
        }
    }
    closedir(dir);
}

void views_load(const struct program *program)
{
    if (program->templates)
        load_folder(program->templates);
    load_folder("error");
}

static void destroy_data(void *data)
{
    HDF *hdf = data;
    hdf_destroy(&hdf);
}

static void set_actor(struct request *rq)
{
    const struct actor *actor = &rq->work.actor;
    if (!actor->account_id)
        return;
    view_set(rq->page, "Actor.SignedIn", "1");
    view_set(rq->page, "Actor.Name", actor->name);
    view_set(rq->page, "Actor.Login", actor->login);
    view_set(rq->page, "Actor.Role", actor->role);
    view_set(rq->page, "Actor.RoleLabel", actor->role_label);
    for (int cap = 1; cap < CAP_COUNT; cap++)
        if (actor->capabilities & CAP_BIT(cap)) {
            char name[80];
            snprintf(name, sizeof name, "Actor.May.%s", capability_key((enum capability)cap));
            view_set(rq->page, name, "1");
        }
}

/* `keys`: capabilities with blanks between; one is enough. */
static bool may_any(struct request *rq, const char *keys)
{
    char *rest = arena_copy(rq->work.arena, keys), *key;
    while ((key = strsep(&rest, " "))) {
        enum capability cap = capability_by_key(key);
        if (cap != CAP_UNDECIDED && (rq->work.actor.capabilities & CAP_BIT(cap)))
            return true;
    }
    return false;
}

/* Side.N: the entries of the working area this actor may enter; the longest path that fits is the current one. */
static void set_side_menu(struct request *rq)
{
    HDF *current = NULL;
    size_t best = 0;
    int n = 0;
    for (HDF *item = hdf_get_child(config_tree(), "WorkMenu"); item; item = hdf_obj_next(item)) {
        const char *path = hdf_get_value(item, "Path", "");
        if (!may_any(rq, hdf_get_value(item, "Capability", "")))
            continue;
        char name[16];
        snprintf(name, sizeof name, "Side.%d", n++);
        HDF *out = view_node(rq->io->data, name);
        view_set(out, "Label", hdf_get_value(item, "Label", NULL));
        view_set(out, "Path", path);
        view_set(out, "Group", hdf_get_value(item, "Group", NULL));
        view_set(out, "Counter", hdf_get_value(item, "Counter", NULL));
        if (text_has_prefix(rq->path, path) && strlen(path) > best) {
            best = strlen(path);
            current = out;
        }
    }
    if (current)
        view_set(current, "Current", "1");
}

/* --- figures beside the entries ------------------------------------------------------------------------ */

enum { COUNTERS = 20, COUNT_SHOWN = 99 };

static struct { const char *name; int64_t (*count)(struct work *work); } counters[COUNTERS];
static size_t counter_count;

void side_counter_register(const char *name, int64_t (*count)(struct work *work))
{
    for (size_t i = 0; i < counter_count; i++)
        if (strcmp(counters[i].name, name) == 0)
            return;
    if (counter_count == COUNTERS)
        abort();
    counters[counter_count].name = name;
    counters[counter_count++].count = count;
}

void view_count_side(struct request *rq)
{
    if (!rq->work.actor.account_id)
        return;
    set_side_menu(rq);
    for (HDF *entry = hdf_get_child(rq->io->data, "Side"); entry; entry = hdf_obj_next(entry))
        for (size_t i = 0; i < counter_count; i++) {
            if (strcmp(counters[i].name, view_get(entry, "Counter")) != 0)
                continue;
            int64_t count = counters[i].count(&rq->work);
            if (count > COUNT_SHOWN)
                view_setf(entry, "Count", "%d+", COUNT_SHOWN);
            else if (count)
                view_set_int(entry, "Count", count);
        }
}

void view_begin(struct request *rq)
{
    NEOERR *error = data_new(&rq->io->data);
    if (error)
        abort();
    work_defer(&rq->work, destroy_data, rq->io->data);
    rq->page = view_node(rq->io->data, "Page");
}

/* What the frame of a page shows; made just before a template is drawn, so that a JSON answer does not pay for it. */
static void view_frame(struct request *rq)
{
    struct arena *arena = rq->work.arena;
    csrf_prepare(rq);
    static const char *const weekdays[] = { "日", "一", "二", "三", "四", "五", "六" };
    view_set(rq->page, "Now.Date", time_format(arena, rq->work.now, "%Y年%-m月%-d日"));
    view_setf(rq->page, "Now.Weekday", "星期%s", weekdays[atoi(time_format(arena, rq->work.now, "%w"))]);
    view_set(rq->page, "RequestId", rq->work.id);
    view_set(rq->page, "Path", rq->path);
    view_set(rq->page, "Csrf", rq->csrf);
    const char *elder = cookie_get(rq, "elder");
    if (elder && strcmp(elder, "1") == 0)
        view_set(rq->page, "Elder", "1");
    view_set(rq->page, "Key", crypto_token(arena, 15));
    set_actor(rq);
    if (rq->work.actor.account_id && !hdf_get_obj(rq->io->data, "Side"))      /* an error page: without figures */
        set_side_menu(rq);
}

static void free_string(void *text)
{
    string_clear(text);
}

static NEOERR *append(void *out, char *text)
{
    return nerr_pass(string_append(out, text));
}

const char *view_render(struct request *rq, const char *name, size_t *size)
{
    view_frame(rq);
    for (struct view *view = views; view; view = view->next) {
        if (strcmp(view->name, name) != 0)
            continue;
        STRING *out = arena_alloc(rq->work.arena, sizeof *out);
        string_init(out);
        work_defer(&rq->work, free_string, out);
        view->parse->hdf = rq->io->data;
        NEOERR *error = cs_render(view->parse, out, append);
        view->parse->hdf = view->boot;
        if (error) {
            STRING text;
            string_init(&text);
            nerr_error_string(error, &text);
            nerr_ignore(&error);
            char *copy = arena_copy(rq->work.arena, text.buf ? text.buf : "");
            string_clear(&text);
            fail_ours(&rq->work, "render %s: %s", name, copy);
        }
        *size = (size_t)out->len;
        return out->buf ? out->buf : "";
    }
    fail_ours(&rq->work, "no template %s", name);
}

/* --- small setters: a failure here is out of memory or a bad name of ours --------------------------- */

static void must(NEOERR *error)
{
    if (error) {
        nerr_log_error(error);
        abort();
    }
}

void view_set(HDF *node, const char *name, const char *value)
{
    if (value)
        must(hdf_set_value(node, name, value));
}

void view_set_int(HDF *node, const char *name, int64_t value)
{
    char text[24];
    snprintf(text, sizeof text, "%lld", (long long)value);
    must(hdf_set_value(node, name, text));
}

void view_setf(HDF *node, const char *name, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct arena *arena = arena_new();
    must(hdf_set_value(node, name, arena_vprintf(arena, format, args)));
    arena_free(arena);
    va_end(args);
}

HDF *view_node(HDF *node, const char *name)
{
    HDF *out;
    must(hdf_get_node(node, name, &out));
    return out;
}

const char *view_get(HDF *node, const char *name)
{
    return hdf_get_value(node, name, "");
}

void view_crumb(struct request *rq, const char *label, const char *path)
{
    int n = 0;
    for (HDF *c = hdf_get_child(rq->page, "Crumbs"); c; c = hdf_obj_next(c))
        n++;
    char name[24];
    snprintf(name, sizeof name, "Crumbs.%d", n);
    HDF *crumb = view_node(rq->page, name);
    view_set(crumb, "Label", label);
    view_set(crumb, "Path", path);
}
