/* uscc: check characters of the two codes. Pure functions. */
#include "core/uscc.h"

#include <string.h>

static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";      /* index = value, 0 to 30 */

char uscc_check(const char *first_17)
{
    int sum = 0, weight = 1;

    for (int i = 0; i < USCC_LENGTH - 1; i++) {
        const char *at = first_17[i] ? strchr(alphabet, first_17[i]) : NULL;
        if (!at)
            return '\0';
        sum += (int)(at - alphabet) * weight;
        weight = weight * 3 % 31;
    }
    return alphabet[(31 - sum % 31) % 31];
}

bool uscc_valid(const char *text)
{
    if (strlen(text) != USCC_LENGTH || strspn(text + 2, "0123456789") < 6)
        return false;
    char check = uscc_check(text);
    return check && text[USCC_LENGTH - 1] == check;
}

char organisation_check(const char *first_8)
{
    static const int weights[] = { 3, 7, 9, 10, 5, 8, 4, 2 };
    int sum = 0;

    for (int i = 0; i < ORGANISATION_LENGTH - 1; i++) {
        char c = first_8[i];
        if (c >= '0' && c <= '9')
            sum += (c - '0') * weights[i];
        else if (c >= 'A' && c <= 'Z')
            sum += (c - 'A' + 10) * weights[i];
        else
            return '\0';
    }
    int check = 11 - sum % 11;
    return check == 10 ? 'X' : check == 11 ? '0' : (char)('0' + check);
}

bool organisation_valid(const char *text)
{
    if (strlen(text) != ORGANISATION_LENGTH)
        return false;
    char check = organisation_check(text);
    return check && text[ORGANISATION_LENGTH - 1] == check;
}

void uscc_organisation(const char *uscc, char organisation[ORGANISATION_LENGTH + 1])
{
    memcpy(organisation, uscc + 8, ORGANISATION_LENGTH);
    organisation[ORGANISATION_LENGTH] = '\0';
}
