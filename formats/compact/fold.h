/* fold.h - several table files of one table merged into one. */
#ifndef FORMATS_COMPACT_FOLD_H
#define FORMATS_COMPACT_FOLD_H

#include "formats/folder/data_folder.h"
#include "formats/table/table_writer.h"

struct fl_fold_plan {
    const struct fl_data_folder *folder;
    const struct fl_data_file *const *files; /* of one table, sorted by name */
    size_t file_count;
    uint64_t memory_bytes;
    /* Called after each block that was read; not zero: stop. May be NULL. */
    int (*progress)(void *context, uint64_t rows);
    void *progress_context;
};

/* How many of the plan's files, the first ones, have dictionaries that fit into one file; at least one. */
fl_status fl_fold_fitting(const struct fl_fold_plan *plan, size_t *fitting, struct fl_error *error);

/* Publishes all rows of the files as `file_name` in the folder, whose manifest is left alone. On failure
 * there is no such file. All dictionaries must fit.
 *
 * Of interactions and customers each row stays, exactly as it was. Of products the row stays that a run would
 * take: the one that arrived last, then the one of the file with the larger uuid, then the later one. Of
 * customer_ids equal pairs become one; FL_BAD_DATA names the files of two texts for one key.
 *
 * FL_LIMIT: the blocks of the files do not fit into memory_bytes. FL_CORRUPT: a file is not what the manifest
 * says, or not in order. FL_UNSUPPORTED: a file has columns of a newer build. */
fl_status fl_fold(const struct fl_fold_plan *plan, const uint8_t uuid[FL_UUID_SIZE], const char *file_name,
                  struct fl_table_summary *summary, struct fl_error *error);

#endif
