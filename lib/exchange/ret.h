/* ret: the return codes of T/CEC 102 (`Ret` of a response envelope), no others. */
#ifndef EXCHANGE_RET_H
#define EXCHANGE_RET_H

enum exchange_ret {
    RET_BUSY       = -1,      /* busy, the caller tries later                                       */
    RET_OK         = 0,       /* accepted by the envelope layer; the business result is inside Data */
    RET_SYSTEM     = 500,     /* our fault                                                          */
    RET_SIGNATURE  = 4001,    /* Sig wrong                                                          */
    RET_TOKEN      = 4002,    /* token wrong or expired: fetch a new one once and resend            */
    RET_PARAMETERS = 4003,    /* one of the five envelope members missing, malformed, stale, seen   */
    RET_BUSINESS   = 4004     /* Data cannot be opened, or a member of it is missing or wrong       */
};

/* What an envelope or a message came to: the code and the sentence for the partner's engineer, which names
 * the member and says how to mend it. `text` is "" when ret is RET_OK; arena memory or a literal. */
struct verdict {
    enum exchange_ret ret;
    const char       *text;
};

#define VERDICT_OK ((struct verdict){ RET_OK, "" })

#endif
