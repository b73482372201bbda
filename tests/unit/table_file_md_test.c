/* table_file_md_test.c - the examples of formats/table_file.md are true.
 *
 * Method: the hex dump in the document is read as a file: it must open, verify, hold the rows that the
 * document names, and be byte for byte what the writer makes of them (it has no LZ4 page, so it never
 * changes). Each line of the examples of encodings is encoded, decoded, compared. `table_file_md_test
 * --print` prints the dump for the document. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "formats/encodings/encoding.h"
#include "formats/table/table_reader.h"
#include "tests/malformed/memory_file.h"

static const char document[] = "formats/table_file.md";
static const uint8_t example_uuid[FL_UUID_SIZE] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

/* The three products of the document. */
static const uint32_t product_offsets[] = {0, 3, 6, 10}, brand_offsets[] = {0, 5};
static const struct fl_words example_words[] = {
    {3, product_offsets, "caphatsock"}, {1, brand_offsets, "Fjord"}, {0}};
static const uint32_t products[] = {0, 1, 2}, brands[] = {0, 0, 0};
static const int32_t arrivals[] = {20000, 20000, 20000}; /* 2024-10-04 */
static const uint8_t brand_nulls[] = {0, 1, 0};

static void write_example(struct fl_buffer *bytes)
{
    static const uint16_t ids[] = {FL_PRODUCTS_PRODUCT, FL_PRODUCTS_BRAND, FL_PRODUCTS_ARRIVAL};
    static const char *const facts[] = {"source", "shop", NULL};
    struct fl_table_plan plan = {.schema = fl_schema_by_name("products"),
                                 .column_ids = ids,
                                 .column_count = 3,
                                 .words = example_words,
                                 .facts = facts};
    memcpy(plan.uuid, example_uuid, sizeof plan.uuid);
    const struct fl_column_values values[] = {
        {.as.words = products}, {.as.words = brands, .nulls = brand_nulls}, {.as.i32 = arrivals}};
    struct fl_table_writer *writer;
    struct fl_table_summary summary;
    char directory[] = "/tmp/fl-example-XXXXXX", path[64], name[256];
    assert_non_null(mkdtemp(directory));
    assert_int_equal(fl_table_writer_create(&fl_io_system, directory, &plan, &writer, NULL), FL_OK);
    assert_int_equal(fl_table_writer_append(writer, values, 3, NULL), FL_OK);
    assert_int_equal(fl_table_writer_finish(writer, NULL, "example", name, &summary, NULL), FL_OK);
    (void)snprintf(path, sizeof path, "%s/example", directory);
    memory_file_load(path, bytes);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(directory), 0);
}

static int print_example(void)
{
    struct fl_buffer bytes = {0};
    write_example(&bytes);
    for (size_t at = 0; at < bytes.size; at += 16) {
        (void)printf("%04zx ", at);
        for (size_t i = at; i < at + 16 && i < bytes.size; i++)
            (void)printf(" %02x", bytes.bytes[i]);
        (void)printf("\n");
    }
    fl_buffer_release(&bytes);
    return 0;
}

/* The text between the line "```<mark>" and the next "```"; to be freed. */
static char *fenced(const char *mark)
{
    struct fl_buffer text = {0};
    char start[64];
    memory_file_load(document, &text);
    assert_true(fl_buffer_append(&text, "", 1));
    (void)snprintf(start, sizeof start, "\n```%s\n", mark);
    char *from = strstr((char *)text.bytes, start);
    if (from == NULL)
        fail_msg("%s has no block ```%s", document, mark);
    from += strlen(start);
    char *to = strstr(from, "```");
    assert_non_null(to);
    *to = '\0';
    char *inside = strdup(from);
    fl_buffer_release(&text);
    assert_non_null(inside);
    return inside;
}

/* Bytes as hex digits with blanks between; returns where they end. */
static const char *parse_hex(const char *text, struct fl_buffer *bytes)
{
    unsigned value;
    int used;
    while (sscanf(text, " %2x%n", &value, &used) == 1) {
        const uint8_t byte = (uint8_t)value;
        assert_true(fl_buffer_append(bytes, &byte, 1));
        text += used;
        if (*text == '\n')
            break;
    }
    return text;
}

static void test_the_example_file_is_what_the_writer_makes(void **state)
{
    (void)state;
    struct fl_buffer written = {0}, shown = {0};
    char *dump = fenced("hex");
    for (char *line = strtok(dump, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        char *end;
        assert_int_equal(strtoul(line, &end, 16), shown.size);
        (void)parse_hex(end, &shown);
    }
    write_example(&written);
    assert_int_equal(shown.size, written.size);
    assert_memory_equal(shown.bytes, written.bytes, written.size);
    free(dump);
    fl_buffer_release(&written);
    fl_buffer_release(&shown);
}

static void test_the_example_file_is_read(void **state)
{
    (void)state;
    struct fl_buffer shown = {0};
    struct fl_table *table;
    struct fl_column_data data = {0};
    const struct fl_words *words;
    uint64_t digest;
    char *dump = fenced("hex");
    for (char *line = strtok(dump, "\n"); line != NULL; line = strtok(NULL, "\n"))
        (void)parse_hex(line + 5, &shown);
    memory_file_set(shown.bytes, shown.size);
    assert_int_equal(fl_table_open(&memory_file_io, "example", FL_IO_COPY, &table, NULL), FL_OK);
    assert_int_equal(fl_table_verify(table, &digest, NULL), FL_OK);
    assert_string_equal(fl_table_fact(table, "source"), "shop");
    assert_int_equal(fl_table_words(table, FL_PRODUCTS_PRODUCT, &words, NULL), FL_OK);
    assert_true(fl_text_equal(fl_words_at(words, 2), fl_text_of("sock")));
    assert_int_equal(fl_table_read_column(table, 0, FL_PRODUCTS_PRODUCT, &data, NULL), FL_OK);
    assert_memory_equal(data.as.words, products, sizeof products);
    assert_int_equal(fl_table_read_column(table, 0, FL_PRODUCTS_BRAND, &data, NULL), FL_OK);
    assert_memory_equal(data.nulls, brand_nulls, sizeof brand_nulls);
    assert_int_equal(fl_table_read_column(table, 0, FL_PRODUCTS_ARRIVAL, &data, NULL), FL_OK);
    assert_memory_equal(data.as.i32, arrivals, sizeof arrivals);
    fl_column_data_release(&data);
    fl_table_close(table);
    free(dump);
    fl_buffer_release(&shown);
}

static unsigned encoding_by_name(const char *name)
{
    for (unsigned id = 0; fl_encoding_name(id) != NULL; id++) {
        if (strcmp(fl_encoding_name(id), name) == 0)
            return id;
    }
    fail_msg("the document names an encoding %s", name);
    return 0;
}

static void check_integers(unsigned id, const char *values_text, const struct fl_buffer *shown)
{
    int64_t values[64], back[64];
    struct fl_integers page = {values, 0, INT64_MAX, INT64_MIN};
    int used;
    while (page.count < 64 && sscanf(values_text, " %" SCNd64 "%n", &values[page.count], &used) == 1) {
        page.min = values[page.count] < page.min ? values[page.count] : page.min;
        page.max = values[page.count] > page.max ? values[page.count] : page.max;
        page.count++;
        values_text += used;
    }
    assert_true(page.count > 0);
    struct fl_buffer encoded = {0};
    const struct fl_integer_codec *codec = fl_integer_codec_find(id);
    assert_true(codec->encode(&page, &encoded));
    assert_int_equal(encoded.size, shown->size);
    if (encoded.size > 0)
        assert_memory_equal(encoded.bytes, shown->bytes, encoded.size);
    assert_int_equal(
        codec->decode(shown->bytes, shown->size, page.min, page.max, page.count, FL_LANE_64, back, NULL),
        FL_OK);
    assert_memory_equal(back, values, page.count * sizeof *values);
    fl_buffer_release(&encoded);
}

/* Texts of an example hold no blanks; an empty one is written as "". */
static void check_texts(unsigned id, char *values_text, const struct fl_buffer *shown)
{
    struct fl_text texts[16];
    size_t count = 0;
    char *rest = NULL;
    for (char *word = strtok_r(values_text, " ", &rest); word != NULL && count < 16;
         word = strtok_r(NULL, " ", &rest))
        texts[count++] = fl_text_of(strcmp(word, "\"\"") == 0 ? "" : word);
    struct fl_buffer encoded = {0};
    assert_true(id == FL_ENCODING_STRING ? fl_string_encode(texts, count, &encoded)
                                         : fl_ended_encode(texts, count, &encoded));
    assert_int_equal(encoded.size, shown->size);
    assert_memory_equal(encoded.bytes, shown->bytes, encoded.size);
    fl_buffer_release(&encoded);
}

/* Lines "name: values = bytes". */
static void test_the_examples_of_encodings(void **state)
{
    (void)state;
    bool shown_encodings[8] = {false};
    char *examples = fenced("encodings"), *rest = NULL;
    for (char *line = strtok_r(examples, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
        char *values = strchr(line, ':'), *bytes_text = strchr(line, '=');
        assert_true(values != NULL && bytes_text != NULL);
        *values++ = '\0';
        *bytes_text++ = '\0';
        struct fl_buffer bytes = {0};
        (void)parse_hex(bytes_text, &bytes);
        const unsigned id = encoding_by_name(line);
        if (fl_encoding_is_of_texts(id))
            check_texts(id, values, &bytes);
        else
            check_integers(id, values, &bytes);
        shown_encodings[id] = true;
        fl_buffer_release(&bytes);
    }
    for (unsigned id = 0; fl_encoding_name(id) != NULL; id++)
        assert_true(shown_encodings[id]);
    free(examples);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_example_file_is_what_the_writer_makes),
        cmocka_unit_test(test_the_example_file_is_read),
        cmocka_unit_test(test_the_examples_of_encodings),
    };
    if (argc == 2 && strcmp(argv[1], "--print") == 0)
        return print_example();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
