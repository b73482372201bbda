/* arrow_sample.h - Arrow streams made for tests: every kind of column, or messages put together by hand. */
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

/* One message of a batch or of a dictionary by hand. */
struct arrow_hand_buffer {
    const void *bytes;
    size_t size;
};
struct arrow_hand {
    bool is_dictionary, is_delta;
    int64_t dictionary_id, rows;
    const int64_t *nodes; /* rows, nulls of each */
    size_t node_count;
    const struct arrow_hand_buffer *buffers;
    size_t buffer_count;
    bool shares_bytes; /* all buffers lie over the first bytes of a body as large as the last one */
    int codec;         /* -1: none; else the number in the format, whose bytes the buffers hold already */
};
void arrow_hand_schema(const struct fl_arrow_field *fields, size_t count, struct fl_buffer *bytes);
void arrow_hand_batch(const struct arrow_hand *hand, struct fl_buffer *bytes);
void arrow_hand_end(struct fl_buffer *bytes);

#endif
