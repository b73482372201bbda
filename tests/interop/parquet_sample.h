/* parquet_sample.h - a table of every kind of column, whose cells follow from their row. */
#ifndef TESTS_INTEROP_PARQUET_SAMPLE_H
#define TESTS_INTEROP_PARQUET_SAMPLE_H

#include "formats/base/arena.h"
#include "formats/parquet/parquet_write.h"

enum parquet_sample_nulls { SAMPLE_REQUIRED, SAMPLE_NO_NULLS, SAMPLE_SOME_NULLS, SAMPLE_ALL_NULLS };

enum { SAMPLE_COLUMNS = 17, SAMPLE_WORDS = 18 };

struct parquet_sample {
    size_t rows;
    struct fl_parquet_column columns[SAMPLE_COLUMNS];
    struct fl_parquet_cells cells[SAMPLE_COLUMNS];
    struct fl_parquet_words words;
    struct fl_arena arena;
};

/* Ends the program when there is no memory. The formulas are in parquet_sample.c; parquet_readers.mjs has
 * them once more, in other words. */
void parquet_sample_make(struct parquet_sample *sample, size_t rows, enum parquet_sample_nulls nulls);
void parquet_sample_release(struct parquet_sample *sample);

/* How the sample is written. */
struct parquet_sample_way {
    enum fl_parquet_codec codec;
    size_t batch_rows; /* of one append */
    uint64_t group_rows;
    uint32_t page_rows;
};
fl_status parquet_sample_write(const struct parquet_sample *sample, const struct parquet_sample_way *way,
                               struct fl_output *output, struct fl_error *error);

#endif
