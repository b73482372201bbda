/* publish.c - one output file, from its temporary name to its final one. */
#include "formats/base/publish.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "formats/base/checksum.h"
#include "formats/base/same_bytes.h"

/* Large enough that the cost of a write call vanishes beside the copying. */
enum { WRITE_BUFFER_BYTES = 1 << 20, TEMPORARY_NAMES_MAX = 100000 };

struct fl_output {
    const struct fl_io *io;
    int file;
    char *directory; /* NULL: the descriptor is not ours */
    char *path;      /* of the temporary, or the name that is shown */
    uint8_t *buffer;
    size_t buffered;
    uint64_t size_bytes;
    struct fl_digest *digest; /* NULL: not wanted */
    struct fl_error failure; /* the first one; status FL_OK until then */
};

fl_status fl_write_all(const struct fl_io *io, int file, const void *bytes, size_t size, const char *path,
                       struct fl_error *error)
{
    const uint8_t *at = bytes;
    while (size > 0) {
        const ssize_t written = io->write(file, at, size);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return fl_fail_errno(error, errno, "write", path);
        if (written == 0) {
            (void)fl_fail(error, FL_IO, "cannot write: the system took 0 of %zu bytes", size);
            (void)fl_error_at_path(error, path);
            return FL_IO;
        }
        at += written;
        size -= (size_t)written;
    }
    return FL_OK;
}

/* A missing or unfit place for an output is no missing input. */
static fl_status fail_create(struct fl_error *error, int error_number, const char *action, const char *path)
{
    const fl_status status = fl_fail_errno(error, error_number, action, path);
    if (status != FL_MISSING && status != FL_IO)
        return status;
    if (error != NULL)
        error->status = FL_CANNOT_CREATE;
    return FL_CANNOT_CREATE;
}

/* Locks the new file. False when a sweep was faster, between its creation and this lock: then it is as good
 * as gone. */
static fl_status lock_temporary(const struct fl_io *io, int file, const char *path, bool *ours,
                                struct fl_error *error)
{
    *ours = false;
    int result;
    do {
        result = io->flock(file, LOCK_EX | LOCK_NB);
    } while (result != 0 && errno == EINTR);
    if (result != 0 && errno == EWOULDBLOCK)
        return FL_OK;
    if (result != 0)
        return fail_create(error, errno, "lock", path);
    struct stat facts;
    if (io->fstat(file, &facts) != 0)
        return fail_create(error, errno, "look at", path);
    *ours = facts.st_nlink > 0;
    return FL_OK;
}

/* Creates the file of number `number`; *file is -1 when that name is taken. */
static fl_status try_temporary(const struct fl_io *io, const char *path, int *file, struct fl_error *error)
{
    *file = io->open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
    if (*file < 0)
        return errno == EEXIST || errno == EINTR ? FL_OK : fail_create(error, errno, "create a file", path);
    bool ours;
    const fl_status status = lock_temporary(io, *file, path, &ours, error);
    if (status == FL_OK && ours)
        return FL_OK;
    if (status != FL_OK)
        (void)io->unlink(path);
    (void)io->close(*file);
    *file = -1;
    return status;
}

/* On FL_OK a locked file and its malloc()ed path. */
static fl_status create_temporary(const struct fl_io *io, const char *directory, int *file, char **path,
                                  struct fl_error *error)
{
    for (int number = 0; number < TEMPORARY_NAMES_MAX; number++) {
        char name[64];
        (void)snprintf(name, sizeof name, "%s%ld-%d", FL_TEMPORARY_PREFIX, (long)getpid(), number);
        *path = fl_path_join(directory, name);
        if (*path == NULL)
            return fl_fail_memory(error, strlen(directory) + sizeof name);
        const fl_status status = try_temporary(io, *path, file, error);
        if (status == FL_OK && *file >= 0)
            return FL_OK;
        free(*path);
        *path = NULL;
        if (status != FL_OK)
            return status;
    }
    (void)fl_fail(error, FL_CANNOT_CREATE, "%d temporary names are taken", TEMPORARY_NAMES_MAX);
    (void)fl_error_at_path(error, directory);
    return FL_CANNOT_CREATE;
}

static void output_free(struct fl_output *output)
{
    free(output->directory);
    free(output->path);
    free(output->buffer);
    fl_digest_free(output->digest);
    free(output);
}

static struct fl_output *output_alloc(const struct fl_io *io)
{
    struct fl_output *output = calloc(1, sizeof *output);
    if (output == NULL)
        return NULL;
    output->io = io;
    output->file = -1;
    fl_error_clear(&output->failure);
    output->buffer = malloc(WRITE_BUFFER_BYTES);
    output->digest = fl_digest_create();
    if (output->buffer != NULL && output->digest != NULL)
        return output;
    output_free(output);
    return NULL;
}

fl_status fl_output_create(const struct fl_io *io, const char *directory, struct fl_output **output,
                           struct fl_error *error)
{
    *output = NULL;
    struct fl_output *created = output_alloc(io);
    if (created == NULL)
        return fl_fail_memory(error, WRITE_BUFFER_BYTES);
    created->directory = strdup(directory);
    if (created->directory == NULL) {
        output_free(created);
        return fl_fail_memory(error, strlen(directory) + 1);
    }
    const fl_status status = create_temporary(io, directory, &created->file, &created->path, error);
    if (status != FL_OK) {
        output_free(created);
        return status;
    }
    *output = created;
    return FL_OK;
}

fl_status fl_output_over_file(const struct fl_io *io, int file, const char *shown_name,
                              struct fl_output **output, struct fl_error *error)
{
    *output = NULL;
    struct fl_output *created = output_alloc(io);
    if (created == NULL)
        return fl_fail_memory(error, WRITE_BUFFER_BYTES);
    created->file = file;
    created->path = strdup(shown_name);
    if (created->path == NULL) {
        output_free(created);
        return fl_fail_memory(error, strlen(shown_name) + 1);
    }
    *output = created;
    return FL_OK;
}

/* Keeps the failure, so that every later call can repeat it. */
static fl_status keep_failure(struct fl_output *output, const struct fl_error *failure,
                              struct fl_error *error)
{
    output->failure = *failure;
    if (error != NULL)
        *error = *failure;
    return failure->status;
}

static fl_status repeat_failure(const struct fl_output *output, struct fl_error *error)
{
    if (error != NULL)
        *error = output->failure;
    return output->failure.status;
}

static fl_status write_through(struct fl_output *output, const void *bytes, size_t size,
                               struct fl_error *error)
{
    struct fl_error failure;
    fl_error_clear(&failure);
    const fl_status status = fl_write_all(output->io, output->file, bytes, size, output->path, &failure);
    if (status == FL_OK)
        return FL_OK;
    if (status == FL_TEMPORARY && output->directory != NULL)
        (void)fl_fail(&failure, status, "the disk is full, %llu bytes into a file: nothing was published",
                      (unsigned long long)output->size_bytes);
    return keep_failure(output, &failure, error);
}

/* Begins to store what was written so far, so that the fsync at the end, in which nothing else is done, finds
 * little left: it was a tenth of a run on two threads. Only a hint: that fsync is what counts. */
static void start_storing(struct fl_output *output)
{
    if (output->directory != NULL) /* not a pipe */
        (void)output->io->sync_file_range(output->file, 0, 0, SYNC_FILE_RANGE_WRITE);
}

static fl_status flush(struct fl_output *output, struct fl_error *error)
{
    const size_t size = output->buffered;
    output->buffered = 0;
    const fl_status status = write_through(output, output->buffer, size, error);
    start_storing(output);
    return status;
}

fl_status fl_output_write(struct fl_output *output, const void *bytes, size_t size, struct fl_error *error)
{
    if (output->failure.status != FL_OK)
        return repeat_failure(output, error);
    if (size == 0)
        return FL_OK;
    if (output->digest != NULL)
        fl_digest_add(output->digest, bytes, size);
    output->size_bytes += size;
    if (size > WRITE_BUFFER_BYTES - output->buffered) {
        const fl_status status = flush(output, error);
        if (status != FL_OK)
            return status;
    }
    if (size >= WRITE_BUFFER_BYTES)
        return write_through(output, bytes, size, error);
    memcpy(output->buffer + output->buffered, bytes, size);
    output->buffered += size;
    return FL_OK;
}

uint64_t fl_output_size(const struct fl_output *output)
{
    return output->size_bytes;
}

void fl_output_without_digest(struct fl_output *output)
{
    assert(output->size_bytes == 0);
    fl_digest_free(output->digest);
    output->digest = NULL;
}

uint64_t fl_output_digest(const struct fl_output *output)
{
    assert(output->digest != NULL);
    return fl_digest_64(output->digest);
}

static fl_status compare_with(const struct fl_output *output, const char *final_path, bool *same,
                              struct fl_error *error)
{
    int there;
    do {
        there = output->io->open(final_path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0);
    } while (there < 0 && errno == EINTR);
    if (there < 0 && errno == ENOENT)
        return FL_OK;
    if (there < 0 && errno != ELOOP)
        return fail_create(error, errno, "look at what is there", final_path);
    *same = there >= 0 && fl_same_bytes(output->io, output->file, there);
    if (there >= 0)
        (void)output->io->close(there);
    if (*same)
        return FL_OK;
    (void)fl_fail(error, FL_CANNOT_CREATE, "is there already, with other bytes: nothing was written");
    return fl_error_at_path(error, final_path);
}

fl_status fl_output_look_at_name(struct fl_output *output, const char *final_name, bool *same,
                                 struct fl_error *error)
{
    *same = false;
    const fl_status status =
        output->failure.status == FL_OK ? flush(output, error) : repeat_failure(output, error);
    if (status != FL_OK)
        return status;
    char *final_path = fl_path_join(output->directory, final_name);
    if (final_path == NULL)
        return fl_fail_memory(error, strlen(output->directory));
    const fl_status compared = compare_with(output, final_path, same, error);
    free(final_path);
    return compared;
}

void fl_output_abort(struct fl_output *output)
{
    if (output == NULL)
        return;
    if (output->directory != NULL) {
        (void)output->io->unlink(output->path);
        (void)output->io->close(output->file);
    }
    output_free(output);
}

/* Flushed and on the disk. After a failed fsync the system may have dropped the pages and will not say so
 * again, so it is never asked twice. */
static fl_status make_durable(struct fl_output *output, struct fl_error *error)
{
    const fl_status status = flush(output, error);
    if (status != FL_OK || output->directory == NULL)
        return status;
    if (output->io->fsync(output->file) == 0)
        return FL_OK;
    const fl_status failed = fl_fail_errno(error, errno, "bring to the disk", output->path);
    if (failed == FL_TEMPORARY)
        (void)fl_fail(error, failed, "the disk is full, %llu bytes into a file: nothing was published",
                      (unsigned long long)output->size_bytes);
    return failed;
}

static fl_status rename_into_place(const struct fl_output *output, const char *final_name,
                                   struct fl_error *error)
{
    char *final_path = fl_path_join(output->directory, final_name);
    if (final_path == NULL)
        return fl_fail_memory(error, strlen(output->directory) + strlen(final_name) + 2);
    fl_status status = FL_OK;
    if (output->io->rename(output->path, final_path) != 0)
        status = fail_create(error, errno, "rename a finished file to this name", final_path);
    free(final_path);
    return status;
}

fl_status fl_output_commit(struct fl_output *output, const char *final_name, struct fl_error *error)
{
    fl_status status =
        output->failure.status == FL_OK ? make_durable(output, error) : repeat_failure(output, error);
    if (status == FL_OK && output->directory != NULL) {
        assert(final_name != NULL && strchr(final_name, '/') == NULL);
        status = rename_into_place(output, final_name, error);
    }
    if (status != FL_OK || output->directory == NULL) {
        fl_output_abort(output); /* leaves a descriptor alone that is not ours */
        return status;
    }
    /* Last of all, since the lock ends with it. The bytes were synced, so a failure here is odd; it is told
     * all the same. */
    if (output->io->close(output->file) != 0 && errno != EINTR)
        status = fl_fail_errno(error, errno, "close", output->path);
    output_free(output);
    return status;
}

fl_status fl_scratch_file(const struct fl_io *io, const char *directory, int *file, struct fl_error *error)
{
    char *path;
    fl_status status = create_temporary(io, directory, file, &path, error);
    if (status != FL_OK) {
        *file = -1;
        return status;
    }
    if (io->unlink(path) != 0) {
        status = fl_fail_errno(error, errno, "unlink a scratch file", path);
        (void)io->close(*file);
        *file = -1;
    }
    free(path);
    return status;
}
