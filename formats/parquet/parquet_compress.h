/* parquet_compress.h - the body of a page by the codec of its file. */
#ifndef FORMATS_PARQUET_PARQUET_COMPRESS_H
#define FORMATS_PARQUET_PARQUET_COMPRESS_H

#include "formats/base/arena.h"
#include "formats/base/status.h"
#include "formats/parquet/parquet_format.h"

/* One codec with its work space. */
struct fl_parquet_packer {
    enum fl_parquet_codec codec;
    struct fl_zstd_packer *zstd; /* NULL for other codecs */
};

/* Codecs UNCOMPRESSED, SNAPPY, ZSTD, LZ4_RAW. On failure nothing is to be closed. */
fl_status fl_parquet_packer_open(struct fl_parquet_packer *packer, enum fl_parquet_codec codec,
                                 struct fl_error *error);
void fl_parquet_packer_close(struct fl_parquet_packer *packer);

/* Appends what becomes of `body`, at most 1 GiB, to `out`. numbers: that many of 8 bytes end it, which may
 * help; 0: nothing is known of it. FL_NO_MEMORY. */
fl_status fl_parquet_pack(const struct fl_parquet_packer *packer, const struct fl_buffer *body,
                          size_t numbers, struct fl_buffer *out, struct fl_error *error);

#endif
