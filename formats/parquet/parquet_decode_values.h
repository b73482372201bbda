/* parquet_decode_values.h - the values of one page, taken in pieces. */
#ifndef FORMATS_PARQUET_PARQUET_DECODE_VALUES_H
#define FORMATS_PARQUET_PARQUET_DECODE_VALUES_H

#include "formats/parquet/parquet_decode_delta.h"
#include "formats/parquet/parquet_decode_hybrid.h"
#include "formats/parquet/parquet_read_memory.h"
#include "formats/parquet/parquet_read.h"

struct fl_parquet_dictionary {
    struct fl_buffer page;  /* unpacked; texts lie in it */
    struct fl_buffer words; /* values in the column's form */
    uint32_t count;
    bool is_there;
};

enum fl_parquet_way {
    FL_PARQUET_WAY_FIXED,         /* PLAIN of values of one size */
    FL_PARQUET_WAY_LENGTHS,       /* PLAIN byte arrays: each behind its length */
    FL_PARQUET_WAY_BITS,          /* booleans */
    FL_PARQUET_WAY_INDICES,       /* of a dictionary */
    FL_PARQUET_WAY_DELTA,         /* DELTA_BINARY_PACKED */
    FL_PARQUET_WAY_DELTA_LENGTHS, /* all lengths, then all bytes */
    FL_PARQUET_WAY_DELTA_TEXTS,   /* each continues a part of the one before */
    FL_PARQUET_WAY_STREAMS        /* first bytes of all values, then all second ones .. */
};

/* The bytes of the page must stay where they are as long as texts taken from it are in use. */
struct fl_parquet_reader {
    const struct fl_parquet_field *column;
    enum fl_parquet_way way;
    uint32_t value_size; /* FIXED, STREAMS: bytes of a value in the page */
    struct fl_cursor cursor;
    struct fl_parquet_hybrid hybrid;
    struct fl_parquet_delta delta;    /* values, or lengths */
    struct fl_parquet_delta prefixes; /* DELTA_TEXTS: how much of the text before is kept */
    struct fl_text previous;
    const struct fl_parquet_dictionary *dictionary;
    size_t stream_values, stream_at; /* STREAMS: values in all, values taken */
};

/* Requires: `encoding` as the page says it; dictionary may be one that is not there. FL_UNSUPPORTED,
 * FL_CORRUPT. */
fl_status fl_parquet_reader_begin(struct fl_parquet_reader *reader, const struct fl_parquet_field *column,
                                  int32_t encoding, const uint8_t *bytes, size_t size, uint32_t values_max,
                                  const struct fl_parquet_dictionary *dictionary, struct fl_error *error);

/* Bytes that the next `count` texts need beside the page (DELTA_TEXTS; 0 for the rest); they must be given to
 * fl_parquet_reader_take() and live as long as the texts. */
fl_status fl_parquet_reader_measure(const struct fl_parquet_reader *reader, size_t count,
                                    uint64_t *size_bytes, struct fl_error *error);

/* The next `count` values into `values`, in the column's form. INDICES: also into indices[count]. */
fl_status fl_parquet_reader_take(struct fl_parquet_reader *reader, void *values, size_t count,
                                 uint32_t *indices, uint8_t *beside, struct fl_error *error);

/* FL_CORRUPT when the page has more than what was taken. */
fl_status fl_parquet_reader_end(const struct fl_parquet_reader *reader, struct fl_error *error);

/* Bytes of a value in the column's form. */
size_t fl_parquet_form_size(enum fl_parquet_form form);

#endif
