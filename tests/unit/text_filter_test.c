/* text_filter_test.c - a text filter gives every hit of every message once, whatever the file is cut into.
 *
 * Files of more messages than one part holds, whose hits are known as they are made, in both forms of input
 * and output; cells that need quotes or escapes. Then what must end it: a line too long, an object that is
 * none, a list for a text, a wish to stop, and each call to the system failing once, which leaves a status
 * and no file. */
#include "tests/unit/engine_fixture.h"

#include <fcntl.h>
#include <unistd.h>

#include "formats/base/limits.h"

enum { MESSAGES = 10001, FAULTS_MAX = 500 };

static const char rules[] = "tag,any,speaker\n\"late, very\",late*|parcel,\nagent,sorry,agent\n";

static int make_model(void **state)
{
    assert_int_equal(fixture_open(state), 0);
    init_model_folder("model");
    fixture_put("model/keywords.csv", rules);
    return 0;
}

struct wish {
    const struct fl_io *io;
    enum fl_message_format format;
    bool to_ndjson;
    int (*is_stopped)(void *context);
};

/* Reads the file "in", publishes "out" if all goes well. */
static fl_status filter(struct wish wish, struct fl_text_filter_counts *counts, struct fl_error *error)
{
    char in[FIXTURE_PATH_SIZE], model[FIXTURE_PATH_SIZE], out[FIXTURE_PATH_SIZE];
    const struct fl_io *io = wish.io == NULL ? &fl_io_system : wish.io;
    struct fl_output *output = NULL;
    fl_error_clear(error);
    const int file = open(fixture_path("in", in), O_RDONLY | O_CLOEXEC);
    assert_true(file >= 0);
    const struct fl_text_filter_plan plan = {.source = {.io = io,
                                                        .file = file,
                                                        .shown = "in",
                                                        .format = wish.format,
                                                        .is_stopped = wish.is_stopped},
                                             .model = fixture_path("model", model),
                                             .to_ndjson = wish.to_ndjson};
    fl_status status = fl_output_create(io, fixture_path(".", out), &output, error);
    if (status == FL_OK) {
        status = fl_text_filter(&plan, output, counts, error);
        if (status == FL_OK)
            status = fl_output_commit(output, "out", error);
        else
            fl_output_abort(output);
    }
    (void)close(file);
    return status;
}

static void expect(struct wish wish, const char *expected)
{
    struct fl_text_filter_counts counts;
    struct fl_error error;
    size_t size = 0;
    if (filter(wish, &counts, &error) != FL_OK)
        fail_msg("%s", error.message);
    char *got = fixture_get("out", &size);
    assert_string_equal(got, expected);
    free(got);
}

static void expect_failure(struct wish wish, fl_status status, int64_t line, int64_t column,
                           const char *message)
{
    struct fl_text_filter_counts counts;
    struct fl_error error;
    assert_int_equal(filter(wish, &counts, &error), status);
    assert_string_equal(error.message, message);
    assert_int_equal(error.line, line);
    assert_int_equal(error.line_column, column);
}

static void test_cells(void **state)
{
    (void)state;
    fixture_put("in", "Parcel is late!\r\n\nnothing\nLATELY");
    expect((struct wish){0}, "message,customer,tag,rule,word,offset,length\n"
                             "1,,\"late, very\",2,parcel,0,6\n1,,\"late, very\",2,late*,10,4\n"
                             "4,,\"late, very\",2,late*,0,4\n");
    fixture_put(
        "in",
        "\xef\xbb\xbf{\"text\":\"a parcel\",\"message\":12345678901234567890,\"customer\":\"C-\\\"1,\"}\n"
        "\n{\"speaker\":\"agent\",\"text\":\"SORRY\",\"message\":\"\",\"customer\":7,\"more\":{\"a\":[1]}}\n"
        "{\"text\":null}\n{}\n");
    expect((struct wish){.format = FL_MESSAGES_NDJSON},
           "message,customer,tag,rule,word,offset,length\n"
           "12345678901234567890,\"C-\"\"1,\",\"late, very\",2,parcel,2,6\n3,7,agent,3,sorry,0,5\n");
    expect((struct wish){.format = FL_MESSAGES_NDJSON, .to_ndjson = true},
           "{\"message\":12345678901234567890,\"customer\":\"C-\\\"1,\",\"tag\":\"late, very\",\"rule\":2,"
           "\"word\":\"parcel\",\"offset\":2,\"length\":6}\n"
           "{\"message\":3,\"customer\":7,\"tag\":\"agent\",\"rule\":3,\"word\":\"sorry\",\"offset\":0,"
           "\"length\":5}\n");
    fixture_put("in", "");
    expect((struct wish){.to_ndjson = true}, "");
}

/* Of every seventh message two words are hits, at places that differ. */
static void make_many(bool ndjson, struct fl_buffer *expected)
{
    struct fl_buffer text = {0};
    append_text(expected, "message,customer,tag,rule,word,offset,length\n");
    for (int i = 1; i <= MESSAGES; i++) {
        char line[200];
        const int dots = i % 50;
        (void)snprintf(line, sizeof line, ndjson ? "{\"text\":\"%.*s%s\"}\n" : "%.*s%s\n", dots,
                       "..................................................",
                       i % 7 == 0 ? "late parcel" : "nothing at all");
        append_text(&text, line);
        (void)snprintf(line, sizeof line,
                       "%d,,\"late, very\",2,late*,%d,4\n%d,,\"late, very\",2,parcel,%d,6\n", i, dots, i,
                       dots + 5);
        append_text(expected, i % 7 == 0 ? line : "");
    }
    fl_buffer_append(expected, "", 1);
    fixture_put_bytes("in", text.bytes, text.size);
    fl_buffer_release(&text);
}

static void test_many_messages(void **state)
{
    (void)state;
    for (int ndjson = 0; ndjson < 2; ndjson++) {
        struct fl_buffer expected = {0};
        struct fl_text_filter_counts counts;
        make_many(ndjson != 0, &expected);
        const struct wish wish = {.format = ndjson != 0 ? FL_MESSAGES_NDJSON : FL_MESSAGES_LINES};
        expect(wish, (const char *)expected.bytes);
        assert_int_equal(filter(wish, &counts, NULL), FL_OK);
        assert_int_equal(counts.messages, MESSAGES);
        assert_int_equal(counts.tagged, MESSAGES / 7);
        assert_int_equal(counts.hits, 2 * (MESSAGES / 7));
        fl_buffer_release(&expected);
    }
}

static void test_wrong_lines(void **state)
{
    (void)state;
    struct fl_buffer text = {0};
    append_text(&text, "a\n");
    assert_true(fl_buffer_reserve(&text, 2 + FL_JSON_LINE_BYTES_MAX + 1));
    memset(text.bytes + 2, 'x', FL_JSON_LINE_BYTES_MAX + 1);
    text.size = 2 + FL_JSON_LINE_BYTES_MAX;
    fixture_put_bytes("in", text.bytes, text.size);
    expect((struct wish){.to_ndjson = true}, "");
    text.size++;
    fixture_put_bytes("in", text.bytes, text.size);
    expect_failure((struct wish){0}, FL_BAD_DATA, 2, 1,
                   "a line of more than 8388608 bytes: is it one message a line?");
    fl_buffer_release(&text);
    const struct wish ndjson = {.format = FL_MESSAGES_NDJSON};
    fixture_put("in", "{\"text\":\"late\"}\n{\"text\":\"late\",}\n");
    expect_failure(ndjson, FL_BAD_DATA, 2, 16, "not one JSON object");
    fixture_put("in", "{\"text\":[\"late\"]}\n");
    expect_failure(ndjson, FL_BAD_DATA, 1, 1, "a list or an object for text");
    fixture_put("in", "{\"text\":\"late\",\"text\":\"late\"}\n");
    expect_failure(ndjson, FL_BAD_DATA, 1, 21, "a name comes twice in it");
}

static int stop(void *context)
{
    (void)context;
    return 1;
}

static void test_it_stops(void **state)
{
    (void)state;
    fixture_put("in", "late\n");
    expect_failure((struct wish){.is_stopped = stop}, FL_INTERRUPTED, -1, -1, "interrupted");
}

static void test_a_model_without_rules(void **state)
{
    (void)state;
    char path[FIXTURE_PATH_SIZE];
    fixture_put("in", "late\n");
    assert_int_equal(unlink(fixture_path("model/keywords.csv", path)), 0);
    expect_failure((struct wish){0}, FL_MISSING, -1, -1,
                   "the model has no keywords.csv: no rule to look for");
    fixture_put("model/keywords.csv", rules);
}

/* Each call fails once: the whole file comes, or none. */
static void test_failing_calls(void **state)
{
    (void)state;
    bool done = false;
    fixture_put("in", "late\n");
    for (int fault_at = 1; !done && fault_at < FAULTS_MAX; fault_at++) {
        struct fl_text_filter_counts counts;
        struct fl_error error;
        char list[400];
        fixture_remove("out");
        const struct fl_io io = fixture_io(fault_at, EIO);
        const fl_status status = filter((struct wish){.io = &io}, &counts, &error);
        done = fixture_calls < fault_at;
        fixture_list(".", list, sizeof list);
        assert_null(strstr(list, FL_TEMPORARY_PREFIX));
        char *got = fixture_get("out", &(size_t){0}); /* it may have its name although its commit failed */
        if (got != NULL)
            assert_string_equal(got, "message,customer,tag,rule,word,offset,length\n"
                                     "1,,\"late, very\",2,late*,0,4\n");
        free(got);
        assert_true(status != FL_OK || strstr(list, "out") != NULL);
        assert_true(status == FL_OK || error.message[0] != '\0');
    }
    assert_true(done);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_cells),
                                       cmocka_unit_test(test_many_messages),
                                       cmocka_unit_test(test_wrong_lines),
                                       cmocka_unit_test(test_it_stops),
                                       cmocka_unit_test(test_a_model_without_rules),
                                       cmocka_unit_test(test_failing_calls)};
    return cmocka_run_group_tests(tests, make_model, fixture_close);
}
