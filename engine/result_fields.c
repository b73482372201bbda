/* result_fields.c - which member of a result goes into which column of a run's tables. */
#include "engine/result_fields.h"

#include <stddef.h>

#include "formats/table/word_union.h"

#define SCORE(column, member, length)                                                                        \
    {                                                                                                        \
        .id = FL_SCORES_##column, .of = FL_FIELD_OF_SCORE, .size = FL_FIELD_##length,                        \
        .offset = offsetof(struct fl_scope_score, member)                                                    \
    }
#define FACT(column, member, length)                                                                         \
    {                                                                                                        \
        .id = FL_SCORES_##column, .of = FL_FIELD_OF_FACTS, .size = FL_FIELD_##length,                        \
        .offset = offsetof(struct fl_customer_facts, member)                                                 \
    }
#define FACT_IF(column, member, length, has)                                                                 \
    {                                                                                                        \
        .id = FL_SCORES_##column, .of = FL_FIELD_OF_FACTS, .size = FL_FIELD_##length,                        \
        .offset = offsetof(struct fl_customer_facts, member),                                                \
        .has_offset = offsetof(struct fl_customer_facts, has)                                                \
    }
#define SIGNAL(column, bit)                                                                                  \
    {                                                                                                        \
        .id = FL_SCORES_SIGNAL_##column, .of = FL_FIELD_OF_FACTS, .size = FL_FIELD_BIT,                      \
        .offset = offsetof(struct fl_customer_facts, signals), .mask = FL_SIGNAL_##bit                       \
    }

const struct fl_result_field fl_result_fields[] = {
    SCORE(ENGAGEMENT, engagement, U8),
    SCORE(BAND, band, U8),
    SCORE(TREND, trend, U8),
    SCORE(INTENT, intent, U8),
    SCORE(INTENT_TREND, intent_trend, U8),
    SCORE(RAW, raw, I64),
    SCORE(RAW_POSITIVE, raw_positive, I64),
    SCORE(RAW_NEGATIVE, raw_negative, I64),
    SCORE(INTENT_RAW, intent_raw, I64),
    SCORE(POINTS_28, points_28, I64),
    SCORE(POINTS_84, points_84, I64),
    SCORE(INTENT_POINTS_28, intent_points_28, I64),
    SCORE(INTENT_POINTS_84, intent_points_84, I64),
    SCORE(POINTS_AWARENESS, loop_points[FL_LOOP_AWARENESS], I64),
    SCORE(POINTS_NURTURING, loop_points[FL_LOOP_NURTURING], I64),
    SCORE(POINTS_EXPERIENCE, loop_points[FL_LOOP_EXPERIENCE], I64),
    SCORE(POINTS_CONVERSION, loop_points[FL_LOOP_CONVERSION], I64),
    SCORE(ROWS, rows, I64),
    SCORE(UNITS, units, I64),
    SCORE(FIRST_DAY, first_day, I32),
    SCORE(LAST_DAY, last_day, I32),
    {.id = FL_SCORES_LAST_PURCHASE_DAY,
     .of = FL_FIELD_OF_SCORE,
     .size = FL_FIELD_I32,
     .offset = offsetof(struct fl_scope_score, last_purchase_day),
     .has_offset = offsetof(struct fl_scope_score, has_purchase)},
    SCORE(LOST_TO_CAP, lost_to_cap, I64),
    SCORE(LOST_TO_DECAY, lost_to_decay, I64),
    SCORE(LOOP, loop, U8),
    SCORE(PHASE, phase, U8),
    SCORE(AMBASSADOR, ambassador, U8),
    SCORE(NET_12M, net_12m, I64),
    SCORE(ENGAGED_NO_VALUE, engaged_no_value, U8),
    FACT(MARGIN_12M, margin_12m, I64),
    FACT(BOUGHT_12M, bought_12m, I64),
    FACT(RETURNED_12M, returned_12m, I64),
    FACT_IF(PROMO_SHARE, promo_share_milli, I64, has_promo_share),
    FACT(PURCHASE_DAYS_24M, purchase_days_24m, I64),
    FACT(NET_24M, net_24m, I64),
    FACT_IF(RECENCY_DAYS, recency_days, I32, has_recency),
    FACT(RETURNS_ALL, returns_all, U8),
    FACT_IF(FIRST_PURCHASE_DAY, first_purchase_day, I32, has_bought),
    FACT(REPEAT_PURCHASE_DAYS, repeat_days, I64),
    FACT_IF(MEAN_PURCHASE, mean_purchase, I64, has_repeat),
    FACT_IF(P_ALIVE, p_alive_micro, I64, has_fit),
    FACT_IF(EXPECTED_PURCHASES, expected_micro, I64, has_fit),
    FACT_IF(LIFETIME_VALUE, lifetime_value, I64, has_fit),
    FACT(STAGE, stage, U8),
    FACT_IF(RHYTHM_DAYS, rhythm_milli, I64, has_bought),
    FACT_IF(DAYS_SINCE_PURCHASE, days_since_purchase, I32, has_bought),
    FACT_IF(OVERDUE, overdue_milli, I64, has_bought),
    FACT(LONGEST_GAP_DAYS, longest_gap_days, I32),
    FACT(MAIN_CATEGORY, main_category, WORD),
    SIGNAL(OVERDUE, OVERDUE),
    SIGNAL(P_ALIVE, P_ALIVE),
    SIGNAL(FALLING, FALLING),
    SIGNAL(OPT_OUT, OPT_OUT),
    SIGNAL(FRICTION, FRICTION),
    SIGNAL(RETURNS, RETURNS),
    FACT(CHURN_SIGNALS, signals, BITS),
    FACT(TENURE_DAYS, tenure_days, I32),
    FACT(TENURE_BAND, tenure, U8),
    FACT(AGE_BAND, age_band, WORD),
    FACT(LIFE_STAGE, life_stage, WORD),
    FACT(COUNTRY, country, WORD),
    FACT(REGION, region, WORD),
    FACT(URBANITY, urbanity, WORD),
    FACT_IF(STORE_DISTANCE, store_distance_m, I64, has_store_distance),
    FACT(NEAREST_STORE, nearest_store, WORD),
    FACT(BASKETS, baskets, I64),
    FACT_IF(BREADTH, breadth_milli, I64, has_breadth),
    FACT_IF(RANGE, basket_range, U8, has_range),
    FACT(BASKET_CONFIDENCE, basket_confidence, U8),
    FACT(CLUSTER, cluster, NUMBER),
    FACT(CLUSTER_NAME, cluster_name, WORD),
    FACT_IF(CLUSTER_DISTANCE, cluster_distance_micro, I32, has_cluster),
    FACT(CLUSTER_SECOND, cluster_second, NUMBER),
    FACT_IF(CLUSTER_SECOND_DISTANCE, cluster_second_distance_micro, I32, has_second),
    FACT(CLUSTER_PENDING, cluster_pending, NUMBER),
    FACT_IF(CLUSTER_PENDING_NIGHTS, cluster_pending_nights, U8, has_cluster),
    FACT(CLUSTER_BEFORE, cluster_before, NUMBER),
};
_Static_assert(sizeof fl_result_fields / sizeof fl_result_fields[0] == FL_RESULT_FIELDS, "as many");

bool fl_result_field_can_be_null(const struct fl_result_field *field)
{
    return field->has_offset != 0 || field->size == FL_FIELD_WORD || field->size == FL_FIELD_NUMBER;
}

/* All of these are inlined where the step is a constant: that makes each about half as long again as quick.
 */
static inline void copy_i64(const uint8_t *from, size_t step_bytes, size_t rows, int64_t *values)
{
    for (size_t row = 0; row < rows; row++)
        memcpy(&values[row], from + row * step_bytes, sizeof *values);
}

static inline void copy_i32(const uint8_t *from, size_t step_bytes, size_t rows, int64_t *values)
{
    for (size_t row = 0; row < rows; row++) {
        int32_t value;
        memcpy(&value, from + row * step_bytes, sizeof value);
        values[row] = value;
    }
}

static inline void copy_u32(const uint8_t *from, size_t step_bytes, size_t rows, uint32_t null,
                            int64_t *values, uint8_t *nulls)
{
    for (size_t row = 0; row < rows; row++) {
        uint32_t value;
        memcpy(&value, from + row * step_bytes, sizeof value);
        values[row] = value;
        nulls[row] = value == null;
    }
}

static inline void copy_u8(const uint8_t *from, size_t step_bytes, size_t rows, int64_t *values)
{
    for (size_t row = 0; row < rows; row++)
        values[row] = from[row * step_bytes];
}

static inline void copy_bit(const uint8_t *from, size_t step_bytes, size_t rows, uint8_t mask,
                            int64_t *values)
{
    for (size_t row = 0; row < rows; row++)
        values[row] = (from[row * step_bytes] & mask) != 0;
}

static inline void count_bits(const uint8_t *from, size_t step_bytes, size_t rows, int64_t *values)
{
    for (size_t row = 0; row < rows; row++)
        values[row] = __builtin_popcount(from[row * step_bytes]);
}

static inline void copy_field(const struct fl_result_field *field, const uint8_t *result, size_t step_bytes,
                              size_t rows, int64_t *values, uint8_t *nulls)
{
    const uint8_t *from = result + field->offset, *has = result + field->has_offset;
    for (size_t row = 0; row < rows && field->has_offset != 0; row++)
        nulls[row] = has[row * step_bytes] == 0;
    switch ((enum fl_field_size)field->size) {
    case FL_FIELD_I64:
        copy_i64(from, step_bytes, rows, values);
        return;
    case FL_FIELD_I32:
        copy_i32(from, step_bytes, rows, values);
        return;
    case FL_FIELD_WORD:
        copy_u32(from, step_bytes, rows, FL_NO_WORD, values, nulls);
        return;
    case FL_FIELD_NUMBER:
        copy_u32(from, step_bytes, rows, 0, values, nulls);
        return;
    case FL_FIELD_U8:
        copy_u8(from, step_bytes, rows, values);
        return;
    case FL_FIELD_BIT:
        copy_bit(from, step_bytes, rows, field->mask, values);
        return;
    case FL_FIELD_BITS:
        count_bits(from, step_bytes, rows, values);
    }
}

void fl_result_field_copy(const struct fl_result_field *field, const void *from, size_t rows, int64_t *values,
                          uint8_t *nulls)
{
    if (field->of == FL_FIELD_OF_SCORE)
        copy_field(field, from, sizeof(struct fl_scope_score), rows, values, nulls);
    else
        copy_field(field, from, sizeof(struct fl_customer_facts), rows, values, nulls);
}

bool fl_result_field_value(const struct fl_result_field *field, const void *result, int64_t *value)
{
    const uint8_t *from = (const uint8_t *)result + field->offset;
    int32_t number;
    uint32_t word;
    if (field->has_offset != 0 && ((const uint8_t *)result)[field->has_offset] == 0)
        return false;
    switch ((enum fl_field_size)field->size) {
    case FL_FIELD_I64:
        memcpy(value, from, sizeof *value);
        return true;
    case FL_FIELD_I32:
        memcpy(&number, from, sizeof number);
        *value = number;
        return true;
    case FL_FIELD_WORD:
        memcpy(&word, from, sizeof word);
        *value = word;
        return word != FL_NO_WORD;
    case FL_FIELD_NUMBER:
        memcpy(&word, from, sizeof word);
        *value = word;
        return word != 0;
    case FL_FIELD_U8:
        *value = *from;
        return true;
    case FL_FIELD_BIT:
        *value = (*from & field->mask) != 0;
        return true;
    case FL_FIELD_BITS:
        *value = __builtin_popcount(*from);
        return true;
    }
    return false;
}
