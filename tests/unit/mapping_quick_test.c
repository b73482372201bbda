/* mapping_quick_test.c - the quick way through a mapping says the same as the careful way.
 *
 * 60,000 records are drawn from lists of cells that are plain, empty, blank at an end, too long, out of
 * range, not ASCII or not what their column takes. Each goes through one mapping twice, with the quick way
 * and without it: verdict, cells and trouble must be equal. The careful way has tests of its own. What the
 * quick way keeps from row to row (the last day, the names of types, the currency) is used as often as not.
 */
#include "tests/unit/folder_fixture.h"

#include "formats/importers/mapping_bound.h"

enum { RECORDS = 60000, CELLS_MAX = 16 };

struct column {
    const char *name;
    const char *cells[CELLS_MAX]; /* the first ones come more often */
};

static const struct column columns[] = {
    {"time",
     {"2026-03-01 10:11:12", "2026-03-01 23:59:59", "2026-03-02T00:00:00", "2026-03-01",
      "2026-02-29 10:00:00", "2026-03-01 10:11:60", "2026-03-01 10:11", "2026-03-01 24:00:00",
      " 2026-03-01 10:11:12", "", "2026-03-01 10-11:12", "2026-03-01 10:11:1x", "2026-03-01x10:11:12",
      "1899-12-31 00:00:00"}},
    {"customer",
     {"1", "12", "123", "1234", "12345", "1234567", "12345678", "123456789", "-5", "0", "01", "00001234", "",
      "1234567x", "9223372036854775808", "12 "}},
    {"type",
     {"purchase_web", "web_visit", "web_product_view", "purchase_shop", "purchase_wxb", "7", "300", "",
      "web_product_view_and_a_name_that_is_long", " web_visit", "web_visit\xc2\xa0"}},
    {"brand", {"", "Nordana", "A", "\xc3\x96kotest", "\xff", " x", "a\tb", "\"quoted, brand\"", "\"\""}},
    {"order", {"", "77", "A-77", "0077", "-1", "99999999999999999999"}},
    {"amount", {"", "10.00", "9.995", "0", "-1", "1e3", "12345678901234567890", ".5", "x", "+3"}},
    {"currency", {"EUR", "JPY", "KWD", "", "eur", "EURO"}},
    {"speaker", {"", "customer", "agent", "nobody"}},
    {"text", {"", "hello there", "\"a \"\"quoted\"\" text\"", "\"\"", "caf\xc3\xa9"}},
};
enum { COLUMNS = sizeof columns / sizeof columns[0] };

static uint64_t random_state = 7;

static size_t random_below(size_t limit)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (size_t)(random_state >> 33) % limit;
}

static const char *any_cell(const struct column *column)
{
    size_t count = 0;
    while (count < CELLS_MAX && column->cells[count] != NULL)
        count++;
    const size_t among = random_below(4) != 0 && count > 3 ? 3 : count;
    return column->cells[random_below(among)];
}

static void make_csv(struct fl_buffer *csv)
{
    for (size_t i = 0; i < COLUMNS; i++) {
        assert_true(fl_buffer_append(csv, columns[i].name, strlen(columns[i].name)));
        assert_true(fl_buffer_append(csv, i + 1 < COLUMNS ? "," : "\n", 1));
    }
    for (size_t record = 0; record < RECORDS; record++) {
        for (size_t i = 0; i < COLUMNS; i++) {
            const char *cell = any_cell(&columns[i]);
            assert_true(fl_buffer_append(csv, cell, strlen(cell)));
            assert_true(fl_buffer_append(csv, i + 1 < COLUMNS ? "," : "\n", 1));
        }
    }
}

static bool is_word(const struct fl_mapping *mapping, size_t column)
{
    const enum fl_storage storage = fl_kind_storage(fl_mapping_schema(mapping)->columns[column].kind);
    return storage == FL_STORAGE_WORD || storage == FL_STORAGE_TEXT;
}

static void assert_same_cells(const struct fl_mapping *mapping, const struct fl_cell *quick,
                              const struct fl_cell *careful, uint32_t filled)
{
    for (size_t i = 0; i < fl_mapping_schema(mapping)->count; i++) {
        if ((filled >> i & 1) == 0)
            continue;
        if (is_word(mapping, i))
            assert_true(fl_text_equal(quick[i].text, careful[i].text));
        else
            assert_int_equal(quick[i].number, careful[i].number);
    }
}

/* Returns how many records were kept. */
static size_t compare_ways(const struct fl_mapping *mapping, const struct fl_buffer *csv)
{
    const struct fl_csv_options options = fl_mapping_csv_options(mapping);
    struct fl_csv_reader *reader;
    struct fl_csv_record record;
    struct fl_mapping_bound *quick_bound, *careful_bound;
    bool more;
    assert_int_equal(fl_csv_reader_over((const char *)csv->bytes, csv->size, "x", &options, &reader, NULL),
                     FL_OK);
    assert_int_equal(fl_csv_next(reader, &record, &more, NULL), FL_OK);
    assert_int_equal(fl_mapping_bind(mapping, &record, "x", &quick_bound, NULL), FL_OK);
    assert_int_equal(fl_mapping_bind(mapping, &record, "x", &careful_bound, NULL), FL_OK);
    assert_true(quick_bound->is_quick);
    careful_bound->is_quick = false;
    size_t kept = 0;
    while (fl_csv_next(reader, &record, &more, NULL) == FL_OK && more) {
        struct fl_cell quick[32], careful[32];
        uint32_t quick_filled = 0, careful_filled = 0;
        struct fl_row_trouble quick_trouble = {0}, careful_trouble = {0};
        const enum fl_row_verdict verdict =
            fl_mapping_apply(quick_bound, &record, quick, &quick_filled, &quick_trouble);
        assert_int_equal(
            verdict, fl_mapping_apply(careful_bound, &record, careful, &careful_filled, &careful_trouble));
        kept += verdict == FL_ROW_KEPT;
        if (verdict != FL_ROW_KEPT) {
            assert_string_equal(quick_trouble.words, careful_trouble.words);
            assert_int_equal(quick_trouble.line_column, careful_trouble.line_column);
            continue;
        }
        assert_int_equal(quick_filled, careful_filled);
        assert_same_cells(mapping, quick, careful, quick_filled);
    }
    assert_false(more);
    fl_mapping_bound_free(quick_bound);
    fl_mapping_bound_free(careful_bound);
    fl_csv_reader_free(reader);
    return kept;
}

static struct fl_names *make_types(void)
{
    static const char *const names[] = {"purchase_web", "web_visit", "web_product_view", "purchase_shop"};
    struct fl_names *types = fl_names_create();
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_true(fl_names_add(types, fl_text_of(names[i]), (int64_t)i + 10));
    return types;
}

static void both_ways_say_the_same(void **state)
{
    (void)state;
    static const char yaml[] =
        "zone: Europe/Amsterdam\ncolumns: {time: time, customer: customer, type: type, brand: brand, order: "
        "order, amount: amount, currency: currency, speaker: speaker, text: text}\n";
    struct fl_names *types = make_types();
    struct fl_buffer csv = {0};
    struct fl_mapping *mapping;
    make_csv(&csv);
    assert_int_equal(fl_mapping_parse(&fl_io_system, yaml, sizeof yaml - 1, "x.yaml", types, &mapping, NULL),
                     FL_OK);
    assert_in_range(compare_ways(mapping, &csv), RECORDS / 100, RECORDS / 10 * 9);
    fl_mapping_free(mapping);
    assert_int_equal(fl_mapping_own_names(&fl_io_system, fl_schema_by_name("interactions"), types,
                                          FL_MONEY_NOT_SAID, &mapping, NULL),
                     FL_OK);
    assert_in_range(compare_ways(mapping, &csv), RECORDS / 100, RECORDS / 10 * 9);
    fl_mapping_free(mapping);
    fl_buffer_release(&csv);
    fl_names_free(types);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(both_ways_say_the_same)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
