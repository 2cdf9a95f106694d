/* demo_platform: one operator of the demonstration city gets a platform that lives: the conformance kit (build/simulator), run as
 * a part of the instance (conf/host/parts.sh), with the operator's own stations and keys. The rest of the city is told by
 * demo_live.c, which leaves connected operators alone. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/config.h"
#include "core/db.h"
#include "domain/demo.h"
#include "domain/demo_city.h"
#include "domain/partner_save.h"
#include "domain/station_infos.h"

/* The same one each time: the first whose platform is not silent, but not the demonstration logins' own companies, who show how one
 * gets connected. */
#define Q_OPERATOR "SELECT o.id FROM operator o WHERE o.source IN ('demo', 'exchange') AND EXISTS (SELECT 1 FROM station s"              \
    " WHERE s.operator_id = o.id AND s.published = 1 AND s.removed_at IS NULL) AND NOT (" SQL_SILENT ") AND NOT EXISTS"                  \
    " (SELECT 1 FROM account a WHERE a.operator_id = o.id AND a.demo = 1) ORDER BY o.id LIMIT 1"

static json_t *secrets(const struct key_set *keys)
{
    return json_pack("{s:s, s:s, s:s, s:s}", "OperatorSecret", keys->operator_secret, "DataSecret", keys->data_secret,
                     "DataSecretIV", keys->data_secret_iv, "SigSecret", keys->sig_secret);
}

static void file_write(struct work *work, const json_t *json, const char *name)
{
    const char *path = arena_printf(work->arena, "%s/simulator/%s", path_var(), name);
    if (json_dump_file(json, path, JSON_COMPACT | JSON_REAL_PRECISION(12)) != 0)
        fail_ours(work, "%s cannot be written", path);
}

static void release_json(void *thing)
{
    json_decref(thing);
}

/* The keys of the last start serve again: messages under way then are good messages now. */
static json_t *partner_file(struct work *work, const char *code, const char *url)
{
    const char *path = arena_printf(work->arena, "%s/simulator/partner.json", path_var());
    json_t *file = json_load_file(path, 0, NULL);
    const char *before = json_string_value(json_object_get(file, "operator_id"));
    if (!before || strcmp(before, code) != 0) {
        struct key_set to_gov, to_operator;
        json_decref(file);
        key_set_random(&to_gov);
        key_set_random(&to_operator);
        file = json_pack("{s:s, s:s, s:o, s:o}", "operator_id", code, "gov_id", config_text("Exchange.OperatorId"),
                         "to_gov", secrets(&to_gov), "to_operator", secrets(&to_operator));
    }
    json_object_set_new(file, "base_url", json_string(url));
    work_defer(work, release_json, file);
    return file;
}

void demo_platform(struct work *work, int64_t port)
{
    int64_t operator_id = db_int(work, 0, Q_OPERATOR);
    if (!operator_id)
        fail(work, FAIL_MISSING, "%s", "there is no demonstration operator with stations");
    const char *code = db_text(work, "SELECT code FROM operator WHERE id = ?", I(operator_id));
    json_t *file = partner_file(work, code, arena_printf(work->arena, "http://127.0.0.1:%lld/evcs/v1", (long long)port));
    mkdir(arena_printf(work->arena, "%s/simulator", path_var()), 0750);
    file_write(work, file, "partner.json");
    file_write(work, station_infos(work, operator_id), "stations.json");
    partner_import(work, file);
}
