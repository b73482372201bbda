/* table_describe.h - a table file in words, for people. */
#ifndef FORMATS_TABLE_TABLE_DESCRIBE_H
#define FORMATS_TABLE_TABLE_DESCRIBE_H

#include <stdio.h>

#include "formats/table/table_reader.h"

struct fl_describe_options {
    bool pages;          /* each page of each block, too */
    uint64_t rows_shown; /* first rows as CSV; 0: none */
};

/* What the file is, its facts, sizes by column, its first blocks; more by `options` (NULL: no more). Only the
 * rows read pages: the rest is known from the footer. FL_IO when `out` cannot be written; those of
 * fl_table_read_column(). */
fl_status fl_table_describe(struct fl_table *table, FILE *out, const struct fl_describe_options *options,
                            struct fl_error *error);

#endif
