/* export_walk_test.c - what a format is given: columns, facts, batches, parts.
 *
 * A format that only writes down what it is handed is walked over made-up tables of every schema; so nothing
 * of a real format can hide a fault of the walk. Parts of every count must add up to the whole table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/export_fixture.h"

/* What the format has seen of one walk. */
static struct {
    const struct fl_export_request *request;
    uint64_t rows, key_sum;
    size_t batches, begun, ended, freed;
    fl_status begin, block, end; /* to answer with */
} seen;

static fl_status note_begin(const struct fl_export_request *request, struct fl_output *output, void **state,
                            struct fl_error *error)
{
    (void)output;
    seen.begun++;
    seen.request = request;
    if (seen.begin != FL_OK)
        return fl_fail(error, seen.begin, "begin");
    *state = &seen;
    return FL_OK;
}

static fl_status note_block(void *state, const struct fl_export_batch *batch, struct fl_error *error)
{
    assert_ptr_equal(&seen, state);
    assert_true(batch->rows > 0);
    for (size_t i = 0; i < seen.request->column_count; i++) {
        const struct fl_column_data *data = &batch->columns[i];
        assert_true(data->rows >= batch->rows);
        if (seen.request->columns[i].required)
            assert_null(data->nulls);
        for (size_t row = 0; seen.request->columns[i].absent && row < batch->rows; row++)
            assert_int_equal(1, data->nulls[row]);
    }
    for (size_t row = 0; seen.request->sorted_count == 1 && row < batch->rows; row++)
        seen.key_sum += (uint64_t)batch->columns[0].as.i64[row];
    seen.rows += batch->rows;
    seen.batches++;
    return seen.block == FL_OK ? FL_OK : fl_fail(error, seen.block, "block");
}

static fl_status note_end(void *state, struct fl_error *error)
{
    assert_ptr_equal(&seen, state);
    assert_int_equal(seen.rows, seen.request->rows);
    seen.ended++;
    return seen.end == FL_OK ? FL_OK : fl_fail(error, seen.end, "end");
}

static void note_free(void *state)
{
    assert_ptr_equal(&seen, state);
    seen.freed++;
}

static const struct fl_export_format note = {"note",     "note",     false,    0,
                                             note_begin, note_block, note_end, note_free};

static fl_status walk(const struct sample *sample, const struct fl_export_part *part)
{
    const struct fl_export_options options = fl_export_options_default();
    struct fl_output *output;
    assert_int_equal(FL_OK, fl_output_over_file(&fl_io_system, STDOUT_FILENO, "stdout", &output, NULL));
    const fl_status status = fl_export_walk(sample->table, part, &note, &options, output, NULL);
    fl_output_abort(output);
    return status;
}

static void test_columns(void **state)
{
    (void)state;
    const struct fl_schema *schema;
    for (size_t i = 0; (schema = fl_schema_at(i)) != NULL; i++) {
        struct sample sample = sample_open(schema->name, 250, 100, 3);
        const struct fl_export_part part = fl_export_whole(sample.table);
        memset(&seen, 0, sizeof seen);
        /* The request dies with the walk: it is looked at in begin(). */
        assert_int_equal(FL_OK, walk(&sample, &part));
        assert_int_equal(250, seen.rows);
        assert_int_equal(3, seen.batches);
        assert_int_equal(1, seen.ended);
        assert_int_equal(1, seen.freed);
        sample_close(&sample);
    }
}

static fl_status check_request(const struct fl_export_request *request, struct fl_output *output,
                               void **state, struct fl_error *error)
{
    (void)output;
    (void)state;
    const struct fl_schema *schema = fl_schema_by_name(request->table);
    assert_non_null(schema);
    assert_int_equal(schema->count, request->column_count);
    assert_int_equal(schema->columns[0].kind == FL_KIND_KEY, request->sorted_count);
    for (size_t i = 0; i < schema->count; i++) {
        const struct fl_export_column *column = &request->columns[i];
        assert_string_equal(schema->columns[i].name, column->name);
        assert_int_equal(schema->columns[i].kind, column->kind);
        assert_int_equal(fl_export_type_of(column->kind).id, column->type.id);
        assert_int_equal(fl_column_is_required(schema, i), column->required);
        assert_int_equal(i % 3 == 1 && !column->required, column->absent);
        assert_int_equal(column->kind == FL_KIND_WORD, column->words != NULL);
        if (column->words != NULL)
            assert_int_equal(column->absent ? 0 : SAMPLE_WORDS, column->words->count);
    }
    assert_int_equal(3, request->fact_count);
    assert_string_equal("fourloop.uuid", request->facts[0].key);
    assert_string_equal("01020300000000000000000000000000", request->facts[0].value);
    assert_string_equal("fourloop.as_of", request->facts[1].key);
    assert_string_equal("2026-11-20", request->facts[1].value);
    assert_string_equal("fourloop.model_hash", request->facts[2].key);
    return fl_fail(error, FL_UNCHANGED, "looked at");
}

static void test_request(void **state)
{
    (void)state;
    static const struct fl_export_format look = {"look", "look", false, 0, check_request, NULL, NULL, NULL};
    const struct fl_export_options options = fl_export_options_default();
    const struct fl_schema *schema;
    for (size_t i = 0; (schema = fl_schema_at(i)) != NULL; i++) {
        struct sample sample = sample_open(schema->name, 5, 0, 3);
        const struct fl_export_part part = fl_export_whole(sample.table);
        assert_int_equal(FL_UNCHANGED, fl_export_walk(sample.table, &part, &look, &options, NULL, NULL));
        sample_close(&sample);
    }
}

static void test_parts(void **state)
{
    (void)state;
    static const size_t rows[] = {0, 1, 99, 1000, 2999};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sample sample = sample_open("customer_ids", rows[i], 64, 0);
        const struct fl_export_part whole = fl_export_whole(sample.table);
        memset(&seen, 0, sizeof seen);
        assert_int_equal(FL_OK, walk(&sample, &whole));
        const uint64_t key_sum = seen.key_sum;
        for (size_t count = 1; count < 70; count += 1 + count / 4) {
            uint64_t key_sum_of_parts = 0, row_sum = 0;
            for (size_t index = 0; index < count; index++) {
                const struct fl_export_part part = fl_export_part_of(sample.table, index, count);
                memset(&seen, 0, sizeof seen);
                assert_int_equal(FL_OK, walk(&sample, &part));
                assert_true(seen.rows <= rows[i] / count + 2 * 64); /* a block too many at each end */
                key_sum_of_parts += seen.key_sum;
                row_sum += seen.rows;
            }
            assert_int_equal(rows[i], row_sum);
            assert_int_equal(key_sum, key_sum_of_parts);
        }
        sample_close(&sample);
    }
}

static void test_first_rows(void **state)
{
    (void)state;
    struct sample sample = sample_open("customer_ids", 200, 64, 0);
    for (uint64_t rows_max = 0; rows_max < 220; rows_max += 7) {
        struct fl_export_part part = fl_export_whole(sample.table);
        part.rows_max = rows_max;
        memset(&seen, 0, sizeof seen);
        assert_int_equal(FL_OK, walk(&sample, &part));
        assert_int_equal(rows_max < 200 ? rows_max : 200, seen.rows);
    }
    sample_close(&sample);
}

static void test_failures_are_passed_on(void **state)
{
    (void)state;
    struct sample sample = sample_open("customer_ids", 200, 64, 0);
    const struct fl_export_part part = fl_export_whole(sample.table);
    memset(&seen, 0, sizeof seen);
    seen.begin = FL_USAGE;
    assert_int_equal(FL_USAGE, walk(&sample, &part));
    assert_int_equal(0, seen.batches + seen.ended + seen.freed);
    memset(&seen, 0, sizeof seen);
    seen.block = FL_LIMIT;
    assert_int_equal(FL_LIMIT, walk(&sample, &part));
    assert_int_equal(1, seen.batches);
    assert_int_equal(0, seen.ended);
    assert_int_equal(1, seen.freed);
    memset(&seen, 0, sizeof seen);
    seen.end = FL_IO;
    assert_int_equal(FL_IO, walk(&sample, &part));
    assert_int_equal(1, seen.freed);
    sample_close(&sample);
}

static void test_list_of_formats(void **state)
{
    (void)state;
    const struct fl_export_format *format;
    char words[256] = "";
    for (size_t i = 0; (format = fl_export_format_at(i)) != NULL; i++) {
        assert_ptr_equal(format, fl_export_format_find(format->name));
        assert_true(format->begin != NULL && format->block != NULL && format->end != NULL &&
                    format->free != NULL);
        assert_non_null(format->extension);
        const size_t used = strlen(words);
        (void)snprintf(words + used, sizeof words - used, "%s%s", i == 0 ? "" : "|", format->name);
    }
    assert_string_equal(FL_EXPORT_WORDS, words);
    assert_null(fl_export_format_find("xls"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_columns),
        cmocka_unit_test(test_request),
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_first_rows),
        cmocka_unit_test(test_failures_are_passed_on),
        cmocka_unit_test(test_list_of_formats),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
