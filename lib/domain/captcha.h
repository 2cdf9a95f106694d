/* captcha: is this a person? Owns table captcha_used. A challenge is a sealed text carried by the form (answer, question,
 * time); nothing is stored until it is answered, then it is used up, right or wrong. Good for ten minutes.
 *
 * Two ways to answer, one is enough: the letters of the picture (lib/draw/captcha.h), or a question in plain Chinese
 * that a screen reader reads aloud (GB/T 37668: no check by sight alone). The question is the weaker of the two against
 * programs; guessing is held by lib/domain/lockout.h in any case, the captcha only makes it dear. */
#ifndef DOMAIN_CAPTCHA_H
#define DOMAIN_CAPTCHA_H

#include <stdbool.h>

#include "core/work.h"

const char *captcha_new(struct work *work);                                  /* the token; letters, digits, - _ . : */
/* What the picture shows and what is asked; NULL: not one of ours, or too old. */
const char *captcha_text(struct work *work, const char *token);
const char *captcha_question(struct work *work, const char *token);
bool        captcha_check(struct work *work, const char *token, const char *answer);   /* uses it up */
void        captcha_purge(struct work *work);

#endif
