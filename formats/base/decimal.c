/* decimal.c - exact decimal numbers as a mantissa with a power of ten. */
#include "formats/base/decimal.h"

#include <assert.h>

/* Sums are made on unsigned magnitudes: they cannot overflow in silence below 2^128, and products of signed
 * __int128 need a run-time function that clang does not link by default. */
typedef unsigned __int128 magnitude;

enum { DIGITS_MAX = 38, PLACES_MAX = 400 };

static magnitude power_of_ten(int exponent)
{
    assert(exponent >= 0 && exponent <= DIGITS_MAX);
    magnitude power = 1;
    for (int i = 0; i < exponent; i++)
        power *= 10;
    return power;
}

static magnitude magnitude_of(struct fl_decimal number)
{
    return number.mantissa < 0 ? -(magnitude)number.mantissa : (magnitude)number.mantissa;
}

/* Takes trailing zeros off; false when more than 38 digits or 400 places are left. */
static bool normalise(bool negative, magnitude size, int64_t places, struct fl_decimal *number)
{
    if (size == 0) {
        *number = (struct fl_decimal){0, 0};
        return true;
    }
    while (size % 10 == 0) {
        size /= 10;
        places--;
    }
    if (size >= power_of_ten(DIGITS_MAX) || places < -PLACES_MAX || places > PLACES_MAX)
        return false;
    number->mantissa = negative ? -(__int128)size : (__int128)size;
    number->places = (int)places;
    return true;
}

static bool is_digit(char letter)
{
    return letter >= '0' && letter <= '9';
}

/* The digits of a number without its trailing zeros: those are only counted, until another digit follows. */
struct digits {
    magnitude value;
    int count;          /* digits of value */
    int64_t zeros;      /* read, but not yet in value */
    int64_t after_mark; /* digits read behind the mark */
};

/* False: more than 38 significant digits, which 128 bits hold. */
static bool add_digit(struct digits *digits, int digit)
{
    if (digit == 0) {
        digits->zeros += digits->count > 0;
        return true;
    }
    if (digits->count + digits->zeros + 1 > DIGITS_MAX)
        return false;
    for (; digits->zeros > 0; digits->zeros--, digits->count++)
        digits->value *= 10;
    digits->value = digits->value * 10 + (unsigned)digit;
    digits->count++;
    return true;
}

/* The digits from `at` on, if there are any; NULL with too many. */
static const char *parse_digits(const char *at, const char *end, struct digits *digits)
{
    for (; at < end && is_digit(*at); at++) {
        if (!add_digit(digits, *at - '0'))
            return NULL;
    }
    return at;
}

/* [+-] digits behind the e; NULL when there are none. */
static const char *parse_exponent(const char *at, const char *end, int64_t *exponent)
{
    bool negative = false;
    if (at < end && (*at == '+' || *at == '-'))
        negative = *at++ == '-';
    const char *const first = at;
    int64_t number = 0;
    for (; at < end && is_digit(*at); at++) {
        if (number < INT32_MAX) /* far past the 400 places that are refused later */
            number = number * 10 + (*at - '0');
    }
    *exponent = negative ? -number : number;
    return at == first ? NULL : at;
}

bool fl_decimal_parse(const char *text, size_t size, char mark, struct fl_decimal *number)
{
    assert(mark == '.' || mark == ',');
    if (size == 0)
        return false;
    const char *const end = text + size;
    const char *at = text;
    bool negative = false;
    if (*at == '+' || *at == '-')
        negative = *at++ == '-';
    struct digits digits = {0};
    const char *const whole = at;
    at = parse_digits(at, end, &digits);
    if (at == NULL)
        return false;
    bool any = at > whole;
    if (at < end && *at == mark) {
        const char *const fraction = ++at;
        at = parse_digits(at, end, &digits);
        if (at == NULL)
            return false;
        digits.after_mark = at - fraction;
        any = any || digits.after_mark > 0;
    }
    if (!any)
        return false;
    int64_t exponent = 0;
    if (at < end && (*at == 'e' || *at == 'E')) {
        at = parse_exponent(at + 1, end, &exponent);
        if (at == NULL)
            return false;
    }
    if (at != end)
        return false;
    return normalise(negative, digits.value, digits.after_mark - digits.zeros - exponent, number);
}

/* Moves factors of ten that two mantissas have only together (2 in one, 5 in the other) out of both. */
static int64_t cancel_tens(magnitude *twos, magnitude *fives)
{
    int64_t tens = 0;
    while (*twos % 2 == 0 && *fives % 5 == 0) {
        *twos /= 2;
        *fives /= 5;
        tens++;
    }
    return tens;
}

bool fl_decimal_multiply(struct fl_decimal a, struct fl_decimal b, struct fl_decimal *product)
{
    magnitude left = magnitude_of(a);
    magnitude right = magnitude_of(b);
    if (left == 0 || right == 0) {
        *product = (struct fl_decimal){0, 0};
        return true;
    }
    /* With these gone the product ends in no zero, so its digits are those the result needs. */
    const int64_t tens = cancel_tens(&left, &right) + cancel_tens(&right, &left);
    if (left > (power_of_ten(DIGITS_MAX) - 1) / right)
        return false;
    const bool negative = (a.mantissa < 0) != (b.mantissa < 0);
    return normalise(negative, left * right, (int64_t)a.places + b.places - tens, product);
}

/* size * 10^exponent; false when that reaches `limit`. */
static bool scale_up(magnitude *size, int exponent, magnitude limit)
{
    if (*size == 0)
        return true;
    if (exponent > DIGITS_MAX || *size > (limit - 1) / power_of_ten(exponent))
        return false;
    *size *= power_of_ten(exponent);
    return true;
}

bool fl_decimal_add(struct fl_decimal a, struct fl_decimal b, struct fl_decimal *sum)
{
    if (a.mantissa == 0 || b.mantissa == 0) {
        *sum = a.mantissa == 0 ? b : a;
        return true;
    }
    const struct fl_decimal coarse = a.places < b.places ? a : b;
    const struct fl_decimal fine = a.places < b.places ? b : a;
    magnitude left = magnitude_of(coarse);
    const magnitude right = magnitude_of(fine);
    /* The sum keeps the last digit of the finer number. Both are below 10^38 there, so from 2 * 10^38 on the
     * other cannot bring it back to 38 digits; below that all fits in 128 bits (3.4 * 10^38). */
    if (!scale_up(&left, fine.places - coarse.places, 2 * power_of_ten(DIGITS_MAX)))
        return false;
    const bool left_negative = coarse.mantissa < 0;
    const bool right_negative = fine.mantissa < 0;
    if (left_negative == right_negative)
        return normalise(left_negative, left + right, fine.places, sum);
    if (left >= right)
        return normalise(left_negative, left - right, fine.places, sum);
    return normalise(right_negative, right - left, fine.places, sum);
}

static int digit_count(magnitude size)
{
    int count = 0;
    for (; size > 0; size /= 10)
        count++;
    return count;
}

/* Both above zero. */
static int compare_sizes(struct fl_decimal a, struct fl_decimal b)
{
    magnitude left = magnitude_of(a);
    magnitude right = magnitude_of(b);
    const int left_digits = digit_count(left);
    const int right_digits = digit_count(right);
    const int left_top = left_digits - a.places;
    const int right_top = right_digits - b.places;
    if (left_top != right_top)
        return left_top < right_top ? -1 : 1;
    /* The first digits have the same place value: at equal length plain comparison decides. */
    if (left_digits < right_digits)
        left *= power_of_ten(right_digits - left_digits);
    else
        right *= power_of_ten(left_digits - right_digits);
    return left < right ? -1 : left > right;
}

int fl_decimal_compare(struct fl_decimal a, struct fl_decimal b)
{
    const int left_sign = (a.mantissa > 0) - (a.mantissa < 0);
    const int right_sign = (b.mantissa > 0) - (b.mantissa < 0);
    if (left_sign != right_sign)
        return left_sign < right_sign ? -1 : 1;
    if (left_sign == 0)
        return 0;
    return left_sign * compare_sizes(a, b);
}

bool fl_decimal_round(struct fl_decimal number, int places, int64_t *rounded)
{
    const bool negative = number.mantissa < 0;
    const magnitude limit = (magnitude)INT64_MAX + (negative ? 1 : 0); /* the largest size that fits */
    magnitude size = magnitude_of(number);
    const int64_t shift = (int64_t)places - number.places;
    if (shift >= 0) {
        if (!scale_up(&size, shift > DIGITS_MAX ? DIGITS_MAX + 1 : (int)shift, limit + 1))
            return false;
    } else if (shift < -DIGITS_MAX) {
        size = 0; /* below 10^38 / 10^39 */
    } else {
        const magnitude divisor = power_of_ten((int)-shift);
        const magnitude rest = size % divisor;
        size = size / divisor + (rest >= divisor - rest ? 1 : 0);
    }
    if (size > limit)
        return false;
    *rounded = negative ? (int64_t)(0 - (uint64_t)size) : (int64_t)size;
    return true;
}

enum { SAFE_DIGITS = 18 }; /* below 10^18 nothing overflows: no check for most numbers */

bool fl_integer_parse(const char *text, size_t size, int64_t *number)
{
    const bool negative = size > 0 && text[0] == '-';
    const size_t first = negative ? 1 : 0;
    if (size == first || (text[first] == '0' && (negative || size > 1)))
        return false;
    const uint64_t limit = (uint64_t)INT64_MAX + (negative ? 1 : 0);
    const size_t safe = size - first < SAFE_DIGITS ? size : first + SAFE_DIGITS;
    uint64_t value = 0;
    size_t i = first;
    for (; i < safe && is_digit(text[i]); i++)
        value = value * 10 + (uint64_t)(text[i] - '0');
    for (; i < size; i++) {
        if (!is_digit(text[i]))
            return false;
        const uint64_t digit = (uint64_t)(text[i] - '0');
        if (value > (limit - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    *number = negative ? (int64_t)(0 - value) : (int64_t)value;
    return true;
}

int fl_decimal_format(int64_t value, int places, char mark, char *text)
{
    assert(places >= 0 && places <= 40);
    char reversed[48];
    int length = 0;
    uint64_t left = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    for (int written = 0; left > 0 || written <= places; written++) {
        if (written == places && places > 0)
            reversed[length++] = mark;
        reversed[length++] = (char)('0' + left % 10);
        left /= 10;
    }
    if (value < 0)
        reversed[length++] = '-';
    for (int i = 0; i < length; i++)
        text[i] = reversed[length - 1 - i];
    text[length] = '\0';
    return length;
}

int fl_decimal_format_short(int64_t value, int places, char mark, char *text)
{
    int length = fl_decimal_format(value, places, mark, text);
    while (places > 0 && text[length - 1] == '0')
        length--;
    if (text[length - 1] == mark)
        length--;
    text[length] = '\0';
    return length;
}
