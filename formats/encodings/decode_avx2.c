/* decode_avx2.c - the decode kernels with AVX2 plus BMI2, where they gain by it. */
#if defined(__x86_64__)

#include <immintrin.h>
#include <string.h>

#include "formats/encodings/decode_levels.h"

/* A 128-bit half that starts in the byte of its first number's first bit holds four numbers of up to 25 bits
 * (7 + 4 * 25 <= 128 with room, and each within 4 bytes: 7 + 25 = 32), or two of up to 57 (each within 8). */
enum { WIDTH_MAX_IN_4_BYTES = 25, WIDTH_MAX_IN_8_BYTES = 57, LOAD_BYTES = 16 };

static uint64_t largest_of_8(__m256i numbers)
{
    uint8_t lane[32];
    uint64_t largest = 0;
    _mm256_storeu_si256((__m256i *)(void *)lane, numbers);
    for (size_t i = 0; i < sizeof lane; i++)
        largest = lane[i] > largest ? lane[i] : largest;
    return largest;
}

static uint64_t largest_of_32(__m256i numbers)
{
    uint32_t lane[8];
    uint64_t largest = 0;
    _mm256_storeu_si256((__m256i *)(void *)lane, numbers);
    for (size_t i = 0; i < 8; i++)
        largest = lane[i] > largest ? lane[i] : largest;
    return largest;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static uint64_t load_8(const uint8_t *bytes)
{
    uint64_t loaded;
    memcpy(&loaded, bytes, sizeof loaded);
    return loaded;
}

/* 32 numbers a step, eight at a time out of `width` bytes by PDEP. */
static uint64_t unpack_8(const uint8_t *bytes, size_t count, unsigned width, uint8_t min, uint8_t *values)
{
    const size_t size = (count * width + 7) / 8;
    const uint64_t mask = 0x0101010101010101u * ((1u << width) - 1);
    const __m256i mins = _mm256_set1_epi8((char)min);
    __m256i largest = _mm256_setzero_si256();
    size_t i = 0;
    for (size_t at = 0; i + 32 <= count && at + 3 * (size_t)width + 8 <= size;
         i += 32, at += 4 * (size_t)width) {
        const __m256i numbers =
            _mm256_set_epi64x((long long)_pdep_u64(load_8(bytes + at + 3 * (size_t)width), mask),
                              (long long)_pdep_u64(load_8(bytes + at + 2 * (size_t)width), mask),
                              (long long)_pdep_u64(load_8(bytes + at + width), mask),
                              (long long)_pdep_u64(load_8(bytes + at), mask));
        largest = _mm256_max_epu8(largest, numbers);
        _mm256_storeu_si256((__m256i *)(void *)(values + i), _mm256_add_epi8(numbers, mins));
    }
    return larger(largest_of_8(largest), fl_unpack_8_from(bytes, i, count, width, min, values));
}

/* Where the numbers of one vector lie: bytes to bring to each lane, then bits to drop. */
struct lanes {
    __m256i shuffle, shift;
    size_t half[2]; /* offset of the load of each 128-bit half */
};

/* Four numbers a half. */
static struct lanes lanes_of_32(unsigned width)
{
    struct lanes lanes;
    uint8_t shuffle[32];
    uint32_t shift[8];
    for (unsigned i = 0; i < 8; i++) {
        const unsigned bit = i * width, start = i / 4 * 4 * width / 8;
        lanes.half[i / 4] = start;
        shift[i] = bit % 8;
        for (unsigned k = 0; k < 4; k++)
            shuffle[i * 4 + k] = (uint8_t)(bit / 8 - start + k);
    }
    lanes.shuffle = _mm256_loadu_si256((const __m256i *)(const void *)shuffle);
    lanes.shift = _mm256_loadu_si256((const __m256i *)(const void *)shift);
    return lanes;
}

static __m256i load_halves(const uint8_t *bytes, const struct lanes *lanes)
{
    const __m128i low = _mm_loadu_si128((const __m128i *)(const void *)(bytes + lanes->half[0]));
    const __m128i high = _mm_loadu_si128((const __m128i *)(const void *)(bytes + lanes->half[1]));
    return _mm256_shuffle_epi8(_mm256_inserti128_si256(_mm256_castsi128_si256(low), high, 1), lanes->shuffle);
}

/* 8 numbers a step out of `width` bytes. */
static uint64_t unpack_32(const uint8_t *bytes, size_t count, unsigned width, uint32_t min, uint32_t *values)
{
    if (width == 0 || width > WIDTH_MAX_IN_4_BYTES)
        return fl_unpack_32_from(bytes, 0, count, width, min, values);
    const size_t size = (count * width + 7) / 8;
    const struct lanes lanes = lanes_of_32(width);
    const __m256i mask = _mm256_set1_epi32((int)((1u << width) - 1));
    const __m256i mins = _mm256_set1_epi32((int)min);
    __m256i largest = _mm256_setzero_si256();
    size_t i = 0;
    for (size_t at = 0; i + 8 <= count && at + lanes.half[1] + LOAD_BYTES <= size; i += 8, at += width) {
        const __m256i numbers =
            _mm256_and_si256(_mm256_srlv_epi32(load_halves(bytes + at, &lanes), lanes.shift), mask);
        largest = _mm256_max_epu32(largest, numbers);
        _mm256_storeu_si256((__m256i *)(void *)(values + i), _mm256_add_epi32(numbers, mins));
    }
    return larger(largest_of_32(largest), fl_unpack_32_from(bytes, i, count, width, min, values));
}

/* Two numbers a half; `first` is the number that the vector starts with, of the eight in `width` bytes. */
static struct lanes lanes_of_64(unsigned width, unsigned first)
{
    struct lanes lanes;
    uint8_t shuffle[32];
    uint64_t shift[4];
    for (unsigned i = 0; i < 4; i++) {
        const unsigned bit = (first + i) * width, start = (first + i / 2 * 2) * width / 8;
        lanes.half[i / 2] = start;
        shift[i] = bit % 8;
        for (unsigned k = 0; k < 8; k++)
            shuffle[i * 8 + k] = (uint8_t)(bit / 8 - start + k);
    }
    lanes.shuffle = _mm256_loadu_si256((const __m256i *)(const void *)shuffle);
    lanes.shift = _mm256_loadu_si256((const __m256i *)(const void *)shift);
    return lanes;
}

/* AVX2 compares 64-bit lanes as signed only, which is right below 2^57. */
static __m256i largest_64(__m256i a, __m256i b)
{
    return _mm256_blendv_epi8(a, b, _mm256_cmpgt_epi64(b, a));
}

static uint64_t unpack_64(const uint8_t *bytes, size_t count, unsigned width, uint64_t min, uint64_t *values)
{
    if (width == 0 || width > WIDTH_MAX_IN_8_BYTES)
        return fl_unpack_64_from(bytes, 0, count, width, min, values);
    const size_t size = (count * width + 7) / 8;
    const struct lanes low = lanes_of_64(width, 0), high = lanes_of_64(width, 4);
    const __m256i mask = _mm256_set1_epi64x((long long)(((uint64_t)1 << width) - 1));
    const __m256i mins = _mm256_set1_epi64x((long long)min);
    __m256i largest = _mm256_setzero_si256();
    size_t i = 0;
    for (size_t at = 0; i + 8 <= count && at + high.half[1] + LOAD_BYTES <= size; i += 8, at += width) {
        const __m256i four =
            _mm256_and_si256(_mm256_srlv_epi64(load_halves(bytes + at, &low), low.shift), mask);
        const __m256i next =
            _mm256_and_si256(_mm256_srlv_epi64(load_halves(bytes + at, &high), high.shift), mask);
        largest = largest_64(largest, largest_64(four, next));
        _mm256_storeu_si256((__m256i *)(void *)(values + i), _mm256_add_epi64(four, mins));
        _mm256_storeu_si256((__m256i *)(void *)(values + i + 4), _mm256_add_epi64(next, mins));
    }
    uint64_t lane[4];
    _mm256_storeu_si256((__m256i *)(void *)lane, largest);
    const uint64_t most = larger(larger(lane[0], lane[1]), larger(lane[2], lane[3]));
    return larger(most, fl_unpack_64_from(bytes, i, count, width, min, values));
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
    for (; i + 8 <= count; i += 8) {
        const uint64_t eight = _pdep_u64(bits[i / 8], 0x0101010101010101u);
        memcpy(bytes + i, &eight, sizeof eight);
        ones += (size_t)__builtin_popcount(bits[i / 8]);
    }
    return ones + fl_decode_scalar.bits_to_bytes(bits + i / 8, count - i, bytes + i);
}

static size_t bits_of_types(const uint8_t bits[32], const uint8_t *types, size_t count, uint8_t *bytes)
{
    return fl_decode_scalar.bits_of_types(bits, types, count, bytes);
}

/* In byte i: how many of bits 0 .. i are 1. The product adds each byte to all above it. */
static long long ranks_of_8(unsigned bits)
{
    return (long long)(_pdep_u64(bits, 0x0101010101010101u) * 0x0101010101010101u);
}

/* In both fills: rows before the first mark go on with the value before them, the others take the value that
 * their rank among the marks points at. The former is read where it waited, next - 1, which by then holds it
 * still or again: reading it out of the vector just written made each step wait for the one before. The
 * vectors end where a load would pass the end of the array. */
static void fill_8(const uint8_t *marks, size_t count, size_t held, uint8_t *values)
{
    if (held == count)
        return;
    size_t next = count - held, i = 0;
    for (; i + 16 <= count && next + 16 <= count; i += 16) {
        const unsigned low = marks[i / 8], high = marks[i / 8 + 1];
        const unsigned low_ones = (unsigned)__builtin_popcount(low);
        const __m128i of_eight = _mm_set_epi64x(ranks_of_8(high), ranks_of_8(low));
        const __m128i ranks =
            _mm_add_epi8(of_eight, _mm_set_epi64x((long long)(low_ones * 0x0101010101010101u), 0));
        const __m128i waiting = _mm_loadu_si128((const __m128i *)(const void *)(values + next));
        const __m128i unmarked = _mm_cmpeq_epi8(ranks, _mm_setzero_si128());
        const __m128i before = _mm_set1_epi8((char)values[next - 1]);
        const __m128i taken = _mm_shuffle_epi8(waiting, _mm_sub_epi8(ranks, _mm_set1_epi8(1)));
        _mm_storeu_si128((__m128i *)(void *)(values + i), _mm_blendv_epi8(taken, before, unmarked));
        next += low_ones + (unsigned)__builtin_popcount(high);
    }
    fl_fill_8_from(marks, i, next, count, values);
}

static void fill_32(const uint8_t *marks, size_t count, size_t held, uint32_t *values)
{
    if (held == count)
        return;
    size_t next = count - held, i = 0;
    for (; i + 8 <= count && next + 8 <= count; i += 8) {
        const unsigned mask = marks[i / 8];
        const __m256i ranks = _mm256_cvtepu8_epi32(_mm_cvtsi64_si128(ranks_of_8(mask)));
        const __m256i waiting = _mm256_loadu_si256((const __m256i *)(const void *)(values + next));
        const __m256i unmarked = _mm256_cmpeq_epi32(ranks, _mm256_setzero_si256());
        const __m256i before = _mm256_set1_epi32((int)values[next - 1]);
        const __m256i taken =
            _mm256_permutevar8x32_epi32(waiting, _mm256_sub_epi32(ranks, _mm256_set1_epi32(1)));
        _mm256_storeu_si256((__m256i *)(void *)(values + i), _mm256_blendv_epi8(taken, before, unmarked));
        next += (unsigned)__builtin_popcount(mask);
    }
    fl_fill_32_from(marks, i, next, count, values);
}
static void fill_64(const uint8_t *marks, size_t count, size_t held, uint64_t *values)
{
    fl_fill_64_from(marks, 0, count - held, count, values);
}
static void place_8(const uint8_t *nulls, size_t rows, size_t held, uint8_t *values)
{
    fl_place_8_from(nulls, 0, rows - held, rows, values);
}
static void place_32(const uint8_t *nulls, size_t rows, size_t held, uint32_t *values)
{
    size_t next = rows - held, i = 0;
    for (; i + 8 <= rows && next + 8 <= rows; i += 8) {
        const __m128i null = _mm_cvtsi64_si128((long long)load_8(nulls + i));
        const __m128i there = _mm_cmpeq_epi8(null, _mm_setzero_si128());
        const unsigned mask = (unsigned)_mm_movemask_epi8(there) & 0xFF;
        const __m256i ranks = _mm256_cvtepu8_epi32(_mm_cvtsi64_si128(ranks_of_8(mask)));
        const __m256i waiting = _mm256_loadu_si256((const __m256i *)(const void *)(values + next));
        const __m256i taken =
            _mm256_permutevar8x32_epi32(waiting, _mm256_sub_epi32(ranks, _mm256_set1_epi32(1)));
        _mm256_storeu_si256((__m256i *)(void *)(values + i),
                            _mm256_and_si256(taken, _mm256_cvtepi8_epi32(there)));
        next += (unsigned)__builtin_popcount(mask);
    }
    fl_place_32_from(nulls, i, next, rows, values);
}
/* Four rows a step; a 64-bit value moves as two 32-bit lanes, as AVX2 has no other move by index. */
static void place_64(const uint8_t *nulls, size_t rows, size_t held, uint64_t *values)
{
    size_t next = rows - held, i = 0;
    for (; i + 4 <= rows && next + 4 <= rows; i += 4) {
        int32_t four;
        memcpy(&four, nulls + i, sizeof four);
        const __m256i there =
            _mm256_cvtepi8_epi64(_mm_cmpeq_epi8(_mm_cvtsi32_si128(four), _mm_setzero_si128()));
        const unsigned mask = (unsigned)_mm256_movemask_pd(_mm256_castsi256_pd(there));
        const __m256i ranks = _mm256_cvtepu8_epi64(_mm_cvtsi64_si128(ranks_of_8(mask)));
        const __m256i even = _mm256_sub_epi64(_mm256_add_epi64(ranks, ranks), _mm256_set1_epi64x(2));
        const __m256i lanes =
            _mm256_or_si256(even, _mm256_slli_epi64(_mm256_add_epi64(even, _mm256_set1_epi64x(1)), 32));
        const __m256i waiting = _mm256_loadu_si256((const __m256i *)(const void *)(values + next));
        const __m256i taken = _mm256_permutevar8x32_epi32(waiting, lanes);
        _mm256_storeu_si256((__m256i *)(void *)(values + i), _mm256_and_si256(taken, there));
        next += (unsigned)__builtin_popcount(mask);
    }
    fl_place_64_from(nulls, i, next, rows, values);
}

static struct fl_measure measure(const int64_t *values, size_t count)
{
    enum { LANES = 4 };
    __m256i min = _mm256_set1_epi64x(INT64_MAX), max = _mm256_set1_epi64x(INT64_MIN);
    __m256i sum = _mm256_setzero_si256();
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) {
        const __m256i four = _mm256_loadu_si256((const __m256i *)(const void *)(values + i));
        min = _mm256_blendv_epi8(min, four, _mm256_cmpgt_epi64(min, four));
        max = _mm256_blendv_epi8(max, four, _mm256_cmpgt_epi64(four, max));
        sum = _mm256_add_epi64(sum, four);
    }
    int64_t mins[LANES], maxs[LANES], sums[LANES];
    _mm256_storeu_si256((__m256i *)(void *)mins, min);
    _mm256_storeu_si256((__m256i *)(void *)maxs, max);
    _mm256_storeu_si256((__m256i *)(void *)sums, sum);
    struct fl_measure measured = {INT64_MAX, INT64_MIN, 0};
    for (size_t lane = 0; lane < LANES; lane++) {
        measured.min = mins[lane] < measured.min ? mins[lane] : measured.min;
        measured.max = maxs[lane] > measured.max ? maxs[lane] : measured.max;
        measured.sum += (uint64_t)sums[lane];
    }
    return fl_measure_from(measured, values + i, count - i);
}

const struct fl_decode_kernels fl_decode_avx2 = {
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
    .pack = fl_pack,
    .measure = measure,
};

#endif
