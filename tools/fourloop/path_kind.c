/* path_kind.c - asks the system what a path names. */
#include "tools/fourloop/path_kind.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "formats/base/publish.h"

/* An entry, without opening what it names; -1, errno: why not. */
static int look_at(const struct fl_io *io, const char *path, int more_flags)
{
    int file;
    do {
        file = io->open(path, O_PATH | more_flags, 0);
    } while (file < 0 && errno == EINTR);
    return file;
}

enum path_kind path_kind_of(const struct fl_io *io, const char *path)
{
    const int folder = look_at(io, path, O_DIRECTORY);
    if (folder < 0)
        return errno == ENOTDIR ? PATH_FILE : errno == ENOENT ? PATH_MISSING : PATH_FOLDER;
    (void)io->close(folder);
    return PATH_FOLDER;
}

bool path_holds(const struct fl_io *io, const char *folder, const char *name)
{
    char *path = fl_path_join(folder, name);
    const int file = path == NULL ? -1 : look_at(io, path, 0);
    free(path);
    if (file < 0)
        return false;
    (void)io->close(file);
    return true;
}
