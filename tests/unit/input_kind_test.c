/* input_kind_test.c - first bytes of all kinds of inputs, with names and without, and what a mapping says of
 * them.
 *
 * Method: a table of beginnings, one for each way to be known and one beside it that must not be; cut after
 * each byte none may be read beyond its end (sanitizers watch a copy of just that size). */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "formats/importers/input_kind.h"

#define REJECT_HEADER "id;at;reject_file;reject_line;reject_column;reject_reason"

struct start {
    const char *bytes;
    size_t size;
    const char *path;
    enum fl_input_kind said, wanted;
};
#define START(text, path, said, wanted)                                                                      \
    {                                                                                                        \
        text, sizeof(text) - 1, path, FL_INPUT_##said, FL_INPUT_##wanted                                     \
    }

static const struct start starts[] = {
    START("PAR1\x15", "a.csv", NOT_SAID, PARQUET),
    START("PAR2\x15", "a.parquet", NOT_SAID, CSV),
    START("ARROW1\0\0", "-", NOT_SAID, ARROW),
    START("ARROW1,2", "-", NOT_SAID, CSV),
    START("\xff\xff\xff\xff\x10\0\0\0", "-", NOT_SAID, ARROW),
    START("\xff\xff\xff\xff\0\0\0\0", "-", NOT_SAID, CSV),
    START("{\"a\": 1}", "-", NOT_SAID, NDJSON),
    START("\xef\xbb\xbf \r\n\t{ \n\"a\"", "a", NOT_SAID, NDJSON),
    START("{}", "a.csv", NOT_SAID, CSV),
    START("{}", "a.ndjson", NOT_SAID, NDJSON),
    START("{", "a.jsonl", NOT_SAID, NDJSON),
    START("a,b", "a.ndjson", NOT_SAID, CSV),
    START("a,b", "a.csv", NDJSON, NDJSON),
    START("{\"a\": 1}", "a.ndjson", CSV, CSV),
    START("PAR1", "a.parquet", ARROW, ARROW),
    START(REJECT_HEADER "\n1;2", "a.ndjson", PARQUET, CSV),
    START(REJECT_HEADER "\r\n", "-", NDJSON, CSV),
    START(REJECT_HEADER "s\n", "-", NDJSON, NDJSON),
    START("reject_file;reject_line;reject_column;reject_reason\n", "-", ARROW, ARROW),
};

static void test_starts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++) {
        const struct start *start = &starts[i];
        const enum fl_input_kind kind =
            fl_input_kind_of((const uint8_t *)start->bytes, start->size, start->path, start->said);
        if (kind != start->wanted)
            fail_msg("start %zu: kind %d, wanted %d", i, kind, start->wanted);
    }
}

static void test_cut_anywhere(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++) {
        for (size_t size = 0; size <= starts[i].size; size++) {
            uint8_t *copy = malloc(size + (size == 0));
            assert_non_null(copy);
            memcpy(copy, starts[i].bytes, size);
            (void)fl_input_kind_of(copy, size, starts[i].path, starts[i].said);
            free(copy);
        }
    }
}

static void test_words(void **state)
{
    (void)state;
    assert_string_equal(fl_input_kind_words[FL_INPUT_ARROW], "arrow");
    assert_null(fl_input_kind_words[FL_INPUT_KIND_COUNT]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_starts),
        cmocka_unit_test(test_cut_anywhere),
        cmocka_unit_test(test_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
