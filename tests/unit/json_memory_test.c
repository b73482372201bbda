/* json_memory_test.c - jansson reads and builds while its memory runs out.
 *
 * Method: the linker puts a malloc() of this file before the real one. A text with long strings full of
 * escapes (of which jansson, left alone, writes past its buffer) is read, and a list is built, with
 * allocation 1, 2, 3 ... failing, once or ever after: either all of it comes, or the refusal is told and
 * everything was given back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "formats/base/json_memory.h"

static long calls, live, fail_at;
static bool ever_after;

void *__real_malloc(size_t size);
void *__real_realloc(void *bytes, size_t size);
void __real_free(void *bytes);
void *__wrap_malloc(size_t size);
void *__wrap_realloc(void *bytes, size_t size);
void __wrap_free(void *bytes);

static bool fails(void)
{
    calls++;
    return fail_at > 0 && (calls == fail_at || (calls > fail_at && ever_after));
}

void *__wrap_malloc(size_t size)
{
    if (fails())
        return NULL;
    live++;
    return __real_malloc(size);
}

void *__wrap_realloc(void *bytes, size_t size)
{
    if (fails())
        return NULL;
    live += bytes == NULL;
    return __real_realloc(bytes, size);
}

void __wrap_free(void *bytes)
{
    live -= bytes != NULL;
    __real_free(bytes);
}

/* {"key0": "\n\"...", ...}: strings of 0, 40, 80 ... bytes, so that a buffer must grow in the middle of many.
 */
static size_t write_text(char *text, size_t size)
{
    size_t at = 0;
    for (size_t key = 0; key < 12; key++) {
        at += (size_t)snprintf(text + at, size - at, "%c\"key%zu\": \"", key == 0 ? '{' : ',', key);
        for (size_t i = 0; i < 10 * key; i++)
            at += (size_t)snprintf(text + at, size - at, "\\n\\\"");
        at += (size_t)snprintf(text + at, size - at, "\"");
    }
    return at + (size_t)snprintf(text + at, size - at, "}");
}

static bool read_all(void)
{
    char text[16 << 10];
    json_error_t trouble;
    json_t *root = fl_json_load(text, write_text(text, sizeof text), JSON_REJECT_DUPLICATES, &trouble);
    assert_true((root == NULL) == fl_json_ran_out_of_memory());
    if (root == NULL)
        return false;
    assert_int_equal(12, json_object_size(root));
    assert_int_equal(220, json_string_length(json_object_get(root, "key11")));
    json_decref(root);
    return true;
}

static bool build_all(void)
{
    fl_json_watch_memory();
    json_t *root = json_object();
    json_object_set_new(root, "a", json_string("one"));
    json_object_set_new(root, "b", json_pack("[s, i]", "two", 2));
    const bool whole = json_object_size(root) == 2 && json_array_size(json_object_get(root, "b")) == 2;
    json_decref(root);
    assert_true(whole || fl_json_ran_out_of_memory());
    return whole;
}

static void try_each(bool (*work)(void))
{
    assert_true(work());
    for (int sticky = 0; sticky <= 1; sticky++) {
        bool whole = false;
        long failures = 0;
        ever_after = sticky != 0;
        for (long number = 1; !whole; number++) {
            const long live_before = live;
            calls = 0;
            fail_at = number;
            whole = work() && calls < number;
            fail_at = 0;
            failures += !whole;
            assert_int_equal(live_before, live);
        }
        assert_true(failures > 3);
    }
}

static void test_reading(void **state)
{
    (void)state;
    try_each(read_all);
}

static void test_building(void **state)
{
    (void)state;
    try_each(build_all);
}

/* Bad JSON is no shortage, even after one. */
static void test_bad_json(void **state)
{
    (void)state;
    json_error_t trouble;
    fail_at = calls + 1;
    assert_null(fl_json_load("[1]", 3, 0, &trouble));
    assert_true(fl_json_ran_out_of_memory());
    fail_at = 0;
    assert_null(fl_json_load("[1,,]", 5, 0, &trouble));
    assert_false(fl_json_ran_out_of_memory());
    assert_int_equal(1, trouble.line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reading),
        cmocka_unit_test(test_building),
        cmocka_unit_test(test_bad_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
