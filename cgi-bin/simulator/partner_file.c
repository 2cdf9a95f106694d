/* partner_file: the keys of both directions, in the form `portalctl partner-import` takes. */
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

#include "exchange/envelope.h"
#include "exchange/message.h"
#include "world.h"

static void secret_make(char *out, size_t size)
{
    static const char letters[] = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789ABCDEFGH";
    unsigned char bytes[SEAL_KEY_SIZE];
    if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes)
        memset(bytes, 7, sizeof bytes);
    for (size_t i = 0; i < SEAL_KEY_SIZE && i + 1 < size; i++)
        out[i] = letters[bytes[i] % 64];
    out[SEAL_KEY_SIZE] = '\0';
}

static void keys_make(struct key_set *keys)
{
    secret_make(keys->operator_secret, sizeof keys->operator_secret);
    secret_make(keys->data_secret, sizeof keys->data_secret);
    secret_make(keys->data_secret_iv, sizeof keys->data_secret_iv);
    secret_make(keys->sig_secret, sizeof keys->sig_secret);
}

static bool keys_read(const json_t *file, const char *name, struct key_set *keys)
{
    const json_t *set = json_object_get(file, name);
    const char *wrong = key_set_fill(keys, message_text(set, "OperatorSecret"), message_text(set, "DataSecret"),
                                     message_text(set, "DataSecretIV"), message_text(set, "SigSecret"));
    if (wrong)
        fprintf(stderr, "simulator: %s: %s\n", name, wrong);
    return !wrong;
}

bool partner_read(struct world *world)
{
    struct partner_keys *partner = &world->partner;
    json_error_t error;
    if (!world->options->partner_file) {
        snprintf(partner->operator_id, sizeof partner->operator_id, "%s", world->options->operator_id);
        snprintf(partner->gov_id, sizeof partner->gov_id, "%s", world->options->gov_id);
        keys_make(&partner->to_gov);
        keys_make(&partner->to_operator);
        return true;
    }
    json_t *file = json_load_file(world->options->partner_file, JSON_REJECT_DUPLICATES, &error);
    if (!file) {
        fprintf(stderr, "simulator: %s line %d: %s\n", world->options->partner_file, error.line, error.text);
        return false;
    }
    snprintf(partner->operator_id, sizeof partner->operator_id, "%s", message_text(file, "operator_id"));
    snprintf(partner->gov_id, sizeof partner->gov_id, "%s", message_text(file, "gov_id"));
    bool good = operator_id_valid(partner->operator_id) && operator_id_valid(partner->gov_id);
    if (!good)
        fprintf(stderr, "simulator: operator_id and gov_id must be 9 digits or capitals\n");
    good = good && keys_read(file, "to_gov", &partner->to_gov) && keys_read(file, "to_operator", &partner->to_operator);
    json_decref(file);
    return good;
}

static json_t *keys_json(const struct key_set *keys)
{
    return json_pack("{s:s, s:s, s:s, s:s}", "OperatorSecret", keys->operator_secret, "DataSecret", keys->data_secret,
                     "DataSecretIV", keys->data_secret_iv, "SigSecret", keys->sig_secret);
}

/* The file holds secrets: for its owner alone. */
bool partner_write(const struct world *world, const char *address)
{
    const char *path = world->options->write_partner;
    const struct partner_keys *partner = &world->partner;
    mode_t before = umask(077);
    json_t *file = json_pack("{s:s, s:s, s:s, s:s, s:o, s:o}", "operator_id", partner->operator_id, "gov_id", partner->gov_id,
        "name", world->options->operator_name, "base_url", address, "to_gov", keys_json(&partner->to_gov),
        "to_operator", keys_json(&partner->to_operator));
    bool good = json_dump_file(file, path, JSON_INDENT(2)) == 0;
    umask(before);
    json_decref(file);
    if (!good)
        fprintf(stderr, "simulator: %s cannot be written\n", path);
    return good;
}
