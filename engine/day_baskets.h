/* day_baskets.h - which purchases of a customer begin a basket: one day and order, whatever the type. */
#ifndef ENGINE_DAY_BASKETS_H
#define ENGINE_DAY_BASKETS_H

#include "engine/daily_groups.h"

/* Orders of a day that are compared across types: more are counted once for each type. */
enum { FL_DAY_ORDERS_MAX = 4096 };

/* Of the customer in hand, the day of its last purchase. */
struct fl_day_baskets {
    int64_t *orders;      /* the first FL_DAY_ORDERS_MAX baskets with an order */
    size_t count, sorted; /* of these, those of earlier types come first and are sorted */
    int64_t order;        /* has_order: of the last purchase of its type that had one */
    int32_t day;
    uint8_t type;
    bool any; /* there was a purchase */
    bool has_order, has_orderless;
};

/* Once before the first add; again it does nothing. */
fl_status fl_day_baskets_reserve(struct fl_day_baskets *baskets, struct fl_error *error);
void fl_day_baskets_release(struct fl_day_baskets *baskets);
/* The next customer. */
void fl_day_baskets_begin(struct fl_day_baskets *baskets);
/* 1: the row begins a basket, else 0. Purchases of the customer in hand by day, type, order. */
uint32_t fl_day_baskets_add(struct fl_day_baskets *baskets, const struct fl_rows *rows, size_t row);

#endif
