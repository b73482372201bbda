/* verb_run.c - `fourloop run`: scores every customer as of a day. */
#include <string.h>

#include "engine/fourloop.h"
#include "tools/fourloop/progress.h"
#include "tools/fourloop/report.h"
#include "tools/fourloop/verbs.h"

static int on_progress(void *context, uint64_t rows_done, uint64_t rows_all)
{
    struct progress *progress = context;
    return progress_step(progress, rows_done, rows_done, rows_all);
}

static void say_report(const struct command *command, const struct fl_run_report *report)
{
    const char *out = command->flags[FLAG_RUN_OUT].text;
    const struct fl_run_counts *counts = &report->counts;
    if (report->already_there) {
        report_say("%s: the complete run of the same inputs is there already, nothing was done", out);
        return;
    }
    report_say("%s: %llu customers scored as of %s", out, (unsigned long long)counts->customers,
               command->flags[FLAG_AS_OF].text);
    report_say("  %llu rows: %llu scored, %llu after the day, %llu not yet known, %llu of unknown types",
               (unsigned long long)counts->rows_in, (unsigned long long)counts->scored,
               (unsigned long long)counts->after_as_of, (unsigned long long)counts->not_yet_known,
               (unsigned long long)counts->quarantined);
    if (counts->late_reported != 0)
        report_say(
            "  %llu rows arrived after their own day, %llu of them later than the model's late_report_days",
            (unsigned long long)counts->late, (unsigned long long)counts->late_reported);
    report_say("next: fourloop export %s --table customers --to csv -o customers.csv", out);
}

static json_t *json_of_types(const struct fl_run_counts *counts)
{
    json_t *object = json_object();
    for (unsigned type = 0; type < 256; type++) {
        char name[8];
        if (counts->quarantined_by_type[type] == 0)
            continue;
        snprintf(name, sizeof name, "%u", type);
        (void)json_object_set_new(object, name, json_integer((json_int_t)counts->quarantined_by_type[type]));
    }
    return object;
}

static json_t *json_of(const struct command *command, const struct fl_run_report *report)
{
    const struct fl_run_counts *counts = &report->counts;
    return json_pack("{s:s, s:s, s:s, s:b, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "out",
                     command->flags[FLAG_RUN_OUT].text, "as_of", command->flags[FLAG_AS_OF].text, "view",
                     command->flags[FLAG_VIEW].text, "already_there", (int)report->already_there, "customers",
                     (json_int_t)counts->customers, "rows_in", (json_int_t)counts->rows_in, "scored",
                     (json_int_t)counts->scored, "after_as_of", (json_int_t)counts->after_as_of,
                     "not_yet_known", (json_int_t)counts->not_yet_known, "quarantined",
                     (json_int_t)counts->quarantined, "late", (json_int_t)counts->late, "late_reported",
                     (json_int_t)counts->late_reported, "quarantined_by_type", json_of_types(counts));
}

fl_status verb_run(const struct command *command, const struct fl_io *io, struct fl_error *error)
{
    unsigned threads;
    fl_status status = command_threads(command, &threads, error);
    if (status != FL_OK)
        return status;
    struct progress progress;
    progress_start(&progress, "scoring");
    const struct fl_run_plan plan = {
        .io = io,
        .model = command->flags[FLAG_MODEL].text,
        .data = command->flags[FLAG_DATA].text,
        .out = command->flags[FLAG_RUN_OUT].text,
        .as_of_day = (int32_t)command->flags[FLAG_AS_OF].number,
        .view = command->flags[FLAG_VIEW].number == 0 ? FL_VIEW_KNOWN_NOW : FL_VIEW_KNOWN_THEN,
        .io_mode = command->flags[FLAG_IO].number == 0 ? FL_IO_MAP : FL_IO_COPY,
        .previous = command->flags[FLAG_PREVIOUS].text,
        .memory_bytes = (uint64_t)command->flags[FLAG_MEMORY].number,
        .columns = command->flags[FLAG_COLUMNS].text,
        .threads = threads,
        .progress = on_progress,
        .progress_context = &progress,
    };
    struct fl_run_report report;
    memset(&report, 0, sizeof report);
    status = fl_run(&plan, &report, error);
    progress_end(&progress);
    if (status != FL_OK)
        return status;
    say_report(command, &report);
    if (command->flags[FLAG_JSON].given)
        status = report_json(json_of(command, &report), error);
    if (status == FL_OK && report.already_there && command->flags[FLAG_SKIP_UNCHANGED].given)
        return FL_UNCHANGED;
    return status;
}
