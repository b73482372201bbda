/* export_source.h - the tables that a word of the command line stands for. */
#ifndef TOOLS_FOURLOOP_EXPORT_SOURCE_H
#define TOOLS_FOURLOOP_EXPORT_SOURCE_H

#include "formats/table/table_reader.h"

struct export_table {
    char *name; /* as --table says it: "customers", not the schema's "customer_scores" */
    struct fl_table *table;
};

/* Open tables; those of one name stand side by side, in the order of their files. */
struct export_source {
    struct export_table *tables;
    size_t count;
};

/* `path` is a run folder, a data folder or a table file. `table` is one of its tables, or "all"; NULL will do
 * for a file. FL_USAGE: there is no such table, and the message lists those that there are. */
fl_status export_source_open(const struct fl_io *io, const char *path, const char *table,
                             struct export_source *source, struct fl_error *error);
void export_source_close(struct export_source *source);

#endif
