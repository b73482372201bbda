/* run_folder_test.c - a run folder is opened only when its manifest is whole, strict and sealed.
 *
 * A manifest of the test is printed, sealed and opened again member by member; then it is changed in one
 * place at a time (each key left out, an unknown one added, wrong kinds, names that leave the folder, counts
 * that do not add up), sealed again, and must be refused with its status and words. A seal that does not fit
 * is refused before that. */
#include "tests/unit/engine_fixture.h"

#include "engine/run_folder.h"
#include "formats/base/checksum.h"

static const char good[] =
    "{\"format\": \"fourloop run\", \"format_version\": 1, \"version\": \"0.1.0\", \"as_of\": "
    "\"2026-11-20\",\n"
    " \"view\": \"known-then\", \"zone\": \"Europe/Oslo\", \"model_hash\": "
    "\"00112233445566778899aabbccddeeff\",\n"
    " \"without_history\": [\"model\"],\n"
    " \"inputs\": [{\"name\": \"a.flint\", \"table\": \"interactions\", \"rows\": 7, \"digest\": "
    "\"000000000000000a\"},\n"
    "            {\"name\": \"b.flint\", \"table\": \"customer_ids\", \"rows\": 0, \"digest\": "
    "\"ffffffffffffffff\"}],\n"
    " \"outputs\": [{\"table\": \"customers\", \"name\": \"c.flseg\", \"rows\": 3, \"bytes\": 4,\n"
    "              \"digest\": \"0000000000000001\"}],\n"
    " \"counts\": {\"rows_in\": 10, \"scored\": 4, \"after_as_of\": 3, \"not_yet_known\": 1, "
    "\"quarantined\": 2,\n"
    "            \"late\": 5, \"late_reported\": 1, \"customers\": 3, \"quarantined_by_type\": {\"0\": 1, "
    "\"255\": 1}}}\n";

static void put_run(const char *manifest)
{
    char path[FIXTURE_PATH_SIZE], seal[18];
    (void)mkdir(fixture_path("run", path), 0700);
    fixture_put("run/manifest.json", manifest);
    fl_hex64(fl_digest64(manifest, strlen(manifest)), seal);
    seal[16] = '\n';
    seal[17] = '\0';
    fixture_put("run/_SUCCESS", seal);
}

static fl_status open_run(struct fl_run_folder **folder, struct fl_error *error)
{
    char path[FIXTURE_PATH_SIZE];
    fl_error_clear(error);
    return fl_run_folder_open(&fl_io_system, fixture_path("run", path), folder, error);
}

static void test_open(void **state)
{
    (void)state;
    struct fl_run_folder *folder = NULL;
    struct fl_error error;
    put_run(good);
    if (open_run(&folder, &error) != FL_OK)
        fail_msg("%s", error.message);
    assert_int_equal(folder->as_of_day, day_of("2026-11-20"));
    assert_int_equal(folder->view, FL_VIEW_KNOWN_THEN);
    assert_string_equal(folder->version, "0.1.0");
    assert_string_equal(folder->model_hash, "00112233445566778899aabbccddeeff");
    assert_int_equal(folder->input_count, 2);
    assert_string_equal(folder->input_names[1], "b.flint");
    assert_int_equal(folder->input_digests[0], 10);
    assert_int_equal(folder->input_digests[1], UINT64_MAX);
    assert_int_equal(folder->counts.rows_in, 10);
    assert_int_equal(folder->counts.scored, 4);
    assert_int_equal(folder->counts.after_as_of, 3);
    assert_int_equal(folder->counts.not_yet_known, 1);
    assert_int_equal(folder->counts.quarantined, 2);
    assert_int_equal(folder->counts.quarantined_by_type[255], 1);
    assert_int_equal(folder->counts.late, 5);
    assert_int_equal(folder->counts.late_reported, 1);
    assert_int_equal(folder->counts.customers, 3);
    const struct fl_run_file *file = fl_run_folder_find(folder, "customers");
    assert_non_null(file);
    assert_string_equal(file->name, "c.flseg");
    assert_int_equal(file->rows, 3);
    assert_int_equal(file->size_bytes, 4);
    assert_int_equal(file->digest, 1);
    assert_null(fl_run_folder_find(folder, "brands"));
    fl_run_folder_close(folder);
}

/* What is printed is read back, and printed again gives the same bytes. */
static void test_round_trip(void **state)
{
    (void)state;
    struct fl_run_manifest manifest, again;
    struct fl_buffer text = {0}, second = {0};
    assert_int_equal(fl_run_manifest_parse(good, strlen(good), &manifest, NULL), FL_OK);
    assert_int_equal(fl_run_manifest_print(&manifest, &text, NULL), FL_OK);
    assert_int_equal(fl_run_manifest_parse((const char *)text.bytes, text.size, &again, NULL), FL_OK);
    assert_true(fl_run_manifest_same_inputs(&manifest, &again));
    assert_int_equal(fl_run_manifest_print(&again, &second, NULL), FL_OK);
    assert_int_equal(text.size, second.size);
    assert_memory_equal(text.bytes, second.bytes, text.size);
    again.inputs[1].digest--;
    assert_false(fl_run_manifest_same_inputs(&manifest, &again));
    fl_run_manifest_release(&again);
    fl_run_manifest_release(&manifest);
    fl_buffer_release(&text);
    fl_buffer_release(&second);
}

/* `good` with the first `from` replaced by `to`. */
static void assert_refused(const char *from, const char *to, fl_status status, const char *words)
{
    char text[2048];
    struct fl_run_folder *folder = NULL;
    struct fl_error error;
    const char *at = strstr(good, from);
    assert_non_null(at);
    (void)snprintf(text, sizeof text, "%.*s%s%s", (int)(at - good), good, to, at + strlen(from));
    put_run(text);
    const fl_status given = open_run(&folder, &error);
    if (given != status || strstr(error.message, words) == NULL)
        fail_msg("`%s` -> `%s`: %s, %s", from, to, fl_status_name(given), error.message);
    assert_null(folder);
    assert_non_null(strstr(error.path, "run/manifest.json"));
}

static void test_lies(void **state)
{
    (void)state;
    assert_refused("{\"format\"", "[\"format\"", FL_CORRUPT, "");
    assert_refused("fourloop run", "fourloop", FL_CORRUPT, "not the manifest of a run");
    assert_refused("_version\": 1", "_version\": 2", FL_UNSUPPORTED,
                   "manifest version 2, this build reads 1");
    assert_refused("_version\": 1", "_version\": \"1\"", FL_CORRUPT, "not the manifest of a run");
    assert_refused("\"as_of\": \"2026-11-20\",", "", FL_CORRUPT, "as_of");
    assert_refused("2026-11-20", "2026-11-31", FL_CORRUPT, "as_of, view, zone or model_hash is wrong");
    assert_refused("known-then", "known-never", FL_CORRUPT, "as_of, view, zone or model_hash is wrong");
    assert_refused("\"Europe/Oslo\"", "7", FL_CORRUPT, "as_of, view, zone or model_hash is wrong");
    assert_refused("aabbccddeeff", "aabbccddeefg", FL_CORRUPT, "as_of, view, zone or model_hash is wrong");
    assert_refused("aabbccddeeff", "aabbccddeeff0", FL_CORRUPT, "as_of, view, zone or model_hash is wrong");
    assert_refused(" \"view\"", " \"more\": 1, \"view\"", FL_CORRUPT, "more");
    assert_refused(" \"view\"", " \"version\": \"1\", \"view\"", FL_CORRUPT, "");
    assert_refused("a.flint", "../a", FL_CORRUPT, "inputs[0]: a name, a row count or a digest is wrong");
    assert_refused("a.flint", "", FL_CORRUPT, "inputs[0]: a name, a row count or a digest is wrong");
    assert_refused("a.flint", "b.flint", FL_CORRUPT, "inputs[1]: the names do not rise");
    assert_refused("\"rows\": 7", "\"rows\": -7", FL_CORRUPT,
                   "inputs[0]: a name, a row count or a digest is wrong");
    assert_refused("\"rows\": 7", "\"rows\": 7.0", FL_CORRUPT, "inputs[0]: ");
    assert_refused("000000000000000a", "000000000000000A", FL_CORRUPT, "inputs[0]: a name");
    assert_refused("c.flseg", ".c", FL_CORRUPT, "outputs[0]: a name, a count or a digest is wrong");
    assert_refused("c.flseg", "x/c", FL_CORRUPT, "outputs[0]: a name, a count or a digest is wrong");
    assert_refused("\"bytes\": 4", "\"bytes\": -1", FL_CORRUPT,
                   "outputs[0]: a name, a count or a digest is wrong");
    assert_refused("\"bytes\": 4,", "", FL_CORRUPT, "outputs[0]: ");
    assert_refused("\"rows_in\": 10", "\"rows_in\": 11", FL_CORRUPT,
                   "counts: the rows do not add up to rows_in");
    assert_refused("\"late\": 5,", "", FL_CORRUPT, "counts: no number under `late`");
    assert_refused("\"late\": 5", "\"late\": -5", FL_CORRUPT, "counts: no number under `late`");
    assert_refused("\"late\": 5", "\"late\": 5, \"later\": 5", FL_CORRUPT, "counts: an unknown key");
    assert_refused("\"255\": 1", "\"256\": 1", FL_CORRUPT, "quarantined_by_type does not add up");
    assert_refused("\"255\": 1", "\"255\": 2", FL_CORRUPT, "quarantined_by_type does not add up");
    assert_refused("{\"0\": 1, \"255\": 1}", "7", FL_CORRUPT, "quarantined_by_type does not add up");
}

static void test_seal(void **state)
{
    (void)state;
    struct fl_run_folder *folder = NULL;
    struct fl_error error;
    fixture_remove("run");
    assert_int_equal(open_run(&folder, &error), FL_MISSING);
    put_run(good);
    fixture_remove("run/_SUCCESS");
    assert_int_equal(open_run(&folder, &error), FL_MISSING);
    assert_non_null(strstr(error.path, "_SUCCESS"));
    static const char *const seals[] = {"", "0123456789abcdef", "0123456789abcdef\n", "\n"};
    for (size_t i = 0; i < sizeof seals / sizeof seals[0]; i++) {
        fixture_put("run/_SUCCESS", seals[i]);
        assert_int_equal(open_run(&folder, &error), FL_CORRUPT);
        assert_string_equal(error.message, "it does not hold the digest of manifest.json");
    }
    assert_null(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_open),
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_lies),
        cmocka_unit_test(test_seal),
    };
    return cmocka_run_group_tests(tests, fixture_open, fixture_close);
}
