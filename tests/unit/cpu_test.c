/* cpu_test.c - the wish of FL_DISABLE_CPU: each list that can be read, each way it cannot. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "formats/base/cpu.h"

static enum fl_cpu_level without(enum fl_cpu_level found, const char *list)
{
    enum fl_cpu_level level;
    assert_int_equal(fl_cpu_without(found, list, &level, NULL), FL_OK);
    return level;
}

static void test_levels_are_taken_away(void **state)
{
    (void)state;
    assert_int_equal(without(FL_CPU_AVX512, NULL), FL_CPU_AVX512);
    assert_int_equal(without(FL_CPU_AVX512, ""), FL_CPU_AVX512);
    assert_int_equal(without(FL_CPU_AVX512, "avx512"), FL_CPU_AVX2);
    assert_int_equal(without(FL_CPU_AVX512, "avx512,avx2"), FL_CPU_SCALAR);
    assert_int_equal(without(FL_CPU_AVX512, "avx2,avx512"), FL_CPU_SCALAR);
    assert_int_equal(without(FL_CPU_AVX512, "avx2"), FL_CPU_SCALAR); /* AVX-512 builds on it */
    assert_int_equal(without(FL_CPU_AVX2, "avx512"), FL_CPU_AVX2);   /* it was not there */
    assert_int_equal(without(FL_CPU_SCALAR, "avx512,avx2"), FL_CPU_SCALAR);
}

static void test_unknown_words_are_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {"sse9",  "avx512,", ",avx2",       "AVX2",
                                        "avx2 ", "scalar",  "avx512;avx2", ","};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct fl_error error;
        enum fl_cpu_level level;
        fl_error_clear(&error);
        assert_int_equal(fl_cpu_without(FL_CPU_AVX512, wrong[i], &level, &error), FL_USAGE);
        assert_non_null(strstr(error.message, "FL_DISABLE_CPU"));
    }
}

static void test_names(void **state)
{
    (void)state;
    assert_string_equal(fl_cpu_level_name(FL_CPU_SCALAR), "scalar");
    assert_string_equal(fl_cpu_level_name(FL_CPU_AVX2), "avx2");
    assert_string_equal(fl_cpu_level_name(FL_CPU_AVX512), "avx512");
    assert_true(fl_cpu_level() <= fl_cpu_found());
    assert_int_equal(fl_cpu_level(), fl_cpu_level());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_levels_are_taken_away),
        cmocka_unit_test(test_unknown_words_are_refused),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
