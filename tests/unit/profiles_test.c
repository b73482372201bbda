/* profiles_test.c - each customer's profile, whatever files, blocks and threads tell it.
 *
 * Which row counts is asked of files made by the writer, with uuids and arrivals as wanted, in both orders of
 * listing. The rest comes in by an import: age bands, words of several files, distances, text ids, a
 * pseudonymous folder. Joins that start anywhere must find what one from the start finds. */
#include "tests/unit/engine_fixture.h"

#include "engine/profiles.h"
#include "formats/table/table_writer.h"

static struct fl_profiles *profiles;
static struct fl_profile_join *join;
static struct fl_model_settings settings = {.age_band_count = 3, .age_band_floor = {0, 18, 19}};

/* ---- folders ---- */

static void import_mapped(const char *table, const char *csv, const char *mapping, bool pseudonymous)
{
    char folder_path[FIXTURE_PATH_SIZE], input_path[FIXTURE_PATH_SIZE], mapping_path[FIXTURE_PATH_SIZE];
    fixture_put("rows.csv", csv);
    if (mapping != NULL)
        fixture_put("map.yaml", mapping);
    const char *input = fixture_path("rows.csv", input_path);
    struct fl_model *model = default_model();
    const struct fl_import_plan plan = {.io = &fl_io_system,
                                        .folder = fixture_path("data", folder_path),
                                        .mapping_path =
                                            mapping == NULL ? NULL : fixture_path("map.yaml", mapping_path),
                                        .table = mapping == NULL ? table : NULL,
                                        .inputs = &input,
                                        .input_count = 1,
                                        .types = fl_model_types(model),
                                        .pseudonymous = pseudonymous,
                                        .memory_bytes = FL_IMPORT_MEMORY_MIN};
    struct fl_import_report report;
    struct fl_error error;
    fl_error_clear(&error);
    if (fl_import(&plan, &report, &error) != FL_OK)
        fail_msg("import: %s", error.message);
    fl_model_free(model);
}

static struct fl_data_folder *open_data(void)
{
    char path[FIXTURE_PATH_SIZE];
    struct fl_data_folder *folder = NULL;
    assert_int_equal(fl_data_folder_open(&fl_io_system, fixture_path("data", path), &folder, NULL), FL_OK);
    return folder;
}

static void open_profiles(const struct fl_data_folder *folder, const char *as_of, unsigned parts)
{
    assert_int_equal(fl_profiles_open(folder, FL_IO_COPY, &settings, day_of(as_of), &profiles, NULL), FL_OK);
    assert_int_equal(fl_profile_join_open(profiles, parts, &join, NULL), FL_OK);
    assert_true(fl_profile_join_memory(profiles, parts) > 0);
}

static void close_profiles(void)
{
    fl_profile_join_close(join);
    fl_profiles_close(profiles);
    join = NULL;
    profiles = NULL;
}

/* ---- what a profile says ---- */

static struct fl_profile find(int64_t customer)
{
    struct fl_profile profile;
    assert_int_equal(fl_profile_join_find(join, customer, &profile, NULL), FL_OK);
    return profile;
}

static const char *word_of(const struct fl_profile *profile, enum fl_profile_word word)
{
    static char text[64];
    if (profile->word[word] == FL_NO_WORD)
        return "-";
    const struct fl_text found = fl_words_at(fl_profiles_words(profiles, word), profile->word[word]);
    (void)snprintf(text, sizeof text, "%.*s", (int)found.size, found.bytes);
    return text;
}

/* age band|life stage|country|region|urbanity|nearest store|metres|first contact */
static void assert_profile(int64_t customer, const char *expected)
{
    const struct fl_profile profile = find(customer);
    char text[400] = "", day[11] = "-", metres[24] = "-";
    if (profile.has_first_contact)
        fl_day_format(profile.first_contact, day);
    if (profile.has_store_distance)
        (void)snprintf(metres, sizeof metres, "%lld", (long long)profile.store_distance_m);
    for (int word = 0; word < FL_PROFILE_WORDS; word++) {
        const size_t used = strlen(text);
        (void)snprintf(text + used, sizeof text - used, "%s|", word_of(&profile, (enum fl_profile_word)word));
    }
    const size_t used = strlen(text);
    (void)snprintf(text + used, sizeof text - used, "%s|%s%s", metres, day,
                   profile.found ? "" : " not found");
    assert_string_equal(text, expected);
}

/* ---- files made by the writer ---- */

enum { FILES = 2 };
static struct fl_data_file files[FILES];
static char names[FILES][32];
static char table_name[] = "customers";

/* A region by number and an arrival (-1: null). */
struct row {
    int64_t customer;
    uint32_t region;
    int arrival;
};

static void put_customers(size_t file, uint8_t uuid, const struct row *rows, size_t count,
                          uint32_t block_rows)
{
    static const uint16_t ids[] = {FL_CUSTOMERS_CUSTOMER, FL_CUSTOMERS_REGION, FL_CUSTOMERS_ARRIVAL};
    static const uint32_t letters[] = {0, 1, 2, 3};
    const struct fl_words words[] = {{0}, {3, letters, "ABC"}, {0}};
    struct fl_table_plan plan = {.schema = fl_schema_by_name(table_name),
                                 .column_ids = ids,
                                 .column_count = 3,
                                 .words = words,
                                 .block_rows = block_rows};
    struct fl_table_writer *writer = NULL;
    struct fl_table_summary summary;
    char name[256];
    plan.uuid[0] = uuid;
    assert_int_equal(fl_table_writer_create(&fl_io_system, fixture_folder, &plan, &writer, NULL), FL_OK);
    for (size_t i = 0; i < count; i++) {
        const int32_t arrival = rows[i].arrival;
        const uint8_t null = rows[i].arrival < 0;
        const struct fl_column_values values[] = {{.as.i64 = &rows[i].customer},
                                                  {.as.words = &rows[i].region},
                                                  {.as.i32 = &arrival, .nulls = &null}};
        assert_int_equal(fl_table_writer_append(writer, values, 1, NULL), FL_OK);
    }
    (void)snprintf(names[file], sizeof names[file], "customers-%zu.flint", file);
    assert_int_equal(fl_table_writer_finish(writer, NULL, names[file], name, &summary, NULL), FL_OK);
    files[file] = (struct fl_data_file){.name = names[file], .table = table_name, .rows = count};
}

static struct fl_data_folder listed(struct fl_data_file turned[FILES], int turn)
{
    turned[0] = files[turn];
    turned[1] = files[1 - turn];
    return (struct fl_data_folder){
        .io = &fl_io_system, .path = fixture_folder, .files = turned, .file_count = FILES};
}

static void assert_region(int64_t customer, const char *region)
{
    for (int turn = 0; turn < 2; turn++) {
        struct fl_data_file turned[FILES];
        const struct fl_data_folder folder = listed(turned, turn);
        open_profiles(&folder, "2026-01-01", FL_PROFILE_WITH_ALL);
        const struct fl_profile profile = find(customer);
        assert_string_equal(word_of(&profile, FL_PROFILE_REGION), region);
        close_profiles();
    }
}

static void test_which_row_counts(void **state)
{
    (void)state;
    /* The later arrival wins over the larger uuid. */
    put_customers(0, 1, (const struct row[]){{5, 0, 200}}, 1, 0);
    put_customers(1, 2, (const struct row[]){{5, 1, 100}}, 1, 0);
    assert_region(5, "A");
    /* The same arrival: the larger uuid. */
    put_customers(0, 9, (const struct row[]){{5, 0, 100}}, 1, 0);
    assert_region(5, "A");
    /* In one file: the later arrival, then the later row. */
    put_customers(0, 1, (const struct row[]){{5, 0, 100}, {5, 1, 101}, {5, 2, 101}}, 3, 0);
    put_customers(1, 2, (const struct row[]){{5, 0, -1}, {6, 1, -1}}, 2, 0);
    assert_region(5, "C");
    assert_region(6, "B");
    assert_region(4, "-");
    assert_region(7, "-");
    /* Any arrival is later than none. */
    put_customers(0, 1, (const struct row[]){{5, 0, 0}}, 1, 0);
    assert_region(5, "A");
}

/* Many blocks, two files that share some customers: found from the start, and from any customer on. */
static void test_joins_start_anywhere(void **state)
{
    (void)state;
    enum { ROWS = 200, BLOCK_ROWS = 7 };
    struct row even[ROWS], third[ROWS];
    for (int i = 0; i < ROWS; i++) {
        even[i] = (struct row){2 * i - 100, (uint32_t)i % 3, 10};
        third[i] = (struct row){3 * i - 100, (uint32_t)i % 2, 11};
    }
    put_customers(0, 1, even, ROWS, BLOCK_ROWS);
    put_customers(1, 2, third, ROWS, BLOCK_ROWS);
    struct fl_data_file turned[FILES];
    const struct fl_data_folder folder = listed(turned, 0);
    open_profiles(&folder, "2026-01-01", FL_PROFILE_WITH_HOME);
    enum { SPAN = 3 * ROWS + 20 };
    struct fl_profile all[SPAN];
    for (int i = 0; i < SPAN; i++) {
        const int64_t customer = i - 110;
        all[i] = find(customer);
        const int64_t in_third = (customer + 100) / 3, in_even = (customer + 100) / 2;
        const bool is_third = customer >= -100 && (customer + 100) % 3 == 0 && in_third < ROWS;
        const bool is_even = customer >= -100 && (customer + 100) % 2 == 0 && in_even < ROWS;
        const uint32_t expected = is_third  ? third[in_third].region
                                  : is_even ? even[in_even].region
                                            : FL_NO_WORD;
        assert_int_equal(all[i].found, is_third || is_even);
        assert_int_equal(all[i].word[FL_PROFILE_REGION], expected);
    }
    uint64_t random = 3;
    for (int i = 0; i < 500; i++) {
        const int at = (int)(next_random(&random) % SPAN);
        fl_profile_join_seek(join, at - 110);
        for (int k = at; k < SPAN && k < at + 9; k += 1 + (int)(next_random(&random) % 3)) {
            const struct fl_profile once = find(k - 110), twice = find(k - 110);
            assert_int_equal(once.found, all[k].found);
            assert_int_equal(once.word[FL_PROFILE_REGION], all[k].word[FL_PROFILE_REGION]);
            assert_int_equal(twice.word[FL_PROFILE_REGION], all[k].word[FL_PROFILE_REGION]);
        }
    }
    close_profiles();
}

static void test_a_file_that_lies(void **state)
{
    (void)state;
    struct fl_error error;
    put_customers(0, 1, (const struct row[]){{5, 0, 1}}, 1, 0);
    put_customers(1, 2, (const struct row[]){{5, 0, 1}}, 1, 0);
    static char other[] = "stores";
    files[1].table = other;
    struct fl_data_file turned[FILES];
    const struct fl_data_folder folder = listed(turned, 0);
    fl_error_clear(&error);
    assert_int_equal(
        fl_profiles_open(&folder, FL_IO_COPY, &settings, day_of("2026-01-01"), &profiles, &error),
        FL_CORRUPT);
    assert_null(profiles);
    assert_string_equal(error.message, "the file holds the table customers, the manifest says stores");
    files[1].table = table_name;
}

/* ---- rows that were imported ---- */

static void test_age_bands(void **state)
{
    (void)state;
    import_mapped("customers",
                  "customer,birth_year,age_band\n1,2008,\n2,2009,60-69\n3,2026,\n4,2027,\n5,2027,60-69\n"
                  "6,,60-69\n7,1850,\n8,,\n9,2007,\n",
                  NULL, false);
    struct fl_data_folder *folder = open_data();
    open_profiles(folder, "2026-01-01", FL_PROFILE_WITH_ALL);
    assert_profile(1, "18-18|-|-|-|-|-|-|-"); /* 18 in the year of the as-of day, whatever the birthday */
    assert_profile(2, "60-69|-|-|-|-|-|-|-"); /* a given band stays as it is */
    assert_profile(3, "0-17|-|-|-|-|-|-|-");
    assert_profile(4, "-|-|-|-|-|-|-|-"); /* not born yet */
    assert_profile(5, "60-69|-|-|-|-|-|-|-");
    assert_profile(6, "60-69|-|-|-|-|-|-|-");
    assert_profile(7, "19+|-|-|-|-|-|-|-");
    assert_profile(8, "-|-|-|-|-|-|-|-");
    assert_profile(9, "19+|-|-|-|-|-|-|-");
    close_profiles();
    open_profiles(folder, "2027-12-31", FL_PROFILE_WITH_HOME);
    assert_profile(1, "19+|-|-|-|-|-|-|-");
    assert_profile(4, "0-17|-|-|-|-|-|-|-");
    close_profiles();
    fl_data_folder_close(folder);
    fixture_remove("data");
}

static void test_words_of_several_files(void **state)
{
    (void)state;
    import_mapped("customers",
                  "customer,life_stage,country,region,urbanity,first_contact\n"
                  "1,family,NL,Utrecht,city,2020-02-29\n2,,NO,Oslo,,\n",
                  NULL, false);
    import_mapped("customers", "customer,country,urbanity\n3,BE,village\n4,GB,city\n", NULL, false);
    struct fl_data_folder *folder = open_data();
    open_profiles(folder, "2026-01-01", FL_PROFILE_WITH_ALL);
    assert_profile(0, "-|-|-|-|-|-|-|- not found");
    assert_profile(1, "-|family|NL|Utrecht|city|-|-|2020-02-29");
    assert_profile(2, "-|-|NO|Oslo|-|-|-|-");
    assert_profile(3, "-|-|BE|-|village|-|-|-");
    assert_profile(4, "-|-|GB|-|city|-|-|-");
    assert_profile(5, "-|-|-|-|-|-|-|- not found");
    assert_int_equal(fl_profiles_words(profiles, FL_PROFILE_COUNTRY)->count, 4);
    close_profiles();
    open_profiles(folder, "2026-01-01", FL_PROFILE_WITH_FIRST_CONTACT);
    assert_profile(1, "-|-|-|-|-|-|-|2020-02-29");
    close_profiles();
    fl_data_folder_close(folder);
    fixture_remove("data");
}

static void test_distances(void **state)
{
    (void)state;
    static const char customers[] = "customer,latitude,longitude,store_distance_m\n"
                                    "1,52.1,5.1,\n2,52.1,5.1,70\n3,,,80\n4,52.1,,\n5,53,5.1,0\n6,,,\n";
    import_mapped("customers", customers, NULL, false);
    struct fl_data_folder *folder = open_data();
    open_profiles(folder, "2026-01-01", FL_PROFILE_WITH_ALL);
    assert_profile(1, "-|-|-|-|-|-|-|-"); /* no stores yet */
    assert_profile(2, "-|-|-|-|-|-|70|-");
    close_profiles();
    fl_data_folder_close(folder);
    import_mapped("stores", "store,latitude,longitude\nSouth,52.1,5.1\nNorth,53.1,5.1\nCentre,52.1,5.1\n",
                  NULL, false);
    folder = open_data();
    open_profiles(folder, "2026-01-01", FL_PROFILE_WITH_STORE);
    assert_profile(1, "-|-|-|-|-|Centre|0|-");
    assert_profile(2, "-|-|-|-|-|Centre|70|-"); /* what is given counts */
    assert_profile(3, "-|-|-|-|-|-|80|-");
    assert_profile(4, "-|-|-|-|-|-|-|-"); /* half a place is none */
    assert_profile(5, "-|-|-|-|-|North|0|-");
    assert_profile(6, "-|-|-|-|-|-|-|-");
    close_profiles();
    open_profiles(folder, "2026-01-01", FL_PROFILE_WITH_HOME | FL_PROFILE_WITH_FIRST_CONTACT);
    assert_profile(1, "-|-|-|-|-|-|-|-");
    close_profiles();
    fl_data_folder_close(folder);
    fixture_remove("data");
}

static void test_text_ids(void **state)
{
    (void)state;
    for (int pseudonymous = 0; pseudonymous < 2; pseudonymous++) {
        import_mapped(NULL, "who,land\nZoë,NL\nC-1,BE\n",
                      "table: customers\nids: text\ncolumns: {customer: who, country: land}\n",
                      pseudonymous != 0);
        struct fl_data_folder *folder = open_data();
        assert_int_equal(folder->pseudonymous, pseudonymous);
        static const char *const ids[] = {"Zoë", "C-1", "C-2"};
        static const char *const countries[] = {"NL", "BE", "-"};
        for (int i = 0; i < 3; i++) {
            open_profiles(folder, "2026-01-01", FL_PROFILE_WITH_ALL);
            const struct fl_profile profile = find(fl_data_folder_key_of(folder, fl_text_of(ids[i])));
            assert_string_equal(word_of(&profile, FL_PROFILE_COUNTRY), countries[i]);
            close_profiles();
        }
        fl_data_folder_close(folder);
        fixture_remove("data");
    }
}

static void test_no_profiles(void **state)
{
    (void)state;
    import_mapped("stores", "store,latitude,longitude\nA,52,5\n", NULL, false);
    struct fl_data_folder *folder = open_data();
    open_profiles(folder, "2026-01-01", FL_PROFILE_WITH_ALL);
    assert_profile(INT64_MIN, "-|-|-|-|-|-|-|- not found");
    assert_profile(INT64_MAX, "-|-|-|-|-|-|-|- not found");
    assert_int_equal(fl_profiles_words(profiles, FL_PROFILE_AGE_BAND)->count, 0);
    close_profiles();
    fl_data_folder_close(folder);
    fixture_remove("data");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_which_row_counts),
        cmocka_unit_test(test_joins_start_anywhere),
        cmocka_unit_test(test_a_file_that_lies),
        cmocka_unit_test(test_age_bands),
        cmocka_unit_test(test_words_of_several_files),
        cmocka_unit_test(test_distances),
        cmocka_unit_test(test_text_ids),
        cmocka_unit_test(test_no_profiles),
    };
    return cmocka_run_group_tests(tests, fixture_open, fixture_close);
}
