/* basket_sample.c - what full customers bought by category, those with the smallest hashes if not all fit.
 *
 * Kept are the customers with the smallest hashes for as long as their bytes, added up in the order of
 * hashes, are within memory. Whoever is beyond that among some of the customers is beyond it among all, so
 * the sample may be cut at any time. */
#include "engine/clusters/basket_sample.h"

#include <stdlib.h>

#include "engine/clusters/splitmix64.h"

enum { CAPACITY_MIN = 1024 };

void fl_basket_sample_init(struct fl_basket_sample *sample)
{
    sample->hash_last = UINT64_MAX;
}

void fl_basket_sample_release(struct fl_basket_sample *sample)
{
    free(sample->customers);
    free(sample->categories);
    free(sample->nets);
    *sample = (struct fl_basket_sample){0};
}

/* ---- the cut ---- */

static int by_hash(const void *left, const void *right)
{
    const struct fl_sampled_customer *a = left, *b = right;
    return (a->hash > b->hash) - (a->hash < b->hash);
}

static int by_place(const void *left, const void *right)
{
    const struct fl_sampled_customer *a = left, *b = right;
    return (a->first > b->first) - (a->first < b->first);
}

static int by_key(const void *left, const void *right)
{
    const struct fl_sampled_customer *a = left, *b = right;
    return (a->key > b->key) - (a->key < b->key);
}

static uint64_t bytes_of(size_t customers, size_t categories)
{
    return (uint64_t)customers * FL_SAMPLE_CUSTOMER_BYTES + (uint64_t)categories * FL_SAMPLE_CATEGORY_BYTES;
}

/* Of customers by hash; one at least, so that there is something to say. */
static size_t count_kept(const struct fl_basket_sample *sample)
{
    const size_t most = sample->customers_max != 0 && sample->customers_max < sample->count
                            ? (size_t)sample->customers_max
                            : sample->count;
    uint64_t bytes = 0;
    for (size_t i = 0; i < most; i++) {
        bytes += bytes_of(1, sample->customers[i].count);
        if (bytes > sample->memory_bytes && i > 0)
            return i;
    }
    return most;
}

/* Moves what the customers, by place, have to the front. */
static void close_gaps(struct fl_basket_sample *sample)
{
    size_t used = 0;
    for (size_t i = 0; i < sample->count; i++) {
        struct fl_sampled_customer *customer = &sample->customers[i];
        memmove(sample->categories + used, sample->categories + customer->first,
                customer->count * sizeof *sample->categories);
        memmove(sample->nets + used, sample->nets + customer->first, customer->count * sizeof *sample->nets);
        customer->first = used;
        used += customer->count;
    }
    sample->category_count = used;
}

static void cut(struct fl_basket_sample *sample)
{
    qsort(sample->customers, sample->count, sizeof *sample->customers, by_hash);
    const size_t kept = count_kept(sample);
    if (kept == sample->count)
        return;
    sample->hash_last = sample->customers[kept].hash - 1; /* a small one may still go in front of it */
    sample->count = kept;
    qsort(sample->customers, sample->count, sizeof *sample->customers, by_place);
    close_gaps(sample);
}

/* An eighth too many, so that the sorts of a cut are shared by many customers. */
static bool is_over(const struct fl_basket_sample *sample)
{
    const uint64_t most = sample->customers_max;
    return bytes_of(sample->count, sample->category_count) / 9 * 8 > sample->memory_bytes ||
           (most != 0 && sample->count > CAPACITY_MIN && sample->count / 9 * 8 > most);
}

/* ---- room ---- */

/* Room for `wanted`, by a quarter at a time: an array that fills the memory must not be half empty. */
static size_t grown(size_t capacity, size_t wanted)
{
    const size_t more = capacity + capacity / 4 + CAPACITY_MIN;
    return more > wanted ? more : wanted;
}

static fl_status reserve_customer(struct fl_basket_sample *sample, struct fl_error *error)
{
    if (sample->count < sample->capacity)
        return FL_OK;
    const size_t capacity = grown(sample->capacity, sample->count + 1);
    struct fl_sampled_customer *customers =
        reallocarray(sample->customers, capacity, sizeof *sample->customers);
    if (customers == NULL)
        return fl_fail_memory(error, capacity * sizeof *customers);
    sample->customers = customers;
    sample->capacity = capacity;
    return FL_OK;
}

static fl_status reserve_categories(struct fl_basket_sample *sample, size_t more, struct fl_error *error)
{
    if (more <= sample->category_capacity - sample->category_count)
        return FL_OK;
    const size_t capacity = grown(sample->category_capacity, sample->category_count + more);
    uint32_t *categories = reallocarray(sample->categories, capacity, sizeof *categories);
    if (categories != NULL)
        sample->categories = categories;
    int64_t *nets = reallocarray(sample->nets, capacity, sizeof *nets);
    if (nets != NULL)
        sample->nets = nets;
    if (categories == NULL || nets == NULL)
        return fl_fail_memory(error, capacity * sizeof *nets);
    sample->category_capacity = capacity;
    return FL_OK;
}

/* ---- customers ---- */

fl_status fl_basket_sample_add(struct fl_basket_sample *sample, int64_t key, const struct fl_basket_row *row,
                               struct fl_error *error)
{
    const uint64_t hash = fl_key_hash(key, 0);
    sample->offered++;
    if (hash > sample->hash_last)
        return FL_OK;
    fl_status status = reserve_customer(sample, error);
    if (status == FL_OK)
        status = reserve_categories(sample, row->count, error);
    if (status != FL_OK)
        return status;
    memcpy(sample->categories + sample->category_count, row->categories,
           row->count * sizeof *row->categories);
    memcpy(sample->nets + sample->category_count, row->nets, row->count * sizeof *row->nets);
    sample->customers[sample->count++] =
        (struct fl_sampled_customer){.key = key,
                                     .hash = hash,
                                     .breadth_milli = fl_basket_breadth_milli(row),
                                     .first = sample->category_count,
                                     .count = (uint32_t)row->count};
    sample->category_count += row->count;
    if (is_over(sample))
        cut(sample);
    return FL_OK;
}

void fl_basket_sample_finish(struct fl_basket_sample *sample)
{
    const uint64_t most = sample->customers_max;
    if (sample->count == 0)
        return;
    cut(sample);
    sample->memory_cut = sample->count < (most != 0 && most < sample->offered ? most : sample->offered);
    qsort(sample->customers, sample->count, sizeof *sample->customers, by_key);
}
