/* demo_content: texts kept as files: fixed pages (schema/pages/<section>/<slug>.md), news columns
 * (schema/pages/columns.hdf) and demonstration articles (schema/demo/articles/<name>.md).
 *
 * A file is lines "key: value", an empty line, then CommonMark. In the body {{site}}, {{city}}, {{organiser}} and
 * {{contact}} stand for the site's own words. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/config.h"
#include "core/db.h"
#include "core/side.h"
#include "core/text.h"
#include "domain/demo.h"

#define Q_COLUMN                                                                                          \
    "INSERT IGNORE INTO news_column (code, name, description, keywords, column_type, sort) VALUES (?, ?, ?, ?, ?, ?)"
#define Q_PAGE  "INSERT IGNORE INTO page (slug, section, title, body, sort) VALUES (?, ?, ?, ?, ?)"
#define Q_ARTICLE                                                                                         \
    "INSERT INTO article (column_code, title, summary, body, source, author, keywords, state, published_at, search_words)" \
    " VALUES (?, ?, ?, ?, ?, '', ?, 'published', ?, ?)"
#define Q_ARTICLE_THERE "SELECT 1 FROM article WHERE column_code = ? AND title = ? LIMIT 1"

enum { HEADERS = 8, FILE_MOST = 1 << 18 };
static const char *const sections[] = { "open", "about", "site" };

struct document {
    struct { const char *key, *value; } headers[HEADERS];
    int         count;
    const char *body;
};

static const char *header(struct work *work, const struct document *document, const char *key, const char *path)
{
    for (int i = 0; i < document->count; i++)
        if (strcmp(document->headers[i].key, key) == 0)
            return document->headers[i].value;
    fail_ours(work, "%s: header `%s` is missing", path, key);
}

static char *file_text(struct work *work, const char *path)
{
    char *text = arena_alloc(work->arena, FILE_MOST);
    FILE *file = fopen(path, "r");
    if (!file)
        fail_ours(work, "cannot read %s", path);
    size_t size = fread(text, 1, FILE_MOST - 1, file);
    fclose(file);
    if (size == FILE_MOST - 1 || !utf8_valid(text, size))
        fail_ours(work, "%s: too long, or not UTF-8", path);
    return text;
}

static const char *words_filled(struct arena *arena, const char *text)
{
    static const struct { const char *mark, *key; } marks[] = {
        { "{{site}}", "Site.Name" }, { "{{city}}", "Site.Division.Name" }, { "{{organiser}}", "Site.Organiser" },
        { "{{contact}}", "Site.Contact" } };

    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
        for (const char *at; (at = strstr(text, marks[i].mark)) != NULL;)
            text = arena_printf(arena, "%.*s%s%s", (int)(at - text), text, config_text(marks[i].key),
                                at + strlen(marks[i].mark));
    return text;
}

static void document_read(struct work *work, const char *path, struct document *out)
{
    char *rest = file_text(work, path);

    *out = (struct document){ 0 };
    while (rest && *rest && *rest != '\n') {
        char *line = strsep(&rest, "\n"), *value = strstr(line, ": ");
        if (!value || out->count == HEADERS)
            fail_ours(work, "%s: a header line should be `key: value`: %s", path, line);
        *value = '\0';
        out->headers[out->count].key = line;
        out->headers[out->count++].value = words_filled(work->arena, value + 2);
    }
    out->body = rest && *rest ? words_filled(work->arena, rest + 1) : "";
    if (!*out->body)
        fail_ours(work, "%s: no body", path);
}

/* Calls each(work, path, name without .md) for the .md files of a folder, in order of their names. */
static int folder_each(struct work *work, const char *folder,
                       void (*each)(struct work *work, const char *path, const char *name))
{
    struct dirent **entries;
    int count = scandir(folder, &entries, NULL, alphasort), done = 0;

    for (int i = 0; i < count; i++) {
        const char *name = arena_copy(work->arena, entries[i]->d_name);
        size_t length = strlen(name);
        free(entries[i]);
        if (length > 3 && strcmp(name + length - 3, ".md") == 0) {
            each(work, arena_printf(work->arena, "%s/%s", folder, name), arena_copy_n(work->arena, name, length - 3));
            done++;
        }
    }
    if (count >= 0)
        free(entries);
    return done;
}

/* --- fixed pages and columns ------------------------------------------------------------------------------- */

static void page_store(struct work *work, const char *path, const char *name)
{
    struct document document;
    char *folder = arena_copy(work->arena, path);

    *strrchr(folder, '/') = '\0';
    const char *section = strrchr(folder, '/') + 1;
    document_read(work, path, &document);
    db_exec(work, Q_PAGE, T(arena_printf(work->arena, "%s/%s", section, name)), T(section),
            T(header(work, &document, "title", path)), T(document.body),
            I(atoi(header(work, &document, "sort", path))));
}

static void columns_store(struct work *work)
{
    HDF *tree;
    int sort = 0;

    if (hdf_init(&tree))
        abort();
    NEOERR *error = hdf_read_file(tree, path_in_root("schema/pages/columns.hdf"));
    nerr_ignore(&error);
    for (HDF *node = hdf_get_child(tree, "columns"); node; node = hdf_obj_next(node))
        db_exec(work, Q_COLUMN, T(hdf_obj_name(node)), T(hdf_obj_value(node)), T(hdf_get_value(node, "description", "")),
                T(hdf_get_value(node, "keywords", "")), T(hdf_get_value(node, "type", "")), I(++sort));
    hdf_destroy(&tree);
    if (sort == 0)
        fail_ours(work, "schema/pages/columns.hdf declares no columns");
}

static void base_store(struct work *side, void *arg)
{
    int *pages = arg;

    *pages = 0;
    columns_store(side);
    for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++)
        *pages += folder_each(side, path_in_root(arena_printf(side->arena, "schema/pages/%s", sections[i])), page_store);
}

void base_load(struct work *work, struct progress *progress)
{
    int pages;

    side_run(work, side_open(work), WORK_WRITE, base_store, &pages);
    progress_tell(progress, 1, pages);
}

/* --- articles --------------------------------------------------------------------------------------------- */

static void article_store(struct work *work, const char *path, const char *name)
{
    struct document d;
    int64_t at;

    (void)name;
    document_read(work, path, &d);
    const char *column = header(work, &d, "column", path), *title = header(work, &d, "title", path);
    if (!time_parse(header(work, &d, "date", path), "%Y-%m-%d %H:%M", &at))
        fail_ours(work, "%s: date should be 2026-11-18 09:30", path);
    if (db_int(work, 0, Q_ARTICLE_THERE, T(column), T(title)) == 1)
        return;
    const char *words = text_bigrams(work->arena, arena_printf(work->arena, "%s %s", title, d.body));
    db_exec(work, Q_ARTICLE, T(column), T(title), T(header(work, &d, "summary", path)), T(d.body),
            T(header(work, &d, "source", path)), T(header(work, &d, "keywords", path)), T(time_sql(work->arena, at)),
            T(words));
}

static void articles_store(struct work *side, void *arg)
{
    (void)arg;
    columns_store(side);
    folder_each(side, path_in_root("schema/demo/articles"), article_store);
}

void demo_articles(struct work *work)
{
    side_run(work, side_open(work), WORK_WRITE, articles_store, NULL);
}
