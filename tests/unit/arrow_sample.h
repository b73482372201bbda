/* arrow_sample.h - an Arrow stream with every kind of column, and memory to read it from. */
#ifndef TESTS_UNIT_ARROW_SAMPLE_H
#define TESTS_UNIT_ARROW_SAMPLE_H

#include "formats/arrow/arrow_stream.h"
#include "formats/base/arena.h"

/* Every kind as a column of its own, lists of some, dictionaries of some. */
enum { ARROW_SAMPLE_COLUMNS = 40 };

struct arrow_sample {
    struct fl_arena arena; /* of everything below */
    struct fl_arrow_schema schema;
    struct fl_arrow_field fields[ARROW_SAMPLE_COLUMNS];
    struct fl_arrow_column columns[ARROW_SAMPLE_COLUMNS], words[ARROW_SAMPLE_COLUMNS];
    size_t rows;
};

/* With nulls in every third row, or without; values depend on row and column alone. */
void arrow_sample_init(struct arrow_sample *sample, size_t rows, bool has_nulls);
void arrow_sample_release(struct arrow_sample *sample);
/* Its stream: dictionaries, `batches` times the same batch, end marker. */
void arrow_sample_write(const struct arrow_sample *sample, size_t batches, struct fl_buffer *bytes);

/* A descriptor over bytes in memory: reads give at most `step` bytes at a time; writes append to `written`.
 * fail_after: reads fail with EIO once so many bytes were given; SIZE_MAX: never. */
extern const struct fl_io arrow_memory_io;
struct arrow_memory {
    const uint8_t *bytes;
    size_t size, at, step, fail_after;
    struct fl_buffer *written;
};
extern struct arrow_memory arrow_memory;
/* Reads are to come from these bytes, whole. */
void arrow_memory_set(const void *bytes, size_t size);

/* Opens what arrow_memory holds. */
fl_status arrow_memory_open(const struct fl_arrow_options *options, struct fl_arrow_stream **stream,
                            struct fl_error *error);
/* Reads all of what arrow_memory holds, every column of every batch; the rows of it. */
fl_status arrow_memory_read(const struct fl_arrow_options *options, uint64_t *rows, struct fl_error *error);
/* The same of `bytes`, with 64 MiB of memory. */
fl_status arrow_read_bytes(const struct fl_buffer *bytes, struct fl_error *error);

#endif
