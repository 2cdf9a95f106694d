/* readers: one row a kind of record that has files. The function belongs to the noun's own domain file and answers with
 * the same scope as its pages: bool operator_registration_readable(struct work *work, int64_t id). A kind of record that
 * is not here can be read by nobody. */
#include "readers.h"

#include "domain/company.h"
#include "domain/connection.h"
#include "domain/equipment_record.h"
#include "domain/file.h"
#include "domain/registration.h"
#include "domain/report.h"
#include "domain/station_record.h"

static const struct { const char *record; file_reader *reader; } readers[] = {
    { "qualification",            qualification_readable },
    { "qualification_technician", qualification_technician_readable },
    { "operator_registration",    registration_readable },
    { "station_record",           station_record_readable },
    { "report",                   report_readable },
    { "report_file",              report_file_readable },
    { "equipment_record",         equipment_record_readable },
    { "connection",               connection_readable },
    { NULL, NULL } };

void readers_register(void)
{
    for (int i = 0; readers[i].record; i++)
        file_reader_register(readers[i].record, readers[i].reader);
}
