/* output_file.c - the one file that a verb writes: whole or not at all, or the standard output. */
#include "tools/fourloop/output_file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool output_file_is_stdout(const char *path)
{
    return path == NULL || strcmp(path, "-") == 0;
}

/* Renaming over a device or a folder must not be tried: as root it would replace /dev/null. */
static fl_status check_target(const struct fl_io *io, const char *path, struct fl_error *error)
{
    const int file = io->open(path, O_PATH, 0);
    if (file < 0)
        return FL_OK;
    struct stat facts;
    const bool regular = io->fstat(file, &facts) == 0 && S_ISREG(facts.st_mode);
    const bool folder = S_ISDIR(facts.st_mode);
    (void)io->close(file);
    if (regular)
        return FL_OK;
    (void)fl_fail(error, FL_CANNOT_CREATE, "there is something that is no file; %s",
                  folder ? "a / at its end asks for files in this folder"
                         : "without -o the standard output is used");
    return fl_error_at_path(error, path);
}

/* The folder that `path` lies in; its last part is *name. malloc()ed. */
static char *folder_of(const char *path, const char **name)
{
    const char *slash = strrchr(path, '/');
    *name = slash == NULL ? path : slash + 1;
    if (slash == NULL)
        return strdup(".");
    return slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
}

fl_status output_file_create(const struct fl_io *io, const char *path, struct output_file *file,
                             struct fl_error *error)
{
    *file = (struct output_file){.io = io};
    if (output_file_is_stdout(path))
        return fl_output_over_file(io, STDOUT_FILENO, "the standard output", &file->output, error);
    fl_status status = check_target(io, path, error);
    if (status != FL_OK)
        return status;
    file->folder = folder_of(path, &file->name);
    if (file->folder == NULL)
        return fl_fail_memory(error, strlen(path));
    status = fl_directory_check(io, file->folder, error);
    if (status == FL_OK)
        status = fl_output_create(io, file->folder, &file->output, error);
    /* What a verb that was killed has left behind here; ours is locked. */
    if (status == FL_OK)
        status = fl_directory_sweep(io, file->folder, FL_TEMPORARY_PREFIX, error);
    return status == FL_OK ? FL_OK : output_file_finish(file, status, error);
}

/* Whoever reads the pipe has half of it: the same command cannot mend that. */
static fl_status commit_stdout(struct output_file *file, struct fl_error *error)
{
    const fl_status status = fl_output_commit(file->output, NULL, error);
    if (status != FL_TEMPORARY)
        return status;
    return fl_fail(error, FL_IO, "writing failed: the disk behind it is full");
}

fl_status output_file_finish(struct output_file *file, fl_status status, struct fl_error *error)
{
    if (status != FL_OK)
        fl_output_abort(file->output);
    else if (file->folder == NULL)
        status = commit_stdout(file, error);
    else
        status = fl_output_commit(file->output, file->name, error);
    if (status == FL_OK && file->folder != NULL)
        status = fl_directory_sync(file->io, file->folder, error);
    free(file->folder);
    *file = (struct output_file){.io = NULL};
    return status;
}
