/* publish_stage_test.c - a folder of files appears whole or not at all, also when each system call fails.
 *
 * The same two files are published again and again while the first, second, third ... call of the system
 * fails, until a run meets no more faults: after each failure the parent holds nothing, or all of it when
 * only the last sync failed. What may stand at the final path - nothing, an empty folder, the same files,
 * others, a file - is tried one by one; sweeps meet folders of the dead and of the living. */
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
#include <sys/file.h>
#include <unistd.h>

#include "formats/base/publish_stage.h"

static char parent[] = "/tmp/fl-stage-test-XXXXXX";
static char parent_name[sizeof parent];

static void path_of(const char *name, char path[512])
{
    (void)snprintf(path, 512, "%s/%s", parent_name, name);
}

static int count_entries(const char *name)
{
    char path[512];
    path_of(name, path);
    DIR *entries = opendir(path);
    if (entries == NULL)
        return -1;
    int count = 0;
    for (const struct dirent *entry; (entry = readdir(entries)) != NULL;)
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    (void)closedir(entries);
    return count;
}

static void put_file(const char *name, const char *text)
{
    char path[512];
    path_of(name, path);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    (void)fputs(text, file);
    assert_int_equal(0, fclose(file));
}

static void make_folder(const char *name)
{
    char path[512];
    path_of(name, path);
    assert_int_equal(0, mkdir(path, 0700));
}

static void remove_folder(const char *name)
{
    char path[512];
    path_of(name, path);
    assert_int_equal(FL_OK, fl_directory_remove(&fl_io_system, path, NULL));
}

static void expect_text(const char *name, const char *wanted)
{
    char path[512], text[64] = "";
    path_of(name, path);
    const int file = open(path, O_RDONLY);
    assert_true(file >= 0);
    assert_true(read(file, text, sizeof text - 1) >= 0);
    close(file);
    assert_string_equal(wanted, text);
}

static int set_up(void **state)
{
    (void)state;
    memcpy(parent_name, parent, sizeof parent);
    return mkdtemp(parent_name) == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
    (void)state;
    return rmdir(parent_name);
}

/* ---- a system that fails at call `fault_at` ---- */
static int calls, fault_at;

static bool fails(void)
{
    if (++calls != fault_at)
        return false;
    errno = EIO;
    return true;
}
static int faulty_open(const char *path, int flags, mode_t mode)
{
    return fails() ? -1 : fl_io_system.open(path, flags, mode);
}
static int faulty_fsync(int file)
{
    return fails() ? -1 : fsync(file);
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
static int faulty_mkdir(const char *path, mode_t mode)
{
    return fails() ? -1 : mkdir(path, mode);
}
static ssize_t faulty_write(int file, const void *bytes, size_t size)
{
    return fails() ? -1 : write(file, bytes, size);
}

static struct fl_io faulty_io(int at)
{
    calls = 0;
    fault_at = at;
    struct fl_io io = fl_io_system;
    io.open = faulty_open;
    io.fsync = faulty_fsync;
    io.fstat = faulty_fstat;
    io.rename = faulty_rename;
    io.flock = faulty_flock;
    io.mkdir = faulty_mkdir;
    io.write = faulty_write;
    return io;
}

static fl_status add_file(const struct fl_io *io, const struct fl_stage *stage, const char *name,
                          const char *text)
{
    struct fl_output *output;
    fl_status status = fl_output_create(io, fl_stage_directory(stage), &output, NULL);
    if (status != FL_OK)
        return status;
    status = fl_output_write(output, text, strlen(text), NULL);
    if (status == FL_OK)
        return fl_output_commit(output, name, NULL);
    fl_output_abort(output);
    return status;
}

/* Publishes two files as `name`. */
static fl_status publish(const struct fl_io *io, const char *name, bool *already_there,
                         struct fl_error *error)
{
    char path[512];
    path_of(name, path);
    struct fl_stage *stage;
    *already_there = false;
    fl_status status = fl_stage_create(io, path, &stage, error);
    if (status != FL_OK) {
        assert_null(stage);
        return status;
    }
    status = add_file(io, stage, "a", "first");
    if (status == FL_OK)
        status = add_file(io, stage, "b", "second");
    if (status != FL_OK) {
        fl_stage_abort(stage);
        return status;
    }
    return fl_stage_commit(stage, already_there, error);
}

static void expect_published(const char *name)
{
    char file[64];
    assert_int_equal(2, count_entries(name));
    (void)snprintf(file, sizeof file, "%s/a", name);
    expect_text(file, "first");
    (void)snprintf(file, sizeof file, "%s/b", name);
    expect_text(file, "second");
    assert_int_equal(1, count_entries("."));
}

static void test_new_and_again(void **state)
{
    (void)state;
    bool already_there;
    assert_int_equal(FL_OK, publish(&fl_io_system, "set///", &already_there, NULL));
    assert_false(already_there);
    expect_published("set");
    assert_int_equal(FL_OK, publish(&fl_io_system, "set", &already_there, NULL));
    assert_true(already_there);
    expect_published("set");
    remove_folder("set");
    make_folder("set"); /* empty */
    assert_int_equal(FL_OK, publish(&fl_io_system, "set", &already_there, NULL));
    assert_false(already_there);
    expect_published("set");
    remove_folder("set");
}

static void expect_refused(const char *name, const char *words)
{
    bool already_there;
    struct fl_error error;
    fl_error_clear(&error);
    assert_int_equal(FL_CANNOT_CREATE, publish(&fl_io_system, name, &already_there, &error));
    assert_non_null(strstr(error.message, words));
    assert_false(already_there);
}

static void test_other_things_stay(void **state)
{
    (void)state;
    bool already_there;
    make_folder("set");
    put_file("set/a", "first");
    expect_refused("set", "other files"); /* one too few */
    put_file("set/b", "Second");
    expect_refused("set", "other files"); /* other bytes, as long */
    put_file("set/b", "second and more");
    expect_refused("set", "other files");
    put_file("set/b", "second");
    put_file("set/c", "");
    expect_refused("set", "other files"); /* one too many */
    expect_text("set/a", "first");
    assert_int_equal(3, count_entries("set"));
    remove_folder("set");
    put_file("set", "a file");
    expect_refused("set", "no folder");
    expect_text("set", "a file");
    char path[512];
    path_of("set", path);
    assert_int_equal(0, unlink(path));
    expect_refused("nowhere/set", "not there");
    assert_int_equal(0, count_entries("."));
    assert_int_equal(FL_OK, publish(&fl_io_system, "set", &already_there, NULL));
    remove_folder("set");
}

static void test_each_call_fails_once(void **state)
{
    (void)state;
    int failures = 0;
    for (int at = 1;; at++) {
        const struct fl_io io = faulty_io(at);
        bool already_there;
        struct fl_error error;
        fl_error_clear(&error);
        const fl_status status = publish(&io, "set", &already_there, &error);
        if (calls < at) {
            assert_int_equal(FL_OK, status);
            expect_published("set");
            remove_folder("set");
            break;
        }
        failures += status != FL_OK;
        if (count_entries("set") > 0) {
            expect_published("set");
            remove_folder("set");
        } else {
            assert_int_not_equal(FL_OK, status);
        }
        assert_int_equal(0, count_entries("."));
    }
    assert_true(failures > 12);
}

static void test_sweeps(void **state)
{
    (void)state;
    make_folder(".fl-tmp-1-0"); /* of a process that was killed */
    put_file(".fl-tmp-1-0/half", "half");
    char path[512];
    path_of("set", path);
    struct fl_stage *stage;
    assert_int_equal(FL_OK, fl_stage_create(&fl_io_system, path, &stage, NULL));
    assert_int_equal(1, count_entries("."));
    assert_int_equal(FL_OK, add_file(&fl_io_system, stage, "a", "first"));
    assert_int_equal(FL_OK, fl_directory_sweep(&fl_io_system, parent_name, FL_TEMPORARY_PREFIX, NULL));
    assert_int_equal(1, count_entries(".")); /* the living one */
    assert_int_equal(FL_OK, add_file(&fl_io_system, stage, "b", "second"));
    bool already_there;
    assert_int_equal(FL_OK, fl_stage_commit(stage, &already_there, NULL));
    expect_published("set");
    remove_folder("set");
    assert_int_equal(FL_OK, fl_stage_create(&fl_io_system, path, &stage, NULL));
    fl_stage_abort(stage);
    fl_stage_abort(NULL);
    assert_int_equal(0, count_entries("."));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_new_and_again),
        cmocka_unit_test(test_other_things_stay),
        cmocka_unit_test(test_each_call_fails_once),
        cmocka_unit_test(test_sweeps),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
