/* value_histories.c - what a value fit looks at: when each customer has bought, and what the repeat days
 * brought.
 *
 * Customers who look the same are one sample: lists that are full are merged before they grow. */
#include "engine/value/value_histories.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { CAPACITY_MIN = 1 << 16 };

void fl_value_histories_release(struct fl_value_histories *all)
{
    free(all->purchases);
    free(all->spends);
    free(all->gaps);
    *all = (struct fl_value_histories){0};
}

/* Sorting the longer list takes its size again. */
static fl_status check_memory(const struct fl_value_histories *all, uint64_t more_bytes,
                              struct fl_error *error)
{
    const uint64_t purchases_bytes = all->purchase_capacity * sizeof *all->purchases;
    const uint64_t spends_bytes = all->spend_capacity * sizeof *all->spends;
    const uint64_t held_bytes = purchases_bytes + spends_bytes + all->gap_capacity * sizeof *all->gaps +
                                (purchases_bytes > spends_bytes ? purchases_bytes : spends_bytes);
    if (held_bytes + more_bytes <= all->memory_bytes)
        return FL_OK;
    return fl_fail(
        error, FL_LIMIT,
        "the purchase histories of these customers need %llu bytes, at most %llu are left: raise --memory",
        (unsigned long long)(held_bytes + more_bytes), (unsigned long long)all->memory_bytes);
}

static size_t larger(size_t capacity)
{
    return capacity == 0 ? CAPACITY_MIN : 2 * capacity;
}

/* ---- samples ---- */

/* When merging makes too little room the next customers would merge all again: the list grows. */
static bool is_too_full(size_t count, size_t capacity)
{
    return count > capacity / 2;
}

static fl_status reserve_purchase(struct fl_value_histories *all, struct fl_error *error)
{
    if (all->purchase_count < all->purchase_capacity)
        return FL_OK;
    all->purchase_count = fl_purchase_samples_merge(all->purchases, all->purchase_count);
    if (all->purchase_capacity > 0 && !is_too_full(all->purchase_count, all->purchase_capacity))
        return FL_OK;
    const size_t capacity = larger(all->purchase_capacity);
    const fl_status status =
        check_memory(all, (capacity - all->purchase_capacity) * sizeof *all->purchases, error);
    if (status != FL_OK)
        return status;
    struct fl_purchase_sample *purchases = realloc(all->purchases, capacity * sizeof *purchases);
    if (purchases == NULL)
        return fl_fail_memory(error, capacity * sizeof *purchases);
    all->purchases = purchases;
    all->purchase_capacity = capacity;
    return FL_OK;
}

static fl_status reserve_spend(struct fl_value_histories *all, struct fl_error *error)
{
    if (all->spend_count < all->spend_capacity)
        return FL_OK;
    all->spend_count = fl_spend_samples_merge(all->spends, all->spend_count);
    if (all->spend_capacity > 0 && !is_too_full(all->spend_count, all->spend_capacity))
        return FL_OK;
    const size_t capacity = larger(all->spend_capacity);
    const fl_status status = check_memory(all, (capacity - all->spend_capacity) * sizeof *all->spends, error);
    if (status != FL_OK)
        return status;
    struct fl_spend_sample *spends = realloc(all->spends, capacity * sizeof *spends);
    if (spends == NULL)
        return fl_fail_memory(error, capacity * sizeof *spends);
    all->spends = spends;
    all->spend_capacity = capacity;
    return FL_OK;
}

fl_status fl_value_histories_add(struct fl_value_histories *all, const struct fl_value_history *history,
                                 struct fl_error *error)
{
    fl_status status = reserve_purchase(all, error);
    if (status == FL_OK)
        status = reserve_spend(all, error);
    if (status != FL_OK)
        return status;
    const double repeats = (double)history->repeat_days;
    all->purchases[all->purchase_count++] =
        (struct fl_purchase_sample){repeats, history->last_days / 7.0, history->age_days / 7.0, 1};
    all->customers++;
    all->repeaters += history->repeat_days > 0;
    if (history->repeat_days > 0 && history->repeat_bought > 0)
        all->spends[all->spend_count++] =
            (struct fl_spend_sample){repeats, (double)history->repeat_bought / all->minor_units, 1};
    return FL_OK;
}

/* ---- gaps ---- */

static size_t place_of(uint32_t category, int32_t gap_days, size_t capacity)
{
    const uint64_t key = (uint64_t)category << 32 | (uint32_t)gap_days;
    return (size_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> 20) & (capacity - 1);
}

/* The entry of that gap, or the empty place where it belongs. */
static struct fl_gap_count *find_gap(struct fl_gap_count *gaps, size_t capacity, uint32_t category,
                                     int32_t gap_days)
{
    size_t at = place_of(category, gap_days, capacity);
    while (gaps[at].gaps != 0 && (gaps[at].category != category || gaps[at].gap_days != gap_days))
        at = (at + 1) & (capacity - 1);
    return &gaps[at];
}

static fl_status grow_gaps(struct fl_value_histories *all, struct fl_error *error)
{
    const size_t capacity = larger(all->gap_capacity);
    const fl_status status = check_memory(all, capacity * sizeof *all->gaps, error);
    if (status != FL_OK)
        return status;
    struct fl_gap_count *gaps = calloc(capacity, sizeof *gaps);
    if (gaps == NULL)
        return fl_fail_memory(error, capacity * sizeof *gaps);
    for (size_t i = 0; i < all->gap_capacity; i++) {
        if (all->gaps[i].gaps != 0)
            *find_gap(gaps, capacity, all->gaps[i].category, all->gaps[i].gap_days) = all->gaps[i];
    }
    free(all->gaps);
    all->gaps = gaps;
    all->gap_capacity = capacity;
    return FL_OK;
}

fl_status fl_value_histories_add_gaps(struct fl_value_histories *all, uint32_t category, int32_t gap_days,
                                      uint64_t gaps, struct fl_error *error)
{
    assert(gap_days > 0 && gaps > 0);
    if (2 * all->gap_count >= all->gap_capacity) {
        const fl_status status = grow_gaps(all, error);
        if (status != FL_OK)
            return status;
    }
    struct fl_gap_count *gap = find_gap(all->gaps, all->gap_capacity, category, gap_days);
    all->gap_count += gap->gaps == 0;
    *gap = (struct fl_gap_count){category, gap_days, gap->gaps + gaps};
    return FL_OK;
}

/* ---- joining ---- */

fl_status fl_value_histories_join(struct fl_value_histories *all, struct fl_value_histories *from,
                                  struct fl_error *error)
{
    fl_status status = FL_OK;
    for (size_t i = 0; i < from->purchase_count && status == FL_OK; i++) {
        status = reserve_purchase(all, error);
        if (status == FL_OK)
            all->purchases[all->purchase_count++] = from->purchases[i];
    }
    for (size_t i = 0; i < from->spend_count && status == FL_OK; i++) {
        status = reserve_spend(all, error);
        if (status == FL_OK)
            all->spends[all->spend_count++] = from->spends[i];
    }
    for (size_t i = 0; i < from->gap_capacity && status == FL_OK; i++) {
        const struct fl_gap_count *gap = &from->gaps[i];
        if (gap->gaps > 0)
            status = fl_value_histories_add_gaps(all, gap->category, gap->gap_days, gap->gaps, error);
    }
    all->customers += from->customers;
    all->repeaters += from->repeaters;
    fl_value_histories_release(from);
    return status;
}

/* ---- medians ---- */

static int by_category(const void *left, const void *right)
{
    const struct fl_gap_count *a = left, *b = right;
    if (a->category != b->category)
        return a->category < b->category ? -1 : 1;
    return (a->gap_days > b->gap_days) - (a->gap_days < b->gap_days);
}

static int by_days(const void *left, const void *right)
{
    const struct fl_gap_count *a = left, *b = right;
    return (a->gap_days > b->gap_days) - (a->gap_days < b->gap_days);
}

static uint64_t sum_of(const struct fl_gap_count *gaps, size_t count)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += gaps[i].gaps;
    return sum;
}

/* The gap at place ceil(n / 2) of n in rising order; `gaps` rise by days. */
static int32_t lower_median(const struct fl_gap_count *gaps, size_t count)
{
    const uint64_t place = (sum_of(gaps, count) + 1) / 2;
    uint64_t passed = 0;
    size_t i = 0;
    while (i + 1 < count && passed + gaps[i].gaps < place)
        passed += gaps[i++].gaps;
    return gaps[i].gap_days < FL_GAP_DAYS_MAX ? gaps[i].gap_days : FL_GAP_DAYS_MAX;
}

static size_t same_category(const struct fl_gap_count *gaps, size_t count)
{
    size_t same = 1;
    while (same < count && gaps[same].category == gaps[0].category)
        same++;
    return same;
}

/* Room for every category that has a gap. */
static fl_status reserve_categories(const struct fl_gap_count *gaps, size_t count,
                                    const struct fl_words *categories, struct fl_frozen_fit *fit,
                                    struct fl_error *error)
{
    size_t kinds = 0, bytes = 0;
    for (size_t i = 0; i < count; i += same_category(gaps + i, count - i)) {
        kinds++;
        bytes += gaps[i].category == FL_NO_WORD ? 0 : fl_words_at(categories, gaps[i].category).size;
    }
    fit->categories = calloc(kinds + 1, sizeof *fit->categories);
    fit->category_bytes = malloc(bytes + 1);
    if (fit->categories == NULL || fit->category_bytes == NULL)
        return fl_fail_memory(error, kinds * sizeof *fit->categories + bytes);
    return FL_OK;
}

fl_status fl_value_histories_medians(struct fl_value_histories *all, const struct fl_words *categories,
                                     struct fl_frozen_fit *fit, struct fl_error *error)
{
    struct fl_gap_count *gaps = all->gaps;
    size_t count = 0, used = 0;
    for (size_t i = 0; i < all->gap_capacity; i++) {
        if (gaps[i].gaps != 0)
            gaps[count++] = gaps[i];
    }
    assert(count > 0);
    all->gap_capacity = all->gap_count = 0; /* no table any more */
    qsort(gaps, count, sizeof *gaps, by_category);
    const fl_status status = reserve_categories(gaps, count, categories, fit, error);
    if (status != FL_OK)
        return status;
    for (size_t i = 0, same; i < count; i += same) {
        same = same_category(gaps + i, count - i);
        const uint64_t sum = sum_of(gaps + i, same);
        if (gaps[i].category == FL_NO_WORD || sum < FL_CATEGORY_GAPS_MIN)
            continue;
        const struct fl_text text = fl_words_at(categories, gaps[i].category);
        memcpy(fit->category_bytes + used, text.bytes, text.size);
        fit->categories[fit->category_count++] = (struct fl_category_gap){
            {fit->category_bytes + used, text.size}, lower_median(gaps + i, same), (int64_t)sum};
        used += text.size;
    }
    qsort(gaps, count, sizeof *gaps, by_days);
    fit->gaps = (int64_t)sum_of(gaps, count);
    fit->gap_days = lower_median(gaps, count);
    return FL_OK;
}
