/* damage_parquet.c - Parquet files whose headers and footer lie, made by hand so that all else fits. */
#include "tests/malformed/damage_parquet.h"

#include <stddef.h>

enum { ROWS = 4, COLUMNS = 4 };

/* Levels 1 1 0 1 as one group, then three values; see parquet_broken_test.c. */
static const uint8_t optional_body[] = {2, 0, 0, 0, 0x03, 0x0b, 7,    0,    0,
                                        0, 8, 0, 0, 0,    0xff, 0xff, 0xff, 0xff};
static const uint8_t words[] = {7, 0, 0, 0, 8, 0, 0, 0};
static const uint8_t indices[] = {2, 0, 0, 0, 0x03, 0x0b, 1, 0x03, 0x05};
/* Repeats 0 0 0 0, levels 1 1 0 1: [7], [8], [], [9]. */
static const uint8_t list_body[] = {2, 0, 0, 0, 3, 0, 2, 0, 0, 0, 3, 0x0b,
                                    7, 0, 0, 0, 8, 0, 0, 0, 9, 0, 0, 0};

#define PAGE_OF(array) .body = (array), .size = sizeof(array)

const struct parts_file damage_parquet_sample = {
    .column_count = COLUMNS,
    .group_count = 1,
    .group_rows = {ROWS},
    .rows = ROWS,
    .columns =
        {
            {.name = "first",
             .tree = PARTS_OPTIONAL,
             .type = FL_PARQUET_INT32,
             .converted = -1,
             .values = {ROWS},
             .null_count = 1,
             .page_count = 1,
             .pages =
                 {{.kind = FL_PARQUET_PAGE_DATA, .values = ROWS, .has_crc = true, PAGE_OF(optional_body)}}},
            {.name = "second",
             .tree = PARTS_OPTIONAL,
             .type = FL_PARQUET_INT32,
             .converted = -1,
             .values = {ROWS},
             .null_count = 1,
             .page_count = 1,
             .pages = {{.kind = FL_PARQUET_PAGE_DATA_V2,
                        .values = ROWS,
                        .nulls = 1,
                        .rows = ROWS,
                        .level_size = 2,
                        .body = optional_body + 4,
                        .size = sizeof optional_body - 4}}},
            {.name = "words",
             .tree = PARTS_OPTIONAL,
             .type = FL_PARQUET_INT32,
             .converted = -1,
             .values = {ROWS},
             .null_count = 1,
             .page_count = 2,
             .pages = {{.kind = FL_PARQUET_PAGE_DICTIONARY, .values = 2, PAGE_OF(words)},
                       {.kind = FL_PARQUET_PAGE_DATA,
                        .encoding = FL_PARQUET_ENCODING_RLE_DICTIONARY,
                        .values = ROWS,
                        PAGE_OF(indices)}}},
            {.name = "list",
             .tree = PARTS_LIST2,
             .type = FL_PARQUET_INT32,
             .converted = -1,
             .values = {ROWS},
             .null_count = -1,
             .page_count = 1,
             .pages = {{.kind = FL_PARQUET_PAGE_DATA, .values = ROWS, PAGE_OF(list_body)}}},
        },
};

/* ---- its numbers ---- */

struct number {
    size_t offset, size;
};

#define NUMBER(structure, member)                                                                            \
    {                                                                                                        \
        offsetof(struct structure, member), sizeof(((struct structure *)NULL)->member)                       \
    }

/* Not those that say how much parts_make() itself has to write. */
static const struct number file_numbers[] = {
    NUMBER(parts_file, group_rows[0]),
    NUMBER(parts_file, rows),
    NUMBER(parts_file, children_said),
};
static const struct number column_numbers[] = {
    NUMBER(parts_column, type),       NUMBER(parts_column, type_length),   NUMBER(parts_column, converted),
    NUMBER(parts_column, precision),  NUMBER(parts_column, codec),         NUMBER(parts_column, chunk_type),
    NUMBER(parts_column, values[0]),  NUMBER(parts_column, offset_change), NUMBER(parts_column, size_change),
    NUMBER(parts_column, null_count),
};
static const struct number page_numbers[] = {
    NUMBER(parts_page, kind),          NUMBER(parts_page, encoding),       NUMBER(parts_page, values),
    NUMBER(parts_page, nulls),         NUMBER(parts_page, rows),           NUMBER(parts_page, level_size),
    NUMBER(parts_page, repeat_size),   NUMBER(parts_page, level_encoding), NUMBER(parts_page, stored_size),
    NUMBER(parts_page, unpacked_size),
};
#define NUMBERS(array) (sizeof(array) / sizeof(array)[0])

static void make_with(struct parts_file *file, void *structure, const struct number *number, size_t edge,
                      struct fl_buffer *bytes)
{
    damage_set_edge((uint8_t *)structure + number->offset, number->size, edge);
    struct fl_buffer made = parts_make(file);
    bytes->size = 0;
    damage_append(bytes, made.bytes, made.size);
    fl_buffer_release(&made);
}

static uint64_t count_file(const struct damage_source *source)
{
    return source->is_parquet_sample ? DAMAGE_EDGES * NUMBERS(file_numbers) : 0;
}

static void set_file(const struct damage_source *source, uint64_t index, struct fl_buffer *bytes)
{
    (void)source;
    struct parts_file file = damage_parquet_sample;
    make_with(&file, &file, &file_numbers[index / DAMAGE_EDGES], index % DAMAGE_EDGES, bytes);
}

static uint64_t count_columns(const struct damage_source *source)
{
    return source->is_parquet_sample ? DAMAGE_EDGES * NUMBERS(column_numbers) * COLUMNS : 0;
}

static void set_column(const struct damage_source *source, uint64_t index, struct fl_buffer *bytes)
{
    (void)source;
    const size_t place = index / DAMAGE_EDGES;
    struct parts_file file = damage_parquet_sample;
    make_with(&file, &file.columns[place / NUMBERS(column_numbers)],
              &column_numbers[place % NUMBERS(column_numbers)], index % DAMAGE_EDGES, bytes);
}

static uint64_t count_pages(const struct damage_source *source)
{
    return source->is_parquet_sample ? DAMAGE_EDGES * NUMBERS(page_numbers) * COLUMNS * PARTS_MAX : 0;
}

static void set_page(const struct damage_source *source, uint64_t index, struct fl_buffer *bytes)
{
    (void)source;
    const size_t place = index / DAMAGE_EDGES, page = place / NUMBERS(page_numbers);
    struct parts_file file = damage_parquet_sample;
    make_with(&file, &file.columns[page / PARTS_MAX].pages[page % PARTS_MAX],
              &page_numbers[place % NUMBERS(page_numbers)], index % DAMAGE_EDGES, bytes);
}

const struct damage damage_of_parquet[] = {
    {"Parquet footer numbers", count_file, set_file},
    {"Parquet column numbers", count_columns, set_column},
    {"Parquet page header numbers", count_pages, set_page},
};
const size_t damage_of_parquet_count = sizeof damage_of_parquet / sizeof damage_of_parquet[0];
