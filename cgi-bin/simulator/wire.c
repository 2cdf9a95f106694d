/* wire: envelopes made wrong. The right ones are the library's (exchange/envelope.h); here the steps are taken one by one,
 * so that each can be spoilt: business JSON → text → cipher → base64 → signature. */
#include <iconv.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "exchange/envelope.h"
#include "exchange/message.h"
#include "misbehave.h"

static bool is(const char *how, const char *name)
{
    return strcmp(how, name) == 0;
}

/* --- the business JSON ------------------------------------------------------------------------------------------------ */

static json_t *numbers_as_strings(json_t *value)
{
    const char *name;
    json_t *member, *out;
    size_t i;
    if (json_is_number(value)) {
        char text[40];
        snprintf(text, sizeof text, "%.12g", json_number_value(value));
        return json_string(text);
    }
    if (json_is_object(value)) {
        out = json_object();
        json_object_foreach(value, name, member)
            json_object_set_new(out, name, numbers_as_strings(member));
        return out;
    }
    if (json_is_array(value)) {
        out = json_array();
        json_array_foreach(value, i, member)
            json_array_append_new(out, numbers_as_strings(member));
        return out;
    }
    return json_incref(value);
}

/* Members with an enumeration get 77, wherever they stand. */
static void enums_spoil(json_t *value)
{
    static const char *const names[] = { "Status", "StationStatus", "StartChargeSeqStat", "SuccStat", "ConnectorStatus", "ConfirmResult", NULL };
    const char *name;
    json_t *member;
    size_t i;
    if (json_is_object(value)) {
        for (const char *const *n = names; *n; n++)
            if (json_is_integer(json_object_get(value, *n)))
                json_object_set_new(value, *n, json_integer(77));
        json_object_foreach(value, name, member)
            enums_spoil(member);
    }
    json_array_foreach(value, i, member)
        enums_spoil(member);
}

static void field_drop(json_t *data, const char *interface, bool request)
{
    const struct message *message = message_find(interface);
    const struct field *field = message ? (request ? message->request : message->response) : NULL;
    for (; field && field->name; field++)
        if (field->need != FIELD_OPTIONAL && json_object_get(data, field->name)) {
            json_object_del(data, field->name);
            return;
        }
}

static json_t *data_spoil(json_t *data, const char *interface, bool request, const char *how)
{
    if (is(how, "numbers-as-strings"))
        return numbers_as_strings(data);
    json_t *copy = json_deep_copy(data);
    if (is(how, "bad-enum"))
        enums_spoil(copy);
    if (is(how, "missing-field"))
        field_drop(copy, interface, request);
    if (is(how, "gbk"))
        json_object_set_new(copy, "Remark", json_string("充电站"));
    return copy;
}

/* --- text, cipher ------------------------------------------------------------------------------------------------------ */

static char *to_gbk(struct arena *arena, const char *text, size_t *size)
{
    iconv_t by = iconv_open("GBK", "UTF-8");
    char *in = arena_copy(arena, text), *out = arena_alloc(arena, strlen(text) * 2 + 1), *at = out;
    size_t left = strlen(text), room = left * 2;
    if (by == (iconv_t)-1)
        return in;
    iconv(by, &in, &left, &at, &room);
    iconv_close(by);
    *size = (size_t)(at - out);
    return out;
}

/* Without its last block, what is left does not end in a padding. */
static char *padding_break(struct arena *arena, const char *base64)
{
    size_t length = strlen(base64);
    unsigned char *bytes = arena_alloc(arena, length);
    char *out = arena_alloc(arena, length + 4);
    int size = EVP_DecodeBlock(bytes, (const unsigned char *)base64, (int)length);
    for (size_t i = length; i > 0 && base64[i - 1] == '='; i--)
        size--;
    EVP_EncodeBlock((unsigned char *)out, bytes, size > 16 ? size - 16 : size);
    return out;
}

static char *lines_break(struct arena *arena, const char *base64)
{
    char *out = arena_alloc(arena, strlen(base64) * 2 + 4), *at = out;
    for (size_t i = 0; base64[i]; i++) {
        *at++ = base64[i];
        if (i % 76 == 75)
            at = stpcpy(at, "\r\n");
    }
    return out;
}

static char *cipher(struct arena *arena, const struct key_set *keys, const char *interface, bool request, json_t *data, const char *how)
{
    json_t *spoilt = data_spoil(data, interface, request, how);
    char *dump = json_dumps(spoilt, JSON_COMPACT | JSON_REAL_PRECISION(12)), *text = dump;
    size_t size = strlen(dump);
    if (is(how, "gbk"))
        text = to_gbk(arena, dump, &size);
    char *out = seal_encrypt(arena, keys, text, size);
    if (is(how, "wrong-padding"))
        out = padding_break(arena, out);
    if (is(how, "line-breaks"))
        out = lines_break(arena, out);
    free(dump);
    json_decref(spoilt);
    return out;
}

static void sig_spoil(char *sig, const char *how)
{
    if (is(how, "wrong-signature"))
        sig[0] = sig[0] == 'A' ? 'B' : 'A';
}

static char *dump(struct arena *arena, json_t *envelope)
{
    char *text = json_dumps(envelope, JSON_COMPACT), *out = arena_copy(arena, text);
    free(text);
    json_decref(envelope);
    return out;
}

char *wire_reply(struct arena *arena, const struct key_set *keys, const char *interface, json_t *data, const char *how)
{
    char sig[SEAL_SIG_SIZE + 1];
    const char *body = cipher(arena, keys, interface, false, data, how);
    seal_sign(keys->sig_secret, (const char *const[]){ "0", "", body }, 3, sig);
    sig_spoil(sig, how);
    if (is(how, "unsigned"))
        return dump(arena, json_pack("{s:i, s:s, s:s}", "Ret", 0, "Msg", "", "Data", body));
    return dump(arena, json_pack("{s:i, s:s, s:s, s:s}", "Ret", 0, "Msg", "", "Data", body, "Sig", sig));
}

char *wire_request(struct arena *arena, const struct key_set *keys, const char *interface, const char *operator_id, json_t *data,
                   const char *how)
{
    static unsigned seq;
    char sig[SEAL_SIG_SIZE + 1], number[8];
    const char *body = cipher(arena, keys, interface, true, data, how);
    const char *at = time_format(arena, clock_now() - (is(how, "stale-clock") ? 3600000 : 0), "%Y%m%d%H%M%S");
    snprintf(number, sizeof number, "%04u", 5000 + seq++ % 5000);          /* apart from the library's own */
    seal_sign(keys->sig_secret, (const char *const[]){ operator_id, body, at, number }, 4, sig);
    sig_spoil(sig, how);
    return dump(arena, json_pack("{s:s, s:s, s:s, s:s, s:s}", "OperatorID", operator_id, "Data", body, "TimeStamp", at, "Seq", number,
                                 "Sig", is(how, "unsigned") ? "" : sig));
}
