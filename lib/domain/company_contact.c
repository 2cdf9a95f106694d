/* company_contact: 运营商通讯录 (Z14). A company writes its own; departments read those of their division, phones masked. */
#include "core/db.h"
#include "core/scope.h"
#include "domain/company.h"
#include "domain/trail.h"

#define FORM "company-contact"
#define Q_DROP "DELETE FROM operator_contact WHERE id = ? AND operator_id = ?"
#define Q_READ "SELECT c.id, o.name AS operator, c.name, c.department, c.post, c.phone_shown, c.email, c.note FROM operator_contact c" \
               " JOIN operator o ON o.id = c.operator_id WHERE c.id = ? AND ? = 0 AND o.division_code LIKE ?"
#define Q_PHONE "SELECT c.phone FROM operator_contact c JOIN operator o ON o.id = c.operator_id" \
               " WHERE c.id = ? AND ? = 0 AND o.division_code LIKE ?"

static void note(struct work *work, const char *act, int64_t id, const char *detail, const char *address)
{
    trail_write(work, act, arena_printf(work->arena, "contact:%lld", (long long)id), "done", detail, address);
}

struct form_values *company_contact(struct work *work, int64_t id)
{
    struct form_values *values = form_load(work, FORM, id, I(company_own(work)));
    if (!values)
        fail(work, FAIL_MISSING, "%s", "");
    return values;
}

int64_t company_contact_save(struct work *work, struct form_values *values, int64_t id, const char *address)
{
    values_give(values, "operator_id", I(company_own(work)));
    int64_t stored = form_store(work, values, id);
    note(work, "contact-save", stored, "", address);
    return stored;
}

void company_contact_drop(struct work *work, int64_t id, const char *address)
{
    if (db_exec(work, Q_DROP, I(id), I(company_own(work))) != 1)
        fail(work, FAIL_MISSING, "%s", "");
    note(work, "contact-drop", id, "", address);
}

void company_contact_read(struct work *work, int64_t id, HDF *node)
{
    const struct actor *actor = &work->actor;
    if (!db_row(work, node, Q_READ, I(id), I(actor->operator_id), T(division_like(work->arena, actor->division))))
        fail(work, FAIL_MISSING, "%s", "");
}

const char *company_contact_phone(struct work *work, int64_t id, const char *reason, const char *address)
{
    const struct actor *actor = &work->actor;
    const char *phone = db_text(work, Q_PHONE, I(id), I(actor->operator_id),
                                T(division_like(work->arena, actor->division)));
    if (!phone)
        fail(work, FAIL_MISSING, "%s", "");
    note(work, "reveal", id, reason, address);
    return phone;
}
