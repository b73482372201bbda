/* table_test.c - what the writer writes the reader reads.
 *
 * Method: tables of every schema (the list is walked) with all kinds, three densities of nulls, are written
 * in pieces of odd sizes, read back in both modes, compared value by value, verified. Then one test for each
 * promise of the two headers: where blocks are cut, absent columns, no rows, equal bytes for equal rows,
 * names, dictionaries of more than one page, what is refused, that a file which is out of order is found by
 * verify, that LZ4 is used where it pays, zstd for cold texts of files that stay. Damage is hunted by
 * tests/malformed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "formats/base/civil.h"
#include "formats/base/limits.h"
#include "formats/encodings/encoding.h"
#include "formats/table/table_reader.h"
#include "formats/table/table_roles.h"

enum { COLUMNS_MAX = 128, ROWS = 3000, BLOCK_ROWS = 997, WORDS = 90 };

/* ---- a folder of its own for each test ---- */

static char directory[64];

static int make_directory(void **state)
{
    (void)state;
    (void)snprintf(directory, sizeof directory, "/tmp/fl-table-test-XXXXXX");
    return mkdtemp(directory) == NULL;
}

static size_t clear_directory(void)
{
    size_t files = 0;
    DIR *listed = opendir(directory);
    struct dirent *entry;
    assert_non_null(listed);
    while ((entry = readdir(listed)) != NULL) {
        char path[400];
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        (void)snprintf(path, sizeof path, "%s/%s", directory, entry->d_name);
        files += unlink(path) == 0;
    }
    (void)closedir(listed);
    return files;
}

static int remove_directory(void **state)
{
    (void)state;
    (void)clear_directory();
    return rmdir(directory);
}

static void must(fl_status status, const struct fl_error *error)
{
    if (status != FL_OK)
        fail_msg("%s: %s: %s", fl_status_name(status), error->column, error->message);
}

/* ---- rows of any schema ---- */

struct column_rows {
    uint8_t u8[ROWS];
    int32_t i32[ROWS];
    int64_t i64[ROWS];
    uint32_t words[ROWS];
    struct fl_text texts[ROWS];
    char text_bytes[ROWS][24];
    uint8_t nulls[ROWS];
};

static char word_bytes[WORDS * 4];
static uint32_t word_offsets[WORDS + 1];

static struct fl_words make_words(void)
{
    for (uint32_t i = 0; i < WORDS; i++) {
        char word[8];
        (void)snprintf(word, sizeof word, "w%03u", i);
        memcpy(word_bytes + 4 * (size_t)i, word, 4);
        word_offsets[i + 1] = 4 * (i + 1);
    }
    return (struct fl_words){WORDS, word_offsets, word_bytes};
}

static uint64_t random_state;

static uint64_t next_random(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

static void fill_row(struct column_rows *rows, const struct fl_column *column, size_t row)
{
    const uint64_t random = next_random();
    const struct fl_integer_range range = fl_kind_range(column->kind, WORDS);
    const uint64_t span = (uint64_t)range.max - (uint64_t)range.min;
    /* Odd columns take the kind's whole range, ends included; even ones a few values. */
    const uint64_t far = span == UINT64_MAX ? random : random % (span + 1);
    const uint64_t distance = column->id % 2 == 0 ? random % 40 : far;
    const int64_t value = (int64_t)((uint64_t)range.min + distance);
    rows->u8[row] = (uint8_t)value;
    rows->i32[row] = (int32_t)value;
    rows->i64[row] = value;
    rows->words[row] = (uint32_t)value;
    const int size =
        random % 11 == 0 ? 0 : snprintf(rows->text_bytes[row], 24, "t\xc3\xb8y %ju", random % 1000);
    rows->texts[row] = (struct fl_text){rows->text_bytes[row], (size_t)size};
}

/* Sorted: the first column rises, where the second is the day that does within a customer. */
static void order_row(struct column_rows *columns, const struct fl_schema *schema, size_t row)
{
    const bool events = schema->columns[1].kind == FL_KIND_DAY;
    columns[0].i64[row] = -5000 + 3 * (int64_t)(events ? row / 11 : row);
    columns[0].words[row] = (uint32_t)(row * WORDS / ROWS);
    columns[0].nulls[row] = 0;
    if (schema->columns[0].kind == FL_KIND_WORD) /* many rows of one word: the second column decides */
        columns[1].words[row] = (uint32_t)(row - (columns[0].words[row] * ROWS + WORDS - 1) / WORDS);
    if (schema->columns[0].kind == FL_KIND_WORD)
        columns[1].i64[row] = columns[1].words[row]; /* whichever it is */
    if (events)
        columns[1].i32[row] = FL_DAY_MIN + (int32_t)(row % 11);
}

static struct column_rows *make_rows(const struct fl_schema *schema, unsigned null_one_in)
{
    struct column_rows *columns = calloc(schema->count, sizeof *columns);
    assert_non_null(columns);
    random_state = 88172645463325252u;
    for (size_t row = 0; row < ROWS; row++) {
        for (size_t i = 0; i < schema->count; i++) {
            const bool decides = i == 0 || (i == 1 && schema->columns[0].kind == FL_KIND_WORD);
            fill_row(&columns[i], &schema->columns[i], row);
            columns[i].nulls[row] = null_one_in > 0 && next_random() % null_one_in == 0 && !decides &&
                                    !fl_column_is_required(schema, i);
        }
        order_row(columns, schema, row);
    }
    return columns;
}

static struct fl_column_values values_of(const struct column_rows *rows, const struct fl_column *column,
                                         size_t from)
{
    struct fl_column_values values = {.nulls = rows->nulls + from};
    switch (fl_kind_storage(column->kind)) {
    case FL_STORAGE_U8:
        values.as.u8 = rows->u8 + from;
        break;
    case FL_STORAGE_I32:
        values.as.i32 = rows->i32 + from;
        break;
    case FL_STORAGE_I64:
        values.as.i64 = rows->i64 + from;
        break;
    case FL_STORAGE_WORD:
        values.as.words = rows->words + from;
        break;
    case FL_STORAGE_TEXT:
        values.as.texts = rows->texts + from;
        break;
    }
    return values;
}

/* ---- values that are given when they are asked for ---- */

struct given {
    const struct column_rows *rows;
    enum fl_storage storage;
    size_t row;
};

static void give(const void *context, size_t from, size_t count, int64_t *values, uint8_t *nulls)
{
    const struct given *given = context;
    for (size_t i = 0; i < count; i++) {
        const size_t row = given->row + from + i;
        values[i] = given->storage == FL_STORAGE_U8    ? given->rows->u8[row]
                    : given->storage == FL_STORAGE_I32 ? given->rows->i32[row]
                    : given->storage == FL_STORAGE_I64 ? given->rows->i64[row]
                                                       : given->rows->words[row];
        if (nulls != NULL)
            nulls[i] = given->rows->nulls[row];
    }
}

/* All that may be: no text, not the first column. One without a null does not give any. */
static struct fl_column_values values_given(const struct column_rows *rows, const struct fl_column *column,
                                            size_t from, struct given *given)
{
    const enum fl_storage storage = fl_kind_storage(column->kind);
    *given = (struct given){rows, storage, from};
    if (storage == FL_STORAGE_TEXT)
        return values_of(rows, column, from);
    return (struct fl_column_values){
        .give = give, .give_context = given, .gives_nulls = memchr(rows->nulls, 1, ROWS) != NULL};
}

static const char *const file_facts[] = {"zone", "Europe/Oslo", "empty", "", NULL};

static struct fl_table_summary write_table_by(const struct fl_schema *schema,
                                              const struct column_rows *columns, size_t row_count,
                                              size_t piece, bool gives, char name[256])
{
    struct given given[COLUMNS_MAX];
    assert_true(schema->count <= COLUMNS_MAX);
    uint16_t ids[COLUMNS_MAX];
    struct fl_words words[COLUMNS_MAX] = {{.count = 0}};
    for (size_t i = 0; i < schema->count; i++) {
        ids[i] = schema->columns[i].id;
        if (schema->columns[i].kind == FL_KIND_WORD)
            words[i] = make_words();
    }
    const struct fl_table_plan plan = {.schema = schema,
                                       .column_ids = ids,
                                       .column_count = schema->count,
                                       .words = words,
                                       .uuid = "0123456789abcde",
                                       .facts = file_facts,
                                       .block_rows = BLOCK_ROWS};
    struct fl_error error;
    struct fl_table_writer *writer;
    struct fl_table_summary summary;
    fl_error_clear(&error);
    must(fl_table_writer_create(&fl_io_system, directory, &plan, &writer, &error), &error);
    for (size_t at = 0; at < row_count; at += piece) {
        struct fl_column_values values[COLUMNS_MAX];
        for (size_t i = 0; i < schema->count; i++)
            values[i] = gives && i > 0 ? values_given(&columns[i], &schema->columns[i], at, &given[i])
                                       : values_of(&columns[i], &schema->columns[i], at);
        must(fl_table_writer_append(writer, values, row_count - at < piece ? row_count - at : piece, &error),
             &error);
    }
    must(fl_table_writer_finish(writer, "stem", NULL, name, &summary, &error), &error);
    return summary;
}

/* Writes `row_count` rows in pieces of `piece` rows. */
static struct fl_table_summary write_table(const struct fl_schema *schema, const struct column_rows *columns,
                                           size_t row_count, size_t piece, char name[256])
{
    return write_table_by(schema, columns, row_count, piece, false, name);
}

static struct fl_table *open_table(const char *name, enum fl_io_mode mode)
{
    char path[400];
    struct fl_error error;
    struct fl_table *table;
    fl_error_clear(&error);
    (void)snprintf(path, sizeof path, "%s/%s", directory, name);
    must(fl_table_open(&fl_io_system, path, mode, &table, &error), &error);
    return table;
}

/* ---- round trip ---- */

static void compare_value(const struct column_rows *rows, size_t row, const struct fl_column_data *data,
                          size_t at, enum fl_storage storage)
{
    const bool null = rows->nulls[row] != 0;
    assert_int_equal(data->nulls != NULL && data->nulls[at] != 0, null);
    switch (storage) {
    case FL_STORAGE_U8:
        assert_int_equal(data->as.u8[at], null ? 0 : rows->u8[row]);
        break;
    case FL_STORAGE_I32:
        assert_int_equal(data->as.i32[at], null ? 0 : rows->i32[row]);
        break;
    case FL_STORAGE_I64:
        assert_int_equal(data->as.i64[at], null ? 0 : rows->i64[row]);
        break;
    case FL_STORAGE_WORD:
        assert_int_equal(data->as.words[at], null ? 0 : rows->words[row]);
        break;
    case FL_STORAGE_TEXT: {
        const struct fl_text text = {data->text_bytes + data->text_offsets[at],
                                     data->text_offsets[at + 1] - data->text_offsets[at]};
        assert_true(fl_text_equal(text, null ? (struct fl_text){"", 0} : rows->texts[row]));
        break;
    }
    }
}

static void compare_column(struct fl_table *table, const struct column_rows *rows,
                           const struct fl_column *column, struct fl_column_data *data)
{
    size_t row = 0;
    for (size_t block = 0; block < fl_table_blocks(table); block++) {
        struct fl_error error;
        fl_error_clear(&error);
        must(fl_table_read_column(table, block, column->id, data, &error), &error);
        assert_int_equal(data->rows, fl_table_block(table, block).rows);
        for (size_t at = 0; at < data->rows; at++, row++)
            compare_value(rows, row, data, at, fl_kind_storage(column->kind));
    }
    assert_int_equal(row, ROWS);
}

static void compare_table(const struct fl_schema *schema, const struct column_rows *columns, const char *name,
                          enum fl_io_mode mode, const struct fl_table_summary *summary)
{
    struct fl_table *table = open_table(name, mode);
    struct fl_column_data data = {0}; /* one for all columns: buffers are reused over kinds */
    assert_ptr_equal(fl_table_schema(table), schema);
    assert_int_equal(fl_table_rows(table), ROWS);
    assert_true(fl_table_blocks(table) >= 4);
    assert_memory_equal(fl_table_uuid(table), "0123456789abcde", FL_UUID_SIZE);
    assert_string_equal(fl_table_fact(table, "zone"), "Europe/Oslo");
    assert_string_equal(fl_table_fact(table, "empty"), "");
    assert_null(fl_table_fact(table, "Europe/Oslo"));
    for (size_t i = 0; i < schema->count; i++) {
        const struct fl_words *words;
        assert_true(fl_table_has(table, schema->columns[i].id));
        compare_column(table, &columns[i], &schema->columns[i], &data);
        must(fl_table_words(table, schema->columns[i].id, &words, NULL), NULL);
        assert_int_equal(words->count, schema->columns[i].kind == FL_KIND_WORD ? WORDS : 0);
        for (size_t k = 0; k < words->count; k++)
            assert_memory_equal(fl_words_at(words, k).bytes, word_bytes + 4 * k, 4);
    }
    struct fl_error error;
    uint64_t digest;
    fl_error_clear(&error);
    must(fl_table_verify(table, &digest, &error), &error);
    assert_int_equal(digest, summary->digest);
    fl_column_data_release(&data);
    fl_table_close(table);
}

static void test_every_schema_round_trips(void **state)
{
    (void)state;
    static const unsigned null_one_in[] = {0, 3, 1};
    const struct fl_schema *schema;
    for (size_t i = 0; (schema = fl_schema_at(i)) != NULL; i++) {
        for (size_t k = 0; k < 3; k++) {
            char name[256];
            struct column_rows *columns = make_rows(schema, null_one_in[k]);
            const struct fl_table_summary summary = write_table(schema, columns, ROWS, 301, name);
            assert_int_equal(summary.rows, ROWS);
            compare_table(schema, columns, name, FL_IO_MAP, &summary);
            compare_table(schema, columns, name, FL_IO_COPY, &summary);
            free(columns);
        }
    }
}

static void test_equal_rows_make_equal_bytes(void **state)
{
    (void)state;
    const struct fl_schema *schema = fl_schema_by_name("interactions");
    struct column_rows *columns = make_rows(schema, 4);
    char name[256], again[256];
    const struct fl_table_summary whole = write_table(schema, columns, ROWS, ROWS, name);
    const struct fl_table_summary row_by_row = write_table(schema, columns, ROWS, 1, again);
    char wanted[300], hex[17];
    fl_hex64(whole.digest, hex);
    (void)snprintf(wanted, sizeof wanted, "stem-%s.flint", hex);
    assert_string_equal(name, wanted);
    assert_string_equal(again, name);
    assert_int_equal(row_by_row.digest, whole.digest);
    assert_int_equal(row_by_row.size_bytes, whole.size_bytes);
    assert_int_equal(whole.customer_min, -5000);
    assert_int_equal(whole.customer_max, -5000 + 3 * ((ROWS - 1) / 11));
    assert_int_equal(whole.day_min, FL_DAY_MIN);
    assert_int_equal(whole.day_max, FL_DAY_MIN + 10);
    assert_int_equal(clear_directory(), 1); /* one name, no temporaries */
    free(columns);
}

/* Pieces of 301 rows end inside blocks of 997, and blocks are cut on a customer: all joints are met. */
static void test_given_values_make_equal_bytes(void **state)
{
    (void)state;
    static const unsigned null_one_in[] = {0, 3};
    const struct fl_schema *schema;
    for (size_t i = 0; (schema = fl_schema_at(i)) != NULL; i++) {
        for (size_t k = 0; k < 2; k++) {
            char name[256], given[256];
            struct column_rows *columns = make_rows(schema, null_one_in[k]);
            (void)write_table(schema, columns, ROWS, 301, name);
            (void)write_table_by(schema, columns, ROWS, 301, true, given);
            assert_string_equal(given, name); /* it has the digest of the file's bytes */
            free(columns);
        }
    }
}

/* ---- small tables of few columns ---- */

struct small {
    struct fl_table_writer *writer;
    struct fl_error error;
};

static const uint16_t small_ids[] = {FL_INTERACTIONS_CUSTOMER, FL_INTERACTIONS_DAY, FL_INTERACTIONS_TYPE,
                                     FL_INTERACTIONS_TEXT};

static struct small small_start_with(const uint16_t ids[4], uint32_t block_rows)
{
    static const struct fl_words no_words[4] = {{.count = 0}};
    const struct fl_table_plan plan = {.schema = fl_schema_by_name("interactions"),
                                       .column_ids = ids,
                                       .column_count = 4,
                                       .words = no_words,
                                       .block_rows = block_rows};
    struct small small = {NULL, {0}};
    fl_error_clear(&small.error);
    must(fl_table_writer_create(&fl_io_system, directory, &plan, &small.writer, &small.error), &small.error);
    return small;
}

static struct small small_start(uint32_t block_rows)
{
    return small_start_with(small_ids, block_rows);
}

static fl_status small_add(struct small *small, int64_t customer, int32_t day, uint8_t type,
                           struct fl_text text)
{
    const struct fl_column_values values[] = {
        {.as.i64 = &customer}, {.as.i32 = &day}, {.as.u8 = &type}, {.as.texts = &text}};
    return fl_table_writer_append(small->writer, values, 1, &small->error);
}

static struct fl_table *small_finish(struct small *small, struct fl_table_summary *summary)
{
    char name[256];
    must(fl_table_writer_finish(small->writer, NULL, "small", name, summary, &small->error), &small->error);
    assert_string_equal(name, "small");
    return open_table("small", FL_IO_MAP);
}

static void expect_blocks(struct fl_table *table, const uint32_t *rows, size_t blocks)
{
    uint64_t digest;
    struct fl_error error;
    fl_error_clear(&error);
    assert_int_equal(fl_table_blocks(table), blocks);
    for (size_t block = 0; block < blocks; block++)
        assert_int_equal(fl_table_block(table, block).rows, rows[block]);
    must(fl_table_verify(table, &digest, &error), &error);
    fl_table_close(table);
}

static void add_customer(struct small *small, int64_t customer, size_t rows)
{
    for (size_t row = 0; row < rows; row++)
        must(small_add(small, customer, 20000, 7, fl_text_of("x")), &small->error);
}

static void test_blocks_are_cut_between_customers(void **state)
{
    (void)state;
    struct fl_table_summary summary;
    struct small small = small_start(8);
    for (int64_t customer = 0; customer < 5; customer++)
        add_customer(&small, customer, 3);
    expect_blocks(small_finish(&small, &summary), (const uint32_t[]){6, 6, 3}, 3);
    small = small_start(8);
    add_customer(&small, 1, 8); /* just fits */
    add_customer(&small, 2, 1);
    expect_blocks(small_finish(&small, &summary), (const uint32_t[]){8, 1}, 2);
}

static void test_a_customer_larger_than_a_block(void **state)
{
    (void)state;
    struct fl_table_summary summary;
    struct small small = small_start(8);
    add_customer(&small, 1, 3);
    add_customer(&small, 2, 20);
    add_customer(&small, 3, 2);
    struct fl_table *table = small_finish(&small, &summary);
    const struct fl_block_facts facts = fl_table_block(table, 3);
    assert_int_equal(facts.customer_min, 2);
    assert_int_equal(facts.customer_max, 3);
    expect_blocks(table, (const uint32_t[]){3, 8, 8, 6}, 4);
}

static void test_blocks_end_where_their_text_does(void **state)
{
    (void)state;
    char *bytes = malloc(FL_TEXT_BYTES_MAX);
    assert_non_null(bytes);
    memset(bytes, 'x', FL_TEXT_BYTES_MAX);
    const struct fl_text text = {bytes, FL_TEXT_BYTES_MAX};
    struct fl_table_summary summary;
    struct small small = small_start(0);
    for (int64_t customer = 0; customer < 9; customer++)
        must(small_add(&small, customer, 20000, 7, text), &small.error);
    expect_blocks(small_finish(&small, &summary), (const uint32_t[]){8, 1}, 2);
    small = small_start(0);
    add_customer(&small, 1, 2);
    for (int row = 0; row < 9; row++)
        must(small_add(&small, 2, 20000, 7, text), &small.error);
    expect_blocks(small_finish(&small, &summary), (const uint32_t[]){2, 8, 1}, 3);
    free(bytes);
}

static void test_facts_of_a_block(void **state)
{
    (void)state;
    struct fl_table_summary summary;
    struct small small = small_start(2);
    must(small_add(&small, 4, 20005, 0, fl_text_of("")), &small.error);
    must(small_add(&small, 5, 20001, 255, fl_text_of("")), &small.error);
    must(small_add(&small, 6, 20003, 64, fl_text_of("")), &small.error);
    struct fl_table *table = small_finish(&small, &summary);
    const struct fl_block_facts facts_of_first = fl_table_block(table, 0);
    assert_int_equal(facts_of_first.customer_min, 4);
    assert_int_equal(facts_of_first.customer_max, 5);
    assert_int_equal(facts_of_first.day_min, 20001);
    assert_int_equal(facts_of_first.day_max, 20005);
    assert_int_equal(facts_of_first.type_bits[0], 1);
    assert_int_equal(facts_of_first.type_bits[1], 0);
    assert_true(facts_of_first.type_bits[3] == (uint64_t)1 << 63);
    assert_int_equal(fl_table_block(table, 1).type_bits[1], 1);
    expect_blocks(table, (const uint32_t[]){2, 1}, 2);
}

static void test_a_table_without_rows(void **state)
{
    (void)state;
    struct fl_table_summary summary;
    struct small small = small_start(0);
    struct fl_table *table = small_finish(&small, &summary);
    assert_int_equal(summary.rows, 0);
    assert_int_equal(summary.customer_min, 0);
    assert_int_equal(summary.customer_max, -1);
    assert_int_equal(summary.day_min, 0);
    assert_int_equal(summary.day_max, -1);
    assert_int_equal(fl_table_rows(table), 0);
    expect_blocks(table, NULL, 0);
}

static void test_absent_columns_read_as_null(void **state)
{
    (void)state;
    struct fl_table_summary summary;
    struct small small = small_start(0);
    add_customer(&small, 1, 5);
    struct fl_table *table = small_finish(&small, &summary);
    const struct fl_schema *schema = fl_table_schema(table);
    struct fl_column_data data = {0};
    struct fl_page_facts page;
    const struct fl_words *words;
    assert_false(fl_table_has(table, FL_INTERACTIONS_BRAND));
    assert_false(fl_table_page(table, 0, FL_INTERACTIONS_BRAND, &page));
    assert_int_equal(fl_table_words(table, FL_INTERACTIONS_BRAND, &words, NULL), FL_OK);
    assert_int_equal(words->count, 0);
    for (size_t i = 3; i + 1 < schema->count; i++) {
        assert_int_equal(fl_table_read_column(table, 0, schema->columns[i].id, &data, NULL), FL_OK);
        assert_int_equal(data.rows, 5);
        for (size_t row = 0; row < 5; row++) {
            assert_int_equal(data.nulls[row], 1);
            if (schema->columns[i].kind == FL_KIND_TEXT)
                assert_int_equal(data.text_offsets[row + 1], 0);
            else if (fl_kind_storage(schema->columns[i].kind) == FL_STORAGE_I64)
                assert_int_equal(data.as.i64[row], 0);
        }
    }
    fl_column_data_release(&data);
    fl_table_close(table);
}

/* ---- dictionaries ---- */

static void test_dictionaries_of_several_pages(void **state)
{
    (void)state;
    enum { COUNT = 140000, SIZE = 6 };
    uint32_t *offsets = malloc((COUNT + 1) * sizeof *offsets);
    uint32_t *numbers = malloc(COUNT * sizeof *numbers);
    char *bytes = malloc((size_t)COUNT * SIZE + 1);
    assert_true(offsets != NULL && numbers != NULL && bytes != NULL);
    for (uint32_t i = 0; i <= COUNT; i++)
        offsets[i] = i * SIZE;
    for (uint32_t i = 0; i < COUNT; i++) {
        (void)snprintf(bytes + (size_t)i * SIZE, SIZE + 1, "%06u", i);
        numbers[i] = i;
    }
    const uint16_t id = FL_PRODUCTS_PRODUCT;
    const struct fl_words words = {COUNT, offsets, bytes};
    const struct fl_table_plan plan = {
        .schema = fl_schema_by_name("products"), .column_ids = &id, .column_count = 1, .words = &words};
    const struct fl_column_values values = {.as.words = numbers};
    struct fl_error error;
    struct fl_table_writer *writer;
    struct fl_table_summary summary;
    char name[256];
    fl_error_clear(&error);
    must(fl_table_writer_create(&fl_io_system, directory, &plan, &writer, &error), &error);
    must(fl_table_writer_append(writer, &values, COUNT, &error), &error);
    must(fl_table_writer_finish(writer, NULL, "products", name, &summary, &error), &error);
    struct fl_table *table = open_table("products", FL_IO_MAP);
    const struct fl_words *read;
    must(fl_table_words(table, id, &read, &error), &error);
    assert_int_equal(read->count, COUNT);
    assert_memory_equal(read->offsets, offsets, (COUNT + 1) * sizeof *offsets);
    assert_memory_equal(read->bytes, bytes, (size_t)COUNT * SIZE);
    expect_blocks(table, (const uint32_t[]){65536, 65536, COUNT - 2 * 65536}, 3);
    free(offsets);
    free(numbers);
    free(bytes);
}

/* ---- LZ4 ---- */

static void test_lz4_is_used_where_it_pays(void **state)
{
    (void)state;
    enum { COUNT = 20000 };
    static const uint16_t ids[] = {FL_INTERACTIONS_CUSTOMER, FL_INTERACTIONS_DAY,   FL_INTERACTIONS_TYPE,
                                   FL_INTERACTIONS_ORDER,    FL_INTERACTIONS_STORE, FL_INTERACTIONS_TEXT};
    int64_t *customers = malloc(COUNT * sizeof *customers), *orders = malloc(COUNT * sizeof *orders);
    int32_t *days = malloc(COUNT * sizeof *days);
    uint8_t *types = calloc(COUNT, 1);
    uint32_t *stores = calloc(COUNT, sizeof *stores);
    struct fl_text *texts = malloc(COUNT * sizeof *texts);
    assert_true(customers != NULL && orders != NULL && days != NULL && types != NULL && stores != NULL &&
                texts != NULL);
    for (size_t row = 0; row < COUNT; row++) {
        customers[row] = (int64_t)row;
        days[row] = (int32_t)(row % 5000); /* repeats, but is hot: never under LZ4 */
        /* 5000 numbers of 61 bits, 500 in a row again and again from odd places: as whole bytes they repeat.
         */
        orders[row] = (int64_t)((row / 500 * 501 + row % 500) % 5000 * 0x9E3779B97F4A7C15u >> 3);
        texts[row] = fl_text_of("where is my parcel");
    }
    const struct fl_words words[6] = {{0}, {0}, {0}, {0}, make_words(), {0}};
    const struct fl_table_plan plan = {
        .schema = fl_schema_by_name("interactions"), .column_ids = ids, .column_count = 6, .words = words};
    const struct fl_column_values values[] = {{.as.i64 = customers}, {.as.i32 = days},
                                              {.as.u8 = types},      {.as.i64 = orders},
                                              {.as.words = stores},  {.as.texts = texts}};
    struct fl_error error;
    struct fl_table_writer *writer;
    struct fl_table_summary summary;
    char name[256];
    fl_error_clear(&error);
    must(fl_table_writer_create(&fl_io_system, directory, &plan, &writer, &error), &error);
    must(fl_table_writer_append(writer, values, COUNT, &error), &error);
    must(fl_table_writer_finish(writer, NULL, "lz4", name, &summary, &error), &error);
    struct fl_table *table = open_table("lz4", FL_IO_MAP);
    struct fl_page_facts page;
    assert_true(fl_table_page(table, 0, FL_INTERACTIONS_ORDER, &page));
    assert_int_equal(page.encoding, FL_ENCODING_PLAIN);
    assert_true(page.lz4 && page.stored_bytes < page.unpacked_bytes * 4 / 5);
    assert_true(fl_table_page(table, 0, FL_INTERACTIONS_DAY, &page));
    assert_false(page.lz4);
    assert_true(fl_table_page(table, 0, FL_INTERACTIONS_TEXT, &page));
    assert_true(page.lz4);
    assert_true(fl_table_page(table, 0, FL_INTERACTIONS_STORE, &page));
    assert_int_equal(page.encoding, FL_ENCODING_CONSTANT);
    assert_int_equal(page.stored_bytes, 0);
    struct fl_column_data data = {0};
    must(fl_table_read_column(table, 0, FL_INTERACTIONS_ORDER, &data, &error), &error);
    assert_memory_equal(data.as.i64, orders, COUNT * sizeof *orders);
    fl_column_data_release(&data);
    expect_blocks(table, (const uint32_t[]){COUNT}, 1);
    free(customers);
    free(orders);
    free(days);
    free(types);
    free(stores);
    free(texts);
}

/* Words in no order, customer by customer. */
static struct fl_table *write_chats(enum fl_effort effort, const char *name)
{
    enum { COUNT = 3000, TEXT_SIZE = 64 };
    static const uint16_t ids[] = {FL_INTERACTIONS_CUSTOMER, FL_INTERACTIONS_DAY, FL_INTERACTIONS_TYPE,
                                   FL_INTERACTIONS_TEXT};
    static const char *const chat[] = {"where", "is", "my", "parcel", "never", "came", "refund", "please"};
    int64_t *customers = calloc(COUNT, sizeof *customers);
    int32_t *days = calloc(COUNT, sizeof *days);
    uint8_t *types = calloc(COUNT, 1);
    struct fl_text *texts = malloc(COUNT * sizeof *texts);
    char *bytes = malloc(COUNT * TEXT_SIZE);
    assert_true(customers != NULL && days != NULL && types != NULL && texts != NULL && bytes != NULL);
    uint32_t seed = 7;
    for (size_t row = 0; row < COUNT; row++) {
        char *text = bytes + row * TEXT_SIZE;
        size_t size = 0;
        for (size_t word = 0; word < 7; word++) {
            seed = seed * 1664525u + 1013904223u;
            size += (size_t)snprintf(text + size, TEXT_SIZE - size, "%s ", chat[seed >> 29]);
        }
        customers[row] = (int64_t)row;
        texts[row] = (struct fl_text){text, size};
    }
    const struct fl_words words[4] = {{0}};
    const struct fl_table_plan plan = {.schema = fl_schema_by_name("interactions"),
                                       .column_ids = ids,
                                       .column_count = 4,
                                       .words = words,
                                       .effort = effort};
    const struct fl_column_values values[] = {
        {.as.i64 = customers}, {.as.i32 = days}, {.as.u8 = types}, {.as.texts = texts}};
    struct fl_error error;
    struct fl_table_writer *writer;
    struct fl_table_summary summary;
    char file[256];
    fl_error_clear(&error);
    must(fl_table_writer_create(&fl_io_system, directory, &plan, &writer, &error), &error);
    must(fl_table_writer_append(writer, values, COUNT, &error), &error);
    must(fl_table_writer_finish(writer, NULL, name, file, &summary, &error), &error);
    struct fl_table *table = open_table(name, FL_IO_MAP);
    struct fl_column_data data = {0};
    must(fl_table_read_column(table, 0, FL_INTERACTIONS_TEXT, &data, &error), &error);
    for (size_t row = 0; row < COUNT; row++) {
        const uint32_t *offsets = data.text_offsets + row;
        assert_true(fl_text_equal((struct fl_text){data.text_bytes + offsets[0], offsets[1] - offsets[0]},
                                  texts[row]));
    }
    fl_column_data_release(&data);
    free(customers);
    free(days);
    free(types);
    free(texts);
    free(bytes);
    return table;
}

static void test_zstd_is_for_cold_texts_of_files_that_stay(void **state)
{
    (void)state;
    struct fl_page_facts lz4, zstd, page;
    struct fl_table *fast = write_chats(FL_EFFORT_FAST, "fast"), *high = write_chats(FL_EFFORT_HIGH, "high"),
                    *low = write_chats(FL_EFFORT_LOW, "low");
    assert_true(fl_table_page(fast, 0, FL_INTERACTIONS_TEXT, &lz4));
    assert_true(lz4.lz4 && !lz4.zstd);
    assert_true(fl_table_page(low, 0, FL_INTERACTIONS_TEXT, &page));
    assert_false(page.zstd);
    assert_true(fl_table_page(high, 0, FL_INTERACTIONS_TEXT, &zstd));
    assert_true(zstd.zstd && !zstd.lz4);
    assert_true(zstd.stored_bytes <= lz4.stored_bytes - lz4.stored_bytes / 8);
    assert_int_equal(zstd.unpacked_bytes, lz4.unpacked_bytes);
    assert_int_equal(zstd.encoding, FL_ENCODING_ENDED);
    assert_true(fl_table_page(high, 0, FL_INTERACTIONS_CUSTOMER, &page));
    assert_false(page.zstd);
    fl_table_close(fast);
    fl_table_close(high);
    fl_table_close(low);
}

/* ---- refusals ---- */

static void expect_refused_plan(const struct fl_table_plan *plan, fl_status status, const char *column,
                                const char *message)
{
    struct fl_error error;
    struct fl_table_writer *writer;
    fl_error_clear(&error);
    assert_int_equal(fl_table_writer_create(&fl_io_system, directory, plan, &writer, &error), status);
    assert_null(writer);
    assert_string_equal(error.column, column);
    assert_string_equal(error.message, message);
    assert_int_equal(clear_directory(), 0);
}

static void test_limits_of_a_plan(void **state)
{
    (void)state;
    const uint16_t id = FL_PRODUCTS_PRODUCT;
    uint32_t *offsets = calloc(FL_DICTIONARY_WORDS_MAX + 2, sizeof *offsets);
    assert_non_null(offsets);
    struct fl_words words = {FL_DICTIONARY_WORDS_MAX + 1, offsets, ""};
    struct fl_table_plan plan = {
        .schema = fl_schema_by_name("products"), .column_ids = &id, .column_count = 1, .words = &words};
    expect_refused_plan(&plan, FL_LIMIT, "product", "1048577 distinct words, at most 1048576");
    offsets[1] = FL_DICTIONARY_BYTES_MAX + 1;
    words.count = 1;
    expect_refused_plan(&plan, FL_LIMIT, "product", "33554433 bytes of distinct words, at most 33554432");
    offsets[1] = FL_WORD_BYTES_MAX + 1;
    expect_refused_plan(&plan, FL_LIMIT, "product", "a word of 65537 bytes, at most 65536");
    words.count = 0;
    const char *many[2 * FL_FACTS_MAX + 3] = {NULL};
    char keys[FL_FACTS_MAX + 1][8];
    for (size_t i = 0; i <= FL_FACTS_MAX; i++) {
        (void)snprintf(keys[i], sizeof keys[i], "k%zu", i);
        many[2 * i] = keys[i];
        many[2 * i + 1] = "";
    }
    plan.facts = many;
    expect_refused_plan(&plan, FL_LIMIT, "", "257 facts, at most 256");
    free(offsets);
}

static void test_values_out_of_range_are_not_written(void **state)
{
    (void)state;
    struct small small = small_start(1);
    must(small_add(&small, 1, FL_DAY_MAX + 1, 7, fl_text_of("")), &small.error);
    assert_int_equal(small_add(&small, 2, 20000, 7, fl_text_of("")), FL_INTERNAL);
    assert_string_equal(small.error.column, "day");
    assert_int_equal(small.error.block, 0);
    assert_string_equal(small.error.message, "a value lies outside -719162 to 2932896");
    fl_table_writer_abort(small.writer);
    small = small_start(1);
    const int64_t customer = 1;
    const int32_t day = 1;
    const uint8_t type = 1, null = 1;
    const struct fl_text text = {"", 0};
    const struct fl_column_values values[] = {
        {.as.i64 = &customer}, {.as.i32 = &day}, {.as.u8 = &type, .nulls = &null}, {.as.texts = &text}};
    must(fl_table_writer_append(small.writer, values, 1, &small.error), &small.error);
    char name[256];
    struct fl_table_summary summary;
    assert_int_equal(fl_table_writer_finish(small.writer, NULL, "small", name, &summary, &small.error),
                     FL_INTERNAL);
    assert_string_equal(small.error.message, "1 nulls in a column that has none");
    assert_int_equal(clear_directory(), 0); /* neither file nor temporary */
}

static void test_paths_that_are_no_table(void **state)
{
    (void)state;
    struct fl_error error;
    struct fl_table *table;
    fl_error_clear(&error);
    assert_int_equal(fl_table_open(&fl_io_system, "/nonexistent/a.flint", FL_IO_MAP, &table, &error),
                     FL_MISSING);
    assert_null(table);
    fl_error_clear(&error);
    assert_int_equal(fl_table_open(&fl_io_system, directory, FL_IO_MAP, &table, &error), FL_BAD_DATA);
    assert_null(table);
    fl_table_close(NULL);
    fl_table_writer_abort(NULL);
}

/* ---- order ---- */

static void expect_order_found(struct small *small, int64_t block, const char *column, const char *message)
{
    struct fl_table_summary summary;
    struct fl_table *table = small_finish(small, &summary);
    struct fl_error error;
    uint64_t digest;
    fl_error_clear(&error);
    assert_int_equal(fl_table_verify(table, &digest, &error), FL_CORRUPT);
    assert_int_equal(error.block, block);
    assert_string_equal(error.column, column);
    assert_string_equal(error.message, message);
    fl_table_close(table);
}

static void test_verify_finds_rows_out_of_order(void **state)
{
    (void)state;
    struct small small = small_start(0);
    must(small_add(&small, 1, 20001, 7, fl_text_of("")), &small.error);
    must(small_add(&small, 1, 20000, 7, fl_text_of("")), &small.error);
    expect_order_found(&small, 0, "day", "row 1 comes before the one ahead of it in sort order");
    small = small_start(0);
    must(small_add(&small, 1, 20000, 7, fl_text_of("a")), &small.error);
    must(small_add(&small, 1, 20000, 7, fl_text_of("ab")), &small.error);
    must(small_add(&small, 1, 20000, 7, fl_text_of("aa")), &small.error);
    expect_order_found(&small, 0, "text", "row 2 comes before the one ahead of it in sort order");
    small = small_start(0); /* by length alone */
    must(small_add(&small, 1, 20000, 7, fl_text_of("ab")), &small.error);
    must(small_add(&small, 1, 20000, 7, fl_text_of("a")), &small.error);
    expect_order_found(&small, 0, "text", "row 1 comes before the one ahead of it in sort order");
    small = small_start(1); /* over a border of blocks, by text alone */
    must(small_add(&small, 1, 20000, 7, fl_text_of("b")), &small.error);
    must(small_add(&small, 1, 20000, 7, fl_text_of("a")), &small.error);
    expect_order_found(&small, 1, "text", "row 0 comes before the one ahead of it in sort order");
    small = small_start(1); /* by integer */
    must(small_add(&small, 1, 20000, 9, fl_text_of("")), &small.error);
    must(small_add(&small, 1, 20000, 8, fl_text_of("")), &small.error);
    expect_order_found(&small, 1, "type", "row 0 comes before the one ahead of it in sort order");
}

static void test_null_comes_first(void **state)
{
    (void)state;
    for (int null_first = 0; null_first < 2; null_first++) {
        struct small small = small_start(0);
        const int64_t customers[2] = {1, 1};
        const int32_t days[2] = {1, 1};
        const uint8_t types[2] = {1, 1}, nulls[2] = {null_first == 1, null_first == 0};
        const struct fl_text texts[2] = {{"", 0}, {"", 0}};
        const struct fl_column_values values[] = {
            {.as.i64 = customers}, {.as.i32 = days}, {.as.u8 = types}, {.as.texts = texts, .nulls = nulls}};
        struct fl_table_summary summary;
        must(fl_table_writer_append(small.writer, values, 2, &small.error), &small.error);
        if (null_first == 1)
            expect_blocks(small_finish(&small, &summary), (const uint32_t[]){2}, 1);
        else
            expect_order_found(&small, 0, "text", "row 1 comes before the one ahead of it in sort order");
    }
}

/* Although its value reads as 0, which is more. */
static void test_null_comes_before_what_is_negative(void **state)
{
    (void)state;
    static const uint16_t ids[] = {FL_INTERACTIONS_CUSTOMER, FL_INTERACTIONS_DAY, FL_INTERACTIONS_TYPE,
                                   FL_INTERACTIONS_AMOUNT};
    const int64_t customers[2] = {1, 1}, amounts[2] = {0, -500};
    const int32_t days[2] = {1, 1};
    const uint8_t types[2] = {1, 1}, nulls[2] = {1, 0};
    const struct fl_column_values values[] = {
        {.as.i64 = customers}, {.as.i32 = days}, {.as.u8 = types}, {.as.i64 = amounts, .nulls = nulls}};
    struct fl_table_summary summary;
    struct small small = small_start_with(ids, 0);
    must(fl_table_writer_append(small.writer, values, 2, &small.error), &small.error);
    expect_blocks(small_finish(&small, &summary), (const uint32_t[]){2}, 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_directory, remove_directory)
    const struct CMUnitTest tests[] = {
        TEST(test_every_schema_round_trips),
        TEST(test_equal_rows_make_equal_bytes),
        TEST(test_given_values_make_equal_bytes),
        TEST(test_blocks_are_cut_between_customers),
        TEST(test_a_customer_larger_than_a_block),
        TEST(test_blocks_end_where_their_text_does),
        TEST(test_facts_of_a_block),
        TEST(test_a_table_without_rows),
        TEST(test_absent_columns_read_as_null),
        TEST(test_dictionaries_of_several_pages),
        TEST(test_lz4_is_used_where_it_pays),
        TEST(test_zstd_is_for_cold_texts_of_files_that_stay),
        TEST(test_limits_of_a_plan),
        TEST(test_values_out_of_range_are_not_written),
        TEST(test_paths_that_are_no_table),
        TEST(test_verify_finds_rows_out_of_order),
        TEST(test_null_comes_before_what_is_negative),
        TEST(test_null_comes_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
