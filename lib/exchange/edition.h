/* edition: how partners differ by the edition of T/CEC 102 they speak, as data in schema/editions.hdf: spelling, usual path,
 * required fields and lengths. A partner without a known edition speaks 2016. */
#ifndef EXCHANGE_EDITION_H
#define EXCHANGE_EDITION_H

#include <stdbool.h>
#include <stddef.h>

#include "exchange/message.h"

enum { EDITIONS_MOST = 8, EDITION_RULES_MOST = 40 };

struct edition_rule {
    const struct field *field;      /* the one of the table that is changed */
    struct field        changed;
};

struct edition {
    const char         *key, *label, *prefix;
    bool                sevice;     /* what we send is spelled SeviceMoney */
    struct edition_rule rules[EDITION_RULES_MOST];
    size_t              rule_count;
};

/* Read at the first use; a mistake in the file stops the program. NULL: no such. */
const struct edition *edition_find(const char *key);
/* Ends with NULL. */
const struct edition *edition_at(size_t i);

/* The field as this edition has it; `edition` NULL: as the table says. */
const struct field *edition_field(const struct edition *edition, const struct field *field);

#endif
