/* currency_check.c - makes sure that each amount of a data folder can be converted to the model's currency.
 */
#include "engine/currency_check.h"

#include <stdlib.h>

#include "formats/base/civil.h"
#include "formats/base/decimal.h"
#include "formats/table/table_reader.h"

/* One file; its pages are read only where a foreign currency may stand. */
struct check {
    const struct fl_model *model;
    struct fl_table *table;
    const struct fl_words *words;
    int32_t *first_day; /* by word: from when on it can be converted; INT32_MIN: always */
    int32_t as_of_day;
    struct fl_column_data currency, amount, day;
};

static int32_t first_day_of(const struct fl_model *model, struct fl_text word)
{
    if (fl_text_equal(word, fl_text_of(model->settings.currency)))
        return INT32_MIN;
    return word.size == 3 ? fl_rates_first_day(&model->rates, word.bytes) : INT32_MAX;
}

static bool fill_first_days(struct check *check)
{
    bool foreign = false;
    for (size_t i = 0; i < check->words->count; i++) {
        check->first_day[i] = first_day_of(check->model, fl_words_at(check->words, i));
        foreign = foreign || check->first_day[i] != INT32_MIN;
    }
    return foreign;
}

static fl_status fail_without_rate(const struct check *check, size_t block, size_t row,
                                   struct fl_error *error)
{
    const struct fl_text word = fl_words_at(check->words, check->currency.as.words[row]);
    char day[11];
    fl_day_format(check->day.as.i32[row], day);
    if (fl_currency_places(word.bytes, word.size) < 0)
        fl_fail(error, FL_BAD_MODEL,
                "an amount of %s is in a currency that is no code of three capital letters", day);
    else
        fl_fail(error, FL_BAD_MODEL,
                "an amount of %s is in %.3s, which has no rate on or before that day: add a line "
                "`%.3s,%s,<%s for one "
                "%.3s>` to rates.csv",
                day, word.bytes, word.bytes, day, check->model->settings.currency, word.bytes);
    fl_error_at_path(error, fl_table_path(check->table));
    fl_error_at_block(error, (int64_t)block, "currency");
    return FL_BAD_MODEL;
}

static fl_status check_rows(const struct check *check, size_t block, struct fl_error *error)
{
    for (size_t row = 0; row < check->currency.rows; row++) {
        const int32_t day = check->day.as.i32[row];
        if ((check->currency.nulls != NULL && check->currency.nulls[row] != 0) ||
            (check->amount.nulls != NULL && check->amount.nulls[row] != 0))
            continue;
        if (day <= check->as_of_day && day < check->first_day[check->currency.as.words[row]])
            return fail_without_rate(check, block, row, error);
    }
    return FL_OK;
}

/* Whether any word of the page needs a rate. */
static bool page_is_foreign(const struct check *check, size_t block)
{
    struct fl_page_facts facts;
    if (!fl_table_page(check->table, block, FL_INTERACTIONS_CURRENCY, &facts) ||
        facts.nulls == fl_table_block(check->table, block).rows)
        return false;
    for (int64_t word = facts.min; word <= facts.max; word++) {
        if (word >= 0 && (uint64_t)word < check->words->count && check->first_day[word] != INT32_MIN)
            return true;
    }
    return false;
}

static fl_status check_block(struct check *check, size_t block, struct fl_error *error)
{
    if (fl_table_block(check->table, block).day_min > check->as_of_day || !page_is_foreign(check, block))
        return FL_OK;
    fl_status status =
        fl_table_read_column(check->table, block, FL_INTERACTIONS_CURRENCY, &check->currency, error);
    if (status == FL_OK)
        status = fl_table_read_column(check->table, block, FL_INTERACTIONS_AMOUNT, &check->amount, error);
    if (status == FL_OK)
        status = fl_table_read_column(check->table, block, FL_INTERACTIONS_DAY, &check->day, error);
    return status == FL_OK ? check_rows(check, block, error) : status;
}

static fl_status check_table(struct check *check, struct fl_error *error)
{
    fl_status status = fl_table_words(check->table, FL_INTERACTIONS_CURRENCY, &check->words, error);
    if (status != FL_OK || check->words->count == 0)
        return status;
    check->first_day = malloc(check->words->count * sizeof *check->first_day);
    if (check->first_day == NULL)
        return fl_fail_memory(error, check->words->count * sizeof *check->first_day);
    const bool foreign = fill_first_days(check);
    for (size_t block = 0; foreign && status == FL_OK && block < fl_table_blocks(check->table); block++)
        status = check_block(check, block, error);
    return status;
}

static fl_status check_file(const struct fl_model *model, const struct fl_data_folder *folder,
                            const char *name, enum fl_io_mode io_mode, int32_t as_of_day,
                            struct fl_error *error)
{
    struct check check = {.model = model, .as_of_day = as_of_day};
    char *path = fl_data_folder_path_of(folder, name);
    if (path == NULL)
        return fl_fail_memory(error, strlen(name));
    fl_status status = fl_table_open(folder->io, path, io_mode, &check.table, error);
    free(path);
    if (status != FL_OK)
        return status;
    if (fl_table_has(check.table, FL_INTERACTIONS_CURRENCY))
        status = check_table(&check, error);
    fl_column_data_release(&check.currency);
    fl_column_data_release(&check.amount);
    fl_column_data_release(&check.day);
    free(check.first_day);
    fl_table_close(check.table);
    return status;
}

fl_status fl_check_currencies(const struct fl_model *model, const struct fl_data_folder *folder,
                              enum fl_io_mode io_mode, int32_t as_of_day, struct fl_error *error)
{
    for (size_t i = 0; i < folder->file_count; i++) {
        const struct fl_data_file *file = &folder->files[i];
        if (strcmp(file->table, "interactions") != 0 || file->day_min > as_of_day)
            continue;
        fl_status status = check_file(model, folder, file->name, io_mode, as_of_day, error);
        if (status != FL_OK)
            return status;
    }
    return FL_OK;
}
