/* fold_levels.h - what each level puts into the table of fold kernels, for fold_kernels.c alone. */
#ifndef ENGINE_KERNELS_FOLD_LEVELS_H
#define ENGINE_KERNELS_FOLD_LEVELS_H

#include "engine/kernels/fold_kernels.h"

extern const struct fl_fold_kernels fl_fold_scalar;
extern const struct fl_fold_kernels fl_fold_avx2;
extern const struct fl_fold_kernels fl_fold_avx512;

/* The scalar loop once more, from byte `at` on: what a wider one leaves over at the end. */
size_t fl_lower_ascii_from(const uint8_t *from, size_t at, size_t size, uint8_t *to);

#endif
