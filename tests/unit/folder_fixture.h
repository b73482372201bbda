/* folder_fixture.h - a scratch folder for a test, beside a system whose calls fail on demand. */
#ifndef TESTS_UNIT_FOLDER_FIXTURE_H
#define TESTS_UNIT_FOLDER_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/base/io.h"

enum { FIXTURE_PATH_SIZE = 400, FIXTURE_FILE_BYTES_MAX = 4 << 20 };

static char fixture_folder[64];

static inline int fixture_open(void **state)
{
    (void)state;
    (void)snprintf(fixture_folder, sizeof fixture_folder, "/tmp/fl-folder-test-XXXXXX");
    return mkdtemp(fixture_folder) == NULL ? -1 : 0;
}

/* `name` below the fixture's folder; `path` holds FIXTURE_PATH_SIZE. */
static inline const char *fixture_path(const char *name, char *path)
{
    assert_true(snprintf(path, FIXTURE_PATH_SIZE, "%s/%s", fixture_folder, name) < FIXTURE_PATH_SIZE);
    return path;
}

static inline void fixture_remove_tree(const char *path)
{
    DIR *entries = opendir(path);
    if (entries == NULL) {
        (void)unlink(path);
        return;
    }
    for (const struct dirent *entry; (entry = readdir(entries)) != NULL;) {
        char inner[FIXTURE_PATH_SIZE];
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name) < FIXTURE_PATH_SIZE)
            fixture_remove_tree(inner);
    }
    (void)closedir(entries);
    (void)rmdir(path);
}

static inline void fixture_remove(const char *name)
{
    char path[FIXTURE_PATH_SIZE];
    fixture_remove_tree(fixture_path(name, path));
}

static inline int fixture_close(void **state)
{
    (void)state;
    fixture_remove_tree(fixture_folder);
    return 0;
}

static inline void fixture_put_bytes(const char *name, const void *bytes, size_t size)
{
    char path[FIXTURE_PATH_SIZE];
    FILE *file = fopen(fixture_path(name, path), "w");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, 0600), 0);
}

static inline void fixture_put(const char *name, const char *text)
{
    fixture_put_bytes(name, text, strlen(text));
}

/* NUL-ended, malloc()ed; NULL when there is no such file. */
static inline char *fixture_get(const char *name, size_t *size)
{
    char path[FIXTURE_PATH_SIZE];
    FILE *file = fopen(fixture_path(name, path), "r");
    if (file == NULL)
        return NULL;
    *size = 0;
    char *bytes = calloc(1, FIXTURE_FILE_BYTES_MAX);
    assert_non_null(bytes);
    *size = fread(bytes, 1, FIXTURE_FILE_BYTES_MAX - 1, file);
    assert_int_equal(fclose(file), 0);
    return bytes;
}

static inline int fixture_compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Names in a folder of the fixture, sorted, a blank between them, without the locks. */
static inline void fixture_list(const char *name, char *list, size_t list_size)
{
    char path[FIXTURE_PATH_SIZE];
    char *names[64];
    size_t count = 0;
    list[0] = '\0';
    DIR *entries = opendir(fixture_path(name, path));
    if (entries == NULL)
        return;
    for (const struct dirent *entry; (entry = readdir(entries)) != NULL;) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
            strcmp(entry->d_name, ".lock") == 0 || strcmp(entry->d_name, ".compact") == 0)
            continue;
        assert_true(count < 64);
        names[count] = strdup(entry->d_name);
        assert_non_null(names[count++]);
    }
    (void)closedir(entries);
    qsort(names, count, sizeof names[0], fixture_compare_names);
    for (size_t i = 0; i < count; i++) {
        const size_t used = strlen(list);
        (void)snprintf(list + used, list_size - used, "%s%s", i == 0 ? "" : " ", names[i]);
        free(names[i]);
    }
}

/* ---- a system that fails at call number `fixture_fault_at` (counted from 1), once ---- */

static int fixture_calls, fixture_fault_at, fixture_fault_errno;
static int fixture_flipped_reads; /* pread calls left until one gives back a wrong byte; 0: none */

static inline bool fixture_fails(void)
{
    if (++fixture_calls != fixture_fault_at)
        return false;
    errno = fixture_fault_errno;
    return true;
}
static inline int fixture_io_open(const char *path, int flags, mode_t mode)
{
    return fixture_fails() ? -1 : fl_io_system.open(path, flags, mode);
}
static inline int fixture_io_close(int file)
{
    const bool failed = fixture_fails();
    const int result = fl_io_system.close(file);
    if (failed)
        errno = fixture_fault_errno;
    return failed ? -1 : result;
}
static inline ssize_t fixture_io_read(int file, void *bytes, size_t size)
{
    return fixture_fails() ? -1 : fl_io_system.read(file, bytes, size);
}
static inline ssize_t fixture_io_pread(int file, void *bytes, size_t size, off_t offset)
{
    if (fixture_fails())
        return -1;
    const ssize_t got = fl_io_system.pread(file, bytes, size, offset);
    if (fixture_flipped_reads > 0 && --fixture_flipped_reads == 0 && got > 0)
        ((uint8_t *)bytes)[got - 1] ^= 1;
    return got;
}
static inline ssize_t fixture_io_write(int file, const void *bytes, size_t size)
{
    return fixture_fails() ? -1 : fl_io_system.write(file, bytes, size);
}
/* Syncs nothing: no test outlives the machine, and hundreds of repeats would take minutes. */
static inline int fixture_io_fsync(int file)
{
    (void)file;
    return fixture_fails() ? -1 : 0;
}
static inline int fixture_io_fstat(int file, struct stat *facts)
{
    return fixture_fails() ? -1 : fl_io_system.fstat(file, facts);
}
static inline int fixture_io_rename(const char *from, const char *to)
{
    return fixture_fails() ? -1 : fl_io_system.rename(from, to);
}
static inline int fixture_io_unlink(const char *path)
{
    return fixture_fails() ? -1 : fl_io_system.unlink(path);
}
static inline int fixture_io_mkdir(const char *path, mode_t mode)
{
    return fixture_fails() ? -1 : fl_io_system.mkdir(path, mode);
}
static inline int fixture_io_flock(int file, int operation)
{
    return fixture_fails() ? -1 : fl_io_system.flock(file, operation);
}
static inline DIR *fixture_io_opendir(const char *path)
{
    return fixture_fails() ? NULL : fl_io_system.opendir(path);
}
static inline struct dirent *fixture_io_readdir(DIR *directory)
{
    return fixture_fails() ? NULL : fl_io_system.readdir(directory);
}

static inline struct fl_io fixture_io(int fault_at, int fault_errno)
{
    fixture_calls = 0;
    fixture_fault_at = fault_at;
    fixture_fault_errno = fault_errno;
    struct fl_io io = fl_io_system;
    io.open = fixture_io_open;
    io.close = fixture_io_close;
    io.read = fixture_io_read;
    io.pread = fixture_io_pread;
    io.write = fixture_io_write;
    io.fsync = fixture_io_fsync;
    io.fstat = fixture_io_fstat;
    io.rename = fixture_io_rename;
    io.unlink = fixture_io_unlink;
    io.mkdir = fixture_io_mkdir;
    io.flock = fixture_io_flock;
    io.opendir = fixture_io_opendir;
    io.readdir = fixture_io_readdir;
    return io;
}

#endif
