/* parquet_dictionary_test.c - looks values up in the dictionaries and reads them back by their indices.
 *
 * The meaning is one sentence: entry[index[i]] is value[i], entries are distinct and in the order of their
 * first appearance. It is checked for few and many distinct values, over several calls, past the limits,
 * after a reset, and for numbers chosen to meet in one place of the hash table, which must be given up rather
 * than take for ever. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "formats/parquet/number_dictionary.h"
#include "formats/parquet/word_dictionary.h"

enum { COUNT = 50000 };

static int64_t numbers[COUNT];
static uint32_t indices[COUNT];

static bool find(struct fl_number_dictionary *dictionary, size_t count, uint32_t count_max)
{
    bool fits;
    assert_int_equal(FL_OK,
                     fl_number_dictionary_find(dictionary, numbers, count, count_max, indices, &fits, NULL));
    return fits;
}

static void assert_first_appearances(const struct fl_number_dictionary *dictionary, size_t count)
{
    uint32_t known = 0;
    for (size_t i = 0; i < count; i++) {
        assert_in_range(indices[i], 0, known);
        known += indices[i] == known;
        assert_int_equal(numbers[i], dictionary->numbers[indices[i]]);
    }
    assert_int_equal(known, dictionary->count);
}

static void test_numbers(void **state)
{
    (void)state;
    struct fl_number_dictionary dictionary = {0};
    for (int64_t distinct = 1; distinct <= COUNT; distinct = distinct * 5 + 2) {
        fl_number_dictionary_reset(&dictionary);
        for (int64_t i = 0; i < COUNT; i++)
            numbers[i] = (i * 7919 % distinct - distinct / 2) * 1000003;
        assert_true(find(&dictionary, COUNT, COUNT));
        assert_first_appearances(&dictionary, COUNT);
        assert_int_equal(distinct, dictionary.count);
        assert_true(find(&dictionary, COUNT, COUNT)); /* known now: nothing is added */
        assert_int_equal(distinct, dictionary.count);
    }
    fl_number_dictionary_release(&dictionary);
}

static void test_numbers_at_the_limit(void **state)
{
    (void)state;
    struct fl_number_dictionary dictionary = {0};
    for (int64_t i = 0; i < COUNT; i++)
        numbers[i] = i / 2 - 100;
    assert_true(find(&dictionary, 1000, 500));
    assert_int_equal(500, dictionary.count);
    assert_false(find(&dictionary, 1001, 500));
    assert_int_equal(500, dictionary.count);
    fl_number_dictionary_reset(&dictionary);
    assert_true(find(&dictionary, 0, 0));
    assert_false(find(&dictionary, 1, 0));
    fl_number_dictionary_release(&dictionary);
}

static void test_numbers_made_to_collide(void **state)
{
    (void)state;
    /* Inverse of the table's factor modulo 2^64: its multiples by small numbers all go to the first slot. */
    uint64_t inverse = 1;
    for (int step = 0; step < 6; step++)
        inverse *= 2 - 0x9E3779B97F4A7C15u * inverse;
    struct fl_number_dictionary dictionary = {0};
    for (uint64_t i = 0; i < COUNT; i++)
        numbers[i] = (int64_t)(inverse * i);
    assert_false(find(&dictionary, COUNT, COUNT));
    assert_int_equal(0, dictionary.count);
    fl_number_dictionary_release(&dictionary);
}

static const uint32_t offsets[] = {0, 0, 1, 3, 6, 10};
static const struct fl_parquet_words words = {5, offsets, "abbcccdddd"};

static void test_words(void **state)
{
    (void)state;
    static const uint32_t used[] = {3, 0, 3, 4, 0};
    static const uint32_t expected[] = {0, 1, 0, 2, 1};
    struct fl_word_dictionary dictionary;
    assert_int_equal(FL_OK, fl_word_dictionary_open(&dictionary, &words, NULL));
    for (int round = 0; round < 2; round++) {
        assert_true(fl_word_dictionary_find(&dictionary, &words, used, 5, 1000, indices));
        assert_memory_equal(expected, indices, sizeof expected);
        assert_int_equal(3, dictionary.count);
        assert_int_equal(3 * 4 + 3 + 0 + 4, dictionary.bytes);
        fl_word_dictionary_reset(&dictionary);
        assert_int_equal(0, dictionary.count);
    }
    fl_word_dictionary_release(&dictionary);
}

static void test_words_at_the_limit(void **state)
{
    (void)state;
    static const uint32_t first[] = {1, 2}, more[] = {2, 3, 4}, after[] = {4, 2};
    struct fl_word_dictionary dictionary;
    assert_int_equal(FL_OK, fl_word_dictionary_open(&dictionary, &words, NULL));
    assert_true(fl_word_dictionary_find(&dictionary, &words, first, 2, 11, indices)); /* 4 + 1 + 4 + 2 */
    assert_false(fl_word_dictionary_find(&dictionary, &words, more, 3, 11, indices));
    assert_int_equal(2, dictionary.count);
    assert_int_equal(11, dictionary.bytes);
    assert_true(fl_word_dictionary_find(&dictionary, &words, after, 2, 19, indices));
    assert_int_equal(2, indices[0]);
    assert_int_equal(1, indices[1]);
    fl_word_dictionary_release(&dictionary);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers), cmocka_unit_test(test_numbers_at_the_limit),
        cmocka_unit_test(test_numbers_made_to_collide), cmocka_unit_test(test_words),
        cmocka_unit_test(test_words_at_the_limit)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
