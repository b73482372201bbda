/* tag_text.c - `fourloop tag --text`: a filter from messages to hits. */
#include "tools/fourloop/tag_text.h"

#include "tools/fourloop/output_file.h"
#include "tools/fourloop/process.h"
#include "tools/fourloop/report.h"
#include "tools/fourloop/text_input.h"

static fl_status filter(const struct command *command, const struct fl_text_filter_plan *plan,
                        struct fl_text_filter_counts *counts, struct fl_error *error)
{
    const char *path = command->flags[FLAG_TAG_OUT].text;
    struct output_file file;
    if (output_file_is_stdout(path))
        process_set_signals(false); /* a reader that has seen enough ends a filter without a word */
    fl_status status = output_file_create(plan->source.io, path, &file, error);
    if (status != FL_OK)
        return status;
    fl_output_without_digest(file.output);
    status = fl_text_filter(plan, file.output, counts, error);
    return output_file_finish(&file, status, error);
}

fl_status tag_text(const struct command *command, const struct fl_io *io, struct fl_error *error)
{
    struct fl_text_filter_counts counts;
    struct fl_text_filter_plan plan = {.model = command->flags[FLAG_MODEL].text,
                                       .to_ndjson = command->flags[FLAG_TAG_TO].number == 1};
    fl_status status = text_input_open(io, command->flags[FLAG_TAG_TEXT].text,
                                       command->flags[FLAG_FROM].number, &plan.source, error);
    if (status != FL_OK)
        return status;
    status = filter(command, &plan, &counts, error);
    text_input_close(&plan.source);
    if (status != FL_OK)
        return status;
    report_say("%s: %llu messages, %llu with a hit, %llu hits", plan.source.shown,
               (unsigned long long)counts.messages, (unsigned long long)counts.tagged,
               (unsigned long long)counts.hits);
    report_cut_hits(counts.cut);
    return FL_OK;
}
