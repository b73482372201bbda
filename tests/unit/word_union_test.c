/* word_union_test.c - many sorted lists become one, in any order the same.
 *
 * Random lists of short words (so that many are equal, one the start of another) are united in two orders and
 * compared with each other and, word by word, with a search through all lists; limits are tried just over and
 * at their edge. */
#include "tests/unit/engine_fixture.h"

#include "formats/base/limits.h"
#include "formats/table/word_union.h"

enum { LISTS = 12, WORDS_MAX = 60, BYTES_MAX = WORDS_MAX * 4 };

struct list {
    uint32_t offsets[WORDS_MAX + 1];
    char bytes[BYTES_MAX];
    struct fl_words words;
};

/* All words of one to three letters `a` and `b` are 14; each is in or out by a coin. */
static void make_list(struct list *list, uint64_t *random)
{
    static const char *const all[] = {"a", "aa", "aaa", "aab", "ab", "aba", "abb",
                                      "b", "ba", "baa", "bab", "bb", "bba", "bbb"};
    size_t count = 0;
    list->offsets[0] = 0;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (next_random(random) % 3 != 0)
            continue;
        memcpy(list->bytes + list->offsets[count], all[i], strlen(all[i]));
        list->offsets[count + 1] = list->offsets[count] + (uint32_t)strlen(all[i]);
        count++;
    }
    list->words = (struct fl_words){count, list->offsets, list->bytes};
}

static bool list_has(const struct list *list, struct fl_text word)
{
    for (size_t i = 0; i < list->words.count; i++) {
        if (fl_text_equal(fl_words_at(&list->words, i), word))
            return true;
    }
    return false;
}

static void test_union(void **state)
{
    (void)state;
    uint64_t random = 9;
    for (int round = 0; round < 200; round++) {
        struct list lists[LISTS];
        struct fl_word_union forward = {0}, backward = {0};
        for (size_t i = 0; i < LISTS; i++)
            make_list(&lists[i], &random);
        for (size_t i = 0; i < LISTS; i++) {
            assert_int_equal(fl_word_union_add(&forward, &lists[i].words, NULL), FL_OK);
            assert_int_equal(fl_word_union_add(&backward, &lists[LISTS - 1 - i].words, NULL), FL_OK);
        }
        assert_int_equal(forward.words.count, backward.words.count);
        for (size_t i = 0; i < forward.words.count; i++) {
            const struct fl_text word = fl_words_at(&forward.words, i);
            bool there = false;
            assert_true(fl_text_equal(word, fl_words_at(&backward.words, i)));
            assert_true(i == 0 || fl_text_compare(fl_words_at(&forward.words, i - 1), word) < 0);
            for (size_t list = 0; list < LISTS; list++)
                there = there || list_has(&lists[list], word);
            assert_true(there);
        }
        for (size_t list = 0; list < LISTS; list++) {
            uint32_t numbers[WORDS_MAX];
            fl_word_union_map(&forward, &lists[list].words, numbers);
            for (size_t i = 0; i < lists[list].words.count; i++)
                assert_true(fl_text_equal(fl_words_at(&forward.words, numbers[i]),
                                          fl_words_at(&lists[list].words, i)));
        }
        fl_word_union_release(&forward);
        fl_word_union_release(&backward);
    }
}

static void test_unknown_and_empty(void **state)
{
    (void)state;
    static const uint32_t offsets[] = {0, 1, 2};
    const struct fl_words known = {1, offsets, "b"}, asked = {2, offsets, "ac"}, none = {0, offsets, ""};
    struct fl_word_union all = {0};
    uint32_t numbers[2] = {7, 7};
    assert_int_equal(fl_word_union_add(&all, &none, NULL), FL_OK);
    assert_int_equal(all.words.count, 0);
    fl_word_union_map(&all, &asked, numbers);
    assert_int_equal(numbers[0], FL_NO_WORD);
    assert_int_equal(fl_word_union_add(&all, &known, NULL), FL_OK);
    fl_word_union_map(&all, &asked, numbers);
    assert_int_equal(numbers[0], FL_NO_WORD);
    assert_int_equal(numbers[1], FL_NO_WORD);
    fl_word_union_release(&all);
}

/* Numbered words of seven digits: two lists that share no word. */
static void test_limit(void **state)
{
    (void)state;
    const size_t count = FL_DICTIONARY_WORDS_MAX;
    struct fl_word_union all = {0};
    struct fl_error error;
    uint32_t *offsets = calloc(count + 1, sizeof *offsets);
    char *bytes = calloc(count, 8);
    assert_non_null(offsets);
    assert_non_null(bytes);
    for (size_t i = 0; i < count; i++) {
        (void)snprintf(bytes + 7 * i, 8, "%07u", (unsigned)i);
        offsets[i + 1] = (uint32_t)(7 * (i + 1));
    }
    const struct fl_words full = {count, offsets, bytes};
    static const uint32_t one_offsets[] = {0, 1};
    const struct fl_words one = {1, one_offsets, "x"};
    assert_int_equal(fl_word_union_add(&all, &full, NULL), FL_OK);
    assert_int_equal(fl_word_union_add(&all, &full, NULL), FL_OK); /* nothing new */
    fl_error_clear(&error);
    assert_int_equal(fl_word_union_add(&all, &one, &error), FL_LIMIT);
    assert_string_equal(error.message, "1048577 distinct words in all files, at most 1048576");
    assert_int_equal(all.words.count, count);
    fl_word_union_release(&all);
    free(offsets);
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_union),
        cmocka_unit_test(test_unknown_and_empty),
        cmocka_unit_test(test_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
