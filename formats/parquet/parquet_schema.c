/* parquet_schema.c - what a kind of column is in the words of the format. */
#include "formats/parquet/parquet_schema.h"

#include <assert.h>
#include <string.h>

/* Names that the definition asks for. */
#define LIST_GROUP   "list"
#define LIST_ELEMENT "element"

/* Fields of struct SchemaElement. */
enum {
    ELEMENT_TYPE = 1,
    ELEMENT_REPETITION = 3,
    ELEMENT_NAME = 4,
    ELEMENT_CHILDREN = 5,
    ELEMENT_CONVERTED = 6,
    ELEMENT_SCALE = 7,
    ELEMENT_PRECISION = 8,
    ELEMENT_LOGICAL = 10
};

enum fl_parquet_type fl_parquet_kind_type(enum fl_parquet_kind kind)
{
    switch (kind) {
    case FL_PARQUET_KIND_BOOL:
        return FL_PARQUET_BOOLEAN;
    case FL_PARQUET_KIND_INT8:
    case FL_PARQUET_KIND_INT16:
    case FL_PARQUET_KIND_INT32:
    case FL_PARQUET_KIND_DATE:
        return FL_PARQUET_INT32;
    case FL_PARQUET_KIND_INT64:
    case FL_PARQUET_KIND_TIMESTAMP:
    case FL_PARQUET_KIND_DECIMAL:
        return FL_PARQUET_INT64;
    case FL_PARQUET_KIND_FLOAT:
        return FL_PARQUET_FLOAT;
    case FL_PARQUET_KIND_DOUBLE:
        return FL_PARQUET_DOUBLE;
    case FL_PARQUET_KIND_STRING:
    case FL_PARQUET_KIND_LIST_STRING:
        return FL_PARQUET_BYTE_ARRAY;
    }
    assert(false && "a kind without a type");
    return FL_PARQUET_BYTE_ARRAY;
}

unsigned fl_parquet_definition_max(const struct fl_parquet_column *column)
{
    return (unsigned)column->optional + (column->kind == FL_PARQUET_KIND_LIST_STRING);
}

/* The older annotation; integers of 32 and 64 bits need none. */
static enum fl_parquet_converted converted_of(enum fl_parquet_kind kind)
{
    switch (kind) {
    case FL_PARQUET_KIND_INT8:
        return FL_PARQUET_CONVERTED_INT_8;
    case FL_PARQUET_KIND_INT16:
        return FL_PARQUET_CONVERTED_INT_16;
    case FL_PARQUET_KIND_DATE:
        return FL_PARQUET_CONVERTED_DATE;
    case FL_PARQUET_KIND_TIMESTAMP:
        return FL_PARQUET_CONVERTED_TIMESTAMP_MICROS;
    case FL_PARQUET_KIND_DECIMAL:
        return FL_PARQUET_CONVERTED_DECIMAL;
    case FL_PARQUET_KIND_STRING:
    case FL_PARQUET_KIND_LIST_STRING:
        return FL_PARQUET_CONVERTED_UTF8;
    default:
        return FL_PARQUET_CONVERTED_NONE;
    }
}

static void put_empty_struct(struct fl_thrift_writer *thrift, int field)
{
    fl_thrift_open_struct(thrift, field);
    fl_thrift_close_struct(thrift);
}

static void put_integer(struct fl_thrift_writer *thrift, int8_t bits)
{
    fl_thrift_open_struct(thrift, FL_PARQUET_LOGICAL_INTEGER);
    fl_thrift_put_byte(thrift, 1, bits);
    fl_thrift_put_bool(thrift, 2, true); /* signed */
    fl_thrift_close_struct(thrift);
}

static void put_decimal(struct fl_thrift_writer *thrift, const struct fl_parquet_column *column)
{
    fl_thrift_open_struct(thrift, FL_PARQUET_LOGICAL_DECIMAL);
    fl_thrift_put_i32(thrift, 1, column->scale);
    fl_thrift_put_i32(thrift, 2, column->precision);
    fl_thrift_close_struct(thrift);
}

static void put_timestamp(struct fl_thrift_writer *thrift)
{
    fl_thrift_open_struct(thrift, FL_PARQUET_LOGICAL_TIMESTAMP);
    fl_thrift_put_bool(thrift, 1, true); /* an instant, in UTC */
    fl_thrift_open_struct(thrift, 2);
    put_empty_struct(thrift, FL_PARQUET_MICROS);
    fl_thrift_close_struct(thrift);
    fl_thrift_close_struct(thrift);
}

/* The newer annotation. */
static void put_logical(struct fl_thrift_writer *thrift, const struct fl_parquet_column *column)
{
    if (converted_of(column->kind) == FL_PARQUET_CONVERTED_NONE)
        return;
    fl_thrift_open_struct(thrift, ELEMENT_LOGICAL);
    switch (column->kind) {
    case FL_PARQUET_KIND_INT8:
        put_integer(thrift, 8);
        break;
    case FL_PARQUET_KIND_INT16:
        put_integer(thrift, 16);
        break;
    case FL_PARQUET_KIND_DATE:
        put_empty_struct(thrift, FL_PARQUET_LOGICAL_DATE);
        break;
    case FL_PARQUET_KIND_TIMESTAMP:
        put_timestamp(thrift);
        break;
    case FL_PARQUET_KIND_DECIMAL:
        put_decimal(thrift, column);
        break;
    default:
        put_empty_struct(thrift, FL_PARQUET_LOGICAL_STRING);
    }
    fl_thrift_close_struct(thrift);
}

static void put_leaf(struct fl_thrift_writer *thrift, const struct fl_parquet_column *column,
                     const char *name, enum fl_parquet_repetition repetition)
{
    const enum fl_parquet_converted converted = converted_of(column->kind);
    fl_thrift_add_struct(thrift);
    fl_thrift_put_i32(thrift, ELEMENT_TYPE, (int32_t)fl_parquet_kind_type(column->kind));
    fl_thrift_put_i32(thrift, ELEMENT_REPETITION, (int32_t)repetition);
    fl_thrift_put_text(thrift, ELEMENT_NAME, name);
    if (converted != FL_PARQUET_CONVERTED_NONE)
        fl_thrift_put_i32(thrift, ELEMENT_CONVERTED, (int32_t)converted);
    if (column->kind == FL_PARQUET_KIND_DECIMAL) {
        fl_thrift_put_i32(thrift, ELEMENT_SCALE, column->scale);
        fl_thrift_put_i32(thrift, ELEMENT_PRECISION, column->precision);
    }
    put_logical(thrift, column);
    fl_thrift_close_struct(thrift);
}

static void put_list(struct fl_thrift_writer *thrift, const struct fl_parquet_column *column,
                     enum fl_parquet_repetition repetition)
{
    fl_thrift_add_struct(thrift);
    fl_thrift_put_i32(thrift, ELEMENT_REPETITION, (int32_t)repetition);
    fl_thrift_put_text(thrift, ELEMENT_NAME, column->name);
    fl_thrift_put_i32(thrift, ELEMENT_CHILDREN, 1);
    fl_thrift_put_i32(thrift, ELEMENT_CONVERTED, FL_PARQUET_CONVERTED_LIST);
    fl_thrift_open_struct(thrift, ELEMENT_LOGICAL);
    put_empty_struct(thrift, FL_PARQUET_LOGICAL_LIST);
    fl_thrift_close_struct(thrift);
    fl_thrift_close_struct(thrift);

    fl_thrift_add_struct(thrift);
    fl_thrift_put_i32(thrift, ELEMENT_REPETITION, FL_PARQUET_REPEATED);
    fl_thrift_put_text(thrift, ELEMENT_NAME, LIST_GROUP);
    fl_thrift_put_i32(thrift, ELEMENT_CHILDREN, 1);
    fl_thrift_close_struct(thrift);

    put_leaf(thrift, column, LIST_ELEMENT, FL_PARQUET_REQUIRED);
}

static size_t count_elements(const struct fl_parquet_column *columns, size_t column_count)
{
    size_t count = 1;
    for (size_t i = 0; i < column_count; i++)
        count += columns[i].kind == FL_PARQUET_KIND_LIST_STRING ? 3 : 1;
    return count;
}

void fl_parquet_put_schema(struct fl_thrift_writer *thrift, int field,
                           const struct fl_parquet_column *columns, size_t column_count)
{
    fl_thrift_put_list(thrift, field, FL_THRIFT_STRUCT, count_elements(columns, column_count));
    fl_thrift_add_struct(thrift);
    fl_thrift_put_text(thrift, ELEMENT_NAME, "schema");
    fl_thrift_put_i32(thrift, ELEMENT_CHILDREN, (int32_t)column_count);
    fl_thrift_close_struct(thrift);
    for (size_t i = 0; i < column_count; i++) {
        const enum fl_parquet_repetition repetition =
            columns[i].optional ? FL_PARQUET_OPTIONAL : FL_PARQUET_REQUIRED;
        if (columns[i].kind == FL_PARQUET_KIND_LIST_STRING)
            put_list(thrift, &columns[i], repetition);
        else
            put_leaf(thrift, &columns[i], columns[i].name, repetition);
    }
}

void fl_parquet_put_path(struct fl_thrift_writer *thrift, int field, const struct fl_parquet_column *column)
{
    const bool is_list = column->kind == FL_PARQUET_KIND_LIST_STRING;
    fl_thrift_put_list(thrift, field, FL_THRIFT_BINARY, is_list ? 3 : 1);
    fl_thrift_add_binary(thrift, column->name, strlen(column->name));
    if (!is_list)
        return;
    fl_thrift_add_binary(thrift, LIST_GROUP, strlen(LIST_GROUP));
    fl_thrift_add_binary(thrift, LIST_ELEMENT, strlen(LIST_ELEMENT));
}
