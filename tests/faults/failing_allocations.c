/* failing_allocations.c - a library to preload whose malloc() and kin fail once, or ever after.
 *
 * FAIL_ALLOCATION: the number of the one that fails, from 1, counted from main() on; 0 or unset: none.
 * FAIL_EVER_AFTER: 1: all after it fail too. Unlike the wrapped malloc() of tests/unit, what libraries take
 * for themselves fails as well. Processes that the program starts count on where it is. */
#include <errno.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>

#include "tests/faults/preload_count.h"

/* glibc's own, under names that nobody replaces. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *bytes, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

static atomic_long *calls; /* in memory that child processes share */
static long fail_at;
static bool ever_after, in_main;

/* Of all constructors this one comes last, as the library was loaded first. */
__attribute__((constructor)) static void begin(void)
{
    fail_at = preload_number("FAIL_ALLOCATION");
    ever_after = preload_number("FAIL_EVER_AFTER") != 0;
    void *shared = mmap(NULL, sizeof *calls, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        _exit(1);
    calls = shared;
    in_main = true;
}

__attribute__((destructor)) static void end(void)
{
    in_main = false;
    preload_tell_count(atomic_load(calls));
}

static bool fails(void)
{
    if (!in_main)
        return false;
    const long number = atomic_fetch_add(calls, 1) + 1;
    if (fail_at == 0 || number < fail_at || (number > fail_at && !ever_after))
        return false;
    errno = ENOMEM;
    return true;
}

void *malloc(size_t size)
{
    return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return fails() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *bytes, size_t size)
{
    return fails() ? NULL : __libc_realloc(bytes, size);
}

void *reallocarray(void *bytes, size_t count, size_t size)
{
    size_t product;
    if (__builtin_mul_overflow(count, size, &product)) {
        errno = ENOMEM;
        return NULL;
    }
    return realloc(bytes, product);
}

void *memalign(size_t alignment, size_t size)
{
    return fails() ? NULL : __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return memalign(alignment, size);
}

int posix_memalign(void **bytes, size_t alignment, size_t size)
{
    void *taken = memalign(alignment, size);
    if (taken == NULL)
        return ENOMEM;
    *bytes = taken;
    return 0;
}
