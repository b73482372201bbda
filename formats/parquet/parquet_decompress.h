/* parquet_decompress.h - the bytes of a page without their compression. */
#ifndef FORMATS_PARQUET_PARQUET_DECOMPRESS_H
#define FORMATS_PARQUET_PARQUET_DECOMPRESS_H

#include <stddef.h>
#include <stdint.h>

#include "formats/base/status.h"

/* FL_UNSUPPORTED, with its name, for a codec that this build cannot read; known before any page is. */
fl_status fl_parquet_codec_check(int32_t codec, struct fl_error *error);

/* Fills unpacked[0 .. unpacked_size) exactly, or FL_CORRUPT. The caller has bounded unpacked_size. What
 * is taken on the way does not depend on it: 160 KiB for zstd, 48 KiB for gzip, at most 33 MiB, for the
 * largest window there is, for brotli. */
fl_status fl_parquet_decompress(int32_t codec, const uint8_t *bytes, size_t size, uint8_t *unpacked,
                                size_t unpacked_size, struct fl_error *error);

#endif
