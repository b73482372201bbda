/* small_number.c - exact decimals of one machine word, for the numbers that most cells hold. */
#include "formats/importers/small_number.h"

enum { PLACES_MAX = 18, DIGITS_MAX = 18 };

static const int64_t powers_of_ten[PLACES_MAX + 1] = {
    1,
    10,
    100,
    1000,
    10000,
    100000,
    1000000,
    10000000,
    100000000,
    1000000000,
    10000000000,
    100000000000,
    1000000000000,
    10000000000000,
    100000000000000,
    1000000000000000,
    10000000000000000,
    100000000000000000,
    1000000000000000000,
};

bool fl_small_number_parse(const char *text, size_t size, char mark, struct fl_small_number *number)
{
    const bool negative = size > 0 && text[0] == '-';
    size_t digits = 0;
    size_t mark_at = size;
    int64_t mantissa = 0;
    for (size_t i = negative ? 1 : 0; i < size; i++) {
        if (text[i] >= '0' && text[i] <= '9' && digits < DIGITS_MAX) {
            mantissa = mantissa * 10 + (text[i] - '0');
            digits++;
        } else if (text[i] == mark && mark_at == size && digits != 0 && i + 1 < size) {
            mark_at = i;
        } else {
            return false;
        }
    }
    number->mantissa = negative ? -mantissa : mantissa;
    number->places = mark_at == size ? 0 : (int)(size - mark_at - 1);
    return digits != 0;
}

bool fl_small_number_of(struct fl_decimal decimal, struct fl_small_number *number)
{
    if (decimal.places < 0 || decimal.places > PLACES_MAX || decimal.mantissa > powers_of_ten[PLACES_MAX] ||
        decimal.mantissa < -powers_of_ten[PLACES_MAX])
        return false;
    *number = (struct fl_small_number){(int64_t)decimal.mantissa, decimal.places};
    return true;
}

bool fl_small_number_multiply(struct fl_small_number a, struct fl_small_number b,
                              struct fl_small_number *product)
{
    product->places = a.places + b.places;
    return product->places <= PLACES_MAX &&
           !__builtin_mul_overflow(a.mantissa, b.mantissa, &product->mantissa);
}

bool fl_small_number_add(struct fl_small_number a, struct fl_small_number b, struct fl_small_number *sum)
{
    const struct fl_small_number coarse = a.places < b.places ? a : b;
    const struct fl_small_number fine = a.places < b.places ? b : a;
    int64_t scaled = 0;
    sum->places = fine.places;
    return !__builtin_mul_overflow(coarse.mantissa, powers_of_ten[fine.places - coarse.places], &scaled) &&
           !__builtin_add_overflow(scaled, fine.mantissa, &sum->mantissa);
}

bool fl_small_number_round(struct fl_small_number number, int places, int64_t *rounded)
{
    const int shift = places - number.places;
    if (shift >= 0)
        return shift <= PLACES_MAX && !__builtin_mul_overflow(number.mantissa, powers_of_ten[shift], rounded);
    const int64_t divisor = powers_of_ten[-shift];
    const int64_t rest = number.mantissa % divisor;
    const int64_t half = divisor / 2;
    *rounded = number.mantissa / divisor + (rest >= half) - (rest <= -half);
    return true;
}
