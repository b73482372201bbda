/* fit_vectors.c - the categories of a cluster fit, with the vectors of its customers over them. */
#include "engine/clusters/fit_vectors.h"

#include <stdlib.h>

void fl_fit_vectors_release(struct fl_fit_vectors *made)
{
    free(made->breadths_milli);
    free(made->keys);
    free(made->starts);
    free(made->categories);
    free(made->weights);
    *made = (struct fl_fit_vectors){0};
}

/* ---- categories ---- */

struct ranked_category {
    __int128 net;
    uint32_t word;
};

static int by_falling_net(const void *left, const void *right)
{
    const struct ranked_category *a = left, *b = right;
    if (a->net != b->net)
        return a->net > b->net ? -1 : 1;
    return (a->word > b->word) - (a->word < b->word);
}

/* The place of each category among those of the fit, or FL_NO_PLACE. */
static fl_status choose_categories(const __int128 *category_nets, size_t word_count,
                                   struct fl_fit_vectors *made, uint16_t *places, struct fl_error *error)
{
    struct ranked_category *ranked = malloc((word_count + 1) * sizeof *ranked);
    size_t count = 0;
    if (ranked == NULL)
        return fl_fail_memory(error, word_count * sizeof *ranked);
    for (size_t word = 0; word < word_count; word++) {
        places[word] = FL_NO_PLACE;
        if (category_nets[word] > 0)
            ranked[count++] = (struct ranked_category){category_nets[word], (uint32_t)word};
    }
    qsort(ranked, count, sizeof *ranked, by_falling_net);
    count = count < FL_CLUSTER_CATEGORIES_MAX ? count : FL_CLUSTER_CATEGORIES_MAX;
    for (size_t i = 0; i < count; i++)
        places[ranked[i].word] = 0;
    free(ranked);
    for (size_t word = 0; word < word_count; word++) {
        if (places[word] == FL_NO_PLACE)
            continue;
        places[word] = (uint16_t)made->vectors.category_count;
        made->words[made->vectors.category_count++] = (uint32_t)word;
    }
    return FL_OK;
}

/* ---- vectors ---- */

static fl_status take_room(const struct fl_basket_sample *sample, struct fl_fit_vectors *made,
                           struct fl_error *error)
{
    const size_t customers = sample->count + 1, categories = sample->category_count + 1;
    made->breadths_milli = malloc(customers * sizeof *made->breadths_milli);
    made->keys = malloc(customers * sizeof *made->keys);
    made->starts = malloc(customers * sizeof *made->starts);
    made->categories = malloc(categories * sizeof *made->categories);
    made->weights = malloc(categories * sizeof *made->weights);
    if (made->breadths_milli == NULL || made->keys == NULL || made->starts == NULL ||
        made->categories == NULL || made->weights == NULL)
        return fl_fail_memory(error, categories * sizeof *made->weights);
    made->starts[0] = 0;
    return FL_OK;
}

static void add_customer(const struct fl_basket_sample *sample, const struct fl_sampled_customer *customer,
                         const uint16_t *places, struct fl_fit_vectors *made)
{
    const struct fl_basket_row row = {.count = customer->count,
                                      .categories = sample->categories + customer->first,
                                      .nets = sample->nets + customer->first};
    const size_t at = made->vectors.count;
    const uint64_t start = made->starts[at];
    uint16_t categories[FL_CLUSTER_CATEGORIES_MAX];
    float weights[FL_CLUSTER_CATEGORIES_MAX];
    const size_t count = fl_basket_weights(&row, places, categories, weights);
    if (count == 0)
        return;
    memcpy(made->categories + start, categories, count * sizeof *categories);
    memcpy(made->weights + start, weights, count * sizeof *weights);
    made->keys[at] = customer->key;
    made->breadths_milli[at] = customer->breadth_milli;
    made->starts[at + 1] = start + count;
    made->vectors.count++;
}

static int by_falling_breadth(const void *left, const void *right)
{
    const int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a < b) - (a > b);
}

fl_status fl_fit_vectors_make(const struct fl_basket_sample *sample, const __int128 *category_nets,
                              size_t word_count, struct fl_fit_vectors *made, struct fl_error *error)
{
    uint16_t *places = malloc((word_count + 1) * sizeof *places);
    if (places == NULL)
        return fl_fail_memory(error, word_count * sizeof *places);
    fl_status status = choose_categories(category_nets, word_count, made, places, error);
    if (status == FL_OK)
        status = take_room(sample, made, error);
    for (size_t i = 0; i < sample->count && status == FL_OK; i++)
        add_customer(sample, &sample->customers[i], places, made);
    free(places);
    if (status != FL_OK)
        return status;
    qsort(made->breadths_milli, made->vectors.count, sizeof *made->breadths_milli, by_falling_breadth);
    made->vectors.keys = made->keys;
    made->vectors.starts = made->starts;
    made->vectors.categories = made->categories;
    made->vectors.weights = made->weights;
    return FL_OK;
}
