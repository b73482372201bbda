/* joined_lines_test.c - every line of a text is found, with its number, its places and its folded form.
 *
 * The slow way: a line at a time, folded by itself. Texts are drawn with sizes around the blocks of the marks
 * and around the parts, of lines short, long and longer than a part, plain and not; and a character that is
 * not plain stands at each byte around the first blocks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "engine/tags/joined_lines.h"
#include "engine/tags/joined_texts.h"

enum { SPEAKERS = 5, TEXTS = 300 };

static struct fl_fold *fold;
static uint64_t random_state = 88172645463325252;

static unsigned draw(size_t below)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (unsigned)((random_state >> 11) % below);
}

static struct fl_text first_line(struct fl_text text)
{
    const char *end = memchr(text.bytes, '\n', text.size);
    return (struct fl_text){text.bytes, end == NULL ? text.size : (size_t)(end - text.bytes)};
}

static size_t without_return(const void *bytes, size_t size)
{
    return size - (size > 0 && ((const char *)bytes)[size - 1] == '\r');
}

static void check_line(const struct fl_message_view *found, struct fl_text line,
                       const struct fl_buffer *folded, uint32_t from)
{
    assert_ptr_equal(found->text.bytes, line.bytes);
    assert_int_equal(found->text.size, without_return(line.bytes, line.size));
    assert_int_equal(found->folded.size, without_return(folded->bytes, folded->size));
    if (found->folded.size > 0)
        assert_memory_equal(found->folded.bytes, folded->bytes, found->folded.size);
    assert_int_equal(found->from, from);
    assert_int_equal(found->end, from + folded->size + 1);
    assert_int_equal(found->speakers, SPEAKERS);
}

/* Looks at one of `step` lines, by any byte of it; with 0 at all, some as the next one. */
static void check_part(struct fl_joined_lines *lines, size_t at, uint32_t *number, unsigned step)
{
    struct fl_buffer folded = {0};
    uint32_t from = 1;
    while (at < lines->taken) {
        const struct fl_text line =
            first_line((struct fl_text){lines->text.bytes + at, lines->text.size - at});
        struct fl_message_view found;
        bool same_places;
        folded.size = 0;
        assert_int_equal(fl_fold_append(fold, line, &folded, &same_places, NULL), FL_OK);
        if (step == 0 || draw(step) == 0) {
            const uint32_t byte = from + draw(folded.size + 1);
            assert_true(step == 0 && draw(2) == 0 ? fl_joined_lines_next(lines, &found)
                                                  : fl_joined_lines_find(lines, byte, &found));
            check_line(&found, line, &folded, from);
            assert_int_equal(found.number, *number);
        }
        from += (uint32_t)folded.size + 1;
        at += line.size + 1;
        (*number)++;
    }
    assert_int_equal(from, lines->bytes.size);
    assert_int_equal(fl_joined_lines_pass(lines), *number);
    fl_buffer_release(&folded);
}

static void check(struct fl_joined_lines *lines, struct fl_text text, unsigned step)
{
    uint32_t number = 0;
    fl_joined_lines_begin(lines, text, SPEAKERS);
    while (!fl_joined_lines_done(lines)) {
        const size_t before = lines->taken;
        assert_int_equal(fl_joined_lines_fill(lines, fold, NULL), FL_OK);
        check_part(lines, before, &number, step);
    }
}

static size_t draw_size(void)
{
    switch (draw(4)) {
    case 0:
        return draw(3000);
    case 1:
        return FL_MARKED_BLOCK * draw(20);
    case 2:
        return FL_JOINED_BYTES - 3 + draw(7);
    default:
        return 2 * FL_JOINED_BYTES - FL_MARKED_BLOCK + draw(2 * FL_MARKED_BLOCK);
    }
}

static void draw_text(char *bytes, size_t size)
{
    static const unsigned line_sizes[] = {3, 64, 1000, FL_JOINED_BYTES, 10 * FL_JOINED_BYTES};
    static const unsigned odd_steps[] = {8, 300, 20000, 10 * FL_JOINED_BYTES};
    static const char *const odd[] = {"\xcc\x81", "\xc3\x9f", "\xef\xac\x81", "\xe4\xbd\xa0", "\xff",    "\r",
                                      "\r\n",     "\n\n",     "\xe4",         "e\xcc\x81",    "\xd0\x90"};
    const unsigned line_size = line_sizes[draw(sizeof line_sizes / sizeof line_sizes[0])];
    const unsigned odd_step = odd_steps[draw(sizeof odd_steps / sizeof odd_steps[0])];
    for (size_t at = 0; at < size;) {
        const char *word = odd[draw(sizeof odd / sizeof odd[0])];
        if (draw(odd_step) == 0 && strlen(word) <= size - at) {
            memcpy(bytes + at, word, strlen(word));
            at += strlen(word);
        } else {
            bytes[at++] = draw(line_size) == 0 ? '\n' : (char)("Aa"[draw(2)] + (int)draw(26));
        }
    }
}

static void finds_lines_of_any_text(void **state)
{
    (void)state;
    struct fl_joined_lines lines = {0};
    for (int i = 0; i < TEXTS; i++) {
        const size_t size = draw_size();
        char *bytes = malloc(size + (size == 0)); /* no more, for sanitizers */
        assert_non_null(bytes);
        draw_text(bytes, size);
        check(&lines, (struct fl_text){bytes, size}, 0);
        check(&lines, (struct fl_text){bytes, size}, 1 + draw(9));
        free(bytes);
        if (i % 8 == 0)
            fl_joined_lines_release(&lines);
    }
    fl_joined_lines_release(&lines);
}

static void finds_lines_around_each_byte(void **state)
{
    (void)state;
    enum { SIZE = 4 * FL_MARKED_BLOCK };
    struct fl_joined_lines lines = {0};
    for (size_t at = 0; at + 2 < SIZE; at++)
        for (int i = 0; i < 4; i++) {
            char bytes[SIZE];
            memset(bytes, 'A', SIZE);
            for (int ends = 0; ends < i; ends++)
                bytes[draw(SIZE)] = '\n';
            memcpy(bytes + at, i % 2 == 0 ? "\xc3\x9f" : "\xcc\x81", 2);
            check(&lines, (struct fl_text){bytes, SIZE}, 0);
            check(&lines, (struct fl_text){bytes, at + 2}, 0);
        }
    fl_joined_lines_release(&lines);
}

static int set_up(void **state)
{
    (void)state;
    return fl_fold_create(&fold, NULL) == FL_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    fl_fold_free(fold);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_lines_of_any_text),
        cmocka_unit_test(finds_lines_around_each_byte),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
