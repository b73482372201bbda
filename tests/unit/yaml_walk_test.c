/* yaml_walk_test.c - trees, places and refusals of YAML files.
 *
 * Places are compared with a search for a marker in the text, for all kinds of line ends and for letters of
 * several bytes; each refusal and each typed reader is pinned with its whole message, caret included. Every
 * cut and every changed byte of a good file must end in a tree or in a failure with a place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "formats/base/limits.h"
#include "formats/base/yaml_walk.h"

static struct fl_yaml_file *parse(const char *text)
{
    struct fl_yaml_file *file;
    struct fl_error error;
    fl_error_clear(&error);
    if (fl_yaml_parse(text, strlen(text), "shop.yaml", &file, &error) != FL_OK)
        fail_msg("%s", error.message);
    return file;
}

static void assert_text(const struct fl_yaml_node *node, const char *wanted)
{
    assert_non_null(node);
    assert_int_equal(node->kind, FL_YAML_SCALAR);
    assert_string_equal(node->text.bytes, wanted);
    assert_int_equal(node->text.size, strlen(wanted));
}

static void test_tree(void **state)
{
    (void)state;
    struct fl_yaml_file *file = parse("# mapping\n"
                                      "table: interactions\n"
                                      "norway: NO\n"
                                      "weight: 0,75\n"
                                      "nothing:\n"
                                      "quoted: \"a\\tb\"\n"
                                      "block: |\n"
                                      "  two\n"
                                      "  lines\n"
                                      "columns:\n"
                                      "  - {from: id, to: customer}\n"
                                      "  - []\n"
                                      "  - ~\n");
    const struct fl_yaml_node *root = fl_yaml_root(file);
    assert_int_equal(root->kind, FL_YAML_MAP);
    assert_int_equal(root->count, 7);
    assert_text(root->keys[0], "table");
    assert_text(root->items[0], "interactions");
    assert_text(fl_yaml_find(root, "norway"), "NO");
    assert_text(fl_yaml_find(root, "weight"), "0,75");
    assert_text(fl_yaml_find(root, "nothing"), "");
    assert_false(fl_yaml_find(root, "nothing")->quoted);
    assert_text(fl_yaml_find(root, "quoted"), "a\tb");
    assert_true(fl_yaml_find(root, "quoted")->quoted);
    assert_text(fl_yaml_find(root, "block"), "two\nlines\n");
    assert_true(fl_yaml_find(root, "block")->quoted);
    assert_null(fl_yaml_find(root, "Table"));
    const struct fl_yaml_node *columns = fl_yaml_find(root, "columns");
    assert_int_equal(columns->kind, FL_YAML_LIST);
    assert_int_equal(columns->count, 3);
    assert_text(fl_yaml_find(columns->items[0], "to"), "customer");
    assert_int_equal(columns->items[1]->kind, FL_YAML_LIST);
    assert_int_equal(columns->items[1]->count, 0);
    assert_text(columns->items[2], "~");
    assert_null(fl_yaml_find(columns, "to"));
    assert_int_equal(columns->line, 11);
    assert_int_equal(columns->line_column, 3);
    fl_yaml_free(file);
    fl_yaml_free(NULL);
}

static void test_empty(void **state)
{
    (void)state;
    static const char *const empty[] = {"", "# only words\n", "---\n", "\xEF\xBB\xBF"};
    for (size_t i = 0; i < sizeof empty / sizeof empty[0]; i++) {
        struct fl_yaml_file *file = parse(empty[i]);
        assert_text(fl_yaml_root(file), "");
        fl_yaml_free(file);
    }
}

/* The node `HERE` of the text must be at that line and byte. */
static void check_place(const char *text, int64_t line, int64_t line_column)
{
    struct fl_yaml_file *file = parse(text);
    const struct fl_yaml_node *node = fl_yaml_root(file);
    while (node->kind != FL_YAML_SCALAR)
        node = node->items[node->count - 1];
    assert_text(node, "HERE");
    if (node->line != line || node->line_column != line_column)
        fail_msg("%lld:%lld instead of %lld:%lld", (long long)node->line, (long long)node->line_column,
                 (long long)line, (long long)line_column);
    fl_yaml_free(file);
}

static void test_places(void **state)
{
    (void)state;
    check_place("HERE", 1, 1);
    check_place("a: 1\nb: HERE", 2, 4);
    check_place("a: 1\r\nb: HERE", 2, 4);
    check_place("a: 1\rb: HERE", 2, 4);
    check_place("\xEF\xBB\xBF"
                "a: HERE",
                1, 4);                             /* the mark is no column */
    check_place("gr\xC3\xBC\xC3\x9F: HERE", 1, 9); /* bytes, not letters */
    check_place("[\xE2\x82\xAC, \xF0\x9F\x98\x80, [x, HERE]]", 1, 17);
    check_place("# \xE2\x80\xA8"
                "b: HERE",
                2, 4); /* U+2028 ends a line in YAML */
    check_place("a: [1,\n  2,\n\n  HERE]", 4, 3);
}

static void assert_refused(const char *text, size_t size, fl_status status, int64_t line, int64_t line_column,
                           const char *message)
{
    struct fl_yaml_file *file;
    struct fl_error error;
    fl_error_clear(&error);
    const fl_status got = fl_yaml_parse(text, size, "shop.yaml", &file, &error);
    assert_string_equal(error.message, message);
    assert_int_equal(got, status);
    assert_null(file);
    assert_int_equal(error.status, status);
    assert_string_equal(error.path, "shop.yaml");
    assert_int_equal(error.line, line);
    assert_int_equal(error.line_column, line_column);
}

static void assert_bad(const char *text, int64_t line, int64_t line_column, const char *message)
{
    assert_refused(text, strlen(text), FL_BAD_MODEL, line, line_column, message);
}

static void test_refused(void **state)
{
    (void)state;
    assert_bad("a: 1\nb: 2\na: 3\n", 3, 1, "key `a` is in line 1 already\n   3 | a: 3\n     | ^");
    assert_bad("{x: {b: 1, 'b': 2}}", 1, 12,
               "key `b` is in line 1 already\n   1 | {x: {b: 1, 'b': 2}}\n     |            ^");
    assert_bad(
        "a: &x 1\n", 1, 4,
        "an anchor (&name) is not taken here; quote a text that begins with &\n   1 | a: &x 1\n     |    ^");
    assert_bad("a: &x [1]\n", 1, 4,
               "an anchor (&name) is not taken here; quote a text that begins with &\n   1 | a: &x [1]\n     "
               "|    ^");
    assert_bad("a: &x {b: 1}\n", 1, 4,
               "an anchor (&name) is not taken here; quote a text that begins with &\n   1 | a: &x {b: 1}\n  "
               "   |    ^");
    assert_bad(
        "a: *x\n", 1, 4,
        "an alias (*name) is not taken here; quote a text that begins with *\n   1 | a: *x\n     |    ^");
    assert_bad(
        "- !!int 1\n", 1, 3,
        "a tag (!name) is not taken here; quote a text that begins with !\n   1 | - !!int 1\n     |   ^");
    assert_bad(
        "- !x [1]\n", 1, 3,
        "a tag (!name) is not taken here; quote a text that begins with !\n   1 | - !x [1]\n     |   ^");
    assert_bad(
        "- !x {}\n", 1, 3,
        "a tag (!name) is not taken here; quote a text that begins with !\n   1 | - !x {}\n     |   ^");
    assert_bad("a: 1\n---\nb: 2\n", 2, 1, "a second document; one file holds one\n   2 | ---\n     | ^");
    assert_bad("? [a]\n: b\n", 1, 3, "a key must be a plain text\n   1 | ? [a]\n     |   ^");
    assert_bad("{{a: 1}: b}\n", 1, 2, "a key must be a plain text\n   1 | {{a: 1}: b}\n     |  ^");
    assert_bad("a: \"x\\0y\"\n", 1, 4, "a zero byte in a text\n   1 | a: \"x\\0y\"\n     |    ^");
}

static void test_syntax(void **state)
{
    (void)state;
    assert_bad("a: [1, 2\nb: 3\n", 2, 2,
               "did not find expected ',' or ']' (while parsing a flow sequence that starts in line 1)\n"
               "   2 | b: 3\n     |  ^");
    assert_bad("a: b: c\n", 1, 5,
               "mapping values are not allowed in this context\n   1 | a: b: c\n     |     ^");
    assert_bad("a:\n\t- 1\n", 2, 1,
               "found character that cannot start any token (while scanning for the next token that starts "
               "in line 2)\n"
               "   2 | \t- 1\n     | ^");
    assert_bad(
        "gr\xC3\xBC\xC3\x9F: b: c\n", 1, 10,
        "mapping values are not allowed in this context\n   1 | gr\xC3\xBC\xC3\x9F: b: c\n     |        ^");
    assert_bad("a: 1\nb: \x01\n", 2, 4,
               "no UTF-8 text: control characters are not allowed\n   2 | b: ?\n     |    ^");
    assert_bad("a: 1\nb: x\xFFy\n", 2, 5, "no UTF-8 text: invalid leading UTF-8 octet");
    assert_refused("a: \0b\n", 6, FL_BAD_MODEL, 1, 4, "no UTF-8 text: control characters are not allowed");
    assert_refused("\xFF\xFE"
                   "a\0",
                   4, FL_BAD_MODEL, 1, 1, "no UTF-8 text: invalid leading UTF-8 octet");
}

static void test_long_line_is_cut_around_the_caret(void **state)
{
    (void)state;
    char text[2000] = "";
    for (int i = 0; i < 300; i++)
        (void)strcat(text, "\xC3\xA4");
    (void)strcat(text, ": x: y # ");
    for (int i = 0; i < 300; i++)
        (void)strcat(text, "z");
    struct fl_yaml_file *file;
    struct fl_error error;
    fl_error_clear(&error);
    assert_int_equal(fl_yaml_parse(text, strlen(text), "shop.yaml", &file, &error), FL_BAD_MODEL);
    assert_int_equal(error.line_column, 604);
    assert_true(strlen(error.message) < 320);
    assert_true(fl_utf8_is_valid(error.message, strlen(error.message)));
    const char *caret = strrchr(error.message, '\n');
    assert_non_null(caret);
    /* "     | " before both; 29 letters of two bytes and ": x" are 32 columns before the second colon. */
    assert_int_equal(strlen(caret + 1), 7 + 32 + 1);
}

static void test_limits(void **state)
{
    (void)state;
    char text[200] = "";
    for (int i = 0; i < FL_CONFIG_DEPTH_MAX; i++)
        (void)strcat(text, "[");
    (void)strcat(text, "x");
    for (int i = 0; i < FL_CONFIG_DEPTH_MAX; i++)
        (void)strcat(text, "]");
    struct fl_yaml_file *file = parse(text);
    fl_yaml_free(file);
    char deeper[210];
    (void)snprintf(deeper, sizeof deeper, "[%s]", text);
    assert_refused(
        deeper, strlen(deeper), FL_LIMIT, 1, 17,
        "lists and maps are nested deeper than 16 levels\n   1 | [[[[[[[[[[[[[[[[[x]]]]]]]]]]]]]]]]]\n"
        "     |                 ^");
    struct fl_error error;
    fl_error_clear(&error);
    char *large = malloc(FL_CONFIG_BYTES_MAX + 1);
    assert_non_null(large);
    memset(large, '#', FL_CONFIG_BYTES_MAX + 1);
    assert_int_equal(fl_yaml_parse(large, FL_CONFIG_BYTES_MAX, "shop.yaml", &file, &error), FL_OK);
    fl_yaml_free(file);
    assert_int_equal(fl_yaml_parse(large, FL_CONFIG_BYTES_MAX + 1, "shop.yaml", &file, &error), FL_LIMIT);
    assert_string_equal(error.message, "4194305 bytes, at most 4194304");
    free(large);
}

/* Many keys, and one endless line: neither may take time by the square of its length. */
static void test_large_files_are_quick(void **state)
{
    (void)state;
    enum { KEYS = 40000 };
    char *text = malloc(KEYS * 16);
    assert_non_null(text);
    size_t size = 0;
    text[size++] = '{';
    for (int i = 0; i < KEYS; i++)
        size += (size_t)sprintf(text + size, "k%d: [],", i);
    text[size++] = '}';
    text[size] = '\0';
    const clock_t start = clock();
    struct fl_yaml_file *file = parse(text);
    const struct fl_yaml_node *last = fl_yaml_root(file)->items[KEYS - 1];
    assert_int_equal(last->line_column, (strrchr(text, '[') - text) + 1);
    fl_yaml_free(file);
    assert_true((clock() - start) / CLOCKS_PER_SEC < 20);
    free(text);
}

static void test_only_keys(void **state)
{
    (void)state;
    static const char *const known[] = {"table", "columns", "zone", NULL};
    struct fl_error error;
    fl_error_clear(&error);
    struct fl_yaml_file *file = parse("table: x\n  \nzone: y\n");
    assert_int_equal(fl_yaml_only_keys(file, fl_yaml_root(file), known, &error), FL_OK);
    assert_int_equal(fl_yaml_only_keys(file, fl_yaml_root(file)->items[0], known, &error), FL_BAD_MODEL);
    assert_string_equal(error.message,
                        "a text where a map (key: value) belongs\n   1 | table: x\n     |        ^");
    fl_yaml_free(file);
    file = parse("table: x\ncolums: y\n");
    fl_error_clear(&error);
    assert_int_equal(fl_yaml_only_keys(file, fl_yaml_root(file), known, &error), FL_BAD_MODEL);
    assert_string_equal(error.message,
                        "unknown key `colums`; did you mean `columns`?\n   2 | colums: y\n     | ^");
    assert_int_equal(error.line, 2);
    assert_int_equal(error.line_column, 1);
    assert_string_equal(error.path, "shop.yaml");
    fl_yaml_free(file);
    file = parse("\"a\\eb\\u0090\": y\n");
    fl_error_clear(&error);
    assert_int_equal(fl_yaml_only_keys(file, fl_yaml_root(file), known, &error), FL_BAD_MODEL);
    assert_string_equal(error.message, "unknown key `a?b?`; known here: table, columns, zone\n"
                                       "   1 | \"a\\eb\\u0090\": y\n     | ^");
    fl_yaml_free(file);
}

/* The message of a typed reader without the source line. */
static const char *first_line(struct fl_error *error)
{
    char *end = strchr(error->message, '\n');
    assert_non_null(end);
    *end = '\0';
    return error->message;
}

static void check_integer(const char *text, int64_t min, int64_t max, int64_t wanted, const char *message)
{
    struct fl_yaml_file *file = parse(text);
    struct fl_error error;
    fl_error_clear(&error);
    int64_t value = 77;
    const fl_status status = fl_yaml_integer(file, fl_yaml_root(file), min, max, &value, &error);
    assert_int_equal(status, message == NULL ? FL_OK : FL_BAD_MODEL);
    if (message != NULL)
        assert_string_equal(first_line(&error), message);
    assert_true(value == (message == NULL ? wanted : 77));
    fl_yaml_free(file);
}

static void test_integer(void **state)
{
    (void)state;
    check_integer("12", 0, 100, 12, NULL);
    check_integer("-9223372036854775808", INT64_MIN, INT64_MAX, INT64_MIN, NULL);
    check_integer("0", 0, 0, 0, NULL);
    check_integer("12x", 0, 100, 0, "`12x` is no whole number from 0 to 100");
    check_integer("101", 0, 100, 0, "`101` is no whole number from 0 to 100");
    check_integer("-1", 0, 100, 0, "`-1` is no whole number from 0 to 100");
    check_integer("1.0", 0, 100, 0, "`1.0` is no whole number from 0 to 100");
    check_integer("012", 0, 100, 0, "`012` is no whole number from 0 to 100");
    check_integer("", 0, 100, 0, "`` is no whole number from 0 to 100");
    check_integer("'12'", 0, 100, 0, "a text in quotes where a whole number belongs; take the quotes away");
    check_integer("[12]", 0, 100, 0, "a list where a whole number belongs");
    check_integer("{a: 12}", 0, 100, 0, "a map where a whole number belongs");
    check_integer("123456789012345678901234567890123456789012345678901234567890123456789012345", 0, 1, 0,
                  "`12345678901234567890123456789012345678901234567890123456789012345...` is no whole "
                  "number from 0 to 1");
}

static void check_decimal(const char *text, int64_t mantissa, int places, const char *message)
{
    struct fl_yaml_file *file = parse(text);
    struct fl_error error;
    fl_error_clear(&error);
    struct fl_decimal value = {0};
    const fl_status status = fl_yaml_decimal(file, fl_yaml_root(file), &value, &error);
    assert_int_equal(status, message == NULL ? FL_OK : FL_BAD_MODEL);
    if (message != NULL)
        assert_string_equal(first_line(&error), message);
    else
        assert_true(value.mantissa == mantissa && value.places == places);
    fl_yaml_free(file);
}

static void test_decimal(void **state)
{
    (void)state;
    check_decimal("0.75", 75, 2, NULL);
    check_decimal("-1e3", -1, -3, NULL);
    check_decimal("0,75", 0, 0, "`0,75` is no decimal number; write a dot for the comma");
    check_decimal(".5", 5, 1, NULL);
    check_decimal("half", 0, 0, "`half` is no decimal number");
    check_decimal("'0.75'", 0, 0, "a text in quotes where a decimal number belongs; take the quotes away");
    check_decimal("[1]", 0, 0, "a list where a decimal number belongs");
}

static void check_bool(const char *text, int wanted, const char *message)
{
    struct fl_yaml_file *file = parse(text);
    struct fl_error error;
    fl_error_clear(&error);
    bool value = false;
    const fl_status status = fl_yaml_bool(file, fl_yaml_root(file), &value, &error);
    assert_int_equal(status, message == NULL ? FL_OK : FL_BAD_MODEL);
    if (message != NULL)
        assert_string_equal(first_line(&error), message);
    else
        assert_int_equal(value, wanted);
    fl_yaml_free(file);
}

static void test_bool(void **state)
{
    (void)state;
    check_bool("true", 1, NULL);
    check_bool("false", 0, NULL);
    check_bool("yes", 0, "`yes` is neither true nor false");
    check_bool("True", 0, "`True` is neither true nor false");
    check_bool("NO", 0, "`NO` is neither true nor false");
    check_bool("\"true\"", 0, "a text in quotes where true or false belongs; take the quotes away");
    check_bool("{}", 0, "a map where true or false belongs");
}

static void check_choice(const char *text, int wanted, const char *message)
{
    static const char *const words[] = {"integer", "text", "text_list", NULL};
    struct fl_yaml_file *file = parse(text);
    struct fl_error error;
    fl_error_clear(&error);
    int index = -7;
    const fl_status status = fl_yaml_choice(file, fl_yaml_root(file), words, &index, &error);
    assert_int_equal(status, message == NULL ? FL_OK : FL_BAD_MODEL);
    if (message != NULL)
        assert_string_equal(first_line(&error), message);
    assert_int_equal(index, message == NULL ? wanted : -7);
    fl_yaml_free(file);
}

static void test_choice_and_text(void **state)
{
    (void)state;
    check_choice("integer", 0, NULL);
    check_choice("'text_list'", 2, NULL);
    check_choice("Text", 0, "`Text` is not known; did you mean `text`?");
    check_choice("intger", 0, "`intger` is not known; did you mean `integer`?");
    check_choice("number", 0, "`number` is not known; known here: integer, text, text_list");
    check_choice("[text]", 0, "a list where a word belongs");
    struct fl_yaml_file *file = parse("[NO, 'x y', [z]]");
    const struct fl_yaml_node *root = fl_yaml_root(file);
    struct fl_error error;
    fl_error_clear(&error);
    struct fl_text text;
    assert_int_equal(fl_yaml_text(file, root->items[0], &text, &error), FL_OK);
    assert_true(fl_text_equal(text, fl_text_of("NO")));
    assert_int_equal(fl_yaml_text(file, root->items[1], &text, &error), FL_OK);
    assert_true(fl_text_equal(text, fl_text_of("x y")));
    assert_int_equal(fl_yaml_text(file, root->items[2], &text, &error), FL_BAD_MODEL);
    assert_string_equal(error.message,
                        "a list where a text belongs\n   1 | [NO, 'x y', [z]]\n     |             ^");
    fl_yaml_free(file);
}

static void test_fail_message_fits(void **state)
{
    (void)state;
    struct fl_yaml_file *file = parse("a: b\n");
    char words[3000];
    memset(words, 'w', sizeof words);
    words[sizeof words - 1] = '\0';
    for (int size = 900; size < 1100; size++) {
        struct fl_error error;
        fl_error_clear(&error);
        assert_int_equal(fl_yaml_fail(file, fl_yaml_root(file), &error, "%.*s", size, words), FL_BAD_MODEL);
        assert_true(strlen(error.message) < FL_ERROR_MESSAGE_SIZE);
        assert_int_equal(error.line, 1);
    }
    assert_int_equal(fl_yaml_fail(file, fl_yaml_root(file), NULL, "x"), FL_BAD_MODEL);
    fl_yaml_free(file);
}

static void check_any(const char *bytes, size_t size)
{
    char *copy = malloc(size == 0 ? 1 : size); /* of exactly that size, for the sanitizer */
    assert_non_null(copy);
    memcpy(copy, bytes, size);
    struct fl_yaml_file *file;
    struct fl_error error;
    fl_error_clear(&error);
    const fl_status status = fl_yaml_parse(copy, size, "x", &file, &error);
    free(copy);
    if (status == FL_OK) {
        assert_non_null(fl_yaml_root(file));
        fl_yaml_free(file);
        return;
    }
    assert_true(status == FL_BAD_MODEL || status == FL_LIMIT);
    assert_true(error.line >= 1 && error.line_column >= 1);
    assert_true(fl_utf8_is_valid(error.message, strlen(error.message)));
}

static void test_every_cut_and_byte(void **state)
{
    (void)state;
    const char good[] = "# x\r\ntable: 'in''t'\nlist:\n  - {a: \"\\u00e4\", b: [1, 2]}\n  - >\n    "
                        "gr\xC3\xBC\xC3\x9F\n\n    x\nk: v\n";
    for (size_t size = 0; size < sizeof good; size++)
        check_any(good, size);
    for (size_t at = 0; at + 1 < sizeof good; at++) {
        char bad[sizeof good];
        memcpy(bad, good, sizeof good);
        for (int byte = 0; byte < 256; byte++) {
            bad[at] = (char)byte;
            check_any(bad, sizeof good - 1);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tree),
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_syntax),
        cmocka_unit_test(test_long_line_is_cut_around_the_caret),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_large_files_are_quick),
        cmocka_unit_test(test_only_keys),
        cmocka_unit_test(test_integer),
        cmocka_unit_test(test_decimal),
        cmocka_unit_test(test_bool),
        cmocka_unit_test(test_choice_and_text),
        cmocka_unit_test(test_fail_message_fits),
        cmocka_unit_test(test_every_cut_and_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
