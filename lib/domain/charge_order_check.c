/* charge_order_check: see the header. The books of the period are read in one statement, up to so many orders as an answer can
 * name; a number that lies elsewhere (an operator may count by start or by end) is looked up by itself. */
#include "domain/charge_order_check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/crypto.h"
#include "core/db.h"
#include "core/text.h"
#include "domain/charge_order.h"
#include "domain/charge_order_doubt.h"

enum { PERIOD_DAYS = 35, BOOKS_MOST = 50000, TOLERANCE_WH = 10 };        /* two decimals of a kWh are told */

#define Q_MANY "SELECT COUNT(*) FROM (SELECT 1 FROM charge_order WHERE operator_id = ? AND at >= ? AND at <= ? LIMIT ?) some"
#define Q_BOOKS \
    "SELECT order_no, energy_wh, CAST(total_money * 100 AS SIGNED), doubts, version, start_at >= ? AND end_at <= ? FROM charge_order" \
    " WHERE operator_id = ? AND at >= ? AND at <= ?"
#define Q_ONE \
    "SELECT o.order_no, o.energy_wh, CAST(o.total_money * 100 AS SIGNED), o.doubts, 1, 0 FROM charge_order_key k JOIN charge_order o" \
    " ON o.operator_id = k.operator_id AND o.at = k.at AND o.order_no = k.order_no AND o.version = 1 WHERE k.operator_id = ? AND k.order_no = ?"
#define Q_KNOWN "SELECT answer FROM charge_order_check WHERE operator_id = ? AND check_seq = ? AND digest = ?"
#define Q_STORE \
    "INSERT INTO charge_order_check (operator_id, check_seq, digest, start_at, end_at, told_orders, told_wh, told_money, dispute_orders," \
    " answer, received_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"

struct booked { const char *order_no; int64_t wh, fen, doubts, version, inside; };
static const struct db_column columns[] = { DB_TEXT(struct booked, order_no), DB_INT(struct booked, wh), DB_INT(struct booked, fen),
    DB_INT(struct booked, doubts), DB_INT(struct booked, version), DB_INT(struct booked, inside), DB_END };

struct check {
    struct work *work;
    int64_t      operator_id;
    json_t      *books;                  /* number → [wh, fen, doubts, inside, listed] */
    json_t      *disputes;
    int64_t      wh, fen;                /* of the disputes */
};

static void release_json(void *thing)
{
    json_decref(thing);
}

static void books_keep(void *row, void *arg)
{
    const struct booked *r = row;
    struct check *check = arg;
    if (r->version == 1)
        json_object_set_new(check->books, r->order_no, json_pack("[I, I, I, b, b]", (json_int_t)r->wh, (json_int_t)r->fen,
                                                                 (json_int_t)r->doubts, (int)r->inside, 0));
}

static int64_t entry(const json_t *order, size_t i)
{
    return json_integer_value(json_array_get(order, i));
}

static void dispute(struct check *check, const char *order_no, int64_t wh, int64_t fen, enum order_dispute reason)
{
    json_array_append_new(check->disputes, json_pack("{s:s, s:f, s:f, s:i}", "StartChargeSeq", order_no, "TotalPower", (double)wh / 1000,
                                                     "TotalMoney", (double)fen / 100, "DisputeReason", (int)reason));
    check->wh += wh;
    check->fen += fen;
}

static json_t *book_of(struct check *check, const char *order_no)
{
    struct booked row;
    json_t *book = json_object_get(check->books, order_no);
    if (!book && db_struct(check->work, columns, &row, Q_ONE, I(check->operator_id), T(order_no))) {
        books_keep(&row, check);
        book = json_object_get(check->books, order_no);
    }
    return book;
}

static void order_check(struct check *check, const json_t *told)
{
    const char *order_no = json_string_value(json_object_get(told, "StartChargeSeq"));
    int64_t wh = llround(json_number_value(json_object_get(told, "TotalPower")) * 1000),
            fen = llround(json_number_value(json_object_get(told, "TotalMoney")) * 100);
    json_t *book = book_of(check, order_no);
    if (!book) {
        dispute(check, order_no, wh, fen, DISPUTE_MISSING);
        return;
    }
    bool energy = llabs(entry(book, 0) - wh) >= TOLERANCE_WH, money = entry(book, 1) != fen;
    json_array_set_new(book, 4, json_true());
    if (energy || money)
        dispute(check, order_no, wh, fen, energy && money ? DISPUTE_BOTH : energy ? DISPUTE_ENERGY : DISPUTE_MONEY);
    else if (entry(book, 2) & DOUBT_BIT(DOUBT_CONTENT))
        dispute(check, order_no, wh, fen, DISPUTE_DOUBTFUL);
}

/* Wholly inside the period by any way of counting, and not in the list. */
static void unlisted_check(struct check *check)
{
    const char *order_no;
    json_t *book;
    json_object_foreach(check->books, order_no, book)
        if (json_is_true(json_array_get(book, 3)) && !json_is_true(json_array_get(book, 4)))
            dispute(check, order_no, entry(book, 0), entry(book, 1), DISPUTE_UNLISTED);
}

static json_t *answer_make(struct check *check, const json_t *data)
{
    return json_pack("{s:s, s:s, s:s, s:I, s:f, s:f, s:O}", "CheckOrderSeq", json_string_value(json_object_get(data, "CheckOrderSeq")),
                     "StartTime", json_string_value(json_object_get(data, "StartTime")), "EndTime",
                     json_string_value(json_object_get(data, "EndTime")), "TotalDisputeOrder", (json_int_t)json_array_size(check->disputes),
                     "TotalDisputePower", (double)check->wh / 1000, "TotalDisputeMoney", (double)check->fen / 100, "DisputeOrders",
                     check->disputes);
}

static char *dumped(struct work *work, const json_t *value)
{
    char *text = json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS | JSON_REAL_PRECISION(15)), *kept = arena_copy(work->arena, text);
    free(text);
    return kept;
}

static void answer_store(struct check *check, const json_t *data, const uint8_t digest[32], const json_t *answer)
{
    struct work *work = check->work;
    double money = json_number_value(json_object_get(data, "TotalOrderMoney"));
    (void)db_insert_new(work, Q_STORE, I(check->operator_id), T(json_string_value(json_object_get(data, "CheckOrderSeq"))), B(digest, 16),
        T(json_string_value(json_object_get(data, "StartTime"))), T(json_string_value(json_object_get(data, "EndTime"))),
        I(json_integer_value(json_object_get(data, "OrderCount"))),
        I(llround(json_number_value(json_object_get(data, "TotalOrderPower")) * 1000)), T(arena_printf(work->arena, "%.2f", money)),
        I((int64_t)json_array_size(check->disputes)), T(dumped(work, answer)), T(time_sql(work->arena, work->now)));
}

/* The totals told beside the list are no dispute of an order: words for the operator, "" when they fit. */
static const char *totals_words(struct arena *arena, const json_t *data)
{
    const json_t *listed = json_object_get(data, "ChargeOrders");
    int64_t count = (int64_t)json_array_size(listed), wh = 0, fen = 0;
    for (size_t i = 0; i < json_array_size(listed); i++) {
        wh += llround(json_number_value(json_object_get(json_array_get(listed, i), "TotalPower")) * 1000);
        fen += llround(json_number_value(json_object_get(json_array_get(listed, i), "TotalMoney")) * 100);
    }
    if (json_integer_value(json_object_get(data, "OrderCount")) != count)
        return arena_printf(arena, "OrderCount（订单数）与 ChargeOrders 的 %lld 笔不一致，请核对", (long long)count);
    if (llabs(llround(json_number_value(json_object_get(data, "TotalOrderPower")) * 1000) - wh) >= TOLERANCE_WH * (count ? count : 1))
        return arena_printf(arena, "TotalOrderPower（总电量）与 ChargeOrders 合计 %.2f 不一致，请核对", (double)wh / 1000);
    if (llround(json_number_value(json_object_get(data, "TotalOrderMoney")) * 100) != fen)
        return arena_printf(arena, "TotalOrderMoney（总金额）与 ChargeOrders 合计 %.2f 不一致，请核对", (double)fen / 100);
    return "";
}

json_t *charge_orders_check(struct work *work, int64_t operator_id, const json_t *data, const char **words)
{
    const char *from = json_string_value(json_object_get(data, "StartTime")), *to = json_string_value(json_object_get(data, "EndTime"));
    const char *seq = json_string_value(json_object_get(data, "CheckOrderSeq")), *question = dumped(work, data), *known;
    const json_t *listed = json_object_get(data, "ChargeOrders");
    int64_t begin = 0, end = 0;
    uint8_t digest[32];
    (void)time_parse(from, "%Y-%m-%d %H:%M:%S", &begin);
    (void)time_parse(to, "%Y-%m-%d %H:%M:%S", &end);
    if (end < begin || end - begin > PERIOD_DAYS * INT64_C(86400000)) {
        *words = arena_printf(work->arena, "EndTime（对账结束时间）应晚于 StartTime，且一次对账不超过 %d 天", PERIOD_DAYS);
        return NULL;
    }
    if (db_int(work, 0, Q_MANY, I(operator_id), T(from), T(to), I(BOOKS_MOST + 1)) > BOOKS_MOST) {
        *words = arena_printf(work->arena, "StartTime 至 EndTime 的订单超过 %d 笔，请缩短对账时段，分次对账", BOOKS_MOST);
        return NULL;
    }
    *words = totals_words(work->arena, data);
    crypto_sha256(question, strlen(question), digest);
    known = db_text(work, Q_KNOWN, I(operator_id), T(seq), B(digest, 16));
    if (known)
        return json_loads(known, 0, NULL);
    struct check check = { .work = work, .operator_id = operator_id, .books = json_object(), .disputes = json_array() };
    struct booked row;
    work_defer(work, release_json, check.books);
    work_defer(work, release_json, check.disputes);
    db_each(work, columns, &row, books_keep, &check, Q_BOOKS, T(from), T(to), I(operator_id), T(from), T(to));
    for (size_t i = 0; i < json_array_size(listed); i++)
        order_check(&check, json_array_get(listed, i));
    unlisted_check(&check);
    json_t *answer = answer_make(&check, data);
    answer_store(&check, data, digest, answer);
    return answer;
}
