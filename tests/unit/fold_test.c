/* fold_test.c - the folded form of texts, and where its bytes come from.
 *
 * Of every code point alone: the quick ways (kernel, table) give what the library gives, twice folded is once
 * folded, growth stays in its bound. Then random texts of characters that matter (cases, marks in all orders,
 * jamo, full and half width, forms of several characters, no width, bytes that are no UTF-8), small enough to
 * ask for the place of every range of folded bytes: a slow fold, cluster by cluster, with a map of every
 * byte, must say the same, at every level of the CPU. Clusters are told apart by the table; that they are the
 * right ones is for tests/interop/fold_python_test.py, which compares forms with Python's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "engine/tags/fold_tables.h"

enum {
    TEXTS = 1200,
    CHARACTERS_MAX = 24,
    TEXT_MAX = 4 * CHARACTERS_MAX,
    FORM_MAX = TEXT_MAX * FL_FOLD_GROWTH
};

static struct fl_fold *fold;

static int create(void **state)
{
    struct fl_error error;
    (void)state;
    return fl_fold_create(&fold, &error) == FL_OK ? 0 : -1;
}

static int let_go(void **state)
{
    (void)state;
    fl_fold_free(fold);
    fl_fold_free(NULL);
    return 0;
}

static uint64_t next_random(uint64_t *state)
{
    uint64_t x = *state;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return *state = x;
}

static struct fl_text text_of(const struct fl_buffer *buffer)
{
    return (struct fl_text){(const char *)buffer->bytes, buffer->size};
}

static bool append(struct fl_text text, struct fl_buffer *out)
{
    struct fl_error error;
    bool same_places;
    fl_error_clear(&error);
    assert_int_equal(fl_fold_append(fold, text, out, &same_places, &error), FL_OK);
    assert_true(text.size == 0 || fl_utf8_is_valid((const char *)out->bytes, out->size));
    return same_places;
}

/* ---- code points ---- */

static void check_code_point(uint32_t character, struct fl_buffer *form, struct fl_buffer *again)
{
    uint8_t bytes[5] = {0}, expected[FL_UNICODE_FOLDED_MAX * 4];
    int32_t folded[FL_UNICODE_FOLDED_MAX];
    const int32_t one = (int32_t)character;
    const size_t size = fl_utf8_encode(character, bytes), count = fl_unicode_fold(&one, 1, true, folded);
    size_t expected_size = 0;
    form->size = again->size = 0;
    (void)append((struct fl_text){(const char *)bytes, size}, form);
    for (size_t i = 0; i < count; i++)
        expected_size += fl_utf8_encode((uint32_t)folded[i], expected + expected_size);
    assert_int_equal(form->size, expected_size);
    assert_memory_equal(form->bytes, expected, expected_size);
    (void)append(text_of(form), again);
    assert_true(fl_text_equal(text_of(form), text_of(again)));
    /* Apart, marks take the most: a cluster's form is no longer than its characters' apart. */
    const size_t apart = fl_unicode_fold(&one, 1, false, folded);
    expected_size = 0;
    for (size_t i = 0; i < apart; i++)
        expected_size += fl_utf8_encode((uint32_t)folded[i], expected + expected_size);
    assert_true(form->size <= expected_size && expected_size <= size * FL_FOLD_GROWTH);
}

static void code_points(void **state)
{
    struct fl_buffer form = {0}, again = {0};
    const uint32_t plain = fl_fold_entry(fold, ' ');
    (void)state;
    for (uint32_t character = 1; character < FL_UNICODE_END; character++) {
        if (character == 0xD800) /* surrogates */
            character = 0xE000;
        if (character >= 0x40000 && character < 0xE0000) /* planes without characters: one tells of all */
            assert_true(fl_unicode_is_plain(character) && fl_fold_entry(fold, character) == plain);
        else
            check_code_point(character, &form, &again);
    }
    fl_buffer_release(&form);
    fl_buffer_release(&again);
}

/* ---- known forms ---- */

static void check_form(const char *text, const char *expected, bool same_places)
{
    struct fl_buffer form = {0};
    assert_int_equal(append(fl_text_of(text), &form), same_places);
    assert_int_equal(form.size, strlen(expected));
    assert_memory_equal(form.bytes, expected, form.size);
    fl_buffer_release(&form);
}

static void known_forms(void **state)
{
    (void)state;
    check_form("", "", true);
    check_form("STRASSE Straße", "strasse strasse", false);
    check_form("ПРИВЕТ, Мир", "привет, мир", true);
    check_form("Ærlig Ørret Ål", "ærlig ørret ål", true);
    check_form("我的ｉＰｈｏｎｅ　手机，好！", "我的iphone 手机,好!", false);
    check_form("我的iPhone手机", "我的iphone手机", true);
    check_form("ｶﾞｷﾞ か\u3099", "ガギ が", false);
    check_form("e\u0301 E\u0327\u0301", "é ȩ\u0301", false);
    check_form("q\u0301\u0323", "q\u0323\u0301", false); /* as long, but moved */
    check_form("\u03B1\u0345\u0301", "\u03AC\u03B9", false);
    check_form("\uAC00\u11A8 \u1100\u1161", "\uAC01 \uAC00", false);
    check_form("so\u00ADft\u200B \u2060x\uFEFF", "soft x", false);
    check_form("❤\uFE0F", "❤", false);
    check_form("… ½ ﷺ ㎏", "... 1\u20442 صلى الله عليه وسلم kg", false);
    check_form("\u0133", "ij", false); /* as long, but of two characters */
    check_form("İI", "i\u0307i", false);
    check_form("\u200D", "", false);
    check_form("\U00010400", "\U00010428", false); /* same places too, which nobody needs to know */
}

/* Each byte that belongs to no whole character is one U+FFFD: cut sequences, surrogates, overlong forms, too
 * large numbers, lone bytes. */
static void no_utf8(void **state)
{
    (void)state;
    check_form("A\xE4\xB8", "a\uFFFD\uFFFD", false);
    check_form("\xE4\xB8X", "\uFFFD\uFFFDx", false);
    check_form("\xF0\x9F\x98", "\uFFFD\uFFFD\uFFFD", false);
    check_form("\xF0\x9F\x98\xE4\xB8\xAD", "\uFFFD\uFFFD\uFFFD中", false);
    check_form("\xED\xA0\x80", "\uFFFD\uFFFD\uFFFD", false);
    check_form("\xC0\x80\xC1\xBF", "\uFFFD\uFFFD\uFFFD\uFFFD", false);
    check_form("\xE0\x9F\xBF", "\uFFFD\uFFFD\uFFFD", false);
    check_form("\xF0\x8F\xBF\xBF", "\uFFFD\uFFFD\uFFFD\uFFFD", false);
    check_form("\xF4\x90\x80\x80", "\uFFFD\uFFFD\uFFFD\uFFFD", false);
    check_form("\x80\xFF\xC3", "\uFFFD\uFFFD\uFFFD", false);
    check_form("\uFFFD", "\uFFFD", true);
    check_form("\xFF\u0301", "\uFFFD\u0301", false);
}

/* ---- random texts ---- */

struct slow_fold {
    uint8_t form[FORM_MAX];
    size_t from[FORM_MAX], to[FORM_MAX]; /* of each folded byte's cluster */
    size_t size;
    bool same_places;
};

/* By the words of fold.h, one cluster after the other. */
static void fold_slowly(struct fl_text text, struct slow_fold *slow)
{
    slow->size = 0;
    slow->same_places = true;
    for (size_t at = 0; at < text.size;) {
        int32_t characters[FL_UNICODE_CLUSTER_MAX], folded[FL_UNICODE_FOLDED_MAX];
        const size_t from = at, first = slow->size;
        size_t count = 0;
        while (at < text.size && count < FL_UNICODE_CLUSTER_MAX) {
            uint32_t character;
            const size_t size = fl_fold_read(text, at, &character);
            if (count > 0 && fl_fold_way_of(fl_fold_entry(fold, character)) != FL_FOLD_JOINS)
                break;
            characters[count++] = (int32_t)character;
            at += size;
        }
        const size_t folded_count = fl_unicode_fold(characters, count, true, folded);
        for (size_t i = 0; i < folded_count; i++)
            slow->size += fl_utf8_encode((uint32_t)folded[i], slow->form + slow->size);
        for (size_t i = first; i < slow->size; i++) {
            slow->from[i] = from;
            slow->to[i] = at;
        }
        slow->same_places &= count == 1 && folded_count == 1 && slow->size - first == at - from;
    }
}

/* Characters that take part in something, by kind; a random one of a random kind. */
static uint32_t next_character(uint64_t *random)
{
    static const uint32_t ranges[][2] = {
        {0x20, 0x7E},     {'a', 'z'},        {0x4E00, 0x9FFF}, {0x400, 0x45F},     {0xC0, 0x17F},
        {0x300, 0x34F},   {0x300, 0x30F},    {0x1100, 0x11FF}, {0xAC00, 0xD7A3},   {0x3041, 0x30FF},
        {0xFF01, 0xFFDC}, {0x2000, 0x206F},  {0xFE00, 0xFE0F}, {0xFDF0, 0xFDFC},   {0x1F00, 0x1FFF},
        {0x900, 0x9FF},   {0xE01, 0xE5B},    {0x5B0, 0x5EA},   {0x610, 0x670},     {0x1F600, 0x1F64F},
        {0x370, 0x3FF},   {0xFB00, 0xFB4F},  {0x2100, 0x214F}, {0x1D158, 0x1D172}, {0x10400, 0x1044F},
        {0xF71, 0xF84},   {0x2F800, 0x2FA1D}};
    const uint32_t *range = ranges[next_random(random) % (sizeof ranges / sizeof *ranges)];
    return range[0] + (uint32_t)(next_random(random) % (range[1] - range[0] + 1));
}

static struct fl_text next_text(uint64_t *random, uint8_t bytes[TEXT_MAX], bool with_bad_bytes)
{
    const size_t count = 1 + next_random(random) % CHARACTERS_MAX;
    size_t size = 0;
    for (size_t i = 0; i < count; i++)
        if (with_bad_bytes && next_random(random) % 8 == 0)
            bytes[size++] = (uint8_t)(0x80 + next_random(random) % 0x80);
        else
            size += fl_utf8_encode(next_character(random), bytes + size);
    return (struct fl_text){(const char *)bytes, size};
}

/* Of all ranges, in rising order with one cursor, and some jumping back. */
static void check_places(struct fl_text text, const struct slow_fold *slow)
{
    struct fl_fold_cursor cursor = {0};
    for (size_t i = 0; i < slow->size; i++)
        for (size_t end = i + 1; end <= slow->size; end++) {
            size_t from, to;
            fl_fold_place_on(fold, text, &cursor, i, end, &from, &to);
            assert_int_equal(from, slow->from[i]);
            assert_int_equal(to, slow->to[end - 1]);
            if ((i + end) % 7 != 0)
                continue;
            fl_fold_place_on(fold, text, &cursor, i / 2, end, &from, &to);
            assert_int_equal(from, slow->from[i / 2]);
            fl_fold_place(fold, text, i, end, &from, &to);
            assert_int_equal(from, slow->from[i]);
            assert_int_equal(to, slow->to[end - 1]);
        }
}

static void check_text(struct fl_text text, struct fl_buffer *form, struct fl_buffer *again)
{
    static struct slow_fold slow;
    fold_slowly(text, &slow);
    form->size = again->size = 0;
    const bool same_places = append(text, form);
    assert_int_equal(form->size, slow.size);
    assert_memory_equal(form->bytes, slow.form, slow.size);
    assert_true(slow.same_places || !same_places);
    check_places(text, &slow);
    (void)append(text_of(form), again);
    assert_true(fl_text_equal(text_of(form), text_of(again)));
}

static void random_texts(void **state)
{
    struct fl_buffer form = {0}, again = {0};
    const struct fl_fold_kernels *kernels = fold->kernels;
    (void)state;
    for (enum fl_cpu_level level = FL_CPU_SCALAR; level <= fl_cpu_found(); level++) {
        uint64_t random = 11;
        fold->kernels = fl_fold_kernels_of(level);
        for (int i = 0; i < TEXTS; i++) {
            uint8_t bytes[TEXT_MAX];
            check_text(next_text(&random, bytes, i % 3 == 0), &form, &again);
        }
    }
    fold->kernels = kernels;
    fl_buffer_release(&form);
    fl_buffer_release(&again);
}

/* ---- limits ---- */

/* Marks without end: clusters of 32, each sorted by itself; what comes behind them is found where it is. */
static void many_marks(void **state)
{
    enum { MARKS = 20000, SIZE = 1 + 2 * MARKS + 1 };
    uint8_t *bytes = malloc(SIZE);
    struct fl_buffer form = {0};
    size_t from, to;
    (void)state;
    assert_non_null(bytes);
    bytes[0] = 'Q';
    for (size_t i = 0; i < MARKS; i++)
        (void)fl_utf8_encode(i % 2 == 0 ? 0x301 : 0x323, bytes + 1 + 2 * i);
    bytes[SIZE - 1] = 'Z';
    const struct fl_text text = {(const char *)bytes, SIZE};
    assert_false(append(text, &form));
    assert_int_equal(form.size, SIZE);
    assert_memory_equal(form.bytes, "q\u0323\u0323", 5);
    assert_memory_equal(form.bytes + 1 + 2 * 14, "\u0323\u0301", 4); /* 31 marks beside the letter */
    fl_fold_place(fold, text, SIZE - 1, SIZE, &from, &to);
    assert_int_equal(from, SIZE - 1);
    assert_int_equal(to, SIZE);
    fl_fold_place(fold, text, 0, 1, &from, &to);
    assert_int_equal(from, 0);
    assert_int_equal(to, 1 + 2 * 31);
    fl_buffer_release(&form);
    free(bytes);
}

static void appends(void **state)
{
    struct fl_buffer form = {0};
    struct fl_error error;
    bool same_places;
    (void)state;
    fl_error_clear(&error);
    assert_true(append(fl_text_of("ABC"), &form));
    assert_true(append(fl_text_of("中D"), &form));
    assert_int_equal(form.size, 7);
    assert_memory_equal(form.bytes, "abc中d", 7);
    const struct fl_text huge = {"", SIZE_MAX / 2};
    assert_int_equal(fl_fold_append(fold, huge, &form, &same_places, &error), FL_NO_MEMORY);
    assert_int_equal(form.size, 7);
    fl_buffer_release(&form);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(code_points),  cmocka_unit_test(known_forms), cmocka_unit_test(no_utf8),
        cmocka_unit_test(random_texts), cmocka_unit_test(many_marks),  cmocka_unit_test(appends),
    };
    return cmocka_run_group_tests(tests, create, let_go);
}
