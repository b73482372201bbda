/* cluster_model_print.c - writes clusters.yaml. */
#include <inttypes.h>

#include "engine/clusters/cluster_model.h"
#include "engine/model/fit_printer.h"
#include "formats/base/civil.h"
#include "formats/base/decimal.h"
#include "formats/base/limits.h"

/* "key: 0.250", then `after`. */
static void put_decimal(struct fl_fit_printer *printer, const char *key, int64_t number, int places,
                        const char *after)
{
    char text[48];
    fl_decimal_format(number, places, '.', text);
    fl_fit_put(printer, "%s: %s%s", key, text, after);
}

static void put_head(struct fl_fit_printer *printer, const struct fl_cluster_model *model)
{
    char day[11];
    fl_day_format(model->day, day);
    fl_fit_put(printer,
               "# Written by `fourloop cluster fit`: the clusters that a night assigns customers to. Part of "
               "the model's hash.\n"
               "# Names may be changed here, and stay with their numbers; the rest is better made again than "
               "edited.\n"
               "day: %s\n"
               "seed: %" PRIu64 "\n"
               "customers: %" PRId64 "\n",
               day, model->seed, model->customers);
    put_decimal(printer, "stability", model->stability_milli, 3,
                " # mean adjusted Rand index of 20 pairs of subsamples\n");
    fl_fit_put(printer,
               "forced: %s\n"
               "inertia: %.6f\n",
               model->forced ? "true # kept though it was not stable" : "false", model->inertia);
    put_decimal(printer, "breadth_cut", model->breadth_cut_milli, 3,
                " # from here on a customer buys the whole range\n");
    fl_fit_put(printer, "next_number: %" PRIu32 "\n", model->next_number);
}

static void put_clusters(struct fl_fit_printer *printer, const struct fl_cluster_model *model)
{
    fl_fit_put(printer, "\nclusters:\n");
    for (unsigned i = 0; i < model->k; i++) {
        const struct fl_cluster *cluster = &model->clusters[i];
        fl_fit_put(printer, "  - {number: %" PRIu32 ", name: ", cluster->number);
        fl_fit_put_quoted(printer, cluster->name);
        fl_fit_put(printer, ", customers: %" PRId64 "}\n", cluster->customers);
    }
}

static void put_history(struct fl_fit_printer *printer, const struct fl_cluster_model *model)
{
    fl_fit_put(printer, "\n# Every fit of this model, the last one is this.\nhistory:\n");
    for (size_t i = 0; i < model->history_count; i++) {
        const struct fl_cluster_fit_note *note = &model->history[i];
        char day[11];
        fl_day_format(note->day, day);
        fl_fit_put(printer,
                   "  - {day: %s, customers: %" PRId64 ", clusters: %" PRIu32 ", kept: %" PRIu32
                   ", new: %" PRIu32 ", ",
                   day, note->customers, note->k, note->kept, note->new_numbers);
        put_decimal(printer, "stability", note->stability_milli, 3, "}\n");
    }
}

static void put_categories(struct fl_fit_printer *printer, const struct fl_cluster_model *model)
{
    fl_fit_put(printer, "\n# Mean share of what the customers of the fit spend on these categories.\n"
                        "categories:\n");
    for (uint32_t i = 0; i < model->category_count; i++) {
        fl_fit_put(printer, "  - {category: ");
        fl_fit_put_quoted(printer, model->categories[i]);
        put_decimal(printer, ", share", model->share_ppm[i], 6, "}\n");
    }
}

static void put_centroid(struct fl_fit_printer *printer, const float *centroid, uint32_t count)
{
    enum { IN_A_LINE = 8 };
    for (uint32_t i = 0; i < count; i++)
        fl_fit_put(printer, "%s%.9g",
                   i == 0               ? "  - ["
                   : i % IN_A_LINE == 0 ? ",\n     "
                                        : ", ",
                   (double)centroid[i]);
    fl_fit_put(printer, "]\n");
}

static void put_centroids(struct fl_fit_printer *printer, const struct fl_cluster_model *model)
{
    fl_fit_put(printer, "\n# Mean square root of the share of each category, a list for each cluster.\n"
                        "centroids:\n");
    for (unsigned i = 0; i < model->k; i++)
        put_centroid(printer, model->centroids + (size_t)i * model->category_count, model->category_count);
}

fl_status fl_cluster_model_print(const struct fl_cluster_model *model, struct fl_buffer *buffer,
                                 struct fl_error *error)
{
    struct fl_fit_printer printer = {.buffer = buffer};
    put_head(&printer, model);
    put_clusters(&printer, model);
    put_history(&printer, model);
    put_categories(&printer, model);
    put_centroids(&printer, model);
    if (printer.failed)
        return fl_fail_memory(error, buffer->size);
    if (buffer->size > FL_CONFIG_BYTES_MAX)
        return fl_fail(error, FL_LIMIT,
                       "%" PRIu32
                       " categories and %u clusters make clusters.yaml %zu bytes long, at most %u: "
                       "give categories shorter names, or ask for fewer clusters",
                       model->category_count, model->k, buffer->size, (unsigned)FL_CONFIG_BYTES_MAX);
    return FL_OK;
}
