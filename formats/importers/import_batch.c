/* import_batch.c - turns the records of one chunk into packed rows, away from all that threads share. */
#include "formats/importers/import_batch.h"

#include <string.h>

#include "formats/importers/mapping_bound.h"
#include "formats/importers/reject_file.h"

/* A batch stops beyond these. Together with the records and the spare half of what grows they stay within
 * FL_IMPORT_BATCH_BYTES: 1 + 6 + 3 + 2 + 4 MiB. */
enum { ROWS_BYTES_MAX = 4 << 20, IDS_BYTES_MAX = 2 << 20 };
static const struct fl_word_limits words_max = {1 << 16, 2 << 20, 3 << 20};
_Static_assert(FL_IMPORT_BATCH_ODDS_MAX * sizeof(struct fl_import_odd) * 3 / 2 <= 3 << 20, "see above");

bool fl_import_batch_open(struct fl_import_batch *batch, const struct fl_import_job *job)
{
    *batch = (struct fl_import_batch){0};
    for (size_t i = 0; i < job->column_count; i++) {
        if (job->pools[i] == NULL)
            continue;
        batch->pools[i] = fl_word_pool_create();
        if (batch->pools[i] == NULL)
            return false;
    }
    return true;
}

void fl_import_batch_release(struct fl_import_batch *batch)
{
    for (size_t i = 0; i < FL_ROW_COLUMNS_MAX; i++)
        fl_word_pool_free(batch->pools[i]);
    fl_buffer_release(&batch->storage);
    fl_buffer_release(&batch->rows);
    fl_buffer_release(&batch->ids);
    fl_buffer_release(&batch->odds);
    *batch = (struct fl_import_batch){0};
}

fl_status fl_import_maker_open(struct fl_import_maker *maker, const struct fl_import_job *job,
                               const struct fl_import_reading *like, struct fl_error *error)
{
    *maker = (struct fl_import_maker){.job = job};
    maker->reading.is_reject_file = like->is_reject_file;
    maker->reading.field_count = like->field_count;
    fl_status status = fl_csv_chunk_reader(like->reader, &maker->reading.reader, error);
    if (status == FL_OK)
        status = fl_mapping_bound_copy(like->bound, &maker->reading.bound, error);
    return status;
}

void fl_import_maker_close(struct fl_import_maker *maker)
{
    fl_csv_reader_free(maker->reading.reader);
    fl_mapping_bound_free(maker->reading.bound);
    *maker = (struct fl_import_maker){0};
}

static void empty(struct fl_import_batch *batch)
{
    for (size_t i = 0; i < FL_ROW_COLUMNS_MAX; i++) {
        if (batch->pools[i] != NULL)
            fl_word_pool_reset(batch->pools[i]);
    }
    batch->rows.size = 0;
    batch->row_count = 0;
    batch->ids.size = 0;
    batch->odds.size = 0;
    batch->skip_count = 0;
    batch->rows_skipped = 0;
    batch->stopped_at = 0;
    batch->line_count = 0;
}

/* --- ids: key, line, size of the text, text */

enum { ID_HEAD_BYTES = 24 };

static bool add_id(struct fl_import_batch *batch, int64_t key, int64_t line, struct fl_text text)
{
    uint8_t head[ID_HEAD_BYTES];
    fl_store_le64(head, (uint64_t)key);
    fl_store_le64(head + 8, (uint64_t)line);
    fl_store_le64(head + 16, text.size);
    return fl_buffer_append(&batch->ids, head, sizeof head) &&
           fl_buffer_append(&batch->ids, text.bytes, text.size);
}

bool fl_import_batch_next_id(const struct fl_import_batch *batch, size_t *at, struct fl_import_batch_id *id)
{
    if (*at == batch->ids.size)
        return false;
    const uint8_t *head = batch->ids.bytes + *at;
    *id = (struct fl_import_batch_id){
        .key = (int64_t)fl_load_le64(head),
        .line = (int64_t)fl_load_le64(head + 8),
        .text = {(const char *)head + ID_HEAD_BYTES, (size_t)fl_load_le64(head + 16)},
    };
    *at += ID_HEAD_BYTES + id->text.size;
    return true;
}

/* --- records */

/* False: no memory; the batch is as before but for words that no row of it has. */
static bool add_row(const struct fl_import_job *job, struct fl_import_batch *batch, struct fl_cell *row,
                    uint32_t filled, int64_t line)
{
    bool any_new;
    if (fl_import_finish_row(job, batch->pools, row, &filled, &any_new, NULL) != FL_OK)
        return false;
    const size_t wanted = batch->rows.size + fl_row_bytes_max(&job->layout, row, filled) + FL_ROW_SLACK_BYTES;
    if (wanted > batch->rows.capacity && !fl_buffer_reserve(&batch->rows, wanted + wanted / 2))
        return false;
    if (job->keeps_ids && !add_id(batch, row[0].number, line, row[0].text))
        return false;
    batch->rows.size += fl_row_pack(&job->layout, row, filled, batch->rows.bytes + batch->rows.size);
    batch->row_count++;
    return true;
}

static bool add_odd(struct fl_import_batch *batch, const struct fl_csv_record *record)
{
    const struct fl_import_odd odd = {
        .rows_before = batch->row_count,
        .offset = (size_t)(record->raw.bytes - batch->records.bytes),
        .line = record->line,
    };
    return fl_buffer_append(&batch->odds, &odd, sizeof odd);
}

static bool take(struct fl_import_maker *maker, struct fl_import_batch *batch,
                 const struct fl_csv_record *record)
{
    struct fl_cell row[FL_ROW_COLUMNS_MAX];
    uint32_t filled;
    struct fl_row_trouble trouble;
    switch (fl_mapping_apply(maker->reading.bound, record, row, &filled, &trouble)) {
    case FL_ROW_SKIPPED:
        batch->rows_skipped++;
        fl_import_count(batch->skips, &batch->skip_count, trouble.reason, 1);
        return true;
    case FL_ROW_KEPT:
        if (!fl_import_is_nameless(maker->job, row, filled, record, &trouble))
            return add_row(maker->job, batch, row, filled, record->line);
        break;
    case FL_ROW_REJECTED:
        break;
    }
    return add_odd(batch, record);
}

static bool is_full(const struct fl_import_maker *maker, const struct fl_import_batch *batch)
{
    return batch->rows.size >= ROWS_BYTES_MAX || batch->ids.size >= IDS_BYTES_MAX ||
           batch->odds.size >= FL_IMPORT_BATCH_ODDS_MAX * sizeof(struct fl_import_odd) ||
           fl_word_pools_full(batch->pools, maker->job->column_count, &words_max);
}

void fl_import_batch_make(struct fl_import_maker *maker, struct fl_import_batch *batch)
{
    struct fl_csv_reader *reader = maker->reading.reader;
    empty(batch);
    fl_csv_restart(reader, batch->records, 0);
    do {
        batch->stopped_at = batch->records.size - fl_csv_bytes_left(reader);
        batch->line_count = fl_csv_line(reader);
        struct fl_csv_record record;
        bool more;
        if (fl_import_next_record(&maker->reading, reader, &record, &more, NULL) != FL_OK)
            return;
        if (more && !take(maker, batch, &record))
            return;
    } while (fl_csv_bytes_left(reader) > 0 && !is_full(maker, batch));
    batch->stopped_at = batch->records.size - fl_csv_bytes_left(reader);
    batch->line_count = fl_csv_line(reader);
}
