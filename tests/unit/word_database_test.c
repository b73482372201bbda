/* word_database_test.c - all places of all literals, and nothing else.
 *
 * Method: random sets of 1 to 20,000 literals of 1 to 256 bytes, of letters of several scripts and of few
 * letters (so that they overlap, and begin, end and hold each other), in texts made of them and of noise,
 * against memmem() for one literal after the other. The order and the absence of doubles are checked on the
 * way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "engine/tags/words/word_check.h"

static uint64_t random_state;
static size_t random_below(size_t below)
{
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (size_t)(random_state >> 33) % below;
}

/* ---- sets of literals ---- */

struct set {
    struct fl_text *literals;
    size_t count;
    struct fl_arena arena;
};

static const char *const alphabets[] = {
    "a",
    "ab",
    "abcdefghijklmnopqrstuvwxyz -'",
    "абвгдежзийклмнопрстуфхцчшщъыьэюя ",
    "的一是不了人我在有他这为之大来以个中上们价格退货快递手机",
    "aß日本語ーカナйøå-.,!€😀 e\xcc\x81",
};
enum { ALPHABETS = sizeof alphabets / sizeof alphabets[0] };

/* Some characters of an alphabet, at most `room` bytes. */
static size_t random_text(char *out, const char *alphabet, size_t characters, size_t room)
{
    size_t size = 0;
    const size_t alphabet_size = strlen(alphabet);
    for (size_t i = 0; i < characters; i++) {
        size_t at = random_below(alphabet_size), end;
        while (((unsigned char)alphabet[at] & 0xC0) == 0x80)
            at--;
        for (end = at + 1; ((unsigned char)alphabet[end] & 0xC0) == 0x80; end++)
            ;
        if (size + (end - at) > room)
            break;
        memcpy(out + size, alphabet + at, end - at);
        size += end - at;
    }
    return size;
}

static int by_bytes(const void *a, const void *b)
{
    return fl_text_compare(*(const struct fl_text *)a, *(const struct fl_text *)b);
}

static void set_make(struct set *set, size_t wanted, const char *alphabet, size_t longest)
{
    *set = (struct set){.literals = calloc(wanted, sizeof *set->literals)};
    assert_non_null(set->literals);
    for (size_t i = 0; i < wanted; i++) {
        char bytes[256];
        size_t size = 0;
        while (size == 0)
            size = random_text(bytes, alphabet, 1 + random_below(longest), sizeof bytes);
        set->literals[i] = (struct fl_text){fl_arena_copy(&set->arena, bytes, size), size};
    }
    qsort(set->literals, wanted, sizeof *set->literals, by_bytes);
    for (size_t i = 0; i < wanted; i++)
        if (set->count == 0 || !fl_text_equal(set->literals[i], set->literals[set->count - 1]))
            set->literals[set->count++] = set->literals[i];
}

static void set_release(struct set *set)
{
    free(set->literals);
    fl_arena_release(&set->arena);
}

/* ---- by one literal after the other ---- */

static int by_place(const void *a, const void *b)
{
    const struct fl_word_place *left = a, *right = b;
    if (left->from != right->from)
        return left->from < right->from ? -1 : 1;
    return left->literal < right->literal ? -1 : left->literal > right->literal;
}

static void find_slowly(const struct set *set, const char *bytes, size_t size, struct fl_buffer *places)
{
    places->size = 0;
    for (size_t i = 0; i < set->count; i++) {
        const char *at = bytes;
        while ((at = memmem(at, size - (size_t)(at - bytes), set->literals[i].bytes,
                            set->literals[i].size)) != NULL) {
            const struct fl_word_place place = {(uint32_t)i, (uint32_t)(at - bytes)};
            assert_true(fl_buffer_append(places, &place, sizeof place));
            at++;
        }
    }
    if (places->size > 0)
        qsort(places->bytes, places->size / sizeof(struct fl_word_place), sizeof(struct fl_word_place),
              by_place);
}

static size_t text_make(const struct set *set, const char *alphabet, char *out, size_t room)
{
    size_t size = 0;
    while (size < room) {
        const struct fl_text literal = set->literals[random_below(set->count)];
        if (random_below(3) == 0) {
            size += random_text(out + size, alphabet, 1 + random_below(30), room - size);
        } else if (random_below(50) == 0) {
            out[size++] = (char)random_below(256); /* control bytes, bytes that are no UTF-8 */
        } else {
            if (literal.size > room - size)
                break;
            memcpy(out + size, literal.bytes, literal.size);
            size += literal.size;
        }
    }
    return size;
}

static size_t compare(const struct set *set, const struct fl_word_database *database,
                      struct fl_word_scratch *scratch, const char *bytes, size_t size)
{
    struct fl_buffer found = {0}, wanted = {0};
    struct fl_error error = {0};
    size_t count;
    assert_int_equal(fl_word_database_scan(database, scratch, bytes, size, NULL, &found, &count, &error),
                     FL_OK);
    find_slowly(set, bytes, size, &wanted);
    assert_int_equal(count, wanted.size / sizeof(struct fl_word_place));
    assert_int_equal(found.size, wanted.size);
    if (count > 0)
        assert_memory_equal(found.bytes, wanted.bytes, found.size);
    fl_buffer_release(&found);
    fl_buffer_release(&wanted);
    return count;
}

static size_t try_literals(const struct set *set, const char *alphabet, size_t texts, size_t room)
{
    struct fl_word_database *database;
    struct fl_word_scratch *scratch;
    struct fl_error error = {0};
    if (fl_word_database_compile(set->literals, set->count, &database, &error) != FL_OK)
        fail_msg("%zu literals: %s", set->count, error.message);
    assert_int_equal(fl_word_scratch_create(database, &scratch, &error), FL_OK);
    char *bytes = malloc(room);
    assert_non_null(bytes);
    size_t places = 0;
    for (size_t i = 0; i < texts; i++) {
        const size_t size = text_make(set, alphabet, bytes, 1 + random_below(room));
        char *exact = malloc(size + (size == 0)); /* so that a read past the end is seen */
        assert_non_null(exact);
        memcpy(exact, bytes, size);
        places += compare(set, database, scratch, exact, size);
        free(exact);
    }
    free(bytes);
    fl_word_scratch_free(scratch);
    fl_word_database_free(database);
    return places;
}

static size_t try_set(size_t wanted, const char *alphabet, size_t longest, size_t texts, size_t room)
{
    struct set set;
    set_make(&set, wanted, alphabet, longest);
    const size_t places = try_literals(&set, alphabet, texts, room);
    set_release(&set);
    return places;
}

static void test_random_sets_equal_a_plain_search(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 2, 7, 30, 100, 300, 1000, 3000};
    random_state = 1;
    size_t places = 0;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        for (size_t alphabet = 0; alphabet < ALPHABETS; alphabet++) {
            places += try_set(sizes[i], alphabets[alphabet], 6, 3, 2000);
            places += try_set(sizes[i], alphabets[alphabet], 1 + random_below(256), 2, 3000);
        }
    assert_true(places > 100000);
}

static void test_large_sets_equal_a_plain_search(void **state)
{
    (void)state;
    random_state = 2;
    for (size_t alphabet = 2; alphabet < ALPHABETS; alphabet++)
        assert_true(try_set(20000, alphabets[alphabet], 12, 3, 2000) > 100);
}

/* Lists that take the library minutes and gibibytes when it gets them whole. */
static void test_hostile_sets_equal_a_plain_search(void **state)
{
    (void)state;
    enum { COUNT = 8000, BYTES = 256 };
    random_state = 3;
    for (int kind = 0; kind < 4; kind++) {
        struct set set = {.literals = calloc(COUNT, sizeof *set.literals)};
        assert_non_null(set.literals);
        for (size_t i = 0; i < COUNT; i++) {
            char bytes[BYTES + 1], number[8];
            size_t size = BYTES;
            memset(bytes, 'a', BYTES);
            (void)snprintf(number, sizeof number, "%05zx", i);
            if (kind == 0) { /* one ending */
                memcpy(bytes, number, 5);
            } else if (kind == 1) { /* one begin */
                memcpy(bytes + BYTES - 5, number, 5);
            } else if (kind == 2) { /* few endings, and little in common before them */
                for (size_t k = 5; k < BYTES; k++)
                    bytes[k] = random_below(2) == 0 ? 'a' : 'b';
                memcpy(bytes, number, 5);
            } else if (i < BYTES) { /* each within the next */
                size = i + 1;
            } else {
                break;
            }
            set.literals[set.count++] = (struct fl_text){fl_arena_copy(&set.arena, bytes, size), size};
        }
        assert_true(try_literals(&set, "ab01", 6, 6000) > 0);
        set_release(&set);
    }
}

static void test_an_empty_set_finds_nothing(void **state)
{
    (void)state;
    struct fl_word_database *database;
    struct fl_word_scratch *scratch;
    struct fl_error error = {0};
    struct fl_buffer places = {0};
    size_t count = 1;
    assert_int_equal(fl_word_database_compile(NULL, 0, &database, &error), FL_OK);
    assert_int_equal(fl_word_scratch_create(database, &scratch, &error), FL_OK);
    assert_int_equal(fl_word_database_scan(database, scratch, "abc", 3, NULL, &places, &count, &error),
                     FL_OK);
    assert_int_equal(count, 0);
    fl_word_scratch_free(scratch);
    fl_word_database_free(database);
}

/* The check is told other literals than were compiled: as if the library lied. */
static void test_the_check_names_what_the_library_misses(void **state)
{
    (void)state;
    const struct fl_text literals[] = {fl_text_of("refund"), fl_text_of("bc"), fl_text_of("fun")};
    struct fl_word_database *two, *three;
    struct fl_error error = {0};
    assert_int_equal(fl_word_database_compile(literals, 2, &two, &error), FL_OK);
    assert_int_equal(fl_word_database_compile(literals, 3, &three, &error), FL_OK);
    assert_int_equal(fl_word_check(three, literals, 3, &error), FL_OK);
    assert_int_equal(fl_word_check(two, literals, 3, &error), FL_INTERNAL);
    assert_non_null(strstr(error.message, "does not see `fun`"));
    assert_int_equal(fl_word_check(three, literals, 2, &error), FL_INTERNAL);
    assert_non_null(strstr(error.message, "wrongly sees"));
    fl_word_database_free(two);
    fl_word_database_free(three);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_sets_equal_a_plain_search),
        cmocka_unit_test(test_large_sets_equal_a_plain_search),
        cmocka_unit_test(test_hostile_sets_equal_a_plain_search),
        cmocka_unit_test(test_the_check_names_what_the_library_misses),
        cmocka_unit_test(test_an_empty_set_finds_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
