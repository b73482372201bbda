/* column_sums.c - what a table's columns add up to, exactly, for a check after loading. */
#include "tools/fourloop/column_sums.h"

#include <string.h>

static void add_days(struct column_sums *sums, const struct fl_column_data *data, size_t row)
{
    const int32_t day = data->as.i32[row];
    sums->day_min = sums->values == 0 || day < sums->day_min ? day : sums->day_min;
    sums->day_max = sums->values == 0 || day > sums->day_max ? day : sums->day_max;
}

static int64_t amount_of(enum fl_storage storage, const struct fl_column_data *data,
                         const struct fl_words *words, size_t row)
{
    switch (storage) {
    case FL_STORAGE_U8:
        return data->as.u8[row];
    case FL_STORAGE_I32:
        return data->as.i32[row];
    case FL_STORAGE_I64:
        return data->as.i64[row];
    case FL_STORAGE_WORD:
        return (int64_t)fl_words_at(words, data->as.words[row]).size;
    case FL_STORAGE_TEXT:
        break;
    }
    return (int64_t)data->text_offsets[row + 1] - (int64_t)data->text_offsets[row];
}

static void add_block(const struct fl_column *column, const struct fl_column_data *data,
                      const struct fl_words *words, struct column_sums *sums)
{
    const enum fl_storage storage = fl_kind_storage(column->kind);
    for (size_t row = 0; row < data->rows; row++) {
        if (data->nulls != NULL && data->nulls[row] != 0)
            continue;
        sums->sum += amount_of(storage, data, words, row);
        if (column->kind == FL_KIND_DAY)
            add_days(sums, data, row);
        sums->values++;
    }
}

static fl_status add_column(struct fl_table *table, const struct fl_column *column, struct column_sums *sums,
                            struct fl_error *error)
{
    const struct fl_words *words = NULL;
    fl_status status = FL_OK;
    if (column->kind == FL_KIND_WORD)
        status = fl_table_words(table, column->id, &words, error);
    struct fl_column_data data = {0};
    for (size_t block = 0; block < fl_table_blocks(table) && status == FL_OK; block++) {
        status = fl_table_read_column(table, block, column->id, &data, error);
        if (status == FL_OK)
            add_block(column, &data, words, sums);
    }
    fl_column_data_release(&data);
    return status;
}

fl_status column_sums_add(struct fl_table *table, struct column_sums *sums, struct fl_error *error)
{
    const struct fl_schema *schema = fl_table_schema(table);
    for (size_t i = 0; i < schema->count; i++) {
        const fl_status status = add_column(table, &schema->columns[i], &sums[i], error);
        if (status != FL_OK)
            return status;
    }
    return FL_OK;
}

const char *column_sums_text(__int128 sum, int places, char text[SUM_TEXT_SIZE])
{
    unsigned __int128 left = sum < 0 ? 0 - (unsigned __int128)sum : (unsigned __int128)sum;
    char *at = text + SUM_TEXT_SIZE - 1;
    *at = '\0';
    for (int digits = 0; left > 0 || digits <= places; digits++, left /= 10) {
        if (places > 0 && digits == places)
            *--at = '.';
        *--at = (char)('0' + (int)(left % 10));
    }
    if (sum < 0)
        *--at = '-';
    return at;
}
