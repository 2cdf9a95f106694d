/* mail: one message to an SMTP server by libcurl. Made for jobs, outside any transaction. Header injection is impossible:
 * what stands in a header is checked or encoded. */
#ifndef EXCHANGE_MAIL_H
#define EXCHANGE_MAIL_H

#include <stdbool.h>
#include <stdint.h>

#include "core/arena.h"

struct mail_server {
    const char *url;            /* smtp://host:587, smtps://host:465 */
    bool        plain;          /* no STARTTLS, for a relay on this machine; else it must succeed */
    const char *user, *password;    /* "": no authentication */
    const char *ca_file;        /* "": the system's */
    long        seconds;        /* for the whole delivery */
};

struct mail {
    const char *from, *from_name, *to;
    const char *subject, *text;     /* UTF-8 */
    const char *message_key;        /* letters, digits, -_ : the same for each try, so that receivers see a second copy as one */
    int64_t     at;                 /* milliseconds, for Date */
};

struct delivery {
    bool        done;
    bool        later;          /* failed, but trying again may help (4xx, no connection) */
    const char *why;            /* Chinese, what went wrong; "" */
};

/* One address, ASCII, local@domain, no quoting, at most 254 bytes. */
bool mail_address_good(const char *address);

/* The message as it goes over the wire: CRLF, encoded words (RFC 2047), base64 body, lines below 998 bytes. */
char *mail_message(struct arena *arena, const struct mail *mail);

void mail_send(struct arena *arena, const struct mail_server *server, const struct mail *mail, struct delivery *out);

#endif
