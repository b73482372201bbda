/* import_commit.c - takes batches in, in the order of the input, as if their records came one by one. */
#include <stdlib.h>
#include <string.h>

#include "formats/importers/import_pass.h"

#define NOT_YET UINT32_MAX

/* A batch that is taken in. */
struct commit {
    struct fl_import_pass *pass;
    const struct fl_import_batch *batch;
    uint8_t *row; /* the next one */
    uint64_t rows_done;
    int64_t line;                          /* of its first record */
    uint32_t *numbers[FL_ROW_COLUMNS_MAX]; /* of each pool's words in the job's pool, NOT_YET before they are
                                              asked for */
};

/* --- words */

static void forget_numbers(const struct commit *commit)
{
    for (size_t i = 0; i < FL_ROW_COLUMNS_MAX; i++) {
        if (commit->numbers[i] != NULL)
            memset(commit->numbers[i], 0xff, fl_word_pool_count(commit->batch->pools[i]) * sizeof(uint32_t));
    }
}

/* One piece of memory for all columns, in *memory. */
static fl_status open_numbers(struct commit *commit, uint32_t **memory, struct fl_error *error)
{
    size_t count = 0;
    for (size_t i = 0; i < FL_ROW_COLUMNS_MAX; i++)
        count += commit->batch->pools[i] == NULL ? 0 : fl_word_pool_count(commit->batch->pools[i]);
    *memory = malloc((count + 1) * sizeof **memory);
    if (*memory == NULL)
        return fl_fail_memory(error, (count + 1) * sizeof **memory);
    uint32_t *at = *memory;
    for (size_t i = 0; i < FL_ROW_COLUMNS_MAX; i++) {
        if (commit->batch->pools[i] == NULL)
            continue;
        commit->numbers[i] = at;
        at += fl_word_pool_count(commit->batch->pools[i]);
    }
    forget_numbers(commit);
    return FL_OK;
}

/* The word's number in the job's pool, which may be new there. */
static fl_status number_of(const struct commit *commit, size_t column, uint32_t number, uint32_t *found,
                           bool *any_new, struct fl_error *error)
{
    uint32_t *known = &commit->numbers[column][number];
    if (*known == NOT_YET) {
        struct fl_word_pool *pool = commit->pass->job->pools[column];
        bool is_new;
        if (!fl_word_pool_intern(pool, fl_word_pool_text(commit->batch->pools[column], number), known,
                                 &is_new))
            return fl_fail_memory(error, fl_word_pool_cost(pool));
        *any_new |= is_new;
    }
    *found = *known;
    return FL_OK;
}

static fl_status renumber(const struct commit *commit, uint8_t *row, bool *any_new, struct fl_error *error)
{
    const struct fl_row_layout *layout = &commit->pass->job->layout;
    const uint32_t all = (uint32_t)(((uint64_t)1 << layout->column_count) - 1);
    struct fl_row_walk walk = fl_row_walk_from(row);
    for (uint32_t left = ~walk.nulls & all; left != 0; left &= left - 1) {
        const unsigned column = (unsigned)__builtin_ctz(left);
        const struct fl_row_slot *slot = &layout->slots[column];
        if (slot->storage == FL_STORAGE_TEXT) {
            (void)fl_row_walk_text(&walk);
            continue;
        }
        uint8_t *at = row + (walk.at - row);
        const int64_t number = fl_row_walk_number(&walk, slot);
        if (slot->storage != FL_STORAGE_WORD)
            continue;
        uint32_t found = 0;
        const fl_status status = number_of(commit, column, (uint32_t)number, &found, any_new, error);
        if (status != FL_OK)
            return status;
        fl_row_put_word(at, found);
    }
    return FL_OK;
}

/* --- rows */

static fl_status take_row(struct commit *commit, struct fl_error *error)
{
    struct fl_import_job *job = commit->pass->job;
    const size_t row_bytes = fl_row_bytes(&job->layout, commit->row);
    bool any_new = false, written = false;
    fl_status status = renumber(commit, commit->row, &any_new, error);
    if (status == FL_OK)
        status = fl_row_store_add_packed(job->rows, commit->row, row_bytes, error);
    if (status != FL_OK)
        return status;
    commit->row += row_bytes;
    job->report->rows_written++;
    if (any_new)
        status = fl_import_write_if_full(job, &written, error);
    if (written)
        forget_numbers(commit);
    return status;
}

static fl_status take_rows(struct commit *commit, uint64_t rows_before, struct fl_error *error)
{
    struct fl_import_job *job = commit->pass->job;
    job->report->rows_read += rows_before - commit->rows_done;
    if (fl_import_is_over_the_limit(job))
        commit->rows_done = rows_before;
    for (; commit->rows_done < rows_before; commit->rows_done++) {
        const fl_status status = take_row(commit, error);
        if (status != FL_OK)
            return status;
    }
    return FL_OK;
}

static fl_status take_ids(const struct commit *commit, struct fl_error *error)
{
    const struct fl_import_pass *pass = commit->pass;
    struct fl_import_batch_id id;
    fl_status status = FL_OK;
    for (size_t at = 0; status == FL_OK && fl_import_batch_next_id(commit->batch, &at, &id);)
        status =
            fl_import_ids_add(pass->job->ids, id.key, id.text, pass->input, commit->line + id.line, error);
    return status;
}

static void take_skips(const struct commit *commit)
{
    struct fl_import_report *report = commit->pass->job->report;
    const struct fl_import_batch *batch = commit->batch;
    report->rows_read += batch->rows_skipped;
    report->rows_skipped += batch->rows_skipped;
    for (size_t i = 0; i < batch->skip_count; i++)
        fl_import_count(report->skips, &report->skip_count, batch->skips[i].words, batch->skips[i].rows);
}

/* --- records that are read once more */

/* From `offset` of the batch on; `line` counts from its first record. */
static fl_status restart(const struct commit *commit, size_t offset, int64_t line, struct fl_error *error)
{
    struct fl_import_pass *pass = commit->pass;
    if (pass->again == NULL) {
        const fl_status status = fl_csv_chunk_reader(pass->reading->reader, &pass->again, error);
        if (status != FL_OK)
            return status;
    }
    const struct fl_text records = commit->batch->records;
    fl_csv_restart(pass->again, (struct fl_text){records.bytes + offset, records.size - offset},
                   commit->line + line);
    return FL_OK;
}

static fl_status take_odd(const struct commit *commit, const struct fl_import_odd *odd,
                          struct fl_error *error)
{
    struct fl_import_pass *pass = commit->pass;
    struct fl_csv_record record;
    bool more = false;
    fl_status status = restart(commit, odd->offset, odd->line, error);
    if (status == FL_OK)
        status = fl_import_next_record(pass->reading, pass->again, &record, &more, error);
    return status == FL_OK && more ? fl_import_take_record(pass, &record, error) : status;
}

/* What the batch left because of a fault, which is told now, or of its size. */
static fl_status take_rest(const struct commit *commit, int64_t *line, struct fl_error *error)
{
    const struct fl_import_batch *batch = commit->batch;
    *line = commit->line + batch->line_count;
    if (batch->stopped_at == batch->records.size)
        return FL_OK;
    fl_status status = restart(commit, batch->stopped_at, batch->line_count, error);
    if (status == FL_OK)
        status = fl_import_take_records(commit->pass, commit->pass->again, error);
    *line = fl_csv_line(commit->pass->again);
    return status;
}

static fl_status take_all(struct commit *commit, struct fl_error *error)
{
    const struct fl_import_batch *batch = commit->batch;
    const struct fl_import_odd *odds = (const struct fl_import_odd *)(const void *)batch->odds.bytes;
    const size_t odd_count = batch->odds.size / sizeof *odds;
    take_skips(commit);
    fl_status status = take_ids(commit, error);
    for (size_t i = 0; i < odd_count && status == FL_OK; i++) {
        status = take_rows(commit, odds[i].rows_before, error);
        if (status == FL_OK)
            status = take_odd(commit, &odds[i], error);
    }
    return status == FL_OK ? take_rows(commit, batch->row_count, error) : status;
}

fl_status fl_import_commit_batch(struct fl_import_pass *pass, struct fl_import_batch *batch,
                                 struct fl_error *error)
{
    struct fl_csv_reader *reader = pass->reading->reader;
    struct commit commit = {
        .pass = pass, .batch = batch, .row = batch->rows.bytes, .line = fl_csv_line(reader)};
    uint32_t *memory;
    fl_status status = open_numbers(&commit, &memory, error);
    if (status != FL_OK)
        return status;
    const uint64_t rows_before = pass->job->report->rows_read;
    status = take_all(&commit, error);
    free(memory);
    int64_t line = commit.line;
    if (status == FL_OK)
        status = take_rest(&commit, &line, error);
    fl_csv_set_line(reader, line);
    const uint64_t step = pass->job->tuning->progress_rows;
    if (status == FL_OK && pass->job->report->rows_read / step != rows_before / step)
        status = fl_import_progress(pass->job, fl_csv_bytes_read(reader), error);
    return status;
}
