/* day_facts_list_test.c - the days of several customers are those of each made alone.
 *
 * Random customers, some without a day, one with more days than all others, with categories and without; the
 * list is used again for other customers. A customer whose days do not fit is an error. */
#include "tests/unit/engine_fixture.h"

#include "engine/day_facts_list.h"
#include "formats/table/word_union.h"

enum { CUSTOMERS = FL_LISTED_CUSTOMERS_MAX, ROWS_MAX = CUSTOMERS * 60 + 4000 };

static int32_t day[ROWS_MAX];
static uint8_t type[ROWS_MAX], promoted[ROWS_MAX];
static int64_t net[ROWS_MAX], margin[ROWS_MAX];
static uint32_t categories[ROWS_MAX], ends[CUSTOMERS];

static size_t make_customer(size_t row, size_t count, const struct fl_model *model, uint64_t *random)
{
    int32_t of_day = 18000 + (int32_t)(next_random(random) % 500);
    for (size_t end = row + count; row < end; row++) {
        const uint8_t any = (uint8_t)(1 + next_random(random) % 140);
        day[row] = of_day += (int32_t)(next_random(random) % 3);
        type[row] = any;
        net[row] = margin[row] = 0;
        promoted[row] = 0;
        categories[row] = next_random(random) % 3 == 0 ? FL_NO_WORD : (uint32_t)(next_random(random) % 5);
        if (model->registry.types[any].role == FL_ROLE_PURCHASE) {
            net[row] = (int64_t)(next_random(random) % 5000);
            margin[row] = net[row] / 3;
            promoted[row] = (uint8_t)(next_random(random) % 2);
        }
    }
    return row;
}

static struct fl_scope_rows make_customers(const struct fl_model *model, uint64_t seed)
{
    size_t row = 0;
    for (size_t i = 0; i < CUSTOMERS; i++) {
        const size_t count = i == 70 ? 4000 : 1 + next_random(&seed) % 60;
        row = make_customer(row, count, model, &seed);
        ends[i] = (uint32_t)row;
    }
    return (struct fl_scope_rows){
        .rows = {.day = day, .type = type, .net = net, .margin = margin, .promoted = promoted, .count = row},
        .ends = ends,
        .count = CUSTOMERS};
}

static void assert_same(const struct fl_day_facts *listed, const struct fl_day_facts *alone)
{
    assert_int_equal(listed->day_count, alone->day_count);
    assert_int_equal(listed->category_count, alone->category_count);
    for (size_t i = 0; i < alone->day_count; i++)
        assert_memory_equal(&listed->days[i], &alone->days[i], sizeof *alone->days);
    for (size_t i = 0; i < alone->category_count; i++)
        assert_memory_equal(&listed->categories[i], &alone->categories[i], sizeof *alone->categories);
}

static void check(struct fl_day_facts_list *list, const struct fl_model *model,
                  const struct fl_scope_rows *scopes, const uint32_t *of_rows)
{
    struct fl_day_facts alone;
    size_t without = 0;
    fl_day_facts_init(&alone, &model->registry, 1 << 30);
    assert_int_equal(fl_day_facts_list_make(list, scopes, of_rows, NULL), FL_OK);
    for (size_t i = 0; i < scopes->count; i++) {
        const struct fl_rows rows = fl_scope_rows_of(scopes, i);
        fl_day_facts_begin(&alone);
        assert_int_equal(fl_day_facts_add(&alone, &rows,
                                          of_rows == NULL ? NULL : of_rows + fl_scope_start(scopes, i), NULL),
                         FL_OK);
        assert_same(&list->of[i], &alone);
        without += alone.day_count == 0;
    }
    assert_true(without > 0 || scopes->count < CUSTOMERS);
    fl_day_facts_release(&alone);
}

static void test_as_each_alone(void **state)
{
    (void)state;
    struct fl_model *model = default_model();
    struct fl_day_facts_list *list = calloc(1, sizeof *list);
    assert_non_null(list);
    fl_day_facts_list_init(list, &model->registry, 1 << 30);
    for (uint64_t seed = 1; seed < 6; seed++) {
        const struct fl_scope_rows scopes = make_customers(model, seed);
        check(list, model, &scopes, categories);
        check(list, model, &scopes, NULL);
        const struct fl_scope_rows some = fl_some_scopes(&scopes, 30, 50);
        check(list, model, &some, categories);
    }
    fl_day_facts_list_release(list);
    free(list);
    fl_model_free(model);
}

static void test_no_room(void **state)
{
    (void)state;
    struct fl_model *model = default_model();
    struct fl_day_facts_list *list = calloc(1, sizeof *list);
    struct fl_error error;
    assert_non_null(list);
    fl_error_clear(&error);
    fl_day_facts_list_init(list, &model->registry, 1000);
    const struct fl_scope_rows scopes = make_customers(model, 1);
    assert_int_equal(fl_day_facts_list_make(list, &scopes, categories, &error), FL_LIMIT);
    assert_non_null(strstr(error.message, "raise --memory"));
    fl_day_facts_list_release(list);
    free(list);
    fl_model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_as_each_alone), cmocka_unit_test(test_no_room)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
