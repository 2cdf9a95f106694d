#include "domain/process.h"

#include <string.h>

#include "domain/calendar.h"
#include "domain/colleague.h"
#include "domain/company.h"
#include "domain/connection.h"
#include "domain/connection_tried.h"
#include "domain/equipment_record.h"
#include "domain/notice.h"
#include "domain/record_compare.h"
#include "domain/record_queue.h"
#include "domain/record_sheets.h"
#include "domain/registration.h"
#include "domain/role.h"
#include "domain/setting.h"
#include "domain/station_record.h"
#include "domain/trail.h"
#include "flow/flow.h"

static void due(struct work *work, const char *from, int days, char date[11], bool *known)
{
    struct due due = from ? calendar_after(work, from, days) : calendar_due(work, work->now, days);
    memcpy(date, due.date, sizeof due.date);
    *known = due.known;
}

static void trail(struct work *work, const char *act, const char *object, const char *detail)
{
    trail_write(work, act, object, "done", detail, "");
}

/* Each noun with guards or consequences has one line here: `registration_process();` */
static void nouns_register(void)
{
    registration_process();
    company_process();
    connection_process();
    station_record_process();
    equipment_record_process();
    record_compare_load();
    connection_required_load();
    record_sheets_process();
}

int64_t process_todo(struct work *work)    { return flow_count(work, FLOW_TODO); }
int64_t process_overdue(struct work *work) { return flow_count(work, FLOW_OVERDUE); }
int64_t process_copied(struct work *work)  { return flow_count(work, FLOW_COPIED); }

void process_start(void)
{
    static const struct flow_doors doors = { .due = due, .left = calendar_left, .trail = trail, .colleague = colleague_is,
                                             .colleagues = colleague_list };
    roles_load();
    settings_start();
    flow_doors_set(&doors);
    nouns_register();
    flow_notify_register(notice_queue);
    flows_load();
    side_counter_register("todo", process_todo);
    side_counter_register("overdue", process_overdue);
    side_counter_register("copied", process_copied);
    side_counter_register("review", record_queue_waiting);
}
