/* repeatable_math_test.c - our logarithm, exponential and gamma functions are right, and the same in every
 * build.
 *
 * Random numbers over the whole range, and those next to the joints of the formulas, are compared with the C
 * library's long double functions; digamma, which it lacks, by its recurrence and reflection and known
 * values. A digest over the bits of many results is pinned: every compiler, CPU and optimisation must give
 * it. */
#include "tests/unit/engine_fixture.h"

#include <math.h>

#include "engine/value/minimise.h"
#include "engine/value/repeatable_math.h"
#include "formats/base/checksum.h"

enum { TRIES = 200000 };

/* Even over [low, high). */
static double random_between(uint64_t *random, double low, double high)
{
    return low + (high - low) * ((double)(next_random(random) >> 11) * 0x1p-53);
}

/* By how many units in the last place of `exact` they differ. */
static long double units_off(double got, long double exact)
{
    const double next = nextafter(fabs((double)exact), INFINITY);
    return fabsl((long double)got - exact) / ((long double)next - fabsl((long double)(double)exact));
}

static void test_logarithm(void **state)
{
    (void)state;
    uint64_t random = 1;
    assert_true(fl_log(1) == 0);
    for (int i = 0; i < TRIES; i++) {
        const double wide = ldexp(random_between(&random, 0.5, 1), (int)(next_random(&random) % 2040) - 1020);
        const double near_one = random_between(&random, 0.9, 1.1);
        assert_true(units_off(fl_log(wide), logl(wide)) < 2);
        assert_true(units_off(fl_log(near_one), logl(near_one)) < 2);
    }
    for (int power = -1022; power <= 1023; power++) {
        const double number = ldexp(1, power);
        assert_true(units_off(fl_log(number), logl(number)) < 2 || power == 0);
    }
    assert_true(units_off(fl_log(sqrt(0.5)), logl(sqrt(0.5))) < 2);
    assert_true(units_off(fl_log(nextafter(sqrt(0.5), 0)), logl(nextafter(sqrt(0.5), 0))) < 2);
    assert_true(units_off(fl_log(0x1.fffffffffffffp1023), logl(0x1.fffffffffffffp1023)) < 2);
}

static void test_exponential(void **state)
{
    (void)state;
    uint64_t random = 2;
    assert_true(fl_exp(0) == 1);
    assert_true(fl_exp(-709) == 0);
    assert_true(fl_exp(-1e300) == 0);
    for (int i = 0; i < TRIES; i++) {
        const double wide = random_between(&random, -708, 709), small = random_between(&random, -1, 1);
        assert_true(units_off(fl_exp(wide), expl(wide)) < 2);
        assert_true(units_off(fl_exp(small), expl(small)) < 2);
    }
    assert_true(units_off(fl_exp(709), expl(709)) < 2);
    assert_true(units_off(fl_exp(-708), expl(-708)) < 2);
}

static void test_log_gamma(void **state)
{
    (void)state;
    uint64_t random = 3;
    for (int i = 0; i < TRIES; i++) {
        const double number = fl_exp(random_between(&random, -18.4, 34.5));
        const long double exact = lgammal(number);
        assert_true(fabsl((long double)fl_log_gamma(number) - exact) < 1e-14L * fmaxl(1, fabsl(exact)));
        const double middle = random_between(&random, 0.01, 12); /* both zeros, and the joint at 10 */
        const long double exact_middle = lgammal(middle);
        assert_true(fabsl((long double)fl_log_gamma(middle) - exact_middle) <
                    1e-14L * fmaxl(1, fabsl(exact_middle)));
    }
}

static void test_digamma(void **state)
{
    (void)state;
    const double euler = 0.57721566490153286, ln2 = 0.69314718055994531;
    uint64_t random = 4;
    assert_true(fabs(fl_digamma(1) + euler) < 1e-14);
    assert_true(fabs(fl_digamma(0.5) + euler + 2 * ln2) < 1e-14);
    assert_true(fabs(fl_digamma(0.25) + euler + M_PI / 2 + 3 * ln2) < 1e-14 * 5);
    assert_true(fabs(fl_digamma(1e15) - log(1e15)) < 1e-13);
    for (int i = 0; i < TRIES; i++) {
        const double number = random_between(&random, 0.01, 12);
        const double here = fl_digamma(number), half = fl_digamma(number + 0.5);
        assert_true(fabs(fl_digamma(number + 1) - here - 1 / number) < 2e-14 * fmax(1, fabs(here)));
        /* Doubling: 2 digamma(2x) = digamma(x) + digamma(x + 1/2) + 2 ln 2 */
        assert_true(fabs(2 * fl_digamma(2 * number) - here - half - 2 * ln2) < 5e-14 * fmax(1, fabs(here)));
        const double large = fl_exp(random_between(&random, 2, 30)), step = large * 1e-4;
        const long double slope = (lgammal(large + step) - lgammal(large - step)) / (2 * step);
        assert_true(fabsl(slope - (long double)fl_digamma(large)) < 2e-8L);
    }
}

static void test_same_bits_in_every_build(void **state)
{
    (void)state;
    struct fl_digest *digest = fl_digest_create();
    uint8_t bytes[16];
    char hex[33];
    uint64_t random = 5;
    assert_non_null(digest);
    for (int i = 0; i < 20000; i++) {
        const double mantissa = 1 + (double)(next_random(&random) >> 12) * 0x1p-52;
        const double number = ldexp(mantissa, (int)(next_random(&random) % 40) - 20);
        const double results[] = {fl_log(number), fl_exp(-number), fl_log_gamma(number), fl_digamma(number)};
        fl_digest_add(digest, results, sizeof results);
    }
    fl_digest_128(digest, bytes);
    fl_hex128(bytes, hex);
    fl_digest_free(digest);
    assert_string_equal(hex, "2c2fec9eb7b563763ddf81733b63fbc1");
}

/* ---- the search ---- */

static double bent_valley(void *context, const double *point, double *gradient)
{
    (void)context; /* Rosenbrock's function, moved to (0.5, 0.25) */
    const double x = point[0] + 0.5, y = point[1] + 0.75, off = y - x * x;
    gradient[0] = -2 * (1 - x) - 400 * x * off;
    gradient[1] = 200 * off;
    return (1 - x) * (1 - x) + 100 * off * off;
}

static double falling(void *context, const double *point, double *gradient)
{
    (void)context;
    gradient[0] = 2 * point[0];
    gradient[1] = -1;
    return point[0] * point[0] - point[1];
}

/* Falls for ever by less and less: after some steps nobody can tell it from a minimum. */
static double levelling(void *context, const double *point, double *gradient)
{
    (void)context;
    gradient[0] = -fl_exp(-point[0]);
    return fl_exp(-point[0]);
}

static void test_search(void **state)
{
    (void)state;
    double point[2] = {-1.7, 0.25};
    struct fl_function function = {2, 10, bent_valley, NULL, 0};
    struct fl_minimum minimum = fl_minimise(&function, point);
    assert_true(minimum.found);
    assert_true(fabs(point[0] - 0.5) < 1e-8 && fabs(point[1] - 0.25) < 1e-8);
    assert_true(minimum.value < 1e-16);
    assert_true(minimum.steps < 100);
    function.value = falling;
    minimum = fl_minimise(&function, point);
    assert_false(minimum.found);
    assert_int_equal(minimum.at_bound, 1);
    double far = -3;
    function = (struct fl_function){1, 100, levelling, NULL, 0};
    minimum = fl_minimise(&function, &far);
    assert_true(minimum.found);
    assert_true(far < 40);
    function.bound = 5;
    far = -3;
    minimum = fl_minimise(&function, &far);
    assert_false(minimum.found);
    assert_int_equal(minimum.at_bound, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_logarithm),
        cmocka_unit_test(test_exponential),
        cmocka_unit_test(test_log_gamma),
        cmocka_unit_test(test_digamma),
        cmocka_unit_test(test_same_bits_in_every_build),
        cmocka_unit_test(test_search),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
