/* file_quota: how much a company may have uploaded without it belonging to a record yet. Uploads come ahead of their forms; what
 * no form ever names is swept after a day, and until then it must not fill the disk. Soft: two uploads at once may pass it by
 * one file. */
#include "domain/file_quota.h"

#include "core/config.h"
#include "core/db.h"

#define Q_LOOSE "SELECT COUNT(*), COALESCE(SUM(l.size), 0) FROM (SELECT f.size FROM account a JOIN file f ON f.account_id = a.id" \
                " WHERE a.operator_id = ? AND f.created_at > NOW(3) - INTERVAL 1 DAY" \
                " AND NOT EXISTS (SELECT 1 FROM file_link k WHERE k.file_id = f.id) LIMIT ?) l"

struct loose { int64_t count, size; };

const char *file_quota_wrong(struct work *work, int64_t size)
{
    static const struct db_column columns[] = { DB_INT(struct loose, count), DB_INT(struct loose, size), DB_END };
    int64_t most = config_int("Files.LooseMost"), mebibytes = config_int("Files.LooseMebibytes");
    struct loose loose = { 0 };
    if (!work->actor.operator_id || !db_struct(work, columns, &loose, Q_LOOSE, I(work->actor.operator_id), I(most)))
        return NULL;
    if (loose.count >= most)
        return arena_printf(work->arena, "未能上传：本企业已上传、尚未随档案保存的文件达到 %lld 个，请先保存填写的内容，再继续上传", (long long)most);
    if (loose.size + size > mebibytes << 20)
        return arena_printf(work->arena, "未能上传：本企业已上传、尚未随档案保存的文件达到 %lld MB，请先保存填写的内容，再继续上传", (long long)mebibytes);
    return NULL;
}
