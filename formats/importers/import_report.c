/* import_report.c - counts of an import by reason, told while it runs. */
#include <stdio.h>
#include <string.h>

#include "formats/importers/import_job.h"

void fl_import_count(struct fl_import_reason *reasons, size_t *count, const char *words, uint64_t rows)
{
    size_t at = 0;
    while (at < *count && strcmp(reasons[at].words, words) != 0)
        at++;
    if (at == FL_IMPORT_REASONS_MAX)
        at = FL_IMPORT_REASONS_MAX - 1;
    if (at == *count) {
        const bool last = at == FL_IMPORT_REASONS_MAX - 1;
        (void)snprintf(reasons[at].words, sizeof reasons[at].words, "%s", last ? "other reasons" : words);
        reasons[at].rows = 0;
        (*count)++;
    }
    reasons[at].rows += rows;
}

fl_status fl_import_progress(const struct fl_import_job *job, uint64_t bytes_read, struct fl_error *error)
{
    const struct fl_import_plan *plan = job->plan;
    if (plan->progress == NULL ||
        plan->progress(plan->progress_context, job->report->rows_read, job->bytes_before + bytes_read) == 0)
        return FL_OK;
    return fl_fail(error, FL_INTERRUPTED, "stopped after %llu rows: nothing was published",
                   (unsigned long long)job->report->rows_read);
}
