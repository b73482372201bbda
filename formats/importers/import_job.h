/* import_job.h - what the steps of one import share. */
#ifndef FORMATS_IMPORTERS_IMPORT_JOB_H
#define FORMATS_IMPORTERS_IMPORT_JOB_H

#include "formats/base/arena.h"
#include "formats/folder/data_folder_write.h"
#include "formats/importers/import.h"
#include "formats/importers/import_ids.h"
#include "formats/importers/mapping_typed.h"
#include "formats/importers/ndjson_reader.h"
#include "formats/importers/row_store.h"

/* What fl_import() sets from --memory; tests set less to see spills and parts on few rows. */
struct fl_import_tuning {
    size_t rows_bytes, ids_bytes; /* of the two row stores; rows have both when no ids are kept */
    size_t reader_bytes; /* of rows_bytes and beside: for a reader of Parquet or Arrow, when there is an input
                            of that */
    struct fl_word_limits words;
    uint64_t progress_rows; /* between two calls of the plan's progress */
    size_t threads;         /* that parse; 0 or 1: the calling one alone */
    size_t chunk_bytes;     /* of input that a thread gets at a time */
};

struct fl_import_input {
    const char *path;  /* as given */
    const char *shown; /* the same, or "standard input" */
    int spool;         /* a scratch file with the bytes of what can be read only once, else -1 */
    uint64_t size_bytes;
    uint8_t digest[16];
    struct stat facts; /* when it was hashed */
    enum fl_input_kind kind;
    struct fl_ndjson_keys *keys; /* of NDJSON, once they were looked for */
    bool has_reject_file;
};

struct fl_import_first_reject {
    size_t input;
    struct fl_row_trouble trouble;
};

struct fl_import_job {
    const struct fl_import_plan *plan;
    const struct fl_import_tuning *tuning;
    struct fl_import_report *report;
    struct fl_arena arena;
    struct fl_data_folder *folder;
    struct fl_mapping *mapping;
    const struct fl_schema *schema;
    const char *zone; /* business zone in force */
    bool text_ids;
    bool keeps_ids; /* text ids go to a customer_ids file */
    char mapping_digest[33];
    struct fl_import_input *inputs; /* plan->input_count */
    int import_lock;

    /* The columns that this import fills, as indexes into the schema's, in its order; a column of `layout`,
     * `pools` for each. */
    int columns[FL_ROW_COLUMNS_MAX];
    size_t column_count;
    int arrival;           /* of the arrival day among the schema's columns, -1 without */
    uint32_t word_sources; /* a bit for each of the schema's columns that has a pool */
    struct fl_row_layout layout;
    struct fl_word_pool *pools[FL_ROW_COLUMNS_MAX];
    struct fl_row_store *rows;
    struct fl_import_ids *ids;

    struct fl_data_file *files; /* published or about to be, not yet in the manifest */
    size_t file_count;
    unsigned part_count;
    uint64_t bytes_before; /* of the inputs that were read to their end */
    struct fl_import_first_reject first_reject;
};

/* --- import_inputs.c */
/* Digests of all inputs; what can be read only once is copied to a scratch file on the way. */
fl_status fl_import_hash_inputs(struct fl_import_job *job, struct fl_error *error);
/* Opens an input at its first byte; the caller closes. */
fl_status fl_import_open_input(const struct fl_import_job *job, size_t input, int *file,
                               struct fl_error *error);
/* FL_BAD_DATA when the open file is not the one that was hashed, or was written to since. A scratch file is
 * nobody else's. For readers that do not see all bytes themselves. */
fl_status fl_import_check_same(const struct fl_import_job *job, size_t input, int file,
                               struct fl_error *error);
void fl_import_close_inputs(struct fl_import_job *job);

/* --- import_columns.c */
/* Binds the mapping to every input once, to see which columns are filled, and sets up layout, pools and
 * stores. */
fl_status fl_import_open_columns(struct fl_import_job *job, struct fl_error *error);
void fl_import_close_columns(struct fl_import_job *job);
/* A reader over an input and the mapping bound to its header; `header` gets the header as CSV (NULL bytes:
 * the input has none). A reject file that comes back is read as if the columns that it was given were not
 * there.
 */
struct fl_import_reading {
    int file;
    enum fl_input_kind kind;
    struct fl_csv_reader *reader;   /* CSV */
    struct fl_ndjson_reader *lines; /* NDJSON */
    struct fl_typed_rows *typed;    /* PARQUET, ARROW */
    struct fl_typed_plan plan;      /* of those */
    struct fl_mapping_bound *bound;
    struct fl_buffer header;
    bool is_reject_file;
    size_t field_count; /* of its header, without those columns */
};
fl_status fl_import_open_reading(const struct fl_import_job *job, size_t input,
                                 struct fl_import_reading *reading, struct fl_error *error);
/* Binds the mapping to columns of these names, and keeps them as a header in CSV. */
fl_status fl_import_bind_names(const struct fl_import_job *job, size_t input, const struct fl_text *names,
                               size_t count, struct fl_import_reading *reading, struct fl_error *error);
/* The next record of the reading out of `reader`: its own, or one over a piece of its input. */
fl_status fl_import_next_record(const struct fl_import_reading *reading, struct fl_csv_reader *reader,
                                struct fl_csv_record *record, bool *more, struct fl_error *error);
void fl_import_close_reading(const struct fl_import_job *job, struct fl_import_reading *reading);

/* --- import_typed.c, import_ndjson.c: the same for inputs that are no CSV; reading->file is open */
fl_status fl_import_open_typed(const struct fl_import_job *job, size_t input,
                               struct fl_import_reading *reading, struct fl_error *error);
fl_status fl_import_open_lines(const struct fl_import_job *job, size_t input,
                               struct fl_import_reading *reading, struct fl_error *error);

/* --- import_row.c */
/* Completes a row that the mapping gave: the arrival day, the key of a text id, the numbers of words, for
 * which `pools` has one for each column of the layout. *any_new: a pool got a word that it did not have. */
fl_status fl_import_finish_row(const struct fl_import_job *job, struct fl_word_pool *const *pools,
                               struct fl_cell *row, uint32_t *filled, bool *any_new, struct fl_error *error);
/* The first column of a table says whose row it is; an empty word in quotes says nothing. */
bool fl_import_is_nameless(const struct fl_import_job *job, const struct fl_cell *row, uint32_t filled,
                           const struct fl_csv_record *record, struct fl_row_trouble *trouble);

/* --- import_read.c */
/* All rows of one input into the stores. Parts that are full are written on the way. */
fl_status fl_import_read_input(struct fl_import_job *job, size_t input, struct fl_error *error);

/* --- import_write.c */
/* Sorts and publishes the rows that wait as the next part, and empties stores and pools. */
fl_status fl_import_write_part(struct fl_import_job *job, struct fl_error *error);
fl_status fl_import_write_ids(struct fl_import_job *job, struct fl_error *error);

/* --- import_report.c */
/* Adds `rows` to the reason's count; what has no place any more goes to the last entry, "other reasons". */
void fl_import_count(struct fl_import_reason *reasons, size_t *count, const char *words, uint64_t rows);
/* FL_INTERRUPTED when the plan's progress says so. */
fl_status fl_import_progress(const struct fl_import_job *job, uint64_t bytes_read, struct fl_error *error);

/* --- import.c */
/* fl_import() with its sizes given. */
fl_status fl_import_tuned(const struct fl_import_plan *plan, const struct fl_import_tuning *tuning,
                          struct fl_import_report *report, struct fl_error *error);

#endif
