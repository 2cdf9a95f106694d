/* session: who is logged in. Owns table session; reads account. The token lives only in the visitor's cookie, the table
 * has its SHA-256. A log-in goes through steps (password, second factor, forced change of password); until the last one
 * the holder of the session is a visitor to every page but those of the log-in (actor.pending_id). The token is a new
 * one when the log-in is complete and after every re-authentication. */
#ifndef DOMAIN_SESSION_H
#define DOMAIN_SESSION_H

#include <stdbool.h>
#include <stdint.h>
#include <util/neo_misc.h>
#include <util/neo_hdf.h>

#include "core/work.h"

/* For struct program.identify: fills the actor; false: no such session, or it ended (idle, absolute limit, account
 * locked or closed). Marks the session as used, at most once a minute. An account still under review (state pending)
 * has only what every signed-in account has, and the overview of its registration. */
bool session_actor(struct work *work, const char *token, struct actor *actor);

enum login_outcome {
    LOGIN_GOOD,
    LOGIN_WRONG,            /* name or password, it is not said which; counted                      */
    LOGIN_DORMANT,          /* right, but locked after Session.DormantMonths without log-in (H1.4)  */
    LOGIN_LOCKED,           /* right, but locked by staff                                           */
    LOGIN_CLOSED            /* right, but closed                                                    */
};

struct login {
    enum login_outcome outcome;
    bool               known;     /* somebody has this name; never told to the visitor */
    int64_t            account_id;
    const char        *name;      /* the account's login, however it was typed; as typed when unknown */
};

/* Password log-in by account name or phone. What is wrong with an account is told only to whoever knows its password;
 * unknown names take as long. Too many failures of this account or this address: FAIL_TOO_MANY. */
struct login session_check_password(struct work *work, const char *name, const char *password, const char *address);
/* The login that failures of this name are counted under. */
const char *session_canonical(struct work *work, const char *name);

enum login_step { STEP_FACTOR, STEP_ENROL, STEP_CHANGE, STEP_DONE };

/* After the password: a session good for a quarter of an hour, and for the steps only. */
const char *session_begin(struct work *work, int64_t account_id, const char *address, const char *user_agent);
enum login_step session_step(struct work *work, const char *token);
void        session_factor_given(struct work *work, const char *token);
/* No step is left: the session becomes a whole one under a new token, failures are forgiven. */
const char *session_complete(struct work *work, const char *token);

/* A whole session at once, for tools. */
const char *session_open(struct work *work, int64_t account_id, const char *address);
void        session_close(struct work *work, const char *token);
/* All sessions of the account, but the one with this token (NULL: all). Returns how many. */
int64_t     session_close_others(struct work *work, int64_t account_id, const char *token);
bool        session_close_one(struct work *work, int64_t account_id, int64_t session_id);
/* node.N.{id, created_at, seen_at, address, user_agent, own}: the account's sessions, own = 1 for this token */
int         session_list(struct work *work, int64_t account_id, const char *token, HDF *node);

bool        session_recently_proved(struct work *work, const char *token);   /* password within Session.ReauthMinutes */
const char *session_prove(struct work *work, const char *token);             /* given again: a new token */
void        session_purge(struct work *work);                                /* removes what has ended */

#endif
