/* verb_diff.c - `fourloop diff`: shows who moves from one run to another, and what made them. */
#include "tools/fourloop/diff_report.h"
#include "tools/fourloop/progress.h"
#include "tools/fourloop/report.h"
#include "tools/fourloop/verbs.h"

static int on_progress(void *context, uint64_t rows_done, uint64_t rows_all)
{
    struct progress *progress = context;
    return progress_step(progress, rows_done, rows_done, rows_all);
}

static void say_published(const struct fl_diff *diff, const char *out)
{
    if (out != NULL && diff->already_there)
        report_say("%s: the same movers.csv is there already", out);
    else if (out != NULL)
        report_say("%s: movers.csv with %llu rows", out, (unsigned long long)diff->listed);
}

fl_status verb_diff(const struct command *command, const struct fl_io *io, struct fl_error *error)
{
    unsigned threads;
    struct fl_diff *diff = NULL;
    fl_status status = command_threads(command, &threads, error);
    if (status != FL_OK)
        return status;
    const int64_t sample = command->flags[FLAG_SAMPLE].number;
    if (sample > FL_DIFF_SAMPLE_MAX)
        return fl_fail(error, FL_USAGE, "diff: --sample takes 0 to %d", FL_DIFF_SAMPLE_MAX);
    const char *const names[2] = {command->words[0], command->words[1]};
    struct progress progress;
    progress_start(&progress, "comparing");
    const struct fl_diff_plan plan = {.io = io,
                                      .run_a = names[0],
                                      .run_b = names[1],
                                      .table = command->flags[FLAG_DIFF_TABLE].text,
                                      .data = command->flags[FLAG_DIFF_DATA].text,
                                      .scratch = command->flags[FLAG_SCRATCH].text,
                                      .out = command->flags[FLAG_DIFF_OUT].text,
                                      .sample = (size_t)sample,
                                      .memory_bytes = (uint64_t)command->flags[FLAG_MEMORY].number,
                                      .threads = threads,
                                      .progress = on_progress,
                                      .progress_context = &progress};
    status = fl_diff(&plan, &diff, error);
    progress_end(&progress);
    if (status != FL_OK)
        return status;
    say_published(diff, plan.out);
    if (command->flags[FLAG_JSON].given)
        status = report_json(diff_json(diff, names), error);
    else
        diff_print(diff, names);
    fl_diff_free(diff);
    return status;
}
