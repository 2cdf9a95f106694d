/* charge_order_day: the books by operator, station and day: how many orders, how much energy and money, those with doubts apart.
 * Kept in the transaction of every order by adding, never by reading first, so it is right to the last fen and Wh at every
 * moment; months are sums of days. Hot rows: the row of one station and day is locked from the last statement of an order to
 * its commit only, and InnoDB gives locks back before it waits for the disk. */
#ifndef DOMAIN_CHARGE_ORDER_DAY_H
#define DOMAIN_CHARGE_ORDER_DAY_H

#include <stdbool.h>
#include <stdint.h>
#include <util/neo_misc.h>
#include <util/neo_hdf.h>

#include "core/work.h"

struct order_share {                         /* what one order adds */
    const char *day;                         /* "2026-11-21" */
    int64_t     operator_id, station_id;     /* station 0: not known */
    int64_t     energy_wh, elec_fen, service_fen, total_fen;
    bool        doubtful;
};

void order_day_add(struct work *work, const struct order_share *share);
/* The opposite: an order leaves this station's day. */
void order_day_take(struct work *work, const struct order_share *share);
/* It was counted without doubts and is so no more. */
void order_day_doubt(struct work *work, const struct order_share *share);

/* The rollup against a full recount, month by month; said(text, arg) gets each difference in words. With `mend` they are
 * put right, safely beside running pushes, and the trail says so. Inside WORK_PLAIN. Returns how many days differed. */
int64_t order_days_recount(struct work *work, bool mend, void (*said)(const char *text, void *arg), void *arg);

/* What a page asks of the books, always within the actor's scope: an operator its own, a department its division (orders of
 * unknown connectors lie in the site's own). */
struct order_question {
    const char *from, *to;                   /* days, `to` exclusive: "2026-11-01" */
    int64_t     operator_id, station_id;     /* 0: all; STATION_NONE: orders of unknown connectors */
};
enum { STATION_NONE = -1 };

/* node.{Orders, Energy (kWh), Elec, Service, Money, DoubtOrders, DoubtEnergy, DoubtMoney}, written for people. */
void order_days_figures(struct work *work, const struct order_question *question, HDF *node);

enum order_days_by { BY_OPERATOR, BY_STATION, BY_DAY, BY_MONTH };
enum { ORDER_ROWS = 500 };
/* node.N.{Key, Name, …the figures, Wh}; days and months in order of time, the others by energy. Returns how many, at most
 * ORDER_ROWS; Key is the operator's or station's id (0: unknown connectors), the day, the month. */
int  order_days_list(struct work *work, enum order_days_by by, const struct order_question *question, HDF *node);

#endif
