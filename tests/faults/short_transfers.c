/* short_transfers.c - a library to preload whose read(), pread() and write() move few bytes and are
 * interrupted.
 *
 * TRANSFER_BYTES: the most that one call moves. INTERRUPT_EVERY: each so-manieth call moves nothing and fails
 * with EINTR; 0 or unset: none. Words on stderr are left alone: stdio writes them, and drops them when it is
 * interrupted. */
#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "tests/faults/preload_count.h"

static atomic_long calls, disturbed;
static size_t size_max = SIZE_MAX;
static long interrupt_every;

__attribute__((constructor)) static void begin(void)
{
    size_max = (size_t)preload_number("TRANSFER_BYTES");
    interrupt_every = preload_number("INTERRUPT_EVERY");
}

__attribute__((destructor)) static void end(void)
{
    preload_tell_count(atomic_load(&disturbed));
}

static bool is_interrupted(void)
{
    const long number = atomic_fetch_add(&calls, 1) + 1;
    if (interrupt_every == 0 || number % interrupt_every != 0)
        return false;
    atomic_fetch_add(&disturbed, 1);
    errno = EINTR;
    return true;
}

static size_t shortened(size_t size)
{
    if (size <= size_max)
        return size;
    atomic_fetch_add(&disturbed, 1);
    return size_max;
}

ssize_t read(int file, void *bytes, size_t size)
{
    return is_interrupted() ? -1 : syscall(SYS_read, file, bytes, shortened(size));
}

ssize_t pread(int file, void *bytes, size_t size, off_t offset)
{
    return is_interrupted() ? -1 : syscall(SYS_pread64, file, bytes, shortened(size), offset);
}

ssize_t write(int file, const void *bytes, size_t size)
{
    return is_interrupted() ? -1 : syscall(SYS_write, file, bytes, shortened(size));
}
