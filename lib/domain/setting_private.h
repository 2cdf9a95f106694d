/* setting_private: between setting.c, parameter.c and dictionary.c. */
#ifndef DOMAIN_SETTING_PRIVATE_H
#define DOMAIN_SETTING_PRIVATE_H

#include <stdint.h>

#include <util/neo_misc.h>
#include <util/neo_hdf.h>

#include "core/work.h"

struct setting_noted {
    const char *act, *subject, *label, *was, *became, *reason, *address;
    int64_t     version;
};
/* A change was made: history, counter and trail. */
void setting_note(struct work *work, const struct setting_noted *noted);

void parameters_load(void);        /* schema/parameters.hdf, once */
void parameters_plain(void);       /* all as the files say, before those of the table are laid over */


/* A form of one field, `as`, with the rules that `field` declares (and the attributes key, scale left out). */
void settings_form_of(const char *name, HDF *field, const char *as);
/* What that form says about a value; NULL: good. */
const char *setting_field_wrong(struct work *work, const char *form, const char *field, const char *value);
void parameters_forms(void);
void dictionaries_forms(void);

#endif
