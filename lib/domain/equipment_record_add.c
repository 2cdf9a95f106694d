/* equipment_record_add: several facilities of one station in one go (Z11.2), each with its guns (S5): form equipment-new
 * becomes one record of form equipment-record a row, by the same function that stores a single one. */
#include <string.h>

#include "core/text.h"
#include "domain/equipment_record.h"
#include "domain/record.h"
#include "web/web.h"

static const char *const shared[] = { "station_record_id", "report_id", "equipment_type", "manufacturer_name", "manufacturer_code",
    "model", "power", "voltage_lower", "voltage_upper", "current", "national_standard", "production_date", "commissioned_on", NULL };
static const char *const of_gun[] = { "connector_type", "national_standard", "power", "voltage_lower", "voltage_upper", "current", NULL };
static const char *const of_item[] = { "code", "name", "serial_no", NULL };

static void copy(struct form_values *to, const struct form_values *from, const char *const *fields)
{
    for (; *fields; fields++)
        if (values_has(from, *fields))
            values_put(to, *fields, values_text(from, *fields));
}

static bool blank(const struct form_values *item)
{
    return !values_has(item, "code") && !values_has(item, "name") && !values_has(item, "serial_no");
}

static void guns_copy(struct work *work, struct form_values *record, const struct form_values *values, const char *code)
{
    for (size_t g = 0; g < values_count(values, "guns"); g++) {
        const struct form_values *from = values_row(values, "guns", g);
        if (!values_has(from, "suffix"))
            continue;
        struct form_values *gun = values_row_more(record, "guns");
        values_put(gun, "code", arena_printf(work->arena, "%s%s", code, values_text(from, "suffix")));
        copy(gun, from, of_gun);
    }
}

/* What is wrong with one record stands at its row. */
static void blame(struct form_values *item, const char *words, HDF *reasons)
{
    const char *first = view_get(reasons, "0.Text");
    values_error(item, "code", "%s%s%s", words ? words : "", words && *first ? "：" : "", first);
}

static bool item_add(struct work *work, const struct form_values *values, struct form_values *item, bool draft)
{
    struct form_values *record = values_new(work, form_find(work, "equipment-record"));
    HDF *reasons = NULL;
    if (hdf_init(&reasons))
        fail_ours(work, "out of memory");
    copy(record, values, shared);
    copy(record, item, of_item);
    guns_copy(work, record, values, values_text(item, "code"));
    int64_t id = values_check(record, draft) ? equipment_record_save(work, record, 0) : 0;
    const char *words = id && !draft ? equipment_record_submit(work, id, reasons) : NULL;
    if (!id)
        values_reasons(record, reasons);
    if (!id || words)
        blame(item, words, reasons);
    hdf_destroy(&reasons);
    return id && !words;
}

size_t equipment_record_add(struct work *work, struct form_values *values, bool draft)
{
    size_t added = 0;
    bool good = true;
    if (!values_has(values, "station_record_id"))
        values_error(values, "station_record_id", "请选择「所属充电站」");
    else if (!draft)
        equipment_record_check_ties(work, values);
    if (values_wrong(values))
        return 0;
    for (size_t i = 0; i < values_count(values, "items"); i++) {
        struct form_values *item = values_row(values, "items", i);
        if (draft && blank(item))
            continue;
        good = item_add(work, values, item, draft) && good;
        added++;
    }
    if (!added)
        values_error(values, "items", "请填写「充电设施」");
    return good ? added : 0;
}

/* --- 「复制」 -------------------------------------------------------------------------------------------------------- */

struct form_values *equipment_record_copy(struct work *work, int64_t id)
{
    struct form_values *from = equipment_record_values(work, id), *out = values_new(work, form_find(work, "equipment-new"));
    const char *code = values_text(from, "code");
    copy(out, from, shared);
    for (size_t g = 0; g < values_count(from, "guns"); g++) {
        const struct form_values *gun = values_row(from, "guns", g);
        struct form_values *to = values_row_more(out, "guns");
        const char *own = values_text(gun, "code");
        if (*code && text_has_prefix(own, code) && strlen(own) - strlen(code) <= 3)
            values_put(to, "suffix", own + strlen(code));
        copy(to, gun, of_gun);
    }
    return out;
}
