/* file_kind: what a file is, by its bytes alone, and why it is not taken. Knows no table; used by file.c. */
#ifndef DOMAIN_FILE_KIND_H
#define DOMAIN_FILE_KIND_H

#include <stddef.h>
#include <stdint.h>

enum file_kind { FILE_KIND_UNKNOWN, FILE_KIND_PICTURE, FILE_KIND_PDF, FILE_KIND_ARCHIVE };

/* By the first bytes; an archive or PDF must begin at byte 0. */
enum file_kind file_kind_of(const uint8_t *data, size_t size);

/* NULL: good. Else what is wrong, as the end of a sentence: "已加密，请解除密码后重新上传". */
/* Header, %%EOF at the end, no scripts, programs to start or embedded files (names unescaped, object streams opened),
 * not encrypted, no archive in the same bytes. */
const char *pdf_refusal(const uint8_t *data, size_t size);

struct archive {
    int  xlsx, macros;            /* the parts a workbook has; a workbook's macros */
    long parts;
};
/* Parts lie one behind the other and cover the file from its first byte; each inflates to the size it declares, all
 * together to at most `unpacked_limit` bytes; none encrypted, none with a name that leaves its folder. */
const char *archive_refusal(const uint8_t *data, size_t size, int64_t unpacked_limit, struct archive *found);

/* Does a reader of archives find one at the end of these bytes, whatever they begin with? */
int archive_hidden(const uint8_t *data, size_t size);

#endif
