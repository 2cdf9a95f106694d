/* arena: a chain of blocks, bumped. The first block is kept across resets; larger ones go back. */
#include "core/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_BLOCK = 64 * 1024, ALIGNMENT = 16 };

struct block {
    struct block *next;
    size_t        size, used;
    _Alignas(ALIGNMENT) char bytes[];
};

struct arena {
    struct block *top;      /* the block being filled; the first one is at the end of the chain */
};

static struct block *block_new(size_t size, struct block *next)
{
    struct block *block = malloc(sizeof *block + size);
    if (!block) {
        fputs("out of memory\n", stderr);
        abort();
    }
    block->next = next;
    block->size = size;
    block->used = 0;
    return block;
}

struct arena *arena_new(void)
{
    struct arena *arena = malloc(sizeof *arena);
    if (!arena)
        abort();
    arena->top = block_new(FIRST_BLOCK, NULL);
    return arena;
}

void arena_reset(struct arena *arena)
{
    while (arena->top->next) {
        struct block *gone = arena->top;
        arena->top = gone->next;
        free(gone);
    }
    arena->top->used = 0;
}

struct arena_mark arena_mark(const struct arena *arena)
{
    return (struct arena_mark){ arena->top, arena->top->used };
}

void arena_rewind(struct arena *arena, struct arena_mark mark)
{
    while (arena->top != mark.block) {
        struct block *gone = arena->top;
        arena->top = gone->next;
        free(gone);
    }
    arena->top->used = mark.used;
}

void arena_free(struct arena *arena)
{
    if (!arena)
        return;
    arena_reset(arena);
    free(arena->top);
    free(arena);
}

void *arena_alloc(struct arena *arena, size_t size)
{
    if (size > SIZE_MAX / 2)
        abort();
    size = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    if (arena->top->size - arena->top->used < size) {
        size_t next = arena->top->size * 2 < (1 << 22) ? arena->top->size * 2 : (1 << 22);
        arena->top = block_new(size > next ? size : next, arena->top);
    }
    void *out = arena->top->bytes + arena->top->used;
    arena->top->used += size;
    return memset(out, 0, size);
}

char *arena_copy_n(struct arena *arena, const char *text, size_t length)
{
    char *out = arena_alloc(arena, length + 1);
    if (length)
        memcpy(out, text, length);
    return out;
}

char *arena_copy(struct arena *arena, const char *text)
{
    return text ? arena_copy_n(arena, text, strlen(text)) : NULL;
}

char *arena_vprintf(struct arena *arena, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    if (length < 0)
        abort();
    char *out = arena_alloc(arena, (size_t)length + 1);
    vsnprintf(out, (size_t)length + 1, format, again);
    va_end(again);
    return out;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *out = arena_vprintf(arena, format, args);
    va_end(args);
    return out;
}
