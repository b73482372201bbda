/* publish_set.c - output files that belong together, in a folder that may hold others. */
#include "formats/base/publish_set.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/file.h>

struct set {
    const struct fl_io *io;
    const char *directory;
    struct fl_output *const *outputs;
    const char *const *names;
    size_t count, done; /* the first so many outputs are freed */
    bool is_there[FL_PUBLISH_SET_MAX];
};

/* From the first look at the names to the end: of two at once one would find none of them, and then take back
 * what the other made. -1, or without a lock, where the system cannot lock a folder: it is for that only. */
static int lock_directory(const struct set *set)
{
    const char *path = set->directory[0] == '\0' ? "." : set->directory;
    int lock, result;
    do
        lock = set->io->open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    while (lock < 0 && errno == EINTR);
    if (lock < 0)
        return lock;
    do
        result = set->io->flock(lock, LOCK_EX);
    while (result != 0 && errno == EINTR);
    return lock;
}

static fl_status look_at_names(struct set *set, struct fl_error *error)
{
    fl_status status = FL_OK;
    for (size_t i = 0; status == FL_OK && i < set->count; i++)
        status = fl_output_look_at_name(set->outputs[i], set->names[i], &set->is_there[i], error);
    return status;
}

static fl_status commit_next(struct set *set, struct fl_error *error)
{
    const size_t i = set->done++;
    if (!set->is_there[i])
        return fl_output_commit(set->outputs[i], set->names[i], error);
    fl_output_abort(set->outputs[i]);
    return FL_OK;
}

static fl_status commit_all(struct set *set, struct fl_error *error)
{
    fl_status status = FL_OK;
    while (status == FL_OK && set->done + 1 < set->count)
        status = commit_next(set, error);
    if (status == FL_OK)
        status = fl_directory_sync(set->io, set->directory, error);
    if (status == FL_OK)
        status = commit_next(set, error);
    if (status == FL_OK)
        status = fl_directory_sync(set->io, set->directory, error);
    return status == FL_OK ? fl_directory_sync_name(set->io, set->directory, error) : status;
}

/* The last one first, so that it never stands alone. It may have got its name although its commit failed. */
static void take_back(const struct set *set)
{
    for (size_t i = set->done; i-- > 0;) {
        char *path = set->is_there[i] ? NULL : fl_path_join(set->directory, set->names[i]);
        if (path != NULL)
            (void)set->io->unlink(path);
        free(path);
    }
}

fl_status fl_publish_set(const struct fl_io *io, const char *directory, struct fl_output *const outputs[],
                         const char *const names[], size_t count, struct fl_error *error)
{
    assert(count > 0 && count <= FL_PUBLISH_SET_MAX);
    struct set set = {.io = io, .directory = directory, .outputs = outputs, .names = names, .count = count};
    const int lock = lock_directory(&set);
    fl_status status = look_at_names(&set, error);
    if (status == FL_OK)
        status = commit_all(&set, error);
    if (status != FL_OK)
        take_back(&set);
    while (set.done < count)
        fl_output_abort(outputs[set.done++]);
    if (lock >= 0)
        (void)io->close(lock);
    return status;
}
