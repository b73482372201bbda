/* arrow_schema.h - the columns of an Arrow stream: their names, types, facts. */
#ifndef FORMATS_ARROW_ARROW_SCHEMA_H
#define FORMATS_ARROW_ARROW_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/base/text.h"

/* How the values of a type lie in its buffers. */
enum fl_arrow_layout {
    FL_ARROW_NOTHING, /* no buffers: each value is null */
    FL_ARROW_BITS,    /* a bit a value, lowest first */
    FL_ARROW_FIXED,   /* `width_bytes` a value */
    FL_ARROW_BYTES32, /* rows + 1 offsets of 4 bytes, then bytes */
    FL_ARROW_BYTES64, /* the same with offsets of 8 bytes */
    FL_ARROW_LIST32,  /* rows + 1 offsets of 4 bytes into a column of items */
    FL_ARROW_LIST64   /* the same with offsets of 8 bytes */
};

/* Every type that is read; the others are refused by their names. Integers up to FLOAT64 are stored as C has
 * them; float16 as its 16 bits. name          words            layout    width_bytes (0: said by the schema)
 */
#define FL_ARROW_KIND_LIST(X)                                                                                \
    X(NULLS, "null", NOTHING, 0)                                                                             \
    X(BOOL, "bool", BITS, 0)                                                                                 \
    X(INT8, "int8", FIXED, 1)                                                                                \
    X(INT16, "int16", FIXED, 2)                                                                              \
    X(INT32, "int32", FIXED, 4)                                                                              \
    X(INT64, "int64", FIXED, 8)                                                                              \
    X(UINT8, "uint8", FIXED, 1)                                                                              \
    X(UINT16, "uint16", FIXED, 2)                                                                            \
    X(UINT32, "uint32", FIXED, 4)                                                                            \
    X(UINT64, "uint64", FIXED, 8)                                                                            \
    X(FLOAT16, "float16", FIXED, 2)                                                                          \
    X(FLOAT32, "float32", FIXED, 4)                                                                          \
    X(FLOAT64, "float64", FIXED, 8)                                                                          \
    X(DECIMAL128, "decimal128", FIXED, 16) /* little-endian two's complement, times 10^-scale */             \
    X(DATE32, "date32", FIXED, 4)          /* days since 1970-01-01 */                                       \
    X(DATE64, "date64", FIXED, 8)          /* milliseconds since then */                                     \
    X(TIME32, "time32", FIXED, 4)          /* seconds or milliseconds of the day */                          \
    X(TIME64, "time64", FIXED, 8)          /* microseconds or nanoseconds of the day */                      \
    X(TIMESTAMP, "timestamp", FIXED, 8) /* since 1970-01-01; UTC when there is a zone, else a wall clock */  \
    X(DURATION, "duration", FIXED, 8)                                                                        \
    X(FIXED_BINARY, "fixed_size_binary", FIXED, 0)                                                           \
    X(BINARY, "binary", BYTES32, 0)                                                                          \
    X(UTF8, "utf8", BYTES32, 0)                                                                              \
    X(LARGE_BINARY, "large_binary", BYTES64, 0)                                                              \
    X(LARGE_UTF8, "large_utf8", BYTES64, 0)                                                                  \
    X(LIST, "list", LIST32, 0)                                                                               \
    X(LARGE_LIST, "large_list", LIST64, 0)

enum fl_arrow_kind {
#define X(name, words, layout, width_bytes) FL_ARROW_##name,
    FL_ARROW_KIND_LIST(X)
#undef X
};

/* The numbers are those of the format. */
enum fl_arrow_unit { FL_ARROW_SECOND, FL_ARROW_MILLI, FL_ARROW_MICRO, FL_ARROW_NANO };

struct fl_arrow_type {
    enum fl_arrow_kind kind;
    enum fl_arrow_unit unit;  /* TIME32, TIME64, TIMESTAMP, DURATION */
    uint32_t width_bytes;     /* FIXED layout */
    int32_t precision, scale; /* DECIMAL128: 1..38 digits; -38..38 of them behind the point */
    const char *zone;         /* TIMESTAMP: as the stream has it, or NULL */
};

struct fl_arrow_field {
    const char *name;
    bool nullable;
    struct fl_arrow_type type; /* of the values, when they lie in a dictionary, too */
    struct fl_arrow_type item; /* LIST, LARGE_LIST: of the items */
    const char *item_name;
    bool has_dictionary;
    bool is_ordered; /* the dictionary's order means something */
    int64_t dictionary_id;
    struct fl_arrow_type index; /* an integer: number of a word in the dictionary */
};

/* A word about the whole stream. */
struct fl_arrow_fact {
    struct fl_text key, value;
};

struct fl_arrow_schema {
    const struct fl_arrow_field *fields;
    size_t field_count;
    const struct fl_arrow_fact *facts;
    size_t fact_count;
};

enum fl_arrow_layout fl_arrow_kind_layout(enum fl_arrow_kind kind);
const char *fl_arrow_kind_words(enum fl_arrow_kind kind);
/* A type that needs no more than its kind. */
struct fl_arrow_type fl_arrow_type_of(enum fl_arrow_kind kind);
bool fl_arrow_type_equal(const struct fl_arrow_type *a, const struct fl_arrow_type *b);
/* "decimal128(18, 6)", "timestamp(us, Europe/Amsterdam)", "dictionary<int32, utf8>", "list<utf8>": for
 * people. */
void fl_arrow_field_words(const struct fl_arrow_field *field, char words[128]);

#endif
