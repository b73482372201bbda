/* standings_test.c - what is put on scratch space comes back in order, however often; or it is an error.
 *
 * Counts around the borders of a chunk, walked twice; then each call of the system fails once, with an error
 * and with a wrong byte read back, over three chunks. The scratch file has no name: nothing may be left. */
#include "tests/unit/folder_fixture.h"

#include "engine/standings.h"

static struct fl_standing standing_of(size_t i)
{
    return (struct fl_standing){.customer = (int64_t)i * 7 - 100,
                                .raw = (int64_t)i * -3,
                                .monetary = (int64_t)i << 20,
                                .tier_value = INT64_MAX - (int64_t)i,
                                .recency_days = (int32_t)(i % 800) - 1,
                                .winback_day = (int32_t)i,
                                .frequency = (uint8_t)(i % 5 + 1),
                                .is_buyer = i % 2 == 0,
                                .has_winback = i % 3 == 0,
                                .engagement = (uint8_t)(i % 101),
                                .stage = (uint8_t)(i % 8)};
}

static fl_status see(void *context, const struct fl_standing *standings, size_t count, struct fl_error *error)
{
    size_t *seen = context;
    (void)error;
    for (size_t i = 0; i < count; i++, ++*seen) {
        const struct fl_standing wanted = standing_of(*seen);
        assert_true(standings[i].customer == wanted.customer && standings[i].raw == wanted.raw &&
                    standings[i].monetary == wanted.monetary && standings[i].tier_value == wanted.tier_value);
        assert_true(standings[i].recency_days == wanted.recency_days &&
                    standings[i].winback_day == wanted.winback_day &&
                    standings[i].frequency == wanted.frequency && standings[i].is_buyer == wanted.is_buyer &&
                    standings[i].has_winback == wanted.has_winback &&
                    standings[i].engagement == wanted.engagement && standings[i].stage == wanted.stage);
    }
    return FL_OK;
}

static fl_status add_all(struct fl_standings *standings, size_t count, struct fl_error *error)
{
    fl_status status = FL_OK;
    for (size_t i = 0; i < count && status == FL_OK; i++) {
        const struct fl_standing standing = standing_of(i);
        status = fl_standings_add(standings, &standing, error);
    }
    return status;
}

static void test_counts(void **state)
{
    (void)state;
    static const size_t counts[] = {0,
                                    1,
                                    FL_STANDING_CHUNK - 1,
                                    FL_STANDING_CHUNK,
                                    FL_STANDING_CHUNK + 1,
                                    3 * FL_STANDING_CHUNK,
                                    3 * FL_STANDING_CHUNK + 5};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        struct fl_standings standings;
        char list[256];
        fl_standings_init(&standings, &fl_io_system, fixture_folder);
        assert_int_equal(add_all(&standings, counts[i], NULL), FL_OK);
        assert_int_equal(standings.count, counts[i]);
        for (int time = 0; time < 2; time++) {
            size_t seen = 0;
            assert_int_equal(fl_standings_walk(&standings, see, &seen, NULL), FL_OK);
            assert_int_equal(seen, counts[i]);
        }
        fixture_list(".", list, sizeof list);
        assert_string_equal(list, "");
        fl_standings_release(&standings);
    }
}

static fl_status stop(void *context, const struct fl_standing *standings, size_t count,
                      struct fl_error *error)
{
    (void)context, (void)standings, (void)count;
    return fl_fail(error, FL_INTERRUPTED, "enough");
}

static void test_visitor_stops(void **state)
{
    (void)state;
    struct fl_standings standings;
    fl_standings_init(&standings, &fl_io_system, fixture_folder);
    assert_int_equal(add_all(&standings, 2 * FL_STANDING_CHUNK, NULL), FL_OK);
    assert_int_equal(fl_standings_walk(&standings, stop, NULL, NULL), FL_INTERRUPTED);
    fl_standings_release(&standings);
}

/* All of it with some io, in a folder of its own, as an unlink that fails leaves its file; *seen: how many
 * came back. */
static fl_status go_through(const struct fl_io *io, size_t *seen, struct fl_error *error)
{
    struct fl_standings standings;
    char path[FIXTURE_PATH_SIZE];
    assert_int_equal(mkdir(fixture_path("scratch", path), 0700), 0);
    fl_error_clear(error);
    fl_standings_init(&standings, io, path);
    fl_status status = add_all(&standings, 2 * FL_STANDING_CHUNK + 5, error);
    if (status == FL_OK)
        status = fl_standings_walk(&standings, see, seen, error);
    fl_standings_release(&standings);
    fixture_remove("scratch");
    return status;
}

static void test_each_call_fails(void **state)
{
    (void)state;
    static const int errors[] = {EIO, ENOSPC, EINTR};
    for (size_t which = 0; which < sizeof errors / sizeof errors[0]; which++) {
        size_t failed = 0;
        for (int at = 1; at == 1 || fixture_calls >= at - 1; at++) {
            const struct fl_io io = fixture_io(at, errors[which]);
            struct fl_error error;
            size_t seen = 0;
            const fl_status status = go_through(&io, &seen, &error);
            if (status == FL_OK)
                assert_int_equal(seen, 2 * FL_STANDING_CHUNK + 5);
            else
                assert_true(error.message[0] != '\0' && error.path[0] != '\0');
            failed += status != FL_OK;
        }
        assert_true(errors[which] == EINTR || failed >= 4); /* to create, unlink, write, read */
    }
}

static void test_wrong_bytes(void **state)
{
    (void)state;
    const struct fl_io io = fixture_io(0, 0);
    struct fl_error error;
    size_t seen = 0;
    fixture_flipped_reads = 2;
    assert_int_equal(go_through(&io, &seen, &error), FL_IO);
    assert_string_equal(error.message, "a scratch file gives other bytes than were written to it");
    assert_int_equal(seen, FL_STANDING_CHUNK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_counts), cmocka_unit_test(test_visitor_stops),
                                       cmocka_unit_test(test_each_call_fails),
                                       cmocka_unit_test(test_wrong_bytes)};
    return cmocka_run_group_tests(tests, fixture_open, fixture_close);
}
