/* file_map_test.c - both ways of reading give the same bytes, and a file that changes underneath is an error.
 *
 * Views at and around page borders, in both modes; cuts of the file before a view, at every page; a system
 * that lacks mmap or the populate advice, or fails in them; interrupted and short reads. A cut that were
 * missed would end this test by SIGBUS. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "formats/base/file_map.h"

enum { FILE_BYTES = 5 * 4096 + 123 };
static char path[64];

static uint8_t byte_at(size_t at)
{
    return (uint8_t)(at * 37 + at / 256);
}

static int make_file(void **state)
{
    (void)state;
    (void)snprintf(path, sizeof path, "/tmp/fl-map-test-XXXXXX");
    const int file = mkstemp(path);
    static uint8_t bytes[FILE_BYTES];
    for (size_t i = 0; i < FILE_BYTES; i++)
        bytes[i] = byte_at(i);
    const ssize_t written = write(file, bytes, FILE_BYTES);
    return close(file) == 0 && written == FILE_BYTES ? 0 : -1;
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

static void open_map(struct fl_file_map *map, const struct fl_io *io, enum fl_io_mode mode)
{
    struct fl_error error;
    fl_error_clear(&error);
    assert_int_equal(fl_file_map_open(map, io, path, mode, &error), FL_OK);
    assert_true(map->size_bytes == FILE_BYTES);
}

static void check_view(struct fl_file_map *map, struct fl_buffer *scratch, uint64_t offset, uint64_t size)
{
    const uint8_t *bytes;
    struct fl_error error;
    fl_error_clear(&error);
    assert_int_equal(fl_file_map_view(map, offset, size, scratch, &bytes, &error), FL_OK);
    assert_non_null(bytes);
    for (uint64_t i = 0; i < size; i++) {
        if (bytes[i] != byte_at((size_t)(offset + i)))
            fail_msg("byte %llu differs", (unsigned long long)(offset + i));
    }
}

static void check_all_views(const struct fl_io *io, enum fl_io_mode mode)
{
    struct fl_file_map map;
    struct fl_buffer scratch = {0};
    open_map(&map, io, mode);
    static const uint64_t places[] = {0,    1,    63,    64,    4095,           4096,
                                      4097, 8192, 20479, 20480, FILE_BYTES - 1, FILE_BYTES};
    enum { PLACES = sizeof places / sizeof places[0] };
    for (int i = 0; i < PLACES; i++) {
        for (int j = i; j < PLACES; j++) {
            check_view(&map, &scratch, places[i], places[j] - places[i]);
            fl_file_map_release(&map, places[i], places[j] - places[i]);
        }
    }
    fl_file_map_release(&map, 0, FILE_BYTES + 1); /* outside: nothing happens */
    fl_file_map_release(&map, UINT64_MAX, 2);
    check_view(&map, &scratch, 0, FILE_BYTES);
    struct fl_error error;
    fl_error_clear(&error);
    assert_int_equal(fl_file_map_check_unchanged(&map, &error), FL_OK);
    fl_file_map_close(&map);
    fl_buffer_release(&scratch);
}

static int advice_seen;
static int old_madvise(void *address, size_t size, int advice)
{
    (void)address;
    (void)size;
    advice_seen = advice;
    errno = EINVAL;
    return -1;
}
static int interrupted_madvise(void *address, size_t size, int advice)
{
    if (advice != MADV_DONTNEED && ++advice_seen % 2 == 1) {
        errno = EINTR;
        return -1;
    }
    return madvise(address, size, advice);
}
static int mmap_errno;
static void *no_mmap(void *address, size_t size, int protection, int flags, int file, off_t offset)
{
    (void)address;
    (void)size;
    (void)protection;
    (void)flags;
    (void)file;
    (void)offset;
    errno = mmap_errno;
    return MAP_FAILED;
}
static int reads;
static ssize_t stuttering_pread(int file, void *bytes, size_t size, off_t offset)
{
    if (++reads % 2 == 1) {
        errno = EINTR;
        return -1;
    }
    return pread(file, bytes, size > 1000 ? 1000 : size, offset);
}

static void test_views(void **state)
{
    (void)state;
    check_all_views(&fl_io_system, FL_IO_MAP);
    check_all_views(&fl_io_system, FL_IO_COPY);
    struct fl_io io = fl_io_system;
    io.pread = stuttering_pread;
    check_all_views(&io, FL_IO_COPY);
    io = fl_io_system;
    io.madvise = interrupted_madvise;
    check_all_views(&io, FL_IO_MAP);
    io.madvise = old_madvise; /* a kernel that does not know the advice */
    check_all_views(&io, FL_IO_MAP);
    io.mmap = no_mmap;
    mmap_errno = ENOMEM;
    check_all_views(&io, FL_IO_MAP);
    mmap_errno = ENODEV;
    check_all_views(&io, FL_IO_MAP);
}

static void test_populates_before_use(void **state)
{
    (void)state;
    struct fl_io io = fl_io_system;
    io.madvise = old_madvise;
    struct fl_file_map map;
    struct fl_buffer scratch = {0};
    open_map(&map, &io, FL_IO_MAP);
    advice_seen = -1;
    check_view(&map, &scratch, 5000, 10);
    assert_int_equal(advice_seen, 22); /* MADV_POPULATE_READ */
    fl_file_map_close(&map);
}

static uintptr_t released_from, released_to;
static int noting_madvise(void *address, size_t size, int advice)
{
    if (advice == MADV_DONTNEED) {
        released_from = (uintptr_t)address;
        released_to = released_from + size;
    }
    return madvise(address, size, advice);
}

/* A sparse file of five windows and a bit: each is given back once it is passed. */
static void test_releases_passed_windows(void **state)
{
    (void)state;
    enum { WINDOW = 2 << 20, SIZE = 5 * WINDOW + 100 };
    static const uint64_t cases[][4] = {
        /* offset, size; from, to: equal when nothing is given back */
        {0, 1, 0, 0},
        {WINDOW - 1, 2, 0, WINDOW},
        {WINDOW, 5, 0, 0},
        {3 * WINDOW + 5, WINDOW, WINDOW, 4 * WINDOW}, /* what was skipped as well */
        {5 * WINDOW + 5, 95, 4 * WINDOW, SIZE},       /* the end */
        {WINDOW + 5, WINDOW, WINDOW, 2 * WINDOW},     /* back */
        {4 * WINDOW, WINDOW, 2 * WINDOW, 5 * WINDOW}};
    struct fl_io io = fl_io_system;
    io.madvise = noting_madvise;
    char sparse[] = "/tmp/fl-map-sparse-XXXXXX";
    const int file = mkstemp(sparse);
    assert_int_equal(ftruncate(file, SIZE), 0);
    assert_int_equal(close(file), 0);
    struct fl_file_map map;
    assert_int_equal(fl_file_map_open(&map, &io, sparse, FL_IO_MAP, NULL), FL_OK);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        released_from = released_to = (uintptr_t)map.mapped;
        fl_file_map_release(&map, cases[i][0], cases[i][1]);
        assert_int_equal(released_from - (uintptr_t)map.mapped, cases[i][2]);
        assert_int_equal(released_to - (uintptr_t)map.mapped, cases[i][3]);
    }
    fl_file_map_close(&map);
    assert_int_equal(unlink(sparse), 0);
}

static void test_outside(void **state)
{
    (void)state;
    static const uint64_t outside[][2] = {
        {0, FILE_BYTES + 1}, {FILE_BYTES, 1}, {FILE_BYTES + 1, 0}, {UINT64_MAX, 2}, {2, UINT64_MAX}};
    for (int mode = 0; mode < 2; mode++) {
        struct fl_file_map map;
        struct fl_buffer scratch = {0};
        open_map(&map, &fl_io_system, mode == 0 ? FL_IO_MAP : FL_IO_COPY);
        for (size_t i = 0; i < sizeof outside / sizeof outside[0]; i++) {
            const uint8_t *bytes;
            struct fl_error error;
            fl_error_clear(&error);
            assert_int_equal(fl_file_map_view(&map, outside[i][0], outside[i][1], &scratch, &bytes, &error),
                             FL_CORRUPT);
            assert_null(bytes);
            assert_string_equal(error.path, path);
        }
        struct fl_error error;
        const uint8_t *bytes;
        fl_error_clear(&error);
        (void)fl_file_map_view(&map, 20600, 70, &scratch, &bytes, &error);
        assert_string_equal(error.message, "70 bytes are wanted from a file of 20603 bytes");
        assert_int_equal(error.offset, 20600);
        fl_file_map_close(&map);
        fl_buffer_release(&scratch);
    }
}

static void assert_view_fails(struct fl_file_map *map, const char *words)
{
    struct fl_buffer scratch = {0};
    const uint8_t *bytes;
    struct fl_error error;
    fl_error_clear(&error);
    assert_int_equal(fl_file_map_view(map, 0, FILE_BYTES, &scratch, &bytes, &error), FL_IO);
    assert_string_equal(error.message, words);
    assert_string_equal(error.path, path);
    assert_null(bytes);
    fl_buffer_release(&scratch);
}

static void test_cut_while_open(void **state)
{
    (void)state;
    for (int mode = 0; mode < 2; mode++) {
        for (off_t size = FILE_BYTES - 1; size >= 0; size -= 4096) {
            struct fl_file_map map;
            open_map(&map, &fl_io_system, mode == 0 ? FL_IO_MAP : FL_IO_COPY);
            assert_int_equal(truncate(path, size), 0);
            char words[128];
            (void)snprintf(words, sizeof words, "file was cut while open: %lld bytes, 20603 when opened",
                           (long long)size);
            assert_view_fails(&map, words);
            struct fl_error error;
            fl_error_clear(&error);
            assert_int_equal(fl_file_map_check_unchanged(&map, &error), FL_BAD_DATA);
            (void)snprintf(words, sizeof words,
                           "file was changed while it was read: %lld bytes, 20603 when opened",
                           (long long)size);
            assert_string_equal(error.message, words);
            fl_file_map_close(&map);
            (void)unlink(path);
            assert_int_equal(make_file(NULL), 0);
        }
    }
}

/* Between the look at the size and the use, as far as a test can get: the size still looks right. */
static int lying_fstat(int file, struct stat *facts)
{
    const int result = fstat(file, facts);
    facts->st_size = FILE_BYTES;
    return result;
}

static void test_cut_behind_the_check(void **state)
{
    (void)state;
    struct fl_io io = fl_io_system;
    io.fstat = lying_fstat;
    struct fl_file_map map;
    open_map(&map, &io, FL_IO_MAP);
    assert_int_equal(truncate(path, 4096), 0);
    assert_view_fails(&map, "cannot be read: was the file cut or is the disk failing?");
    struct fl_buffer scratch = {0};
    const uint8_t *bytes;
    struct fl_error error;
    fl_error_clear(&error);
    assert_int_equal(fl_file_map_view(&map, 5000, 10, &scratch, &bytes, &error), FL_IO); /* inside a page */
    assert_int_equal(error.offset, 5000);
    fl_file_map_close(&map);
    (void)unlink(path);
    assert_int_equal(make_file(NULL), 0);
}

static ssize_t broken_pread(int file, void *bytes, size_t size, off_t offset)
{
    if (offset < 4096)
        return pread(file, bytes, size > 4096 ? 4096 : size, offset);
    errno = EIO;
    return -1;
}

static void test_bad_sector(void **state)
{
    (void)state;
    struct fl_io io = fl_io_system;
    io.pread = broken_pread;
    struct fl_file_map map;
    open_map(&map, &io, FL_IO_COPY);
    struct fl_buffer scratch = {0};
    const uint8_t *bytes;
    struct fl_error error;
    fl_error_clear(&error);
    assert_int_equal(fl_file_map_view(&map, 0, FILE_BYTES, &scratch, &bytes, &error), FL_IO);
    assert_string_equal(error.message, "cannot be read: was the file cut or is the disk failing?");
    assert_int_equal(error.offset, 4096);
    fl_buffer_release(&scratch);
    fl_file_map_close(&map);
}

static void test_changed_in_place(void **state)
{
    (void)state;
    struct fl_file_map map, copied;
    open_map(&map, &fl_io_system, FL_IO_MAP);
    open_map(&copied, &fl_io_system, FL_IO_COPY);
    assert_int_equal(chmod(path, 0640), 0); /* changes no bytes */
    assert_int_equal(fl_file_map_check_bytes(&map, NULL), FL_OK);
    FILE *file = fopen(path, "r+");
    assert_non_null(file);
    assert_int_equal(fputc(byte_at(0), file), byte_at(0)); /* the same byte: only the times change */
    assert_int_equal(fclose(file), 0);
    const struct timespec times[2] = {{1000000000, 0}, {1000000000, 5}};
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
    struct fl_error error;
    fl_error_clear(&error);
    assert_int_equal(fl_file_map_check_unchanged(&map, &error), FL_BAD_DATA);
    assert_int_equal(fl_file_map_check_bytes(&map, &error), FL_BAD_DATA);
    assert_int_equal(fl_file_map_check_bytes(&copied, &error), FL_OK);
    fl_file_map_close(&map);
    fl_file_map_close(&copied);
}

static void assert_open_fails(const char *bad_path, fl_status status, const char *words)
{
    for (int mode = 0; mode < 2; mode++) {
        struct fl_file_map map;
        struct fl_error error;
        fl_error_clear(&error);
        assert_int_equal(
            fl_file_map_open(&map, &fl_io_system, bad_path, mode == 0 ? FL_IO_MAP : FL_IO_COPY, &error),
            status);
        assert_string_equal(error.message, words);
        assert_string_equal(error.path, bad_path);
        const struct fl_file_map empty = {0};
        assert_memory_equal(&map, &empty, sizeof map);
    }
}

static void test_refused_files(void **state)
{
    (void)state;
    assert_open_fails("/tmp", FL_BAD_DATA, "a directory, not a file");
    assert_open_fails("/dev/null", FL_BAD_DATA, "a device or a pipe, not a file");
    assert_open_fails("/tmp/no/such/file", FL_MISSING, "cannot open: No such file or directory");
    char pipe_path[80];
    (void)snprintf(pipe_path, sizeof pipe_path, "%s.pipe", path);
    assert_int_equal(mkfifo(pipe_path, 0600), 0); /* must not wait for a writer */
    assert_open_fails(pipe_path, FL_BAD_DATA, "a device or a pipe, not a file");
    assert_int_equal(unlink(pipe_path), 0);
    struct fl_io io = fl_io_system;
    io.mmap = no_mmap;
    mmap_errno = EACCES;
    struct fl_file_map map;
    struct fl_error error;
    fl_error_clear(&error);
    assert_int_equal(fl_file_map_open(&map, &io, path, FL_IO_MAP, &error), FL_PERMISSION);
    assert_null(map.path);
}

static void test_empty_file(void **state)
{
    (void)state;
    assert_int_equal(truncate(path, 0), 0);
    for (int mode = 0; mode < 2; mode++) {
        struct fl_file_map map;
        struct fl_buffer scratch = {0};
        struct fl_error error;
        fl_error_clear(&error);
        assert_int_equal(
            fl_file_map_open(&map, &fl_io_system, path, mode == 0 ? FL_IO_MAP : FL_IO_COPY, &error), FL_OK);
        check_view(&map, &scratch, 0, 0);
        const uint8_t *bytes;
        assert_int_equal(fl_file_map_view(&map, 0, 1, &scratch, &bytes, &error), FL_CORRUPT);
        fl_file_map_close(&map);
    }
    (void)unlink(path);
    assert_int_equal(make_file(NULL), 0);
}

static ssize_t stuttering_read(int file, void *bytes, size_t size)
{
    if (++reads % 2 == 1) {
        errno = EINTR;
        return -1;
    }
    return read(file, bytes, size > 999 ? 999 : size);
}

static void test_read_all(void **state)
{
    (void)state;
    struct fl_io io = fl_io_system;
    io.read = stuttering_read;
    struct fl_buffer bytes = {0};
    struct fl_error error;
    fl_error_clear(&error);
    assert_true(fl_buffer_reserve(&bytes, FILE_BYTES + 1));
    for (int round = 0; round < 2; round++) { /* the buffer is used again */
        memset(bytes.bytes, 0xAA, bytes.capacity);
        assert_int_equal(fl_file_read_all(&io, path, FILE_BYTES, &bytes, &error), FL_OK);
        assert_int_equal(bytes.size, FILE_BYTES);
        assert_int_equal(bytes.bytes[FILE_BYTES], 0);
        for (size_t i = 0; i < FILE_BYTES; i++)
            assert_int_equal(bytes.bytes[i], byte_at(i));
    }
    assert_int_equal(fl_file_read_all(&io, path, FILE_BYTES - 1, &bytes, &error), FL_LIMIT);
    assert_string_equal(error.message, "more than 20602 bytes");
    assert_string_equal(error.path, path);
    fl_error_clear(&error);
    assert_int_equal(fl_file_read_all(&io, "/tmp", 100, &bytes, &error), FL_BAD_DATA);
    assert_string_equal(error.message, "a directory, not a file");
    fl_error_clear(&error);
    assert_int_equal(fl_file_read_all(&io, "/tmp/no/such/file", 100, &bytes, &error), FL_MISSING);
    assert_int_equal(fl_file_read_all(&io, "/dev/null", 0, &bytes, &error), FL_OK);
    assert_int_equal(bytes.size, 0);
    assert_int_equal(bytes.bytes[0], 0);
    fl_buffer_release(&bytes);
}

static void test_pipes_and_devices_are_not_ours(void **state)
{
    (void)state;
    struct fl_buffer bytes = {0};
    char pipe_path[80];
    (void)snprintf(pipe_path, sizeof pipe_path, "%s.pipe", path);
    assert_int_equal(mkfifo(pipe_path, 0600), 0); /* must not wait for a writer */
    const char *const strange[] = {pipe_path, "/dev/null", "/dev/zero"};
    for (size_t i = 0; i < sizeof strange / sizeof strange[0]; i++) {
        struct fl_error error;
        fl_error_clear(&error);
        assert_int_equal(fl_file_read_kept(&fl_io_system, strange[i], FILE_BYTES, &bytes, &error),
                         FL_BAD_DATA);
        assert_string_equal(error.message, "a device or a pipe, not a file");
        assert_string_equal(error.path, strange[i]);
    }
    assert_int_equal(unlink(pipe_path), 0);
    assert_int_equal(fl_file_read_kept(&fl_io_system, path, FILE_BYTES, &bytes, NULL), FL_OK);
    assert_int_equal(bytes.size, FILE_BYTES);
    fl_buffer_release(&bytes);
}

static ssize_t read_while_written_to(int file, void *bytes, size_t size)
{
    const struct timespec times[2] = {{1000000000, 0}, {1000000000, ++reads}};
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
    return read(file, bytes, size);
}

static void test_read_all_of_a_changing_file(void **state)
{
    (void)state;
    struct fl_io io = fl_io_system;
    io.read = read_while_written_to;
    struct fl_buffer bytes = {0};
    struct fl_error error;
    fl_error_clear(&error);
    assert_int_equal(fl_file_read_all(&io, path, FILE_BYTES, &bytes, &error), FL_BAD_DATA);
    assert_non_null(strstr(error.message, "file was changed while it was read"));
    assert_string_equal(error.path, path);
    fl_buffer_release(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_views),
        cmocka_unit_test(test_populates_before_use),
        cmocka_unit_test(test_releases_passed_windows),
        cmocka_unit_test(test_outside),
        cmocka_unit_test(test_cut_while_open),
        cmocka_unit_test(test_cut_behind_the_check),
        cmocka_unit_test(test_bad_sector),
        cmocka_unit_test(test_changed_in_place),
        cmocka_unit_test(test_refused_files),
        cmocka_unit_test(test_empty_file),
        cmocka_unit_test(test_read_all),
        cmocka_unit_test(test_pipes_and_devices_are_not_ours),
        cmocka_unit_test(test_read_all_of_a_changing_file),
    };
    return cmocka_run_group_tests(tests, make_file, remove_file);
}
