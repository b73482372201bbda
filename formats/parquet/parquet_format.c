/* parquet_format.c - the names of types, encodings, codecs. */
#include "formats/parquet/parquet_format.h"

#include <stddef.h>

const char *fl_parquet_type_name(int32_t type)
{
    switch (type) {
#define X(number, name)                                                                                      \
    case number:                                                                                             \
        return #name;
        FL_PARQUET_TYPE_LIST(X)
#undef X
    default:
        return NULL;
    }
}

const char *fl_parquet_encoding_name(int32_t encoding)
{
    switch (encoding) {
#define X(number, name)                                                                                      \
    case number:                                                                                             \
        return #name;
        FL_PARQUET_ENCODING_LIST(X)
#undef X
    default:
        return NULL;
    }
}

const char *fl_parquet_codec_name(int32_t codec)
{
    switch (codec) {
#define X(number, name)                                                                                      \
    case number:                                                                                             \
        return #name;
        FL_PARQUET_CODEC_LIST(X)
#undef X
    default:
        return NULL;
    }
}

const char *fl_parquet_logical_name(int32_t logical)
{
    switch (logical) {
#define X(number, name)                                                                                      \
    case number:                                                                                             \
        return #name;
        FL_PARQUET_LOGICAL_LIST(X)
#undef X
    default:
        return NULL;
    }
}
