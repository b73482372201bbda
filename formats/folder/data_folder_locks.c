/* data_folder_locks.c - the locks of those who change a data folder. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>

#include "formats/base/publish.h"
#include "formats/folder/data_manifest.h"

#define LOCK_NAME         ".lock"
#define COMPACT_LOCK_NAME ".compact"

/* Opens or creates the file and takes its lock; `wait` is 0, or LOCK_NB to be refused while another has it.
 */
static fl_status lock_file(const struct fl_io *io, const char *path, int wait, int *lock,
                           struct fl_error *error)
{
    do {
        *lock = io->open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    } while (*lock < 0 && errno == EINTR);
    if (*lock < 0)
        return fl_fail_errno(error, errno, "open the lock", path);
    int result;
    do {
        result = io->flock(*lock, LOCK_EX | wait);
    } while (result != 0 && errno == EINTR);
    if (result == 0)
        return FL_OK;
    const fl_status status =
        errno == EWOULDBLOCK ? FL_TEMPORARY : fl_fail_errno(error, errno, "take the lock", path);
    (void)io->close(*lock);
    *lock = -1;
    return status;
}

fl_status fl_data_folder_lock(const struct fl_data_folder *folder, int *lock, struct fl_error *error)
{
    *lock = -1;
    char *path = fl_data_folder_path_of(folder, LOCK_NAME);
    if (path == NULL)
        return fl_fail_memory(error, strlen(folder->path));
    const fl_status status = lock_file(folder->io, path, 0, lock, error);
    free(path);
    return status;
}

fl_status fl_data_folder_lock_compaction(const struct fl_data_folder *folder, int *lock,
                                         struct fl_error *error)
{
    *lock = -1;
    char *path = fl_data_folder_path_of(folder, COMPACT_LOCK_NAME);
    if (path == NULL)
        return fl_fail_memory(error, strlen(folder->path));
    const fl_status status = lock_file(folder->io, path, LOCK_NB, lock, error);
    free(path);
    if (status != FL_TEMPORARY)
        return status;
    (void)fl_fail(error, FL_TEMPORARY, "another compaction is at work in this folder");
    (void)fl_error_at_path(error, folder->path);
    return FL_TEMPORARY;
}

void fl_data_folder_unlock(const struct fl_data_folder *folder, int lock)
{
    if (lock >= 0)
        (void)folder->io->close(lock);
}

/* --- the lock of one import */

/* What an import's lock and its table files have in common. */
enum { IMPORT_DIGITS = 16, PART_ENDING_BYTES = sizeof "-p0001.flint" - 1 };

enum { IMPORT_LOCK_NAME_BYTES = sizeof FL_IMPORT_LOCK_PREFIX + IMPORT_DIGITS };

static void import_lock_name(const char *import_id, char name[IMPORT_LOCK_NAME_BYTES])
{
    (void)snprintf(name, IMPORT_LOCK_NAME_BYTES, FL_IMPORT_LOCK_PREFIX "%.*s", IMPORT_DIGITS, import_id);
}

static char *import_lock_path(const struct fl_data_folder *folder, const char *import_id)
{
    char name[IMPORT_LOCK_NAME_BYTES];
    import_lock_name(import_id, name);
    return fl_data_folder_path_of(folder, name);
}

/* The digits in the name of a table file, or NULL. */
static const char *import_digits_of(const char *name)
{
    const size_t size = strlen(name);
    return size > IMPORT_DIGITS + PART_ENDING_BYTES ? name + size - PART_ENDING_BYTES - IMPORT_DIGITS : NULL;
}

static fl_status look_for(const struct fl_data_folder *folder, const char *name, bool *there,
                          struct fl_error *error)
{
    char *path = fl_data_folder_path_of(folder, name);
    if (path == NULL)
        return fl_fail_memory(error, strlen(folder->path));
    int file;
    do {
        file = folder->io->open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC, 0);
    } while (file < 0 && errno == EINTR);
    *there = file >= 0;
    fl_status status = FL_OK;
    if (file >= 0)
        (void)folder->io->close(file);
    else if (errno != ENOENT)
        status = fl_fail_errno(error, errno, "look for", path);
    free(path);
    return status;
}

fl_status fl_data_folder_is_unclaimed(const struct fl_data_folder *folder, const char *table_file,
                                      bool *unclaimed, struct fl_error *error)
{
    *unclaimed = false;
    bool locked = false;
    fl_status status = FL_OK;
    const char *digits = import_digits_of(table_file);
    if (digits != NULL) {
        char lock_name[IMPORT_LOCK_NAME_BYTES];
        import_lock_name(digits, lock_name);
        status = look_for(folder, lock_name, &locked, error);
    }
    if (status != FL_OK || locked)
        return status;
    /* Only now: an import that fails removes its files before its lock, and may have done so meanwhile. */
    return look_for(folder, table_file, unclaimed, error);
}

/* Whoever had the lock before removed its file, so a lock on a file without a name is none. */
static fl_status lock_named_file(const struct fl_io *io, const char *path, int *lock, struct fl_error *error)
{
    for (;;) {
        const fl_status status = lock_file(io, path, 0, lock, error);
        if (status != FL_OK)
            return status;
        struct stat facts;
        const int error_number = io->fstat(*lock, &facts) == 0 ? 0 : errno;
        if (error_number == 0 && facts.st_nlink > 0)
            return FL_OK;
        (void)io->close(*lock);
        *lock = -1;
        if (error_number != 0)
            return fl_fail_errno(error, error_number, "look at the lock", path);
    }
}

static bool has_manifest(const struct fl_data_folder *folder)
{
    return fl_data_state_of_const(folder)->import_count > 0;
}

fl_status fl_data_folder_lock_import(struct fl_data_folder *folder, const char *import_id, int *lock,
                                     struct fl_error *error)
{
    *lock = -1;
    char *path = import_lock_path(folder, import_id);
    if (path == NULL)
        return fl_fail_memory(error, strlen(folder->path));
    fl_status status = lock_named_file(folder->io, path, lock, error);
    free(path);
    if (status == FL_OK)
        status = fl_data_folder_refresh(folder, error);
    if (status != FL_OK || has_manifest(folder))
        return status;
    /* The first import. Table files without a manifest are known as a killed import's by its lock only, so
     * that has to be on the disk before them. */
    status = fl_directory_sync(folder->io, folder->path, error);
    return status == FL_OK ? fl_directory_sync_name(folder->io, folder->path, error) : status;
}

/* True, too, when the folder cannot be listed. */
static bool may_have_files(const struct fl_data_folder *folder, const char *import_id)
{
    DIR *entries = folder->io->opendir(folder->path);
    if (entries == NULL)
        return true;
    bool found = false;
    errno = 0;
    for (const struct dirent *entry; !found && (entry = folder->io->readdir(entries)) != NULL; errno = 0) {
        const char *digits = import_digits_of(entry->d_name);
        found = digits != NULL && strncmp(digits, import_id, IMPORT_DIGITS) == 0;
    }
    found |= errno != 0;
    (void)folder->io->closedir(entries);
    return found;
}

/* Without a manifest the lock is what tells the import's table files, of which an earlier attempt may have
 * left more than this one removed, from those of a lost manifest. What a failed commit meant to write stands
 * in `folder`, so the manifest is asked. */
static bool lock_is_needed(struct fl_data_folder *folder, const char *import_id)
{
    if (fl_data_folder_refresh(folder, NULL) != FL_OK)
        return true;
    return !has_manifest(folder) &&
           (may_have_files(folder, import_id) || fl_directory_sync(folder->io, folder->path, NULL) != FL_OK);
}

void fl_data_folder_unlock_import(struct fl_data_folder *folder, const char *import_id, int lock)
{
    if (lock < 0)
        return;
    char *path = import_lock_path(folder, import_id);
    if (path != NULL && !lock_is_needed(folder, import_id))
        (void)folder->io->unlink(path);
    free(path);
    (void)folder->io->close(lock);
}

fl_status fl_data_folder_sweep(const struct fl_data_folder *folder, struct fl_error *error)
{
    const fl_status status = fl_directory_sweep(folder->io, folder->path, FL_TEMPORARY_PREFIX, error);
    if (status != FL_OK || !has_manifest(folder))
        return status;
    return fl_directory_sweep(folder->io, folder->path, FL_IMPORT_LOCK_PREFIX, error);
}
