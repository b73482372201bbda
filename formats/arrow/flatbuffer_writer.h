/* flatbuffer_writer.h - builds FlatBuffers from front to back. */
#ifndef FORMATS_ARROW_FLATBUFFER_WRITER_H
#define FORMATS_ARROW_FLATBUFFER_WRITER_H

#include <stdbool.h>

#include "formats/base/arena.h"
#include "formats/base/text.h"

/* The buffer grows at its end. A table or vector is written first, with room for its references; what they
 * point to is written after it, since references can only point forwards. `failed`: no memory, and nothing
 * that is in the buffer may be used. Zero-initialise, fl_flat_begin(). */
struct fl_flat_writer {
    struct fl_buffer buffer;
    bool failed;
};

/* A field of a table: `size` bytes, 1, 2, 4 or 8; 0: absent. A reference has 4 bytes and value 0 for the time
 * being. */
struct fl_flat_field {
    unsigned size;
    int64_t value;
};
#define FL_FLAT_ABSENT       ((struct fl_flat_field){0, 0})
#define FL_FLAT_INT8(value)  ((struct fl_flat_field){1, (value)})
#define FL_FLAT_INT16(value) ((struct fl_flat_field){2, (value)})
#define FL_FLAT_INT32(value) ((struct fl_flat_field){4, (value)})
#define FL_FLAT_INT64(value) ((struct fl_flat_field){8, (value)})
#define FL_FLAT_REFERENCE    ((struct fl_flat_field){4, 0})

enum { FL_FLAT_FIELDS_MAX = 8 };

/* Forgets what was there and leaves room for the reference to the root, which is place 0. */
void fl_flat_begin(struct fl_flat_writer *writer);
/* Each of these writes something at the end and lets the reference at place `reference` point to it.
 * places[i] is where field i of the table lies, which is the `reference` for what it points to. */
void fl_flat_put_table(struct fl_flat_writer *writer, size_t reference, const struct fl_flat_field *fields,
                       unsigned count, size_t places[FL_FLAT_FIELDS_MAX]);
/* A vector of `count` references; the place of the first, the others follow 4 bytes apart. */
size_t fl_flat_put_references(struct fl_flat_writer *writer, size_t reference, size_t count);
/* A vector of structs of `per_item` numbers each. */
void fl_flat_put_structs(struct fl_flat_writer *writer, size_t reference, const int64_t *numbers,
                         size_t items, unsigned per_item);
void fl_flat_put_text(struct fl_flat_writer *writer, size_t reference, struct fl_text text);
/* Zeros up to a multiple of 8 bytes. */
void fl_flat_finish(struct fl_flat_writer *writer);
void fl_flat_writer_release(struct fl_flat_writer *writer);

#endif
