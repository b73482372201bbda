/* table_list.c - files of one table of a data folder that each thread opens for itself. */
#include "engine/tags/table_list.h"

#include <stdlib.h>
#include <string.h>

#include "formats/table/table_listed.h"

fl_status fl_table_list_add(struct fl_table_list *list, const struct fl_table *table, struct fl_error *error)
{
    const char *path = fl_table_path(table);
    char **paths = reallocarray(list->paths, list->count + 1, sizeof *paths);
    if (paths == NULL)
        return fl_fail_memory(error, (list->count + 1) * sizeof *paths);
    list->paths = paths;
    paths[list->count] = strdup(path);
    if (paths[list->count] == NULL)
        return fl_fail_memory(error, strlen(path));
    list->count++;
    for (size_t block = 0; block < fl_table_blocks(table); block++) {
        const uint32_t rows = fl_table_block(table, block).rows;
        list->block_rows_max = rows > list->block_rows_max ? rows : list->block_rows_max;
    }
    return FL_OK;
}

void fl_table_list_release(struct fl_table_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->paths[i]);
    free(list->paths);
    *list = (struct fl_table_list){0};
}

fl_status fl_table_list_open(const struct fl_table_list *list, struct fl_table ***tables,
                             struct fl_error *error)
{
    *tables = calloc(list->count + 1, sizeof(struct fl_table *));
    if (*tables == NULL)
        return fl_fail_memory(error, list->count * sizeof(struct fl_table *));
    fl_status status = FL_OK;
    for (size_t i = 0; i < list->count && status == FL_OK; i++)
        status = fl_table_open_listed(list->io, list->paths[i], list->io_mode, &(*tables)[i], error);
    return status;
}

void fl_table_list_close(const struct fl_table_list *list, struct fl_table **tables)
{
    for (size_t i = 0; tables != NULL && i < list->count; i++)
        fl_table_close(tables[i]);
    free(tables);
}

uint64_t fl_table_list_memory(const struct fl_table_list *list, size_t columns)
{
    /* A value, its null, the page as it is stored and as it is unpacked. */
    return list->count * FL_FILE_MAP_WINDOW_BYTES +
           (uint64_t)columns * list->block_rows_max * (3 * sizeof(int64_t) + 1);
}
