/* account_admin: what staff do to accounts (H1.4, H1.5), with the duties kept apart (domain.md 6):
 *
 *   account-manage   the system administrator: opens staff accounts (without a role), locks, unlocks, resets passwords
 *   account-roles    the security administrator: gives roles and divisions, and alone touches the accounts of those who
 *                    keep the portal (privileged: a role with account-manage, account-roles or trail-view) - else a
 *                    reset of the security administrator's password would be a way around it
 *
 * Nobody does any of it to himself; the last security administrator stays one and stays open. Every act is in the trail,
 * and ends the account's sessions where its rights change. Whom the actor may not see does not exist (404); what his
 * duties do not hold is 403; a state that does not allow it is 409. */
#ifndef DOMAIN_ACCOUNT_ADMIN_H
#define DOMAIN_ACCOUNT_ADMIN_H

#include <stdbool.h>
#include <stdint.h>
#include <util/neo_misc.h>
#include <util/neo_hdf.h>

#include "core/work.h"

/* node.{id, login, name, role, state, lock_reason, lock_note, phone_shown, email_shown, division_code, division, company,
 * created_at, last_login_at, sessions, second_factor, MayManage, MayRoles}; May…: what this actor may do to it.
 * Ends the work with 404 outside the actor's scope. */
void account_admin_load(struct work *work, int64_t account_id, HDF *node);

/* Is it in the actor's scope? */
bool account_admin_sees(struct work *work, int64_t account_id);

void account_admin_lock(struct work *work, int64_t account_id, const char *reason, const char *address);
void account_admin_unlock(struct work *work, int64_t account_id, const char *address);

/* The password is void at once. The one-time link (base: "https://host") goes to the account's phone, then NULL is
 * returned; without a phone the link itself, to be handed over in person: whoever holds it sets the password. */
const char *account_admin_reset(struct work *work, int64_t account_id, const char *base, const char *address);

struct staff_new {
    const char *login, *name, *division, *phone;      /* division and phone may be "" */
};
/* A staff account that may do nothing until the security administrator gives it a role. *link as above. 0: the words
 * in *wrong say why not, *field which field. */
int64_t account_admin_create(struct work *work, const struct staff_new *account, const char *base, const char *address,
                             const char **link, const char **field, const char **wrong);

/* Roles that can be given: node.N.{Value, Label}. */
void        account_admin_roles(HDF *node);
/* Divisions they can have: those of the site and above. node.N.{Value, Label} */
void        account_admin_divisions(struct work *work, HDF *node);
/* Divisions the actor sees, of the site, down to the county: node.N.{Value, Label}, for a filter. */
void        account_admin_divisions_seen(struct work *work, HDF *node);
/* NULL: done, else what is wrong in words (a division that does not suit the role …) for the form. */
const char *account_admin_assign(struct work *work, int64_t account_id, const char *role, const char *division,
                                 const char *reason, const char *address);

/* For the overview: locked for not logging in, and waiting for a role; of the actor's scope. */
int64_t account_admin_dormant(struct work *work);
int64_t account_admin_unassigned(struct work *work);

#endif
