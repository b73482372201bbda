/* flatbuffer_reader.h - reads FlatBuffers from outside: each step is checked against the end of the bytes. */
#ifndef FORMATS_ARROW_FLATBUFFER_READER_H
#define FORMATS_ARROW_FLATBUFFER_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/base/text.h"

/* One buffer. `broken` stays NULL until something lies outside of the bytes, then says what; from there on
 * every answer is the default, so that a caller may ask for several things before it looks. */
struct fl_flat {
    const uint8_t *bytes;
    size_t size;
    const char *broken;
};

/* A table inside of a buffer; `at` 0: there is none, each of its fields is absent. */
struct fl_flat_table {
    struct fl_flat *flat;
    size_t at, fields_at;  /* of the table, of the list of places of its fields */
    unsigned fields, size; /* how many fields the list has, bytes of the table */
};

/* Items of `count` times a size that the caller named; NULL and 0 when absent. */
struct fl_flat_vector {
    struct fl_flat *flat;
    const uint8_t *items;
    size_t count;
};

struct fl_flat_table fl_flat_root(struct fl_flat *flat);

/* Fields are numbered from 0 as the schema of the format lists them. An absent one reads as `fallback`. */
int8_t fl_flat_int8(const struct fl_flat_table *table, unsigned field, int8_t fallback);
int16_t fl_flat_int16(const struct fl_flat_table *table, unsigned field, int16_t fallback);
int32_t fl_flat_int32(const struct fl_flat_table *table, unsigned field, int32_t fallback);
int64_t fl_flat_int64(const struct fl_flat_table *table, unsigned field, int64_t fallback);
struct fl_flat_table fl_flat_table(const struct fl_flat_table *table, unsigned field);
/* Borrowed from the buffer, any bytes; `bytes` is NULL when absent. */
struct fl_text fl_flat_text(const struct fl_flat_table *table, unsigned field);
/* Items of `item_size` bytes that lie one behind the other: numbers, structs. */
struct fl_flat_vector fl_flat_vector(const struct fl_flat_table *table, unsigned field, size_t item_size);
/* The index-th table of a vector of tables, which has items of 4 bytes. */
struct fl_flat_table fl_flat_table_at(const struct fl_flat_vector *vector, size_t index);

#endif
