/* products_test.c - which brand and category a product has when several tables and rows tell.
 *
 * Products tables made by the writer, with uuids and arrivals as wanted, are listed in both orders: for each
 * rule (later arrival, larger uuid, later row, no arrival at all, no brand) the winner must be the same. */
#include "tests/unit/engine_fixture.h"

#include "engine/scope_words.h"
#include "formats/table/table_writer.h"

enum { FILES = 2, ROWS_MAX = 4 };
static struct fl_data_file files[FILES];
static char names[FILES][32];
static char table_name[] = "products";

/* One row: product, brand and category by number (-1: null), arrival (-1: null). */
struct row {
    int product, brand, category, arrival;
};

static const uint32_t letters[] = {0, 1, 2, 3};
static const struct fl_words product_words = {3, letters, "pqr"}, brand_words = {3, letters, "ABC"},
                             category_words = {3, letters, "XYZ"};

static void put_products(size_t file, uint8_t uuid, const struct row *rows, size_t count)
{
    static const uint16_t ids[] = {FL_PRODUCTS_PRODUCT, FL_PRODUCTS_BRAND, FL_PRODUCTS_CATEGORY,
                                   FL_PRODUCTS_ARRIVAL};
    const struct fl_words words[] = {product_words, brand_words, category_words, {0}};
    struct fl_table_plan plan = {
        .schema = fl_schema_by_name(table_name), .column_ids = ids, .column_count = 4, .words = words};
    struct fl_table_writer *writer = NULL;
    struct fl_table_summary summary;
    char name[256];
    plan.uuid[0] = uuid;
    assert_int_equal(fl_table_writer_create(&fl_io_system, fixture_folder, &plan, &writer, NULL), FL_OK);
    for (size_t i = 0; i < count; i++) {
        const uint32_t word[3] = {(uint32_t)rows[i].product, rows[i].brand < 0 ? 0 : (uint32_t)rows[i].brand,
                                  rows[i].category < 0 ? 0 : (uint32_t)rows[i].category};
        const int32_t arrival = rows[i].arrival;
        const uint8_t nulls[3] = {rows[i].brand < 0, rows[i].category < 0, rows[i].arrival < 0};
        const struct fl_column_values values[] = {{.as.words = &word[0]},
                                                  {.as.words = &word[1], .nulls = &nulls[0]},
                                                  {.as.words = &word[2], .nulls = &nulls[1]},
                                                  {.as.i32 = &arrival, .nulls = &nulls[2]}};
        assert_int_equal(fl_table_writer_append(writer, values, 1, NULL), FL_OK);
    }
    (void)snprintf(names[file], sizeof names[file], "products-%zu.flint", file);
    assert_int_equal(fl_table_writer_finish(writer, NULL, names[file], name, &summary, NULL), FL_OK);
    files[file] = (struct fl_data_file){.name = names[file], .table = table_name, .rows = count};
}

/* The product's brand and category, whatever order the files are listed in. */
static void assert_product(const char *product, const char *brand, const char *category)
{
    for (int turned = 0; turned < 2; turned++) {
        struct fl_data_file listed[FILES] = {files[turned], files[1 - turned]};
        const struct fl_data_folder folder = {
            .io = &fl_io_system, .path = fixture_folder, .files = listed, .file_count = FILES};
        const bool wanted[FL_WORDED_SCOPES] = {true, true};
        struct fl_word_union unions[FL_WORDED_SCOPES];
        memset(unions, 0, sizeof unions);
        struct fl_products products;
        struct fl_scope_words words;
        assert_int_equal(fl_scope_words_open(&folder, FL_IO_COPY, wanted, &words, NULL), FL_OK);
        assert_int_equal(fl_word_union_add(&unions[0], &words.words[0].words, NULL), FL_OK);
        assert_int_equal(fl_word_union_add(&unions[1], &words.words[1].words, NULL), FL_OK);
        const struct fl_word_union *const given[FL_PRODUCT_WORDS] = {&unions[0], &unions[1]};
        assert_int_equal(fl_products_open(&folder, FL_IO_COPY, given, &products, NULL), FL_OK);
        const char *const expected[FL_PRODUCT_WORDS] = {brand, category};
        uint32_t number = FL_NO_WORD;
        const uint32_t offsets[] = {0, 1};
        fl_word_union_map(&products.names, &(struct fl_words){1, offsets, product}, &number);
        assert_int_not_equal(number, FL_NO_WORD);
        for (int scope = 0; scope < FL_PRODUCT_WORDS; scope++) {
            const uint32_t word = products.products[number].word[scope];
            if (expected[scope] == NULL)
                assert_int_equal(word, FL_NO_WORD);
            else
                assert_true(
                    fl_text_equal(fl_words_at(&unions[scope].words, word), fl_text_of(expected[scope])));
            fl_word_union_release(&unions[scope]);
        }
        fl_products_release(&products);
        fl_scope_words_release(&words);
    }
}

static void test_rules(void **state)
{
    (void)state;
    /* The later arrival wins over the larger uuid. */
    put_products(0, 1, (const struct row[]){{0, 0, 0, 200}}, 1);
    put_products(1, 2, (const struct row[]){{0, 1, 1, 100}}, 1);
    assert_product("p", "A", "X");
    /* The same arrival: the larger uuid. */
    put_products(0, 9, (const struct row[]){{0, 0, 0, 100}}, 1);
    put_products(1, 2, (const struct row[]){{0, 1, 1, 100}}, 1);
    assert_product("p", "A", "X");
    /* In one file: the later arrival, then the later row. */
    put_products(0, 1, (const struct row[]){{0, 0, 0, 100}, {0, 1, 1, 101}, {0, 2, 2, 101}, {0, 0, 1, 99}},
                 4);
    put_products(1, 2, (const struct row[]){{1, 0, 0, -1}}, 1);
    assert_product("p", "C", "Z");
    assert_product("q", "A", "X");
    /* Any arrival is later than none, and a whole row wins: what it does not say is not filled from others.
     */
    put_products(0, 1, (const struct row[]){{0, -1, 1, -5}}, 1);
    put_products(1, 2, (const struct row[]){{0, 2, -1, -1}}, 1);
    assert_product("p", "C", NULL);
    put_products(0, 1, (const struct row[]){{0, -1, 1, 0}}, 1);
    assert_product("p", NULL, "Y");
}

/* The words of a file's dictionary that no row has are no products with a brand. */
static void test_words_without_rows(void **state)
{
    (void)state;
    put_products(0, 1, (const struct row[]){{0, 0, 0, 1}}, 1);
    put_products(1, 2, (const struct row[]){{0, 0, 0, 1}}, 1);
    assert_product("r", NULL, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rules),
        cmocka_unit_test(test_words_without_rows),
    };
    return cmocka_run_group_tests(tests, fixture_open, fixture_close);
}
