/* csv_marks.h - the kernel that marks which bytes of a CSV matter, one version for each CPU level. */
#ifndef FORMATS_IMPORTERS_CSV_MARKS_H
#define FORMATS_IMPORTERS_CSV_MARKS_H

#include <stddef.h>
#include <stdint.h>

#include "formats/base/cpu.h"

enum { FL_CSV_BLOCK_BYTES = 64 };

/* Bit i stands for byte i of a block. */
struct fl_csv_marks {
    uint64_t ends; /* delimiter, LF, CR: where a field ends outside of quotes */
    uint64_t quotes;
    uint64_t foreign; /* NUL, or from 0x80 on: text that must be checked */
};

/* Marks `blocks` blocks from `bytes` on. Any alignment; reads nothing else. */
typedef void fl_csv_mark(const uint8_t *bytes, size_t blocks, uint8_t delimiter, uint8_t quote,
                         struct fl_csv_marks *marks);

/* For csv_marks.c and its test. */
fl_csv_mark fl_csv_mark_scalar, fl_csv_mark_avx2, fl_csv_mark_avx512;

/* The version for `level`, which the CPU must have. */
fl_csv_mark *fl_csv_mark_of(enum fl_cpu_level level);

#endif
