/* cluster_draft.c - the model that a cluster fit leaves: clusters in order, with numbers and names. */
#include "engine/clusters/cluster_draft.h"

#include <stdio.h>
#include <stdlib.h>

#include "engine/clusters/cluster_match.h"
#include "engine/clusters/cluster_names.h"
#include "engine/clusters/cluster_numbers.h"

enum { PPM = 1000000 };

/* What the steps work with. */
struct draft {
    const struct fl_cluster_draft_plan *plan;
    struct fl_cluster_model *model;
    uint32_t order[FL_CLUSTERS_MAX];  /* of the model: places in kmeans */
    uint32_t old_of[FL_CLUSTERS_MAX]; /* by place in kmeans: in the old model, or FL_NO_CLUSTER */
    int64_t *sums, *all;              /* shares by cluster of kmeans, and of everybody */
    size_t used;                      /* of model->bytes */
};

static struct fl_text keep_text(struct draft *draft, struct fl_text text)
{
    char *kept = draft->model->bytes + draft->used;
    memcpy(kept, text.bytes, text.size);
    draft->used += text.size;
    return (struct fl_text){kept, text.size};
}

static fl_status take_room(struct draft *draft, struct fl_error *error)
{
    const struct fl_cluster_draft_plan *plan = draft->plan;
    struct fl_cluster_model *model = draft->model;
    const uint32_t categories = plan->kmeans->category_count;
    const size_t notes = plan->old == NULL ? 1 : plan->old->history_count + 1;
    size_t bytes = (size_t)plan->kmeans->k * FL_CLUSTER_NAME_BYTES_MAX + 1;
    for (uint32_t i = 0; i < categories; i++)
        bytes += fl_words_at(plan->words, plan->vectors->words[i]).size;
    model->clusters = calloc(plan->kmeans->k, sizeof *model->clusters);
    model->categories = calloc(categories, sizeof *model->categories);
    model->share_ppm = calloc(categories, sizeof *model->share_ppm);
    model->centroids = calloc((size_t)plan->kmeans->k * categories, sizeof *model->centroids);
    model->history = calloc(notes, sizeof *model->history);
    model->bytes = malloc(bytes);
    draft->sums = calloc(((size_t)plan->kmeans->k + 1) * categories, sizeof *draft->sums);
    if (model->clusters == NULL || model->categories == NULL || model->share_ppm == NULL ||
        model->centroids == NULL || model->history == NULL || model->bytes == NULL || draft->sums == NULL)
        return fl_fail_memory(error, bytes);
    draft->all = draft->sums + (size_t)plan->kmeans->k * categories;
    return FL_OK;
}

static void set_categories(struct draft *draft)
{
    const struct fl_cluster_draft_plan *plan = draft->plan;
    struct fl_cluster_model *model = draft->model;
    const __int128 whole = (__int128)plan->vectors->vectors.count << 32;
    fl_cluster_shares_add(&plan->vectors->vectors, plan->kmeans->cluster, draft->sums, draft->all);
    model->category_count = plan->kmeans->category_count;
    for (uint32_t i = 0; i < model->category_count; i++) {
        model->categories[i] = keep_text(draft, fl_words_at(plan->words, plan->vectors->words[i]));
        model->share_ppm[i] = (int64_t)(((__int128)draft->all[i] * PPM + whole / 2) / whole);
    }
}

/* By falling size, of equal ones as the fit had them. */
static void set_order(struct draft *draft)
{
    const struct fl_kmeans *kmeans = draft->plan->kmeans;
    for (uint32_t i = 0; i < kmeans->k; i++) {
        uint32_t at = i;
        for (; at > 0 && kmeans->sizes[draft->order[at - 1]] < kmeans->sizes[i]; at--)
            draft->order[at] = draft->order[at - 1];
        draft->order[at] = i;
    }
}

static void set_centroids(struct draft *draft)
{
    struct fl_cluster_model *model = draft->model;
    const struct fl_kmeans *kmeans = draft->plan->kmeans;
    const size_t count = kmeans->category_count;
    model->k = kmeans->k;
    for (size_t i = 0; i < model->k; i++) {
        model->clusters[i].customers = (int64_t)kmeans->sizes[draft->order[i]];
        memcpy(model->centroids + i * count, kmeans->centroids + draft->order[i] * count,
               count * sizeof *model->centroids);
    }
}

/* ---- numbers ---- */

static fl_status match_old(struct draft *draft, struct fl_error *error)
{
    const struct fl_cluster_draft_plan *plan = draft->plan;
    if (plan->old != NULL)
        return fl_cluster_numbers_match(plan->kmeans, draft->model->categories, plan->old, draft->old_of,
                                        error);
    for (unsigned i = 0; i < plan->kmeans->k; i++)
        draft->old_of[i] = FL_NO_CLUSTER;
    return FL_OK;
}

static fl_status set_numbers(struct draft *draft, bool *kept, struct fl_error *error)
{
    const struct fl_cluster_model *old = draft->plan->old;
    struct fl_cluster_model *model = draft->model;
    model->next_number = old == NULL ? 1 : old->next_number;
    for (size_t i = 0; i < model->k; i++) {
        const uint32_t before = draft->old_of[draft->order[i]];
        kept[i] = before != FL_NO_CLUSTER;
        if (!kept[i] && model->next_number == INT32_MAX)
            return fl_fail(error, FL_LIMIT, "clusters.yaml has no more numbers for new clusters");
        model->clusters[i].number = kept[i] ? old->clusters[before].number : model->next_number++;
        if (kept[i])
            model->clusters[i].name = keep_text(draft, old->clusters[before].name);
    }
    return FL_OK;
}

/* ---- names ---- */

static bool is_taken(const struct fl_cluster_model *model, struct fl_text name)
{
    for (size_t i = 0; i < model->k; i++) {
        if (fl_text_equal(model->clusters[i].name, name))
            return true;
    }
    return false;
}

static struct fl_text new_name(const struct draft *draft, size_t cluster, char *name)
{
    const struct fl_cluster_model *model = draft->model;
    const int64_t *own = draft->sums + (size_t)draft->order[cluster] * model->category_count;
    const size_t size = fl_cluster_name(own, model->clusters[cluster].customers, draft->all,
                                        model->categories, model->category_count, name);
    struct fl_text text = {name, size};
    for (int copy = 2; is_taken(model, text); copy++)
        text.size = size + (size_t)snprintf(name + size, FL_CLUSTER_NAME_BYTES_MAX - size, " (%d)", copy);
    return text;
}

static void set_names(struct draft *draft, const bool *kept)
{
    struct fl_cluster_model *model = draft->model;
    for (size_t i = 0; i < model->k; i++) {
        char name[FL_CLUSTER_NAME_BYTES_MAX];
        if (!kept[i])
            model->clusters[i].name = keep_text(draft, new_name(draft, i, name));
    }
}

/* ---- the fit ---- */

static void set_head(struct draft *draft)
{
    const struct fl_cluster_draft_plan *plan = draft->plan;
    struct fl_cluster_model *model = draft->model;
    const size_t customers = plan->vectors->vectors.count;
    model->day = plan->day;
    model->seed = plan->seed;
    model->customers = (int64_t)customers;
    model->stability_milli = plan->stability_milli;
    model->forced = plan->forced;
    model->inertia = plan->kmeans->inertia;
    /* Falling: the last of the top tenth. */
    model->breadth_cut_milli = plan->vectors->breadths_milli[(customers + 9) / 10 - 1];
}

static void add_note(struct draft *draft, const bool *kept)
{
    const struct fl_cluster_model *old = draft->plan->old;
    struct fl_cluster_model *model = draft->model;
    struct fl_cluster_fit_note note = {.day = model->day,
                                       .k = model->k,
                                       .customers = model->customers,
                                       .stability_milli = model->stability_milli};
    for (size_t i = 0; i < model->k; i++)
        note.kept += kept[i];
    note.new_numbers = note.k - note.kept;
    if (old != NULL)
        memcpy(model->history, old->history, old->history_count * sizeof *model->history);
    model->history_count = old == NULL ? 1 : old->history_count + 1;
    model->history[model->history_count - 1] = note;
}

fl_status fl_cluster_draft(const struct fl_cluster_draft_plan *plan, struct fl_cluster_model *model,
                           bool kept[FL_CLUSTERS_MAX], struct fl_error *error)
{
    struct draft draft = {.plan = plan, .model = model};
    *model = (struct fl_cluster_model){0};
    fl_status status = take_room(&draft, error);
    if (status == FL_OK) {
        set_head(&draft);
        set_categories(&draft);
        set_order(&draft);
        set_centroids(&draft);
        status = match_old(&draft, error);
    }
    if (status == FL_OK)
        status = set_numbers(&draft, kept, error);
    if (status == FL_OK) {
        set_names(&draft, kept);
        add_note(&draft, kept);
    }
    free(draft.sums);
    if (status != FL_OK)
        fl_cluster_model_release(model);
    return status;
}
