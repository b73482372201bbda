/* value_histories_test.c - what is collected for a fit is all there, however it is merged, joined and grown.
 *
 * Several hundred thousand random histories go in, so that lists and the table grow many times, over one
 * collection and over three that are joined; sorted and merged, samples must be the same, and add up to what
 * went in. Medians are compared with those of plain sorted arrays. A limit must stop each of the three lists.
 */
#include "tests/unit/engine_fixture.h"

#include "engine/value/value_histories.h"

enum { HISTORIES = 400000, CATEGORIES = 40, GAPS = 600000 };

static struct fl_value_history random_history(uint64_t *random)
{
    const int32_t age = (int32_t)(next_random(random) % 900);
    const int32_t last = age == 0 ? 0 : (int32_t)(next_random(random) % (uint64_t)age);
    const int64_t repeats =
        last == 0 ? 0 : 1 + (int64_t)(next_random(random) % (last < 9 ? (uint64_t)last : 9));
    return (struct fl_value_history){.repeat_days = repeats,
                                     .last_days = repeats == 0 ? 0 : last,
                                     .age_days = age,
                                     .repeat_bought =
                                         repeats == 0 ? 0 : (int64_t)(next_random(random) % 100000)};
}

static struct fl_value_histories empty(uint64_t memory_bytes)
{
    return (struct fl_value_histories){.memory_bytes = memory_bytes, .minor_units = 100};
}

static void merge(struct fl_value_histories *all)
{
    all->purchase_count = fl_purchase_samples_merge(all->purchases, all->purchase_count);
    all->spend_count = fl_spend_samples_merge(all->spends, all->spend_count);
}

static void test_nothing_is_lost(void **state)
{
    (void)state;
    struct fl_value_histories one = empty(1 << 30),
                              three[3] = {empty(1 << 30), empty(1 << 30), empty(1 << 30)};
    uint64_t random = 1, repeaters = 0, paying = 0;
    double repeats = 0, last_days = 0, age_days = 0, cents = 0;
    for (int i = 0; i < HISTORIES; i++) {
        const struct fl_value_history history = random_history(&random);
        assert_int_equal(fl_value_histories_add(&one, &history, NULL), FL_OK);
        assert_int_equal(fl_value_histories_add(&three[i % 3], &history, NULL), FL_OK);
        repeaters += history.repeat_days > 0;
        paying += history.repeat_bought > 0;
        repeats += (double)history.repeat_days;
        last_days += history.last_days;
        age_days += history.age_days;
        cents += (double)history.repeat_bought;
    }
    assert_int_equal(fl_value_histories_join(&three[0], &three[1], NULL), FL_OK);
    assert_int_equal(fl_value_histories_join(&three[0], &three[2], NULL), FL_OK);
    merge(&one);
    merge(&three[0]);
    assert_int_equal(one.customers, HISTORIES);
    assert_int_equal(one.repeaters, repeaters);
    assert_int_equal(three[0].customers, HISTORIES);
    assert_int_equal(three[0].repeaters, repeaters);
    assert_int_equal(three[0].purchase_count, one.purchase_count);
    assert_int_equal(three[0].spend_count, one.spend_count);
    assert_memory_equal(one.purchases, three[0].purchases, one.purchase_count * sizeof *one.purchases);
    assert_memory_equal(one.spends, three[0].spends, one.spend_count * sizeof *one.spends);
    double customers = 0, spenders = 0;
    for (size_t i = 0; i < one.purchase_count; i++) {
        const struct fl_purchase_sample *sample = &one.purchases[i];
        customers += sample->customers;
        repeats -= sample->customers * sample->repeats;
        last_days -= sample->customers * sample->last_weeks * 7;
        age_days -= sample->customers * sample->age_weeks * 7;
    }
    for (size_t i = 0; i < one.spend_count; i++) {
        spenders += one.spends[i].customers;
        cents -= one.spends[i].customers * one.spends[i].spent * 100;
    }
    assert_true(customers == HISTORIES && spenders == (double)paying && repeats == 0);
    assert_true(last_days < 1 && last_days > -1 && age_days < 1 && age_days > -1 && cents < 1 && cents > -1);
    fl_value_histories_release(&one);
    fl_value_histories_release(&three[0]);
}

/* ---- gaps ---- */

static int compare_days(const void *left, const void *right)
{
    const int32_t *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

static int32_t slow_median(int32_t *gaps, size_t count)
{
    qsort(gaps, count, sizeof *gaps, compare_days);
    return gaps[(count - 1) / 2];
}

/* Categories "c00" .. "c39"; number 38 has 29 gaps, number 39 has 30, others more; some gaps have no
 * category. */
static void test_medians(void **state)
{
    (void)state;
    static int32_t gaps_of[CATEGORIES + 1][GAPS], everybody[GAPS];
    static uint32_t offsets[CATEGORIES + 1];
    static char bytes[3 * CATEGORIES + 1];
    size_t count_of[CATEGORIES + 1] = {0}, all_count = 0;
    struct fl_value_histories one = empty(1 << 30), halves[2] = {empty(1 << 30), empty(1 << 30)};
    uint64_t random = 2;
    for (uint32_t i = 0; i < CATEGORIES; i++) {
        snprintf(bytes + 3 * i, 4, "c%02u", (unsigned)i);
        offsets[i + 1] = 3 * (i + 1);
    }
    const struct fl_words words = {CATEGORIES, offsets, bytes};
    for (int i = 0; i < GAPS; i++) {
        uint32_t category = (uint32_t)(next_random(&random) % (CATEGORIES + 1));
        category = category >= CATEGORIES - 2 && category < CATEGORIES &&
                           count_of[category] == (category == CATEGORIES - 2 ? 29 : 30)
                       ? CATEGORIES
                       : category;
        const int32_t days = 1 + (int32_t)(next_random(&random) % (category % 7 == 0 ? 5000 : 60));
        const uint32_t word = category == CATEGORIES ? FL_NO_WORD : category;
        assert_int_equal(fl_value_histories_add_gaps(&one, word, days, 1, NULL), FL_OK);
        assert_int_equal(fl_value_histories_add_gaps(&halves[i % 2], word, days, 1, NULL), FL_OK);
        gaps_of[category][count_of[category]++] = days;
        everybody[all_count++] = days;
    }
    assert_int_equal(fl_value_histories_join(&halves[0], &halves[1], NULL), FL_OK);
    struct fl_frozen_fit fit = {0}, joined = {0};
    assert_int_equal(fl_value_histories_medians(&one, &words, &fit, NULL), FL_OK);
    assert_int_equal(fl_value_histories_medians(&halves[0], &words, &joined, NULL), FL_OK);
    assert_int_equal(fit.gaps, GAPS);
    assert_int_equal(fit.gap_days, slow_median(everybody, all_count));
    assert_int_equal(joined.gap_days, fit.gap_days);
    assert_int_equal(fit.category_count, CATEGORIES - 1);
    assert_int_equal(joined.category_count, CATEGORIES - 1);
    for (size_t i = 0, category = 0; i < fit.category_count; i++, category++) {
        category += category == CATEGORIES - 2;
        assert_true(fl_text_equal(fit.categories[i].category, fl_words_at(&words, category)));
        assert_int_equal(fit.categories[i].gaps, count_of[category]);
        assert_int_equal(fit.categories[i].days, slow_median(gaps_of[category], count_of[category]));
        assert_int_equal(joined.categories[i].days, fit.categories[i].days);
    }
    fl_frozen_fit_release(&fit);
    fl_frozen_fit_release(&joined);
    fl_value_histories_release(&one);
    fl_value_histories_release(&halves[0]);
}

/* ---- limits ---- */

static void test_limits(void **state)
{
    (void)state;
    struct fl_error error = {0};
    uint64_t random = 3;
    struct fl_value_histories all = empty(100000);
    const struct fl_value_history history = {.age_days = 1};
    assert_int_equal(fl_value_histories_add(&all, &history, &error), FL_LIMIT);
    assert_non_null(strstr(error.message, "raise --memory"));
    assert_int_equal(fl_value_histories_add_gaps(&all, 1, 1, 1, &error), FL_LIMIT);
    fl_value_histories_release(&all);
    all = empty(12 << 20);
    fl_status status = FL_OK;
    int added = 0;
    while (status == FL_OK && added < 10 * HISTORIES) {
        const struct fl_value_history next = random_history(&random);
        status = fl_value_histories_add(&all, &next, &error);
        added++;
    }
    assert_int_equal(status, FL_LIMIT);
    assert_true(added > 60000);
    const struct fl_value_history same = {
        .repeat_days = 1, .last_days = 2, .age_days = 3, .repeat_bought = 4};
    fl_value_histories_release(&all);
    all = empty(12 << 20);
    for (int i = 0; i < 10 * HISTORIES; i++) /* who looks the same takes no room */
        assert_int_equal(fl_value_histories_add(&all, &same, NULL), FL_OK);
    assert_int_equal(all.customers, 10 * HISTORIES);
    fl_value_histories_release(&all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_is_lost),
        cmocka_unit_test(test_medians),
        cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
