/* condition_test.c - what each question answers, and which conditions are refused.
 *
 * Method: every question once true and once false at its border, through the same door as users (the `skip
 * when` of a mapping); groups by their truth tables. Refusals are pinned with their place and sentence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "formats/importers/mapping.h"

static fl_status parse(const char *condition, struct fl_mapping **mapping, struct fl_error *error)
{
    char yaml[2000];
    const int size = snprintf(yaml, sizeof yaml,
                              "table: customers\ncolumns: {customer: {constant: 1}, region: a, country: b}\n"
                              "skip when:\n  - %s\n",
                              condition);
    assert_true(size > 0 && size < (int)sizeof yaml);
    fl_error_clear(error);
    return fl_mapping_parse(&fl_io_system, yaml, (size_t)size, "map.yaml", NULL, mapping, error);
}

static bool holds(const char *question, const char *cell_a, const char *cell_b)
{
    char condition[500];
    struct fl_mapping *mapping = NULL;
    struct fl_mapping_bound *bound = NULL;
    struct fl_error error;
    snprintf(condition, sizeof condition, "{%s, reason: asked}", question);
    if (parse(condition, &mapping, &error) != FL_OK)
        fail_msg("%s: %s", question, error.message);
    const struct fl_text names[] = {fl_text_of("a"), fl_text_of("b")};
    const struct fl_text cells[] = {fl_text_of(cell_a), fl_text_of(cell_b)};
    const bool quoted[] = {false, false};
    const uint32_t columns[] = {1, 3};
    const struct fl_csv_record header = {names, quoted, columns, 2, 3, false, false, 1, {"a,b", 3}};
    const struct fl_csv_record record = {cells, quoted, columns, 2, 3, false, false, 7, {"", 0}};
    assert_int_equal(fl_mapping_bind(mapping, &header, "shop.csv", &bound, &error), FL_OK);
    struct fl_cell row[32];
    struct fl_row_trouble trouble;
    uint32_t filled;
    const enum fl_row_verdict verdict = fl_mapping_apply(bound, &record, row, &filled, &trouble);
    assert_true(verdict == FL_ROW_KEPT || verdict == FL_ROW_SKIPPED);
    if (verdict == FL_ROW_SKIPPED) {
        assert_string_equal(trouble.reason, "asked");
        assert_string_equal(trouble.words, "skipped: asked");
        assert_int_equal(trouble.line, 7);
    }
    fl_mapping_bound_free(bound);
    fl_mapping_free(mapping);
    return verdict == FL_ROW_SKIPPED;
}

static void asks_one_cell(void **state)
{
    (void)state;
    static const struct {
        const char *question, *yes, *no;
    } cases[] = {
        {"column: a, is: x", "x", "X"},
        {"column: a, is: x", " \t\xc2\xa0x ", "xx"},
        {"column: a, is: \"\"", "", "x"},
        {"position: 1, is: x", "x", ""},
        {"column: a, is_not: x", "y", "x"},
        {"column: a, in: [x, y]", "y", "z"},
        {"column: a, in: [x, x]", "x", "z"},
        {"column: a, starts_with: C5", "C536", "c536"},
        {"column: a, starts_with: C5", "C5", "C"},
        {"column: a, ends_with: -x", "abc-x", "abc-xx"},
        {"column: a, ends_with: -x", "-x", "x"},
        {"column: a, contains: b", "abc", "ac"},
        {"column: a, contains: abc", "xabcx", "xabx"},
        {"column: a, empty: true", " \xc2\xa0", "x"},
        {"column: a, empty: false", "x", ""},
        {"column: a, below: 0", "-0.0000001", "0"},
        {"column: a, below: 0.5", "0.4999999999999999", "0.5"},
        {"column: a, above: 1e3", "1000.01", "1000"},
        {"column: a, at_least: -2", "-2.0", "-2.1"},
        {"column: a, at_most: 2", "2", "2.1"},
        {"column: a, below: 5", "3", "three"},
        {"column: a, at_most: 5", "3", ""},
        {"column: a, above: 5", "6", "1,000"},
        {"any: [{column: a, is: x}, {column: a, is: y}]", "y", "z"},
        {"not: {column: a, is: x}", "y", "x"},
        {"all: [{column: a, above: 1}, {column: a, below: 3}]", "2", "3"},
        {"not: {not: {column: a, is: x}}", "x", "y"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (!holds(cases[i].question, cases[i].yes, ""))
            fail_msg("%s: %s must hold", cases[i].question, cases[i].yes);
        if (holds(cases[i].question, cases[i].no, ""))
            fail_msg("%s: %s must not hold", cases[i].question, cases[i].no);
    }
}

static void groups_by_truth_table(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        const bool a = (i & 1) != 0, b = (i & 2) != 0;
        const char *cell_a = a ? "1" : "0", *cell_b = b ? "1" : "0";
        assert_int_equal(holds("any: [{column: a, is: 1}, {column: b, is: 1}]", cell_a, cell_b), a || b);
        assert_int_equal(holds("all: [{column: a, is: 1}, {column: b, is: 1}]", cell_a, cell_b), a && b);
        assert_int_equal(holds("not: {any: [{column: a, is: 1}, {column: b, is: 1}]}", cell_a, cell_b),
                         !a && !b);
        assert_int_equal(holds("not: {all: [{column: a, is: 1}, {column: b, is: 1}]}", cell_a, cell_b),
                         !a || !b);
        assert_int_equal(
            holds("any: [{all: [{column: a, is: 1}, {column: b, is: 1}]}, {not: {column: a, is: 1}}]", cell_a,
                  cell_b),
            (a && b) || !a);
    }
}

static void refuses(void **state)
{
    (void)state;
    static const struct {
        const char *condition, *message;
        int column;
    } cases[] = {
        {"{column: a, reason: r}",
         "a condition needs one of is, is_not, in, starts_with, ends_with, contains, empty,"
         " below, above, at_least, at_most, any, all, not",
         5},
        {"{column: a, is: x, below: 3, reason: r}", "a condition asks one question: `is` or `below`", 31},
        {"{is: x, reason: r}", "needs one of `column` and `position`", 5},
        {"{column: a, position: 1, is: x, reason: r}", "needs one of `column` and `position`", 5},
        {"{column: a, any: [], reason: r}", "`any` asks conditions, not a column", 5},
        {"{any: [], reason: r}", "`any` needs a list of conditions", 11},
        {"{all: x, reason: r}", "`all` needs a list of conditions", 11},
        {"{not: x, reason: r}", "a condition is a map, like {column: Quantity, below: 0}", 11},
        {"{any: [{column: a, is: x, reason: r}], reason: r}", "unknown key `reason`", 31},
        {"{column: a, starts: x, reason: r}", "unknown key `starts`", 17},
        {"{column: a, in: x, reason: r}", "`in` needs a list of texts", 21},
        {"{column: a, empty: maybe, reason: r}", "", 24},
        {"{column: a, below: low, reason: r}", "", 24},
        {"{position: 0, is: x, reason: r}", "", 16},
        {"{position: 1025, is: x, reason: r}", "", 16},
        {"{column: \"\", is: x, reason: r}", "a column name is missing", 14},
        {"{column: a, is: x}", "a skip needs its `reason`", 5},
        {"{column: a, is: x, reason: \"\"}", "a reason of 0 bytes, 1 to 80 are allowed", 32},
        {"text", "a condition is a map, like {column: Quantity, below: 0}", 5},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fl_mapping *mapping = NULL;
        struct fl_error error;
        assert_int_equal(parse(cases[i].condition, &mapping, &error), FL_BAD_MODEL);
        assert_null(mapping);
        if (strncmp(error.message, cases[i].message, strlen(cases[i].message)) != 0)
            fail_msg("%s: %s", cases[i].condition, error.message);
        assert_string_equal(error.path, "map.yaml");
        assert_int_equal(error.line, 4);
        if (error.line_column != cases[i].column)
            fail_msg("%s: column %d", cases[i].condition, (int)error.line_column);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(asks_one_cell),
        cmocka_unit_test(groups_by_truth_table),
        cmocka_unit_test(refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
