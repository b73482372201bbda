/* bad_sector_fs.c - a file system (FUSE) that shows a folder read-only, with one sector that cannot be read.
 *
 *     bad_sector_fs SOURCE MOUNTPOINT
 *
 * Runs until it is unmounted. SOURCE/BAD_SECTOR says which sector: a line "NUMBER PATH" with the path below
 * SOURCE; it is looked at whenever a file is opened, which also drops what the system has cached of that
 * file. Without it all is well. A read that touches the bad sector is EIO as a whole. */
#define FUSE_USE_VERSION 31
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fuse3/fuse.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SECTOR_BYTES = 4096, PATH_SIZE = 1024 };

/* What an open file's fh stands for. */
struct opened {
    int file;
    off_t bad_offset; /* -1: none */
};

static const char *source;

static int find(const char *path, char found[PATH_SIZE])
{
    return snprintf(found, PATH_SIZE, "%s%s", source, path) < PATH_SIZE ? 0 : -ENAMETOOLONG;
}

/* Where the file cannot be read, or -1. `path` starts with a slash. */
static off_t bad_offset_of(const char *path)
{
    char control[PATH_SIZE], bad_path[PATH_SIZE];
    long sector = -1;
    if (find("/BAD_SECTOR", control) != 0)
        return -1;
    FILE *file = fopen(control, "r");
    if (file == NULL)
        return -1;
    const int fields = fscanf(file, "%ld %1023s", &sector, bad_path);
    (void)fclose(file);
    return fields == 2 && strcmp(bad_path, path + 1) == 0 ? (off_t)sector * SECTOR_BYTES : -1;
}

static int on_getattr(const char *path, struct stat *facts, struct fuse_file_info *info)
{
    char real[PATH_SIZE];
    (void)info;
    const int result = find(path, real);
    if (result != 0)
        return result;
    return lstat(real, facts) == 0 ? 0 : -errno;
}

static int on_readdir(const char *path, void *buffer, fuse_fill_dir_t fill, off_t offset,
                      struct fuse_file_info *info, enum fuse_readdir_flags flags)
{
    char real[PATH_SIZE];
    (void)offset;
    (void)info;
    (void)flags;
    const int result = find(path, real);
    if (result != 0)
        return result;
    DIR *entries = opendir(real);
    if (entries == NULL)
        return -errno;
    for (const struct dirent *entry; (entry = readdir(entries)) != NULL;)
        (void)fill(buffer, entry->d_name, NULL, 0, 0);
    (void)closedir(entries);
    return 0;
}

static int on_open(const char *path, struct fuse_file_info *info)
{
    char real[PATH_SIZE];
    const int result = find(path, real);
    if (result != 0)
        return result;
    if ((info->flags & O_ACCMODE) != O_RDONLY)
        return -EROFS;
    struct opened *opened = malloc(sizeof *opened);
    if (opened == NULL)
        return -ENOMEM;
    *opened = (struct opened){open(real, O_RDONLY | O_CLOEXEC), bad_offset_of(path)};
    if (opened->file < 0) {
        const int trouble = errno;
        free(opened);
        return -trouble;
    }
    info->fh = (uintptr_t)opened;
    return 0;
}

static int on_read(const char *path, char *bytes, size_t size, off_t offset, struct fuse_file_info *info)
{
    const struct opened *opened = (const void *)(uintptr_t)info->fh;
    const off_t bad = opened->bad_offset;
    (void)path;
    if (bad >= 0 && offset < bad + SECTOR_BYTES && offset + (off_t)size > bad)
        return -EIO;
    const ssize_t got = pread(opened->file, bytes, size, offset);
    return got < 0 ? -errno : (int)got;
}

static int on_release(const char *path, struct fuse_file_info *info)
{
    struct opened *opened = (void *)(uintptr_t)info->fh;
    (void)path;
    (void)close(opened->file);
    free(opened);
    return 0;
}

int main(int argc, char **argv)
{
    static const struct fuse_operations operations = {.getattr = on_getattr,
                                                      .readdir = on_readdir,
                                                      .open = on_open,
                                                      .read = on_read,
                                                      .release = on_release};
    if (argc != 3)
        return 64;
    source = argv[1];
    /* In the foreground, so that whoever started it can wait for its end. */
    char foreground[] = "-f", *arguments[] = {argv[0], argv[2], foreground, NULL};
    return fuse_main(3, arguments, &operations, NULL);
}
