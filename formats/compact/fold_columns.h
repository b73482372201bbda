/* fold_columns.h - the columns of the file that several files become, with their united dictionaries. */
#ifndef FORMATS_COMPACT_FOLD_COLUMNS_H
#define FORMATS_COMPACT_FOLD_COLUMNS_H

#include "formats/folder/data_folder.h"
#include "formats/table/table_reader.h"
#include "formats/table/word_union.h"

enum { FL_FOLD_COLUMNS_MAX = 32 };

/* A column is there when any of the files has it. Zero-initialise; release once. */
struct fl_fold_columns {
    const struct fl_schema *schema;
    size_t count;
    uint16_t ids[FL_FOLD_COLUMNS_MAX]; /* in the schema's order */
    enum fl_storage storage[FL_FOLD_COLUMNS_MAX];
    struct fl_word_union words[FL_FOLD_COLUMNS_MAX]; /* of WORD columns */
};

/* Opens a table file of the folder and checks that it is what the manifest says. FL_UNSUPPORTED: it has
 * columns that this build does not know and so would lose. */
fl_status fl_fold_open_table(const struct fl_data_folder *folder, const struct fl_data_file *file,
                             struct fl_table **table, struct fl_error *error);

/* Unites the first of `files` whose dictionaries fit into one file; *fitting says how many, at least one. */
fl_status fl_fold_columns_open(const struct fl_data_folder *folder, const struct fl_data_file *const *files,
                               size_t file_count, size_t *fitting, struct fl_fold_columns *columns,
                               struct fl_error *error);
void fl_fold_columns_release(struct fl_fold_columns *columns);

#endif
