/* io.c - the table of the system's own file calls. */
#include "formats/base/io.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

/* A real function, since open() is variadic; no descriptor of ours is ever for a child. */
static int system_open(const char *path, int flags, mode_t mode)
{
    return open(path, flags | O_CLOEXEC, mode);
}

const struct fl_io fl_io_system = {
    .open = system_open,
    .close = close,
    .read = read,
    .pread = pread,
    .write = write,
    .fsync = fsync,
    .sync_file_range = sync_file_range,
    .fstat = fstat,
    .rename = rename,
    .unlink = unlink,
    .mkdir = mkdir,
    .rmdir = rmdir,
    .flock = flock,
    .mmap = mmap,
    .munmap = munmap,
    .madvise = madvise,
    .opendir = opendir,
    .readdir = readdir,
    .closedir = closedir,
};
