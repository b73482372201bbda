/* encoding_codecs.h - the codec of each integer encoding, for the registry in encoding.c. */
#ifndef FORMATS_ENCODINGS_ENCODING_CODECS_H
#define FORMATS_ENCODINGS_ENCODING_CODECS_H

#include <assert.h>

#include "formats/encodings/decode_kernels.h"
#include "formats/encodings/encoding.h"

extern const struct fl_integer_codec fl_constant_codec;
extern const struct fl_integer_codec fl_packed_codec;
extern const struct fl_integer_codec fl_run_codec;
extern const struct fl_integer_codec fl_dictionary_codec;
extern const struct fl_integer_codec fl_plain_codec;
extern const struct fl_integer_codec fl_marked_codec;

/* For the choice between encodings. */
size_t fl_run_count(const struct fl_integers *page);

/* max - min as a distance, also where it passes INT64_MAX. */
static inline uint64_t fl_integer_range(int64_t min, int64_t max)
{
    return (uint64_t)max - (uint64_t)min;
}
/* min + distance, for a distance of at most max - min: the sum never leaves int64. */
static inline int64_t fl_integer_at(int64_t min, uint64_t distance)
{
    return (int64_t)((uint64_t)min + distance);
}
/* Numbers of `width` bits, to which min is added, into lanes; returns the largest number. */
static inline uint64_t fl_unpack_to_lanes(const uint8_t *bytes, size_t count, unsigned width, int64_t min,
                                          enum fl_lane lane, void *values)
{
    const struct fl_decode_kernels *kernels = fl_decode_kernels();
    assert(width <= 8 * (unsigned)lane);
    switch (lane) {
    case FL_LANE_8:
        return kernels->unpack_8(bytes, count, width, (uint8_t)min, values);
    case FL_LANE_32:
        return kernels->unpack_32(bytes, count, width, (uint32_t)min, values);
    case FL_LANE_64:
        break;
    }
    return kernels->unpack_64(bytes, count, width, (uint64_t)min, values);
}

#endif
