/* account: owns table account but for its password and second factor (password.h, second_factor.h). States: pending
 * (registration under review: may log in, sees its own progress), active, must_change (a new password first, H1.5),
 * locked (dormant, or by staff), closed. A role is one word of schema/roles.hdf. */
#ifndef DOMAIN_ACCOUNT_H
#define DOMAIN_ACCOUNT_H

#include <stdbool.h>
#include <stdint.h>
#include <util/neo_misc.h>
#include <util/neo_hdf.h>

#include "core/work.h"

int64_t     account_by_login(struct work *work, const char *login);      /* 0: no such */
int64_t     account_by_phone(struct work *work, const char *phone);      /* 0: none that is open */
const char *account_login(struct work *work, int64_t account_id);        /* "" when absent */
/* node.{login, name, role, state, phone, email, last_login_at}: plain values, to be masked by whoever shows them */
bool        account_load(struct work *work, int64_t account_id, HDF *node);

/* A new account by registration, pending until a reviewer passes it or active at once. Returns its id; 0: `*field` (login,
 * phone or email) is another's. The caller has judged the password and writes the trail. */
struct account_new {
    const char *login, *name, *role, *phone, *email, *password;      /* email NULL: none */
    bool        pending;
};
int64_t     account_create(struct work *work, const struct account_new *account, const char **field);
/* Passed: the pending account becomes active, for its company. False: it is not pending (any more). */
bool        account_activate(struct work *work, int64_t account_id, int64_t operator_id);

/* What staff do to an account; each is in the trail, and false says that its state did not allow it. Locking ends its
 * sessions. Unlocking starts the three months anew. The caller's route says who may. */
bool account_lock(struct work *work, int64_t account_id, const char *reason, const char *address);
bool account_unlock(struct work *work, int64_t account_id, const char *address);
/* The first ones of an instance, by its owner at the machine: a back-office role (one that gives roles, unlocks, or reads
 * the trail), no password yet (recovery_link() follows). 0: the login is taken. FAIL_INVALID: another role. */
int64_t account_keeper_create(struct work *work, const char *login, const char *role, const char *name);

/* The round of the job runner (H1.4): locks what has not logged in for Session.DormantMonths; returns how many. */
int64_t account_lock_dormant(struct work *work);
/* One of them, at its log-in. False: awake, or the last usable account that may give roles or unlock others; that one is
 * never locked by time, else nobody could open the portal's back office again. */
bool account_lock_sleeper(struct work *work, int64_t account_id);

/* A proved new phone or e-mail address ("phone", "email"). False: another account has it. */
bool account_set_contact(struct work *work, int64_t account_id, const char *which, const char *value, const char *address);

/* One account for each role of schema/roles.hdf with a `demo` name; password DEMO_PASSWORD. Only in
 * demonstration mode. Idempotent. */
#define DEMO_PASSWORD "Chargehall-2026"
void account_demo_load(struct work *work);
int  account_demo_list(struct work *work, HDF *node);                /* node.N.{login,name,role} */

#endif
