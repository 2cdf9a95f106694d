/* file_quota: the bound of what a company has uploaded and not yet stored with a record (Files.LooseMost, Files.LooseMebibytes). */
#ifndef DOMAIN_FILE_QUOTA_H
#define DOMAIN_FILE_QUOTA_H

#include <stdint.h>

#include "core/work.h"

/* NULL, or what to say to somebody who brings `size` bytes more. Without a company: NULL (nginx bounds visitors). */
const char *file_quota_wrong(struct work *work, int64_t size);

#endif
