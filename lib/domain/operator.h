/* operator: companies that run charging platforms. Only this file and company_profile.c write table operator. */
#ifndef DOMAIN_OPERATOR_H
#define DOMAIN_OPERATOR_H

#include <stdbool.h>
#include <stdint.h>

#include "core/work.h"

struct operator_record {          /* NULL texts: not known; an update then keeps what is there */
    const char *code;             /* 9 characters, required                                   */
    const char *uscc;
    const char *name;             /* required                                                 */
    const char *short_name;       /* NULL: the name, cut                                      */
    const char *service_tel;
    const char *division;
    const char *source;           /* register, demo, import, exchange                         */
};

/* Inserts or updates by code; returns the id. */
int64_t operator_upsert(struct work *work, const struct operator_record *record);
int64_t operator_find(struct work *work, const char *code);       /* 0: no such */
/* The company of a passed registration, found by its code or made; what is there already stays as it is. */
int64_t operator_register(struct work *work, const char *uscc, const char *name, const char *division);
/* The system interconnection of this company is complete since now (it stays at its first day), or not any more. By a connection's
 * flow alone (connection.h), and by partner-import. */
void operator_connected(struct work *work, int64_t id, bool connected);
const char *operator_name(struct work *work, int64_t id);         /* NULL: no such */

#endif
