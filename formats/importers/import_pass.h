/* import_pass.h - what the steps that read one input share. */
#ifndef FORMATS_IMPORTERS_IMPORT_PASS_H
#define FORMATS_IMPORTERS_IMPORT_PASS_H

#include "formats/importers/import_batch.h"
#include "formats/importers/import_job.h"
#include "formats/importers/reject_file.h"

/* One input while it is read. */
struct fl_import_pass {
    struct fl_import_job *job;
    size_t input;
    struct fl_import_reading *reading;
    struct fl_reject_file *rejects;
    struct fl_buffer refused;    /* a record that did not come as CSV, as CSV */
    struct fl_csv_reader *again; /* over records of a batch that are read once more; NULL before the first */
};

/* Rejects beyond what is allowed: nothing will be published any more, only the reject file is still of use.
 */
bool fl_import_is_over_the_limit(const struct fl_import_job *job);

/* --- import_read.c */
/* Writes the part that is waiting when its pools are full. Asked after each row that brought a new word. */
fl_status fl_import_write_if_full(struct fl_import_job *job, bool *written, struct fl_error *error);
/* Completes and stores a row; see fl_mapping_apply() for `row` and `filled`, which are changed. `line` is
 * where it came from. */
fl_status fl_import_keep_row(const struct fl_import_pass *pass, int64_t line, struct fl_cell *row,
                             uint32_t filled, struct fl_error *error);
/* The record through the mapping, into the stores or the reject file. */
fl_status fl_import_take_record(struct fl_import_pass *pass, const struct fl_csv_record *record,
                                struct fl_error *error);
/* Counts a record that is refused before any mapping sees it; `trouble->reason` outlives the import. */
fl_status fl_import_refuse_record(struct fl_import_pass *pass, const struct fl_csv_record *record,
                                  const struct fl_row_trouble *trouble, struct fl_error *error);
/* Whether the plan's progress is due; see there. */
fl_status fl_import_step(const struct fl_import_pass *pass, uint64_t rows_before, uint64_t bytes_read,
                         struct fl_error *error);
/* The same for all that `reader` has left. */
fl_status fl_import_take_records(struct fl_import_pass *pass, struct fl_csv_reader *reader,
                                 struct fl_error *error);

/* --- import_typed.c, import_ndjson.c */
/* All rows of an input that is no CSV. */
fl_status fl_import_take_typed(struct fl_import_pass *pass, struct fl_error *error);
fl_status fl_import_take_lines(struct fl_import_pass *pass, struct fl_error *error);

/* --- import_commit.c */
/* What a batch came to, as if its records were taken one by one now. */
fl_status fl_import_commit_batch(struct fl_import_pass *pass, struct fl_import_batch *batch,
                                 struct fl_error *error);

/* --- import_crew.c */
/* All that the reading has left, on as many threads as the tuning says. */
fl_status fl_import_take_by_crew(struct fl_import_pass *pass, struct fl_error *error);

#endif
