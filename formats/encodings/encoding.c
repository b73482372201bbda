/* encoding.c - the registry of encodings. */
#include "formats/encodings/encoding.h"

#include "formats/encodings/encoding_codecs.h"

const char *fl_encoding_name(unsigned id)
{
    switch (id) {
#define X(number, upper, name, first_version)                                                                \
    case FL_ENCODING_##upper:                                                                                \
        return #name;
        FL_ENCODING_LIST(X)
#undef X
    default:
        return NULL;
    }
}

const struct fl_integer_codec *fl_integer_codec_find(unsigned id)
{
    switch (id) {
    case FL_ENCODING_CONSTANT:
        return &fl_constant_codec;
    case FL_ENCODING_PACKED:
        return &fl_packed_codec;
    case FL_ENCODING_RUN:
        return &fl_run_codec;
    case FL_ENCODING_DICTIONARY:
        return &fl_dictionary_codec;
    case FL_ENCODING_PLAIN:
        return &fl_plain_codec;
    default:
        return NULL;
    }
}

/* True when `size` is at most three quarters of `packed_size`. */
static int clearly_smaller(size_t size, size_t packed_size)
{
    return size <= packed_size / 4 * 3;
}

/* The rule, in order of decode cost:
 *   constant    whenever it can: no bytes, nothing to decode.
 *   run         when at most 3/4 of packed: a run is one value stored many times over, cheaper than
 * unpacking, but short runs cost a hard-to-predict branch each. At 3/4 a run has at least 4/3 values and
 * mostly many. dictionary  when at most 3/4 of packed: decoding is unpacking and one load from L1 for each
 * value, about twice the cost of packed, so it must save something. packed      otherwise. Never larger than
 * plain, so plain is only ever chosen below LZ4 (see page_pack.c). */
enum fl_encoding fl_encoding_choose(const struct fl_integers *page)
{
    if (page->min == page->max)
        return FL_ENCODING_CONSTANT;
    const size_t packed_size = fl_packed_codec.encoded_size(page);
    const size_t run_size = fl_run_codec.encoded_size(page);
    if (clearly_smaller(run_size, packed_size))
        return FL_ENCODING_RUN;
    if (clearly_smaller(fl_dictionary_codec.encoded_size(page), packed_size))
        return FL_ENCODING_DICTIONARY;
    return FL_ENCODING_PACKED;
}
