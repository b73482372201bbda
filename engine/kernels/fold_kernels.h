/* fold_kernels.h - the loop over plain ASCII of texts, one table for each CPU level. */
#ifndef ENGINE_KERNELS_FOLD_KERNELS_H
#define ENGINE_KERNELS_FOLD_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "formats/base/cpu.h"

/* The scalar loop in fold_scalar.c is the meaning; each level gives the same bits. */
struct fl_fold_kernels {
    /* Copies bytes up to the first that is no ASCII, letters A-Z as a-z. Returns how many that are. Reads and
     * writes `size` bytes at most; what is behind the returned number in `to` is undefined. Requires: the
     * two do not overlap. */
    size_t (*lower_ascii)(const uint8_t *from, size_t size, uint8_t *to);
};

/* The table of one level, for tests and benches: the CPU must have it. */
const struct fl_fold_kernels *fl_fold_kernels_of(enum fl_cpu_level level);
/* The table of fl_cpu_level(). */
const struct fl_fold_kernels *fl_fold_kernels(void);

#endif
