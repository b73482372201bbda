/* parquet_decode_plain.h - values as they lie in pages, as streams of bytes, or in a dictionary. */
#ifndef FORMATS_PARQUET_PARQUET_DECODE_PLAIN_H
#define FORMATS_PARQUET_PARQUET_DECODE_PLAIN_H

#include <stdbool.h>

#include "formats/base/cursor.h"
#include "formats/base/text.h"

/* texts[i] = the i-th `size` bytes. */
void fl_parquet_slice_texts(const uint8_t *bytes, size_t count, size_t size, struct fl_text *texts);
/* The next texts, each behind its length as le32. Returns how many are whole: fewer than `count` when the
 * bytes end before. */
size_t fl_parquet_cut_texts(struct fl_cursor *cursor, struct fl_text *texts, size_t count);

/* Twelve bytes each: nanoseconds of the day as le64, Julian day as le32. Wraps, as Spark does on both sides
 * for years far away. */
void fl_parquet_int96_to_micros(const uint8_t *bytes, size_t count, int64_t *micros);

/* values[i] has its byte k at streams[k * stream_size + i]. Requires: (size - 1) * stream_size + count bytes.
 */
void fl_parquet_join_streams(const uint8_t *streams, size_t stream_size, size_t size, size_t count,
                             uint8_t *values);

/* values[i] = words[indices[i]]. Requires: indices within the words. */
void fl_parquet_gather_8(const void *words, const uint32_t *indices, size_t count, void *values);
void fl_parquet_gather_32(const void *words, const uint32_t *indices, size_t count, void *values);
void fl_parquet_gather_64(const void *words, const uint32_t *indices, size_t count, void *values);
void fl_parquet_gather_texts(const struct fl_text *words, const uint32_t *indices, size_t count,
                             struct fl_text *values);

/* Spreads in place, as fl_decode_kernels()->place_64 does for numbers: the last `held` texts go to where
 * nulls[i] is 0, the others become empty. Requires: nulls of 0 and 1, of which `held` are 0. */
void fl_parquet_place_texts(const uint8_t *nulls, size_t count, size_t held, struct fl_text *texts);

#endif
