/* verb_compact.c - `fourloop compact`: folds the files of a data folder into few. */
#include <string.h>

#include "formats/compact/compact.h"
#include "tools/fourloop/progress.h"
#include "tools/fourloop/report.h"
#include "tools/fourloop/verbs.h"

static int on_progress(void *context, uint64_t rows, uint64_t rows_all)
{
    struct progress *progress = context;
    return progress_step(progress, rows, rows, rows_all);
}

static void say_report(const struct command *command, const struct fl_compact_report *report)
{
    const char *folder = command->words[0];
    char before[REPORT_SIZE_TEXT], after[REPORT_SIZE_TEXT];
    if (report->folded == 0) {
        report_say("%s: compact already, nothing was done", folder);
        return;
    }
    report_say("%s: %zu files are now %zu; %llu rows, %s before, %s after", folder, report->files_before,
               report->files_after, (unsigned long long)report->rows_after,
               report_size(report->bytes_before, before), report_size(report->bytes_after, after));
    if (report->rows_before != report->rows_after)
        report_say("  %llu rows of products and customer ids came more than once",
                   (unsigned long long)(report->rows_before - report->rows_after));
}

static json_t *json_of(const struct command *command, const struct fl_compact_report *report)
{
    return json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "data", command->words[0], "files_before",
                     (json_int_t)report->files_before, "files_after", (json_int_t)report->files_after,
                     "folded", (json_int_t)report->folded, "rows_before", (json_int_t)report->rows_before,
                     "rows_after", (json_int_t)report->rows_after, "bytes_before",
                     (json_int_t)report->bytes_before, "bytes_after", (json_int_t)report->bytes_after);
}

fl_status verb_compact(const struct command *command, const struct fl_io *io, struct fl_error *error)
{
    struct progress progress;
    progress_start(&progress, "folding");
    const struct fl_compact_plan plan = {
        .io = io,
        .folder = command->words[0],
        .memory_bytes = (uint64_t)command->flags[FLAG_MEMORY].number,
        .progress = on_progress,
        .progress_context = &progress,
    };
    struct fl_compact_report report;
    const fl_status status = fl_compact(&plan, &report, error);
    progress_end(&progress);
    if (status != FL_OK)
        return status;
    say_report(command, &report);
    return command->flags[FLAG_JSON].given ? report_json(json_of(command, &report), error) : FL_OK;
}
