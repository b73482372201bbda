/* basket_pass.c - the baskets of all customers of a data folder, as lists of items.
 *
 * The purchase rows of a customer's day are gathered and then cut into baskets: an order may have rows of
 * several types, which lie apart, and a piece of the scan may end anywhere. */
#include "engine/clusters/basket_pass.h"

#include <stdlib.h>

/* A purchase row. */
struct line {
    int64_t order, net;
    uint32_t item; /* FL_NO_WORD: none */
    bool has_order;
};

/* What a thread knows of an item. */
struct item {
    uint32_t basket; /* the last one it was in, as a number of the thread's; from 1 */
    uint32_t baskets;
};

/* One thread's. */
struct collector {
    const struct fl_basket_pass_plan *plan;
    struct fl_basket_writer writer;
    struct item *items; /* by united number */
    struct line *lines; /* of the day in hand */
    size_t line_count, line_capacity;
    uint64_t lines_bytes_max;
    int32_t day;
    bool is_sorted; /* the lines are, by order */
    struct fl_basket_counts counts;
};

/* ---- one basket ---- */

static int compare_orders(const void *a, const void *b)
{
    const struct line *x = a, *y = b;
    if (x->has_order != y->has_order)
        return x->has_order ? 1 : -1;
    return !x->has_order ? 0 : (x->order > y->order) - (x->order < y->order);
}

/* The largest net first, of equal ones the first names, none last: whatever the order of rows. */
static int compare_nets(const void *a, const void *b)
{
    const struct line *x = a, *y = b;
    if (x->net != y->net)
        return x->net > y->net ? -1 : 1;
    return (x->item > y->item) - (x->item < y->item);
}
_Static_assert(FL_NO_WORD == UINT32_MAX, "a line without item comes last");

static fl_status end_basket(struct collector *collector, struct line *lines, size_t count,
                            struct fl_error *error)
{
    uint32_t found[FL_BASKET_LINES_MAX];
    const uint32_t number = (uint32_t)collector->counts.baskets + 1;
    size_t items = 0;
    if (count > FL_BASKET_LINES_MAX) {
        qsort(lines, count, sizeof *lines, compare_nets);
        count = FL_BASKET_LINES_MAX;
        collector->counts.cut++;
    }
    for (size_t i = 0; i < count; i++) {
        if (lines[i].item == FL_NO_WORD)
            continue;
        struct item *item = &collector->items[lines[i].item];
        if (item->basket == number)
            continue;
        item->basket = number;
        item->baskets++;
        found[items++] = lines[i].item;
    }
    if (items == 0)
        return FL_OK;
    if (collector->counts.baskets == FL_BASKETS_MAX)
        return fl_fail(error, FL_LIMIT, "more than %u baskets: take a shorter window", FL_BASKETS_MAX);
    collector->counts.baskets++;
    /* An item alone makes no pair. */
    return items == 1 ? FL_OK : fl_basket_writer_add(&collector->writer, found, items, error);
}

/* ---- one day ---- */

static fl_status end_day(struct collector *collector, struct fl_error *error)
{
    struct line *lines = collector->lines;
    const size_t count = collector->line_count;
    fl_status status = FL_OK;
    if (!collector->is_sorted)
        qsort(lines, count, sizeof *lines, compare_orders);
    for (size_t from = 0, to; from < count && status == FL_OK; from = to) {
        to = from + 1;
        while (to < count && compare_orders(&lines[from], &lines[to]) == 0)
            to++;
        status = end_basket(collector, lines + from, to - from, error);
    }
    collector->counts.lines += count;
    collector->line_count = 0;
    collector->is_sorted = true;
    return status;
}

static fl_status reserve_lines(struct collector *collector, struct fl_error *error)
{
    if (collector->line_count < collector->line_capacity)
        return FL_OK;
    const size_t capacity = collector->line_capacity == 0 ? 1024 : 2 * collector->line_capacity;
    const uint64_t size_bytes = (uint64_t)capacity * sizeof *collector->lines;
    if (size_bytes > collector->lines_bytes_max)
        return fl_fail(error, FL_LIMIT,
                       "the purchases of one customer on one day need %llu bytes, at most %llu: raise "
                       "--memory",
                       (unsigned long long)size_bytes, (unsigned long long)collector->lines_bytes_max);
    struct line *lines = realloc(collector->lines, size_bytes);
    if (lines == NULL)
        return fl_fail_memory(error, size_bytes);
    collector->lines = lines;
    collector->line_capacity = capacity;
    return FL_OK;
}

static fl_status add_line(struct collector *collector, int32_t day, const struct line *line,
                          struct fl_error *error)
{
    fl_status status = FL_OK;
    if (day != collector->day && collector->line_count > 0)
        status = end_day(collector, error);
    if (status == FL_OK)
        status = reserve_lines(collector, error);
    if (status != FL_OK)
        return status;
    if (collector->line_count > 0 && compare_orders(&collector->lines[collector->line_count - 1], line) > 0)
        collector->is_sorted = false;
    collector->day = day;
    collector->lines[collector->line_count++] = *line;
    return FL_OK;
}

/* ---- the taker ---- */

static fl_status add_rows(void *context, const struct fl_rows *rows,
                          const uint32_t *const words[FL_WORDED_SCOPES], struct fl_error *error)
{
    struct collector *collector = context;
    const struct fl_basket_pass_plan *plan = collector->plan;
    const uint64_t *purchases = plan->scan.scan.money->purchase_bits;
    const uint32_t *items = words[plan->items];
    fl_status status = FL_OK;
    for (size_t row = 0; row < rows->count && status == FL_OK; row++) {
        if (rows->day[row] < plan->first_day || !fl_type_bit(purchases, rows->type[row]))
            continue;
        const bool has_order =
            rows->order != NULL && (rows->order_null == NULL || rows->order_null[row] == 0);
        const struct line line = {.order = has_order ? rows->order[row] : 0,
                                  .net = rows->net == NULL ? 0 : rows->net[row],
                                  .item = items == NULL ? FL_NO_WORD : items[row],
                                  .has_order = has_order};
        status = add_line(collector, rows->day[row], &line, error);
    }
    return status;
}

static fl_status end_customer(void *context, int64_t customer, struct fl_error *error)
{
    (void)customer;
    return end_day(context, error);
}

/* ---- all ---- */

static fl_status open_collector(const struct fl_basket_pass_plan *plan, struct fl_basket_list *list,
                                uint64_t lines_bytes_max, struct collector *collector, struct fl_error *error)
{
    const size_t items = plan->scan.scan.words->words[plan->items].words.count;
    *collector = (struct collector){
        .plan = plan, .writer = {.list = list}, .lines_bytes_max = lines_bytes_max, .is_sorted = true};
    collector->items = calloc(items + 1, sizeof *collector->items);
    return collector->items == NULL ? fl_fail_memory(error, (items + 1) * sizeof *collector->items) : FL_OK;
}

static void add_counts(const struct collector *collector, uint32_t *item_baskets,
                       struct fl_basket_counts *counts)
{
    const struct fl_basket_pass_plan *plan = collector->plan;
    const size_t items = plan->scan.scan.words->words[plan->items].words.count;
    for (size_t i = 0; i < items; i++)
        item_baskets[i] += collector->items[i].baskets;
    counts->lines += collector->counts.lines;
    counts->baskets += collector->counts.baskets;
    counts->cut += collector->counts.cut;
}

static fl_status run_pass(struct fl_scan_pass *pass, const struct fl_basket_pass_plan *plan,
                          struct fl_basket_list *list, struct collector *collectors, struct fl_error *error)
{
    static const struct fl_scan_taker taker = {.add = add_rows, .end = end_customer};
    const size_t count = fl_scan_pass_threads(pass);
    const uint64_t left_bytes = fl_scan_pass_memory_left(pass), lines_bytes_max = left_bytes / 8 / count;
    const uint64_t items_bytes =
        (uint64_t)count * plan->scan.scan.words->words[plan->items].words.count * sizeof(struct item);
    /* Half is for them until pairs are counted. */
    fl_status status =
        fl_scan_pass_check_memory("the baskets of items", count, items_bytes, left_bytes / 2, error);
    for (size_t i = 0; i < count && status == FL_OK; i++)
        status = open_collector(plan, list, lines_bytes_max, &collectors[i], error);
    if (status == FL_OK)
        status = fl_scan_pass_run(pass, &taker, collectors, sizeof *collectors, error);
    return status == FL_OK ? fl_basket_list_check(list, error) : status;
}

static fl_status collect(struct fl_scan_pass *pass, const struct fl_basket_pass_plan *plan,
                         struct fl_basket_list *list, uint32_t *item_baskets, struct fl_basket_counts *counts,
                         struct fl_error *error)
{
    const size_t count = fl_scan_pass_threads(pass);
    struct collector *collectors = calloc(count, sizeof *collectors);
    *counts = (struct fl_basket_counts){.memory_left_bytes = fl_scan_pass_memory_left(pass)};
    list->memory_bytes = counts->memory_left_bytes / 8 * 3;
    fl_status status = collectors == NULL ? fl_fail_memory(error, count * sizeof *collectors)
                                          : run_pass(pass, plan, list, collectors, error);
    for (size_t i = 0; i < count && status == FL_OK; i++)
        add_counts(&collectors[i], item_baskets, counts);
    if (status == FL_OK && counts->baskets > FL_BASKETS_MAX)
        status = fl_fail(error, FL_LIMIT, "%llu baskets, at most %u: take a shorter window",
                         (unsigned long long)counts->baskets, FL_BASKETS_MAX);
    for (size_t i = 0; i < count && collectors != NULL; i++) {
        free(collectors[i].items);
        free(collectors[i].lines);
    }
    free(collectors);
    return status;
}

fl_status fl_basket_pass(const struct fl_basket_pass_plan *plan, struct fl_basket_list *list,
                         uint32_t *item_baskets, struct fl_basket_counts *counts, struct fl_error *error)
{
    struct fl_scan_pass *pass = NULL;
    fl_status status = fl_scan_pass_open(&plan->scan, &pass, error);
    if (status == FL_OK)
        status = collect(pass, plan, list, item_baskets, counts, error);
    fl_scan_pass_close(pass);
    return status;
}
