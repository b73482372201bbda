/* cluster_profile.c - `cluster profile`: who is in each cluster of a run, and what they buy. */
#include "engine/clusters/cluster_profile.h"

#include <stdlib.h>

#include "engine/clusters/profile_scores.h"
#include "engine/clusters/profile_spend.h"
#include "engine/run_folder.h"
#include "engine/run_inputs.h"
#include "formats/base/publish.h"

static fl_status open_run(const struct fl_cluster_profile_plan *plan, struct fl_cluster_profile *profile,
                          char **path, struct fl_error *error)
{
    fl_status status = fl_run_folder_read_scored(plan->io, plan->run, &profile->manifest, error);
    if (status == FL_OK)
        status = fl_model_open(plan->io, plan->run, &profile->model, error);
    if (status != FL_OK)
        return status;
    if (profile->model->clusters == NULL) {
        (void)fl_fail(error, FL_USAGE,
                      "the run has no clusters: `cluster fit` finds them for the model of the next run");
        return fl_error_at_path(error, plan->run);
    }
    *path = fl_path_join(plan->run, fl_run_manifest_output(&profile->manifest, "customers")->name);
    if (*path == NULL)
        return fl_fail_memory(error, strlen(plan->run));
    const size_t k = profile->model->clusters->k;
    profile->sums = calloc(k, sizeof *profile->sums);
    return profile->sums == NULL ? fl_fail_memory(error, k * sizeof *profile->sums) : FL_OK;
}

static fl_status add_spend(const struct fl_cluster_profile_plan *plan, const struct fl_data_folder *folder,
                           const char *path, struct fl_cluster_profile *profile, struct fl_error *error)
{
    const bool wanted[FL_WORDED_SCOPES] = {[FL_WORDED_CATEGORY] = true};
    struct fl_money money;
    fl_status status = fl_scope_words_open(folder, plan->io_mode, wanted, &profile->words, error);
    if (status != FL_OK)
        return status;
    const size_t count = profile->words.words[FL_WORDED_CATEGORY].words.count;
    const size_t k = profile->model->clusters->k;
    profile->category_count = count;
    profile->spent = calloc(k * count + 1, sizeof *profile->spent);
    if (profile->spent == NULL)
        return fl_fail_memory(error, k * count * sizeof *profile->spent);
    fl_money_init(&money, profile->model);
    const struct fl_scan_plan scan = {.io = plan->io,
                                      .folder = folder,
                                      .io_mode = plan->io_mode,
                                      .rules = {.registry = &profile->model->registry,
                                                .as_of_day = profile->manifest.as_of_day,
                                                .view = profile->manifest.view,
                                                .late_report_days = profile->model->settings.late_report_days,
                                                .customer_first = INT64_MIN,
                                                .customer_last = INT64_MAX},
                                      .words = &profile->words,
                                      .money = &money,
                                      .memory_bytes = plan->memory_bytes,
                                      .progress = plan->progress,
                                      .progress_context = plan->progress_context};
    return fl_profile_spend_add(plan, &scan, path, profile, error);
}

/* *folded: it failed because a compaction has meanwhile folded an input. */
static fl_status make_once(const struct fl_cluster_profile_plan *plan, struct fl_cluster_profile *profile,
                           bool *folded, struct fl_error *error)
{
    struct fl_data_folder *folder = NULL;
    struct fl_run_inputs inputs = {0};
    char *path = NULL;
    fl_status status = open_run(plan, profile, &path, error);
    if (status == FL_OK)
        status = fl_profile_scores_read(plan, path, profile, error);
    if (status == FL_OK)
        status = fl_data_folder_open(plan->io, plan->data, &folder, error);
    if (status == FL_OK)
        status = fl_run_inputs_open(folder, &profile->manifest, &inputs, error);
    if (status == FL_OK)
        status = add_spend(plan, &inputs.folder, path, profile, error);
    *folded = status == FL_MISSING && folder != NULL && fl_data_folder_has_changed(folder);
    fl_run_inputs_release(&inputs);
    fl_data_folder_close(folder);
    free(path);
    return status;
}

fl_status fl_cluster_profile_make(const struct fl_cluster_profile_plan *plan,
                                  struct fl_cluster_profile *profile, struct fl_error *error)
{
    bool folded = true;
    fl_status status = FL_OK;
    *profile = (struct fl_cluster_profile){0};
    while (folded) {
        fl_error_clear(error);
        fl_cluster_profile_release(profile);
        status = make_once(plan, profile, &folded, error);
    }
    return status;
}

void fl_cluster_profile_release(struct fl_cluster_profile *profile)
{
    fl_run_manifest_release(&profile->manifest);
    fl_model_free(profile->model);
    fl_scope_words_release(&profile->words);
    free(profile->sums);
    free(profile->spent);
    *profile = (struct fl_cluster_profile){0};
}

/* ---- measures ---- */

static const struct fl_category_sums *spent_at(const struct fl_cluster_profile *profile, size_t cluster,
                                               size_t category)
{
    return &profile->spent[cluster * profile->category_count + category];
}

double fl_profile_mean_share(const struct fl_cluster_profile *profile, size_t cluster, size_t category)
{
    return (double)spent_at(profile, cluster, category)->share_nano / 1e9 /
           (double)profile->sums[cluster].customers;
}

double fl_profile_index(const struct fl_cluster_profile *profile, size_t cluster, size_t category)
{
    int64_t share_nano = 0, customers = 0;
    for (size_t i = 0; i < profile->model->clusters->k; i++) {
        share_nano += spent_at(profile, i, category)->share_nano;
        customers += profile->sums[i].customers;
    }
    if (share_nano == 0)
        return 0;
    return fl_profile_mean_share(profile, cluster, category) * 1e9 * (double)customers / (double)share_nano;
}
