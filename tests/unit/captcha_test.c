/* captcha: either answer is right, each challenge once, none of one's own making. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <gd.h>

#include "core/text.h"
#include "db_fixture.h"
#include "domain/captcha.h"
#include "draw/captcha.h"

#undef fail
#include <cmocka.h>

static struct work *work;

struct attempt { const char *token, *answer; bool good; };
static void try_it(struct work *w, void *arg)
{
    struct attempt *a = arg;
    a->good = captcha_check(w, a->token, a->answer);
}

static bool right(const char *token, const char *answer)
{
    struct attempt a = { token, answer, false };
    db_fixture_run(work, try_it, &a);
    return a.good;
}

static int han_number(const char *text)
{
    static const char *const digits[] = { "零", "一", "二", "三", "四", "五", "六", "七", "八", "九" };
    int total = 0, digit = -1;
    for (; *text; text += 3) {
        if (strncmp(text, "十", 3) == 0) {
            total += (digit < 0 ? 1 : digit) * 10;
            digit = 0;
            continue;
        }
        for (int d = 0; d < 10; d++)
            if (strncmp(text, digits[d], 3) == 0)
                digit = d;
    }
    return total + (digit > 0 ? digit : 0);
}

/* As a person would who hears the question. */
static const char *answer_of(const char *question)
{
    char a[40] = "", b[40] = "";
    const char *op = strstr(question, "加") ? "加" : "减", *word = strstr(question, "「");
    if (word) {
        int nth = han_number(arena_copy_n(work->arena, strstr(question, "第") + 3, 3));
        return arena_copy_n(work->arena, word + 3 * nth, 3);
    }
    strncat(a, question, (size_t)(strstr(question, op) - question));
    strncat(b, strstr(question, op) + 3, (size_t)(strstr(question, "等于") - strstr(question, op) - 3));
    return arena_printf(work->arena, "%d", strcmp(op, "加") == 0 ? han_number(a) + han_number(b) : han_number(a) - han_number(b));
}

static void letters_or_question(void **state)
{
    (void)state;
    for (int i = 0; i < 40; i++) {
        const char *token = captcha_new(work), *question = captcha_question(work, token);
        assert_int_equal(strspn(token, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:"), strlen(token));
        assert_true(right(token, answer_of(question)));
    }
    const char *token = captcha_new(work);
    char *low = text_folded(work->arena, captcha_text(work, token));
    assert_true(right(token, low));                       /* small letters will do */
}

static void once_right_or_wrong(void **state)
{
    (void)state;
    const char *token = captcha_new(work), *letters = captcha_text(work, token);
    assert_true(right(token, letters));
    assert_false(right(token, letters));
    token = captcha_new(work), letters = captcha_text(work, token);
    assert_false(right(token, "wrong"));
    assert_false(right(token, letters));
    token = captcha_new(work);
    assert_false(right(token, ""));
}

static void only_our_own(void **state)
{
    (void)state;
    const char *token = captcha_new(work);
    char *changed = arena_copy(work->arena, token);
    changed[20] = changed[20] == 'A' ? 'B' : 'A';
    assert_null(captcha_text(work, changed));
    assert_null(captcha_question(work, "a1:AAAA"));
    assert_null(captcha_text(work, ""));
    assert_false(right(NULL, "1"));
    assert_null(strstr(token, captcha_text(work, token)));          /* the answer does not stand in it */
}

static void pictures_differ_and_are_pictures(void **state)
{
    size_t one, two;
    (void)state;
    void *a = captcha_png(work->arena, "ACDEF", &one), *b = captcha_png(work->arena, "ACDEF", &two);
    assert_non_null(a);
    assert_non_null(b);
    assert_false(one == two && memcmp(a, b, one) == 0);
    gdImagePtr image = gdImageCreateFromPngPtr((int)one, a);
    assert_non_null(image);
    assert_int_equal(gdImageSX(image), CAPTCHA_WIDTH);
    gdImageDestroy(image);
    assert_null(captcha_png(work->arena, "", &one));
}

int main(void)
{
    work = db_fixture();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(letters_or_question), cmocka_unit_test(once_right_or_wrong), cmocka_unit_test(only_our_own),
        cmocka_unit_test(pictures_differ_and_are_pictures) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
