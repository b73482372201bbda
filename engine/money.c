/* money.c - amounts of rows, signed by role and in the model's currency. */
#include "engine/money.h"

#include <string.h>

#include "formats/base/civil.h"

/* Unsigned: clang does not link the function that it calls for products of signed 128 bits by default. */
typedef unsigned __int128 magnitude;

static int8_t sign_of(const struct fl_interaction_type *type)
{
    if (!type->known)
        return 0;
    if (type->role == FL_ROLE_PURCHASE)
        return 1;
    return type->role == FL_ROLE_RETURN || type->role == FL_ROLE_CANCEL ? -1 : 0;
}

void fl_money_init(struct fl_money *money, const struct fl_model *model)
{
    *money = (struct fl_money){.rates = &model->rates};
    memcpy(money->currency, model->settings.currency, sizeof money->currency);
    for (unsigned type = 0; type < FL_TYPES_MAX; type++) {
        const uint64_t bit = UINT64_C(1) << (type % 64);
        money->sign[type] = sign_of(&model->registry.types[type]);
        money->bits[type / 64] |= money->sign[type] != 0 ? bit : 0;
        money->purchase_bits[type / 64] |= money->sign[type] > 0 ? bit : 0;
    }
}

void fl_file_money_init(struct fl_file_money *file, const struct fl_money *money,
                        const struct fl_words *currencies)
{
    *file = (struct fl_file_money){.money = money, .currencies = currencies};
    for (size_t i = 0; i < sizeof file->kept / sizeof file->kept[0]; i++)
        file->kept[i].word = FL_NO_WORD;
}

bool fl_file_money_same(const struct fl_file_money *file, uint32_t word)
{
    return word == FL_NO_WORD ||
           fl_text_equal(fl_words_at(file->currencies, word), fl_text_of(file->money->currency));
}

/* The minor units of a rate: rate * 10^(places of the model's currency - places of the foreign one). */
static void set_rate(const struct fl_money *money, const struct fl_rate *rate, struct fl_money_factor *to)
{
    to->factor = rate->rate;
    to->factor.places += fl_currency_places(rate->currency, 3) - fl_currency_places(money->currency, 3);
    magnitude mantissa = (magnitude)to->factor.mantissa; /* a rate is above 0 */
    int64_t divisor = 1;
    bool small = to->factor.places >= -18 && to->factor.places <= 18 && mantissa <= INT64_MAX;
    for (int i = 0; small && i < to->factor.places; i++)
        divisor *= 10;
    for (int i = 0; small && i > to->factor.places; i--)
        mantissa *= 10; /* below 2^63 * 10^18 */
    small = small && mantissa <= INT64_MAX;
    to->mantissa = small ? (int64_t)mantissa : 0;
    to->divisor = divisor;
}

/* The rate of that day and how long it holds. */
static bool find_factor(const struct fl_money *money, const char *code, int32_t day,
                        struct fl_money_factor *to)
{
    const struct fl_rate *rate = fl_rates_find(money->rates, code, day);
    if (rate == NULL)
        return false;
    const struct fl_rate *next = rate + 1, *end = money->rates->entries + money->rates->count;
    to->day_first = rate->day;
    to->day_last = INT32_MAX;
    if (next < end && memcmp(next->currency, rate->currency, sizeof rate->currency) == 0)
        to->day_last = next->day - 1;
    set_rate(money, rate, to);
    return true;
}

static fl_status fail_currency(const struct fl_file_money *file, struct fl_text word, int32_t day,
                               struct fl_error *error)
{
    char words[11];
    fl_day_format(day, words);
    if (fl_currency_places(word.bytes, word.size) < 0)
        return fl_fail(error, FL_BAD_MODEL,
                       "an amount of %s is in a currency that is no code of three capital letters", words);
    return fl_fail(
        error, FL_BAD_MODEL,
        "an amount of %s in %.3s has no rate on or before its day: add a line `%.3s,%s,<%s for one "
        "%.3s>` to rates.csv",
        words, word.bytes, word.bytes, words, file->money->currency, word.bytes);
}

static fl_status find(struct fl_file_money *file, uint32_t word, int32_t day,
                      const struct fl_money_factor **factor, struct fl_error *error)
{
    struct fl_money_factor *kept = &file->kept[word % (sizeof file->kept / sizeof file->kept[0])];
    *factor = kept;
    if (kept->word == word && day >= kept->day_first && day <= kept->day_last)
        return FL_OK;
    const struct fl_text text = fl_words_at(file->currencies, word);
    *kept = (struct fl_money_factor){.word = word, .day_first = INT32_MIN, .day_last = INT32_MAX};
    kept->same = fl_file_money_same(file, word);
    if (kept->same ||
        (fl_currency_places(text.bytes, text.size) >= 0 && find_factor(file->money, text.bytes, day, kept)))
        return FL_OK;
    kept->word = FL_NO_WORD;
    return fail_currency(file, text, day, error);
}

static bool in_bounds(int64_t amount)
{
    return amount >= -FL_ROW_MONEY_MAX && amount <= FL_ROW_MONEY_MAX;
}

/* Half away from zero; false when it leaves 64 bits. */
static bool multiply(const struct fl_money_factor *factor, int64_t amount, int64_t *product)
{
    if (factor->mantissa != 0) {
        const uint64_t size = amount < 0 ? -(uint64_t)amount : (uint64_t)amount;
        const uint64_t divisor = (uint64_t)factor->divisor;
        const magnitude scaled = (magnitude)size * (uint64_t)factor->mantissa + divisor / 2;
        const magnitude rounded = scaled >> 64 == 0 ? (uint64_t)scaled / divisor : scaled / divisor;
        *product = amount < 0 ? -(int64_t)rounded : (int64_t)rounded;
        return rounded <= INT64_MAX;
    }
    struct fl_decimal exact;
    const struct fl_decimal number = {.mantissa = amount, .places = 0};
    return fl_decimal_multiply(number, factor->factor, &exact) && fl_decimal_round(exact, 0, product);
}

fl_status fl_file_money_convert(struct fl_file_money *file, uint32_t word, int32_t day, int64_t amount,
                                int64_t *converted, struct fl_error *error)
{
    char words[11];
    const struct fl_money_factor *factor = NULL;
    *converted = amount;
    fl_status status = word == FL_NO_WORD || amount == 0 ? FL_OK : find(file, word, day, &factor, error);
    if (status != FL_OK)
        return status;
    const bool known = factor == NULL || factor->same || multiply(factor, amount, converted);
    if (known && in_bounds(*converted))
        return FL_OK;
    fl_day_format(day, words);
    return fl_fail(error, FL_BAD_DATA, "an amount of %s is beyond %lld minor units of %s", words,
                   (long long)FL_ROW_MONEY_MAX, file->money->currency);
}
