/* pair_offers.c - what to offer to who bought what: for each item the best others by its pairs. */
#include "engine/clusters/pair_offers.h"

#include <stdlib.h>

#include "engine/clusters/hypergeometric.h"

/* A pair that chance alone makes more often than this is no reason to offer anything. */
static const double FISHER_P_MAX = 0.01;

/* A pair as one of its two items sees it. */
struct candidate {
    int64_t lead;
    uint32_t offer, baskets;
};

/* The pairs of each item, one item behind the other. */
struct matrix {
    struct candidate *candidates;
    uint64_t *ends; /* by item */
};

/* All of an item's pairs have the same baskets with the item, so more baskets are more confidence. */
static int compare_candidates(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;
    if (x->baskets != y->baskets)
        return x->baskets > y->baskets ? -1 : 1;
    if (x->lead != y->lead)
        return x->lead > y->lead ? -1 : 1;
    return (x->offer > y->offer) - (x->offer < y->offer);
}

static void add_candidate(struct matrix *matrix, const struct fl_item_pair *pair, uint32_t bought,
                          uint32_t offer)
{
    matrix->candidates[matrix->ends[bought]++] =
        (struct candidate){.lead = pair->lead, .offer = offer, .baskets = pair->baskets};
}

static fl_status fill(const struct fl_pair_plan *plan, const struct fl_pair_list *list, struct matrix *matrix,
                      struct fl_error *error)
{
    const size_t ends_bytes = (plan->item_count + 1) * sizeof *matrix->ends;
    const size_t size_bytes = (2 * list->count + 1) * sizeof *matrix->candidates;
    matrix->ends = calloc(1, ends_bytes);
    matrix->candidates = malloc(size_bytes);
    if (matrix->ends == NULL || matrix->candidates == NULL)
        return fl_fail_memory(error, ends_bytes + size_bytes);
    for (size_t i = 0; i < list->count; i++) {
        matrix->ends[list->pairs[i].a + 1]++;
        matrix->ends[list->pairs[i].b + 1]++;
    }
    /* First where an item's candidates begin; each that is added moves it towards their end. */
    for (size_t item = 0; item < plan->item_count; item++)
        matrix->ends[item + 1] += matrix->ends[item];
    for (size_t i = 0; i < list->count; i++) {
        const struct fl_item_pair *pair = &list->pairs[i];
        add_candidate(matrix, pair, pair->a, pair->b);
        add_candidate(matrix, pair, pair->b, pair->a);
    }
    return FL_OK;
}

static fl_status offer_to(const struct fl_pair_plan *plan, uint32_t bought, struct candidate *candidates,
                          size_t count, size_t offers_max, fl_offer_sink *sink, void *context,
                          struct fl_error *error)
{
    fl_status status = FL_OK;
    uint32_t rank = 0;
    qsort(candidates, count, sizeof *candidates, compare_candidates);
    for (size_t i = 0; i < count && rank < offers_max && status == FL_OK; i++) {
        const struct candidate *candidate = &candidates[i];
        const double p = fl_hypergeometric_tail(plan->basket_count, plan->item_baskets[bought],
                                                plan->item_baskets[candidate->offer], candidate->baskets);
        if (p > FISHER_P_MAX)
            continue;
        const struct fl_offer offer = {
            .bought = bought, .offer = candidate->offer, .rank = ++rank, .baskets = candidate->baskets};
        status = sink(context, &offer, error);
    }
    return status;
}

fl_status fl_pair_offers(const struct fl_pair_plan *plan, const struct fl_pair_list *list, size_t offers_max,
                         fl_offer_sink *sink, void *context, struct fl_error *error)
{
    struct matrix matrix = {0};
    fl_status status = fill(plan, list, &matrix, error);
    for (size_t item = 0; item < plan->item_count && status == FL_OK; item++) {
        const uint64_t from = item == 0 ? 0 : matrix.ends[item - 1];
        status = offer_to(plan, (uint32_t)item, matrix.candidates + from, (size_t)(matrix.ends[item] - from),
                          offers_max, sink, context, error);
    }
    free(matrix.candidates);
    free(matrix.ends);
    return status;
}
