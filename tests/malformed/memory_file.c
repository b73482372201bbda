/* memory_file.c - a file that is only bytes in memory, for reading through struct fl_io. */
#include "tests/malformed/memory_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MEMORY_FILE = 1000 };

static struct {
    const uint8_t *bytes;
    size_t size, at; /* at: where read() goes on */
} current;

void memory_file_set(const void *bytes, size_t size)
{
    current.bytes = bytes;
    current.size = size;
    current.at = 0;
}

static int open_memory(const char *path, int flags, mode_t mode)
{
    (void)path;
    (void)flags;
    (void)mode;
    return MEMORY_FILE;
}

static int close_memory(int file)
{
    return file == MEMORY_FILE ? 0 : -1;
}

static int stat_memory(int file, struct stat *facts)
{
    (void)file;
    memset(facts, 0, sizeof *facts);
    facts->st_mode = S_IFREG | 0600;
    facts->st_size = (off_t)current.size;
    return 0;
}

static ssize_t pread_memory(int file, void *bytes, size_t size, off_t offset)
{
    (void)file;
    const size_t at = (size_t)offset < current.size ? (size_t)offset : current.size;
    const size_t got = size < current.size - at ? size : current.size - at;
    if (got > 0)
        memcpy(bytes, current.bytes + at, got);
    return (ssize_t)got;
}

static ssize_t read_memory(int file, void *bytes, size_t size)
{
    const ssize_t got = pread_memory(file, bytes, size, (off_t)current.at);
    current.at += (size_t)got;
    return got;
}

const struct fl_io memory_file_io = {.open = open_memory,
                                     .close = close_memory,
                                     .fstat = stat_memory,
                                     .pread = pread_memory,
                                     .read = read_memory};

void memory_file_load(const char *path, struct fl_buffer *bytes)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        perror(path);
        abort();
    }
    uint8_t part[4096];
    size_t got;
    while ((got = fread(part, 1, sizeof part, file)) > 0) {
        if (!fl_buffer_append(bytes, part, got))
            abort();
    }
    (void)fclose(file);
}
