/* scan_money.c - net, margin, promotion of the rows of a cursor's block. */
#include "engine/scan_money.h"

#include <string.h>

static bool bits_meet(const uint64_t a[4], const uint64_t b[4])
{
    return ((a[0] & b[0]) | (a[1] & b[1]) | (a[2] & b[2]) | (a[3] & b[3])) != 0;
}

/* Facts of a page that has values; false when it has none, or only zeroes. */
static bool has_worth(const struct fl_table *table, size_t block, uint16_t column_id,
                      struct fl_page_facts *facts)
{
    return fl_table_page(table, block, column_id, facts) &&
           facts->nulls < fl_table_block(table, block).rows && (facts->min != 0 || facts->max != 0);
}

static fl_status fail_at(const struct fl_scan_cursor *cursor, size_t block, const char *column,
                         fl_status status, struct fl_error *error)
{
    fl_error_at_path(error, fl_table_path(cursor->table));
    fl_error_at_block(error, (int64_t)block, column);
    return status;
}

/* Whether every row of the block is in the model's currency. */
static bool is_same(const struct fl_scan_cursor *cursor, size_t block)
{
    struct fl_page_facts facts;
    if (!fl_table_page(cursor->table, block, FL_INTERACTIONS_CURRENCY, &facts) ||
        facts.nulls == fl_table_block(cursor->table, block).rows)
        return true;
    return facts.min == facts.max && fl_file_money_same(&cursor->money, (uint32_t)facts.min);
}

static void sign_rows(const struct fl_scan_cursor *cursor, size_t rows, int64_t *values)
{
    const int8_t *sign = cursor->wants.money->sign;
    for (size_t row = 0; row < rows; row++)
        values[row] *= sign[cursor->type[row]];
}

static fl_status convert_rows(struct fl_scan_cursor *cursor, const struct fl_scan_pages *pages,
                              int32_t as_of_day, size_t rows, int64_t *values, struct fl_error *error)
{
    const int8_t *sign = cursor->wants.money->sign;
    const struct fl_column_data *currency = &pages->currency;
    fl_status status = FL_OK;
    for (size_t row = 0; row < rows && status == FL_OK; row++) {
        const int64_t value = values[row];
        values[row] = 0;
        if (value == 0 || sign[cursor->type[row]] == 0 || cursor->day[row] > as_of_day)
            continue;
        const bool stated = currency->nulls == NULL || currency->nulls[row] == 0;
        status = fl_file_money_convert(&cursor->money, stated ? currency->as.words[row] : FL_NO_WORD,
                                       cursor->day[row], value, &values[row], error);
        values[row] *= sign[cursor->type[row]];
    }
    return status;
}

/* The column of amounts into `values`. */
static fl_status read_money(struct fl_scan_cursor *cursor, size_t block, uint16_t column_id,
                            const struct fl_page_facts *facts, int32_t as_of_day, struct fl_scan_pages *pages,
                            int64_t *values, struct fl_error *error)
{
    const size_t rows = fl_table_block(cursor->table, block).rows;
    bool has_nulls = false;
    if (!fl_buffer_reserve(&pages->nulls, rows))
        return fl_fail_memory(error, rows);
    fl_status status = fl_table_read_into(cursor->table, block, column_id, values, pages->nulls.bytes,
                                          &has_nulls, &pages->scratch, error);
    if (status != FL_OK)
        return status;
    const bool in_bounds = facts->min >= -FL_ROW_MONEY_MAX && facts->max <= FL_ROW_MONEY_MAX;
    if (in_bounds && is_same(cursor, block)) {
        sign_rows(cursor, rows, values);
        return FL_OK;
    }
    status = fl_table_read_column(cursor->table, block, FL_INTERACTIONS_CURRENCY, &pages->currency, error);
    return status == FL_OK ? convert_rows(cursor, pages, as_of_day, rows, values, error) : status;
}

static fl_status read_net(struct fl_scan_cursor *cursor, size_t block, int32_t as_of_day,
                          struct fl_scan_pages *pages, struct fl_error *error)
{
    struct fl_page_facts facts;
    cursor->has_net = cursor->net != NULL && has_worth(cursor->table, block, FL_INTERACTIONS_AMOUNT, &facts);
    if (!cursor->has_net)
        return FL_OK;
    if (facts.min < 0)
        return fail_at(cursor, block, "amount",
                       fl_fail(error, FL_CORRUPT,
                               "an amount of %lld: amounts are 0 or more, the type says "
                               "whether they are taken off",
                               (long long)facts.min),
                       error);
    const fl_status status =
        read_money(cursor, block, FL_INTERACTIONS_AMOUNT, &facts, as_of_day, pages, cursor->net, error);
    return status == FL_OK ? FL_OK : fail_at(cursor, block, "amount", status, error);
}

static fl_status read_margin(struct fl_scan_cursor *cursor, size_t block, int32_t as_of_day,
                             struct fl_scan_pages *pages, struct fl_error *error)
{
    struct fl_page_facts facts;
    cursor->has_margin =
        cursor->margin != NULL && has_worth(cursor->table, block, FL_INTERACTIONS_MARGIN, &facts);
    if (!cursor->has_margin)
        return FL_OK;
    const fl_status status =
        read_money(cursor, block, FL_INTERACTIONS_MARGIN, &facts, as_of_day, pages, cursor->margin, error);
    return status == FL_OK ? FL_OK : fail_at(cursor, block, "margin", status, error);
}

/* Few rows have a discount: eight at a time are asked whether one has. */
static void mark_promoted(const struct fl_scan_cursor *cursor, const struct fl_column_data *discount)
{
    enum { STEP = 8 };
    const int8_t *sign = cursor->wants.money->sign;
    const size_t rows = discount->rows;
    memset(cursor->promoted, 0, rows);
    for (size_t from = 0; from < rows; from += STEP) {
        const size_t end = rows - from < STEP ? rows : from + STEP;
        if (discount->nulls != NULL && end == from + STEP &&
            memcmp(discount->nulls + from, "\1\1\1\1\1\1\1\1", STEP) == 0)
            continue;
        for (size_t row = from; row < end; row++)
            cursor->promoted[row] = sign[cursor->type[row]] > 0 && discount->as.i64[row] > 0;
    }
}

/* Above 0 in one currency is above 0 in each. */
static fl_status read_promoted(struct fl_scan_cursor *cursor, size_t block, struct fl_scan_pages *pages,
                               struct fl_error *error)
{
    struct fl_page_facts facts;
    cursor->has_promoted = cursor->promoted != NULL &&
                           has_worth(cursor->table, block, FL_INTERACTIONS_DISCOUNT, &facts) && facts.max > 0;
    if (!cursor->has_promoted)
        return FL_OK;
    fl_status status =
        fl_table_read_column(cursor->table, block, FL_INTERACTIONS_DISCOUNT, &pages->discount, error);
    if (status == FL_OK)
        mark_promoted(cursor, &pages->discount);
    return status;
}

fl_status fl_scan_money_read(struct fl_scan_cursor *cursor, size_t block, int32_t as_of_day,
                             struct fl_scan_pages *pages, struct fl_error *error)
{
    const struct fl_money *money = cursor->wants.money;
    const struct fl_block_facts facts = fl_table_block(cursor->table, block);
    if (!bits_meet(facts.type_bits, money->bits))
        return FL_OK;
    fl_status status = read_net(cursor, block, as_of_day, pages, error);
    if (status == FL_OK)
        status = read_margin(cursor, block, as_of_day, pages, error);
    if (status == FL_OK && bits_meet(facts.type_bits, money->purchase_bits))
        status = read_promoted(cursor, block, pages, error);
    return status;
}
