/* import_row.c - completes the cells of a row that a mapping gave. */
#include <stdio.h>

#include "formats/importers/import_job.h"

/* The day on which the row came in, when the row itself does not say. */
static void fill_arrival(const struct fl_import_job *job, struct fl_cell *row, uint32_t *filled)
{
    const uint32_t bit = (uint32_t)1 << job->arrival;
    if (!job->plan->has_arrival || (*filled & bit) != 0)
        return;
    row[job->arrival].number = job->plan->arrival_day;
    *filled |= bit;
}

fl_status fl_import_finish_row(const struct fl_import_job *job, struct fl_word_pool *const *pools,
                               struct fl_cell *row, uint32_t *filled, bool *any_new, struct fl_error *error)
{
    *any_new = false;
    if (job->arrival >= 0)
        fill_arrival(job, row, filled);
    if (job->text_ids)
        row[0].number = fl_data_folder_key_of(job->folder, row[0].text);
    for (uint32_t left = *filled & job->word_sources; left != 0; left &= left - 1) {
        const unsigned column = (unsigned)__builtin_ctz(left);
        if (row[column].text.size == 0) { /* a dictionary has no empty word */
            *filled ^= (uint32_t)1 << column;
            continue;
        }
        struct fl_word_pool *pool = pools[job->layout.slot_of[column]];
        uint32_t number = 0;
        bool is_new = false;
        if (!fl_word_pool_intern(pool, row[column].text, &number, &is_new))
            return fl_fail_memory(error, fl_word_pool_cost(pool));
        row[column].number = number;
        *any_new |= is_new;
    }
    return FL_OK;
}

bool fl_import_is_nameless(const struct fl_import_job *job, const struct fl_cell *row, uint32_t filled,
                           const struct fl_csv_record *record, struct fl_row_trouble *trouble)
{
    const struct fl_column *first = &job->schema->columns[0];
    if (first->kind != FL_KIND_WORD || ((filled & 1) != 0 && row[0].text.size > 0))
        return false;
    *trouble = (struct fl_row_trouble){.reason = "product: empty", .line = record->line, .line_column = 1};
    (void)snprintf(trouble->words, sizeof trouble->words, "%s", trouble->reason);
    return true;
}
