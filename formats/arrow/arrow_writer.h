/* arrow_writer.h - writes an Arrow IPC stream. */
#ifndef FORMATS_ARROW_ARROW_WRITER_H
#define FORMATS_ARROW_ARROW_WRITER_H

#include "formats/arrow/arrow_column.h"
#include "formats/base/publish.h"

/* Metadata of version V5, buffers uncompressed, each batch and each buffer at a multiple of 64 bytes from the
 * start of the stream, so that a program which maps the file can use them where they lie. The bytes depend on
 * what is written alone. */
struct fl_arrow_writer;

/* Writes the schema, which must live as long as the writer, as `output` must. FL_NO_MEMORY, and those of
 * fl_output_write(), as for all below; after a failure only fl_arrow_writer_free() may follow. */
fl_status fl_arrow_writer_create(const struct fl_arrow_schema *schema, struct fl_output *output,
                                 struct fl_arrow_writer **writer, struct fl_error *error);
/* The words of field `index`, which has a dictionary; replaces those before. Every such field needs them
 * before the first batch. */
fl_status fl_arrow_writer_words(struct fl_arrow_writer *writer, size_t index,
                                const struct fl_arrow_column *words, struct fl_error *error);
/* One column for each field, of its type (a dictionary's: of its index type), each of `rows` rows. Bits of
 * the last byte of a validity that belong to no row are written as they are. */
fl_status fl_arrow_writer_batch(struct fl_arrow_writer *writer, const struct fl_arrow_column *columns,
                                size_t rows, struct fl_error *error);
/* The end-of-stream marker. */
fl_status fl_arrow_writer_end(struct fl_arrow_writer *writer, struct fl_error *error);
void fl_arrow_writer_free(struct fl_arrow_writer *writer);

#endif
