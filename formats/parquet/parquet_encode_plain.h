/* parquet_encode_plain.h - values one behind the other, Parquet's PLAIN. */
#ifndef FORMATS_PARQUET_PARQUET_ENCODE_PLAIN_H
#define FORMATS_PARQUET_PARQUET_ENCODE_PLAIN_H

#include "formats/base/arena.h"
#include "formats/parquet/word_dictionary.h"

/* Each appends `count` values to `out`; false: no memory. Numbers little-endian; booleans a bit each, the
 * first in the lowest; texts behind their length as le32. */
bool fl_parquet_plain_bool(const uint8_t *values, size_t count, struct fl_buffer *out);
bool fl_parquet_plain_32(const uint32_t *values, size_t count, struct fl_buffer *out);
bool fl_parquet_plain_64(const uint64_t *values, size_t count, struct fl_buffer *out);
bool fl_parquet_plain_texts(const struct fl_text *values, size_t count, struct fl_buffer *out);
/* The texts of words, by their numbers. */
bool fl_parquet_plain_words(const struct fl_parquet_words *words, const uint32_t *numbers, size_t count,
                            struct fl_buffer *out);

#endif
