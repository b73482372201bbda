/* trial_compare.c - compares the results of a run with what the examples of a model expect. */
#include "engine/model_trial.h"

#include <stdio.h>
#include <stdlib.h>

#include "formats/base/publish.h"
#include "formats/table/table_reader.h"

/* Everything that is open while results are compared. */
struct compare {
    const struct fl_model *model;
    const struct fl_examples *examples;
    int32_t as_of_day;
    struct fl_arena *arena;
    struct fl_table *tables[FL_SCOPES]; /* NULL: not scored */
    struct fl_column_data customers, words, cells;
    struct fl_error *error;
};

/* Where a scope's results are. */
struct place {
    struct fl_table *table;
    size_t block, row;
};

/* ---- finding ---- */

static bool matches(const struct compare *compare, size_t row, int64_t customer, int64_t word)
{
    return compare->customers.as.i64[row] == customer &&
           (word < 0 || compare->words.as.words[row] == (uint32_t)word);
}

/* The number of a word in a column of a table; -1: none of its rows has it. */
static fl_status find_word(struct compare *compare, struct fl_table *table, uint16_t column, const char *text,
                           int64_t *number)
{
    const struct fl_words *words = NULL;
    const fl_status status = fl_table_words(table, column, &words, compare->error);
    *number = -1;
    for (size_t i = 0; status == FL_OK && i < words->count && *number < 0; i++) {
        if (fl_text_equal(fl_words_at(words, i), fl_text_of(text)))
            *number = (int64_t)i;
    }
    return status;
}

/* place->table NULL: the target has no row. */
static fl_status find_place(struct compare *compare, const struct fl_example_target *target, int64_t customer,
                            struct place *place)
{
    struct fl_table *table = compare->tables[target->scope];
    int64_t word = -1;
    fl_status status = FL_OK;
    *place = (struct place){NULL, 0, 0};
    if (target->word != NULL) {
        status = find_word(compare, table, FL_BRAND_SCORES_BRAND, target->word, &word);
        if (status != FL_OK || word < 0)
            return status;
    }
    for (size_t block = 0; block < fl_table_blocks(table); block++) {
        const struct fl_block_facts facts = fl_table_block(table, block);
        if (customer < facts.customer_min || customer > facts.customer_max)
            continue;
        status = fl_table_read_column(table, block, FL_SCORES_CUSTOMER, &compare->customers, compare->error);
        if (status == FL_OK && word >= 0)
            status =
                fl_table_read_column(table, block, FL_BRAND_SCORES_BRAND, &compare->words, compare->error);
        if (status != FL_OK)
            return status;
        for (size_t row = 0; row < compare->customers.rows; row++) {
            if (matches(compare, row, customer, word)) {
                *place = (struct place){table, block, row};
                return FL_OK;
            }
        }
    }
    return FL_OK;
}

/* ---- comparing ---- */

/* A number of a cell as the examples have it. */
static void number_of(const struct compare *compare, const struct fl_column *column, size_t row,
                      char text[static 48])
{
    const struct fl_column_data *cells = &compare->cells;
    if (column->kind == FL_KIND_SMALL)
        fl_decimal_format_short(cells->as.u8[row], 0, '.', text);
    else if (column->kind == FL_KIND_DAY)
        fl_decimal_format_short((int64_t)compare->as_of_day - cells->as.i32[row], 0, '.', text);
    else
        fl_decimal_format_short(cells->as.i64[row],
                                column->kind == FL_KIND_MICRO   ? 6
                                : column->kind == FL_KIND_MILLI ? 3
                                : column->kind == FL_KIND_MONEY
                                    ? fl_currency_places(compare->model->settings.currency, 3)
                                    : 0,
                                '.', text);
}

static bool is_within(const struct fl_example_check *check, const char *got)
{
    struct fl_decimal number;
    if (!fl_decimal_parse(got, strlen(got), '.', &number))
        return false;
    return (!check->has_low || fl_decimal_compare(number, check->low) >= 0) &&
           (!check->has_high || fl_decimal_compare(number, check->high) <= 0);
}

static bool is_one_of(const struct fl_yaml_node *words, struct fl_text got)
{
    if (words->kind == FL_YAML_SCALAR)
        return fl_text_equal(words->text, got);
    for (size_t i = 0; i < words->count; i++) {
        if (fl_text_equal(words->items[i]->text, got))
            return true;
    }
    return false;
}

static char *copy(struct compare *compare, struct fl_text text)
{
    char *copied = fl_arena_copy(compare->arena, text.bytes, text.size);
    if (copied == NULL)
        fl_fail_memory(compare->error, text.size);
    return copied;
}

/* "active or new" */
static const char *print_expected(struct compare *compare, const struct fl_example_check *check)
{
    char text[400] = "";
    const struct fl_yaml_node *words = check->words;
    if (words == NULL || words->kind == FL_YAML_SCALAR)
        return copy(compare, fl_text_of(check->expected));
    for (size_t i = 0; i < words->count; i++) {
        const size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, "%s%s", i == 0 ? "" : " or ", words->items[i]->text.bytes);
    }
    return copy(compare, fl_text_of(text));
}

/* What a column's words are, when the expected one is none of them. */
static fl_status note_words(struct compare *compare, const struct place *place,
                            const struct fl_example_check *check, const char **note)
{
    const struct fl_words *words = NULL;
    char text[400] = "the words here are";
    if (check->words->kind != FL_YAML_SCALAR)
        return FL_OK;
    const fl_status status = fl_table_words(place->table, check->column->id, &words, compare->error);
    for (size_t i = 0; status == FL_OK && i < words->count; i++) {
        const struct fl_text word = fl_words_at(words, i);
        const size_t used = strlen(text);
        if (fl_text_equal(word, check->words->text))
            return FL_OK;
        snprintf(text + used, sizeof text - used, "%s%.*s", i == 0 ? " " : ", ", (int)word.size, word.bytes);
    }
    *note = status == FL_OK ? copy(compare, fl_text_of(text)) : NULL;
    return status == FL_OK && *note == NULL ? FL_NO_MEMORY : status;
}

static fl_status compare_word(struct compare *compare, const struct place *place,
                              const struct fl_example_check *check, struct fl_example_result *result)
{
    const struct fl_words *words = NULL;
    fl_status status = fl_table_words(place->table, check->column->id, &words, compare->error);
    if (status != FL_OK)
        return status;
    const struct fl_text got = fl_words_at(words, compare->cells.as.words[place->row]);
    result->met = is_one_of(check->words, got);
    result->got = copy(compare, got);
    if (result->got == NULL)
        return FL_NO_MEMORY;
    return result->met ? FL_OK : note_words(compare, place, check, &result->note);
}

static fl_status compare_cell(struct compare *compare, const struct place *place,
                              const struct fl_example_check *check, struct fl_example_result *result)
{
    char text[48];
    const struct fl_column_data *cells = &compare->cells;
    fl_status status =
        fl_table_read_column(place->table, place->block, check->column->id, &compare->cells, compare->error);
    if (status != FL_OK)
        return status;
    if (cells->nulls != NULL && cells->nulls[place->row] != 0) {
        result->got = "none";
        result->met = check->null;
        return FL_OK;
    }
    if (check->column->kind == FL_KIND_WORD)
        return compare_word(compare, place, check, result);
    number_of(compare, check->column, place->row, text);
    result->met = !check->null && is_within(check, text);
    result->got = copy(compare, fl_text_of(text));
    return result->got == NULL ? FL_NO_MEMORY : FL_OK;
}

static fl_status compare_target(struct compare *compare, size_t example,
                                const struct fl_example_target *target, struct fl_model_test *test)
{
    struct place place;
    fl_status status = find_place(compare, target, (int64_t)example + 1, &place);
    for (size_t i = 0; i < target->check_count && status == FL_OK; i++) {
        const struct fl_example_check *check = &target->checks[i];
        struct fl_example_result *result = &test->results[test->result_count++];
        *result = (struct fl_example_result){.example = example,
                                             .table = fl_example_table_of(target->scope),
                                             .word = target->word,
                                             .column = check->column->name,
                                             .expected = print_expected(compare, check),
                                             .got = "no row"};
        if (result->expected == NULL)
            status = FL_NO_MEMORY;
        else if (place.table != NULL)
            status = compare_cell(compare, &place, check, result);
        test->missed += !result->met;
    }
    return status;
}

static size_t count_checks(const struct fl_examples *examples)
{
    size_t count = 0;
    for (size_t i = 0; i < examples->count; i++) {
        for (size_t j = 0; j < examples->list[i].target_count; j++)
            count += examples->list[i].targets[j].check_count;
    }
    return count;
}

static fl_status compare_all(struct compare *compare, struct fl_model_test *test)
{
    const struct fl_examples *examples = compare->examples;
    const size_t size_bytes = (count_checks(examples) + 1) * sizeof *test->results;
    fl_status status = FL_OK;
    test->results = fl_arena_take(compare->arena, size_bytes);
    if (test->results == NULL)
        return fl_fail_memory(compare->error, size_bytes);
    for (size_t i = 0; i < examples->count && status == FL_OK; i++) {
        const struct fl_example *example = &examples->list[i];
        for (size_t j = 0; j < example->target_count && status == FL_OK; j++)
            status = compare_target(compare, i, &example->targets[j], test);
    }
    return status;
}

/* ---- tables ---- */

static fl_status open_tables(struct compare *compare, const struct fl_io *io,
                             const struct fl_run_folder *folder)
{
    fl_status status = FL_OK;
    for (int scope = 0; scope < FL_SCOPES && status == FL_OK; scope++) {
        const struct fl_run_file *file =
            fl_run_folder_find(folder, fl_example_table_of((enum fl_scope)scope));
        if (file == NULL)
            continue;
        char *path = fl_path_join(folder->path, file->name);
        if (path == NULL)
            return fl_fail_memory(compare->error, strlen(file->name));
        status = fl_table_open(io, path, FL_IO_COPY, &compare->tables[scope], compare->error);
        free(path);
    }
    return status;
}

fl_status fl_trial_compare(const struct fl_io *io, const char *run, const struct fl_model *model,
                           const struct fl_examples *examples, int32_t as_of_day, struct fl_arena *arena,
                           struct fl_model_test *test, struct fl_error *error)
{
    struct compare compare = {
        .model = model, .examples = examples, .as_of_day = as_of_day, .arena = arena, .error = error};
    struct fl_run_folder *folder = NULL;
    fl_status status = fl_run_folder_open(io, run, &folder, error);
    if (status != FL_OK)
        return status;
    status = open_tables(&compare, io, folder);
    if (status == FL_OK)
        status = compare_all(&compare, test);
    for (int scope = 0; scope < FL_SCOPES; scope++) {
        if (compare.tables[scope] != NULL)
            fl_table_close(compare.tables[scope]);
    }
    fl_column_data_release(&compare.customers);
    fl_column_data_release(&compare.words);
    fl_column_data_release(&compare.cells);
    fl_run_folder_close(folder);
    return status;
}
