/* upload: a file of a multipart form, on disk until the work ends. */
#ifndef WEB_UPLOAD_H
#define WEB_UPLOAD_H

#include <stddef.h>

struct upload {
    const char *field;
    const char *path;                            /* under VAR/tmp; removed at the end unless taken */
    const char *name;                            /* as the visitor called it, cleaned (text_file_name): for display only */
    size_t      size;
    int         too_large;                       /* past Web.UploadLimit: not kept; its field says so */
};

#endif
