/* tag_stage_test.c - what tags add to the score of a customer: sums and lists worked out by hand, then
 * scores.
 *
 * Tags of customers with and without rows, on and off, of every sign of priority and points, go through the
 * stage; names are put in order by hand. Then a customer of three rows is scored with added points, whole, in
 * pieces and for raw alone: what follows from raw is worked out from the score without them, all else must
 * stay.
 */
#include "tests/unit/engine_fixture.h"

#include "engine/tag_stage.h"

enum { AS_OF = 20000 };

static struct fl_customer_tag tag_of(int64_t customer, uint32_t tag, int32_t priority, int64_t positive,
                                     int64_t negative)
{
    return (struct fl_customer_tag){.customer = customer,
                                    .tag = tag,
                                    .on = true,
                                    .priority = priority,
                                    .points_positive = positive,
                                    .points_negative = negative};
}

static void assert_summary(const struct fl_tag_stage *stage, const struct fl_tag_summary *summary,
                           int64_t points, const uint32_t *numbers, size_t count)
{
    const uint32_t *listed = (const uint32_t *)(const void *)stage->numbers.bytes;
    assert_int_equal(summary->points, points);
    assert_int_equal(summary->count, count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(listed[summary->from + i], numbers[i]);
}

static void test_lists(void **state)
{
    (void)state;
    const struct fl_customer_tag tags[] = {
        tag_of(1, 0, 0, 100, 0),
        tag_of(3, 2, -5, 7, -2),
        tag_of(3, 4, INT32_MAX, 0, 0),
        tag_of(3, 5, 9, 1, 0),
        tag_of(3, 7, 9, 0, -1),
        tag_of(3, 8, INT32_MIN, 0, 0),
        {.customer = 3, .tag = 9, .priority = 99, .points_positive = 1000}, /* off */
        tag_of(4, 1, 0, 5, 0),
        tag_of(8, 1, 1, 0, -3)};
    const int64_t first[] = {2, 3}, second[] = {5, 8, 9};
    const uint32_t of_3[] = {4, 5, 7, 2, 8}, of_8[] = {1};
    struct fl_tag_stage stage = {0};
    struct fl_added_points added[3];
    struct fl_tag_summary summaries[3];
    fl_tag_stage_begin(&stage, tags, sizeof tags / sizeof tags[0]);
    assert_int_equal(fl_tag_stage_take(&stage, first, 2, added, summaries, NULL), FL_OK);
    assert_summary(&stage, &summaries[0], 0, NULL, 0);
    assert_summary(&stage, &summaries[1], 1005, of_3, 5);
    assert_int_equal(added[1].positive, 1008);
    assert_int_equal(added[1].negative, -3);
    assert_int_equal(fl_tag_stage_take(&stage, second, 3, added, summaries, NULL), FL_OK);
    assert_summary(&stage, &summaries[0], 0, NULL, 0);
    assert_summary(&stage, &summaries[1], -3, of_8, 1);
    assert_summary(&stage, &summaries[2], 0, NULL, 0);
    /* The next range begins anew, with customers in front of those before. */
    fl_tag_stage_begin(&stage, tags, 1);
    assert_int_equal(fl_tag_stage_take(&stage, (const int64_t[]){1}, 1, added, summaries, NULL), FL_OK);
    assert_int_equal(added[0].positive, 100);
    fl_tag_stage_release(&stage);
}

static void test_too_many_points(void **state)
{
    (void)state;
    const struct fl_customer_tag tags[] = {tag_of(1, 0, 0, INT64_MAX / 4, 0), tag_of(1, 1, 0, 1, 0),
                                           tag_of(2, 0, 0, 0, -(INT64_MAX / 4)), tag_of(2, 1, 0, 0, -1)};
    struct fl_tag_stage stage = {0};
    struct fl_added_points added;
    struct fl_tag_summary summary;
    for (int64_t customer = 1; customer <= 2; customer++) {
        fl_tag_stage_begin(&stage, tags + 2 * (customer - 1), 1);
        assert_int_equal(fl_tag_stage_take(&stage, &customer, 1, &added, &summary, NULL), FL_OK);
        fl_tag_stage_begin(&stage, tags + 2 * (customer - 1), 2);
        assert_int_equal(fl_tag_stage_take(&stage, &customer, 1, &added, &summary, NULL), FL_LIMIT);
    }
    fl_tag_stage_release(&stage);
}

/* ---- scores ---- */

/* A visit of today, one 40 days ago, a return in between. */
static struct fl_rows three_rows(const struct fl_model *model, int32_t day[3], uint8_t type[3])
{
    day[0] = AS_OF - 40;
    day[1] = AS_OF - 20;
    day[2] = AS_OF;
    type[0] = type[2] = type_of(model, "web_visit");
    type[1] = type_of(model, "return_registered");
    return (struct fl_rows){.day = day, .type = type, .count = 3};
}

static void score(struct fl_scorer *scorer, const struct fl_rows *rows, bool whole,
                  struct fl_scope_score *made)
{
    const uint32_t end = (uint32_t)rows->count;
    const struct fl_scope_rows scope = {.rows = *rows, .ends = &end, .count = 1};
    fl_scorer_begin(scorer);
    if (whole) {
        fl_scorer_whole(scorer, &scope, made);
        return;
    }
    assert_true(fl_scorer_add(scorer, rows));
    fl_scorer_end(scorer, made);
}

static void check_added(struct fl_scorer *scorer, const struct fl_rows *rows, bool whole,
                        struct fl_added_points added)
{
    const struct fl_model_settings *settings = scorer->settings;
    struct fl_scope_score plain = {0}, more = {0};
    scorer->added = NULL;
    score(scorer, rows, whole, &plain);
    scorer->added = &added;
    score(scorer, rows, whole, &more);
    assert_int_equal(more.raw, plain.raw + added.positive + added.negative);
    assert_int_equal(more.engagement, fl_score_of(more.raw, settings->engagement_k_micro[FL_SCOPE_CUSTOMER]));
    assert_int_equal(more.band, fl_band_of(more.engagement, settings->band_floor));
    assert_int_equal(more.rows, 3);
    if (scorer->raw_only)
        return;
    assert_int_equal(more.raw_positive, plain.raw_positive + added.positive);
    assert_int_equal(more.raw_negative, plain.raw_negative + added.negative);
    assert_int_equal(more.loop, more.raw >= settings->loops.nurturing_micro ? FL_LOOP_WORD_NURTURING
                                                                            : FL_LOOP_WORD_AWARENESS);
    assert_int_equal(more.engaged_no_value, more.engagement >= settings->value.engaged_floor);
    /* All else as it was. */
    more.raw = plain.raw;
    more.raw_positive = plain.raw_positive;
    more.raw_negative = plain.raw_negative;
    more.engagement = plain.engagement;
    more.band = plain.band;
    more.loop = plain.loop;
    more.phase = plain.phase;
    more.engaged_no_value = plain.engaged_no_value;
    assert_memory_equal(&more, &plain, sizeof more);
}

static void test_points_in_scores(void **state)
{
    (void)state;
    struct fl_model *model = default_model();
    struct fl_points *points = NULL;
    struct fl_value_rules value;
    struct fl_scorer scorer;
    int32_t day[3];
    uint8_t type[3];
    const struct fl_rows rows = three_rows(model, day, type);
    const struct fl_added_points each[] = {{0, 0}, {7000000, 0}, {2000000000, -5000000}, {0, -900000000}};
    model->settings.loops.experience_engagement = 101; /* of the loops only points are asked */
    assert_int_equal(fl_points_create(model, &points, NULL), FL_OK);
    fl_value_rules_init(&value, model, AS_OF);
    for (int raw_only = 0; raw_only < 2; raw_only++) {
        fl_scorer_init(&scorer, points, &model->settings, FL_SCOPE_CUSTOMER, AS_OF);
        scorer.value = &value;
        scorer.raw_only = raw_only != 0;
        for (size_t i = 0; i < sizeof each / sizeof each[0]; i++) {
            check_added(&scorer, &rows, false, each[i]);
            check_added(&scorer, &rows, true, each[i]);
        }
    }
    fl_points_free(points);
    fl_model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_lists), cmocka_unit_test(test_too_many_points),
                                       cmocka_unit_test(test_points_in_scores)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
