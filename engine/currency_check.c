/* currency_check.c - makes sure that each amount of a data folder can be converted to the model's currency.
 */
#include "engine/currency_check.h"

#include <stdio.h>
#include <stdlib.h>

#include "formats/base/civil.h"
#include "formats/base/decimal.h"
#include "formats/table/table_listed.h"

enum { LISTED_MAX = 8 };

/* Currencies that lack a rate, in the order in which they are come upon, each with the first day that needs
 * one. */
struct missing {
    struct {
        char code[4];
        int32_t day;
    } list[LISTED_MAX];
    size_t count;
    bool more; /* than are listed */
};

/* One file; its pages are read only where a foreign currency may stand. */
struct check {
    const struct fl_model *model;
    struct fl_table *table;
    const struct fl_words *words;
    int32_t *first_day; /* by word: from when on it can be converted; INT32_MIN: always */
    int32_t as_of_day;
    struct fl_column_data currency, amount, day;
    struct missing *missing; /* of all files */
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

static fl_status fail_no_code(const struct check *check, size_t block, int32_t day, struct fl_error *error)
{
    char words[11];
    fl_day_format(day, words);
    fl_fail(error, FL_BAD_MODEL, "an amount of %s is in a currency that is no code of three capital letters",
            words);
    fl_error_at_path(error, fl_table_path(check->table));
    fl_error_at_block(error, (int64_t)block, "currency");
    return FL_BAD_MODEL;
}

static void note_missing(struct missing *missing, const char *code, int32_t day)
{
    for (size_t i = 0; i < missing->count; i++) {
        if (memcmp(missing->list[i].code, code, 3) != 0)
            continue;
        missing->list[i].day = day < missing->list[i].day ? day : missing->list[i].day;
        return;
    }
    missing->more = missing->count == LISTED_MAX;
    if (missing->more)
        return;
    memcpy(missing->list[missing->count].code, code, 3);
    missing->list[missing->count++].day = day;
}

/* All of them in one go, so that nobody has to mend rates.csv and try again for each. */
static fl_status fail_without_rates(const struct fl_model *model, const struct missing *missing,
                                    struct fl_error *error)
{
    char lines[LISTED_MAX * 48] = "";
    for (size_t i = 0; i < missing->count; i++) {
        const size_t used = strlen(lines);
        char day[11];
        fl_day_format(missing->list[i].day, day);
        (void)snprintf(lines + used, sizeof lines - used, "%s`%s,%s,<%s for one %s>`", i == 0 ? "" : ", ",
                       missing->list[i].code, day, model->settings.currency, missing->list[i].code);
    }
    if (missing->count == 1)
        return fl_fail(error, FL_BAD_MODEL,
                       "amounts in %s have no rate on or before their day: add a line %s to rates.csv",
                       missing->list[0].code, lines);
    return fl_fail(error, FL_BAD_MODEL,
                   "amounts in %zu currencies%s have no rate on or before their day: add these lines to "
                   "rates.csv: %s",
                   missing->count, missing->more ? " and more" : "", lines);
}

static fl_status check_rows(const struct check *check, size_t block, struct fl_error *error)
{
    for (size_t row = 0; row < check->currency.rows; row++) {
        const int32_t day = check->day.as.i32[row];
        const uint32_t number = check->currency.as.words[row];
        if ((check->currency.nulls != NULL && check->currency.nulls[row] != 0) ||
            (check->amount.nulls != NULL && check->amount.nulls[row] != 0) || day > check->as_of_day ||
            day >= check->first_day[number])
            continue;
        const struct fl_text word = fl_words_at(check->words, number);
        if (fl_currency_places(word.bytes, word.size) < 0)
            return fail_no_code(check, block, day, error);
        note_missing(check->missing, word.bytes, day);
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
                            struct missing *missing, struct fl_error *error)
{
    struct check check = {.model = model, .as_of_day = as_of_day, .missing = missing};
    char *path = fl_data_folder_path_of(folder, name);
    if (path == NULL)
        return fl_fail_memory(error, strlen(name));
    fl_status status = fl_table_open_listed(folder->io, path, io_mode, &check.table, error);
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
    struct missing missing = {.count = 0};
    for (size_t i = 0; i < folder->file_count; i++) {
        const struct fl_data_file *file = &folder->files[i];
        if (strcmp(file->table, "interactions") != 0 || file->day_min > as_of_day)
            continue;
        fl_status status = check_file(model, folder, file->name, io_mode, as_of_day, &missing, error);
        if (status != FL_OK)
            return status;
    }
    return missing.count == 0 ? FL_OK : fail_without_rates(model, &missing, error);
}
