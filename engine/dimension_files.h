/* dimension_files.h - the files of a table that has one row a thing (customer, store), in the order in which
 * their rows outdo each other. */
#ifndef ENGINE_DIMENSION_FILES_H
#define ENGINE_DIMENSION_FILES_H

#include "formats/folder/data_folder.h"
#include "formats/table/table_reader.h"

/* Of several rows of a thing the one that arrived last counts, then the one of the file with the larger uuid,
 * then the later row: so who reads the files as they are listed, each from the start, takes any row that is
 * not older than the best so far. A row without an arrival is older than all others. Zero-initialise; close
 * once. */
struct fl_dimension_files {
    struct fl_table **tables; /* open, by rising uuid; files without rows are left out */
    size_t count;
};

/* FL_CORRUPT: a file holds another table than the manifest says. */
fl_status fl_dimension_files_open(const struct fl_data_folder *folder, const char *table,
                                  enum fl_io_mode io_mode, struct fl_dimension_files *files,
                                  struct fl_error *error);
void fl_dimension_files_close(struct fl_dimension_files *files);

static inline bool fl_is_null(const struct fl_column_data *column, size_t row)
{
    return column->nulls != NULL && column->nulls[row] != 0;
}
/* Of the table's arrival column. */
static inline int32_t fl_arrival_of(const struct fl_column_data *arrival, size_t row)
{
    return fl_is_null(arrival, row) ? INT32_MIN : arrival->as.i32[row];
}
/* The united number of a row's word; `numbers` by the file's own. */
static inline uint32_t fl_united_word(const struct fl_column_data *column, const uint32_t *numbers,
                                      size_t row)
{
    return fl_is_null(column, row) ? UINT32_MAX : numbers[column->as.words[row]];
}

#endif
