/* explain_clusters.c - what a customer buys, and which categories pull it to its cluster. */
#include "engine/explain_parts.h"

#include <math.h>

enum { MICRO = 1000000, PULLS = 3 };

/* A category and how much nearer it makes the own cluster than the second. */
struct pull {
    uint16_t place;
    double nearer;
};

struct clusters {
    const struct fl_explain_parts *parts;
    struct fl_lines *lines;
    const struct fl_customer_facts *facts;
    const struct fl_cluster_rules *rules;
    struct fl_basket_row row;
    uint16_t categories[FL_CLUSTER_CATEGORIES_MAX];
    float weights[FL_CLUSTER_CATEGORIES_MAX];
    size_t entries;
};

/* ---- baskets ---- */

static const char *percent(struct fl_lines *lines, double share)
{
    return fl_lines_print(lines, "%s %%", fl_lines_short(lines, (int64_t)floor(1000 * share + 0.5), 1));
}

static const char *range_reason(const struct clusters *clusters)
{
    struct fl_lines *lines = clusters->lines;
    const struct fl_cluster_model *model = clusters->rules->model;
    if (model == NULL)
        return "the model has no clusters, which bring the cut of whole_range";
    if (!clusters->facts->has_range)
        return "thin customers have none";
    return fl_lines_print(
        lines,
        "%s of it in the largest category; one_range from %s on, else whole_range from a breadth of %s on",
        percent(lines, (double)clusters->row.top_net / (double)clusters->row.net),
        percent(lines, clusters->rules->settings->one_range_milli / 1000.0),
        fl_lines_short(lines, model->breadth_cut_milli, 3));
}

static void say_baskets(const struct clusters *clusters)
{
    struct fl_lines *lines = clusters->lines;
    const struct fl_basket_settings *settings = clusters->rules->settings;
    fl_lines_group(lines, "baskets");
    fl_lines_column(lines, FL_SCORES_BASKETS, "orders of a day by types of role purchase, %s",
                    fl_lines_window(lines, clusters->parts->as_of_day, settings->window_days));
    fl_lines_column(lines, FL_SCORES_BREADTH,
                    "exp of the entropy of the shares of %zu categories: as many, were all alike",
                    clusters->row.count);
    fl_lines_column(lines, FL_SCORES_RANGE, "%s", range_reason(clusters));
    fl_lines_column(lines, FL_SCORES_BASKET_CONFIDENCE, "low from %d baskets on, full from %d on%s",
                    settings->low, settings->enough,
                    clusters->rules->model != NULL && clusters->entries == 0
                        ? "; nothing was bought of the clusters' categories"
                        : "");
}

/* ---- clusters ---- */

static const char *cluster_reason(const struct clusters *clusters)
{
    struct fl_lines *lines = clusters->lines;
    const struct fl_customer_facts *facts = clusters->facts;
    const unsigned before = facts->cluster_before, now = facts->cluster;
    if (!facts->has_cluster)
        return "thin customers have none";
    if (before == 0)
        return "the nearest; there is none of the night before to stay in";
    if (fl_cluster_place(clusters->rules->model, before) == clusters->rules->model->k)
        return fl_lines_print(lines, "the nearest: %u of the night before is no longer in the model", before);
    if (before != now)
        return fl_lines_print(lines, "%u the night before; this one is 10 %% nearer for the second night",
                              before);
    if (facts->cluster_pending != 0)
        return fl_lines_print(lines, "as the night before; %u is 10 %% nearer, for the first night",
                              (unsigned)facts->cluster_pending);
    if (clusters->parts->has_previous && !fl_table_has(lines->stored->table, FL_SCORES_CLUSTER_BEFORE))
        return "the nearest, or that of the night before, which the run did not store";
    return "as the night before; no other is 10 % nearer";
}

static void say_cluster(const struct clusters *clusters)
{
    struct fl_lines *lines = clusters->lines;
    fl_lines_column(lines, FL_SCORES_CLUSTER, "%s", cluster_reason(clusters));
    fl_lines_column(lines, FL_SCORES_CLUSTER_NAME, "as the model calls it");
    fl_lines_column(lines, FL_SCORES_CLUSTER_DISTANCE,
                    "of the square roots of the shares of %zu categories to the cluster's mean",
                    clusters->entries);
    fl_lines_column(lines, FL_SCORES_CLUSTER_SECOND, "the nearest of the others");
    fl_lines_column(lines, FL_SCORES_CLUSTER_SECOND_DISTANCE, "to that one");
    fl_lines_column(lines, FL_SCORES_CLUSTER_PENDING, "the cluster that comes if it is the same tomorrow");
    fl_lines_column(lines, FL_SCORES_CLUSTER_PENDING_NIGHTS, "nights that it has been pending");
}

/* The largest first. */
static size_t find_pulls(const struct clusters *clusters, const float *own, const float *second,
                         struct pull pulls[PULLS])
{
    size_t count = 0;
    for (size_t i = 0; i < clusters->entries; i++) {
        const uint16_t place = clusters->categories[i];
        const struct pull pull = {place, (double)clusters->weights[i] *
                                             ((double)own[place] - (double)second[place])};
        size_t at = count;
        while (at > 0 && pulls[at - 1].nearer < pull.nearer) {
            if (at < PULLS)
                pulls[at] = pulls[at - 1];
            at--;
        }
        if (at < PULLS)
            pulls[at] = pull;
        count += count < PULLS;
    }
    return count;
}

/* Centroids are mean square roots of shares: their squares are near to the shares. */
static void say_pulls(const struct clusters *clusters)
{
    struct fl_lines *lines = clusters->lines;
    const struct fl_cluster_model *model = clusters->rules->model;
    const struct fl_customer_facts *facts = clusters->facts;
    const uint32_t own = fl_cluster_place(model, facts->cluster),
                   second = fl_cluster_place(model, facts->cluster_second);
    if (own == model->k || second == model->k)
        return;
    const float *centroid = model->centroids + (size_t)own * model->category_count,
                *other = model->centroids + (size_t)second * model->category_count;
    struct pull pulls[PULLS];
    const size_t count = find_pulls(clusters, centroid, other, pulls);
    for (size_t i = 0; i < count; i++) {
        const struct fl_text name = model->categories[pulls[i].place];
        const int64_t micro = (int64_t)floor(MICRO * pulls[i].nearer + 0.5);
        fl_lines_number(
            lines, fl_lines_print(lines, "pull of %.*s", (int)name.size, name.bytes), micro,
            fl_lines_short(lines, micro, 6), "its root share times %s in the cluster less %s in %u",
            fl_lines_print(lines, "%.3f", (double)centroid[pulls[i].place]),
            fl_lines_print(lines, "%.3f", (double)other[pulls[i].place]), (unsigned)facts->cluster_second);
    }
}

fl_status fl_explain_clusters(const struct fl_explain_parts *parts)
{
    struct fl_basket_maker maker;
    struct clusters clusters = {.parts = parts,
                                .lines = parts->lines,
                                .facts = parts->facts,
                                .rules = fl_stages_clusters(parts->stages)};
    fl_status status =
        fl_basket_maker_init(&maker, clusters.rules->settings, clusters.rules->category_count, parts->error);
    if (status != FL_OK)
        return status;
    fl_basket_row_make(&maker, &parts->rows->days, parts->as_of_day, &clusters.row);
    if (clusters.rules->model != NULL)
        clusters.entries =
            fl_basket_weights(&clusters.row, clusters.rules->places, clusters.categories, clusters.weights);
    say_baskets(&clusters);
    if (clusters.rules->model != NULL) {
        fl_lines_group(parts->lines, "cluster");
        say_cluster(&clusters);
        if (parts->knows_cluster)
            say_pulls(&clusters);
    }
    fl_basket_maker_release(&maker);
    return FL_OK;
}
