/* registration: how a company or a citizen gets an account (Z6, H1, S1, Q1). Owns tables operator_registration,
 * registration_filed, citizen, citizen_identity; the way of a case is flow `registration`.
 *
 * One transaction makes the account (state pending), the case and its first filing: a registration that is killed at any
 * moment is whole or absent. The company itself (table operator) comes into being when the case is passed: what nobody
 * has checked must not lie beside, let alone change, a company that is there. */
#ifndef DOMAIN_REGISTRATION_H
#define DOMAIN_REGISTRATION_H

#include <stdbool.h>
#include <stdint.h>
#include <util/neo_misc.h>
#include <util/neo_hdf.h>

#include "core/work.h"
#include "web/form.h"

/* The proof that an address or phone was confirmed by a code and an agreement accepted (step 1): sealed, good for a day.
 * The code is used up in the caller's transaction. NULL: wrong code. Whoever holds the phone may then be told that it
 * has an account; nobody else is. */
const char *registration_prove(struct work *work, const char *target, const char *code, bool sms, const char *agreed);
/* The address or phone, and the version of the agreement; target NULL: no proof, too old, or of the other kind. */
struct registration_proof { const char *target, *agreed; };
struct registration_proof registration_proved(struct work *work, const char *proof, bool sms);
void        registration_code(struct work *work, const char *target, bool sms, const char *address);

/* The agreement in force: node.{Title, Body, Version}. False: none is published. */
bool registration_agreement(struct work *work, HDF *node);
const char *registration_agreement_version(struct work *work);        /* "0": none is published */

struct registration {
    struct form_values *values;      /* of the form that was sent, checked                          */
    const char *email, *phone;       /* proved in step 1; NULL: as the form says                    */
    const char *address;             /* network address, for the trail                              */
};
/* Takes one of the day's tries of this address and of what was proved (Registration.TriesPer*); NULL: there was one
 * left, else what to tell. */
const char *registration_limit(struct work *work, const char *target, const char *address);
/* The account's login name; NULL: refused, values_error() was told why (name taken, password too weak …). Under
 * work->idempotency a second submission finds the first one's result. */
const char *registration_create(struct work *work, const struct registration *registration);
const char *registration_create_citizen(struct work *work, const struct registration *registration);

/* The case of the actor; 0: none (accounts that were not made by registration). */
int64_t registration_own(struct work *work);
/* What was registered, for the owner to change (NULL: not to be changed in its state), and the change with its
 * new filing. False: values_error() was told why. */
struct form_values *registration_to_change(struct work *work, int64_t id);
bool registration_change(struct work *work, struct form_values *values, int64_t id);

/* For reviewers, inside their division (404): node.{View (form_view, what changed since the last filing is marked), Kind, Login, Phone,
 * UsccWrong, UsccReason, UsccBy, Others}. Others: other registrations under the same code. */
void registration_show(struct work *work, int64_t id, HDF *node);
/* A code whose check character fails is accepted, with a reason (trail). Only while it waits for review: 409. */
void registration_overrule(struct work *work, int64_t id, const char *reason, const char *address);

/* For cgi-bin/files: whose registration it is, and the departments above. */
bool registration_readable(struct work *work, int64_t id);

/* Guards and consequences of the flow; by process_start(). */
void registration_process(void);

#endif
