/* file_store: bytes on disk under VAR/files, once under their digest. Private to file.c. */
#ifndef DOMAIN_FILE_STORE_H
#define DOMAIN_FILE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/work.h"

/* "ab/cdef…" of a digest */
char *file_store_place(struct arena *arena, const uint8_t digest[32]);

/* Whole and durable on return, or the part of the work has ended (disk full: FAIL_INVALID, logged): what was typed
 * beside the file must not go with it. Bytes that are there already get a
 * fresh time, so that a sweep spares them until their row is committed. `thumb` may be NULL. */
void file_store_put(struct work *work, const uint8_t digest[32], const void *data, size_t size, const void *thumb,
                    size_t thumb_size);

/* Calls wanted(work, digest) for bytes older than a day, and removes them when it says no. */
void file_store_sweep(struct work *work, bool (*wanted)(struct work *work, const uint8_t digest[32]));

#endif
