/* text: UTF-8 and numbers. Everything here is strict on input and never cuts a character in half. */
#include "core/text.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Decodes one character at text[0..size); returns its length in bytes, 0 when it is not valid UTF-8. */
static size_t decode(const unsigned char *text, size_t size, uint32_t *point)
{
    unsigned char c = text[0];
    size_t length = c < 0x80 ? 1 : c >= 0xC2 && c < 0xE0 ? 2 : c >= 0xE0 && c < 0xF0 ? 3
                  : c >= 0xF0 && c < 0xF5 ? 4 : 0;
    if (!length || length > size)
        return 0;
    uint32_t value = length == 1 ? c : c & (0x7F >> length);
    for (size_t i = 1; i < length; i++) {
        if ((text[i] & 0xC0) != 0x80)
            return 0;
        value = value << 6 | (text[i] & 0x3F);
    }
    static const uint32_t least[] = { 0, 1, 0x80, 0x800, 0x10000 };
    if (value < least[length] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF))
        return 0;
    *point = value;
    return length;
}

static size_t encode(char *out, uint32_t point)
{
    unsigned char *o = (unsigned char *)out;
    if (point < 0x80) {
        o[0] = (unsigned char)point;
        return 1;
    }
    if (point < 0x800) {
        o[0] = (unsigned char)(0xC0 | point >> 6);
        o[1] = (unsigned char)(0x80 | (point & 0x3F));
        return 2;
    }
    if (point < 0x10000) {
        o[0] = (unsigned char)(0xE0 | point >> 12);
        o[1] = (unsigned char)(0x80 | (point >> 6 & 0x3F));
        o[2] = (unsigned char)(0x80 | (point & 0x3F));
        return 3;
    }
    o[0] = (unsigned char)(0xF0 | point >> 18);
    o[1] = (unsigned char)(0x80 | (point >> 12 & 0x3F));
    o[2] = (unsigned char)(0x80 | (point >> 6 & 0x3F));
    o[3] = (unsigned char)(0x80 | (point & 0x3F));
    return 4;
}

bool utf8_valid(const char *text, size_t size)
{
    for (size_t i = 0; i < size;) {
        uint32_t point;
        size_t length = decode((const unsigned char *)text + i, size - i, &point);
        if (!length)
            return false;
        i += length;
    }
    return true;
}

uint32_t utf8_next(const char **text)
{
    uint32_t point = 0;
    if (!**text)
        return 0;
    size_t length = decode((const unsigned char *)*text, strlen(*text) < 4 ? strlen(*text) : 4, &point);
    if (!length) {          /* a stray byte: stepped over, shown as the replacement character */
        *text += 1;
        return 0xFFFD;
    }
    *text += length;
    return point;
}

size_t utf8_length(const char *text)
{
    size_t count = 0;
    for (; *text; text++)
        count += ((unsigned char)*text & 0xC0) != 0x80;
    return count;
}

char *utf8_cut(struct arena *arena, const char *text, size_t characters)
{
    const char *end = text;
    for (size_t i = 0; i < characters && *end; i++)
        utf8_next(&end);
    if (!*end)
        return arena_copy(arena, text);
    return arena_printf(arena, "%.*s…", (int)(end - text), text);
}

void utf8_trim(char *text)
{
    size_t size = strlen(text), back = 1;
    while (back < 4 && back < size && ((unsigned char)text[size - back] & 0xC0) == 0x80)
        back++;
    if (size && !utf8_valid(text + size - back, back))
        text[size - back] = '\0';
}

char *utf8_repair(struct arena *arena, const char *text, size_t size)
{
    char *out = arena_alloc(arena, size * 3 + 1), *o = out;
    for (size_t i = 0; i < size;) {
        uint32_t point;
        size_t length = decode((const unsigned char *)text + i, size - i, &point);
        o += encode(o, length && point ? point : 0xFFFD);
        i += length ? length : 1;
    }
    return out;
}

/* Full-width ASCII (U+FF01..FF5E) and the ideographic blank (U+3000) have half-width twins. */
static uint32_t half_width(uint32_t point)
{
    if (point >= 0xFF01 && point <= 0xFF5E)
        return point - 0xFEE0;
    if (point == 0x3000 || point == 0xA0 || point == '\t' || point == '\n' || point == '\r')
        return ' ';
    return point;
}

/* Marks that turn the reading direction make "gpj.exe" out of "exe.jpg", those without width make two names look alike
 * and an empty answer look given; the rest is control characters. */
static bool shown(uint32_t c)
{
    return c >= 0x20 && c != 0x7f && !(c >= 0x80 && c < 0xa0) && !(c >= 0x200b && c <= 0x200f) && !(c >= 0x2028 && c <= 0x202e)
        && !(c >= 0x2060 && c <= 0x206f) && c != 0xad && c != 0x61c && c != 0x180e && c != 0xfeff;
}

static bool shown_in_name(uint32_t c)
{
    return shown(c) && c != '/' && c != '\\' && c != '"' && c != '<' && c != '>';
}

char *text_visible(struct arena *arena, const char *text)
{
    char *out = arena_alloc(arena, strlen(text) + 1), *o = out;
    while (*text) {
        const char *begin = text;
        uint32_t point = utf8_next(&text);
        if (shown(point) || point < 0x20 || point == 0x7f)      /* controls are for the caller to refuse */
            for (; begin < text; begin++)
                *o++ = *begin;
    }
    *o = '\0';
    return out;
}

char *text_file_name(struct arena *arena, const char *name)
{
    const char *slash = strrchr(name, '/'), *back = strrchr(name, '\\'), *from = slash > back ? slash : back;
    char *out = arena_alloc(arena, strlen(name) + 1), *o = out;
    for (from = from ? from + 1 : name; *from;) {
        const char *begin = from;
        if (shown_in_name(utf8_next(&from)))
            for (; begin < from; begin++)
                *o++ = *begin;
    }
    *o = '\0';
    return out;
}

static bool is_blank(uint32_t point)
{
    return half_width(point) == ' ';
}

static char *one_line(struct arena *arena, const char *text, bool fold)
{
    char *out = arena_alloc(arena, strlen(text) * 3 + 1), *o = out;   /* a stray byte grows to three */
    bool blank = false;
    for (uint32_t point; (point = utf8_next(&text));) {
        if (fold)
            point = half_width(point);
        if (is_blank(point)) {
            blank = o > out;
            continue;
        }
        if (blank)
            *o++ = ' ';
        blank = false;
        o += encode(o, point);
    }
    *o = '\0';
    return out;
}

char *text_normal(struct arena *arena, const char *text) { return one_line(arena, text, true); }
char *text_line(struct arena *arena, const char *text)   { return one_line(arena, text, false); }

char *text_folded(struct arena *arena, const char *text)
{
    char *out = text_normal(arena, text);
    for (char *c = out; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    return out;
}

static bool is_word(uint32_t point)
{
    return point < 0x80 ? isalnum((int)point) != 0 : true;
}

static bool is_han(uint32_t point)
{
    return (point >= 0x3400 && point <= 0x9FFF) || (point >= 0xF900 && point <= 0xFAFF)
        || (point >= 0x20000 && point <= 0x3FFFF);
}

char *text_bigrams(struct arena *arena, const char *text)
{
    const char *from = text_folded(arena, text);
    char *out = arena_alloc(arena, strlen(from) * 4 + 2), *o = out;
    uint32_t before = 0;
    bool alone = false;                         /* a Han character not yet in any pair */
    for (uint32_t point; (point = utf8_next(&from));) {
        bool word = is_word(point), han = is_han(point);
        if (han && is_han(before)) {
            if (!alone)
                *o++ = ' ', o += encode(o, before);
            o += encode(o, point);
            alone = false;
        } else if (word) {
            if (o > out && (han || is_han(before) || !is_word(before)))
                *o++ = ' ';
            o += encode(o, point);
            alone = han;
        }
        before = word ? point : ' ';
    }
    *o = '\0';
    return out;
}

bool text_to_int(const char *text, int64_t low, int64_t high, int64_t *out)
{
    if (!isdigit((unsigned char)*text) && !(*text == '-' && isdigit((unsigned char)text[1])))
        return false;
    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (errno || *end || value < low || value > high)
        return false;
    *out = value;
    return true;
}

bool text_to_real(const char *text, double low, double high, double *out)
{
    if (!*text || strspn(text, "-.0123456789") != strlen(text))      /* no hex, no inf, no blanks */
        return false;
    char *end;
    double value = strtod(text, &end);
    if (*end || !isfinite(value) || value < low || value > high)
        return false;
    *out = value;
    return true;
}

char *text_thousands(struct arena *arena, int64_t number)
{
    char digits[24], *out = arena_alloc(arena, 32), *o = out;
    snprintf(digits, sizeof digits, "%" PRIu64, number < 0 ? -(uint64_t)number : (uint64_t)number);
    if (number < 0)
        *o++ = '-';
    for (size_t i = 0, n = strlen(digits); i < n; i++) {
        if (i && (n - i) % 3 == 0)
            *o++ = ',';
        *o++ = digits[i];
    }
    return out;
}

bool text_same(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

bool text_same_secret(const char *a, const char *b)
{
    size_t na = strlen(a), nb = strlen(b);
    unsigned char differs = na != nb;
    for (size_t i = 0; i < na; i++)
        differs |= (unsigned char)(a[i] ^ (nb ? b[i % nb] : 1));
    return !differs;
}

bool text_has_prefix(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

char *text_hex(struct arena *arena, const void *bytes, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    char *out = arena_alloc(arena, size * 2 + 1);
    for (size_t i = 0; i < size; i++) {
        unsigned char byte = ((const unsigned char *)bytes)[i];
        out[2 * i] = digits[byte >> 4];
        out[2 * i + 1] = digits[byte & 15];
    }
    return out;
}

char *text_percent(struct arena *arena, const char *text, const char *keep)
{
    char *out = arena_alloc(arena, strlen(text) * 3 + 1), *o = out;
    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        if (*c < 0x80 && (isalnum(*c) || strchr("-_.~", *c) || strchr(keep, *c)))
            *o++ = (char)*c;
        else
            o += sprintf(o, "%%%02X", *c);
    }
    return out;
}

const char *text_kept(const char *text)
{
    static struct kept { struct kept *next; char text[]; } *all;
    for (const struct kept *one = all; one; one = one->next)
        if (strcmp(one->text, text) == 0)
            return one->text;
    struct kept *one = malloc(sizeof *one + strlen(text) + 1);
    if (!one)
        abort();
    strcpy(one->text, text);
    one->next = all;
    all = one;
    return one->text;
}
