/* change_at_moment.c - a library to preload that changes a mapped file right after bytes of it were brought
 * in, or checked.
 *
 * Moments are the returns of madvise(MADV_POPULATE_READ) on the file $CHANGE_FILE, and of the checksum that
 * comes next, counted from 1 over both: what comes after the first may miss its page, what comes after the
 * second is not looked at again. At the moment $CHANGE_MOMENT the file is cut to $CHANGE_SIZE bytes, then
 * made $CHANGE_SIZE_AFTER bytes long, then the bytes of the file $CHANGE_BYTES are written into it, then bit
 * $CHANGE_BIT of the bytes just brought in is flipped (counted around them); each of them only where it is
 * set. */
#include <dlfcn.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "tests/faults/preload_count.h"

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22 /* Linux 5.14 */
#endif

static atomic_long moments;
/* The thread's next hash is that of bytes just brought in: the same function hashes much else. */
static _Thread_local bool brought_in;
static long wanted;
static int victim = -1;
static struct stat victim_facts;
static unsigned char *bytes; /* ready: the moment is short */
static size_t bytes_size;

static void load_bytes(const char *path)
{
    struct stat facts;
    const int source = open(path, O_RDONLY | O_CLOEXEC);
    if (source < 0 || fstat(source, &facts) != 0)
        return;
    bytes_size = (size_t)facts.st_size;
    bytes = mmap(NULL, bytes_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, source, 0);
}

__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv("CHANGE_FILE"), *from = getenv("CHANGE_BYTES");
    wanted = preload_number("CHANGE_MOMENT");
    victim = path == NULL ? -1 : open(path, O_RDWR | O_CLOEXEC);
    if (victim >= 0 && fstat(victim, &victim_facts) != 0)
        abort();
    if (from != NULL)
        load_bytes(from);
}

__attribute__((destructor)) static void end(void)
{
    preload_tell_count(atomic_load(&moments));
}

/* Where in the file an address is mapped from; -1: not from this file. */
static off_t offset_of(const void *address)
{
    unsigned long start, stop, from, inode;
    char line[512];
    off_t offset = -1;
    FILE *maps = fopen("/proc/self/maps", "r");
    while (maps != NULL && fgets(line, sizeof line, maps) != NULL) {
        if (sscanf(line, "%lx-%lx %*s %lx %*s %lu", &start, &stop, &from, &inode) != 4)
            continue;
        if ((uintptr_t)address >= start && (uintptr_t)address < stop && inode == victim_facts.st_ino)
            offset = (off_t)((uintptr_t)address - start + from);
    }
    if (maps != NULL)
        (void)fclose(maps);
    return offset;
}

static void flip_bit(off_t offset, size_t size)
{
    const size_t bit = (size_t)preload_number("CHANGE_BIT") % (size * 8);
    unsigned char byte;
    const off_t at = offset + (off_t)(bit / 8);
    if (pread(victim, &byte, 1, at) != 1)
        return;
    byte ^= (unsigned char)(1u << bit % 8);
    (void)!pwrite(victim, &byte, 1, at);
}

static void change(off_t offset, size_t size)
{
    if (getenv("CHANGE_SIZE") != NULL)
        (void)!ftruncate(victim, preload_number("CHANGE_SIZE"));
    if (getenv("CHANGE_SIZE_AFTER") != NULL)
        (void)!ftruncate(victim, preload_number("CHANGE_SIZE_AFTER"));
    if (bytes != NULL)
        (void)!pwrite(victim, bytes, bytes_size, 0);
    if (getenv("CHANGE_BIT") != NULL)
        flip_bit(offset, size);
}

/* False when the bytes are none of the file's. */
static bool pass_moment(const void *address, size_t size)
{
    const off_t offset = victim < 0 ? -1 : offset_of(address);
    if (offset < 0)
        return false;
    if (atomic_fetch_add(&moments, 1) + 1 == wanted)
        change(offset, size);
    return true;
}

int madvise(void *address, size_t size, int advice)
{
    const int result = (int)syscall(SYS_madvise, address, size, advice);
    if (advice == MADV_POPULATE_READ)
        brought_in = pass_moment(address, size);
    return result;
}

/* The name that a page's checksum has where libxxhash chooses by CPU, and where it does not. */
#define AFTER_CHECKSUM(name)                                                                                 \
    uint64_t name(const void *page, size_t size, uint64_t seed);                                             \
    uint64_t name(const void *page, size_t size, uint64_t seed)                                              \
    {                                                                                                        \
        uint64_t (*checksum)(const void *, size_t, uint64_t);                                                \
        *(void **)&checksum = dlsym(RTLD_NEXT, #name);                                                       \
        const uint64_t found = checksum(page, size, seed);                                                   \
        if (brought_in)                                                                                      \
            (void)pass_moment(page, size);                                                                   \
        brought_in = false;                                                                                  \
        return found;                                                                                        \
    }
AFTER_CHECKSUM(XXH3_64bits_withSeed)
AFTER_CHECKSUM(XXH3_64bits_withSeed_dispatch)
