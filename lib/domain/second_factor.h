/* second_factor: one-time codes by an authenticator application (TOTP, RFC 6238: SHA-1, 30 s, six digits, as every
 * application has them) and ten recovery codes. Owns account.totp_secret, account.totp_step and table recovery_code.
 * The secret is sealed; a step works once; recovery codes are kept as keyed digests and shown once. */
#ifndef DOMAIN_SECOND_FACTOR_H
#define DOMAIN_SECOND_FACTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/work.h"

enum { RECOVERY_CODES = 10 };

/* Six or eight digits for a time (seconds since 1970); `secret` is raw bytes. */
void totp_code(const void *secret, size_t size, int64_t seconds, int digits, char out[10]);

bool second_factor_on(struct work *work, int64_t account_id);
/* Must this role have one? Session.StaffSecondFactor; staff are those with capability `staff`. */
bool second_factor_required(const char *role);

/* Enrolment: a fresh secret, carried by the form sealed for this account, good for 30 minutes; nothing is stored. */
const char *second_factor_offer(struct work *work, int64_t account_id);
/* Of an offer: the secret in base32 and otpauth://… for the QR code. False: not ours, or too old. */
bool second_factor_show(struct work *work, int64_t account_id, const char *offer, const char **base32, const char **uri);
/* The application's first code proves it. True: stored, with new recovery codes in `codes` (the only time they are seen). */
bool second_factor_enrol(struct work *work, int64_t account_id, const char *offer, const char *code,
                         const char *codes[RECOVERY_CODES]);

/* A code of the application (this step or one beside it, each step once), or a recovery code, which is used up. */
bool second_factor_check(struct work *work, int64_t account_id, const char *code);
void second_factor_new_codes(struct work *work, int64_t account_id, const char *codes[RECOVERY_CODES]);
int64_t second_factor_codes_left(struct work *work, int64_t account_id);
void second_factor_remove(struct work *work, int64_t account_id);

#endif
