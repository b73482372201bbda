/* subsample.c - some of the customers, drawn by the hashes of their keys. */
#include "engine/clusters/subsample.h"

#include <stdlib.h>
#include <string.h>

#include "engine/clusters/splitmix64.h"

static fl_status take_memory(struct fl_subsample *subsample, size_t count, size_t entries,
                             struct fl_error *error)
{
    subsample->customers = malloc((count + 1) * sizeof *subsample->customers);
    subsample->starts = malloc((count + 1) * sizeof *subsample->starts);
    subsample->keys = malloc((count + 1) * sizeof *subsample->keys);
    subsample->categories = malloc((entries + 1) * sizeof *subsample->categories);
    subsample->weights = malloc((entries + 1) * sizeof *subsample->weights);
    if (subsample->customers != NULL && subsample->starts != NULL && subsample->keys != NULL &&
        subsample->categories != NULL && subsample->weights != NULL)
        return FL_OK;
    fl_subsample_release(subsample);
    return fl_fail_memory(error, (entries + 1) * sizeof *subsample->weights);
}

/* Adds a row behind the `row` first ones. */
static void copy_row(const struct fl_basket_vectors *from, size_t customer, struct fl_subsample *subsample,
                     size_t row)
{
    const uint64_t start = from->starts[customer], to = subsample->starts[row];
    const size_t entries = (size_t)(from->starts[customer + 1] - start);
    memcpy(subsample->categories + to, from->categories + start, entries * sizeof *from->categories);
    memcpy(subsample->weights + to, from->weights + start, entries * sizeof *from->weights);
    subsample->keys[row] = from->keys[customer];
    subsample->customers[row] = customer;
    subsample->starts[row + 1] = to + entries;
}

fl_status fl_subsample_make(const struct fl_basket_vectors *from, uint64_t number, uint64_t highest,
                            struct fl_subsample *subsample, struct fl_error *error)
{
    size_t count = 0, entries = 0;
    for (size_t i = 0; i < from->count; i++)
        if (fl_key_hash(from->keys[i], number) <= highest) {
            count++;
            entries += (size_t)(from->starts[i + 1] - from->starts[i]);
        }
    *subsample = (struct fl_subsample){0};
    const fl_status status = take_memory(subsample, count, entries, error);
    if (status != FL_OK)
        return status;
    size_t row = 0;
    subsample->starts[0] = 0;
    for (size_t i = 0; i < from->count; i++)
        if (fl_key_hash(from->keys[i], number) <= highest)
            copy_row(from, i, subsample, row++);
    subsample->vectors = (struct fl_basket_vectors){.count = count,
                                                    .category_count = from->category_count,
                                                    .keys = subsample->keys,
                                                    .starts = subsample->starts,
                                                    .categories = subsample->categories,
                                                    .weights = subsample->weights};
    return FL_OK;
}

void fl_subsample_release(struct fl_subsample *subsample)
{
    free(subsample->customers);
    free(subsample->starts);
    free(subsample->keys);
    free(subsample->categories);
    free(subsample->weights);
    *subsample = (struct fl_subsample){0};
}

static int compare_hashes(const void *a, const void *b)
{
    const uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

fl_status fl_subsample_highest(const struct fl_basket_vectors *from, size_t count, uint64_t *highest,
                               struct fl_error *error)
{
    *highest = UINT64_MAX;
    if (from->count <= count)
        return FL_OK;
    uint64_t *hashes = malloc(from->count * sizeof *hashes);
    if (hashes == NULL)
        return fl_fail_memory(error, from->count * sizeof *hashes);
    for (size_t i = 0; i < from->count; i++)
        hashes[i] = fl_key_hash(from->keys[i], 0);
    qsort(hashes, from->count, sizeof *hashes, compare_hashes);
    *highest = hashes[count - 1]; /* no two keys have one hash */
    free(hashes);
    return FL_OK;
}
