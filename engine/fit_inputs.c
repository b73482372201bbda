/* fit_inputs.c - what every fit reads: a model, a data folder, its categories or products, money. */
#include "engine/fit_inputs.h"

#include "engine/currency_check.h"
#include "formats/base/civil.h"

fl_status fl_fit_inputs_open(struct fl_fit_inputs *inputs, struct fl_error *error)
{
    const bool wanted[FL_WORDED_SCOPES] = {
        [FL_WORDED_CATEGORY] = !inputs->of_products, [FL_WORDED_PRODUCT] = inputs->of_products};
    if (inputs->as_of_day < FL_DAY_MIN || inputs->as_of_day > FL_DAY_MAX)
        return fl_fail(error, FL_USAGE, "the as-of day %d lies outside the calendar", inputs->as_of_day);
    fl_status status = fl_data_folder_open(inputs->io, inputs->data, &inputs->folder, error);
    if (status == FL_OK)
        status =
            fl_check_currencies(inputs->model, inputs->folder, inputs->io_mode, inputs->as_of_day, error);
    if (status == FL_OK)
        status = fl_scope_words_open(inputs->folder, inputs->io_mode, wanted, &inputs->words, error);
    if (status == FL_OK)
        fl_money_init(&inputs->money, inputs->model);
    return status;
}

struct fl_scan_plan fl_fit_scan_plan(const struct fl_fit_inputs *inputs,
                                     int (*progress)(void *context, uint64_t rows_done, uint64_t rows_all),
                                     void *progress_context)
{
    return (struct fl_scan_plan){
        .io = inputs->io,
        .folder = inputs->folder,
        .io_mode = inputs->io_mode,
        .rules = {.registry = &inputs->model->registry,
                  .as_of_day = inputs->as_of_day,
                  .view = FL_VIEW_KNOWN_NOW,
                  .late_report_days = inputs->model->settings.late_report_days,
                  .customer_first = INT64_MIN,
                  .customer_last = INT64_MAX},
        .words = &inputs->words,
        .money = &inputs->money,
        .memory_bytes = inputs->memory_bytes,
        .progress = progress,
        .progress_context = progress_context,
    };
}

bool fl_fit_inputs_were_folded(const struct fl_fit_inputs *inputs, fl_status status)
{
    return status == FL_MISSING && inputs->folder != NULL && fl_data_folder_has_changed(inputs->folder);
}

void fl_fit_inputs_release(struct fl_fit_inputs *inputs)
{
    fl_scope_words_release(&inputs->words);
    fl_data_folder_close(inputs->folder);
    fl_model_free(inputs->model);
    *inputs = (struct fl_fit_inputs){0};
}
