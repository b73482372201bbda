/* encoding.h - how the values of one page become bytes: one registry, one file for each encoding. */
#ifndef FORMATS_ENCODINGS_ENCODING_H
#define FORMATS_ENCODINGS_ENCODING_H

#include <stddef.h>
#include <stdint.h>

#include "formats/base/arena.h"
#include "formats/base/status.h"
#include "formats/base/text.h"

/* The numbers are on disk: append only.
 *             id name        first file version */
#define FL_ENCODING_LIST(X)                                                                                  \
    X(0, CONSTANT, constant, 1)     /* no bytes: each value is the page's min */                             \
    X(1, PACKED, packed, 1)         /* value - min in `width` bits each, natural order */                    \
    X(2, RUN, run, 1)               /* values and counts, each packed */                                     \
    X(3, DICTIONARY, dictionary, 1) /* sorted distinct values, packed; then their numbers, packed */         \
    X(4, PLAIN, plain, 1)           /* value - min in 1, 2, 4 or 8 bytes each: what LZ4 sees repeats in */   \
    X(5, STRING, string, 1)         /* lengths, packed; then the bytes */                                    \
    X(6, MARKED, marked, 1) /* a bit a value: it differs from the one before; those values, packed */        \
    X(7, ENDED, ended, 1)   /* texts, a zero byte after each: what LZ4, zstd see repeats in */

enum fl_encoding {
#define X(id, upper, name, first_version) FL_ENCODING_##upper = (id),
    FL_ENCODING_LIST(X)
#undef X
};

const char *fl_encoding_name(unsigned id); /* NULL: unknown */

/* All integer encodings work on int64 values in memory; `min` and `max` of the page stand in its descriptor.
 * Subtractions wrap, so the whole range of int64 is fine. */
struct fl_integers {
    const int64_t *values;
    size_t count; /* 0 .. FL_BLOCK_ROWS_MAX */
    int64_t min, max;
};

/* Bytes of a decoded value in memory: uint8_t, int32_t or uint32_t, int64_t. */
enum fl_lane { FL_LANE_8 = 1, FL_LANE_32 = 4, FL_LANE_64 = 8 };

/* One integer encoding. `encoded_size` is exact, or SIZE_MAX when the encoding cannot take the page. `encode`
 * appends exactly that many bytes (false: no memory). `decode` writes `count` values, having checked
 * everything the bytes claim: exact size, runs that add up, numbers inside the dictionary, unused bits zero,
 * and that each value is within min..max. FL_CORRUPT otherwise; `values` then hold anything. A lane must be
 * able to hold min and max: asserted, as the page's entry has been checked. */
struct fl_integer_codec {
    size_t (*encoded_size)(const struct fl_integers *page);
    int (*encode)(const struct fl_integers *page, struct fl_buffer *out);
    fl_status (*decode)(const uint8_t *bytes, size_t size, int64_t min, int64_t max, size_t count,
                        enum fl_lane lane, void *values, struct fl_error *error);
};

/* NULL for STRING, ENDED and for unknown numbers. */
const struct fl_integer_codec *fl_integer_codec_find(unsigned id);

/* A RUN page without spreading its runs: value[i] holds for the positions up to end_row[i]. Room for `count`
 * of both; checks as `decode` does. */
fl_status fl_run_decode_runs(const uint8_t *bytes, size_t size, int64_t min, int64_t max, size_t count,
                             int64_t *value, uint32_t *end_row, size_t *run_count, struct fl_error *error);

/* The encoding that is cheapest by size and decode cost, without LZ4; the rule stands in encoding.c. */
enum fl_encoding fl_encoding_choose(const struct fl_integers *page);

static inline int fl_encoding_is_of_texts(unsigned id)
{
    return id == FL_ENCODING_STRING || id == FL_ENCODING_ENDED;
}

/* STRING: lengths then bytes. */
int fl_string_encode(const struct fl_text *texts, size_t count, struct fl_buffer *out);
/* offsets[count + 1] into *text_bytes, which points into `bytes`. FL_CORRUPT as above; FL_LIMIT for a text
 * over `text_size_max`. Each text is checked to be valid UTF-8 without NUL. */
fl_status fl_string_decode(const uint8_t *bytes, size_t size, size_t count, size_t text_size_max,
                           uint32_t *offsets, const uint8_t **text_bytes, struct fl_error *error);

/* ENDED: bytes and a zero byte, text by text. */
int fl_ended_encode(const struct fl_text *texts, size_t count, struct fl_buffer *out);
/* Joins the texts in place: offsets[count + 1] into `bytes`, which is changed. Checks as fl_string_decode()
 * does. */
fl_status fl_ended_decode(uint8_t *bytes, size_t size, size_t count, size_t text_size_max, uint32_t *offsets,
                          struct fl_error *error);

/* Bits in natural order, lowest bit of the first byte first; ceil(count * width / 8) bytes; width 0..64. */
size_t fl_bits_size(size_t count, unsigned width);
int fl_bits_pack(const uint64_t *values, size_t count, unsigned width, uint64_t min,
                 struct fl_buffer *out); /* values[i] - min; 0: no memory */
/* Reads exactly fl_bits_size() bytes from `bytes`; false when unused bits of the last byte are not zero. */
int fl_bits_unpack(const uint8_t *bytes, size_t count, unsigned width, uint64_t *values);
/* Whether the unused bits of the last byte are zero. */
int fl_bits_end_is_clean(const uint8_t *bytes, size_t count, unsigned width);
static inline unsigned fl_bits_width(uint64_t value)
{
    return value == 0 ? 0u : 64u - (unsigned)__builtin_clzll(value);
}

#endif
