/* parquet_read_header.h - what stands before the bytes of a page. */
#ifndef FORMATS_PARQUET_PARQUET_READ_HEADER_H
#define FORMATS_PARQUET_PARQUET_READ_HEADER_H

#include "formats/base/status.h"
#include "formats/parquet/thrift_reader.h"

struct fl_parquet_page_header {
    int32_t kind;                                     /* enum fl_parquet_page */
    uint32_t header_size, stored_size, unpacked_size; /* bytes; the first that of the header itself */
    bool has_crc;
    uint32_t crc; /* CRC-32 of the stored bytes */
    int32_t encoding;
    uint32_t values; /* nulls and empty lists included */
    /* Data pages, first version. */
    int32_t level_encoding, repeat_encoding;
    /* Data pages, second version: levels lie before the rest and are never compressed. */
    uint32_t nulls, rows, level_size, repeat_size;
    bool is_compressed;
};

/* *is_cut: the bytes end before the header does, which is FL_CORRUPT only when there are no more of them. */
fl_status fl_parquet_page_header_parse(const uint8_t *bytes, size_t size,
                                       struct fl_parquet_page_header *header, bool *is_cut,
                                       struct fl_error *error);

#endif
