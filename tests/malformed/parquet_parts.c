/* parquet_parts.c - small Parquet files put together by hand. */
#include "tests/malformed/parquet_parts.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "formats/base/bytes.h"
#include "formats/parquet/thrift_writer.h"

static void must(bool done)
{
    if (!done)
        abort();
}

static void append(struct fl_buffer *out, const void *bytes, size_t size)
{
    must(fl_buffer_append(out, bytes, size));
}

/* --- pages */

static void put_kind(struct fl_thrift_writer *writer, const struct parts_page *page)
{
    const int32_t level_encoding = page->level_encoding == 0 ? FL_PARQUET_ENCODING_RLE : page->level_encoding;
    if (page->kind == FL_PARQUET_PAGE_DATA) {
        fl_thrift_open_struct(writer, 5);
        fl_thrift_put_i32(writer, 1, page->values);
        fl_thrift_put_i32(writer, 2, page->encoding);
        fl_thrift_put_i32(writer, 3, level_encoding);
        fl_thrift_put_i32(writer, 4, FL_PARQUET_ENCODING_RLE);
    } else if (page->kind == FL_PARQUET_PAGE_DICTIONARY) {
        fl_thrift_open_struct(writer, 7);
        fl_thrift_put_i32(writer, 1, page->values);
        fl_thrift_put_i32(writer, 2, page->encoding);
    } else {
        fl_thrift_open_struct(writer, 8);
        fl_thrift_put_i32(writer, 1, page->values);
        fl_thrift_put_i32(writer, 2, page->nulls);
        fl_thrift_put_i32(writer, 3, page->rows);
        fl_thrift_put_i32(writer, 4, page->encoding);
        fl_thrift_put_i32(writer, 5, page->level_size);
        fl_thrift_put_i32(writer, 6, page->repeat_size);
    }
    fl_thrift_close_struct(writer);
}

static void append_page(struct fl_buffer *out, const struct parts_page *page)
{
    struct fl_thrift_writer writer;
    fl_thrift_begin(&writer, out);
    fl_thrift_put_i32(&writer, 1, page->kind);
    fl_thrift_put_i32(&writer, 2, page->unpacked_size == 0 ? page->size : page->unpacked_size);
    fl_thrift_put_i32(&writer, 3, page->stored_size == 0 ? page->size : page->stored_size);
    if (page->has_crc)
        fl_thrift_put_i32(&writer, 4,
                          (int32_t)((uint32_t)crc32_z(0, page->body, (size_t)page->size) ^ page->crc_change));
    if (!page->is_headless)
        put_kind(&writer, page);
    must(fl_thrift_finish(&writer));
    append(out, page->body, (size_t)page->size);
}

/* --- schema */

static void put_group(struct fl_thrift_writer *writer, const char *name, int32_t repetition, int32_t children,
                      bool is_list)
{
    fl_thrift_add_struct(writer);
    fl_thrift_put_i32(writer, 3, repetition);
    fl_thrift_put_text(writer, 4, name);
    fl_thrift_put_i32(writer, 5, children);
    if (is_list)
        fl_thrift_put_i32(writer, 6, FL_PARQUET_CONVERTED_LIST);
    fl_thrift_close_struct(writer);
}

static void put_leaf(struct fl_thrift_writer *writer, const struct parts_column *column, const char *name,
                     int32_t repetition)
{
    fl_thrift_add_struct(writer);
    fl_thrift_put_i32(writer, 1, column->type);
    if (column->type_length != 0)
        fl_thrift_put_i32(writer, 2, column->type_length);
    fl_thrift_put_i32(writer, 3, repetition);
    fl_thrift_put_text(writer, 4, name);
    if (column->converted >= 0)
        fl_thrift_put_i32(writer, 6, column->converted);
    if (column->precision != 0)
        fl_thrift_put_i32(writer, 8, column->precision);
    fl_thrift_close_struct(writer);
}

static int elements_of(enum parts_tree tree)
{
    return tree == PARTS_LIST2 ? 2 : tree == PARTS_LIST3 || tree == PARTS_LIST_ARRAY ? 3 : 1;
}

static void put_tree(struct fl_thrift_writer *writer, const struct parts_column *column)
{
    switch (column->tree) {
    case PARTS_REQUIRED:
        put_leaf(writer, column, column->name, FL_PARQUET_REQUIRED);
        return;
    case PARTS_OPTIONAL:
        put_leaf(writer, column, column->name, FL_PARQUET_OPTIONAL);
        return;
    case PARTS_REPEATED:
        put_leaf(writer, column, column->name, FL_PARQUET_REPEATED);
        return;
    case PARTS_LIST2:
        put_group(writer, column->name, FL_PARQUET_REQUIRED, 1, true);
        put_leaf(writer, column, "array", FL_PARQUET_REPEATED);
        return;
    case PARTS_LIST3:
        put_group(writer, column->name, FL_PARQUET_OPTIONAL, 1, true);
        put_group(writer, "list", FL_PARQUET_REPEATED, 1, false);
        put_leaf(writer, column, "element", FL_PARQUET_OPTIONAL);
        return;
    case PARTS_LIST_ARRAY:
        put_group(writer, column->name, FL_PARQUET_OPTIONAL, 1, true);
        put_group(writer, "array", FL_PARQUET_REPEATED, 1, false);
        put_leaf(writer, column, "item", FL_PARQUET_REQUIRED);
        return;
    }
}

static void put_schema(struct fl_thrift_writer *writer, const struct parts_file *file)
{
    size_t elements = 1;
    for (int i = 0; i < file->column_count; i++)
        elements += (size_t)elements_of(file->columns[i].tree);
    fl_thrift_put_list(writer, 2, FL_THRIFT_STRUCT, elements);
    put_group(writer, "root", FL_PARQUET_REQUIRED,
              file->children_said == 0 ? file->column_count : file->children_said, false);
    for (int i = 0; i < file->column_count; i++)
        put_tree(writer, &file->columns[i]);
}

/* --- row groups */

struct place {
    int64_t offset, size;
};

static void put_statistics(struct fl_thrift_writer *writer, const struct parts_column *column, int group)
{
    uint8_t bound[4];
    fl_thrift_open_struct(writer, 12);
    if (column->null_count >= 0)
        fl_thrift_put_i64(writer, 3, column->null_count);
    if (column->has_bounds) {
        fl_store_le32(bound, (uint32_t)column->max[group]);
        fl_thrift_put_binary(writer, 5, bound, sizeof bound);
        fl_store_le32(bound, (uint32_t)column->min[group]);
        fl_thrift_put_binary(writer, 6, bound, sizeof bound);
    }
    fl_thrift_close_struct(writer);
}

/* Changes may be as large as they like. */
static int64_t changed(int64_t number, int64_t change)
{
    return (int64_t)((uint64_t)number + (uint64_t)change);
}

static void put_chunk(struct fl_thrift_writer *writer, const struct parts_column *column, int group,
                      struct place place)
{
    fl_thrift_add_struct(writer);
    if (column->file_path != NULL)
        fl_thrift_put_text(writer, 1, column->file_path);
    fl_thrift_put_i64(writer, 2, 0);
    fl_thrift_open_struct(writer, 3);
    fl_thrift_put_i32(writer, 1, column->chunk_type == 0 ? column->type : column->chunk_type);
    fl_thrift_put_i32(writer, 4, column->codec);
    fl_thrift_put_i64(writer, 5, column->values[group]);
    fl_thrift_put_i64(writer, 6, place.size);
    fl_thrift_put_i64(writer, 7, changed(place.size, column->size_change));
    fl_thrift_put_i64(writer, 9, changed(place.offset, column->offset_change));
    put_statistics(writer, column, group);
    fl_thrift_close_struct(writer);
    if (column->is_encrypted) {
        fl_thrift_open_struct(writer, 8);
        fl_thrift_close_struct(writer);
    }
    fl_thrift_close_struct(writer);
}

static void put_groups(struct fl_thrift_writer *writer, const struct parts_file *file,
                       struct place places[PARTS_MAX][PARTS_MAX])
{
    const int columns = file->column_count_said == 0 ? file->column_count : file->column_count_said;
    fl_thrift_put_list(writer, 4, FL_THRIFT_STRUCT, (size_t)file->group_count);
    for (int group = 0; group < file->group_count; group++) {
        fl_thrift_add_struct(writer);
        fl_thrift_put_list(writer, 1, FL_THRIFT_STRUCT, (size_t)columns);
        for (int i = 0; i < columns; i++)
            put_chunk(writer, &file->columns[i], group, places[group][i]);
        fl_thrift_put_i64(writer, 2, 0);
        fl_thrift_put_i64(writer, 3, file->group_rows[group]);
        fl_thrift_close_struct(writer);
    }
}

static void append_group(struct fl_buffer *out, const struct parts_file *file, int group,
                         struct place places[PARTS_MAX])
{
    for (int i = 0; i < file->column_count; i++) {
        const struct parts_column *column = &file->columns[i];
        const int first = group * column->group_pages;
        const int end =
            column->group_pages == 0 ? (group == 0 ? column->page_count : 0) : first + column->group_pages;
        places[i].offset = (int64_t)out->size;
        for (int page = first; page < end; page++)
            append_page(out, &column->pages[page]);
        places[i].size = (int64_t)out->size - places[i].offset;
    }
}

struct fl_buffer parts_make(const struct parts_file *file)
{
    struct fl_buffer out = {0};
    struct place places[PARTS_MAX][PARTS_MAX] = {{{0, 0}}};
    struct fl_thrift_writer writer;
    uint8_t size[4];
    append(&out, FL_PARQUET_MAGIC, FL_PARQUET_MAGIC_SIZE);
    for (int group = 0; group < file->group_count; group++)
        append_group(&out, file, group, places[group]);
    const size_t start = out.size;
    fl_thrift_begin(&writer, &out);
    fl_thrift_put_i32(&writer, 1, 2);
    put_schema(&writer, file);
    fl_thrift_put_i64(&writer, 3, file->rows);
    put_groups(&writer, file, places);
    must(fl_thrift_finish(&writer));
    fl_store_le32(size, (uint32_t)(out.size - start));
    append(&out, size, sizeof size);
    append(&out, FL_PARQUET_MAGIC, FL_PARQUET_MAGIC_SIZE);
    return out;
}
