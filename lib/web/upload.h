/* upload: a file of a multipart form, on disk until the work ends. */
#ifndef WEB_UPLOAD_H
#define WEB_UPLOAD_H

#include <stddef.h>
#include <stdint.h>

struct upload {
    const char *field;
    const char *path;                            /* under VAR/tmp; removed at the end unless taken */
    const char *name;                            /* as the visitor called it, cleaned (text_file_name): for display only */
    size_t      size;
    int         too_large;                       /* past upload_most() of its name: not kept; its field says so */
};

/* Bytes a file of this name may have: Web.WorkbookLimit of an .xlsx, else Web.UploadLimit. What it is, is found out later. */
int64_t upload_most(const char *name);

#endif
