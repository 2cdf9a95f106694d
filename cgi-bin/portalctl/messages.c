/* messages: see the header. */
#include "messages.h"

#include <jansson.h>
#include <stdio.h>

#include "exchange/message.h"

static const char *const types[] = { [FIELD_TEXT] = "text", [FIELD_INT] = "int", [FIELD_NUMBER] = "number",
    [FIELD_OBJECT] = "object", [FIELD_LIST] = "list", [FIELD_TEXTS] = "texts" };
static const char *const needs[] = { [FIELD_OPTIONAL] = "optional", [FIELD_REQUIRED] = "required", [FIELD_ESSENTIAL] = "essential" };
static const char *const forms[] = { [FORM_ANY] = NULL, [FORM_ORGANISATION] = "organisation", [FORM_DATE] = "date",
    [FORM_DATETIME] = "datetime", [FORM_SEQUENCE] = "sequence", [FORM_CLOCK] = "clock" };

static json_t *fields_json(const struct field *fields)
{
    json_t *list = json_array();
    for (const struct field *f = fields; f->name; f++) {
        json_t *one = json_pack("{s:s, s:s, s:s, s:s, s:s*, s:s*, s:s*}", "name", f->name, "label", f->label, "type", types[f->type],
                                "need", needs[f->need], "values", f->values, "form", forms[f->form], "also", f->also);
        if (f->most > 0) {
            json_object_set_new(one, "least", json_real(f->least));
            json_object_set_new(one, "most", json_real(f->most));
        }
        if (f->fields)
            json_object_set_new(one, "fields", fields_json(f->fields));
        json_array_append_new(list, one);
    }
    return list;
}

int messages_print(void)
{
    json_t *all = json_array();
    for (const struct message *m = messages(); m->interface; m++)
        json_array_append_new(all, json_pack("{s:s, s:s, s:b, s:b, s:o, s:o}", "interface", m->interface, "label", m->label,
            "by_operator", m->by_operator, "by_portal", m->by_portal, "request", fields_json(m->request),
            "response", fields_json(m->response)));
    int failed = json_dumpf(all, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(12));
    putchar('\n');
    json_decref(all);
    return failed ? 1 : 0;
}
