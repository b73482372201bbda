/* encoding_codecs.h - the codec of each integer encoding, for the registry in encoding.c. */
#ifndef FORMATS_ENCODINGS_ENCODING_CODECS_H
#define FORMATS_ENCODINGS_ENCODING_CODECS_H

#include "formats/encodings/encoding.h"

extern const struct fl_integer_codec fl_constant_codec;
extern const struct fl_integer_codec fl_packed_codec;
extern const struct fl_integer_codec fl_run_codec;
extern const struct fl_integer_codec fl_dictionary_codec;
extern const struct fl_integer_codec fl_plain_codec;

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

#endif
