/* verb_gen.c - `fourloop gen`: makes up a retailer. */
#include "tools/fourloop/progress.h"
#include "tools/fourloop/report.h"
#include "tools/fourloop/verbs.h"
#include "tools/gen/gen.h"

static int on_progress(void *context, uint64_t rows, uint64_t done, uint64_t whole)
{
    struct progress *progress = context;
    return progress_step(progress, rows, done, whole);
}

static void say_what_next(const struct command *command, const struct gen_report *report)
{
    const char *out = command->flags[FLAG_GEN_OUT].text;
    char size[REPORT_SIZE_TEXT];
    report_say("%s: %llu interactions of %llu customers, %llu products, %s", out,
               (unsigned long long)report->interactions, (unsigned long long)report->customers,
               (unsigned long long)report->products, report_size(report->bytes, size));
    report_say("next: fourloop import --map %s/mapping.yaml --into data/ %s/interactions.csv", out, out);
}

fl_status verb_gen(const struct command *command, const struct fl_io *io, struct fl_error *error)
{
    struct progress progress;
    progress_start(&progress, "writing");
    const int64_t days = command->flags[FLAG_DAYS].number;
    const struct gen_plan plan = {
        .io = io,
        .out = command->flags[FLAG_GEN_OUT].text,
        .customers = (uint64_t)command->flags[FLAG_CUSTOMERS].number,
        .seed = (uint64_t)command->flags[FLAG_SEED].number,
        .last_day = (int32_t)command->flags[FLAG_LAST_DAY].number,
        .days = days > INT32_MAX ? INT32_MAX : (int32_t)days,
        .text_ids = command->flags[FLAG_IDS].number == 1,
        .progress = on_progress,
        .progress_context = &progress,
    };
    struct gen_report report = {0};
    const fl_status status = gen_retailer(&plan, &report, error);
    progress_end(&progress);
    if (status == FL_OK)
        say_what_next(command, &report);
    return status;
}
