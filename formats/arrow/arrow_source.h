/* arrow_source.h - messages of an Arrow stream, one behind the other. */
#ifndef FORMATS_ARROW_ARROW_SOURCE_H
#define FORMATS_ARROW_ARROW_SOURCE_H

#include "formats/arrow/arrow_memory.h"
#include "formats/arrow/flatbuffer_reader.h"
#include "formats/base/io.h"

/* Where bytes come from: an open descriptor, read from front to back. Zero-initialise but for the first
 * three. */
struct fl_arrow_source {
    const struct fl_io *io;
    int file;
    struct fl_arrow_budget *budget;
    uint64_t offset; /* bytes handed out so far */
    uint8_t ahead[8];
    size_t ahead_count; /* bytes of `ahead` that were looked at but not handed out */
    struct fl_buffer metadata, body;
};

enum fl_arrow_found {
    FL_ARROW_MESSAGE,
    FL_ARROW_END_MARKER,
    FL_ARROW_END_OF_BYTES /* without a marker */
};

/* A message, its metadata checked as far as it is named here. Everything lives until the next one is read. */
struct fl_arrow_message {
    enum fl_arrow_found found;
    struct fl_flat flat;
    int header_type;
    struct fl_flat_table header;
    const uint8_t *body;
    uint64_t body_bytes;
    uint64_t offset;         /* of its first byte */
    uint32_t metadata_bytes; /* from there to its body */
};

/* Reads the next message and its body. `message` must stay where it is while its tables are used. FL_CORRUPT:
 * cut, or not a message; FL_UNSUPPORTED: a version before 4; FL_LIMIT; FL_IO. The offset of the message is in
 * `error`. */
fl_status fl_arrow_source_next(struct fl_arrow_source *source, struct fl_arrow_message *message,
                               struct fl_error *error);
/* Up to `size` bytes; *got is less only at the end. */
fl_status fl_arrow_source_read(struct fl_arrow_source *source, void *bytes, size_t size, size_t *got,
                               struct fl_error *error);
/* Looks at the first bytes without handing them out; *got < 8 when there are no more. Before anything is read
 * only. */
fl_status fl_arrow_source_peek(struct fl_arrow_source *source, const uint8_t **bytes, size_t *got,
                               struct fl_error *error);
void fl_arrow_source_release(struct fl_arrow_source *source);

#endif
