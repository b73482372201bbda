/* cluster_fit_job_test.c - a cluster fit of a data folder is the same by any number of threads, and replaces
 * clusters.yaml whole or not.
 *
 * Some hundred random customers of three tastes lie in one file and in five, so that many come in pieces; the
 * pass cuts them into ranges of few rows. What it keeps, all of it and a sample, must be what one thread
 * keeps of one file. Then each system call of a fit fails once, with two errors, and each of its ways to stop
 * is taken, and some hundred of its allocations fail: the old clusters.yaml stays byte by byte, or the new
 * one is there when only the last words failed; nothing temporary is left. */
#include "tests/unit/fit_fixture.h"

#include <stdatomic.h>

#include "engine/clusters/cluster_fit.h"
#include "engine/clusters/cluster_pass.h"
#include "engine/fit_inputs.h"

enum { CUSTOMERS = 300, TASTES = 3, CATEGORIES = 12 };

static const char as_of[] = "2026-03-31";

/* Customer i likes four categories, and takes another one each fifth time. */
static void put_rows(void)
{
    static struct fl_buffer parts[6]; /* all, and each fifth customer's row */
    const int32_t last_day = day_of(as_of);
    uint64_t random = 1;
    for (size_t part = 0; part < 6; part++)
        append_text(&parts[part], "customer,day,type,category,order,amount,currency\n");
    size_t row = 0;
    for (int customer = 0; customer < CUSTOMERS; customer++) {
        const int baskets = (int)(next_random(&random) % 12);
        for (int basket = 0; basket < baskets; basket++) {
            char line[200], day[11];
            fl_day_format(last_day - (int32_t)(next_random(&random) % 500), day);
            for (int lines = 1 + (int)(next_random(&random) % 6); lines > 0; lines--) {
                const uint64_t liked = (uint64_t)(customer % TASTES) * 4 + next_random(&random) % 4;
                const uint64_t category =
                    next_random(&random) % 5 == 0 ? next_random(&random) % CATEGORIES : liked;
                (void)snprintf(line, sizeof line, "%d,%s,purchase_web,c%02llu,o%d,%llu,EUR\n", customer, day,
                               (unsigned long long)category, basket,
                               (unsigned long long)(100 + next_random(&random) % 3000));
                append_text(&parts[0], line);
                append_text(&parts[1 + row++ % 5], line);
            }
        }
    }
    struct fl_model *model = default_model();
    for (size_t part = 0; part < 6; part++) {
        import_text(model, part == 0 ? "one" : "five", (const char *)parts[part].bytes, parts[part].size);
        fl_buffer_release(&parts[part]);
    }
    fl_model_free(model);
}

/* ---- the pass ---- */

struct found {
    struct fl_basket_sample sample;
    __int128 nets[CATEGORIES];
    struct fl_run_counts counts;
};

static void collect(const char *data, unsigned threads, uint64_t customers_max, uint64_t memory_bytes,
                    struct found *found)
{
    char path[FIXTURE_PATH_SIZE];
    struct fl_fit_inputs inputs = {.io = &fl_io_system,
                                   .io_mode = FL_IO_MAP,
                                   .data = fixture_path(data, path),
                                   .as_of_day = day_of(as_of),
                                   .memory_bytes = UINT64_C(4) << 30,
                                   .model = default_model()};
    struct fl_error error = {0};
    assert_int_equal(fl_fit_inputs_open(&inputs, NULL), FL_OK);
    const struct fl_cluster_pass_plan plan = {.scan = fl_fit_scan_plan(&inputs, NULL, NULL),
                                              .settings = &inputs.model->settings.baskets,
                                              .threads = threads,
                                              .memory_bytes = inputs.memory_bytes,
                                              .range_rows = 100};
    *found = (struct found){.sample = {.memory_bytes = memory_bytes, .customers_max = customers_max}};
    fl_basket_sample_init(&found->sample);
    if (fl_cluster_pass(&plan, &found->sample, found->nets, &found->counts, &error) != FL_OK)
        fail_msg("%s", error.message);
    fl_fit_inputs_release(&inputs);
}

static void assert_same(const struct found *a, const struct found *b)
{
    const struct fl_basket_sample *left = &a->sample, *right = &b->sample;
    assert_int_equal(left->count, right->count);
    assert_int_equal(left->offered, right->offered);
    assert_int_equal(a->counts.scored, b->counts.scored);
    assert_memory_equal(a->nets, b->nets, sizeof a->nets);
    for (size_t i = 0; i < left->count; i++) {
        const struct fl_sampled_customer *one = &left->customers[i], *other = &right->customers[i];
        assert_int_equal(one->key, other->key);
        assert_int_equal(one->breadth_milli, other->breadth_milli);
        assert_int_equal(one->count, other->count);
        assert_memory_equal(left->categories + one->first, right->categories + other->first,
                            one->count * sizeof *left->categories);
        assert_memory_equal(left->nets + one->first, right->nets + other->first,
                            one->count * sizeof *left->nets);
    }
}

static void test_any_threads_and_files(void **state)
{
    (void)state;
    static const unsigned threads[] = {1, 2, 3, 8};
    /* All, a number, and what 20 kB hold. */
    static const uint64_t customers_max[] = {0, 30, 0}, memory_bytes[] = {UINT64_MAX, UINT64_MAX, 20000};
    for (size_t m = 0; m < 3; m++) {
        struct found first, found;
        collect("one", 1, customers_max[m], memory_bytes[m], &first);
        assert_true(first.sample.offered > CUSTOMERS / 3 && first.sample.offered < CUSTOMERS);
        if (m < 2)
            assert_int_equal(first.sample.count, m == 0 ? first.sample.offered : 30);
        else
            assert_in_range(first.sample.count, 30, 90);
        assert_int_equal(first.sample.memory_cut, m == 2);
        for (size_t i = 0; i < 4; i++) {
            for (int files = 0; files < 2; files++) {
                collect(files == 0 ? "one" : "five", threads[i], customers_max[m], memory_bytes[m], &found);
                assert_same(&first, &found);
                fl_basket_sample_release(&found.sample);
            }
        }
        fl_basket_sample_release(&first.sample);
    }
}

/* ---- the whole ---- */

static fl_status fit(const struct fl_io *io, struct fl_cluster_fit_progress progress, struct fl_error *error)
{
    char model[FIXTURE_PATH_SIZE], data[FIXTURE_PATH_SIZE];
    struct fl_cluster_fit_report report;
    const struct fl_cluster_fit_plan plan = {.io = io,
                                             .model = fixture_path("model", model),
                                             .data = fixture_path("five", data),
                                             .as_of_day = day_of(as_of),
                                             .k = TASTES,
                                             .starts = 2,
                                             .iterations_max = 50,
                                             .io_mode = FL_IO_COPY,
                                             .memory_bytes = UINT64_C(1) << 30,
                                             .threads = 2,
                                             .progress = progress};
    const fl_status status = fl_cluster_fit(&plan, &report, error);
    if (status == FL_OK)
        fl_cluster_fit_report_release(&report);
    return status;
}

static const struct fl_cluster_fit_progress silent = {0};

/* A fit of before: that of another seed. */
static char *make_old(void)
{
    size_t size;
    struct fl_error error = {0};
    fixture_remove("model/clusters.yaml");
    if (fit(&fl_io_system, silent, &error) != FL_OK)
        fail_msg("%s", error.message);
    char *text = fixture_get("model/clusters.yaml", &size);
    char *seed = strstr(text, "seed: 0");
    assert_non_null(seed);
    seed[6] = '5';
    return text;
}

static fl_status fit_silently(const struct fl_io *io, struct fl_error *error)
{
    return fit(io, silent, error);
}

static void test_each_call_fails(void **state)
{
    (void)state;
    size_t size;
    struct fl_error error = {0};
    char *old = make_old();
    fixture_put("model/clusters.yaml", old);
    assert_int_equal(fit(&fl_io_system, silent, &error), FL_OK);
    char *fitted = fixture_get("model/clusters.yaml", &size);
    assert_string_not_equal(old, fitted);
    check_each_call_fails(fit_silently, "model/clusters.yaml", old, fitted);
    free(fitted);
    free(old);
}

static int stop_rows(void *context, uint64_t rows_done, uint64_t rows_all)
{
    (void)context;
    (void)rows_done;
    (void)rows_all;
    return 1;
}
static int stop_pairs(void *context, unsigned pairs_done, unsigned pairs)
{
    (void)context;
    return pairs_done * 2 >= pairs;
}
static int stop_iteration(void *context, unsigned start, unsigned iteration, size_t moved, double inertia)
{
    (void)context;
    (void)moved;
    (void)inertia;
    return start == 1 && iteration > 0;
}

static void test_stop(void **state)
{
    (void)state;
    const struct fl_cluster_fit_progress ways[] = {
        {.rows = stop_rows}, {.pairs = stop_pairs}, {.iteration = stop_iteration}};
    char *old = make_old();
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        struct fl_error error = {0};
        fixture_put("model/clusters.yaml", old);
        assert_int_equal(fit(&fl_io_system, ways[i], &error), FL_INTERRUPTED);
        assert_true(fixture_holds("model/clusters.yaml", old));
    }
    free(old);
}

/* ---- another fit that ends meanwhile ---- */

/* Another fit is at work from the first rows on. */
static int put_other(void *context, uint64_t rows_done, uint64_t rows_all)
{
    (void)rows_done;
    (void)rows_all;
    if (context == NULL)
        fixture_remove("model/clusters.yaml");
    else
        fixture_put("model/clusters.yaml", context);
    return 0;
}

/* Two at once followed the same file, and the later one overwrote the numbers that the earlier one had given.
 */
static void test_another_fit_is_not_lost(void **state)
{
    (void)state;
    char *old = make_old();
    char others_text[] = "the other fit's clusters\n", *others[] = {others_text, NULL};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        struct fl_error error = {0};
        size_t size;
        fixture_put("model/clusters.yaml", old);
        const struct fl_cluster_fit_progress progress = {.context = others[i], .rows = put_other};
        assert_int_equal(fit(&fl_io_system, progress, &error), FL_TEMPORARY);
        assert_non_null(strstr(error.message, "changed since this fit read it"));
        assert_non_null(strstr(error.path, "model/clusters.yaml"));
        char *found = fixture_get("model/clusters.yaml", &size);
        assert_true(others[i] == NULL ? found == NULL : strcmp(found, others[i]) == 0);
        free(found);
    }
    free(old);
}

/* ---- allocations that fail on demand ---- */

static atomic_long allocations, fail_at; /* fail_at: 0 is none */

static bool fails(void)
{
    return atomic_fetch_add(&allocations, 1) + 1 == atomic_load(&fail_at);
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *bytes, size_t size);
void *__real_reallocarray(void *bytes, size_t count, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *bytes, size_t size);
void *__wrap_reallocarray(void *bytes, size_t count, size_t size);

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}
void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : __real_calloc(count, size);
}
void *__wrap_realloc(void *bytes, size_t size)
{
    return fails() ? NULL : __real_realloc(bytes, size);
}
void *__wrap_reallocarray(void *bytes, size_t count, size_t size)
{
    return fails() ? NULL : __real_reallocarray(bytes, count, size);
}

/* The first and the last ones all; of those of the subsamples, which are alike, some. */
static void test_no_memory(void **state)
{
    (void)state;
    enum { DENSE = 60, SPARSE = 30 };
    struct fl_error error = {0};
    char *old = make_old();
    fixture_put("model/clusters.yaml", old);
    atomic_store(&allocations, 0);
    assert_int_equal(fit(&fl_io_system, silent, &error), FL_OK);
    const long all = atomic_load(&allocations);
    const long step = (all - 2 * DENSE) / SPARSE + 1;
    size_t failed = 0;
    for (long at = 1; at <= all; at += at < DENSE || at > all - DENSE ? 1 : step) {
        fixture_put("model/clusters.yaml", old);
        fl_error_clear(&error);
        atomic_store(&allocations, 0);
        atomic_store(&fail_at, at);
        const fl_status status = fit(&fl_io_system, silent, &error);
        atomic_store(&fail_at, 0);
        failed += status != FL_OK;
        if (status != FL_OK && (status != FL_NO_MEMORY || error.message[0] == '\0' ||
                                !fixture_holds("model/clusters.yaml", old)))
            fail_msg("allocation %ld of %ld: status %d, `%s`", at, all, (int)status, error.message);
    }
    assert_true(failed > DENSE);
    free(old);
}

static void test_the_same_again_changes_nothing(void **state)
{
    (void)state;
    size_t size;
    struct fl_error error = {0};
    free(make_old());
    char *first = fixture_get("model/clusters.yaml", &size);
    assert_int_equal(fit(&fl_io_system, silent, &error), FL_OK);
    assert_true(fixture_holds("model/clusters.yaml", first));
    free(first);
}

static int open_all(void **state)
{
    if (fixture_open(state) != 0)
        return -1;
    init_model_folder("model");
    put_rows();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_threads_and_files),
        cmocka_unit_test(test_each_call_fails),
        cmocka_unit_test(test_stop),
        cmocka_unit_test(test_another_fit_is_not_lost),
        cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_the_same_again_changes_nothing),
    };
    return cmocka_run_group_tests(tests, open_all, fixture_close);
}
