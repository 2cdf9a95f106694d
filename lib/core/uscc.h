/* uscc: the unified social credit code (统一社会信用代码, GB 32100-2015) and the organisation code within it
 * (GB 11714-1997, characters 9-17), which T/CEC 102 uses as OperatorID. */
#ifndef CORE_USCC_H
#define CORE_USCC_H

#include <stdbool.h>

#define USCC_LENGTH 18
#define ORGANISATION_LENGTH 9

/* True: 18 characters of the alphabet (no I O S V Z), division digits, and the check character fits. A failing
 * check is a typing mistake nearly always; a few really issued early codes fail too, so staff may overrule. */
bool uscc_valid(const char *text);
char uscc_check(const char *first_17);                    /* '\0': a character outside the alphabet */

bool organisation_valid(const char *text);                /* 9 characters, check character fits */
char organisation_check(const char *first_8);             /* '\0': a character outside 0-9 A-Z */

/* Characters 9-17 of a credit code. */
void uscc_organisation(const char *uscc, char organisation[ORGANISATION_LENGTH + 1]);

#endif
