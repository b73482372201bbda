/* table_verify.c - checks of a table file that need its every byte. */
#include <assert.h>
#include <stdlib.h>

#include "formats/table/table_internal.h"
#include "formats/table/table_roles.h"

/* The last row of the block before, one column of it. */
struct last_value {
    bool null;
    int64_t value;
    struct fl_buffer text;
};

struct verifier {
    struct fl_table *table;
    struct fl_column_data data;
    struct fl_buffer values;  /* int64_t a row, for integers of any storage */
    struct fl_buffer decided; /* uint8_t a row: an earlier column has put it after the row before it */
    struct last_value *last;  /* one for each column of the file */
    struct fl_column_scratch scratch;
};

/* ---- statistics ---- */

static const int64_t *widen(struct verifier *verifier, enum fl_storage storage)
{
    const struct fl_column_data *data = &verifier->data;
    if (storage == FL_STORAGE_I64)
        return data->as.i64;
    if (!fl_buffer_reserve(&verifier->values, data->rows * sizeof(int64_t)))
        return NULL;
    int64_t *values = (int64_t *)(void *)verifier->values.bytes;
    for (size_t row = 0; row < data->rows; row++) {
        if (storage == FL_STORAGE_U8)
            values[row] = data->as.u8[row];
        else if (storage == FL_STORAGE_I32)
            values[row] = data->as.i32[row];
        else
            values[row] = data->as.words[row];
    }
    return values;
}

static fl_status check_statistics(const struct fl_page_entry *entry, const struct fl_column_data *data,
                                  const int64_t *values, struct fl_error *error)
{
    int64_t min = INT64_MAX, max = INT64_MIN;
    uint64_t sum = 0;
    for (size_t row = 0; row < data->rows; row++) {
        if (data->nulls != NULL && data->nulls[row] != 0)
            continue;
        min = values[row] < min ? values[row] : min;
        max = values[row] > max ? values[row] : max;
        sum += (uint64_t)values[row];
    }
    if (fl_get32(entry->nulls) == data->rows)
        return FL_OK; /* zeros, as open has found */
    if (min != (int64_t)fl_get64(entry->min) || max != (int64_t)fl_get64(entry->max))
        return fl_fail(error, FL_CORRUPT, "min or max is not that of the values");
    if (sum != fl_get64(entry->sum))
        return fl_fail(error, FL_CORRUPT, "sum is not that of the values");
    return FL_OK;
}

static fl_status check_type_map(const struct fl_block_entry *block, const struct fl_column_data *data,
                                struct fl_error *error)
{
    uint64_t type_bits[4] = {0};
    for (size_t row = 0; row < data->rows; row++)
        type_bits[data->as.u8[row] / 64] |= (uint64_t)1 << (data->as.u8[row] % 64);
    for (size_t i = 0; i < 4; i++) {
        if (type_bits[i] != fl_get64(block->type_bits[i]))
            return fl_fail(error, FL_CORRUPT, "the map of types is not that of the values");
    }
    return FL_OK;
}

/* ---- order of rows ---- */

static bool is_null(const struct fl_column_data *data, size_t row)
{
    return data->nulls != NULL && data->nulls[row] != 0;
}

static struct fl_text text_at(const struct fl_column_data *data, size_t row)
{
    return (struct fl_text){data->text_bytes + data->text_offsets[row],
                            data->text_offsets[row + 1] - data->text_offsets[row]};
}

/* Row against the row before it: below 0 when it comes after, as it should; null first. values NULL: texts.
 */
static int compare_with_before(const struct fl_column_data *data, const int64_t *values, size_t row,
                               const struct last_value *last)
{
    const bool null = is_null(data, row);
    const bool null_before = row > 0 ? is_null(data, row - 1) : last->null;
    if (null || null_before)
        return (null_before ? 0 : 1) - (null ? 0 : 1);
    if (values != NULL) {
        const int64_t before = row > 0 ? values[row - 1] : last->value;
        return before < values[row] ? -1 : before > values[row];
    }
    const struct fl_text before =
        row > 0 ? text_at(data, row - 1) : (struct fl_text){(const char *)last->text.bytes, last->text.size};
    return fl_text_compare(before, text_at(data, row));
}

static fl_status check_order(struct verifier *verifier, const int64_t *values, const struct last_value *last,
                             struct fl_error *error)
{
    uint8_t *decided = verifier->decided.bytes;
    for (size_t row = 0; row < verifier->data.rows; row++) {
        if (decided[row] != 0)
            continue;
        const int order = compare_with_before(&verifier->data, values, row, last);
        if (order > 0)
            return fl_fail(error, FL_CORRUPT, "row %zu comes before the one ahead of it in sort order", row);
        decided[row] = order < 0;
    }
    return FL_OK;
}

static bool keep_last(const struct fl_column_data *data, const int64_t *values, struct last_value *last)
{
    const size_t row = data->rows - 1;
    last->null = is_null(data, row);
    last->value = values != NULL ? values[row] : 0;
    last->text.size = 0;
    if (values != NULL)
        return true;
    const struct fl_text text = text_at(data, row);
    return fl_buffer_append(&last->text, text.bytes, text.size);
}

/* ---- blocks ---- */

/* A column of a newer schema: its checksum is all there is to check. */
static fl_status verify_unknown(struct verifier *verifier, const struct fl_page_entry *entry, size_t block,
                                uint16_t column_id, struct fl_error *error)
{
    const uint8_t *bytes;
    const fl_status status = fl_page_load(verifier->table, entry, (uint32_t)block, column_id, false,
                                          &verifier->scratch, &bytes, error);
    return fl_page_unload(verifier->table, entry, status, error);
}

static fl_status verify_known(struct verifier *verifier, size_t block, size_t index, struct fl_error *error)
{
    const struct fl_table_footer *footer = &verifier->table->footer;
    const struct fl_column *column = footer->columns[index].known;
    const struct fl_page_entry *entry = fl_footer_page(footer, block, index);
    const enum fl_storage storage = fl_kind_storage(column->kind);
    fl_status status = fl_table_read_column(verifier->table, block, column->id, &verifier->data, error);
    if (status != FL_OK)
        return status;
    const int64_t *values = NULL;
    if (storage != FL_STORAGE_TEXT) {
        values = widen(verifier, storage);
        if (values == NULL)
            return fl_fail_memory(error, verifier->data.rows * sizeof(int64_t));
        status = check_statistics(entry, &verifier->data, values, error);
    }
    if (status == FL_OK && column->id == fl_schema_type_id(footer->schema))
        status = check_type_map(&footer->blocks[block], &verifier->data, error);
    if (status == FL_OK)
        status = check_order(verifier, values, &verifier->last[index], error);
    if (status == FL_OK && !keep_last(&verifier->data, values, &verifier->last[index]))
        status = fl_fail_memory(error, FL_TEXT_BYTES_MAX);
    return status;
}

static fl_status verify_block(struct verifier *verifier, size_t block, struct fl_error *error)
{
    const struct fl_table_footer *footer = &verifier->table->footer;
    const uint32_t rows = fl_get32(footer->blocks[block].rows);
    if (!fl_buffer_reserve(&verifier->decided, rows))
        return fl_fail_memory(error, rows);
    memset(verifier->decided.bytes, 0, rows);
    verifier->decided.bytes[0] = block == 0; /* the very first row has none before it */
    for (uint32_t i = 0; i < footer->column_count; i++) {
        const struct fl_footer_column *column = &footer->columns[i];
        const fl_status status =
            column->known != NULL
                ? verify_known(verifier, block, i, error)
                : verify_unknown(verifier, fl_footer_page(footer, block, i), block, column->id, error);
        if (status != FL_OK) {
            (void)fl_error_at_block(error, (int64_t)block,
                                    column->known != NULL ? column->known->name : NULL);
            return status;
        }
    }
    return FL_OK;
}

/* ---- dictionaries ---- */

static fl_status verify_dictionary(struct verifier *verifier, const struct fl_footer_column *column,
                                   struct fl_error *error)
{
    const struct fl_words *words;
    if (column->known != NULL)
        return fl_table_words(verifier->table, column->id, &words, error);
    for (size_t i = 0; i < fl_footer_dictionary_pages(column->word_count); i++) {
        const struct fl_page_entry *entry = &column->dictionary_pages[i];
        const uint8_t *bytes;
        fl_status status = fl_page_load(verifier->table, entry, fl_bind_dictionary(i), column->id, false,
                                        &verifier->scratch, &bytes, error);
        status = fl_page_unload(verifier->table, entry, status, error);
        if (status != FL_OK)
            return status;
    }
    return FL_OK;
}

/* ---- bytes between pages ---- */

/* From the end of a page to the next multiple of 64, which is where the next page or the footer starts. */
static fl_status verify_padding(struct verifier *verifier, const struct fl_page_entry *entry,
                                struct fl_error *error)
{
    if (fl_get32(entry->stored_bytes) == 0)
        return FL_OK;
    const uint64_t start = fl_get64(entry->offset) + fl_get32(entry->stored_bytes);
    const uint64_t size = fl_page_align(start) - start;
    if (size == 0)
        return FL_OK;
    const uint8_t *bytes;
    const fl_status status =
        fl_file_map_view(&verifier->table->map, start, size, &verifier->scratch.stored, &bytes, error);
    if (status != FL_OK)
        return status;
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != 0) {
            (void)fl_error_at_offset(error, (int64_t)(start + i));
            return fl_fail(error, FL_CORRUPT, "a byte between pages is 0x%02x, not zero", bytes[i]);
        }
    }
    return FL_OK;
}

static fl_status verify_all_padding(struct verifier *verifier, struct fl_error *error)
{
    const struct fl_table_footer *footer = &verifier->table->footer;
    fl_status status = FL_OK;
    for (uint32_t i = 0; i < footer->column_count; i++) {
        const struct fl_footer_column *column = &footer->columns[i];
        for (size_t k = 0; status == FL_OK && k < fl_footer_dictionary_pages(column->word_count); k++)
            status = verify_padding(verifier, &column->dictionary_pages[k], error);
    }
    const size_t page_count = (size_t)footer->block_count * footer->column_count;
    for (size_t i = 0; status == FL_OK && i < page_count; i++)
        status = verify_padding(verifier, &footer->pages[i], error);
    return status;
}

/* ---- the whole file ---- */

enum { DIGEST_STEP_BYTES = 1 << 20 };

static fl_status digest_file(struct verifier *verifier, uint64_t *digest, struct fl_error *error)
{
    struct fl_file_map *map = &verifier->table->map;
    struct fl_digest *running = fl_digest_create();
    if (running == NULL)
        return fl_fail_memory(error, DIGEST_STEP_BYTES);
    fl_status status = FL_OK;
    for (uint64_t at = 0; status == FL_OK && at < map->size_bytes; at += DIGEST_STEP_BYTES) {
        const uint64_t left = map->size_bytes - at;
        const uint64_t size = left < DIGEST_STEP_BYTES ? left : DIGEST_STEP_BYTES;
        const uint8_t *bytes;
        status = fl_file_map_view(map, at, size, &verifier->scratch.stored, &bytes, error);
        if (status == FL_OK) {
            fl_digest_add(running, bytes, size);
            fl_file_map_release(map, at, size);
        }
    }
    *digest = fl_digest_64(running);
    fl_digest_free(running);
    return status;
}

static fl_status verify_all(struct verifier *verifier, uint64_t *digest, struct fl_error *error)
{
    const struct fl_table_footer *footer = &verifier->table->footer;
    verifier->last = calloc(footer->column_count, sizeof *verifier->last);
    if (verifier->last == NULL)
        return fl_fail_memory(error, footer->column_count * sizeof *verifier->last);
    fl_status status = FL_OK;
    for (uint32_t i = 0; status == FL_OK && i < footer->column_count; i++)
        status = verify_dictionary(verifier, &footer->columns[i], error);
    for (size_t block = 0; status == FL_OK && block < footer->block_count; block++)
        status = verify_block(verifier, block, error);
    if (status == FL_OK)
        status = verify_all_padding(verifier, error);
    if (status == FL_OK)
        status = digest_file(verifier, digest, error);
    for (uint32_t i = 0; i < footer->column_count; i++)
        fl_buffer_release(&verifier->last[i].text);
    free(verifier->last);
    return status;
}

fl_status fl_table_verify(struct fl_table *table, uint64_t *digest, struct fl_error *error)
{
    struct verifier verifier = {.table = table};
    fl_status status = verify_all(&verifier, digest, error);
    if (status == FL_OK)
        status = fl_file_map_check_unchanged(&table->map, error);
    if (status != FL_OK)
        (void)fl_error_at_path(error, table->map.path);
    fl_column_data_release(&verifier.data);
    fl_buffer_release(&verifier.values);
    fl_buffer_release(&verifier.decided);
    fl_column_scratch_release(&verifier.scratch);
    return status;
}
