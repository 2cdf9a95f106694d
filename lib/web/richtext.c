/* richtext: CommonMark as a tree of blocks in HDF. No markup is made here: the template draws each block and
 * escapes each word, so that a text in the database can never become a script on a page. */
#include <cmark.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "web/web.h"

enum { DEPTH_MAX = 3 };

struct marks {
    int         strong, em;          /* how deep inside one */
    bool        code;
    const char *href;
};

static bool is_local(const char *url)
{
    return url && url[0] == '/' && url[1] != '/' && url[1] != '\\';
}

static bool link_allowed(const char *href)
{
    static const char *const schemes[] = { "http://", "https://", "mailto:", "tel:", "#" };
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
        if (text_has_prefix(href, schemes[i]))
            return true;
    return is_local(href);
}

static HDF *numbered(HDF *node, const char *list, int i)
{
    char name[40];
    snprintf(name, sizeof name, "%s.%d", list, i);
    return view_node(node, name);
}

static void add_run(HDF *node, int *count, const char *text, const struct marks *marks)
{
    HDF *run = numbered(node, "Inline", (*count)++);
    view_set(run, "Text", text);
    if (marks->strong)
        view_set(run, "Strong", "1");
    if (marks->em)
        view_set(run, "Em", "1");
    if (marks->code)
        view_set(run, "Code", "1");
    if (marks->href && link_allowed(marks->href))
        view_set(run, "Href", marks->href);
}

/* Lines are broken for the writer's eye; Chinese runs on without a blank where they are joined. */
static bool joins_without_blank(cmark_node *breaking)
{
    cmark_node *before = cmark_node_previous(breaking), *after = cmark_node_next(breaking);
    const char *left = before ? cmark_node_get_literal(before) : NULL, *right = after ? cmark_node_get_literal(after) : NULL;
    uint32_t last = 0;
    while (left && *left)
        last = utf8_next(&left);
    return last >= 0x2E80 && right && utf8_next(&right) >= 0x2E80;
}

static void add_break(HDF *node, int *count)
{
    view_set(numbered(node, "Inline", (*count)++), "Break", "1");
}

/* Nested emphasis becomes a flat row of runs, each with its marks. Walked, not recursed: a text may nest as deep as
 * it is long. */
static void add_inline(HDF *node, cmark_node *parent)
{
    struct marks marks = { 0 }, code;
    int count = 0;
    cmark_iter *walk = cmark_iter_new(parent);
    for (cmark_event_type event; (event = cmark_iter_next(walk)) != CMARK_EVENT_DONE;) {
        cmark_node *n = cmark_iter_get_node(walk);
        int step = event == CMARK_EVENT_ENTER ? 1 : -1;
        switch (cmark_node_get_type(n)) {
        case CMARK_NODE_TEXT: case CMARK_NODE_HTML_INLINE:
            add_run(node, &count, cmark_node_get_literal(n), &marks);
            break;
        case CMARK_NODE_CODE:
            code = marks;
            code.code = true;
            add_run(node, &count, cmark_node_get_literal(n), &code);
            break;
        case CMARK_NODE_SOFTBREAK:
            if (!joins_without_blank(n))
                add_run(node, &count, " ", &marks);
            break;
        case CMARK_NODE_LINEBREAK: add_break(node, &count);                                break;
        case CMARK_NODE_STRONG:    marks.strong += step;                                   break;
        case CMARK_NODE_EMPH:      marks.em += step;                                       break;
        case CMARK_NODE_LINK:      marks.href = step > 0 ? cmark_node_get_url(n) : NULL;   break;
        default:                   break;
        }
    }
    cmark_iter_free(walk);
}

static void add_blocks(HDF *node, cmark_node *first, int depth);

static void add_list(HDF *block, cmark_node *list, int depth)
{
    bool ordered = cmark_node_get_list_type(list) == CMARK_ORDERED_LIST;
    int i = 0;
    view_set(block, "Kind", ordered ? "ol" : "ul");
    if (ordered)
        view_set_int(block, "Start", cmark_node_get_list_start(list));
    for (cmark_node *item = cmark_node_first_child(list); item; item = cmark_node_next(item))
        add_blocks(numbered(block, "Items", i++), cmark_node_first_child(item), depth + 1);
}

static bool is_picture(cmark_node *paragraph)
{
    cmark_node *only = cmark_node_first_child(paragraph);
    return only && !cmark_node_next(only) && cmark_node_get_type(only) == CMARK_NODE_IMAGE;
}

static void add_paragraph(HDF *block, cmark_node *n)
{
    cmark_node *picture = cmark_node_first_child(n);
    if (is_picture(n) && is_local(cmark_node_get_url(picture))) {
        cmark_node *alt = cmark_node_first_child(picture);
        view_set(block, "Kind", "image");
        view_set(block, "Src", cmark_node_get_url(picture));
        view_set(block, "Alt", alt && cmark_node_get_literal(alt) ? cmark_node_get_literal(alt) : "");
        return;
    }
    view_set(block, "Kind", "p");
    add_inline(block, n);
}

static void add_block(HDF *block, cmark_node *n, int depth)
{
    switch (cmark_node_get_type(n)) {
    case CMARK_NODE_HEADING: {
        int level = cmark_node_get_heading_level(n);       /* h1 is the page's title */
        view_set(block, "Kind", level <= 2 ? "h2" : level == 3 ? "h3" : "h4");
        add_inline(block, n);
        break;
    }
    case CMARK_NODE_LIST:
        add_list(block, n, depth);
        break;
    case CMARK_NODE_BLOCK_QUOTE:
        view_set(block, "Kind", "quote");
        add_blocks(block, cmark_node_first_child(n), depth + 1);
        break;
    case CMARK_NODE_CODE_BLOCK: case CMARK_NODE_HTML_BLOCK:
        view_set(block, "Kind", "code");
        view_set(block, "Text", cmark_node_get_literal(n));
        break;
    case CMARK_NODE_THEMATIC_BREAK:
        view_set(block, "Kind", "hr");
        break;
    default:
        add_paragraph(block, n);
    }
}

static void add_blocks(HDF *node, cmark_node *first, int depth)
{
    int i = 0;
    if (depth > DEPTH_MAX)
        return;
    for (cmark_node *n = first; n; n = cmark_node_next(n))
        add_block(numbered(node, "Blocks", i++), n, depth);
}

static void release_document(void *document)
{
    cmark_node_free(document);
}

void richtext_to_hdf(struct work *work, const char *markdown, HDF *node)
{
    cmark_node *document = cmark_parse_document(markdown, strlen(markdown), CMARK_OPT_DEFAULT);
    if (!document)
        abort();
    work_defer(work, release_document, document);
    add_blocks(node, cmark_node_first_child(document), 0);
}
