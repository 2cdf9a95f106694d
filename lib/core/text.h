/* text: UTF-8, numbers and times as people write them. */
#ifndef CORE_TEXT_H
#define CORE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"

bool   utf8_valid(const char *text, size_t size);          /* strict: no NUL, overlong, surrogate      */
size_t utf8_length(const char *text);                      /* characters, not bytes                    */
char  *utf8_cut(struct arena *, const char *text, size_t characters);   /* adds 「…」 when it was longer */
void   utf8_trim(char *text);                              /* drops a character cut in half at the end */
char  *utf8_repair(struct arena *, const char *text, size_t size);      /* bad bytes become U+FFFD        */
uint32_t utf8_next(const char **text);                     /* next code point, 0 at the end            */

/* Trimmed, full-width ASCII and the ideographic blank made half-width, runs of blanks one. */
char *text_normal(struct arena *, const char *text);
/* Trimmed, runs of blanks one, and nothing else: names keep what was typed - 「（」 of a licence is no 「(」. */
char  *text_line(struct arena *arena, const char *text);
/* Without marks that have no width or turn the reading direction: what is left is what a reader sees, and "" is nothing
 * (control characters stay, for whoever takes the text to refuse). What people type passes through it. */
char  *text_visible(struct arena *, const char *text);
/* What somebody called a file, for display alone: the last part of a path, without what cannot be seen, turns the reading
 * direction, or is markup. */
char *text_file_name(struct arena *, const char *name);
/* text_normal + lower case: what searches compare. */
char *text_folded(struct arena *, const char *text);
/* 「充电站A1」 -> "充电 电站 a1": pairs of Han characters, whole Latin words. What a FULLTEXT column holds and
 * what its boolean query is made of. */
char *text_bigrams(struct arena *, const char *text);

bool   text_to_int(const char *text, int64_t low, int64_t high, int64_t *out);   /* whole text, decimal */
bool   text_to_real(const char *text, double low, double high, double *out);
char  *text_thousands(struct arena *, int64_t number);     /* 1234567 -> "1,234,567"                   */
bool   text_same(const char *a, const char *b);            /* NULL equals NULL                         */
bool   text_same_secret(const char *a, const char *b);     /* constant time                            */
bool   text_has_prefix(const char *text, const char *prefix);
/* For addresses (RFC 3986): everything becomes %XX but letters, digits, - _ . ~ and the characters of `keep`. */
char  *text_percent(struct arena *, const char *text, const char *keep);
char  *text_hex(struct arena *, const void *bytes, size_t size);      /* lower case */

/* Time: milliseconds since 1970 inside, China Standard Time (+08:00, no summer time) outside. */
int64_t clock_now(void);                                              /* milliseconds                  */
int64_t clock_micro(void);                                            /* monotonic, for durations      */
char   *time_sql(struct arena *, int64_t milliseconds);               /* 2026-11-20 09:08:07.123       */
char   *time_format(struct arena *, int64_t milliseconds, const char *strftime_format);  /* at +08:00  */
bool    time_parse(const char *text, const char *strptime_format, int64_t *milliseconds); /* at +08:00 */

/* The same words once for the life of the process: for what may be pointed at long after it changed. Few distinct texts. */
const char *text_kept(const char *text);

#endif
