/* decode_avx512.c - the decode kernels with AVX-512 F, BW, DQ, VL, VBMI, VPOPCNTDQ. */
#if defined(__x86_64__)

#include <immintrin.h>
#include <string.h>

#include "formats/encodings/decode_levels.h"

/* A number within 4 bytes: 7 bits before it in its first byte and 25 of its own. Within 8: 7 + 57. */
enum { WIDTH_MAX_IN_4_BYTES = 25, WIDTH_MAX_IN_8_BYTES = 57, LOAD_BYTES = 64 };

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static uint64_t largest_of_8(__m512i numbers)
{
    const __m512i even = _mm512_and_si512(numbers, _mm512_set1_epi16(0xFF));
    const __m512i sixteen = _mm512_max_epu16(even, _mm512_srli_epi16(numbers, 8));
    const __m512i low = _mm512_and_si512(sixteen, _mm512_set1_epi32(0xFFFF));
    return _mm512_reduce_max_epu32(_mm512_max_epu32(low, _mm512_srli_epi32(sixteen, 16)));
}

/* 64 numbers a step out of 8 * width bytes: eight bytes-long groups of eight numbers go to one 64-bit lane
 * each, and VPMULTISHIFTQB picks eight numbers out of a lane at once. */
static uint64_t unpack_8(const uint8_t *bytes, size_t count, unsigned width, uint8_t min, uint8_t *values)
{
    const size_t size = (count * width + 7) / 8;
    uint8_t source[64], shift[64];
    for (unsigned i = 0; i < 64; i++) {
        source[i] = (uint8_t)(i / 8 * width + i % 8);
        shift[i] = (uint8_t)(i % 8 * width);
    }
    const __m512i sources = _mm512_loadu_si512(source), shifts = _mm512_loadu_si512(shift);
    const __m512i mask = _mm512_set1_epi8((char)((1u << width) - 1)), mins = _mm512_set1_epi8((char)min);
    __m512i largest = _mm512_setzero_si512();
    size_t i = 0;
    for (size_t at = 0; i + 64 <= count && at + LOAD_BYTES <= size; i += 64, at += 8 * (size_t)width) {
        const __m512i lanes = _mm512_permutexvar_epi8(sources, _mm512_loadu_si512(bytes + at));
        const __m512i numbers = _mm512_and_si512(_mm512_multishift_epi64_epi8(shifts, lanes), mask);
        largest = _mm512_max_epu8(largest, numbers);
        _mm512_storeu_si512(values + i, _mm512_add_epi8(numbers, mins));
    }
    return larger(largest_of_8(largest), fl_unpack_8_from(bytes, i, count, width, min, values));
}

/* The bytes that bring number first + i of `width` bits to lane i, which has lane_bytes. */
static __m512i lane_sources(unsigned width, unsigned first, unsigned lane_bytes)
{
    uint8_t source[64];
    for (unsigned i = 0; i < 64; i++)
        source[i] = (uint8_t)((first + i / lane_bytes) * width / 8 + i % lane_bytes);
    return _mm512_loadu_si512(source);
}

static __m512i lane_shifts_32(unsigned width)
{
    uint32_t shift[16];
    for (unsigned i = 0; i < 16; i++)
        shift[i] = i * width % 8;
    return _mm512_loadu_si512(shift);
}

static __m512i lane_shifts_64(unsigned width, unsigned first)
{
    uint64_t shift[8];
    for (unsigned i = 0; i < 8; i++)
        shift[i] = (first + i) * width % 8;
    return _mm512_loadu_si512(shift);
}

/* 16 numbers a step out of 2 * width bytes, each within 4 of them. */
static uint64_t unpack_32_narrow(const uint8_t *bytes, size_t count, unsigned width, uint32_t min,
                                 uint32_t *values)
{
    const size_t size = (count * width + 7) / 8;
    const __m512i sources = lane_sources(width, 0, 4), shifts = lane_shifts_32(width);
    const __m512i mask = _mm512_set1_epi32((int)((1u << width) - 1)), mins = _mm512_set1_epi32((int)min);
    __m512i largest = _mm512_setzero_si512();
    size_t i = 0;
    for (size_t at = 0; i + 16 <= count && at + LOAD_BYTES <= size; i += 16, at += 2 * (size_t)width) {
        const __m512i lanes = _mm512_permutexvar_epi8(sources, _mm512_loadu_si512(bytes + at));
        const __m512i numbers = _mm512_and_si512(_mm512_srlv_epi32(lanes, shifts), mask);
        largest = _mm512_max_epu32(largest, numbers);
        _mm512_storeu_si512(values + i, _mm512_add_epi32(numbers, mins));
    }
    return larger(_mm512_reduce_max_epu32(largest), fl_unpack_32_from(bytes, i, count, width, min, values));
}

/* 26 to 32 bits: through 64-bit lanes. */
static uint64_t unpack_32_wide(const uint8_t *bytes, size_t count, unsigned width, uint32_t min,
                               uint32_t *values)
{
    const size_t size = (count * width + 7) / 8;
    const __m512i sources = lane_sources(width, 0, 8), shifts = lane_shifts_64(width, 0);
    const __m512i mask = _mm512_set1_epi64((long long)(((uint64_t)1 << width) - 1));
    const __m256i mins = _mm256_set1_epi32((int)min);
    __m512i largest = _mm512_setzero_si512();
    size_t i = 0;
    for (size_t at = 0; i + 8 <= count && at + LOAD_BYTES <= size; i += 8, at += width) {
        const __m512i lanes = _mm512_permutexvar_epi8(sources, _mm512_loadu_si512(bytes + at));
        const __m512i numbers = _mm512_and_si512(_mm512_srlv_epi64(lanes, shifts), mask);
        largest = _mm512_max_epu64(largest, numbers);
        _mm256_storeu_si256((__m256i *)(void *)(values + i),
                            _mm256_add_epi32(_mm512_cvtepi64_epi32(numbers), mins));
    }
    return larger(_mm512_reduce_max_epu64(largest), fl_unpack_32_from(bytes, i, count, width, min, values));
}

static uint64_t unpack_32(const uint8_t *bytes, size_t count, unsigned width, uint32_t min, uint32_t *values)
{
    return width <= WIDTH_MAX_IN_4_BYTES ? unpack_32_narrow(bytes, count, width, min, values)
                                         : unpack_32_wide(bytes, count, width, min, values);
}

/* 8 numbers a step out of `width` bytes. */
static uint64_t unpack_64(const uint8_t *bytes, size_t count, unsigned width, uint64_t min, uint64_t *values)
{
    if (width > WIDTH_MAX_IN_8_BYTES)
        return fl_unpack_64_from(bytes, 0, count, width, min, values);
    const size_t size = (count * width + 7) / 8;
    const __m512i sources = lane_sources(width, 0, 8), shifts = lane_shifts_64(width, 0);
    const __m512i mask = _mm512_set1_epi64((long long)(((uint64_t)1 << width) - 1));
    const __m512i mins = _mm512_set1_epi64((long long)min);
    __m512i largest = _mm512_setzero_si512();
    size_t i = 0;
    for (size_t at = 0; i + 8 <= count && at + LOAD_BYTES <= size; i += 8, at += width) {
        const __m512i lanes = _mm512_permutexvar_epi8(sources, _mm512_loadu_si512(bytes + at));
        const __m512i numbers = _mm512_and_si512(_mm512_srlv_epi64(lanes, shifts), mask);
        largest = _mm512_max_epu64(largest, numbers);
        _mm512_storeu_si512(values + i, _mm512_add_epi64(numbers, mins));
    }
    return larger(_mm512_reduce_max_epu64(largest), fl_unpack_64_from(bytes, i, count, width, min, values));
}

static uint64_t load_8(const uint8_t *bytes)
{
    uint64_t loaded;
    memcpy(&loaded, bytes, sizeof loaded);
    return loaded;
}

static size_t count_ones(const uint8_t *bytes, size_t size)
{
    size_t ones = 0, i = 0;
    for (; i + 8 <= size; i += 8)
        ones += (size_t)__builtin_popcountll(load_8(bytes + i));
    return ones + fl_decode_scalar.count_ones(bytes + i, size - i);
}

static size_t bits_to_bytes(const uint8_t *bits, size_t count, uint8_t *bytes)
{
    size_t ones = 0, i = 0;
    for (; i + 64 <= count; i += 64) {
        const uint64_t mask = load_8(bits + i / 8);
        _mm512_storeu_si512(bytes + i, _mm512_maskz_set1_epi8(mask, 1));
        ones += (size_t)__builtin_popcountll(mask);
    }
    return ones + fl_decode_scalar.bits_to_bytes(bits + i / 8, count - i, bytes + i);
}

/* The 256 bits as bytes fill four registers; VPERMI2B looks up in two of them by the low seven bits. */
static size_t bits_of_types(const uint8_t bits[32], const uint8_t *types, size_t count, uint8_t *bytes)
{
    uint8_t of_type[256];
    (void)bits_to_bytes(bits, sizeof of_type, of_type);
    const __m512i a = _mm512_loadu_si512(of_type), b = _mm512_loadu_si512(of_type + 64);
    const __m512i c = _mm512_loadu_si512(of_type + 128), d = _mm512_loadu_si512(of_type + 192);
    size_t ones = 0, i = 0;
    for (; i + 64 <= count; i += 64) {
        const __m512i type = _mm512_loadu_si512(types + i);
        const __m512i low = _mm512_permutex2var_epi8(a, type, b), high = _mm512_permutex2var_epi8(c, type, d);
        const __m512i found = _mm512_mask_blend_epi8(_mm512_movepi8_mask(type), low, high);
        _mm512_storeu_si512(bytes + i, found);
        ones += (size_t)__builtin_popcountll(_mm512_test_epi8_mask(found, found));
    }
    return ones + fl_decode_scalar.bits_of_types(bits, types + i, count - i, bytes + i);
}

/* In byte i: how many of bits 0 .. i are 1. Within each 64-bit lane by doubling shifts, then the sums of the
 * lanes before it. */
static __m512i ranks_of_64(uint64_t bits)
{
    const __m512i zero = _mm512_setzero_si512();
    __m512i ranks = _mm512_maskz_set1_epi8(bits, 1);
    ranks = _mm512_add_epi8(ranks, _mm512_slli_epi64(ranks, 8));
    ranks = _mm512_add_epi8(ranks, _mm512_slli_epi64(ranks, 16));
    ranks = _mm512_add_epi8(ranks, _mm512_slli_epi64(ranks, 32));
    __m512i before = _mm512_alignr_epi64(_mm512_srli_epi64(ranks, 56), zero, 7);
    before = _mm512_add_epi64(before, _mm512_alignr_epi64(before, zero, 7));
    before = _mm512_add_epi64(before, _mm512_alignr_epi64(before, zero, 6));
    before = _mm512_add_epi64(before, _mm512_alignr_epi64(before, zero, 4));
    const __m512i first_byte = _mm512_set_epi64(0x0808080808080808, 0, 0x0808080808080808, 0,
                                                0x0808080808080808, 0, 0x0808080808080808, 0);
    return _mm512_add_epi8(ranks, _mm512_shuffle_epi8(before, first_byte));
}

/* In the three fills: a row's rank among the marks of its vector is the index of its value, where 0 is the
 * value before them. That one is read where it waited, next - 1, which by then holds it still or again (if it
 * is in its row): reading it out of the vector just written made each step wait for the one before. */
static void fill_8(const uint8_t *marks, size_t count, size_t held, uint8_t *values)
{
    if (held == count)
        return;
    size_t next = count - held, i = 0;
    for (; i + 64 <= count; i += 64) {
        const uint64_t mask = load_8(marks + i / 8);
        const unsigned ones = (unsigned)__builtin_popcountll(mask);
        const __m512i waiting = _mm512_maskz_loadu_epi8(_bzhi_u64(UINT64_MAX, ones), values + next);
        const __m512i ranks = ranks_of_64(mask);
        const __m512i before = _mm512_set1_epi8((char)values[next - 1]);
        const __mmask64 taken = _mm512_test_epi8_mask(ranks, ranks);
        const __m512i sources = _mm512_sub_epi8(ranks, _mm512_set1_epi8(1));
        _mm512_storeu_si512(values + i, _mm512_mask_permutexvar_epi8(before, taken, sources, waiting));
        next += ones;
    }
    fl_fill_8_from(marks, i, next, count, values);
}

/* 16 rows whose marks are those of `upto`: lane i has marks 0 .. i. Requires 16 values at `next`. */
static void fill_16_rows(__m512i upto, size_t next, const uint32_t *values, uint32_t *rows)
{
    const __m512i ranks = _mm512_popcnt_epi32(upto);
    const __m512i low = _mm512_loadu_si512(values + next - 1),
                  high = _mm512_set1_epi32((int)values[next + 15]);
    _mm512_storeu_si512(rows, _mm512_permutex2var_epi32(low, ranks, high));
}

static void fill_32(const uint8_t *marks, size_t count, size_t held, uint32_t *values)
{
    if (held == count)
        return;
    const __m512i first = _mm512_set_epi32(0xFFFF, 0x7FFF, 0x3FFF, 0x1FFF, 0xFFF, 0x7FF, 0x3FF, 0x1FF, 0xFF,
                                           0x7F, 0x3F, 0x1F, 0xF, 7, 3, 1);
    const __m512i second = _mm512_slli_epi32(first, 16);
    size_t next = count - held, i = 0;
    for (; i + 32 <= count && next + 32 <= count; i += 32) {
        uint32_t mask;
        memcpy(&mask, marks + i / 8, sizeof mask);
        const __m512i all = _mm512_set1_epi32((int)mask);
        fill_16_rows(_mm512_and_si512(all, first), next, values, values + i);
        next += (unsigned)__builtin_popcount(mask & 0xFFFF);
        fill_16_rows(_mm512_and_si512(all, second), next, values, values + i + 16);
        next += (unsigned)__builtin_popcount(mask >> 16);
    }
    fl_fill_32_from(marks, i, next, count, values);
}

static void fill_64(const uint8_t *marks, size_t count, size_t held, uint64_t *values)
{
    if (held == count)
        return;
    const __m512i upto = _mm512_set_epi64(0xFF, 0x7F, 0x3F, 0x1F, 0xF, 7, 3, 1);
    size_t next = count - held, i = 0;
    for (; i + 8 <= count && next + 8 <= count; i += 8) {
        const unsigned mask = marks[i / 8];
        const __m512i ranks = _mm512_popcnt_epi64(_mm512_and_si512(_mm512_set1_epi64(mask), upto));
        const __m512i low = _mm512_loadu_si512(values + next - 1);
        const __m512i high = _mm512_set1_epi64((long long)values[next + 7]);
        _mm512_storeu_si512(values + i, _mm512_permutex2var_epi64(low, ranks, high));
        next += (unsigned)__builtin_popcount(mask);
    }
    fl_fill_64_from(marks, i, next, count, values);
}

/* 8-bit values are few and small: what VPEXPANDB (VBMI2, not in this level) would do, the loop does. */
static void place_8(const uint8_t *nulls, size_t rows, size_t held, uint8_t *values)
{
    fl_place_8_from(nulls, 0, rows - held, rows, values);
}

static void place_32(const uint8_t *nulls, size_t rows, size_t held, uint32_t *values)
{
    size_t next = rows - held, i = 0;
    for (; i + 16 <= rows; i += 16) {
        const __m128i null = _mm_loadu_si128((const __m128i *)(const void *)(nulls + i));
        const __mmask16 there = _mm_testn_epi8_mask(null, null);
        _mm512_storeu_si512(values + i, _mm512_maskz_expandloadu_epi32(there, values + next));
        next += (size_t)__builtin_popcount(there);
    }
    fl_place_32_from(nulls, i, next, rows, values);
}

static void place_64(const uint8_t *nulls, size_t rows, size_t held, uint64_t *values)
{
    size_t next = rows - held, i = 0;
    for (; i + 8 <= rows; i += 8) {
        const __m128i null = _mm_cvtsi64_si128((long long)load_8(nulls + i));
        const __mmask8 there = (__mmask8)_mm_testn_epi8_mask(null, null);
        _mm512_storeu_si512(values + i, _mm512_maskz_expandloadu_epi64(there, values + next));
        next += (size_t)__builtin_popcount(there);
    }
    fl_place_64_from(nulls, i, next, rows, values);
}

/* At most a byte each: eight numbers become eight bytes, of which the lowest bits are drawn together. */
static size_t pack_narrow(const uint64_t *values, size_t count, unsigned width, uint64_t min, uint8_t *bytes)
{
    const uint64_t kept = UINT64_C(0x0101010101010101) * ((1u << width) - 1);
    const __m512i mins = _mm512_set1_epi64((long long)min);
    size_t i = 0;
    for (; i + 8 <= count; i += 8) {
        const __m512i numbers = _mm512_sub_epi64(_mm512_loadu_si512(values + i), mins);
        const uint64_t of_bytes = (uint64_t)_mm_cvtsi128_si64(_mm512_cvtepi64_epi8(numbers));
        const uint64_t packed = _pext_u64(of_bytes, kept);
        memcpy(bytes + i / 8 * width, &packed, sizeof packed); /* what is behind `width` bytes comes next */
    }
    return i;
}

/* From each lane's bytes those that number i has a bit in, of the numbers with i % 2 == odd alone: as a
 * number takes eight bits or more, no byte has bits of two of them. The other bytes are 0x80 or above. */
static __m512i byte_sources(unsigned width, unsigned odd)
{
    uint8_t source[64];
    memset(source, 0xFF, sizeof source);
    for (unsigned i = odd; i < 8; i += 2) {
        const unsigned first = i * width / 8, last = (i * width + width - 1) / 8;
        for (unsigned byte = first; byte <= last; byte++)
            source[byte] = (uint8_t)(8 * i + byte - first);
    }
    return _mm512_loadu_si512(source);
}

/* 8 to 57 bits: eight numbers a step, each shifted to where its first byte has it, then moved there. */
static size_t pack_wide(const uint64_t *values, size_t count, unsigned width, uint64_t min, uint8_t *bytes)
{
    const __m512i even = byte_sources(width, 0), odd = byte_sources(width, 1);
    const __mmask64 of_even = (__mmask64)~_mm512_movepi8_mask(even);
    const __mmask64 of_odd = (__mmask64)~_mm512_movepi8_mask(odd);
    const __m512i shifts = lane_shifts_64(width, 0), mins = _mm512_set1_epi64((long long)min);
    const __mmask64 stored = (UINT64_C(1) << width) - 1;
    size_t i = 0;
    for (; i + 8 <= count; i += 8) {
        const __m512i numbers = _mm512_sub_epi64(_mm512_loadu_si512(values + i), mins);
        const __m512i shifted = _mm512_sllv_epi64(numbers, shifts);
        const __m512i packed = _mm512_or_si512(_mm512_maskz_permutexvar_epi8(of_even, even, shifted),
                                               _mm512_maskz_permutexvar_epi8(of_odd, odd, shifted));
        _mm512_mask_storeu_epi8(bytes + i / 8 * width, stored, packed);
    }
    return i;
}

static void pack(const uint64_t *values, size_t count, unsigned width, uint64_t min, uint8_t *bytes)
{
    size_t done = 0;
    if (width <= 8)
        done = pack_narrow(values, count, width, min, bytes);
    else if (width <= WIDTH_MAX_IN_8_BYTES)
        done = pack_wide(values, count, width, min, bytes);
    fl_pack(values + done, count - done, width, min, bytes + done / 8 * width);
}

/* Wrapping; the intrinsic that adds lanes does so with signed numbers, for which that is undefined. */
static uint64_t sum_of_lanes(__m512i sum)
{
    uint64_t lanes[8], all = 0;
    _mm512_storeu_si512(lanes, sum);
    for (int lane = 0; lane < 8; lane++)
        all += lanes[lane];
    return all;
}

static struct fl_measure measure(const int64_t *values, size_t count)
{
    __m512i min = _mm512_set1_epi64(INT64_MAX), max = _mm512_set1_epi64(INT64_MIN);
    __m512i sum = _mm512_setzero_si512();
    size_t i = 0;
    for (; i + 8 <= count; i += 8) {
        const __m512i eight = _mm512_loadu_si512(values + i);
        min = _mm512_min_epi64(min, eight);
        max = _mm512_max_epi64(max, eight);
        sum = _mm512_add_epi64(sum, eight);
    }
    const struct fl_measure measured = {_mm512_reduce_min_epi64(min), _mm512_reduce_max_epi64(max),
                                        sum_of_lanes(sum)};
    return fl_measure_from(measured, values + i, count - i);
}

const struct fl_decode_kernels fl_decode_avx512 = {
    .unpack_8 = unpack_8,
    .unpack_32 = unpack_32,
    .unpack_64 = unpack_64,
    .count_ones = count_ones,
    .bits_to_bytes = bits_to_bytes,
    .bits_of_types = bits_of_types,
    .fill_8 = fill_8,
    .fill_32 = fill_32,
    .fill_64 = fill_64,
    .place_8 = place_8,
    .place_32 = place_32,
    .place_64 = place_64,
    .pack = pack,
    .measure = measure,
};

#endif
