/* score_fields.c - which member of a score goes into which column of the customer_scores table. */
#include "engine/score_fields.h"

#include <stddef.h>

#define FIELD(id, member, size)                                                                              \
    {                                                                                                        \
        FL_SCORES_##id, offsetof(struct fl_scope_score, member), FL_FIELD_##size                             \
    }
const struct fl_score_field fl_score_fields[FL_SCORE_FIELDS] = {
    FIELD(ENGAGEMENT, engagement, U8),
    FIELD(BAND, band, U8),
    FIELD(TREND, trend, U8),
    FIELD(INTENT, intent, U8),
    FIELD(INTENT_TREND, intent_trend, U8),
    FIELD(RAW, raw, I64),
    FIELD(RAW_POSITIVE, raw_positive, I64),
    FIELD(RAW_NEGATIVE, raw_negative, I64),
    FIELD(INTENT_RAW, intent_raw, I64),
    FIELD(POINTS_28, points_28, I64),
    FIELD(POINTS_84, points_84, I64),
    FIELD(INTENT_POINTS_28, intent_points_28, I64),
    FIELD(INTENT_POINTS_84, intent_points_84, I64),
    FIELD(POINTS_AWARENESS, loop_points[FL_LOOP_AWARENESS], I64),
    FIELD(POINTS_NURTURING, loop_points[FL_LOOP_NURTURING], I64),
    FIELD(POINTS_EXPERIENCE, loop_points[FL_LOOP_EXPERIENCE], I64),
    FIELD(POINTS_CONVERSION, loop_points[FL_LOOP_CONVERSION], I64),
    FIELD(ROWS, rows, I64),
    FIELD(UNITS, units, I64),
    FIELD(FIRST_DAY, first_day, I32),
    FIELD(LAST_DAY, last_day, I32),
    FIELD(LAST_PURCHASE_DAY, last_purchase_day, I32),
    FIELD(LOST_TO_CAP, lost_to_cap, I64),
    FIELD(LOST_TO_DECAY, lost_to_decay, I64),
};

static size_t size_of(const struct fl_score_field *field)
{
    static const uint8_t size_bytes[] = {[FL_FIELD_U8] = 1, [FL_FIELD_I32] = 4, [FL_FIELD_I64] = 8};
    return size_bytes[field->size];
}

bool fl_score_field_is_word(const struct fl_score_field *field)
{
    return field->id == FL_SCORES_BAND || field->id == FL_SCORES_TREND || field->id == FL_SCORES_INTENT_TREND;
}

void fl_score_field_load(const struct fl_score_field *field, const struct fl_column_data *column, size_t row,
                         struct fl_scope_score *score)
{
    uint8_t *to = (uint8_t *)score + field->offset;
    const bool null = column->nulls != NULL && column->nulls[row] != 0;
    if (field->id == FL_SCORES_LAST_PURCHASE_DAY)
        score->has_purchase = !null;
    if (null)
        return;
    if (field->size == FL_FIELD_I64)
        memcpy(to, &column->as.i64[row], sizeof(int64_t));
    else if (field->size == FL_FIELD_I32)
        memcpy(to, &column->as.i32[row], sizeof(int32_t));
    else
        *to = fl_score_field_is_word(field) ? (uint8_t)column->as.words[row] : column->as.u8[row];
}

bool fl_score_field_equal(const struct fl_score_field *field, const struct fl_scope_score *a,
                          const struct fl_scope_score *b)
{
    if (field->id == FL_SCORES_LAST_PURCHASE_DAY && (!a->has_purchase || !b->has_purchase))
        return a->has_purchase == b->has_purchase;
    const uint8_t *of_a = (const uint8_t *)a + field->offset, *of_b = (const uint8_t *)b + field->offset;
    return memcmp(of_a, of_b, size_of(field)) == 0;
}
