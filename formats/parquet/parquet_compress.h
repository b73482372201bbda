/* parquet_compress.h - the body of a page by the codec of its file. */
#ifndef FORMATS_PARQUET_PARQUET_COMPRESS_H
#define FORMATS_PARQUET_PARQUET_COMPRESS_H

#include "formats/base/status.h"
#include "formats/parquet/parquet_body.h"

/* One codec with its work space. */
struct fl_parquet_packer {
    enum fl_parquet_codec codec;
    struct fl_zstd_packer *zstd; /* NULL for other codecs */
};

/* Codecs UNCOMPRESSED, SNAPPY, ZSTD, LZ4_RAW. On failure nothing is to be closed. */
fl_status fl_parquet_packer_open(struct fl_parquet_packer *packer, enum fl_parquet_codec codec,
                                 struct fl_error *error);
void fl_parquet_packer_close(struct fl_parquet_packer *packer);

/* Appends what becomes of the body, at most 1 GiB, to `out`. The numbers may be moved to the end of its
 * bytes. FL_NO_MEMORY. */
fl_status fl_parquet_pack(const struct fl_parquet_packer *packer, struct fl_parquet_body *body,
                          struct fl_buffer *out, struct fl_error *error);

#endif
