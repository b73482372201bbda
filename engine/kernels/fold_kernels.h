/* fold_kernels.h - the loops over texts that are folded, one table for each CPU level. */
#ifndef ENGINE_KERNELS_FOLD_KERNELS_H
#define ENGINE_KERNELS_FOLD_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "formats/base/cpu.h"

/* Plain are ASCII, and U+4000 .. U+9FFF: three bytes, of which the first is one of these. Nearly all Chinese
 * letters are there, and nothing that folds to anything but itself. */
enum { FL_PLAIN_LEAD_MIN = 0xE4, FL_PLAIN_LEAD_MAX = 0xE9, FL_PLAIN_WRITES_PAST = 64 };

/* Where lines end in some bytes, in blocks of 64: bit i of ends[k] says whether byte 64 k + i is a '\n' (0
 * behind the last byte), before[k] how many there are in front of byte 64 k. */
enum { FL_MARKED_BLOCK = 64 };
struct fl_line_marks {
    uint64_t *ends;
    uint32_t *before;
};

/* The scalar loop in fold_scalar.c is the meaning; each level gives the same bits. */
struct fl_fold_kernels {
    /* Copies plain characters up to the first that is none, letters A-Z as a-z. Returns how many bytes that
     * are. Reads no more than `size` bytes; what is behind the returned number in `to` is undefined, up to
     * FL_PLAIN_WRITES_PAST bytes past `size`. Requires: the two do not overlap. */
    size_t (*copy_plain)(const uint8_t *from, size_t size, uint8_t *to);
    /* Marks where lines end, `count` of them in front of these bytes. */
    void (*mark_lines)(const uint8_t *bytes, size_t size, struct fl_line_marks marks, uint32_t count);
    /* Both at once for the whole blocks in front of the first with a byte that is no ASCII. Returns how many
     * bytes they have. Requires: as of copy_plain. */
    size_t (*copy_marked)(const uint8_t *from, size_t size, uint8_t *to, struct fl_line_marks marks,
                          uint32_t count);
};

/* The table of one level, for tests and benches: the CPU must have it. */
const struct fl_fold_kernels *fl_fold_kernels_of(enum fl_cpu_level level);
/* The table of fl_cpu_level(). */
const struct fl_fold_kernels *fl_fold_kernels(void);

#endif
