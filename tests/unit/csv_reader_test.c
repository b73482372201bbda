/* csv_reader_test.c - what is split, what is refused, and that neither depends on how the bytes arrive.
 *
 * Method: small texts with their records written out, for each rule and each refusal (exact message, line,
 * column). All of them, and generated files of every alignment around the read size, also go through a
 * descriptor that gives one to a few bytes a time: same records as from memory. csv-spectrum brings answers
 * by other people; duckdb's files, many of them hostile, must only end in a status with its place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "formats/base/arena.h"
#include "formats/base/file_map.h"
#include "formats/base/limits.h"
#include "formats/importers/csv_reader.h"

/* --- records as one text: fields in [], quoted ones in {}, each record with its line ----------------------
 */

static void append(struct fl_buffer *out, const char *text, size_t size)
{
    assert_true(fl_buffer_append(out, text, size));
}

static void append_record(struct fl_buffer *out, const struct fl_csv_record *record)
{
    char line[32];
    append(out, line, (size_t)snprintf(line, sizeof line, "%lld:", (long long)record->line));
    for (size_t i = 0; i < record->field_count; i++) {
        append(out, record->quoted[i] ? "{" : "[", 1);
        append(out, record->fields[i].bytes, record->fields[i].size);
        append(out, record->quoted[i] ? "}" : "]", 1);
    }
    append(out, "\n", 1);
}

static fl_status read_all(struct fl_csv_reader *reader, struct fl_buffer *out, struct fl_error *error)
{
    for (;;) {
        struct fl_csv_record record;
        bool more = false;
        const fl_status status = fl_csv_next(reader, &record, &more, error);
        if (status != FL_OK || !more)
            return status;
        append_record(out, &record);
    }
}

static fl_status split(const char *bytes, size_t size, char delimiter, struct fl_buffer *out,
                       struct fl_error *error)
{
    const struct fl_csv_options options = {.delimiter = delimiter};
    struct fl_csv_reader *reader = NULL;
    fl_error_clear(error);
    assert_int_equal(fl_csv_reader_over(bytes, size, "shop.csv", &options, &reader, error), FL_OK);
    const fl_status status = read_all(reader, out, error);
    append(out, "", 1);
    fl_csv_reader_free(reader);
    return status;
}

/* A descriptor that gives `step` bytes at a time, with an EINTR before each. No test runs beside another
 * here. */
static struct {
    const char *bytes;
    size_t size, at, step;
    bool interrupt;
    int fail_with;
} drip;

static ssize_t drip_read(int file, void *bytes, size_t size)
{
    assert_int_equal(file, 77);
    drip.interrupt = !drip.interrupt;
    if (drip.interrupt || (drip.fail_with != 0 && drip.at >= drip.size / 2)) {
        errno = drip.interrupt ? EINTR : drip.fail_with;
        return -1;
    }
    size_t given = drip.step < size ? drip.step : size;
    if (given > drip.size - drip.at)
        given = drip.size - drip.at;
    memcpy(bytes, drip.bytes + drip.at, given);
    drip.at += given;
    return (ssize_t)given;
}

static fl_status split_dripping(const char *bytes, size_t size, char delimiter, size_t step,
                                struct fl_buffer *out, struct fl_error *error)
{
    struct fl_io io = fl_io_system;
    io.read = drip_read;
    drip.bytes = bytes;
    drip.size = size;
    drip.at = 0;
    drip.step = step;
    drip.interrupt = false;
    const struct fl_csv_options options = {.delimiter = delimiter};
    struct fl_csv_reader *reader = NULL;
    fl_error_clear(error);
    assert_int_equal(fl_csv_reader_create(&io, 77, "shop.csv", &options, &reader, error), FL_OK);
    const fl_status status = read_all(reader, out, error);
    append(out, "", 1);
    if (status == FL_OK) {
        uint8_t digest[16], whole[16];
        struct fl_digest *expected = fl_digest_create();
        fl_digest_add(expected, bytes, size);
        fl_digest_128(expected, whole);
        fl_digest_free(expected);
        fl_csv_digest(reader, digest);
        assert_memory_equal(digest, whole, sizeof whole);
        assert_int_equal(fl_csv_bytes_read(reader), size);
    }
    fl_csv_reader_free(reader);
    return status;
}

static void check_same_dripping(const char *bytes, size_t size, char delimiter)
{
    struct fl_buffer from_memory = {0}, from_file = {0};
    struct fl_error memory_error, file_error;
    const fl_status status = split(bytes, size, delimiter, &from_memory, &memory_error);
    const size_t step = size < 100 ? 1 : 4099;
    assert_int_equal(split_dripping(bytes, size, delimiter, step, &from_file, &file_error), status);
    assert_int_equal(from_file.size, from_memory.size);
    assert_memory_equal(from_file.bytes, from_memory.bytes, from_memory.size);
    if (status != FL_OK) {
        assert_string_equal(file_error.message, memory_error.message);
        assert_int_equal(file_error.line, memory_error.line);
        assert_int_equal(file_error.line_column, memory_error.line_column);
    }
    fl_buffer_release(&from_memory);
    fl_buffer_release(&from_file);
}

static void check(const char *bytes, size_t size, char delimiter, const char *records)
{
    struct fl_buffer out = {0};
    struct fl_error error;
    const fl_status status = split(bytes, size, delimiter, &out, &error);
    if (status != FL_OK)
        fail_msg("%s: %s", bytes, error.message);
    assert_string_equal((const char *)out.bytes, records);
    fl_buffer_release(&out);
    check_same_dripping(bytes, size, delimiter);
}

#define CHECK(text, records) check(text, sizeof(text) - 1, 0, records)

/* --- what is split -------------------------------------------------------------------------------------- */

static void splits_records(void **state)
{
    (void)state;
    CHECK("", "");
    CHECK("a,b\n1,2\n", "1:[a][b]\n2:[1][2]\n");
    CHECK("a,b\r\n1,2", "1:[a][b]\n2:[1][2]\n");
    CHECK("a,b\r1,2\r", "1:[a][b]\n2:[1][2]\n");
    CHECK("a,b\n1,\n,2\n,\n", "1:[a][b]\n2:[1][]\n3:[][2]\n4:[][]\n");
    CHECK("a\n\n\r\nb\n\r\rc", "1:[a]\n4:[b]\n7:[c]\n");
    CHECK("\n\n", "");
    CHECK("a,", "1:[a][]\n");
    CHECK("\"a\",\"\"\n", "1:{a}{}\n");
    CHECK("\"\"", "1:{}\n");
    CHECK("\"a\"\"b\",\"\"\"\"\n", "1:{a\"b}{\"}\n");
    CHECK("\"a\nb\r\nc\rd\",e\nf,g\n", "1:{a\nb\r\nc\rd}[e]\n5:[f][g]\n");
    CHECK("a\"b,c\"\n", "1:[a\"b][c\"]\n");
    CHECK(" \"a\",b\n", "1:[ \"a\"][b]\n");
    CHECK("\xef\xbb\xbf"
          "a,b\n",
          "1:[a][b]\n");
    CHECK("\xef\xbb\xbf", "");
}

static void keeps_strange_bytes(void **state)
{
    (void)state;
    struct fl_buffer out = {0};
    struct fl_error error;
    const char bytes[] = "a\0b,\xff\n";
    assert_int_equal(split(bytes, sizeof bytes - 1, 0, &out, &error), FL_OK);
    assert_int_equal(out.size, sizeof "1:[a0b][x]\n");
    assert_memory_equal(out.bytes, "1:[a\0b][\xff]\n", sizeof "1:[a0b][x]\n");
    fl_buffer_release(&out);
}

static void finds_the_delimiter(void **state)
{
    (void)state;
    CHECK("a;b;c\n1,5;2;3\n", "1:[a][b][c]\n2:[1,5][2][3]\n");
    CHECK("a\tb\n", "1:[a][b]\n");
    CHECK("a|b|c,d\n", "1:[a][b][c,d]\n");
    CHECK("\"a;b;c\",d\n", "1:{a;b;c}[d]\n");
    CHECK("\"a\"\";;\",d\n", "1:{a\";;}[d]\n");
    CHECK("a;b,c\n", "1:[a;b][c]\n"); /* a draw goes to the comma */
    CHECK("\n\na;b\n", "3:[a][b]\n");
    CHECK("abc\n1,2\n", "1:[abc]\n2:[1][2]\n");
    CHECK("sep=;\na;b,c,d\n", "2:[a][b,c,d]\n");
    CHECK("SEP=\t\r\na\tb\r\n", "2:[a][b]\n");
    CHECK("\xef\xbb\xbfsep=|\ra|b", "2:[a][b]\n");
    CHECK("sep=;", "");
    CHECK("sep=;;\n", "1:[sep=][][]\n");
    check("a;b,c\n", 6, ';', "1:[a][b,c]\n");
    check("sep=|\na;b|c\n", 12, ';', "2:[a][b|c]\n");

    const struct fl_csv_options options = {0};
    struct fl_csv_reader *reader = NULL;
    struct fl_csv_record record;
    bool more = false;
    assert_int_equal(fl_csv_reader_over("a\tb\n", 4, "x", &options, &reader, NULL), FL_OK);
    assert_int_equal(fl_csv_next(reader, &record, &more, NULL), FL_OK);
    assert_int_equal(fl_csv_delimiter(reader), '\t');
    fl_csv_reader_free(reader);
}

static void tells_places_and_raw_text(void **state)
{
    (void)state;
    const struct fl_csv_options options = {0};
    const char bytes[] = "\xef\xbb\xbf"
                         "id,\"na\"\"me\",\nx,\"y\nz\",w\r\n";
    struct fl_csv_reader *reader = NULL;
    struct fl_csv_record record;
    bool more = false;
    assert_int_equal(fl_csv_reader_over(bytes, sizeof bytes - 1, "x", &options, &reader, NULL), FL_OK);
    assert_int_equal(fl_csv_next(reader, &record, &more, NULL), FL_OK);
    assert_true(fl_text_equal(record.raw, fl_text_of("id,\"na\"\"me\",")));
    assert_int_equal(record.field_column[0], 1);
    assert_int_equal(record.field_column[1], 4);
    assert_int_equal(record.field_column[2], 13);
    assert_int_equal(fl_csv_next(reader, &record, &more, NULL), FL_OK);
    assert_true(fl_text_equal(record.raw, fl_text_of("x,\"y\nz\",w")));
    assert_int_equal(record.line, 2);
    assert_int_equal(record.field_column[2], 9);
    assert_int_equal(fl_csv_next(reader, &record, &more, NULL), FL_OK);
    assert_false(more);
    assert_int_equal(fl_csv_next(reader, &record, &more, NULL), FL_OK);
    assert_false(more);
    fl_csv_reader_free(reader);
}

/* --- what is refused ------------------------------------------------------------------------------------ */

static void check_refused(const char *bytes, size_t size, int64_t line, int64_t line_column,
                          const char *message)
{
    struct fl_buffer out = {0};
    struct fl_error error;
    assert_int_equal(split(bytes, size, 0, &out, &error), FL_BAD_DATA);
    assert_string_equal(error.message, message);
    assert_string_equal(error.path, "shop.csv");
    assert_int_equal(error.line, line);
    assert_int_equal(error.line_column, line_column);
    assert_int_equal(error.status, FL_BAD_DATA);
    fl_buffer_release(&out);
    check_same_dripping(bytes, size, 0);
}

#define REFUSED(text, line, column, message) check_refused(text, sizeof(text) - 1, line, column, message)

static void refuses(void **state)
{
    (void)state;
    REFUSED("a,b\n1,\"2\"x\n", 2, 6, "text after a closing quote");
    REFUSED("a,b\n1,\"2\" \n", 2, 6, "text after a closing quote");
    REFUSED("a,b\n\"1\r\n\n2\"3\n", 4, 3, "text after a closing quote");
    REFUSED("a,b\n1,\"2\n3\n", 2, 3, "a quote that opens here is never closed");
    REFUSED("\"", 1, 1, "a quote that opens here is never closed");
    REFUSED("a\n\"b\"\"", 2, 1, "a quote that opens here is never closed");
    REFUSED("\xff\xfe"
            "a\0",
            1, 1, "the file is UTF-16; only UTF-8 is read");
    REFUSED("\xfe\xff\0a", 1, 1, "the file is UTF-16; only UTF-8 is read");
}

static void holds_the_limit_of_fields(void **state)
{
    (void)state;
    char bytes[FL_RECORD_FIELDS_MAX + 3];
    struct fl_buffer out = {0};
    struct fl_error error;
    memcpy(bytes, "a\n", 2);
    memset(bytes + 2, ',', FL_RECORD_FIELDS_MAX);
    assert_int_equal(split(bytes, FL_RECORD_FIELDS_MAX + 1, ',', &out, &error), FL_OK);
    fl_buffer_release(&out);
    check_refused(bytes, FL_RECORD_FIELDS_MAX + 2, 2, 1, "a record of more than 1024 fields");
}

static void holds_the_limit_of_bytes(void **state)
{
    (void)state;
    const size_t size = FL_RECORD_BYTES_MAX + 4;
    char *bytes = malloc(size);
    assert_non_null(bytes);
    struct fl_buffer out = {0};
    struct fl_error error;
    memset(bytes, 'x', size);
    memcpy(bytes, "a\n", 2);
    bytes[2 + FL_RECORD_BYTES_MAX] = '\n';
    assert_int_equal(split(bytes, size, 0, &out, &error), FL_OK);
    fl_buffer_release(&out);
    check_same_dripping(bytes, size, 0);
    bytes[2 + FL_RECORD_BYTES_MAX] = 'x';
    check_refused(bytes, size, 2, 1, "a record of more than 16777216 bytes");
    memcpy(bytes + 2, "b,\"", 3);
    struct fl_error file_error;
    assert_int_equal(split_dripping(bytes, size, ',', 1 << 20, &out, &file_error), FL_BAD_DATA);
    assert_int_equal(file_error.line, 2);
    assert_int_equal(file_error.line_column, 3);
    fl_buffer_release(&out);
    free(bytes);
}

static void tells_a_failed_read(void **state)
{
    (void)state;
    struct fl_buffer out = {0};
    struct fl_error error;
    drip.fail_with = EIO;
    assert_int_equal(split_dripping("a,b\n1,2\n", 8, 0, 4, &out, &error), FL_IO);
    drip.fail_with = 0;
    assert_string_equal(error.path, "shop.csv");
    fl_buffer_release(&out);
}

/* --- where the window is cut ---------------------------------------------------------------------------- */

/* One read is 256 KiB. A filler record of each length from that - 12 to that + 2 puts every byte of what
 * follows before, at and behind the cut. */
static void does_not_feel_the_window(void **state)
{
    (void)state;
    static const char tail[] = "\r\n\r\n\"q\"\"r\r\ns\",t\r\nu,v\r\n";
    const size_t window = 256 * 1024;
    char *bytes = malloc(window + sizeof tail + 16);
    assert_non_null(bytes);
    for (size_t filler = window - sizeof tail - 3; filler <= window + 2; filler++) {
        memset(bytes, 'f', filler);
        memcpy(bytes + filler, tail, sizeof tail - 1);
        check_same_dripping(bytes, filler + sizeof tail - 1, ',');
    }
    struct fl_buffer out = {0};
    struct fl_error error;
    assert_int_equal(split(bytes, window + 2 + sizeof tail - 1, ',', &out, &error), FL_OK);
    assert_non_null(strstr((const char *)out.bytes, "]\n3:{q\"r\r\ns}[t]\n5:[u][v]\n"));
    fl_buffer_release(&out);
    free(bytes);
}

/* --- other people's files ------------------------------------------------------------------------------- */

/* Unpacks a suite into a new folder; false when there is none, said loudly. */
static bool unpack(const char *suite, char folder[64])
{
    const char *root = getenv("FOURLOOP_DATA");
    char path[512], command[700];
    snprintf(path, sizeof path, "%s/suites/%s.tar.zst", root != NULL ? root : "../shared/data", suite);
    if (access(path, R_OK) != 0) {
        print_message("SKIPPED: %s is not there (set FOURLOOP_DATA): %s was NOT tested\n", path, suite);
        return false;
    }
    snprintf(folder, 64, "/tmp/fourloop-csv-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(command, sizeof command, "tar --zstd -xf '%s' -C %s", path, folder);
    assert_int_equal(system(command), 0);
    return true;
}

static void remove_folder(const char *folder)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    assert_int_equal(system(command), 0);
}

/* Our copy of the suite has lost the CR of the files that are named after it. */
static void restore_crlf(const char *path, struct fl_buffer *bytes)
{
    struct fl_buffer restored = {0};
    if (strstr(path, "_crlf") == NULL)
        return;
    for (size_t i = 0; i < bytes->size; i++) {
        if (bytes->bytes[i] == '\n' && (i == 0 || bytes->bytes[i - 1] != '\r'))
            append(&restored, "\r", 1);
        append(&restored, (const char *)bytes->bytes + i, 1);
    }
    fl_buffer_release(bytes);
    *bytes = restored;
}

static void check_against_json(const char *csv_path, const char *json_path)
{
    struct fl_buffer bytes = {0};
    struct fl_error error;
    const struct fl_csv_options options = {0};
    struct fl_csv_reader *reader = NULL;
    struct fl_csv_record record;
    bool more = false;
    fl_error_clear(&error);
    assert_int_equal(fl_file_read_all(&fl_io_system, csv_path, 1 << 20, &bytes, &error), FL_OK);
    restore_crlf(csv_path, &bytes);
    json_t *rows = json_load_file(json_path, 0, NULL);
    assert_non_null(rows);
    assert_int_equal(
        fl_csv_reader_over((const char *)bytes.bytes, bytes.size, csv_path, &options, &reader, &error),
        FL_OK);
    assert_int_equal(fl_csv_next(reader, &record, &more, &error), FL_OK);
    char names[16][64];
    const size_t count = record.field_count;
    assert_true(more && count <= 16);
    for (size_t i = 0; i < count; i++)
        snprintf(names[i], sizeof names[i], "%.*s", (int)record.fields[i].size, record.fields[i].bytes);
    for (size_t row = 0; row < json_array_size(rows); row++) {
        assert_int_equal(fl_csv_next(reader, &record, &more, &error), FL_OK);
        assert_true(more);
        assert_int_equal(record.field_count, count);
        for (size_t i = 0; i < count; i++) {
            const char *expected = json_string_value(json_object_get(json_array_get(rows, row), names[i]));
            assert_non_null(expected);
            if (!fl_text_equal(record.fields[i], fl_text_of(expected)))
                fail_msg("%s: row %zu: %s", csv_path, row, names[i]);
        }
    }
    assert_int_equal(fl_csv_next(reader, &record, &more, &error), FL_OK);
    assert_false(more);
    check_same_dripping((const char *)bytes.bytes, bytes.size, 0);
    fl_csv_reader_free(reader);
    json_decref(rows);
    fl_buffer_release(&bytes);
}

static void agrees_with_csv_spectrum(void **state)
{
    (void)state;
    char folder[64];
    if (!unpack("csv-spectrum", folder))
        skip();
    /* All but location_coordinates, whose answer has another telephone number than its file. */
    static const char *const names[] = {"comma_in_quotes",
                                        "empty",
                                        "empty_crlf",
                                        "escaped_quotes",
                                        "json",
                                        "newlines",
                                        "newlines_crlf",
                                        "quotes_and_newlines",
                                        "simple",
                                        "simple_crlf",
                                        "utf8"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char csv_path[256], json_path[256];
        snprintf(csv_path, sizeof csv_path, "%s/csv-spectrum/csvs/%s.csv", folder, names[i]);
        snprintf(json_path, sizeof json_path, "%s/csv-spectrum/json/%s.json", folder, names[i]);
        check_against_json(csv_path, json_path);
    }
    remove_folder(folder);
}

/* A record's bytes must lie in the file and its fields add up; a refusal must name its place. */
static void check_survives(const char *path, size_t *files, size_t *records)
{
    struct fl_buffer bytes = {0};
    struct fl_error error;
    const struct fl_csv_options options = {0};
    struct fl_csv_reader *reader = NULL;
    fl_error_clear(&error);
    if (fl_file_read_all(&fl_io_system, path, 64 << 20, &bytes, &error) != FL_OK)
        return;
    assert_int_equal(
        fl_csv_reader_over((const char *)bytes.bytes, bytes.size, path, &options, &reader, &error), FL_OK);
    for (;;) {
        struct fl_csv_record record;
        bool more = false;
        const fl_status status = fl_csv_next(reader, &record, &more, &error);
        if (status != FL_OK) {
            assert_int_equal(status, FL_BAD_DATA);
            assert_true(error.line >= 1 && error.line_column >= 1);
        }
        if (!more)
            break;
        size_t field_bytes = 0;
        for (size_t i = 0; i < record.field_count; i++)
            field_bytes += record.fields[i].size;
        assert_true(field_bytes + record.field_count - 1 <= record.raw.size);
        assert_true(record.raw.bytes >= (const char *)bytes.bytes &&
                    record.raw.bytes + record.raw.size <= (const char *)bytes.bytes + bytes.size);
        ++*records;
    }
    ++*files;
    fl_csv_reader_free(reader);
    fl_buffer_release(&bytes);
}

static void walk(const char *folder, size_t *files, size_t *records)
{
    DIR *directory = opendir(folder);
    assert_non_null(directory);
    for (struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
        char path[1024];
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (entry->d_type == DT_DIR)
            walk(path, files, records);
        else if (entry->d_type == DT_REG)
            check_survives(path, files, records);
    }
    closedir(directory);
}

static void survives_the_files_of_duckdb(void **state)
{
    (void)state;
    char folder[64];
    size_t files = 0, records = 0;
    if (!unpack("duckdb_csv", folder))
        skip();
    walk(folder, &files, &records);
    print_message("%zu files, %zu records\n", files, records);
    assert_true(files >= 900);
    remove_folder(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(splits_records),
        cmocka_unit_test(keeps_strange_bytes),
        cmocka_unit_test(finds_the_delimiter),
        cmocka_unit_test(tells_places_and_raw_text),
        cmocka_unit_test(refuses),
        cmocka_unit_test(holds_the_limit_of_fields),
        cmocka_unit_test(holds_the_limit_of_bytes),
        cmocka_unit_test(tells_a_failed_read),
        cmocka_unit_test(does_not_feel_the_window),
        cmocka_unit_test(agrees_with_csv_spectrum),
        cmocka_unit_test(survives_the_files_of_duckdb),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
