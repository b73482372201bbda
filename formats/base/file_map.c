/* file_map.c - a file's bytes for reading, mapped with a guard or copied. */
#include "formats/base/file_map.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22 /* Linux 5.14 */
#endif

static int open_for_reading(const struct fl_io *io, const char *path, int more_flags)
{
    int file;
    do {
        file = io->open(path, O_RDONLY | more_flags, 0);
    } while (file < 0 && errno == EINTR);
    return file;
}

static fl_status fail_at(const struct fl_file_map *map, struct fl_error *error, uint64_t offset)
{
    (void)fl_error_at_path(error, map->path);
    (void)fl_error_at_offset(error, (int64_t)offset);
    return error == NULL ? FL_IO : error->status;
}

static fl_status fail_cut(const struct fl_file_map *map, uint64_t size_now, struct fl_error *error)
{
    (void)fl_fail(error, FL_IO, "file was cut while open: %llu bytes, %llu when opened",
                  (unsigned long long)size_now, (unsigned long long)map->size_bytes);
    (void)fl_error_at_path(error, map->path);
    return FL_IO;
}

static fl_status fail_read(const struct fl_file_map *map, uint64_t offset, struct fl_error *error)
{
    (void)fl_fail(error, FL_IO, "cannot be read: was the file cut or is the disk failing?");
    return fail_at(map, error, offset);
}

/* Maps the whole file, or falls back to copies where there is no room or no way to map. */
static fl_status map_bytes(struct fl_file_map *map, struct fl_error *error)
{
    if (map->mode == FL_IO_COPY || map->size_bytes == 0)
        return FL_OK;
    void *bytes = map->io->mmap(NULL, (size_t)map->size_bytes, PROT_READ, MAP_PRIVATE, map->file, 0);
    if (bytes != MAP_FAILED) {
        map->mapped = bytes;
        return FL_OK;
    }
    if (errno != ENOMEM && errno != ENODEV)
        return fl_fail_errno(error, errno, "map", map->path);
    map->mode = FL_IO_COPY;
    return FL_OK;
}

fl_status fl_file_look(const struct fl_io *io, int file, const char *path, struct stat *facts,
                       struct fl_error *error)
{
    if (io->fstat(file, facts) != 0)
        return fl_fail_errno(error, errno, "look at", path);
    if (S_ISREG(facts->st_mode))
        return FL_OK;
    (void)fl_fail(error, FL_BAD_DATA, "%s, not a file",
                  S_ISDIR(facts->st_mode) ? "a directory" : "a device or a pipe");
    return fl_error_at_path(error, path);
}

static fl_status look_at_file(struct fl_file_map *map, struct fl_error *error)
{
    const fl_status status = fl_file_look(map->io, map->file, map->path, &map->facts, error);
    map->size_bytes = status == FL_OK ? (uint64_t)map->facts.st_size : 0;
    return status;
}

fl_status fl_file_map_open(struct fl_file_map *map, const struct fl_io *io, const char *path,
                           enum fl_io_mode mode, struct fl_error *error)
{
    *map = (struct fl_file_map){.io = io, .mode = mode, .file = -1};
    map->path = strdup(path);
    if (map->path == NULL) {
        fl_file_map_close(map);
        return fl_fail_memory(error, strlen(path) + 1);
    }
    /* O_NONBLOCK: opening a pipe without a writer must not wait; it means nothing to a regular file. */
    map->file = open_for_reading(io, path, O_NONBLOCK);
    fl_status status;
    if (map->file < 0)
        status = fl_fail_errno(error, errno, "open", path);
    else
        status = look_at_file(map, error);
    if (status == FL_OK)
        status = map_bytes(map, error);
    if (status != FL_OK)
        fl_file_map_close(map);
    return status;
}

static size_t page_size(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

static fl_status check_not_cut(const struct fl_file_map *map, struct fl_error *error)
{
    struct stat now;
    if (map->io->fstat(map->file, &now) != 0)
        return fl_fail_errno(error, errno, "look at", map->path);
    if ((uint64_t)now.st_size < map->size_bytes)
        return fail_cut(map, (uint64_t)now.st_size, error);
    return FL_OK;
}

/* The map's start is const to everybody else; the system's calls do not write through it either. */
static void *mapped_address(const struct fl_file_map *map, uint64_t offset)
{
    return (void *)((uintptr_t)map->mapped + (uintptr_t)offset);
}

/* Brings the pages in, so that what cannot be read is an error here, not a SIGBUS later. */
static fl_status populate(const struct fl_file_map *map, uint64_t offset, uint64_t size,
                          struct fl_error *error)
{
    const uint64_t start = offset - offset % page_size();
    const size_t length = (size_t)(offset + size - start);
    int result;
    do {
        result = map->io->madvise(mapped_address(map, start), length, MADV_POPULATE_READ);
    } while (result != 0 && errno == EINTR);
    /* EINVAL: a kernel before 5.14 does not know the advice. Touching the pages instead would be the SIGBUS
     * that this is about, so there the tool's handler is the only guard. */
    if (result == 0 || errno == EINVAL)
        return FL_OK;
    if (errno == ENOMEM)
        return fl_fail_memory(error, length);
    return fail_read(map, offset, error);
}

static fl_status view_mapped(const struct fl_file_map *map, uint64_t offset, uint64_t size,
                             const uint8_t **bytes, struct fl_error *error)
{
    fl_status status = check_not_cut(map, error);
    if (status == FL_OK)
        status = populate(map, offset, size, error);
    if (status == FL_OK)
        *bytes = map->mapped + offset;
    return status;
}

static fl_status view_copied(const struct fl_file_map *map, uint64_t offset, uint64_t size,
                             struct fl_buffer *scratch, const uint8_t **bytes, struct fl_error *error)
{
    if (!fl_buffer_reserve(scratch, (size_t)size))
        return fl_fail_memory(error, size);
    uint64_t done = 0;
    while (done < size) {
        const ssize_t got =
            map->io->pread(map->file, scratch->bytes + done, (size_t)(size - done), (off_t)(offset + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return errno == EIO ? fail_read(map, offset + done, error)
                                : fl_fail_errno(error, errno, "read", map->path);
        if (got == 0)
            return fail_cut(map, offset + done, error);
        done += (uint64_t)got;
    }
    scratch->size = (size_t)size;
    *bytes = scratch->bytes;
    return FL_OK;
}

fl_status fl_file_map_view(struct fl_file_map *map, uint64_t offset, uint64_t size, struct fl_buffer *scratch,
                           const uint8_t **bytes, struct fl_error *error)
{
    static const uint8_t nothing[1] = {0};
    *bytes = NULL;
    uint64_t end;
    if (__builtin_add_overflow(offset, size, &end) || end > map->size_bytes) {
        (void)fl_fail(error, FL_CORRUPT, "%llu bytes are wanted from a file of %llu bytes",
                      (unsigned long long)size, (unsigned long long)map->size_bytes);
        (void)fail_at(map, error, offset);
        return FL_CORRUPT;
    }
    if (size == 0) {
        *bytes = nothing;
        return FL_OK;
    }
    if (map->mode == FL_IO_MAP)
        return view_mapped(map, offset, size, bytes, error);
    return view_copied(map, offset, size, scratch, bytes, error);
}

void fl_file_map_release(struct fl_file_map *map, uint64_t offset, uint64_t size)
{
    if (map->mapped == NULL || size > map->size_bytes || offset > map->size_bytes - size)
        return;
    /* A fault maps more than a view asked for: what the page cache holds around it, up to a whole huge page
     * of the file. So windows of that size are given back, each once: as often as there are pages of columns,
     * the same window was unmapped and faulted in again sixteen times a run, which was a sixth of its time.
     */
    const uint64_t end = offset + size;
    const uint64_t passed = end == map->size_bytes ? end : end - end % FL_FILE_MAP_WINDOW_BYTES;
    if (offset < map->kept_from) /* a scan that went back */
        map->kept_from = offset - offset % FL_FILE_MAP_WINDOW_BYTES;
    if (passed <= map->kept_from)
        return;
    /* Were a neighbour's page still in use, it would be read again: the pages are clean ones of the file.
     * Advice may fail; nothing depends on it. */
    (void)map->io->madvise(mapped_address(map, map->kept_from), (size_t)(passed - map->kept_from),
                           MADV_DONTNEED);
    map->kept_from = passed;
}

static bool same_time(struct timespec a, struct timespec b)
{
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

fl_status fl_file_map_check_unchanged(struct fl_file_map *map, struct fl_error *error)
{
    struct stat now;
    if (map->io->fstat(map->file, &now) != 0)
        return fl_fail_errno(error, errno, "look at", map->path);
    const struct stat *then = &map->facts;
    if (now.st_dev == then->st_dev && now.st_ino == then->st_ino && now.st_size == then->st_size &&
        same_time(now.st_mtim, then->st_mtim) && same_time(now.st_ctim, then->st_ctim))
        return FL_OK;
    (void)fl_fail(error, FL_BAD_DATA, "file was changed while it was read: %lld bytes, %lld when opened",
                  (long long)now.st_size, (long long)then->st_size);
    (void)fl_error_at_path(error, map->path);
    return FL_BAD_DATA;
}

void fl_file_map_close(struct fl_file_map *map)
{
    if (map->mapped != NULL)
        (void)map->io->munmap(mapped_address(map, 0), (size_t)map->size_bytes);
    if (map->io != NULL && map->file >= 0)
        (void)map->io->close(map->file);
    free(map->path);
    *map = (struct fl_file_map){0};
}
