/* station_infos: an operator's stations as the protocol names them (T/CEC 102 StationInfo with EquipmentInfos and ConnectorInfos):
 * what the conformance kit takes with --stations-file, so that its codes are those the portal knows. */
#ifndef DOMAIN_STATION_INFOS_H
#define DOMAIN_STATION_INFOS_H

#include <jansson.h>
#include <stdint.h>

#include "core/work.h"

/* Of what is published and not removed; released with the work. */
json_t *station_infos(struct work *work, int64_t operator_id);
/* Of the operator's archives, records that are passed and their facilities: codes of stations it has yet to connect. */
json_t *station_infos_of_records(struct work *work, int64_t operator_id);

#endif
