/* paper: see the header. Points: 72 an inch, A4 is 595 × 842. */
#include "draw/paper.h"

#include <cairo/cairo-pdf.h>
#include <pango/pangocairo.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { WIDE = 595, HIGH = 842, MARGIN = 56, LABEL = 140, PAD = 4, STAMP_HIGH = 90 };
#define FONT "Noto Sans CJK SC"

struct bytes { char *data; size_t size, room; };

struct pen {
    cairo_t     *cairo;
    PangoLayout *layout;
    double       y;
};

static cairo_status_t take(void *closure, const unsigned char *data, unsigned int size)
{
    struct bytes *b = closure;
    if (b->size + size > b->room) {
        size_t room = (b->size + size) * 2;
        char *more = realloc(b->data, room);
        if (!more)
            return CAIRO_STATUS_NO_MEMORY;
        b->data = more;
        b->room = room;
    }
    memcpy(b->data + b->size, data, size);
    b->size += size;
    return CAIRO_STATUS_SUCCESS;
}

/* Lays the text out; the height it takes. */
static double lay(struct pen *pen, const char *text, const char *font, double width)
{
    PangoFontDescription *description = pango_font_description_from_string(font);
    int high;
    pango_layout_set_font_description(pen->layout, description);
    pango_font_description_free(description);
    pango_layout_set_width(pen->layout, (int)(width * PANGO_SCALE));
    pango_layout_set_wrap(pen->layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_text(pen->layout, text, -1);
    pango_layout_get_pixel_size(pen->layout, NULL, &high);
    return high;
}

static void put(struct pen *pen, double x, double y)
{
    cairo_move_to(pen->cairo, x, y);
    pango_cairo_show_layout(pen->cairo, pen->layout);
}

static void room(struct pen *pen, double needed)
{
    if (pen->y + needed <= HIGH - MARGIN)
        return;
    cairo_show_page(pen->cairo);
    pen->y = MARGIN;
}

static void box(struct pen *pen, double x, double width, double height)
{
    cairo_set_line_width(pen->cairo, 0.6);
    cairo_rectangle(pen->cairo, x, pen->y, width, height);
    cairo_stroke(pen->cairo);
}

static void row_draw(struct pen *pen, const struct paper_row *row)
{
    const double whole = WIDE - 2 * MARGIN;
    if (!row->label) {
        double high = lay(pen, row->value, FONT " Bold 10.5", whole - 2 * PAD) + 2 * PAD;
        room(pen, high + 30);                          /* a heading does not stand alone at the end of a page */
        lay(pen, row->value, FONT " Bold 10.5", whole - 2 * PAD);
        box(pen, MARGIN, whole, high);
        put(pen, MARGIN + PAD, pen->y + PAD);
        pen->y += high;
        return;
    }
    double left = lay(pen, row->label, FONT " 10", LABEL - 2 * PAD), right = lay(pen, row->value, FONT " 10", whole - LABEL - 2 * PAD);
    double high = (left > right ? left : right) + 2 * PAD;
    room(pen, high);
    box(pen, MARGIN, LABEL, high);
    box(pen, MARGIN + LABEL, whole - LABEL, high);
    put(pen, MARGIN + LABEL + PAD, pen->y + PAD);
    lay(pen, row->label, FONT " 10", LABEL - 2 * PAD);
    put(pen, MARGIN + PAD, pen->y + PAD);
    pen->y += high;
}

static void title_draw(struct pen *pen, const struct paper *paper)
{
    pango_layout_set_alignment(pen->layout, PANGO_ALIGN_CENTER);
    double high = lay(pen, paper->title, FONT " Bold 17", WIDE - 2 * MARGIN);
    put(pen, MARGIN, pen->y);
    pen->y += high + 6;
    high = lay(pen, paper->under, FONT " 9", WIDE - 2 * MARGIN);
    put(pen, MARGIN, pen->y);
    pen->y += high + 14;
    pango_layout_set_alignment(pen->layout, PANGO_ALIGN_LEFT);
}

static void end_draw(struct pen *pen, const struct paper *paper)
{
    double high = lay(pen, paper->notes, FONT " 10", WIDE - 2 * MARGIN);
    pen->y += 12;
    room(pen, high + STAMP_HIGH);
    lay(pen, paper->notes, FONT " 10", WIDE - 2 * MARGIN);
    put(pen, MARGIN, pen->y);
    pen->y += high + 28;
    if (!paper->stamp)
        return;
    lay(pen, paper->stamp, FONT " 11", WIDE / 2.0 - MARGIN);
    put(pen, WIDE / 2.0, pen->y);
    lay(pen, "日期：        年      月      日", FONT " 11", WIDE / 2.0 - MARGIN);
    put(pen, WIDE / 2.0, pen->y + 34);
}

void *paper_pdf(struct arena *arena, const struct paper *paper, size_t *size)
{
    struct bytes bytes = { 0 };
    cairo_surface_t *surface = cairo_pdf_surface_create_for_stream(take, &bytes, WIDE, HIGH);
    struct pen pen = { .cairo = cairo_create(surface), .y = MARGIN };
    pen.layout = pango_cairo_create_layout(pen.cairo);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, paper->title);
    title_draw(&pen, paper);
    for (size_t i = 0; i < paper->row_count; i++)
        row_draw(&pen, &paper->rows[i]);
    end_draw(&pen, paper);
    g_object_unref(pen.layout);
    cairo_destroy(pen.cairo);
    cairo_surface_finish(surface);
    bool good = cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS;
    cairo_surface_destroy(surface);
    void *out = NULL;
    if (good && bytes.size) {
        out = arena_alloc(arena, bytes.size);
        memcpy(out, bytes.data, bytes.size);
        *size = bytes.size;
    }
    free(bytes.data);
    return out;
}
