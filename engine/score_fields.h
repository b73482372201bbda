/* score_fields.h - which member of a score goes into which column of the customer_scores table. */
#ifndef ENGINE_SCORE_FIELDS_H
#define ENGINE_SCORE_FIELDS_H

#include "engine/score.h"
#include "formats/table/table_reader.h"

enum fl_field_size { FL_FIELD_U8, FL_FIELD_I32, FL_FIELD_I64 };

struct fl_score_field {
    uint16_t id;     /* column */
    uint16_t offset; /* in struct fl_scope_score */
    enum fl_field_size size;
};

/* In the order of the schema. The last purchase day is null without a purchase; everything else is always
 * there. */
enum { FL_SCORE_FIELDS = 24 };
extern const struct fl_score_field fl_score_fields[FL_SCORE_FIELDS];

/* Puts one decoded value of the field's column into the score. */
void fl_score_field_load(const struct fl_score_field *field, const struct fl_column_data *column, size_t row,
                         struct fl_scope_score *score);
/* Whether two scores have the same value of the field. */
bool fl_score_field_equal(const struct fl_score_field *field, const struct fl_scope_score *a,
                          const struct fl_scope_score *b);
/* Whether the field's column is one of words, stored as numbers of 32 bits. */
bool fl_score_field_is_word(const struct fl_score_field *field);

#endif
