/* table_listed.h - opens a table file of a data folder, which must be the one that its name says. */
#ifndef FORMATS_TABLE_TABLE_LISTED_H
#define FORMATS_TABLE_TABLE_LISTED_H

#include "formats/table/table_reader.h"

/* Facts of such a file: the id of the import that made it, or that a compaction did; its part of the import.
 */
#define FL_FACT_IMPORT "import"
#define FL_FACT_FOLDED "folded"
#define FL_FACT_PART   "part"

/* Its name: the table, digits of the import's id (of the file's uuid after a compaction), the part. */
#define FL_LISTED_NAME "%s-%.16s-p%04u.flint"
enum { FL_LISTED_NAME_SIZE = 96 };

/* fl_table_open() for the files that a manifest lists. They are opened more than once in a run, by each
 * thread for example, and each time it must be the same one. FL_CORRUPT too when another valid file has its
 * name. */
fl_status fl_table_open_listed(const struct fl_io *io, const char *path, enum fl_io_mode mode,
                               struct fl_table **table, struct fl_error *error);

#endif
