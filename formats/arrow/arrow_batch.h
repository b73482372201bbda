/* arrow_batch.h - what a record batch message claims, checked, and its buffers. */
#ifndef FORMATS_ARROW_ARROW_BATCH_H
#define FORMATS_ARROW_ARROW_BATCH_H

#include "formats/arrow/arrow_column.h"
#include "formats/arrow/arrow_memory.h"
#include "formats/arrow/arrow_unpack.h"
#include "formats/arrow/flatbuffer_reader.h"

/* A message's table and body; lives as long as these. */
struct fl_arrow_batch {
    size_t rows;
    struct fl_flat_vector nodes, buffers;
    enum fl_arrow_codec codec;
    const uint8_t *body;
    size_t body_bytes;
    struct fl_arrow_pieces *pieces; /* where what does not lie in the body goes */
};

/* How many nodes and buffers of a batch belong to something. */
struct fl_arrow_span {
    size_t nodes, buffers;
};
struct fl_arrow_span fl_arrow_type_span(const struct fl_arrow_type *type);
struct fl_arrow_span fl_arrow_field_span(const struct fl_arrow_field *field);

/* Checks a RecordBatch table: it has as many nodes and buffers as `wanted`; each buffer lies in the body and
 * all of them together are no larger than it, so that no byte is worth checking twice. FL_CORRUPT,
 * FL_UNSUPPORTED (an unknown compression), FL_LIMIT (rows). */
fl_status fl_arrow_batch_open(const struct fl_flat_table *table, const uint8_t *body, size_t body_bytes,
                              struct fl_arrow_span wanted, struct fl_arrow_pieces *pieces,
                              struct fl_arrow_batch *batch, struct fl_error *error);

/* Fills `column` with values of `type` from the node and the buffers at `at`, all of it checked; a list's
 * items go into *items, of type `item`. It lives as long as the body and the batch's pieces. FL_CORRUPT,
 * FL_LIMIT, FL_NO_MEMORY. */
fl_status fl_arrow_column_read(const struct fl_arrow_batch *batch, struct fl_arrow_span at,
                               const struct fl_arrow_type *type, const struct fl_arrow_type *item,
                               struct fl_arrow_column *column, struct fl_arrow_column *items,
                               struct fl_error *error);

#endif
