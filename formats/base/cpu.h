/* cpu.h - what this CPU can do, as one of a few levels. */
#ifndef FORMATS_BASE_CPU_H
#define FORMATS_BASE_CPU_H

#include "formats/base/status.h"

/* Each level has all that those before it have. The words are those of FL_DISABLE_CPU, and of the doctor.
 *             number upper   name */
#define FL_CPU_LEVEL_LIST(X)                                                                                 \
    X(0, SCALAR, scalar)                                                                                     \
    X(1, AVX2, avx2)     /* AVX2, FMA, BMI1, BMI2, POPCNT */                                                 \
    X(2, AVX512, avx512) /* AVX-512 F, BW, DQ, VL, VBMI, VPOPCNTDQ: from Ice Lake and Zen 4 on */

enum fl_cpu_level {
#define X(number, upper, name) FL_CPU_##upper = (number),
    FL_CPU_LEVEL_LIST(X)
#undef X
};

const char *fl_cpu_level_name(enum fl_cpu_level level);

/* The highest level that CPU and system have, without any wish. */
enum fl_cpu_level fl_cpu_found(void);

/* `found` without the levels that `list` names, "avx512,avx2" for example, and those that build on them; NULL
 * or empty takes nothing away. FL_USAGE for a word that is no level that can be taken away. */
fl_status fl_cpu_without(enum fl_cpu_level found, const char *list, enum fl_cpu_level *level,
                         struct fl_error *error);

/* Whether FL_DISABLE_CPU can be read; a program asks this once at its start. */
fl_status fl_cpu_check_wish(struct fl_error *error);

/* The level to use: fl_cpu_found() without what FL_DISABLE_CPU names. Found at the first call, the same from
 * then on; any thread. A wish that cannot be read takes all levels away. */
enum fl_cpu_level fl_cpu_level(void);

#endif
