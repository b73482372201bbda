/* reject_file.h - the refused rows of one input as a file to mend. */
#ifndef FORMATS_IMPORTERS_REJECT_FILE_H
#define FORMATS_IMPORTERS_REJECT_FILE_H

#include "formats/base/io.h"
#include "formats/base/status.h"
#include "formats/importers/mapping.h"

#define FL_REJECT_FOLDER "rejects"

struct fl_reject_plan {
    const struct fl_io *io;
    const char *folder;      /* the data folder */
    const char *import_id;   /* its first 16 digits go into the name */
    size_t input_number;     /* from 1 */
    const char *shown_input; /* stands in the column reject_file */
    char delimiter;          /* the source's */
    struct fl_text header;   /* the source's, as it stood; NULL bytes: it has none */
    size_t field_count;      /* of a record that is not too short */
};

struct fl_reject_file;

/* Starts <folder>/rejects/<import id>-<input number>.csv, mode 0600, under a temporary name: the source's
 * header with the columns reject_file, reject_line, reject_column, reject_reason at its end. */
fl_status fl_reject_file_create(const struct fl_reject_plan *plan, struct fl_reject_file **file,
                                struct fl_error *error);
/* The record as it stood, with where and why. A record that is too short gets empty fields, or what is said
 * about it would stand in the columns of the data as soon as a spreadsheet fills the line up. */
fl_status fl_reject_file_add(struct fl_reject_file *file, const struct fl_csv_record *record,
                             const struct fl_row_trouble *trouble, struct fl_error *error);
/* Publishes and frees; its path goes to `path`, cut to `path_size`. */
fl_status fl_reject_file_commit(struct fl_reject_file *file, char *path, size_t path_size,
                                struct fl_error *error);
/* Nothing stays; NULL is fine. */
void fl_reject_file_abort(struct fl_reject_file *file);
/* Whether a header ends with the columns of a reject file. */
bool fl_reject_file_is_header(const struct fl_csv_record *header);
/* Whether a file that starts with these bytes has such a header. */
bool fl_reject_file_starts_so(struct fl_text text);
/* Takes their cells off a record of a reject file, so that it is again as it stood; `field_count` is what the
 * header has without those columns. A record that was put in by hand may lack them. One that was too short
 * and got empty fields is as short again, until something stands in them or its reason is cleared. */
void fl_reject_file_restore(struct fl_csv_record *record, size_t field_count);
/* Takes a published one away again, as far as possible. */
void fl_reject_file_remove(const struct fl_reject_plan *plan);

#endif
