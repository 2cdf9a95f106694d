/* picture: pictures that strangers send. The size is read from the head before anything is decoded; decoding and
 * writing afresh happen in a child process without descriptors, with bounded memory and processor time. What comes out
 * was made by this machine: trailing archives, metadata and malformed chunks of what came in are gone. A photograph
 * taken sideways (EXIF orientation) is turned upright. */
#ifndef DRAW_PICTURE_H
#define DRAW_PICTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum picture_kind { PICTURE_NONE, PICTURE_PNG, PICTURE_JPEG, PICTURE_BMP };

struct picture_head {
    enum picture_kind kind;
    int64_t           width, height;     /* pixels, as the head says; 0: it does not say */
    int               orientation;       /* EXIF 1 to 8; 1: upright */
};

/* By content alone. False: none of the three kinds, or a head without a size (kind tells which). */
bool picture_head_read(const uint8_t *data, size_t size, struct picture_head *head);

struct picture {
    enum picture_kind kind;              /* PNG or JPEG; a BMP becomes a PNG */
    int               width, height;
    uint8_t          *data, *thumb;      /* one malloc()ed block, given back by picture_free(); thumb is a JPEG */
    size_t            size, thumb_size;
};

/* False: it cannot be decoded, or not within the limits (512 MiB more memory, 20 s of processor time).
 * The caller has compared the head's width × height with its own limit before. */
bool picture_remake(const uint8_t *data, size_t size, const struct picture_head *head, struct picture *out);
void picture_free(struct picture *picture);

#endif
