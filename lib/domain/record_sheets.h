/* record_sheets: station records and equipment records from workbooks (Z9.3, Z11.6, S3): sheet 「站点档案」; sheets 「充电设施」
 * and 「充电接口」, tied by 「所属设施编码」, facilities by the codes of their station and the number of their report. What is
 * imported is 「待提交」: pictures are added by hand. Kinds station-record and equipment-record of sheet_import.h. */
#ifndef DOMAIN_RECORD_SHEETS_H
#define DOMAIN_RECORD_SHEETS_H

void record_sheets_process(void);                /* by process_start() */

#endif
