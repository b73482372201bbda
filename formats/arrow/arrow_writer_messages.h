/* arrow_writer_messages.h - the metadata of the messages that are written. */
#ifndef FORMATS_ARROW_ARROW_WRITER_MESSAGES_H
#define FORMATS_ARROW_ARROW_WRITER_MESSAGES_H

#include "formats/arrow/arrow_schema.h"
#include "formats/arrow/flatbuffer_writer.h"

/* What a batch's metadata lists: pairs of int64, (rows, nulls) and (offset in the body, bytes). */
struct fl_arrow_outline {
    int64_t rows, body_bytes;
    const int64_t *nodes, *buffers;
    size_t node_count, buffer_count;
};

/* A schema inside of another table, as a message or a file's footer has it. */
void fl_arrow_put_schema_table(struct fl_flat_writer *flat, size_t reference,
                               const struct fl_arrow_schema *schema);
/* Each makes one message in `flat`; flat->failed: no memory. */
void fl_arrow_put_schema(struct fl_flat_writer *flat, const struct fl_arrow_schema *schema);
void fl_arrow_put_batch(struct fl_flat_writer *flat, const struct fl_arrow_outline *outline);
void fl_arrow_put_words(struct fl_flat_writer *flat, int64_t dictionary_id,
                        const struct fl_arrow_outline *outline);

#endif
