/* words_within_test.c - which words of a list stand within others.
 *
 * A few by hand; then random lists over an alphabet small enough that nearly every word stands in others,
 * held against the meaning itself: an inner word is found with an outer one if it stands free at one and the
 * same place of it, whatever is around wherever the outer one stands free. */
#include "tests/unit/engine_fixture.h"

#include "engine/tags/letters.h"
#include "engine/tags/lists/words_within.h"

static struct fl_fold *fold;

static int create_fold(void **state)
{
    (void)state;
    return fl_fold_create(&fold, NULL) == FL_OK ? 0 : -1;
}

static int free_fold(void **state)
{
    (void)state;
    fl_fold_free(fold);
    return 0;
}

static struct fl_keywords read_words(const char *words)
{
    struct fl_keywords keywords;
    struct fl_error error;
    char text[4096];
    const int size = snprintf(text, sizeof text, "tag,any\na,%s\n", words);
    fl_error_clear(&error);
    if (fl_keywords_read(text, (size_t)size, "k", fold, false, &keywords, &error) != FL_OK)
        fail_msg("%s", error.message);
    return keywords;
}

enum { WORDS_MAX = 64 };

struct found {
    bool inner[WORDS_MAX];
};

static bool note(void *context, uint32_t inner)
{
    struct found *found = context;
    assert_in_range(inner, 0, WORDS_MAX - 1);
    found->inner[inner] = true;
    return true;
}

static bool is_word(const struct fl_keywords *keywords, uint32_t number, const char *text)
{
    const struct fl_keyword *word = &keywords->words[number];
    const struct fl_text literal = keywords->literals[word->literal];
    char shown[64];
    (void)snprintf(shown, sizeof shown, "%s%.*s%s", word->open_left ? "*" : "", (int)literal.size,
                   literal.bytes, word->open_right ? "*" : "");
    return strcmp(shown, text) == 0;
}

static uint32_t find_word(const struct fl_keywords *keywords, const char *text)
{
    for (uint32_t i = 0; i < keywords->word_count; i++) {
        if (is_word(keywords, i, text))
            return i;
    }
    fail_msg("no word `%s`", text);
    return 0;
}

static void assert_within(const char *words, const char *inner, const char *outer, bool expected)
{
    struct fl_keywords keywords = read_words(words);
    struct fl_words_within *within;
    struct found found = {{false}};
    assert_int_equal(fl_words_within_create(&keywords, fold, &within, NULL), FL_OK);
    fl_words_within(within, find_word(&keywords, outer), note, &found);
    if (found.inner[find_word(&keywords, inner)] != expected)
        fail_msg("`%s` within `%s`", inner, outer);
    assert_true(fl_words_within_is_whole(within));
    fl_words_within_free(within);
    fl_keywords_release(&keywords);
}

static void test_by_hand(void **state)
{
    (void)state;
    assert_within("late|late parcel", "late", "late parcel", true);
    assert_within("late|late parcel", "late parcel", "late", false);
    assert_within("late|lately", "late", "lately", false);
    assert_within("late*|lately", "late*", "lately", true);
    assert_within("late*|late", "late*", "late", true);
    assert_within("late*|late", "late", "late*", false);
    assert_within("ate|late", "ate", "late", false);
    assert_within("*ate|late", "*ate", "late", true);
    assert_within("*at*|late|x", "*at*", "late", true);
    assert_within("parcel|*late parcel", "parcel", "*late parcel", true);
    assert_within("late|*late parcel", "late", "*late parcel", false);
    assert_within("\xe9\x80\x80\xe8\xb4\xa7|\xe6\x83\xb3\xe9\x80\x80\xe8\xb4\xa7", "\xe9\x80\x80\xe8\xb4\xa7",
                  "\xe6\x83\xb3\xe9\x80\x80\xe8\xb4\xa7", true);
    /* Not in the middle of a character. */
    assert_within("a|b", "a", "b", false);
}

/* ---- at random ---- */

static const char *const around[] = {"", "a", " ", "\xe8\xb4\xa7"};
enum { AROUND = sizeof around / sizeof *around };

/* Whether the inner word stands free at `at` of the outer one in all surroundings in which that one does. */
static bool is_found_at(const struct fl_keywords *keywords, const struct fl_keyword *outer, size_t at,
                        const struct fl_keyword *inner)
{
    const struct fl_text literal = keywords->literals[outer->literal];
    const size_t inner_size = keywords->literals[inner->literal].size;
    for (int i = 0; i < AROUND * AROUND; i++) {
        char bytes[128];
        const char *left = around[i / AROUND], *right = around[i % AROUND];
        const int size =
            snprintf(bytes, sizeof bytes, "%s%.*s%s", left, (int)literal.size, literal.bytes, right);
        const struct fl_text text = {bytes, (size_t)size};
        const size_t from = strlen(left);
        if (fl_stands_free(fold, text, from, from + literal.size, outer->open_left, outer->open_right) &&
            !fl_stands_free(fold, text, from + at, from + at + inner_size, inner->open_left,
                            inner->open_right))
            return false;
    }
    return true;
}

static bool is_within(const struct fl_keywords *keywords, uint32_t inner, uint32_t outer)
{
    const struct fl_text large = keywords->literals[keywords->words[outer].literal];
    const struct fl_text small = keywords->literals[keywords->words[inner].literal];
    for (size_t at = 0; at + small.size <= large.size; at++) {
        if (memcmp(large.bytes + at, small.bytes, small.size) == 0 &&
            is_found_at(keywords, &keywords->words[outer], at, &keywords->words[inner]))
            return true;
    }
    return false;
}

static void compare_all(const struct fl_keywords *keywords)
{
    struct fl_words_within *within;
    assert_int_equal(fl_words_within_create(keywords, fold, &within, NULL), FL_OK);
    for (uint32_t outer = 0; outer < keywords->word_count; outer++) {
        struct found found = {{false}};
        fl_words_within(within, outer, note, &found);
        for (uint32_t inner = 0; inner < keywords->word_count; inner++) {
            if (inner != outer)
                assert_int_equal(found.inner[inner], is_within(keywords, inner, outer));
        }
    }
    fl_words_within_free(within);
}

static void random_words(uint64_t *random, char *words)
{
    static const char *const letters[] = {"a", "a", "b", "\xe8\xb4\xa7", "-"};
    char *to = words;
    for (size_t i = 1 + next_random(random) % 30; i > 0; i--) {
        to = stpcpy(to, to == words ? "" : "|");
        to = stpcpy(to, next_random(random) % 4 == 0 ? "*" : "");
        for (size_t letter = 1 + next_random(random) % 6; letter > 0; letter--) {
            to = stpcpy(to, letters[next_random(random) % 5]);
            to = stpcpy(to, letter > 1 && next_random(random) % 4 == 0 ? " " : "");
        }
        to = stpcpy(to, next_random(random) % 4 == 0 ? "*" : "");
    }
}

static void test_at_random(void **state)
{
    (void)state;
    uint64_t random = 5;
    char words[2048];
    for (int round = 0; round < 400; round++) {
        random_words(&random, words);
        struct fl_keywords keywords = read_words(words);
        compare_all(&keywords);
        fl_keywords_release(&keywords);
    }
}

static bool go_on(void *context, uint32_t inner)
{
    (void)context;
    (void)inner;
    return true;
}

/* 256 words of which each begins the next, in each of 6,000 others: given up, not searched for minutes. */
static void test_too_much_alike(void **state)
{
    (void)state;
    struct fl_buffer text = {0};
    struct fl_keywords keywords;
    struct fl_words_within *within;
    append_text(&text, "tag,any\na,x");
    for (int i = 1; i <= 250; i++) {
        append_text(&text, "|");
        for (int j = 0; j < i; j++)
            append_text(&text, j == 0 ? "*a" : "a");
    }
    for (int i = 0; i < 6000; i++) {
        char ending[16];
        append_text(&text, "|");
        for (int j = 0; j < 250; j++)
            append_text(&text, "a");
        (void)snprintf(ending, sizeof ending, "%d", i);
        append_text(&text, ending);
    }
    assert_int_equal(fl_keywords_read((char *)text.bytes, text.size, "k", fold, false, &keywords, NULL),
                     FL_OK);
    assert_int_equal(fl_words_within_create(&keywords, fold, &within, NULL), FL_OK);
    for (uint32_t i = 0; i < keywords.word_count; i++)
        fl_words_within(within, i, go_on, NULL);
    assert_false(fl_words_within_is_whole(within));
    fl_words_within_free(within);
    fl_keywords_release(&keywords);
    fl_buffer_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_hand),
        cmocka_unit_test(test_at_random),
        cmocka_unit_test(test_too_much_alike),
    };
    return cmocka_run_group_tests(tests, create_fold, free_fold);
}
