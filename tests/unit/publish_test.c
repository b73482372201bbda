/* publish_test.c - outputs appear whole or not at all, also when each system call fails.
 *
 * One output of 3 MiB is made again and again while the first, second, third ... call of the system fails
 * (with EIO, ENOSPC, or by a short or interrupted write), until a run meets no more faults: after each
 * failure the folder must hold nothing, after success the exact bytes. Sweeps are tried on abandoned, living,
 * linked and foreign files, and with owners that die or finish at the worst moment. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include "formats/base/arena.h"
#include "formats/base/checksum.h"
#include "formats/base/file_map.h"
#include "formats/base/publish.h"

static char folder[] = "/tmp/fl-publish-test-XXXXXX";
static char folder_name[sizeof folder];

static int make_folder(void **state)
{
    (void)state;
    memcpy(folder_name, folder, sizeof folder);
    return mkdtemp(folder_name) == NULL ? -1 : 0;
}

static void path_of(const char *name, char path[512])
{
    (void)snprintf(path, 512, "%s/%s", folder_name, name);
}

/* Names in the folder; the last one is copied to `name`. */
static int count_files(char name[256])
{
    DIR *entries = opendir(folder_name);
    assert_non_null(entries);
    int count = 0;
    for (const struct dirent *entry; (entry = readdir(entries)) != NULL;) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        count++;
        if (name != NULL)
            (void)snprintf(name, 256, "%s", entry->d_name);
    }
    (void)closedir(entries);
    return count;
}

static int remove_folder(void **state)
{
    (void)state;
    char name[256], path[512];
    while (count_files(name) > 0) {
        path_of(name, path);
        if (unlink(path) != 0 && rmdir(path) != 0)
            return -1;
    }
    return rmdir(folder_name);
}

static void put_file(const char *name, const char *text)
{
    char path[512];
    path_of(name, path);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    (void)fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

/* ---- a system that fails at call `fault_at` ---- */
static int calls, fault_at, fault_errno;
static bool faulted_fsync;
static int fsyncs_after_fault;

static bool fails(void)
{
    if (++calls != fault_at)
        return false;
    errno = fault_errno;
    return true;
}
static int faulty_open(const char *path, int flags, mode_t mode)
{
    return fails() ? -1 : fl_io_system.open(path, flags, mode);
}
static int faulty_close(int file)
{
    if (!fails())
        return close(file);
    (void)close(file);
    errno = fault_errno;
    return -1;
}
static ssize_t faulty_write(int file, const void *bytes, size_t size)
{
    return fails() ? -1 : write(file, bytes, size);
}
static int faulty_fsync(int file)
{
    fsyncs_after_fault += faulted_fsync;
    if (!fails())
        return fsync(file);
    faulted_fsync = true;
    return -1;
}
static int faulty_fstat(int file, struct stat *facts)
{
    return fails() ? -1 : fstat(file, facts);
}
static int faulty_rename(const char *from, const char *to)
{
    return fails() ? -1 : rename(from, to);
}
static int faulty_flock(int file, int operation)
{
    return fails() ? -1 : flock(file, operation);
}

static struct fl_io faulty_io(int at, int error_number)
{
    calls = 0;
    fault_at = at;
    fault_errno = error_number;
    faulted_fsync = false;
    fsyncs_after_fault = 0;
    struct fl_io io = fl_io_system;
    io.open = faulty_open;
    io.close = faulty_close;
    io.write = faulty_write;
    io.fsync = faulty_fsync;
    io.fstat = faulty_fstat;
    io.rename = faulty_rename;
    io.flock = faulty_flock;
    return io;
}

enum { OUTPUT_BYTES = 3 << 20 };

static uint8_t byte_at(size_t at)
{
    return (uint8_t)(at * 131 + at / 1000);
}

/* Pieces of many sizes: small ones that share a buffer, one that fills it to the brim, one larger than it. */
static fl_status write_pieces(struct fl_output *output, struct fl_error *error)
{
    static const size_t pieces[] = {1, 1000, (1 << 20) - 1001, 0, 7, 1 << 20, 5000};
    static uint8_t bytes[OUTPUT_BYTES];
    for (size_t i = 0; i < OUTPUT_BYTES; i++)
        bytes[i] = byte_at(i);
    size_t at = 0;
    fl_status status = FL_OK;
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0] && status == FL_OK; i++) {
        status = fl_output_write(output, bytes + at, pieces[i], error);
        at += pieces[i];
    }
    if (status == FL_OK)
        status = fl_output_write(output, bytes + at, OUTPUT_BYTES - at, error);
    return status;
}

static fl_status publish(const struct fl_io *io, const char *name, struct fl_error *error)
{
    struct fl_output *output;
    fl_status status = fl_output_create(io, folder_name, &output, error);
    if (status != FL_OK) {
        assert_null(output);
        return status;
    }
    status = write_pieces(output, error);
    if (status != FL_OK) {
        fl_output_abort(output);
        return status;
    }
    assert_true(fl_output_size(output) == OUTPUT_BYTES);
    return fl_output_commit(output, name, error);
}

static void assert_published(const char *name)
{
    char path[512];
    path_of(name, path);
    struct fl_buffer bytes = {0};
    struct fl_error error;
    fl_error_clear(&error);
    assert_int_equal(fl_file_read_all(&fl_io_system, path, OUTPUT_BYTES, &bytes, &error), FL_OK);
    assert_int_equal(bytes.size, OUTPUT_BYTES);
    for (size_t i = 0; i < OUTPUT_BYTES; i++) {
        if (bytes.bytes[i] != byte_at(i))
            fail_msg("byte %zu differs", i);
    }
    fl_buffer_release(&bytes);
    assert_int_equal(unlink(path), 0);
}

static void test_publish(void **state)
{
    (void)state;
    struct fl_error error;
    fl_error_clear(&error);
    put_file("a.flint", "what was there before");
    assert_int_equal(publish(&fl_io_system, "a.flint", &error), FL_OK);
    assert_int_equal(count_files(NULL), 1);
    char path[512];
    path_of("a.flint", path);
    struct stat facts;
    assert_int_equal(stat(path, &facts), 0);
    assert_int_equal(facts.st_mode & 0777, 0600);
    assert_published("a.flint");
    assert_int_equal(fl_directory_sync(&fl_io_system, folder_name, &error), FL_OK);
}

static void test_digest_and_abort(void **state)
{
    (void)state;
    struct fl_error error;
    fl_error_clear(&error);
    struct fl_output *output, *other;
    assert_int_equal(fl_output_create(&fl_io_system, folder_name, &output, &error), FL_OK);
    assert_int_equal(fl_output_create(&fl_io_system, folder_name, &other, &error), FL_OK);
    assert_int_equal(count_files(NULL), 2);
    assert_int_equal(fl_output_write(output, "hello ", 6, &error), FL_OK);
    assert_int_equal(fl_output_write(output, "night", 5, &error), FL_OK);
    assert_true(fl_output_size(output) == 11);
    assert_true(fl_output_digest(output) == fl_digest64("hello night", 11));
    fl_output_abort(output);
    fl_output_abort(other);
    fl_output_abort(NULL);
    assert_int_equal(count_files(NULL), 0);
}

/* Every call in turn fails. Returns how many calls a run without a fault makes. */
static int fail_each_call(int error_number, fl_status wanted_status, const char *wanted_words)
{
    for (int at = 1;; at++) {
        const struct fl_io io = faulty_io(at, error_number);
        struct fl_error error;
        fl_error_clear(&error);
        const fl_status status = publish(&io, "out", &error);
        assert_int_equal(fsyncs_after_fault, 0);
        if (calls < at) {
            assert_int_equal(status, FL_OK);
            assert_published("out");
            return calls;
        }
        assert_int_equal(error.status, status);
        char name[256] = "";
        const int files = count_files(name);
        if (files > 0) { /* a close that failed after the rename: told, though the bytes are safe */
            assert_string_equal(name, "out");
            assert_published("out");
        }
        if (files > 1 || (files == 1 && at != calls))
            fail_msg("call %d left something", at);
        if (status != wanted_status && status != FL_CANNOT_CREATE)
            fail_msg("call %d: %s (%s)", at, fl_status_name(status), error.message);
        if (wanted_words != NULL && strstr(error.message, wanted_words) == NULL)
            fail_msg("call %d: %s", at, error.message);
    }
}

static void test_each_call_fails(void **state)
{
    (void)state;
    const int made = fail_each_call(EIO, FL_IO, "Input/output error");
    assert_true(made >= 9); /* open, flock, fstat, at least three writes, fsync, rename, close */
    assert_int_equal(fail_each_call(ENOSPC, FL_TEMPORARY, "the disk is full"), made);
    assert_int_equal(fail_each_call(EDQUOT, FL_TEMPORARY, "the disk is full"), made);
    assert_int_equal(fail_each_call(EFBIG, FL_IO, "File too large"), made);
}

static int failing_hint(int file, off64_t offset, off64_t size, unsigned flags)
{
    (void)file;
    (void)offset;
    (void)size;
    (void)flags;
    calls++;
    errno = EIO;
    return -1;
}

/* That the system cannot begin to store a file early says nothing about the file; a pipe is not even asked.
 */
static void test_failing_hint(void **state)
{
    (void)state;
    struct fl_io io = fl_io_system;
    struct fl_output *output;
    int ends[2];
    io.sync_file_range = failing_hint;
    calls = 0;
    assert_int_equal(publish(&io, "out", NULL), FL_OK);
    assert_published("out");
    assert_true(calls > 0);
    calls = 0;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(fl_output_over_file(&io, ends[1], "pipe", &output, NULL), FL_OK);
    assert_int_equal(fl_output_write(output, "night", 5, NULL), FL_OK);
    assert_int_equal(fl_output_commit(output, NULL, NULL), FL_OK);
    assert_int_equal(calls, 0);
    assert_int_equal(close(ends[0]) + close(ends[1]), 0);
}

static void test_disk_full_message(void **state)
{
    (void)state;
    const struct fl_io io = faulty_io(4, ENOSPC); /* the first write */
    struct fl_error error;
    fl_error_clear(&error);
    struct fl_output *output;
    assert_int_equal(fl_output_create(&io, folder_name, &output, &error), FL_OK);
    assert_int_equal(write_pieces(output, &error), FL_TEMPORARY);
    assert_string_equal(error.message, "the disk is full, 1048583 bytes into a file: nothing was published");
    struct fl_error again;
    fl_error_clear(&again);
    assert_int_equal(fl_output_write(output, "x", 1, &again), FL_TEMPORARY); /* the same failure again */
    assert_string_equal(again.message, error.message);
    fl_error_clear(&again);
    assert_int_equal(fl_output_commit(output, "out", &again), FL_TEMPORARY);
    assert_string_equal(again.message, error.message);
    assert_int_equal(count_files(NULL), 0);
}

static ssize_t stuttering_write(int file, const void *bytes, size_t size)
{
    if (++calls % 3 == 0) {
        errno = EINTR;
        return -1;
    }
    return write(file, bytes, size > 70001 ? 70001 : size);
}
static ssize_t stuck_write(int file, const void *bytes, size_t size)
{
    (void)file;
    (void)bytes;
    (void)size;
    return 0;
}

static void test_short_writes(void **state)
{
    (void)state;
    struct fl_io io = fl_io_system;
    io.write = stuttering_write;
    struct fl_error error;
    fl_error_clear(&error);
    assert_int_equal(publish(&io, "out", &error), FL_OK);
    assert_published("out");
    io.write = stuck_write;
    assert_int_equal(fl_write_all(&io, 1, "abc", 3, "pipe", &error), FL_IO);
    assert_string_equal(error.message, "cannot write: the system took 0 of 3 bytes");
}

static void test_bad_places(void **state)
{
    (void)state;
    struct fl_error error;
    fl_error_clear(&error);
    struct fl_output *output;
    char path[512];
    path_of("missing", path);
    assert_int_equal(fl_output_create(&fl_io_system, path, &output, &error), FL_CANNOT_CREATE);
    assert_string_equal(error.message, "cannot create a file: No such file or directory");
    fl_error_clear(&error);
    path_of("name", path);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(publish(&fl_io_system, "name", &error), FL_CANNOT_CREATE); /* a folder has that name */
    assert_string_equal(error.path, path);
    assert_int_equal(count_files(NULL), 1);
    assert_int_equal(rmdir(path), 0);
}

/* A link under the first temporary name must not be followed. */
static void test_planted_link(void **state)
{
    (void)state;
    char name[64], link_path[512], victim[512];
    (void)snprintf(name, sizeof name, ".fl-tmp-%ld-0", (long)getpid());
    path_of(name, link_path);
    path_of("victim", victim);
    put_file("victim", "precious");
    assert_int_equal(symlink(victim, link_path), 0);
    struct fl_error error;
    fl_error_clear(&error);
    assert_int_equal(publish(&fl_io_system, "out", &error), FL_OK);
    assert_published("out");
    struct stat facts;
    assert_int_equal(stat(victim, &facts), 0);
    assert_int_equal(facts.st_size, 8);
    assert_int_equal(fl_directory_sweep(&fl_io_system, folder_name, FL_TEMPORARY_PREFIX, &error), FL_OK);
    assert_int_equal(lstat(link_path, &facts), 0); /* not ours to judge */
    assert_int_equal(unlink(link_path), 0);
    assert_int_equal(unlink(victim), 0);
}

static void test_over_file(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    struct fl_error error;
    fl_error_clear(&error);
    struct fl_output *output;
    assert_int_equal(fl_output_over_file(&fl_io_system, ends[1], "standard output", &output, &error), FL_OK);
    assert_int_equal(fl_output_write(output, "a,b\n", 4, &error), FL_OK);
    assert_int_equal(fl_output_commit(output, NULL, &error), FL_OK);
    assert_int_equal(fl_output_over_file(&fl_io_system, ends[1], "standard output", &output, &error), FL_OK);
    assert_int_equal(fl_output_write(output, "never", 5, &error), FL_OK);
    fl_output_abort(output);
    assert_int_equal(close(ends[1]), 0); /* was not closed for us */
    char text[16];
    assert_int_equal(read(ends[0], text, sizeof text), 4);
    assert_memory_equal(text, "a,b\n", 4);
    assert_int_equal(close(ends[0]), 0);
    const int full = open("/dev/full", O_WRONLY);
    assert_int_equal(fl_output_over_file(&fl_io_system, full, "standard output", &output, &error), FL_OK);
    assert_int_equal(fl_output_write(output, "x", 1, &error), FL_OK);
    assert_int_equal(fl_output_commit(output, NULL, &error), FL_TEMPORARY);
    assert_string_equal(error.path, "standard output");
    assert_int_equal(close(full), 0);
}

static void test_sweep(void **state)
{
    (void)state;
    struct fl_error error;
    fl_error_clear(&error);
    struct fl_output *living;
    assert_int_equal(fl_output_create(&fl_io_system, folder_name, &living, &error), FL_OK);
    put_file(".fl-tmp-999999-0", "left by a killed run");
    put_file(".fl-tmp-999999-1", "another");
    put_file("fl-tmp-1", "foreign");
    put_file("data.flint", "foreign");
    assert_int_equal(fl_directory_sweep(&fl_io_system, folder_name, FL_TEMPORARY_PREFIX, &error), FL_OK);
    assert_int_equal(count_files(NULL), 3);
    assert_int_equal(fl_output_write(living, "x", 1, &error), FL_OK);
    assert_int_equal(fl_output_commit(living, "alive", &error), FL_OK);
    char path[512];
    path_of("alive", path);
    assert_int_equal(unlink(path), 0);
    path_of("fl-tmp-1", path);
    assert_int_equal(unlink(path), 0);
    path_of("data.flint", path);
    assert_int_equal(unlink(path), 0);
    path_of("nowhere", path);
    assert_int_equal(fl_directory_sweep(&fl_io_system, path, FL_TEMPORARY_PREFIX, &error), FL_MISSING);
}

/* A writer that is killed leaves its file, which the next sweep takes. */
static void test_sweep_after_kill(void **state)
{
    (void)state;
    const pid_t child = fork();
    if (child == 0) {
        struct fl_output *output;
        (void)fl_output_create(&fl_io_system, folder_name, &output, NULL);
        _exit(0);
    }
    int outcome;
    assert_int_equal(waitpid(child, &outcome, 0), child);
    assert_int_equal(count_files(NULL), 1);
    assert_int_equal(fl_directory_sweep(&fl_io_system, folder_name, FL_TEMPORARY_PREFIX, NULL), FL_OK);
    assert_int_equal(count_files(NULL), 0);
}

/* The sweep holds the old file open while its owner finishes and starts a new one under the same name: the
 * new one must live. The owner acts in the moment of the sweep's lock. */
static struct fl_output *owner, *successor;
static int racing_flock(int file, int operation)
{
    if (owner != NULL) {
        assert_int_equal(fl_output_commit(owner, "finished", NULL), FL_OK);
        owner = NULL;
        assert_int_equal(fl_output_create(&fl_io_system, folder_name, &successor, NULL), FL_OK);
    }
    return flock(file, operation);
}

static void test_sweep_against_reused_name(void **state)
{
    (void)state;
    assert_int_equal(fl_output_create(&fl_io_system, folder_name, &owner, NULL), FL_OK);
    char before[256], after[256], path[512];
    assert_int_equal(count_files(before), 1);
    struct fl_io io = fl_io_system;
    io.flock = racing_flock;
    assert_int_equal(fl_directory_sweep(&io, folder_name, FL_TEMPORARY_PREFIX, NULL), FL_OK);
    path_of("finished", path);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(count_files(after), 1);
    assert_string_equal(before, after); /* the name was reused, and is still there */
    fl_output_abort(successor);
}

/* The other way round: a sweep comes between creation and lock of a new file; the writer then takes another
 * name. */
static int swept_flock(int file, int operation)
{
    if (++calls == 1)
        assert_int_equal(fl_directory_sweep(&fl_io_system, folder_name, FL_TEMPORARY_PREFIX, NULL), FL_OK);
    return flock(file, operation);
}

static void test_create_against_sweep(void **state)
{
    (void)state;
    struct fl_io io = fl_io_system;
    io.flock = swept_flock;
    calls = 0;
    struct fl_error error;
    fl_error_clear(&error);
    assert_int_equal(publish(&io, "out", &error), FL_OK);
    assert_int_equal(calls, 2);
    assert_published("out");
}

/* A sweep that holds the lock at that moment will remove the file; the writer moves on. */
static int busy_flock(int file, int operation)
{
    if (++calls == 1) {
        errno = EWOULDBLOCK;
        return -1;
    }
    return flock(file, operation);
}

static void test_create_while_sweep_holds_the_lock(void **state)
{
    (void)state;
    struct fl_io io = fl_io_system;
    io.flock = busy_flock;
    calls = 0;
    struct fl_error error;
    fl_error_clear(&error);
    assert_int_equal(publish(&io, "out", &error), FL_OK);
    assert_published("out");
    assert_int_equal(fl_directory_sweep(&fl_io_system, folder_name, FL_TEMPORARY_PREFIX, &error), FL_OK);
    assert_int_equal(count_files(NULL), 0);
}

static void test_directories(void **state)
{
    (void)state;
    struct fl_error error;
    fl_error_clear(&error);
    char path[512];
    path_of("made", path);
    assert_int_equal(fl_directory_ensure(&fl_io_system, path, &error), FL_OK);
    assert_int_equal(fl_directory_ensure(&fl_io_system, path, &error), FL_OK);
    struct stat facts;
    assert_int_equal(stat(path, &facts), 0);
    assert_int_equal(facts.st_mode & 0777, 0700);
    assert_int_equal(rmdir(path), 0);
    path_of("a/b", path);
    assert_int_equal(fl_directory_ensure(&fl_io_system, path, &error), FL_CANNOT_CREATE);
    assert_string_equal(error.message, "cannot create the folder: No such file or directory");
    put_file("file", "");
    path_of("file", path);
    assert_int_equal(fl_directory_ensure(&fl_io_system, path, &error), FL_CANNOT_CREATE);
    assert_string_equal(error.message, "cannot create the folder: Not a directory");
    assert_int_equal(unlink(path), 0);
    assert_int_equal(fl_directory_sync(&fl_io_system, path, &error), FL_MISSING);
    const struct fl_io io = faulty_io(2, EIO); /* open, fsync */
    assert_int_equal(fl_directory_sync(&io, folder_name, &error), FL_IO);
}

static void test_parents(void **state)
{
    (void)state;
    static const char *const cases[][2] = {{"a", "."},     {"a/", "."},   {"a/b", "a"},    {"a/b//", "a"},
                                           {"/", "/"},     {"/a", "/"},   {"/a/b/", "/a"}, {".", "."},
                                           {"a//b", "a/"}, {"../a", ".."}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *parent = fl_path_parent(cases[i][0]);
        assert_non_null(parent);
        assert_string_equal(parent, cases[i][1]);
        free(parent);
    }
}

/* Of the folder that the named one lies in: the named one need not be there. */
static void test_name_of_a_folder(void **state)
{
    (void)state;
    struct fl_error error;
    fl_error_clear(&error);
    char path[512];
    path_of("absent", path);
    assert_int_equal(fl_directory_sync_name(&fl_io_system, path, &error), FL_OK);
    path_of("absent/below", path);
    assert_int_equal(fl_directory_sync_name(&fl_io_system, path, &error), FL_MISSING);
    struct fl_io io = faulty_io(2, EIO); /* open, fsync */
    assert_int_equal(fl_directory_sync_name(&io, folder_name, &error), FL_IO);
    io = faulty_io(1, EACCES); /* nobody could */
    assert_int_equal(fl_directory_sync_name(&io, folder_name, &error), FL_OK);
}

static void test_scratch(void **state)
{
    (void)state;
    struct fl_error error;
    fl_error_clear(&error);
    int file;
    assert_int_equal(fl_scratch_file(&fl_io_system, folder_name, &file, &error), FL_OK);
    assert_int_equal(count_files(NULL), 0);
    assert_int_equal(fl_write_all(&fl_io_system, file, "spill", 5, "scratch", &error), FL_OK);
    char text[5];
    assert_int_equal(pread(file, text, 5, 0), 5);
    assert_memory_equal(text, "spill", 5);
    assert_int_equal(close(file), 0);
    const struct fl_io io = faulty_io(1, ENOSPC);
    assert_int_equal(fl_scratch_file(&io, folder_name, &file, &error), FL_TEMPORARY);
    assert_int_equal(file, -1);
}

static void assert_joined(const char *directory, const char *name, const char *wanted)
{
    char *path = fl_path_join(directory, name);
    assert_string_equal(path, wanted);
    free(path);
}

static void test_path_join(void **state)
{
    (void)state;
    assert_joined("a", "b", "a/b");
    assert_joined("a/", "b", "a/b");
    assert_joined("/", "b", "/b");
    assert_joined("", "b", "b");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_publish),
        cmocka_unit_test(test_digest_and_abort),
        cmocka_unit_test(test_each_call_fails),
        cmocka_unit_test(test_disk_full_message),
        cmocka_unit_test(test_failing_hint),
        cmocka_unit_test(test_short_writes),
        cmocka_unit_test(test_bad_places),
        cmocka_unit_test(test_planted_link),
        cmocka_unit_test(test_over_file),
        cmocka_unit_test(test_sweep),
        cmocka_unit_test(test_sweep_after_kill),
        cmocka_unit_test(test_sweep_against_reused_name),
        cmocka_unit_test(test_create_against_sweep),
        cmocka_unit_test(test_create_while_sweep_holds_the_lock),
        cmocka_unit_test(test_directories),
        cmocka_unit_test(test_parents),
        cmocka_unit_test(test_name_of_a_folder),
        cmocka_unit_test(test_scratch),
        cmocka_unit_test(test_path_join),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
