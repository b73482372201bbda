/* export_ndjson_test.c - NDJSON, read back by jansson.
 *
 * Made-up tables of every schema have each kind at its ends, nulls, absent columns, texts with every mark and
 * control byte; a parser that nobody here wrote takes each line, with the same keys in the same order, and
 * its integers are compared exactly. Decimals are compared as the text that stands in the line. Exact bytes
 * of one row are written out besides. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>

#include "formats/table/cell_text.h"
#include "tests/unit/export_fixture.h"

struct reader {
    char *at;   /* begin of the next line */
    char *line; /* the present one, ended by NUL */
    json_t *object;
    void *key; /* jansson's place in the object, for the order of keys */
};

static void next_line(struct reader *reader)
{
    char *const end = strchr(reader->at, '\n');
    assert_non_null(end);
    *end = '\0';
    reader->line = reader->at;
    reader->at = end + 1;
    json_error_t error;
    reader->object = json_loads(reader->line, JSON_REJECT_DUPLICATES, &error);
    if (reader->object == NULL)
        fail_msg("%s: %s", error.text, reader->line);
    reader->key = json_object_iter(reader->object);
}

/* A decimal's own text, since a parser makes a double of it. */
static void check_decimal(const struct reader *reader, const struct sample_cell *cell,
                          const struct fl_buffer *text)
{
    char wanted[128];
    (void)snprintf(wanted, sizeof wanted, "\"%s\":%.*s", cell->column->name, (int)text->size,
                   (const char *)text->bytes);
    const char *const found = strstr(reader->line, wanted);
    assert_non_null(found);
    assert_non_null(strchr(",}", found[strlen(wanted)]));
}

static void check_cell(void *context, const struct sample_cell *cell)
{
    struct reader *reader = context;
    if (cell->index == 0)
        next_line(reader);
    assert_string_equal(cell->column->name, json_object_iter_key(reader->key));
    const json_t *value = json_object_iter_value(reader->key);
    reader->key = json_object_iter_next(reader->object, reader->key);
    struct fl_buffer text = {0};
    assert_true(fl_cell_append(cell->column, cell->data, cell->row, cell->words, &text));
    if (cell->null) {
        assert_true(json_is_null(value));
    } else if (fl_export_type_of(cell->column->kind).id == FL_EXPORT_DECIMAL) {
        assert_true(json_is_number(value));
        check_decimal(reader, cell, &text);
    } else if (json_is_integer(value)) {
        char number[32];
        (void)snprintf(number, sizeof number, "%lld", (long long)json_integer_value(value));
        assert_int_equal(text.size, strlen(number));
        assert_memory_equal(text.bytes, number, text.size);
    } else {
        const enum fl_export_type_id type = fl_export_type_of(cell->column->kind).id;
        assert_true(type == FL_EXPORT_DATE || type == FL_EXPORT_TEXT);
        assert_true(json_is_string(value));
        assert_int_equal(text.size, json_string_length(value));
        if (text.size > 0)
            assert_memory_equal(text.bytes, json_string_value(value), text.size);
    }
    fl_buffer_release(&text);
    if (reader->key == NULL)
        json_decref(reader->object);
}

static void test_made_up_tables(void **state)
{
    (void)state;
    static const size_t rows[] = {0, 1, 33, 700};
    const struct fl_export_options options = fl_export_options_default();
    const struct fl_schema *schema;
    for (size_t i = 0; (schema = fl_schema_at(i)) != NULL; i++) {
        for (size_t j = 0; j < sizeof rows / sizeof rows[0]; j++) {
            struct sample sample = sample_open(schema->name, rows[j], 500, j % 4);
            const struct fl_export_part part = fl_export_whole(sample.table);
            struct fl_buffer exported = sample_export(&sample, &part, &fl_export_format_ndjson, &options);
            struct reader reader = {.at = (char *)exported.bytes};
            sample_walk(&sample, check_cell, &reader);
            assert_ptr_equal(exported.bytes + exported.size, reader.at);
            fl_buffer_release(&exported);
            sample_close(&sample);
        }
    }
}

static void test_exact_bytes(void **state)
{
    (void)state;
    struct sample sample = sample_open("customer_ids", 1, 0, 2); /* no text */
    const struct fl_export_part part = fl_export_whole(sample.table);
    const struct fl_export_options options = fl_export_options_default();
    struct fl_buffer exported = sample_export(&sample, &part, &fl_export_format_ndjson, &options);
    assert_string_equal("{\"customer\":-9223372036854775808,\"customer_id\":null}\n",
                        (const char *)exported.bytes);
    fl_buffer_release(&exported);
    sample_close(&sample);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_made_up_tables),
        cmocka_unit_test(test_exact_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
