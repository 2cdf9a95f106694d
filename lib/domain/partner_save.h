/* partner_save: how a partner comes into being and changes: by an import file, by the connection wizard (the operator), by
 * staff (profile and limits). The caller has proved who may, and writes the trail. */
#ifndef DOMAIN_PARTNER_SAVE_H
#define DOMAIN_PARTNER_SAVE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <util/neo_misc.h>
#include <util/neo_hdf.h>

#include "core/work.h"
#include "exchange/seal.h"

/* Stores {operator_id, gov_id, base_url, to_gov{}, to_operator{}, name?}; the operator is made when absent. The keys hold
 * alone and at once; tokens given for others end. FAIL_INVALID names the member that is wrong. Returns the operator's id. */
int64_t partner_import(struct work *work, const json_t *file);

/* Made or changed; keys NULL: as they are. Enabled by this. New keys leave the earlier ones good for
 * Exchange.KeyOverlapHours. */
void partner_save(struct work *work, int64_t operator_id, const char *gov_id, const char *base_url, const struct key_set *to_gov,
                  const struct key_set *to_operator);
void partner_enable(struct work *work, int64_t operator_id, bool enabled);
/* Switched off: earlier keys and all tokens end now; the keys in force wait for it to be switched on again, unless it is
 * for good: then they end too. */
void partner_stopped(struct work *work, int64_t operator_id, bool for_good);
/* Our OperatorID towards this operator: as registered, also when it is switched off; for a new one Exchange.OperatorId. */
const char *partner_gov_id(struct work *work, int64_t operator_id);
/* Is there one, switched on or off? */
bool partner_exists(struct work *work, int64_t operator_id);
/* NULL: good; else what is wrong with an address of a platform. */
const char *partner_url_wrong(const char *url);
/* 16 letters and digits a secret, from the system's random numbers. */
void key_set_random(struct key_set *keys);
/* Earlier sets of calls into the portal end now (a secret has leaked); those in force stay. Returns how many ended. */
int64_t partner_keys_end_earlier(struct work *work, int64_t operator_id);

/* Profile and limits, for staff. */
struct partner_settings {
    const char *edition;              /* key in schema/editions.hdf */
    const char *allow_list;           /* core/address.h; "": anybody */
    int64_t     rate_limit;           /* messages a minute; 0: no limit; -1: as the parameter says */
    int64_t     token_seconds;        /* 0: as the parameter says */
    int64_t     clock_window;         /* seconds; 0: as the parameter says */
};

/* False: no such partner. Switched off ones too. */
bool partner_settings_load(struct work *work, int64_t operator_id, struct partner_settings *out);
/* NULL: stored; else what is wrong, and *member says with which ("allow_list"). FAIL_MISSING: no such partner. */
const char *partner_settings_save(struct work *work, int64_t operator_id, const struct partner_settings *settings,
                                  const char **member);
/* Everything staff may see of a partner, no secret among it: node.{Code, Name, GovId, BaseUrl, Enabled, Edition, Spelling,
 * AllowList, RateLimit, TokenSeconds, ClockWindow, LastPull, LastPush, Keys.N.{Direction, Made, Ends}}. False: no such. */
bool partner_show(struct work *work, int64_t operator_id, HDF *node);

#endif
