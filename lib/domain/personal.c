/* personal: see the header. */
#include "domain/personal.h"

const char *const personal_members[] = { "LicensePlate", "PlateNo", "PlateNum", "CarNo", "VIN", "Vin", "VinCode", "Phone", "PhoneNo",
                                         "PhoneNum", "UserPhone", "Mobile", "UserName", "UserID", "IDCard", "CardNo", NULL };

void personal_drop(json_t *value)
{
    const char *name;
    json_t *part;
    size_t i;
    for (i = 0; json_is_object(value) && personal_members[i]; i++)
        json_object_del(value, personal_members[i]);
    json_object_foreach(value, name, part)
        personal_drop(part);
    json_array_foreach(value, i, part)
        personal_drop(part);
}
