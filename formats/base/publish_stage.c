/* publish_stage.c - a folder of output files that appears whole or not at all. */
#include "formats/base/publish_stage.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "formats/base/same_bytes.h"

enum { TEMPORARY_NAMES_MAX = 1000 };

struct fl_stage {
    const struct fl_io *io;
    char *path;   /* the final one, without slashes at its end */
    char *parent; /* of both folders */
    char *directory;
    int lock; /* the open folder */
};

static void stage_free(struct fl_stage *stage)
{
    if (stage->lock >= 0)
        (void)stage->io->close(stage->lock);
    free(stage->path);
    free(stage->parent);
    free(stage->directory);
    free(stage);
}

/* Splits `path` into the folder it lies in and itself; false: no memory. */
static bool set_paths(struct fl_stage *stage, const char *path)
{
    size_t size = strlen(path);
    while (size > 1 && path[size - 1] == '/')
        size--;
    stage->path = strndup(path, size);
    if (stage->path == NULL)
        return false;
    stage->parent = fl_path_parent(path);
    return stage->parent != NULL;
}

/* The lock stays -1 when a sweep took the new folder before it was locked. */
static fl_status lock_folder(struct fl_stage *stage, struct fl_error *error)
{
    stage->lock = stage->io->open(stage->directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
    if (stage->lock < 0)
        return errno == ENOENT || errno == EINTR ? FL_OK
                                                 : fl_fail_errno(error, errno, "open", stage->directory);
    struct stat facts = {.st_nlink = 0};
    fl_status status = FL_OK;
    if (stage->io->flock(stage->lock, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            status = fl_fail_errno(error, errno, "lock", stage->directory);
    } else if (stage->io->fstat(stage->lock, &facts) != 0) {
        status = fl_fail_errno(error, errno, "look at", stage->directory);
    }
    if (status == FL_OK && facts.st_nlink > 0)
        return FL_OK;
    (void)stage->io->close(stage->lock);
    stage->lock = -1;
    return status;
}

/* Creates the folder of number `number`; the lock stays -1 when that name is taken. */
static fl_status try_folder(struct fl_stage *stage, int number, struct fl_error *error)
{
    char name[64];
    (void)snprintf(name, sizeof name, "%s%ld-%d", FL_TEMPORARY_PREFIX, (long)getpid(), number);
    stage->directory = fl_path_join(stage->parent, name);
    if (stage->directory == NULL)
        return fl_fail_memory(error, strlen(stage->parent) + sizeof name);
    if (stage->io->mkdir(stage->directory, 0700) == 0) {
        const fl_status status = lock_folder(stage, error);
        if (stage->lock < 0)
            (void)stage->io->rmdir(stage->directory);
        return status;
    }
    if (errno == EEXIST || errno == EINTR)
        return FL_OK;
    const fl_status status = fl_fail_errno(error, errno, "create a folder in", stage->parent);
    return status == FL_MISSING ? fl_fail(error, FL_CANNOT_CREATE, "the folder is not there") : status;
}

static fl_status make_folder(struct fl_stage *stage, struct fl_error *error)
{
    fl_status status = fl_directory_check(stage->io, stage->parent, error);
    if (status != FL_OK)
        return status;
    for (int number = 0; number < TEMPORARY_NAMES_MAX; number++) {
        status = try_folder(stage, number, error);
        if (status != FL_OK || stage->lock >= 0)
            return status;
        free(stage->directory);
        stage->directory = NULL;
    }
    (void)fl_fail(error, FL_CANNOT_CREATE, "%d temporary names are taken", TEMPORARY_NAMES_MAX);
    return fl_error_at_path(error, stage->parent);
}

fl_status fl_stage_create(const struct fl_io *io, const char *path, struct fl_stage **stage,
                          struct fl_error *error)
{
    *stage = NULL;
    struct fl_stage *created = calloc(1, sizeof *created);
    if (created == NULL)
        return fl_fail_memory(error, sizeof *created);
    created->io = io;
    created->lock = -1;
    fl_status status =
        set_paths(created, path) ? make_folder(created, error) : fl_fail_memory(error, strlen(path));
    if (status != FL_OK) {
        stage_free(created);
        return status;
    }
    status = fl_directory_sweep(io, created->parent, FL_TEMPORARY_PREFIX, error); /* ours is locked */
    if (status != FL_OK)
        fl_stage_abort(created);
    else
        *stage = created;
    return status;
}

const char *fl_stage_directory(const struct fl_stage *stage)
{
    return stage->directory;
}

void fl_stage_abort(struct fl_stage *stage)
{
    if (stage == NULL)
        return;
    (void)fl_directory_remove(stage->io, stage->directory, NULL);
    stage_free(stage);
}

/* --- comparing with what is there */

static int open_in(const struct fl_io *io, const char *directory, const char *name)
{
    char *path = fl_path_join(directory, name);
    const int file = path == NULL ? -1 : io->open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0);
    free(path);
    return file;
}

static bool same_file(const struct fl_stage *stage, const char *name)
{
    const int ours = open_in(stage->io, stage->directory, name);
    const int theirs = open_in(stage->io, stage->path, name);
    const bool same = ours >= 0 && theirs >= 0 && fl_same_bytes(stage->io, ours, theirs);
    if (ours >= 0)
        (void)stage->io->close(ours);
    if (theirs >= 0)
        (void)stage->io->close(theirs);
    return same;
}

/* Each entry of the folder at the final path stands in the stage too, with the same bytes; *count of them. */
static bool same_entries(const struct fl_stage *stage, const char *directory, size_t *count)
{
    DIR *entries = stage->io->opendir(directory);
    bool same = entries != NULL;
    *count = 0;
    while (same) {
        errno = 0;
        const struct dirent *entry = stage->io->readdir(entries);
        if (entry == NULL) {
            same = errno == 0;
            break;
        }
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        same = same_file(stage, entry->d_name);
        (*count)++;
    }
    if (entries != NULL)
        (void)stage->io->closedir(entries);
    return same;
}

static bool is_already_there(const struct fl_stage *stage)
{
    size_t ours, theirs;
    return same_entries(stage, stage->path, &theirs) && same_entries(stage, stage->directory, &ours) &&
           ours == theirs;
}

static fl_status fail_rename(struct fl_error *error, int error_number, const char *path)
{
    if (error_number == ENOTEMPTY || error_number == EEXIST)
        (void)fl_fail(error, FL_CANNOT_CREATE,
                      "the folder holds other files than these; several files are published as one folder: "
                      "name a new or an empty one");
    else if (error_number == ENOTDIR)
        (void)fl_fail(error, FL_CANNOT_CREATE, "there is something that is no folder");
    else
        return fl_fail_errno(error, error_number, "rename a finished folder to this name", path);
    return fl_error_at_path(error, path);
}

fl_status fl_stage_commit(struct fl_stage *stage, bool *already_there, struct fl_error *error)
{
    *already_there = false;
    fl_status status = fl_directory_sync(stage->io, stage->directory, error);
    if (status == FL_OK && stage->io->rename(stage->directory, stage->path) != 0) {
        const int error_number = errno;
        *already_there = (error_number == ENOTEMPTY || error_number == EEXIST) && is_already_there(stage);
        status = *already_there ? FL_OK : fail_rename(error, error_number, stage->path);
        fl_stage_abort(stage);
        return status;
    }
    if (status != FL_OK) {
        fl_stage_abort(stage);
        return status;
    }
    status = fl_directory_sync(stage->io, stage->parent, error);
    stage_free(stage);
    return status;
}
