/* guarded_io.c - the system's calls with a memory of what is mapped, for a last word when a page is gone. */
#include "tools/fourloop/guarded_io.h"

#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "formats/base/limits.h"

enum {
    FILES_MAX = FL_FILES_MAX + 64, /* what process.c raises the limit of open files to */
    SHOWN_PATH_SIZE = 256,         /* longer paths lose their front */
    EXIT_IO = 74
};

struct mapped_range {
    uintptr_t address; /* 0: free */
    size_t size;
    off_t offset;
    char path[SHOWN_PATH_SIZE];
};

/* Global because a signal handler cannot be given a context. Only the one thread of this version writes;
 * pages of the tables that are never touched cost nothing. */
static char paths_of_files[FILES_MAX][SHOWN_PATH_SIZE];
static struct mapped_range ranges[FILES_MAX];

static void remember_path(char shown[SHOWN_PATH_SIZE], const char *path)
{
    size_t size = strlen(path);
    const char *tail = size < SHOWN_PATH_SIZE ? path : path + size - (SHOWN_PATH_SIZE - 1);
    memcpy(shown, tail, strlen(tail) + 1);
}

static int open_remembered(const char *path, int flags, mode_t mode)
{
    int file = fl_io_system.open(path, flags, mode);
    if (file >= 0 && file < FILES_MAX)
        remember_path(paths_of_files[file], path);
    return file;
}

static void *mmap_remembered(void *address, size_t size, int protection, int flags, int file, off_t offset)
{
    void *mapped = fl_io_system.mmap(address, size, protection, flags, file, offset);
    if (mapped == MAP_FAILED || file < 0)
        return mapped;
    for (size_t i = 0; i < FILES_MAX; i++) {
        if (ranges[i].address != 0)
            continue;
        ranges[i].size = size;
        ranges[i].offset = offset;
        remember_path(ranges[i].path, file < FILES_MAX ? paths_of_files[file] : "a mapped file");
        ranges[i].address = (uintptr_t)mapped;
        break;
    }
    return mapped;
}

static int munmap_remembered(void *address, size_t size)
{
    for (size_t i = 0; i < FILES_MAX; i++) {
        if (ranges[i].address == (uintptr_t)address) {
            ranges[i].address = 0;
            break;
        }
    }
    return fl_io_system.munmap(address, size);
}

/* Only async-signal-safe calls from here to the handler. */
static void write_words(const char *words)
{
    ssize_t written = write(STDERR_FILENO, words, strlen(words));
    (void)written;
}

static void write_number(uint64_t number)
{
    char digits[21];
    char *at = digits + sizeof digits - 1;
    *at = '\0';
    do {
        *--at = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    write_words(at);
}

static void on_bus_error(int number, siginfo_t *info, void *context)
{
    (void)number;
    (void)context;
    const uintptr_t address = (uintptr_t)info->si_addr;
    write_words("fourloop: ");
    for (size_t i = 0; i < FILES_MAX; i++) {
        const struct mapped_range *range = &ranges[i];
        if (range->address == 0 || address < range->address || address - range->address >= range->size)
            continue;
        write_words(range->path);
        write_words(": offset ");
        write_number(address - range->address + (uint64_t)range->offset);
        write_words(": ");
        break;
    }
    write_words("the file was cut or the disk failed while it was read\n");
    _exit(EXIT_IO);
}

void guarded_io_init(struct fl_io *io)
{
    *io = fl_io_system;
    io->open = open_remembered;
    io->mmap = mmap_remembered;
    io->munmap = munmap_remembered;
    struct sigaction action;
    memset(&action, 0, sizeof action);
    sigemptyset(&action.sa_mask);
    action.sa_sigaction = on_bus_error;
    action.sa_flags = SA_SIGINFO | (int)SA_RESETHAND;
    (void)sigaction(SIGBUS, &action, NULL);
}
