/* publish_directory.c - the folder that outputs appear in. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "formats/base/publish.h"

char *fl_path_join(const char *directory, const char *name)
{
    const size_t directory_size = strlen(directory);
    const bool slash = directory_size > 0 && directory[directory_size - 1] != '/';
    const size_t size = directory_size + (slash ? 1 : 0) + strlen(name) + 1;
    char *path = malloc(size);
    if (path != NULL)
        (void)snprintf(path, size, "%s%s%s", directory, slash ? "/" : "", name);
    return path;
}

char *fl_path_parent(const char *path)
{
    size_t size = strlen(path);
    while (size > 1 && path[size - 1] == '/')
        size--;
    const char *slash = memrchr(path, '/', size);
    if (slash == NULL)
        return strdup(".");
    return slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
}

static int open_directory(const struct fl_io *io, const char *directory, int more_flags)
{
    int file;
    do {
        file = io->open(directory[0] == '\0' ? "." : directory, O_RDONLY | O_DIRECTORY | more_flags, 0);
    } while (file < 0 && errno == EINTR);
    return file;
}

fl_status fl_directory_sync(const struct fl_io *io, const char *directory, struct fl_error *error)
{
    const int file = open_directory(io, directory, 0);
    if (file < 0)
        return fl_fail_errno(error, errno, "open the folder", directory);
    fl_status status = FL_OK;
    /* EINVAL: a file system without directory syncs (some network ones), where names are durable by other
     * means. */
    if (io->fsync(file) != 0 && errno != EINVAL)
        status = fl_fail_errno(error, errno, "bring the folder to the disk", directory);
    (void)io->close(file);
    return status;
}

fl_status fl_directory_sync_name(const struct fl_io *io, const char *directory, struct fl_error *error)
{
    char *parent = fl_path_parent(directory);
    if (parent == NULL)
        return fl_fail_memory(error, strlen(directory));
    struct fl_error trouble;
    fl_error_clear(&trouble);
    const fl_status status = fl_directory_sync(io, parent, &trouble);
    free(parent);
    /* A folder that may be entered but not listed cannot be opened, so nobody could bring it to the disk. */
    if (status == FL_OK || status == FL_PERMISSION)
        return FL_OK;
    if (error != NULL)
        *error = trouble;
    return status;
}

static fl_status fail_ensure(struct fl_error *error, int error_number, const char *directory)
{
    const fl_status status = fl_fail_errno(error, error_number, "create the folder", directory);
    if (status == FL_TEMPORARY)
        return status;
    if (error != NULL)
        error->status = FL_CANNOT_CREATE;
    return FL_CANNOT_CREATE;
}

fl_status fl_directory_check(const struct fl_io *io, const char *directory, struct fl_error *error)
{
    size_t size = strlen(directory);
    while (size > 1 && directory[size - 1] == '/')
        size--;
    char *path = strndup(directory, size); /* with a / behind it, a link would be followed */
    if (path == NULL)
        return fl_fail_memory(error, size + 1);
    int file;
    do {
        file = io->open(path, O_PATH | O_NOFOLLOW, 0);
    } while (file < 0 && errno == EINTR);
    const int error_number = errno;
    free(path);
    if (file < 0)
        return error_number == ENOENT ? FL_OK : fail_ensure(error, error_number, directory);
    struct stat facts;
    fl_status status = FL_OK;
    if (io->fstat(file, &facts) != 0)
        status = fail_ensure(error, errno, directory);
    else if (S_ISLNK(facts.st_mode) && facts.st_uid != geteuid() && facts.st_uid != 0)
        status = fl_fail(error, FL_PERMISSION,
                         "is a link that another user made: nothing is written where it leads");
    (void)io->close(file);
    return status == FL_PERMISSION ? fl_error_at_path(error, directory) : status;
}

fl_status fl_directory_ensure(const struct fl_io *io, const char *directory, struct fl_error *error)
{
    if (io->mkdir(directory, 0700) == 0)
        return FL_OK;
    if (errno != EEXIST)
        return fail_ensure(error, errno, directory);
    const fl_status status = fl_directory_check(io, directory, error);
    if (status != FL_OK)
        return status;
    const int file = open_directory(io, directory, 0);
    if (file < 0)
        return fail_ensure(error, errno, directory);
    (void)io->close(file);
    return FL_OK;
}

static int open_temporary(const struct fl_io *io, const char *path)
{
    /* O_NONBLOCK: a pipe that somebody left under such a name must not hold us up. */
    return io->open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0);
}

/* Whether `path` still names the open file. Its lock is ours by then, so its owner is gone and no one will
 * rename it. */
static bool still_named(const struct fl_io *io, int file, const char *path)
{
    struct stat open_facts, named_facts;
    if (io->fstat(file, &open_facts) != 0 || open_facts.st_nlink == 0)
        return false;
    const int again = open_temporary(io, path);
    if (again < 0)
        return false;
    const bool same = io->fstat(again, &named_facts) == 0 && named_facts.st_dev == open_facts.st_dev &&
                      named_facts.st_ino == open_facts.st_ino;
    (void)io->close(again);
    return same;
}

/* Calls `visit` with the path of each entry, . and .. apart. */
typedef fl_status visit_entry(const struct fl_io *io, const char *path, struct fl_error *error);

static fl_status visit_entries(const struct fl_io *io, const char *directory, const char *prefix,
                               visit_entry *visit, struct fl_error *error)
{
    DIR *entries = io->opendir(directory[0] == '\0' ? "." : directory);
    if (entries == NULL)
        return fl_fail_errno(error, errno, "list the folder", directory);
    fl_status status = FL_OK;
    while (status == FL_OK) {
        errno = 0;
        const struct dirent *entry = io->readdir(entries);
        if (entry == NULL) {
            if (errno != 0)
                status = fl_fail_errno(error, errno, "list the folder", directory);
            break;
        }
        if (strncmp(entry->d_name, prefix, strlen(prefix)) != 0 || strcmp(entry->d_name, ".") == 0 ||
            strcmp(entry->d_name, "..") == 0)
            continue;
        char *path = fl_path_join(directory, entry->d_name);
        status = path == NULL ? fl_fail_memory(error, strlen(directory)) : visit(io, path, error);
        free(path);
    }
    (void)io->closedir(entries);
    return status;
}

static fl_status remove_file(const struct fl_io *io, const char *path, struct fl_error *error)
{
    if (io->unlink(path) == 0 || errno == ENOENT)
        return FL_OK;
    return fl_fail_errno(error, errno, "remove an abandoned file", path);
}

/* Removes the files of an open folder. Its name may lead elsewhere by now, where others may rename: its
 * descriptor cannot. */
static fl_status empty_folder(const struct fl_io *io, int folder, const char *directory,
                              struct fl_error *error)
{
    char path[64];
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", folder);
    const fl_status status = visit_entries(io, path, "", remove_file, error);
    /* Missing: no /proc is mounted here. */
    return status == FL_MISSING ? visit_entries(io, directory, "", remove_file, error) : status;
}

fl_status fl_directory_remove(const struct fl_io *io, const char *directory, struct fl_error *error)
{
    const int folder = open_directory(io, directory, O_NOFOLLOW);
    if (folder < 0)
        return fl_fail_errno(error, errno, "open an abandoned folder", directory);
    const fl_status status = empty_folder(io, folder, directory, error);
    (void)io->close(folder);
    if (status != FL_OK || io->rmdir(directory) == 0 || errno == ENOENT)
        return status;
    return fl_fail_errno(error, errno, "remove an abandoned folder", directory);
}

/* A temporary that cannot be opened or locked is a living one's, or not ours to judge; nor is one of another
 * user, who could have it hold anything, and keep us from removing it. */
static fl_status sweep_file(const struct fl_io *io, const char *path, struct fl_error *error)
{
    const int file = open_temporary(io, path);
    if (file < 0)
        return FL_OK;
    fl_status status = FL_OK;
    struct stat facts;
    if (io->flock(file, LOCK_EX | LOCK_NB) == 0 && still_named(io, file, path) &&
        io->fstat(file, &facts) == 0 && facts.st_uid == geteuid())
        status = S_ISDIR(facts.st_mode) ? fl_directory_remove(io, path, error) : remove_file(io, path, error);
    (void)io->close(file);
    return status;
}

fl_status fl_directory_sweep(const struct fl_io *io, const char *directory, const char *prefix,
                             struct fl_error *error)
{
    const fl_status status = fl_directory_check(io, directory, error);
    if (status != FL_OK)
        return status;
    return visit_entries(io, directory, prefix, sweep_file, error);
}
