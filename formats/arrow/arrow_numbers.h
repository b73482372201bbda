/* arrow_numbers.h - the numbers that Arrow's messages are made of. */
#ifndef FORMATS_ARROW_ARROW_NUMBERS_H
#define FORMATS_ARROW_ARROW_NUMBERS_H

/* Fields of the tables, as Schema.fbs, Message.fbs and File.fbs of the format number them. A union takes two:
 * its type and its value. */
enum { MESSAGE_VERSION, MESSAGE_HEADER_TYPE, MESSAGE_HEADER, MESSAGE_BODY_LENGTH };
enum { SCHEMA_ENDIANNESS, SCHEMA_FIELDS, SCHEMA_METADATA, SCHEMA_FEATURES };
enum {
    FIELD_NAME,
    FIELD_NULLABLE,
    FIELD_TYPE_TYPE,
    FIELD_TYPE,
    FIELD_DICTIONARY,
    FIELD_CHILDREN,
    FIELD_METADATA
};
enum { KEY_VALUE_KEY, KEY_VALUE_VALUE };
enum { INT_BIT_WIDTH, INT_IS_SIGNED };
enum { FLOAT_PRECISION };
enum { DECIMAL_PRECISION, DECIMAL_SCALE, DECIMAL_BIT_WIDTH };
enum { UNIT_UNIT, TIME_BIT_WIDTH, TIMESTAMP_ZONE = 1 }; /* of Date, Time, Timestamp, Duration */
enum { FIXED_BINARY_WIDTH };
enum { DICTIONARY_ID, DICTIONARY_INDEX_TYPE, DICTIONARY_IS_ORDERED };
enum { BATCH_LENGTH, BATCH_NODES, BATCH_BUFFERS, BATCH_COMPRESSION };
enum { COMPRESSION_CODEC, COMPRESSION_METHOD };
enum { DICTIONARY_BATCH_ID, DICTIONARY_BATCH_DATA, DICTIONARY_BATCH_IS_DELTA };
enum { FOOTER_VERSION, FOOTER_SCHEMA, FOOTER_DICTIONARIES, FOOTER_BATCHES };

/* Message versions; those before are refused. */
enum { VERSION_4 = 3, VERSION_5 = 4 };
enum { HEADER_SCHEMA = 1, HEADER_DICTIONARY = 2, HEADER_BATCH = 3 };
enum { ENDIANNESS_LITTLE = 0 };
enum { CODEC_LZ4_FRAME = 0, CODEC_ZSTD = 1 };

/* The type union of a field. */
enum {
    TYPE_NULL = 1,
    TYPE_INT,
    TYPE_FLOATING_POINT,
    TYPE_BINARY,
    TYPE_UTF8,
    TYPE_BOOL,
    TYPE_DECIMAL,
    TYPE_DATE,
    TYPE_TIME,
    TYPE_TIMESTAMP,
    TYPE_INTERVAL,
    TYPE_LIST,
    TYPE_STRUCT,
    TYPE_UNION,
    TYPE_FIXED_SIZE_BINARY,
    TYPE_FIXED_SIZE_LIST,
    TYPE_MAP,
    TYPE_DURATION,
    TYPE_LARGE_BINARY,
    TYPE_LARGE_UTF8,
    TYPE_LARGE_LIST,
    TYPE_RUN_END_ENCODED,
    TYPE_BINARY_VIEW,
    TYPE_UTF8_VIEW,
    TYPE_LIST_VIEW,
    TYPE_LARGE_LIST_VIEW
};

/* Bytes of the structs inside of vectors. */
enum { NODE_SIZE = 16, BUFFER_SIZE = 16, BLOCK_SIZE = 24 };

/* A message starts with this, then the size of its metadata; one of size 0 ends the stream. Before version
 * 0.15 of the libraries the size stood alone. */
#define CONTINUATION 0xFFFFFFFFu

/* A file is this, padded to 8 bytes, a stream, the footer, its size in 4 bytes, this again. */
#define ARROW_MAGIC "ARROW1"
enum { ARROW_MAGIC_SIZE = 6, ARROW_FILE_HEAD_SIZE = 8, ARROW_FILE_TAIL_SIZE = 10 };

#endif
