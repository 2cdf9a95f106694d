/* setting: what staff change while the portal runs, over conf/ (参数) and schema/dicts (字典). Owns tables parameter,
 * dict_entry, setting_change, setting_version. Every process reads the counter in setting_version at most every two seconds,
 * at the beginning of a work, and takes over what changed: never in the middle of one.
 *
 * Which parameters and within what: schema/parameters.hdf; which dictionaries: `dict { edit = … }` in schema/dicts. Values are
 * checked by a form made from that declaration. Nothing is lost to a second editor: who comes with an old version gets false
 * and sees both. Every change has a reason and stands in setting_change and in the trail, with before and after. */
#ifndef DOMAIN_SETTING_H
#define DOMAIN_SETTING_H

#include <stdbool.h>
#include <stdint.h>
#include <util/neo_misc.h>
#include <util/neo_hdf.h>

#include "core/work.h"

void settings_start(void);             /* from a program's start; a mistake in schema/parameters.hdf stops it */
void settings_forms(void);             /* of the program where they are edited: one form a parameter and open dictionary */
void settings_refresh(struct work *work);    /* reads them now, whatever the clock says: tests, and after a change */

/* node.N.{Label, Keys.M.{Key, Label, Unit, Hint, Low, High, Value, Default, Version, At, Who}}: in the units of the page */
void parameters_list(struct work *work, HDF *node);
/* One of them into node; false: no such, or not to be edited. */
bool parameter_load(struct work *work, const char *key, HDF *node);
bool parameter_editable(const char *key);

struct setting_change {
    const char *subject, *label;       /* key, or dictionary and code; what people call it */
    const char *value;                 /* of a parameter, as typed; NULL: as the files say, again */
    int64_t     seen;                  /* version its editor saw; 0: never changed */
    const char *reason, *address;
};
/* NULL: good; else what is wrong with the value, in words. */
const char *parameter_wrong(struct work *work, const char *key, const char *value);
/* False: somebody changed it meanwhile. The value was found good. */
bool parameter_set(struct work *work, const struct setting_change *change);

struct dict_change {
    const char *dict, *code, *label;
    int64_t     position, seen;
    bool        hidden;
    const char *reason, *address;
};
/* node.N.{Key, Title, Edit (labels, open, ""), Entries.M.{Code, Label, Position, Hidden, Changed}} */
void dictionaries_list(HDF *node);
/* An entry as it is: node.{Dict, Title, Code, Label, Position, Hidden, Version, Default}; "" for code: a new one, of an open
 * dictionary. False: no such, or not to be edited. */
bool dictionary_entry(struct work *work, const char *dict, const char *code, HDF *node);
const char *dictionary_wrong(struct work *work, const struct dict_change *change, bool new, const char **field);
bool dictionary_set(struct work *work, const struct dict_change *change);

/* node.N.{At, Who, Title, Text}, newest first: for timeline() of parts/macros.cst */
void setting_history(struct work *work, const char *subject, HDF *node);

#endif
