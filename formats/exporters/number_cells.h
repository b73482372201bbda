/* number_cells.h - the kernel that writes a run of integers as digits, one version for each CPU level. */
#ifndef FORMATS_EXPORTERS_NUMBER_CELLS_H
#define FORMATS_EXPORTERS_NUMBER_CELLS_H

#include <stddef.h>
#include <stdint.h>

#include "formats/base/cpu.h"

/* Bytes of the slot that a number is written in, and the magnitude up to which the kernel can. */
enum { FL_NUMBER_SLOT = 32 };
#define FL_NUMBER_CELL_MAX ((UINT64_C(1) << 52) - 1)

/* The text of value[i] is the size[i] bytes from at[i] on, in slots[i]; the other bytes of the slots mean
 * nothing. Returns the magnitudes of all values, or-ed: when that is over FL_NUMBER_CELL_MAX, the texts mean
 * nothing. */
typedef uint64_t fl_number_cells(const int64_t *value, size_t count, uint8_t (*slots)[FL_NUMBER_SLOT],
                                 const uint8_t **at, uint32_t *size);

/* For number_cells.c and its test. */
fl_number_cells fl_number_cells_scalar, fl_number_cells_avx2, fl_number_cells_avx512;

/* The version for `level`, which the CPU must have. */
fl_number_cells *fl_number_cells_of(enum fl_cpu_level level);

#endif
