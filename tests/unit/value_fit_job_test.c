/* value_fit_job_test.c - a fit of a data folder is the same by any number of threads, and replaces value.yaml
 * whole or not.
 *
 * Some hundred random customers lie in one file and in five, so that many come in pieces; the pass cuts them
 * into ranges of few rows. What it collects, sorted, must be what one thread collects of one file. Then each
 * system call of a fit fails once, with two errors: the old value.yaml stays byte by byte, or the new one is
 * there when only the last words failed; nothing temporary is left. */
#include "tests/unit/fit_fixture.h"

#include "engine/value/value_fit.h"
#include "engine/value/value_pass.h"

enum { CUSTOMERS = 400, ROWS_MAX = 40000 };

static const char as_of[] = "2026-03-31";

/* Purchases of random people at their own pace, with visits between; amounts in cents, from some people in
 * dollars. */
static void put_rows(void)
{
    static struct fl_buffer parts[6]; /* all, and each fifth customer's row */
    const int32_t last_day = day_of(as_of);
    uint64_t random = 1;
    for (size_t part = 0; part < 6; part++)
        append_text(&parts[part], "customer,day,type,category,amount,currency\n");
    size_t row = 0;
    for (int customer = 0; customer < CUSTOMERS; customer++) {
        const int32_t pace = 3 + (int32_t)(next_random(&random) % 90);
        const uint64_t price = 500 + next_random(&random) % 9000;
        const int32_t stops = (int32_t)(next_random(&random) % 700);
        for (int32_t day = last_day - 700 + (int32_t)(next_random(&random) % 600); day < last_day + 20;
             day += 1 + (int32_t)(next_random(&random) % (uint64_t)pace)) {
            char line[200], text[11];
            fl_day_format(day, text);
            const bool buys = day < last_day - stops && next_random(&random) % 3 > 0;
            (void)snprintf(line, sizeof line, "%d,%s,%s,c%d,%llu,EUR\n", customer, text,
                           buys ? "purchase_web" : "web_visit", customer % 9,
                           (unsigned long long)(price / 2 + next_random(&random) % price));
            append_text(&parts[0], line);
            append_text(&parts[1 + row++ % 5], line);
        }
    }
    assert_true(row > 5000);
    struct fl_model *model = default_model();
    for (size_t part = 0; part < 6; part++) {
        import_text(model, part == 0 ? "one" : "five", (const char *)parts[part].bytes, parts[part].size);
        fl_buffer_release(&parts[part]);
    }
    fl_model_free(model);
}

/* ---- the pass ---- */

static void collect(const char *data, unsigned threads, uint32_t range_rows, struct fl_value_histories *found)
{
    char path[FIXTURE_PATH_SIZE];
    const bool wanted[FL_WORDED_SCOPES] = {[FL_WORDED_CATEGORY] = true};
    struct fl_model *model = default_model();
    struct fl_data_folder *folder = NULL;
    struct fl_scope_words words = {0};
    struct fl_money money;
    struct fl_run_counts counts;
    assert_int_equal(fl_data_folder_open(&fl_io_system, fixture_path(data, path), &folder, NULL), FL_OK);
    assert_int_equal(fl_scope_words_open(folder, FL_IO_MAP, wanted, &words, NULL), FL_OK);
    fl_money_init(&money, model);
    const struct fl_value_pass_plan plan = {.scan = {.io = &fl_io_system,
                                                     .folder = folder,
                                                     .io_mode = FL_IO_MAP,
                                                     .rules = {.registry = &model->registry,
                                                               .as_of_day = day_of(as_of),
                                                               .view = FL_VIEW_KNOWN_NOW,
                                                               .customer_first = INT64_MIN,
                                                               .customer_last = INT64_MAX},
                                                     .words = &words,
                                                     .money = &money,
                                                     .memory_bytes = UINT64_C(4) << 30},
                                            .model = model,
                                            .threads = threads,
                                            .memory_bytes = UINT64_C(4) << 30,
                                            .range_rows = range_rows};
    struct fl_error error = {0};
    if (fl_value_pass(&plan, found, &counts, &error) != FL_OK)
        fail_msg("%s", error.message);
    assert_int_equal(counts.customers, found->customers);
    found->purchase_count = fl_purchase_samples_merge(found->purchases, found->purchase_count);
    found->spend_count = fl_spend_samples_merge(found->spends, found->spend_count);
    fl_scope_words_release(&words);
    fl_data_folder_close(folder);
    fl_model_free(model);
}

static void assert_same_gaps(const struct fl_value_histories *a, const struct fl_value_histories *b)
{
    assert_int_equal(a->gap_count, b->gap_count);
    for (size_t i = 0; i < a->gap_capacity; i++) {
        if (a->gaps[i].gaps == 0)
            continue;
        uint64_t other = 0;
        for (size_t k = 0; k < b->gap_capacity && other == 0; k++)
            if (b->gaps[k].category == a->gaps[i].category && b->gaps[k].gap_days == a->gaps[i].gap_days)
                other = b->gaps[k].gaps;
        assert_int_equal(a->gaps[i].gaps, other);
    }
}

static void test_any_threads_and_files(void **state)
{
    (void)state;
    static const unsigned threads[] = {1, 2, 3, 8};
    struct fl_value_histories first = {0};
    collect("one", 1, 0, &first);
    assert_true(first.customers > CUSTOMERS / 2 && first.repeaters > CUSTOMERS / 4);
    for (size_t i = 0; i < 4; i++) {
        for (int files = 0; files < 2; files++) {
            struct fl_value_histories found = {0};
            collect(files == 0 ? "one" : "five", threads[i], 100, &found);
            assert_int_equal(found.customers, first.customers);
            assert_int_equal(found.repeaters, first.repeaters);
            assert_int_equal(found.purchase_count, first.purchase_count);
            assert_int_equal(found.spend_count, first.spend_count);
            assert_memory_equal(found.purchases, first.purchases,
                                found.purchase_count * sizeof *found.purchases);
            assert_memory_equal(found.spends, first.spends, found.spend_count * sizeof *found.spends);
            assert_same_gaps(&first, &found);
            fl_value_histories_release(&found);
        }
    }
    fl_value_histories_release(&first);
}

/* ---- the whole ---- */

static fl_status fit(const struct fl_io *io, int (*progress)(void *, uint64_t, uint64_t),
                     struct fl_error *error)
{
    char model[FIXTURE_PATH_SIZE], data[FIXTURE_PATH_SIZE];
    struct fl_value_fit_report report;
    const struct fl_value_fit_plan plan = {.io = io,
                                           .model = fixture_path("model", model),
                                           .data = fixture_path("five", data),
                                           .as_of_day = day_of(as_of),
                                           .io_mode = FL_IO_COPY,
                                           .memory_bytes = UINT64_C(1) << 30,
                                           .threads = 2,
                                           .progress = progress};
    const fl_status status = fl_value_fit(&plan, &report, error);
    if (status == FL_OK)
        fl_value_fit_report_release(&report);
    return status;
}

static fl_status fit_silently(const struct fl_io *io, struct fl_error *error)
{
    return fit(io, NULL, error);
}

static void test_each_call_fails(void **state)
{
    (void)state;
    size_t size;
    struct fl_error error = {0};
    if (fit(&fl_io_system, NULL, &error) != FL_OK)
        fail_msg("%s", error.message);
    char *fitted = fixture_get("model/value.yaml", &size);
    check_each_call_fails(fit_silently, "model/value.yaml", "what there was, even no fit at all\n", fitted);
    free(fitted);
}

static int stop(void *context, uint64_t rows_done, uint64_t rows_all)
{
    (void)context;
    (void)rows_done;
    (void)rows_all;
    return 1;
}

static void test_stop(void **state)
{
    (void)state;
    struct fl_error error = {0};
    fixture_put("model/value.yaml", "old");
    assert_int_equal(fit(&fl_io_system, stop, &error), FL_INTERRUPTED);
    assert_true(fixture_holds("model/value.yaml", "old"));
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
    };
    return cmocka_run_group_tests(tests, open_all, fixture_close);
}
