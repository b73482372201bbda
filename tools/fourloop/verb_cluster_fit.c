/* verb_cluster_fit.c - `fourloop cluster fit`: clusters of customers who buy alike, into the model. */
#include <inttypes.h>

#include "engine/clusters/cluster_fit.h"
#include "tools/fourloop/progress.h"
#include "tools/fourloop/report.h"
#include "tools/fourloop/shown_text.h"
#include "tools/fourloop/verbs.h"

enum { STARTS_MAX = 1000, ITERATIONS_MAX = 1000000 };

/* ---- progress ---- */

struct watch {
    struct progress progress;
    unsigned starts;
};

static int on_rows(void *context, uint64_t rows_done, uint64_t rows_all)
{
    struct watch *watch = context;
    return progress_step(&watch->progress, rows_done, rows_done, rows_all);
}

static int on_pairs(void *context, unsigned pairs_done, unsigned pairs)
{
    struct watch *watch = context;
    return progress_say(&watch->progress, "stability: %u of %u pairs of subsamples", pairs_done, pairs);
}

static int on_iteration(void *context, unsigned start, unsigned iteration, size_t moved, double inertia)
{
    struct watch *watch = context;
    return progress_say(&watch->progress, "try %u of %u, step %u: %zu customers moved, inertia %.6g",
                        start + 1, watch->starts, iteration, moved, inertia);
}

/* ---- words ---- */

static void say_customers(const struct fl_cluster_fit_report *report)
{
    const int64_t customers = report->clusters.customers;
    if ((uint64_t)customers < report->full_customers)
        report_say("  %" PRId64 " of %" PRIu64 " full customers, those with the smallest hashes%s", customers,
                   report->full_customers, report->memory_cut ? ": --memory holds no more" : "");
}

static void say_stability(const struct fl_cluster_fit_report *report)
{
    for (unsigned k = report->k_first; k <= report->k_last; k++)
        report_say("  k %u: stability %.3f%s", k, report->stability.mean[k],
                   k == report->clusters.k && report->k_first < report->k_last ? " <- chosen" : "");
}

static const char *kept_word(const struct fl_cluster_fit_report *report, unsigned cluster)
{
    return report->kept[cluster] ? "kept" : "new";
}

static void say_clusters(const struct fl_cluster_fit_report *report)
{
    const struct fl_cluster_model *clusters = &report->clusters;
    for (unsigned i = 0; i < clusters->k; i++) {
        const struct fl_cluster *cluster = &clusters->clusters[i];
        char name[FL_CLUSTER_NAME_BYTES_MAX + 1]; /* of categories, which come from outside */
        report_say("  cluster %" PRIu32 "%s%s: %" PRId64 " customers, %.1f %%: %s", cluster->number,
                   report->has_old ? ", " : "", report->has_old ? kept_word(report, i) : "",
                   cluster->customers, 100 * (double)cluster->customers / (double)clusters->customers,
                   shown_text_copy(cluster->name, name));
    }
}

static void say_report(const struct command *command, const struct fl_cluster_fit_report *report)
{
    const struct fl_cluster_model *clusters = &report->clusters;
    const char *model = command->flags[FLAG_MODEL].text;
    report_say("%s/clusters.yaml: %u clusters of %" PRId64 " customers over %" PRIu32
               " categories as of %s (%" PRIu64 " rows)",
               model, clusters->k, clusters->customers, clusters->category_count,
               command->flags[FLAG_AS_OF].text, report->rows);
    say_customers(report);
    say_stability(report);
    if (clusters->forced)
        report_say("  not stable, kept by --force: other customers of the same data give other clusters");
    report_say("  inertia %.6f, try %u, %u steps%s", clusters->inertia, report->start + 1, report->iterations,
               report->converged ? "" : ": some customers still moved, give more --iterations");
    say_clusters(report);
    report_say("  %.1f s for the rows, %.1f s for stability, %.1f s for the fit",
               (double)report->pass_microseconds / 1e6, (double)report->stability_microseconds / 1e6,
               (double)report->fit_microseconds / 1e6);
    report_fit(report->hash_before, report->hash_after, model, command->flags[FLAG_DATA].text);
}

/* ---- JSON ---- */

static json_t *json_of_stability(const struct fl_cluster_fit_report *report)
{
    json_t *list = json_array();
    for (unsigned k = report->k_first; k <= report->k_last; k++)
        (void)json_array_append_new(
            list, json_pack("{s:I, s:f}", "k", (json_int_t)k, "stability", report->stability.mean[k]));
    return list;
}

static json_t *json_of_clusters(const struct fl_cluster_fit_report *report)
{
    const struct fl_cluster_model *clusters = &report->clusters;
    json_t *list = json_array();
    for (unsigned i = 0; i < clusters->k; i++) {
        const struct fl_cluster *cluster = &clusters->clusters[i];
        (void)json_array_append_new(list, json_pack("{s:I, s:s%, s:I, s:f, s:b}", "number",
                                                    (json_int_t)cluster->number, "name", cluster->name.bytes,
                                                    cluster->name.size, "customers",
                                                    (json_int_t)cluster->customers, "share",
                                                    (double)cluster->customers / (double)clusters->customers,
                                                    "kept", (int)report->kept[i]));
    }
    return list;
}

static json_t *json_of(const struct command *command, const struct fl_cluster_fit_report *report)
{
    const struct fl_cluster_model *clusters = &report->clusters;
    return json_pack(
        "{s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:f, s:b, s:o, s:f, s:I, s:b, s:o, s:s, s:s}", "model",
        command->flags[FLAG_MODEL].text, "as_of", command->flags[FLAG_AS_OF].text, "rows",
        (json_int_t)report->rows, "full_customers", (json_int_t)report->full_customers, "customers",
        (json_int_t)clusters->customers, "categories", (json_int_t)clusters->category_count, "k",
        (json_int_t)clusters->k, "stability", (double)clusters->stability_milli / 1000, "forced",
        (int)clusters->forced, "tried", json_of_stability(report), "inertia", clusters->inertia, "iterations",
        (json_int_t)report->iterations, "converged", (int)report->converged, "clusters",
        json_of_clusters(report), "hash_before", report->hash_before, "hash", report->hash_after);
}

/* ---- the verb ---- */

static fl_status check_count(const struct command *command, enum flag flag, int64_t min, int64_t max,
                             struct fl_error *error)
{
    const struct flag_value *value = &command->flags[flag];
    if (value->given && (value->number < min || value->number > max))
        return fl_fail(error, FL_USAGE, "%s is %" PRId64 ", from %" PRId64 " to %" PRId64,
                       flag_table[flag].name, value->number, min, max);
    return FL_OK;
}

static fl_status check_counts(const struct command *command, struct fl_error *error)
{
    fl_status status = check_count(command, FLAG_CLUSTER_K, 2, FL_CLUSTERS_MAX, error);
    if (status == FL_OK)
        status = check_count(command, FLAG_CLUSTER_STARTS, 1, STARTS_MAX, error);
    if (status == FL_OK)
        status = check_count(command, FLAG_CLUSTER_ITERATIONS, 1, ITERATIONS_MAX, error);
    if (status == FL_OK)
        status = check_count(command, FLAG_CLUSTER_SAMPLE, 1, INT64_MAX, error);
    return status;
}

fl_status verb_cluster_fit(const struct command *command, const struct fl_io *io, struct fl_error *error)
{
    const struct flag_value *flags = command->flags;
    unsigned threads;
    fl_status status = command_threads(command, &threads, error);
    if (status == FL_OK)
        status = check_counts(command, error);
    if (status != FL_OK)
        return status;
    struct watch watch = {.starts = (unsigned)flags[FLAG_CLUSTER_STARTS].number};
    progress_start(&watch.progress, "reading purchases");
    const struct fl_cluster_fit_plan plan = {
        .io = io,
        .model = flags[FLAG_MODEL].text,
        .data = flags[FLAG_DATA].text,
        .as_of_day = (int32_t)flags[FLAG_AS_OF].number,
        .k = (unsigned)flags[FLAG_CLUSTER_K].number,
        .starts = watch.starts,
        .iterations_max = (unsigned)flags[FLAG_CLUSTER_ITERATIONS].number,
        .sample = (uint64_t)flags[FLAG_CLUSTER_SAMPLE].number,
        .seed = (uint64_t)flags[FLAG_CLUSTER_SEED].number,
        .force = flags[FLAG_CLUSTER_FORCE].given,
        .io_mode = flags[FLAG_IO].number == 0 ? FL_IO_MAP : FL_IO_COPY,
        .memory_bytes = (uint64_t)flags[FLAG_MEMORY].number,
        .threads = threads,
        .progress = {on_rows, on_pairs, on_iteration, &watch},
    };
    struct fl_cluster_fit_report report;
    status = fl_cluster_fit(&plan, &report, error);
    progress_end(&watch.progress);
    if (status != FL_OK)
        return status;
    say_report(command, &report);
    if (flags[FLAG_JSON].given)
        status = report_json(json_of(command, &report), error);
    fl_cluster_fit_report_release(&report);
    return status;
}
