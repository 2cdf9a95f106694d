/* sheet_inside: private to the reading half of lib/sheet. */
#ifndef SHEET_INSIDE_H
#define SHEET_INSIDE_H

#include <expat.h>
#include <zip.h>

#include "sheet/sheet_read.h"

enum { SHEETS_MOST = 200, NAME_BYTES = 400, STYLES_MOST = 70000, FORMATS_MOST = 1000, CELL_BYTES = 4 * 32767,
       BLOCK = 1 << 20, MERGES_KEPT = 20, COLUMNS_MOST = 1000 };

/* What a number's format makes of it; from STYLE_PADDED on: so many digits with leading zeros. */
enum { STYLE_PLAIN, STYLE_DATE, STYLE_TIME, STYLE_PADDED };

struct sheet_place { char name[NAME_BYTES], part[NAME_BYTES], relation[NAME_BYTES]; bool hidden; };

struct text_block { struct text_block *before; size_t used, room; char bytes[]; };

struct sheet_book {
    zip_t              *zip;
    struct sheet_limits limits;
    size_t              unpacked;                     /* bytes read so far */
    char                wrong[400];
    char                workbook[NAME_BYTES], strings_part[NAME_BYTES], styles_part[NAME_BYTES];
    struct sheet_place *places;
    int                 place_count;
    bool                from_1904;
    unsigned char      *styles;                       /* by cell style */
    size_t              style_count;
    const char        **texts;                        /* shared strings */
    size_t              text_count, text_room, text_bytes;
    struct text_block  *blocks;
    struct sheet       *open;                         /* chain of sheets being read */
};

/* --- one part read through expat (sheet_part.c) --- */
struct sheet_part {
    struct sheet_book *book;
    zip_file_t        *file;
    XML_Parser         parser;
    size_t             fed, depth;
    bool               last;                          /* all bytes are with the parser */
    XML_StartElementHandler start;
    XML_EndElementHandler   end;
    void              *arg;
};
enum part_step { PART_MORE, PART_PAUSED, PART_END, PART_WRONG };

bool part_open(struct sheet_part *part, struct sheet_book *book, const char *name, XML_StartElementHandler start,
               XML_EndElementHandler end, XML_CharacterDataHandler data, void *arg);
enum part_step part_step(struct sheet_part *part);    /* goes on where it paused, or reads the next piece */
bool part_whole(struct sheet_part *part);             /* to its end, and closes it */
void part_close(struct sheet_part *part);
void part_stop(struct sheet_part *part);              /* from a handler that has refused */

/* Keeps the first refusal; always false. */
bool book_refuse(struct sheet_book *book, const char *format, ...) __attribute__((format(printf, 2, 3)));
const char *local_name(const char *name);             /* "x:row" → "row" */
const char *attribute(const char **list, const char *name);   /* by local name; NULL: absent */

/* --- growing text --- */
struct growing { char *bytes; size_t size, room; };
bool growing_add(struct growing *text, const char *bytes, size_t size, size_t most);
void text_unescape(char *text);                       /* _x000D_ of ECMA-376 22.4.2.4; line ends become \n */

/* --- sheet_book.c --- */
const char *book_text(struct sheet_book *book, const char *index);   /* shared string; NULL: no such */

/* --- sheet_number.c --- */
int  format_style(const char *code);                  /* of a number format */
int  format_builtin(int id);
/* The number as a person reads it, into out; false: not a number. */
bool number_text(const char *raw, int style, bool from_1904, char out[64], enum sheet_kind *kind, bool *digits_lost);

#endif
