/* data_folder_test.c - the manifest says what was committed, and nothing else is believed.
 *
 * Imports are committed and read back field by field; the text of one manifest is pinned, since a newer build
 * must write the same. Every single fault that a manifest can have is made by replacing one piece of a good
 * one, each with its status and message. A commit is repeated while the first, second, third ... system call
 * fails: afterwards the folder holds the old manifest or the new one. */
#include "tests/unit/folder_fixture.h"

#include "formats/base/civil.h"
#include "formats/folder/data_folder_write.h"

static const char good_manifest[] = "{\n"
                                    " \"files\": [\n"
                                    "  {\n"
                                    "   \"bytes\": 700,\n"
                                    "   \"customer_max\": 12,\n"
                                    "   \"customer_min\": -3,\n"
                                    "   \"day_max\": \"2026-11-20\",\n"
                                    "   \"day_min\": \"2026-11-01\",\n"
                                    "   \"digest\": \"00000000000000ff\",\n"
                                    "   \"import\": \"0123456789abcdef0123456789abcdef\",\n"
                                    "   \"name\": \"interactions-0123456789abcdef-p0001.flint\",\n"
                                    "   \"rows\": 5,\n"
                                    "   \"table\": \"interactions\"\n"
                                    "  }\n"
                                    " ],\n"
                                    " \"folds\": [],\n"
                                    " \"format\": 2,\n"
                                    " \"ids\": \"integer\",\n"
                                    " \"imports\": [\n"
                                    "  {\n"
                                    "   \"arrival\": \"2026-11-21\",\n"
                                    "   \"id\": \"0123456789abcdef0123456789abcdef\",\n"
                                    "   \"inputs\": [\n"
                                    "    \"11111111111111111111111111111111\"\n"
                                    "   ],\n"
                                    "   \"mapping\": \"own names\",\n"
                                    "   \"rows\": {\n"
                                    "    \"kept\": 5,\n"
                                    "    \"read\": 9,\n"
                                    "    \"rejected\": {\n"
                                    "     \"type: unknown name\": 1\n"
                                    "    },\n"
                                    "    \"skipped\": {\n"
                                    "     \"bots\": 2,\n"
                                    "     \"no customer\": 1\n"
                                    "    }\n"
                                    "   },\n"
                                    "   \"table\": \"interactions\"\n"
                                    "  }\n"
                                    " ],\n"
                                    " \"key_id\": null,\n"
                                    " \"zone\": \"Europe/Oslo\"\n"
                                    "}\n";

static char path[FIXTURE_PATH_SIZE];

static int start(void **state)
{
    const int result = fixture_open(state);
    fixture_path("data", path);
    return result;
}

static struct fl_data_folder *open_or_start(const struct fl_io *io)
{
    struct fl_data_folder *folder;
    struct fl_error error;
    assert_int_equal(fl_data_folder_open_or_start(io, path, &folder, &error), FL_OK);
    return folder;
}

static fl_status commit(struct fl_data_folder *folder, const char *id, const char *table, const char *zone,
                        bool *already_there, struct fl_error *error)
{
    char name[64], import_id[33], table_name[32], own[] = "own names",
                                                  input[] = "11111111111111111111111111111111";
    char bots[] = "bots", nobody[] = "no customer", unknown[] = "type: unknown name";
    (void)snprintf(name, sizeof name, "%s-%.16s-p0001.flint", table, id);
    (void)snprintf(import_id, sizeof import_id, "%s", id);
    (void)snprintf(table_name, sizeof table_name, "%s", table);
    char *inputs[] = {input};
    struct fl_data_reason skips[] = {{bots, 2}, {nobody, 1}}, rejects[] = {{unknown, 1}};
    const struct fl_data_import import = {.id = import_id,
                                          .table = table_name,
                                          .mapping_digest = own,
                                          .has_arrival = true,
                                          .arrival_day = fl_civil_to_day(2026, 11, 21),
                                          .inputs = inputs,
                                          .input_count = 1,
                                          .rows_read = 9,
                                          .rows_kept = 5,
                                          .skips = skips,
                                          .skip_count = 2,
                                          .rejects = rejects,
                                          .reject_count = 1};
    const struct fl_data_file file = {.name = name,
                                      .table = table_name,
                                      .rows = 5,
                                      .size_bytes = 700,
                                      .digest = 255,
                                      .day_min = fl_civil_to_day(2026, 11, 1),
                                      .day_max = fl_civil_to_day(2026, 11, 20),
                                      .customer_min = -3,
                                      .customer_max = 12,
                                      .import_id = import_id};
    return fl_data_folder_commit(folder, &import, &file, 1, zone, already_there, error);
}

static const char first_id[] = "0123456789abcdef0123456789abcdef";
static const char second_id[] = "00ff456789abcdef0123456789abcdef";

static void a_missing_folder_is_missing(void **state)
{
    (void)state;
    struct fl_data_folder *folder;
    struct fl_error error;
    fl_error_clear(&error);
    assert_int_equal(fl_data_folder_open(&fl_io_system, path, &folder, &error), FL_MISSING);
    assert_string_equal(error.message, "no data folder: no manifest.json in it");
    assert_null(folder);
    fl_data_folder_close(open_or_start(&fl_io_system));
    assert_int_equal(fl_data_folder_open(&fl_io_system, path, &folder, &error), FL_MISSING);
    char names[256];
    fixture_list("data", names, sizeof names);
    assert_string_equal(names, "");
    fixture_remove("data");
}

static void a_commit_is_read_back(void **state)
{
    (void)state;
    struct fl_data_folder *folder = open_or_start(&fl_io_system);
    struct fl_error error;
    bool already_there;
    assert_int_equal(fl_data_folder_decide_ids(folder, false, false, NULL, &error), FL_OK);
    assert_int_equal(commit(folder, first_id, "interactions", "Europe/Oslo", &already_there, &error), FL_OK);
    assert_false(already_there);
    fl_data_folder_close(folder);
    size_t size = 0;
    char *text = fixture_get("data/manifest.json", &size);
    assert_string_equal(text, good_manifest);
    free(text);
    assert_int_equal(fl_data_folder_open(&fl_io_system, path, &folder, &error), FL_OK);
    assert_string_equal(folder->zone, "Europe/Oslo");
    assert_true(folder->ids_decided && !folder->text_ids && !folder->pseudonymous);
    assert_string_equal(folder->key_id, "");
    assert_int_equal(folder->file_count, 1);
    const struct fl_data_file *file = &folder->files[0];
    assert_string_equal(file->name, "interactions-0123456789abcdef-p0001.flint");
    assert_string_equal(file->table, "interactions");
    assert_string_equal(file->import_id, first_id);
    assert_true(file->rows == 5 && file->size_bytes == 700 && file->digest == 255);
    assert_true(file->customer_min == -3 && file->customer_max == 12);
    assert_int_equal(file->day_min, fl_civil_to_day(2026, 11, 1));
    assert_int_equal(file->day_max, fl_civil_to_day(2026, 11, 20));
    const struct fl_data_import *import = fl_data_folder_find_import(folder, first_id);
    assert_non_null(import);
    assert_true(import->rows_read == 9 && import->rows_kept == 5 && import->skip_count == 2);
    assert_null(fl_data_folder_find_import(folder, second_id));
    fl_data_folder_close(folder);
    fixture_remove("data");
}

static void imports_add_up_and_come_once(void **state)
{
    (void)state;
    struct fl_data_folder *one = open_or_start(&fl_io_system), *two = open_or_start(&fl_io_system);
    struct fl_error error;
    fl_error_clear(&error);
    bool already_there;
    assert_int_equal(fl_data_folder_decide_ids(one, false, false, NULL, &error), FL_OK);
    assert_int_equal(fl_data_folder_decide_ids(two, false, false, NULL, &error), FL_OK);
    assert_int_equal(commit(one, first_id, "interactions", "Europe/Oslo", &already_there, &error), FL_OK);
    /* The second one was opened before the first commit and must not lose it. */
    assert_int_equal(commit(two, second_id, "interactions", "Europe/Oslo", &already_there, &error), FL_OK);
    assert_false(already_there);
    assert_int_equal(commit(two, first_id, "interactions", "Europe/Oslo", &already_there, &error), FL_OK);
    assert_true(already_there);
    assert_int_equal(two->file_count, 2);
    assert_string_equal(two->files[0].name, "interactions-00ff456789abcdef-p0001.flint");
    assert_int_equal(commit(two, "22", "interactions", "UTC", &already_there, &error), FL_BAD_MODEL);
    assert_string_equal(error.message,
                        "another import has meanwhile given this folder another business zone");
    assert_int_equal(fl_data_folder_decide_ids(one, true, false, NULL, &error), FL_BAD_MODEL);
    assert_string_equal(error.message, "customer ids of this folder are integers, of this import texts");
    fl_data_folder_close(one);
    fl_data_folder_close(two);
    fixture_remove("data");
}

static void two_first_imports_must_agree(void **state)
{
    (void)state;
    struct fl_data_folder *one = open_or_start(&fl_io_system), *two = open_or_start(&fl_io_system);
    struct fl_error error;
    fl_error_clear(&error);
    bool already_there;
    assert_int_equal(fl_data_folder_decide_ids(one, false, false, NULL, &error), FL_OK);
    assert_int_equal(fl_data_folder_decide_ids(two, true, false, NULL, &error), FL_OK);
    assert_int_equal(commit(one, first_id, "interactions", "UTC", &already_there, &error), FL_OK);
    assert_int_equal(commit(two, second_id, "interactions", "UTC", &already_there, &error), FL_BAD_MODEL);
    assert_string_equal(error.message,
                        "another import has meanwhile given this folder another kind of customer ids");
    fl_data_folder_close(one);
    fl_data_folder_close(two);
    fixture_remove("data");
}

/* ---- a manifest that lies ---- */

struct lie {
    const char *piece, *instead;
    fl_status status;
    const char *message; /* its beginning */
};

#define FOLD_NAME "interactions-00000000000000aa-p0001.flint"
#define ORIGIN    "{\"name\": \"interactions-00000000000000bb-p0001.flint\", \"digest\": \"0123456789abcdef\"}"
#define FOLD(name, digest, from)                                                                             \
    "\"folds\": [{\"name\": \"" name "\", \"digest\": \"" digest "\", \"from\": [" from "]}],"

static const struct lie lies[] = {
    {"{\n \"files\"", "{{\n \"files\"", FL_CORRUPT, "no JSON: string or '}' expected near '{'"},
    {" \"zone\": \"Europe/Oslo\"\n}\n", "", FL_CORRUPT, "no JSON: string or '}' expected near end of file"},
    {"\"format\": 2", "\"format\": 3", FL_UNSUPPORTED, "format 3, this build reads 1 and 2"},
    {"\"format\": 2", "\"format\": 1", FL_CORRUPT, "1 object item(s) left unpacked: folds"},
    {"\"folds\": [],", "\"folds\": 7,", FL_CORRUPT, "files, imports or folds is no list"},
    {"\"folds\": [],", "\"folds\": [{}],", FL_CORRUPT, "folds[0]: Object item not found: name"},
    {"\"folds\": [],", FOLD("/tmp/x", "0123456789abcdef", ORIGIN), FL_CORRUPT,
     "folds[0]: a name is not <table>-"},
    {"\"folds\": [],", FOLD(FOLD_NAME, "0123", ORIGIN), FL_CORRUPT,
     "folds[0]: a digest has not 16 hex digits"},
    {"\"folds\": [],", FOLD(FOLD_NAME, "0123456789abcdef", ""), FL_CORRUPT, "folds[0]: it is from nothing"},
    {"\"folds\": [],", FOLD(FOLD_NAME, "0123456789abcdef", "{\"name\": 5, \"digest\": \"\"}"), FL_CORRUPT,
     "folds[0]: a name is not <table>-"},
    {"\"folds\": [],", FOLD(FOLD_NAME, "0123456789abcdef", ORIGIN ", " ORIGIN), FL_CORRUPT,
     "folds[0]: the names it is from are not in order"},
    {"\"import\": \"0123456789abcdef0123456789abcdef\"", "\"import\": null", FL_CORRUPT,
     "files[0]: it has no import and is not in the list of folds"},
    {"\"import\": \"0123456789abcdef0123456789abcdef\"", "\"import\": 7", FL_CORRUPT,
     "files[0]: the import has not 32 hex digits"},
    {"\"format\": 2", "\"format\": \"1\"", FL_CORRUPT, "Expected integer, got string"},
    {"\"format\": 2", "\"format\": 2, \"format\": 2", FL_CORRUPT,
     "no JSON: duplicate object key near '\"format\"'"},
    {"\"format\": 2", "\"format\": 2, \"more\": 1", FL_CORRUPT, "1 object item(s) left unpacked: more"},
    {" \"zone\": \"Europe/Oslo\"", " \"zone\": 5", FL_CORRUPT, "zone: neither a name nor null"},
    {" \"zone\": \"Europe/Oslo\"", " \"zone\": \"\"", FL_CORRUPT,
     "zone: a name of 0 bytes, 1 to 255 allowed"},
    {"\"integer\"", "\"whole\"", FL_CORRUPT, "ids: not integer, text, pseudonymous or null"},
    {"\"key_id\": null", "\"key_id\": \"0123456789abcdef\"", FL_CORRUPT,
     "key_id: 16 hex digits for text ids, else null"},
    {"\"integer\"", "\"text\"", FL_CORRUPT, "key_id: 16 hex digits for text ids, else null"},
    {"interactions-0123456789abcdef-p0001", "../nteractions-0123456789abcdef-p0001", FL_CORRUPT,
     "files[0]: the name is not <table>-<16 hex digits>-p<4 digits>.flint"},
    {"interactions-0123456789abcdef-p0001", "interactions-0123456789abcdeF-p0001", FL_CORRUPT,
     "files[0]: the name"},
    {"interactions-0123456789abcdef-p0001", "interactions-0123456789abcdef-p00/1", FL_CORRUPT,
     "files[0]: the name"},
    {"p0001.flint", "p0001.fling", FL_CORRUPT, "files[0]: the name"},
    {"p0001.flint", "p0001.flint2", FL_CORRUPT, "files[0]: the name"},
    {"\"name\": \"interactions", "\"name\": \"products", FL_CORRUPT, "files[0]: the name"},
    {"\"rows\": 5,\n   \"table\": \"interactions\"", "\"rows\": 5,\n   \"table\": \"customer_scores\"",
     FL_CORRUPT, "files[0]: an unknown table"},
    {"\"bytes\": 700", "\"bytes\": -1", FL_CORRUPT, "files[0]: a negative count"},
    {"\"bytes\": 700", "\"bytes\": 9223372036854775808", FL_CORRUPT, "no JSON: too big integer near"},
    {"\"bytes\": 700", "\"bytes\": 7.5", FL_CORRUPT, "files[0]: Expected integer, got real"},
    {"\"bytes\": 700,\n", "", FL_CORRUPT, "files[0]: Object item not found: bytes"},
    {"\"00000000000000ff\"", "\"00000000000000fg\"", FL_CORRUPT,
     "files[0]: the digest has not 16 hex digits"},
    {"\"day_max\": \"2026-11-20\"", "\"day_max\": \"2026-10-20\"", FL_CORRUPT,
     "files[0]: the days are not two dates in order"},
    {"\"day_max\": \"2026-11-20\"", "\"day_max\": null", FL_CORRUPT,
     "files[0]: the days are not two dates in order"},
    {"\"day_max\": \"2026-11-20\"", "\"day_max\": 7", FL_CORRUPT,
     "files[0]: the days are not two dates in order"},
    {"\"customer_max\": 12", "\"customer_max\": -4", FL_CORRUPT,
     "files[0]: the customers are not two keys in order"},
    {"\"customer_max\": 12", "\"customer_max\": null", FL_CORRUPT,
     "files[0]: the customers are not two keys in order"},
    {"\"import\": \"0123", "\"import\": \"1123", FL_CORRUPT,
     "files[0]: its import is not in the list of imports"},
    {"\"import\": \"0123", "\"import\": \"123", FL_CORRUPT, "files[0]: the import has not 32 hex digits"},
    {"\"id\": \"0123", "\"id\": \"x123", FL_CORRUPT, "imports[0]: no import id or an unknown table"},
    {"\"arrival\": \"2026-11-21\"", "\"arrival\": \"2026-11-31\"", FL_CORRUPT,
     "imports[0]: the arrival is no date"},
    {"\"arrival\": \"2026-11-21\"", "\"arrival\": 3", FL_CORRUPT, "imports[0]: the arrival is no date"},
    {"\"1111111", "\"111111", FL_CORRUPT, "imports[0]: an input has not 32 hex digits"},
    {"\"bots\": 2", "\"bots\": \"2\"", FL_CORRUPT, "imports[0]: a reason without a count"},
    {"\"kept\": 5", "\"kept\": -5", FL_CORRUPT, "imports[0]: a negative count"},
};

static void put_lie(const struct lie *lie)
{
    const char *at = strstr(good_manifest, lie->piece);
    assert_non_null(at);
    char text[sizeof good_manifest + 400];
    (void)snprintf(text, sizeof text, "%.*s%s%s", (int)(at - good_manifest), good_manifest, lie->instead,
                   at + strlen(lie->piece));
    fixture_put("data/manifest.json", text);
}

static void every_lie_is_refused(void **state)
{
    (void)state;
    fl_data_folder_close(open_or_start(&fl_io_system));
    fixture_put("data/manifest.json", good_manifest);
    fl_data_folder_close(open_or_start(&fl_io_system));
    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        put_lie(&lies[i]);
        struct fl_data_folder *folder;
        struct fl_error error;
        fl_error_clear(&error);
        assert_int_equal(fl_data_folder_open(&fl_io_system, path, &folder, &error), lies[i].status);
        if (strncmp(error.message, lies[i].message, strlen(lies[i].message)) != 0)
            assert_string_equal(error.message, lies[i].message);
        assert_non_null(strstr(error.path, "/data/manifest.json"));
        assert_null(folder);
    }
    fixture_remove("data");
}

static void broken_json_names_its_line(void **state)
{
    (void)state;
    fl_data_folder_close(open_or_start(&fl_io_system));
    put_lie(&(struct lie){.piece = "\"rows\": 5,", .instead = "\"rows\" 5,"});
    struct fl_data_folder *folder;
    struct fl_error error;
    fl_error_clear(&error);
    assert_int_equal(fl_data_folder_open(&fl_io_system, path, &folder, &error), FL_CORRUPT);
    assert_int_equal(error.line, 12);
    fixture_remove("data");
}

static void files_out_of_order_are_refused(void **state)
{
    (void)state;
    struct fl_data_folder *folder = open_or_start(&fl_io_system);
    struct fl_error error;
    fl_error_clear(&error);
    bool already_there;
    assert_int_equal(commit(folder, first_id, "products", NULL, &already_there, &error), FL_OK);
    assert_int_equal(commit(folder, second_id, "products", NULL, &already_there, &error), FL_OK);
    assert_null(folder->zone);
    fl_data_folder_close(folder);
    size_t size = 0;
    char *text = fixture_get("data/manifest.json", &size);
    char *digit = strstr(text, "products-00ff");
    assert_non_null(digit);
    memcpy(digit, "products-01ff", 13);
    fixture_put("data/manifest.json", text);
    free(text);
    assert_int_equal(fl_data_folder_open(&fl_io_system, path, &folder, &error), FL_CORRUPT);
    assert_string_equal(error.message, "files[1]: the names are not in order");
    fixture_remove("data");
}

/* ---- folds ---- */

static void format_1_has_no_folds(void **state)
{
    (void)state;
    fl_data_folder_close(open_or_start(&fl_io_system));
    put_lie(&(struct lie){.piece = " \"folds\": [],\n \"format\": 2", .instead = " \"format\": 1"});
    struct fl_data_folder *folder;
    assert_int_equal(fl_data_folder_open(&fl_io_system, path, &folder, NULL), FL_OK);
    assert_int_equal(folder->file_count, 1);
    assert_int_equal(folder->fold_count, 0);
    fl_data_folder_close(folder);
    fixture_remove("data");
}

static char name_a[] = "a", name_b[] = "b", name_c[] = "c", name_d[] = "d", name_ab[] = "ab",
            name_abc[] = "abc";

/* Files abc and d; abc is folded from ab and c, ab from a and b. */
static void origins_are_found(void **state)
{
    (void)state;
    struct fl_data_origin from_ab[] = {{name_a, 1}, {name_b, 2}}, from_abc[] = {{name_ab, 12}, {name_c, 3}};
    struct fl_data_fold folds[] = {{{name_ab, 12}, from_ab, 2}, {{name_abc, 123}, from_abc, 2}};
    struct fl_data_file files[] = {{.name = name_abc, .digest = 123}, {.name = name_d, .digest = 4}};
    struct fl_data_folder folder = {
        .path = path, .files = files, .file_count = 2, .folds = folds, .fold_count = 2};
    const struct {
        struct fl_data_origin wanted[3];
        size_t count;
        const char *gone; /* NULL: all are found */
        bool used[2];
    } cases[] = {
        {{{0}}, 0, NULL, {false, false}},
        {{{name_a, 1}, {name_b, 2}, {name_c, 3}}, 3, NULL, {true, false}},
        {{{name_ab, 12}, {name_c, 3}, {name_d, 4}}, 3, NULL, {true, true}},
        {{{name_abc, 123}}, 1, NULL, {true, false}},
        {{{name_d, 4}}, 1, NULL, {false, true}},
        {{{name_a, 1}, {name_b, 2}}, 2, "the folder was compacted: abc holds", {false, false}},
        {{{name_ab, 12}, {name_d, 4}}, 2, "the folder was compacted: abc holds", {false, false}},
        {{{name_d, 5}}, 1, "an input of the run is gone from the data folder: d", {false, false}},
        {{{name_ab, 13}}, 1, "an input of the run is gone from the data folder: ab", {false, false}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        bool used[2] = {false, false};
        struct fl_error error;
        fl_error_clear(&error);
        const fl_status status =
            fl_data_folder_find_origins(&folder, cases[i].wanted, cases[i].count, used, &error);
        assert_int_equal(status, cases[i].gone == NULL ? FL_OK : FL_MISSING);
        if (cases[i].gone == NULL)
            assert_memory_equal(used, cases[i].used, sizeof used);
        else
            assert_non_null(strstr(error.message, cases[i].gone));
    }
    /* A manifest written by hand may say that ab is folded from abc. */
    from_ab[0] = (struct fl_data_origin){name_abc, 123};
    bool used[2] = {false, false};
    assert_int_equal(fl_data_folder_find_origins(&folder, cases[3].wanted, 1, used, NULL), FL_OK);
}

/* ---- keys ---- */

static void keys_are_siphash(void **state)
{
    (void)state;
    struct fl_data_folder folder = {0};
    for (uint8_t i = 0; i < FL_KEY_SIZE; i++)
        folder.key[i] = i;
    /* The vector of the SipHash paper, its top bit cut off. */
    static const char input[] = "\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e";
    assert_true(fl_data_folder_key_of(&folder, (struct fl_text){input, 15}) == 0x2129ca6149be45e5);
    assert_true(fl_data_folder_key_of(&folder, (struct fl_text){input, 0}) == 0x726fdb47dd0e0e31);
}

/* The status of deciding on text ids in a new folder with this key file. */
static fl_status decide_with_key(const void *bytes, size_t size, struct fl_data_folder **folder,
                                 struct fl_error *error)
{
    char key_path[FIXTURE_PATH_SIZE];
    fl_error_clear(error);
    fixture_put_bytes("given", bytes, size);
    *folder = open_or_start(&fl_io_system);
    return fl_data_folder_decide_ids(*folder, true, false, fixture_path("given", key_path), error);
}

static void a_key_file_is_raw_or_hex(void **state)
{
    (void)state;
    static const uint8_t raw[FL_KEY_SIZE] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0xfe};
    static const char hex[] = "0102030405060708090a0b0c0d0e0FFE\r\n";
    struct fl_data_folder *folder;
    struct fl_error error;
    for (int form = 0; form < 2; form++) {
        assert_int_equal(decide_with_key(form == 0 ? (const void *)raw : hex,
                                         form == 0 ? sizeof raw : sizeof hex - 1, &folder, &error),
                         FL_OK);
        assert_memory_equal(folder->key, raw, sizeof raw);
        fl_data_folder_close(folder);
        size_t size;
        char *text = fixture_get("data/key", &size);
        assert_string_equal(text, "0102030405060708090a0b0c0d0e0ffe\n");
        free(text);
        struct stat facts;
        char key_path[FIXTURE_PATH_SIZE];
        assert_int_equal(stat(fixture_path("data/key", key_path), &facts), 0);
        assert_int_equal(facts.st_mode & 07777, 0600);
        fixture_remove("data");
    }
    assert_int_equal(decide_with_key(hex, 31, &folder, &error), FL_CORRUPT);
    assert_string_equal(error.message, "no key: 31 bytes, not 16 nor 32 hex digits");
    fl_data_folder_close(folder);
    assert_int_equal(decide_with_key("0102030405060708090a0b0c0d0e0fgg", 32, &folder, &error), FL_CORRUPT);
    fl_data_folder_close(folder);
    fixture_remove("data");
}

static void a_key_is_made_once_and_must_fit(void **state)
{
    (void)state;
    struct fl_data_folder *one = open_or_start(&fl_io_system), *two = open_or_start(&fl_io_system);
    struct fl_error error;
    fl_error_clear(&error);
    bool already_there;
    assert_int_equal(fl_data_folder_decide_ids(one, true, true, NULL, &error), FL_OK);
    assert_int_equal(fl_data_folder_decide_ids(two, true, true, NULL, &error), FL_OK);
    assert_memory_equal(one->key, two->key, FL_KEY_SIZE);
    assert_string_equal(one->key_id, two->key_id);
    assert_int_equal(strlen(one->key_id), 16);
    assert_int_equal(commit(one, first_id, "interactions", "UTC", &already_there, &error), FL_OK);
    fl_data_folder_close(one);
    fl_data_folder_close(two);
    assert_int_equal(fl_data_folder_open(&fl_io_system, path, &one, &error), FL_OK);
    assert_true(one->text_ids && one->pseudonymous && one->ids_decided);
    /* Pseudonymous stays so unasked; integers and another key do not fit. */
    assert_int_equal(fl_data_folder_decide_ids(one, true, false, NULL, &error), FL_OK);
    assert_int_equal(fl_data_folder_decide_ids(one, false, false, NULL, &error), FL_BAD_MODEL);
    assert_string_equal(error.message,
                        "customer ids of this folder are pseudonymous texts, of this import integers");
    char key_path[FIXTURE_PATH_SIZE];
    fixture_put("given", "0102030405060708090a0b0c0d0e0ffe");
    assert_int_equal(fl_data_folder_decide_ids(one, true, true, fixture_path("given", key_path), &error),
                     FL_BAD_MODEL);
    assert_non_null(strstr(error.message, "the folder has a key already (id "));
    fl_data_folder_close(one);

    fixture_path("data/key", key_path);
    assert_int_equal(chmod(key_path, 0640), 0);
    fl_error_clear(&error);
    assert_int_equal(fl_data_folder_open(&fl_io_system, path, &one, &error), FL_PERMISSION);
    assert_string_equal(error.message, "the key has mode 0640, 0600 is needed: others could read it");
    fixture_put("data/key", "0102030405060708090a0b0c0d0e0ffe");
    fl_error_clear(&error);
    assert_int_equal(fl_data_folder_open(&fl_io_system, path, &one, &error), FL_CORRUPT);
    assert_non_null(strstr(error.message, "the key is another one: its id is "));
    assert_int_equal(unlink(key_path), 0);
    assert_int_equal(fl_data_folder_open(&fl_io_system, path, &one, &error), FL_MISSING);
    fixture_remove("data");
}

static void integers_have_no_key(void **state)
{
    (void)state;
    struct fl_data_folder *folder = open_or_start(&fl_io_system);
    struct fl_error error;
    fl_error_clear(&error);
    assert_int_equal(fl_data_folder_decide_ids(folder, false, true, NULL, &error), FL_USAGE);
    assert_string_equal(error.message,
                        "--pseudonymous: only for customer ids that are texts, these are integers");
    fl_data_folder_close(folder);
    fixture_remove("data");
}

/* ---- faults ---- */

static void a_commit_is_whole_or_not_at_all(void **state)
{
    (void)state;
    bool failed = true;
    int fault_at = 1;
    for (; failed; fault_at++) {
        struct fl_data_folder *folder = open_or_start(&fl_io_system);
        struct fl_error error;
        bool already_there;
        assert_int_equal(commit(folder, first_id, "products", NULL, &already_there, &error), FL_OK);
        fl_data_folder_close(folder);
        const struct fl_io io = fixture_io(fault_at, EIO);
        fl_status status = fl_data_folder_open(&io, path, &folder, &error);
        if (status == FL_OK)
            status = commit(folder, second_id, "products", NULL, &already_there, &error);
        failed = fixture_calls >= fault_at;
        fl_data_folder_close(folder);
        if (!failed)
            assert_int_equal(status, FL_OK);
        assert_int_equal(fl_data_folder_open(&fl_io_system, path, &folder, &error), FL_OK);
        assert_true(folder->file_count == 2 || (folder->file_count == 1 && status != FL_OK));
        fl_data_folder_close(folder);
        fixture_remove("data");
    }
    assert_true(fault_at > 20);
}

static void an_import_lock_is_removed(void **state)
{
    (void)state;
    struct fl_data_folder *folder = open_or_start(&fl_io_system);
    struct fl_error error;
    int lock;
    char names[256];
    assert_int_equal(fl_data_folder_lock_import(folder, first_id, &lock, &error), FL_OK);
    fixture_list("data", names, sizeof names);
    assert_string_equal(names, ".import-0123456789abcdef");
    fl_data_folder_unlock_import(folder, first_id, lock);
    fixture_list("data", names, sizeof names);
    assert_string_equal(names, "");
    fl_data_folder_close(folder);
    fixture_remove("data");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_missing_folder_is_missing),
        cmocka_unit_test(a_commit_is_read_back),
        cmocka_unit_test(imports_add_up_and_come_once),
        cmocka_unit_test(two_first_imports_must_agree),
        cmocka_unit_test(every_lie_is_refused),
        cmocka_unit_test(broken_json_names_its_line),
        cmocka_unit_test(files_out_of_order_are_refused),
        cmocka_unit_test(keys_are_siphash),
        cmocka_unit_test(a_key_file_is_raw_or_hex),
        cmocka_unit_test(a_key_is_made_once_and_must_fit),
        cmocka_unit_test(integers_have_no_key),
        cmocka_unit_test(a_commit_is_whole_or_not_at_all),
        cmocka_unit_test(an_import_lock_is_removed),
        cmocka_unit_test(format_1_has_no_folds),
        cmocka_unit_test(origins_are_found),
    };
    return cmocka_run_group_tests(tests, start, fixture_close);
}
