/* replay_test.c - a replay during which each call of the system fails once.
 *
 * Three nights over New Year, so two passes. After each failure a night's folder is gone or whole, with the
 * bytes of a replay that nothing happened to, and those that are there are the first days; the same command
 * then makes the rest. */
#include "tests/unit/engine_fixture.h"

enum { ROWS = 300, NIGHTS = 3 };
static const char first_day[] = "2025-12-30";

static int make_rows(void **state)
{
    static struct fixture_row rows[ROWS];
    uint64_t random = 11;
    assert_int_equal(fixture_open(state), 0);
    struct fl_model *model = default_model();
    init_model_folder("model");
    for (size_t i = 0; i < ROWS; i++) {
        rows[i] = (struct fixture_row){.customer = (int64_t)(next_random(&random) % 30),
                                       .day = day_of(first_day) + 3 - (int32_t)(next_random(&random) % 200),
                                       .type = (uint8_t)(1 + next_random(&random) % 140),
                                       .has_arrival = i % 3 == 0};
        rows[i].arrival = rows[i].day + (int32_t)(next_random(&random) % 4);
    }
    import_rows(model, "data", rows, ROWS, 2);
    fl_model_free(model);
    return 0;
}

static fl_status replay(const struct fl_io *io, const char *out, struct fl_run_report *report,
                        struct fl_error *error)
{
    char model[FIXTURE_PATH_SIZE], data[FIXTURE_PATH_SIZE], path[FIXTURE_PATH_SIZE];
    const struct fl_run_plan plan = {.io = io,
                                     .model = fixture_path("model", model),
                                     .data = fixture_path("data", data),
                                     .out = fixture_path(out, path),
                                     .is_replay = true,
                                     .replay_from_day = day_of(first_day),
                                     .as_of_day = day_of(first_day) + NIGHTS - 1,
                                     .view = FL_VIEW_KNOWN_THEN,
                                     .io_mode = FL_IO_COPY,
                                     .memory_bytes = UINT64_C(1) << 30};
    fl_error_clear(error);
    return fl_run(&plan, report, error);
}

static void night_name(const char *out, int night, const char *file, char name[64])
{
    char day[11];
    fl_day_format(day_of(first_day) + night, day);
    (void)snprintf(name, 64, "%s/%s%s%s", out, day, file[0] == '\0' ? "" : "/", file);
}

static bool is_there(const char *out, int night, const char *file)
{
    char name[64], path[FIXTURE_PATH_SIZE];
    night_name(out, night, file, name);
    return access(fixture_path(name, path), F_OK) == 0;
}

/* The manifest has the digests of all files. */
static void assert_same_night(const char *out, int night)
{
    char name[64], whole_name[64];
    size_t size = 0, whole_size = 0;
    night_name(out, night, "manifest.json", name);
    night_name("whole", night, "manifest.json", whole_name);
    char *bytes = fixture_get(name, &size), *whole = fixture_get(whole_name, &whole_size);
    assert_non_null(bytes);
    assert_int_equal(size, whole_size);
    assert_memory_equal(bytes, whole, size);
    free(bytes);
    free(whole);
}

/* How many nights are there; the others have left nothing. */
static int whole_nights(const char *out, const struct fl_error *error)
{
    int there = 0;
    for (int night = 0; night < NIGHTS; night++) {
        if (is_there(out, night, "_SUCCESS")) {
            assert_int_equal(there++, night);
            assert_same_night(out, night);
        } else if (is_there(out, night, "")) {
            fail_msg("%s: night %d is half there", error->message, night);
        }
    }
    return there;
}

static void test_each_call_fails(void **state)
{
    (void)state;
    struct fl_run_report report;
    struct fl_error error;
    bool seen[NIGHTS + 1] = {false};
    assert_int_equal(replay(&fl_io_system, "whole", &report, &error), FL_OK);
    assert_int_equal(report.nights, NIGHTS);
    for (int at = 1;; at++) {
        const struct fl_io io = fixture_io(at, EIO);
        const fl_status status = replay(&io, "x", &report, &error);
        const bool faulted = fixture_calls >= at;
        const int there = whole_nights("x", &error);
        seen[there] = true;
        assert_true(status != FL_OK || there == NIGHTS);
        if (at % 7 ==
            0) { /* what is left to do gives the same bytes; each seventh time, as it takes a while */
            assert_int_equal(replay(&fl_io_system, "x", &report, &error), FL_OK);
            assert_int_equal(report.nights_already_there, there);
            assert_int_equal(whole_nights("x", &error), NIGHTS);
        }
        fixture_remove("x");
        if (!faulted)
            break;
    }
    for (int there = 0; there <= NIGHTS; there++)
        assert_true(seen[there]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_each_call_fails)};
    return cmocka_run_group_tests(tests, make_rows, fixture_close);
}
