#include "owner.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/config.h"

static char copy_path[4200];

static _Noreturn void stop(const char *what, const char *path)
{
    fprintf(stderr, "portalctl: %s %s: %s\n", what, path, strerror(errno));
    exit(2);
}

static void copy_for(const struct stat *owner, char **file)
{
    int from = open(*file, O_RDONLY | O_CLOEXEC), to;
    if (from < 0)
        return;                                  /* the command itself says what is wrong with it */
    snprintf(copy_path, sizeof copy_path, "%s/tmp/portalctl-XXXXXX", path_var());
    to = mkostemp(copy_path, O_CLOEXEC);
    if (to < 0 || fchown(to, owner->st_uid, owner->st_gid) != 0)
        stop("cannot copy into", copy_path);
    ssize_t n;
    while ((n = sendfile(to, from, NULL, 1 << 30)) > 0)
        ;
    if (n < 0 || close(to) != 0)
        stop("cannot copy", *file);
    close(from);
    *file = copy_path;
}

void owner_become(char **file)
{
    struct stat owner;
    if (geteuid() != 0 || stat(path_var(), &owner) != 0 || owner.st_uid == 0)
        return;
    if (file && *file)
        copy_for(&owner, file);
    if (setgroups(1, &owner.st_gid) != 0 || setgid(owner.st_gid) != 0 || setuid(owner.st_uid) != 0)
        stop("cannot become the owner of", path_var());
}

void owner_done(void)
{
    if (copy_path[0])
        unlink(copy_path);
}
