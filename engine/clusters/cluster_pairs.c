/* cluster_pairs.c - `cluster pairs`: from a data folder to rows of pairs of items, or of offers. */
#include "engine/clusters/cluster_pairs.h"

#include <stdlib.h>

#include "engine/cell_rows.h"
#include "engine/clusters/basket_pass.h"
#include "engine/clusters/pair_measures.h"
#include "engine/clusters/pair_offers.h"
#include "engine/fit_inputs.h"
#include "formats/base/civil.h"

/* The columns of both outputs, in their order. */
enum pair_column {
    PAIR_A,
    PAIR_B,
    PAIR_BASKETS_A,
    PAIR_BASKETS_B,
    PAIR_BASKETS,
    PAIR_SUPPORT,
    PAIR_CONFIDENCE_A_TO_B,
    PAIR_CONFIDENCE_B_TO_A,
    PAIR_LIFT,
    PAIR_LEVERAGE,
    PAIR_FISHER_P,
    PAIR_COLUMNS
};
static const char *const pair_names[PAIR_COLUMNS] = {
    [PAIR_A] = "a",
    [PAIR_B] = "b",
    [PAIR_BASKETS_A] = "baskets_a",
    [PAIR_BASKETS_B] = "baskets_b",
    [PAIR_BASKETS] = "baskets_both",
    [PAIR_SUPPORT] = "support",
    [PAIR_CONFIDENCE_A_TO_B] = "confidence_a_to_b",
    [PAIR_CONFIDENCE_B_TO_A] = "confidence_b_to_a",
    [PAIR_LIFT] = "lift",
    [PAIR_LEVERAGE] = "leverage",
    [PAIR_FISHER_P] = "fisher_p",
};

enum offer_column {
    OFFER_BOUGHT,
    OFFER_RANK,
    OFFER_OFFER,
    OFFER_BASKETS_BOUGHT,
    OFFER_BASKETS_OFFER,
    OFFER_BASKETS,
    OFFER_CONFIDENCE,
    OFFER_LIFT,
    OFFER_LEVERAGE,
    OFFER_FISHER_P,
    OFFER_COLUMNS
};
static const char *const offer_names[OFFER_COLUMNS] = {
    [OFFER_BOUGHT] = "bought",
    [OFFER_RANK] = "rank",
    [OFFER_OFFER] = "offer",
    [OFFER_BASKETS_BOUGHT] = "baskets_bought",
    [OFFER_BASKETS_OFFER] = "baskets_offer",
    [OFFER_BASKETS] = "baskets_both",
    [OFFER_CONFIDENCE] = "confidence",
    [OFFER_LIFT] = "lift",
    [OFFER_LEVERAGE] = "leverage",
    [OFFER_FISHER_P] = "fisher_p",
};

/* No more of them are sure. */
enum { FISHER_DIGITS = 10 };

/* Everything a count of pairs holds, let go of in one place. */
struct job {
    const struct fl_cluster_pairs_plan *plan;
    struct fl_cluster_pairs_report *report;
    struct fl_fit_inputs inputs;
    struct fl_basket_list baskets;
    uint32_t *item_baskets;
    struct fl_pair_plan count;
    struct fl_pair_list pairs;
    struct fl_cell_rows rows;
};

/* ---- baskets ---- */

static fl_status collect_baskets(struct job *job, struct fl_error *error)
{
    const struct fl_cluster_pairs_plan *plan = job->plan;
    const size_t items = job->inputs.words.words[plan->items].words.count;
    struct fl_cluster_pairs_report *report = job->report;
    const int32_t first_day = plan->as_of_day - job->inputs.model->settings.baskets.window_days + 1;
    struct fl_basket_counts counts = {0};
    const struct fl_basket_pass_plan pass = {
        .scan = {.scan = fl_fit_scan_plan(&job->inputs, plan->progress, plan->progress_context),
                 .threads = plan->threads},
        .items = plan->items,
        .first_day = first_day < FL_DAY_MIN ? FL_DAY_MIN : first_day,
    };
    job->item_baskets = calloc(items + 1, sizeof *job->item_baskets);
    if (job->item_baskets == NULL)
        return fl_fail_memory(error, (items + 1) * sizeof *job->item_baskets);
    fl_status status = fl_basket_pass(&pass, &job->baskets, job->item_baskets, &counts, error);
    report->first_day = pass.first_day;
    report->lines = counts.lines;
    report->baskets = counts.baskets;
    report->cut = counts.cut;
    for (size_t item = 0; item < items; item++)
        report->items += job->item_baskets[item] > 0;
    const uint64_t taken_bytes = job->baskets.count * sizeof(struct fl_basket_chunk);
    job->count = (struct fl_pair_plan){
        .baskets = &job->baskets,
        .item_baskets = job->item_baskets,
        .item_count = items,
        .basket_count = (int64_t)counts.baskets,
        .baskets_min = plan->baskets_min,
        .positive_only = plan->offers_max > 0,
        .pairs_max = plan->pairs_max,
        .threads = plan->threads,
        .memory_bytes = counts.memory_left_bytes - taken_bytes,
    };
    return status;
}

/* ---- rows ---- */

static struct fl_row_cell item_cell(const struct job *job, uint32_t item)
{
    const struct fl_words *words = &job->inputs.words.words[job->plan->items].words;
    return fl_cell_of_text(fl_words_at(words, item));
}

static struct fl_pair_counts counts_of(const struct job *job, uint32_t a, uint32_t b, uint32_t both)
{
    return (struct fl_pair_counts){
        .all = job->count.basket_count, .a = job->item_baskets[a], .b = job->item_baskets[b], .both = both};
}

static fl_status write_pair(struct job *job, const struct fl_item_pair *pair, struct fl_error *error)
{
    const struct fl_pair_counts counts = counts_of(job, pair->a, pair->b, pair->baskets);
    const struct fl_pair_measures measures = fl_pair_measures_of(&counts);
    const struct fl_row_cell cells[PAIR_COLUMNS] = {
        [PAIR_A] = item_cell(job, pair->a),
        [PAIR_B] = item_cell(job, pair->b),
        [PAIR_BASKETS_A] = fl_cell_of_integer(counts.a),
        [PAIR_BASKETS_B] = fl_cell_of_integer(counts.b),
        [PAIR_BASKETS] = fl_cell_of_integer(counts.both),
        [PAIR_SUPPORT] = fl_cell_of_double(measures.support),
        [PAIR_CONFIDENCE_A_TO_B] = fl_cell_of_double(measures.confidence_a_to_b),
        [PAIR_CONFIDENCE_B_TO_A] = fl_cell_of_double(measures.confidence_b_to_a),
        [PAIR_LIFT] = fl_cell_of_double(measures.lift),
        [PAIR_LEVERAGE] = fl_cell_of_double(measures.leverage),
        [PAIR_FISHER_P] = fl_cell_of_rounded(measures.fisher_p, FISHER_DIGITS),
    };
    job->report->written++;
    return fl_cell_rows_add(&job->rows, cells, error);
}

static fl_status write_offer(void *context, const struct fl_offer *offer, struct fl_error *error)
{
    struct job *job = context;
    const struct fl_pair_counts counts = counts_of(job, offer->bought, offer->offer, offer->baskets);
    const struct fl_pair_measures measures = fl_pair_measures_of(&counts);
    const struct fl_row_cell cells[OFFER_COLUMNS] = {
        [OFFER_BOUGHT] = item_cell(job, offer->bought),
        [OFFER_RANK] = fl_cell_of_integer(offer->rank),
        [OFFER_OFFER] = item_cell(job, offer->offer),
        [OFFER_BASKETS_BOUGHT] = fl_cell_of_integer(counts.a),
        [OFFER_BASKETS_OFFER] = fl_cell_of_integer(counts.b),
        [OFFER_BASKETS] = fl_cell_of_integer(counts.both),
        [OFFER_CONFIDENCE] = fl_cell_of_double(measures.confidence_a_to_b),
        [OFFER_LIFT] = fl_cell_of_double(measures.lift),
        [OFFER_LEVERAGE] = fl_cell_of_double(measures.leverage),
        [OFFER_FISHER_P] = fl_cell_of_rounded(measures.fisher_p, FISHER_DIGITS),
    };
    job->report->written++;
    return fl_cell_rows_add(&job->rows, cells, error);
}

static fl_status write_pairs(struct job *job, struct fl_error *error)
{
    fl_status status = FL_OK;
    for (size_t i = 0; i < job->pairs.count && status == FL_OK; i++)
        status = write_pair(job, &job->pairs.pairs[i], error);
    return status;
}

static fl_status write_rows(struct job *job, struct fl_output *output, struct fl_error *error)
{
    const struct fl_cluster_pairs_plan *plan = job->plan;
    const bool offers = plan->offers_max > 0;
    fl_status status =
        fl_cell_rows_begin(&job->rows, output, plan->to_ndjson, offers ? offer_names : pair_names,
                           offers ? OFFER_COLUMNS : PAIR_COLUMNS, error);
    if (status == FL_OK && offers)
        status = fl_pair_offers(&job->count, &job->pairs, plan->offers_max, write_offer, job, error);
    else if (status == FL_OK)
        status = write_pairs(job, error);
    return status == FL_OK ? fl_cell_rows_flush(&job->rows, error) : status;
}

/* ---- all ---- */

static fl_status count_pairs(struct job *job, struct fl_error *error)
{
    fl_status status = fl_model_open(job->plan->io, job->plan->model, &job->inputs.model, error);
    if (status == FL_OK)
        status = fl_fit_inputs_open(&job->inputs, error);
    if (status == FL_OK)
        status = collect_baskets(job, error);
    if (status == FL_OK)
        status = fl_count_pairs(&job->count, &job->pairs, error);
    job->report->pairs = job->pairs.found;
    return status;
}

/* *folded: it failed because a compaction has meanwhile folded an input, and nothing was written yet. */
static fl_status try_once(const struct fl_cluster_pairs_plan *plan, struct fl_output *output,
                          struct fl_cluster_pairs_report *report, bool *folded, struct fl_error *error)
{
    struct job job = {.plan = plan,
                      .report = report,
                      .inputs = {.io = plan->io,
                                 .io_mode = plan->io_mode,
                                 .data = plan->data,
                                 .as_of_day = plan->as_of_day,
                                 .memory_bytes = plan->memory_bytes,
                                 .of_products = plan->items == FL_WORDED_PRODUCT}};
    *report = (struct fl_cluster_pairs_report){0};
    fl_basket_list_init(&job.baskets, 0);
    fl_status status = count_pairs(&job, error);
    *folded = fl_fit_inputs_were_folded(&job.inputs, status);
    if (status == FL_OK)
        status = write_rows(&job, output, error);
    fl_cell_rows_release(&job.rows);
    fl_pair_list_release(&job.pairs);
    fl_basket_list_release(&job.baskets);
    free(job.item_baskets);
    fl_fit_inputs_release(&job.inputs);
    return status;
}

fl_status fl_cluster_pairs(const struct fl_cluster_pairs_plan *plan, struct fl_output *output,
                           struct fl_cluster_pairs_report *report, struct fl_error *error)
{
    bool folded = true;
    fl_status status = FL_OK;
    while (folded) {
        fl_error_clear(error);
        status = try_once(plan, output, report, &folded, error);
    }
    return status;
}
