/* day_facts.c - a customer day by day: the money that moved, the rows with a role.
 *
 * Most rows have no role that matters here, so their types are all that is read of them: a first loop without
 * jumps lists the others. What a customer buys is appended row by row to the list of categories and folded by
 * day and category only when the list is full: a search at each row would cost everybody, folding costs the
 * few with thousands of purchases. */
#include "engine/day_facts.h"

#include <string.h>

#include "formats/table/word_union.h"

/* Beside the events of a day: the row moves money. */
enum { MONEY = 32 };

_Static_assert(FL_DAY_PURCHASE == 1, "counts a row");

enum { LISTED_ROWS = 2048, CAPACITY_MIN = 4096 };
_Static_assert((int)CAPACITY_MIN >= 2 * (int)LISTED_ROWS, "a list of rows always fits once it is folded");
/* Amounts are checked a list of rows at a time. */
_Static_assert(FL_CUSTOMER_MONEY_MAX + LISTED_ROWS * FL_ROW_MONEY_MAX < INT64_MAX, "sums would overflow");

static uint8_t bits_of_role(enum fl_role role)
{
    switch (role) {
    case FL_ROLE_PURCHASE:
        return FL_DAY_PURCHASE | MONEY;
    case FL_ROLE_RETURN:
    case FL_ROLE_CANCEL:
        return MONEY;
    case FL_ROLE_FRICTION:
        return FL_DAY_FRICTION;
    case FL_ROLE_OPT_OUT:
        return FL_DAY_OPT_OUT;
    case FL_ROLE_ADVOCATE:
    case FL_ROLE_SHARE:
        return FL_DAY_ADVOCATE;
    case FL_ROLE_EXIT_SURVEY:
        return FL_DAY_EXIT_SURVEY;
    case FL_ROLE_NONE:
    case FL_ROLE_OPT_IN:
    case FL_ROLE_DEAD_ADDRESS:
    case FL_ROLE_CAPTURE:
        break;
    }
    return 0;
}

void fl_day_facts_init(struct fl_day_facts *facts, const struct fl_registry *registry, uint64_t memory_bytes)
{
    *facts = (struct fl_day_facts){.memory_bytes = memory_bytes};
    for (size_t type = 0; type < FL_TYPES_MAX; type++)
        facts->roles[type] = registry->types[type].known ? bits_of_role(registry->types[type].role) : 0;
}

void fl_day_facts_release(struct fl_day_facts *facts)
{
    free(facts->days);
    free(facts->categories);
    fl_day_baskets_release(&facts->baskets);
    *facts = (struct fl_day_facts){0};
}

void fl_day_facts_begin(struct fl_day_facts *facts)
{
    facts->day_count = facts->category_count = 0;
    facts->amounts = facts->margins = 0;
    fl_day_baskets_begin(&facts->baskets);
}

/* ---- room ---- */

static fl_status check_memory(const struct fl_day_facts *facts, size_t days, size_t categories,
                              struct fl_error *error)
{
    const uint64_t size_bytes =
        (uint64_t)days * sizeof *facts->days + (uint64_t)categories * sizeof *facts->categories;
    if (size_bytes <= facts->memory_bytes)
        return FL_OK;
    return fl_fail(error, FL_LIMIT,
                   "the purchase days and categories of one customer need %llu bytes, at most %llu: raise "
                   "--memory",
                   (unsigned long long)size_bytes, (unsigned long long)facts->memory_bytes);
}

static size_t larger(size_t capacity)
{
    return capacity == 0 ? CAPACITY_MIN : 2 * capacity;
}

static fl_status reserve_days(struct fl_day_facts *facts, size_t more, struct fl_error *error)
{
    if (facts->day_count + more <= facts->day_capacity)
        return FL_OK;
    const size_t capacity = larger(facts->day_capacity);
    fl_status status = check_memory(facts, capacity, facts->category_capacity, error);
    if (status != FL_OK)
        return status;
    struct fl_day_fact *days = realloc(facts->days, capacity * sizeof *days);
    if (days == NULL)
        return fl_fail_memory(error, capacity * sizeof *days);
    facts->days = days;
    facts->day_capacity = capacity;
    return fl_day_baskets_reserve(&facts->baskets, error);
}

static int compare_category_facts(const void *a, const void *b)
{
    const struct fl_category_fact *x = a, *y = b;
    if (x->day != y->day)
        return x->day < y->day ? -1 : 1;
    return (x->category > y->category) - (x->category < y->category);
}

/* One fact for each day and category. */
static void fold_categories(struct fl_day_facts *facts)
{
    struct fl_category_fact *all = facts->categories;
    size_t kept = 0;
    if (facts->category_count == 0)
        return;
    qsort(all, facts->category_count, sizeof *all, compare_category_facts);
    for (size_t i = 1; i < facts->category_count; i++) {
        if (compare_category_facts(&all[kept], &all[i]) == 0)
            all[kept].net += all[i].net;
        else
            all[++kept] = all[i];
    }
    facts->category_count = kept + 1;
}

static fl_status reserve_categories(struct fl_day_facts *facts, size_t more, struct fl_error *error)
{
    if (facts->category_count + more <= facts->category_capacity)
        return FL_OK;
    fold_categories(facts);
    /* Not when it just fits: the next rows would fold it all again. */
    if (facts->category_count + more <= facts->category_capacity / 2)
        return FL_OK;
    const size_t capacity = larger(facts->category_capacity);
    fl_status status = check_memory(facts, facts->day_capacity, capacity, error);
    if (status != FL_OK)
        return status;
    struct fl_category_fact *categories = realloc(facts->categories, capacity * sizeof *categories);
    if (categories == NULL)
        return fl_fail_memory(error, capacity * sizeof *categories);
    facts->categories = categories;
    facts->category_capacity = capacity;
    return FL_OK;
}

/* ---- rows ---- */

/* No jump: which rows have a role cannot be foretold. Returns how many. */
static size_t list_rows(const uint8_t roles[FL_TYPES_MAX], const uint8_t *type, size_t rows, uint16_t *list)
{
    size_t listed = 0;
    for (size_t row = 0; row < rows; row++) {
        list[listed] = (uint16_t)row;
        listed += roles[type[row]] != 0;
    }
    return listed;
}

static struct fl_day_fact *fact_of_day(struct fl_day_facts *facts, int32_t day)
{
    assert(facts->day_count == 0 || facts->days[facts->day_count - 1].day <= day);
    if (facts->day_count == 0 || facts->days[facts->day_count - 1].day != day)
        facts->days[facts->day_count++] = (struct fl_day_fact){.day = day};
    return &facts->days[facts->day_count - 1];
}

/* The sign of an amount tells purchases from returns, and rows without money have 0: no role is asked, as
 * that would be a jump of its own at each row. */
static void add_money(struct fl_day_facts *facts, const struct fl_rows *rows, size_t row,
                      struct fl_day_fact *of_day)
{
    const int64_t net = rows->net == NULL ? 0 : rows->net[row];
    const int64_t margin = rows->margin == NULL ? 0 : rows->margin[row];
    const int64_t bought = net > 0 ? net : 0, promoted = rows->promoted == NULL ? 0 : rows->promoted[row];
    assert(llabs((long long)net) <= FL_ROW_MONEY_MAX && llabs((long long)margin) <= FL_ROW_MONEY_MAX);
    of_day->bought += bought;
    of_day->returned += bought - net;
    of_day->promoted += bought & -promoted;
    of_day->margin += margin;
    facts->amounts += 2 * bought - net;
    facts->margins += margin < 0 ? -margin : margin;
}

/* Requires room for a day and a category. */
static void add_row(struct fl_day_facts *facts, const struct fl_rows *rows, size_t row,
                    const uint32_t *categories)
{
    const uint8_t role = facts->roles[rows->type[row]];
    const int32_t day = rows->day[row];
    struct fl_day_fact *of_day = fact_of_day(facts, day);
    of_day->events |= role & ~(unsigned)MONEY;
    add_money(facts, rows, row, of_day);
    if (categories == NULL)
        return;
    facts->categories[facts->category_count] = (struct fl_category_fact){
        .day = day, .category = categories[row], .net = rows->net == NULL ? 0 : rows->net[row]};
    facts->category_count += (role / MONEY) & (unsigned)(categories[row] != FL_NO_WORD);
}

/* After the rows of the list were added, the first of them to day number `at`, or to one behind it. First
 * without jumps again: which row is a purchase cannot be foretold either. */
static void count_baskets(struct fl_day_facts *facts, const struct fl_rows *rows, const uint16_t *list,
                          size_t listed, size_t at)
{
    uint16_t purchases[LISTED_ROWS];
    size_t count = 0;
    for (size_t i = 0; i < listed; i++) {
        purchases[count] = list[i];
        count += facts->roles[rows->type[list[i]]] & FL_DAY_PURCHASE;
    }
    for (size_t i = 0; i < count; i++) {
        const size_t row = purchases[i];
        while (facts->days[at].day != rows->day[row])
            at++;
        facts->days[at].baskets += fl_day_baskets_add(&facts->baskets, rows, row);
    }
}

static fl_status add_some(struct fl_day_facts *facts, const struct fl_rows *rows, const uint32_t *categories,
                          struct fl_error *error)
{
    uint16_t list[LISTED_ROWS];
    const size_t listed = list_rows(facts->roles, rows->type, rows->count, list);
    fl_status status = reserve_days(facts, listed, error);
    if (status == FL_OK && categories != NULL)
        status = reserve_categories(facts, listed, error);
    if (status != FL_OK)
        return status;
    const size_t last_day = facts->day_count == 0 ? 0 : facts->day_count - 1;
    for (size_t i = 0; i < listed; i++)
        add_row(facts, rows, list[i], categories);
    count_baskets(facts, rows, list, listed, last_day);
    if (facts->amounts <= FL_CUSTOMER_MONEY_MAX && facts->margins <= FL_CUSTOMER_MONEY_MAX)
        return FL_OK;
    return fl_fail(error, FL_LIMIT, "the amounts of one customer add up to more than %lld minor units",
                   (long long)FL_CUSTOMER_MONEY_MAX);
}

fl_status fl_day_facts_add(struct fl_day_facts *facts, const struct fl_rows *rows, const uint32_t *categories,
                           struct fl_error *error)
{
    struct fl_rows left = *rows;
    fl_status status = FL_OK;
    while (left.count > 0 && status == FL_OK) {
        struct fl_rows some = left;
        some.count = left.count < LISTED_ROWS ? left.count : LISTED_ROWS;
        status = add_some(facts, &some, categories, error);
        categories = categories == NULL ? NULL : categories + some.count;
        fl_rows_pass(&left, some.count);
    }
    return status;
}
