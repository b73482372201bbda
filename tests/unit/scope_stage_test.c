/* scope_stage_test.c - scores by word equal scoring each word's rows alone.
 *
 * Random customers with rows of many words, some without, are fed in pieces cut anywhere; what the stage
 * gives must be the words in rising order, each with exactly the score of a scorer that saw only its rows.
 * One stage scores all customers in turn, so that nothing of one may be left for the next. Then whole
 * customers, some hundred at once, some with more words than are ranked without sorting, some without any:
 * each scope must be given once, in order, with the score of the words alone; and a sink's failure must not
 * spoil what follows. */
#include "tests/unit/engine_fixture.h"

#include "engine/scope_stage.h"

enum { ROWS_MAX = 300, WORDS = 150, AS_OF = 20000 };

static struct fl_model *model;
static struct fl_points *points;
static struct fl_value_rules value;

static int make_model(void **state)
{
    (void)state;
    model = default_model();
    fl_value_rules_init(&value, model, AS_OF);
    return fl_points_create(model, &points, NULL) == FL_OK ? 0 : -1;
}

static int free_model(void **state)
{
    (void)state;
    fl_points_free(points);
    fl_model_free(model);
    return 0;
}

struct customer {
    int32_t day[ROWS_MAX];
    uint8_t type[ROWS_MAX], order_null[ROWS_MAX];
    int64_t order[ROWS_MAX], net[ROWS_MAX];
    uint32_t word[ROWS_MAX];
    size_t count;
};

/* Days rise and types rise within a day; orders rise within a type. */
static void make_customer(struct customer *customer, uint64_t *random)
{
    const uint64_t words = 1 + next_random(random) % WORDS;
    int32_t day = AS_OF - 400;
    uint8_t type = 1;
    customer->count = 1 + next_random(random) % ROWS_MAX;
    for (size_t i = 0; i < customer->count; i++) {
        if (next_random(random) % 3 == 0) {
            day += (int32_t)(next_random(random) % 4);
            type = (uint8_t)(i > 0 && customer->day[i - 1] == day ? type : 1 + next_random(random) % 100);
        } else if (next_random(random) % 2 == 0 && type < 140) {
            type++;
        }
        customer->day[i] = day < AS_OF ? day : AS_OF;
        customer->type[i] = type;
        customer->order[i] = (int64_t)(i / 5);
        customer->net[i] = (int64_t)(next_random(random) % 1000) - 300;
        customer->order_null[i] = 0;
        customer->word[i] =
            next_random(random) % 5 == 0 ? FL_NO_WORD : (uint32_t)(next_random(random) % words);
    }
}

struct expected {
    const struct customer *customer;
    uint32_t last_word;
    size_t given;
};

static struct fl_scope_score score_alone(const struct customer *customer, uint32_t word)
{
    struct fl_scorer scorer;
    struct fl_scope_score score;
    fl_scorer_init(&scorer, points, &model->settings, FL_SCOPE_BRAND, AS_OF);
    scorer.value = &value;
    for (size_t i = 0; i < customer->count; i++) {
        const struct fl_rows row = {.day = &customer->day[i],
                                    .type = &customer->type[i],
                                    .order = &customer->order[i],
                                    .order_null = &customer->order_null[i],
                                    .net = &customer->net[i],
                                    .count = 1};
        if (customer->word[i] == word)
            assert_true(fl_scorer_add(&scorer, &row));
    }
    fl_scorer_end(&scorer, &score);
    return score;
}

static void assert_right(const struct customer *customer, uint32_t word, const struct fl_scope_score *score)
{
    const struct fl_scope_score alone = score_alone(customer, word);
    assert_int_equal(score->raw, alone.raw);
    assert_int_equal(score->intent_raw, alone.intent_raw);
    assert_int_equal(score->rows, alone.rows);
    assert_int_equal(score->units, alone.units);
    assert_int_equal(score->engagement, alone.engagement);
    assert_int_equal(score->trend, alone.trend);
    assert_int_equal(score->points_84, alone.points_84);
    assert_int_equal(score->lost_to_cap, alone.lost_to_cap);
    assert_int_equal(score->lost_to_decay, alone.lost_to_decay);
    assert_int_equal(score->first_day, alone.first_day);
    assert_int_equal(score->last_purchase_day, alone.last_purchase_day);
    assert_int_equal(score->net_12m, alone.net_12m);
    assert_int_equal(score->loop, alone.loop);
    assert_int_equal(score->phase, alone.phase);
    assert_int_equal(score->ambassador, alone.ambassador);
    assert_int_equal(score->engaged_no_value, alone.engaged_no_value);
}

static fl_status compare(void *context, const int64_t *customers, const uint32_t *words,
                         const struct fl_scope_score *scores, size_t count, struct fl_error *error)
{
    struct expected *expected = context;
    (void)error;
    assert_int_equal(count, 1);
    assert_int_equal(*customers, 77);
    assert_true(expected->given == 0 || *words > expected->last_word);
    expected->last_word = *words;
    expected->given++;
    assert_right(expected->customer, *words, scores);
    return FL_OK;
}

static struct fl_scope_stage *create_stage(uint64_t memory_bytes)
{
    struct fl_scope_stage *stage = NULL;
    const struct fl_scope_stage_plan plan = {.points = points,
                                             .settings = &model->settings,
                                             .value = &value,
                                             .scope = FL_SCOPE_BRAND,
                                             .as_of_day = AS_OF,
                                             .word_count = WORDS,
                                             .memory_bytes = memory_bytes};
    assert_int_equal(fl_scope_stage_create(&plan, &stage, NULL), FL_OK);
    return stage;
}

static size_t count_words(const struct customer *customer)
{
    bool there[WORDS] = {false};
    size_t count = 0;
    for (size_t i = 0; i < customer->count; i++) {
        if (customer->word[i] == FL_NO_WORD || there[customer->word[i]])
            continue;
        there[customer->word[i]] = true;
        count++;
    }
    return count;
}

static void test_equals_each_word_alone(void **state)
{
    (void)state;
    static struct customer customer;
    uint64_t random = 77;
    struct fl_scope_stage *stage = create_stage(1 << 20);
    for (int i = 0; i < 1500; i++) {
        struct expected expected = {.customer = &customer};
        make_customer(&customer, &random);
        for (size_t at = 0; at < customer.count;) {
            const size_t left = customer.count - at,
                         wanted = 1 + next_random(&random) % (i % 3 == 0 ? ROWS_MAX : 9);
            struct fl_rows rows = {.day = customer.day + at,
                                   .type = customer.type + at,
                                   .order = customer.order + at,
                                   .order_null = customer.order_null + at,
                                   .net = customer.net + at,
                                   .count = wanted < left ? wanted : left};
            assert_int_equal(fl_scope_stage_add(stage, &rows, customer.word + at, NULL), FL_OK);
            at += rows.count;
        }
        assert_int_equal(fl_scope_stage_end(stage, 77, compare, &expected, NULL), FL_OK);
        assert_int_equal(expected.given, count_words(&customer));
    }
    fl_scope_stage_free(stage);
}

static fl_status refuse(void *context, const int64_t *customers, const uint32_t *words,
                        const struct fl_scope_score *scores, size_t count, struct fl_error *error)
{
    (void)customers;
    (void)words;
    (void)scores;
    (void)count;
    ++*(int *)context;
    return fl_fail(error, FL_IO, "no");
}

/* After a sink that fails the stage is ready for the next customer. */
static void test_failing_sink_and_limit(void **state)
{
    (void)state;
    static struct customer customer;
    struct fl_error error;
    int calls = 0;
    uint64_t random = 5;
    do {
        make_customer(&customer, &random);
    } while (count_words(&customer) < 30);
    const struct fl_rows rows = {.day = customer.day,
                                 .type = customer.type,
                                 .order = customer.order,
                                 .order_null = customer.order_null,
                                 .net = customer.net,
                                 .count = customer.count};
    struct fl_scope_stage *stage = create_stage(1 << 20);
    assert_int_equal(fl_scope_stage_add(stage, &rows, customer.word, NULL), FL_OK);
    assert_int_equal(fl_scope_stage_end(stage, 77, refuse, &calls, NULL), FL_IO);
    assert_int_equal(calls, 1);
    struct expected expected = {.customer = &customer};
    assert_int_equal(fl_scope_stage_add(stage, &rows, customer.word, NULL), FL_OK);
    assert_int_equal(fl_scope_stage_end(stage, 77, compare, &expected, NULL), FL_OK);
    assert_int_equal(expected.given, count_words(&customer));
    fl_scope_stage_free(stage);
    stage = create_stage(100);
    fl_error_clear(&error);
    assert_int_equal(fl_scope_stage_add(stage, &rows, customer.word, &error), FL_LIMIT);
    assert_non_null(strstr(error.message, "bytes, at most 100: raise --memory"));
    fl_scope_stage_free(stage);
}

/* ---- whole customers ---- */

enum { CUSTOMERS = 400 };

struct crowd {
    struct customer customers[CUSTOMERS];
    int64_t keys[CUSTOMERS];
    uint32_t ends[CUSTOMERS];
    /* Their rows one behind the other, behind some of others. */
    int32_t day[CUSTOMERS * ROWS_MAX];
    uint8_t type[CUSTOMERS * ROWS_MAX], order_null[CUSTOMERS * ROWS_MAX];
    int64_t order[CUSTOMERS * ROWS_MAX], net[CUSTOMERS * ROWS_MAX];
    uint32_t word[CUSTOMERS * ROWS_MAX];
    size_t scopes;
    /* While they are given. */
    size_t given;
    int64_t last_key;
    uint32_t last_word;
};

static void make_crowd(struct crowd *crowd, struct fl_scope_rows *scopes)
{
    enum { FROM = 3 };
    uint64_t random = 4711;
    uint32_t at = FROM;
    memset(crowd, 0, sizeof *crowd);
    for (size_t i = 0; i < CUSTOMERS; i++) {
        struct customer *customer = &crowd->customers[i];
        make_customer(customer, &random);
        for (size_t row = 0; row < customer->count; row++) {
            if (i % 50 == 7)
                customer->word[row] = FL_NO_WORD;
            crowd->day[at] = customer->day[row];
            crowd->type[at] = customer->type[row];
            crowd->order[at] = customer->order[row];
            crowd->net[at] = customer->net[row];
            crowd->word[at++] = customer->word[row];
        }
        crowd->keys[i] = 10 * (int64_t)i;
        crowd->ends[i] = at;
        crowd->scopes += count_words(customer);
    }
    *scopes = (struct fl_scope_rows){.rows = {.day = crowd->day,
                                              .type = crowd->type,
                                              .order = crowd->order,
                                              .order_null = crowd->order_null,
                                              .net = crowd->net,
                                              .count = at},
                                     .ends = crowd->ends,
                                     .from = FROM,
                                     .count = CUSTOMERS};
}

static fl_status compare_crowd(void *context, const int64_t *customers, const uint32_t *words,
                               const struct fl_scope_score *scores, size_t count, struct fl_error *error)
{
    struct crowd *crowd = context;
    (void)error;
    for (size_t i = 0; i < count; i++) {
        assert_true(crowd->given == 0 || customers[i] > crowd->last_key ||
                    (customers[i] == crowd->last_key && words[i] > crowd->last_word));
        crowd->last_key = customers[i];
        crowd->last_word = words[i];
        crowd->given++;
        assert_right(&crowd->customers[customers[i] / 10], words[i], &scores[i]);
    }
    return FL_OK;
}

static void test_whole_customers(void **state)
{
    (void)state;
    static struct crowd crowd;
    struct fl_scope_rows scopes;
    struct fl_error error;
    int calls = 0;
    struct fl_scope_stage *stage = create_stage(1 << 20);
    make_crowd(&crowd, &scopes);
    for (int round = 0; round < 2; round++) {
        crowd.given = 0;
        assert_int_equal(
            fl_scope_stage_whole(stage, crowd.keys, &scopes, crowd.word, compare_crowd, &crowd, NULL), FL_OK);
        assert_int_equal(crowd.given, crowd.scopes);
        assert_int_equal(fl_scope_stage_whole(stage, crowd.keys, &scopes, crowd.word, refuse, &calls, &error),
                         FL_IO);
        assert_int_equal(calls, round + 1);
    }
    /* Each customer alone. */
    crowd.given = 0;
    for (size_t i = 0; i < CUSTOMERS; i++) {
        const struct fl_scope_rows one = fl_some_scopes(&scopes, i, 1);
        assert_int_equal(
            fl_scope_stage_whole(stage, crowd.keys + i, &one, crowd.word, compare_crowd, &crowd, NULL),
            FL_OK);
    }
    assert_int_equal(crowd.given, crowd.scopes);
    fl_scope_stage_free(stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equals_each_word_alone),
        cmocka_unit_test(test_failing_sink_and_limit),
        cmocka_unit_test(test_whole_customers),
    };
    return cmocka_run_group_tests(tests, make_model, free_model);
}
