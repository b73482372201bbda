/* parquet_format.h - the numbers that Apache Parquet's own definition (parquet.thrift) gives to things. */
#ifndef FORMATS_PARQUET_PARQUET_FORMAT_H
#define FORMATS_PARQUET_PARQUET_FORMAT_H

#include <stdint.h>

/* A file is "PAR1", the pages, the footer (struct FileMetaData in Thrift's compact protocol), the footer's
 * size as le32, "PAR1". A file with an encrypted footer ends with "PARE" instead. */
#define FL_PARQUET_MAGIC           "PAR1"
#define FL_PARQUET_MAGIC_ENCRYPTED "PARE"
enum { FL_PARQUET_MAGIC_SIZE = 4, FL_PARQUET_TAIL_SIZE = 8 };

/* How values lie in pages. */
#define FL_PARQUET_TYPE_LIST(X)                                                                              \
    X(0, BOOLEAN)                                                                                            \
    X(1, INT32)                                                                                              \
    X(2, INT64)                                                                                              \
    X(3, INT96)                                                                                              \
    X(4, FLOAT)                                                                                              \
    X(5, DOUBLE)                                                                                             \
    X(6, BYTE_ARRAY)                                                                                         \
    X(7, FIXED_LEN_BYTE_ARRAY)

/* What values mean, as older readers know it. */
#define FL_PARQUET_CONVERTED_LIST(X)                                                                         \
    X(0, UTF8)                                                                                               \
    X(1, MAP)                                                                                                \
    X(2, MAP_KEY_VALUE)                                                                                      \
    X(3, LIST)                                                                                               \
    X(4, ENUM)                                                                                               \
    X(5, DECIMAL)                                                                                            \
    X(6, DATE)                                                                                               \
    X(7, TIME_MILLIS)                                                                                        \
    X(8, TIME_MICROS)                                                                                        \
    X(9, TIMESTAMP_MILLIS)                                                                                   \
    X(10, TIMESTAMP_MICROS)                                                                                  \
    X(11, UINT_8)                                                                                            \
    X(12, UINT_16)                                                                                           \
    X(13, UINT_32)                                                                                           \
    X(14, UINT_64)                                                                                           \
    X(15, INT_8)                                                                                             \
    X(16, INT_16)                                                                                            \
    X(17, INT_32)                                                                                            \
    X(18, INT_64)                                                                                            \
    X(19, JSON)                                                                                              \
    X(20, BSON)                                                                                              \
    X(21, INTERVAL)

/* What values mean, as newer readers know it: the field of union LogicalType that is set. */
#define FL_PARQUET_LOGICAL_LIST(X)                                                                           \
    X(1, STRING)                                                                                             \
    X(2, MAP)                                                                                                \
    X(3, LIST)                                                                                               \
    X(4, ENUM)                                                                                               \
    X(5, DECIMAL)                                                                                            \
    X(6, DATE)                                                                                               \
    X(7, TIME)                                                                                               \
    X(8, TIMESTAMP)                                                                                          \
    X(10, INTEGER)                                                                                           \
    X(11, UNKNOWN)                                                                                           \
    X(12, JSON)                                                                                              \
    X(13, BSON)                                                                                              \
    X(14, UUID)                                                                                              \
    X(15, FLOAT16)                                                                                           \
    X(16, VARIANT)                                                                                           \
    X(17, GEOMETRY)                                                                                          \
    X(18, GEOGRAPHY)

#define FL_PARQUET_REPETITION_LIST(X)                                                                        \
    X(0, REQUIRED)                                                                                           \
    X(1, OPTIONAL)                                                                                           \
    X(2, REPEATED)

#define FL_PARQUET_ENCODING_LIST(X)                                                                          \
    X(0, PLAIN)                                                                                              \
    X(2, PLAIN_DICTIONARY)                                                                                   \
    X(3, RLE)                                                                                                \
    X(4, BIT_PACKED)                                                                                         \
    X(5, DELTA_BINARY_PACKED)                                                                                \
    X(6, DELTA_LENGTH_BYTE_ARRAY)                                                                            \
    X(7, DELTA_BYTE_ARRAY)                                                                                   \
    X(8, RLE_DICTIONARY)                                                                                     \
    X(9, BYTE_STREAM_SPLIT)

/* LZ4 is a deprecated codec of uncertain framing; LZ4_RAW is the plain block. */
#define FL_PARQUET_CODEC_LIST(X)                                                                             \
    X(0, UNCOMPRESSED)                                                                                       \
    X(1, SNAPPY)                                                                                             \
    X(2, GZIP)                                                                                               \
    X(3, LZO)                                                                                                \
    X(4, BROTLI)                                                                                             \
    X(5, LZ4)                                                                                                \
    X(6, ZSTD)                                                                                               \
    X(7, LZ4_RAW)

#define FL_PARQUET_PAGE_LIST(X)                                                                              \
    X(0, DATA)                                                                                               \
    X(1, INDEX)                                                                                              \
    X(2, DICTIONARY)                                                                                         \
    X(3, DATA_V2)

enum fl_parquet_type {
#define X(number, name) FL_PARQUET_##name = (number),
    FL_PARQUET_TYPE_LIST(X)
#undef X
};
enum fl_parquet_converted {
    FL_PARQUET_CONVERTED_NONE = -1,
#define X(number, name) FL_PARQUET_CONVERTED_##name = (number),
    FL_PARQUET_CONVERTED_LIST(X)
#undef X
};
enum fl_parquet_logical {
    FL_PARQUET_LOGICAL_NONE = 0,
#define X(number, name) FL_PARQUET_LOGICAL_##name = (number),
    FL_PARQUET_LOGICAL_LIST(X)
#undef X
};
enum fl_parquet_repetition {
#define X(number, name) FL_PARQUET_##name = (number),
    FL_PARQUET_REPETITION_LIST(X)
#undef X
};
enum fl_parquet_encoding {
#define X(number, name) FL_PARQUET_ENCODING_##name = (number),
    FL_PARQUET_ENCODING_LIST(X)
#undef X
};
enum fl_parquet_codec {
#define X(number, name) FL_PARQUET_CODEC_##name = (number),
    FL_PARQUET_CODEC_LIST(X)
#undef X
};
enum fl_parquet_page {
#define X(number, name) FL_PARQUET_PAGE_##name = (number),
    FL_PARQUET_PAGE_LIST(X)
#undef X
};

/* The unit of a time or a timestamp: the field of union TimeUnit that is set. */
enum fl_parquet_unit { FL_PARQUET_MILLIS = 1, FL_PARQUET_MICROS = 2, FL_PARQUET_NANOS = 3 };

/* The order of the smallest and of the largest values of the pages of one column. */
enum fl_parquet_boundary {
    FL_PARQUET_BOUNDARY_UNORDERED = 0,
    FL_PARQUET_BOUNDARY_ASCENDING = 1,
    FL_PARQUET_BOUNDARY_DESCENDING = 2
};

/* What a field of Thrift's compact protocol holds. */
enum fl_thrift_type {
    FL_THRIFT_STOP = 0,
    FL_THRIFT_TRUE = 1, /* as the type of a list's elements: boolean */
    FL_THRIFT_FALSE = 2,
    FL_THRIFT_BYTE = 3,
    FL_THRIFT_I16 = 4,
    FL_THRIFT_I32 = 5,
    FL_THRIFT_I64 = 6,
    FL_THRIFT_DOUBLE = 7,
    FL_THRIFT_BINARY = 8,
    FL_THRIFT_LIST = 9,
    FL_THRIFT_SET = 10,
    FL_THRIFT_MAP = 11,
    FL_THRIFT_STRUCT = 12
};

/* The names of the definition, "DELTA_BYTE_ARRAY"; NULL for an unknown number. */
const char *fl_parquet_type_name(int32_t type);
const char *fl_parquet_encoding_name(int32_t encoding);
const char *fl_parquet_codec_name(int32_t codec);
const char *fl_parquet_logical_name(int32_t logical);

#endif
