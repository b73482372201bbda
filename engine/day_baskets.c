/* day_baskets.c - which purchases of a customer begin a basket: one day and order, whatever the type.
 *
 * Orders of one type rise, so that equal ones follow each other. Few customers buy by two types on a day: the
 * orders of the first ones are kept, and sorted when another type comes. */
#include "engine/day_baskets.h"

#include <stdlib.h>

fl_status fl_day_baskets_reserve(struct fl_day_baskets *baskets, struct fl_error *error)
{
    if (baskets->orders == NULL)
        baskets->orders = malloc(FL_DAY_ORDERS_MAX * sizeof *baskets->orders);
    return baskets->orders != NULL ? FL_OK
                                   : fl_fail_memory(error, FL_DAY_ORDERS_MAX * sizeof *baskets->orders);
}

void fl_day_baskets_release(struct fl_day_baskets *baskets)
{
    free(baskets->orders);
    *baskets = (struct fl_day_baskets){0};
}

void fl_day_baskets_begin(struct fl_day_baskets *baskets)
{
    baskets->any = false;
}

static int compare_orders(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* The first purchase of a day, or of a type on it. */
static void begin_type(struct fl_day_baskets *baskets, int32_t day, uint8_t type)
{
    if (!baskets->any || baskets->day != day) {
        baskets->count = baskets->sorted = 0;
        baskets->has_orderless = false;
    } else if (baskets->sorted < baskets->count) {
        qsort(baskets->orders, baskets->count, sizeof *baskets->orders, compare_orders);
        baskets->sorted = baskets->count;
    }
    baskets->any = true;
    baskets->day = day;
    baskets->type = type;
    baskets->has_order = false;
}

static bool is_of_earlier_type(const struct fl_day_baskets *baskets, int64_t order)
{
    return baskets->sorted > 0 &&
           bsearch(&order, baskets->orders, baskets->sorted, sizeof order, compare_orders) != NULL;
}

uint32_t fl_day_baskets_add(struct fl_day_baskets *baskets, const struct fl_rows *rows, size_t row)
{
    const int32_t day = rows->day[row];
    const uint8_t type = rows->type[row];
    if (!baskets->any || baskets->day != day || baskets->type != type)
        begin_type(baskets, day, type);
    if (rows->order == NULL || (rows->order_null != NULL && rows->order_null[row] != 0)) {
        const bool first = !baskets->has_orderless;
        baskets->has_orderless = true;
        return first;
    }
    const int64_t order = rows->order[row];
    if (baskets->has_order && baskets->order == order)
        return 0;
    baskets->has_order = true;
    baskets->order = order;
    if (is_of_earlier_type(baskets, order))
        return 0;
    if (baskets->count < FL_DAY_ORDERS_MAX)
        baskets->orders[baskets->count++] = order;
    return 1;
}
