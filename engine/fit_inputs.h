/* fit_inputs.h - what every fit reads: a model, a data folder, its categories or products, money. */
#ifndef ENGINE_FIT_INPUTS_H
#define ENGINE_FIT_INPUTS_H

#include "engine/customer_pass.h"
#include "engine/model/model.h"

/* Zero-initialise but for the first six; release once. */
struct fl_fit_inputs {
    const struct fl_io *io;
    enum fl_io_mode io_mode;
    const char *data;
    int32_t as_of_day;
    uint64_t memory_bytes;
    bool of_products;       /* words are products, not categories */
    struct fl_model *model; /* opened by the fit, released with the rest */
    struct fl_data_folder *folder;
    struct fl_scope_words words;
    struct fl_money money;
};

/* Opens what is read beside the model, which is there. FL_USAGE: the day lies outside the calendar;
 * FL_BAD_MODEL: a currency without a rate. */
fl_status fl_fit_inputs_open(struct fl_fit_inputs *inputs, struct fl_error *error);
/* All rows of all customers up to the as-of day, known now. */
struct fl_scan_plan fl_fit_scan_plan(const struct fl_fit_inputs *inputs,
                                     int (*progress)(void *context, uint64_t rows_done, uint64_t rows_all),
                                     void *progress_context);
/* Whether a fit that ended so did because a compaction has meanwhile folded an input: the same again works.
 */
bool fl_fit_inputs_were_folded(const struct fl_fit_inputs *inputs, fl_status status);
void fl_fit_inputs_release(struct fl_fit_inputs *inputs);

#endif
