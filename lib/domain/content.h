/* content: what visitors read. Owns tables news_column, article, page for reading; only what is published and
 * whose hour has come exists here (the editor is another module's business). */
#ifndef DOMAIN_CONTENT_H
#define DOMAIN_CONTENT_H

#include <stdbool.h>
#include <stdint.h>
#include <util/neo_misc.h>
#include <util/neo_hdf.h>

#include "core/work.h"

/* node.N.{Name,Code,Path,Description,Keywords,Type,Articles.M.{Id,Title,Date,Summary}}: every column with its newest articles. */
void content_columns(struct work *work, HDF *node, int articles);
bool content_column(struct work *work, const char *code, HDF *node);             /* one column without articles */

struct article_search {
    const char *column;          /* "" all */
    const char *words;           /* "" all; searched as bigrams in title and body */
    int64_t     page, size;      /* page from 1 */
};
/* node.N.{Id,Title,Date,Summary,Column}; returns how many there are in all. */
int64_t content_articles(struct work *work, const struct article_search *search, HDF *node);

/* One article with its column, neighbours (Prev, Next) and body; false: absent or not published. */
bool content_article(struct work *work, int64_t id, HDF *node, const char **body);

/* One fixed page ("open/conditions"); siblings of its section go to siblings.N.{Title,Slug}. */
bool content_page(struct work *work, const char *slug, HDF *node, const char **body);
void content_section(struct work *work, const char *section, HDF *siblings);
const char *content_first(struct work *work, const char *section);              /* slug; NULL: empty section */

#endif
