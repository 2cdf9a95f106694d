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

enum { PAGES = 200, LOADED = 60, NAME = 120 };

/* All pages of a program are ONE parse, `if` by `if`, so that what they share is held once: a page by itself costs its
 * own text, where a parse a page would hold the frame and all macros each time (a quarter of a megabyte). */
static struct {
    CSPARSE *parse;
    HDF     *boot;
    char    *pages[PAGES];           /* "news/article.cst" */
    size_t   page_count;
    char    *loaded[LOADED];         /* parts and layouts read so far */
    size_t   loaded_count;
} views;

/* A failure here is out of memory or a bad name of ours. */
static void must(NEOERR *error)
{
    if (error) {
        nerr_log_error(error);
        abort();
    }
}

static _Noreturn void stop(NEOERR *error)
{
    STRING text;
    string_init(&text);
    nerr_error_traceback(error, &text);
    fprintf(stderr, "templates:\n%s\n", text.buf ? text.buf : "");
    exit(2);
}

static NEOERR *data_new(HDF **out)
{
    NEOERR *error = hdf_init(out);
    return error ? nerr_pass(error) : nerr_pass(hdf_set_value(*out, "Config.VarEscapeMode", "html"));
}

/* True the first time. */
static bool first_load(const char *name)
{
    for (size_t i = 0; i < views.loaded_count; i++)
        if (strcmp(views.loaded[i], name) == 0)
            return false;
    if (views.loaded_count == LOADED)
        abort();
    views.loaded[views.loaded_count++] = strdup(name);
    return true;
}

/* "layout/work-head.cst" is the macro layout_work_head. */
static void layout_macro(const char *name, char *out, size_t size)
{
    snprintf(out, size, "layout_%.*s", (int)strcspn(name + strlen("layout/"), "."), name + strlen("layout/"));
    for (char *c = out; *c; c++)
        *c = *c == '-' ? '_' : *c;
}

/* What an include reads. parts/ hold macros: a second include needs nothing more. A layout is read once, into a macro;
 * every include of it is a call. */
static NEOERR *load_file(void *ctx, HDF *hdf, const char *name, char **text)
{
    char path[300], macro[NAME];
    (void)ctx, (void)hdf;
    if (name[0] == '/' || strstr(name, ".."))
        return nerr_raise(NERR_NOT_FOUND, "refused %s", name);
    if (strstr(name, "parts/") && !first_load(name))
        return (*text = strdup("")) ? STATUS_OK : nerr_raise(NERR_NOMEM, "%s", name);
    if (text_has_prefix(name, "layout/") && !first_load(name)) {
        layout_macro(name, macro, sizeof macro);
        return asprintf(text, "<?cs call:%s() ?>", macro) < 0 ? nerr_raise(NERR_NOMEM, "%s", name) : STATUS_OK;
    }
    snprintf(path, sizeof path, "templates/%s", name);
    return nerr_pass(ne_load_file(path_in_root(path), text));
}

static int is_template(const struct dirent *entry)
{
    size_t n = strlen(entry->d_name);
    return n > 4 && strcmp(entry->d_name + n - 4, ".cst") == 0;
}

/* each(name) for templates/<folder>/<x>.cst, by the alphabet. */
static void folder_each(const char *folder, STRING *out, void (*each)(const char *name, STRING *out))
{
    char path[300];
    struct dirent **entries;
    snprintf(path, sizeof path, "templates/%s", folder);
    int count = scandir(path_in_root(path), &entries, is_template, alphasort);
    if (count < 0) {
        fprintf(stderr, "templates/%s: cannot be read\n", folder);
        exit(2);
    }
    for (int i = 0; i < count; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        each(path, out);
        free(entries[i]);
    }
    free(entries);
}

/* A layout may include those before it in the alphabet. */
static void layout_define(const char *name, STRING *out)
{
    char macro[NAME];
    layout_macro(name, macro, sizeof macro);
    must(string_appendf(out, "<?cs def:%s() ?><?cs include!\"%s\" ?><?cs /def ?>", macro, name));
}

static void page_add(const char *name, STRING *out)
{
    if (views.page_count == PAGES)
        abort();
    views.pages[views.page_count++] = strdup(name);
    must(string_appendf(out, "<?cs if:View == \"%s\" ?><?cs include!\"%s\" ?><?cs /if ?>", name, name));
}

void views_load(const struct program *program)
{
    NEOERR *error;
    STRING all;
    string_init(&all);
    must(string_append(&all, "<?cs include!\"parts/macros.cst\" ?>"));
    folder_each("layout", &all, layout_define);
    if (program->templates)
        folder_each(program->templates, &all, page_add);
    folder_each("error", &all, page_add);
    if ((error = data_new(&views.boot)) || (error = cs_init(&views.parse, views.boot))
        || (error = cgi_register_strfuncs(views.parse)))
        stop(error);
    cs_register_fileload(views.parse, NULL, load_file);
    views.parse->global_hdf = config_tree();
    if ((error = cs_parse_string(views.parse, all.buf, (size_t)all.len)))      /* takes the text over */
        stop(error);
}

static bool page_known(const char *name)
{
    for (size_t i = 0; i < views.page_count; i++)
        if (strcmp(views.pages[i], name) == 0)
            return true;
    return false;
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
    if (!page_known(name))
        fail_ours(&rq->work, "no template %s", name);
    STRING *out = arena_alloc(rq->work.arena, sizeof *out);
    string_init(out);
    work_defer(&rq->work, free_string, out);
    view_set(rq->io->data, "View", name);
    views.parse->hdf = rq->io->data;
    NEOERR *error = cs_render(views.parse, out, append);
    views.parse->hdf = views.boot;
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

/* --- small setters ----------------------------------------------------------------------------- */

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
