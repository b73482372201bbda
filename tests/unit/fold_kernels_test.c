/* fold_kernels_test.c - each CPU level's fold kernels give what the scalar ones do, which do what their words
 * say.
 *
 * Texts are random rows of ASCII, plain triples, and now and then what ends the copy: other characters,
 * triples cut short, single bytes. All lengths 0..200 hit every tail, each text begins wherever a longer one
 * does, and ends where a page without access begins, so that a read past it would crash; nothing may be
 * written further than promised. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>
#include <sys/mman.h>

#include "engine/kernels/fold_kernels.h"

enum { LENGTH_MAX = 200, ROUNDS = 400, UNTOUCHED = 0x5A };

static uint64_t next_random(uint64_t *state)
{
    uint64_t x = *state;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return *state = x;
}

static uint8_t *guarded_end(void)
{
    uint8_t *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(pages, MAP_FAILED);
    assert_int_equal(mprotect(pages + 4096, 4096, PROT_NONE), 0);
    return pages + 4096;
}

/* One in `rare` is something that ends the copy. */
static void fill(uint64_t *random, uint8_t *bytes, size_t size, unsigned rare)
{
    static const char *const odd[] = {"\xE4", "\xE9\xBF", "\xE3\x81\x82", "\xEA\xB0\x80", "\xC3\xA9",
                                      "\x80", "\xFF",     "\xE5\xE5\x80", "\xE6\x80\xC0", "\xF0\x9F\x98\x80"};
    for (size_t at = 0; at < size;) {
        uint8_t piece[4];
        size_t count = 1;
        piece[0] = (uint8_t)(next_random(random) % 0x80);
        if (next_random(random) % rare == 0) {
            const char *text = odd[next_random(random) % (sizeof odd / sizeof *odd)];
            count = strlen(text);
            memcpy(piece, text, count);
        } else if (next_random(random) % 2 == 0) {
            count = 3;
            piece[0] = (uint8_t)(0xE4 + next_random(random) % 6);
            piece[1] = (uint8_t)(0x80 + next_random(random) % 0x40);
            piece[2] = (uint8_t)(0x80 + next_random(random) % 0x40);
        }
        const size_t fits = count < size - at ? count : size - at;
        memcpy(bytes + at, piece, fits);
        at += fits;
    }
}

static void check(enum fl_cpu_level level, const uint8_t *from, size_t size)
{
    uint8_t expected[LENGTH_MAX + FL_PLAIN_WRITES_PAST], copied[LENGTH_MAX + FL_PLAIN_WRITES_PAST + 1];
    const size_t expected_size = fl_fold_kernels_of(FL_CPU_SCALAR)->copy_plain(from, size, expected);
    copied[size + FL_PLAIN_WRITES_PAST] = UNTOUCHED;
    assert_int_equal(fl_fold_kernels_of(level)->copy_plain(from, size, copied), expected_size);
    assert_memory_equal(copied, expected, expected_size);
    assert_int_equal(copied[size + FL_PLAIN_WRITES_PAST], UNTOUCHED);
}

static void levels_agree(void **state)
{
    uint8_t *end = guarded_end();
    uint64_t random = 7;
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        fill(&random, end - LENGTH_MAX, LENGTH_MAX, round % 4 == 0 ? 1000 : 30);
        for (size_t size = 0; size <= LENGTH_MAX; size++)
            for (enum fl_cpu_level level = FL_CPU_SCALAR; level <= fl_cpu_found(); level++)
                check(level, end - size, size);
    }
    assert_int_equal(munmap(end - 4096, 8192), 0);
}

static void check_meaning(const char *text, const char *copy)
{
    uint8_t copied[LENGTH_MAX + FL_PLAIN_WRITES_PAST];
    for (enum fl_cpu_level level = FL_CPU_SCALAR; level <= fl_cpu_found(); level++) {
        const size_t size =
            fl_fold_kernels_of(level)->copy_plain((const uint8_t *)text, strlen(text), copied);
        assert_int_equal(size, strlen(copy));
        assert_memory_equal(copied, copy, size);
    }
}

static void means_what_it_says(void **state)
{
    (void)state;
    check_meaning("", "");
    check_meaning("@AZ[`az{\t\x7F", "@az[`az{\t\x7F");
    check_meaning("A\xE4\x80\x80\xE9\xBF\xBFZ", "a\xE4\x80\x80\xE9\xBF\xBFz"); /* U+4000, U+9FFF */
    check_meaning("A\xE3\xBF\xBF", "a");                                       /* U+3FFF */
    check_meaning("A\xEA\x80\x80", "a");                                       /* U+A000 */
    check_meaning("A\xE4\x80", "a");
    check_meaning("A\xE4", "a");
    check_meaning("A\x80", "a");
    check_meaning("\xE4\x80\x80\xBF", "\xE4\x80\x80");
    check_meaning("\xE4\xC0\x80", "");
}

enum { MARKED_MAX = 1000, BLOCKS = MARKED_MAX / FL_MARKED_BLOCK + 1, ENDED_BEFORE = 7 };

struct block_marks {
    uint64_t ends[BLOCKS];
    uint32_t before[BLOCKS];
};

static struct fl_line_marks marks_in(struct block_marks *blocks)
{
    return (struct fl_line_marks){blocks->ends, blocks->before};
}

static void mark_by_words(const uint8_t *bytes, size_t size, struct block_marks *marks)
{
    uint32_t count = ENDED_BEFORE;
    for (size_t i = 0; i < size; i++) {
        if (i % 64 == 0)
            marks->before[i / 64] = count;
        count += bytes[i] == '\n';
        marks->ends[i / 64] |= (uint64_t)(bytes[i] == '\n') << i % 64;
    }
}

static void check_marks(const uint8_t *bytes, size_t size)
{
    struct block_marks expected = {0};
    mark_by_words(bytes, size, &expected);
    for (enum fl_cpu_level level = FL_CPU_SCALAR; level <= fl_cpu_found(); level++) {
        struct block_marks marks = {0};
        fl_fold_kernels_of(level)->mark_lines(bytes, size, marks_in(&marks), ENDED_BEFORE);
        assert_memory_equal(&marks, &expected, sizeof marks);
    }
}

/* The bytes are ASCII up to the first that is not. */
static void check_marked_copy(const uint8_t *bytes, size_t size)
{
    uint8_t expected_copy[MARKED_MAX + FL_PLAIN_WRITES_PAST];
    struct block_marks expected = {0};
    size_t whole = 0;
    while (whole < size && bytes[whole] < 0x80)
        whole++;
    whole -= whole % 64;
    mark_by_words(bytes, whole, &expected);
    (void)fl_fold_kernels_of(FL_CPU_SCALAR)->copy_plain(bytes, whole, expected_copy);
    for (enum fl_cpu_level level = FL_CPU_SCALAR; level <= fl_cpu_found(); level++) {
        struct block_marks marks = {0};
        uint8_t copy[MARKED_MAX + FL_PLAIN_WRITES_PAST + 1];
        copy[size + FL_PLAIN_WRITES_PAST] = UNTOUCHED;
        const size_t copied =
            fl_fold_kernels_of(level)->copy_marked(bytes, size, copy, marks_in(&marks), ENDED_BEFORE);
        assert_int_equal(copied, whole);
        assert_memory_equal(copy, expected_copy, whole);
        assert_memory_equal(&marks, &expected, sizeof marks);
        assert_int_equal(copy[size + FL_PLAIN_WRITES_PAST], UNTOUCHED);
    }
}

/* All bytes line ends, none, some, among capitals; lengths around the blocks; texts that end where a page
 * without access begins, without a byte above ASCII and with one anywhere. */
static void marks_lines(void **state)
{
    static const unsigned steps[] = {1, 2, 7, 64, 65, 5000};
    uint8_t *end = guarded_end();
    uint64_t random = 11;
    (void)state;
    for (size_t size = 0; size <= MARKED_MAX; size++)
        for (size_t step = 0; step < sizeof steps / sizeof steps[0]; step++) {
            uint8_t *bytes = end - size;
            for (size_t i = 0; i < size; i++)
                bytes[i] = i % steps[step] == steps[step] / 2 ? '\n' : (uint8_t)('0' + i % 0x50);
            check_marks(bytes, size);
            check_marked_copy(bytes, size);
            if (size > 0)
                bytes[next_random(&random) % size] = 0x80;
            check_marks(bytes, size);
            check_marked_copy(bytes, size);
        }
    assert_int_equal(munmap(end - 4096, 8192), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(levels_agree), cmocka_unit_test(means_what_it_says),
                                       cmocka_unit_test(marks_lines)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
