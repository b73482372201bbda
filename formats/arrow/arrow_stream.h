/* arrow_stream.h - reads an Arrow IPC stream, or the stream inside of an Arrow file, batch by batch. */
#ifndef FORMATS_ARROW_ARROW_STREAM_H
#define FORMATS_ARROW_ARROW_STREAM_H

#include "formats/arrow/arrow_column.h"
#include "formats/base/io.h"
#include "formats/base/status.h"

struct fl_arrow_stream;

struct fl_arrow_options {
    /* Bytes to hold at most: a whole batch, what it unpacks to, all dictionaries. */
    uint64_t memory_max;
    /* Take a stream that just ends as whole. Without this it counts as cut: a writer that died leaves the
     * same. */
    bool end_marker_optional;
};

/* Whether bytes that start so are an Arrow stream or file. 8 bytes tell; fewer never do. */
bool fl_arrow_is_stream(const uint8_t *bytes, size_t size);
bool fl_arrow_is_file(const uint8_t *bytes, size_t size);

/* Reads the schema. `file` stays the caller's, is read from where it stands, and may be a pipe. `name` is for
 * messages. FL_CORRUPT; FL_UNSUPPORTED names what is not read; FL_LIMIT; FL_IO; on failure *stream is NULL.
 * One stream belongs to one thread at a time. */
fl_status fl_arrow_stream_open(const struct fl_io *io, int file, const char *name,
                               const struct fl_arrow_options *options, struct fl_arrow_stream **stream,
                               struct fl_error *error);
void fl_arrow_stream_close(struct fl_arrow_stream *stream);

/* Lives as long as the stream. */
const struct fl_arrow_schema *fl_arrow_stream_schema(const struct fl_arrow_stream *stream);

/* Reads the next batch whole and checks its shape; *rows of it. *done: there was none, and nothing is behind
 * the end, which is looked for: on a pipe this waits until the writer closes it. A file's footer has been
 * compared with what was read. */
fl_status fl_arrow_stream_next(struct fl_arrow_stream *stream, size_t *rows, bool *done,
                               struct fl_error *error);

/* Column `index` of the batch, unpacked and checked when first asked for; lives until the next batch. Columns
 * that are not asked for cost only their reading. */
fl_status fl_arrow_stream_column(struct fl_arrow_stream *stream, size_t index,
                                 const struct fl_arrow_column **column, struct fl_error *error);

/* What has been read so far. */
struct fl_arrow_counts {
    uint64_t batches, rows, dictionary_batches, packed_batches, bytes;
    bool is_file;
};
struct fl_arrow_counts fl_arrow_stream_counts(const struct fl_arrow_stream *stream);

#endif
