/* import_read.c - reads the records of one input into rows that wait to be sorted. */
#include <stdio.h>

#include "formats/base/limits.h"
#include "formats/importers/import_job.h"
#include "formats/importers/reject_file.h"

/* One input while it is read. */
struct pass {
    struct fl_import_job *job;
    size_t input;
    struct fl_import_reading *reading;
    int arrival; /* schema index of the arrival day, -1 without */
    struct fl_reject_file *rejects;
};

static bool over_the_limit(const struct fl_import_job *job)
{
    return job->report->rows_rejected > job->plan->rejects_max;
}

/* --- rejected rows */

static struct fl_reject_plan reject_plan(const struct pass *pass)
{
    const struct fl_buffer *header = &pass->reading->header;
    return (struct fl_reject_plan){
        .io = pass->job->plan->io,
        .folder = pass->job->plan->folder,
        .import_id = pass->job->report->import_id,
        .input_number = pass->input + 1,
        .shown_input = pass->job->inputs[pass->input].shown,
        .delimiter = fl_csv_delimiter(pass->reading->reader),
        .header = {(const char *)header->bytes, header->size},
        .field_count = fl_mapping_fields_needed(pass->reading->bound),
    };
}

static void note_first(const struct pass *pass, const struct fl_row_trouble *trouble)
{
    struct fl_import_first_reject *first = &pass->job->first_reject;
    first->input = pass->input;
    first->trouble = *trouble;
}

static fl_status reject(struct pass *pass, const struct fl_csv_record *record,
                        const struct fl_row_trouble *trouble, struct fl_error *error)
{
    struct fl_import_report *report = pass->job->report;
    if (report->rows_rejected++ == 0)
        note_first(pass, trouble);
    fl_import_count(report->rejects, &report->reject_count, trouble->reason, 1);
    if (pass->rejects == NULL) {
        const struct fl_reject_plan plan = reject_plan(pass);
        const fl_status status = fl_reject_file_create(&plan, &pass->rejects, error);
        if (status != FL_OK)
            return status;
    }
    return fl_reject_file_add(pass->rejects, record, trouble, error);
}

/* The report shows the path of the first one. */
static fl_status publish_rejects(struct pass *pass, struct fl_error *error)
{
    if (pass->rejects == NULL)
        return FL_OK;
    char path[sizeof pass->job->report->reject_path];
    pass->job->inputs[pass->input].has_reject_file = true; /* perhaps also when this fails half way */
    const fl_status status = fl_reject_file_commit(pass->rejects, path, sizeof path, error);
    pass->rejects = NULL;
    if (status != FL_OK)
        return status;
    if (pass->job->report->reject_path[0] == '\0')
        memcpy(pass->job->report->reject_path, path, sizeof path);
    return FL_OK;
}

/* --- kept rows */

/* Words become their numbers. *any_new: a pool got a word that it did not have. */
static fl_status intern_words(const struct fl_import_job *job, struct fl_cell *row, uint32_t *filled,
                              bool *any_new, struct fl_error *error)
{
    *any_new = false;
    for (uint32_t left = *filled & job->word_sources; left != 0; left &= left - 1) {
        const unsigned column = (unsigned)__builtin_ctz(left);
        if (row[column].text.size == 0) { /* a dictionary has no empty word */
            *filled ^= (uint32_t)1 << column;
            continue;
        }
        struct fl_word_pool *pool = job->pools[job->layout.slot_of[column]];
        uint32_t number = 0;
        bool is_new = false;
        if (!fl_word_pool_intern(pool, row[column].text, &number, &is_new))
            return fl_fail_memory(error, fl_word_pool_cost(pool));
        row[column].number = number;
        *any_new |= is_new;
    }
    return FL_OK;
}

/* The day on which the row came in, when the row itself does not say. */
static void fill_arrival(const struct pass *pass, struct fl_cell *row, uint32_t *filled)
{
    const uint32_t bit = pass->arrival < 0 ? 0 : (uint32_t)1 << pass->arrival;
    if (!pass->job->plan->has_arrival || (*filled & bit) != 0)
        return;
    row[pass->arrival].number = pass->job->plan->arrival_day;
    *filled |= bit;
}

static fl_status keep(const struct pass *pass, const struct fl_csv_record *record, struct fl_cell *row,
                      uint32_t filled, struct fl_error *error)
{
    struct fl_import_job *job = pass->job;
    if (pass->arrival >= 0)
        fill_arrival(pass, row, &filled);
    if (job->text_ids)
        row[0].number = fl_data_folder_key_of(job->folder, row[0].text);
    bool any_new;
    fl_status status = intern_words(job, row, &filled, &any_new, error);
    if (status == FL_OK)
        status = fl_row_store_add(job->rows, row, filled, error);
    if (status == FL_OK && job->keeps_ids)
        status = fl_import_ids_add(job->ids, row[0].number, row[0].text, pass->input, record->line, error);
    if (status != FL_OK)
        return status;
    job->report->rows_written++;
    /* Only a new word can have filled a pool. */
    if (any_new && fl_word_pools_full(job->pools, job->column_count, &job->tuning->words))
        status = fl_import_write_part(job, error);
    return status;
}

/* The first column of a table says whose row it is; an empty word in quotes says nothing. */
static bool is_nameless(const struct pass *pass, const struct fl_cell *row, uint32_t filled,
                        const struct fl_csv_record *record, struct fl_row_trouble *trouble)
{
    const struct fl_column *first = &pass->job->schema->columns[0];
    if (first->kind != FL_KIND_WORD || ((filled & 1) != 0 && row[0].text.size > 0))
        return false;
    *trouble = (struct fl_row_trouble){.reason = "product: empty", .line = record->line, .line_column = 1};
    (void)snprintf(trouble->words, sizeof trouble->words, "%s", trouble->reason);
    return true;
}

static fl_status take_record(struct pass *pass, const struct fl_csv_record *record, struct fl_error *error)
{
    struct fl_import_report *report = pass->job->report;
    struct fl_cell row[FL_ROW_COLUMNS_MAX];
    uint32_t filled;
    struct fl_row_trouble trouble;
    report->rows_read++;
    enum fl_row_verdict verdict = fl_mapping_apply(pass->reading->bound, record, row, &filled, &trouble);
    if (verdict == FL_ROW_KEPT && is_nameless(pass, row, filled, record, &trouble))
        verdict = FL_ROW_REJECTED;
    if (verdict == FL_ROW_REJECTED)
        return reject(pass, record, &trouble, error);
    if (verdict == FL_ROW_SKIPPED) {
        report->rows_skipped++;
        fl_import_count(report->skips, &report->skip_count, trouble.reason, 1);
        return FL_OK;
    }
    /* Nothing will be published any more: only the reject file is still of use. */
    return over_the_limit(pass->job) ? FL_OK : keep(pass, record, row, filled, error);
}

static fl_status take_records(struct pass *pass, struct fl_error *error)
{
    const struct fl_csv_reader *reader = pass->reading->reader;
    for (;;) {
        struct fl_csv_record record;
        bool more;
        fl_status status = fl_import_next_record(pass->reading, &record, &more, error);
        if (status != FL_OK || !more)
            return status;
        status = take_record(pass, &record, error);
        if (status == FL_OK && pass->job->report->rows_read % pass->job->tuning->progress_rows == 0)
            status = fl_import_progress(pass->job, fl_csv_bytes_read(reader), error);
        if (status != FL_OK)
            return status;
    }
}

/* The import's id was made of other bytes if these are not the same. */
static fl_status check_unchanged(const struct pass *pass, struct fl_error *error)
{
    const struct fl_import_input *input = &pass->job->inputs[pass->input];
    uint8_t digest[16];
    fl_csv_digest(pass->reading->reader, digest);
    if (memcmp(digest, input->digest, sizeof digest) == 0)
        return FL_OK;
    (void)fl_fail(error, FL_BAD_DATA, "changed while it was read: %llu bytes first, %llu then",
                  (unsigned long long)input->size_bytes,
                  (unsigned long long)fl_csv_bytes_read(pass->reading->reader));
    (void)fl_error_at_path(error, input->shown);
    return FL_BAD_DATA;
}

static fl_status fail_rejected(const struct fl_import_job *job, struct fl_error *error)
{
    const struct fl_import_report *report = job->report;
    const struct fl_import_first_reject *first = &job->first_reject;
    (void)fl_fail(
        error, FL_REJECTED,
        "%llu rows of %llu rejected, at most %llu allowed (--max-rejects); see %s; first: line %lld: %s",
        (unsigned long long)report->rows_rejected, (unsigned long long)report->rows_read,
        (unsigned long long)job->plan->rejects_max, report->reject_path, (long long)first->trouble.line,
        first->trouble.words);
    (void)fl_error_at_path(error, job->inputs[first->input].shown);
    return FL_REJECTED;
}

static fl_status read_open_input(struct pass *pass, struct fl_error *error)
{
    pass->arrival = fl_schema_find(pass->job->schema, fl_text_of("arrival"));
    fl_status status = take_records(pass, error);
    if (status == FL_OK)
        status = check_unchanged(pass, error);
    if (status == FL_OK)
        status = publish_rejects(pass, error);
    fl_reject_file_abort(pass->rejects);
    if (status != FL_OK)
        return status;
    pass->job->bytes_before += fl_csv_bytes_read(pass->reading->reader);
    pass->job->report->bytes_read = pass->job->bytes_before;
    return over_the_limit(pass->job) ? fail_rejected(pass->job, error) : FL_OK;
}

fl_status fl_import_read_input(struct fl_import_job *job, size_t input, struct fl_error *error)
{
    struct fl_import_reading reading;
    fl_status status = fl_import_open_reading(job, input, &reading, error);
    if (status == FL_OK)
        status = read_open_input(&(struct pass){.job = job, .input = input, .reading = &reading}, error);
    fl_import_close_reading(job, &reading);
    return status;
}
