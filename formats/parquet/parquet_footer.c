/* parquet_footer.c - the footer of a file from the facts of its column chunks.
 *
 * Numbers in the calls are those of the fields in parquet.thrift; beside them, their names there.
 */
#include "formats/parquet/parquet_footer.h"

#include "formats/parquet/parquet_schema.h"
#include "formats/parquet/thrift_writer.h"

/* What writers say that use RLE_DICTIONARY and logical types. */
enum { FORMAT_VERSION = 2 };

static void put_statistics(struct fl_thrift_writer *thrift, int field,
                           const struct fl_parquet_chunk_totals *totals)
{
    fl_thrift_open_struct(thrift, field);
    fl_thrift_put_i64(thrift, 3, (int64_t)totals->nulls); /* null_count */
    if (totals->bounded && totals->bounds.known) {
        const struct fl_parquet_bound *min = &totals->bounds.min, *max = &totals->bounds.max;
        fl_thrift_put_binary(thrift, 5, max->bytes, max->size); /* max_value */
        fl_thrift_put_binary(thrift, 6, min->bytes, min->size); /* min_value */
        fl_thrift_put_bool(thrift, 7, max->exact);              /* is_max_value_exact */
        fl_thrift_put_bool(thrift, 8, min->exact);              /* is_min_value_exact */
    }
    fl_thrift_close_struct(thrift);
}

static void put_encodings(struct fl_thrift_writer *thrift, int field,
                          const struct fl_parquet_chunk_totals *totals)
{
    const bool has_dictionary = totals->dictionary_pages > 0;
    fl_thrift_put_list(thrift, field, FL_THRIFT_I32, has_dictionary ? 3 : 2);
    fl_thrift_add_i32(thrift, FL_PARQUET_ENCODING_PLAIN); /* the dictionary itself, too */
    fl_thrift_add_i32(thrift, FL_PARQUET_ENCODING_RLE);   /* levels */
    if (has_dictionary)
        fl_thrift_add_i32(thrift, FL_PARQUET_ENCODING_RLE_DICTIONARY);
}

static void add_page_count(struct fl_thrift_writer *thrift, enum fl_parquet_page page,
                           enum fl_parquet_encoding encoding, uint64_t count)
{
    fl_thrift_add_struct(thrift);
    fl_thrift_put_i32(thrift, 1, (int32_t)page);     /* page_type */
    fl_thrift_put_i32(thrift, 2, (int32_t)encoding); /* encoding */
    fl_thrift_put_i32(thrift, 3, (int32_t)count);    /* count */
    fl_thrift_close_struct(thrift);
}

static void put_page_counts(struct fl_thrift_writer *thrift, int field,
                            const struct fl_parquet_chunk_totals *totals)
{
    const bool has_dictionary = totals->dictionary_pages > 0, has_plain = totals->plain_pages > 0;
    fl_thrift_put_list(thrift, field, FL_THRIFT_STRUCT, (has_dictionary ? 2u : 0u) + has_plain);
    if (has_dictionary) {
        add_page_count(thrift, FL_PARQUET_PAGE_DICTIONARY, FL_PARQUET_ENCODING_PLAIN, 1);
        add_page_count(thrift, FL_PARQUET_PAGE_DATA, FL_PARQUET_ENCODING_RLE_DICTIONARY,
                       totals->dictionary_pages);
    }
    if (has_plain)
        add_page_count(thrift, FL_PARQUET_PAGE_DATA, FL_PARQUET_ENCODING_PLAIN, totals->plain_pages);
}

static void put_chunk_metadata(struct fl_thrift_writer *thrift, int field,
                               const struct fl_parquet_file_facts *file,
                               const struct fl_parquet_column *column,
                               const struct fl_parquet_chunk_facts *chunk)
{
    const struct fl_parquet_chunk_totals *totals = &chunk->totals;
    fl_thrift_open_struct(thrift, field);
    fl_thrift_put_i32(thrift, 1, (int32_t)fl_parquet_kind_type(column->kind)); /* type */
    put_encodings(thrift, 2, totals);                                          /* encodings */
    fl_parquet_put_path(thrift, 3, column);                                    /* path_in_schema */
    fl_thrift_put_i32(thrift, 4, (int32_t)file->plan->codec);                  /* codec */
    fl_thrift_put_i64(thrift, 5, (int64_t)totals->entries);                    /* num_values */
    fl_thrift_put_i64(thrift, 6, (int64_t)totals->unpacked_bytes);             /* total_uncompressed_size */
    fl_thrift_put_i64(thrift, 7, (int64_t)totals->stored_bytes);               /* total_compressed_size */
    fl_thrift_put_i64(thrift, 9, (int64_t)chunk->data_offset);                 /* data_page_offset */
    if (totals->dictionary_pages > 0)
        fl_thrift_put_i64(thrift, 11, (int64_t)chunk->first_offset); /* dictionary_page_offset */
    put_statistics(thrift, 12, totals);                              /* statistics */
    put_page_counts(thrift, 13, totals);                             /* encoding_stats */
    fl_thrift_close_struct(thrift);
}

static void add_chunk(struct fl_thrift_writer *thrift, const struct fl_parquet_file_facts *file,
                      const struct fl_parquet_column *column, const struct fl_parquet_chunk_facts *chunk)
{
    fl_thrift_add_struct(thrift);
    fl_thrift_put_i64(thrift, 2, 0); /* file_offset: deprecated, required */
    put_chunk_metadata(thrift, 3, file, column, chunk);
    if (chunk->offset_index.size_bytes > 0) {
        fl_thrift_put_i64(thrift, 4, (int64_t)(file->offset_indexes_offset + chunk->offset_index.offset));
        fl_thrift_put_i32(thrift, 5, (int32_t)chunk->offset_index.size_bytes);
    }
    if (chunk->column_index.size_bytes > 0) {
        fl_thrift_put_i64(thrift, 6, (int64_t)(file->column_indexes_offset + chunk->column_index.offset));
        fl_thrift_put_i32(thrift, 7, (int32_t)chunk->column_index.size_bytes);
    }
    fl_thrift_close_struct(thrift);
}

static void put_sorting(struct fl_thrift_writer *thrift, int field, size_t sorted_count)
{
    if (sorted_count == 0)
        return;
    fl_thrift_put_list(thrift, field, FL_THRIFT_STRUCT, sorted_count);
    for (size_t i = 0; i < sorted_count; i++) {
        fl_thrift_add_struct(thrift);
        fl_thrift_put_i32(thrift, 1,
                          (int32_t)i);        /* column_idx: of the leaves, and those before are no lists */
        fl_thrift_put_bool(thrift, 2, false); /* descending */
        fl_thrift_put_bool(thrift, 3, true);  /* nulls_first */
        fl_thrift_close_struct(thrift);
    }
}

static void add_group(struct fl_thrift_writer *thrift, const struct fl_parquet_file_facts *file, size_t group)
{
    const size_t column_count = file->plan->column_count;
    const struct fl_parquet_chunk_facts *chunks = file->chunks + group * column_count;
    uint64_t unpacked_bytes = 0, stored_bytes = 0;
    for (size_t i = 0; i < column_count; i++) {
        unpacked_bytes += chunks[i].totals.unpacked_bytes;
        stored_bytes += chunks[i].totals.stored_bytes;
    }
    fl_thrift_add_struct(thrift);
    fl_thrift_put_list(thrift, 1, FL_THRIFT_STRUCT, column_count); /* columns */
    for (size_t i = 0; i < column_count; i++)
        add_chunk(thrift, file, &file->plan->columns[i], &chunks[i]);
    fl_thrift_put_i64(thrift, 2, (int64_t)unpacked_bytes);           /* total_byte_size */
    fl_thrift_put_i64(thrift, 3, (int64_t)file->groups[group].rows); /* num_rows */
    put_sorting(thrift, 4, file->plan->sorted_count);                /* sorting_columns */
    fl_thrift_put_i64(thrift, 5, (int64_t)chunks[0].first_offset);   /* file_offset */
    fl_thrift_put_i64(thrift, 6, (int64_t)stored_bytes);             /* total_compressed_size */
    if (group <= INT16_MAX)
        fl_thrift_put_i16(thrift, 7, (int16_t)group); /* ordinal */
    fl_thrift_close_struct(thrift);
}

static void put_facts(struct fl_thrift_writer *thrift, int field, const struct fl_parquet_plan *plan)
{
    if (plan->fact_count == 0)
        return;
    fl_thrift_put_list(thrift, field, FL_THRIFT_STRUCT, plan->fact_count);
    for (size_t i = 0; i < plan->fact_count; i++) {
        fl_thrift_add_struct(thrift);
        fl_thrift_put_text(thrift, 1, plan->facts[i].key);
        fl_thrift_put_text(thrift, 2, plan->facts[i].value);
        fl_thrift_close_struct(thrift);
    }
}

/* By which order bounds were found: that of the column's type, for each column. */
static void put_orders(struct fl_thrift_writer *thrift, int field, size_t column_count)
{
    fl_thrift_put_list(thrift, field, FL_THRIFT_STRUCT, column_count);
    for (size_t i = 0; i < column_count; i++) {
        fl_thrift_add_struct(thrift);
        fl_thrift_open_struct(thrift, 1); /* TYPE_ORDER */
        fl_thrift_close_struct(thrift);
        fl_thrift_close_struct(thrift);
    }
}

bool fl_parquet_put_footer(const struct fl_parquet_file_facts *facts, struct fl_buffer *out)
{
    const struct fl_parquet_plan *plan = facts->plan;
    struct fl_thrift_writer thrift;
    fl_thrift_begin(&thrift, out);
    fl_thrift_put_i32(&thrift, 1, FORMAT_VERSION);                        /* version */
    fl_parquet_put_schema(&thrift, 2, plan->columns, plan->column_count); /* schema */
    fl_thrift_put_i64(&thrift, 3, (int64_t)facts->rows);                  /* num_rows */
    fl_thrift_put_list(&thrift, 4, FL_THRIFT_STRUCT, facts->group_count); /* row_groups */
    for (size_t group = 0; group < facts->group_count; group++)
        add_group(&thrift, facts, group);
    put_facts(&thrift, 5, plan);                      /* key_value_metadata */
    fl_thrift_put_text(&thrift, 6, plan->created_by); /* created_by */
    put_orders(&thrift, 7, plan->column_count);       /* column_orders */
    return fl_thrift_finish(&thrift);
}
