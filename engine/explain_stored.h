/* explain_stored.h - what a run stored of one customer in one of its tables. */
#ifndef ENGINE_EXPLAIN_STORED_H
#define ENGINE_EXPLAIN_STORED_H

#include "engine/run_manifest.h"
#include "formats/table/table_reader.h"

enum { FL_STORED_IDS = 128 }; /* ids of columns are below it */

/* The customer's rows lie in one block. Zero-initialise; release once. */
struct fl_stored_rows {
    struct fl_table *table;
    size_t first, count;                          /* rows of the block */
    struct fl_column_data columns[FL_STORED_IDS]; /* by id: those that the file has */
    const struct fl_words *words[FL_STORED_IDS];  /* of columns of words */
};

/* Reads the customer's rows of the run's table `name` ("customers", "brands"); none is no failure.
 * FL_CORRUPT: the manifest lists no such table, or the file is another one. */
fl_status fl_stored_rows_open(const struct fl_io *io, const char *run, const struct fl_run_manifest *manifest,
                              const char *name, const char *schema, int64_t customer,
                              struct fl_stored_rows *stored, struct fl_error *error);
void fl_stored_rows_release(struct fl_stored_rows *stored);

/* Opens the file of a run's table. */
fl_status fl_stored_table_open(const struct fl_io *io, const char *run,
                               const struct fl_run_manifest *manifest, const char *name, const char *schema,
                               struct fl_table **table, struct fl_error *error);

/* The customer's row `row`, from 0. False: null, or the file lacks the column. A word as its number. */
bool fl_stored_value(const struct fl_stored_rows *stored, uint16_t id, size_t row, int64_t *value);
/* Of a column of words or texts; bytes NULL: null. Lives as long as the rows. */
struct fl_text fl_stored_text(const struct fl_stored_rows *stored, uint16_t id, size_t row);

#endif
