/* profile_text.c - a profile of clusters, for an analyst. */
#include <stdio.h>

#include "formats/base/civil.h"
#include "formats/base/decimal.h"
#include "tools/fourloop/profile_report.h"
#include "tools/fourloop/shown_text.h"

enum { CATEGORIES_SHOWN = 5, NUMBER_TEXT = 48 };

/* sum / count, 0 of nobody. */
static double mean(int64_t sum, int64_t count)
{
    return count == 0 ? 0 : (double)sum / (double)count;
}

static double minor_units(const struct fl_cluster_profile *profile)
{
    double units = 1;
    for (int place = fl_currency_places(profile->model->settings.currency, 3); place > 0; place--)
        units *= 10;
    return units;
}

static void print_cluster(const struct fl_cluster_profile *profile, size_t cluster)
{
    const struct fl_cluster *of_model = &profile->model->clusters->clusters[cluster];
    const struct fl_cluster_sums *sums = &profile->sums[cluster];
    const double units = minor_units(profile);
    printf("%7u %10lld %7lld %12.2f %8.2f %8.2f ", of_model->number, (long long)sums->customers,
           (long long)sums->low, mean(sums->net, sums->customers) / units,
           mean(sums->baskets, sums->customers), mean(sums->breadth_milli, sums->breadth_count) / 1000);
    if (profile->has_scores)
        printf("%10.1f %7.1f %12.2f  ", mean(sums->engagement, sums->customers),
               mean(sums->intent, sums->customers), mean(sums->net_12m, sums->customers) / units);
    else
        printf("%10s %7s %12s  ", "-", "-", "-");
    shown_text_print(of_model->name);
    printf("\n");
}

/* The category with the largest share below that of `before`, SIZE_MAX: the largest of all; of equal ones the
 * first. SIZE_MAX: there is none. */
static size_t next_category(const struct fl_cluster_profile *profile, size_t cluster, size_t before)
{
    const struct fl_category_sums *spent = &profile->spent[cluster * profile->category_count];
    size_t found = SIZE_MAX;
    for (size_t i = 0; i < profile->category_count; i++) {
        const int64_t share = spent[i].share_nano;
        const bool is_next = before == SIZE_MAX || share < spent[before].share_nano ||
                             (share == spent[before].share_nano && i > before);
        if (is_next && share > 0 && (found == SIZE_MAX || share > spent[found].share_nano))
            found = i;
    }
    return found;
}

static void print_categories(const struct fl_cluster_profile *profile, size_t cluster)
{
    const struct fl_cluster *of_model = &profile->model->clusters->clusters[cluster];
    printf("\ncluster %u: ", of_model->number);
    shown_text_print(of_model->name);
    printf("\n   share   index  customers  category\n");
    size_t category = next_category(profile, cluster, SIZE_MAX);
    for (int i = 0; i < CATEGORIES_SHOWN && category != SIZE_MAX; i++) {
        printf("%7.1f%% %7.2f %10lld  ", 100 * fl_profile_mean_share(profile, cluster, category),
               fl_profile_index(profile, cluster, category),
               (long long)profile->spent[cluster * profile->category_count + category].customers);
        shown_text_print(fl_words_at(&profile->words.words[FL_WORDED_CATEGORY].words, category));
        printf("\n");
        category = next_category(profile, cluster, category);
    }
}

fl_status profile_text(const struct fl_cluster_profile *profile, struct fl_error *error)
{
    const size_t k = profile->model->clusters->k;
    char day[11];
    int64_t customers = 0;
    for (size_t i = 0; i < k; i++)
        customers += profile->sums[i].customers;
    fl_day_format(profile->manifest.as_of_day, day);
    printf("%lld customers in %zu clusters as of %s, %lld in none; money in %s a customer\n\n",
           (long long)customers, k, day, (long long)profile->thin, profile->model->settings.currency);
    printf(
        "cluster  customers     low        spend  baskets  breadth engagement  intent      net_12m  name\n");
    for (size_t i = 0; i < k; i++)
        print_cluster(profile, i);
    for (size_t i = 0; i < k; i++)
        print_categories(profile, i);
    return fflush(stdout) == 0 ? FL_OK : fl_fail(error, FL_IO, "the standard output cannot be written");
}
