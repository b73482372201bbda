/* parquet_page.h - a page from its body: compressed, with its header. */
#ifndef FORMATS_PARQUET_PARQUET_PAGE_H
#define FORMATS_PARQUET_PARQUET_PAGE_H

#include <stdbool.h>

#include "formats/parquet/parquet_compress.h"

/* Before it is compressed. Sizes of pages are of 32 bits, codecs take 1 GiB. */
enum { FL_PARQUET_PAGE_BODY_MAX = 1 << 30 };

struct fl_parquet_page_parts {
    enum fl_parquet_page type; /* DATA or DICTIONARY */
    enum fl_parquet_encoding encoding;
    size_t entries;
    struct fl_parquet_body body; /* levels and values, at most FL_PARQUET_PAGE_BODY_MAX */
};

/* Appends header and compressed body to `out`; `packed` is work space. FL_NO_MEMORY. */
fl_status fl_parquet_page_append(const struct fl_parquet_packer *packer, struct fl_parquet_page_parts *page,
                                 struct fl_buffer *packed, struct fl_buffer *out, size_t *header_size,
                                 struct fl_error *error);

#endif
