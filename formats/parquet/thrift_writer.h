/* thrift_writer.h - structs in Thrift's compact protocol. */
#ifndef FORMATS_PARQUET_THRIFT_WRITER_H
#define FORMATS_PARQUET_THRIFT_WRITER_H

#include <stdbool.h>

#include "formats/base/arena.h"
#include "formats/parquet/parquet_format.h"

/* Structs within structs; the footer has 5: file, schema element, logical type, its timestamp, its unit. */
enum { FL_THRIFT_DEPTH_MAX = 8 };

/* Appends to a buffer that somebody else owns. Fields of a struct are put in ascending order of their number,
 * at most 15 apart. Memory that runs out is remembered in `failed`, so that it is asked for once, at the end.
 */
struct fl_thrift_writer {
    struct fl_buffer *out;
    bool failed;
    int depth;                           /* the struct that is being written */
    int last_field[FL_THRIFT_DEPTH_MAX]; /* of each struct around it, the field written last */
};

/* Opens the outermost struct. */
void fl_thrift_begin(struct fl_thrift_writer *writer, struct fl_buffer *out);
/* Closes it; false: no memory, and `out` holds anything. */
bool fl_thrift_finish(struct fl_thrift_writer *writer);

void fl_thrift_put_bool(struct fl_thrift_writer *writer, int field, bool value);
void fl_thrift_put_byte(struct fl_thrift_writer *writer, int field, int8_t value);
void fl_thrift_put_i16(struct fl_thrift_writer *writer, int field, int16_t value);
void fl_thrift_put_i32(struct fl_thrift_writer *writer, int field, int32_t value);
void fl_thrift_put_i64(struct fl_thrift_writer *writer, int field, int64_t value);
void fl_thrift_put_binary(struct fl_thrift_writer *writer, int field, const void *bytes, size_t size);
void fl_thrift_put_text(struct fl_thrift_writer *writer, int field, const char *text);

/* A struct as a field: its own fields follow, then fl_thrift_close_struct(). */
void fl_thrift_open_struct(struct fl_thrift_writer *writer, int field);
void fl_thrift_close_struct(struct fl_thrift_writer *writer);

/* The head of a list as a field; `count` elements follow, each by one of the calls below. */
void fl_thrift_put_list(struct fl_thrift_writer *writer, int field, enum fl_thrift_type element,
                        size_t count);
void fl_thrift_add_bool(struct fl_thrift_writer *writer, bool value);
void fl_thrift_add_i32(struct fl_thrift_writer *writer, int32_t value);
void fl_thrift_add_i64(struct fl_thrift_writer *writer, int64_t value);
void fl_thrift_add_binary(struct fl_thrift_writer *writer, const void *bytes, size_t size);
/* A struct as an element, closed by fl_thrift_close_struct(). */
void fl_thrift_add_struct(struct fl_thrift_writer *writer);

#endif
