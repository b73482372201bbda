/* table_list.h - files of one table of a data folder that each thread opens for itself. */
#ifndef ENGINE_TAGS_TABLE_LIST_H
#define ENGINE_TAGS_TABLE_LIST_H

#include "formats/table/table_reader.h"

/* Threads may share it. Zero-initialise with io and mode; release once. */
struct fl_table_list {
    const struct fl_io *io;
    enum fl_io_mode io_mode;
    char **paths;
    size_t count;
    uint32_t block_rows_max; /* of any of the files */
};
/* The file of an open table. */
fl_status fl_table_list_add(struct fl_table_list *list, const struct fl_table *table, struct fl_error *error);
void fl_table_list_release(struct fl_table_list *list);

/* All of them, for one thread: `tables` has an entry for each file, and is to be closed whatever came. */
fl_status fl_table_list_open(const struct fl_table_list *list, struct fl_table ***tables,
                             struct fl_error *error);
void fl_table_list_close(const struct fl_table_list *list, struct fl_table **tables); /* NULL is fine */
/* At most what that holds beside the footers, and so many columns of a block read from one of them. */
uint64_t fl_table_list_memory(const struct fl_table_list *list, size_t columns);

#endif
