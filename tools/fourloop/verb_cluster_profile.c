/* verb_cluster_profile.c - `fourloop cluster profile`: who is in each cluster of a run, and what they buy. */
#include "tools/fourloop/output_file.h"
#include "tools/fourloop/profile_report.h"
#include "tools/fourloop/progress.h"
#include "tools/fourloop/verbs.h"

enum { TO_TEXT, TO_CSV, TO_NDJSON };

static int on_progress(void *context, uint64_t rows_done, uint64_t rows_all)
{
    struct progress *progress = context;
    return progress_step(progress, rows_done, rows_done, rows_all);
}

static fl_status write_profile(const struct command *command, const struct fl_io *io,
                               const struct fl_cluster_profile *profile, struct fl_error *error)
{
    const struct flag_value *flags = command->flags;
    const char *path = flags[FLAG_PROFILE_OUT].text;
    struct output_file file;
    if (flags[FLAG_PROFILE_TO].number == TO_TEXT)
        return profile_text(profile, error);
    fl_status status = output_file_create(io, path, &file, error);
    if (status != FL_OK)
        return status;
    fl_output_without_digest(file.output);
    status = profile_rows(profile, flags[FLAG_PROFILE_TABLE].number == 1,
                          flags[FLAG_PROFILE_TO].number == TO_NDJSON, file.output, error);
    return output_file_finish(&file, status, error);
}

fl_status verb_cluster_profile(const struct command *command, const struct fl_io *io, struct fl_error *error)
{
    const struct flag_value *flags = command->flags;
    unsigned threads;
    if (flags[FLAG_PROFILE_TO].number == TO_TEXT &&
        (flags[FLAG_PROFILE_OUT].given || flags[FLAG_PROFILE_TABLE].given))
        return fl_fail(error, FL_USAGE, "cluster profile: -o and --table need --to csv or --to ndjson");
    fl_status status = command_threads(command, &threads, error);
    if (status != FL_OK)
        return status;
    struct progress progress;
    progress_start(&progress, "reading purchases");
    const struct fl_cluster_profile_plan plan = {
        .io = io,
        .run = flags[FLAG_RUN_DIR].text,
        .data = flags[FLAG_DATA].text,
        .io_mode = flags[FLAG_IO].number == 0 ? FL_IO_MAP : FL_IO_COPY,
        .memory_bytes = (uint64_t)flags[FLAG_MEMORY].number,
        .threads = threads,
        .progress = on_progress,
        .progress_context = &progress,
    };
    struct fl_cluster_profile profile;
    status = fl_cluster_profile_make(&plan, &profile, error);
    progress_end(&progress);
    if (status == FL_OK)
        status = write_profile(command, io, &profile, error);
    fl_cluster_profile_release(&profile);
    return status;
}
