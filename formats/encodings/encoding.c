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
    case FL_ENCODING_MARKED:
        return &fl_marked_codec;
    default:
        return NULL;
    }
}

/* Costs in hundredths of a nanosecond. A stored byte costs 2 ns to read (derived in compress.c). Decoding was
 * measured on pages of 65,536 rows with AVX-512: packed 0.02 to 0.09 ns a value, marked 0.1 more, a
 * dictionary's look-up 0.5 more; a run costs a branch that is hard to foresee. */
enum {
    BYTE_COST = 200,
    PACKED_COST = 5,
    MARKED_COST = 15,
    DICTIONARY_COST = 55,
    RUN_ROW_COST = 10,
    RUN_COST = 150
};

static uint64_t cost_of(size_t size, uint64_t decoding)
{
    return size == SIZE_MAX ? UINT64_MAX : (uint64_t)size * BYTE_COST + decoding;
}

struct candidate {
    enum fl_encoding encoding;
    uint64_t cost;
};

/* Puts the encoding into *best when it is cheaper. Finding a size takes longer than anything else here, so it
 * is not looked for where `size_min` already costs too much. */
static void consider(const struct fl_integers *page, enum fl_encoding encoding, size_t size_min,
                     uint64_t decoding, struct candidate *best)
{
    if (cost_of(size_min, decoding) >= best->cost)
        return;
    const uint64_t cost = cost_of(fl_integer_codec_find(encoding)->encoded_size(page), decoding);
    if (cost < best->cost)
        *best = (struct candidate){encoding, cost};
}

/* Constant whenever it can: no bytes, nothing to decode. Otherwise the cheapest to read with decoding. Packed
 * is never larger than plain, so plain is only ever chosen below LZ4 (see page_pack.c). */
enum fl_encoding fl_encoding_choose(const struct fl_integers *page)
{
    if (page->min == page->max)
        return FL_ENCODING_CONSTANT;
    const uint64_t count = page->count;
    const size_t runs = fl_run_count(page);
    const size_t run_values = fl_bits_size(runs, fl_bits_width(fl_integer_range(page->min, page->max)));
    struct candidate best = {FL_ENCODING_PACKED, UINT64_MAX};
    consider(page, FL_ENCODING_PACKED, 0, count * PACKED_COST, &best);
    consider(page, FL_ENCODING_MARKED, run_values + page->count / 8, count * MARKED_COST, &best);
    consider(page, FL_ENCODING_RUN, run_values, count * RUN_ROW_COST + runs * RUN_COST, &best);
    /* Two distinct values take a bit each. */
    consider(page, FL_ENCODING_DICTIONARY, page->count / 8, count * DICTIONARY_COST, &best);
    return best.encoding;
}
