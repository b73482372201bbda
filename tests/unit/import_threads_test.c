/* import_threads_test.c - an import says and writes the same on any number of threads.
 *
 * A few hundred made-up inputs, each a mixture of good, odd, skipped, refused and broken records with quotes,
 * blank lines and all three line ends, are imported by one thread and by several, in chunks from one byte to
 * more than the input. Status, error, report, manifest (which holds the digest of each table file) and reject
 * file must be the same bytes. Words are so limited that inputs are cut into several parts; memory so that
 * rows spill. Small inputs in tiny chunks hit every way in which records can lie over chunks. */
#include "tests/unit/folder_fixture.h"

#include "formats/base/checksum.h"
#include "formats/importers/import_job.h"

enum { INPUTS = 60, LINES_MAX = 120, OUTCOME_SIZE = 1 << 16 };

static char folder[FIXTURE_PATH_SIZE];
static struct fl_names *types;
static uint64_t random_state = 11;
static struct fl_word_limits word_limits = {25, 100000, 1 << 20};

static size_t random_below(size_t limit)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (size_t)(random_state >> 33) % limit;
}

static int start(void **state)
{
    const int result = fixture_open(state);
    fixture_path("data", folder);
    types = fl_names_create();
    if (types == NULL || !fl_names_add(types, fl_text_of("view"), 7) ||
        !fl_names_add(types, fl_text_of("buy"), 9))
        return -1;
    return result;
}

static int stop(void **state)
{
    fl_names_free(types);
    return fixture_close(state);
}

/* --- inputs */

static const char *const mappings[] = {
    "zone: UTC\ncolumns: {customer: customer, time: time, type: type, brand: brand, amount: amount, text: "
    "text}\n"
    "skip when:\n  - {column: brand, is: none, reason: no brand}\n  - {column: amount, above: 900, reason: "
    "dear}\n",
    "zone: UTC\nids: text\ncolumns: {customer: customer, time: time, type: type, brand: brand, amount: "
    "amount, "
    "text: text}\n",
    "table: products\ncolumns: {product: brand, brand: type}\n",
};

static const char header[] = "customer,time,type,brand,amount,text";

static void append(struct fl_buffer *out, const char *words)
{
    assert_true(fl_buffer_append(out, words, strlen(words)));
}

static void append_good(struct fl_buffer *out, size_t line)
{
    static const char *const kinds[] = {"view", "buy", "view", "buy", "7", "nothing"};
    char record[200];
    (void)snprintf(record, sizeof record, "%zu,2026-11-%02zu 10:%02zu:00,%s,brand%zu,%zu.5,", random_below(9),
                   1 + random_below(28), random_below(60), kinds[random_below(line % 7 == 0 ? 6 : 5)],
                   random_below(40), random_below(1000));
    append(out, record);
}

static void append_record(struct fl_buffer *out, size_t line)
{
    static const char *const odd[] = {
        "1,2026-11-05 00:00:00,view,none,,",
        "x,2026-11-05 00:00:00,view,a,,",
        "1,2026-11-05 00:00:00,view",
        "\"1\",\"2026-11-05\",\"view\",\"a,b\",\"2\",\"\"",
        "1,2026-11-05 00:00:00,view,,\xff,",
        "1,2026-11-05 00:00:00,view,a\"b,1,no \"quotes\" here",
        "",
        "1,2026-11-05 00:00:00,view,\xc3\xa9,-4,",
        "  1 ,2026-11-05 00:00:00,view,,,\"\"",
    };
    static const char *const texts[] = {"",         "", "hello", "\"two\nlines\"", "\"a \"\"word\"\"\r\n\"",
                                        "\",,\n,\""};
    if (random_below(5) == 0) {
        append(out, odd[random_below(sizeof odd / sizeof odd[0])]);
        return;
    }
    append_good(out, line);
    append(out, texts[random_below(sizeof texts / sizeof texts[0])]);
}

/* Now and then with an end that breaks the rules, or without a line end. */
static void make_input(struct fl_buffer *out)
{
    static const char *const line_ends[] = {"\n", "\r\n", "\r"};
    static const char *const last[] = {
        "", "", "", "1,\"2026\"x,", "1,\"never closed\n,,,\n", "1,2026-11-05 00:00:00,view,,,"};
    const char *line_end = line_ends[random_below(3)];
    out->size = 0;
    append(out, header);
    append(out, line_end);
    const size_t lines = random_below(LINES_MAX);
    for (size_t line = 0; line < lines; line++) {
        append_record(out, line);
        append(out, random_below(30) == 0 ? "\n\n" : line_end);
    }
    append(out, last[random_below(sizeof last / sizeof last[0])]);
}

/* --- what comes of it */

static size_t add_file(char *outcome, size_t used, const char *name)
{
    size_t size = 0;
    char *text = fixture_get(name, &size);
    if (size > OUTCOME_SIZE / 4)
        (void)snprintf(text, size, "%zu bytes, digest %llx", size,
                       (unsigned long long)fl_digest64(text, size));
    used +=
        (size_t)snprintf(outcome + used, OUTCOME_SIZE - used, "%s: %s\n", name, text == NULL ? "-" : text);
    free(text);
    return used;
}

static size_t add_reasons(char *outcome, size_t used, const struct fl_import_reason *reasons, size_t count)
{
    for (size_t i = 0; i < count; i++)
        used += (size_t)snprintf(outcome + used, OUTCOME_SIZE - used, "%s %llu\n", reasons[i].words,
                                 (unsigned long long)reasons[i].rows);
    return used;
}

static void describe(const struct fl_import_report *report, fl_status status, const struct fl_error *error,
                     char *outcome)
{
    char names[2000] = "";
    if (access(folder, F_OK) == 0)
        fixture_list("data", names, sizeof names);
    size_t used = (size_t)snprintf(
        outcome, OUTCOME_SIZE,
        "status %d %s %s %lld:%lld\nread %llu written %llu skipped %llu rejected %llu\n%s\n", status,
        error->message, error->path, (long long)error->line, (long long)error->line_column,
        (unsigned long long)report->rows_read, (unsigned long long)report->rows_written,
        (unsigned long long)report->rows_skipped, (unsigned long long)report->rows_rejected, names);
    used = add_reasons(outcome, used, report->skips, report->skip_count);
    used = add_reasons(outcome, used, report->rejects, report->reject_count);
    used = add_file(outcome, used, "data/manifest.json");
    if (report->reject_path[0] != '\0')
        used = add_file(outcome, used, report->reject_path + strlen(fixture_folder) + 1);
    assert_true(used < OUTCOME_SIZE);
}

static void import(const char *mapping_text, size_t rejects_max, size_t threads, size_t chunk_bytes,
                   char *outcome)
{
    char input[FIXTURE_PATH_SIZE], mapping[FIXTURE_PATH_SIZE], key[FIXTURE_PATH_SIZE];
    const char *inputs[] = {fixture_path("in.csv", input)};
    const struct fl_import_tuning tuning = {
        .rows_bytes = FL_ROW_STORE_BYTES_MIN,
        .ids_bytes = FL_ROW_STORE_BYTES_MIN,
        .words = word_limits,
        .progress_rows = 10,
        .threads = threads,
        .chunk_bytes = chunk_bytes,
    };
    fixture_remove("data");
    fixture_put("map.yaml", mapping_text);
    fixture_put("key", "0123456789abcdef0123456789abcdef\n");
    const struct fl_import_plan plan = {
        .io = &fl_io_system,
        .folder = folder,
        .inputs = inputs,
        .input_count = 1,
        .types = types,
        .mapping_path = fixture_path("map.yaml", mapping),
        .key_path = strstr(mapping_text, "ids: text") != NULL ? fixture_path("key", key) : NULL,
        .rejects_max = rejects_max,
    };
    struct fl_import_report report;
    struct fl_error error;
    fl_error_clear(&error);
    const fl_status status = fl_import_tuned(&plan, &tuning, &report, &error);
    describe(&report, status, &error, outcome);
}

static void threads_change_nothing(void **state)
{
    (void)state;
    static const size_t chunks[] = {1, 60, 700, 1 << 16};
    char *alone = malloc(OUTCOME_SIZE), *together = malloc(OUTCOME_SIZE);
    struct fl_buffer csv = {0};
    assert_true(alone != NULL && together != NULL);
    for (size_t i = 0; i < INPUTS; i++) {
        make_input(&csv);
        fixture_put_bytes("in.csv", csv.bytes, csv.size);
        const char *mapping = mappings[i % 3];
        const size_t rejects_max = random_below(3) == 0 ? 2 : 1000;
        import(mapping, rejects_max, 1, 0, alone);
        for (size_t chunk = 0; chunk < sizeof chunks / sizeof chunks[0]; chunk++) {
            import(mapping, rejects_max, 2 + chunk % 3, chunks[chunk], together);
            assert_string_equal(together, alone);
        }
    }
    fl_buffer_release(&csv);
    free(alone);
    free(together);
}

/* More refused records than a batch takes, then more words: the rest of a chunk is taken in by one thread. */
static void a_full_batch_changes_nothing(void **state)
{
    (void)state;
    char *alone = malloc(OUTCOME_SIZE), *together = malloc(OUTCOME_SIZE), line[32];
    struct fl_buffer csv = {0};
    assert_true(alone != NULL && together != NULL);
    append(&csv, "type,brand\n");
    for (int i = 0; i < 70000; i++)
        append(&csv, "x,\n");
    for (int i = 0; i < 70000; i++) {
        (void)snprintf(line, sizeof line, ",w%x\n", i % 67000);
        append(&csv, line);
    }
    fixture_put_bytes("in.csv", csv.bytes, csv.size);
    const char *mapping = "table: products\ncolumns: {product: brand, brand: type}\n";
    word_limits.words_max = 50000;
    word_limits.bytes_max = 1 << 20;
    import(mapping, 70000, 1, 0, alone);
    assert_non_null(strstr(alone, "written 70000 skipped 0 rejected 70000"));
    import(mapping, 70000, 3, 1 << 20, together);
    assert_string_equal(together, alone);
    free(alone);
    free(together);
    fl_buffer_release(&csv);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(threads_change_nothing),
                                       cmocka_unit_test(a_full_batch_changes_nothing)};
    return cmocka_run_group_tests(tests, start, stop);
}
