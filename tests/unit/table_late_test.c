/* table_late_test.c - columns whose values come after the last row are read like any other.
 *
 * Tables of one to a few hundred blocks, with the late values given in pieces of odd sizes, are read back
 * value by value and verified; their pages lie behind all others. Low effort writes constant and packed pages
 * only. */
#include "tests/unit/folder_fixture.h"

#include "formats/encodings/encoding.h"
#include "formats/table/table_reader.h"

enum { ROWS = 5000 };

static int64_t customers[ROWS], raws[ROWS];
static uint8_t percentiles[ROWS], none[ROWS], intents[ROWS];

static void fill_rows(void)
{
    for (size_t row = 0; row < ROWS; row++) {
        customers[row] = (int64_t)row * 3 - 700;
        raws[row] = (int64_t)(row * row % 9973) * 1000003 - 5;
        percentiles[row] = (uint8_t)(row * 7 % 101);
        none[row] = row % 5 == 0;
        intents[row] = 9;
    }
}

static struct fl_table *write_and_open(size_t rows, uint32_t block_rows, size_t piece)
{
    static const uint16_t ids[] = {FL_SCORES_CUSTOMER, FL_SCORES_PERCENTILE, FL_SCORES_INTENT, FL_SCORES_RAW};
    static const uint16_t late[] = {FL_SCORES_PERCENTILE};
    const struct fl_table_plan plan = {.schema = fl_schema_by_name("customer_scores"),
                                       .column_ids = ids,
                                       .column_count = 4,
                                       .effort = FL_EFFORT_LOW,
                                       .late_column_ids = late,
                                       .late_column_count = 1,
                                       .block_rows = block_rows};
    struct fl_table_writer *writer = NULL;
    struct fl_table_summary summary;
    struct fl_table *table = NULL;
    struct fl_error error;
    char name[256], path[FIXTURE_PATH_SIZE];
    fl_error_clear(&error);
    assert_int_equal(fl_table_writer_create(&fl_io_system, fixture_folder, &plan, &writer, &error), FL_OK);
    const struct fl_column_values values[] = {
        {.as.i64 = customers}, {.nulls = NULL}, {.as.u8 = intents}, {.as.i64 = raws}};
    assert_int_equal(fl_table_writer_append(writer, values, rows, &error), FL_OK);
    for (size_t at = 0; at < rows; at += piece) {
        const size_t count = rows - at < piece ? rows - at : piece;
        const struct fl_column_values late_values = {.as.u8 = percentiles + at, .nulls = none + at};
        assert_int_equal(fl_table_writer_append_late(writer, &late_values, count, &error), FL_OK);
    }
    assert_int_equal(fl_table_writer_finish(writer, "late", NULL, name, &summary, &error), FL_OK);
    assert_int_equal(summary.rows, rows);
    if (fl_table_open(&fl_io_system, fixture_path(name, path), FL_IO_COPY, &table, &error) != FL_OK)
        fail_msg("%s", error.message);
    return table;
}

static void check_block(struct fl_table *table, size_t block, size_t first)
{
    struct fl_column_data percentile = {0}, raw = {0};
    assert_int_equal(fl_table_read_column(table, block, FL_SCORES_PERCENTILE, &percentile, NULL), FL_OK);
    assert_int_equal(fl_table_read_column(table, block, FL_SCORES_RAW, &raw, NULL), FL_OK);
    assert_memory_equal(raw.as.i64, raws + first, raw.rows * sizeof *raws);
    for (size_t row = 0; row < percentile.rows; row++) {
        assert_int_equal(percentile.nulls != NULL && percentile.nulls[row] != 0, none[first + row]);
        if (none[first + row] == 0)
            assert_int_equal(percentile.as.u8[row], percentiles[first + row]);
    }
    fl_column_data_release(&percentile);
    fl_column_data_release(&raw);
}

/* The late pages lie behind all others, in the order of blocks. */
static void check_places(const struct fl_table *table)
{
    static const uint16_t ids[] = {FL_SCORES_CUSTOMER, FL_SCORES_INTENT, FL_SCORES_RAW};
    const size_t blocks = fl_table_blocks(table);
    struct fl_page_facts facts;
    uint64_t end = 0;
    for (size_t i = 0; i < 3 * blocks; i++) {
        assert_true(fl_table_page(table, i / 3, ids[i % 3], &facts));
        assert_true(facts.encoding == FL_ENCODING_CONSTANT || facts.encoding == FL_ENCODING_PACKED);
        assert_false(facts.lz4);
        assert_true(facts.stored_bytes == 0 || facts.offset > end);
        end = facts.stored_bytes == 0 ? end : facts.offset;
    }
    for (size_t block = 0; block < blocks; block++) {
        assert_true(fl_table_page(table, block, FL_SCORES_PERCENTILE, &facts));
        assert_true(facts.stored_bytes == 0 || facts.offset > end);
        end = facts.stored_bytes == 0 ? end : facts.offset;
    }
}

static void check_table(size_t rows, uint32_t block_rows, size_t piece)
{
    struct fl_table *table = write_and_open(rows, block_rows, piece);
    uint64_t digest;
    size_t first = 0;
    for (size_t block = 0; block < fl_table_blocks(table); block++) {
        check_block(table, block, first);
        first += fl_table_block(table, block).rows;
    }
    assert_int_equal(first, rows);
    check_places(table);
    assert_int_equal(fl_table_verify(table, &digest, NULL), FL_OK);
    fl_table_close(table);
}

static void test_round_trip(void **state)
{
    (void)state;
    const size_t pieces[] = {1, 7, 64, 1000, ROWS};
    fill_rows();
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        check_table(ROWS, 13, pieces[i]);
        check_table(ROWS, 64, pieces[i]);
        check_table(ROWS, 0, pieces[i]);
        check_table(1, 0, pieces[i]);
        check_table(0, 0, pieces[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_round_trip, fixture_open, fixture_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
