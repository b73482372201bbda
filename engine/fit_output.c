/* fit_output.c - puts the file that a fit made into the model folder. */
#include "engine/fit_output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>

#include "formats/base/file_map.h"
#include "formats/base/limits.h"
#include "formats/base/publish.h"

static fl_status lock_folder(const struct fl_io *io, const char *folder, int *lock, struct fl_error *error)
{
    do {
        *lock = io->open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    } while (*lock < 0 && errno == EINTR);
    if (*lock < 0)
        return fl_fail_errno(error, errno, "open", folder);
    int result;
    do {
        result = io->flock(*lock, LOCK_EX);
    } while (result != 0 && errno == EINTR);
    return result == 0 ? FL_OK : fl_fail_errno(error, errno, "lock", folder);
}

static fl_status check_followed(const struct fl_io *io, const char *folder, enum fl_model_part part,
                                const struct fl_buffer *followed, struct fl_error *error)
{
    struct fl_buffer now = {0};
    struct fl_error trouble;
    fl_error_clear(&trouble);
    char *path = fl_path_join(folder, fl_model_part_name(part));
    if (path == NULL)
        return fl_fail_memory(error, strlen(folder));
    fl_status status = fl_file_read_kept(io, path, FL_CONFIG_BYTES_MAX, &now, &trouble);
    if (status == FL_MISSING)
        status = FL_OK;
    else if (status != FL_OK && error != NULL)
        *error = trouble;
    if (status == FL_OK &&
        (now.size != followed->size || (now.size > 0 && memcmp(now.bytes, followed->bytes, now.size) != 0))) {
        (void)fl_fail(error, FL_TEMPORARY, "changed since this fit read it, so it would be lost: fit again");
        (void)fl_error_at_path(error, path);
        status = FL_TEMPORARY;
    }
    fl_buffer_release(&now);
    free(path);
    return status;
}

fl_status fl_fit_lock(const struct fl_io *io, const char *folder, enum fl_model_part part,
                      const struct fl_buffer *followed, int *lock, struct fl_error *error)
{
    fl_status status = lock_folder(io, folder, lock, error);
    if (status == FL_OK)
        status = check_followed(io, folder, part, followed, error);
    if (status == FL_OK)
        return FL_OK;
    fl_fit_unlock(io, *lock);
    *lock = -1;
    return status;
}

void fl_fit_unlock(const struct fl_io *io, int lock)
{
    if (lock >= 0)
        (void)io->close(lock);
}

fl_status fl_fit_publish(const struct fl_io *io, const char *folder, enum fl_model_part part,
                         const struct fl_buffer *text, struct fl_error *error)
{
    struct fl_output *output = NULL;
    fl_status status = fl_directory_check(io, folder, error);
    if (status == FL_OK)
        status = fl_output_create(io, folder, &output, error);
    if (status != FL_OK)
        return status;
    /* What a fit that was killed has left behind here; ours is locked. */
    status = fl_directory_sweep(io, folder, FL_TEMPORARY_PREFIX, error);
    if (status == FL_OK)
        status = fl_output_write(output, text->bytes, text->size, error);
    if (status != FL_OK) {
        fl_output_abort(output);
        return status;
    }
    status = fl_output_commit(output, fl_model_part_name(part), error);
    return status == FL_OK ? fl_directory_sync(io, folder, error) : status;
}
