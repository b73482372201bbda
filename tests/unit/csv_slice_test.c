/* csv_slice_test.c - the quick way through a CSV gives what the careful way gives, at every CPU level.
 *
 * The kernels: each level against the scalar one, 0 to 5 blocks at offsets 0 to 31 of an allocation that ends
 * with them, over bytes of which half are special. The splitting: thousands of small soups of delimiters,
 * quotes, line ends, NUL and UTF-8 are read as a whole, and then every record's raw bytes once more by
 * themselves: below 64 bytes only the careful way looks at them. Both must give the same fields, and nothing
 * but line ends may lie between two records, so neither a boundary nor a byte can be lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "formats/base/arena.h"
#include "formats/importers/csv_marks.h"
#include "formats/importers/csv_reader.h"

enum { BLOCKS_MAX = 5, OFFSETS = 32, SOUPS = 4000, SOUP_BYTES_MAX = 700, CAREFUL_BYTES_MAX = 63 };

static uint64_t random_state;

static uint64_t random_below(uint64_t limit)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (random_state >> 20) % limit;
}

/* --- kernels */

static void check_level(enum fl_cpu_level level, size_t offset, size_t blocks)
{
    static const uint8_t special[] = {';', '"', '\n', '\r', 0, 0x7f, 0x80, 0xff};
    const size_t size = blocks * FL_CSV_BLOCK_BYTES;
    uint8_t *bytes = malloc(offset + size + (offset + size == 0));
    assert_non_null(bytes);
    for (size_t i = 0; i < offset + size; i++)
        bytes[i] = random_below(2) == 0 ? special[random_below(sizeof special)] : (uint8_t)random_below(256);
    struct fl_csv_marks expected[BLOCKS_MAX + 1], found[BLOCKS_MAX + 1];
    memset(expected, 0x5a, sizeof expected);
    memset(found, 0x5a, sizeof found);
    fl_csv_mark_scalar(bytes + offset, blocks, ';', '"', expected);
    fl_csv_mark_of(level)(bytes + offset, blocks, ';', '"', found);
    assert_memory_equal(found, expected, sizeof found);
    free(bytes);
}

static void every_level_marks_the_same(void **state)
{
    (void)state;
    random_state = 5;
    for (int level = FL_CPU_SCALAR; level <= (int)fl_cpu_found(); level++) {
        for (size_t offset = 0; offset < OFFSETS; offset++) {
            for (size_t blocks = 0; blocks <= BLOCKS_MAX; blocks++)
                check_level((enum fl_cpu_level)level, offset, blocks);
        }
    }
}

static void scalar_marks_what_they_say(void **state)
{
    (void)state;
    uint8_t block[FL_CSV_BLOCK_BYTES];
    memset(block, 'a', sizeof block);
    memcpy(block, ";\n\r\"\x00\x80\x7f", 7);
    block[63] = ';';
    struct fl_csv_marks marks;
    fl_csv_mark_scalar(block, 1, ';', '"', &marks);
    assert_true(marks.ends == (7u | (uint64_t)1 << 63));
    assert_true(marks.quotes == 8u);
    assert_true(marks.foreign == 0x30u);
}

/* --- records */

static struct fl_csv_reader *reader_over(const char *bytes, size_t size)
{
    const struct fl_csv_options options = {.delimiter = ';'};
    struct fl_csv_reader *reader;
    struct fl_error error;
    assert_int_equal(fl_csv_reader_over(bytes, size, "soup.csv", &options, &reader, &error), FL_OK);
    return reader;
}

static void check_record(const struct fl_csv_record *quick)
{
    struct fl_csv_reader *reader = reader_over(quick->raw.bytes, quick->raw.size);
    struct fl_csv_record careful;
    struct fl_error error;
    bool more = false, any_foreign = false;
    assert_int_equal(fl_csv_next(reader, &careful, &more, &error), FL_OK);
    assert_true(more);
    assert_int_equal(careful.field_count, quick->field_count);
    for (size_t i = 0; i < careful.field_count; i++) {
        assert_true(fl_text_equal(careful.fields[i], quick->fields[i]));
        assert_int_equal(careful.quoted[i], quick->quoted[i]);
        assert_int_equal(careful.field_column[i], quick->field_column[i]);
    }
    assert_int_equal(careful.filled, quick->filled);
    for (size_t i = 0; i < quick->raw.size; i++)
        any_foreign |= (signed char)quick->raw.bytes[i] <= 0;
    assert_false(quick->is_ascii && any_foreign);
    assert_int_equal(fl_csv_next(reader, &careful, &more, &error), FL_OK);
    assert_false(more);
    fl_csv_reader_free(reader);
}

/* Lines between two places that are not in a record; only line ends may be there. */
static int64_t count_line_ends(const char *at, const char *end)
{
    int64_t count = 0;
    for (; at < end; at++) {
        assert_true(*at == '\n' || *at == '\r');
        count += *at == '\n' || at + 1 == end || at[1] != '\n';
    }
    return count;
}

static size_t make_soup(char *soup)
{
    static const char *const pieces[] = {"a",  "bc", ";",    ";",     ";",           "\n",
                                         "\n", "\r", "\r\n", "\"x\"", "\";\"\"\n\"", "\xc3\xa9"};
    const size_t wanted = random_below(SOUP_BYTES_MAX - 16);
    const uint64_t kinds = 6 + random_below(7); /* soups without quotes, without anything foreign too */
    size_t size = 0, record = 0;
    while (size < wanted) {
        const char *piece = pieces[random_below(kinds)];
        /* A quote opens a field, and what it closes ends one. */
        const bool quoted = piece[0] == '"';
        if (quoted)
            soup[size++] = ';';
        memcpy(soup + size, piece, strlen(piece));
        size += strlen(piece);
        record = piece[0] == '\n' || piece[0] == '\r' ? 0 : record + strlen(piece) + 2;
        if (record > CAREFUL_BYTES_MAX - 12) {
            soup[size++] = '\n';
            record = 0;
        } else if (quoted) {
            soup[size++] = ';';
        }
        if (random_below(40) == 0 && kinds == 12)
            soup[size++] = '\0';
    }
    return size;
}

static size_t check_soup(const char *soup, size_t size)
{
    struct fl_csv_reader *reader = reader_over(soup, size);
    const char *at = soup;
    int64_t line = 1;
    for (size_t ascii_records = 0;;) {
        struct fl_csv_record record;
        struct fl_error error;
        bool more = false;
        assert_int_equal(fl_csv_next(reader, &record, &more, &error), FL_OK);
        line += count_line_ends(at, more ? record.raw.bytes : soup + size);
        if (!more) {
            fl_csv_reader_free(reader);
            return ascii_records;
        }
        assert_int_equal(record.line, line);
        assert_true(record.raw.size <= CAREFUL_BYTES_MAX);
        check_record(&record);
        ascii_records += record.is_ascii;
        at = record.raw.bytes + record.raw.size;
        for (size_t i = 0; i < record.field_count; i++) {
            for (size_t k = 0; record.quoted[i] && k < record.fields[i].size; k++)
                line += record.fields[i].bytes[k] == '\n';
        }
    }
}

static void both_ways_give_the_same_records(void **state)
{
    (void)state;
    random_state = 11;
    size_t ascii_records = 0;
    for (int i = 0; i < SOUPS; i++) {
        char *soup = malloc(SOUP_BYTES_MAX);
        assert_non_null(soup);
        const size_t size = make_soup(soup);
        char *exact = malloc(size + 1);
        assert_non_null(exact);
        memcpy(exact, soup, size);
        ascii_records += check_soup(exact, size);
        free(exact);
        free(soup);
    }
    assert_true(ascii_records > 20 * SOUPS); /* most took the quick way, which alone tells ASCII */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_level_marks_the_same),
        cmocka_unit_test(scalar_marks_what_they_say),
        cmocka_unit_test(both_ways_give_the_same_records),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
