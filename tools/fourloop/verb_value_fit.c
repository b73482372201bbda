/* verb_value_fit.c - `fourloop value fit`: how often customers buy, when they stop, what they spend. */
#include <inttypes.h>

#include "engine/value/value_fit.h"
#include "tools/fourloop/progress.h"
#include "tools/fourloop/report.h"
#include "tools/fourloop/verbs.h"

static int on_progress(void *context, uint64_t rows_done, uint64_t rows_all)
{
    struct progress *progress = context;
    return progress_step(progress, rows_done, rows_done, rows_all);
}

static const char *kind_word(enum fl_value_fit kind)
{
#define X(name, word) word,
    static const char *const words[] = {FL_VALUE_FIT_LIST(X)};
#undef X
    return words[kind];
}

static void say_report(const struct command *command, const struct fl_value_fit_report *report)
{
    const struct fl_frozen_fit *fit = &report->fit;
    const struct fl_purchase_parameters *purchases = &fit->purchases.parameters;
    const struct fl_spend_parameters *spend = &fit->spend.parameters;
    const char *model = command->flags[FLAG_MODEL].text;
    report_say("%s/value.yaml: %s of %.0f customers as of %s, %" PRId64
               " of them bought on two days or more (%" PRIu64 " rows)",
               model, kind_word(fit->kind), fit->purchases.customers, command->flags[FLAG_AS_OF].text,
               fit->repeaters, report->rows);
    report_say("  purchases: r %.8g, alpha %.8g, a %.8g, b %.8g; log-likelihood %.4f after %d steps",
               purchases->r, purchases->alpha, purchases->a, purchases->b, fit->purchases.log_likelihood,
               fit->purchases.steps);
    report_say(
        "  spend: p %.8g, q %.8g, v %.8g; log-likelihood %.4f of %.0f customers after %d steps; a purchase "
        "day of anybody brings %.2f %s",
        spend->p, spend->q, spend->v, fit->spend.log_likelihood, fit->spend.customers, fit->spend.steps,
        fl_spend_expected(spend, 0, 0), fit->currency);
    if (fit->spend.alike)
        report_say("  customers' means differ by chance alone: each is expected to spend the common mean");
    report_say("  days between purchases: %" PRId32 " (of %" PRId64
               " gaps), and those of %zu main categories",
               fit->gap_days, fit->gaps, fit->category_count);
    report_say("  %.1f s for the rows, %.1f s for the fit", (double)report->pass_microseconds / 1e6,
               (double)report->fit_microseconds / 1e6);
    report_fit(report->hash_before, report->hash_after, model, command->flags[FLAG_DATA].text);
}

static json_t *json_of(const struct command *command, const struct fl_value_fit_report *report)
{
    const struct fl_frozen_fit *fit = &report->fit;
    const struct fl_purchase_parameters *purchases = &fit->purchases.parameters;
    const struct fl_spend_parameters *spend = &fit->spend.parameters;
    return json_pack(
        "{s:s, s:s, s:s, s:I, s:I, s:I, s:{s:f, s:f, s:f, s:f, s:f}, s:{s:f, s:f, s:f, s:f, s:I}, s:I, "
        "s:I, s:I, s:s, s:s}",
        "model", command->flags[FLAG_MODEL].text, "as_of", command->flags[FLAG_AS_OF].text, "fit",
        kind_word(fit->kind), "rows", (json_int_t)report->rows, "customers",
        (json_int_t)fit->purchases.customers, "repeaters", (json_int_t)fit->repeaters, "purchases", "r",
        purchases->r, "alpha", purchases->alpha, "a", purchases->a, "b", purchases->b, "log_likelihood",
        fit->purchases.log_likelihood, "spend", "p", spend->p, "q", spend->q, "v", spend->v, "log_likelihood",
        fit->spend.log_likelihood, "customers", (json_int_t)fit->spend.customers, "gap_days",
        (json_int_t)fit->gap_days, "gaps", (json_int_t)fit->gaps, "categories",
        (json_int_t)fit->category_count, "hash_before", report->hash_before, "hash", report->hash_after);
}

fl_status verb_value_fit(const struct command *command, const struct fl_io *io, struct fl_error *error)
{
    unsigned threads;
    fl_status status = command_threads(command, &threads, error);
    if (status != FL_OK)
        return status;
    struct progress progress;
    progress_start(&progress, "reading purchases");
    const struct fl_value_fit_plan plan = {
        .io = io,
        .model = command->flags[FLAG_MODEL].text,
        .data = command->flags[FLAG_DATA].text,
        .as_of_day = (int32_t)command->flags[FLAG_AS_OF].number,
        .has_kind = command->flags[FLAG_KIND].given,
        .kind = command->flags[FLAG_KIND].number == 0 ? FL_VALUE_FIT_MBGNBD : FL_VALUE_FIT_BGNBD,
        .io_mode = command->flags[FLAG_IO].number == 0 ? FL_IO_MAP : FL_IO_COPY,
        .memory_bytes = (uint64_t)command->flags[FLAG_MEMORY].number,
        .threads = threads,
        .progress = on_progress,
        .progress_context = &progress,
    };
    struct fl_value_fit_report report;
    status = fl_value_fit(&plan, &report, error);
    progress_end(&progress);
    if (status != FL_OK)
        return status;
    say_report(command, &report);
    if (command->flags[FLAG_JSON].given)
        status = report_json(json_of(command, &report), error);
    fl_value_fit_report_release(&report);
    return status;
}
