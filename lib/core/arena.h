/* arena: memory that lives exactly as long as one piece of work (a request, a job, a command).
 *
 * Everything a handler allocates comes from here and is given back in one step; nobody calls free().
 * Running out of memory aborts the process: the manager starts a new one, no caller has to check. */
#ifndef CORE_ARENA_H
#define CORE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct arena;

struct arena *arena_new(void);
void          arena_free(struct arena *arena);

/* Forgets everything allocated; keeps the first block so that a busy process does not call malloc. */
void arena_reset(struct arena *arena);

/* Back to a point: what was allocated since is forgotten. For the rows of a long file (work_step in core/work.h). */
struct arena_mark { void *block; size_t used; };
struct arena_mark arena_mark(const struct arena *arena);
void              arena_rewind(struct arena *arena, struct arena_mark mark);

/* Zeroed, aligned for any type, never NULL. */
void *arena_alloc(struct arena *arena, size_t size);

char *arena_copy(struct arena *arena, const char *text);                     /* NULL stays NULL */
char *arena_copy_n(struct arena *arena, const char *text, size_t length);    /* adds the closing NUL */
char *arena_printf(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *arena, const char *format, va_list args);

#endif
