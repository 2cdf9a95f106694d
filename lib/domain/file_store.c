/* file_store: see the header. Putting holds VAR/files/.lock shared, removing holds it alone: nothing can be removed
 * between "it is there already" and its fresh time. */
#include "domain/file_store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/config.h"
#include "core/log.h"
#include "core/text.h"

enum { DAY = 86400 };

char *file_store_place(struct arena *arena, const uint8_t digest[32])
{
    const char *hex = text_hex(arena, digest, 32);
    return arena_printf(arena, "%.2s/%s", hex, hex + 2);
}

static _Noreturn void cannot(struct work *work, const char *what)
{
    log_line(LOG_ERROR_, work, "file.store", "%s: %s", what, strerror(errno));
    fail(work, FAIL_INVALID, "暂时不能保存上传的文件，请稍后重新上传。");
}

static void close_descriptor(void *thing)
{
    int *descriptor = thing;
    if (*descriptor >= 0)
        close(*descriptor);
    *descriptor = -1;
}

static int *guarded(struct work *work, int descriptor, const char *what)
{
    if (descriptor < 0)
        cannot(work, what);
    int *kept = arena_alloc(work->arena, sizeof *kept);
    *kept = descriptor;
    work_defer(work, close_descriptor, kept);
    return kept;
}

static int *lock_files(struct work *work, int how)
{
    const char *folder = path_in_var("files");
    if (mkdir(folder, 0750) != 0 && errno != EEXIST)
        cannot(work, folder);
    const char *path = arena_printf(work->arena, "%s/.lock", folder);
    int *lock = guarded(work, open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0640), path);
    while (flock(*lock, how) != 0)
        if (errno != EINTR)
            cannot(work, path);
    return lock;
}

static void write_whole(struct work *work, int to, const char *data, size_t size)
{
    while (size) {
        ssize_t done = write(to, data, size);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            cannot(work, "write");
        data += done;
        size -= (size_t)done;
    }
}

static void sync_folder(struct work *work, const char *folder)
{
    int *at = guarded(work, open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC), folder);
    if (fsync(*at) != 0)
        cannot(work, folder);
    close_descriptor(at);
}

static void remove_file(void *path) { unlink(path); }

static void put_one(struct work *work, const char *folder, const char *path, const void *data, size_t size)
{
    struct stat about;
    if (stat(path, &about) == 0 && about.st_size == (off_t)size && utimensat(AT_FDCWD, path, NULL, 0) == 0)
        return;
    char *fresh = arena_printf(work->arena, "%s/.new-XXXXXX", folder);
    int *to = guarded(work, mkostemp(fresh, O_CLOEXEC), fresh);
    work_defer(work, remove_file, fresh);             /* gone already once it has its name */
    write_whole(work, *to, data, size);
    if (fchmod(*to, 0640) != 0 || fsync(*to) != 0)
        cannot(work, fresh);
    close_descriptor(to);
    if (rename(fresh, path) != 0)
        cannot(work, path);
    sync_folder(work, folder);
}

void file_store_put(struct work *work, const uint8_t digest[32], const void *data, size_t size, const void *thumb,
                    size_t thumb_size)
{
    struct arena *arena = work->arena;
    const char *path = arena_printf(arena, "%s/files/%s", path_var(), file_store_place(arena, digest));
    const char *folder = arena_copy_n(arena, path, (size_t)(strrchr(path, '/') - path));
    int *lock = lock_files(work, LOCK_SH);
    if (mkdir(folder, 0750) == 0)
        sync_folder(work, path_in_var("files"));
    else if (errno != EEXIST)
        cannot(work, folder);
    if (thumb)
        put_one(work, folder, arena_printf(arena, "%s.thumb", path), thumb, thumb_size);
    put_one(work, folder, path, data, size);
    close_descriptor(lock);
}

/* --- removing --------------------------------------------------------------------------------------------- */

static bool digest_of(const char *folder, const char *name, uint8_t digest[32])
{
    char hex[65];
    if (strlen(folder) != 2 || strlen(name) < 62 || strspn(name, "0123456789abcdef") < 62)
        return false;
    snprintf(hex, sizeof hex, "%s%.62s", folder, name);
    for (int i = 0; i < 32; i++)
        if (sscanf(hex + i * 2, "%2hhx", &digest[i]) != 1)
            return false;
    return true;
}

static bool is_old(struct work *work, const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 && about.st_mtime < work->now / 1000 - DAY;
}

struct sweep {
    struct work *work;
    bool       (*wanted)(struct work *work, const uint8_t digest[32]);
};

static void sweep_one(const struct sweep *sweep, const char *folder, const char *name)
{
    struct work *work = sweep->work;
    uint8_t digest[32];
    const char *path = arena_printf(work->arena, "%s/files/%s/%s", path_var(), folder, name);
    if (*name == '.' ? strncmp(name, ".new-", 5) != 0 : !digest_of(folder, name, digest))
        return;
    if (!is_old(work, path) || (*name != '.' && sweep->wanted(work, digest)))
        return;
    int *lock = lock_files(work, LOCK_EX);
    if (is_old(work, path))
        unlink(path);
    close_descriptor(lock);
}

static void close_folder(void *folder) { closedir(folder); }

static void sweep_folder(const struct sweep *sweep, const char *folder)
{
    DIR *names = opendir(arena_printf(sweep->work->arena, "%s/files/%s", path_var(), folder));
    if (!names)
        return;
    work_defer(sweep->work, close_folder, names);
    for (struct dirent *entry; (entry = readdir(names));)
        sweep_one(sweep, folder, entry->d_name);
}

void file_store_sweep(struct work *work, bool (*wanted)(struct work *work, const uint8_t digest[32]))
{
    const struct sweep sweep = { work, wanted };
    for (int first = 0; first < 256; first++)
        sweep_folder(&sweep, arena_printf(work->arena, "%02x", first));
}
