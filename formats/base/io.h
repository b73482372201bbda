/* io.h - every system call the project makes on files, as one table, so that faults can be injected. */
#ifndef FORMATS_BASE_IO_H
#define FORMATS_BASE_IO_H

#include <dirent.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>

/* Each member has the contract of the call it is named after: -1 (NULL for opendir and readdir, MAP_FAILED for mmap)
 * with errno set on failure. */
struct fl_io {
    int (*open)(const char *path, int flags, mode_t mode);
    int (*close)(int file);
    ssize_t (*read)(int file, void *bytes, size_t size);
    ssize_t (*pread)(int file, void *bytes, size_t size, off_t offset);
    ssize_t (*write)(int file, const void *bytes, size_t size);
    int (*fsync)(int file);
    int (*sync_file_range)(int file, off64_t offset, off64_t size, unsigned flags);
    int (*fstat)(int file, struct stat *facts);
    int (*rename)(const char *from, const char *to);
    int (*unlink)(const char *path);
    int (*mkdir)(const char *path, mode_t mode);
    int (*rmdir)(const char *path);
    int (*flock)(int file, int operation);
    void *(*mmap)(void *address, size_t size, int protection, int flags, int file, off_t offset);
    int (*munmap)(void *address, size_t size);
    int (*madvise)(void *address, size_t size, int advice);
    DIR *(*opendir)(const char *path);
    struct dirent *(*readdir)(DIR *directory);
    int (*closedir)(DIR *directory);
};

/* The system's own calls. Threads may share it. */
extern const struct fl_io fl_io_system;

#endif
