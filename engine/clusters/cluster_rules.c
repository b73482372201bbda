/* cluster_rules.c - what the clusters of all customers of a run follow from: the model's, for its data. */
#include "engine/clusters/cluster_rules.h"

#include <stdlib.h>
#include <string.h>

static fl_status find_places(struct fl_cluster_rules *rules, const struct fl_words *categories,
                             struct fl_error *error)
{
    const size_t size_bytes = (rules->category_count + 1) * sizeof *rules->places;
    uint32_t place = 0;
    rules->places = malloc(size_bytes);
    if (rules->places == NULL)
        return fl_fail_memory(error, size_bytes);
    for (size_t i = 0; i < rules->category_count; i++) {
        const bool there = fl_cluster_model_find(rules->model, fl_words_at(categories, i), &place);
        rules->places[i] = there ? (uint16_t)place : FL_NO_PLACE;
    }
    return FL_OK;
}

static int compare_names(const void *a, const void *b)
{
    const struct fl_cluster *const *x = a, *const *y = b;
    return fl_text_compare((*x)->name, (*y)->name);
}

static bool append_name(struct fl_cluster_rules *rules, struct fl_text name)
{
    const bool done = fl_buffer_append(&rules->name_bytes, name.bytes, name.size);
    const uint32_t end = (uint32_t)rules->name_bytes.size;
    return done && fl_buffer_append(&rules->name_offsets, &end, sizeof end);
}

/* The names as a dictionary: no two clusters have the same. */
static fl_status list_names(struct fl_cluster_rules *rules, struct fl_error *error)
{
    const struct fl_cluster_model *model = rules->model;
    const struct fl_cluster *sorted[FL_CLUSTERS_MAX];
    const uint32_t start = 0;
    bool done = fl_buffer_append(&rules->name_offsets, &start, sizeof start);
    for (unsigned i = 0; i < model->k; i++)
        sorted[i] = &model->clusters[i];
    qsort(sorted, model->k, sizeof sorted[0], compare_names);
    for (uint32_t i = 0; i < model->k && done; i++) {
        done = append_name(rules, sorted[i]->name);
        rules->name_of[sorted[i] - model->clusters] = i;
    }
    if (!done)
        return fl_fail_memory(error, rules->name_bytes.size);
    rules->names = (struct fl_words){.count = model->k,
                                     .offsets = (const uint32_t *)(const void *)rules->name_offsets.bytes,
                                     .bytes = (const char *)rules->name_bytes.bytes};
    return FL_OK;
}

fl_status fl_cluster_rules_init(const struct fl_basket_settings *settings,
                                const struct fl_cluster_model *model, const struct fl_words *categories,
                                struct fl_cluster_rules *rules, struct fl_error *error)
{
    *rules = (struct fl_cluster_rules){.settings = settings, .model = model};
    rules->category_count = categories == NULL ? 0 : categories->count;
    if (model == NULL)
        return FL_OK;
    fl_status status = find_places(rules, categories, error);
    if (status == FL_OK)
        status = list_names(rules, error);
    if (status == FL_OK)
        status = fl_cluster_table_init(&rules->table, model->k, model->category_count, error);
    if (status == FL_OK)
        fl_cluster_table_fill(&rules->table, model->k, model->centroids);
    return status;
}

void fl_cluster_rules_release(struct fl_cluster_rules *rules)
{
    free(rules->places);
    fl_buffer_release(&rules->name_offsets);
    fl_buffer_release(&rules->name_bytes);
    fl_cluster_table_release(&rules->table);
    *rules = (struct fl_cluster_rules){0};
}

uint32_t fl_cluster_place(const struct fl_cluster_model *model, int64_t number)
{
    uint32_t place = 0;
    while (place < model->k && model->clusters[place].number != number)
        place++;
    return place;
}
