/* thrift_reader.h - checked steps through bytes of Thrift's compact protocol. */
#ifndef FORMATS_PARQUET_THRIFT_READER_H
#define FORMATS_PARQUET_THRIFT_READER_H

#include <stdbool.h>

#include "formats/base/cursor.h"
#include "formats/parquet/parquet_format.h"

/* The first thing that is wrong stays in `problem` and ends every loop: from then on each step gives nothing,
 * and the caller looks once, at the end. */
struct fl_thrift_reader {
    struct fl_cursor cursor;
    const char *problem; /* NULL: none; words for a message */
    bool is_cut;         /* the problem is that the bytes end too early */
};

/* Where a struct is read: start with {0}, once for each struct. */
struct fl_thrift_field {
    int32_t id;
    unsigned type; /* enum fl_thrift_type */
};

struct fl_thrift_bytes {
    const uint8_t *bytes; /* in what is read; NULL without any */
    uint32_t size;
};

static inline struct fl_thrift_reader fl_thrift_over(const uint8_t *bytes, size_t size)
{
    return (struct fl_thrift_reader){.cursor = fl_cursor_over(bytes, size)};
}

/* The next field of a struct; false at its end and after a problem. Whoever gets one reads or skips it. */
bool fl_thrift_next(struct fl_thrift_reader *reader, struct fl_thrift_field *field);

/* The value of the field; a problem when it is of another type. Integers of any width are taken. */
int64_t fl_thrift_integer(struct fl_thrift_reader *reader, const struct fl_thrift_field *field);
/* The same, and a problem unless it is within 32 bits. */
int32_t fl_thrift_integer32(struct fl_thrift_reader *reader, const struct fl_thrift_field *field);
bool fl_thrift_boolean(struct fl_thrift_reader *reader, const struct fl_thrift_field *field);
struct fl_thrift_bytes fl_thrift_binary(struct fl_thrift_reader *reader, const struct fl_thrift_field *field);
/* A problem unless the field is a struct, which the caller then steps through. */
bool fl_thrift_struct(struct fl_thrift_reader *reader, const struct fl_thrift_field *field);

/* How many elements the list has, never more than there are bytes left. `*element` is what reads or skips
 * each of them. */
uint32_t fl_thrift_list(struct fl_thrift_reader *reader, const struct fl_thrift_field *field,
                        struct fl_thrift_field *element);

/* Steps over a field, whatever it holds. */
void fl_thrift_skip(struct fl_thrift_reader *reader, const struct fl_thrift_field *field);

/* Words for a problem that the caller found. */
void fl_thrift_fail(struct fl_thrift_reader *reader, const char *problem);

#endif
