/* pattern_test.c - regular expressions: their places, what is refused, and hostile ones.
 *
 * Method: random trees are written as expressions, and their places in random texts are found a second time
 * here: of each begin the set of all ends, by the meaning of each node, without any program or library. Some
 * thousand expressions of all kinds of nodes, in characters of one to four bytes. What is refused is pinned
 * with the character that is named; the ones that Hyperscan chokes on must be refused in time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "engine/tags/words/word_database.h"

static uint64_t random_state;
static size_t random_below(size_t below)
{
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (size_t)(random_state >> 33) % below;
}

static struct fl_fold *fold;

static int make_fold(void **state)
{
    (void)state;
    return fl_fold_create(&fold, NULL) != FL_OK;
}

static int free_fold(void **state)
{
    (void)state;
    fl_fold_free(fold);
    return 0;
}

/* ---- characters of the random texts ---- */

static const struct {
    const char *bytes;
    bool is_letter, is_digit, is_space;
} characters[] = {
    {"a", true, false, false},  {"b", true, false, false},       {"c", true, false, false},
    {"_", true, false, false},  {"1", true, true, false},        {"2", true, true, false},
    {" ", false, false, true},  {"\n", false, false, true},      {".", false, false, false},
    {"-", false, false, false}, {"é", true, false, false},       {"я", true, false, false},
    {"中", true, false, false}, {"\xD9\xA3", true, true, false}, {"😀", false, false, false},
    {"]", false, false, false}, {"\u0E31", true, false, false},
};
enum { CHARACTERS = sizeof characters / sizeof characters[0], NEWLINE = 7, TEXT_CHARACTERS_MAX = 40 };

/* ---- random trees ---- */

enum kind { SET, BOUNDARY, SEQUENCE, ALTERNATIVES, REPEAT };
enum { PARTS_MAX = 3, UNBOUNDED = 1000, NODES_MAX = 1000 };
struct node {
    enum kind kind;
    bool has[CHARACTERS]; /* set */
    bool negated;         /* boundary */
    size_t least, most;   /* repeat */
    struct node *parts[PARTS_MAX];
    size_t part_count;
};
static struct node nodes[NODES_MAX];
static size_t node_count;

struct written {
    char bytes[2000];
    size_t size;
};

static void put(struct written *written, const char *words)
{
    const size_t size = strlen(words);
    assert_true(written->size + size < sizeof written->bytes);
    memcpy(written->bytes + written->size, words, size + 1);
    written->size += size;
}

static void put_character(struct written *written, size_t character)
{
    if (character == NEWLINE) {
        put(written, "\\n");
        return;
    }
    if (strchr(".-]", characters[character].bytes[0]) != NULL)
        put(written, "\\");
    put(written, characters[character].bytes);
}

static void add_class(struct node *node, struct written *written, bool between_brackets)
{
    static const char *const names[] = {"\\d", "\\w", "\\s", "\\D", "\\W", "\\S"};
    const size_t which = random_below(6);
    put(written, names[which]);
    for (size_t i = 0; i < CHARACTERS; i++) {
        const bool is_in = which % 3 == 0   ? characters[i].is_digit
                           : which % 3 == 1 ? characters[i].is_letter
                                            : characters[i].is_space;
        node->has[i] = (between_brackets && node->has[i]) || is_in != (which >= 3);
    }
}

static void make_brackets(struct node *node, struct written *written)
{
    const bool negated = random_below(3) == 0;
    put(written, negated ? "[^" : "[");
    for (size_t i = 1 + random_below(3); i > 0; i--) {
        const size_t way = random_below(6);
        if (way == 0) {
            add_class(node, written, true);
        } else if (way == 1) { /* folded, as all of it */
            put(written, "A-C");
            for (size_t k = 0; k < CHARACTERS; k++)
                node->has[k] |= strchr("abc", characters[k].bytes[0]) != NULL;
        } else {
            const size_t character = random_below(CHARACTERS);
            put_character(written, character);
            node->has[character] = true;
        }
    }
    put(written, "]");
    for (size_t i = 0; i < CHARACTERS && negated; i++)
        node->has[i] = !node->has[i];
}

static struct node *node_make(enum kind kind)
{
    assert_true(node_count < NODES_MAX);
    struct node *node = &nodes[node_count++];
    *node = (struct node){.kind = kind};
    return node;
}

static struct node *make_leaf(struct written *written)
{
    struct node *node = node_make(SET);
    const size_t way = random_below(12);
    if (way == 0) {
        node->kind = BOUNDARY;
        node->negated = random_below(3) == 0;
        put(written, node->negated ? "\\B" : "\\b");
    } else if (way == 1) {
        put(written, ".");
        for (size_t i = 0; i < CHARACTERS; i++)
            node->has[i] = i != NEWLINE;
    } else if (way < 4) {
        add_class(node, written, false);
    } else if (way < 6) {
        make_brackets(node, written);
    } else {
        const size_t character = random_below(random_below(2) == 0 ? 3 : CHARACTERS);
        put_character(written, character);
        node->has[character] = true;
    }
    return node;
}

static struct node *make_tree(struct written *written, size_t depth, bool in_loop);

static struct node *make_repeat(struct written *written, size_t depth, bool in_loop)
{
    static const struct {
        const char *words;
        size_t least, most;
    } repeats[] = {{"?", 0, 1},         {"{2}", 2, 2},       {"{0,2}", 0, 2},       {"{1,3}", 1, 3},
                   {"*", 0, UNBOUNDED}, {"+", 1, UNBOUNDED}, {"{2,}", 2, UNBOUNDED}};
    const size_t which = random_below(in_loop ? 4 : 7);
    struct node *node = node_make(REPEAT);
    node->least = repeats[which].least;
    node->most = repeats[which].most;
    put(written, "(?:");
    struct node *sequence = node_make(SEQUENCE); /* a character, so that there is one to repeat */
    sequence->parts[sequence->part_count++] = make_tree(written, depth - 1, in_loop || which >= 4);
    if (random_below(2) == 0 || sequence->parts[0]->kind != SET) {
        struct node *leaf = node_make(SET);
        leaf->has[0] = true;
        put(written, "a");
        sequence->parts[sequence->part_count++] = leaf;
        if (random_below(2) == 0) { /* and so that the end of a round may be empty */
            struct node *optional = node_make(REPEAT);
            optional->most = 1;
            optional->parts[0] = leaf;
            put(written, "a?");
            sequence->parts[sequence->part_count++] = optional;
        }
    }
    node->parts[0] = sequence;
    put(written, ")");
    put(written, repeats[which].words);
    return node;
}

static struct node *make_tree(struct written *written, size_t depth, bool in_loop)
{
    if (depth == 0 || random_below(4) == 0)
        return make_leaf(written);
    const size_t way = random_below(3);
    if (way == 0)
        return make_repeat(written, depth, in_loop);
    struct node *node = node_make(way == 1 ? SEQUENCE : ALTERNATIVES);
    put(written, "(");
    for (size_t i = 2 + random_below(2); i > 0; i--) {
        node->parts[node->part_count++] = make_tree(written, depth - 1, in_loop);
        if (i > 1 && way == 2)
            put(written, "|");
    }
    put(written, ")");
    return node;
}

/* ---- their meaning: from a set of places to the set of places where they can end ---- */

struct text {
    size_t characters[TEXT_CHARACTERS_MAX], count;
    size_t starts[TEXT_CHARACTERS_MAX + 1]; /* bytes */
    char bytes[4 * TEXT_CHARACTERS_MAX];
};
typedef uint64_t spots; /* bit i: before character i */

static bool is_letter_at(const struct text *text, size_t at, bool before)
{
    if (before ? at == 0 : at == text->count)
        return false;
    return characters[text->characters[before ? at - 1 : at]].is_letter;
}

static spots step(const struct node *node, const struct text *text, spots from)
{
    spots to = 0;
    for (size_t at = 0; at <= text->count; at++) {
        if ((from >> at & 1) == 0)
            continue;
        if (node->kind == SET && at < text->count && node->has[text->characters[at]])
            to |= UINT64_C(1) << (at + 1);
        if (node->kind == BOUNDARY &&
            (is_letter_at(text, at, true) != is_letter_at(text, at, false)) != node->negated)
            to |= UINT64_C(1) << at;
    }
    return to;
}

static spots ends_of(const struct node *node, const struct text *text, spots from)
{
    spots all = 0;
    switch (node->kind) {
    case SET:
    case BOUNDARY:
        return step(node, text, from);
    case SEQUENCE:
        for (size_t i = 0; i < node->part_count; i++)
            from = ends_of(node->parts[i], text, from);
        return from;
    case ALTERNATIVES:
        for (size_t i = 0; i < node->part_count; i++)
            all |= ends_of(node->parts[i], text, from);
        return all;
    case REPEAT:
        for (size_t i = 0; i < node->least; i++)
            from = ends_of(node->parts[0], text, from);
        all = from;
        for (size_t i = node->least; i < node->most && i < TEXT_CHARACTERS_MAX * 2; i++)
            all |= from = ends_of(node->parts[0], text, from);
        return all;
    }
    return 0;
}

static size_t find_slowly(const struct node *root, const struct text *text, uint32_t pattern,
                          struct fl_pattern_place *found)
{
    size_t count = 0;
    for (size_t at = 0; at < text->count;) {
        const spots ends = ends_of(root, text, UINT64_C(1) << at) >> (at + 1);
        if (ends == 0) {
            at++;
            continue;
        }
        const size_t end = at + 1 + (size_t)(63 - __builtin_clzll(ends));
        found[count++] =
            (struct fl_pattern_place){pattern, (uint32_t)text->starts[at], (uint32_t)text->starts[end]};
        at = end;
    }
    return count;
}

static void text_make(struct text *text)
{
    size_t size = 0;
    text->count = random_below(TEXT_CHARACTERS_MAX + 1);
    const size_t variety = random_below(2) == 0 ? 3 : CHARACTERS;
    for (size_t i = 0; i < text->count; i++) {
        text->characters[i] = random_below(variety);
        text->starts[i] = size;
        const char *bytes = characters[text->characters[i]].bytes;
        memcpy(text->bytes + size, bytes, strlen(bytes));
        size += strlen(bytes);
    }
    text->starts[text->count] = size;
}

/* ---- tests ---- */

struct compiled {
    struct fl_pattern_database *database;
    struct fl_pattern_scratch *scratch;
    struct fl_buffer places;
    struct fl_error error;
    size_t bad;
};

static fl_status compile(struct compiled *compiled, const struct fl_text *patterns, size_t count)
{
    *compiled = (struct compiled){0};
    const fl_status status = fl_pattern_database_compile(fold, patterns, count, &compiled->database,
                                                         &compiled->bad, &compiled->error);
    if (status == FL_OK)
        assert_int_equal(fl_pattern_scratch_create(compiled->database, &compiled->scratch, NULL), FL_OK);
    return status;
}

static void release(struct compiled *compiled)
{
    fl_pattern_scratch_free(compiled->scratch);
    fl_pattern_database_free(compiled->database);
    fl_buffer_release(&compiled->places);
}

static size_t scan(struct compiled *compiled, const char *bytes, size_t size)
{
    size_t count;
    char *exact = malloc(size + (size == 0)); /* so that a read past the end is seen */
    assert_non_null(exact);
    memcpy(exact, bytes, size);
    assert_int_equal(fl_pattern_database_scan(compiled->database, compiled->scratch, exact, size,
                                              &compiled->places, &count, &compiled->error),
                     FL_OK);
    free(exact);
    return count;
}

enum { AT_ONCE = 12 };

/* An expression with some characters to find, its nodes behind those of the ones before. */
static const struct node *draw(struct written *written)
{
    for (;;) {
        const size_t nodes_before = node_count;
        *written = (struct written){0};
        const struct node *root = make_tree(written, 3, false);
        for (size_t i = nodes_before; i < node_count; i++)
            if (nodes[i].kind == SET)
                return root;
        node_count = nodes_before;
    }
}

static size_t compare_on_texts(struct compiled *compiled, const struct node *const *roots,
                               const struct written *written)
{
    size_t all = 0;
    for (size_t i = 0; i < 20; i++) {
        struct text text;
        struct fl_pattern_place wanted[AT_ONCE * TEXT_CHARACTERS_MAX];
        size_t count = 0;
        text_make(&text);
        const size_t found = scan(compiled, text.bytes, text.starts[text.count]);
        const struct fl_pattern_place *places = (const struct fl_pattern_place *)compiled->places.bytes;
        for (uint32_t pattern = 0; pattern < AT_ONCE; pattern++) {
            const size_t before = count;
            count += find_slowly(roots[pattern], &text, pattern, wanted + count);
            if (found < count || (count > before && memcmp(wanted + before, places + before,
                                                           (count - before) * sizeof *wanted) != 0))
                fail_msg("`%s` in `%.*s`", written[pattern].bytes, (int)text.starts[text.count], text.bytes);
        }
        assert_int_equal(found, count);
        all += count;
    }
    return all;
}

static void test_random_patterns_have_the_places_of_their_meaning(void **state)
{
    (void)state;
    random_state = 1;
    size_t places = 0;
    for (size_t i = 0; i < 100; i++) {
        struct written written[AT_ONCE];
        const struct node *roots[AT_ONCE];
        struct fl_text patterns[AT_ONCE];
        struct compiled compiled;
        node_count = 0;
        for (size_t k = 0; k < AT_ONCE; k++) {
            roots[k] = draw(&written[k]);
            patterns[k] = (struct fl_text){written[k].bytes, written[k].size};
        }
        if (compile(&compiled, patterns, AT_ONCE) != FL_OK)
            fail_msg("`%s`: %s", written[compiled.bad].bytes, compiled.error.message);
        places += compare_on_texts(&compiled, roots, written);
        release(&compiled);
    }
    assert_true(places > 30000);
}

static void check_places(const char *words, const char *text, size_t count, const uint32_t wanted[][2])
{
    struct compiled compiled;
    const struct fl_text pattern = fl_text_of(words);
    if (compile(&compiled, &pattern, 1) != FL_OK)
        fail_msg("`%s`: %s", words, compiled.error.message);
    const size_t found = scan(&compiled, text, strlen(text));
    const struct fl_pattern_place *places = (const struct fl_pattern_place *)compiled.places.bytes;
    for (size_t i = 0; i < count && i < found; i++)
        if (places[i].from != wanted[i][0] || places[i].to != wanted[i][1])
            fail_msg("`%s` in `%s`: place %zu is %u..%u", words, text, i, places[i].from, places[i].to);
    if (found != count)
        fail_msg("`%s` in `%s`: %zu places", words, text, found);
    release(&compiled);
}
#define CHECK_PLACES(words, text, ...)                                                                       \
    check_places(words, text, sizeof((const uint32_t[][2]){__VA_ARGS__}) / sizeof(uint32_t[2]),              \
                 (const uint32_t[][2]){__VA_ARGS__})
#define CHECK_NO_PLACES(words, text) check_places(words, text, 0, NULL)

static void test_places_by_hand(void **state)
{
    (void)state;
    CHECK_PLACES("a|aa|aaa", "aaa aa", {0, 3}, {4, 6});
    CHECK_PLACES("(ab){2}|ab", "ababab", {0, 4}, {4, 6});
    CHECK_PLACES("ab|bcd|d", "abcd", {0, 2}, {3, 4}); /* `bcd` hides the begin of `d` from the library */
    CHECK_PLACES("\\babc\\b", "xabcab abc", {7, 10});
    CHECK_PLACES("order [a-z]{2}-[0-9]+", "my order ab-123456!", {3, 18});
    CHECK_PLACES("x*", "axxa", {1, 3});
    CHECK_NO_PLACES("a\\Bb\\b", "abc ab_");
    CHECK_NO_PLACES("a.b", "a\nb");
    CHECK_PLACES("a[^x]b", "a\nb", {0, 3});
    CHECK_PLACES("\\W+", "中, é", {3, 5});
}

static void test_patterns_are_folded_as_texts_are(void **state)
{
    (void)state;
    CHECK_PLACES("Refund", "no refund", {3, 9});
    CHECK_PLACES("STRAßE", "strasse", {0, 7});
    CHECK_PLACES("ß+", "sssss", {0, 4});
    CHECK_PLACES("[A-Z]+", "abc", {0, 3});
    CHECK_NO_PLACES("[^A-Z]", "abc");
    CHECK_PLACES("[É]", "\xC3\xA9", {0, 2});
    CHECK_PLACES("E\xCC\x81", "\xC3\xA9", {0, 2}); /* composes */
    CHECK_PLACES("[Ａ-Ｚ]１", "b1", {0, 2});       /* full width */
    CHECK_PLACES("re\xC2\xAD"
                 "fund",
                 "refund", {0, 6}); /* a soft hyphen has no width */
}

static void check_refused(const char *words, const char *message)
{
    struct compiled compiled;
    const struct fl_text patterns[] = {fl_text_of("fine"), fl_text_of(words)};
    assert_int_equal(compile(&compiled, patterns, 2), FL_BAD_MODEL);
    assert_int_equal(compiled.bad, 1);
    if (strstr(compiled.error.message, message) == NULL)
        fail_msg("`%s`: %s", words, compiled.error.message);
    assert_null(compiled.database);
}

static void test_what_is_refused_is_named(void **state)
{
    (void)state;
    check_refused("ab^c", "character 3 of the regular expression: the begin and the end of a message");
    check_refused("é$", "character 2 of the regular expression: the begin and the end");
    check_refused("(a)\\1", "character 4 of the regular expression: there are");
    check_refused("\\p{L}", "character 1 of the regular expression: there are");
    check_refused("a\\", "character 2 of the regular expression: there are");
    check_refused("(?=a)b", "character 1 of the regular expression: look-around");
    check_refused("x(?i)b", "character 2 of the regular expression: look-around");
    check_refused("a(b", "character 2 of the regular expression: this parenthesis is not closed");
    check_refused("a)b", "character 2 of the regular expression: an unmatched `)`");
    check_refused("a]", "character 2 of the regular expression: an unmatched `]`");
    check_refused("a[bc", "character 2 of the regular expression: this bracket is not closed");
    check_refused("[]a]", "character 2 of the regular expression: empty brackets");
    check_refused("[a[]", "character 3 of the regular expression: a bracket within brackets");
    check_refused("[z-a]", "character 2 of the regular expression: a range that goes backwards");
    check_refused("[\\d-z]", "character 4 of the regular expression: a range cannot begin with a class");
    check_refused("[\\b]", "character 2 of the regular expression: between brackets there are");
    check_refused("[aß]", "character 3 of the regular expression: this character is folded to `ss`");
    check_refused("[\xC2\xAD]", "character 2 of the regular expression: a character without width");
    check_refused("\xC2\xAD", "character 1 of the regular expression: characters without width");
    check_refused("*a", "character 1 of the regular expression: nothing to repeat");
    check_refused("a|+", "character 3 of the regular expression: nothing to repeat");
    check_refused("a*?", "character 3 of the regular expression: a repeat of a repeat");
    check_refused("a{2}{3}", "character 5 of the regular expression: a repeat of a repeat");
    check_refused("a{101}", "character 2 of the regular expression: repeats are counted to 100");
    check_refused("a{1,99999999999}", "character 2 of the regular expression: repeats are counted to 100");
    check_refused("a{3,2}", "character 2 of the regular expression: a repeat of no times");
    check_refused("a{0}", "character 2 of the regular expression: a repeat of no times");
    check_refused("a{,3}", "character 2 of the regular expression: a repeat is");
    check_refused("a{x", "character 2 of the regular expression: a repeat is");
    check_refused("(\\b)*",
                  "character 5 of the regular expression: what stands before this has no character");
    check_refused("(a+b)*", "character 6 of the regular expression: an unlimited repeat within");
    check_refused("((a{1,100}){1,100}){1,100}", "more than 1000 steps");
    check_refused("\\b|", "no character to look for");
    check_refused("[\\x-\xF4\x8F\xBF\xBF]", "between brackets there are");
    check_refused("[ -\xF4\x8F\xBF\xBF]", "the ranges have more than");
    check_refused("((((((((((((((((((a))))))))))))))))))", "more than 16 groups within each other");
    check_refused("\xFF", "no UTF-8");
}

static void test_too_many_are_refused(void **state)
{
    (void)state;
    struct fl_text *patterns = calloc(FL_PATTERNS_MAX + 1, sizeof *patterns);
    assert_non_null(patterns);
    for (size_t i = 0; i <= FL_PATTERNS_MAX; i++)
        patterns[i] = fl_text_of("a");
    struct compiled compiled;
    assert_int_equal(compile(&compiled, patterns, FL_PATTERNS_MAX + 1), FL_BAD_MODEL);
    assert_int_equal(compiled.bad, FL_PATTERNS_MAX);
    assert_int_equal(compile(&compiled, patterns, FL_PATTERNS_MAX), FL_OK);
    assert_int_equal(scan(&compiled, "ba", 2), FL_PATTERNS_MAX);
    const struct fl_pattern_place *places = (const struct fl_pattern_place *)compiled.places.bytes;
    for (uint32_t i = 0; i < FL_PATTERNS_MAX; i++)
        assert_true(places[i].pattern == i && places[i].from == 1 && places[i].to == 2);
    release(&compiled);
    free(patterns);
}

/* Each is quick for itself; together they take the library minutes. */
static void test_a_list_that_takes_too_long_is_refused_in_time(void **state)
{
    (void)state;
    static char words[FL_PATTERNS_MAX][64];
    struct fl_text patterns[FL_PATTERNS_MAX];
    for (size_t i = 0; i < FL_PATTERNS_MAX; i++) {
        (void)snprintf(words[i], sizeof words[i], "\\w{100}x\\w{100}y\\w{100}z\\w{100}%zu", i);
        patterns[i] = fl_text_of(words[i]);
    }
    struct compiled compiled;
    assert_int_equal(compile(&compiled, patterns, FL_PATTERNS_MAX), FL_BAD_MODEL);
    assert_true(compiled.bad > 0);
    assert_non_null(strstr(compiled.error.message, "up to this one"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_patterns_have_the_places_of_their_meaning),
        cmocka_unit_test(test_places_by_hand),
        cmocka_unit_test(test_patterns_are_folded_as_texts_are),
        cmocka_unit_test(test_what_is_refused_is_named),
        cmocka_unit_test(test_too_many_are_refused),
        cmocka_unit_test(test_a_list_that_takes_too_long_is_refused_in_time),
    };
    return cmocka_run_group_tests(tests, make_fold, free_fold);
}
