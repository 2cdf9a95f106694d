/* sheet_number: a stored number as a person sees it: dates by their format (ECMA-376 part 1, 18.8.30 numFmt and
 * 18.17.4.1 for the 1900 and 1904 systems), codes without an exponent, leading zeros of a "000000" format. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sheet/sheet_inside.h"

enum { DIGITS_KEPT = 15, SERIAL_END = 2958466 };      /* 9999-12-31 and a day */

int format_builtin(int id)
{
    bool date = (id >= 14 && id <= 17) || id == 22 || (id >= 27 && id <= 31) || id == 36 || (id >= 50 && id <= 54)
             || id == 57 || id == 58;                 /* 27 to 58: East Asian forms */
    bool time = (id >= 18 && id <= 21) || (id >= 45 && id <= 47) || (id >= 32 && id <= 35) || id == 55 || id == 56;
    return date ? STYLE_DATE : time ? STYLE_TIME : STYLE_PLAIN;
}

/* The first section decides; what stands in quotes, behind a backslash or in brackets is no code, but [h] is one. */
int format_style(const char *code)
{
    bool day = false, clock = false, month = false;
    size_t zeros = strspn(code, "0");
    if (zeros >= 2 && zeros <= 20 && !code[zeros])
        return STYLE_PADDED + (int)zeros;
    if (strncasecmp(code, "General", 7) == 0)
        return STYLE_PLAIN;
    for (const char *c = code; *c && *c != ';'; c++) {
        if (*c == '"') {
            c += 1 + strcspn(c + 1, "\"");
        } else if (*c == '\\' || *c == '_' || *c == '*') {
            c += c[1] != '\0';
            continue;
        } else if (*c == '[') {
            size_t n = strcspn(c, "]");
            clock = clock || (n > 1 && strspn(c + 1, "hHmMsS") == n - 1);
            c += n;
        }
        if (!*c)
            break;
        day = day || strchr("yYdD", *c);
        clock = clock || strchr("hHsS", *c);
        month = month || strchr("mM", *c);
    }
    return day || (month && !clock) ? STYLE_DATE : clock ? STYLE_TIME : STYLE_PLAIN;
}

/* Days since 1970 to a civil date (proleptic Gregorian). */
static void civil(int64_t days, int *year, int *month, int *day)
{
    days += 719468;
    int64_t era = days / 146097, of_era = days % 146097;
    int64_t y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * y + y / 4 - y / 100), m = (5 * of_year + 2) / 153;
    *day = (int)(of_year - (153 * m + 2) / 5 + 1);
    *month = (int)(m < 10 ? m + 3 : m - 9);
    *year = (int)(y + era * 400 + (*month <= 2));
}

static bool date_text(double serial, int style, bool from_1904, char out[64])
{
    if (!(serial >= 0) || serial >= SERIAL_END)
        return false;
    int64_t seconds = (int64_t)floor(serial * 86400 + 0.5), days = seconds / 86400, rest = seconds % 86400;
    char clock[16] = "";
    int year, month, day;
    if (rest || style == STYLE_TIME)
        snprintf(clock, sizeof clock, "%02d:%02d:%02d", (int)(rest / 3600), (int)(rest / 60 % 60), (int)(rest % 60));
    if (style == STYLE_TIME && days == 0) {
        strcpy(out, clock);
        return true;
    }
    if (!from_1904 && (days == 60 || days == 0))       /* 1900-02-29 and 1900-01-00, which never were */
        return false;
    civil(from_1904 ? days - 24107 : days < 60 ? days - 25568 : days - 25569, &year, &month, &day);
    snprintf(out, 64, "%04d-%02d-%02d%s%s", year, month, day, *clock ? " " : "", clock);
    return true;
}

bool sheet_day_text(const struct sheet_cell *cell, char out[64])
{
    const char *digits = cell->text;
    if (strspn(digits, "0123456789") != 5 || digits[5] || *digits < '2' || *digits > '7')
        return false;
    return date_text(strtod(digits, NULL), STYLE_DATE, cell->from_1904, out);
}

/* "-12.50": up to 15 digits need no arithmetic */
static bool is_plain(const char *raw)
{
    size_t sign = *raw == '-', whole = strspn(raw + sign, "0123456789"), rest = 0;
    const char *end = raw + sign + whole;
    if (*end == '.')
        rest = 1 + strspn(end + 1, "0123456789"), end += rest;
    return whole && whole + rest <= DIGITS_KEPT && !*end;
}

static void plain_text(double value, char out[64])
{
    snprintf(out, 64, "%.15g", value);
    if (!strchr(out, 'e'))
        return;
    if (fabs(value) >= 1e15) {
        snprintf(out, 64, fabs(value) < 1e40 ? "%.0f" : "%.15g", value);
    } else {                                           /* 0.000012: plain as well, without a tail of zeros */
        snprintf(out, 64, "%.20f", value);
        size_t n = strlen(out);
        while (n > 1 && out[n - 1] == '0')
            out[--n] = '\0';
        if (n && out[n - 1] == '.')
            out[n - 1] = '\0';
    }
}

bool number_text(const char *raw, int style, bool from_1904, char out[64], enum sheet_kind *kind, bool *digits_lost)
{
    char *end;
    size_t length = strlen(raw);
    if (!length || length > 40 || strspn(raw, "0123456789.+-eE") != length)
        return false;
    *kind = SHEET_NUMBER;
    *digits_lost = false;
    if (style == STYLE_PLAIN && is_plain(raw)) {
        memcpy(out, raw, length + 1);
        return true;
    }
    double value = strtod(raw, &end);
    if (*end || !isfinite(value))
        return false;
    if ((style == STYLE_DATE || style == STYLE_TIME) && date_text(value, style, from_1904, out)) {
        *kind = SHEET_DATE;
        return true;
    }
    *digits_lost = fabs(value) >= 1e15;
    plain_text(value, out);
    if (style >= STYLE_PADDED && value >= 0 && strspn(out, "0123456789") == strlen(out) && (int)strlen(out) < style - STYLE_PADDED)
        snprintf(out, 64, "%0*.0f", style - STYLE_PADDED, value);
    return true;
}
