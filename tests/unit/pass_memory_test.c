/* pass_memory_test.c - passes refuse dictionaries whose sums memory does not hold for each thread.
 *
 * The dictionary of a file with one purchase is said to have more words than it has: a pass must fail, and
 * before it takes memory for them. */
#include "tests/unit/engine_fixture.h"

#include "engine/clusters/basket_pass.h"
#include "engine/clusters/cluster_pass.h"
#include "engine/fit_inputs.h"

enum { MANY_WORDS = 1 << 26 };
static const uint64_t memory_bytes = UINT64_C(256) << 20;

/* Those of the data, but for how many words there are. */
static struct fl_fit_inputs open_inputs(char data[FIXTURE_PATH_SIZE])
{
    struct fl_fit_inputs inputs = {.io = &fl_io_system,
                                   .io_mode = FL_IO_COPY,
                                   .data = fixture_path("data", data),
                                   .as_of_day = day_of("2026-03-31"),
                                   .memory_bytes = memory_bytes,
                                   .model = default_model()};
    assert_int_equal(fl_fit_inputs_open(&inputs, NULL), FL_OK);
    return inputs;
}

static fl_status pass_clusters(const struct fl_fit_inputs *inputs, struct fl_error *error)
{
    struct fl_basket_sample sample = {.memory_bytes = memory_bytes / 2};
    struct fl_run_counts counts;
    __int128 nets[1] = {0};
    const struct fl_cluster_pass_plan plan = {.scan = fl_fit_scan_plan(inputs, NULL, NULL),
                                              .settings = &inputs->model->settings.baskets,
                                              .memory_bytes = memory_bytes};
    fl_basket_sample_init(&sample);
    const fl_status status = fl_cluster_pass(&plan, &sample, nets, &counts, error);
    fl_basket_sample_release(&sample);
    return status;
}

static fl_status pass_baskets(const struct fl_fit_inputs *inputs, struct fl_error *error)
{
    struct fl_basket_list list;
    struct fl_basket_counts counts;
    uint32_t item_baskets[1] = {0};
    const struct fl_basket_pass_plan plan = {.scan = {.scan = fl_fit_scan_plan(inputs, NULL, NULL)},
                                             .items = FL_WORDED_CATEGORY};
    fl_basket_list_init(&list, 0);
    const fl_status status = fl_basket_pass(&plan, &list, item_baskets, &counts, error);
    fl_basket_list_release(&list);
    return status;
}

static void check_pass(fl_status (*pass)(const struct fl_fit_inputs *, struct fl_error *))
{
    char data[FIXTURE_PATH_SIZE];
    struct fl_error error = {0};
    struct fl_fit_inputs inputs = open_inputs(data);
    struct fl_words *words = &inputs.words.words[FL_WORDED_CATEGORY].words;
    const size_t count = words->count;
    assert_int_equal(count, 1);
    assert_int_equal(pass(&inputs, &error), FL_OK);
    words->count = MANY_WORDS;
    assert_int_equal(pass(&inputs, &error), FL_LIMIT);
    assert_non_null(strstr(error.message, "--threads"));
    words->count = count;
    fl_fit_inputs_release(&inputs);
}

static void test_sums_of_clusters(void **state)
{
    (void)state;
    check_pass(pass_clusters);
}

static void test_items_of_baskets(void **state)
{
    (void)state;
    check_pass(pass_baskets);
}

static int open_all(void **state)
{
    static const char rows[] =
        "customer,day,type,category,order,amount,currency\n1,2026-03-01,purchase_web,tea,o1,100,EUR\n";
    if (fixture_open(state) != 0)
        return -1;
    struct fl_model *model = default_model();
    import_text(model, "data", rows, sizeof rows - 1);
    fl_model_free(model);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sums_of_clusters),
        cmocka_unit_test(test_items_of_baskets),
    };
    return cmocka_run_group_tests(tests, open_all, fixture_close);
}
