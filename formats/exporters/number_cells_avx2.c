/* number_cells_avx2.c - the kernel that writes integers, four at a time. */
#include "formats/exporters/number_cells.h"

#if defined(__x86_64__)
#include <immintrin.h>

/* A slot: 8 bytes free for the sign, 16 digits, 8 bytes free for copies that are too long. */
enum { DIGITS_AT = 8, DIGITS = 16 };

/* |value|; that of INT64_MIN is 2^63. */
static inline __m256i magnitude(__m256i value)
{
    const __m256i negative = _mm256_cmpgt_epi64(_mm256_setzero_si256(), value);
    return _mm256_sub_epi64(_mm256_xor_si256(value, negative), negative);
}

/* number / 10^8 and what is left, for number < 2^52. Put under the exponent of 2^52 the bits of an integer
 * are 2^52 + integer as a double, so that minus 2^52 it is exact; adding 2^52 rounds the quotient to the
 * nearest integer, whose bits are then the low ones. It has an error of less than 10^-8 before that, so it is
 * right or one too large, which a negative rest shows. */
static inline __m256i split(__m256i number, __m256i *rest)
{
    const __m256d two_to_52 = _mm256_set1_pd(0x1p52);
    const __m256i exponent = _mm256_castpd_si256(two_to_52);
    const __m256i ten_to_8 = _mm256_set1_epi64x(100000000);
    const __m256d exact = _mm256_sub_pd(_mm256_castsi256_pd(_mm256_or_si256(number, exponent)), two_to_52);
    const __m256d rounded = _mm256_add_pd(_mm256_mul_pd(exact, _mm256_set1_pd(1e-8)), two_to_52);
    const __m256i nearest = _mm256_xor_si256(_mm256_castpd_si256(rounded), exponent);
    const __m256i left = _mm256_sub_epi64(number, _mm256_mul_epu32(nearest, ten_to_8));
    const __m256i too_large = _mm256_cmpgt_epi64(_mm256_setzero_si256(), left);
    *rest = _mm256_add_epi64(left, _mm256_and_si256(too_large, ten_to_8));
    return _mm256_add_epi64(nearest, too_large);
}

/* Eight digits in each lane of 64 bits, each a byte, the highest first. Quotients by reciprocals, exact for
 * the ranges at hand: x / 10000 = x * 0xd1b71759 >> 45 below 2^32, x / 100 = x * 5243 >> 19 below 10000,
 * x / 10 = x * 6554 >> 16 below 100. The products by 100 and 10 are those of instructions that add pairs, of
 * which one is 0: a compiler makes five shifts and sums of a plain one. */
static inline __m256i digits_of(__m256i number)
{
    const __m256i thousands = _mm256_srli_epi64(_mm256_mul_epu32(number, _mm256_set1_epi64x(0xd1b71759)), 45);
    const __m256i rest = _mm256_sub_epi32(number, _mm256_mul_epu32(thousands, _mm256_set1_epi64x(10000)));
    const __m256i fours = _mm256_or_si256(thousands, _mm256_slli_epi64(rest, 32));
    const __m256i hundreds = _mm256_srli_epi16(_mm256_mulhi_epu16(fours, _mm256_set1_epi16(5243)), 3);
    const __m256i below_100 = _mm256_sub_epi16(fours, _mm256_madd_epi16(hundreds, _mm256_set1_epi32(100)));
    const __m256i twos = _mm256_or_si256(hundreds, _mm256_slli_epi32(below_100, 16));
    const __m256i tens = _mm256_mulhi_epu16(twos, _mm256_set1_epi16(6554));
    const __m256i ones = _mm256_sub_epi16(twos, _mm256_maddubs_epi16(tens, _mm256_set1_epi16(10)));
    return _mm256_or_si256(tens, _mm256_slli_epi16(ones, 8));
}

/* `not_zero` has a bit for each of the sixteen digits; the number begins at the first one that is not 0, or
 * at the last. */
static inline void end_cell(int64_t value, unsigned not_zero, const uint8_t *slot, const uint8_t **at,
                            uint32_t *size)
{
    const unsigned zeros = (unsigned)__builtin_ctz(not_zero | 1u << (DIGITS - 1));
    const unsigned negative = (unsigned)((uint64_t)value >> 63);
    *at = slot + DIGITS_AT + zeros - negative;
    *size = DIGITS - zeros + negative;
}

/* The slots of two numbers; a bit for each digit that is not 0. */
static inline unsigned put_pair(__m256i halves, uint8_t *first, uint8_t *second)
{
    const __m256i digits = digits_of(halves);
    const __m256i text = _mm256_or_si256(digits, _mm256_set1_epi8('0'));
    _mm_storeu_si128((__m128i *)(first + DIGITS_AT), _mm256_castsi256_si128(text));
    _mm_storeu_si128((__m128i *)(second + DIGITS_AT), _mm256_extracti128_si256(text, 1));
    return ~(unsigned)_mm256_movemask_epi8(_mm256_cmpeq_epi8(digits, _mm256_setzero_si256()));
}

/* A sign stands where it is wanted, before the first digit, by a store for each number that has one. */
static inline void put_signs(const int64_t *value, const uint8_t *const *at, uint8_t (*slots)[FL_NUMBER_SLOT])
{
    for (size_t i = 0; i < 4; i++) {
        if (value[i] < 0)
            slots[i][at[i] - slots[i]] = '-';
    }
}

static inline __m256i put_four(const int64_t *value, uint8_t (*slots)[FL_NUMBER_SLOT], const uint8_t **at,
                               uint32_t *size)
{
    const __m256i four = _mm256_loadu_si256((const __m256i *)value);
    const __m256i number = magnitude(four);
    __m256i low;
    const __m256i high = split(number, &low);
    const unsigned even = put_pair(_mm256_unpacklo_epi64(high, low), slots[0], slots[2]);
    const unsigned odd = put_pair(_mm256_unpackhi_epi64(high, low), slots[1], slots[3]);
    end_cell(value[0], even & 0xffff, slots[0], &at[0], &size[0]);
    end_cell(value[1], odd & 0xffff, slots[1], &at[1], &size[1]);
    end_cell(value[2], even >> DIGITS, slots[2], &at[2], &size[2]);
    end_cell(value[3], odd >> DIGITS, slots[3], &at[3], &size[3]);
    if (_mm256_movemask_pd(_mm256_castsi256_pd(four)) != 0)
        put_signs(value, at, slots);
    return number;
}

uint64_t fl_number_cells_avx2(const int64_t *value, size_t count, uint8_t (*slots)[FL_NUMBER_SLOT],
                              const uint8_t **at, uint32_t *size)
{
    __m256i magnitudes = _mm256_setzero_si256();
    size_t i = 0;
    for (; i + 4 <= count; i += 4)
        magnitudes = _mm256_or_si256(magnitudes, put_four(value + i, slots + i, at + i, size + i));
    uint64_t lanes[4];
    _mm256_storeu_si256((__m256i *)lanes, magnitudes);
    return lanes[0] | lanes[1] | lanes[2] | lanes[3] |
           fl_number_cells_scalar(value + i, count - i, slots + i, at + i, size + i);
}
#endif
