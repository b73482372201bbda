/* model_csv.h - reads the model's small CSV files: columns by header name, each wrong cell named by its
 * place. */
#ifndef ENGINE_MODEL_MODEL_CSV_H
#define ENGINE_MODEL_MODEL_CSV_H

#include "formats/base/decimal.h"
#include "formats/base/limits.h"
#include "formats/importers/csv_reader.h"

enum { FL_MODEL_CSV_COLUMNS_MAX = 16 };

/* One open file. `record` is the record in hand; `column_of[i]` its field of the i-th wanted column. */
struct fl_model_csv {
    struct fl_csv_reader *reader;
    const char *shown_path;
    const char *const *wanted; /* NULL-ended */
    struct fl_csv_record record;
    size_t field_count;                          /* of the header */
    int column_of[FL_MODEL_CSV_COLUMNS_MAX];     /* -1: optional and absent */
    uint64_t unnamed[FL_RECORD_FIELDS_MAX / 64]; /* fields under an empty header, which must stay empty */
};

/* Reads the header line. The first `required` of the `wanted` names must be there; a name that is not wanted
 * is refused with the nearest one; an unnamed column (spreadsheets write them) must be empty in every line.
 * `bytes`, `shown_path` and `wanted` are borrowed until close. Every failure is FL_BAD_MODEL with line and
 * column, or FL_NO_MEMORY. */
fl_status fl_model_csv_open(struct fl_model_csv *csv, const char *bytes, size_t size, const char *shown_path,
                            const char *const *wanted, size_t required, struct fl_error *error);
void fl_model_csv_close(struct fl_model_csv *csv);
/* The next line, checked to have as many fields as the header, all of valid UTF-8. */
fl_status fl_model_csv_next(struct fl_model_csv *csv, bool *more, struct fl_error *error);

/* FL_BAD_MODEL at the cell of wanted column `column`, the line itself appended under a caret. */
fl_status fl_model_csv_fail(const struct fl_model_csv *csv, int column, struct fl_error *error,
                            const char *format, ...) __attribute__((format(printf, 4, 5)));
/* Where byte `offset` of the text of a cell that is there stands in the line, from 1. `walk` begins as zero
 * for each cell; within one offsets do not fall. */
struct fl_model_csv_walk {
    size_t offset, quotes;
};
uint32_t fl_model_csv_place(const struct fl_model_csv *csv, int column, size_t offset,
                            struct fl_model_csv_walk *walk);
/* The same as fl_model_csv_fail() at that place. */
fl_status fl_model_csv_fail_within(const struct fl_model_csv *csv, int column, size_t offset,
                                   struct fl_error *error, const char *sentence);
/* The cell's text; empty for an absent optional column. */
struct fl_text fl_model_csv_text(const struct fl_model_csv *csv, int column);
/* A whole number in min..max. */
fl_status fl_model_csv_integer(const struct fl_model_csv *csv, int column, int64_t min, int64_t max,
                               int64_t *value, struct fl_error *error);
/* A decimal number with a point or a comma. */
fl_status fl_model_csv_decimal(const struct fl_model_csv *csv, int column, struct fl_decimal *value,
                               struct fl_error *error);
/* The same as thousandths; at most 3 decimals, and within min..max thousandths. */
fl_status fl_model_csv_thousandths(const struct fl_model_csv *csv, int column, int64_t min, int64_t max,
                                   int64_t *value, struct fl_error *error);
/* Index of the cell's word in NULL-ended `words`; the nearest is named otherwise. */
fl_status fl_model_csv_choice(const struct fl_model_csv *csv, int column, const char *const *words,
                              int *index, struct fl_error *error);

/* The word of NULL-ended `words` that is nearest to `text`, or NULL when none is near. */
const char *fl_nearest_word(const char *const *words, struct fl_text text);

#endif
