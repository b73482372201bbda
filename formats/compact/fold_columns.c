/* fold_columns.c - unites the columns and dictionaries of files that will be one. */
#include "formats/compact/fold_columns.h"

#include <assert.h>
#include <stdlib.h>

#include "formats/table/table_listed.h"

static fl_status check_table(const struct fl_table *table, const struct fl_data_file *file,
                             struct fl_error *error)
{
    fl_status status = FL_OK;
    if (strcmp(fl_table_schema(table)->name, file->table) != 0)
        status = fl_fail(error, FL_CORRUPT, "the file holds the table %s, the manifest says %s",
                         fl_table_schema(table)->name, file->table);
    else if (fl_table_rows(table) != file->rows)
        status = fl_fail(error, FL_CORRUPT, "%llu rows, the manifest says %llu",
                         (unsigned long long)fl_table_rows(table), (unsigned long long)file->rows);
    else if (fl_table_has_unknown(table))
        status = fl_fail(error, FL_UNSUPPORTED, "columns of a newer build, which would get lost here");
    if (status != FL_OK)
        (void)fl_error_at_path(error, fl_table_path(table));
    return status;
}

fl_status fl_fold_open_table(const struct fl_data_folder *folder, const struct fl_data_file *file,
                             struct fl_table **table, struct fl_error *error)
{
    *table = NULL;
    char *path = fl_data_folder_path_of(folder, file->name);
    if (path == NULL)
        return fl_fail_memory(error, strlen(file->name));
    fl_status status = fl_table_open_listed(folder->io, path, FL_IO_MAP, table, error);
    free(path);
    if (status != FL_OK)
        return status;
    status = check_table(*table, file, error);
    if (status != FL_OK) {
        fl_table_close(*table);
        *table = NULL;
    }
    return status;
}

/* `words` and `has` have a place for each column of the schema. FL_LIMIT: the words do not fit any more. */
static fl_status add_table(const struct fl_schema *schema, struct fl_table *table,
                           struct fl_word_union *words, bool *has, struct fl_error *error)
{
    for (size_t i = 0; i < schema->count; i++) {
        const struct fl_column *column = &schema->columns[i];
        has[i] = has[i] || fl_table_has(table, column->id);
        if (fl_kind_storage(column->kind) != FL_STORAGE_WORD)
            continue;
        const struct fl_words *own;
        fl_status status = fl_table_words(table, column->id, &own, error);
        if (status == FL_OK)
            status = fl_word_union_add(&words[i], own, error);
        if (status != FL_OK)
            return status;
    }
    return FL_OK;
}

static void take_columns(struct fl_fold_columns *columns, struct fl_word_union *words, const bool *has)
{
    for (size_t i = 0; i < columns->schema->count; i++) {
        if (!has[i])
            continue;
        columns->ids[columns->count] = columns->schema->columns[i].id;
        columns->storage[columns->count] = fl_kind_storage(columns->schema->columns[i].kind);
        columns->words[columns->count++] = words[i];
        words[i] = (struct fl_word_union){0};
    }
}

/* *fitting is `file_count` unless a file's words do not fit with those before it: then it says how many came
 * before, and there are no columns. */
static fl_status unite(const struct fl_data_folder *folder, const struct fl_data_file *const *files,
                       size_t file_count, size_t *fitting, struct fl_fold_columns *columns,
                       struct fl_error *error)
{
    struct fl_word_union words[FL_FOLD_COLUMNS_MAX] = {0};
    bool has[FL_FOLD_COLUMNS_MAX] = {false};
    fl_status status = FL_OK;
    *fitting = file_count;
    for (size_t i = 0; i < *fitting && status == FL_OK; i++) {
        struct fl_table *table;
        status = fl_fold_open_table(folder, files[i], &table, error);
        if (status != FL_OK)
            break;
        struct fl_error trouble;
        fl_error_clear(&trouble);
        status = add_table(columns->schema, table, words, has, &trouble);
        fl_table_close(table);
        if (status == FL_LIMIT && i > 0) {
            *fitting = i;
            status = FL_OK;
        } else if (status != FL_OK && error != NULL) {
            *error = trouble;
        }
    }
    if (status == FL_OK && *fitting == file_count)
        take_columns(columns, words, has);
    for (size_t i = 0; i < FL_FOLD_COLUMNS_MAX; i++)
        fl_word_union_release(&words[i]);
    return status;
}

fl_status fl_fold_columns_open(const struct fl_data_folder *folder, const struct fl_data_file *const *files,
                               size_t file_count, size_t *fitting, struct fl_fold_columns *columns,
                               struct fl_error *error)
{
    *columns = (struct fl_fold_columns){.schema = fl_schema_by_name(files[0]->table)};
    assert(file_count > 0 && columns->schema != NULL && columns->schema->count <= FL_FOLD_COLUMNS_MAX);
    fl_status status = unite(folder, files, file_count, fitting, columns, error);
    /* A file that did not fit has left words behind in the unions, so they are made again without it. */
    if (status == FL_OK && *fitting < file_count)
        status = unite(folder, files, *fitting, fitting, columns, error);
    return status;
}

void fl_fold_columns_release(struct fl_fold_columns *columns)
{
    for (size_t i = 0; i < columns->count; i++)
        fl_word_union_release(&columns->words[i]);
    columns->count = 0;
}
