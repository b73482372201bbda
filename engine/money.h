/* money.h - amounts of rows, signed by role and in the model's currency. */
#ifndef ENGINE_MONEY_H
#define ENGINE_MONEY_H

#include "engine/model/model.h"
#include "formats/table/table_reader.h"
#include "formats/table/word_union.h"

/* What one row may be worth, in minor units: ten million millions of a currency of two places. A shop's
 * mistake of some digits is found, and thousands of the largest rows still fit into 63 bits. */
#define FL_ROW_MONEY_MAX INT64_C(1000000000000000)

/* Built once from a model; immutable, so threads may share it. */
struct fl_money {
    const struct fl_rates *rates; /* borrowed from the model */
    char currency[4];
    int8_t sign[FL_TYPES_MAX]; /* by role: 1 of purchases, -1 of returns and cancels, 0 of all else */
    uint64_t bits[4], purchase_bits[4]; /* type maps: with a sign; of purchases */
};

void fl_money_init(struct fl_money *money, const struct fl_model *model);

/* How amounts of one currency turn into the model's, for some days. */
struct fl_money_factor {
    uint32_t word; /* of the currency; FL_NO_WORD: none is kept here */
    int32_t day_first, day_last;
    bool same;                 /* the model's own: nothing is to be done */
    struct fl_decimal factor;  /* of minor units */
    int64_t mantissa, divisor; /* the same, where 64 bits hold it; mantissa 0: they do not */
};

/* One table file: its currencies, and factors found last. Belongs to one thread. */
struct fl_file_money {
    const struct fl_money *money;
    const struct fl_words *currencies; /* of the file */
    struct fl_money_factor kept[16];
};

void fl_file_money_init(struct fl_file_money *file, const struct fl_money *money,
                        const struct fl_words *currencies);
/* Whether all of these currencies (FL_NO_WORD: none is stated) are the model's. */
bool fl_file_money_same(const struct fl_file_money *file, uint32_t word);
/* `amount` minor units of a currency on a day as minor units of the model's, by the last rate on or before
 * it, half away from zero. FL_BAD_MODEL: the currency is no code or has no rate then; FL_BAD_DATA: the amount
 * or what it becomes is beyond FL_ROW_MONEY_MAX. */
fl_status fl_file_money_convert(struct fl_file_money *file, uint32_t word, int32_t day, int64_t amount,
                                int64_t *converted, struct fl_error *error);

#endif
