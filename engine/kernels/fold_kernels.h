/* fold_kernels.h - the loops over texts that are folded, one table for each CPU level. */
#ifndef ENGINE_KERNELS_FOLD_KERNELS_H
#define ENGINE_KERNELS_FOLD_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "formats/base/cpu.h"

/* Plain are ASCII, and U+4000 .. U+9FFF: three bytes, of which the first is one of these. Nearly all Chinese
 * letters are there, and nothing that folds to anything but itself. */
enum { FL_PLAIN_LEAD_MIN = 0xE4, FL_PLAIN_LEAD_MAX = 0xE9, FL_PLAIN_WRITES_PAST = 64 };

/* The scalar loop in fold_scalar.c is the meaning; each level gives the same bits. */
struct fl_fold_kernels {
    /* Copies plain characters up to the first that is none, letters A-Z as a-z. Returns how many bytes that
     * are. Reads no more than `size` bytes; what is behind the returned number in `to` is undefined, up to
     * FL_PLAIN_WRITES_PAST bytes past `size`. Requires: the two do not overlap. */
    size_t (*copy_plain)(const uint8_t *from, size_t size, uint8_t *to);
    /* Where lines end: bit i of marks[k] says whether byte 64 k + i is a '\n' (0 behind the last byte), and
     * ended[k] how many are in front of byte 64 k, for each k with a byte. */
    void (*mark_lines)(const uint8_t *bytes, size_t size, uint64_t *marks, uint32_t *ended);
};

/* The table of one level, for tests and benches: the CPU must have it. */
const struct fl_fold_kernels *fl_fold_kernels_of(enum fl_cpu_level level);
/* The table of fl_cpu_level(). */
const struct fl_fold_kernels *fl_fold_kernels(void);

#endif
