/* profile_rows.c - a profile of clusters as CSV or NDJSON. */
#include "engine/cell_rows.h"
#include "tools/fourloop/profile_report.h"

static const struct fl_row_cell none = {.kind = FL_CELL_BARE};

static struct fl_row_cell name_cell(const struct fl_cluster_profile *profile, size_t cluster)
{
    return fl_cell_of_text(profile->model->clusters->clusters[cluster].name);
}

static struct fl_row_cell mean_cell(int64_t sum, double unit, int64_t count, bool is_known)
{
    return count == 0 || !is_known ? none : fl_cell_of_double((double)sum / unit / (double)count);
}

static fl_status add_cluster(const struct fl_cluster_profile *profile, size_t cluster,
                             struct fl_cell_rows *rows, struct fl_error *error)
{
    const struct fl_cluster_sums *sums = &profile->sums[cluster];
    const bool scores = profile->has_scores;
    const struct fl_row_cell cells[] = {
        fl_cell_of_integer(profile->model->clusters->clusters[cluster].number),
        name_cell(profile, cluster),
        fl_cell_of_integer(sums->customers),
        fl_cell_of_integer(sums->low),
        fl_cell_of_integer(sums->net),
        fl_cell_of_integer(sums->baskets),
        mean_cell(sums->breadth_milli, 1000, sums->breadth_count, true),
        mean_cell(sums->engagement, 1, sums->customers, scores),
        mean_cell(sums->intent, 1, sums->customers, scores),
        scores ? fl_cell_of_integer(sums->net_12m) : none,
    };
    return fl_cell_rows_add(rows, cells, error);
}

static fl_status add_category(const struct fl_cluster_profile *profile, size_t cluster, size_t category,
                              struct fl_cell_rows *rows, struct fl_error *error)
{
    const struct fl_category_sums *spent = &profile->spent[cluster * profile->category_count + category];
    if (spent->customers == 0)
        return FL_OK;
    const struct fl_row_cell cells[] = {
        fl_cell_of_integer(profile->model->clusters->clusters[cluster].number),
        name_cell(profile, cluster),
        fl_cell_of_text(fl_words_at(&profile->words.words[FL_WORDED_CATEGORY].words, category)),
        fl_cell_of_integer(spent->customers),
        fl_cell_of_integer(spent->net),
        fl_cell_of_double(fl_profile_mean_share(profile, cluster, category)),
        fl_cell_of_double(fl_profile_index(profile, cluster, category)),
    };
    return fl_cell_rows_add(rows, cells, error);
}

fl_status profile_rows(const struct fl_cluster_profile *profile, bool of_categories, bool to_ndjson,
                       struct fl_output *output, struct fl_error *error)
{
    static const char *const cluster_names[] = {"cluster",     "name",    "customers",    "low",
                                                "net",         "baskets", "mean_breadth", "mean_engagement",
                                                "mean_intent", "net_12m"};
    static const char *const category_names[] = {"cluster", "name",       "category", "customers",
                                                 "net",     "mean_share", "index"};
    const size_t columns = of_categories ? sizeof category_names / sizeof category_names[0]
                                         : sizeof cluster_names / sizeof cluster_names[0];
    struct fl_cell_rows rows;
    fl_status status = fl_cell_rows_begin(&rows, output, to_ndjson,
                                          of_categories ? category_names : cluster_names, columns, error);
    for (size_t cluster = 0; cluster < profile->model->clusters->k && status == FL_OK; cluster++) {
        if (!of_categories)
            status = add_cluster(profile, cluster, &rows, error);
        for (size_t i = 0; of_categories && i < profile->category_count && status == FL_OK; i++)
            status = add_category(profile, cluster, i, &rows, error);
    }
    if (status == FL_OK)
        status = fl_cell_rows_flush(&rows, error);
    fl_cell_rows_release(&rows);
    return status;
}
