/* stores_test.c - the nearest store is the one that looking at each would give.
 *
 * Stores of several densities (none, one, a block, some blocks; spread over the world, a town, one mall) are
 * imported; for random places, the poles and the date line the search must give the least pair of whole
 * metres and name of all stores. Which row of a store counts, and rows without a place, are told apart. */
#include "tests/unit/engine_fixture.h"

#include "engine/stores.h"

enum { STORES_MAX = 300, PLACES = 3000 };

struct spot {
    int64_t latitude, longitude;
};

static struct fl_stores stores;
static struct fl_data_folder *folder;

static void import_stores(const char *csv)
{
    struct fl_model *model = default_model();
    import_table(model, "data", "stores", csv, strlen(csv));
    fl_model_free(model);
}

static void open_stores(void)
{
    char path[FIXTURE_PATH_SIZE];
    assert_int_equal(fl_data_folder_open(&fl_io_system, fixture_path("data", path), &folder, NULL), FL_OK);
    assert_int_equal(fl_stores_open(folder, FL_IO_COPY, &stores, NULL), FL_OK);
}

static void close_stores(void)
{
    fl_stores_release(&stores);
    fl_data_folder_close(folder);
    fixture_remove("data");
}

static const char *nearest_to(int64_t latitude, int64_t longitude, int64_t *metres)
{
    static char text[64];
    struct fl_place place;
    uint32_t name = FL_NO_WORD;
    double *least = malloc(stores.blocks * sizeof *least);
    assert_non_null(least);
    assert_true(fl_place_of(latitude, longitude, &place));
    fl_stores_nearest(&stores, &place, least, &name, metres);
    free(least);
    const struct fl_text word = fl_words_at(&stores.names.words, name);
    (void)snprintf(text, sizeof text, "%.*s", (int)word.size, word.bytes);
    return text;
}

/* Names rise with the number, so the first of the nearest is the one. */
static void assert_nearest(const struct spot *spots, size_t count, int64_t latitude, int64_t longitude)
{
    struct fl_place place, store;
    int64_t best = INT64_MAX, found = 0;
    size_t best_store = 0;
    char wanted[32];
    assert_true(fl_place_of(latitude, longitude, &place));
    for (size_t i = 0; i < count; i++) {
        assert_true(fl_place_of(spots[i].latitude, spots[i].longitude, &store));
        const int64_t metres = fl_earth_metres(&place, &store);
        if (metres < best) {
            best = metres;
            best_store = i;
        }
    }
    (void)snprintf(wanted, sizeof wanted, "S%04zu", best_store);
    assert_string_equal(nearest_to(latitude, longitude, &found), wanted);
    assert_int_equal(found, best);
}

static int64_t between(uint64_t *random, int64_t middle, int64_t reach)
{
    return middle - reach + (int64_t)(next_random(random) % (uint64_t)(2 * reach + 1));
}

static void compare(size_t count, int64_t reach_latitude, int64_t reach_longitude)
{
    static struct spot spots[STORES_MAX];
    struct fl_buffer csv = {0};
    uint64_t random = count;
    append_text(&csv, "store,latitude,longitude\n");
    for (size_t i = 0; i < count; i++) {
        char line[80];
        spots[i].latitude = between(&random, reach_latitude < 90000000 ? 52000000 : 0, reach_latitude);
        spots[i].longitude = between(&random, reach_longitude < 180000000 ? 5000000 : 0, reach_longitude);
        (void)snprintf(line, sizeof line, "S%04zu,%llde-6,%llde-6\n", i, (long long)spots[i].latitude,
                       (long long)spots[i].longitude);
        append_text(&csv, line);
    }
    assert_true(fl_buffer_append(&csv, "", 1));
    import_stores((const char *)csv.bytes);
    fl_buffer_release(&csv);
    open_stores();
    for (int i = 0; i < PLACES; i++) {
        const bool world = i % 8 == 0;
        assert_nearest(spots, count,
                       world ? between(&random, 0, 90000000)
                             : between(&random, spots[0].latitude / 2, reach_latitude / 2),
                       world ? between(&random, 0, 180000000)
                             : between(&random, spots[0].longitude / 2, reach_longitude / 2));
    }
    for (size_t i = 0; i < count; i++)
        assert_nearest(spots, count, spots[i].latitude, spots[i].longitude);
    assert_nearest(spots, count, 90000000, 0);
    assert_nearest(spots, count, -90000000, 0);
    assert_nearest(spots, count, 0, 180000000);
    assert_nearest(spots, count, 0, -180000000);
    close_stores();
}

static void test_nearest_of_all(void **state)
{
    (void)state;
    compare(1, 1000000, 1000000);
    compare(FL_STORE_BLOCK, 90000000, 180000000);
    compare(FL_STORE_BLOCK + 1, 90000000, 180000000);
    compare(STORES_MAX, 90000000, 180000000);
    compare(STORES_MAX, 1500000, 2000000); /* a country */
    compare(STORES_MAX, 50, 50);           /* a mall: many within the same metre */
}

/* Also of stores that lie in other blocks. */
static void test_equal_places_go_to_the_first_name(void **state)
{
    (void)state;
    struct fl_buffer csv = {0};
    append_text(&csv, "store,latitude,longitude\n");
    for (int i = 0; i < 100; i++) {
        char line[64];
        (void)snprintf(line, sizeof line, "M%02d,52.1,5.1\n", 99 - i);
        append_text(&csv, line);
    }
    assert_true(fl_buffer_append(&csv, "", 1));
    import_stores((const char *)csv.bytes);
    fl_buffer_release(&csv);
    open_stores();
    int64_t metres = 0;
    assert_string_equal(nearest_to(52100000, 5100000, &metres), "M00");
    assert_int_equal(metres, 0);
    assert_string_equal(nearest_to(-10000000, 100000000, &metres), "M00");
    close_stores();
}

static void test_which_row_of_a_store_counts(void **state)
{
    (void)state;
    int64_t metres = 0;
    import_stores("store,latitude,longitude,arrival\nA,52,5,2026-01-02\nB,53,5,2026-01-01\nC,51,5,\n");
    import_stores("store,latitude,longitude,arrival\nA,54,5,2026-01-01\nB,50,5,2026-01-02\nC,,,2026-01-01\n");
    import_stores("store,latitude,longitude,country\nD,52.5,,NL\nE,,5,NL\nF,,,NL\n");
    open_stores();
    assert_int_equal(stores.names.words.count, 6);
    assert_int_equal(stores.blocks, 1);
    assert_string_equal(nearest_to(54000000, 5000000, &metres), "A"); /* at 52: B is no more at 53 */
    assert_int_equal(metres, 222390);
    assert_string_equal(nearest_to(50900000, 5000000, &metres), "B"); /* C has lost its place */
    close_stores();
}

static void test_no_store_has_a_place(void **state)
{
    (void)state;
    import_stores("store,country\nA,NL\n");
    open_stores();
    assert_int_equal(stores.blocks, 0);
    assert_int_equal(stores.names.words.count, 1);
    close_stores();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nearest_of_all),
        cmocka_unit_test(test_equal_places_go_to_the_first_name),
        cmocka_unit_test(test_which_row_of_a_store_counts),
        cmocka_unit_test(test_no_store_has_a_place),
    };
    return cmocka_run_group_tests(tests, fixture_open, fixture_close);
}
