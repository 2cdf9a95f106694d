/* report: 报告档案 (Z10), test reports of a model of charging equipment; several facilities use one. Owns tables report and
 * report_file. The type test report (型式试验报告) can be replaced by itself; every one there was stays readable with who
 * replaced it, when and why: files of record 'report_file', field 'paper'. Other papers: record 'report', field 'papers'.
 *
 * Whose: an operator's own. A department reads those of operators registered in its division and those that a facility
 * submitted there uses. A report that a facility uses cannot be deleted. */
#ifndef DOMAIN_REPORT_H
#define DOMAIN_REPORT_H

#include <stdbool.h>
#include <stdint.h>
#include <util/neo_misc.h>
#include <util/neo_hdf.h>

#include "core/work.h"
#include "web/form.h"

bool report_readable(struct work *work, int64_t id);                /* file_reader of 'report' */
bool report_file_readable(struct work *work, int64_t id);           /* file_reader of 'report_file' */

/* Form report for a new one; stores it with its first type test report. 0: values_error() (the number is taken). */
int64_t report_add(struct work *work, struct form_values *values);
/* The actor's own for form report-edit (everything but the type test report); 404 else. */
struct form_values *report_to_change(struct work *work, int64_t id);
int64_t report_save(struct work *work, struct form_values *values, int64_t id);
/* 更换报告: form report-replace becomes the next version. 0: values_error(). */
int64_t report_replace(struct work *work, struct form_values *values, int64_t id);
/* Ends the work with 409 that names the facilities when it is used. */
void report_drop(struct work *work, int64_t id);

/* node.{Name, Own, Valid, Removable, View (form_view), Versions.N.{Version, Number, Agency, Issued, Until, At, Who, Reason,
 * Now, Files.M.{Name, Path}}, Users.N.{Id, Code, Name}, UserCount}; 404 when not readable. */
void report_view(struct work *work, int64_t id, HDF *node);

/* NULL: a facility of this operator can use it (it is there, with its paper, and valid today); else why not. */
const char *report_usable(struct work *work, int64_t operator_id, int64_t id);
/* The same within another statement that has the report as `r` (or none): REPORT_IS as text, report_is_wrong() its words. */
#define REPORT_IS "CASE WHEN r.id IS NULL THEN 'none' WHEN r.valid_until < CURDATE() THEN 'late' WHEN NOT EXISTS (SELECT 1 FROM report_file f JOIN file_link l" \
                  " ON l.record = 'report_file' AND l.record_id = f.id AND l.field = 'paper' WHERE f.report_id = r.id AND f.version = r.version)" \
                  " THEN 'bare' ELSE 'good' END"
const char *report_is_wrong(const char *is);
/* For a select, as station_record_options(). */
bool report_options(struct work *work, const char *sought, int64_t with, int most, HDF *node);

#endif
