/* export_arrow_test.c - holds the Arrow stream of a table to the values that went in, by reading it back.
 *
 * The format is called as the walk calls it, with batches made by hand: each type of a column with nulls and
 * without, row counts around the eights in which null marks are packed, words spelt out and as dictionaries,
 * and words so long that one block becomes several batches. The reader has tests of its own and is held to
 * other programs' streams. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "formats/arrow/arrow_stream.h"
#include "formats/arrow/arrow_text.h"
#include "formats/exporters/export_walk.h"
#include "tests/unit/arrow_sample.h"

enum { ROWS_MAX = 4000, COLUMNS = 8 };

static const struct {
    const char *name;
    enum fl_kind kind;
    bool required;
} layout[COLUMNS] = {
    {"customer", FL_KIND_KEY, true},   {"day", FL_KIND_DAY, false},        {"type", FL_KIND_TYPE, false},
    {"second", FL_KIND_SECOND, false}, {"quantity", FL_KIND_MILLI, false}, {"raw", FL_KIND_MICRO, false},
    {"band", FL_KIND_WORD, false},     {"text", FL_KIND_TEXT, false},
};

/* Values of all columns: row r of a nullable column is null when r % 3 is 1. */
static int64_t integers[ROWS_MAX];
static int32_t days[ROWS_MAX];
static uint8_t types[ROWS_MAX], nulls[ROWS_MAX];
static uint32_t words[ROWS_MAX], text_offsets[ROWS_MAX + 1];
static char text_bytes[2 * ROWS_MAX];

static void fill_values(void)
{
    for (uint32_t row = 0; row < ROWS_MAX; row++) {
        integers[row] = ((int64_t)row - 2000) * 1001;
        days[row] = (int32_t)row - 100;
        types[row] = (uint8_t)row;
        words[row] = row % 2;
        nulls[row] = row % 3 == 1;
        text_offsets[row + 1] = text_offsets[row] + row % 3;
        memset(text_bytes + text_offsets[row], 'a' + (int)(row % 26), row % 3);
    }
}

static struct fl_column_data data_of(enum fl_kind kind, size_t rows, bool has_nulls)
{
    struct fl_column_data data = {.rows = rows, .nulls = has_nulls ? nulls : NULL};
    switch (fl_kind_storage(kind)) {
    case FL_STORAGE_U8:
        data.as.u8 = types;
        break;
    case FL_STORAGE_I32:
        data.as.i32 = days;
        break;
    case FL_STORAGE_I64:
        data.as.i64 = integers;
        break;
    case FL_STORAGE_WORD:
        data.as.words = words;
        break;
    case FL_STORAGE_TEXT:
        data.text_offsets = text_offsets;
        data.text_bytes = text_bytes;
        break;
    }
    return data;
}

/* One block of `rows` rows as a stream. */
static void export_block(const struct fl_words *dictionary, size_t rows, bool has_nulls, bool as_dictionary,
                         struct fl_buffer *bytes)
{
    static const struct fl_export_fact facts[] = {{"fourloop.as_of", "2026-11-20"}};
    struct fl_export_column columns[COLUMNS];
    struct fl_column_data data[COLUMNS];
    for (size_t i = 0; i < COLUMNS; i++) {
        columns[i] = (struct fl_export_column){.name = layout[i].name,
                                               .kind = layout[i].kind,
                                               .type = fl_export_type_of(layout[i].kind),
                                               .required = layout[i].required,
                                               .words = layout[i].kind == FL_KIND_WORD ? dictionary : NULL};
        data[i] = data_of(layout[i].kind, rows, has_nulls && !layout[i].required);
    }
    struct fl_export_request request = {.table = "made_up",
                                        .columns = columns,
                                        .column_count = COLUMNS,
                                        .rows = rows,
                                        .facts = facts,
                                        .fact_count = 1,
                                        .options = fl_export_options_default()};
    request.options.dictionary = as_dictionary;
    const struct fl_export_batch batch = {rows, data};
    const struct fl_export_format *format = fl_export_format_find("arrow");
    assert_ptr_equal(&fl_export_format_arrow, format);
    struct fl_output *output;
    void *state;
    arrow_memory.written = bytes;
    assert_int_equal(FL_OK, fl_output_over_file(&arrow_memory_io, 1, "memory", &output, NULL));
    assert_int_equal(FL_OK, format->begin(&request, output, &state, NULL));
    if (rows > 0)
        assert_int_equal(FL_OK, format->block(state, &batch, NULL));
    assert_int_equal(FL_OK, format->end(state, NULL));
    format->free(state);
    assert_int_equal(FL_OK, fl_output_commit(output, NULL, NULL));
}

static int64_t wanted_integer(size_t index, size_t row)
{
    switch (fl_kind_storage(layout[index].kind)) {
    case FL_STORAGE_U8:
        return types[row];
    case FL_STORAGE_I32:
        return days[row];
    default:
        return integers[row];
    }
}

static struct fl_text wanted_text(const struct fl_words *dictionary, enum fl_kind kind, size_t row)
{
    if (kind == FL_KIND_WORD)
        return fl_words_at(dictionary, words[row]);
    return (struct fl_text){text_bytes + text_offsets[row], text_offsets[row + 1] - text_offsets[row]};
}

static void check_cell(const struct fl_words *dictionary, size_t index, const struct fl_arrow_column *column,
                       size_t in_batch, size_t row)
{
    const enum fl_kind kind = layout[index].kind;
    if (kind == FL_KIND_WORD || kind == FL_KIND_TEXT) {
        const struct fl_text wanted = wanted_text(dictionary, kind, row);
        const struct fl_text found =
            column->words == NULL ? fl_arrow_text(column, in_batch)
                                  : fl_arrow_text(column->words, (size_t)fl_arrow_integer(column, in_batch));
        assert_true(fl_text_equal(wanted, found));
    } else if (column->type.kind == FL_ARROW_DECIMAL128) {
        assert_true(fl_arrow_decimal(column, in_batch) == wanted_integer(index, row));
    } else {
        assert_int_equal(wanted_integer(index, row), fl_arrow_integer(column, in_batch));
    }
}

static void check_column(const struct fl_words *dictionary, struct fl_arrow_stream *stream, size_t index,
                         size_t from, size_t rows, bool has_nulls)
{
    const struct fl_arrow_column *column;
    assert_int_equal(FL_OK, fl_arrow_stream_column(stream, index, &column, NULL));
    assert_int_equal(rows, column->rows);
    for (size_t i = 0; i < rows; i++) {
        const bool is_null = has_nulls && !layout[index].required && nulls[from + i] != 0;
        assert_int_equal(is_null, fl_arrow_is_null(column, i));
        if (!is_null)
            check_cell(dictionary, index, column, i, from + i);
    }
}

static void check_schema(const struct fl_arrow_schema *schema, bool as_dictionary)
{
    static const char *const types_wanted[COLUMNS] = {
        "int64", "date32", "int16", "int32", "decimal128(18, 3)", "int64", "utf8", "utf8"};
    assert_int_equal(COLUMNS, schema->field_count);
    for (size_t i = 0; i < COLUMNS; i++) {
        char found[128];
        fl_arrow_field_words(&schema->fields[i], found);
        const bool is_dictionary = as_dictionary && layout[i].kind == FL_KIND_WORD;
        assert_string_equal(is_dictionary ? "dictionary<int32, utf8>" : types_wanted[i], found);
        assert_string_equal(layout[i].name, schema->fields[i].name);
        assert_int_equal(!layout[i].required, schema->fields[i].nullable);
    }
    assert_int_equal(1, schema->fact_count);
    assert_true(fl_text_equal(fl_text_of("fourloop.as_of"), schema->facts[0].key));
    assert_true(fl_text_equal(fl_text_of("2026-11-20"), schema->facts[0].value));
}

/* The number of batches. */
static size_t check_export(const struct fl_words *dictionary, size_t rows, bool has_nulls, bool as_dictionary)
{
    struct fl_buffer bytes = {0};
    export_block(dictionary, rows, has_nulls, as_dictionary, &bytes);
    arrow_memory_set(bytes.bytes, bytes.size);
    const struct fl_arrow_options options = {.memory_max = 1u << 30};
    struct fl_arrow_stream *stream;
    assert_int_equal(FL_OK, fl_arrow_stream_open(&arrow_memory_io, 0, "memory", &options, &stream, NULL));
    check_schema(fl_arrow_stream_schema(stream), as_dictionary);
    size_t from = 0, count = 0, batches = 0;
    bool done = false;
    for (;; batches++) {
        assert_int_equal(FL_OK, fl_arrow_stream_next(stream, &count, &done, NULL));
        if (done)
            break;
        for (size_t i = 0; i < COLUMNS; i++)
            check_column(dictionary, stream, i, from, count, has_nulls);
        from += count;
    }
    assert_int_equal(rows, from);
    fl_arrow_stream_close(stream);
    fl_buffer_release(&bytes);
    return batches;
}

static const uint32_t short_offsets[] = {0, 3, 7};
static const struct fl_words short_words = {2, short_offsets, "hotwarm"};

static void test_values(void **state)
{
    (void)state;
    static const size_t rows[] = {0, 1, 7, 8, 9, 16, 63, 64, 65, ROWS_MAX};
    fill_values();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (unsigned options = 0; options < 4; options++)
            assert_int_equal(rows[i] > 0,
                             check_export(&short_words, rows[i], (options & 1) != 0, options >= 2));
    }
}

static void test_no_words(void **state)
{
    (void)state;
    static const struct fl_words none;
    static uint8_t all_null[ROWS_MAX];
    fill_values();
    memset(all_null, 1, sizeof all_null);
    memcpy(nulls, all_null, sizeof nulls);
    memset(words, 0, sizeof words);
    assert_int_equal(1, check_export(&none, 100, true, false));
    assert_int_equal(1, check_export(&none, 100, true, true));
}

static void test_long_words(void **state)
{
    (void)state;
    enum { LONG = 60000 };
    static const uint32_t offsets[] = {0, LONG, 2 * LONG};
    static char bytes[2 * LONG];
    memset(bytes, 'a', LONG);
    memset(bytes + LONG, 'b', LONG);
    const struct fl_words long_words = {2, offsets, bytes};
    fill_values();
    /* 1,500 rows of 60,000 bytes are 90 MB; batches of at most 64 MiB have half of them. */
    assert_int_equal(2, check_export(&long_words, 1500, false, false));
    assert_int_equal(1, check_export(&long_words, 1500, false, true));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_no_words),
        cmocka_unit_test(test_long_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
