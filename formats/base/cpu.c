/* cpu.c - what this CPU can do, as one of a few levels. */
#include "formats/base/cpu.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static const char wish_name[] = "FL_DISABLE_CPU";

const char *fl_cpu_level_name(enum fl_cpu_level level)
{
    switch (level) {
#define X(number, upper, name)                                                                               \
    case FL_CPU_##upper:                                                                                     \
        return #name;
        FL_CPU_LEVEL_LIST(X)
#undef X
    }
    return NULL;
}

/* The compiler's runtime asks CPUID, and XGETBV whether the system saves the wide registers. */
enum fl_cpu_level fl_cpu_found(void)
{
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma") || !__builtin_cpu_supports("bmi") ||
        !__builtin_cpu_supports("bmi2") || !__builtin_cpu_supports("popcnt"))
        return FL_CPU_SCALAR;
    if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw") ||
        !__builtin_cpu_supports("avx512dq") || !__builtin_cpu_supports("avx512vl") ||
        !__builtin_cpu_supports("avx512vbmi") || !__builtin_cpu_supports("avx512vpopcntdq"))
        return FL_CPU_AVX2;
    return FL_CPU_AVX512;
#else
    return FL_CPU_SCALAR;
#endif
}

/* The level of a word, or FL_CPU_SCALAR, which nobody can take away. */
static enum fl_cpu_level level_of(const char *word, size_t size)
{
#define X(number, upper, name)                                                                               \
    if (size == sizeof #name - 1 && memcmp(word, #name, size) == 0)                                          \
        return FL_CPU_##upper;
    FL_CPU_LEVEL_LIST(X)
#undef X
    return FL_CPU_SCALAR;
}

fl_status fl_cpu_without(enum fl_cpu_level found, const char *list, enum fl_cpu_level *level,
                         struct fl_error *error)
{
    *level = found;
    if (list == NULL || *list == '\0')
        return FL_OK;
    for (const char *word = list; word != NULL;) {
        const char *comma = strchr(word, ',');
        const size_t size = comma == NULL ? strlen(word) : (size_t)(comma - word);
        const enum fl_cpu_level gone = level_of(word, size);
        if (gone == FL_CPU_SCALAR)
            return fl_fail(error, FL_USAGE,
                           "%s: `%.*s` is not a level that can be taken away, which are avx2, avx512",
                           wish_name, size > 64 ? 64 : (int)size, word);
        if (*level >= gone)
            *level = gone - 1;
        word = comma == NULL ? NULL : comma + 1;
    }
    return FL_OK;
}

fl_status fl_cpu_check_wish(struct fl_error *error)
{
    enum fl_cpu_level level;
    return fl_cpu_without(fl_cpu_found(), getenv(wish_name), &level, error);
}

enum fl_cpu_level fl_cpu_level(void)
{
    /* Two threads that meet here find the same and write the same. */
    static atomic_int kept = -1;
    const int known = atomic_load_explicit(&kept, memory_order_relaxed);
    if (known >= 0)
        return (enum fl_cpu_level)known;
    enum fl_cpu_level level;
    if (fl_cpu_without(fl_cpu_found(), getenv(wish_name), &level, NULL) != FL_OK)
        level = FL_CPU_SCALAR;
    atomic_store_explicit(&kept, (int)level, memory_order_relaxed);
    return level;
}
