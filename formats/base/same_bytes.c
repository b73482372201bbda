/* same_bytes.c - compares two open files. */
#include "formats/base/same_bytes.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

enum { COMPARE_BYTES = 16 << 10 };

static ssize_t read_some(const struct fl_io *io, int file, uint8_t *bytes, off_t offset)
{
    size_t size = 0;
    while (size < COMPARE_BYTES) {
        const ssize_t got = io->pread(file, bytes + size, COMPARE_BYTES - size, offset + (off_t)size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        size += (size_t)got;
    }
    return (ssize_t)size;
}

bool fl_same_bytes(const struct fl_io *io, int a, int b)
{
    uint8_t a_bytes[COMPARE_BYTES], b_bytes[COMPARE_BYTES];
    for (off_t offset = 0;; offset += COMPARE_BYTES) {
        const ssize_t a_size = read_some(io, a, a_bytes, offset);
        const ssize_t b_size = read_some(io, b, b_bytes, offset);
        if (a_size < 0 || a_size != b_size || memcmp(a_bytes, b_bytes, (size_t)a_size) != 0)
            return false;
        if (a_size < COMPARE_BYTES)
            return true;
    }
}
