/* word_pool_test.c - words get numbers, numbers get ranks, entries get sorted.
 *
 * 20,000 words with many repeats go through every growth of the table; the sealed dictionary is compared with
 * qsort() over the same words. Entries are sorted from all kinds of prefixes (few and many ties, one byte and
 * twelve), below and above the size where the method changes, again against qsort(). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "formats/importers/entry_sort.h"
#include "formats/importers/word_pool.h"

enum { WORDS = 20000, DISTINCT = 7001 };

static uint64_t random_state;

static uint64_t random_next(void)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return random_state >> 20;
}

static struct fl_text make_word(unsigned number, char buffer[32])
{
    /* Prefixes of each other, a shared beginning of more than 16 bytes, bytes above 127. */
    const int size = number % 3 == 0   ? snprintf(buffer, 32, "%x", number)
                     : number % 3 == 1 ? snprintf(buffer, 32, "a common beginning %u", number)
                                       : snprintf(buffer, 32, "\xc3\xa4%u", number);
    return (struct fl_text){buffer, (size_t)size};
}

static void equal_words_have_equal_numbers(void **state)
{
    (void)state;
    struct fl_word_pool *pool = fl_word_pool_create();
    static uint32_t numbers[DISTINCT];
    static bool seen[DISTINCT];
    uint32_t expected_next = 0;
    random_state = 1;
    for (int i = 0; i < WORDS; i++) {
        const unsigned which = (unsigned)(random_next() % DISTINCT);
        char buffer[32];
        const struct fl_text word = make_word(which, buffer);
        uint32_t number;
        bool is_new;
        assert_true(fl_word_pool_intern(pool, word, &number, &is_new));
        if (!seen[which])
            assert_int_equal(number, expected_next++);
        else
            assert_int_equal(number, numbers[which]);
        seen[which] = true;
        numbers[which] = number;
        assert_true(fl_text_equal(fl_word_pool_text(pool, number), word));
    }
    fl_word_pool_free(pool);
}

static int compare_texts(const void *a, const void *b)
{
    return fl_text_compare(*(const struct fl_text *)a, *(const struct fl_text *)b);
}

static void sealed_words_are_sorted(void **state)
{
    (void)state;
    struct fl_word_pool *pool = fl_word_pool_create();
    static char buffers[DISTINCT][32];
    static struct fl_text sorted[DISTINCT];
    uint32_t numbers[DISTINCT];
    bool is_new;
    for (unsigned i = 0; i < DISTINCT; i++) {
        sorted[i] = make_word(i * 7919 % DISTINCT, buffers[i]);
        assert_true(fl_word_pool_intern(pool, sorted[i], &numbers[i], &is_new));
    }
    const int before = fl_word_pool_compare(pool, 5, 9);
    struct fl_words words;
    struct fl_error error;
    assert_int_equal(fl_word_pool_seal(pool, &words, &error), FL_OK);
    assert_int_equal(words.count, DISTINCT);
    for (unsigned i = 0; i < DISTINCT; i++) {
        const uint32_t rank = fl_word_pool_ranks(pool)[numbers[i]];
        assert_true(fl_text_equal(fl_words_at(&words, rank), sorted[i]));
        assert_true(fl_text_equal(fl_word_pool_text(pool, numbers[i]), sorted[i]));
    }
    assert_int_equal(fl_word_pool_compare(pool, 5, 9) < 0, before < 0);
    assert_int_equal(fl_word_pool_compare(pool, 5, 5), 0);
    qsort(sorted, DISTINCT, sizeof sorted[0], compare_texts);
    for (unsigned i = 0; i < DISTINCT; i++)
        assert_true(fl_text_equal(fl_words_at(&words, i), sorted[i]));
    fl_word_pool_free(pool);
}

static void an_empty_pool_seals_and_clears(void **state)
{
    (void)state;
    struct fl_word_pool *pool = fl_word_pool_create();
    struct fl_words words;
    struct fl_error error;
    assert_int_equal(fl_word_pool_seal(pool, &words, &error), FL_OK);
    assert_int_equal(words.count, 0);
    assert_int_equal(words.offsets[0], 0);
    fl_word_pool_clear(pool);
    uint32_t number;
    bool is_new;
    assert_true(fl_word_pool_intern(pool, fl_text_of("again"), &number, &is_new));
    assert_int_equal(number, 0);
    assert_int_equal(fl_word_pool_cost(pool), 5 + 24);
    fl_word_pool_free(pool);
}

static void pools_are_full_at_each_limit(void **state)
{
    (void)state;
    struct fl_word_pool *pools[] = {fl_word_pool_create(), NULL, fl_word_pool_create()};
    uint32_t number;
    bool is_new;
    assert_true(fl_word_pool_intern(pools[0], fl_text_of("abc"), &number, &is_new));
    assert_true(fl_word_pool_intern(pools[2], fl_text_of("defgh"), &number, &is_new));
    const struct fl_word_limits wide = {2, 6, 67}, few_words = {1, 6, 67}, few_bytes = {2, 5, 67},
                                little_together = {2, 6, 56};
    assert_false(fl_word_pools_full(pools, 3, &wide));
    assert_true(fl_word_pools_full(pools, 3, &few_words));
    assert_true(fl_word_pools_full(pools, 3, &few_bytes));
    assert_false(fl_word_pools_full(pools, 1, &few_bytes));
    assert_true(fl_word_pools_full(pools, 3, &little_together)); /* 3 + 5 bytes + 2 * 24 */
    fl_word_pool_free(pools[0]);
    fl_word_pool_free(pools[2]);
}

/* ---- entry_sort ---- */

static int compare_refs(const void *context, uint32_t a, uint32_t b)
{
    (void)context;
    return a < b ? -1 : a > b;
}

static int compare_entries(const void *left, const void *right)
{
    const struct fl_sort_entry *a = left, *b = right;
    if (a->high != b->high)
        return a->high < b->high ? -1 : 1;
    if (a->low != b->low)
        return a->low < b->low ? -1 : 1;
    return compare_refs(NULL, a->ref, b->ref);
}

static void check_sort(size_t count, uint64_t high_mask, uint32_t low_mask)
{
    struct fl_sort_entry *entries = calloc(count + 1, sizeof *entries);
    struct fl_sort_entry *expected = calloc(count + 1, sizeof *expected);
    assert_true(entries != NULL && expected != NULL);
    for (size_t i = 0; i < count; i++) {
        const uint64_t high = random_next() << 32 ^ random_next();
        const uint32_t low = (uint32_t)random_next() & low_mask;
        entries[i] = (struct fl_sort_entry){high & high_mask, low, (uint32_t)(random_next() % 100000)};
    }
    memcpy(expected, entries, count * sizeof *entries);
    qsort(expected, count, sizeof *expected, compare_entries);
    fl_entry_sort(entries, count, compare_refs, NULL);
    assert_memory_equal(entries, expected, count * sizeof *entries);
    free(entries);
    free(expected);
}

static void entries_are_sorted_from_any_prefix(void **state)
{
    (void)state;
    static const uint64_t high_masks[] = {0, 3, 0xff00, 0x8000000000000001u, UINT64_MAX};
    static const uint32_t low_masks[] = {0, 3, 0xff00, 0x80000001u, UINT32_MAX};
    static const size_t counts[] = {0, 1, 2, 47, 48, 49, 50, 1000, 5000};
    random_state = 7;
    for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
        for (size_t h = 0; h < 5; h++) {
            for (size_t l = 0; l < 5; l++)
                check_sort(counts[c], high_masks[h], low_masks[l]);
        }
    }
}

static void a_prefix_is_big_endian_and_zero_filled(void **state)
{
    (void)state;
    assert_true(fl_sort_prefix(fl_text_of("ABCDEFGHIJ"), 0) == 0x4142434445464748u);
    assert_true(fl_sort_prefix(fl_text_of("ABCDEFGHIJ"), 8) == 0x494a000000000000u);
    assert_true(fl_sort_prefix(fl_text_of("\xff"), 0) == 0xff00000000000000u);
    assert_true(fl_sort_prefix(fl_text_of(""), 8) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_words_have_equal_numbers),
        cmocka_unit_test(sealed_words_are_sorted),
        cmocka_unit_test(an_empty_pool_seals_and_clears),
        cmocka_unit_test(pools_are_full_at_each_limit),
        cmocka_unit_test(entries_are_sorted_from_any_prefix),
        cmocka_unit_test(a_prefix_is_big_endian_and_zero_filled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
