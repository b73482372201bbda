/* leftovers.c - removes table files that a compaction which was killed left behind. */
#include "formats/compact/leftovers.h"

#include <errno.h>
#include <stdlib.h>

#include "formats/table/table_listed.h"

static bool is_table_file(const char *name)
{
    static const char extension[] = ".flint";
    const size_t size = strlen(name);
    return size >= sizeof extension && strcmp(name + size - (sizeof extension - 1), extension) == 0;
}

static bool is_listed(const struct fl_data_folder *folder, const char *name)
{
    for (size_t i = 0; i < folder->file_count; i++) {
        if (strcmp(folder->files[i].name, name) == 0)
            return true;
    }
    return false;
}

/* Its import stays known and has no files of its own any more, so nobody will want that name. */
static bool was_folded(const struct fl_data_folder *folder, const char *name)
{
    for (size_t i = 0; i < folder->fold_count; i++) {
        const struct fl_data_fold *fold = &folder->folds[i];
        for (size_t k = 0; k < fold->from_count; k++) {
            if (strcmp(fold->from[k].name, name) == 0)
                return true;
        }
    }
    return false;
}

/* What cannot be read is not ours to judge. */
static bool is_fold(const struct fl_io *io, const char *path)
{
    struct fl_table *table;
    if (fl_table_open(io, path, FL_IO_MAP, &table, NULL) != FL_OK)
        return false;
    const bool made_here = fl_table_fact(table, FL_FACT_FOLDED) != NULL;
    fl_table_close(table);
    return made_here;
}

static fl_status look_at(const struct fl_data_folder *folder, const char *name, struct fl_error *error)
{
    if (!is_table_file(name) || is_listed(folder, name))
        return FL_OK;
    char *path = fl_data_folder_path_of(folder, name);
    if (path == NULL)
        return fl_fail_memory(error, strlen(name));
    fl_status status = FL_OK;
    if ((was_folded(folder, name) || is_fold(folder->io, path)) && folder->io->unlink(path) != 0 &&
        errno != ENOENT)
        status = fl_fail_errno(error, errno, "remove a file of an earlier compaction", path);
    free(path);
    return status;
}

fl_status fl_leftovers_remove(const struct fl_data_folder *folder, struct fl_error *error)
{
    const struct fl_io *io = folder->io;
    DIR *entries = io->opendir(folder->path);
    if (entries == NULL)
        return fl_fail_errno(error, errno, "list the folder", folder->path);
    fl_status status = FL_OK;
    while (status == FL_OK) {
        errno = 0;
        const struct dirent *entry = io->readdir(entries);
        if (entry != NULL)
            status = look_at(folder, entry->d_name, error);
        else if (errno != 0)
            status = fl_fail_errno(error, errno, "list the folder", folder->path);
        else
            break;
    }
    (void)io->closedir(entries);
    return status;
}
