/* sms: one message to a provider of SMS over HTTPS. What providers want differs; address, headers, body and what is
 * signed are templates with {phone} {text} {time} {nonce} {sign} ({key} in what is signed), filled in as the place
 * demands: %XX in an address or form, escaped in JSON, without line breaks in a header. */
#ifndef EXCHANGE_SMS_H
#define EXCHANGE_SMS_H

#include "exchange/mail.h"

struct sms_provider {
    const char *url, *method, *content_type, *headers, *body;     /* headers parted by | */
    const char *sign;               /* hmac-sha256, hmac-base64, sha256, none */
    const char *sign_text, *sign_key;
    const char *accepted;           /* words an answer of success holds; "": any 2xx */
    const char *ca_file;
    long        seconds;
};

struct sms { const char *phone, *text, *nonce, *time; };

/* One template filled in; the encodings of the places. */
enum sms_place { SMS_AS_IS, SMS_ADDRESS, SMS_JSON, SMS_HEADER };
char *sms_fill(struct arena *arena, const char *pattern, const struct sms *sms, const char *sign, const char *key,
               enum sms_place place);
const char *sms_sign(struct arena *arena, const struct sms_provider *provider, const struct sms *sms);

void sms_send(struct arena *arena, const struct sms_provider *provider, const struct sms *sms, struct delivery *out);

#endif
