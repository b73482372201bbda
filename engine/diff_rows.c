/* diff_rows.c - a run's table of scores, row by row, for a walk beside other runs. */
#include "engine/diff_rows.h"

#include <stdio.h>
#include <stdlib.h>

#include "formats/base/publish.h"

static fl_status fail_no_table(const struct fl_run_manifest *manifest, const char *run, const char *name,
                               struct fl_error *error)
{
    char listed[256] = "";
    for (size_t i = 0; i < manifest->output_count; i++) {
        const size_t used = strlen(listed);
        if (strcmp(manifest->outputs[i].table, "model") != 0)
            (void)snprintf(listed + used, sizeof listed - used, "%s%s", used == 0 ? "" : ", ",
                           manifest->outputs[i].table);
    }
    (void)fl_fail(error, FL_USAGE, "the run has no table `%s`; it has %s", name, listed);
    (void)fl_error_at_path(error, run);
    return FL_USAGE;
}

/* A table without a word for its scope is one of customers. */
static fl_status find_key(struct fl_diff_rows *rows, struct fl_error *error)
{
    static const char *const scopes[] = {"brand", "category", "product", "tag"};
    bool has = false;
    rows->word_at = SIZE_MAX;
    fl_status status = fl_diff_rows_want(rows, "customer", &has, &rows->customer_at, error);
    for (size_t i = 0; i < sizeof scopes / sizeof scopes[0] && status == FL_OK && rows->word_at == SIZE_MAX;
         i++) {
        size_t place = SIZE_MAX;
        status = fl_diff_rows_want(rows, scopes[i], &has, &place, error);
        if (has)
            rows->word_at = place;
    }
    return status;
}

fl_status fl_diff_rows_open(const struct fl_io *io, const char *run, const struct fl_run_manifest *manifest,
                            const char *name, struct fl_diff_rows *rows, struct fl_error *error)
{
    const struct fl_run_file *file = NULL;
    for (size_t i = 0; i < manifest->output_count && file == NULL; i++) {
        if (strcmp(manifest->outputs[i].table, name) == 0 && strcmp(name, "model") != 0)
            file = &manifest->outputs[i];
    }
    if (file == NULL)
        return fail_no_table(manifest, run, name, error);
    char *path = fl_path_join(run, file->name);
    if (path == NULL)
        return fl_fail_memory(error, strlen(run));
    fl_status status = fl_table_open(io, path, FL_IO_COPY, &rows->table, error);
    free(path);
    return status == FL_OK ? find_key(rows, error) : status;
}

/* The lists grow only before the first row, so the columns hold nothing yet. */
fl_status fl_diff_rows_want(struct fl_diff_rows *rows, const char *column, bool *has, size_t *place,
                            struct fl_error *error)
{
    const struct fl_schema *schema = fl_table_schema(rows->table);
    const int index = fl_schema_find(schema, fl_text_of(column));
    *has = index >= 0 && fl_table_has(rows->table, schema->columns[index].id);
    if (!*has)
        return FL_OK;
    const size_t count = rows->column_count + 1;
    uint16_t *ids = realloc(rows->ids, count * sizeof *ids);
    if (ids != NULL)
        rows->ids = ids;
    struct fl_column_data *columns = realloc(rows->columns, count * sizeof *columns);
    if (columns != NULL)
        rows->columns = columns;
    if (ids == NULL || columns == NULL)
        return fl_fail_memory(error, count * sizeof *columns);
    *place = rows->column_count++;
    ids[*place] = schema->columns[index].id;
    columns[*place] = (struct fl_column_data){0};
    return FL_OK;
}

static fl_status number_words(struct fl_diff_rows *rows, const struct fl_word_union *all,
                              struct fl_error *error)
{
    const struct fl_words *words = NULL;
    const fl_status status = fl_table_words(rows->table, rows->ids[rows->word_at], &words, error);
    if (status != FL_OK)
        return status;
    rows->word_numbers = calloc((size_t)words->count + 1, sizeof *rows->word_numbers);
    if (rows->word_numbers == NULL)
        return fl_fail_memory(error, (uint64_t)words->count * sizeof *rows->word_numbers);
    fl_word_union_map(all, words, rows->word_numbers);
    return FL_OK;
}

fl_status fl_diff_rows_number(struct fl_diff_rows *sides, size_t count, struct fl_word_union *words,
                              struct fl_error *error)
{
    fl_status status = FL_OK;
    for (size_t i = 0; i < count && status == FL_OK; i++) {
        const struct fl_words *own = NULL;
        if (sides[i].table == NULL || sides[i].word_at == SIZE_MAX)
            continue;
        status = fl_table_words(sides[i].table, sides[i].ids[sides[i].word_at], &own, error);
        if (status == FL_OK)
            status = fl_word_union_add(words, own, error);
    }
    for (size_t i = 0; i < count && status == FL_OK; i++) {
        if (sides[i].table != NULL && sides[i].word_at != SIZE_MAX)
            status = number_words(&sides[i], words, error);
    }
    return status;
}

static fl_status load_block(struct fl_diff_rows *rows, struct fl_error *error)
{
    fl_status status = FL_OK;
    rows->row = 0;
    rows->block_rows = fl_table_block(rows->table, rows->block).rows;
    for (size_t i = 0; i < rows->column_count && status == FL_OK; i++)
        status = fl_table_read_column(rows->table, rows->block, rows->ids[i], &rows->columns[i], error);
    if (status != FL_OK)
        (void)fl_error_at_path(error, fl_table_path(rows->table));
    return status;
}

static fl_status fail_unsorted(const struct fl_diff_rows *rows, struct fl_error *error)
{
    (void)fl_fail(error, FL_CORRUPT, "the rows do not ascend");
    (void)fl_error_at_block(error, (int64_t)rows->block, NULL);
    (void)fl_error_at_path(error, fl_table_path(rows->table));
    return FL_CORRUPT;
}

/* The row in hand as the key. */
static void set_key(struct fl_diff_rows *rows)
{
    rows->customer = rows->columns[rows->customer_at].as.i64[rows->row];
    rows->word =
        rows->word_at == SIZE_MAX ? 0 : rows->word_numbers[rows->columns[rows->word_at].as.words[rows->row]];
}

fl_status fl_diff_rows_start(struct fl_diff_rows *rows, struct fl_error *error)
{
    rows->block = 0;
    rows->ended = fl_table_blocks(rows->table) == 0;
    const fl_status status = rows->ended ? FL_OK : load_block(rows, error);
    if (status == FL_OK && !rows->ended)
        set_key(rows);
    return status;
}

fl_status fl_diff_rows_next(struct fl_diff_rows *rows, struct fl_error *error)
{
    const int64_t customer = rows->customer;
    const uint32_t word = rows->word;
    if (++rows->row == rows->block_rows) {
        rows->ended = ++rows->block == fl_table_blocks(rows->table);
        const fl_status status = rows->ended ? FL_OK : load_block(rows, error);
        if (status != FL_OK || rows->ended)
            return status;
    }
    set_key(rows);
    const bool rises = rows->customer > customer || (rows->customer == customer && rows->word > word);
    return rises ? FL_OK : fail_unsorted(rows, error);
}

void fl_diff_rows_release(struct fl_diff_rows *rows)
{
    for (size_t i = 0; i < rows->column_count; i++)
        fl_column_data_release(&rows->columns[i]);
    free(rows->columns);
    free(rows->ids);
    free(rows->word_numbers);
    if (rows->table != NULL)
        fl_table_close(rows->table);
    *rows = (struct fl_diff_rows){0};
}
