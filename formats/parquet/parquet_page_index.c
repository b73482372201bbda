/* parquet_page_index.c - where the pages of a column chunk are, and what is in them.
 *
 * Numbers in the calls are those of the fields in parquet.thrift; beside them, their names there.
 */
#include "formats/parquet/parquet_page_index.h"

#include <assert.h>

#include "formats/parquet/parquet_schema.h"
#include "formats/parquet/thrift_writer.h"

bool fl_parquet_put_offset_index(const struct fl_parquet_chunk *chunk, uint64_t data_offset,
                                 struct fl_buffer *out)
{
    const struct fl_parquet_page_facts *pages = fl_parquet_chunk_pages(chunk);
    struct fl_thrift_writer thrift;
    fl_thrift_begin(&thrift, out);
    fl_thrift_put_list(&thrift, 1, FL_THRIFT_STRUCT, chunk->page_count); /* page_locations */
    for (size_t i = 0; i < chunk->page_count; i++) {
        fl_thrift_add_struct(&thrift);
        fl_thrift_put_i64(&thrift, 1, (int64_t)(data_offset + pages[i].offset)); /* offset */
        fl_thrift_put_i32(&thrift, 2, (int32_t)pages[i].size_bytes);             /* compressed_page_size */
        fl_thrift_put_i64(&thrift, 3, (int64_t)pages[i].first_row);              /* first_row_index */
        fl_thrift_close_struct(&thrift);
    }
    return fl_thrift_finish(&thrift);
}

/* Whether smallest and largest values go up, or down, from page to page; empty pages do not count. */
static enum fl_parquet_boundary boundary_of(const struct fl_parquet_chunk *chunk)
{
    const enum fl_parquet_type type = fl_parquet_kind_type(chunk->column->kind);
    const struct fl_parquet_page_facts *pages = fl_parquet_chunk_pages(chunk);
    const struct fl_parquet_bounds *before = NULL;
    bool ascends = true, descends = true;
    for (size_t i = 0; i < chunk->page_count; i++) {
        if (pages[i].empty)
            continue;
        const struct fl_parquet_bounds *now = &pages[i].bounds;
        if (before != NULL) {
            const int min = fl_parquet_bound_compare(type, &before->min, &now->min);
            const int max = fl_parquet_bound_compare(type, &before->max, &now->max);
            ascends = ascends && min <= 0 && max <= 0;
            descends = descends && min >= 0 && max >= 0;
        }
        before = now;
    }
    if (ascends)
        return FL_PARQUET_BOUNDARY_ASCENDING;
    return descends ? FL_PARQUET_BOUNDARY_DESCENDING : FL_PARQUET_BOUNDARY_UNORDERED;
}

/* The bounds of an empty page are empty, too. */
static void add_bound(struct fl_thrift_writer *thrift, const struct fl_parquet_bound *bound)
{
    fl_thrift_add_binary(thrift, bound->bytes, bound->size);
}

bool fl_parquet_put_column_index(const struct fl_parquet_chunk *chunk, struct fl_buffer *out)
{
    assert(chunk->totals.bounded);
    const struct fl_parquet_page_facts *pages = fl_parquet_chunk_pages(chunk);
    const size_t count = chunk->page_count;
    struct fl_thrift_writer thrift;
    fl_thrift_begin(&thrift, out);
    fl_thrift_put_list(&thrift, 1, FL_THRIFT_TRUE, count); /* null_pages */
    for (size_t i = 0; i < count; i++)
        fl_thrift_add_bool(&thrift, pages[i].empty);
    fl_thrift_put_list(&thrift, 2, FL_THRIFT_BINARY, count); /* min_values */
    for (size_t i = 0; i < count; i++)
        add_bound(&thrift, &pages[i].bounds.min);
    fl_thrift_put_list(&thrift, 3, FL_THRIFT_BINARY, count); /* max_values */
    for (size_t i = 0; i < count; i++)
        add_bound(&thrift, &pages[i].bounds.max);
    fl_thrift_put_i32(&thrift, 4, (int32_t)boundary_of(chunk)); /* boundary_order */
    fl_thrift_put_list(&thrift, 5, FL_THRIFT_I64, count);       /* null_counts */
    for (size_t i = 0; i < count; i++)
        fl_thrift_add_i64(&thrift, (int64_t)pages[i].nulls);
    return fl_thrift_finish(&thrift);
}
