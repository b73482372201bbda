/* cluster_pass.c - one pass over all purchases of a data folder, for a cluster fit.
 *
 * Threads share the sample: what one of them may keep depends on what the others have found. They ask for it
 * only with customers whose hashes are small enough, as far as they have heard. */
#include "engine/clusters/cluster_pass.h"

#include <pthread.h>
#include <stdlib.h>

#include "engine/clusters/splitmix64.h"
#include "engine/scan_pass.h"

/* One thread's. */
struct collector {
    struct fl_basket_maker maker;
    __int128 *category_nets;
    uint64_t hash_last; /* of the sample, when this thread last saw it */
    uint64_t offered;   /* customers that were not worth asking for */
};

struct collection {
    const struct fl_cluster_pass_plan *plan;
    size_t category_count;
    struct collector *collectors;
    size_t count;
    /* Under the lock. */
    pthread_mutex_t lock;
    struct fl_basket_sample *sample;
};

/* The sample's memory is its own: it must not depend on threads. So these may have a quarter of what is left,
 * which is much for anything but products taken for categories. */
static fl_status check_memory(const struct collection *collection, size_t threads, uint64_t memory_bytes,
                              struct fl_error *error)
{
    const size_t count = collection->category_count;
    const uint64_t needed = threads * (fl_basket_maker_memory(count) + (uint64_t)count * sizeof(__int128));
    return fl_scan_pass_check_memory("the sums of categories", threads, needed, memory_bytes / 4, error);
}

static fl_status begin(void *context, size_t threads, uint64_t memory_bytes, struct fl_error *error)
{
    struct collection *collection = context;
    const size_t count = collection->category_count;
    const fl_status fits = check_memory(collection, threads, memory_bytes, error);
    if (fits != FL_OK)
        return fits;
    collection->collectors = calloc(threads, sizeof *collection->collectors);
    if (collection->collectors == NULL)
        return fl_fail_memory(error, threads * sizeof *collection->collectors);
    collection->count = threads;
    for (size_t i = 0; i < threads; i++) {
        struct collector *collector = &collection->collectors[i];
        collector->hash_last = UINT64_MAX;
        collector->category_nets = calloc(count + 1, sizeof *collector->category_nets);
        if (collector->category_nets == NULL)
            return fl_fail_memory(error, count * sizeof *collector->category_nets);
        const fl_status status =
            fl_basket_maker_init(&collector->maker, collection->plan->settings, count, error);
        if (status != FL_OK)
            return status;
    }
    return FL_OK;
}

static fl_status take_customer(void *context, size_t thread, int64_t customer,
                               const struct fl_day_facts *days, struct fl_error *error)
{
    struct collection *collection = context;
    struct collector *collector = &collection->collectors[thread];
    const struct fl_cluster_pass_plan *plan = collection->plan;
    struct fl_basket_row row;
    fl_basket_row_make(&collector->maker, days, plan->scan.rules.as_of_day, &row);
    if (fl_basket_confidence_of(row.baskets, row.count > 0, plan->settings) != FL_BASKETS_FULL)
        return FL_OK;
    for (size_t i = 0; i < row.count; i++)
        collector->category_nets[row.categories[i]] += row.nets[i];
    if (fl_key_hash(customer, 0) > collector->hash_last) {
        collector->offered++;
        return FL_OK;
    }
    pthread_mutex_lock(&collection->lock);
    const fl_status status = fl_basket_sample_add(collection->sample, customer, &row, error);
    collector->hash_last = collection->sample->hash_last;
    pthread_mutex_unlock(&collection->lock);
    return status;
}

static void join_all(struct collection *collection, __int128 *category_nets)
{
    for (size_t i = 0; i < collection->count; i++) {
        const struct collector *collector = &collection->collectors[i];
        collection->sample->offered += collector->offered;
        for (size_t category = 0; category < collection->category_count; category++)
            category_nets[category] += collector->category_nets[category];
    }
    fl_basket_sample_finish(collection->sample);
}

static void release(struct collection *collection)
{
    for (size_t i = 0; i < collection->count; i++) {
        fl_basket_maker_release(&collection->collectors[i].maker);
        free(collection->collectors[i].category_nets);
    }
    free(collection->collectors);
    pthread_mutex_destroy(&collection->lock);
}

fl_status fl_cluster_pass(const struct fl_cluster_pass_plan *plan, struct fl_basket_sample *sample,
                          __int128 *category_nets, struct fl_run_counts *counts, struct fl_error *error)
{
    struct collection collection = {.plan = plan,
                                    .category_count = plan->scan.words->words[FL_WORDED_CATEGORY].words.count,
                                    .sample = sample};
    const struct fl_customer_pass_plan pass = {.scan = plan->scan,
                                               .threads = plan->threads,
                                               .memory_bytes = plan->memory_bytes,
                                               .range_rows = plan->range_rows,
                                               .begin = begin,
                                               .take = take_customer,
                                               .context = &collection};
    pthread_mutex_init(&collection.lock, NULL);
    const fl_status status = fl_customer_pass(&pass, counts, error);
    if (status == FL_OK)
        join_all(&collection, category_nets);
    release(&collection);
    return status;
}
