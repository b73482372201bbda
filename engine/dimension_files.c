/* dimension_files.c - the files of a table that has one row a thing, by rising uuid. */
#include "engine/dimension_files.h"

#include <stdlib.h>

#include "formats/table/table_listed.h"

static int compare_uuids(const void *a, const void *b)
{
    return memcmp(fl_table_uuid(*(struct fl_table *const *)a), fl_table_uuid(*(struct fl_table *const *)b),
                  FL_UUID_SIZE);
}

static fl_status open_file(const struct fl_data_folder *folder, const struct fl_data_file *file,
                           enum fl_io_mode io_mode, struct fl_table **table, struct fl_error *error)
{
    char *path = fl_data_folder_path_of(folder, file->name);
    if (path == NULL)
        return fl_fail_memory(error, strlen(file->name));
    fl_status status = fl_table_open_listed(folder->io, path, io_mode, table, error);
    free(path);
    if (status != FL_OK || strcmp(fl_table_schema(*table)->name, file->table) == 0)
        return status;
    fl_fail(error, FL_CORRUPT, "the file holds the table %s, the manifest says %s",
            fl_table_schema(*table)->name, file->table);
    fl_error_at_path(error, fl_table_path(*table));
    fl_table_close(*table);
    return FL_CORRUPT;
}

fl_status fl_dimension_files_open(const struct fl_data_folder *folder, const char *table,
                                  enum fl_io_mode io_mode, struct fl_dimension_files *files,
                                  struct fl_error *error)
{
    *files = (struct fl_dimension_files){.tables = calloc(folder->file_count + 1, sizeof(struct fl_table *))};
    if (files->tables == NULL)
        return fl_fail_memory(error, folder->file_count * sizeof(struct fl_table *));
    for (size_t i = 0; i < folder->file_count; i++) {
        const struct fl_data_file *file = &folder->files[i];
        if (strcmp(file->table, table) != 0 || file->rows == 0)
            continue;
        const fl_status status = open_file(folder, file, io_mode, &files->tables[files->count], error);
        if (status != FL_OK) {
            fl_dimension_files_close(files);
            return status;
        }
        files->count++;
    }
    if (files->count > 1)
        qsort(files->tables, files->count, sizeof(struct fl_table *), compare_uuids);
    return FL_OK;
}

void fl_dimension_files_close(struct fl_dimension_files *files)
{
    for (size_t i = 0; i < files->count; i++)
        fl_table_close(files->tables[i]);
    free(files->tables);
    *files = (struct fl_dimension_files){0};
}
