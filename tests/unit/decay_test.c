/* decay_test.c - D is correctly rounded, so every build scores alike.
 *
 * The tables of all half-lives of the default registry must have the digest that a high-precision Python made
 * (tests/reference/decay_digest.py): one wrong bit in 7672 numbers changes it. Whole multiples of the
 * half-life, which need exact ties, are pinned by hand; odd half-lives must fall without a break. */
#include "tests/unit/engine_fixture.h"

#include <sodium.h>

#include "engine/decay.h"
#include "formats/base/bytes.h"

static int compare_half_lives(const void *a, const void *b)
{
    const int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

static void test_digest(void **state)
{
    (void)state;
    struct fl_model *model = default_model();
    int32_t half_lives[FL_TYPES_MAX];
    size_t count = 0;
    for (unsigned type = 0; type < FL_TYPES_MAX; type++) {
        if (model->registry.types[type].known)
            half_lives[count++] = model->registry.types[type].half_life_milli;
    }
    fl_model_free(model);
    qsort(half_lives, count, sizeof half_lives[0], compare_half_lives);
    crypto_hash_sha256_state hash;
    crypto_hash_sha256_init(&hash);
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && half_lives[i] == half_lives[i - 1])
            continue;
        uint32_t line[1096];
        fl_decay_line(half_lives[i], 1096, line);
        for (size_t age = 0; age <= 1095; age++) {
            uint8_t bytes[4];
            fl_store_le32(bytes, line[age]);
            crypto_hash_sha256_update(&hash, bytes, sizeof bytes);
        }
    }
    uint8_t digest[crypto_hash_sha256_BYTES];
    char hex[2 * sizeof digest + 1], expected[2 * sizeof digest + 1] = "";
    crypto_hash_sha256_final(&hash, digest);
    sodium_bin2hex(hex, sizeof hex, digest, sizeof digest);
    FILE *file = fopen("tests/golden/decay_table.sha256", "r");
    assert_non_null(file);
    assert_int_equal(fread(expected, 1, sizeof expected - 1, file), sizeof expected - 1);
    (void)fclose(file);
    assert_string_equal(hex, expected);
}

static void test_whole_halvings(void **state)
{
    (void)state;
    assert_int_equal(fl_decay(7000, 0), UINT32_MAX); /* 2^32, cut */
    for (int32_t halvings = 1; halvings <= 32; halvings++)
        assert_int_equal(fl_decay(7000, 7 * halvings), UINT64_C(1) << (32 - halvings));
    assert_int_equal(fl_decay(7000, 7 * 33), 1); /* 1/2, rounded up */
    assert_int_equal(fl_decay(7000, 7 * 34), 0);
    assert_int_equal(fl_decay(500, 1), UINT32_C(1) << 30);
    assert_int_equal(fl_decay(1, 1), 0);
    assert_int_equal(fl_decay(1, 1000000000), 0);
}

/* Half-lives of whole days, of parts of days, and with fractions that never come back. */
static void test_lines(void **state)
{
    (void)state;
    static const int32_t half_lives[] = {1,    3,    250,   500,   1000,    1500,
                                         7000, 7001, 12345, 90000, 3650000, INT32_MAX};
    enum { AGES = 2000 };
    uint32_t line[AGES + 1];
    for (size_t i = 0; i < sizeof half_lives / sizeof half_lives[0]; i++) {
        for (uint32_t ages = 0; ages <= AGES; ages = ages * 3 + 1) {
            line[ages] = 7;
            fl_decay_line(half_lives[i], ages, line);
            for (uint32_t age = 0; age < ages; age++)
                assert_int_equal(line[age], fl_decay(half_lives[i], (int32_t)age));
            assert_int_equal(line[ages], 7);
        }
    }
}

static void test_near_the_ends(void **state)
{
    (void)state;
    /* 2^32 * 2^-x of x just beside 32 and 33, from the Python reference. */
    assert_int_equal(fl_decay(1001, 32), 1 + 0); /* x = 31.968: 1.0224.. */
    assert_int_equal(fl_decay(999, 32), 1);      /* x = 32.032: 0.978.. */
    assert_int_equal(fl_decay(999, 33), 0);      /* x = 33.033: 0.488.. */
    assert_int_equal(fl_decay(1001, 33), 1);     /* x = 32.967: 0.511.. */
    /* Hardly any decay: floor(2^32 * 2^-1e-6 + 1/2) and floor(2^32 * 2^-1e-9 ...) for a half-life of a
     * million days. */
    assert_int_equal(fl_decay(1000000000, 1), 4294964319);
    assert_int_equal(fl_decay(INT32_MAX, 1), 4294965910);
}

static void test_falls_steadily(void **state)
{
    (void)state;
    static const int32_t half_lives[] = {1, 3, 333, 777, 1001, 6999, 7001, 123457, 999999999, INT32_MAX};
    for (size_t i = 0; i < sizeof half_lives / sizeof half_lives[0]; i++) {
        uint32_t before = UINT32_MAX;
        for (int32_t age = 0; age <= 10000; age++) {
            const uint32_t now = fl_decay(half_lives[i], age);
            assert_true(now <= before);
            before = now;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_digest),         cmocka_unit_test(test_whole_halvings),
        cmocka_unit_test(test_lines),          cmocka_unit_test(test_near_the_ends),
        cmocka_unit_test(test_falls_steadily),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
