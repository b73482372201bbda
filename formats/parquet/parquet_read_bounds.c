/* parquet_read_bounds.c - what the statistics of a row group exclude. */
#include "formats/base/bytes.h"
#include "formats/parquet/parquet_read_file.h"
#include "formats/parquet/parquet_read_bounds.h"

/* Whole numbers that are ordered as int64: not those read as unsigned, nor INT96, whose order nobody defined.
 */
bool fl_parquet_is_ordered_integer(const struct fl_parquet_field *column)
{
    return (column->type == FL_PARQUET_INT32 || column->type == FL_PARQUET_INT64) && !column->is_unsigned;
}

bool fl_parquet_bound_value(const struct fl_parquet_field *column, struct fl_text stored, int64_t *value)
{
    const size_t size = column->type == FL_PARQUET_INT32 ? 4 : 8;
    if (!fl_parquet_is_ordered_integer(column) || stored.bytes == NULL || stored.size != size)
        return false;
    const uint8_t *bytes = (const void *)stored.bytes;
    *value = size == 4 ? (int32_t)fl_load_le32(bytes) : (int64_t)fl_load_le64(bytes);
    return true;
}

bool fl_parquet_group_may_hold(const struct fl_parquet *file, size_t group, size_t column, int64_t min,
                               int64_t max)
{
    const struct fl_parquet_part *chunk = &file->facts.groups[group].parts[column];
    const struct fl_parquet_field *facts = &file->facts.columns[column];
    int64_t least, most;
    if (chunk->has_nulls_counted && chunk->nulls == chunk->values && !facts->is_list &&
        facts->refused == NULL)
        return false;
    if (fl_parquet_bound_value(facts, chunk->min, &least) && least > max)
        return false;
    return !(fl_parquet_bound_value(facts, chunk->max, &most) && most < min);
}
