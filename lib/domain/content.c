#include "domain/content.h"

#include <stdlib.h>
#include <string.h>

#include "core/db.h"
#include "core/text.h"

#define SHOWN " a.state = 'published' AND a.published_at <= NOW(3)"
#define Q_COLUMNS "SELECT code AS Code, name AS Name, description AS Description, keywords AS Keywords, column_type AS Type" \
                  " FROM news_column ORDER BY sort, code"
#define Q_COLUMN "SELECT code AS Code, name AS Name, description AS Description, keywords AS Keywords, column_type AS Type" \
                 " FROM news_column WHERE code = ?"
#define Q_NEWEST "SELECT a.id AS Id, a.title AS Title, DATE_FORMAT(a.published_at, '%Y-%m-%d') AS Date, a.summary AS Summary" \
                 " FROM article a WHERE a.column_code = ? AND" SHOWN " ORDER BY a.published_at DESC, a.id DESC LIMIT ?"
#define ARTICLE_WHERE " FROM article a JOIN news_column c ON c.code = a.column_code WHERE" SHOWN \
                      " AND (? = '' OR a.column_code = ?)"
#define ARTICLE_WORDS " AND MATCH (a.search_words) AGAINST (? IN BOOLEAN MODE)"
#define ARTICLE_ROW "SELECT a.id AS Id, a.title AS Title, DATE_FORMAT(a.published_at, '%Y-%m-%d') AS Date," \
                    " a.summary AS Summary, c.name AS `Column`"
#define ARTICLE_ORDER " ORDER BY a.published_at DESC, a.id DESC LIMIT ? OFFSET ?"
#define Q_LIST ARTICLE_ROW ARTICLE_WHERE ARTICLE_ORDER
#define Q_LIST_COUNT "SELECT COUNT(*)" ARTICLE_WHERE
#define Q_FIND ARTICLE_ROW ARTICLE_WHERE ARTICLE_WORDS ARTICLE_ORDER
#define Q_FIND_COUNT "SELECT COUNT(*)" ARTICLE_WHERE ARTICLE_WORDS
#define Q_ARTICLE "SELECT a.id AS Id, a.title AS Title, DATE_FORMAT(a.published_at, '%Y-%m-%d %H:%i') AS PubDate," \
                  " a.source AS Source, a.author AS Author, a.keywords AS Keywords, a.summary AS Description, a.column_code AS ColumnCode" \
                  " FROM article a WHERE a.id = ? AND" SHOWN
#define Q_BODY "SELECT body FROM article WHERE id = ?"
#define Q_NEIGHBOUR "SELECT a.id AS Id, a.title AS Title FROM article a JOIN article b ON b.id = ? AND b.column_code = a.column_code" \
                    " WHERE" SHOWN
#define Q_PREV Q_NEIGHBOUR " AND (a.published_at, a.id) > (b.published_at, b.id) ORDER BY a.published_at, a.id LIMIT 1"
#define Q_NEXT Q_NEIGHBOUR " AND (a.published_at, a.id) < (b.published_at, b.id) ORDER BY a.published_at DESC, a.id DESC LIMIT 1"
#define Q_PAGE "SELECT slug AS Slug, section AS Section, title AS Title, DATE_FORMAT(updated_at, '%Y-%m-%d') AS Updated" \
               " FROM page WHERE slug = ?"
#define Q_PAGE_BODY "SELECT body FROM page WHERE slug = ?"
#define Q_SECTION "SELECT slug AS Slug, title AS Title FROM page WHERE section = ? ORDER BY sort, slug"
#define Q_FIRST "SELECT slug FROM page WHERE section = ? ORDER BY sort, slug LIMIT 1"

static void add_newest(struct work *work, HDF *column, int articles)
{
    HDF *list;
    NEOERR *error = hdf_get_node(column, "Articles", &list);
    if (error)
        abort();
    db_rows(work, list, Q_NEWEST, T(hdf_get_value(column, "Code", "")), I(articles));
}

void content_columns(struct work *work, HDF *node, int articles)
{
    db_rows(work, node, Q_COLUMNS);
    for (HDF *column = hdf_obj_child(node); column && articles; column = hdf_obj_next(column))
        add_newest(work, column, articles);
}

bool content_column(struct work *work, const char *code, HDF *node)
{
    return db_row(work, node, Q_COLUMN, T(code));
}

/* 「充电补贴」 -> "+充电 +电补 +补贴": every pair must occur. Operators of the boolean mode cannot get in, since
 * bigrams are letters, digits and Han characters only. */
static const char *boolean_words(struct work *work, const char *words)
{
    const char *pairs = text_bigrams(work->arena, words);
    char *out = arena_alloc(work->arena, strlen(pairs) * 2 + 2), *o = out;
    for (const char *p = pairs; *p;) {
        size_t size = strcspn(p, " ");
        if (size) {
            if (o > out)
                *o++ = ' ';
            *o++ = '+';
            memcpy(o, p, size);
            o += size;
        }
        p += size + (p[size] == ' ');
    }
    return out;
}

int64_t content_articles(struct work *work, const struct article_search *s, HDF *node)
{
    const char *words = boolean_words(work, s->words);
    int64_t offset = (s->page - 1) * s->size;
    if (!*words) {
        db_rows(work, node, Q_LIST, T(s->column), T(s->column), I(s->size), I(offset));
        return db_int(work, 0, Q_LIST_COUNT, T(s->column), T(s->column));
    }
    db_rows(work, node, Q_FIND, T(s->column), T(s->column), T(words), I(s->size), I(offset));
    return db_int(work, 0, Q_FIND_COUNT, T(s->column), T(s->column), T(words));
}

static HDF *child(HDF *node, const char *name)
{
    HDF *out;
    if (hdf_get_node(node, name, &out))
        abort();
    return out;
}

bool content_article(struct work *work, int64_t id, HDF *node, const char **body)
{
    if (!db_row(work, node, Q_ARTICLE, I(id)))
        return false;
    *body = db_text(work, Q_BODY, I(id));
    content_column(work, hdf_get_value(node, "ColumnCode", ""), child(node, "Column"));
    db_row(work, child(node, "Prev"), Q_PREV, I(id));
    db_row(work, child(node, "Next"), Q_NEXT, I(id));
    return true;
}

bool content_page(struct work *work, const char *slug, HDF *node, const char **body)
{
    if (!db_row(work, node, Q_PAGE, T(slug)))
        return false;
    *body = db_text(work, Q_PAGE_BODY, T(slug));
    return true;
}

void content_section(struct work *work, const char *section, HDF *siblings)
{
    db_rows(work, siblings, Q_SECTION, T(section));
}

const char *content_first(struct work *work, const char *section)
{
    return db_text(work, Q_FIRST, T(section));
}
