#include "domain/password.h"

#include <ctype.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/config.h"
#include "core/crypto.h"
#include "core/db.h"
#include "core/text.h"

#define Q_OWNER "SELECT login, name, phone, password_hash FROM account WHERE id = ?"
#define Q_HISTORY "SELECT id, password_hash FROM password_history WHERE account_id = ? ORDER BY id DESC LIMIT ?"
#define Q_KEEP "INSERT INTO password_history (account_id, password_hash) SELECT id, password_hash FROM account" \
               " WHERE id = ? AND password_hash LIKE '$argon2id$%'"
#define Q_STORE "UPDATE account SET password_hash = ?, password_at = NOW(3)," \
                " locked_from = IF(locked_from = 'must_change', 'active', locked_from)," \
                " state = IF(state = 'must_change', 'active', state) WHERE id = ?"
#define Q_COMMON "SELECT COUNT(*) FROM common_password WHERE word IN (?, ?)"
#define Q_COMMON_ADD "INSERT IGNORE INTO common_password (word) VALUES (?)"
#define Q_HASH "SELECT password_hash FROM account WHERE id = ?"
#define Q_FORGET "DELETE FROM password_history WHERE account_id = ? AND id < (SELECT id FROM (SELECT id FROM password_history" \
                 " WHERE account_id = ? ORDER BY id DESC LIMIT 1 OFFSET ?) AS kept)"

enum { HISTORY_MOST = 24, TAIL_MOST = 6 };

/* Words of this country's habits that the loaded list (table common_password) lacks; with digits and marks around them:
 * Admin@2026 … */
static const char *const common_stems[] = {
    "password", "passw", "passwd", "pass", "pwd", "admin", "administrator", "root", "user", "test", "guest", "welcome",
    "login", "qwerty", "qwertyuiop", "asdfgh", "asdfghjkl", "zxcvbn", "zxcvbnm", "qazwsx", "qazwsxedc", "abc", "abcd",
    "abcde", "abcdef", "aa", "aaa", "iloveyou", "woaini", "woainima", "wangyut", "china", "zhongguo", "huawei", "letmein",
    "monkey", "dragon", "master", "hello", "system", "manager", "changeme", "default", "zaq", "qwe", "asd", "mima", "zhanghao" };
static const char *const common_whole[] = {
    "1qaz2wsx3edc", "1qaz@wsx", "1qaz2wsx", "p@ssw0rd", "p@ssword", "passw0rd", "q1w2e3r4t5", "1q2w3e4r5t", "qwer1234",
    "1234qwer", "a123456789", "123456789a", "abc123456", "cdzjk@369##", "admin@123456", "aa123456789", "1q2w3e4r!" };

static const char *folded(struct work *work, const char *text)
{
    char *out = arena_copy(work->arena, text);
    for (char *c = out; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    return out;
}

/* As it stands, or its word without the digits and marks around it. */
static bool is_common(struct work *work, const char *password)
{
    static const char marks[] = "0123456789!@#$%^&*()-_=+.,?~ ";
    const char *low = folded(work, password);
    for (size_t i = 0; i < sizeof common_whole / sizeof *common_whole; i++)
        if (text_has_prefix(low, common_whole[i]) && strlen(low) <= strlen(common_whole[i]) + TAIL_MOST)
            return true;
    const char *stem = low + strspn(low, marks);
    size_t length = strlen(stem);
    while (length && strchr(marks, stem[length - 1]))
        length--;
    stem = arena_copy_n(work->arena, stem, length);
    for (size_t i = 0; i < sizeof common_stems / sizeof *common_stems; i++)
        if (strcmp(common_stems[i], stem) == 0)
            return true;
    return db_int(work, 0, Q_COMMON, T(low), T(stem)) > 0;
}

int64_t password_common_load(struct work *work, FILE *file)
{
    char word[80];
    int64_t count = 0;
    for (; fgets(word, sizeof word, file); count++) {
        word[strcspn(word, "\r\n")] = '\0';
        db_exec(work, Q_COMMON_ADD, T(word));
    }
    return count;
}

static int classes_of(const char *password)
{
    bool lower = false, upper = false, digit = false, other = false;
    for (const unsigned char *c = (const unsigned char *)password; *c; c++) {
        lower |= islower(*c) != 0;
        upper |= isupper(*c) != 0;
        digit |= isdigit(*c) != 0;
        other |= !isalnum(*c);
    }
    return lower + upper + digit + other;
}

const char *password_rule(struct work *work)
{
    int classes = (int)config_int("Password.Classes");
    return arena_printf(work->arena, "%d 至 %d 个字符%s，不得包含账号、名称或手机号", (int)config_int("Password.Length"),
                        (int)config_int("Password.LengthMost"),
                        classes < 2 ? "" : arena_printf(work->arena, "，大写字母、小写字母、数字、符号中至少有 %d 种", classes));
}

const char *password_fault(struct work *work, const char *password)
{
    int64_t least = config_int("Password.Length"), most = config_int("Password.LengthMost"), length = (int64_t)utf8_length(password);
    if (length < least)
        return arena_printf(work->arena, "密码至少 %d 个字符，当前 %d 个", (int)least, (int)length);
    if (length > most)
        return arena_printf(work->arena, "密码最多 %d 个字符，当前 %d 个", (int)most, (int)length);
    if (classes_of(password) < config_int("Password.Classes"))
        return arena_printf(work->arena, "密码应包含大写字母、小写字母、数字、符号中的至少 %d 种", (int)config_int("Password.Classes"));
    if (is_common(work, password))
        return "该密码过于常见，容易被猜中，请更换";
    return NULL;
}

static bool holds(struct work *work, const char *password, const char *part, size_t least)
{
    return part && utf8_length(part) >= least && strstr(folded(work, password), folded(work, part));
}

const char *password_fault_for(struct work *work, const char *password, const char *login, const char *name, const char *phone)
{
    const char *fault = password_fault(work, password);
    if (fault)
        return fault;
    if (holds(work, password, login, 3))
        return "密码不得包含账号";
    if (holds(work, password, name, name && (name[0] & 0x80) ? 2 : 4))      /* two Han characters are a whole name */
        return "密码不得包含名称";
    if (holds(work, password, phone, 7))
        return "密码不得包含手机号";
    return NULL;
}

struct owner {
    const char *login, *name, *phone, *hash;
};

struct earlier {
    int64_t     id;
    const char *hash;
};

struct earlier_ones {
    struct work *work;
    const char  *hashes[HISTORY_MOST];
    size_t       count;
};

static void earlier_add(void *row, void *arg)
{
    struct earlier_ones *list = arg;
    if (list->count < HISTORY_MOST)
        list->hashes[list->count++] = arena_copy(list->work->arena, ((struct earlier *)row)->hash);
}

static bool was_used(struct work *work, int64_t account_id, const char *present, const char *password)
{
    static const struct db_column columns[] = { DB_INT(struct earlier, id), DB_TEXT(struct earlier, hash), DB_END };
    struct earlier_ones list = { .work = work };
    struct earlier row;
    int64_t history = config_int("Password.History");
    if (password_matches(present, password))
        return true;
    if (history > 1)
        db_each(work, columns, &row, earlier_add, &list, Q_HISTORY, I(account_id), I(history - 1));
    for (size_t i = 0; i < list.count; i++)
        if (password_matches(list.hashes[i], password))
            return true;
    return false;
}

const char *password_fault_of(struct work *work, int64_t account_id, const char *password)
{
    static const struct db_column columns[] = { DB_TEXT(struct owner, login), DB_TEXT(struct owner, name),
                                                DB_TEXT(struct owner, phone), DB_TEXT(struct owner, hash), DB_END };
    struct owner owner = { 0 };
    if (!db_struct(work, columns, &owner, Q_OWNER, I(account_id)))
        fail_ours(work, "no account %lld", (long long)account_id);
    const char *fault = password_fault_for(work, password, owner.login, owner.name, owner.phone);
    if (fault)
        return fault;
    if (was_used(work, account_id, owner.hash, password))
        return arena_printf(work->arena, "新密码不得与最近 %d 次使用过的密码相同", (int)config_int("Password.History") ? (int)config_int("Password.History") : 1);
    return NULL;
}

void password_store(struct work *work, int64_t account_id, const char *password)
{
    int64_t history = config_int("Password.History");
    db_exec(work, Q_KEEP, I(account_id));
    db_exec(work, Q_FORGET, I(account_id), I(account_id), I(history > 1 ? history - 2 : 0));
    db_exec(work, Q_STORE, T(password_hash(work->arena, password)), I(account_id));
}

bool password_is(struct work *work, int64_t account_id, const char *password)
{
    const char *hash = db_text(work, Q_HASH, I(account_id));
    return hash && password_matches(hash, password);
}
