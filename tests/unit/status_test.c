/* status_test.c - pins numbers, words, exit codes and the printed form of every failure.
 *
 * The list is part of the installed interface, so its values are written here a second time; the printed form
 * is pinned for each part of a place alone and for all of them together, and for buffers of every size around
 * the text's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "formats/base/status.h"

static void test_list(void **state)
{
    (void)state;
    static const struct {
        int value;
        const char *name;
        int exit_code;
    } pinned[] = {
        {0, "OK", 0},           {1, "USAGE", 64},          {2, "CORRUPT", 65},
        {3, "UNSUPPORTED", 65}, {4, "LIMIT", 65},          {5, "BAD_DATA", 65},
        {6, "REJECTED", 65},    {7, "MISSING", 66},        {8, "INTERNAL", 70},
        {9, "NO_MEMORY", 71},   {10, "CANNOT_CREATE", 73}, {11, "IO", 74},
        {12, "TEMPORARY", 75},  {13, "PERMISSION", 77},    {14, "BAD_MODEL", 78},
        {15, "UNCHANGED", 99},  {16, "INTERRUPTED", 130},
    };
    for (size_t i = 0; i < sizeof pinned / sizeof pinned[0]; i++) {
        assert_string_equal(fl_status_name((fl_status)pinned[i].value), pinned[i].name);
        assert_int_equal(fl_status_exit_code((fl_status)pinned[i].value), pinned[i].exit_code);
        assert_true(strlen(fl_status_words((fl_status)pinned[i].value)) > 3);
    }
    assert_string_equal(fl_status_name((fl_status)17), "INTERNAL"); /* append above when the list grows */
}

static void test_fail(void **state)
{
    (void)state;
    struct fl_error error;
    fl_error_clear(&error);
    assert_int_equal(error.status, FL_OK);
    assert_int_equal(fl_fail(&error, FL_CORRUPT, "block %d: %u rows, at most %u", 12, 70000u, 65536u),
                     FL_CORRUPT);
    assert_string_equal(error.message, "block 12: 70000 rows, at most 65536");
    assert_int_equal(fl_fail(&error, FL_IO, "again: %s", error.message), FL_IO); /* made of itself */
    assert_string_equal(error.message, "again: block 12: 70000 rows, at most 65536");
    assert_int_equal(fl_fail(NULL, FL_LIMIT, "nobody listens"), FL_LIMIT);
    assert_int_equal(fl_fail_memory(&error, 4096), FL_NO_MEMORY);
    assert_string_equal(error.message, "out of memory: 4096 bytes were wanted");
    fl_error_clear(NULL);
}

static void test_long_message_is_cut(void **state)
{
    (void)state;
    struct fl_error error;
    fl_error_clear(&error);
    char text[3 * FL_ERROR_MESSAGE_SIZE];
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    (void)fl_fail(&error, FL_IO, "%s", text);
    assert_int_equal(strlen(error.message), FL_ERROR_MESSAGE_SIZE - 1);
    (void)fl_error_at_path(&error, text);
    assert_int_equal(strlen(error.path), FL_ERROR_PATH_SIZE - 1);
}

static void test_errno(void **state)
{
    (void)state;
    static const struct {
        int number;
        fl_status status;
        const char *message;
    } pinned[] = {
        {ENOSPC, FL_TEMPORARY, "cannot write: the disk is full: No space left on device"},
        {EDQUOT, FL_TEMPORARY, "cannot write: the disk is full: Disk quota exceeded"},
        {ENOENT, FL_MISSING, "cannot write: No such file or directory"},
        {EACCES, FL_PERMISSION, "cannot write: Permission denied"},
        {EPERM, FL_PERMISSION, "cannot write: Operation not permitted"},
        {EROFS, FL_PERMISSION, "cannot write: Read-only file system"},
        {ENOMEM, FL_NO_MEMORY, "cannot write: Cannot allocate memory"},
        {EIO, FL_IO, "cannot write: Input/output error"},
        {EFBIG, FL_IO, "cannot write: File too large"},
        {99999, FL_IO, "cannot write: unknown system error"},
    };
    for (size_t i = 0; i < sizeof pinned / sizeof pinned[0]; i++) {
        struct fl_error error;
        fl_error_clear(&error);
        assert_int_equal(fl_fail_errno(&error, pinned[i].number, "write", "out.csv"), pinned[i].status);
        assert_int_equal(error.status, pinned[i].status);
        assert_string_equal(error.message, pinned[i].message);
        assert_string_equal(error.path, "out.csv");
        assert_int_equal(fl_fail_errno(NULL, pinned[i].number, "write", "out.csv"), pinned[i].status);
    }
}

static void test_first_place_stays(void **state)
{
    (void)state;
    struct fl_error error;
    fl_error_clear(&error);
    (void)fl_fail(&error, FL_BAD_DATA, "no number");
    assert_int_equal(fl_error_at_line(&error, 12, 5), FL_BAD_DATA);
    assert_int_equal(fl_error_at_line(&error, 99, 9), FL_BAD_DATA);
    assert_int_equal(fl_error_at_path(&error, "a.csv"), FL_BAD_DATA);
    assert_int_equal(fl_error_at_path(&error, "b.csv"), FL_BAD_DATA);
    assert_int_equal(fl_error_at_block(&error, 0, NULL), FL_BAD_DATA);
    assert_int_equal(fl_error_at_block(&error, 3, "amount"), FL_BAD_DATA);
    assert_int_equal(fl_error_at_block(&error, 4, "brand"), FL_BAD_DATA);
    assert_int_equal(fl_error_at_offset(&error, 0), FL_BAD_DATA);
    assert_int_equal(fl_error_at_offset(&error, 7), FL_BAD_DATA);
    assert_int_equal(error.line, 12);
    assert_int_equal(error.line_column, 5);
    assert_string_equal(error.path, "a.csv");
    assert_int_equal(error.block, 0);
    assert_string_equal(error.column, "amount");
    assert_int_equal(error.offset, 0);
    assert_int_not_equal(fl_error_at_path(NULL, "x"), FL_OK); /* ends a failing function all the same */
    assert_int_not_equal(fl_error_at_line(NULL, 1, 1), FL_OK);
    assert_int_not_equal(fl_error_at_block(NULL, 1, "x"), FL_OK);
    assert_int_not_equal(fl_error_at_offset(NULL, 1), FL_OK);
}

static void assert_printed(const struct fl_error *error, const char *wanted)
{
    char text[2048];
    fl_error_format(error, text, sizeof text);
    assert_string_equal(text, wanted);
}

static void test_format(void **state)
{
    (void)state;
    struct fl_error error;
    fl_error_clear(&error);
    error.status = FL_IO;
    assert_printed(&error, "reading or writing failed"); /* no message: the words */
    (void)fl_fail(&error, FL_BAD_DATA, "no number");
    assert_printed(&error, "no number");
    struct fl_error only = error;
    only.line = 3;
    assert_printed(&only, "line 3: no number");
    only = error;
    only.offset = 0;
    assert_printed(&only, "offset 0: no number");
    (void)fl_error_at_path(&error, "shop.csv");
    assert_printed(&error, "shop.csv: no number");
    (void)fl_error_at_line(&error, 12, -1);
    assert_printed(&error, "shop.csv:12: no number");
    error.line_column = 5;
    assert_printed(&error, "shop.csv:12:5: no number");
    (void)fl_error_at_block(&error, 3, "amount");
    (void)fl_error_at_offset(&error, 640);
    assert_printed(&error, "shop.csv:12:5: column `amount`: block 3: offset 640: no number");
}

static void test_format_in_every_size(void **state)
{
    (void)state;
    struct fl_error error;
    fl_error_clear(&error);
    (void)fl_fail(&error, FL_BAD_DATA, "no number");
    (void)fl_error_at_path(&error, "shop.csv");
    (void)fl_error_at_line(&error, 12, 5);
    const char whole[] = "shop.csv:12:5: no number";
    for (int size = 0; size <= (int)sizeof whole + 2; size++) {
        char text[64];
        memset(text, '#', sizeof text);
        fl_error_format(&error, text, size);
        assert_int_equal(text[size], '#'); /* nothing behind the end */
        if (size == 0)
            continue;
        assert_true(strlen(text) < (size_t)size);
        assert_memory_equal(text, whole, strlen(text));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_list),
        cmocka_unit_test(test_fail),
        cmocka_unit_test(test_long_message_is_cut),
        cmocka_unit_test(test_errno),
        cmocka_unit_test(test_first_place_stays),
        cmocka_unit_test(test_format),
        cmocka_unit_test(test_format_in_every_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
