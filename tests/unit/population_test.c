/* population_test.c - quintiles, tiers and percentiles of customers, against slow counting.
 *
 * The oracle counts, for each customer, who is below and who is equal, as SEMANTICS.md says it. Values are
 * drawn from few numbers (ties everywhere), from many, negative ones and the ends of 64 bits among them; from
 * no customer to more than a chunk of scratch space; customers with no purchase, who have no place. Frozen
 * cuts are tried on both sides, between two minor units too. */
#include "tests/unit/engine_fixture.h"

#include "engine/population.h"

enum { MANY = 1500 };

static struct fl_standing standings[FL_STANDING_CHUNK + MANY];

static void make_standings(size_t count, uint64_t kinds, uint64_t seed)
{
    for (size_t i = 0; i < count; i++) {
        const bool recent = next_random(&seed) % 4 != 0;
        const int64_t value = (int64_t)(next_random(&seed) % kinds) - (int64_t)kinds / 3;
        standings[i] =
            (struct fl_standing){.customer = (int64_t)i,
                                 .raw = (int64_t)(next_random(&seed) % kinds) - (int64_t)kinds / 4,
                                 .recency_days = recent ? (int32_t)(next_random(&seed) % kinds % 730) : -1,
                                 .frequency = (uint8_t)(1 + next_random(&seed) % 5),
                                 .monetary = value == 0 ? INT64_MIN / 2 : value,
                                 .is_buyer = recent && next_random(&seed) % 3 != 0,
                                 .tier_value = (int64_t)(next_random(&seed) % kinds) + 1};
    }
}

static unsigned slow_quintile(size_t less, size_t equal, size_t count)
{
    return 1 + (unsigned)(5 * (2 * less + equal) / (2 * count));
}

struct checked {
    const struct fl_population *population;
    size_t row, count;
};

static bool is_recent(size_t i)
{
    return standings[i].recency_days >= 0;
}

static void check_rfm(const struct checked *all, const struct fl_population_rows *rows, size_t i)
{
    const struct fl_standing *of = &standings[all->row];
    size_t later = 0, same_day = 0, less = 0, equal = 0, recent = 0;
    for (size_t k = 0; k < all->count; k++) {
        if (!is_recent(k))
            continue;
        recent++;
        later += standings[k].recency_days > of->recency_days;
        same_day += standings[k].recency_days == of->recency_days;
        less += standings[k].monetary < of->monetary;
        equal += standings[k].monetary == of->monetary;
    }
    assert_int_equal(rows->f[i], is_recent(all->row) ? of->frequency : 0);
    assert_int_equal(rows->r[i], is_recent(all->row) ? slow_quintile(later, same_day, recent) : 0);
    assert_int_equal(rows->m[i], is_recent(all->row) ? slow_quintile(less, equal, recent) : 0);
}

/* The tier by rank: one more than the buyers with a larger value. */
static void check_tier(const struct checked *all, const struct fl_population_rows *rows, size_t i)
{
    static const size_t shares_milli[] = {50, 200, 500}; /* of the default model, added up */
    const struct fl_standing *of = &standings[all->row];
    size_t above = 0, buyers = 0;
    for (size_t k = 0; k < all->count; k++) {
        buyers += standings[k].is_buyer;
        above += standings[k].is_buyer && standings[k].tier_value > of->tier_value;
    }
    unsigned tier = FL_TIER_A;
    while (tier < FL_TIER_D && above >= (shares_milli[tier] * buyers + 999) / 1000)
        tier++;
    assert_int_equal(rows->tier[i].tier, of->is_buyer ? tier : FL_TIER_Z);
    assert_int_equal(rows->tier[i].pending, FL_TIERS);
}

static void check_percentile(const struct checked *all, const struct fl_population_rows *rows, size_t i)
{
    const int64_t raw = standings[all->row].raw;
    size_t less = 0, equal = 0, positive = 0;
    for (size_t k = 0; k < all->count; k++) {
        positive += standings[k].raw > 0;
        less += standings[k].raw > 0 && standings[k].raw < raw;
        equal += standings[k].raw == raw;
    }
    assert_int_equal(rows->no_percentile[i], raw <= 0);
    if (raw > 0)
        assert_int_equal(rows->percentile[i], (200 * less + 100 * equal + positive) / (2 * positive));
}

static fl_status check_rows(void *context, const struct fl_population_rows *rows, struct fl_error *error)
{
    struct checked *all = context;
    (void)error;
    for (size_t i = 0; i < rows->count; i++, all->row++) {
        if (all->row % (1 + all->count / 400) != 0)
            continue; /* of many, some */
        check_rfm(all, rows, i);
        check_tier(all, rows, i);
        check_percentile(all, rows, i);
        assert_false(rows->has_before[i]);
    }
    return FL_OK;
}

static void check(size_t count, const struct fl_value_settings *settings)
{
    struct fl_population population;
    const struct fl_population_plan plan = {.io = &fl_io_system,
                                            .directory = fixture_folder,
                                            .value = settings,
                                            .wants_percentile = true,
                                            .wants_value = true,
                                            .memory_bytes = 1 << 30};
    struct checked all = {.population = &population, .count = count};
    fl_population_init(&population, &plan);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(fl_population_add(&population, &standings[i], NULL), FL_OK);
    assert_int_equal(fl_population_compare(&population, NULL), FL_OK);
    assert_int_equal(fl_population_walk(&population, NULL, NULL, check_rows, &all, NULL), FL_OK);
    assert_int_equal(all.row, count);
    fl_population_release(&population);
}

static void test_against_counting(void **state)
{
    (void)state;
    static const uint64_t kinds[] = {1, 2, 3, 7, 40, 100000};
    struct fl_model *model = default_model();
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        for (size_t count = 0; count < 24; count++) {
            make_standings(count, kinds[k], 100 * k + count);
            check(count, &model->settings.value);
        }
        make_standings(MANY, kinds[k], k);
        check(MANY, &model->settings.value);
    }
    make_standings(FL_STANDING_CHUNK + MANY, 3000, 1);
    check(FL_STANDING_CHUNK + MANY, &model->settings.value);
    fl_model_free(model);
}

static void test_frozen_cuts(void **state)
{
    (void)state;
    struct fl_model *model = default_model();
    struct fl_value_settings *settings = &model->settings.value;
    settings->has_recency_cuts = settings->has_monetary_cuts = true;
    const int64_t recency[4] = {30000, 60000, 90500, 180000}, monetary[4] = {-1500, 0, 2500, 9000};
    memcpy(settings->recency_cuts_milli, recency, sizeof recency);
    memcpy(settings->monetary_cuts_milli, monetary, sizeof monetary);
    struct fl_population population;
    const struct fl_population_plan plan = {.io = &fl_io_system,
                                            .directory = fixture_folder,
                                            .value = settings,
                                            .wants_value = true,
                                            .memory_bytes = 1 << 20};
    fl_population_init(&population, &plan);
    assert_int_equal(fl_population_compare(&population, NULL), FL_OK);
    const struct fl_rfm_cuts *cuts = &population.rfm_cuts;
    static const struct {
        int32_t days;
        uint8_t r;
    } of_days[] = {{0, 5}, {29, 5}, {30, 4}, {60, 3}, {90, 3}, {91, 2}, {179, 2}, {180, 1}, {9999, 1}};
    for (size_t i = 0; i < sizeof of_days / sizeof of_days[0]; i++)
        assert_int_equal(fl_rfm_recency(cuts, of_days[i].days), of_days[i].r);
    static const struct {
        int64_t amount;
        uint8_t m;
    } of_amounts[] = {{INT64_MIN, 1}, {-2, 1}, {-1, 2}, {0, 3},        {2, 3},
                      {3, 4},         {8, 4},  {9, 5},  {INT64_MAX, 5}};
    for (size_t i = 0; i < sizeof of_amounts / sizeof of_amounts[0]; i++)
        assert_int_equal(fl_rfm_monetary(cuts, of_amounts[i].amount), of_amounts[i].m);
    fl_population_release(&population);
    fl_model_free(model);
}

static void test_memory(void **state)
{
    (void)state;
    struct fl_model *model = default_model();
    struct fl_population population;
    struct fl_error error;
    const struct fl_population_plan plan = {.io = &fl_io_system,
                                            .directory = fixture_folder,
                                            .value = &model->settings.value,
                                            .wants_value = true,
                                            .memory_bytes = 100 * sizeof(int64_t)};
    make_standings(MANY, 100, 1);
    fl_error_clear(&error);
    fl_population_init(&population, &plan);
    for (size_t i = 0; i < MANY; i++)
        assert_int_equal(fl_population_add(&population, &standings[i], NULL), FL_OK);
    assert_int_equal(fl_population_compare(&population, &error), FL_LIMIT);
    assert_non_null(strstr(error.message, "raise --memory"));
    fl_population_release(&population);
    fl_model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_against_counting),
                                       cmocka_unit_test(test_frozen_cuts), cmocka_unit_test(test_memory)};
    return cmocka_run_group_tests(tests, fixture_open, fixture_close);
}
