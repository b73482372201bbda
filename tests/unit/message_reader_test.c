/* message_reader_test.c - what a message of a text file is called, and whether lines are told from objects.
 *
 * Ids of each kind and the largest line number; then files whose first line that is not blank begins as an
 * object or nearly does, in parts of the largest size too. What the reader hands on is tested with what asks
 * for it (text_filter_test.c). */
#include "tests/unit/engine_fixture.h"

#include <fcntl.h>
#include <unistd.h>

#include "engine/tags/message_reader.h"

static void expect_own_id(const char *text, enum fl_cell_kind kind)
{
    const struct fl_file_message file = {.line = 7, .id = {.text = fl_text_of(text), .kind = kind}};
    const struct fl_row_cell id = fl_message_id(&file);
    assert_int_equal(id.kind, kind);
    assert_true(fl_text_equal(id.text, fl_text_of(text)));
}

static void expect_line(struct fl_file_message file, int64_t line)
{
    const struct fl_row_cell id = fl_message_id(&file);
    assert_int_equal(id.kind, FL_CELL_INTEGER);
    assert_int_equal(id.integer, line);
}

static void own_id_or_number_of_the_line(void **state)
{
    (void)state;
    expect_own_id("m-1", FL_CELL_TEXT);
    expect_own_id("12", FL_CELL_BARE);
    expect_own_id("0", FL_CELL_TEXT);
    expect_line((struct fl_file_message){.line = 7, .id = {.kind = FL_CELL_BARE}}, 7);
    expect_line((struct fl_file_message){.line = 7, .id = {.kind = FL_CELL_TEXT}}, 7);
    expect_line((struct fl_file_message){.line = INT64_MAX}, INT64_MAX);
}

static int told; /* how often the lines were objects */

static void count_told(const char *shown)
{
    assert_string_equal(shown, "in");
    told++;
}

/* Reads all of the file "in". Returns the number of its messages. */
static size_t read_all(enum fl_message_format format, bool asks)
{
    char path[FIXTURE_PATH_SIZE];
    struct fl_message_reader *reader = NULL;
    struct fl_message_chunk chunk;
    size_t count = 0;
    const int file = open(fixture_path("in", path), O_RDONLY | O_CLOEXEC);
    const struct fl_message_source source = {.io = &fl_io_system,
                                             .file = file,
                                             .shown = "in",
                                             .format = format,
                                             .lines_are_objects = asks ? count_told : NULL};
    assert_true(file >= 0);
    assert_int_equal(fl_message_reader_create(&source, &reader, NULL), FL_OK);
    do {
        assert_int_equal(fl_message_reader_next(reader, &chunk, NULL), FL_OK);
        count += chunk.count;
    } while (chunk.count > 0);
    fl_message_reader_free(reader);
    (void)close(file);
    return count;
}

/* The same without taking lines apart. */
static void read_lines(void)
{
    char path[FIXTURE_PATH_SIZE];
    struct fl_message_reader *reader = NULL;
    struct fl_text lines;
    const int file = open(fixture_path("in", path), O_RDONLY | O_CLOEXEC);
    const struct fl_message_source source = {
        .io = &fl_io_system, .file = file, .shown = "in", .lines_are_objects = count_told};
    assert_true(file >= 0);
    assert_int_equal(fl_message_reader_create(&source, &reader, NULL), FL_OK);
    do
        assert_int_equal(fl_message_reader_next_lines(reader, 1, &lines, NULL), FL_OK);
    while (lines.size > 0);
    fl_message_reader_free(reader);
    (void)close(file);
}

static int told_of(const char *text)
{
    fixture_put("in", text);
    told = 0;
    (void)read_all(FL_MESSAGES_LINES, false);
    assert_int_equal(told, 0);
    (void)read_all(FL_MESSAGES_LINES, true);
    const int in_parts = told;
    told = 0;
    read_lines();
    assert_int_equal(told, in_parts);
    return told;
}

static void lines_that_are_objects(void **state)
{
    (void)state;
    static const char *const objects[] = {"{\"text\":\"late\"}\n", "{\"a\":1}\n{\"a\":1}\n",
                                          "\n \t\r\n\t{ \"", "{\"text\":"};
    static const char *const lines[] = {"",  "\n\n",          "late\n{\"text\":1}\n", "{late}\n",
                                        "{", "{\n\"a\":1}\n", "[{\"text\":1}]\n",     "\"{\"\n"};
    for (size_t i = 0; i < sizeof objects / sizeof *objects; i++)
        assert_int_equal(told_of(objects[i]), 1);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        assert_int_equal(told_of(lines[i]), 0);
    told = 0;
    fixture_put("in", objects[0]);
    assert_int_equal(read_all(FL_MESSAGES_NDJSON, true), 1);
    assert_int_equal(told, 0);
}

/* The first line that says something lies behind more blank ones than a part holds. */
static void objects_behind_many_blank_lines(void **state)
{
    (void)state;
    enum { BLANK_LINES = 300000 };
    struct fl_buffer text = {0};
    for (int i = 0; i < BLANK_LINES; i++)
        append_text(&text, "\n");
    append_text(&text, "{\"text\":1}\n{\"text\":2}\n");
    fixture_put_bytes("in", text.bytes, text.size);
    fl_buffer_release(&text);
    told = 0;
    assert_int_equal(read_all(FL_MESSAGES_LINES, true), BLANK_LINES + 2);
    assert_int_equal(told, 1);
    told = 0;
    read_lines();
    assert_int_equal(told, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(own_id_or_number_of_the_line),
                                       cmocka_unit_test(lines_that_are_objects),
                                       cmocka_unit_test(objects_behind_many_blank_lines)};
    return cmocka_run_group_tests(tests, fixture_open, fixture_close);
}
