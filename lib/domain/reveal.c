#include "domain/reveal.h"

#include <string.h>

#include "core/db.h"
#include "domain/account_admin.h"
#include "domain/trail.h"

static const char *account_phone(struct work *work, int64_t id)
{
    return account_admin_sees(work, id) ? db_text(work, "SELECT phone FROM account WHERE id = ?", I(id)) : NULL;
}

static const char *account_email(struct work *work, int64_t id)
{
    return account_admin_sees(work, id) ? db_text(work, "SELECT email FROM account WHERE id = ?", I(id)) : NULL;
}

static const struct kind {
    const char *key, *label;
    const char *(*read)(struct work *work, int64_t id);
} kinds[] = {
    { "account-phone", "账号手机号", account_phone },
    { "account-email", "账号邮箱",   account_email },
};

static const struct kind *find(const char *key)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].key, key) == 0)
            return &kinds[i];
    return NULL;
}

const char *reveal_label(const char *key)
{
    const struct kind *kind = find(key);
    return kind ? kind->label : NULL;
}

const char *reveal(struct work *work, const char *key, int64_t id, const char *reason, const char *address)
{
    const struct kind *kind = find(key);
    const char *value = kind ? kind->read(work, id) : NULL;
    if (value)
        trail_write(work, "reveal", arena_printf(work->arena, "%s:%lld", key, (long long)id), "done", reason, address);
    return value;
}
