/* result_fields.h - which member of a result goes into which column of a run's tables. */
#ifndef ENGINE_RESULT_FIELDS_H
#define ENGINE_RESULT_FIELDS_H

#include "engine/customer_facts.h"
#include "engine/score.h"
#include "formats/table/table_reader.h"

enum fl_field_of { FL_FIELD_OF_SCORE, FL_FIELD_OF_FACTS };

enum fl_field_size {
    FL_FIELD_U8,
    FL_FIELD_I32,
    FL_FIELD_I64,
    FL_FIELD_WORD,   /* uint32_t, FL_NO_WORD: null */
    FL_FIELD_NUMBER, /* uint32_t, 0: null */
    FL_FIELD_BIT,    /* 1 if a bit of a uint8_t is set */
    FL_FIELD_BITS    /* how many are */
};

struct fl_result_field {
    uint16_t id; /* column; the same in each table that has it */
    uint8_t of, size;
    uint16_t offset;     /* in struct fl_scope_score, or struct fl_customer_facts */
    uint16_t has_offset; /* of a bool: null unless it is set; 0: always there */
    uint8_t mask;        /* FL_FIELD_BIT */
};

/* In the order of the customers table, those of scores first. */
enum { FL_RESULT_FIELDS = 77 };
extern const struct fl_result_field fl_result_fields[FL_RESULT_FIELDS];

/* The field of some rows, `from` being the first row's struct of the field's kind and the others following
 * it. `nulls` (one byte a row) is set when the field can be null. A byte, a word are their number. */
void fl_result_field_copy(const struct fl_result_field *field, const void *from, size_t rows, int64_t *values,
                          uint8_t *nulls);
/* The value in one row's struct; a word as its number. False: null. */
bool fl_result_field_value(const struct fl_result_field *field, const void *result, int64_t *value);
bool fl_result_field_can_be_null(const struct fl_result_field *field);

#endif
