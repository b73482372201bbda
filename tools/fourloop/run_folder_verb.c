/* run_folder_verb.c - what the verbs that make a run folder have in common. */
#include "tools/fourloop/run_folder_verb.h"

#include "tools/fourloop/progress.h"
#include "tools/fourloop/report.h"

static int on_progress(void *context, uint64_t rows_done, uint64_t rows_all)
{
    struct progress *progress = context;
    return progress_step(progress, rows_done, rows_done, rows_all);
}

fl_status run_folder_plan(const struct command *command, const struct fl_io *io, struct fl_run_plan *plan,
                          struct fl_error *error)
{
    const struct flag_value *flags = command->flags;
    *plan = (struct fl_run_plan){
        .io = io,
        .model = flags[FLAG_MODEL].text,
        .data = flags[FLAG_DATA].text,
        .out = flags[FLAG_RUN_OUT].text,
        .view = flags[FLAG_VIEW].number == 0 ? FL_VIEW_KNOWN_NOW : FL_VIEW_KNOWN_THEN,
        .io_mode = flags[FLAG_IO].number == 0 ? FL_IO_MAP : FL_IO_COPY,
        .wants_hits = flags[FLAG_HITS].given,
        .memory_bytes = (uint64_t)flags[FLAG_MEMORY].number,
    };
    return command_threads(command, &plan->threads, error);
}

fl_status run_folder_make(const struct command *command, struct fl_run_plan *plan,
                          const struct run_folder_words *words, struct fl_error *error)
{
    struct progress progress;
    struct fl_run_report report = {0};
    plan->progress = on_progress;
    plan->progress_context = &progress;
    progress_start(&progress, words->doing);
    fl_status status = fl_run(plan, &report, error);
    progress_end(&progress);
    if (status != FL_OK)
        return status;
    words->say(command, &report);
    if (command->flags[FLAG_JSON].given)
        status = report_json(words->json(command, &report), error);
    if (status == FL_OK && report.already_there && command->flags[FLAG_SKIP_UNCHANGED].given)
        return FL_UNCHANGED;
    return status;
}
