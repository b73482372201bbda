/* number_cells_avx512.c - the kernel that writes integers, eight at a time. */
#include "formats/exporters/number_cells.h"

#if defined(__x86_64__)
#include <immintrin.h>

/* A slot: 8 bytes free for the sign, 16 digits, 8 bytes free for copies that are too long. */
enum { DIGITS_END = 24, LONG_DIGITS = 16, SHORT_DIGITS = 8 };
#define SHORT_MAX ((UINT64_C(1) << 26) - 1) /* or-ed magnitudes up to this are below 10^8, one by one */

/* number / 10^8 and what is left, for number < 2^52; the nearest integer to the quotient is at most one too
 * large, as the error before rounding is below 10^-8. */
static inline __m512i split(__m512i number, __m512i *rest)
{
    const __m512i ten_to_8 = _mm512_set1_epi64(100000000);
    const __m512i nearest =
        _mm512_cvtpd_epi64(_mm512_mul_pd(_mm512_cvtepi64_pd(number), _mm512_set1_pd(1e-8)));
    const __m512i left = _mm512_sub_epi64(number, _mm512_mul_epu32(nearest, ten_to_8));
    const __mmask8 too_large = _mm512_movepi64_mask(left);
    *rest = _mm512_mask_add_epi64(left, too_large, left, ten_to_8);
    return _mm512_mask_sub_epi64(nearest, too_large, nearest, _mm512_set1_epi64(1));
}

/* Eight digits in each lane of 64 bits; number_cells_avx2.c has the reasons. */
static inline __m512i digits_of(__m512i number)
{
    const __m512i thousands = _mm512_srli_epi64(_mm512_mul_epu32(number, _mm512_set1_epi64(0xd1b71759)), 45);
    const __m512i rest = _mm512_sub_epi32(number, _mm512_mul_epu32(thousands, _mm512_set1_epi64(10000)));
    const __m512i fours = _mm512_or_si512(thousands, _mm512_slli_epi64(rest, 32));
    const __m512i hundreds = _mm512_srli_epi16(_mm512_mulhi_epu16(fours, _mm512_set1_epi16(5243)), 3);
    const __m512i below_100 = _mm512_sub_epi16(fours, _mm512_madd_epi16(hundreds, _mm512_set1_epi32(100)));
    const __m512i twos = _mm512_or_si512(hundreds, _mm512_slli_epi32(below_100, 16));
    const __m512i tens = _mm512_mulhi_epu16(twos, _mm512_set1_epi16(6554));
    const __m512i ones = _mm512_sub_epi16(twos, _mm512_maddubs_epi16(tens, _mm512_set1_epi16(10)));
    return _mm512_or_si512(tens, _mm512_slli_epi16(ones, 8));
}

static inline __m512i ascii(__m512i digits)
{
    return _mm512_or_si512(digits, _mm512_set1_epi8('0'));
}

/* `not_zero` has a bit for each of `digits` digits: the number begins at the first that is not 0, or at the
 * last. The sign is written in any case. */
static inline void end_cell(int64_t value, unsigned not_zero, unsigned digits, uint8_t *slot,
                            const uint8_t **at, uint32_t *size)
{
    const unsigned zeros = (unsigned)__builtin_ctz(not_zero | 1u << (digits - 1));
    const unsigned negative = (unsigned)((uint64_t)value >> 63);
    uint8_t *const first = slot + DIGITS_END - digits + zeros;
    first[-1] = '-';
    *at = first - negative;
    *size = digits - zeros + negative;
}

/* Eight numbers below 10^8. */
static inline void put_short(const int64_t *value, uint8_t (*slots)[FL_NUMBER_SLOT], const uint8_t **at,
                             uint32_t *size)
{
    const __m512i digits = digits_of(_mm512_abs_epi64(_mm512_loadu_si512(value)));
    const uint64_t not_zero = _mm512_test_epi8_mask(digits, digits);
    uint64_t text[8];
    _mm512_storeu_si512(text, ascii(digits));
    for (size_t i = 0; i < 8; i++) {
        __builtin_memcpy(slots[i] + DIGITS_END - SHORT_DIGITS, &text[i], SHORT_DIGITS);
        end_cell(value[i], (unsigned)(not_zero >> (SHORT_DIGITS * i)) & 0xff, SHORT_DIGITS, slots[i], &at[i],
                 &size[i]);
    }
}

/* Numbers `first`, first + 2, first + 4, first + 6 of eight, each with an upper and a lower half. */
static inline void put_halves(__m512i halves, size_t first, const int64_t *value,
                              uint8_t (*slots)[FL_NUMBER_SLOT], const uint8_t **at, uint32_t *size)
{
    const __m512i digits = digits_of(halves), text = ascii(digits);
    const uint64_t not_zero = _mm512_test_epi8_mask(digits, digits);
    const size_t begin = DIGITS_END - LONG_DIGITS;
    uint8_t(*slot)[FL_NUMBER_SLOT] = slots + first;
    _mm_storeu_si128((__m128i *)(slot[0] + begin), _mm512_castsi512_si128(text));
    _mm_storeu_si128((__m128i *)(slot[2] + begin), _mm512_extracti64x2_epi64(text, 1));
    _mm_storeu_si128((__m128i *)(slot[4] + begin), _mm512_extracti64x2_epi64(text, 2));
    _mm_storeu_si128((__m128i *)(slot[6] + begin), _mm512_extracti64x2_epi64(text, 3));
    for (size_t i = 0; i < 4; i++)
        end_cell(value[first + 2 * i], (unsigned)(not_zero >> (LONG_DIGITS * i)) & 0xffff, LONG_DIGITS,
                 slot[2 * i], &at[first + 2 * i], &size[first + 2 * i]);
}

static inline void put_long(const int64_t *value, uint8_t (*slots)[FL_NUMBER_SLOT], const uint8_t **at,
                            uint32_t *size)
{
    __m512i low;
    const __m512i high = split(_mm512_abs_epi64(_mm512_loadu_si512(value)), &low);
    put_halves(_mm512_unpacklo_epi64(high, low), 0, value, slots, at, size);
    put_halves(_mm512_unpackhi_epi64(high, low), 1, value, slots, at, size);
}

static uint64_t or_magnitudes(const int64_t *value, size_t eights)
{
    __m512i all = _mm512_setzero_si512();
    for (size_t i = 0; i < eights; i++)
        all = _mm512_or_si512(all, _mm512_abs_epi64(_mm512_loadu_si512(value + 8 * i)));
    return (uint64_t)_mm512_reduce_or_epi64(all);
}

uint64_t fl_number_cells_avx512(const int64_t *value, size_t count, uint8_t (*slots)[FL_NUMBER_SLOT],
                                const uint8_t **at, uint32_t *size)
{
    const size_t eights = count / 8, done = 8 * eights;
    const uint64_t magnitudes = or_magnitudes(value, eights);
    if (magnitudes <= SHORT_MAX) {
        for (size_t i = 0; i < done; i += 8)
            put_short(value + i, slots + i, at + i, size + i);
    } else if (magnitudes <= FL_NUMBER_CELL_MAX) {
        for (size_t i = 0; i < done; i += 8)
            put_long(value + i, slots + i, at + i, size + i);
    }
    return magnitudes |
           fl_number_cells_scalar(value + done, count - done, slots + done, at + done, size + done);
}
#endif
