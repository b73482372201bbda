/* profile_spend.c - what the customers of each cluster spent, by category, from the rows of a data folder.
 *
 * All sums are integers: which thread has which customer does not show. */
#include "engine/clusters/profile_spend.h"

#include <stdlib.h>

#include "engine/clusters/cluster_rules.h"
#include "engine/clusters/previous_clusters.h"
#include "engine/customer_pass.h"
#include "engine/scan_pass.h"

enum { NANO = 1000000000 };

/* One thread's. */
struct collector {
    struct fl_basket_maker maker;
    struct fl_previous_clusters *clusters;
    int64_t *net; /* of each cluster */
    struct fl_category_sums *spent;
};

struct collection {
    const struct fl_cluster_profile_plan *plan;
    const struct fl_scan_plan *scan;
    const char *path;
    struct fl_cluster_profile *profile;
    struct collector *collectors;
    size_t count;
};

static fl_status fail_sums(struct fl_error *error)
{
    return fl_fail(error, FL_LIMIT, "the spend of a cluster passes 63 bits of minor units");
}

static fl_status open_collector(const struct collection *collection, struct collector *collector,
                                struct fl_error *error)
{
    const struct fl_cluster_profile *profile = collection->profile;
    const size_t k = profile->model->clusters->k;
    collector->net = calloc(k, sizeof *collector->net);
    collector->spent = calloc(k * profile->category_count + 1, sizeof *collector->spent);
    if (collector->net == NULL || collector->spent == NULL)
        return fl_fail_memory(error, k * profile->category_count * sizeof *collector->spent);
    fl_status status = fl_basket_maker_init(&collector->maker, &profile->model->settings.baskets,
                                            profile->category_count, error);
    if (status == FL_OK)
        status = fl_previous_clusters_open(collection->plan->io, collection->path, collection->plan->io_mode,
                                           &collector->clusters, error);
    if (status == FL_OK)
        fl_previous_clusters_seek(collector->clusters, INT64_MIN);
    return status;
}

static void close_collector(struct collector *collector)
{
    fl_basket_maker_release(&collector->maker);
    fl_previous_clusters_close(collector->clusters);
    free(collector->net);
    free(collector->spent);
}

static fl_status begin(void *context, size_t threads, uint64_t memory_bytes, struct fl_error *error)
{
    struct collection *collection = context;
    const struct fl_cluster_profile *profile = collection->profile;
    const uint64_t needed = (uint64_t)(threads + 1) * profile->model->clusters->k * profile->category_count *
                                sizeof *profile->spent +
                            threads * fl_basket_maker_memory(profile->category_count);
    fl_status status = fl_scan_pass_check_memory("the sums of clusters and categories", threads, needed,
                                                 memory_bytes, error);
    if (status != FL_OK)
        return status;
    collection->collectors = calloc(threads, sizeof *collection->collectors);
    if (collection->collectors == NULL)
        return fl_fail_memory(error, threads * sizeof *collection->collectors);
    collection->count = threads;
    for (size_t i = 0; i < threads && status == FL_OK; i++)
        status = open_collector(collection, &collection->collectors[i], error);
    return status;
}

/* Purchases less returns and cancels of the window, whatever their category. */
static int64_t window_net(const struct fl_day_facts *days, int32_t first_day, int32_t as_of_day)
{
    int64_t net = 0;
    for (size_t i = 0; i < days->day_count && days->days[i].day <= as_of_day; i++) {
        if (days->days[i].day >= first_day)
            net += days->days[i].bought - days->days[i].returned;
    }
    return net;
}

static bool add_categories(const struct fl_basket_row *row, struct fl_category_sums *spent)
{
    bool fits = true;
    for (size_t i = 0; i < row->count; i++) {
        struct fl_category_sums *sums = &spent[row->categories[i]];
        sums->customers++;
        sums->share_nano +=
            (int64_t)(((__int128)row->nets[i] * 2 * NANO + row->net) / (2 * (__int128)row->net));
        fits = fits && !__builtin_add_overflow(sums->net, row->nets[i], &sums->net);
    }
    return fits;
}

static fl_status take_customer(void *context, size_t thread, int64_t customer,
                               const struct fl_day_facts *days, struct fl_error *error)
{
    const struct collection *collection = context;
    const struct fl_cluster_profile *profile = collection->profile;
    struct collector *collector = &collection->collectors[thread];
    const int32_t as_of_day = collection->scan->rules.as_of_day;
    const int32_t first_day = as_of_day - profile->model->settings.baskets.window_days + 1;
    struct fl_cluster_state state;
    struct fl_basket_row row;
    const fl_status status = fl_previous_clusters_find(collector->clusters, customer, &state, error);
    if (status != FL_OK || state.cluster == 0)
        return status;
    const size_t place = fl_cluster_place(profile->model->clusters, state.cluster);
    if (place == profile->model->clusters->k)
        return fl_fail(error, FL_CORRUPT, "the model has no cluster %u", state.cluster);
    fl_basket_row_make(&collector->maker, days, as_of_day, &row);
    const bool fits = !__builtin_add_overflow(collector->net[place], window_net(days, first_day, as_of_day),
                                              &collector->net[place]) &&
                      add_categories(&row, collector->spent + place * profile->category_count);
    return fits ? FL_OK : fail_sums(error);
}

static bool join(const struct collector *collector, struct fl_cluster_profile *profile)
{
    const size_t k = profile->model->clusters->k;
    bool fits = true;
    for (size_t i = 0; i < k; i++)
        fits =
            fits && !__builtin_add_overflow(profile->sums[i].net, collector->net[i], &profile->sums[i].net);
    for (size_t i = 0; i < k * profile->category_count; i++) {
        struct fl_category_sums *sums = &profile->spent[i];
        sums->customers += collector->spent[i].customers;
        sums->share_nano += collector->spent[i].share_nano;
        fits = fits && !__builtin_add_overflow(sums->net, collector->spent[i].net, &sums->net);
    }
    return fits;
}

fl_status fl_profile_spend_add(const struct fl_cluster_profile_plan *plan, const struct fl_scan_plan *scan,
                               const char *path, struct fl_cluster_profile *profile, struct fl_error *error)
{
    struct collection collection = {.plan = plan, .scan = scan, .path = path, .profile = profile};
    struct fl_run_counts counts;
    const struct fl_customer_pass_plan pass = {.scan = *scan,
                                               .threads = plan->threads,
                                               .memory_bytes = plan->memory_bytes,
                                               .begin = begin,
                                               .take = take_customer,
                                               .context = &collection};
    fl_status status = fl_customer_pass(&pass, &counts, error);
    for (size_t i = 0; i < collection.count; i++) {
        if (status == FL_OK && !join(&collection.collectors[i], profile))
            status = fail_sums(error);
        close_collector(&collection.collectors[i]);
    }
    free(collection.collectors);
    return status;
}
