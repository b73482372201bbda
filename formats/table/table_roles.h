/* table_roles.h - which columns the container itself looks at. */
#ifndef FORMATS_TABLE_TABLE_ROLES_H
#define FORMATS_TABLE_TABLE_ROLES_H

#include "formats/base/civil.h"
#include "formats/schema/schema.h"

/* Id of the column that a block's first and last day come from (the DAY column named `day`), -1 without.
 * Other days (first contact, arrival) say nothing about when a row happened. */
static inline int fl_schema_day_id(const struct fl_schema *schema)
{
    const int index = fl_schema_find(schema, fl_text_of("day"));
    return index >= 0 && schema->columns[index].kind == FL_KIND_DAY ? schema->columns[index].id : -1;
}

/* Id of the TYPE column, which the block's map of types comes from; -1 without. */
static inline int fl_schema_type_id(const struct fl_schema *schema)
{
    for (size_t i = 0; i < schema->count; i++) {
        if (schema->columns[i].kind == FL_KIND_TYPE)
            return schema->columns[i].id;
    }
    return -1;
}

/* A file must have these columns, without a null in them: a KEY that comes first, the day, the type. Whoever
 * scans a table relies on them row by row. */
static inline bool fl_column_is_required(const struct fl_schema *schema, size_t index)
{
    const struct fl_column *column = &schema->columns[index];
    return (index == 0 && column->kind == FL_KIND_KEY) || column->id == fl_schema_day_id(schema) ||
           column->id == fl_schema_type_id(schema);
}

struct fl_integer_range {
    int64_t min, max;
};

/* What the values of an integer kind may be; min > max when there can be none (a WORD column without words).
 */
static inline struct fl_integer_range fl_kind_range(enum fl_kind kind, uint32_t word_count)
{
    switch (kind) {
    case FL_KIND_DAY:
        return (struct fl_integer_range){FL_DAY_MIN, FL_DAY_MAX};
    case FL_KIND_SECOND:
        return (struct fl_integer_range){0, 89999};
    case FL_KIND_TYPE:
    case FL_KIND_SMALL:
        return (struct fl_integer_range){0, UINT8_MAX};
    case FL_KIND_WORD:
        return (struct fl_integer_range){0, (int64_t)word_count - 1};
    default:
        return (struct fl_integer_range){INT64_MIN, INT64_MAX};
    }
}

#endif
