/* import_table.h - sorted packed rows as one table file. */
#ifndef FORMATS_IMPORTERS_IMPORT_TABLE_H
#define FORMATS_IMPORTERS_IMPORT_TABLE_H

#include "formats/importers/row_layout.h"
#include "formats/table/table_writer.h"

struct fl_import_table {
    const struct fl_io *io;
    const char *directory;
    const char *file_name;
    struct fl_table_plan plan;          /* a column for each of the layout's, from the first on */
    const struct fl_row_layout *layout; /* WORD columns: their pools are sealed */
    /* The next row, borrowed until the next call; NULL at the end. */
    fl_status (*next)(void *context, const uint8_t **row, struct fl_error *error);
    void *context;
};

/* Publishes the file. On failure there is none. */
fl_status fl_import_table_write(const struct fl_import_table *table, struct fl_table_summary *summary,
                                struct fl_error *error);

#endif
